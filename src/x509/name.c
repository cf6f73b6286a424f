/* SPDX-License-Identifier: ISC */
/*
 * Distinguished names as text.
 *
 * RFC 4514: the last RDN comes first, special characters are escaped, and
 * what is not known is written as #hex. Any octet may be written as a pair of
 * digits behind a backslash; we use that for everything that would
 * mislead an eye or a terminal, so the text is still the name.
 */
#include <string.h>

#include "base/text.h"
#include "x509/internal.h"
#include "x509/words.h"

enum { RDNS = 64, OID_TEXT = 128 };

#define OID(s)	{ (const uint8_t *)(s), sizeof(s) - 1 }

static const struct {
	ps_slice	 oid;
	const char	*name;
} attributes[] = {
	{ OID("\x55\x04\x03"),	"CN" },
	{ OID("\x55\x04\x04"),	"SN" },
	{ OID("\x55\x04\x05"),	"SERIALNUMBER" },
	{ OID("\x55\x04\x06"),	"C" },
	{ OID("\x55\x04\x07"),	"L" },
	{ OID("\x55\x04\x08"),	"ST" },
	{ OID("\x55\x04\x09"),	"STREET" },
	{ OID("\x55\x04\x0a"),	"O" },
	{ OID("\x55\x04\x0b"),	"OU" },
	{ OID("\x55\x04\x0c"),	"title" },
	{ OID("\x55\x04\x0f"),	"businessCategory" },
	{ OID("\x55\x04\x11"),	"postalCode" },
	{ OID("\x55\x04\x2a"),	"GN" },
	{ OID("\x55\x04\x2b"),	"initials" },
	{ OID("\x55\x04\x2c"),	"generationQualifier" },
	{ OID("\x55\x04\x2e"),	"dnQualifier" },
	{ OID("\x55\x04\x41"),	"pseudonym" },
	{ OID("\x55\x04\x61"),	"organizationIdentifier" },
	{ OID("\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x01"), "UID" },
	{ OID("\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19"), "DC" },
	{ OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01"), "emailAddress" },
	{ OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x02"), "unstructuredName" },
};

/* Text that ends in "..." when it does not fit; no piece is cut. */
struct text {
	char	*out;
	size_t	 size, n;
	bool	 full;
};

static void
put(struct text *t, const char *p, size_t n)
{
	static const char dots[] = "...";

	if (t->full)
		return;
	if (n + sizeof dots <= t->size - t->n) {
		memcpy(t->out + t->n, p, n);
		t->n += n;
		return;
	}
	t->full = true;
	if (sizeof dots <= t->size - t->n) {
		memcpy(t->out + t->n, dots, sizeof dots - 1);
		t->n += sizeof dots - 1;
	}
}

static void
put_text(struct text *t, const char *s)
{
	put(t, s, strlen(s));
}

static void
put_hex(struct text *t, ps_slice in, const char *before)
{
	char pair[4];
	size_t skip = strlen(before);

	memcpy(pair, before, skip);
	for (size_t i = 0; i < in.n && !t->full; i++) {
		ps_text_hex(pair + skip, (ps_slice){ in.p + i, 1 });
		put(t, pair, skip + 2);
	}
}

static size_t
utf8(uint32_t c, uint8_t out[4])
{
	if (c < 0x80) {
		out[0] = (uint8_t)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (uint8_t)(0xc0 | c >> 6);
		out[1] = (uint8_t)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (uint8_t)(0xe0 | c >> 12);
		out[1] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
		out[2] = (uint8_t)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (uint8_t)(0xf0 | c >> 18);
	out[1] = (uint8_t)(0x80 | (c >> 12 & 0x3f));
	out[2] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
	out[3] = (uint8_t)(0x80 | (c & 0x3f));
	return 4;
}

/* Does it do anything but look like itself? base/text.h decides. */
static bool
plain(ps_slice c)
{
	char escaped[32];

	return ps_text_escape(escaped, sizeof escaped, c) == c.n;
}

/* RFC 4514, 2.4. */
static void
put_char(struct text *t, uint32_t c, bool first, bool last)
{
	uint8_t octets[4];
	ps_slice s = { octets, 1 };
	char pair[2] = { '\\', (char)c };

	if (c >= PS_CHARS_RAW)
		octets[0] = (uint8_t)(c - PS_CHARS_RAW);
	else
		s.n = utf8(c, octets);
	if (c < 0x80 && c != 0 && (strchr("\"+,;<>\\", (int)c) != NULL ||
	    (first && (c == ' ' || c == '#')) || (last && c == ' ')))
		put(t, pair, 2);
	else if (c < PS_CHARS_RAW && plain(s))
		put(t, (const char *)octets, s.n);
	else
		put_hex(t, s, "\\");
}

static void
put_string(struct text *t, struct ps_chars *chars)
{
	uint32_t c, next;
	bool more = ps_chars_next(chars, &c), first = true;

	while (more && !t->full) {
		more = ps_chars_next(chars, &next);
		put_char(t, c, first, !more);
		c = next;
		first = false;
	}
}

static const char *
attribute_name(ps_slice oid)
{
	for (size_t i = 0; i < sizeof attributes / sizeof attributes[0]; i++)
		if (ps_slice_equal(oid, attributes[i].oid))
			return attributes[i].name;
	return NULL;
}

/* RFC 4514, 2.4: a type in dotted form has its value as #hex, and so has a
 * value that is no string. */
static void
put_attribute(struct text *t, struct der *rdn)
{
	struct der attr = der_enter(rdn, DER_SEQUENCE, "AttributeTypeAndValue");
	ps_slice oid = der_oid(&attr, "type"), whole = der_any(&attr, "value"), value;
	const char *name = attribute_name(oid);
	char dotted[OID_TEXT];
	struct ps_chars chars;
	uint32_t tag;
	size_t used;

	der_leave(&attr);
	if (der_failed(rdn) || !der_split(whole, &tag, &value, &used))
		return;
	put_text(t, name != NULL ? name : der_oid_text(oid, dotted, sizeof dotted));
	put_text(t, "=");
	if (name != NULL && ps_chars_init(&chars, tag, value)) {
		put_string(t, &chars);
		return;
	}
	put_text(t, "#");
	put_hex(t, whole, "");
}

static bool
put_rdn(struct text *t, ps_slice element)
{
	struct der_state state;
	struct der d, rdn;
	bool first = true;

	der_init(&d, &state, element, 0, false, "Name");
	rdn = der_enter(&d, DER_SET, "RelativeDistinguishedName");
	while (der_more(&rdn) && !t->full) {
		if (!first)
			put_text(t, "+");
		put_attribute(t, &rdn);
		first = false;
	}
	return !der_failed(&d);
}

/* The last RDNs say most, so they are kept when there are too many. */
static bool
put_name(struct text *t, ps_slice name)
{
	struct der_state state;
	struct der d, seq;
	ps_slice rdn[RDNS];
	size_t n = 0, least;

	der_init(&d, &state, name, 0, false, "Name");
	seq = der_enter(&d, DER_SEQUENCE, "RDNSequence");
	while (der_more(&seq))
		rdn[n++ % RDNS] = der_element(&seq, DER_SET, "RelativeDistinguishedName");
	if (der_failed(&d))
		return false;
	least = n > RDNS ? n - RDNS : 0;
	for (size_t i = n; i-- > least && !t->full;) {
		if (i + 1 < n)
			put_text(t, ",");
		if (!put_rdn(t, rdn[i % RDNS]))
			return false;
	}
	if (least > 0)
		put_text(t, ",...");
	return true;
}

const char *
ps_name_text(ps_slice name, char *out, size_t size)
{
	struct text t = { out, size, 0, false };

	if (size == 0)
		return out;
	if (!put_name(&t, name)) {
		t.n = 0;
		t.full = false;
		put_text(&t, W_X509_BAD_NAME);
	}
	out[t.n] = '\0';
	return out;
}

/* --- looking into a name --- */

static bool
each_attribute(struct der *rdn, ps_name_fn see, void *arg)
{
	struct der attr = der_enter(rdn, DER_SEQUENCE, "AttributeTypeAndValue");
	ps_slice oid = der_oid(&attr, "type"), whole = der_any(&attr, "value"), value;
	uint32_t tag;
	size_t used;

	der_leave(&attr);
	return !der_failed(rdn) && der_split(whole, &tag, &value, &used) &&
	    see(arg, oid, tag, value);
}

bool
ps_name_each(ps_slice name, ps_name_fn see, void *arg)
{
	struct der_state state;
	struct der d, seq, rdn;

	der_init(&d, &state, name, 0, false, "Name");
	seq = der_enter(&d, DER_SEQUENCE, "RDNSequence");
	while (der_more(&seq)) {
		rdn = der_enter(&seq, DER_SET, "RelativeDistinguishedName");
		while (der_more(&rdn))
			if (!each_attribute(&rdn, see, arg))
				return false;
	}
	return !der_failed(&d);
}

/* As it is, to be escaped by whoever shows it, but for a NUL, which would
 * hide what follows. */
static void
put_raw(struct text *t, uint32_t c)
{
	uint8_t octets[4];

	if (c >= PS_CHARS_RAW)
		octets[0] = (uint8_t)(c - PS_CHARS_RAW);
	put(t, (const char *)octets, c >= PS_CHARS_RAW ? 1 : utf8(c == 0 ? 0xfffd : c, octets));
}

static bool
see_common(void *arg, ps_slice oid, uint32_t tag, ps_slice value)
{
	struct text *t = arg;
	struct ps_chars chars;
	uint32_t c;

	if (!ps_slice_equal(oid, attributes[0].oid) || !ps_chars_init(&chars, tag, value))
		return true;
	t->n = 0;
	t->full = false;
	while (!t->full && ps_chars_next(&chars, &c))
		put_raw(t, c);
	return true;
}

const char *
ps_name_common(ps_slice name, char *out, size_t size)
{
	struct text t = { out, size, 0, false };

	if (size == 0)
		return out;
	if (!ps_name_each(name, see_common, &t))
		t.n = 0;
	out[t.n] = '\0';
	return out;
}
