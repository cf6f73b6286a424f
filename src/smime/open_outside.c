/* SPDX-License-Identifier: ISC */
/*
 * What stands outside the protection, for who asked to see it (--all-parts).
 *
 * Text and parts around a signed part were written by anybody. They are never
 * put into one body with what was signed: the output becomes a multipart whose
 * first part is the payload as it was, and each of the others is headed by a
 * Content-Description of ours, in place of its own.
 */
#include "base/text.h"
#include "crypto/digest.h"
#include "mime/mime.h"
#include "smime/opening.h"

/* A preamble stands before the payload and is written behind it. */
enum { PREAMBLE_MAX = 65536 };

#define MARK	"Content-Description: outside the protection\r\n"

static ps_code
write_text(struct opening *o, const char *text, ps_err *err)
{
	return opening_output_write(o, ps_str(text), err);
}

/* One of the lines that we make; the converter of line ends does the rest. */
static ps_code
write_delimiter(struct opening *o, const char *before, const char *after, ps_err *err)
{
	ps_code code;

	if ((code = write_text(o, before, err)) != PS_OK ||
	    (code = write_text(o, o->out.boundary, err)) != PS_OK)
		return code;
	return write_text(o, after, err);
}

ps_code
opening_wrap_begin(struct opening *o, ps_err *err)
{
	uint8_t random[16];
	ps_code code;

	if (!o->out.may_wrap)
		return PS_OK;
	if ((code = ps_random(random, sizeof random, err)) != PS_OK)
		return code;
	mime_boundary(o->out.boundary, random);
	o->out.wrapped = true;
	if ((code = write_delimiter(o, "MIME-Version: 1.0\r\n"
	    "Content-Type: multipart/mixed; boundary=\"", "\"\r\n\r\n", err)) != PS_OK)
		return code;
	return write_delimiter(o, "--", "\r\n", err);
}

ps_code
opening_wrap_end(struct opening *o, ps_err *err)
{
	return o->out.wrapped ? write_delimiter(o, "\r\n--", "--\r\n", err) : PS_OK;
}

static ps_code
begin_text(struct opening *o, ps_err *err)
{
	ps_code code = write_delimiter(o, "\r\n--", "\r\n", err);

	return code != PS_OK ? code : write_text(o,
	    "Content-Type: text/plain; charset=unknown-8bit\r\n"
	    "Content-Transfer-Encoding: 8bit\r\n" MARK "\r\n", err);
}

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Consumes white space; *out_any: something else comes. */
static ps_code
skip_blank(ps_reader *r, bool *out_any, ps_err *err)
{
	ps_slice s;
	size_t n;
	ps_code code;

	*out_any = false;
	while ((code = ps_reader_peek(r, 1, &s, err)) == PS_OK && s.n != 0) {
		for (n = 0; n < s.n && is_blank(s.p[n]); n++)
			continue;
		ps_reader_consume(r, n);
		if (n < s.n) {
			*out_any = true;
			return PS_OK;
		}
	}
	return code;
}

ps_code
opening_outside_keep(struct opening *o, ps_reader *r, struct ps_buf *out, ps_err *err)
{
	ps_slice s;
	bool any;
	ps_code code;

	if (!o->out.may_wrap)
		return PS_OK;
	if ((code = skip_blank(r, &any, err)) != PS_OK || !any)
		return code;
	while ((code = ps_reader_peek(r, 1, &s, err)) == PS_OK && s.n != 0 &&
	    out->n < PREAMBLE_MAX) {
		if (s.n > PREAMBLE_MAX - out->n)
			s.n = PREAMBLE_MAX - out->n;
		if ((code = ps_buf_add(out, s, err)) != PS_OK)
			return code;
		ps_reader_consume(r, s.n);
	}
	return code;
}

ps_code
opening_outside_text(struct opening *o, ps_slice text, ps_err *err)
{
	ps_code code;

	if (!o->out.wrapped || text.n == 0)
		return PS_OK;
	code = begin_text(o, err);
	return code != PS_OK ? code : opening_output_write(o, text, err);
}

ps_code
opening_outside_rest(struct opening *o, ps_reader *r, bool *out_any, ps_err *err)
{
	ps_code code = skip_blank(r, out_any, err);

	if (code != PS_OK || !*out_any || !o->out.wrapped)
		return code;
	code = begin_text(o, err);
	return code != PS_OK ? code : opening_output_pump(o, r, err);
}

/* Is it a field of a part that may be shown beside our mark? */
static bool
is_kept(const struct mime_field *f)
{
	return mime_field_is_structural(f) && !mime_field_is(f, "Content-Description") &&
	    !mime_field_is(f, "MIME-Version");
}

ps_code
opening_outside_part(struct opening *o, const struct mime_header *h, ps_reader *body, ps_err *err)
{
	ps_code code;

	if (!o->out.wrapped)
		return PS_OK;
	if ((code = write_delimiter(o, "\r\n--", "\r\n", err)) != PS_OK)
		return code;
	for (size_t i = 0; i < h->n; i++)
		if (is_kept(&h->field[i]) &&
		    (code = opening_output_write(o, h->field[i].raw, err)) != PS_OK)
			return code;
	if ((code = write_text(o, MARK "\r\n", err)) != PS_OK)
		return code;
	return opening_output_pump(o, body, err);
}
