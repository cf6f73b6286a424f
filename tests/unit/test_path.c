/* SPDX-License-Identifier: ISC */
#include "pki.h"

#include <pthread.h>

#include "base/clock.h"
#include "x509/path.h"

/* What a test asks: certificates and lists by the names of their files. */
struct question {
	const char	*cert;
	const char	*anchor;
	const char	*extra[16];
	const char	*crl[4];	/* of the caller */
	const char	*message_crl;
	enum ps_revocation revocation;
	enum ps_purpose	 purpose;
	const char	*policy;
	int64_t		 at;
	uint64_t	 path_length;
	/* the answer */
	ps_cert		*loaded[17];
	struct ps_buf	 list;
};

static struct ps_trust *
trust_of(const struct question *q)
{
	struct ps_trust *t = NULL;
	ps_err err = PS_ERR_INIT;
	char path[256];

	assert_ok(ps_trust_new(&t, &err), &err);
	if (q->anchor != NULL) {
		pki_path(q->anchor, path, sizeof path);
		assert_ok(ps_trust_add_file(t, path, &ps_limits_default, &err), &err);
	}
	for (size_t i = 0; i < 4 && q->crl[i] != NULL; i++) {
		pki_path(q->crl[i], path, sizeof path);
		assert_ok(ps_trust_add_crl_file(t, path, &ps_limits_default, &err), &err);
	}
	return t;
}

static struct ps_path_out
ask(struct question q)
{
	struct ps_limits limits = ps_limits_default;
	struct ps_path_out out = { .good = false };
	struct ps_trust *trust = trust_of(&q);
	struct ps_buf list = { 0 };
	ps_slice crl = { NULL, 0 };
	ps_policy *policy = NULL;
	ps_err err = PS_ERR_INIT;
	size_t n = 0;

	assert_ok(ps_policy_new(&policy, q.policy == NULL ? "default" : q.policy, &err), &err);
	q.loaded[16] = pki_cert(q.cert);
	for (; n < 16 && q.extra[n] != NULL; n++)
		q.loaded[n] = pki_cert(q.extra[n]);
	if (q.message_crl != NULL) {
		list = pki_der(q.message_crl);
		crl = ps_buf_get(&list);
	}
	if (q.path_length != 0)
		limits.path_length = q.path_length;
	assert_ok(ps_path_check(&(struct ps_path_in){
		.trust = trust, .cert = q.loaded[16], .extra = q.loaded, .nextra = n,
		.crl = &crl, .ncrl = q.message_crl != NULL, .at = q.at == 0 ? PKI_NOW : q.at,
		.purpose = q.purpose, .revocation = q.revocation, .policy = policy,
		.limits = &limits,
	}, &out, &err), &err);
	for (size_t i = 0; i < 17; i++)
		ps_cert_free(q.loaded[i]);
	ps_buf_clear(&list);
	ps_trust_free(trust);
	ps_policy_free(policy);
	return out;
}

/* The names of all reasons, in the order they were found. */
static const char *
reasons(const struct ps_path_out *out, char *text, size_t size)
{
	text[0] = '\0';
	for (size_t i = 0; i < out->nproblem; i++)
		snprintf(text + strlen(text), size - strlen(text), "%s%s", i == 0 ? "" : " ",
		    ps_path_reason_name(out->problem[i].reason));
	return text;
}

static void
assert_answer(struct question q, const char *want, const char *sentence)
{
	struct ps_path_out out = ask(q);
	char text[512];

	if (strcmp(reasons(&out, text, sizeof text), want) != 0)
		fail_msg("%s: \"%s\", wanted \"%s\": %s", q.cert, text, want,
		    out.nproblem > 0 ? out.problem[0].text : "");
	assert_int_equal(out.good, want[0] == '\0');
	if (sentence != NULL)
		assert_string_equal(out.problem[0].text, sentence);
	ps_path_clear(&out);
}

#define ANSWER(want, sentence, ...) \
	assert_answer((struct question){ __VA_ARGS__ }, (want), (sentence))
#define USUAL	.anchor = "root", .extra = { "issuing" }
#define ENCRYPT	.purpose = PS_PURPOSE_ENCRYPT

static void
good_paths(void **state)
{
	struct ps_path_out out = ask((struct question){ .cert = "alice", USUAL });

	(void)state;
	assert_true(out.good);
	assert_int_equal(out.nchain, 3);
	assert_string_equal(ps_cert_subject(out.chain[0]), "CN=Alice Gray,O=Example,C=DE");
	assert_string_equal(ps_cert_subject(out.chain[2]), "CN=Example Root,O=Example,C=DE");
	assert_false(out.revocation_checked);
	ps_path_clear(&out);
	ANSWER("", NULL, .cert = "bob", USUAL, ENCRYPT);
	ANSWER("", NULL, .cert = "agree", USUAL, ENCRYPT);
	ANSWER("", NULL, .cert = "ed25519", USUAL);
	ANSWER("", NULL, .cert = "bare", USUAL);
	ANSWER("", NULL, .cert = "bare", USUAL, ENCRYPT);
	/* RFC 8550, 4.4.4 and 4.4.2: any purpose, nonRepudiation alone. */
	ANSWER("", NULL, .cert = "any", USUAL);
	/* More certificates, the leaf among them, in any order. */
	ANSWER("", NULL, .cert = "alice", .anchor = "root",
	    .extra = { "stranger", "alice", "bob", "issuing", "issuing", "root" });
}

static void
the_clock_decides(void **state)
{
	int64_t before = 0, after = 0;

	(void)state;
	assert_true(ps_clock_parse("2024-12-31T23:59:59Z", &before));
	assert_true(ps_clock_parse("2050-01-01T00:00:01Z", &after));
	ANSWER("expired", "the certificate of expired@example.org expired on 2025-06-01",
	    .cert = "expired", USUAL);
	ANSWER("", NULL, .cert = "expired", USUAL, .at = PKI_NOW - 300 * INT64_C(86400));
	ANSWER("not-yet-valid",
	    "the certificate of future@example.org is valid only from 2040-01-01",
	    .cert = "future", USUAL);
	ANSWER("issuer-expired", "the certificate of the authority Old CA expired on 2025-06-01",
	    .cert = "under_oldca", .anchor = "root", .extra = { "oldca" });
	ANSWER("issuer-not-yet-valid issuer-not-yet-valid not-yet-valid", NULL, .cert = "alice",
	    USUAL, .at = before);
	ANSWER("", NULL, .cert = "alice", USUAL, .at = before + 1);
	ANSWER("", NULL, .cert = "alice", USUAL, .at = after - 1);
	ANSWER("issuer-expired issuer-expired expired", NULL, .cert = "alice", USUAL, .at = after);
}

static void
somebody_must_vouch(void **state)
{
	(void)state;
	ANSWER("unknown-issuer", "nobody that this system trusts vouches for the certificate of "
	    "alice@example.org (issuer: Example Issuing CA); if you trust that authority, give "
	    "its root certificate with --trust", .cert = "alice", .anchor = "root");
	ANSWER("unknown-issuer", NULL, .cert = "alice", .extra = { "issuing", "root" });
	ANSWER("unknown-issuer", NULL, .cert = "alice", .anchor = "stranger",
	    .extra = { "issuing" });
	ANSWER("self-signed", NULL, .cert = "self", .anchor = "root");
	ANSWER("", NULL, .cert = "self", .anchor = "self");
	ANSWER("certificate-altered", NULL, .cert = "altered", USUAL);
}

/* Whoever was given as an anchor is one, self-signed or not. */
static void
an_intermediate_can_be_an_anchor(void **state)
{
	struct ps_path_out out = ask((struct question){ .cert = "alice", .anchor = "issuing" });

	(void)state;
	assert_true(out.good);
	assert_int_equal(out.nchain, 2);
	ps_path_clear(&out);
	ANSWER("", NULL, .cert = "alice", .anchor = "alice");
	ANSWER("unknown-issuer", NULL, .cert = "bob", .anchor = "alice", ENCRYPT);
}

static void
a_key_is_for_what_it_says(void **state)
{
	(void)state;
	ANSWER("key-usage", "the certificate of alice@example.org is not meant for encryption",
	    .cert = "alice", USUAL, ENCRYPT);
	ANSWER("key-usage", "the certificate of Bob@Example.ORG is not meant for signing",
	    .cert = "bob", USUAL);
	ANSWER("key-usage", NULL, .cert = "agree", USUAL);
	ANSWER("key-usage", NULL, .cert = "ed25519", USUAL, ENCRYPT);
	ANSWER("not-for-mail", "the certificate of server@example.org is not meant for mail",
	    .cert = "server", USUAL);
	ANSWER("not-for-mail", "the authority TLS CA may not issue certificates for mail",
	    .cert = "under_tlsca", .anchor = "root", .extra = { "tlsca" });
	ANSWER("critical-extension", NULL, .cert = "critical", USUAL);
}

static void
an_authority_must_be_one(void **state)
{
	(void)state;
	ANSWER("issuer-not-ca", "Not A CA issued a certificate, but its own does not allow that",
	    .cert = "under_notca", .anchor = "root", .extra = { "notca" });
	ANSWER("issuer-not-ca", NULL, .cert = "under_nosign", .anchor = "root",
	    .extra = { "nosign" });
	ANSWER("path-too-long", NULL, .cert = "under_below", .anchor = "root",
	    .extra = { "zero", "below" });
}

static void
paths_have_a_length(void **state)
{
#define TEN	"long01", "long02", "long03", "long04", "long05", "long06", "long07", "long08", \
	"long09", "long10"
	(void)state;
	ANSWER("", NULL, .cert = "under_long10", .anchor = "root", .extra = { TEN });
	ANSWER("path-too-long", NULL, .cert = "under_long11", .anchor = "root",
	    .extra = { TEN, "long11" });
	ANSWER("", NULL, .cert = "under_long11", .anchor = "root", .extra = { TEN, "long11" },
	    .path_length = UINT64_MAX);
}

static void
strength_is_policy(void **state)
{
	(void)state;
	ANSWER("weak-key", "the key of weak@example.org is too weak: RSA with 1024 bits",
	    .cert = "weak", USUAL);
	ANSWER("weak-key", NULL, .cert = "under_weakca", .anchor = "root",
	    .extra = { "weakca" });
	ANSWER("weak-certificate-signature", "the signature on the certificate of "
	    "sha1@example.org is too weak: ecdsa-sha1", .cert = "sha1", USUAL);
	ANSWER("", NULL, .cert = "bob", USUAL, ENCRYPT, .policy = "default");
	ANSWER("weak-key", NULL, .cert = "bob", USUAL, ENCRYPT, .policy = "strict");
	/* Reading more is not trusting more. */
	ANSWER("weak-key", NULL, .cert = "weak", USUAL, .policy = "legacy-read");
	/* RFC 5280, 6.1: nothing depends on the signature of an anchor. */
	ANSWER("", NULL, .cert = "sha1", .anchor = "sha1");
}

static void
names_stay_within_their_limits(void **state)
{
#define LIMITED	.anchor = "root", .extra = { "ncca" }
	(void)state;
	ANSWER("", NULL, .cert = "nc_good", LIMITED);
	ANSWER("name-constraint", NULL, .cert = "nc_bad", LIMITED);
	ANSWER("name-constraint", NULL, .cert = "nc_subject", LIMITED);
	/* RFC 9598, 6: rfc822Name constraints hold for SmtpUTF8Mailbox. */
	ANSWER("name-constraint", NULL, .cert = "nc_utf8", LIMITED);
}

/* A wrong issuer of the right name must not hide the right one. */
static void
the_right_issuer_is_found(void **state)
{
	(void)state;
	ANSWER("", NULL, .cert = "alice", .anchor = "root", .extra = { "cross", "issuing" });
	ANSWER("", NULL, .cert = "alice", .anchor = "stranger", .extra = { "issuing", "cross" });
	ANSWER("", NULL, .cert = "plain", .anchor = "root", .extra = { "impostor", "issuing" });
	ANSWER("", NULL, .cert = "plain", .anchor = "root",
	    .extra = { "impostor", "cross", "stranger", "issuing" });
	ANSWER("certificate-altered", NULL, .cert = "plain", .anchor = "stranger",
	    .extra = { "impostor" });
}

#define SOFT	.revocation = PS_REVOCATION_SOFT
#define HARD	.revocation = PS_REVOCATION_HARD

static void
revoked_is_revoked(void **state)
{
	struct ps_path_out out;
	int64_t when = 0;

	(void)state;
	assert_true(ps_clock_parse("2025-03-01T12:00:00Z", &when));
	out = ask((struct question){ .cert = "revoked", USUAL, SOFT, .crl = { "issuing.crl" } });
	assert_int_equal(out.nproblem, 1);
	assert_int_equal(out.problem[0].reason, PS_PATH_REVOKED);
	assert_int_equal(out.problem[0].when, when);
	assert_string_equal(out.problem[0].text,
	    "the certificate of revoked@example.org was revoked on 2025-03-01");
	ps_path_clear(&out);
	ANSWER("revoked", NULL, .cert = "revoked", USUAL, HARD,
	    .crl = { "issuing.crl", "root.crl" });
	ANSWER("", NULL, .cert = "revoked", USUAL, .crl = { "issuing.crl" });
	/* What an old list says of it stays true. */
	ANSWER("revoked", NULL, .cert = "revoked", USUAL, SOFT, .crl = { "old.crl" });
	/* Whatever else comes along. */
	ANSWER("revoked", NULL, .cert = "revoked", .anchor = "root", SOFT,
	    .crl = { "issuing.crl" }, .extra = { "cross", "impostor", "stranger", "root",
	    "issuing" });
	/* The newest list counts. */
	ANSWER("revoked", NULL, .cert = "revoked", USUAL, SOFT,
	    .crl = { "empty.crl", "issuing.crl" });
}

static void
unknown_is_soft_or_hard(void **state)
{
	struct ps_path_out out = ask((struct question){ .cert = "alice", USUAL, HARD,
	    .crl = { "issuing.crl", "root.crl" } });
	int64_t at = 0;

	(void)state;
	assert_true(ps_clock_parse("2025-02-01", &at));
	assert_true(out.good);
	assert_true(out.revocation_checked);
	assert_int_equal(out.revocation_at, at);	/* the older of the two */
	ps_path_clear(&out);

	out = ask((struct question){ .cert = "alice", USUAL, SOFT, .crl = { "issuing.crl" } });
	assert_true(out.good);
	assert_false(out.revocation_checked);		/* of the authority: unknown */
	ps_path_clear(&out);

	ANSWER("", NULL, .cert = "alice", USUAL, SOFT);
	ANSWER("revocation-unknown revocation-unknown", "it is not known whether the certificate "
	    "of alice@example.org was revoked: there is no current revocation list of "
	    "Example Issuing CA", .cert = "alice", USUAL, HARD);
	ANSWER("revocation-unknown", NULL, .cert = "alice", USUAL, HARD,
	    .crl = { "issuing.crl" });
	ANSWER("revocation-unknown", NULL, .cert = "alice", USUAL, HARD,
	    .crl = { "old.crl", "root.crl" });
	/* Nobody revokes an anchor but the one who took it as one. */
	ANSWER("", NULL, .cert = "alice", .anchor = "issuing", HARD, .crl = { "issuing.crl" });
	ANSWER("", NULL, .cert = "alice", .anchor = "alice", HARD);
}

/* A message may bring lists; it may not choose what is believed. */
static void
lists_of_a_message_are_hints(void **state)
{
	(void)state;
	ANSWER("revoked", NULL, .cert = "revoked", USUAL, SOFT, .message_crl = "issuing.crl");
	ANSWER("", NULL, .cert = "alice", USUAL, HARD, .crl = { "root.crl" },
	    .message_crl = "issuing.crl");
	ANSWER("revoked", NULL, .cert = "revoked", USUAL, SOFT, .crl = { "issuing.crl" },
	    .message_crl = "forged.crl");
	ANSWER("revoked", NULL, .cert = "revoked", USUAL, SOFT, .crl = { "issuing.crl" },
	    .message_crl = "empty.crl");
	ANSWER("revocation-unknown", NULL, .cert = "alice", USUAL, HARD, .crl = { "root.crl" },
	    .message_crl = "forged.crl");
	/* An own list that is forged says nothing either. */
	ANSWER("revocation-unknown", NULL, .cert = "alice", USUAL, HARD,
	    .crl = { "root.crl", "forged.crl" });
}

static void
files_of_trust(void **state)
{
	struct ps_trust *t = NULL;
	ps_err err = PS_ERR_INIT;

	(void)state;
	assert_ok(ps_trust_new(&t, &err), &err);
	assert_int_not_equal(ps_trust_add_file(t, PKI_DIR "missing.pem", &ps_limits_default, &err),
	    PS_OK);
	assert_int_not_equal(ps_trust_add_file(t, PKI_DIR "root.crl.pem", &ps_limits_default,
	    &err), PS_OK);
	assert_code(ps_trust_add_crl_file(t, PKI_DIR "root.pem", &ps_limits_default, &err),
	    PS_E_MALFORMED);
	assert_int_not_equal(ps_trust_add_crl_file(t, PKI_DIR "missing.pem", &ps_limits_default,
	    &err), PS_OK);
	assert_ok(ps_trust_use_system(t, &err), &err);
	assert_ok(ps_trust_use_system(t, &err), &err);
	ps_trust_free(t);
	ps_trust_free(NULL);
}

/* One trust, the same certificates, parsed and not used before. */
static void *
check_again(void *arg)
{
	const struct ps_path_in *in = arg;
	struct ps_path_out out;
	bool *good = calloc(1, sizeof *good);

	for (unsigned i = 0; i < 20; i++) {
		if (ps_path_check(in, &out, NULL) != PS_OK || !out.good)
			return good;
		ps_path_clear(&out);
	}
	*good = true;
	return good;
}

static void
threads_share_certificates(void **state)
{
	struct question q = { USUAL, .crl = { "issuing.crl", "root.crl" } };
	struct ps_trust *trust = trust_of(&q);
	ps_cert *leaf = pki_cert("alice"), *issuing = pki_cert("issuing");
	ps_policy *policy = NULL;
	struct ps_path_in in = { .trust = trust, .cert = leaf, .extra = &issuing, .nextra = 1,
	    .at = PKI_NOW, .revocation = PS_REVOCATION_HARD, .limits = &ps_limits_default };
	ps_err err = PS_ERR_INIT;
	pthread_t thread[4];
	void *good = NULL;

	(void)state;
	assert_ok(ps_policy_new(&policy, "default", &err), &err);
	in.policy = policy;
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, check_again, &in), 0);
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(thread[i], &good), 0);
		assert_true(*(bool *)good);
		free(good);
	}
	ps_cert_free(leaf);
	ps_cert_free(issuing);
	ps_trust_free(trust);
	ps_policy_free(policy);
}

static void
reasons_have_names(void **state)
{
	(void)state;
	assert_string_equal(ps_path_reason_name(PS_PATH_EXPIRED), "expired");
	assert_string_equal(ps_path_reason_name(PS_PATH_PATH_OTHER), "path");
	assert_string_equal(ps_path_reason_name(PS_PATH_REASON_COUNT), "none");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_paths),
		cmocka_unit_test(the_clock_decides),
		cmocka_unit_test(somebody_must_vouch),
		cmocka_unit_test(an_intermediate_can_be_an_anchor),
		cmocka_unit_test(a_key_is_for_what_it_says),
		cmocka_unit_test(an_authority_must_be_one),
		cmocka_unit_test(paths_have_a_length),
		cmocka_unit_test(strength_is_policy),
		cmocka_unit_test(names_stay_within_their_limits),
		cmocka_unit_test(the_right_issuer_is_found),
		cmocka_unit_test(revoked_is_revoked),
		cmocka_unit_test(unknown_is_soft_or_hard),
		cmocka_unit_test(lists_of_a_message_are_hints),
		cmocka_unit_test(files_of_trust),
		cmocka_unit_test(threads_share_certificates),
		cmocka_unit_test(reasons_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
