/* SPDX-License-Identifier: ISC */
/*
 * Whether octets are DER already.
 *
 * What was signed is hashed as DER (RFC 5652, 5.4), so before signed
 * attributes are hashed as they came, this asks whether they may be. It walks
 * with a stack of its own: the depth of a message is the sender's choice.
 */
#include <string.h>

#include "der/der.h"
#include "der/head.h"

struct level {
	const uint8_t	*end;
	ps_slice	 last;		/* the element before, in a SET */
	bool		 set;
};

static bool
all_zero(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != 0)
			return false;
	return true;
}

/* X.690, 11.6: as octet strings, the shorter padded with zeros. */
int
der_set_of_compare(ps_slice a, ps_slice b)
{
	size_t both = a.n < b.n ? a.n : b.n;
	int order = both == 0 ? 0 : memcmp(a.p, b.p, both);

	if (order != 0)
		return order;
	if (a.n > both)
		return all_zero(a.p + both, a.n - both) ? 0 : 1;
	return b.n == both || all_zero(b.p + both, b.n - both) ? 0 : -1;
}

/* X.690, 10.2: strings are primitive; SEQUENCE and SET are made of elements. */
static bool
form_is_der(uint32_t tag)
{
	static const uint32_t constructed = 1u << 8 | 1u << 11 | 1u << 16 |
	    1u << 17 | 1u << 29;

	if (tag >= 0x40)
		return true;
	return (constructed >> (tag & 0x1f) & 1) ==
	    (der_tag_constructed(tag) ? 1u : 0u);
}

/* The next element at `p` may stand there. */
static bool
check(struct level *in, const uint8_t *p, bool sets, struct der_head *out)
{
	ps_slice whole;

	if (der_head_read(p, (size_t)(in->end - p), out) != DER_HEAD_OK ||
	    out->tag == 0 || !out->minimal || !form_is_der(out->tag) ||
	    out->length > (size_t)(in->end - p) - out->n)
		return false;
	whole = (ps_slice){ p, out->n + (size_t)out->length };
	if (in->set && sets && der_set_of_compare(in->last, whole) > 0)
		return false;
	in->last = whole;
	return true;
}

bool
der_is_canonical(ps_slice element, bool sets)
{
	struct level level[DER_DEPTH_MAX + 1] = { 0 };
	const uint8_t *p = element.p;
	struct der_head h;
	unsigned depth = 0;
	size_t whole;

	if (!der_split(element, NULL, NULL, &whole) || whole != element.n)
		return false;
	level[0].end = p + element.n;
	for (;;) {
		while (depth > 0 && p == level[depth].end)
			depth--;
		if (p == level[depth].end)
			return true;
		if (!check(&level[depth], p, sets, &h))
			return false;
		p += h.n;
		if (!der_tag_constructed(h.tag)) {
			p += h.length;
			continue;
		}
		if (depth == DER_DEPTH_MAX)
			return false;
		level[++depth] = (struct level){ .end = p + h.length,
		    .set = h.tag == DER_SET };
	}
}
