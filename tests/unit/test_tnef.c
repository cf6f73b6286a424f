/* SPDX-License-Identifier: ISC */
/*
 * TNEF item by item: octets put together here from the published format
 * ([MS-OXTNEF]), read in windows of any size, cut at every octet, with every
 * length wrong.
 */
#include "drip.h"
#include "base/buf.h"
#include "smime/tnef.h"

/* --- a builder --- */

struct made {
	uint8_t	 p[8192];
	size_t	 n;
};

static void
put(struct made *m, const void *p, size_t n)
{
	assert_true(n <= sizeof m->p - m->n);
	memcpy(m->p + m->n, p, n);
	m->n += n;
}

static void
put_le(struct made *m, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint8_t c = (uint8_t)(i < 8 ? v >> 8 * i : 0);

		put(m, &c, 1);
	}
}

static void
put_start(struct made *m)
{
	m->n = 0;
	put_le(m, 0x223e9f78, 4);
	put_le(m, 0x1234, 2);
}

static void
put_attribute(struct made *m, unsigned level, uint32_t id, const void *p, size_t n)
{
	const uint8_t *octets = p;
	uint32_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += octets[i];
	put_le(m, level, 1);
	put_le(m, id, 4);
	put_le(m, n, 4);
	put(m, p, n);
	put_le(m, sum & 0xffff, 2);
}

static void
put_value(struct made *m, uint32_t tag, const void *p, size_t n)
{
	put_le(m, tag, 4);
	put_le(m, 1, 4);
	put_le(m, n, 4);
	put(m, p, n);
	put_le(m, 0, (4 - n % 4) % 4);
}

/* Properties of every shape around a long name and a media type. */
static void
put_props(struct made *m)
{
	struct made list = { .n = 0 };

	put_le(&list, 10, 4);
	put_le(&list, 0x37050003, 4);		/* Integer32 */
	put_le(&list, 1, 4);
	put_le(&list, 0x7ffe000b, 4);		/* Boolean, padded */
	put_le(&list, 1, 4);
	put_le(&list, 0x30080040, 4);		/* Time */
	put_le(&list, 1, 8);
	put_le(&list, 0x80001003, 4);		/* named by number, three Integer32 */
	put_le(&list, 0, 16);
	put_le(&list, 0, 4);
	put_le(&list, 0x8503, 4);
	put_le(&list, 3, 4);
	put_le(&list, 0, 12);
	put_le(&list, 0x8001001e, 4);		/* named by a text, a String8 */
	put_le(&list, 0, 16);
	put_le(&list, 1, 4);
	put_le(&list, 6, 4);
	put(&list, "a\0b\0\0\0\0\0", 8);
	put_le(&list, 1, 4);
	put_le(&list, 3, 4);
	put(&list, "xy\0\0", 4);
	put_le(&list, 0x3003101e, 4);		/* two String8 */
	put_le(&list, 2, 4);
	put_le(&list, 2, 4);
	put(&list, "a\0\0\0", 4);
	put_le(&list, 5, 4);
	put(&list, "bcde\0\0\0\0", 8);
	put_le(&list, 0x00010048, 4);		/* CLSID */
	put_le(&list, 0, 16);
	put_le(&list, 0x30090001, 4);		/* Null */
	put_value(&list, 0x3707001f, "n\0\xac\x20\x3d\xd8\x00\xde\0\xdc\0\0", 12);
	put_value(&list, 0x370e001e, "text/plain", 11);
	put_attribute(m, 2, 0x00069005, list.p, list.n);
}

static void
put_whole(struct made *m)
{
	put_start(m);
	put_attribute(m, 1, 0x00089006, "\0\0\1\0", 4);
	put_attribute(m, 1, 0x00069007, "\xe2\x04\0\0\0\0\0\0", 8);	/* 1250 */
	put_attribute(m, 1, 0x00078008, "IPM.Note.SMIME", 15);
	put_attribute(m, 2, 0x00069002, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 14);
	put_attribute(m, 2, 0x0006800f, "content", 7);
	put_attribute(m, 2, 0x00018010, "\xe1.p7m", 6);
	put_props(m);
}

/* --- what is read, as one text --- */

static const char *const kinds[] = { "", "class", "begin", "name", "type", "data", "message" };

static void
note(struct ps_buf *out, const char *kind, ps_slice value)
{
	ps_err err = PS_ERR_INIT;

	assert_ok(ps_buf_add_text(out, kind, &err), &err);
	assert_ok(ps_buf_add_text(out, "=", &err), &err);
	assert_ok(ps_buf_add(out, value, &err), &err);
	assert_ok(ps_buf_add_text(out, ";", &err), &err);
}

static ps_code
read_all(ps_slice in, size_t step, bool twice, struct ps_buf *out, bool *out_damaged)
{
	struct ps_buf data = { .max = 1 << 20 };
	struct tnef_item item = { .kind = TNEF_BEGIN };
	struct tnef *t = NULL;
	struct drip drip;
	ps_reader *src = drip_open(&drip, in, step, twice);
	ps_code code = tnef_open(&t, src, NULL);

	while (code == PS_OK && (code = tnef_next(t, &item, NULL)) == PS_OK &&
	    item.kind != TNEF_END) {
		if (item.data == NULL) {
			note(out, kinds[item.kind], ps_str(item.text));
			continue;
		}
		code = ps_reader_all(item.data, &data, NULL);
		if (code == PS_OK && twice) {
			data.n = 0;
			code = ps_reader_rewind(item.data, NULL);
			if (code == PS_OK)
				code = ps_reader_all(item.data, &data, NULL);
		}
		note(out, kinds[item.kind], ps_buf_get(&data));
		data.n = 0;
	}
	*out_damaged = t != NULL && tnef_damaged(t);
	tnef_close(t);
	ps_reader_close(src);
	ps_buf_clear(&data);
	return code;
}

static void
assert_reads(const struct made *m, const char *want, bool want_damaged)
{
	static const size_t steps[] = { 1, 2, 3, 7, 64, 0 };
	bool damaged;

	for (size_t i = 0; i < 2 * sizeof steps / sizeof steps[0]; i++) {
		struct ps_buf got = { .max = 1 << 20 };

		assert_code(read_all((ps_slice){ m->p, m->n }, steps[i / 2], i % 2 == 1, &got,
		    &damaged), PS_OK);
		assert_int_equal(got.n, strlen(want));
		assert_memory_equal(got.p, want, got.n);
		assert_int_equal(damaged, want_damaged);
		ps_buf_clear(&got);
	}
}

static ps_code
read_code(const struct made *m, size_t n)
{
	struct ps_buf got = { .max = 1 << 20 };
	bool damaged;
	ps_code code = read_all((ps_slice){ m->p, n }, 5, false, &got, &damaged);

	ps_buf_clear(&got);
	return code;
}

static void
test_items(void **state)
{
	struct made m;

	(void)state;
	put_whole(&m);
	/* U+1F600 by two surrogates; one alone becomes U+FFFD. */
	assert_reads(&m, "class=IPM.Note.SMIME;begin=;data=content;name=\xc3\xa1.p7m;"
	    "name=n\xe2\x82\xac\xf0\x9f\x98\x80\xef\xbf\xbd;type=text/plain;", false);
}

/* Octets and messages within, as properties. */
static void
test_data_in_props(void **state)
{
	struct made m, list = { .n = 0 };

	(void)state;
	put_start(&m);
	put_attribute(&m, 2, 0x00069002, "", 0);
	put_le(&list, 2, 4);
	put_value(&list, 0x37010102, "octets", 6);
	put_value(&list, 0x3704001e, "B.BIN", 6);
	put_attribute(&m, 2, 0x00069005, list.p, list.n);
	list.n = 0;
	put_attribute(&m, 2, 0x00069002, "", 0);
	put_le(&list, 1, 4);
	put_value(&list, 0x3701000d, "0123456789abcdefinner", 21);
	put_attribute(&m, 2, 0x00069005, list.p, list.n);
	assert_reads(&m, "begin=;data=octets;name=B.BIN;begin=;message=inner;", false);
}

/* The octets come once, whatever repeats them. */
static void
test_data_once(void **state)
{
	struct made m, list = { .n = 0 };

	(void)state;
	put_start(&m);
	put_attribute(&m, 2, 0x00069002, "", 0);
	put_attribute(&m, 2, 0x0006800f, "one", 3);
	put_attribute(&m, 2, 0x0006800f, "two", 3);
	put_le(&list, 1, 4);
	put_value(&list, 0x37010102, "three", 5);
	put_attribute(&m, 2, 0x00069005, list.p, list.n);
	assert_reads(&m, "begin=;data=one;", false);
}

static void
test_checksum(void **state)
{
	struct made m;

	(void)state;
	put_start(&m);
	put_attribute(&m, 1, 0x00078008, "IPM.Note", 9);
	m.p[m.n - 1] ^= 1;
	assert_reads(&m, "class=IPM.Note;", true);
}

/* A property of a kind nobody knows: the rest of the attribute is passed. */
static void
test_unknown_property(void **state)
{
	struct made m, list = { .n = 0 };

	(void)state;
	put_start(&m);
	put_le(&list, 2, 4);
	put_le(&list, 0x30010999, 4);
	put_value(&list, 0x3707001e, "never seen", 11);
	put_attribute(&m, 2, 0x00069005, list.p, list.n);
	put_attribute(&m, 2, 0x00018010, "A.TXT", 6);
	assert_reads(&m, "name=A.TXT;", true);
}

/* Cut at every octet: never good but between attributes, never past the end. */
static void
test_truncation(void **state)
{
	struct made m;
	size_t good = 0;

	(void)state;
	put_whole(&m);
	for (size_t n = 0; n < m.n; n++) {
		ps_code code = read_code(&m, n);

		assert_true(code == PS_OK || code == PS_E_MALFORMED);
		good += code == PS_OK;
	}
	assert_int_equal(good, 7);	/* behind the start and each attribute but the last */
}

/* Every octet in turn made 0x00, 0x7f and 0xff. */
static void
test_lengths_that_lie(void **state)
{
	static const uint8_t bad[] = { 0x00, 0x7f, 0xff };
	struct made m;

	(void)state;
	put_whole(&m);
	for (size_t i = 0; i < m.n; i++)
		for (size_t k = 0; k < sizeof bad; k++) {
			uint8_t was = m.p[i];
			ps_code code;

			m.p[i] = bad[k];
			code = read_code(&m, m.n);
			assert_true(code == PS_OK || code == PS_E_MALFORMED);
			m.p[i] = was;
		}
}

static void
test_other_things(void **state)
{
	struct made m = { .n = 0 };
	struct tnef *t;
	struct drip drip;
	ps_reader *src;
	ps_err err = PS_ERR_INIT;

	(void)state;
	put(&m, "PK\3\4xxxxxx", 10);
	assert_code(read_code(&m, m.n), PS_E_MALFORMED);
	put_start(&m);
	put_attribute(&m, 3, 0x00078008, "x", 2);
	assert_code(read_code(&m, m.n), PS_E_MALFORMED);
	/* A text of any length is cut to what an item holds. */
	put_start(&m);
	memset(m.p + 4096, 'x', 2000);
	put_attribute(&m, 1, 0x00078008, m.p + 4096, 2000);
	src = drip_open(&drip, (ps_slice){ m.p, m.n }, 100, false);
	assert_ok(tnef_open(&t, src, &err), &err);
	struct tnef_item item;

	assert_ok(tnef_next(t, &item, &err), &err);
	assert_int_equal(strlen(item.text), sizeof item.text - 1);
	tnef_close(t);
	ps_reader_close(src);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_items),
		cmocka_unit_test(test_data_in_props),
		cmocka_unit_test(test_data_once),
		cmocka_unit_test(test_checksum),
		cmocka_unit_test(test_unknown_property),
		cmocka_unit_test(test_truncation),
		cmocka_unit_test(test_lengths_that_lie),
		cmocka_unit_test(test_other_things),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
