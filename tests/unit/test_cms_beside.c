/* SPDX-License-Identifier: ISC */
/*
 * What stands beside a signature and what a signer asks: unsigned attributes,
 * time-stamps, counter-signatures, enhanced services. Whole messages with them
 * are tests/attacks; here is what a stranger's octets can do to the parsers.
 */
#include "cms_objects.h"

#include "cms/ess.h"
#include "cms/timestamp.h"
#include "cms/unsigned.h"

static ps_slice
octets(const char *s, size_t n)
{
	return (ps_slice){ (const uint8_t *)s, n };
}
#define S(text)	octets(text, sizeof(text) - 1)

/* --- time-stamps --- */

static enum cms_stamp_result
stamp_result(ps_slice token, ps_slice what, int64_t *out_at)
{
	struct cms_stamp t;
	enum cms_stamp_result result;
	ps_err err = PS_ERR_INIT;

	assert_ok(cms_stamp_check(&t, token, what, NULL, 0, &ps_limits_default, &err), &err);
	result = t.result;
	*out_at = t.at;
	cms_stamp_clear(&t);
	return result;
}

static void
a_stamp_is_for_what_it_says(void **state)
{
	struct ps_buf token, content;
	int64_t at;

	(void)state;
	load(&token, "stamp.der");
	load(&content, "content.txt");
	assert_int_equal(stamp_result(ps_buf_get(&token), ps_buf_get(&content), &at),
	    CMS_STAMP_GOOD);
	assert_true(at > 1790000000 && at < 1830000000);	/* when it was made */
	content.n--;
	assert_int_equal(stamp_result(ps_buf_get(&token), ps_buf_get(&content), &at),
	    CMS_STAMP_OTHER);
	ps_buf_clear(&content);
	ps_buf_clear(&token);
}

static void
a_truncated_stamp_is_none(void **state)
{
	struct ps_buf token, content;
	int64_t at;

	(void)state;
	load(&token, "stamp.der");
	load(&content, "content.txt");
	for (size_t n = 0; n < token.n; n++)
		assert_int_equal(stamp_result((ps_slice){ token.p, n },
		    ps_buf_get(&content), &at), CMS_STAMP_MALFORMED);
	ps_buf_clear(&content);
	ps_buf_clear(&token);
}

/* A changed octet may be one of those that nobody signs, but the time never is. */
static void
a_changed_stamp_tells_no_other_time(void **state)
{
	struct ps_buf token, content;
	int64_t good, at;
	size_t still = 0;

	(void)state;
	load(&token, "stamp.der");
	load(&content, "content.txt");
	(void)stamp_result(ps_buf_get(&token), ps_buf_get(&content), &good);
	for (size_t i = 0; i < token.n; i++) {
		token.p[i] ^= 0x01;
		if (stamp_result(ps_buf_get(&token), ps_buf_get(&content), &at) ==
		    CMS_STAMP_GOOD) {
			assert_int_equal(at, good);
			still++;
		}
		token.p[i] ^= 0x01;
	}
	assert_true(still < token.n / 4);
	ps_buf_clear(&content);
	ps_buf_clear(&token);
}

static void
other_objects_are_no_stamps(void **state)
{
	static const char *const names[] = { "signed-rsa.der", "signed-detached.der",
	    "env-rsa-cbc128.der", "content.txt" };
	struct ps_buf object, content;
	int64_t at;

	(void)state;
	load(&content, "content.txt");
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		load(&object, names[i]);
		assert_int_equal(stamp_result(ps_buf_get(&object), ps_buf_get(&content),
		    &at), CMS_STAMP_MALFORMED);
		ps_buf_clear(&object);
	}
	ps_buf_clear(&content);
}

/* --- unsigned attributes --- */

#define COUNTER	"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x06"
#define TOKEN	"\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x02\x0e"

static void
unsigned_attributes_are_sorted_out(void **state)
{
	static const char two[] =
	    "\x30\x11" COUNTER "\x31\x04\x30\x00\x30\x00"
	    "\x30\x11" TOKEN "\x31\x02\x05\x00";
	struct cms_unsigned u;

	(void)state;
	cms_unsigned_parse(&u, S(two));
	assert_int_equal(u.ncounter, 2);
	assert_int_equal(u.nstamp, 1);
	assert_int_equal(u.nshown, 2);
	assert_slice(u.stamp[0], "\x05\x00");
	for (size_t n = 0; n < sizeof two - 1; n++) {
		cms_unsigned_parse(&u, octets(two, n));
		assert_true(u.ncounter <= 2 && u.nstamp <= 1);
	}
}

static void
no_more_than_a_few_are_kept(void **state)
{
	static const char one[] = "\x30\x0f" COUNTER "\x31\x02\x30\x00";
	struct cms_unsigned u;
	struct ps_buf many = { 0 };

	(void)state;
	for (size_t i = 0; i < 100; i++)
		assert_int_equal(ps_buf_add(&many, S(one), NULL), PS_OK);
	cms_unsigned_parse(&u, ps_buf_get(&many));
	assert_int_equal(u.ncounter, CMS_COUNTERS);
	assert_int_equal(u.nshown, CMS_UNSIGNED_SHOWN);
	ps_buf_clear(&many);
}

/* --- enhanced services --- */

/* The attribute of the example of RFC 3114, as its authors' ASN.1 tools read it. */
static const char label[] =
    "\x30\x65\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x02\x02\x31\x56\x31\x54\x02\x01\x08"
    "\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x07\x03\x31\x2d\x30\x2b\x80\x0b\x2a\x86\x48"
    "\x86\xf7\x0d\x01\x09\x10\x07\x04\x81\x1c\x30\x1a\x0c\x18HUMAN RESOURCES USE ONLY"
    "\x13\x13"
    "Boagus Privacy Mark";

static void
a_label_is_read(void **state)
{
	struct cms_ess e;
	char text[64];

	(void)state;
	cms_ess_parse(&e, S(label));
	assert_true(e.any);
	assert_null(e.broken);
	assert_true(e.label.has_classification);
	assert_int_equal(e.label.classification, 8);
	assert_slice(e.label.mark, "Boagus Privacy Mark");
	assert_string_equal(der_oid_text(e.label.policy, text, sizeof text),
	    "1.2.840.113549.1.9.16.7.3");
	assert_int_equal(e.label.ncategory, 1);
	assert_null(cms_ess_classification_name(8));
	assert_string_equal(cms_ess_classification_name(5), "top-secret");
}

static void
a_truncated_label_is_none(void **state)
{
	struct cms_ess e;

	(void)state;
	for (size_t n = 0; n < sizeof label - 1; n++) {
		cms_ess_parse(&e, octets(label, n));
		assert_int_equal(e.label.whole.n, 0);
	}
}

static void
a_changed_label_does_not_lead_astray(void **state)
{
	char changed[sizeof label];
	struct cms_ess e;

	(void)state;
	for (size_t i = 0; i < 8 * (sizeof label - 1); i++) {
		memcpy(changed, label, sizeof label);
		changed[i / 8] = (char)(changed[i / 8] ^ 1 << i % 8);
		cms_ess_parse(&e, octets(changed, sizeof label - 1));
		assert_true(e.label.ncategory <= CMS_CATEGORIES);
		if (e.label.whole.n != 0)
			assert_true(e.label.classification <= CMS_CLASSIFICATION_MAX);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stamp_is_for_what_it_says),
		cmocka_unit_test(a_truncated_stamp_is_none),
		cmocka_unit_test(a_changed_stamp_tells_no_other_time),
		cmocka_unit_test(other_objects_are_no_stamps),
		cmocka_unit_test(unsigned_attributes_are_sorted_out),
		cmocka_unit_test(no_more_than_a_few_are_kept),
		cmocka_unit_test(a_label_is_read),
		cmocka_unit_test(a_truncated_label_is_none),
		cmocka_unit_test(a_changed_label_does_not_lead_astray),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
