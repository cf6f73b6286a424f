/* SPDX-License-Identifier: ISC */
#include "pki.h"

#include "base/clock.h"
#include "base/text.h"
#include "x509/internal.h"

/* --- views of real certificates --- */

static int64_t
date(const char *text)
{
	int64_t t = 0;

	assert_true(ps_clock_parse(text, &t));
	return t;
}

static void
fields_are_those_that_openssl_prints(void **state)
{
	ps_cert *c = pki_cert("alice");
	const struct ps_cert_view *v = ps_cert_view_of(c);

	(void)state;
	assert_string_equal(ps_cert_subject(c), "CN=Alice Gray,O=Example,C=DE");
	assert_string_equal(ps_cert_issuer(c), "CN=Example Issuing CA,O=Example,C=DE");
	assert_int_equal(ps_cert_not_before(c), date("2025-01-01"));
	assert_int_equal(ps_cert_not_after(c), date("2050-01-01"));
	assert_string_equal(ps_cert_address(c, 0), "alice@example.org");
	assert_null(ps_cert_address(c, 1));
	assert_true(v->has_ku);
	assert_int_equal(v->ku, PS_KU_DIGITAL_SIGNATURE);
	assert_true(v->has_eku && v->eku_email && !v->eku_any && !v->eku_time_stamping);
	assert_true(v->has_san && !v->has_bc && !v->ca && !v->critical_unknown);
	ps_cert_free(c);
}

static void
numbers_are_those_that_openssl_prints(void **state)
{
	FILE *f = fopen(PKI_DIR "values.tsv", "r");
	char name[32], serial[64], sha256[80], ski[64], hex[64];
	unsigned n = 0;

	(void)state;
	assert_non_null(f);
	for (; fscanf(f, "%31s %63s %79s %63s", name, serial, sha256, ski) == 4; n++) {
		ps_cert *c = pki_cert(name);
		ps_slice id = ps_cert_key_id(c);
		assert_string_equal(ps_cert_serial(c), serial);
		assert_string_equal(ps_cert_sha256(c), sha256);
		assert_int_equal(id.n, 20);
		ps_text_hex(hex, id);
		assert_string_equal(hex, ski);
		ps_cert_free(c);
	}
	fclose(f);
	assert_int_equal(n, 4);
}

/* The identifier that the openssl command computed is the hash of RFC 5280,
 * so a certificate without it must give the same. */
static void
a_key_id_is_made_where_none_is(void **state)
{
	static const uint8_t oid[] = { 0x06, 0x03, 0x55, 0x1d, 0x0e };
	struct ps_buf der = pki_der("alice");
	ps_cert *with = pki_cert("alice"), *without = NULL;
	uint8_t *at = memmem(der.p, der.n, oid, sizeof oid);
	ps_err err = PS_ERR_INIT;

	(void)state;
	assert_non_null(at);
	at[4] = 0x63;		/* another extension, unknown, not critical */
	assert_ok(ps_cert_parse(&without, ps_buf_get(&der), &err), &err);
	assert_int_equal(ps_cert_view_of(without)->ski.n, 0);
	assert_true(ps_slice_equal(ps_cert_key_id(with), ps_cert_key_id(without)));
	ps_cert_free(with);
	ps_cert_free(without);
	ps_buf_clear(&der);
}

static void
authorities_and_keys(void **state)
{
	ps_cert *ca = pki_cert("issuing"), *bob = pki_cert("bob");
	struct ps_pubkey *key = NULL, *again = NULL;
	struct ps_key_info info;
	ps_err err = PS_ERR_INIT;

	(void)state;
	assert_true(ps_cert_view_of(ca)->has_bc && ps_cert_view_of(ca)->ca);
	assert_int_equal(ps_cert_view_of(ca)->ku, PS_KU_CERT_SIGN | PS_KU_CRL_SIGN);
	assert_true(ps_slice_equal(ps_cert_view_of(bob)->aki, ps_cert_key_id(ca)));
	assert_ok(ps_cert_pubkey(bob, &key, &err), &err);
	assert_ok(ps_cert_pubkey(bob, &again, &err), &err);
	assert_ptr_equal(key, again);
	ps_pubkey_info(key, &info);
	assert_int_equal(info.type->id, PS_KEY_RSA);
	assert_int_equal(info.bits, 2048);
	ps_cert_free(ca);
	ps_cert_free(ps_cert_ref(bob));
	ps_cert_free(bob);
}

static void
odd_octets_are_refused(void **state)
{
	struct ps_buf der = pki_der("addresses");
	ps_cert *c = NULL;

	(void)state;
	for (size_t n = 0; n < der.n; n++) {
		uint8_t *cut = ps_memdup(der.p, n);
		assert_code(ps_cert_parse(&c, (ps_slice){ cut, n }, NULL), PS_E_MALFORMED);
		free(cut);
	}
	assert_int_equal(ps_buf_add(&der, ps_str("x"), NULL), PS_OK);
	assert_code(ps_cert_parse(&c, ps_buf_get(&der), NULL), PS_E_MALFORMED);
	ps_buf_clear(&der);
	assert_null(c);
}

/* In `name`, where `octets` stand, the last of them becomes `value`. */
static ps_code
with_octet(const char *name, ps_slice octets, uint8_t value)
{
	struct ps_buf der = pki_der(name);
	uint8_t *at = memmem(der.p, der.n, octets.p, octets.n);
	ps_cert *c = NULL;
	ps_code code;

	assert_non_null(at);
	at[octets.n - 1] = value;
	code = ps_cert_parse(&c, ps_buf_get(&der), NULL);
	ps_cert_free(c);
	ps_buf_clear(&der);
	return code;
}

static void
versions_have_a_range(void **state)
{
	static const ps_slice version = { (const uint8_t *)"\xa0\x03\x02\x01\x02", 5 };

	(void)state;
	assert_code(with_octet("alice", version, 2), PS_OK);
	assert_code(with_octet("alice", version, 3), PS_E_MALFORMED);
	assert_code(with_octet("alice", version, 0xff), PS_E_MALFORMED);
}

/* Every octet in turn is another: no crash, and what parses can be asked. */
static void
changed_octets_do_not_hurt(void **state)
{
	static const char *const names[] = { "addresses", "names", "ncca" };
	ps_cert *c;

	(void)state;
	for (size_t f = 0; f < sizeof names / sizeof names[0]; f++) {
		struct ps_buf der = pki_der(names[f]);
		for (size_t i = 0; i < der.n; i++) {
			der.p[i] ^= (uint8_t)(1u << (i % 8));
			if (ps_cert_parse(&c, ps_buf_get(&der), NULL) == PS_OK) {
				(void)ps_cert_names(c, "ana@example.org", PS_MATCH_SENDER);
				ps_cert_free(c);
			}
			der.p[i] ^= (uint8_t)(1u << (i % 8));
		}
		ps_buf_clear(&der);
	}
}

static void
a_certificate_has_a_size(void **state)
{
	size_t max = (size_t)ps_limits_default.certificate_bytes;
	uint8_t *big = calloc(1, max + 1);
	ps_cert *c = NULL;

	(void)state;
	assert_code(ps_cert_parse(&c, (ps_slice){ big, max }, NULL), PS_E_MALFORMED);
	assert_code(ps_cert_parse(&c, (ps_slice){ big, max + 1 }, NULL), PS_E_LIMIT);
	free(big);
}

static void
nothing_comes_of_nothing(void **state)
{
	(void)state;
	assert_string_equal(ps_cert_subject(NULL), "");
	assert_null(ps_cert_address(NULL, 0));
	assert_int_equal(ps_cert_der(NULL).n, 0);
	assert_null(ps_cert_ref(NULL));
	ps_cert_free(NULL);
}

/* --- names --- */

/* A name of one attribute an RDN: OID, type, value. */
struct attribute {
	const char	*oid;
	size_t		 noid;
	uint32_t	 tag;
	const char	*value;
	size_t		 n;
	bool		 joins;		/* the RDN before it */
};

#define CN	"\x55\x04\x03"
#define O	"\x55\x04\x0a"
#define OU	"\x55\x04\x0b"
#define DC	"\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19"
#define A(o, t, v)	{ (o), sizeof(o) - 1, (t), (v), sizeof(v) - 1, false }
#define PLUS(o, t, v)	{ (o), sizeof(o) - 1, (t), (v), sizeof(v) - 1, true }

static struct ps_buf
name_of(const struct attribute *a, size_t n)
{
	struct ps_buf out = { 0 };
	struct derw w;

	derw_init(&w, &out);
	derw_begin(&w, DER_SEQUENCE);
	for (size_t i = 0; i < n; i++) {
		if (!a[i].joins)
			derw_begin(&w, DER_SET);
		derw_begin(&w, DER_SEQUENCE);
		derw_oid(&w, (ps_slice){ (const uint8_t *)a[i].oid, a[i].noid });
		derw_value(&w, a[i].tag, (ps_slice){ (const uint8_t *)a[i].value, a[i].n });
		derw_end(&w);
		if (i + 1 == n || !a[i + 1].joins)
			derw_end(&w);
	}
	derw_end(&w);
	assert_int_equal(derw_finish(&w, NULL), PS_OK);
	return out;
}

static void
assert_name(const struct attribute *a, size_t n, const char *want)
{
	struct ps_buf name = name_of(a, n);
	char text[512];

	assert_string_equal(ps_name_text(ps_buf_get(&name), text, sizeof text), want);
	ps_buf_clear(&name);
}

#define NAME(want, ...) do {						\
	static const struct attribute a_[] = { __VA_ARGS__ };		\
	assert_name(a_, sizeof a_ / sizeof a_[0], (want));		\
} while (0)

static void
the_examples_of_rfc_4514(void **state)
{
	(void)state;
	NAME("UID=jsmith,DC=example,DC=net", A(DC, DER_IA5, "net"), A(DC, DER_IA5, "example"),
	    A("\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x01", DER_UTF8, "jsmith"));
	NAME("OU=Sales+CN=J.  Smith,DC=example,DC=net", A(DC, DER_IA5, "net"),
	    A(DC, DER_IA5, "example"), A(OU, DER_UTF8, "Sales"), PLUS(CN, DER_UTF8, "J.  Smith"));
	NAME("CN=James \\\"Jim\\\" Smith\\, III,DC=example,DC=net", A(DC, DER_IA5, "net"),
	    A(DC, DER_IA5, "example"), A(CN, DER_UTF8, "James \"Jim\" Smith, III"));
	NAME("CN=Before\\0dAfter,DC=example,DC=net", A(DC, DER_IA5, "net"),
	    A(DC, DER_IA5, "example"), A(CN, DER_UTF8, "Before\rAfter"));
	NAME("1.3.6.1.4.1.1466.0=#04024869",
	    A("\x2b\x06\x01\x04\x01\x8b\x3a\x00", DER_OCTETS, "Hi"));
	NAME("CN=Lu\xc4\x8di\xc4\x87", A(CN, DER_UTF8, "Lu\xc4\x8di\xc4\x87"));
}

static void
every_string_type_becomes_utf8(void **state)
{
	(void)state;
	NAME("CN=\xc3\xbc", A(CN, DER_T61, "\xfc"));
	NAME("CN=\xc3\xbc\xe2\x82\xac", A(CN, DER_BMP, "\x00\xfc\x20\xac"));
	NAME("CN=\xf0\x9f\x98\x80", A(CN, 0x1c, "\x00\x01\xf6\x00"));
	NAME("CN=12", A(CN, 0x12, "12"));
	NAME("CN=", A(CN, DER_UTF8, ""));
	NAME("CN=#020101", A(CN, DER_INTEGER, "\x01"));
	/* What is no character of its type is shown as octets. */
	NAME("CN=a\\ffb", A(CN, DER_UTF8, "a\xff" "b"));
	NAME("CN=\\fc", A(CN, DER_PRINTABLE, "\xfc"));
	NAME("CN=\xc3\xbc\\00", A(CN, DER_BMP, "\x00\xfc\x00"));
}

static void
special_characters_are_escaped(void **state)
{
	(void)state;
	NAME("CN=\\#a\\+b\\;c\\<d\\>e\\\\f", A(CN, DER_UTF8, "#a+b;c<d>e\\f"));
	NAME("CN=\\ a \\ ", A(CN, DER_UTF8, " a  "));
	NAME("CN=\\ ", A(CN, DER_UTF8, " "));
	NAME("CN=a\\00b", A(CN, DER_UTF8, "a\0b"));
	/* A right-to-left override would turn the line around. */
	NAME("CN=a\\e2\\80\\aeb", A(CN, DER_UTF8, "a\xe2\x80\xae" "b"));
	NAME("CN=a\\0ab", A(CN, DER_UTF8, "a\nb"));
}

static void
names_that_openssl_made(void **state)
{
	ps_cert *c = pki_cert("names");

	(void)state;
	/* openssl turns the order within an RDN around too; RFC 4514, 2.2
	 * leaves it open, so we keep that of the certificate. */
	assert_string_equal(ps_cert_subject(c), "emailAddress=ana@example.org,CN=Ana Gray\\ ,"
	    "GN=Ana+SN=Gray,SERIALNUMBER=42,UID=u1,DC=org,OU=\\# one,O=Gray\\, S\\\"ons,"
	    "STREET=Am Markt 1,L=M\xc3\xbcnchen,ST=Bayern,C=DE");
	ps_cert_free(c);
}

static void
text_fits_in_every_size(void **state)
{
	static const struct attribute a[] = { A(O, DER_UTF8, "\xc3\xbc, \xc3\xbc"),
	    A(CN, DER_UTF8, "a\nb") };
	struct ps_buf name = name_of(a, 2);
	char text[64];

	(void)state;
	for (size_t size = 0; size < sizeof text; size++) {
		memset(text, '#', sizeof text);
		ps_name_text(ps_buf_get(&name), text, size);
		assert_int_equal(text[size], '#');
		assert_true(size == 0 || memchr(text, '\0', size) != NULL);
	}
	assert_string_equal(ps_name_text(ps_buf_get(&name), text, 16), "CN=a\\0ab,O=...");
	assert_string_equal(ps_name_text((ps_slice){ NULL, 0 }, text, sizeof text),
	    "a name that cannot be read");
	ps_buf_clear(&name);
}

static bool
equal(const struct attribute *a, size_t na, const struct attribute *b, size_t nb)
{
	struct ps_buf name_a = name_of(a, na), name_b = name_of(b, nb);
	bool answer = ps_name_equal(ps_buf_get(&name_a), ps_buf_get(&name_b));

	assert_int_equal(answer, ps_name_equal(ps_buf_get(&name_b), ps_buf_get(&name_a)));
	ps_buf_clear(&name_a);
	ps_buf_clear(&name_b);
	return answer;
}

static bool
values_equal(uint32_t tag_a, const char *a, size_t na, uint32_t tag_b, const char *b, size_t nb)
{
	struct attribute one = { CN, 3, tag_a, a, na, false }, two = { CN, 3, tag_b, b, nb, false };

	return equal(&one, 1, &two, 1);
}

#define SAME(ta, a, tb, b) assert_true(values_equal(ta, a, sizeof(a) - 1, tb, b, sizeof(b) - 1))
#define APART(ta, a, tb, b) assert_false(values_equal(ta, a, sizeof(a) - 1, tb, b, sizeof(b) - 1))

static void
values_are_equal_by_what_they_mean(void **state)
{
	(void)state;
	SAME(DER_UTF8, "Example CA", DER_PRINTABLE, "example  ca");
	SAME(DER_UTF8, "  a \t b ", DER_UTF8, "A B");
	SAME(DER_BMP, "\x00\xfc", DER_UTF8, "\xc3\xbc");
	SAME(DER_UTF8, "", DER_UTF8, "  ");
	APART(DER_UTF8, "a b", DER_UTF8, "ab");
	APART(DER_UTF8, "a", DER_UTF8, "a\0");
	APART(DER_UTF8, "a", DER_UTF8, "aa");
	APART(DER_OCTETS, "a", DER_UTF8, "a");
	SAME(DER_OCTETS, "a", DER_OCTETS, "a");
	APART(DER_OCTETS, "a", DER_OCTETS, "A");
	APART(DER_UTF8, "\xff", DER_T61, "\xff");
}

static void
structure_counts(void **state)
{
	static const struct attribute ab[] = { A(O, DER_UTF8, "a"), A(CN, DER_UTF8, "b") };
	static const struct attribute ba[] = { A(CN, DER_UTF8, "b"), A(O, DER_UTF8, "a") };
	static const struct attribute joined[] = { A(O, DER_UTF8, "a"), PLUS(CN, DER_UTF8, "b") };
	static const struct attribute turned[] = { A(CN, DER_PRINTABLE, "B"),
	    PLUS(O, DER_UTF8, "A") };
	static const struct attribute twice[] = { A(CN, DER_UTF8, "b"), PLUS(CN, DER_UTF8, "b") };
	static const struct attribute other[] = { A(CN, DER_UTF8, "b"), PLUS(CN, DER_UTF8, "c") };

	(void)state;
	assert_true(equal(ab, 2, ab, 2));
	assert_false(equal(ab, 2, ba, 2));
	assert_false(equal(ab, 2, ab, 1));
	assert_false(equal(ab, 2, joined, 2));
	assert_true(equal(joined, 2, turned, 2));
	assert_false(equal(twice, 2, other, 2));
}

static void
issuer_and_serial_find_a_certificate(void **state)
{
	ps_cert *alice = pki_cert("alice"), *bob = pki_cert("bob");
	const struct ps_cert_view *a = ps_cert_view_of(alice), *b = ps_cert_view_of(bob);
	uint8_t padded[64] = { 0 };

	(void)state;
	assert_true(ps_cert_is(alice, a->issuer, a->serial));
	assert_false(ps_cert_is(alice, a->issuer, b->serial));
	assert_false(ps_cert_is(alice, a->subject, a->serial));
	/* An INTEGER with a pad that need not be is the same number. */
	if (a->serial.p[0] < 0x80) {
		memcpy(padded + 1, a->serial.p, a->serial.n);
		assert_true(ps_cert_is(alice, a->issuer, (ps_slice){ padded, a->serial.n + 1 }));
	}
	ps_cert_free(alice);
	ps_cert_free(bob);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_those_that_openssl_prints),
		cmocka_unit_test(numbers_are_those_that_openssl_prints),
		cmocka_unit_test(a_key_id_is_made_where_none_is),
		cmocka_unit_test(authorities_and_keys),
		cmocka_unit_test(odd_octets_are_refused),
		cmocka_unit_test(versions_have_a_range),
		cmocka_unit_test(changed_octets_do_not_hurt),
		cmocka_unit_test(a_certificate_has_a_size),
		cmocka_unit_test(nothing_comes_of_nothing),
		cmocka_unit_test(the_examples_of_rfc_4514),
		cmocka_unit_test(every_string_type_becomes_utf8),
		cmocka_unit_test(special_characters_are_escaped),
		cmocka_unit_test(names_that_openssl_made),
		cmocka_unit_test(text_fits_in_every_size),
		cmocka_unit_test(values_are_equal_by_what_they_mean),
		cmocka_unit_test(structure_counts),
		cmocka_unit_test(issuer_and_serial_find_a_certificate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
