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

/* A first line of digits alone, long enough, that decodes to a ContentInfo:
 * no header field looks so, for it has a colon. */
static bool
is_base64_cms(ps_slice s)
{
	struct ps_b64dec dec;
	struct ps_step_io io;
	uint8_t out[48];
	size_t n = 0;

	while (n < s.n && is_base64_digit(s.p[n]))
		n++;
	if (n < 24)
		return false;
	ps_b64dec_init(&dec);
	io = (struct ps_step_io){ .in = s.p, .in_end = s.p + (n < 64 ? n / 4 * 4 : 64),
	    .out = out, .out_end = out + sizeof out };
	if (dec.step.ops->run(&dec.step, &io, NULL) != PS_OK)
		return false;
	return is_content_info(out, (size_t)(io.out - out));
}

ps_code
opening_look(ps_reader *r, enum opening_form *out, ps_err *err)
{
	ps_slice s;
	ps_code code = ps_reader_peek(r, LOOK, &s, err);

	if (code != PS_OK)
		return code;
	while (s.n > 0 && (*s.p == '\r' || *s.p == '\n')) {
		s.p++;
		s.n--;
	}
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

ps_code
opening_cms_source(struct opening_cms_source *s, ps_reader *src, enum opening_form form,
    ps_reader **out, ps_err *err)
{
	ps_code code;

	s->step = NULL;
	*out = src;
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
