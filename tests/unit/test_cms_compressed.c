/* SPDX-License-Identifier: ISC */
/*
 * CompressedData: what is written down here by hand from RFC 3274 around a
 * stream of Python's zlib, what Bouncy Castle wrote, and what we write.
 */
#include "cms/compressed.h"
#include "cms_objects.h"

#define OID_COMPRESSED	"\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x09"
#define OID_ZLIB	"\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x03\x08"
#define OID_SHA256	"\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01"
#define OID_DATA	"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"
/* zlib.compress(b"hello") */
#define HELLO		"\x78\x9c\xcb\x48\xcd\xc9\xc9\x07\x00\x06\x2c\x02\x15"
#define CONTENT		"\x30\x1c" OID_DATA "\xa0\x0f\x04\x0d" HELLO
#define OCTETS(s)	{ (const uint8_t *)(s), sizeof(s) - 1 }

static const ps_slice plain = OCTETS("\x30\x41" OID_COMPRESSED "\xa0\x32\x30\x30\x02\x01\x00"
    "\x30\x0d" OID_ZLIB CONTENT);

static ps_code
read_object(ps_slice in, size_t step, struct ps_buf *out, ps_err *err)
{
	struct cms_compressed c = { .ber = NULL };
	struct source src;
	ps_code code;

	*out = (struct ps_buf){ 0 };
	if ((code = source_open(&src, in, step, err)) == PS_OK) {
		assert_int_equal(src.shell.type, CMS_COMPRESSED);
		if ((code = cms_compressed_open(&c, &src.shell.ber, err)) == PS_OK &&
		    (code = ps_reader_all(c.content, out, err)) == PS_OK &&
		    (code = cms_compressed_finish(&c, err)) == PS_OK)
			code = cms_shell_close(&src.shell, err);
	}
	cms_compressed_clear(&c);
	source_close(&src);
	return code;
}

static const size_t steps[] = { 0, 1, 7 };

static void
assert_reads(ps_slice in, ps_slice want)
{
	struct ps_buf out;
	ps_err err = PS_ERR_INIT;

	for (size_t k = 0; k < sizeof steps / sizeof steps[0]; k++) {
		assert_ok(read_object(in, steps[k], &out, &err), &err);
		assert_true(ps_slice_equal(ps_buf_get(&out), want));
		ps_buf_clear(&out);
	}
}

static void
assert_refused(ps_slice in, ps_code want)
{
	struct ps_buf out;
	ps_err err = PS_ERR_INIT;

	for (size_t k = 0; k < sizeof steps / sizeof steps[0]; k++) {
		assert_code(read_object(in, steps[k], &out, &err), want);
		assert_true(err.n > 0);
		ps_err_clear(&err);
		ps_buf_clear(&out);
	}
}

static void
test_by_hand(void **state)
{
	static const ps_slice rows[] = {
		/* parameters NULL */
		OCTETS("\x30\x43" OID_COMPRESSED "\xa0\x34\x30\x32\x02\x01\x00\x30\x0f" OID_ZLIB
		    "\x05\x00" CONTENT),
		/* indefinite lengths, the octets in three segments */
		OCTETS("\x30\x80" OID_COMPRESSED "\xa0\x80\x30\x80\x02\x01\x00\x30\x0d" OID_ZLIB
		    "\x30\x80" OID_DATA "\xa0\x80\x24\x80\x04\x02\x78\x9c"
		    "\x04\x0a\xcb\x48\xcd\xc9\xc9\x07\x00\x06\x2c\x02\x04\x01\x15"
		    "\0\0\0\0\0\0\0\0\0\0\0\0"),
	};

	(void)state;
	assert_reads(plain, ps_str("hello"));
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_reads(rows[i], ps_str("hello"));
}

static void
test_refused(void **state)
{
	static const struct {
		ps_slice	 in;
		ps_code		 code;
	} rows[] = {
		/* version 2; another algorithm; parameters; no content */
		{ OCTETS("\x30\x41" OID_COMPRESSED "\xa0\x32\x30\x30\x02\x01\x02\x30\x0d"
		    OID_ZLIB CONTENT), PS_E_UNSUPPORTED },
		{ OCTETS("\x30\x3f" OID_COMPRESSED "\xa0\x30\x30\x2e\x02\x01\x00\x30\x0b"
		    OID_SHA256 CONTENT), PS_E_UNSUPPORTED },
		{ OCTETS("\x30\x44" OID_COMPRESSED "\xa0\x35\x30\x33\x02\x01\x00\x30\x10"
		    OID_ZLIB "\x02\x01\x01" CONTENT), PS_E_UNSUPPORTED },
		{ OCTETS("\x30\x30" OID_COMPRESSED "\xa0\x21\x30\x1f\x02\x01\x00\x30\x0d"
		    OID_ZLIB "\x30\x0b" OID_DATA), PS_E_UNSUPPORTED },
		/* an octet behind the zlib stream */
		{ OCTETS("\x30\x42" OID_COMPRESSED "\xa0\x33\x30\x31\x02\x01\x00\x30\x0d"
		    OID_ZLIB "\x30\x1d" OID_DATA "\xa0\x10\x04\x0e" HELLO "\x00"),
		    PS_E_MALFORMED },
		/* the stream is whole but for its last octet */
		{ OCTETS("\x30\x40" OID_COMPRESSED "\xa0\x31\x30\x2f\x02\x01\x00\x30\x0d"
		    OID_ZLIB "\x30\x1b" OID_DATA "\xa0\x0e\x04\x0c"
		    "\x78\x9c\xcb\x48\xcd\xc9\xc9\x07\x00\x06\x2c\x02"), PS_E_MALFORMED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_refused(rows[i].in, rows[i].code);
	for (size_t n = 0; n < plain.n; n++)
		assert_refused((ps_slice){ plain.p, n }, PS_E_MALFORMED);
}

/* sha256 of what Python's zlib.decompress makes of its segments. */
static void
test_bouncy_castle(void **state)
{
	static const char want[] =
	    "\x62\xb4\xa9\x1b\xcb\x41\x0e\x0f\x50\xbe\x2d\xf1\x47\x71\x37\x80"
	    "\xb4\x15\xf4\x1c\x2f\x76\x03\xbf\xe9\xc9\x67\x8f\x10\x8f\x89\x2c";
	struct cms_digests d = { .n = 0 };
	struct ps_buf in, out;
	ps_err err = PS_ERR_INIT;

	(void)state;
	load(&in, "compressed-bouncycastle.der");
	for (size_t k = 0; k < sizeof steps / sizeof steps[0]; k++) {
		assert_ok(read_object(ps_buf_get(&in), steps[k], &out, &err), &err);
		assert_int_equal(out.n, 1329);
		assert_ok(cms_digests_add(&d, ps_alg_get(PS_SHA256), &err), &err);
		assert_ok(cms_digests_look(&d, ps_buf_get(&out), &err), &err);
		assert_ok(cms_digests_final(&d, &err), &err);
		assert_slice(cms_digests_get(&d, ps_alg_get(PS_SHA256)), want);
		cms_digests_clear(&d);
		ps_buf_clear(&out);
	}
	ps_buf_clear(&in);
}

static ps_code
write_object(ps_slice content, size_t step, const struct cms_size *size, struct ps_buf *out,
    ps_err *err)
{
	ps_writer *memory, *w = NULL;
	ps_code code;
	size_t n;

	*out = (struct ps_buf){ 0 };
	assert_ok(ps_writer_open_memory(&memory, 1 << 20, err), err);
	code = cms_compress_writer_open(&w, memory, 6, size, err);
	while (code == PS_OK && content.n > 0) {
		n = step < content.n ? step : content.n;
		code = ps_writer_write(w, (ps_slice){ content.p, n }, err);
		content.p += n;
		content.n -= n;
	}
	if (code == PS_OK)
		code = ps_writer_finish(w, err);
	if (code == PS_OK)
		assert_ok(ps_buf_add(out, ps_writer_memory(memory), err), err);
	ps_writer_close(w);
	ps_writer_close(memory);
	return code;
}

static void
test_ours(void **state)
{
	static const struct cms_size sizes[] = { { .how = CMS_PLAN, .plan_max = 13 },
	    { .how = CMS_KNOWN, .length = 13 }, { .how = CMS_PLAN, .plan_max = 12 },
	    { .how = CMS_STREAM } };
	struct ps_buf out;
	ps_err err = PS_ERR_INIT;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		assert_ok(write_object(ps_str("hello"), 2, &sizes[i], &out, &err), &err);
		if (i < 2)
			assert_true(ps_slice_equal(ps_buf_get(&out), plain));
		else
			assert_false(der_is_canonical(ps_buf_get(&out), true));
		assert_reads(ps_buf_get(&out), ps_str("hello"));
		ps_buf_clear(&out);
	}
}

static void
test_large(void **state)
{
	enum { LARGE = 300000 };
	static const struct cms_size stream = { .how = CMS_STREAM };
	uint8_t *octets = malloc(LARGE);
	ps_slice in = { octets, LARGE };
	struct ps_buf out;
	ps_err err = PS_ERR_INIT;

	(void)state;
	assert_non_null(octets);
	for (size_t i = 0; i < LARGE; i++)
		octets[i] = (uint8_t)(i * i / 77);
	assert_ok(write_object(in, 4001, &stream, &out, &err), &err);
	assert_true(out.n < LARGE);
	assert_reads(ps_buf_get(&out), in);
	ps_buf_clear(&out);
	free(octets);
}

/* A length that was measured before and is another now. */
static void
test_changed(void **state)
{
	struct cms_size size = { .how = CMS_KNOWN };
	struct ps_buf out;
	ps_err err = PS_ERR_INIT;

	(void)state;
	for (size.length = 12; size.length <= 14; size.length += 2) {
		assert_code(write_object(ps_str("hello"), 5, &size, &out, &err), PS_E_CHANGED);
		ps_err_clear(&err);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_by_hand),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_bouncy_castle),
		cmocka_unit_test(test_ours),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
