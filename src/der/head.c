/* SPDX-License-Identifier: ISC */
/*
 * Identifier and length octets.
 *
 * Everything that reads BER or DER reads its heads here, so that a length is
 * understood in one way only. Tag numbers are bounded to three octets and
 * lengths to eight: nothing in CMS or X.509 comes near either.
 */
#include "der/head.h"

#include <string.h>

enum {
	LOW_TAG		= 0x1f,	/* the number of a low tag; all set: high */
	CLASS		= 0xe0,	/* class and constructed bit */
	HIGH_SHIFT	= 21,	/* where DER_HIGH tags keep them */
};

bool
der_tag_constructed(uint32_t tag)
{
	return (tag & (tag & DER_HIGH ? 0x20u << HIGH_SHIFT : 0x20u)) != 0;
}

/*
 * X.690, 8.1.2.4.2: seven bits an octet, the first not all zero; and 8.1.2.2:
 * numbers up to 30 have a single octet. So a tag has one form only.
 */
static size_t
high_tag_read(const uint8_t *p, size_t n, uint32_t *out_tag)
{
	uint32_t number = 0;

	for (size_t i = 1; i < n; i++) {
		if (i > 3 || (i == 1 && p[i] == 0x80))
			return SIZE_MAX;
		number = number << 7 | (p[i] & 0x7fu);
		if (p[i] & 0x80)
			continue;
		if (number < LOW_TAG)
			return SIZE_MAX;
		*out_tag = DER_HIGH | (uint32_t)(p[0] & CLASS) << HIGH_SHIFT |
		    number;
		return i + 1;
	}
	return n > 3 ? SIZE_MAX : 0;
}

size_t
der_identifier_read(const uint8_t *p, size_t n, uint32_t *out_tag)
{
	if (n == 0)
		return 0;
	if ((p[0] & LOW_TAG) == LOW_TAG)
		return high_tag_read(p, n, out_tag);
	/* X.690, 8.1.3.6: universal number 0 is the end-of-contents mark. */
	if (p[0] == 0x20)
		return SIZE_MAX;
	*out_tag = p[0];
	return 1;
}

size_t
der_identifier(uint8_t out[4], uint32_t tag)
{
	size_t n = 0;

	if (!(tag & DER_HIGH)) {
		out[n++] = (uint8_t)tag;
		return n;
	}
	out[n++] = (uint8_t)((tag >> HIGH_SHIFT & CLASS) | LOW_TAG);
	if (tag >> 14 & 0x7f)
		out[n++] = (uint8_t)((tag >> 14 & 0x7f) | 0x80);
	if (n > 1 || (tag >> 7 & 0x7f))
		out[n++] = (uint8_t)((tag >> 7 & 0x7f) | 0x80);
	out[n++] = (uint8_t)(tag & 0x7f);
	return n;
}

/* The long form, `p` behind its first octet, `octets` of them. */
static void
long_length(const uint8_t *p, size_t octets, struct der_head *out)
{
	for (size_t i = 0; i < octets; i++)
		out->length = out->length << 8 | p[i];
	out->minimal = p[0] != 0 && (octets > 1 || p[0] >= 0x80);
}

enum der_head_result
der_head_read(const uint8_t *p, size_t n, struct der_head *out)
{
	struct der_head h = { .minimal = true };
	size_t id = der_identifier_read(p, n, &h.tag), octets;

	if (id == SIZE_MAX)
		return DER_HEAD_BAD_TAG;
	if (id == 0 || id == n)
		return DER_HEAD_SHORT;
	octets = p[id] & 0x7f;
	h.n = id + 1;
	if (p[id] < 0x80) {
		h.length = p[id];
	} else if (octets == 0) {
		/* X.690, 8.1.3.2: the indefinite form needs a constructed one. */
		if (!der_tag_constructed(h.tag))
			return DER_HEAD_BAD_LENGTH;
		h.indefinite = true;
		h.minimal = false;
	} else {
		if (octets > 8)
			return DER_HEAD_BAD_LENGTH;
		if (n - h.n < octets)
			return DER_HEAD_SHORT;
		long_length(p + h.n, octets, &h);
		h.n += octets;
	}
	*out = h;
	return DER_HEAD_OK;
}

bool
der_split(ps_slice in, uint32_t *out_tag, ps_slice *out_value, size_t *out_whole)
{
	struct der_head h;

	if (der_head_read(in.p, in.n, &h) != DER_HEAD_OK || h.tag == 0 ||
	    h.indefinite || h.length > in.n - h.n)
		return false;
	if (out_tag != NULL)
		*out_tag = h.tag;
	if (out_value != NULL)
		*out_value = (ps_slice){ in.p + h.n, (size_t)h.length };
	if (out_whole != NULL)
		*out_whole = h.n + (size_t)h.length;
	return true;
}
