/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include "base/buf.h"
#include "der/der.h"
#include "der_vectors.h"

static const uint8_t oid_sha256[] = { 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04,
	0x02, 0x01 };
static const uint8_t oid_signing_time[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d,
	0x01, 0x09, 0x05 };
#define SLICE(a) ((ps_slice){ (a), sizeof(a) })

/*
 * The same as this for openssl asn1parse -genconf: SEQUENCE { INTEGER:3, SET {
 * OID:1.2.840.113549.1.9.5, INTEGER:500, INTEGER:5, OCT:zz, OCT:a },
 * UTCTIME:260101000000Z, GENTIME:20500101000000Z, BITSTRING, OCTETSTRING,
 * [0] { SEQUENCE { OID:sha256, NULL } }, BOOL:TRUE }
 */
static void
builds_what_openssl_builds(void **state)
{
	static const uint8_t bits[] = { 0xa0, 0xff }, octets[] = { 0, 1, 2, 3 };
	struct ps_buf out = { 0 };
	ps_err err = PS_ERR_INIT;
	struct derw w;

	(void)state;
	derw_init(&w, &out);
	derw_begin(&w, DER_SEQUENCE);
	derw_u64(&w, 3);
	derw_begin_set_of(&w, DER_SET);
	derw_oid(&w, SLICE(oid_signing_time));
	derw_u64(&w, 500);
	derw_u64(&w, 5);
	derw_octets(&w, ps_str("zz"));
	derw_octets(&w, ps_str("a"));
	derw_end(&w);
	derw_time(&w, 1767225600);
	derw_time(&w, 2524608000);
	derw_bits(&w, SLICE(bits));
	derw_octets(&w, SLICE(octets));
	derw_begin(&w, DER_CTX(0));
	derw_begin(&w, DER_SEQUENCE);
	derw_oid(&w, SLICE(oid_sha256));
	derw_null(&w);
	derw_end(&w);
	derw_end(&w);
	derw_bool(&w, true);
	derw_end(&w);
	assert_ok(derw_finish(&w, &err), &err);
	assert_octets(ps_buf_get(&out), "305d0201033119020105020201f404016104027a"
	    "7a06092a864886f70d010905170d3236303130313030303030305a180f323035303031"
	    "30313030303030305a030300a0ff040400010203a00f300d0609608648016503040201"
	    "05000101ff");
	ps_buf_clear(&out);
}

static void
check(void (*build)(struct derw *, const void *), const void *arg, const char *hex)
{
	struct ps_buf out = { 0 };
	struct derw w;

	derw_init(&w, &out);
	build(&w, arg);
	assert_ok(derw_finish(&w, NULL), NULL);
	assert_octets(ps_buf_get(&out), hex);
	ps_buf_clear(&out);
}

static void
build_u64(struct derw *w, const void *arg)
{
	derw_u64(w, *(const uint64_t *)arg);
}

static void
build_integer(struct derw *w, const void *arg)
{
	derw_integer(w, *(const ps_slice *)arg);
}

static void
numbers(void **state)
{
	/* openssl asn1parse -genstr INTEGER:... */
	static const struct { uint64_t v; const char *hex; } rows[] = {
		{ 0, "020100" }, { 127, "02017f" }, { 128, "02020080" },
		{ 256, "02020100" }, { UINT64_MAX, "020900ffffffffffffffff" },
	};
	ps_slice big = unhex("0000 010000000000000000");

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		check(build_u64, &rows[i].v, rows[i].hex);
	check(build_integer, &big, "0209010000000000000000");
	unhex_free(big);
	check(build_integer, &(ps_slice){ NULL, 0 }, "020100");
}

static void
build_time(struct derw *w, const void *arg)
{
	derw_time(w, *(const int64_t *)arg);
}

static void
times_change_form_after_2049(void **state)
{
	/* openssl asn1parse -genstr UTCTIME:, GENTIME:; seconds from date(1) */
	static const struct { int64_t t; const char *hex; } rows[] = {
		{ 2524607999, "170d3439313233313233353935395a" },
		{ -631152000, "170d3530303130313030303030305a" },
		{ 2524608000, "180f32303530303130313030303030305a" },
		{ -631152001, "180f31393439313233313233353935395a" },
	};
	struct ps_buf out = { 0 };
	struct derw w;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		check(build_time, &rows[i].t, rows[i].hex);
	derw_init(&w, &out);
	derw_time(&w, 253402300800);	/* the year 10000 */
	assert_code(derw_finish(&w, NULL), PS_E_MISUSE);
	ps_buf_clear(&out);
}

static void
build_tagged(struct derw *w, const void *arg)
{
	uint32_t tag = *(const uint32_t *)arg;

	if (der_tag_constructed(tag)) {
		derw_begin(w, tag);
		derw_null(w);
		derw_end(w);
	} else {
		derw_value(w, tag, (ps_slice){ NULL, 0 });
	}
}

static void
tags(void **state)
{
	/* openssl asn1parse -genstr IMPLICIT:, EXPLICIT: */
	static const struct { uint32_t tag; const char *hex; } rows[] = {
		{ DER_LONG(0x60, 200), "7f8148020500" },
		{ DER_LONG(0xc0, 1000000), "dfbd844000" },
		{ DER_LONG(0x80, 16383), "9fff7f00" },
		{ DER_LONG(0x80, 16384), "9f81800000" },
		{ DER_CTX_PRIM(30), "9e00" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		check(build_tagged, &rows[i].tag, rows[i].hex);
}

/* X.690, 8.1.3.5 and 10.1, by hand. */
static void
lengths(void **state)
{
	static const struct { size_t n; const char *head; } rows[] = {
		{ 0, "3000" }, { 127, "307f" }, { 128, "308180" },
		{ 255, "3081ff" }, { 256, "30820100" }, { 65535, "3082ffff" },
		{ 65536, "3083010000" },
	};
	uint8_t head[16];
	uint8_t *zeros = calloc(1, 65536);

	(void)state;
	assert_non_null(zeros);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct ps_buf out = { 0 };
		struct derw w;
		size_t n = strlen(rows[i].head) / 2;
		assert_int_equal(derw_header_size(rows[i].n), n);
		assert_int_equal(derw_header(head, DER_SEQUENCE, rows[i].n), n);
		derw_init(&w, &out);
		derw_begin(&w, DER_SEQUENCE);
		derw_raw(&w, (ps_slice){ zeros, rows[i].n });
		derw_end(&w);
		assert_ok(derw_finish(&w, NULL), NULL);
		assert_int_equal(out.n, n + rows[i].n);
		assert_octets(((ps_slice){ out.p, n }), rows[i].head);
		assert_octets(((ps_slice){ head, n }), rows[i].head);
		ps_buf_clear(&out);
	}
	free(zeros);
	assert_int_equal(derw_header_size(UINT64_MAX), 10);
	assert_int_equal(derw_header(head, DER_OCTETS, UINT64_MAX), 10);
	assert_octets(((ps_slice){ head, 10 }), "0488ffffffffffffffff");
}

static void
build_set(struct derw *w, const void *arg)
{
	derw_begin_set_of(w, DER_CTX(1));
	derw_raw(w, *(const ps_slice *)arg);
	derw_end(w);
}

static void
sets_sort_themselves(void **state)
{
	/* X.690, 11.6: ascending, the shorter padded with zeros. */
	static const char *const rows[][2] = {
		{ "", "a100" },
		{ "0500", "a1020500" },
		{ "020103 020102 020101", "a109 020101 020102 020103" },
		{ "02020001 020101", "a107 020101 02020001" },
		{ "020101 020101", "a106 020101 020101" },
		{ "3003020109 0500 0401ff", "a10a 0401ff 0500 3003020109" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ps_slice in = unhex(rows[i][0]);
		check(build_set, &in, rows[i][1]);
		unhex_free(in);
	}
}

static void
appends_to_what_is_there(void **state)
{
	struct ps_buf out = { 0 };
	struct derw w;

	(void)state;
	assert_ok(ps_buf_add_text(&out, "abc", NULL), NULL);
	derw_init(&w, &out);
	derw_begin_set_of(&w, DER_SET);
	derw_u64(&w, 2);
	derw_u64(&w, 1);
	derw_end(&w);
	assert_ok(derw_finish(&w, NULL), NULL);
	assert_octets(ps_buf_get(&out), "616263 3106 020101 020102");
	ps_buf_clear(&out);
}

static void
depth_ends_at_32(void **state)
{
	(void)state;
	for (unsigned depth = 32; depth <= 33; depth++) {
		struct ps_buf out = { 0 };
		struct derw w;
		derw_init(&w, &out);
		for (unsigned i = 0; i < depth; i++)
			derw_begin(&w, DER_SEQUENCE);
		for (unsigned i = 0; i < depth; i++)
			derw_end(&w);
		assert_code(derw_finish(&w, NULL), depth == 32 ? PS_OK : PS_E_LIMIT);
		ps_buf_clear(&out);
	}
}

static void
wrong_use_is_told(void **state)
{
	static const uint8_t half[] = { 0x30, 0x05, 0x00 }, bad_oid[] = { 0x2a, 0x80 };
	struct ps_buf out = { 0 };
	ps_err err = PS_ERR_INIT;
	struct derw w;
	char text[256];

	(void)state;
	derw_init(&w, &out);
	derw_begin(&w, DER_SEQUENCE);
	assert_code(derw_finish(&w, &err), PS_E_MISUSE);
	assert_non_null(strstr(ps_err_format(&err, text, sizeof text), "still open"));
	derw_init(&w, &out);
	derw_end(&w);
	assert_code(derw_finish(&w, NULL), PS_E_MISUSE);
	derw_init(&w, &out);
	derw_begin_set_of(&w, DER_SET);
	derw_raw(&w, SLICE(half));
	derw_end(&w);
	assert_code(derw_finish(&w, NULL), PS_E_MISUSE);
	derw_init(&w, &out);
	derw_oid(&w, SLICE(bad_oid));
	assert_code(derw_finish(&w, NULL), PS_E_MISUSE);
	ps_buf_clear(&out);
}

static void
the_ceiling_holds(void **state)
{
	(void)state;
	for (size_t max = 1; max <= 8; max++) {
		struct ps_buf out = { .max = max };
		struct derw w;
		derw_init(&w, &out);
		derw_begin(&w, DER_SEQUENCE);
		derw_begin_set_of(&w, DER_SET);
		derw_u64(&w, 7);
		derw_end(&w);
		derw_end(&w);
		assert_code(derw_finish(&w, NULL), max < 7 ? PS_E_LIMIT : PS_OK);
		assert_true(out.n <= max);
		ps_buf_clear(&out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(builds_what_openssl_builds),
		cmocka_unit_test(numbers),
		cmocka_unit_test(times_change_form_after_2049),
		cmocka_unit_test(tags),
		cmocka_unit_test(lengths),
		cmocka_unit_test(sets_sort_themselves),
		cmocka_unit_test(appends_to_what_is_there),
		cmocka_unit_test(depth_ends_at_32),
		cmocka_unit_test(wrong_use_is_told),
		cmocka_unit_test(the_ceiling_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
