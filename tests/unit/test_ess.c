/* SPDX-License-Identifier: ISC */
/*
 * Enhanced services as octets: what is built is read back, and is what other
 * programs write (the labels and requests of Bouncy Castle and openssl are in
 * tests/e2e, the OIDs here are those of RFC 2634); what a stranger cuts is
 * refused.
 */
#include "cms_objects.h"

#include "cms/ess_build.h"
#include "cms/receipt.h"
#include "cms/stamp_request.h"

static ps_slice
octets(const char *s, size_t n)
{
	return (ps_slice){ (const uint8_t *)s, n };
}
#define S(text)	octets(text, sizeof(text) - 1)

/* --- receipts --- */

/* RFC 2634, 2.8, put together by hand. */
static const char receipt[] = "\x30\x18\x02\x01\x01\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"
			      "\x04\x03"
			      "abc"
			      "\x04\x03"
			      "xyz";
#define ID_DATA	"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"

static void
a_receipt_is_read_and_written(void **state)
{
	struct cms_receipt r;
	struct ps_buf again = { 0 };
	ps_err err = PS_ERR_INIT;

	(void)state;
	assert_ok(cms_receipt_parse(&r, S(receipt), &err), &err);
	assert_slice(r.type, ID_DATA);
	assert_slice(r.id, "abc");
	assert_slice(r.signature, "xyz");
	assert_ok(cms_receipt_build(&r, &again, &err), &err);
	assert_slice(ps_buf_get(&again), receipt);
	ps_buf_clear(&again);
}

static void
a_cut_receipt_is_none(void **state)
{
	struct cms_receipt r;
	char bad[sizeof receipt];

	(void)state;
	for (size_t n = 0; n < sizeof receipt - 1; n++)
		assert_code(cms_receipt_parse(&r, octets(receipt, n), NULL), PS_E_MALFORMED);
	memcpy(bad, receipt, sizeof bad);
	bad[4] = 2;	/* version 2 */
	assert_code(cms_receipt_parse(&r, S(bad), NULL), PS_E_MALFORMED);
}

/* --- attributes --- */

static const char *const two[] = { "bob@example.net", "carol@example.net" };

static void
a_request_is_read_back(void **state)
{
	struct cms_request_in in = { .id = S("id"), .from = CMS_FROM_LIST, .from_list = two,
	    .nfrom = 2, .to = two, .nto = 1 };
	struct ps_buf b = { 0 };
	struct cms_ess e;
	struct derw w;
	ps_slice list, one;
	ps_err err = PS_ERR_INIT;

	(void)state;
	derw_init(&w, &b);
	cms_ess_build_request(&w, &in);
	cms_ess_build_id(&w, in.id);
	assert_ok(derw_finish(&w, &err), &err);
	cms_ess_parse(&e, ps_buf_get(&b));
	assert_null(e.broken);
	assert_slice(e.receipt_id, "id");
	assert_slice(e.content_id, "id");
	assert_int_equal(e.receipts_from, CMS_FROM_LIST);
	list = e.from_list;
	assert_true(cms_ess_next_address(&list, &one));
	assert_slice(one, "bob@example.net");
	assert_true(cms_ess_next_address(&list, &one));
	assert_slice(one, "carol@example.net");
	assert_false(cms_ess_next_address(&list, &one));
	ps_buf_clear(&b);
}

/* The octets that Bouncy Castle writes for such a label. */
static void
a_label_is_a_sorted_set(void **state)
{
	static const char want[] = "\x30\x21\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x02\x02"
				   "\x31\x12\x31\x10\x02\x01\x03\x06\x03\x2a\x03\x04\x13\x06"
				   "closed";
	struct ps_buf b = { 0 };
	struct derw w;
	ps_err err = PS_ERR_INIT;

	(void)state;
	derw_init(&w, &b);
	cms_ess_build_label(&w, S("\x2a\x03\x04"), 3, S("closed"));
	assert_ok(derw_finish(&w, &err), &err);
	assert_slice(ps_buf_get(&b), want);
	ps_buf_clear(&b);
}

/* --- the history of lists --- */

static struct ps_buf
history(ps_slice before, ps_cert *by, int64_t at, enum cms_ml_receipts receipts,
    struct cms_ess *out)
{
	struct ps_buf b = { 0 };
	struct derw w;
	ps_err err = PS_ERR_INIT;

	derw_init(&w, &b);
	cms_ess_build_history(&w, before, by, at, receipts);
	assert_ok(derw_finish(&w, &err), &err);
	cms_ess_parse(out, ps_buf_get(&b));
	assert_null(out->broken);
	return b;
}

static void
a_history_grows_and_keeps_its_policy(void **state)
{
	struct person carol = person("carol"), dave = person("dave");
	struct cms_ess first, second;
	struct cms_expansion x;
	struct ps_buf one = history((ps_slice){ 0 }, carol.cert, CMS_NOW, CMS_ML_NONE, &first);
	struct ps_buf both = history(first.expansions, dave.cert, CMS_NOW + 60, CMS_ML_KEEP,
	    &second);
	ps_slice list = second.expansions;

	(void)state;
	assert_true(cms_ess_next_expansion(&list, &x));
	assert_true(cms_id_names(&x.list, carol.cert));
	assert_int_equal(x.at, CMS_NOW);
	assert_true(cms_ess_next_expansion(&list, &x));
	assert_true(cms_id_names(&x.list, dave.cert));
	assert_false(cms_id_names(&x.list, carol.cert));
	assert_int_equal(x.at, CMS_NOW + 60);
	assert_int_equal(x.receipts, CMS_ML_NONE);
	assert_false(cms_ess_next_expansion(&list, &x));
	ps_buf_clear(&one);
	ps_buf_clear(&both);
	person_clear(&carol);
	person_clear(&dave);
}

/* RFC 2634, 4.3: insteadOf stays, with its names, when the next list has no policy. */
static void
a_policy_with_names_is_kept(void **state)
{
	static const char before[] = "\x30\x30\x04\x02\x01\x02\x18\x0f"
				     "20300103100000Z"
				     "\xa1\x19\x30\x17\x81\x15"
				     "office@lists.example.";
	struct person dave = person("dave");
	struct cms_expansion x;
	struct cms_ess e;
	struct ps_buf b = history(S(before), dave.cert, CMS_NOW, CMS_ML_KEEP, &e);
	ps_slice list = e.expansions, one;

	(void)state;
	assert_true(cms_ess_next_expansion(&list, &x));
	assert_true(cms_ess_next_expansion(&list, &x));
	assert_int_equal(x.receipts, CMS_ML_INSTEAD);
	assert_true(cms_ess_next_address(&x.to, &one));
	assert_slice(one, "office@lists.example.");
	ps_buf_clear(&b);
	person_clear(&dave);
}

/* What a signer says of himself, and a request, are not a list's to repeat. */
static void
a_list_carries_on_the_rest(void **state)
{
	struct ps_buf all = { 0 }, kept = { 0 };
	struct cms_request_in in = { .id = S("id"), .to = two, .nto = 1 };
	struct cms_ess e;
	struct derw w;
	ps_err err = PS_ERR_INIT;

	(void)state;
	derw_init(&w, &all);
	cms_ess_build_request(&w, &in);
	cms_ess_build_digest(&w, S("digest"));
	cms_ess_build_label(&w, S("\x2a\x03\x04"), -1, (ps_slice){ 0 });
	cms_ess_build_hint(&w, S(ID_DATA));
	assert_ok(derw_finish(&w, &err), &err);
	derw_init(&w, &kept);
	cms_ess_carry(&w, ps_buf_get(&all));
	assert_ok(derw_finish(&w, &err), &err);
	cms_ess_parse(&e, ps_buf_get(&kept));
	assert_int_equal(e.receipt.n, 0);
	assert_int_equal(e.msg_sig_digest.n, 0);
	assert_slice(e.label.policy, "\x2a\x03\x04");
	assert_slice(e.hint_type, ID_DATA);
	ps_buf_clear(&all);
	ps_buf_clear(&kept);
}

/* --- time-stamps --- */

/* openssl ts -query -digest 0101... -sha256 -cert, with the nonce that we give and the
 * parameters of the digest left out, as RFC 5754, 2 wants. */
static void
a_question_is_what_openssl_asks(void **state)
{
	static const char want[] = "\x30\x49\x02\x01\x01\x30\x2f\x30\x0b\x06\x09\x60\x86\x48\x01"
				   "\x65\x03\x04\x02\x01\x04\x20\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01"
				   "\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x02\x10\x41"
				   "\x41\x41\x41\x41\x41\x41\x41\x41\x41\x41\x41\x41\x41\x41\x41\x01\x01\xff";
	uint8_t hash[32], nonce[CMS_NONCE];
	struct ps_buf b = { 0 };
	ps_err err = PS_ERR_INIT;

	(void)state;
	memset(hash, 1, sizeof hash);
	memset(nonce, 'A', sizeof nonce);
	assert_ok(cms_stamp_request(ps_alg_get(PS_SHA256), (ps_slice){ hash, sizeof hash },
	    nonce, &b, &err), &err);
	assert_slice(ps_buf_get(&b), want);
	ps_buf_clear(&b);
}

static void
an_answer_is_taken_apart(void **state)
{
	static const char denied[] = "\x30\x14\x30\x12\x02\x01\x02\x30\x09\x0c\x07"
				     "not now"
				     "\x03\x02\x05\x20";
	static const char granted[] = "\x30\x0a\x30\x03\x02\x01\x00\x30\x03\x02\x01\x07";
	struct cms_stamp_answer a;
	ps_err err = PS_ERR_INIT;

	(void)state;
	assert_ok(cms_stamp_answer(&a, S(denied), &err), &err);
	assert_int_equal(a.status, 2);
	assert_slice(a.text, "not now");
	assert_int_equal(a.token.n, 0);
	assert_ok(cms_stamp_answer(&a, S(granted), &err), &err);
	assert_int_equal(a.status, 0);
	assert_slice(a.token, "\x30\x03\x02\x01\x07");
	for (size_t n = 0; n < sizeof granted - 1; n++)
		assert_code(cms_stamp_answer(&a, octets(granted, n), NULL), PS_E_MALFORMED);
}

/* --- object identifiers as text --- */

static void
dotted_text_is_read(void **state)
{
	static const char *const good[] = { "0.0", "1.2.3", "1.39", "2.999", "2.5.4.3",
	    "1.2.840.113549.1.9.16.2.2", "2.16.840.1.101.3.4.2.1",
	    "1.2.18446744073709551615" };
	static const char *const bad[] = { "", "1", "1.", ".1", "3.1", "1.40", "0.40", "1..2",
	    "1.2.", "01.2", "1.02", "1.2.x", " 1.2", "1.2 ", "1.-2",
	    "1.2.18446744073709551616", "2.18446744073709551615" };
	uint8_t oid[32];
	char text[64];
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		assert_true(der_oid_parse(good[i], oid, sizeof oid, &n));
		assert_string_equal(der_oid_text((ps_slice){ oid, n }, text, sizeof text),
		    good[i]);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (der_oid_parse(bad[i], oid, sizeof oid, &n))
			fail_msg("\"%s\" is an OID", bad[i]);
	assert_true(der_oid_parse("2.999.3", oid, 3, &n));
	assert_memory_equal(oid, "\x88\x37\x03", 3);	/* X.690, 8.19.5 */
	assert_false(der_oid_parse("2.999.3", oid, 2, &n));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_receipt_is_read_and_written),
		cmocka_unit_test(a_cut_receipt_is_none),
		cmocka_unit_test(a_request_is_read_back),
		cmocka_unit_test(a_label_is_a_sorted_set),
		cmocka_unit_test(a_history_grows_and_keeps_its_policy),
		cmocka_unit_test(a_policy_with_names_is_kept),
		cmocka_unit_test(a_list_carries_on_the_rest),
		cmocka_unit_test(a_question_is_what_openssl_asks),
		cmocka_unit_test(an_answer_is_taken_apart),
		cmocka_unit_test(dotted_text_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
