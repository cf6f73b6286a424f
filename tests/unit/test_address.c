/* SPDX-License-Identifier: ISC */
#include "pki.h"

static bool
same(const char *a, const char *b, enum ps_address_rule rule)
{
	bool answer = ps_address_equal(a, b, rule);

	assert_int_equal(answer, ps_address_equal(b, a, rule));
	return answer;
}

static const struct {
	const char	*a, *b;
	bool		 sender, recipient;
} pairs[] = {
	{ "a@example.org",	"a@example.org",	true, true },
	{ "a@example.org",	"a@EXAMPLE.Org",	true, true },
	{ "A@example.org",	"a@example.org",	true, false },
	{ "a@example.org",	"b@example.org",	false, false },
	{ "a@example.org",	"a@example.com",	false, false },
	{ "a@example.org",	"a@example.org.",	false, false },
	{ "a@example.org",	"a@sub.example.org",	false, false },
	/* RFC 5321, 4.1.2: quotes are not part of the mailbox. */
	{ "\"a\"@example.org",	"a@example.org",	true, true },
	{ "\"a\\b\"@example.org", "ab@example.org",	true, true },
	{ "\"a@b\"@example.org", "a@b@example.org",	false, false },
	/* RFC 9598, 5: the domain as A-labels. */
	{ "a@b\xc3\xbc" "cher.example", "a@xn--bcher-kva.example", true, true },
	{ "a@B\xc3\x9c" "CHER.example", "a@XN--BCHER-KVA.example", true, true },
	{ "\xd0\xbf@example.org", "\xd0\xbf@EXAMPLE.org", true, true },
	{ "\xd0\xbf@example.org", "\xd0\x9f@example.org", false, false },
	{ "\xd0\xbf" "a@example.org", "\xd0\xbf" "A@example.org", false, false },
	/* One letter in two ways is two mailboxes: nothing is normalized. */
	{ "\xc3\xa9@example.org", "e\xcc\x81@example.org", false, false },
	{ "a@[192.0.2.1]",	"a@[192.0.2.1]",	true, true },
};

static void
addresses_are_compared_by_rule(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
		if (same(pairs[i].a, pairs[i].b, PS_MATCH_SENDER) != pairs[i].sender ||
		    same(pairs[i].a, pairs[i].b, PS_MATCH_RECIPIENT) != pairs[i].recipient)
			fail_msg("%s and %s", pairs[i].a, pairs[i].b);
}

static void
what_is_no_address_equals_nothing(void **state)
{
	static const char *const bad[] = {
		"", "a", "@", "a@", "@example.org", "a b@example.org", "a@exa mple.org",
		"a@example..org", "a@.example.org", "a\n@example.org", "a\x7f@example.org",
		"a@example.org\r", "a(comment)@example.org", "a@example.org,b@example.org",
		"<a@example.org>", "\"a@example.org", "\"a\"b\"@example.org", "\"a\\\"@example.org",
		"a\xff@example.org", "a@\xff", "a\xe2\x80\xae@example.org", "a@[]", "a@[1",
		"a@exa[mple.org", "a@example.org\xc2\xa0",
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (same(bad[i], bad[i], PS_MATCH_SENDER))
			fail_msg("\"%s\" is an address", bad[i]);
	assert_false(ps_address_equal(NULL, NULL, PS_MATCH_SENDER));
}

static void
addresses_have_a_length(void **state)
{
	char address[1200];

	(void)state;
	memset(address, 'a', sizeof address);
	memcpy(address + 1024 - 12, "@example.org", 13);
	assert_true(same(address, address, PS_MATCH_SENDER));
	memset(address, 'a', 1100);
	memcpy(address + 1025 - 12, "@example.org", 13);
	assert_false(same(address, address, PS_MATCH_SENDER));
}

static void
a_domain_has_a_length(void **state)
{
	char address[600] = "a@";

	(void)state;
	for (size_t i = 2; i < 600; i += 2)
		memcpy(address + i, "b.", 2);
	memcpy(address + 2 + 255, "", 1);
	assert_true(same(address, address, PS_MATCH_SENDER));
	memcpy(address + 2 + 255, ".b", 3);
	assert_false(same(address, address, PS_MATCH_SENDER));
}

/* --- certificates --- */

static void
the_extension_speaks_for_itself(void **state)
{
	ps_cert *c = pki_cert("addresses");

	(void)state;
	assert_string_equal(ps_cert_address(c, 0), "first@example.org");
	/* "second one"@ has a blank, which no address of ours has; the next
	 * SmtpUTF8Mailbox is ASCII, which RFC 9598, 3 forbids. */
	assert_string_equal(ps_cert_address(c, 1), "\xd0\xbf\xd1\x91\xd1\x82\xd1\x80@"
	    "xn--e1afmkfd.example");
	assert_string_equal(ps_cert_address(c, 2), "third@xn--bcher-kva.example");
	assert_null(ps_cert_address(c, 3));
	assert_true(ps_cert_names(c, "First@example.org", PS_MATCH_SENDER));
	assert_false(ps_cert_names(c, "First@example.org", PS_MATCH_RECIPIENT));
	assert_true(ps_cert_names(c, "third@b\xc3\xbc" "cher.example", PS_MATCH_RECIPIENT));
	assert_true(ps_cert_names(c, "\xd0\xbf\xd1\x91\xd1\x82\xd1\x80@"
	    "\xd0\xbf\xd1\x80\xd0\xb8\xd0\xbc\xd0\xb5\xd1\x80.example", PS_MATCH_SENDER));
	assert_false(ps_cert_names(c, "ascii@example.org", PS_MATCH_SENDER));
	/* RFC 8550, 3: the subject does not count beside the extension. */
	assert_false(ps_cert_names(c, "hidden@example.org", PS_MATCH_SENDER));
	ps_cert_free(c);
}

static void
the_subject_speaks_when_nothing_else_does(void **state)
{
	ps_cert *c = pki_cert("bare"), *root = pki_cert("root");

	(void)state;
	assert_true(ps_cert_names(c, "bare@example.org", PS_MATCH_RECIPIENT));
	assert_false(ps_cert_names(root, "bare@example.org", PS_MATCH_SENDER));
	assert_false(ps_cert_names(NULL, "bare@example.org", PS_MATCH_SENDER));
	ps_cert_free(c);
	ps_cert_free(root);
}

/* An address that would be another to whoever stops at the NUL or line. */
static void
hidden_octets_make_no_name(void **state)
{
	static const char bad[] = { '\0', '\n', ' ', '\x7f', '\xfc' };
	struct ps_buf der = pki_der("alice");
	uint8_t *at = memmem(der.p, der.n, "alice@example.org", 17);
	ps_err err = PS_ERR_INIT;
	ps_cert *c;

	(void)state;
	assert_non_null(at);
	for (size_t i = 0; i < sizeof bad; i++) {
		at[5] = '@';
		at[13] = (uint8_t)bad[i];
		assert_ok(ps_cert_parse(&c, ps_buf_get(&der), &err), &err);
		assert_null(ps_cert_address(c, 0));
		assert_false(ps_cert_names(c, "alice@example", PS_MATCH_SENDER));
		ps_cert_free(c);
	}
	ps_buf_clear(&der);
}

/* A certificate like alice's with `n` addresses. */
static struct ps_buf
crowd(unsigned n)
{
	ps_cert *like = pki_cert("alice");
	const struct ps_cert_view *v = ps_cert_view_of(like);
	struct ps_buf out = { 0 }, names = { 0 };
	struct derw w;

	derw_init(&w, &names);
	derw_begin(&w, DER_SEQUENCE);
	for (unsigned i = 0; i < n; i++)
		derw_value(&w, DER_CTX_PRIM(1), ps_str("a@example.org"));
	derw_end(&w);
	assert_int_equal(derw_finish(&w, NULL), PS_OK);
	derw_init(&w, &out);
	derw_begin(&w, DER_SEQUENCE);
	derw_begin(&w, DER_SEQUENCE);
	derw_u64(&w, 1);
	derw_raw(&w, v->signature.whole);
	derw_raw(&w, v->issuer);
	derw_begin(&w, DER_SEQUENCE);
	derw_time(&w, v->not_before);
	derw_time(&w, v->not_after);
	derw_end(&w);
	derw_raw(&w, v->subject);
	derw_raw(&w, v->spki);
	derw_begin(&w, DER_CTX(3));
	derw_begin(&w, DER_SEQUENCE);
	derw_begin(&w, DER_SEQUENCE);
	derw_oid(&w, ps_str("\x55\x1d\x11"));
	derw_octets(&w, ps_buf_get(&names));
	derw_end(&w);
	derw_end(&w);
	derw_end(&w);
	derw_end(&w);
	derw_raw(&w, v->signature.whole);
	derw_bits(&w, ps_str("signature"));
	derw_end(&w);
	assert_int_equal(derw_finish(&w, NULL), PS_OK);
	ps_buf_clear(&names);
	ps_cert_free(like);
	return out;
}

static void
a_certificate_names_so_many(void **state)
{
	struct ps_buf der = crowd(1000);
	ps_err err = PS_ERR_INIT;
	ps_cert *c = NULL;

	(void)state;
	assert_ok(ps_cert_parse(&c, ps_buf_get(&der), &err), &err);
	assert_non_null(ps_cert_address(c, 999));
	assert_null(ps_cert_address(c, 1000));
	ps_cert_free(c);
	ps_buf_clear(&der);
	der = crowd(1001);
	assert_code(ps_cert_parse(&c, ps_buf_get(&der), &err), PS_E_LIMIT);
	ps_buf_clear(&der);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_compared_by_rule),
		cmocka_unit_test(what_is_no_address_equals_nothing),
		cmocka_unit_test(addresses_have_a_length),
		cmocka_unit_test(a_domain_has_a_length),
		cmocka_unit_test(the_extension_speaks_for_itself),
		cmocka_unit_test(the_subject_speaks_when_nothing_else_does),
		cmocka_unit_test(hidden_octets_make_no_name),
		cmocka_unit_test(a_certificate_names_so_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
