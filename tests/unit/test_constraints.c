/* SPDX-License-Identifier: ISC */
/*
 * Names of mail and those who may vouch for them: tests/vectors/names. Where no
 * international mailbox is concerned the crypto library must say the same.
 */
#include "pki.h"

#include <openssl/x509_vfy.h>

#include "x509/path.h"

#define NAMES	"../names/"

/* RFC 5280, 4.2.1.10 and 6.1.3; RFC 9598, 6. */
static const struct row {
	const char	*cert, *issuer;
	const char	*want;		/* reasons; "": none */
	bool		 both;		/* OpenSSL agrees */
} rows[] = {
	{ "excluded_alabel",	"excluded",	"name-constraint", false },
	{ "excluded_case",	"excluded",	"name-constraint", false },
	{ "excluded_ulabel",	"excluded",	"name-constraint", false },
	{ "excluded_ascii",	"excluded",	"name-constraint", true },
	{ "excluded_else",	"excluded",	"", false },
	{ "excluded_below",	"excluded",	"", false },
	{ "permitted_alabel",	"permitted",	"", false },
	{ "permitted_case",	"permitted",	"", false },
	{ "permitted_ulabel",	"permitted",	"", false },
	{ "permitted_ascii",	"permitted",	"", true },
	{ "permitted_else",	"permitted",	"name-constraint", false },
	{ "permitted_below",	"permitted",	"name-constraint", false },
	{ "domain_alabel",	"domain",	"", false },
	{ "domain_case",	"domain",	"", false },
	{ "domain_ulabel",	"domain",	"", false },
	{ "domain_ascii",	"domain",	"", true },
	{ "domain_else",	"domain",	"", false },
	{ "domain_below",	"domain",	"", false },
	/* Each name counts, wherever it stands. */
	{ "permitted_two",	"permitted",	"name-constraint", false },
	{ "permitted_subject",	"permitted",	"name-constraint", false },
	{ "permitted_ia5",	"permitted",	"name-constraint", false },
	{ "permitted_plain",	"permitted",	"name-constraint", false },
	/* The excuse is for the mailbox alone. */
	{ "mixed_good",		"mixed",	"", false },
	{ "mixed_bad",		"mixed",	"name-constraint", false },
	{ "mailbox_bob",	"mailbox",	"", true },
	{ "mailbox_case",	"mailbox",	"name-constraint", true },
	{ "mailbox_utf8",	"mailbox",	"name-constraint", false },
	{ "notbob_bob",		"notbob",	"name-constraint", true },
	{ "notbob_eve",		"notbob",	"", true },
	/* Constraints that say nothing, or too much, or what nobody knows. */
	{ "nothing_any",	"nothing",	"name-constraint", false },
	{ "nolist_any",		"nolist",	"name-constraint", false },
	{ "loose_bad",		"loose",	"name-constraint", true },
	{ "distance_any",	"distance",	"name-constraint", true },
	{ "empty_any",		"empty",	"name-constraint", false },
	{ "other_utf8",		"other",	"name-constraint", false },
	{ "other_ascii",	"other",	"", true },
	/* RFC 5280, 4.1.2.6 and 4.2.1.4 */
	{ "nameless",		"root",		"certificate-malformed", false },
	{ "nameless_critical",	"root",		"", true },
	{ "qualified",		"root",		"critical-extension", false },
	{ "qualified_loose",	"root",		"", true },
};

static ps_cert *
cert(const char *name)
{
	char path[128];

	snprintf(path, sizeof path, NAMES "%s", name);
	return pki_cert(path);
}

static struct ps_path_out
ask(const char *name, ps_cert *const *extra, size_t n, const struct ps_limits *limits)
{
	ps_cert *leaf = cert(name), *root = cert("root");
	struct ps_trust *trust = NULL;
	ps_policy *policy = NULL;
	struct ps_path_out out;
	ps_err err = PS_ERR_INIT;

	assert_ok(ps_trust_new(&trust, &err), &err);
	assert_ok(ps_trust_add_cert(trust, root, &err), &err);
	assert_ok(ps_policy_new(&policy, "default", &err), &err);
	assert_ok(ps_path_check(&(struct ps_path_in){ .trust = trust, .cert = leaf,
	    .extra = extra, .nextra = n, .at = PKI_NOW, .purpose = PS_PURPOSE_SIGN,
	    .policy = policy, .limits = limits }, &out, &err), &err);
	ps_cert_free(leaf);
	ps_cert_free(root);
	ps_policy_free(policy);
	ps_trust_free(trust);
	return out;
}

static const char *
first_reason(const struct ps_path_out *out)
{
	return out->nproblem == 0 ? "" : ps_path_reason_name(out->problem[0].reason);
}

static X509 *
other_x509(const char *name)
{
	char path[128];
	struct ps_buf der;
	const unsigned char *p;
	X509 *x;

	snprintf(path, sizeof path, NAMES "%s", name);
	der = pki_der(path);
	p = ps_buf_get(&der).p;
	x = d2i_X509(NULL, &p, (long)ps_buf_get(&der).n);
	ps_buf_clear(&der);
	assert_non_null(x);
	return x;
}

static bool
library_accepts(const struct row *row)
{
	X509 *leaf = other_x509(row->cert), *issuer = other_x509(row->issuer);
	X509 *root = other_x509("root");
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	STACK_OF(X509) *chain = sk_X509_new_null();
	bool good;

	assert_int_equal(X509_STORE_add_cert(store, root), 1);
	assert_true(sk_X509_push(chain, issuer) > 0);
	assert_int_equal(X509_STORE_CTX_init(ctx, store, leaf, chain), 1);
	X509_VERIFY_PARAM_set_time(X509_STORE_CTX_get0_param(ctx), PKI_NOW);
	good = X509_verify_cert(ctx) == 1;
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
	sk_X509_free(chain);
	X509_free(leaf);
	X509_free(issuer);
	X509_free(root);
	return good;
}

static void
every_row(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		ps_cert *issuer = cert(rows[i].issuer);
		struct ps_path_out out = ask(rows[i].cert, &issuer, 1, &ps_limits_default);

		if (strcmp(first_reason(&out), rows[i].want) != 0 || out.nproblem > 1)
			fail_msg("%s: \"%s\", wanted \"%s\": %s", rows[i].cert,
			    first_reason(&out), rows[i].want,
			    out.nproblem == 0 ? "" : out.problem[0].text);
		if (rows[i].both)
			assert_int_equal(library_accepts(&rows[i]), rows[i].want[0] == '\0');
		ps_path_clear(&out);
		ps_cert_free(issuer);
	}
}

static void
the_sentence_names_address_and_issuer(void **state)
{
	ps_cert *issuer = cert("excluded");
	struct ps_path_out out = ask("excluded_alabel", &issuer, 1, &ps_limits_default);

	(void)state;
	assert_string_equal(out.problem[0].text, "the certificate of пётр@xn--bcher-kva.example "
	    "names the address пётр@xn--bcher-kva.example, for which excluded may not vouch");
	ps_path_clear(&out);
	ps_cert_free(issuer);
}

/* Its own certificate is exempt, what it issues is not. */
static void
a_renewed_authority(void **state)
{
	ps_cert *issuers[2] = { cert("renewed"), cert("permitted") };
	struct ps_path_out out = ask("renewed_good", issuers, 2, &ps_limits_default);

	(void)state;
	assert_true(out.good);
	ps_path_clear(&out);
	out = ask("renewed_bad", issuers, 2, &ps_limits_default);
	assert_string_equal(first_reason(&out), "name-constraint");
	ps_path_clear(&out);
	ps_cert_free(issuers[0]);
	ps_cert_free(issuers[1]);
}

/* One pass over the constraints themselves, and one for each name. */
static void
names_are_compared_so_many_times(void **state)
{
	struct ps_limits limits = ps_limits_default;
	ps_cert *issuer = cert("permitted");
	struct ps_path_out out;

	(void)state;
	limits.name_checks = 2;
	out = ask("permitted_ascii", &issuer, 1, &limits);
	assert_true(out.good);
	ps_path_clear(&out);
	limits.name_checks = 1;
	out = ask("permitted_ascii", &issuer, 1, &limits);
	assert_string_equal(first_reason(&out), "name-constraint");
	assert_non_null(strstr(out.problem[0].text, "names more than"));
	ps_path_clear(&out);
	ps_cert_free(issuer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row),
		cmocka_unit_test(the_sentence_names_address_and_issuer),
		cmocka_unit_test(a_renewed_authority),
		cmocka_unit_test(names_are_compared_so_many_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
