/* SPDX-License-Identifier: ISC */
/*
 * Object identifiers from dotted text, as people give them on a command line.
 */
#include "der/der.h"

/* One arc of digits, no more than fits; moves *text behind it. */
static bool
read_arc(const char **text, uint64_t *out)
{
	const char *p = *text;
	uint64_t v = 0;

	for (; *p >= '0' && *p <= '9'; p++) {
		uint64_t digit = (uint64_t)(*p - '0');

		if (v > (UINT64_MAX - digit) / 10)
			return false;
		v = v * 10 + digit;
	}
	if (p == *text || (**text == '0' && p - *text > 1))
		return false;
	*text = p;
	*out = v;
	return true;
}

/* X.690, 8.19.2: seven bits an octet, the highest first. */
static bool
put_component(uint64_t v, uint8_t *out, size_t size, size_t *at)
{
	size_t n = 1;

	for (uint64_t rest = v >> 7; rest != 0; rest >>= 7)
		n++;
	if (size - *at < n)
		return false;
	for (size_t i = n; i-- > 0; v >>= 7)
		out[*at + i] = (uint8_t)((v & 0x7f) | (i + 1 == n ? 0 : 0x80));
	*at += n;
	return true;
}

/* X.690, 8.19.4: the first two arcs share a component. */
static bool
read_first(const char **text, uint64_t *out)
{
	uint64_t first, second;

	if (!read_arc(text, &first) || **text != '.')
		return false;
	++*text;
	if (!read_arc(text, &second) || first > 2 || (first < 2 && second > 39) ||
	    second > UINT64_MAX - 80)
		return false;
	*out = first * 40 + second;
	return true;
}

bool
der_oid_parse(const char *text, uint8_t *out, size_t size, size_t *out_n)
{
	uint64_t arc;
	size_t at = 0;

	if (!read_first(&text, &arc) || !put_component(arc, out, size, &at))
		return false;
	while (*text == '.') {
		text++;
		if (!read_arc(&text, &arc) || !put_component(arc, out, size, &at))
			return false;
	}
	if (*text != '\0')
		return false;
	*out_n = at;
	return true;
}
