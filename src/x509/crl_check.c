/* SPDX-License-Identifier: ISC */
/*
 * What the revocation lists at hand say of each certificate of a path.
 *
 * A message brings lists of its own and may not choose what we believe: a list
 * from a message counts only when a certificate of the path signed it, and then
 * the newest list counts, wherever it came from. A list that cannot be trusted
 * leaves the question open.
 */
#include <string.h>

#include <openssl/x509_vfy.h>

#include "base/clock.h"
#include "x509/internal.h"

#define WHERE	"x509.revocation"

/* What the callback of the crypto library works on. */
struct knowledge {
	struct ps_known	*of;		/* PS_CHAIN_MAX */
	const struct ps_path_in *in;
	STACK_OF(X509_CRL) *lists;
};

/* An old list was true once, so what it revokes stays revoked, but it is
 * silent about the rest. */
static bool
only_old(int error)
{
	return error == X509_V_ERR_CRL_HAS_EXPIRED || error == X509_V_ERR_CRL_NOT_YET_VALID;
}

/* Of the past, a list that was made since knows all. */
static bool
only_newer(const struct knowledge *k, int error)
{
	return k->in->past && error == X509_V_ERR_CRL_NOT_YET_VALID;
}

static bool
about_lists(int error)
{
	static const int errors[] = {
		X509_V_ERR_UNABLE_TO_GET_CRL,
		X509_V_ERR_UNABLE_TO_DECRYPT_CRL_SIGNATURE,
		X509_V_ERR_CRL_SIGNATURE_FAILURE,
		X509_V_ERR_ERROR_IN_CRL_LAST_UPDATE_FIELD,
		X509_V_ERR_ERROR_IN_CRL_NEXT_UPDATE_FIELD,
		X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER,
		X509_V_ERR_KEYUSAGE_NO_CRL_SIGN,
		X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION,
		X509_V_ERR_DIFFERENT_CRL_SCOPE,
		X509_V_ERR_CRL_PATH_VALIDATION_ERROR,
		X509_V_ERR_UNSUPPORTED_EXTENSION_FEATURE,
	};

	for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
		if (errors[i] == error)
			return true;
	return false;
}

/* When the key was no longer its owner's: as its issuer says (RFC 5280, 5.3.2), else
 * when it was revoked. */
static int64_t
lost_when(X509_REVOKED *entry)
{
	int64_t when = ps_asn1_time(X509_REVOKED_get0_revocationDate(entry)), since;
	ASN1_GENERALIZEDTIME *t = X509_REVOKED_get_ext_d2i(entry, NID_invalidity_date, NULL, NULL);

	if (t == NULL)
		return when;
	since = ps_asn1_time(t);
	ASN1_GENERALIZEDTIME_free(t);
	return since < when ? since : when;
}

static long
reason_of(const X509_REVOKED *entry)
{
	ASN1_ENUMERATED *e = X509_REVOKED_get_ext_d2i(entry, NID_crl_reason, NULL, NULL);
	long reason = e == NULL ? -1 : ASN1_ENUMERATED_get(e);

	ASN1_ENUMERATED_free(e);
	return reason;
}

/* The crypto library forgets which list it was when that is not of the time asked
 * for, so all are looked at, and the earliest time counts. */
static void
note_revoked(X509_STORE_CTX *ctx, struct knowledge *k, size_t depth)
{
	X509 *x = X509_STORE_CTX_get_current_cert(ctx);
	int64_t earliest = INT64_MIN, lost;

	k->of[depth].why = -1;
	for (int i = 0; i < sk_X509_CRL_num(k->lists); i++) {
		X509_REVOKED *entry = NULL;

		if (X509_CRL_get0_by_cert(sk_X509_CRL_value(k->lists, i), &entry, x) != 1)
			continue;
		lost = lost_when(entry);
		if (earliest != INT64_MIN && lost >= earliest)
			continue;
		earliest = lost;
		k->of[depth].when = ps_asn1_time(X509_REVOKED_get0_revocationDate(entry));
		k->of[depth].why = reason_of(entry);
	}
	/* What was signed before the key was lost stays signed. */
	k->of[depth].revoked = !k->in->past || earliest <= k->in->at;
}

/* What is wrong with the path itself was told in the round before. The path
 * of a list's own signer, a context within this one, must be without fault. */
static int
note(int ok, X509_STORE_CTX *ctx)
{
	struct knowledge *k = X509_STORE_CTX_get_app_data(ctx);
	int error = X509_STORE_CTX_get_error(ctx), depth = X509_STORE_CTX_get_error_depth(ctx);

	if (ok != 0 || k == NULL)
		return ok;
	if (error == X509_V_ERR_OUT_OF_MEM)
		return 0;
	if (depth < 0 || depth >= PS_CHAIN_MAX)
		return 1;
	if (error == X509_V_ERR_CERT_REVOKED)
		note_revoked(ctx, k, (size_t)depth);
	else if (only_newer(k, error))
		return 1;
	else if (only_old(error))
		k->of[depth].unknown = true;
	else if (about_lists(error))
		k->of[depth].doubt = true;
	return 1;
}

/* The answers are about places in the chain; among the certificates that may
 * have signed lists the crypto library could find itself another one. */
static bool
same_chain(STACK_OF(X509) *a, STACK_OF(X509) *b)
{
	if (sk_X509_num(a) != sk_X509_num(b))
		return false;
	for (int i = 0; i < sk_X509_num(a); i++)
		if (X509_cmp(sk_X509_value(a, i), sk_X509_value(b, i)) != 0)
			return false;
	return true;
}

static void
doubt_all(struct knowledge *k)
{
	for (size_t i = 0; i < PS_CHAIN_MAX; i++)
		k->of[i].doubt = true;
}

/* The path first, so that it is found again, then those who may have signed lists. */
static struct stack_st_X509 *
untrusted_of(const struct ps_route *route, bool others)
{
	STACK_OF(X509) *all = ps_route_untrusted(route);
	int n = others ? sk_X509_num(route->others) : 0;

	for (int i = 0; i < n && all != NULL; i++)
		if (sk_X509_push(all, sk_X509_value(route->others, i)) <= 0) {
			sk_X509_free(all);
			return NULL;
		}
	return all;
}

static ps_code
ask(const struct ps_route *route, STACK_OF(X509) *untrusted, STACK_OF(X509) *chain,
    struct knowledge *k, bool *out_same, ps_err *err)
{
	unsigned long flags = X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL |
	    X509_V_FLAG_EXTENDED_CRL_SUPPORT | X509_V_FLAG_USE_DELTAS;
	X509_STORE_CTX *ctx = ps_path_ctx(k->in, route, untrusted, flags);
	ps_code code = PS_OK;
	bool good;

	if (ctx == NULL)
		return ps_nomem(err, WHERE);
	X509_STORE_CTX_set0_crls(ctx, k->lists);
	X509_STORE_CTX_set_app_data(ctx, k);
	X509_STORE_CTX_set_verify_cb(ctx, note);
	good = X509_verify_cert(ctx) == 1;
	if (X509_STORE_CTX_get_error(ctx) == X509_V_ERR_OUT_OF_MEM)
		code = ps_nomem(err, WHERE);
	*out_same = good && same_chain(X509_STORE_CTX_get0_chain(ctx), chain);
	X509_STORE_CTX_free(ctx);
	return code;
}

/* Whatever else a message brings, it cannot keep us from asking about the path. */
ps_code
ps_lists_ask(const struct ps_path_in *in, const struct ps_route *route,
    STACK_OF(X509) *chain, STACK_OF(X509_CRL) *lists, struct ps_known *out, ps_err *err)
{
	struct knowledge all = { out, in, lists }, *k = &all;
	STACK_OF(X509) *untrusted;
	bool same = false;
	ps_code code = PS_OK;

	for (unsigned others = 2; others-- > 0 && code == PS_OK && !same;) {
		memset(k->of, 0, PS_CHAIN_MAX * sizeof *k->of);
		untrusted = untrusted_of(route, others == 1);
		code = untrusted == NULL ? ps_nomem(err, WHERE)
		    : ask(route, untrusted, chain, k, &same, err);
		sk_X509_free(untrusted);
	}
	if (!same)
		doubt_all(k);
	return code;
}
