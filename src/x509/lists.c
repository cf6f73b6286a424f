/* SPDX-License-Identifier: ISC */
/*
 * Which revocation lists are looked at.
 *
 * Those that the caller gave, and those of the message that a certificate of
 * the path signed: a message may not choose what we believe. A list whose scope
 * cannot be read is none, since nobody knows whom it is silent about, and so is
 * one that names two algorithms; the crypto library is laxer there.
 */
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/clock.h"
#include "base/text.h"
#include "x509/internal.h"
#include "x509/words.h"

#define WHERE	"x509.lists"

int64_t
ps_asn1_time(const ASN1_TIME *t)
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

/* RFC 5280, 5.2.5: the scope is never empty, and a distribution point has one
 * name of one form. */
static bool
scope_readable(const X509_CRL *crl)
{
	int at = X509_CRL_get_ext_by_NID(crl, NID_issuing_distribution_point, -1);
	const ASN1_OCTET_STRING *value;
	struct der_state state;
	struct der d, seq, point;

	if (at < 0)
		return true;
	value = X509_EXTENSION_get_data(X509_CRL_get_ext(crl, at));
	der_init(&d, &state, (ps_slice){ ASN1_STRING_get0_data(value),
	    (size_t)ASN1_STRING_length(value) }, 0, true, NULL);
	seq = der_enter(&d, DER_SEQUENCE, "issuingDistributionPoint");
	if (!der_more(&seq))
		return false;
	if (der_try_enter(&seq, DER_CTX(0), "distributionPoint", &point)) {
		(void)der_any(&point, "name");
		der_leave(&point);
	}
	while (der_more(&seq))
		der_skip(&seq, "scope");
	der_leave(&seq);
	return !der_failed(&d) && !der_more(&d);
}

/* RFC 5280, 5.1.1.2: the algorithm beside the signature is the one within it. */
bool
ps_list_one_algorithm(ps_slice list)
{
	ps_slice ignored, within, beside;
	struct der_state state;
	struct der d, seq, tbs;

	der_init(&d, &state, list, 0, false, NULL);
	seq = der_enter(&d, DER_SEQUENCE, "CertificateList");
	tbs = der_enter(&seq, DER_SEQUENCE, "tbsCertList");
	(void)der_optional(&tbs, DER_INTEGER, "version", &ignored);
	within = der_element(&tbs, DER_SEQUENCE, "signature");
	beside = der_element(&seq, DER_SEQUENCE, "signatureAlgorithm");
	return !der_failed(&d) && ps_slice_equal(within, beside);
}

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
		if (ps_list_one_algorithm(in->crl[i]) && scope_readable(crl) &&
		    signed_by_path(crl, chain))
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
		if (!scope_readable(crl))
			continue;
		if (X509_CRL_up_ref(crl) != 1)
			return ps_nomem(err, WHERE);
		code = push(lists, crl, err);
	}
	return code;
}

/* RFC 5280, 5: lists may be signed by others than the path's authorities. Whether
 * these may speak for them, the crypto library judges. */
static bool
signed_beside_path(X509_CRL *crl, const struct ps_route *route)
{
	return route->others != NULL && signed_by_path(crl, route->others);
}

ps_code
ps_lists_take(STACK_OF(X509_CRL) *lists, STACK_OF(X509) *chain, const struct ps_route *route,
    const struct ps_question *q, struct ps_answer *n, const struct ps_path_in *in,
    X509_CRL **out, ps_err *err)
{
	const unsigned char *p = n->bytes.p;
	X509_CRL *crl = n->bytes.n > in->limits->crl_bytes ? NULL
	    : d2i_X509_CRL(NULL, &p, (long)n->bytes.n);
	bool asked = n->this_update == 0;
	ps_code code;

	*out = NULL;
	ERR_clear_error();
	if (crl == NULL || p != n->bytes.p + n->bytes.n ||
	    !ps_list_one_algorithm(ps_buf_get(&n->bytes)) || !scope_readable(crl) ||
	    !(signed_by_path(crl, chain) || signed_beside_path(crl, route))) {
		X509_CRL_free(crl);
		return PS_OK;
	}
	n->this_update = ps_asn1_time(X509_CRL_get0_lastUpdate(crl));
	n->next_update = ps_asn1_time(X509_CRL_get0_nextUpdate(crl));
	if ((code = push(lists, crl, err)) != PS_OK)
		return code;
	*out = crl;
	return asked ? ps_news_keep(in->news, q, n, err) : PS_OK;
}

bool
ps_path_has_lists(const struct ps_path_in *in)
{
	return in->revocation != PS_REVOCATION_OFF &&
	    (in->ncrl > 0 || in->news != NULL || sk_X509_CRL_num(in->trust->crls) > 0);
}

ps_code
ps_lists_collect(STACK_OF(X509_CRL) *lists, const struct ps_path_in *in,
    STACK_OF(X509) *chain, ps_err *err)
{
	ps_code code = add_from_trust(lists, in, err);

	return code == PS_OK ? add_from_message(lists, in, chain, err) : code;
}

/* thisUpdate of the newest list of the issuer of `x`, INT64_MAX: none here. */
int64_t
ps_lists_newest(X509 *x, STACK_OF(X509_CRL) *lists)
{
	int64_t best = INT64_MAX, at;

	for (int i = 0; i < sk_X509_CRL_num(lists); i++) {
		X509_CRL *crl = sk_X509_CRL_value(lists, i);
		if (X509_NAME_cmp(X509_get_issuer_name(x), X509_CRL_get_issuer(crl)) != 0)
			continue;
		at = ps_asn1_time(X509_CRL_get0_lastUpdate(crl));
		if (best == INT64_MAX || at > best)
			best = at;
	}
	return best;
}
