/* SPDX-License-Identifier: ISC */
/*
 * What `open` writes: the mail's own fields as they came, the payload's
 * structural fields, and the payload octet for octet.
 *
 * What was protected inside a mail without header protection is its body and
 * structure; fields inside that are not structural are nobody's header (RFC
 * 9788, 4: only with `hp` on the payload root), so they are not written.
 */
#include <string.h>

#include "base/text.h"
#include "base/words.h"
#include "smime/opening.h"

ps_writer *
opening_output_place(struct opening *o)
{
	return o->out.converted != NULL ? o->out.converted : o->out.dst;
}

ps_code
opening_output_write(struct opening *o, ps_slice in, ps_err *err)
{
	if (o->out.dst == NULL || in.n == 0)
		return PS_OK;
	return ps_writer_write(opening_output_place(o), in, err);
}

ps_code
opening_output_pump(struct opening *o, ps_reader *r, ps_err *err)
{
	return o->out.dst == NULL ? ps_reader_drain(r, NULL, err)
	    : ps_pump(r, opening_output_place(o), NULL, err);
}

/* The lines of the output end as those of the input, or as was asked for. */
static ps_code
choose_eol(struct opening *o, bool binary, ps_err *err)
{
	int eol = o->op->setup.eol;
	bool to_lf = eol == 2 || (eol == 0 && o->lf);

	if (binary || (!to_lf && eol == 0))
		return PS_OK;
	ps_eol_init(&o->out.eol, to_lf);
	return ps_writer_open_step(&o->out.converted, o->out.dst, &o->out.eol.step, err);
}

static bool
is_binary(const struct mime_header *h)
{
	const struct mime_field *f = mime_header_find(h, "Content-Transfer-Encoding", 0);
	static const char binary[] = "binary";

	if (f == NULL)
		return false;
	for (size_t i = 0; i + sizeof binary - 1 <= f->body.n; i++)
		if (ps_ascii_equal((ps_slice){ f->body.p + i, sizeof binary - 1 },
		    ps_str(binary)))
			return true;
	return false;
}

static ps_code
write_field(struct opening *o, const struct mime_field *f, ps_err *err)
{
	return ps_writer_write(opening_output_place(o), f->raw, err);
}

/* MIME-Version is the mail's; without one, and with MIME inside, we add it. */
static ps_code
write_structural(struct opening *o, const struct mime_header *payload, bool lf, ps_err *err)
{
	bool any = false, version = mime_header_count(payload, "MIME-Version") != 0;
	ps_code code;

	for (size_t i = 0; i < payload->n; i++)
		any |= mime_field_is_structural(&payload->field[i]);
	if (o->is_mail && any && !version && !o->out.wrapped && (code = ps_writer_text(opening_output_place(o),
	    lf ? "MIME-Version: 1.0\n" : "MIME-Version: 1.0\r\n", err)) != PS_OK)
		return code;
	for (size_t i = 0; i < payload->n; i++)
		if ((!o->is_mail || mime_field_is_structural(&payload->field[i])) &&
		    (code = write_field(o, &payload->field[i], err)) != PS_OK)
			return code;
	return PS_OK;
}

static ps_code
write_fields(struct opening *o, const struct mime_header *payload, ps_err *err)
{
	bool lf = payload->n != 0 ? payload->lf : o->lf;
	ps_code code;

	if (payload == &o->mail)	/* no layer at all: as it came */
		return ps_writer_write(opening_output_place(o), ps_buf_get(&payload->block), err);
	if (o->mail.postmark.n != 0 &&
	    (code = ps_writer_write(opening_output_place(o), o->mail.postmark, err)) != PS_OK)
		return code;
	for (size_t i = 0; i < o->mail.n && o->is_mail; i++)
		if (!mime_field_is_structural(&o->mail.field[i]) &&
		    (code = write_field(o, &o->mail.field[i], err)) != PS_OK)
			return code;
	if ((code = opening_wrap_begin(o, err)) != PS_OK ||
	    (code = write_structural(o, payload, lf, err)) != PS_OK)
		return code;
	if (!o->is_mail && payload->n == 0 && !o->out.wrapped)
		return PS_OK;	/* content of a bare object: nothing before it */
	return ps_writer_text(opening_output_place(o), lf ? "\n" : "\r\n", err);
}

ps_code
opening_output_header(struct opening *o, const struct mime_header *payload, ps_err *err)
{
	ps_code code;

	if (o->out.dst == NULL || o->out.begun)
		return PS_OK;
	o->out.begun = true;
	if ((code = choose_eol(o, is_binary(payload), err)) != PS_OK)
		return code;
	return write_fields(o, payload, err);
}

ps_code
opening_output_look(void *arg, ps_slice in, ps_err *err)
{
	struct opening *o = arg;
	uint64_t skip;

	if (in.p == NULL && in.n == SIZE_MAX) {
		o->out.at = 0;
		return PS_OK;
	}
	skip = o->out.high - o->out.at;
	o->out.at += in.n;
	if (skip >= in.n || o->out.dst == NULL)
		return PS_OK;
	o->out.high = o->out.at;
	in.p += skip;
	in.n -= (size_t)skip;
	return ps_writer_write(opening_output_place(o), in, err);
}

ps_code
opening_output_finish(struct opening *o, ps_err *err)
{
	ps_code code = opening_wrap_end(o, err);

	if (code != PS_OK || o->out.converted == NULL)
		return code;
	return ps_writer_finish(o->out.converted, err);
}

void
opening_output_clear(struct opening *o)
{
	ps_writer_close(o->out.converted);
	memset(&o->out, 0, sizeof o->out);
}
