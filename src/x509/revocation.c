/* SPDX-License-Identifier: ISC */
/*
 * Was a certificate of the path revoked?
 *
 * A separate round over a path that is good so far, because a message brings
 * lists of its own and may not choose what we believe: a list from a message
 * counts only when a certificate of the path signed it, and then the newest
 * list counts, wherever it came from. A list that cannot be trusted leaves
 * the question open; only the caller's strictness decides what that means.
 */
#include <string.h>

#include <openssl/x509_vfy.h>

#include "base/clock.h"
#include "x509/internal.h"
#include "x509/words.h"

#define WHERE	"x509.revocation"

enum { CHAIN_MAX = sizeof ((struct ps_path_out *)0)->chain / sizeof (ps_cert *) };

/* What is known of each certificate. `doubt`: the list itself may be forged,
 * so not even "revoked" counts. */
struct knowledge {
	struct {
		bool	 unknown, doubt, revoked;
		int64_t	 when;
	} of[CHAIN_MAX];
	const struct ps_path_in *in;
	STACK_OF(X509_CRL) *lists;
};

static int64_t
time_of(const ASN1_TIME *t)
{
	struct tm tm;
	struct ps_date d;
	int64_t out = 0;

	if (t == NULL || ASN1_TIME_to_tm(t, &tm) != 1)
		return 0;
	d = (struct ps_date){ tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
	    tm.tm_hour, tm.tm_min, tm.tm_sec };
	return ps_clock_from_date(&d, &out) ? out : 0;
}

/* --- the lists --- */

/* Two certificates of one name are one authority before and after a change
 * of its key; more of them are somebody's game. */
static bool
signed_by_path(X509_CRL *crl, STACK_OF(X509) *chain)
{
	unsigned tries = 2;
	EVP_PKEY *key;

	for (int i = 0; i < sk_X509_num(chain) && tries > 0; i++) {
		X509 *x = sk_X509_value(chain, i);
		if (X509_NAME_cmp(X509_get_subject_name(x), X509_CRL_get_issuer(crl)) != 0)
			continue;
		key = X509_get0_pubkey(x);
		if (key != NULL && X509_CRL_verify(crl, key) == 1)
			return true;
		tries--;
	}
	return false;
}

static ps_code
push(STACK_OF(X509_CRL) *lists, X509_CRL *crl, ps_err *err)
{
	if (sk_X509_CRL_push(lists, crl) > 0)
		return PS_OK;
	X509_CRL_free(crl);
	return ps_nomem(err, WHERE);
}

static ps_code
add_from_message(STACK_OF(X509_CRL) *lists, const struct ps_path_in *in,
    STACK_OF(X509) *chain, ps_err *err)
{
	ps_code code = PS_OK;
	X509_CRL *crl;

	for (size_t i = 0; i < in->ncrl && i < in->limits->crls && code == PS_OK; i++) {
		const unsigned char *p = in->crl[i].p;
		if (in->crl[i].n > in->limits->crl_bytes)
			continue;
		crl = d2i_X509_CRL(NULL, &p, (long)in->crl[i].n);
		if (crl == NULL)
			continue;
		if (signed_by_path(crl, chain))
			code = push(lists, crl, err);
		else
			X509_CRL_free(crl);
	}
	return code;
}

static ps_code
add_from_trust(STACK_OF(X509_CRL) *lists, const struct ps_path_in *in, ps_err *err)
{
	ps_code code = PS_OK;
	X509_CRL *crl;

	for (int i = 0; i < sk_X509_CRL_num(in->trust->crls) && code == PS_OK; i++) {
		crl = sk_X509_CRL_value(in->trust->crls, i);
		if (X509_CRL_up_ref(crl) != 1)
			return ps_nomem(err, WHERE);
		code = push(lists, crl, err);
	}
	return code;
}

/* --- asking the crypto library --- */

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
	int64_t when = time_of(X509_REVOKED_get0_revocationDate(entry)), since;
	ASN1_GENERALIZEDTIME *t = X509_REVOKED_get_ext_d2i(entry, NID_invalidity_date, NULL, NULL);

	if (t == NULL)
		return when;
	since = time_of(t);
	ASN1_GENERALIZEDTIME_free(t);
	return since < when ? since : when;
}

/* The crypto library forgets which list it was when that is not of the time asked
 * for, so all of the issuer's are looked at, and the earliest time counts. */
static int64_t
revoked_when(X509_STORE_CTX *ctx, const struct knowledge *k, int64_t *out_lost)
{
	X509 *x = X509_STORE_CTX_get_current_cert(ctx);
	int64_t when = 0, lost;

	*out_lost = INT64_MIN;
	for (int i = 0; i < sk_X509_CRL_num(k->lists); i++) {
		X509_CRL *crl = sk_X509_CRL_value(k->lists, i);
		X509_REVOKED *entry = NULL;

		if (X509_NAME_cmp(X509_get_issuer_name(x), X509_CRL_get_issuer(crl)) != 0 ||
		    X509_CRL_get0_by_cert(crl, &entry, x) != 1)
			continue;
		lost = lost_when(entry);
		if (*out_lost == INT64_MIN || lost < *out_lost) {
			*out_lost = lost;
			when = time_of(X509_REVOKED_get0_revocationDate(entry));
		}
	}
	return when;
}

/* What is wrong with the path itself was told in the round before. The path
 * of a list's own signer, a context within this one, must be without fault. */
static int
note(int ok, X509_STORE_CTX *ctx)
{
	struct knowledge *k = X509_STORE_CTX_get_app_data(ctx);
	int error = X509_STORE_CTX_get_error(ctx), depth = X509_STORE_CTX_get_error_depth(ctx);
	int64_t lost, when;

	if (ok != 0 || k == NULL)
		return ok;
	if (error == X509_V_ERR_OUT_OF_MEM || error == X509_V_ERR_UNSPECIFIED)
		return 0;
	if (depth < 0 || depth >= CHAIN_MAX)
		return 1;
	if (error == X509_V_ERR_CERT_REVOKED) {
		when = revoked_when(ctx, k, &lost);
		/* What was signed before the key was lost stays signed. */
		k->of[depth].revoked = !k->in->past || lost <= k->in->at;
		k->of[depth].when = when;
	} else if (only_newer(k, error))
		return 1;
	else if (only_old(error))
		k->of[depth].unknown = true;
	else if (about_lists(error))
		k->of[depth].doubt = true;
	return 1;
}

static ps_code
ask(const struct ps_path_in *in, STACK_OF(X509) *untrusted, STACK_OF(X509_CRL) *lists,
    struct knowledge *k, ps_err *err)
{
	unsigned long flags = X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL |
	    X509_V_FLAG_EXTENDED_CRL_SUPPORT | X509_V_FLAG_USE_DELTAS;
	X509_STORE_CTX *ctx = ps_path_ctx(in, untrusted, flags);
	ps_code code = PS_OK;
	int error;

	if (ctx == NULL)
		return ps_nomem(err, WHERE);
	k->lists = lists;
	X509_STORE_CTX_set0_crls(ctx, lists);
	X509_STORE_CTX_set_app_data(ctx, k);
	X509_STORE_CTX_set_verify_cb(ctx, note);
	(void)X509_verify_cert(ctx);
	error = X509_STORE_CTX_get_error(ctx);
	if (error == X509_V_ERR_OUT_OF_MEM)
		code = ps_nomem(err, WHERE);
	else if (error == X509_V_ERR_UNSPECIFIED)
		code = ps_fail(err, PS_E_CRYPTO, WHERE, PS_NOWHERE, W_X509_LIBRARY);
	X509_STORE_CTX_free(ctx);
	return code;
}

/* --- the answer --- */

/* thisUpdate of the newest list of the issuer of `x`, INT64_MAX: none here. */
static int64_t
newest(X509 *x, STACK_OF(X509_CRL) *lists)
{
	int64_t best = INT64_MAX, at;

	for (int i = 0; i < sk_X509_CRL_num(lists); i++) {
		X509_CRL *crl = sk_X509_CRL_value(lists, i);
		if (X509_NAME_cmp(X509_get_issuer_name(x), X509_CRL_get_issuer(crl)) != 0)
			continue;
		at = time_of(X509_CRL_get0_lastUpdate(crl));
		if (best == INT64_MAX || at > best)
			best = at;
	}
	return best;
}

static void
answer(const struct ps_path_in *in, const struct knowledge *k, size_t i, struct ps_path_out *out)
{
	ps_cert *c = out->chain[i];
	bool unknown = k->of[i].unknown || k->of[i].doubt;

	if (k->of[i].revoked && !k->of[i].doubt)
		ps_problem_add(out, &(struct ps_problem){
			.reason = i == 0 ? PS_PATH_REVOKED : PS_PATH_CA_REVOKED,
			.words = i == 0 ? W_PATH_REVOKED : W_PATH_CA_REVOKED,
			.cert = c, .when = k->of[i].when });
	else if (unknown && in->revocation == PS_REVOCATION_HARD)
		ps_problem_add(out, &(struct ps_problem){
			.reason = PS_PATH_REVOCATION_UNKNOWN,
			.words = W_PATH_NO_CRL, .cert = c });
	if (unknown)
		out->revocation_checked = false;
}

/* The anchor is not asked about: nobody could revoke it but itself. */
static void
all_answers(const struct ps_path_in *in, const struct knowledge *k, STACK_OF(X509) *chain,
    STACK_OF(X509_CRL) *lists, struct ps_path_out *out)
{
	int64_t oldest = INT64_MAX, at;

	out->revocation_checked = out->nchain > 1;
	for (size_t i = 0; i + 1 < out->nchain; i++) {
		answer(in, k, i, out);
		at = newest(sk_X509_value(chain, (int)i), lists);
		if (at < oldest)
			oldest = at;
	}
	if (out->revocation_checked && oldest != INT64_MAX)
		out->revocation_at = oldest;
}

ps_code
ps_path_revocation(const struct ps_path_in *in, STACK_OF(X509) *untrusted,
    STACK_OF(X509) *chain, struct ps_path_out *out, ps_err *err)
{
	STACK_OF(X509_CRL) *lists = sk_X509_CRL_new_null();
	struct knowledge k;
	ps_code code;

	memset(&k, 0, sizeof k);
	k.in = in;
	if (lists == NULL)
		return ps_nomem(err, WHERE);
	code = add_from_trust(lists, in, err);
	if (code == PS_OK)
		code = add_from_message(lists, in, chain, err);
	if (code == PS_OK && (sk_X509_CRL_num(lists) > 0 || in->revocation == PS_REVOCATION_HARD)) {
		code = ask(in, untrusted, lists, &k, err);
		if (code == PS_OK)
			all_answers(in, &k, chain, lists, out);
	}
	sk_X509_CRL_pop_free(lists, X509_CRL_free);
	return code;
}
