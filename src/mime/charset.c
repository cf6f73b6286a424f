/* SPDX-License-Identifier: ISC */
/*
 * Charsets to UTF-8.
 *
 * The four that nearly all mail uses are our own tables. The others go to the
 * system's iconv, but only by names in our list: a stranger must not choose
 * which converter is loaded (CVE-2024-2961 was a converter nobody uses).
 */
#include "mime/charset.h"

#include <errno.h>
#include <iconv.h>

#include "base/text.h"

enum charset_kind { UTF8, ASCII, LATIN1, LATIN9, CP1252, OTHER };

static const struct {
	const char	*name;
	enum charset_kind kind;
} charsets[] = {
	{ "utf-8", UTF8 }, { "utf8", UTF8 },
	{ "us-ascii", ASCII }, { "ascii", ASCII },
	{ "iso-8859-1", LATIN1 }, { "latin1", LATIN1 },
	{ "iso-8859-15", LATIN9 }, { "latin-9", LATIN9 },
	{ "windows-1252", CP1252 }, { "cp1252", CP1252 },
	{ "iso-8859-2", OTHER }, { "iso-8859-3", OTHER },
	{ "iso-8859-4", OTHER }, { "iso-8859-5", OTHER },
	{ "iso-8859-6", OTHER }, { "iso-8859-7", OTHER },
	{ "iso-8859-8", OTHER }, { "iso-8859-9", OTHER },
	{ "iso-8859-10", OTHER }, { "iso-8859-13", OTHER },
	{ "iso-8859-14", OTHER }, { "iso-8859-16", OTHER },
	{ "windows-1250", OTHER }, { "windows-1251", OTHER },
	{ "windows-1253", OTHER }, { "windows-1254", OTHER },
	{ "windows-1255", OTHER }, { "windows-1256", OTHER },
	{ "windows-1257", OTHER }, { "windows-1258", OTHER },
	{ "koi8-r", OTHER }, { "koi8-u", OTHER },
	{ "gb2312", OTHER }, { "gbk", OTHER }, { "gb18030", OTHER },
	{ "big5", OTHER }, { "euc-kr", OTHER }, { "euc-jp", OTHER },
	{ "shift_jis", OTHER }, { "iso-2022-jp", OTHER },
};

enum { ROWS = sizeof charsets / sizeof charsets[0] };

/* windows-1252 from 0x80 to 0x9f, by the table of the Unicode consortium;
 * 0: not assigned. */
static const uint16_t cp1252_high[32] = {
	0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
	0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017d, 0,
	0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
	0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178,
};

/* Where ISO-8859-15 is not ISO-8859-1. */
static const uint16_t latin9[][2] = {
	{ 0xa4, 0x20ac }, { 0xa6, 0x0160 }, { 0xa8, 0x0161 }, { 0xb4, 0x017d },
	{ 0xb8, 0x017e }, { 0xbc, 0x0152 }, { 0xbd, 0x0153 }, { 0xbe, 0x0178 },
};

enum { REPLACEMENT = 0xfffd };

/* put appends a code point below 0x10000. */
static ps_code
put(struct ps_buf *out, uint32_t c, ps_err *err)
{
	uint8_t u[3];
	size_t n = 0;

	if (c == '\0' || c == '\r' || c == '\n')
		c = ' ';
	if (c < 0x80) {
		u[n++] = (uint8_t)c;
	} else if (c < 0x800) {
		u[n++] = (uint8_t)(0xc0 | c >> 6);
		u[n++] = (uint8_t)(0x80 | (c & 0x3f));
	} else {
		u[n++] = (uint8_t)(0xe0 | c >> 12);
		u[n++] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
		u[n++] = (uint8_t)(0x80 | (c & 0x3f));
	}
	return ps_buf_add(out, (ps_slice){ u, n }, err);
}

static ps_code
from_utf8(struct ps_buf *out, ps_slice in, ps_err *err)
{
	ps_code code = PS_OK;

	for (size_t i = 0; i < in.n && code == PS_OK;) {
		uint32_t c;
		size_t n = ps_text_utf8(in.p + i, in.n - i, &c);

		if (n > 1)
			code = ps_buf_add(out, (ps_slice){ in.p + i, n }, err);
		else
			code = put(out, n == 0 ? REPLACEMENT : c, err);
		i += n == 0 ? 1 : n;
	}
	return code;
}

static uint32_t
one_octet(enum charset_kind kind, uint8_t c)
{
	if (c < 0x80)
		return c;
	if (kind == ASCII)
		return REPLACEMENT;
	if (kind == CP1252 && c < 0xa0)
		return cp1252_high[c - 0x80] == 0 ? REPLACEMENT :
		    cp1252_high[c - 0x80];
	if (kind == LATIN9)
		for (size_t i = 0; i < sizeof latin9 / sizeof latin9[0]; i++)
			if (latin9[i][0] == c)
				return latin9[i][1];
	return c;
}

static ps_code
from_octets(struct ps_buf *out, enum charset_kind kind, ps_slice in, ps_err *err)
{
	ps_code code = PS_OK;

	for (size_t i = 0; i < in.n && code == PS_OK; i++)
		code = put(out, one_octet(kind, in.p[i]), err);
	return code;
}

/* convert runs iconv over all of `in`; a wrong octet is replaced and passed. */
static ps_code
convert(iconv_t cd, ps_slice in, struct ps_buf *out, ps_err *err)
{
	/* iconv(3) wants a char ** but writes nothing there. */
	union { const uint8_t *octets; char *text; } p = { .octets = in.p };
	size_t left = in.n;
	ps_code code = PS_OK;

	for (bool more = true; more && code == PS_OK;) {
		char window[256], *w = window;
		size_t room = sizeof window, r;
		int no;

		more = left != 0;
		r = more ? iconv(cd, &p.text, &left, &w, &room) :
		    iconv(cd, NULL, NULL, &w, &room);
		no = r == (size_t)-1 ? errno : 0;
		code = ps_buf_add(out, (ps_slice){ (uint8_t *)window,
		    sizeof window - room }, err);
		if (code != PS_OK || no == 0 || no == E2BIG)
			continue;
		if (left != 0) {
			p.octets++;
			left--;
		}
		code = put(out, REPLACEMENT, err);
	}
	return code;
}

static ps_code
from_other(struct ps_buf *out, const char *name, ps_slice in, bool *known,
    ps_err *err)
{
	struct ps_buf utf8 = { 0 };
	iconv_t cd = iconv_open("UTF-8", name);
	ps_code code;

	if (cd == (iconv_t)-1) {
		*known = false;
		return PS_OK;
	}
	code = convert(cd, in, &utf8, err);
	if (code == PS_OK)
		code = from_utf8(out, ps_buf_get(&utf8), err);
	iconv_close(cd);
	ps_buf_clear(&utf8);
	return code;
}

/* The row of a charset's name, or their number. */
static size_t
row_of(ps_slice charset)
{
	size_t i = 0;

	while (i < ROWS && !ps_ascii_equal(charset, ps_str(charsets[i].name)))
		i++;
	return i;
}

ps_code
mime_to_utf8(struct ps_buf *out, ps_slice charset, ps_slice in,
    bool *out_known, ps_err *err)
{
	size_t i = row_of(charset);

	*out_known = i < ROWS;
	if (i == ROWS)
		return PS_OK;
	switch (charsets[i].kind) {
	case UTF8:
		return from_utf8(out, in, err);
	case OTHER:
		return from_other(out, charsets[i].name, in, out_known, err);
	case ASCII:
	case LATIN1:
	case LATIN9:
	case CP1252:
		break;
	}
	return from_octets(out, charsets[i].kind, in, err);
}

bool
mime_charset_known(const char *charset)
{
	return row_of(ps_str(charset)) < ROWS;
}

static bool
is_ascii(ps_slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] > 126)
			return false;
	return true;
}

/* One call of iconv into the window; false: it does not fit the charset. */
static ps_code
turn(iconv_t cd, char **in, size_t *left, struct ps_buf *out, bool *out_fits, ps_err *err)
{
	char window[256], *w = window;
	size_t room = sizeof window;
	size_t r = iconv(cd, in, left, &w, &room);

	*out_fits = r == 0 || (r == (size_t)-1 && errno == E2BIG);
	return ps_buf_add(out, (ps_slice){ (uint8_t *)window, sizeof window - room }, err);
}

static ps_code
to_other(struct ps_buf *out, const char *name, ps_slice in, bool *out_fits, ps_err *err)
{
	/* iconv(3) wants a char ** but writes nothing there. */
	union { const uint8_t *octets; char *text; } p = { .octets = in.p };
	size_t left = in.n, before = out->n;
	iconv_t cd = iconv_open(name, "UTF-8");
	ps_code code = PS_OK;

	*out_fits = cd != (iconv_t)-1;
	if (!*out_fits)
		return PS_OK;
	while (code == PS_OK && *out_fits && left != 0)
		code = turn(cd, &p.text, &left, out, out_fits, err);
	if (code == PS_OK && *out_fits)	/* back to the first state of one that has several */
		code = turn(cd, NULL, NULL, out, out_fits, err);
	iconv_close(cd);
	if (code != PS_OK || !*out_fits)
		out->n = before;
	return code;
}

ps_code
mime_from_utf8(struct ps_buf *out, const char *charset, ps_slice in, bool *out_fits, ps_err *err)
{
	size_t i = row_of(ps_str(charset));

	*out_fits = i < ROWS && (is_ascii(in) || charsets[i].kind == UTF8);
	if (*out_fits)
		return ps_buf_add(out, in, err);
	if (i == ROWS || charsets[i].kind == ASCII)
		return PS_OK;
	return to_other(out, charsets[i].name, in, out_fits, err);
}
