/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include "base/clock.h"
#include "policy/policy.h"

#define READ	PS_USE_READ
#define SEND	PS_USE_SEND
#define G	PS_GRADE_GOOD
#define W	PS_GRADE_WEAK
#define R	PS_GRADE_REFUSED

static ps_policy *
policy(const char *name)
{
	ps_err err = PS_ERR_INIT;
	ps_policy *p = NULL;

	assert_ok(ps_policy_new(&p, name, &err), &err);
	return p;
}

/* What each policy says of an algorithm, as the documents demand it. */
static const struct {
	const char	*policy;
	unsigned	 alg;
	enum ps_grade	 read, send;
} grades[] = {
	{ "default",	PS_SHA256,	G, G },
	{ "default",	PS_SHA3_384,	G, G },
	{ "default",	PS_SHAKE256,	G, G },
	{ "default",	PS_SHA224,	W, R },
	{ "default",	PS_SHA1,	W, R },
	{ "default",	PS_MD5,		W, R },
	{ "default",	PS_AES128_CBC,	G, G },
	{ "default",	PS_AES256_GCM,	G, G },
	{ "default",	PS_CHACHA20_POLY1305, G, G },
	{ "default",	PS_DES3_CBC,	W, R },
	{ "default",	PS_RSA_PKCS1,	G, G },
	{ "default",	PS_RSA_OAEP,	G, G },
	{ "default",	PS_ECDH_SHA1,	W, R },
	{ "default",	PS_ECDH_SHA256,	G, G },
	{ "default",	PS_DES3_WRAP,	W, R },
	{ "default",	PS_PWRI_KEK,	G, G },
	{ "default",	PS_PBKDF2,	G, G },
	{ "strict",	PS_SHA1,	R, R },
	{ "strict",	PS_ECDH_SHA1,	R, R },
	{ "strict",	PS_RSA_PKCS1,	G, R },
	{ "strict",	PS_SHA256,	G, G },
	{ "legacy-read", PS_SHA1,	W, R },
	{ "legacy-read", PS_DES3_CBC,	W, R },
};

static void
built_in_policies_say_what_the_documents_demand(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof grades / sizeof grades[0]; i++) {
		ps_policy *p = policy(grades[i].policy);
		const struct ps_alg *alg = ps_alg_get(grades[i].alg);

		/* One table of rows answers for every kind. */
		if (ps_policy_recipient(p, alg, READ, 0) != grades[i].read ||
		    ps_policy_cipher(p, alg, SEND, 0) != grades[i].send)
			fail_msg("%s: %s", grades[i].policy, alg->name);
		ps_policy_free(p);
	}
}

static const struct {
	const char	*policy;
	unsigned	 bits;
	enum ps_grade	 read, send;
} rsa[] = {
	{ "default",	511,	R, R },
	{ "default",	1023,	R, R },
	{ "default",	1024,	W, R },
	{ "default",	2047,	W, R },
	{ "default",	2048,	G, G },
	{ "strict",	2048,	G, W },
	{ "strict",	3071,	G, W },
	{ "strict",	3072,	G, G },
	{ "legacy-read", 511,	R, R },
	{ "legacy-read", 512,	W, R },
	{ "legacy-read", 2048,	G, G },
};

static void
rsa_keys_are_judged_by_length(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rsa / sizeof rsa[0]; i++) {
		struct ps_key_info key = { .type = ps_alg_get(PS_KEY_RSA), .bits = rsa[i].bits };
		ps_policy *p = policy(rsa[i].policy);

		if (ps_policy_key(p, &key, READ, 0) != rsa[i].read ||
		    ps_policy_key(p, &key, SEND, 0) != rsa[i].send)
			fail_msg("%s: RSA %u", rsa[i].policy, rsa[i].bits);
		ps_policy_free(p);
	}
}

static void
a_curve_counts_with_its_key(void **state)
{
	struct ps_key_info key = { .type = ps_alg_get(PS_KEY_EC),
	    .curve = ps_alg_get(PS_P256), .bits = 256 };
	ps_policy *p = policy("default");
	ps_err err = PS_ERR_INIT;

	(void)state;
	assert_int_equal(ps_policy_key(p, &key, SEND, 0), G);
	assert_ok(ps_policy_set(p, "key", "p-256", "weak", &err), &err);
	assert_int_equal(ps_policy_key(p, &key, SEND, 0), W);
	key.type = NULL;
	assert_int_equal(ps_policy_key(p, &key, READ, 0), R);
	ps_policy_free(p);
}

static enum ps_grade
signature(const ps_policy *p, unsigned sig, unsigned digest, unsigned mgf, enum ps_use use)
{
	struct ps_sigspec s = {
		.sig = ps_alg_get(sig),
		.digest = ps_alg_get(digest),
		.mgf = mgf == PS_ALG_NONE ? NULL : ps_alg_get(mgf),
	};

	return ps_policy_signature(p, &s, use, 0);
}

static void
a_signature_is_as_good_as_its_worst_part(void **state)
{
	ps_policy *p = policy("default"), *strict = policy("strict");

	(void)state;
	assert_int_equal(signature(p, PS_SIG_RSA, PS_SHA256, 0, SEND), G);
	assert_int_equal(signature(p, PS_SIG_RSA, PS_SHA1, 0, READ), W);
	assert_int_equal(signature(p, PS_SIG_RSA, PS_SHA1, 0, SEND), R);
	assert_int_equal(signature(p, PS_SIG_RSA_SHA1, PS_SHA256, 0, READ), W);
	assert_int_equal(signature(p, PS_SIG_PSS, PS_SHA256, PS_SHA256, SEND), G);
	assert_int_equal(signature(p, PS_SIG_PSS, PS_SHA256, PS_SHA1, READ), W);
	assert_int_equal(signature(p, PS_SIG_ED25519, PS_SHA512, 0, SEND), G);
	assert_int_equal(signature(p, PS_SIG_DSA_SHA256, PS_SHA256, 0, READ), W);
	assert_int_equal(signature(strict, PS_SIG_ECDSA_SHA1, PS_SHA1, 0, READ), R);
	ps_policy_free(p);
	ps_policy_free(strict);
}

/* --- changing rows --- */

static void
a_row_is_changed_word_by_word(void **state)
{
	ps_policy *p = policy("default");
	const struct ps_alg *alg = ps_alg_get(PS_RSA_PKCS1);
	ps_err err = PS_ERR_INIT;

	(void)state;
	assert_ok(ps_policy_set(p, "recipient", "rsa-pkcs1", " send=refused\tread=weak ", &err),
	    &err);
	assert_int_equal(ps_policy_recipient(p, alg, READ, 0), W);
	assert_int_equal(ps_policy_recipient(p, alg, SEND, 0), R);
	assert_ok(ps_policy_set(p, "recipient", "rsa-pkcs1", "good", &err), &err);
	assert_int_equal(ps_policy_recipient(p, alg, SEND, 0), G);
	ps_policy_free(p);
}

static void
a_date_ends_with_its_day(void **state)
{
	ps_policy *p = policy("default");
	const struct ps_alg *alg = ps_alg_get(PS_AES128_CBC);
	ps_err err = PS_ERR_INIT;
	int64_t end = 0;

	(void)state;
	assert_true(ps_clock_parse("2031-01-01T00:00:00Z", &end));
	assert_ok(ps_policy_set(p, "cipher", "aes-128-cbc", "until=2030-12-31", &err), &err);
	assert_int_equal(ps_policy_cipher(p, alg, SEND, end - 1), G);
	assert_int_equal(ps_policy_cipher(p, alg, SEND, end), R);
	assert_int_equal(ps_policy_cipher(p, alg, READ, end - 1), G);
	assert_int_equal(ps_policy_cipher(p, alg, READ, end), W);
	ps_policy_free(p);
}

static void
lengths_of_keys_can_be_raised(void **state)
{
	struct ps_key_info key = { .type = ps_alg_get(PS_KEY_RSA), .bits = 4095 };
	ps_policy *p = policy("default");
	ps_err err = PS_ERR_INIT;

	(void)state;
	assert_ok(ps_policy_set(p, "key", "rsa", "bits=4096 read-bits=3072", &err), &err);
	assert_int_equal(ps_policy_key(p, &key, SEND, 0), R);
	assert_int_equal(ps_policy_key(p, &key, READ, 0), W);
	key.bits = 3071;
	assert_int_equal(ps_policy_key(p, &key, READ, 0), R);
	key.bits = 4096;
	assert_int_equal(ps_policy_key(p, &key, SEND, 0), G);
	ps_policy_free(p);
}

static void
what_is_broken_is_never_sent(void **state)
{
	static const struct { const char *section, *key, *value; } lines[] = {
		{ "digest", "sha1", "good" },
		{ "digest", "md5", "send=weak" },
		{ "signature", "rsa-sha1", "read=good send=good" },
		{ "cipher", "des-ede3-cbc", "weak" },
		{ "key", "rsa", "bits=1024" },
	};
	ps_policy *p = policy("legacy-read");
	ps_err err = PS_ERR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
		assert_code(ps_policy_set(p, lines[i].section, lines[i].key, lines[i].value, &err),
		    PS_E_REFUSED);
	/* And the line that failed changed nothing. */
	assert_int_equal(ps_policy_digest(p, ps_alg_get(PS_SHA1), SEND, 0), R);
	assert_int_equal(ps_policy_digest(p, ps_alg_get(PS_SHA1), READ, 0), W);
	assert_ok(ps_policy_set(p, "digest", "sha1", "read=good", &err), &err);
	ps_policy_free(p);
}

static void
mistakes_are_named(void **state)
{
	static const struct { const char *section, *key, *value; ps_code code;
	    const char *says; } lines[] = {
		{ "digests", "sha1", "good", PS_E_NOT_FOUND, "digests" },
		{ "digest", "sha9", "good", PS_E_NOT_FOUND, "sha9" },
		{ "digest", "aes-256-cbc", "good", PS_E_NOT_FOUND, "aes-256-cbc" },
		{ "rules", "signed-attribute", "required", PS_E_NOT_FOUND, "signed-attribute" },
		{ "digest", "sha256", "fine", PS_E_MALFORMED, "fine" },
		{ "digest", "sha256", "", PS_E_MALFORMED, "sha256" },
		{ "digest", "sha256", "read=fine", PS_E_MALFORMED, "fine" },
		{ "digest", "sha256", "colour=red", PS_E_MALFORMED, "colour=red" },
		{ "digest", "sha256", "bits=2048", PS_E_MALFORMED, "sha256" },
		{ "key", "rsa", "bits=", PS_E_MALFORMED, "number" },
		{ "key", "rsa", "bits=16385", PS_E_MALFORMED, "16385" },
		{ "key", "rsa", "bits=99999999999999999999", PS_E_MALFORMED, "99999" },
		{ "key", "rsa", "until=tomorrow", PS_E_MALFORMED, "tomorrow" },
		{ "key", "rsa", "until=2030-12-31T00:00:00+0000000000000000000", PS_E_MALFORMED,
		    "2030" },
		{ "rules", "signed-attributes", "maybe", PS_E_MALFORMED, "maybe" },
		{ "rules", "default-cipher", "rot13", PS_E_MALFORMED, "rot13" },
		{ "rules", "explicit-policy", "yes", PS_E_MALFORMED, "yes" },
		{ "rules", "policy-mapping", "yes", PS_E_MALFORMED, "yes" },
		{ "rules", "any-policy", "yes", PS_E_MALFORMED, "yes" },
		{ "rules", "certificate-policies", "", PS_E_MALFORMED, "certificate-policies" },
		{ "rules", "certificate-policies", "1.2.3 none", PS_E_MALFORMED, "none" },
		{ "rules", "default-headers", "bold", PS_E_MALFORMED, "bold" },
		{ "rules", "legacy-display", "maybe", PS_E_MALFORMED, "maybe" },
		{ "rules", "pq", "maybe", PS_E_MALFORMED, "maybe" },
		{ "rules", "default-cipher", "des-ede3-cbc", PS_E_REFUSED, "des-ede3-cbc" },
	};
	ps_policy *p = policy("default");
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		ps_err err = PS_ERR_INIT;
		assert_code(ps_policy_set(p, lines[i].section, lines[i].key, lines[i].value, &err),
		    lines[i].code);
		ps_err_format(&err, text, sizeof text);
		if (strstr(text, lines[i].says) == NULL)
			fail_msg("%s does not name %s", text, lines[i].says);
	}
	ps_policy_free(p);
	assert_code(ps_policy_new(&p, "lax", NULL), PS_E_NOT_FOUND);
	assert_code(ps_policy_set(NULL, "digest", "sha1", "weak", NULL), PS_E_NOMEM);
}

static void
rules_and_defaults(void **state)
{
	ps_policy *p = policy("default"), *strict = policy("strict");
	ps_err err = PS_ERR_INIT;

	(void)state;
	assert_true(ps_policy_wants_signed_attrs(p));
	assert_ok(ps_policy_set(p, "rules", "signed-attributes", "optional", &err), &err);
	assert_false(ps_policy_wants_signed_attrs(p));
	assert_string_equal(ps_policy_default(p, PS_ALG_CIPHER)->name, "aes-256-cbc");
	assert_string_equal(ps_policy_default(p, PS_ALG_TRANSPORT)->name, "rsa-pkcs1");
	assert_string_equal(ps_policy_default(strict, PS_ALG_TRANSPORT)->name, "rsa-oaep");
	assert_null(ps_policy_default(p, PS_ALG_DIGEST));
	assert_int_equal(ps_policy_headers(p), PS_HCP_BASELINE);
	assert_true(ps_policy_legacy_display(p));
	assert_ok(ps_policy_set(p, "rules", "default-headers", "shy", &err), &err);
	assert_ok(ps_policy_set(p, "rules", "legacy-display", "off", &err), &err);
	assert_int_equal(ps_policy_headers(p), PS_HCP_SHY);
	assert_false(ps_policy_legacy_display(p));
	assert_int_equal(ps_policy_pq(p), PS_PQ_PREFER);
	assert_ok(ps_policy_set(p, "rules", "pq", "require", &err), &err);
	assert_int_equal(ps_policy_pq(p), PS_PQ_REQUIRE);
	assert_ok(ps_policy_set(p, "rules", "pq", "off", &err), &err);
	assert_int_equal(ps_policy_pq(p), PS_PQ_OFF);
	assert_ok(ps_policy_set(p, "rules", "default-cipher", "aes-256-gcm", &err), &err);
	assert_string_equal(ps_policy_default(p, PS_ALG_CIPHER)->name, "aes-256-gcm");
	ps_policy_free(p);
	ps_policy_free(strict);
	ps_policy_free(NULL);
}

static void
certificate_policies(void **state)
{
	/* ITU-T X.660: arcs of the first two roots end at 39. */
	static const char *const wrong[] = { "3.1", "1.40", "1", "1.", ".1", "1..2", "01.2",
	    "1.2.", "1.2.03", "1.2.99999999999", "1.2.a", "-1.2",
	    "1.2.3333333333.3333333333.3333333333.3333333333.3333333333.33333333" };
	ps_policy *p = policy("default");
	const struct ps_policy_certs *c = ps_policy_certs_of(p);
	ps_err err = PS_ERR_INIT;
	char many[8 * (PS_CERT_POLICIES + 1)] = "";

	(void)state;
	assert_true(c->n == 0 && !c->explicit_policy && !c->no_mapping && !c->no_any);
	assert_ok(ps_policy_set(p, "rules", "certificate-policies", " 1.2.3,2.999.0", &err), &err);
	assert_int_equal(c->n, 2);
	assert_string_equal(c->policy[0], "1.2.3");
	assert_string_equal(c->policy[1], "2.999.0");
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		if (ps_policy_set(p, "rules", "certificate-policies", wrong[i], NULL) == PS_OK)
			fail_msg("%s was taken", wrong[i]);
	assert_int_equal(c->n, 2);
	for (unsigned i = 0; i < PS_CERT_POLICIES; i++)
		snprintf(many + strlen(many), sizeof many - strlen(many), "1.2.%u ", i);
	assert_ok(ps_policy_set(p, "rules", "certificate-policies", many, &err), &err);
	assert_int_equal(c->n, PS_CERT_POLICIES);
	snprintf(many + strlen(many), sizeof many - strlen(many), "1.2.99");
	assert_code(ps_policy_set(p, "rules", "certificate-policies", many, NULL),
	    PS_E_MALFORMED);
	assert_ok(ps_policy_set(p, "rules", "certificate-policies", "any", &err), &err);
	assert_int_equal(c->n, 0);
	assert_ok(ps_policy_set(p, "rules", "explicit-policy", "required", &err), &err);
	assert_ok(ps_policy_set(p, "rules", "policy-mapping", "refused", &err), &err);
	assert_ok(ps_policy_set(p, "rules", "any-policy", "refused", &err), &err);
	assert_true(c->explicit_policy && c->no_mapping && c->no_any);
	assert_ok(ps_policy_set(p, "rules", "any-policy", "allowed", &err), &err);
	assert_false(c->no_any);
	assert_false(ps_policy_certs_of(NULL)->explicit_policy);
	ps_policy_free(p);
}

/* A new row of the algorithm table must be graded by somebody, not by chance. */
static void
every_algorithm_can_be_read_by_the_default(void **state)
{
	ps_policy *p = policy("default");

	(void)state;
	for (unsigned id = PS_ALG_NONE + 1; id < PS_ALG_COUNT; id++)
		if (ps_policy_recipient(p, ps_alg_get(id), READ, 0) == R)
			fail_msg("%s is not in the policy", ps_alg_get(id)->name);
	ps_policy_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(built_in_policies_say_what_the_documents_demand),
		cmocka_unit_test(rsa_keys_are_judged_by_length),
		cmocka_unit_test(a_curve_counts_with_its_key),
		cmocka_unit_test(a_signature_is_as_good_as_its_worst_part),
		cmocka_unit_test(a_row_is_changed_word_by_word),
		cmocka_unit_test(a_date_ends_with_its_day),
		cmocka_unit_test(lengths_of_keys_can_be_raised),
		cmocka_unit_test(what_is_broken_is_never_sent),
		cmocka_unit_test(mistakes_are_named),
		cmocka_unit_test(rules_and_defaults),
		cmocka_unit_test(certificate_policies),
		cmocka_unit_test(every_algorithm_can_be_read_by_the_default),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
