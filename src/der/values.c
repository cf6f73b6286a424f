/* SPDX-License-Identifier: ISC */
/*
 * Typed values at the cursor.
 *
 * Each reads one element and refuses what its type forbids, so that parsers
 * need no checks of their own. What real senders get wrong without harm is
 * accepted unless the cursor is strict.
 */
#include "der/der.h"
#include "der/head.h"
#include "der/words.h"

bool
der_oid_valid(ps_slice oid)
{
	bool fresh = true;

	/* X.690, 8.19.2: a component starts with no octet 0x80. */
	for (size_t i = 0; i < oid.n; i++) {
		if (fresh && oid.p[i] == 0x80)
			return false;
		fresh = (oid.p[i] & 0x80) == 0;
	}
	return oid.n != 0 && fresh;
}

ps_slice
der_oid(struct der *d, const char *name)
{
	struct der_taken taken = { 0 };

	if (!der_take(d, DER_OID, name, &taken))
		return taken.value;
	if (!der_oid_valid(taken.value)) {
		der_fail_element(d, taken.whole.p, name, W_DER_WANT_OID);
		return (ps_slice){ 0 };
	}
	return taken.value;
}

/* X.690, 8.3.2: the first nine bits are neither all zero nor all one. */
static bool
integer_minimal(ps_slice v)
{
	return v.n < 2 || !((v.p[0] == 0 && v.p[1] < 0x80) ||
	    (v.p[0] == 0xff && v.p[1] >= 0x80));
}

ps_slice
der_integer(struct der *d, const char *name)
{
	struct der_taken taken = { 0 };
	const char *want = NULL;

	if (!der_take(d, DER_INTEGER, name, &taken))
		return taken.value;
	if (taken.value.n == 0)
		want = W_DER_WANT_INTEGER;
	else if (d->state->strict && !integer_minimal(taken.value))
		want = W_DER_WANT_INT_MINIMAL;
	if (want != NULL) {
		der_fail_element(d, taken.whole.p, name, want);
		return (ps_slice){ 0 };
	}
	return taken.value;
}

bool
der_u64_value(ps_slice v, uint64_t *out)
{
	uint64_t number = 0;

	if (v.n == 0 || v.p[0] >= 0x80)
		return false;
	for (; v.n != 0 && v.p[0] == 0; v.n--)
		v.p++;
	if (v.n > sizeof number)
		return false;
	for (size_t i = 0; i < v.n; i++)
		number = number << 8 | v.p[i];
	*out = number;
	return true;
}

uint64_t
der_u64(struct der *d, const char *name)
{
	const uint8_t *at = d->p;
	ps_slice v = der_integer(d, name);
	uint64_t number = 0;

	if (!der_failed(d) && !der_u64_value(v, &number))
		der_fail_element(d, at, name, W_DER_WANT_U64);
	return number;
}

bool
der_bool(struct der *d, const char *name)
{
	struct der_taken taken;
	const char *want = NULL;

	if (!der_take(d, DER_BOOLEAN, name, &taken))
		return false;
	if (taken.value.n != 1)
		want = W_DER_WANT_BOOL;
	else if (d->state->strict && taken.value.p[0] != 0 &&
	    taken.value.p[0] != 0xff)
		want = W_DER_WANT_BOOL_DER;
	if (want != NULL) {
		der_fail_element(d, taken.whole.p, name, want);
		return false;
	}
	return taken.value.p[0] != 0;
}

ps_slice
der_octets(struct der *d, const char *name)
{
	return der_value(d, DER_OCTETS, name);
}

/* Keys and signatures are whole octets: unused bits could hide a second
 * encoding of the same key, so they are refused. */
ps_slice
der_bits(struct der *d, const char *name)
{
	struct der_taken taken = { 0 };

	if (!der_take(d, DER_BIT_STRING, name, &taken))
		return taken.value;
	if (taken.value.n == 0 || taken.value.p[0] != 0) {
		der_fail_element(d, taken.whole.p, name, W_DER_WANT_BITS);
		return (ps_slice){ 0 };
	}
	return (ps_slice){ taken.value.p + 1, taken.value.n - 1 };
}

unsigned
der_named_bits(struct der *d, const char *name)
{
	struct der_taken taken;
	unsigned bits = 0, unused;
	ps_slice v;

	if (!der_take(d, DER_BIT_STRING, name, &taken))
		return 0;
	v = taken.value;
	unused = v.n == 0 ? 8 : v.p[0];
	/* X.690, 8.6.2.3: an empty bit string has no unused bits. */
	if (unused > 7 || (v.n == 1 && unused != 0)) {
		der_fail_element(d, taken.whole.p, name, W_DER_WANT_NAMED);
		return 0;
	}
	for (size_t i = 1; i < 3; i++)
		bits = bits << 8 | (i < v.n ? v.p[i] : 0u);
	if (v.n == 2 || v.n == 3)
		bits &= ~(((1u << unused) - 1) << (v.n == 2 ? 8 : 0));
	return bits;
}

/* The leading octets that only repeat the sign go. */
static ps_slice
integer_trimmed(ps_slice v)
{
	while (v.n > 1 && !integer_minimal(v)) {
		v.p++;
		v.n--;
	}
	return v;
}

int
der_integer_compare(ps_slice a, ps_slice b)
{
	bool a_negative, b_negative;

	a = integer_trimmed(a);
	b = integer_trimmed(b);
	a_negative = a.n != 0 && a.p[0] >= 0x80;
	b_negative = b.n != 0 && b.p[0] >= 0x80;
	if (a_negative != b_negative)
		return a_negative ? -1 : 1;
	if (a.n != b.n)
		return (a.n < b.n) != a_negative ? -1 : 1;
	for (size_t i = 0; i < a.n; i++)
		if (a.p[i] != b.p[i])
			return a.p[i] < b.p[i] ? -1 : 1;
	return 0;
}
