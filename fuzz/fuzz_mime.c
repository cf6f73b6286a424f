/* SPDX-License-Identifier: ISC */
/*
 * MIME: header section, entity, multipart, addresses, dates, encoded words, and
 * the copy that is made fit for transport. How the input is cut into windows
 * must not matter, and what was made safe once is safe.
 */
#include "fuzz.h"
#include "mime/mime.h"
#include "../tests/support/streams.h"

enum { DEPTH = 8, MAX = 1 << 22 };

/* A digest of all that is seen, to compare two ways of reading. */
struct seen {
	uint64_t	 sum;
	unsigned	 parts;
};

static void
see(struct seen *s, ps_slice in)
{
	for (size_t i = 0; i < in.n; i++)
		s->sum = (s->sum ^ in.p[i]) * UINT64_C(1099511628211);
}

static void
read_field(const struct mime_field *f, struct seen *s)
{
	struct mime_mailboxes boxes = { 0 };
	struct ps_buf text = { 0 }, words = { 0 };
	int64_t date;

	if (mime_mailboxes_parse(&boxes, f->body, &ps_limits_default, NULL) == PS_OK)
		for (size_t i = 0; i < boxes.n; i++)
			see(s, ps_str(boxes.box[i].address));
	mime_mailboxes_clear(&boxes);
	if (mime_date_parse(f->body, &date))
		s->sum ^= (uint64_t)date;
	if (mime_unfold(f->body, &text, NULL) == PS_OK &&
	    mime_decode_words(ps_buf_get(&text), &words, NULL) == PS_OK)
		see(s, ps_buf_get(&words));
	ps_buf_clear(&text);
	ps_buf_clear(&words);
}

static ps_code read_entity(ps_reader *r, unsigned depth, struct seen *s, ps_err *err);

static ps_code
read_multipart(const char *boundary, ps_reader *body, unsigned depth, struct seen *s, ps_err *err)
{
	struct mime_multipart *m;
	ps_reader *part;
	ps_code code = mime_multipart_open(&m, body, boundary, &ps_limits_default, err);

	if (code != PS_OK)
		return code;
	while ((code = mime_multipart_next(m, &part, err)) == PS_OK && part != NULL) {
		s->parts++;
		if ((code = read_entity(part, depth + 1, s, err)) != PS_OK)
			break;
	}
	if (code == PS_OK)
		s->sum += mime_multipart_closed(m) + 2u * mime_multipart_epilogue(m);
	mime_multipart_close(m);
	return code;
}

static ps_code
read_leaf(const struct mime_entity *e, ps_reader *body, struct seen *s, ps_err *err)
{
	struct mime_decoder decoder = { 0 };
	struct ps_buf all = { .max = MAX };
	ps_reader *plain;
	ps_code code = mime_decode(&decoder, body, e->encoding, &plain, err);

	if (code == PS_OK)
		code = ps_reader_all(plain, &all, err);
	see(s, ps_buf_get(&all));
	ps_buf_clear(&all);
	mime_decoder_clear(&decoder);
	return code;
}

static ps_code
read_body(const struct mime_entity *e, ps_reader *r, unsigned depth, struct seen *s, ps_err *err)
{
	const char *boundary = mime_type_param(&e->type, "boundary");

	if (mime_entity_filename(e) != NULL)
		see(s, ps_str(mime_entity_filename(e)));
	if (strcmp(e->type.type, "multipart") == 0 && boundary != NULL && depth < DEPTH)
		return read_multipart(boundary, r, depth, s, err);
	return read_leaf(e, r, s, err);
}

static ps_code
read_entity(ps_reader *r, unsigned depth, struct seen *s, ps_err *err)
{
	struct mime_header h = { 0 };
	struct mime_entity e = { 0 };
	ps_code code;

	if ((code = mime_header_read(&h, r, &ps_limits_default, err)) != PS_OK)
		goto out;
	s->sum += h.n + h.lf;
	for (size_t i = 0; i < h.n; i++)
		read_field(&h.field[i], s);
	if ((code = mime_entity_parse(&e, &h, &ps_limits_default, err)) == PS_OK)
		code = read_body(&e, r, depth, s, err);
out:
	mime_entity_clear(&e);
	mime_header_clear(&h);
	return code;
}

static ps_code
read_all(ps_slice in, size_t step, struct seen *s, ps_err *err)
{
	struct source src;
	ps_reader *r = source_open(&src, in, step);
	ps_code code = read_entity(r, 0, s, err);

	ps_reader_close(r);
	return code;
}

/* Copies so that it can travel as 7bit. */
static ps_code
make_safe(ps_slice in, struct ps_buf *out, ps_err *err)
{
	const struct mime_rewrite how = { .limits = &ps_limits_default, .safe = true };
	struct mime_header h = { 0 };
	struct source src;
	struct sink sink;
	ps_reader *r = source_open(&src, in, 0);
	ps_writer *w = sink_open(&sink, true);
	ps_code code = mime_header_read(&h, r, &ps_limits_default, err);

	if (code == PS_OK)
		code = mime_rewrite(&how, &h, r, w, err);
	if (code == PS_OK)
		code = ps_buf_add(out, ps_buf_get(&sink.got), err);
	mime_header_clear(&h);
	ps_writer_close(w);
	ps_reader_close(r);
	return code;
}

static void
check_safe(ps_slice in)
{
	struct ps_buf once = { 0 }, twice = { 0 };
	ps_err err = PS_ERR_INIT;

	if (make_safe(in, &once, &err) == PS_OK) {
		CHECK(make_safe(ps_buf_get(&once), &twice, &err) == PS_OK);
		CHECK(once.n == twice.n);
		CHECK(once.n == 0 || memcmp(once.p, twice.p, once.n) == 0);
	}
	ps_buf_clear(&once);
	ps_buf_clear(&twice);
}

FUZZ_SAID(fuzz_said)

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const size_t steps[] = { 1, 7, 64 };
	struct seen whole = { 0 }, cut = { 0 };
	ps_err err = PS_ERR_INIT, err_cut = PS_ERR_INIT;
	ps_code code, code_cut;
	ps_slice in = { p, n };

	code = read_all(in, 0, &whole, &err);
	CHECK_SAID(code, &err);
	code_cut = read_all(in, steps[n % 3], &cut, &err_cut);
	CHECK(code == code_cut);
	CHECK(whole.parts == cut.parts);
	CHECK(code != PS_OK || whole.sum == cut.sum);
	check_safe(in);
	return 0;
}
