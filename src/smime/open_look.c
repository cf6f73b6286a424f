/* SPDX-License-Identifier: ISC */
/*
 * What is this? A mail or an entity, a CMS object as DER or BER, PEM, or bare
 * base64: told apart by looking at the first octets, never by a name.
 */
#include <string.h>

#include "base/text.h"
#include "base/words.h"
#include "smime/opening.h"
#include "smime/words.h"

enum { LOOK = 1024 };

/* SEQUENCE, any length form, then an OBJECT IDENTIFIER: ContentInfo. */
static bool
is_content_info(const uint8_t *p, size_t n)
{
	size_t skip;

	if (n < 4 || p[0] != 0x30)
		return false;
	skip = p[1] < 0x80 ? 2 : 2 + (size_t)(p[1] & 0x7f);
	return skip < 10 && skip < n && p[skip] == 0x06;
}

static bool
starts_with(ps_slice s, const char *text)
{
	size_t n = strlen(text);

	return s.n >= n && memcmp(s.p, text, n) == 0;
}

static bool
is_base64_digit(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	    c == '+' || c == '/';
}

/* The first octets of a first line of digits alone, long enough; no header
 * field looks so, for it has a colon. */
static size_t
base64_start(ps_slice s, uint8_t out[48])
{
	struct ps_b64dec dec;
	struct ps_step_io io;
	size_t n = 0;

	while (n < s.n && is_base64_digit(s.p[n]))
		n++;
	if (n < 24)
		return 0;
	ps_b64dec_init(&dec);
	io = (struct ps_step_io){ .in = s.p, .in_end = s.p + (n < 64 ? n / 4 * 4 : 64),
	    .out = out, .out_end = out + 48 };
	if (dec.step.ops->run(&dec.step, &io, NULL) != PS_OK)
		return 0;
	return (size_t)(io.out - out);
}

static bool
is_base64_cms(ps_slice s)
{
	uint8_t out[48] = { 0 };
	size_t n = base64_start(s, out);

	return is_content_info(out, n);
}

static ps_slice
without_empty_lines(ps_slice s)
{
	while (s.n > 0 && (*s.p == '\r' || *s.p == '\n')) {
		s.p++;
		s.n--;
	}
	return s;
}

ps_code
opening_look(ps_reader *r, enum opening_form *out, ps_err *err)
{
	ps_slice s;
	ps_code code = ps_reader_peek(r, LOOK, &s, err);

	if (code != PS_OK)
		return code;
	s = without_empty_lines(s);
	if (s.n == 0)
		*out = FORM_EMPTY;
	else if (is_content_info(s.p, s.n))
		*out = FORM_DER;
	else if (starts_with(s, "-----BEGIN "))
		*out = FORM_PEM;
	else
		*out = is_base64_cms(s) ? FORM_BASE64 : FORM_MIME;
	return PS_OK;
}

/* ContentInfo whose contentType is one of PKCS #7 or S/MIME. */
static bool
has_cms_oid(const uint8_t *p, size_t n)
{
	static const uint8_t pkcs7[] = { 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01,
	    0x07 };
	static const uint8_t smime[] = { 0x06, 0x0b, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01,
	    0x09, 0x10, 0x01 };
	size_t skip;

	if (!is_content_info(p, n))
		return false;
	skip = p[1] < 0x80 ? 2 : 2 + (size_t)(p[1] & 0x7f);
	p += skip;
	n -= skip;
	return (n > sizeof pkcs7 && memcmp(p, pkcs7, sizeof pkcs7) == 0) ||
	    (n > sizeof smime && memcmp(p, smime, sizeof smime) == 0);
}

bool
opening_is_cms(ps_slice s)
{
	uint8_t out[48] = { 0 };
	size_t n;

	s = without_empty_lines(s);
	n = base64_start(s, out);
	return has_cms_oid(s.p, s.n) || has_cms_oid(out, n) ||
	    starts_with(s, "-----BEGIN PKCS7-") || starts_with(s, "-----BEGIN PKCS #7 ") ||
	    starts_with(s, "-----BEGIN CMS-");
}

ps_code
opening_cms_encoding(ps_reader *body, enum mime_encoding said, enum mime_encoding *out,
    ps_err *err)
{
	enum opening_form form;
	ps_code code;

	*out = said;
	if (said != MIME_BASE64 && said != MIME_QP)
		return PS_OK;
	/* Neither PEM's dashes nor BER's octets can begin such text. */
	if ((code = opening_look(body, &form, err)) == PS_OK &&
	    (form == FORM_PEM || form == FORM_DER))
		*out = MIME_BINARY;
	return code;
}

/* Takes the line "-----BEGIN CMS-----" and what RFC 1421 header lines may
 * follow it, up to the digits. */
static ps_code
skip_armour(ps_reader *r, ps_err *err)
{
	const uint8_t *lf;
	ps_slice s;
	ps_code code;

	for (;;) {
		if ((code = ps_reader_peek(r, LOOK, &s, err)) != PS_OK || s.n == 0)
			return code;
		lf = memchr(s.p, '\n', s.n);
		if (lf == NULL)
			return PS_OK;
		if (memchr(s.p, ':', (size_t)(lf - s.p)) == NULL && s.p[0] != '-' &&
		    is_base64_digit(s.p[0]))
			return PS_OK;
		ps_reader_consume(r, (size_t)(lf - s.p) + 1);
	}
}

static ps_code
skip_empty_lines(ps_reader *r, ps_err *err)
{
	ps_slice s;
	ps_code code = ps_reader_peek(r, LOOK, &s, err);

	if (code == PS_OK)
		ps_reader_consume(r, s.n - without_empty_lines(s).n);
	return code;
}

ps_code
opening_cms_source(struct opening_cms_source *s, ps_reader *src, enum opening_form form,
    ps_reader **out, ps_err *err)
{
	ps_code code;

	s->step = NULL;
	*out = src;
	if (form == FORM_DER && (code = skip_empty_lines(src, err)) != PS_OK)
		return code;
	if (form != FORM_PEM && form != FORM_BASE64)
		return PS_OK;
	if (form == FORM_PEM && (code = skip_armour(src, err)) != PS_OK)
		return code;
	ps_b64dec_init(&s->b64);
	s->b64.dash_ends = form == FORM_PEM;
	if ((code = ps_reader_open_step(&s->step, src, &s->b64.step, err)) == PS_OK)
		*out = s->step;
	return code;
}

void
opening_cms_source_clear(struct opening_cms_source *s)
{
	ps_reader_close(s->step);
	s->step = NULL;
}
