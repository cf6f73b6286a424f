/* SPDX-License-Identifier: ISC */
/*
 * OCSP: the question, and whether an answer counts (RFC 6960, RFC 9654).
 *
 * An answer comes from the network, from a store or in the message itself, and
 * is read in one way: it counts when the authority signed it, or somebody to whom
 * this authority gave the right, and it is of the time that counts. The
 * crypto library's own check of the signer's path is not used: it trusts whoever has a
 * path to a root, where RFC 6960, 4.2.2.2 wants the issuer itself right above.
 */
#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/x509v3.h>

#include "base/text.h"
#include "x509/internal.h"
#include "x509/words.h"

#define WHERE	"x509.ocsp"

enum {
	SKEW	= 300,		/* seconds that clocks may differ */
	ENDLESS	= 86400,	/* RFC 6960, 4.2.2.1: without nextUpdate there always is newer */
	SINGLES	= 256,		/* looked at in one answer */
	NONCE	= 32		/* RFC 9654, 2.1 */
};

/* --- the question --- */

/* SHA-1 here is a key to look up by, and the only one that all responders know
 * (RFC 5019, 2.1.1). */
static OCSP_CERTID *
id_of(X509 *cert, X509 *issuer)
{
	return OCSP_cert_to_id(EVP_sha1(), cert, issuer);
}

ps_code
ps_ocsp_key(X509 *cert, X509 *issuer, struct ps_buf *out, ps_err *err)
{
	OCSP_CERTID *id = id_of(cert, issuer);
	unsigned char *der = NULL;
	int n = id == NULL ? -1 : i2d_OCSP_CERTID(id, &der);
	ps_code code = n <= 0 ? ps_nomem(err, WHERE)
	    : ps_buf_reserve(out, 2 * (size_t)n + 1, err);

	if (code == PS_OK) {
		ps_text_hex((char *)out->p, (ps_slice){ der, (size_t)n });
		out->n = 2 * (size_t)n;
	}
	OPENSSL_free(der);
	OCSP_CERTID_free(id);
	return code;
}

OCSP_REQUEST *
ps_ocsp_request(X509 *cert, X509 *issuer, bool nonce)
{
	OCSP_REQUEST *req = OCSP_REQUEST_new();
	OCSP_CERTID *id = id_of(cert, issuer);

	if (req != NULL && id != NULL && OCSP_request_add0_id(req, id) != NULL) {
		if (!nonce || OCSP_request_add1_nonce(req, NULL, NONCE) == 1)
			return req;
		id = NULL;
	}
	OCSP_CERTID_free(id);
	OCSP_REQUEST_free(req);
	return NULL;
}

/* --- who signed --- */

static bool
strong(const struct ps_path_in *in, const OCSP_BASICRESP *basic)
{
	const X509_ALGOR *alg = OCSP_resp_get0_tbs_sigalg(basic);
	unsigned char *der = NULL;
	int n = i2d_X509_ALGOR(alg, &der);
	struct der_state state;
	struct ps_sigspec spec;
	struct ps_algid id;
	struct der d;
	bool good;

	if (n <= 0)
		return false;
	der_init(&d, &state, (ps_slice){ der, (size_t)n }, 0, false, "signatureAlgorithm");
	id = ps_algid_parse(&d, DER_SEQUENCE, "signatureAlgorithm");
	good = !der_failed(&d) && ps_sigspec_parse(&spec, &id, NULL, NULL) == PS_OK &&
	    ps_policy_signature(in->policy, &spec, PS_USE_READ, in->at) == PS_GRADE_GOOD;
	OPENSSL_free(der);
	return good;
}

static bool
in_date(const X509 *x, int64_t at)
{
	return ps_asn1_time(X509_get0_notBefore(x)) <= at &&
	    at <= ps_asn1_time(X509_get0_notAfter(x));
}

/* What a list of the authority takes back no delegation survives; a responder
 * that carries id-pkix-ocsp-nocheck is asked about no further, and no other
 * either: whom it speaks for decides, and it lives for weeks. */
static bool
taken_back(X509 *signer, X509 *issuer, STACK_OF(X509_CRL) *lists)
{
	X509_REVOKED *entry;

	for (int i = 0; i < sk_X509_CRL_num(lists); i++) {
		X509_CRL *crl = sk_X509_CRL_value(lists, i);

		if (X509_NAME_cmp(X509_CRL_get_issuer(crl), X509_get_subject_name(issuer)) == 0 &&
		    X509_CRL_get0_by_cert(crl, &entry, signer) == 1 &&
		    X509_CRL_verify(crl, X509_get0_pubkey(issuer)) == 1)
			return true;
	}
	return false;
}

/* RFC 6960, 4.2.2.2: the authority itself, or whom it made a responder. */
static const char *
judge_signer(const struct ps_path_in *in, OCSP_BASICRESP *basic, X509 *signer, X509 *issuer,
    STACK_OF(X509_CRL) *lists)
{
	int64_t at = in->past ? ps_asn1_time(OCSP_resp_get0_produced_at(basic)) : in->at;

	if (X509_cmp(signer, issuer) == 0)
		return NULL;
	if (X509_NAME_cmp(X509_get_issuer_name(signer), X509_get_subject_name(issuer)) != 0 ||
	    (X509_get_extension_flags(signer) & EXFLAG_XKUSAGE) == 0 ||
	    (X509_get_extended_key_usage(signer) & XKU_OCSP_SIGN) == 0 ||
	    X509_verify(signer, X509_get0_pubkey(issuer)) != 1)
		return W_OCSP_STRANGER;
	if (!in_date(signer, at))
		return W_OCSP_SIGNER_OLD;
	return taken_back(signer, issuer, lists) ? W_OCSP_SIGNER_REVOKED : NULL;
}

static const char *
check_signature(const struct ps_path_in *in, OCSP_BASICRESP *basic, X509 *issuer,
    STACK_OF(X509_CRL) *lists)
{
	STACK_OF(X509) *own = sk_X509_new_null();
	const char *why = W_OCSP_SIGNATURE;
	X509 *signer = NULL;

	ERR_clear_error();
	if (own != NULL && sk_X509_push(own, issuer) > 0 &&
	    OCSP_basic_verify(basic, own, NULL, OCSP_NOVERIFY) == 1 &&
	    OCSP_resp_get0_signer(basic, &signer, own) == 1 && signer != NULL)
		why = !strong(in, basic) ? W_OCSP_WEAK
		    : judge_signer(in, basic, signer, issuer, lists);
	ERR_clear_error();
	sk_X509_free(own);
	return why;
}

/* --- what it says of our certificate --- */

static bool
is_about(const OCSP_SINGLERESP *single, X509 *cert, X509 *issuer)
{
	/* The crypto library reads out of it only, but has no const here. */
	const OCSP_CERTID *theirs = OCSP_SINGLERESP_get0_id(single);
	OCSP_CERTID *copy = OCSP_CERTID_dup((OCSP_CERTID *)(uintptr_t)theirs), *ours = NULL;
	ASN1_OBJECT *digest = NULL;
	ASN1_INTEGER *serial = NULL;
	bool same = false;

	if (copy != NULL && OCSP_id_get0_info(NULL, &digest, NULL, &serial, copy) == 1 &&
	    ASN1_INTEGER_cmp(serial, X509_get0_serialNumber(cert)) == 0) {
		int nid = OBJ_obj2nid(digest);

		if (nid == NID_sha1 || nid == NID_sha256 || nid == NID_sha384 || nid == NID_sha512)
			ours = OCSP_cert_to_id(EVP_get_digestbynid(nid), cert, issuer);
		same = ours != NULL && OCSP_id_cmp(ours, copy) == 0;
	}
	OCSP_CERTID_free(ours);
	OCSP_CERTID_free(copy);
	return same;
}

/* RFC 5280, 5.3.2, which RFC 6960, 4.4.5 allows here: since when the key was lost. */
static int64_t
lost_when(OCSP_SINGLERESP *single, int64_t revoked)
{
	ASN1_GENERALIZEDTIME *t = OCSP_SINGLERESP_get1_ext_d2i(single, NID_invalidity_date,
	    NULL, NULL);
	int64_t since = t == NULL ? revoked : ps_asn1_time(t);

	ASN1_GENERALIZEDTIME_free(t);
	return since < revoked ? since : revoked;
}

/* An old answer was true once: what it revokes stays revoked (RFC 6960, 2.4). */
static const char *
judge_single(const struct ps_path_in *in, OCSP_SINGLERESP *single, struct ps_ocsp_said *out)
{
	ASN1_GENERALIZEDTIME *when = NULL, *from = NULL, *to = NULL;
	int reason = -1, status = OCSP_single_get0_status(single, &reason, &when, &from, &to);
	struct ps_ocsp_said said = { .this_update = ps_asn1_time(from),
	    .next_update = ps_asn1_time(to), .why = reason };
	int64_t end = said.next_update != 0 ? said.next_update : said.this_update + ENDLESS;

	if (status == V_OCSP_CERTSTATUS_UNKNOWN)
		return W_OCSP_UNKNOWN;
	if (said.this_update == 0 || (said.next_update != 0 &&
	    said.next_update < said.this_update))
		return W_OCSP_MALFORMED;
	if (!in->past && said.this_update > in->at + SKEW)
		return W_OCSP_EARLY;
	if (status == V_OCSP_CERTSTATUS_REVOKED) {
		said.when = ps_asn1_time(when);
		/* What was signed before the key was lost stays signed. */
		said.revoked = !in->past || lost_when(single, said.when) <= in->at;
	} else if (end + SKEW < in->at)
		return W_OCSP_OLD;
	*out = said;
	return NULL;
}

static const char *
find_single(const struct ps_path_in *in, OCSP_BASICRESP *basic, X509 *cert, X509 *issuer,
    struct ps_ocsp_said *out)
{
	const char *why = W_OCSP_OTHER;
	int n = OCSP_resp_count(basic);

	for (int i = 0; i < n && i < SINGLES && why != NULL; i++) {
		OCSP_SINGLERESP *single = OCSP_resp_get0(basic, i);

		if (is_about(single, cert, issuer))
			why = judge_single(in, single, out);
	}
	return why;
}

/* --- an answer --- */

static const char *
judge_basic(const struct ps_path_in *in, const struct ps_ocsp_about *about,
    OCSP_BASICRESP *basic, struct ps_ocsp_said *out)
{
	struct ps_ocsp_said said;
	const char *why;

	/* A responder may leave the nonce out, but not change it (RFC 9654, 2.1). */
	if (about->asked != NULL && OCSP_check_nonce(about->asked, basic) == 0)
		return W_OCSP_NONCE;
	if ((why = find_single(in, basic, about->cert, about->issuer, &said)) != NULL ||
	    (why = check_signature(in, basic, about->issuer, about->lists)) != NULL)
		return why;
	*out = said;
	return NULL;
}

static const char *
status_words(int status)
{
	switch (status) {
	case OCSP_RESPONSE_STATUS_TRYLATER:
	case OCSP_RESPONSE_STATUS_INTERNALERROR:
		return W_OCSP_LATER;
	case OCSP_RESPONSE_STATUS_UNAUTHORIZED:
		return W_OCSP_UNAUTHORIZED;
	default:
		return W_OCSP_DENIED;
	}
}

const char *
ps_ocsp_read(const struct ps_path_in *in, const struct ps_ocsp_about *about, ps_slice der,
    struct ps_ocsp_said *out)
{
	const unsigned char *p = der.p;
	OCSP_RESPONSE *response = der.n > INT32_MAX ? NULL
	    : d2i_OCSP_RESPONSE(NULL, &p, (long)der.n);
	OCSP_BASICRESP *basic = NULL;
	const char *why = W_OCSP_MALFORMED;

	if (response == NULL || p != der.p + der.n)
		goto out;
	if (OCSP_response_status(response) != OCSP_RESPONSE_STATUS_SUCCESSFUL) {
		why = status_words(OCSP_response_status(response));
		goto out;
	}
	if ((basic = OCSP_response_get1_basic(response)) != NULL)
		why = judge_basic(in, about, basic, out);
out:
	OCSP_BASICRESP_free(basic);
	OCSP_RESPONSE_free(response);
	ERR_clear_error();
	return why;
}
