/* SPDX-License-Identifier: ISC */
/*
 * Object identifiers as dotted text.
 *
 * Components have no upper bound (2.25 carries 128-bit UUIDs), so they are
 * turned into decimal digits without any machine number in between.
 */
#include <string.h>

#include "der/der.h"
#include "der/head.h"

enum { DIGITS = 96 };	/* of a component: more than 300 bits */

struct decimal {
	uint8_t		 digit[DIGITS];	/* the lowest first */
	size_t		 n;
	bool		 over;
};

/* d = d * 128 + more */
static void
shift_in(struct decimal *d, unsigned more)
{
	for (size_t i = 0; i < d->n; i++) {
		more += d->digit[i] * 128u;
		d->digit[i] = (uint8_t)(more % 10);
		more /= 10;
	}
	for (; more != 0 && d->n < DIGITS; more /= 10)
		d->digit[d->n++] = (uint8_t)(more % 10);
	if (more != 0)
		d->over = true;
}

/* d = d - 80, for d >= 80: only the digit of the tens and above change. */
static void
subtract_80(struct decimal *d)
{
	unsigned borrow = 8;

	for (size_t i = 1; i < d->n && borrow != 0; i++) {
		unsigned digit = d->digit[i] + 10u - borrow;

		d->digit[i] = (uint8_t)(digit % 10);
		borrow = digit < 10;
	}
	while (d->n > 1 && d->digit[d->n - 1] == 0)
		d->n--;
}

static bool
put(char *out, size_t size, size_t *at, char c)
{
	if (*at + 1 >= size)
		return false;
	out[(*at)++] = c;
	return true;
}

static bool
put_decimal(char *out, size_t size, size_t *at, const struct decimal *d)
{
	if (d->over)
		return false;
	if (d->n == 0)
		return put(out, size, at, '0');
	for (size_t i = d->n; i-- > 0;)
		if (!put(out, size, at, (char)('0' + d->digit[i])))
			return false;
	return true;
}

/* X.690, 8.19.4: the first two arcs share a component, arc1 * 40 + arc2. */
static bool
put_first(char *out, size_t size, size_t *at, struct decimal *d)
{
	unsigned small = d->n < 3 && !d->over ? d->digit[0] + d->digit[1] * 10u : 80;
	char root = small < 40 ? '0' : small < 80 ? '1' : '2';

	if (small < 80) {
		small %= 40;
		*d = (struct decimal){ 0 };
		shift_in(d, small);
	} else {
		subtract_80(d);
	}
	return put(out, size, at, root) && put(out, size, at, '.') &&
	    put_decimal(out, size, at, d);
}

static bool
put_component(char *out, size_t size, size_t *at, struct decimal *d)
{
	if (*at == 0)
		return put_first(out, size, at, d);
	return put(out, size, at, '.') && put_decimal(out, size, at, d);
}

/* Says that the text goes on, in the last of its room. */
static void
cut(char *out, size_t size, size_t *at)
{
	static const char more[] = "...";
	size_t n = sizeof more - 1;

	if (size <= n)
		return;
	if (*at > size - 1 - n)
		*at = size - 1 - n;
	memcpy(out + *at, more, n);
	*at += n;
}

const char *
der_oid_text(ps_slice oid, char *out, size_t size)
{
	struct decimal d = { 0 };
	size_t at = 0;

	if (size == 0)
		return out;
	for (size_t i = 0; i < oid.n; i++) {
		shift_in(&d, oid.p[i] & 0x7fu);
		if (!d.over && (oid.p[i] & 0x80) && i + 1 < oid.n)
			continue;
		if (d.over || (oid.p[i] & 0x80) ||
		    !put_component(out, size, &at, &d)) {
			cut(out, size, &at);
			break;
		}
		d = (struct decimal){ 0 };
	}
	out[at] = '\0';
	return out;
}
