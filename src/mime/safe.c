/* SPDX-License-Identifier: ISC */
/*
 * Entities made fit for 7bit transport (RFC 8551, 3.1.2 and 3.1.3).
 *
 * The header of a leaf is written before its body is seen, and says how the
 * body is encoded. When the source can be read twice, a first walk notes for
 * each leaf whether it must change, one octet a leaf, and the
 * second walk writes: two passes whatever the message looks like. When it cannot, what fits a
 * window is judged by looking ahead, and what does not is encoded to be sure.
 *
 * multipart/signed and multipart/encrypted pass as a unit: changing them
 * would break what somebody else made.
 */
#include <string.h>

#include "mime/lex.h"
#include "mime/multipart.h"
#include "mime/words.h"

struct safe {
	const struct ps_limits *limits;
	ps_writer	*out;		/* canonical, nowhere while planning */
	bool		 planning, planned;
	struct ps_buf	 plan;		/* an octet for each leaf: must change */
	size_t		 leaf;		/* number of the next one */
	uint64_t	 entities;
};

/* An entity and what its surroundings say of it. */
struct place {
	const struct mime_header *h;
	ps_reader	*body;
	uint64_t	 depth;
	bool		 digest;	/* in a multipart/digest */
	bool		 structural_only;
};

enum change { KEEP, TO_QP, TO_BASE64 };

static ps_code entity(struct safe *s, const struct place *at, ps_err *err);

static const char cte[] = "content-transfer-encoding";

/* put_header writes the section without its empty line. `encoding` (NULL: as
 * it was) replaces what the first such field says; others are dropped. */
static ps_code
put_header(struct safe *s, const struct place *at, const char *encoding,
    ps_err *err)
{
	const struct mime_header *h = at->h;
	bool done = encoding == NULL;
	ps_code code = PS_OK;

	if (at->depth != 0 && h->postmark.n != 0)
		code = ps_writer_write(s->out, h->postmark, err);
	for (size_t i = 0; i < h->n && code == PS_OK; i++) {
		const struct mime_field *f = &h->field[i];

		if (at->structural_only && !mime_field_is_structural(f))
			continue;
		if (encoding != NULL && mime_field_is(f, cte)) {
			if (!done)
				code = ps_writer_text(s->out, encoding, err);
			done = true;
			continue;
		}
		code = ps_writer_write(s->out, f->raw, err);
		if (code == PS_OK && encoding != NULL &&
		    f->raw.p[f->raw.n - 1] != '\n')
			code = ps_writer_text(s->out, "\r\n", err);
	}
	if (code == PS_OK && !done)
		code = ps_writer_text(s->out, encoding, err);
	return code;
}

/* put_empty_line ends the section, but for one that ended its entity. */
static ps_code
put_empty_line(struct safe *s, const struct place *at, ps_err *err)
{
	ps_slice w;
	ps_code code = PS_OK;

	if (at->h->no_body) {
		code = ps_reader_peek(at->body, 1, &w, err);
		if (code != PS_OK || w.n == 0)
			return code;
	}
	return ps_writer_text(s->out, "\r\n", err);
}

static bool
is_identity(enum mime_encoding encoding)
{
	return encoding == MIME_7BIT || encoding == MIME_8BIT ||
	    encoding == MIME_BINARY;
}

/* What holds leaves that were made 7bit is 7bit (RFC 2045, 6.4). */
static ps_code
put_container(struct safe *s, const struct place *at,
    const struct mime_entity *e, ps_err *err)
{
	ps_code code = put_header(s, at, e->encoding == MIME_7BIT ? NULL :
	    "Content-Transfer-Encoding: 7bit\r\n", err);

	return code == PS_OK ? put_empty_line(s, at, err) : code;
}

/* is_unsafe reads all of `r`. */
static ps_code
is_unsafe(ps_reader *r, bool *out, ps_err *err)
{
	struct mime_watch watch = { .from_lf = true };
	ps_writer *null = NULL, *w = NULL;
	ps_code code = ps_writer_open_null(&null, err);

	if (code == PS_OK)
		code = mime_canonical_writer(&w, null, &watch, err);
	if (code == PS_OK)
		code = ps_pump(r, w, NULL, err);
	if (code == PS_OK)
		code = ps_writer_finish(w, err);
	if (code == PS_OK)
		*out = watch.unsafe;
	ps_writer_close(w);
	ps_writer_close(null);
	return code;
}

/* guess_unsafe looks as far as one peek can; beyond, it says yes. */
static ps_code
guess_unsafe(ps_reader *body, bool *out, ps_err *err)
{
	ps_reader *all;
	ps_slice w;
	ps_code code = ps_reader_peek(body, PS_PEEK_MAX, &w, err);

	if (code != PS_OK)
		return code;
	if (w.n >= PS_PEEK_MAX) {
		*out = true;
		return PS_OK;
	}
	code = ps_reader_open_memory(&all, w, err);
	if (code != PS_OK)
		return code;
	code = is_unsafe(all, out, err);
	ps_reader_close(all);
	return code;
}

/* must_change decides whether a leaf stays as it is. While planning it reads
 * the leaf and notes the answer. */
static ps_code
must_change(struct safe *s, const struct place *at,
    const struct mime_entity *e, bool *out, ps_err *err)
{
	size_t number = s->leaf++;
	uint8_t note;
	ps_code code;

	*out = e->encoding == MIME_8BIT || e->encoding == MIME_BINARY;
	if (s->planned) {
		*out = *out || (number < s->plan.n && s->plan.p[number] != 0);
		return PS_OK;
	}
	if (!s->planning)
		return *out ? PS_OK : guess_unsafe(at->body, out, err);
	code = is_unsafe(at->body, out, err);
	note = *out;
	return code == PS_OK ? ps_buf_add(&s->plan, (ps_slice){ &note, 1 }, err) :
	    code;
}

/* What is made of lines is encoded as lines, so that people can still
 * read it; but binary says that LF is no line end. An encoding that was
 * declared stays. */
static enum change
change_for(const struct mime_entity *e)
{
	bool lines = strcmp(e->type.type, "text") == 0 ||
	    strcmp(e->type.type, "message") == 0;

	switch (e->encoding) {
	case MIME_BASE64:
	case MIME_BINARY:
		return TO_BASE64;
	case MIME_QP:
		return TO_QP;
	case MIME_7BIT:
	case MIME_8BIT:
		return lines ? TO_QP : TO_BASE64;
	case MIME_UNKNOWN:
		break;
	}
	return KEEP;
}

static ps_code
put_encoded(struct safe *s, const struct place *at,
    const struct mime_entity *e, enum change change, ps_err *err)
{
	union { struct ps_b64enc b64; struct ps_qpenc qp; } enc;
	struct mime_decoder dec = { .reader = NULL };
	struct ps_step *step = change == TO_QP ? &enc.qp.step : &enc.b64.step;
	ps_reader *in = NULL;
	ps_writer *w = NULL;
	ps_code code;

	if (change == TO_QP)
		ps_qpenc_init(&enc.qp, false);
	else
		ps_b64enc_init(&enc.b64, false);
	code = mime_decode(&dec, at->body, e->encoding, &in, err);
	if (code == PS_OK)
		code = ps_writer_open_step(&w, s->out, step, err);
	if (code == PS_OK)
		code = ps_pump(in, w, NULL, err);
	if (code == PS_OK)
		code = ps_writer_finish(w, err);
	ps_writer_close(w);
	mime_decoder_clear(&dec);
	return code;
}

/* copy passes an entity on as it is. */
static ps_code
copy(struct safe *s, const struct place *at, ps_err *err)
{
	ps_code code = put_header(s, at, NULL, err);

	if (code == PS_OK)
		code = put_empty_line(s, at, err);
	return code == PS_OK ? ps_pump(at->body, s->out, NULL, err) : code;
}

/* RFC 2045, 6.4: a multipart must not be encoded; one that we could not
 * walk, and an encoding that we do not know, stay. */
static ps_code
leaf(struct safe *s, const struct place *at, const struct mime_entity *e,
    ps_err *err)
{
	static const char *const fields[] = {
		[TO_QP] = "Content-Transfer-Encoding: quoted-printable\r\n",
		[TO_BASE64] = "Content-Transfer-Encoding: base64\r\n",
	};
	enum change change = change_for(e);
	bool must = false;
	ps_code code = must_change(s, at, e, &must, err);

	if (code != PS_OK || s->planning)
		return code;
	if (!must || change == KEEP || strcmp(e->type.type, "multipart") == 0)
		return copy(s, at, err);
	code = put_header(s, at, fields[change], err);
	if (code == PS_OK)
		code = ps_writer_text(s->out, "\r\n", err);
	return code == PS_OK ? put_encoded(s, at, e, change, err) : code;
}

/* inner walks the entity that begins with a header section in `r`. */
static ps_code
inner(struct safe *s, ps_reader *r, uint64_t depth, bool digest, ps_err *err)
{
	struct mime_header h;
	struct place at = { &h, r, depth, digest, false };
	ps_code code;

	if (depth > s->limits->mime_depth)
		return ps_fail(err, PS_E_LIMIT, "mime.safe", PS_NOWHERE,
		    W_MIME_DEPTH, PS_NUMBER("max", s->limits->mime_depth));
	if (++s->entities > s->limits->parts)
		return ps_fail(err, PS_E_LIMIT, "mime.safe", PS_NOWHERE,
		    W_MIME_PARTS, PS_NUMBER("max", s->limits->parts));
	code = mime_header_read(&h, r, s->limits, err);
	if (code != PS_OK)
		return code;
	code = entity(s, &at, err);
	mime_header_clear(&h);
	return code;
}

static ps_code
multipart(struct safe *s, const struct place *at, const struct mime_entity *e,
    ps_err *err)
{
	bool digest = strcmp(e->type.subtype, "digest") == 0;
	enum mime_region kind = MIME_PREAMBLE;
	struct mime_multipart *m = NULL;
	ps_slice delimiter;
	ps_reader *r;
	ps_code code = put_container(s, at, e, err);

	if (code == PS_OK)
		code = mime_multipart_open(&m, at->body,
		    mime_type_param(&e->type, "boundary"), s->limits, err);
	while (code == PS_OK) {
		code = mime_multipart_region(m, &kind, &delimiter, &r, err);
		if (code != PS_OK || kind == MIME_END)
			break;
		if (delimiter.n != 0)
			code = ps_writer_write(s->out, delimiter, err);
		if (code == PS_OK)
			code = kind == MIME_PART ?
			    inner(s, r, at->depth + 1, digest, err) :
			    ps_pump(r, s->out, NULL, err);
	}
	mime_multipart_close(m);
	return code;
}

static ps_code
message(struct safe *s, const struct place *at, const struct mime_entity *e,
    ps_err *err)
{
	ps_code code = put_container(s, at, e, err);

	return code == PS_OK ? inner(s, at->body, at->depth + 1, false, err) : code;
}

static bool
has_boundary(const struct mime_entity *e)
{
	const char *p = mime_type_param(&e->type, "boundary");

	while (p != NULL && mime_is_space(*p))
		p++;
	return p != NULL && *p != '\0';
}

/* RFC 2046, 5.1.5: without a type, the parts of a digest are messages. */
static bool
is_message(const struct mime_entity *e, bool digest)
{
	if (digest && !e->type.present)
		return true;
	return mime_type_is(&e->type, "message", "rfc822") ||
	    mime_type_is(&e->type, "message", "global");
}

static bool
is_sealed(const struct mime_entity *e)
{
	return mime_type_is(&e->type, "multipart", "signed") ||
	    mime_type_is(&e->type, "multipart", "encrypted");
}

static ps_code
entity(struct safe *s, const struct place *at, ps_err *err)
{
	struct mime_entity e;
	ps_code code = mime_entity_parse(&e, at->h, s->limits, err);

	if (code != PS_OK)
		return code;
	if (is_sealed(&e))
		code = copy(s, at, err);
	else if (strcmp(e.type.type, "multipart") == 0 && has_boundary(&e) &&
	    is_identity(e.encoding))
		code = multipart(s, at, &e, err);
	else if (is_message(&e, at->digest) && is_identity(e.encoding))
		code = message(s, at, &e, err);
	else
		code = leaf(s, at, &e, err);
	mime_entity_clear(&e);
	return code;
}

/* walk writes all to `dst`. */
static ps_code
walk(struct safe *s, const struct place *top, ps_writer *dst, ps_err *err)
{
	struct mime_watch watch = { .from_lf = true };
	ps_code code = mime_canonical_writer(&s->out, dst, &watch, err);

	if (code != PS_OK)
		return code;
	s->leaf = 0;
	s->entities = 1;
	code = entity(s, top, err);
	if (code == PS_OK)
		code = ps_writer_finish(s->out, err);
	ps_writer_close(s->out);
	return code;
}

/* plan walks once for the notes and returns to where the body begins. */
static ps_code
plan(struct safe *s, const struct place *top, ps_err *err)
{
	uint64_t start = ps_reader_offset(top->body);
	ps_writer *null;
	ps_code code = ps_writer_open_null(&null, err);

	if (code != PS_OK)
		return code;
	s->planning = true;
	code = walk(s, top, null, err);
	s->planning = false;
	s->planned = true;
	ps_writer_close(null);
	return code == PS_OK ? ps_reader_rewind_to(top->body, start, err) : code;
}

ps_code
mime_make_safe(const struct mime_header *h, ps_reader *body,
    ps_writer *dst, bool structural_only, const struct ps_limits *limits,
    ps_err *err)
{
	struct safe s = { .limits = limits };
	struct place top = { h, body, 0, false, structural_only };
	ps_code code = PS_OK;

	if (ps_reader_can_return(body))
		code = plan(&s, &top, err);
	if (code == PS_OK)
		code = walk(&s, &top, dst, err);
	ps_buf_clear(&s.plan);
	return code;
}
