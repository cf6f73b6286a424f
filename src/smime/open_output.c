/* SPDX-License-Identifier: ISC */
/*
 * What `open` writes: a header section, and the payload octet for octet.
 *
 * What was protected inside a mail without header protection is its body and
 * structure; fields inside that are not structural are nobody's header (RFC
 * 9788, 4: only with `hp` on the payload root), so the mail's own are written.
 * With header protection it is the other way round: the fields of the payload
 * are the mail's, and of those outside only what transport adds is left.
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
	return opening_output_write(o, f->raw, err);
}

/* Content-Type without what said that and how the fields were protected: they
 * no longer are. */
static ps_code
write_type(struct opening *o, const struct mime_field *f, ps_err *err)
{
	static const char *const names[] = { "hp", "hp-legacy-display", "protected-headers",
	    NULL };
	const uint8_t *end = f->body.p + f->body.n;
	struct ps_buf body = { .p = NULL };
	ps_code code;

	if ((code = mime_type_cut(f->body, names, &body, err)) == PS_OK &&
	    (code = opening_output_write(o, (ps_slice){ f->raw.p,
	    (size_t)(f->body.p - f->raw.p) }, err)) == PS_OK &&
	    (code = opening_output_write(o, ps_buf_get(&body), err)) == PS_OK)
		code = opening_output_write(o, (ps_slice){ end,
		    f->raw.n - (size_t)(end - f->raw.p) }, err);
	ps_buf_clear(&body);
	return code;
}

ps_code
opening_output_part(struct opening *o, const struct mime_header *h, bool cut, ps_err *err)
{
	const struct mime_field *type = mime_header_find(h, "Content-Type", 0);
	ps_slice block = ps_buf_get(&h->block);
	size_t before;
	ps_code code;

	if (!cut || type == NULL)
		return opening_output_write(o, block, err);
	before = (size_t)(type->raw.p - block.p);
	if ((code = opening_output_write(o, (ps_slice){ block.p, before }, err)) != PS_OK ||
	    (code = write_type(o, type, err)) != PS_OK)
		return code;
	before += type->raw.n;
	return opening_output_write(o, (ps_slice){ block.p + before, block.n - before }, err);
}

static bool
is_protected(const struct opening *o)
{
	return o->v->headers.mode != PS_HP_NONE;
}

/*
 * RFC 9788, 4: with header protection, fields that stand only outside are not shown
 * unless transport put them there, and those that stand inside too are not looked at.
 */
static bool
is_shown(const struct opening *o, const struct mime_field *f)
{
	const struct ps_headers *p = &o->v->headers;

	if (mime_field_is_structural(f))
		return false;
	if (!is_protected(o))
		return true;
	return f->name.n != 0 && (p->partial || ps_headers_is_transit(f->name)) &&
	    !ps_headers_cover(p, f->name);
}

static ps_code
write_outer(struct opening *o, ps_err *err)
{
	ps_code code = PS_OK;

	for (size_t i = 0; i < o->mail.n && o->is_mail && code == PS_OK; i++)
		if (is_shown(o, &o->mail.field[i]))
			code = write_field(o, &o->mail.field[i], err);
	return code;
}

/* When the payload becomes a part, its fields that are the mail's stand above. */
static ps_code
write_user_fields(struct opening *o, const struct mime_header *payload, ps_err *err)
{
	ps_code code = PS_OK;

	if (!o->out.may_wrap || !is_protected(o))
		return PS_OK;
	for (size_t i = 0; i < payload->n && code == PS_OK; i++) {
		const struct mime_field *f = &payload->field[i];

		if (f->name.n != 0 && !mime_field_is(f, "HP-Outer") &&
		    !mime_field_is_structural(f))
			code = write_field(o, f, err);
	}
	return code;
}

static ps_code
write_protected(struct opening *o, const struct mime_header *payload, ps_err *err)
{
	ps_code code = PS_OK;

	for (size_t i = 0; i < payload->n && code == PS_OK; i++) {
		const struct mime_field *f = &payload->field[i];

		if (f->name.n == 0 || mime_field_is(f, "HP-Outer") ||
		    (o->out.wrapped && !mime_field_is_structural(f)))
			continue;
		code = mime_field_is(f, "Content-Type") ? write_type(o, f, err)
		    : write_field(o, f, err);
	}
	return code;
}

/* MIME-Version is the mail's; without one, and with MIME inside, we add it. */
static ps_code
write_structural(struct opening *o, const struct mime_header *payload, bool lf, ps_err *err)
{
	bool any = false, version = mime_header_count(payload, "MIME-Version") != 0;
	ps_code code;

	for (size_t i = 0; i < payload->n; i++)
		any |= mime_field_is_structural(&payload->field[i]);
	if (o->is_mail && any && !version && !o->out.wrapped &&
	    (code = ps_writer_text(opening_output_place(o),
	    lf ? "MIME-Version: 1.0\n" : "MIME-Version: 1.0\r\n", err)) != PS_OK)
		return code;
	if (is_protected(o))
		return write_protected(o, payload, err);
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
	if ((code = write_outer(o, err)) != PS_OK ||
	    (code = write_user_fields(o, payload, err)) != PS_OK ||
	    (code = opening_wrap_begin(o, err)) != PS_OK ||
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
	return opening_output_write(o, in, err);
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
