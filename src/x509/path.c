/* SPDX-License-Identifier: ISC */
/*
 * What is wrong with a path.
 *
 * The crypto library checks the path that the search chose, and no other:
 * it is given these certificates and this anchor alone. All faults are
 * collected, not the first alone: the person who renews a certificate wants to
 * know that the next one is wrong too.
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
	FINDINGS	= 32,
	CHAIN_MAX	= sizeof ((struct ps_path_out *)0)->chain / sizeof (ps_cert *)
};

struct findings {
	struct ps_finding	 list[FINDINGS];
	size_t			 n;
	int			 answer;	/* of X509_verify_cert */
};

void
ps_path_clear(struct ps_path_out *out)
{
	for (size_t i = 0; i < out->nchain; i++)
		ps_cert_free(out->chain[i]);
	*out = (struct ps_path_out){ 0 };
}

/* --- the settings --- */

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

size_t
ps_path_most(const struct ps_path_in *in)
{
	uint64_t length = in->limits->path_length;

	return length > PS_PATH_MOST ? PS_PATH_MOST : (size_t)length;
}

X509_STORE_CTX *
ps_path_ctx(const struct ps_path_in *in, const struct ps_route *route,
    STACK_OF(X509) *untrusted, unsigned long flags)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	X509_VERIFY_PARAM *param;
	X509 *x;

	if (ctx == NULL || ps_cert_x509(in->cert, &x, NULL) != PS_OK ||
	    X509_STORE_CTX_init(ctx, in->trust->store, x, untrusted) != 1) {
		X509_STORE_CTX_free(ctx);
		return NULL;
	}
	if (route->anchor != NULL)
		X509_STORE_CTX_set0_trusted_stack(ctx, route->anchor);
	param = X509_STORE_CTX_get0_param(ctx);
	X509_VERIFY_PARAM_set_time(param, (time_t)in->at);
	X509_VERIFY_PARAM_set_depth(param, (int)ps_path_most(in));
	X509_VERIFY_PARAM_set_auth_level(param, 0);
	X509_VERIFY_PARAM_set_flags(param, flags | X509_V_FLAG_PARTIAL_CHAIN |
	    X509_V_FLAG_TRUSTED_FIRST);
	if (set_policies(param, ps_policy_certs_of(in->policy)))
		return ctx;
	X509_STORE_CTX_free(ctx);
	return NULL;
}

/* --- the path as certificates of ours --- */

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
cert_of(const struct ps_path_in *in, const struct ps_route *route, X509 *x, ps_cert **out,
    ps_err *err)
{
	const struct ps_trust *t = in->trust;
	ps_cert *found = NULL;
	X509 *leaf;

	if (ps_cert_x509(in->cert, &leaf, NULL) == PS_OK && leaf == x)
		found = in->cert;
	for (size_t i = 0; i < route->n && found == NULL; i++)
		if (route->x509[i] == x)
			found = route->cert[i];
	for (size_t i = 0; i < t->n && found == NULL; i++)
		if (t->anchor[i].x509 == x)
			found = t->anchor[i].cert;
	if (found == NULL)
		return parse_x509(x, out, err);
	*out = ps_cert_ref(found);
	return PS_OK;
}

static ps_code
take_chain(const struct ps_path_in *in, const struct ps_route *route, STACK_OF(X509) *chain,
    struct ps_path_out *out, ps_err *err)
{
	ps_code code = PS_OK;

	for (int i = 0; i < sk_X509_num(chain) && out->nchain < CHAIN_MAX; i++) {
		code = cert_of(in, route, sk_X509_value(chain, i), &out->chain[out->nchain],
		    err);
		if (code != PS_OK)
			break;
		out->nchain++;
	}
	if (code != PS_E_MALFORMED && code != PS_E_LIMIT)
		return code;
	/* The crypto library is laxer about an anchor than we are. */
	ps_problem_add(out, &(struct ps_problem){ .reason = PS_PATH_MALFORMED_CERT,
	    .words = W_PATH_MALFORMED, .cert = in->cert });
	ps_err_clear(err);
	return PS_OK;
}

/* --- what the crypto library finds --- */

static int
collect(int ok, X509_STORE_CTX *ctx)
{
	struct findings *f = X509_STORE_CTX_get_app_data(ctx);
	int error = X509_STORE_CTX_get_error(ctx);

	if (ok != 0)
		return ok;
	if (f == NULL || error == X509_V_ERR_OUT_OF_MEM)
		return 0;
	if (f->n < FINDINGS)
		f->list[f->n++] = (struct ps_finding){ error,
		    X509_STORE_CTX_get_error_depth(ctx), 0 };
	return 1;
}

static bool
found(const struct findings *f, int error)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->list[i].error == error)
			return true;
	return false;
}

static size_t
depth_of(const struct ps_finding *f, const struct ps_path_out *out)
{
	size_t depth = f->depth < 0 ? 0 : (size_t)f->depth;

	return depth < out->nchain || out->nchain == 0 ? depth : out->nchain - 1;
}

/* Findings that are none, or that follow from another. */
static bool
idle(const struct findings *f, const struct ps_finding *one, const struct ps_path_in *in,
    const struct ps_path_out *out, bool names_told)
{
	size_t depth = depth_of(one, out);

	/* RFC 5280, 4.1.2.5: through notAfter, inclusive; the crypto library
	 * ends a second earlier. */
	if (one->error == X509_V_ERR_CERT_HAS_EXPIRED)
		return depth < out->nchain && in->at <= ps_cert_not_after(out->chain[depth]);
	if (ps_names_error(one->error))
		return names_told || ps_names_excused(out, depth);
	/* Told below, when our own rules do not name the cause. */
	if (one->error == X509_V_ERR_UNSPECIFIED)
		return true;
	/* The search stopped at its limit, so no issuer was looked for. */
	return one->error == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY &&
	    found(f, X509_V_ERR_CERT_CHAIN_TOO_LONG);
}

static void
translate(const struct ps_path_in *in, const struct findings *f, bool names_told,
    struct ps_path_out *out)
{
	for (size_t i = 0; i < f->n; i++) {
		size_t depth = depth_of(&f->list[i], out);
		const ps_cert *c = depth < out->nchain ? out->chain[depth] : in->cert;
		if (!idle(f, &f->list[i], in, out, names_told))
			ps_problem_from(out, &f->list[i], c, depth == 0);
	}
}

static bool
has_reason(const struct ps_path_out *out, enum ps_path_reason reason)
{
	for (size_t i = 0; i < out->nproblem; i++)
		if (out->problem[i].reason == reason)
			return true;
	return false;
}

/* The crypto library says no more than "unspecified" of a key that it does not
 * know, and of more names than it compares; sometimes nothing. Only 1 is good. */
static void
unspecified(const struct ps_path_in *in, const struct findings *f, struct ps_path_out *out)
{
	if (has_reason(out, PS_PATH_NAME_CONSTRAINT) || has_reason(out, PS_PATH_PATH_OTHER))
		return;
	if ((f->answer != 1 && out->good) || found(f, X509_V_ERR_UNSPECIFIED))
		ps_problem_add(out, &(struct ps_problem){ .reason = PS_PATH_PATH_OTHER,
		    .words = W_PATH_UNCHECKED, .cert = in->cert });
}

/* --- all of it --- */

static ps_code
judge_chain(const struct ps_path_in *in, const struct ps_route *route, X509_STORE_CTX *ctx,
    const struct findings *f, struct ps_path_out *out, ps_err *err)
{
	STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(ctx);
	bool anchored = X509_STORE_CTX_get_num_untrusted(ctx) < sk_X509_num(chain);
	bool names_told = false;
	ps_code code = take_chain(in, route, chain, out, err);

	if (code == PS_OK)
		code = ps_path_names(in, out, &names_told, err);
	if (code != PS_OK)
		return code;
	translate(in, f, names_told, out);
	code = ps_path_rules(in, anchored, out, err);
	unspecified(in, f, out);
	if (code == PS_OK && anchored && in->revocation != PS_REVOCATION_OFF)
		code = ps_path_revocation(in, route, chain, out, err);
	return code;
}

static ps_code
judge_with(const struct ps_path_in *in, const struct ps_route *route, X509_STORE_CTX *ctx,
    struct ps_path_out *out, ps_err *err)
{
	struct findings all = { .n = 0 };

	X509_STORE_CTX_set_app_data(ctx, &all);
	X509_STORE_CTX_set_verify_cb(ctx, collect);
	all.answer = X509_verify_cert(ctx);
	if (X509_STORE_CTX_get_error(ctx) == X509_V_ERR_OUT_OF_MEM)
		return ps_nomem(err, WHERE);
	return judge_chain(in, route, ctx, &all, out, err);
}

struct stack_st_X509 *
ps_route_untrusted(const struct ps_route *route)
{
	STACK_OF(X509) *all = sk_X509_new_null();

	for (size_t i = 0; i < route->n && all != NULL; i++)
		if (sk_X509_push(all, route->x509[i]) <= 0) {
			sk_X509_free(all);
			return NULL;
		}
	return all;
}

ps_code
ps_path_judge(const struct ps_path_in *in, const struct ps_route *route,
    struct ps_path_out *out, ps_err *err)
{
	STACK_OF(X509) *untrusted = ps_route_untrusted(route);
	X509_STORE_CTX *ctx = NULL;
	ps_code code;

	*out = (struct ps_path_out){ .good = true };
	ERR_clear_error();
	if (untrusted != NULL)
		ctx = ps_path_ctx(in, route, untrusted, X509_V_FLAG_POLICY_CHECK);
	if (ctx == NULL)
		code = ps_nomem(err, WHERE);
	else
		code = judge_with(in, route, ctx, out, err);
	X509_STORE_CTX_free(ctx);
	sk_X509_free(untrusted);
	if (ps_x509_nomem() && code != PS_E_NOMEM)
		code = ps_nomem(err, WHERE);
	if (code != PS_OK)
		ps_path_clear(out);
	return code;
}
