/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include "base/buf.h"
#include "der/der.h"
#include "der_vectors.h"

struct in {
	struct der	 d;
	struct der_state state;
	ps_slice	 octets;
};

static void
begin(struct in *in, const char *hex, bool strict)
{
	in->octets = unhex(hex);
	der_init(&in->d, &in->state, in->octets, 0, strict, NULL);
}

/* The words of the failure, "" for none. */
static const char *
finish(struct in *in)
{
	static char text[512];
	ps_err err = PS_ERR_INIT;
	ps_code code = der_finish(&in->d, "test", &err);

	assert_int_equal(code == PS_OK, err.n == 0);
	ps_err_format(&err, text, sizeof text);
	unhex_free(in->octets);
	return text;
}

static void
skip_attribute(struct der *set, const char *value)
{
	struct der rdn = der_enter(set, DER_SET, "RelativeDistinguishedName");
	struct der atv = der_enter(&rdn, DER_SEQUENCE, "AttributeTypeAndValue");

	der_oid(&atv, "type");
	assert_int_equal(der_element(&atv, der_next_tag(&atv), "value").n,
	    strlen(value) + 2);
	der_leave(&atv);
	der_leave(&rdn);
}

static void
read_name(struct der *tbs, const char *name)
{
	struct der in = der_enter(tbs, DER_SEQUENCE, name);

	skip_attribute(&in, "DE");
	skip_attribute(&in, "Example");
	skip_attribute(&in, "Ana Gray");
	der_leave(&in);
}

static void
read_key(struct der *tbs)
{
	struct der spki = der_enter(tbs, DER_SEQUENCE, "subjectPublicKeyInfo");
	struct der alg = der_enter(&spki, DER_SEQUENCE, "algorithm");
	char text[64];
	ps_slice bits;

	assert_string_equal(der_oid_text(der_oid(&alg, "algorithm"), text,
	    sizeof text), "1.2.840.10045.2.1");
	assert_string_equal(der_oid_text(der_oid(&alg, "parameters"), text,
	    sizeof text), "1.2.840.10045.3.1.7");
	der_leave(&alg);
	bits = der_bits(&spki, "subjectPublicKey");
	assert_int_equal(bits.n, 65);
	assert_int_equal(bits.p[0], 4);
	der_leave(&spki);
}

static void
read_extensions(struct der *tbs)
{
	struct der outer = der_enter(tbs, DER_CTX(3), "extensions");
	struct der list = der_enter(&outer, DER_SEQUENCE, "Extensions");
	unsigned n = 0, critical = 0, usage = 0;

	while (der_more(&list)) {
		struct der ext = der_enter(&list, DER_SEQUENCE, "Extension");
		ps_slice oid = der_oid(&ext, "extnID"), value;
		if (der_next_tag(&ext) == DER_BOOLEAN)
			critical += der_bool(&ext, "critical");
		value = der_octets(&ext, "extnValue");
		if (oid.n == 3 && memcmp(oid.p, "\x55\x1d\x0f", 3) == 0) {
			struct der_state st;
			struct der in;
			der_init(&in, &st, value, 0, true, "KeyUsage");
			usage = der_named_bits(&in, "KeyUsage");
			assert_ok(der_finish(&in, "test", NULL), NULL);
		}
		der_leave(&ext);
		n++;
	}
	assert_int_equal(n, 5);
	assert_int_equal(critical, 2);
	assert_int_equal(usage, 0x8800);	/* bits 0 and 4 */
	der_leave(&list);
	der_leave(&outer);
}

/* Every value as `openssl asn1parse` prints it. */
static void
a_certificate_reads_as_openssl_reads_it(void **state)
{
	struct in in;

	(void)state;
	begin(&in, v_certificate, true);
	struct der cert = der_enter(&in.d, DER_SEQUENCE, "Certificate");
	struct der tbs = der_enter(&cert, DER_SEQUENCE, "tbsCertificate");
	struct der version;
	assert_true(der_try_enter(&tbs, DER_CTX(0), "version", &version));
	assert_int_equal(der_u64(&version, "version"), 2);
	der_leave(&version);
	assert_octets(der_integer(&tbs, "serialNumber"), "00c1a2b3c4d5e6f708");
	assert_int_equal(der_element(&tbs, DER_SEQUENCE, "signature").n, 12);
	read_name(&tbs, "issuer");
	struct der validity = der_enter(&tbs, DER_SEQUENCE, "validity");
	assert_true(der_time(&validity, "notBefore") == 1795446536);
	assert_true(der_time(&validity, "notAfter") == 2110806536);
	der_leave(&validity);
	read_name(&tbs, "subject");
	read_key(&tbs);
	ps_slice none;
	assert_false(der_optional(&tbs, DER_CTX_PRIM(1), "issuerUniqueID", &none));
	read_extensions(&tbs);
	der_leave(&tbs);
	assert_int_equal(der_any(&cert, "signatureAlgorithm").n, 12);
	assert_int_equal(der_bits(&cert, "signatureValue").n, 71);
	der_leave(&cert);
	assert_string_equal(finish(&in), "");
}

static void
walk_all(ps_slice in, bool strict)
{
	struct der_state st;
	struct der level[70];
	unsigned depth = 0;

	der_init(&level[0], &st, in, 0, strict, "walk");
	for (;;) {
		struct der *d = &level[depth];
		uint32_t tag = der_next_tag(d);
		if (!der_more(d)) {
			if (depth-- == 0)
				break;
			der_leave(d);
		} else if (tag != 0 && der_tag_constructed(tag) && depth < 69) {
			level[++depth] = der_enter(d, tag, "inner");
		} else if (tag == DER_UTCTIME) {
			der_time(d, "time");
		} else if (tag == DER_INTEGER) {
			der_u64(d, "integer");
		} else if (tag == DER_BIT_STRING) {
			der_named_bits(d, "bits");
		} else {
			der_skip(d, "other");
		}
	}
	assert_int_equal(der_finish(&level[0], "test", NULL),
	    st.failed ? PS_E_MALFORMED : PS_OK);
}

static void
truncations_and_changes_stay_inside(void **state)
{
	ps_slice all = unhex(v_certificate);
	struct der_state st;
	struct der d;

	(void)state;
	for (size_t n = 0; n < all.n; n++) {
		ps_slice in = { ps_memdup(all.p, n), n };
		der_init(&d, &st, in, 0, false, NULL);
		struct der c = der_enter(&d, DER_SEQUENCE, "Certificate");
		der_leave(&c);
		assert_code(der_finish(&d, "test", NULL), PS_E_MALFORMED);
		assert_false(der_is_canonical(in, true));
		walk_all(in, false);
		unhex_free(in);
	}
	for (size_t at = 0; at < all.n; at++)
		for (unsigned v = 0; v < 256; v += at < 64 ? 1 : 37) {
			uint8_t *p = ps_memdup(all.p, all.n);
			p[at] = (uint8_t)v;
			walk_all((ps_slice){ p, all.n }, v & 1);
			der_is_canonical((ps_slice){ p, all.n }, true);
			free(p);
		}
	assert_true(der_is_canonical(all, true));
	unhex_free(all);
}

static void
the_path_tells_where(void **state)
{
	struct in in;

	(void)state;
	/* SEQUENCE { SET { SEQUENCE { INTEGER 1, NULL } } } */
	begin(&in, "3009 3107 3005 020101 0500", true);
	in.state.base = 100;
	struct der sd = der_enter(&in.d, DER_SEQUENCE, "SignedData");
	struct der sis = der_enter(&sd, DER_SET, "signerInfos");
	struct der si = der_enter(&sis, DER_SEQUENCE, "SignerInfo");
	assert_int_equal(der_u64(&si, "version"), 1);
	assert_int_equal(der_element(&si, DER_SEQUENCE, "sid").n, 0);
	assert_true(der_failed(&si));
	/* Nothing moves, nothing is found afterwards. */
	assert_false(der_more(&si));
	assert_int_equal(der_next_tag(&si), 0);
	assert_int_equal(der_value(&si, DER_NULL, "null").n, 0);
	struct der deeper = der_enter(&si, DER_NULL, "null");
	assert_false(der_more(&deeper));
	der_leave(&deeper);
	der_fail(&si, "another failure");
	der_leave(&si);
	der_leave(&sis);
	der_leave(&sd);
	assert_string_equal(finish(&in), "SignedData.signerInfos.SignerInfo.sid: "
	    "wanted SEQUENCE, found NULL (test, octet 109)");
}

static void
read_pair(struct der *d)
{
	struct der seq = der_enter(d, DER_SEQUENCE, "Pair");

	der_u64(&seq, "first");
	der_u64(&seq, "second");
	der_leave(&seq);
}

static void
each_failure_says_what_was_wanted(void **state)
{
	static const struct {
		const char *hex, *words;
		bool strict;
	} rows[] = {
		{ "3006 020101 020102", "", true },
		{ "3003 020101", "Pair.second: wanted INTEGER, found the end (test, octet 5)", true },
		{ "3009 020101 020102 020103", "Pair: wanted the end, found INTEGER (test, octet 8)", true },
		{ "3006 020101 020102 00", "wanted the end", true },
		{ "3080 020101 020102 0000", "Pair: wanted a definite length, as DER demands (test, octet 0)", false },
		{ "308106 020101 020102", "Pair: wanted the shortest form of the length, as DER demands (test, octet 0)", true },
		{ "308106 020101 020102", "", false },
		{ "30880000000000000006 020101 020102", "", false },
		{ "3089000000000000000006 020101 020102", "Pair: wanted a length in a form that the encoding rules allow (test, octet 0)", false },
		{ "30ff 020101", "a length in a form", false },
		{ "3088ffffffffffffffff 020101", "Pair: wanted a length that stays within the element around it (test, octet 0)", false },
		{ "3007 020101 020102", "stays within", false },
		{ "3006 020101 020202", "Pair.second: wanted a length that stays within the element around it (test, octet 5)", false },
		{ "3006 020101 020180", "Pair.second: wanted a number from 0 to 2^64 - 1 (test, octet 5)", false },
		{ "3005 020101 0200", "an integer of at least one octet", false },
		{ "3007 020101 02020001", "the shortest form of the integer", true },
		{ "3007 020101 02020001", "", false },
		{ "3007 020101 0000 0500", "a tag in a form", false },
		{ "30", "a whole tag and length", false },
		{ "", "Pair: wanted SEQUENCE, found the end (test, octet 0)", false },
		{ "1f", "a whole tag and length", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct in in;
		begin(&in, rows[i].hex, rows[i].strict);
		read_pair(&in.d);
		const char *words = finish(&in);
		if (rows[i].words[0] == '\0')
			assert_string_equal(words, "");
		else if (strstr(words, rows[i].words) == NULL)
			fail_msg("%s: %s", rows[i].hex, words);
	}
}

static void
numbers(void **state)
{
	/* openssl asn1parse -genstr INTEGER:... */
	static const struct { const char *hex; uint64_t v; bool ok; } rows[] = {
		{ "020100", 0, true }, { "02017f", 127, true },
		{ "02020080", 128, true }, { "02020100", 256, true },
		{ "020900ffffffffffffffff", UINT64_MAX, true },
		{ "0209010000000000000000", 0, false },
		{ "020180", 0, false }, { "0202ff7f", 0, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct in in;
		begin(&in, rows[i].hex, true);
		assert_true(der_u64(&in.d, "n") == rows[i].v);
		assert_int_equal(finish(&in)[0] == '\0', rows[i].ok);
	}
}

static int
compare(const char *a, const char *b)
{
	ps_slice x = unhex(a), y = unhex(b);
	int order = der_integer_compare(x, y);

	unhex_free(x);
	unhex_free(y);
	return order;
}

static void
integers_compare_as_numbers(void **state)
{
	static const char *const rising[] = { "ff00000000", "8000", "ff7f", "80",
	    "ff", "00", "01", "7f", "0080", "00ff", "0100", "7fff", "008000" };
	size_t n = sizeof rising / sizeof *rising;

	(void)state;
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++) {
			int got = compare(rising[i], rising[j]);
			assert_int_equal((got > 0) - (got < 0), (i > j) - (i < j));
		}
	assert_int_equal(compare("000001", "01"), 0);
	assert_int_equal(compare("ffffff80", "80"), 0);
}

static void
times(void **state)
{
	/* Seconds from date(1): date -u -d ... +%s */
	static const struct { const char *text; int64_t t; int ok, strict; } rows[] = {
		{ "\x17" "500101000000Z", -631152000, 1, 1 },
		{ "\x17" "491231235959Z", 2524607999, 1, 1 },
		{ "\x17" "000229120000Z", 951825600, 1, 1 },
		{ "\x17" "991231235959Z", 946684799, 1, 1 },
		{ "\x17" "991231235960Z", 946684799, 1, 1 },
		{ "\x18" "20500101000000Z", 2524608000, 1, 1 },
		{ "\x18" "99991231235959Z", 253402300799, 1, 1 },
		{ "\x18" "19491231235959Z", -631152001, 1, 1 },
		/* BER only */
		{ "\x17" "9912312359Z", 946684740, 1, 0 },
		{ "\x17" "991231235959+0130", 946679399, 1, 0 },
		{ "\x17" "991231235959-0130", 946690199, 1, 0 },
		{ "\x17" "991231235959", 946684799, 1, 0 },
		{ "\x18" "20000229120000.75Z", 951825600, 1, 0 },
		{ "\x18" "20000229120000,75", 951825600, 1, 0 },
		{ "\x18" "2000022912Z", 951825600, 1, 0 },
		{ "\x18" "2000022911.5Z", 951823800, 1, 0 },
		{ "\x18" "200002291159.25Z", 951825555, 1, 0 },
		{ "\x18" "20000229130000+01", 951825600, 1, 0 },
		{ "\x18" "20000229120000.999999999999999999999Z", 951825600, 1, 0 },
		/* never */
		{ "\x17" "990229120000Z", 0, 0, 0 },
		{ "\x17" "991301120000Z", 0, 0, 0 },
		{ "\x17" "991231240000Z", 0, 0, 0 },
		{ "\x17" "9912312359599Z", 0, 0, 0 },
		{ "\x17" "991231235959ZZ", 0, 0, 0 },
		{ "\x17" "99123123Z", 0, 0, 0 },
		{ "\x17" "991231235959.5Z", 0, 0, 0 },
		{ "\x17" "991231235959+01", 0, 0, 0 },
		{ "\x17" "991231235959+2460", 0, 0, 0 },
		{ "\x17" "99-1-1235959Z", 0, 0, 0 },
		{ "\x18" "20000229120000.Z", 0, 0, 0 },
		{ "\x18" "200002291200.5ZZ", 0, 0, 0 },
		{ "\x17" "", 0, 0, 0 }, { "\x18" "", 0, 0, 0 }, { "\x16" "000229120000Z", 0, 0, 0 },
	};
	uint8_t octets[64];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		for (int strict = 0; strict < 2; strict++) {
			size_t n = strlen(rows[i].text) - 1;
			struct der_state st;
			struct der d;
			octets[0] = (uint8_t)rows[i].text[0];
			octets[1] = (uint8_t)n;
			memcpy(octets + 2, rows[i].text + 1, n);
			der_init(&d, &st, (ps_slice){ octets, n + 2 }, 0, strict, "Time");
			int64_t t = der_time(&d, "Time");
			int ok = der_finish(&d, "test", NULL) == PS_OK;
			if (ok != (strict ? rows[i].strict : rows[i].ok) ||
			    (ok && t != rows[i].t))
				fail_msg("%s: %d %lld", rows[i].text + 1, ok, (long long)t);
		}
}

static void
truth_and_bits(void **state)
{
	struct in in;

	(void)state;
	begin(&in, "0101ff 010100", true);
	assert_true(der_bool(&in.d, "a"));
	assert_false(der_bool(&in.d, "b"));
	assert_string_equal(finish(&in), "");
	begin(&in, "010101", false);
	assert_true(der_bool(&in.d, "a"));
	assert_string_equal(finish(&in), "");
	begin(&in, "010101", true);
	assert_false(der_bool(&in.d, "a"));
	assert_non_null(strstr(finish(&in), "a: wanted the truth value 00 or ff"));
	begin(&in, "0100", false);
	der_bool(&in.d, "a");
	assert_non_null(strstr(finish(&in), "one octet"));

	begin(&in, "030300a0ff", true);
	assert_octets(der_bits(&in.d, "key"), "a0ff");
	assert_string_equal(finish(&in), "");
	begin(&in, "030301a0fe", false);	/* unused bits */
	assert_int_equal(der_bits(&in.d, "key").n, 0);
	assert_string_equal(finish(&in),
	    "key: wanted a bit string of whole octets (test, octet 0)");
	begin(&in, "0300", false);
	assert_int_equal(der_bits(&in.d, "key").n, 0);
	assert_non_null(strstr(finish(&in), "whole octets"));
}

static void
named_bits(void **state)
{
	static const struct { const char *hex; unsigned bits; bool ok; } rows[] = {
		{ "03020780", 0x8000, true }, { "03020388", 0x8800, true },
		{ "0303070080", 0x0080, true }, { "0303070680", 0x0680, true },
		{ "030100", 0, true }, { "030407068080", 0x0680, true },
		{ "030205ff", 0xe000, true },	/* unused bits are no bits */
		{ "0300", 0, false }, { "030101", 0, false },
		{ "03020880", 0, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct in in;
		begin(&in, rows[i].hex, true);
		assert_int_equal(der_named_bits(&in.d, "usage"), rows[i].bits);
		assert_int_equal(finish(&in)[0] == '\0', rows[i].ok);
	}
}

static void
object_identifiers(void **state)
{
	/* openssl asn1parse -genstr OID:... */
	static const struct { const char *hex, *text; } rows[] = {
		{ "06146983f09da7ebcfdee0c7a1a7b2c0948cc8f9d776",
		  "2.25.329800735698586629295641978511506172918" },
		{ "0603883703", "2.999.3" }, { "060127", "0.39" },
		{ "06052b81040022", "1.3.132.0.34" },
		{ "06092a864886f70d010702", "1.2.840.113549.1.7.2" },
		{ "0609608648016503040201", "2.16.840.1.101.3.4.2.1" },
	};
	static const char *const bad[] = { "0600", "060180", "06022a80",
	    "06022a86", "0603802a03", "06042a800103" };
	char text[64];
	struct in in;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		begin(&in, rows[i].hex, true);
		assert_string_equal(der_oid_text(der_oid(&in.d, "oid"), text,
		    sizeof text), rows[i].text);
		assert_string_equal(finish(&in), "");
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		begin(&in, bad[i], false);
		assert_int_equal(der_oid(&in.d, "oid").n, 0);
		assert_non_null(strstr(finish(&in), "well-formed object identifier"));
	}
}

static void
long_identifiers_are_cut(void **state)
{
	ps_slice oid = unhex("2a864886f70d010702");
	uint8_t huge[4096];
	char text[600];

	(void)state;
	assert_string_equal(der_oid_text(oid, text, 12), "1.2.840....");
	for (size_t size = 0; size < 30; size++) {
		memset(text, '#', sizeof text);
		der_oid_text(oid, text, size);
		assert_int_equal(text[size], '#');
		assert_true(size == 0 || strlen(text) < size);
	}
	unhex_free(oid);
	/* A component of 28 671 bits. */
	memset(huge, 0xff, sizeof huge);
	huge[0] = 0x2a;
	huge[sizeof huge - 1] = 0x7f;
	assert_string_equal(der_oid_text((ps_slice){ huge, sizeof huge }, text,
	    sizeof text), "1.2...");
}

static void
tags(void **state)
{
	/* openssl asn1parse -genstr IMPLICIT:... */
	static const struct { const char *hex; uint32_t tag; const char *name; } rows[] = {
		{ "3000", DER_SEQUENCE, "SEQUENCE" }, { "0500", DER_NULL, "NULL" },
		{ "a000", DER_CTX(0), "[0]" }, { "8300", DER_CTX_PRIM(3), "[3]" },
		{ "2400", 0x24, "constructed OCTET STRING" },
		{ "1000", 0x10, "primitive SEQUENCE" },
		{ "0f00", 0x0f, "[UNIVERSAL 15]" },
		{ "4300", 0x43, "[APPLICATION 3]" }, { "9e00", 0x9e, "[30]" },
		{ "1f1f026869", DER_LONG(0x00, 31), "[UNIVERSAL 31]" },
		{ "7f8148020500", DER_LONG(0x60, 200), "[APPLICATION 200]" },
		{ "dfbd844000", DER_LONG(0xc0, 1000000), "[PRIVATE 1000000]" },
		{ "9fff7f00", DER_LONG(0x80, 16383), "[16383]" },
		{ "9f81800000", DER_LONG(0x80, 16384), "[16384]" },
		{ "9fffff7f00", DER_LONG(0x80, 2097151), "[2097151]" },
	};
	/* more than 21 bits; leading zeros; a number below 31 in long form */
	static const char *const bad[] = { "9f8180800000", "9f80ff00", "9f1e00",
	    "9f801f00", "1f0000", "2000" };
	char text[48];
	struct in in;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		begin(&in, rows[i].hex, true);
		assert_int_equal(der_next_tag(&in.d), rows[i].tag);
		assert_string_equal(der_tag_name(rows[i].tag, text, sizeof text),
		    rows[i].name);
		assert_int_equal(der_element(&in.d, rows[i].tag, "x").n, in.octets.n);
		assert_string_equal(finish(&in), "");
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		begin(&in, bad[i], false);
		assert_int_equal(der_any(&in.d, "x").n, 0);
		assert_non_null(strstr(finish(&in), "a tag in a form"));
	}
	assert_string_equal(der_tag_name(0, text, sizeof text), "the end");
}

static void
optional_leaves_what_it_does_not_want(void **state)
{
	struct in in;
	ps_slice value = { NULL, 77 };
	struct der inner;

	(void)state;
	begin(&in, "a10401020304 020101", false);
	assert_false(der_optional(&in.d, DER_CTX(0), "zero", &value));
	assert_int_equal(value.n, 77);
	assert_false(der_try_enter(&in.d, DER_CTX(0), "zero", &inner));
	assert_true(der_optional_element(&in.d, DER_CTX(1), "one", &value));
	assert_octets(value, "a10401020304");
	assert_true(der_optional(&in.d, DER_INTEGER, "two", &value));
	assert_octets(value, "01");
	assert_false(der_optional(&in.d, DER_INTEGER, "two", &value));
	assert_string_equal(finish(&in), "");
	begin(&in, "a105010203", false);
	assert_false(der_try_enter(&in.d, DER_CTX(1), "one", &inner));
	assert_true(der_failed(&in.d));
	finish(&in);
}

static void
canonical(void **state)
{
	static const struct { const char *hex; bool plain, sets; } rows[] = {
		{ "3000", true, true }, { "3080 0000", false, false },
		{ "308100", false, false }, { "30 820003 020101", false, false },
		{ "2403 040101", false, false },	/* X.690, 10.2 */
		{ "1000", false, false },
		{ "3106 020101 020102", true, true },
		{ "3106 020102 020101", true, false },
		{ "3106 020101 020101", true, true },
		{ "3108 3106 020102 020101", true, false },
		/* X.690, 11.6: the shorter is padded with zeros */
		{ "3107 020101 02020001", true, true },
		{ "3107 02020001 020101", true, false },
		{ "a006 020102 020101", true, true },	/* no universal SET */
		{ "3000 00", false, false }, { "3003 0201", false, false },
		{ "", false, false }, { "3002 0000", false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ps_slice in = unhex(rows[i].hex);
		if (der_is_canonical(in, false) != rows[i].plain ||
		    der_is_canonical(in, true) != rows[i].sets)
			fail_msg("%s", rows[i].hex);
		unhex_free(in);
	}
	ps_slice set = unhex(v_signed_der);
	assert_true(der_is_canonical(set, true));
	unhex_free(set);
}

/* A SEQUENCE in a SEQUENCE..., `depth` of them. */
static size_t
nest(uint8_t *out, unsigned depth)
{
	size_t n = 0;

	for (unsigned i = depth; i-- > 0;) {
		out[n++] = 0x30;
		out[n++] = (uint8_t)(i * 2);
	}
	return n;
}

static void
canonical_has_a_depth(void **state)
{
	uint8_t octets[130];

	(void)state;
	assert_true(der_is_canonical((ps_slice){ octets, nest(octets, 64) }, true));
	assert_false(der_is_canonical((ps_slice){ octets, nest(octets, 65) }, true));
}

static void
split(void **state)
{
	ps_slice in = unhex("0403616263 0500"), value = { NULL, 0 };
	uint32_t tag = 0;
	size_t whole = 0;

	(void)state;
	assert_true(der_split(in, &tag, &value, &whole));
	assert_int_equal(tag, DER_OCTETS);
	assert_slice(value, "abc");
	assert_int_equal(whole, 5);
	assert_false(der_split((ps_slice){ in.p, 4 }, &tag, &value, &whole));
	assert_false(der_split((ps_slice){ NULL, 0 }, &tag, &value, &whole));
	unhex_free(in);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_certificate_reads_as_openssl_reads_it),
		cmocka_unit_test(truncations_and_changes_stay_inside),
		cmocka_unit_test(the_path_tells_where),
		cmocka_unit_test(each_failure_says_what_was_wanted),
		cmocka_unit_test(numbers),
		cmocka_unit_test(integers_compare_as_numbers),
		cmocka_unit_test(times),
		cmocka_unit_test(truth_and_bits),
		cmocka_unit_test(named_bits),
		cmocka_unit_test(object_identifiers),
		cmocka_unit_test(long_identifiers_are_cut),
		cmocka_unit_test(tags),
		cmocka_unit_test(optional_leaves_what_it_does_not_want),
		cmocka_unit_test(canonical),
		cmocka_unit_test(canonical_has_a_depth),
		cmocka_unit_test(split),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
