/* SPDX-License-Identifier: ISC */
/*
 * Which path is found among many, and what the search costs. The certificates
 * are made here by the crypto library; its calls that check signatures are
 * wrapped by the linker and counted.
 */
#include "unit.h"

#include <openssl/x509v3.h>

#include "base/buf.h"
#include "x509/path.h"

#define NOW	INT64_C(1767225600)	/* 2026-01-01 */
#define YEAR	(INT64_C(365) * 86400)

enum { MANY = 1000, CHECKS = 64 };	/* CHECKS: the default of the limit */

/* --- counting --- */

static unsigned checks;

int __real_X509_verify(X509 *x, EVP_PKEY *key);
int __wrap_X509_verify(X509 *x, EVP_PKEY *key);
int __real_X509_verify_cert(X509_STORE_CTX *ctx);
int __wrap_X509_verify_cert(X509_STORE_CTX *ctx);

int
__wrap_X509_verify(X509 *x, EVP_PKEY *key)
{
	checks++;
	return __real_X509_verify(x, key);
}

/* It checks each signature of the chain once. */
int
__wrap_X509_verify_cert(X509_STORE_CTX *ctx)
{
	int answer = __real_X509_verify_cert(ctx);

	checks += (unsigned)sk_X509_num(X509_STORE_CTX_get0_chain(ctx));
	return answer;
}

/* --- making --- */

static EVP_PKEY *
new_key(void)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");

	assert_non_null(key);
	return key;
}

static void
extend(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	assert_non_null(e);
	assert_int_equal(X509_add_ext(x, e, -1), 1);
	X509_EXTENSION_free(e);
}

static void
extend_der(X509 *x, int nid, const uint8_t *der, int n)
{
	ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
	X509_EXTENSION *e;

	assert_int_equal(ASN1_OCTET_STRING_set(value, der, n), 1);
	e = X509_EXTENSION_create_by_NID(NULL, nid, 0, value);
	assert_int_equal(X509_add_ext(x, e, -1), 1);
	X509_EXTENSION_free(e);
	ASN1_OCTET_STRING_free(value);
}

static void
name(X509_NAME *n, const char *common)
{
	assert_int_equal(X509_NAME_add_entry_by_txt(n, "CN", MBSTRING_ASC,
	    (const unsigned char *)common, -1, -1, 0), 1);
}

struct recipe {
	const char	*subject, *issuer;
	EVP_PKEY	*key, *by;
	bool		 leaf;
	bool		 expired;
	uint8_t		 key_id, by_id;	/* key identifiers of one octet; 0: none */
	const char	*limits;	/* nameConstraints */
};

static ps_cert *
parsed(X509 *x)
{
	unsigned char *der = NULL;
	int n = i2d_X509(x, &der);
	ps_err err = PS_ERR_INIT;
	ps_cert *c = NULL;

	assert_true(n > 0);
	assert_ok(ps_cert_parse(&c, (ps_slice){ der, (size_t)n }, &err), &err);
	OPENSSL_free(der);
	X509_free(x);
	return c;
}

static ps_cert *
make(struct recipe r)
{
	static long serial;
	X509 *x = X509_new();

	assert_non_null(x);
	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), ++serial);
	name(X509_get_subject_name(x), r.subject);
	name(X509_get_issuer_name(x), r.issuer);
	ASN1_TIME_set(X509_getm_notBefore(x), (time_t)(NOW - 2 * YEAR));
	ASN1_TIME_set(X509_getm_notAfter(x), (time_t)(NOW + (r.expired ? -YEAR : YEAR)));
	X509_set_pubkey(x, r.key);
	extend(x, NID_basic_constraints, r.leaf ? "critical,CA:FALSE" : "critical,CA:TRUE");
	extend(x, NID_key_usage, r.leaf ? "digitalSignature" : "keyCertSign");
	if (r.leaf)
		extend(x, NID_subject_alt_name, "email:eve@host.example");
	if (r.key_id != 0)
		extend_der(x, NID_subject_key_identifier,
		    (uint8_t[]){ 0x04, 1, r.key_id }, 3);
	if (r.by_id != 0)
		extend_der(x, NID_authority_key_identifier,
		    (uint8_t[]){ 0x30, 3, 0x80, 1, r.by_id }, 5);
	if (r.limits != NULL)
		extend(x, NID_name_constraints, r.limits);
	assert_true(X509_sign(x, r.by, EVP_sha256()) > 0);
	return parsed(x);
}

/* --- asking --- */

struct world {
	EVP_PKEY	*root, *ca, *other;
	ps_cert		*anchor[4], *leaf;
	ps_cert		*extra[MANY + 8];
	size_t		 nanchor, n;
	struct ps_limits limits;
};

static void
setup(struct world *w)
{
	memset(w, 0, sizeof *w);
	w->root = new_key();
	w->ca = new_key();
	w->other = new_key();
	w->limits = ps_limits_default;
	w->limits.certificates = MANY + 8;
}

static void
add(struct world *w, struct recipe r)
{
	w->extra[w->n++] = make(r);
}

static void
trust(struct world *w, struct recipe r)
{
	w->anchor[w->nanchor++] = make(r);
}

#define ROOT(w)	.subject = "Root", .issuer = "Root", .key = (w)->root, .by = (w)->root
#define CA(w)	.subject = "CA", .issuer = "Root", .key = (w)->ca, .by = (w)->root
#define LEAF(w)	.subject = "Eve", .issuer = "CA", .key = (w)->other, .by = (w)->ca, .leaf = true

/* The first reason, "" for none; the counter is of this question alone. */
static const char *
ask(struct world *w, struct ps_path_out *out)
{
	struct ps_trust *t = NULL;
	ps_policy *policy = NULL;
	ps_err err = PS_ERR_INIT;

	assert_ok(ps_trust_new(&t, &err), &err);
	for (size_t i = 0; i < w->nanchor; i++)
		assert_ok(ps_trust_add_cert(t, w->anchor[i], &err), &err);
	assert_ok(ps_policy_new(&policy, "default", &err), &err);
	checks = 0;
	assert_ok(ps_path_check(&(struct ps_path_in){ .trust = t, .cert = w->leaf,
	    .extra = w->extra, .nextra = w->n, .at = NOW, .purpose = PS_PURPOSE_SIGN,
	    .policy = policy, .limits = &w->limits }, out, &err), &err);
	ps_trust_free(t);
	ps_policy_free(policy);
	return out->nproblem == 0 ? "" : ps_path_reason_name(out->problem[0].reason);
}

static void
teardown(struct world *w)
{
	for (size_t i = 0; i < w->n; i++)
		ps_cert_free(w->extra[i]);
	for (size_t i = 0; i < w->nanchor; i++)
		ps_cert_free(w->anchor[i]);
	ps_cert_free(w->leaf);
	EVP_PKEY_free(w->root);
	EVP_PKEY_free(w->ca);
	EVP_PKEY_free(w->other);
}

/* Asks, and clears all. */
static void
assert_found(struct world *w, const char *want, unsigned most)
{
	struct ps_path_out out;
	const char *found = ask(w, &out);

	if (strcmp(found, want) != 0)
		fail_msg("\"%s\", wanted \"%s\": %s", found, want,
		    out.nproblem == 0 ? "" : out.problem[0].text);
	if (checks > most)
		fail_msg("%u signatures were checked, %u are allowed", checks, most);
	ps_path_clear(&out);
	teardown(w);
}

/* --- what it costs --- */

/* Cross-certificates of one name and one key, each by somebody else whom nobody
 * knows; the right one is the last. */
static void
a_thousand_of_one_key(void **state)
{
	struct world w;
	char nobody[32];

	(void)state;
	setup(&w);
	trust(&w, (struct recipe){ ROOT(&w) });
	w.leaf = make((struct recipe){ LEAF(&w) });
	for (unsigned i = 0; i < MANY; i++) {
		snprintf(nobody, sizeof nobody, "Nobody %u", i);
		add(&w, (struct recipe){ .subject = "CA", .issuer = nobody, .key = w.ca,
		    .by = w.other });
	}
	add(&w, (struct recipe){ CA(&w) });
	/* The likeliest, two; leaf and authority to find them; these and the
	 * anchor to judge. */
	assert_found(&w, "", 2 + 2 + 3);
}

/* One name, a thousand keys: nobody can know which is right, unless its
 * identifier says so. */
static void
a_thousand_keys(void **state)
{
	struct world w;

	(void)state;
	setup(&w);
	trust(&w, (struct recipe){ ROOT(&w) });
	w.leaf = make((struct recipe){ LEAF(&w) });
	for (unsigned i = 0; i < MANY; i++) {
		EVP_PKEY *key = new_key();
		add(&w, (struct recipe){ .subject = "CA", .issuer = "Root", .key = key,
		    .by = w.other });
		EVP_PKEY_free(key);
	}
	add(&w, (struct recipe){ CA(&w) });
	assert_found(&w, "certificate-altered", CHECKS + 2 * 3);
}

/* Ten floors of ten certificates, each good for all of the next: 10^10 paths,
 * and none ends at an anchor. */
static void
a_house_without_a_roof(void **state)
{
	struct world w;
	EVP_PKEY *floor[11];
	char below[16], above[16];

	(void)state;
	setup(&w);
	trust(&w, (struct recipe){ ROOT(&w) });
	for (unsigned i = 0; i <= 10; i++)
		floor[i] = new_key();
	w.leaf = make((struct recipe){ .subject = "Eve", .issuer = "Floor 0", .key = w.other,
	    .by = floor[0], .leaf = true });
	for (unsigned i = 0; i < 100; i++) {
		snprintf(below, sizeof below, "Floor %u", i / 10);
		snprintf(above, sizeof above, "Floor %u", i / 10 + 1);
		add(&w, (struct recipe){ .subject = below, .issuer = above,
		    .key = floor[i / 10], .by = floor[i / 10 + 1] });
	}
	for (unsigned i = 0; i <= 10; i++)
		EVP_PKEY_free(floor[i]);
	assert_found(&w, "unknown-issuer", CHECKS + 2 * 12);
}

/* All of ten vouch for all of ten: no path goes through one of them twice. */
static void
everybody_for_everybody(void **state)
{
	struct world w;
	char one[16], other[16];

	(void)state;
	setup(&w);
	trust(&w, (struct recipe){ ROOT(&w) });
	w.leaf = make((struct recipe){ .subject = "Eve", .issuer = "CA 0", .key = w.other,
	    .by = w.ca, .leaf = true });
	for (unsigned i = 0; i < 100; i++) {
		snprintf(one, sizeof one, "CA %u", i / 10);
		snprintf(other, sizeof other, "CA %u", i % 10);
		add(&w, (struct recipe){ .subject = one, .issuer = other, .key = w.ca,
		    .by = w.ca });
	}
	assert_found(&w, "unknown-issuer", CHECKS + 2 * 13);
}

/* Two anchors, two authorities, each for each: at most six are judged. */
static void
few_paths_are_judged(void **state)
{
	struct world w;

	(void)state;
	setup(&w);
	trust(&w, (struct recipe){ ROOT(&w) });
	w.leaf = make((struct recipe){ LEAF(&w) });
	for (unsigned i = 0; i < 20; i++)
		add(&w, (struct recipe){ CA(&w), .expired = true });
	assert_found(&w, "issuer-expired", 21 + 6 * 3);
}

/* Two signatures to the first authority, which may not; one more to the other. */
static void
signatures_have_a_limit(void **state)
{
	struct world w;

	(void)state;
	for (unsigned most = 2; most <= 3; most++) {
		setup(&w);
		w.limits.path_signatures = most;
		trust(&w, (struct recipe){ ROOT(&w) });
		w.leaf = make((struct recipe){ LEAF(&w) });
		add(&w, (struct recipe){ CA(&w),
		    .limits = "critical,permitted;email:else.example" });
		add(&w, (struct recipe){ CA(&w) });
		assert_found(&w, most == 2 ? "name-constraint" : "", most + 3 * most);
	}
}

/* --- what is found --- */

static void
the_key_identifier_chooses(void **state)
{
	struct world w;

	(void)state;
	setup(&w);
	trust(&w, (struct recipe){ ROOT(&w) });
	w.leaf = make((struct recipe){ LEAF(&w), .by_id = 1 });
	for (unsigned i = 0; i < 2 * CHECKS; i++) {
		EVP_PKEY *key = new_key();
		add(&w, (struct recipe){ .subject = "CA", .issuer = "Root", .key = key,
		    .by = w.other, .key_id = 2 });
		EVP_PKEY_free(key);
	}
	add(&w, (struct recipe){ CA(&w), .key_id = 1 });
	assert_found(&w, "", 3);
}

static void
a_root_that_was_issued_again(void **state)
{
	struct world w;

	(void)state;
	setup(&w);	/* the same key */
	trust(&w, (struct recipe){ ROOT(&w), .expired = true });
	trust(&w, (struct recipe){ ROOT(&w) });
	w.leaf = make((struct recipe){ LEAF(&w) });
	add(&w, (struct recipe){ CA(&w) });
	assert_found(&w, "", 3);

	setup(&w);	/* another key under the same name, given first */
	trust(&w, (struct recipe){ .subject = "Root", .issuer = "Root", .key = w.other,
	    .by = w.other });
	trust(&w, (struct recipe){ ROOT(&w) });
	w.leaf = make((struct recipe){ LEAF(&w) });
	add(&w, (struct recipe){ CA(&w) });
	assert_found(&w, "", 10);

	setup(&w);	/* the old one trusted, the new one certified by the old */
	trust(&w, (struct recipe){ ROOT(&w) });
	w.leaf = make((struct recipe){ .subject = "Eve", .issuer = "New Root", .key = w.other,
	    .by = w.ca, .leaf = true });
	add(&w, (struct recipe){ .subject = "New Root", .issuer = "New Root", .key = w.ca,
	    .by = w.ca });
	add(&w, (struct recipe){ .subject = "New Root", .issuer = "Root", .key = w.ca,
	    .by = w.root });
	assert_found(&w, "", 10);
}

/* Nothing is checked twice when there is nothing to choose. */
static void
one_path_costs_its_signatures(void **state)
{
	struct world w;

	(void)state;
	setup(&w);
	trust(&w, (struct recipe){ ROOT(&w) });
	w.leaf = make((struct recipe){ LEAF(&w) });
	add(&w, (struct recipe){ CA(&w) });
	assert_found(&w, "", 3);
}

/* The first way up is barred, the second is not. */
static void
another_way_up(void **state)
{
	struct world w;

	(void)state;
	setup(&w);
	trust(&w, (struct recipe){ ROOT(&w) });
	w.leaf = make((struct recipe){ LEAF(&w) });
	add(&w, (struct recipe){ CA(&w), .limits = "critical,permitted;email:else.example" });
	add(&w, (struct recipe){ CA(&w) });
	assert_found(&w, "", 12);

	setup(&w);	/* through a bridge */
	trust(&w, (struct recipe){ .subject = "Other Root", .issuer = "Other Root",
	    .key = w.other, .by = w.other });
	w.leaf = make((struct recipe){ LEAF(&w) });
	add(&w, (struct recipe){ CA(&w) });
	add(&w, (struct recipe){ ROOT(&w) });
	add(&w, (struct recipe){ .subject = "Root", .issuer = "Other Root", .key = w.root,
	    .by = w.other });
	assert_found(&w, "", 16);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_thousand_of_one_key),
		cmocka_unit_test(a_thousand_keys),
		cmocka_unit_test(a_house_without_a_roof),
		cmocka_unit_test(everybody_for_everybody),
		cmocka_unit_test(few_paths_are_judged),
		cmocka_unit_test(signatures_have_a_limit),
		cmocka_unit_test(one_path_costs_its_signatures),
		cmocka_unit_test(the_key_identifier_chooses),
		cmocka_unit_test(a_root_that_was_issued_again),
		cmocka_unit_test(another_way_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
