/* SPDX-License-Identifier: ISC */
/*
 * What a context remembers of certificates and paths. A thing is remembered when
 * the very same certificate comes back for the same octets; an answer is when the
 * crypto library is not asked (X509_verify_cert is counted).
 */
#include "pki.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include <openssl/x509_vfy.h>

#include "x509/recall.h"
#include "x509/path.h"

enum { YEAR = 31557600, STRANGERS = 2000 };

static atomic_uint asked;
int __real_X509_verify_cert(X509_STORE_CTX *ctx);
int __wrap_X509_verify_cert(X509_STORE_CTX *ctx);

int
__wrap_X509_verify_cert(X509_STORE_CTX *ctx)
{
	atomic_fetch_add(&asked, 1);
	return __real_X509_verify_cert(ctx);
}

struct world {
	ps_ctx		*ctx;
	struct ps_trust	*trust;
	ps_policy	*policy;
	ps_cert		*alice, *extra[2];
	struct ps_path_in in;
};

static void
setup(struct world *w)
{
	ps_err err = PS_ERR_INIT;

	memset(w, 0, sizeof *w);
	w->ctx = ps_ctx_new();
	assert_non_null(w->ctx);
	assert_ok(ps_trust_new(&w->trust, &err), &err);
	assert_ok(ps_trust_add_file(w->trust, PKI_DIR "root.pem", &ps_limits_default, &err), &err);
	assert_ok(ps_policy_new(&w->policy, "default", &err), &err);
	w->alice = pki_cert("alice");
	w->extra[0] = pki_cert("issuing");
	w->in = (struct ps_path_in){ .trust = w->trust, .cert = w->alice, .extra = w->extra,
	    .nextra = 1, .at = PKI_NOW, .revocation = PS_REVOCATION_SOFT, .policy = w->policy,
	    .limits = &ps_limits_default, .recall = ps_recall_of(w->ctx) };
}

static void
teardown(struct world *w)
{
	ps_cert_free(w->alice);
	ps_cert_free(w->extra[0]);
	ps_cert_free(w->extra[1]);
	ps_policy_free(w->policy);
	ps_trust_free(w->trust);
	ps_ctx_free(w->ctx);
}

struct answer {
	bool		 good;
	unsigned	 asked;		/* of the crypto library */
	size_t		 nchain;
	char		 anchor[128];
	enum ps_path_reason reason;
};

static struct answer
ask(const struct world *w)
{
	struct ps_path_out out;
	struct answer a = { .asked = atomic_load(&asked) };
	ps_err err = PS_ERR_INIT;

	assert_ok(ps_path_check(&w->in, &out, &err), &err);
	a.good = out.good;
	a.asked = atomic_load(&asked) - a.asked;
	a.nchain = out.nchain;
	a.reason = out.nproblem > 0 ? out.problem[0].reason : PS_PATH_NONE;
	if (out.nchain > 0)
		snprintf(a.anchor, sizeof a.anchor, "%s",
		    ps_cert_subject(out.chain[out.nchain - 1]));
	ps_path_clear(&out);
	return a;
}

static void
assert_remembered(const struct world *w)
{
	struct answer a = ask(w);

	assert_int_equal(a.asked, 0);
	assert_true(a.good);
	assert_int_equal(a.nchain, 3);
	assert_string_equal(a.anchor, "CN=Example Root,O=Example,C=DE");
}

static void
assert_judged(const struct world *w, bool good)
{
	struct answer a = ask(w);

	assert_true(a.asked > 0);
	assert_int_equal(a.good, good);
}

static void
the_second_time_nobody_is_asked(void **state)
{
	struct world w;

	(void)state;
	setup(&w);
	assert_judged(&w, true);
	assert_remembered(&w);
	teardown(&w);
}

/* The same octets in another object, as the next message brings them. */
static void
the_octets_count_not_the_object(void **state)
{
	struct world w;

	(void)state;
	setup(&w);
	assert_judged(&w, true);
	ps_cert_free(w.extra[0]);
	ps_cert_free(w.alice);
	w.extra[0] = pki_cert("issuing");
	w.in.cert = w.alice = pki_cert("alice");
	assert_remembered(&w);
	teardown(&w);
}

static void
a_known_certificate_is_not_parsed(void **state)
{
	struct ps_buf der = pki_der("alice"), other = pki_der("bob");
	ps_err err = PS_ERR_INIT;
	struct world w;
	ps_cert *c;

	(void)state;
	setup(&w);
	assert_judged(&w, true);
	assert_int_equal(ps_recall_count(w.in.recall), 2);
	assert_ok(ps_recall_parse(w.in.recall, &c, ps_buf_get(&der), &err), &err);
	assert_ptr_equal(c, w.alice);
	ps_cert_free(c);
	assert_null(ps_recall_find(w.in.recall, ps_buf_get(&other)));
	/* One octet of the signature changed: another certificate. */
	der.p[der.n - 1] ^= 1;
	assert_null(ps_recall_find(w.in.recall, ps_buf_get(&der)));
	ps_buf_clear(&der);
	ps_buf_clear(&other);
	teardown(&w);
}

/* --- what makes it another question --- */

static void
another_question_is_judged(void **state)
{
	ps_err err = PS_ERR_INIT;
	struct world w;

	(void)state;
	setup(&w);
	assert_judged(&w, true);
	w.in.purpose = PS_PURPOSE_STAMP;
	assert_judged(&w, false);
	w.in.purpose = PS_PURPOSE_SIGN;
	w.in.revocation = PS_REVOCATION_HARD;	/* and there is no list */
	assert_judged(&w, false);
	w.in.revocation = PS_REVOCATION_SOFT;
	w.in.nextra = 0;			/* the intermediate did not come */
	assert_judged(&w, false);
	w.in.nextra = 1;
	assert_remembered(&w);
	assert_ok(ps_policy_set(w.policy, "digest", "sha256", "weak", &err), &err);
	assert_judged(&w, false);
	teardown(&w);
}

static void
another_anchor_is_judged(void **state)
{
	struct ps_trust *old;
	ps_err err = PS_ERR_INIT;
	struct world w;

	(void)state;
	setup(&w);
	assert_judged(&w, true);
	old = w.trust;
	assert_ok(ps_trust_new(&w.trust, &err), &err);
	w.in.trust = w.trust;
	assert_judged(&w, false);
	assert_ok(ps_trust_add_file(w.trust, PKI_DIR "root.pem", &ps_limits_default, &err), &err);
	assert_remembered(&w);	/* another object, the same anchor */
	ps_trust_free(old);
	teardown(&w);
}

static void
after_a_date_it_is_judged(void **state)
{
	struct world w;

	(void)state;
	setup(&w);
	assert_judged(&w, true);
	w.in.at = PKI_NOW + 60;
	assert_remembered(&w);
	w.in.at = ps_cert_not_after(w.alice) - 2;
	assert_remembered(&w);
	w.in.at = ps_cert_not_after(w.alice) + 1;
	assert_judged(&w, false);
	w.in.at = ps_cert_not_before(w.alice) - 1;
	assert_judged(&w, false);
	w.in.at = ps_cert_not_after(w.extra[0]) + YEAR;
	assert_judged(&w, false);
	w.in.at = PKI_NOW;
	assert_remembered(&w);
	teardown(&w);
}

/* --- revocation --- */

static void
news_of_a_revocation_count(void **state)
{
	struct ps_buf list = pki_der("issuing.crl");
	ps_slice crl = ps_buf_get(&list);
	ps_err err = PS_ERR_INIT;
	struct world w;

	(void)state;
	setup(&w);
	ps_cert_free(w.alice);
	w.in.cert = w.alice = pki_cert("revoked");
	assert_judged(&w, true);
	assert_remembered(&w);
	w.in.crl = &crl;		/* the message brings one */
	w.in.ncrl = 1;
	assert_judged(&w, false);
	w.in.ncrl = 0;
	assert_remembered(&w);
	assert_ok(ps_trust_add_crl_file(w.trust, PKI_DIR "issuing.crl.pem", &ps_limits_default,
	    &err), &err);
	assert_judged(&w, false);
	assert_judged(&w, false);	/* what is bad is never remembered */
	ps_buf_clear(&list);
	teardown(&w);
}

static int64_t
next_update(const char *path)
{
	FILE *f = fopen(path, "r");
	X509_CRL *crl = f == NULL ? NULL : PEM_read_X509_CRL(f, NULL, NULL, NULL);
	int days = 0, seconds = 0;
	ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);

	assert_non_null(crl);
	assert_int_equal(ASN1_TIME_diff(&days, &seconds, epoch, X509_CRL_get0_nextUpdate(crl)), 1);
	ASN1_TIME_free(epoch);
	X509_CRL_free(crl);
	fclose(f);
	return (int64_t)days * 86400 + seconds;
}

/* A list is news until the next one is due. */
static void
a_list_ends(void **state)
{
	ps_err err = PS_ERR_INIT;
	struct world w;

	(void)state;
	setup(&w);
	assert_ok(ps_trust_add_crl_file(w.trust, PKI_DIR "issuing.crl.pem", &ps_limits_default,
	    &err), &err);
	assert_ok(ps_trust_add_crl_file(w.trust, PKI_DIR "root.crl.pem", &ps_limits_default,
	    &err), &err);
	w.in.revocation = PS_REVOCATION_HARD;
	assert_judged(&w, true);
	assert_remembered(&w);
	w.in.at = next_update(PKI_DIR "issuing.crl.pem") + 2;
	assert_judged(&w, false);
	w.in.at = PKI_NOW;
	/* Somebody else who may sign lists came along. */
	w.extra[1] = pki_cert("cross");
	w.in.nextra = 2;
	assert_judged(&w, true);
	teardown(&w);
}

/* --- who stays --- */

static size_t
place_of(ps_slice whole, ps_slice part)
{
	return (size_t)(part.p - whole.p);
}

/* Certificates that differ in their number, and so are signed by nobody. */
static void
strangers_do_not_stay(void **state)
{
	const char *many = getenv("POSTSEAL_STRANGERS");
	unsigned long n = many == NULL ? STRANGERS : strtoul(many, NULL, 10);
	ps_err err = PS_ERR_INIT;
	struct ps_buf der;
	struct world w;
	ps_slice serial;
	size_t at;

	(void)state;
	setup(&w);
	assert_judged(&w, true);
	der = pki_der("bob");
	w.in.cert = NULL;
	assert_ok(ps_recall_parse(w.in.recall, &w.extra[1], ps_buf_get(&der), &err), &err);
	serial = ps_cert_view_of(w.extra[1])->serial;
	at = place_of(ps_cert_der(w.extra[1]), serial);
	assert_true(serial.n >= 4);
	for (unsigned long i = 1; i <= n; i++) {
		ps_cert *c;

		for (size_t k = 0; k < 4; k++)
			der.p[at + serial.n - 1 - k] = serial.p[serial.n - 1 - k] ^
			    (uint8_t)(i >> (8 * k));
		assert_ok(ps_recall_parse(w.in.recall, &c, ps_buf_get(&der), &err), &err);
		w.in.cert = c;
		assert_false(ask(&w).good);
		assert_int_equal(ps_recall_count(w.in.recall), 2);
		ps_cert_free(c);
	}
	w.in.cert = w.alice;
	assert_remembered(&w);
	ps_buf_clear(&der);
	teardown(&w);
}

/* Who was not met for longest makes room. */
static void
the_oldest_makes_room(void **state)
{
	ps_err err = PS_ERR_INIT;
	struct world w;
	ps_cert *bob = pki_cert("bob");

	(void)state;
	setup(&w);
	ps_ctx_free(w.ctx);
	w.ctx = ps_ctx_new();
	assert_ok(ps_ctx_set_limit(w.ctx, "known_certificates", 2, &err), &err);
	w.in.recall = ps_recall_of(w.ctx);
	assert_judged(&w, true);
	w.in.purpose = PS_PURPOSE_ENCRYPT;
	w.in.cert = bob;
	assert_judged(&w, true);
	assert_int_equal(ps_recall_count(w.in.recall), 2);
	assert_remembered(&w);
	assert_null(ps_recall_find(w.in.recall, ps_cert_der(w.alice)));
	ps_cert_free(bob);
	teardown(&w);
}

static void
nothing_is_kept_when_nothing_may(void **state)
{
	ps_err err = PS_ERR_INIT;
	struct world w;

	(void)state;
	setup(&w);
	ps_ctx_free(w.ctx);
	w.ctx = ps_ctx_new();
	assert_ok(ps_ctx_set_limit(w.ctx, "known_certificates", 0, &err), &err);
	w.in.recall = ps_recall_of(w.ctx);
	assert_judged(&w, true);
	assert_judged(&w, true);
	assert_int_equal(ps_recall_count(w.in.recall), 0);
	w.in.recall = NULL;
	assert_judged(&w, true);
	teardown(&w);
}

/* --- threads --- */

static void *
ask_often(void *arg)
{
	struct world *w = arg;

	for (unsigned i = 0; i < 200; i++)
		if (!ask(w).good)
			return w;
	return NULL;
}

/* One memory, forgetting all the time. */
static void
threads_share_it(void **state)
{
	ps_err err = PS_ERR_INIT;
	struct world w[4];
	pthread_t thread[4];
	void *failed;

	(void)state;
	for (unsigned i = 0; i < 4; i++)
		setup(&w[i]);
	assert_ok(ps_ctx_set_limit(w[0].ctx, "known_certificates", 2, &err), &err);
	ps_ctx_free(w[1].ctx);
	w[1].ctx = ps_ctx_new();
	assert_ok(ps_ctx_set_limit(w[1].ctx, "known_certificates", 2, &err), &err);
	for (unsigned i = 0; i < 4; i++)
		w[i].in.recall = ps_recall_of(w[1].ctx);
	for (unsigned i = 0; i < 4; i += 2) {
		ps_cert_free(w[i].alice);
		w[i].in.cert = w[i].alice = pki_cert("bob");
		w[i].in.purpose = PS_PURPOSE_ENCRYPT;
	}
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, ask_often, &w[i]), 0);
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(thread[i], &failed), 0);
		assert_null(failed);
	}
	for (unsigned i = 4; i-- > 0;)
		teardown(&w[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_second_time_nobody_is_asked),
		cmocka_unit_test(the_octets_count_not_the_object),
		cmocka_unit_test(a_known_certificate_is_not_parsed),
		cmocka_unit_test(another_question_is_judged),
		cmocka_unit_test(another_anchor_is_judged),
		cmocka_unit_test(after_a_date_it_is_judged),
		cmocka_unit_test(news_of_a_revocation_count),
		cmocka_unit_test(a_list_ends),
		cmocka_unit_test(strangers_do_not_stay),
		cmocka_unit_test(the_oldest_makes_room),
		cmocka_unit_test(nothing_is_kept_when_nothing_may),
		cmocka_unit_test(threads_share_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
