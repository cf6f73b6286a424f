/* SPDX-License-Identifier: ISC */
/*
 * When two names are one.
 *
 * RFC 5280, 7.1: types and order count, the string type does not, nor case,
 * nor the amount of white space. We fold the case of ASCII letters only, as
 * the path building below us does: two answers to one question would be worse
 * than a name that is found a little less often. Octets are compared first,
 * which is nearly always the end of it.
 */
#include "base/text.h"
#include "x509/internal.h"

enum { MULTI = 16, ENDED = 0x7fffffff };	/* MULTI: attributes of one RDN */

/* Folded characters: no white space at the ends, single blanks within. */
struct fold {
	struct ps_chars	 in;
	bool		 started, has_held;
	uint32_t	 held;
};

static bool
white(uint32_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xa0;
}

static uint32_t
lower(uint32_t c)
{
	return c < 0x80 ? (uint32_t)ps_ascii_lower((int)c) : c;
}

static uint32_t
fold_next(struct fold *f)
{
	bool space = false;
	uint32_t c;

	if (f->has_held) {
		f->has_held = false;
		return f->held;
	}
	do {
		if (!ps_chars_next(&f->in, &c))
			return ENDED;
		space |= white(c);
	} while (white(c));
	c = lower(c);
	if (space && f->started) {
		f->held = c;
		f->has_held = true;
		return ' ';
	}
	f->started = true;
	return c;
}

struct attribute {
	ps_slice	 oid, value;
	uint32_t	 tag;
	bool		 used;
};

static bool
value_equal(const struct attribute *a, const struct attribute *b)
{
	struct fold fa = { .started = false }, fb = { .started = false };
	uint32_t c;

	if (!ps_chars_init(&fa.in, a->tag, a->value) || !ps_chars_init(&fb.in, b->tag, b->value))
		return a->tag == b->tag && ps_slice_equal(a->value, b->value);
	do {
		c = fold_next(&fa);
		if (c != fold_next(&fb))
			return false;
	} while (c != ENDED);
	return true;
}

static bool
read_attribute(struct der *rdn, struct attribute *out)
{
	struct der attr = der_enter(rdn, DER_SEQUENCE, "AttributeTypeAndValue");
	ps_slice whole;
	size_t used;

	out->oid = der_oid(&attr, "type");
	whole = der_any(&attr, "value");
	der_leave(&attr);
	out->used = false;
	return !der_failed(rdn) && der_split(whole, &out->tag, &out->value, &used);
}

static bool
read_rdn(struct der *seq, struct attribute list[MULTI], size_t *out_n)
{
	struct der rdn = der_enter(seq, DER_SET, "RelativeDistinguishedName");
	size_t n = 0;

	for (; der_more(&rdn); n++)
		if (n == MULTI || !read_attribute(&rdn, &list[n]))
			return false;
	*out_n = n;
	return !der_failed(seq);
}

/* The set has an order in DER, but it changes with the string types. */
static bool
take_match(const struct attribute *a, struct attribute *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!list[i].used && ps_slice_equal(a->oid, list[i].oid) &&
		    value_equal(a, &list[i])) {
			list[i].used = true;
			return true;
		}
	return false;
}

static bool
rdn_equal(struct der *a, struct der *b)
{
	struct attribute in_a[MULTI], in_b[MULTI];
	size_t na, nb;

	if (!read_rdn(a, in_a, &na) || !read_rdn(b, in_b, &nb) || na != nb)
		return false;
	for (size_t i = 0; i < na; i++)
		if (!take_match(&in_a[i], in_b, nb))
			return false;
	return true;
}

bool
ps_name_equal(ps_slice a, ps_slice b)
{
	struct der_state state_a, state_b;
	struct der da, db, seq_a, seq_b;

	if (ps_slice_equal(a, b))
		return true;
	der_init(&da, &state_a, a, 0, false, "Name");
	der_init(&db, &state_b, b, 0, false, "Name");
	seq_a = der_enter(&da, DER_SEQUENCE, "RDNSequence");
	seq_b = der_enter(&db, DER_SEQUENCE, "RDNSequence");
	while (der_more(&seq_a) && der_more(&seq_b))
		if (!rdn_equal(&seq_a, &seq_b))
			return false;
	return !der_failed(&da) && !der_failed(&db) && !der_more(&seq_a) && !der_more(&seq_b);
}

/* --- the same as a number --- */

#define FNV_START	UINT32_C(0x811c9dc5)
#define FNV_PRIME	UINT32_C(0x01000193)

static uint32_t
fnv(uint32_t h, uint32_t c)
{
	return (h ^ c) * FNV_PRIME;
}

/* Added, not chained: the order within an RDN does not count. */
static bool
add_attribute(void *arg, ps_slice oid, uint32_t tag, ps_slice value)
{
	struct fold f = { .started = false };
	uint32_t *sum = arg, h = FNV_START, c;

	for (size_t i = 0; i < oid.n; i++)
		h = fnv(h, oid.p[i]);
	if (ps_chars_init(&f.in, tag, value))
		while ((c = fold_next(&f)) != ENDED)
			h = fnv(h, c);
	else
		for (size_t i = 0; i < value.n; i++)
			h = fnv(h, value.p[i]);
	*sum += h;
	return true;
}

uint32_t
ps_name_hash(ps_slice name)
{
	uint32_t sum = 0;

	(void)ps_name_each(name, add_attribute, &sum);
	return sum;
}
