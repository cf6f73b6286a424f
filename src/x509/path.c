/* SPDX-License-Identifier: ISC */
/*
 * The search for a path.
 *
 * The crypto library builds one path and judges it; it does not turn back
 * when it took the wrong one of two issuers of the same name. A message may
 * carry both, by accident (an authority changed its key, or is certified
 * twice) or to annoy. So we take away the certificate that led astray and ask
 * again, a bounded number of times, and keep the path with the fewest faults.
 * All faults are collected, not the first alone: the person who
 * renews a certificate wants to know that the next one is wrong too.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include "base/text.h"
#include "x509/internal.h"
#include "x509/words.h"

#define WHERE	"x509.path"

enum {
	TRIES		= 6,	/* with 10 certificates a path: STANDARDS C6 */
	FINDINGS	= 32,
	PATH_MOST	= 13,	/* out->chain has room for leaf and anchor too */
	CHAIN_MAX	= sizeof ((struct ps_path_out *)0)->chain / sizeof (ps_cert *)
};

/* A certificate that may be part of the path. */
struct helper {
	X509	*x509;
	ps_cert	*cert;
	bool	 dropped;
};

struct search {
	const struct ps_path_in	*in;
	struct helper		*helper;
	size_t			 n;
	int			 altered;	/* place of a wrong signature, -1: none */
};

struct findings {
	struct ps_finding	 list[FINDINGS];
	size_t			 n;
};

void
ps_path_clear(struct ps_path_out *out)
{
	for (size_t i = 0; i < out->nchain; i++)
		ps_cert_free(out->chain[i]);
	*out = (struct ps_path_out){ 0 };
}

/* --- helpers --- */

static bool
have(const struct search *s, const ps_cert *c)
{
	if (ps_slice_equal(ps_cert_der(c), ps_cert_der(s->in->cert)))
		return true;
	for (size_t i = 0; i < s->n; i++)
		if (ps_slice_equal(ps_cert_der(c), ps_cert_der(s->helper[i].cert)))
			return true;
	return false;
}

/* Lists may be signed by others than the path's authorities (RFC 5280, 5). */
static bool
signs_lists(const struct search *s, const ps_cert *c)
{
	return s->in->revocation != PS_REVOCATION_OFF &&
	    (s->in->ncrl > 0 || sk_X509_CRL_num(s->in->trust->crls) > 0) &&
	    (ps_cert_view_of(c)->ku & PS_KU_CRL_SIGN) != 0;
}

/* Could it have issued the certificate, or a helper that could? */
static bool
is_wanted(const struct search *s, const ps_cert *c)
{
	ps_slice subject = ps_cert_view_of(c)->subject;

	if (signs_lists(s, c))
		return true;
	if (ps_name_equal(subject, ps_cert_view_of(s->in->cert)->issuer))
		return true;
	for (size_t i = 0; i < s->n; i++)
		if (ps_name_equal(subject, ps_cert_view_of(s->helper[i].cert)->issuer))
			return true;
	return false;
}

/* What the crypto library cannot read cannot help. */
static ps_code
take_helper(struct search *s, ps_cert *c, ps_err *err)
{
	X509 *x;
	ps_code code = ps_cert_x509(c, &x, err);

	if (code == PS_E_NOMEM)
		return code;
	ps_err_clear(err);
	if (code == PS_OK)
		s->helper[s->n++] = (struct helper){ x, c, false };
	return PS_OK;
}

/* Only those that can be part of a path are decoded: rounds go on until one
 * brings nothing new. */
static ps_code
take_helpers(struct search *s, ps_err *err)
{
	size_t n = s->in->nextra, before = SIZE_MAX;
	ps_code code = PS_OK;

	if (n > s->in->limits->certificates)
		n = (size_t)s->in->limits->certificates;
	s->helper = calloc(n + 1, sizeof *s->helper);
	if (s->helper == NULL)
		return ps_nomem(err, WHERE);
	while (s->n != before && code == PS_OK) {
		before = s->n;
		for (size_t i = 0; i < n && code == PS_OK; i++)
			if (is_wanted(s, s->in->extra[i]) && !have(s, s->in->extra[i]))
				code = take_helper(s, s->in->extra[i], err);
	}
	return code;
}

static struct stack_st_X509 *
untrusted_of(const struct search *s)
{
	STACK_OF(X509) *all = sk_X509_new_null();

	for (size_t i = 0; i < s->n && all != NULL; i++)
		if (!s->helper[i].dropped && sk_X509_push(all, s->helper[i].x509) <= 0) {
			sk_X509_free(all);
			return NULL;
		}
	return all;
}

/* --- one try --- */

static bool
add_policy(X509_VERIFY_PARAM *param, ASN1_OBJECT *policy)
{
	if (policy != NULL && X509_VERIFY_PARAM_add0_policy(param, policy) == 1)
		return true;
	ASN1_OBJECT_free(policy);
	return false;
}

/* RFC 5280, 6.1.1 (c), (e) to (g). A user who asks for none accepts any; the
 * crypto library takes an empty set for one that nothing can satisfy. */
static bool
set_policies(X509_VERIFY_PARAM *param, const struct ps_policy_certs *wanted)
{
	unsigned long flags = (wanted->explicit_policy ? X509_V_FLAG_EXPLICIT_POLICY : 0) |
	    (wanted->no_mapping ? X509_V_FLAG_INHIBIT_MAP : 0) |
	    (wanted->no_any ? X509_V_FLAG_INHIBIT_ANY : 0);

	for (size_t i = 0; i < wanted->n; i++)
		if (!add_policy(param, OBJ_txt2obj(wanted->policy[i], 1)))
			return false;
	if (wanted->n == 0 && !add_policy(param, OBJ_nid2obj(NID_any_policy)))
		return false;
	return X509_VERIFY_PARAM_set_flags(param, flags) == 1;
}

X509_STORE_CTX *
ps_path_ctx(const struct ps_path_in *in, STACK_OF(X509) *untrusted, unsigned long flags)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	X509_VERIFY_PARAM *param;
	uint64_t length = in->limits->path_length;
	X509 *x;

	if (ctx == NULL || ps_cert_x509(in->cert, &x, NULL) != PS_OK ||
	    X509_STORE_CTX_init(ctx, in->trust->store, x, untrusted) != 1) {
		X509_STORE_CTX_free(ctx);
		return NULL;
	}
	param = X509_STORE_CTX_get0_param(ctx);
	X509_VERIFY_PARAM_set_time(param, (time_t)in->at);
	X509_VERIFY_PARAM_set_depth(param, length > PATH_MOST ? PATH_MOST : (int)length);
	X509_VERIFY_PARAM_set_auth_level(param, 0);
	X509_VERIFY_PARAM_set_flags(param, flags | X509_V_FLAG_PARTIAL_CHAIN |
	    X509_V_FLAG_TRUSTED_FIRST);
	if (set_policies(param, ps_policy_certs_of(in->policy)))
		return ctx;
	X509_STORE_CTX_free(ctx);
	return NULL;
}

static int
collect(int ok, X509_STORE_CTX *ctx)
{
	struct findings *f = X509_STORE_CTX_get_app_data(ctx);
	int error = X509_STORE_CTX_get_error(ctx);

	if (ok != 0)
		return ok;
	if (f == NULL || error == X509_V_ERR_OUT_OF_MEM || error == X509_V_ERR_UNSPECIFIED)
		return 0;
	if (f->n < FINDINGS)
		f->list[f->n++] = (struct ps_finding){ error,
		    X509_STORE_CTX_get_error_depth(ctx), 0 };
	return 1;
}

/* A certificate of the system's is ours only as the crypto library has it. */
static ps_code
parse_x509(X509 *x, ps_cert **out, ps_err *err)
{
	unsigned char *der = NULL;
	int n = i2d_X509(x, &der);
	ps_code code;

	if (n <= 0)
		return ps_nomem(err, WHERE);
	code = ps_cert_parse(out, (ps_slice){ der, (size_t)n }, err);
	OPENSSL_free(der);
	return code;
}

static ps_code
cert_of(const struct search *s, X509 *x, ps_cert **out, ps_err *err)
{
	const struct ps_trust *t = s->in->trust;
	ps_cert *found = NULL;
	X509 *leaf;

	if (ps_cert_x509(s->in->cert, &leaf, NULL) == PS_OK && leaf == x)
		found = s->in->cert;
	for (size_t i = 0; i < s->n && found == NULL; i++)
		if (s->helper[i].x509 == x)
			found = s->helper[i].cert;
	for (size_t i = 0; i < t->n && found == NULL; i++)
		if (t->anchor[i].x509 == x)
			found = t->anchor[i].cert;
	if (found == NULL)
		return parse_x509(x, out, err);
	*out = ps_cert_ref(found);
	return PS_OK;
}

static ps_code
take_chain(const struct search *s, STACK_OF(X509) *chain, struct ps_path_out *out, ps_err *err)
{
	ps_code code = PS_OK;

	for (int i = 0; i < sk_X509_num(chain) && out->nchain < CHAIN_MAX; i++) {
		code = cert_of(s, sk_X509_value(chain, i), &out->chain[out->nchain], err);
		if (code != PS_OK)
			break;
		out->nchain++;
	}
	if (code != PS_E_MALFORMED && code != PS_E_LIMIT)
		return code;
	/* The crypto library is laxer about an anchor than we are. */
	ps_problem_add(out, &(struct ps_problem){ .reason = PS_PATH_MALFORMED_CERT,
	    .words = W_PATH_MALFORMED, .cert = s->in->cert });
	ps_err_clear(err);
	return PS_OK;
}

static const ps_cert *
cert_at(const struct search *s, const struct ps_path_out *out, size_t depth)
{
	if (out->nchain == 0)
		return s->in->cert;
	return out->chain[depth < out->nchain ? depth : out->nchain - 1];
}

static bool
found(const struct findings *f, int error)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->list[i].error == error)
			return true;
	return false;
}

/* Findings that are none, or that follow from another. */
static bool
idle(const struct findings *f, int error, const ps_cert *c, int64_t at)
{
	/* RFC 5280, 4.1.2.5: through notAfter, inclusive; the crypto library
	 * ends a second earlier. */
	if (error == X509_V_ERR_CERT_HAS_EXPIRED)
		return at <= ps_cert_not_after(c);
	/* The search stopped at its limit, so no issuer was looked for. */
	return error == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY &&
	    found(f, X509_V_ERR_CERT_CHAIN_TOO_LONG);
}

static void
translate(struct search *s, const struct findings *f, struct ps_path_out *out)
{
	s->altered = -1;
	for (size_t i = 0; i < f->n; i++) {
		const struct ps_finding *one = &f->list[i];
		size_t depth = one->depth < 0 ? 0 : (size_t)one->depth;
		const ps_cert *c = cert_at(s, out, depth);
		if (one->error == X509_V_ERR_CERT_SIGNATURE_FAILURE && s->altered < 0)
			s->altered = (int)depth;
		if (!idle(f, one->error, c, s->in->at))
			ps_problem_from(out, one, c, depth == 0);
	}
}

/* A refusal without a finding is a failure of the library, not a path that
 * is good: X509_verify_cert answers 0 or less for both. */
static ps_code
library_code(X509_STORE_CTX *ctx, int answer, const struct findings *f, ps_err *err)
{
	int error = X509_STORE_CTX_get_error(ctx);

	if (error == X509_V_ERR_OUT_OF_MEM)
		return ps_nomem(err, WHERE);
	if (error == X509_V_ERR_UNSPECIFIED || (answer != 1 && f->n == 0))
		return ps_fail(err, PS_E_CRYPTO, WHERE, PS_NOWHERE, W_X509_LIBRARY);
	return PS_OK;
}

static ps_code
judge_with(struct search *s, X509_STORE_CTX *ctx, STACK_OF(X509) *untrusted,
    struct ps_path_out *out, ps_err *err)
{
	struct findings all = { .n = 0 };
	STACK_OF(X509) *chain;
	bool anchored;
	ps_code code;
	int good;

	X509_STORE_CTX_set_app_data(ctx, &all);
	X509_STORE_CTX_set_verify_cb(ctx, collect);
	good = X509_verify_cert(ctx);
	code = library_code(ctx, good, &all, err);
	if (code != PS_OK)
		return code;
	chain = X509_STORE_CTX_get0_chain(ctx);
	code = take_chain(s, chain, out, err);
	if (code != PS_OK)
		return code;
	anchored = X509_STORE_CTX_get_num_untrusted(ctx) < sk_X509_num(chain);
	translate(s, &all, out);
	code = ps_path_rules(s->in, anchored, out, err);
	if (code == PS_OK && anchored && s->in->revocation != PS_REVOCATION_OFF)
		code = ps_path_revocation(s->in, untrusted, chain, out, err);
	return code;
}

static ps_code
judge(struct search *s, struct ps_path_out *out, ps_err *err)
{
	STACK_OF(X509) *untrusted = untrusted_of(s);
	X509_STORE_CTX *ctx = NULL;
	ps_code code;

	*out = (struct ps_path_out){ .good = true };
	ERR_clear_error();
	if (untrusted != NULL)
		ctx = ps_path_ctx(s->in, untrusted, X509_V_FLAG_POLICY_CHECK);
	if (ctx == NULL)
		code = ps_nomem(err, WHERE);
	else
		code = judge_with(s, ctx, untrusted, out, err);
	X509_STORE_CTX_free(ctx);
	sk_X509_free(untrusted);
	if (ps_x509_nomem() && code != PS_E_NOMEM)
		code = ps_nomem(err, WHERE);
	if (code != PS_OK)
		ps_path_clear(out);
	return code;
}

/* --- turning back --- */

static struct helper *
helper_of(const struct search *s, const ps_cert *c)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->helper[i].cert == c && !s->helper[i].dropped)
			return &s->helper[i];
	return NULL;
}

static bool
same_name(X509 *a, X509 *b)
{
	return X509_NAME_cmp(X509_get_subject_name(a), X509_get_subject_name(b)) == 0;
}

static bool
has_rival(const struct search *s, const struct helper *h)
{
	for (size_t i = 0; i < s->n; i++)
		if (&s->helper[i] != h && !s->helper[i].dropped &&
		    same_name(s->helper[i].x509, h->x509))
			return true;
	for (size_t i = 0; i < s->in->trust->n; i++)
		if (same_name(s->in->trust->anchor[i].x509, h->x509))
			return true;
	return false;
}

/* Takes away one certificate that another could stand in for: the one that
 * cannot have signed what it should, else the last of the path. */
static bool
drop_one(struct search *s, const struct ps_path_out *out)
{
	struct helper *h;

	if (s->altered >= 0 && (size_t)s->altered + 1 < out->nchain) {
		h = helper_of(s, out->chain[s->altered + 1]);
		if (h != NULL && has_rival(s, h)) {
			h->dropped = true;
			return true;
		}
	}
	for (size_t i = out->nchain; i-- > 1;) {
		h = helper_of(s, out->chain[i]);
		if (h != NULL && has_rival(s, h)) {
			h->dropped = true;
			return true;
		}
	}
	return false;
}

static void
keep_better(struct ps_path_out *best, struct ps_path_out *next)
{
	struct ps_path_out worse = *next;

	if (next->nproblem < best->nproblem) {
		worse = *best;
		*best = *next;
	}
	ps_path_clear(&worse);
}

static ps_code
search_path(struct search *s, struct ps_path_out *best, ps_err *err)
{
	struct ps_path_out next;
	ps_code code = judge(s, best, err);
	bool more = code == PS_OK && !best->good && drop_one(s, best);

	if (code != PS_OK)
		return code;
	for (unsigned tries = 1; more && tries < TRIES; tries++) {
		code = judge(s, &next, err);
		if (code != PS_OK)
			break;
		more = !next.good && drop_one(s, &next);
		keep_better(best, &next);
	}
	if (code != PS_OK)
		ps_path_clear(best);
	return code;
}

/* The one certificate that no search can help: the crypto library cannot
 * read what we could. */
static void
unreadable(const struct ps_path_in *in, struct ps_path_out *out)
{
	*out = (struct ps_path_out){ .nchain = 1, .chain = { ps_cert_ref(in->cert) } };
	ps_problem_add(out, &(struct ps_problem){ .reason = PS_PATH_MALFORMED_CERT,
	    .words = W_PATH_MALFORMED, .cert = in->cert });
}

ps_code
ps_path_check(const struct ps_path_in *in, struct ps_path_out *out, ps_err *err)
{
	struct search s = { .in = in, .altered = -1 };
	struct ps_path_out found;
	ps_code code;
	X509 *x;

	if (in->cert == NULL || in->trust == NULL)
		return ps_nomem(err, WHERE);
	if ((code = ps_trust_ready(in->trust, err)) != PS_OK)
		return code;
	code = ps_cert_x509(in->cert, &x, err);
	if (code == PS_E_NOMEM)
		return code;
	if (code != PS_OK) {
		ps_err_clear(err);
		unreadable(in, out);
		return PS_OK;
	}
	code = take_helpers(&s, err);
	if (code == PS_OK)
		code = search_path(&s, &found, err);
	if (code == PS_OK)
		*out = found;
	free(s.helper);
	return code;
}
