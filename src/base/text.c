/* SPDX-License-Identifier: ISC */
/*
 * Makes strangers' text fit to be seen. A subject name is not allowed to
 * write log lines, to turn the reading direction, or to hide.
 */
#include "base/text.h"

#include <string.h>

static const char hex[] = "0123456789abcdef";

int
ps_ascii_lower(int c)
{
	return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

bool
ps_slice_equal(ps_slice a, ps_slice b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool
ps_ascii_equal(ps_slice a, ps_slice b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (ps_ascii_lower(a.p[i]) != ps_ascii_lower(b.p[i]))
			return false;
	return true;
}

void
ps_text_hex(char *out, ps_slice in)
{
	for (size_t i = 0; i < in.n; i++) {
		*out++ = hex[in.p[i] >> 4];
		*out++ = hex[in.p[i] & 15];
	}
	*out = '\0';
}

size_t
ps_text_utf8(const uint8_t *p, size_t n, uint32_t *out_code)
{
	static const uint32_t least[5] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t length;
	uint32_t code;

	if (n == 0)
		return 0;
	if (p[0] < 0x80) {
		*out_code = p[0];
		return 1;
	}
	length = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	if (p[0] < 0xc2 || p[0] > 0xf4 || length > n)
		return 0;
	code = p[0] & (0x7fu >> length);
	for (size_t i = 1; i < length; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (p[i] & 0x3fu);
	}
	if (code < least[length] || code > 0x10ffff ||
	    (code >= 0xd800 && code <= 0xdfff))
		return 0;
	*out_code = code;
	return length;
}

/* Controls, line and paragraph separators, direction marks, zero width. */
static bool
must_hide(uint32_t c)
{
	return c < 0x20 || c == '\\' || (c >= 0x7f && c < 0xa0) || c == 0xad ||
	    (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	    (c >= 0x2060 && c <= 0x206f) || c == 0x61c || c == 0xfeff ||
	    (c >= 0xfff9 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe0fff);
}

size_t
ps_text_cut(const char *p, size_t n)
{
	while (n > 0 && ((uint8_t)p[n] & 0xc0) == 0x80)
		n--;
	return n;
}

static size_t
put_escaped(char *out, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		out[4 * i] = '\\';
		out[4 * i + 1] = 'x';
		out[4 * i + 2] = hex[p[i] >> 4];
		out[4 * i + 3] = hex[p[i] & 15];
	}
	return 4 * n;
}

size_t
ps_text_escape(char *out, size_t size, ps_slice in)
{
	size_t used = 0, fits = 0, width, length;
	uint32_t code = 0;

	for (size_t i = 0; i < in.n; i += length) {
		length = ps_text_utf8(in.p + i, in.n - i, &code);
		bool bad = length == 0 || must_hide(code);
		if (length == 0)
			length = 1;
		width = bad ? 4 * length : length;
		if (used + 3 <= size)
			fits = used;
		if (width > size - used) {
			if (fits + 3 > size)
				return 0;
			memcpy(out + fits, "...", 3);
			return fits + 3;
		}
		if (bad)
			used += put_escaped(out + used, in.p + i, length);
		else {
			memcpy(out + used, in.p + i, length);
			used += length;
		}
	}
	return used;
}
