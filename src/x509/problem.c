/* SPDX-License-Identifier: ISC */
/*
 * Problems of a path, in words.
 *
 * The crypto library has some ninety numbers for what can be wrong. A program
 * acts on a score of reasons, a person on one sentence that says
 * whose certificate it is and what to do; this table leads from the first to
 * the others.
 */
#include <stdio.h>
#include <string.h>

#include <openssl/x509_vfy.h>

#include "base/clock.h"
#include "base/text.h"
#include "x509/internal.h"
#include "x509/words.h"

enum { WHO = 128 };

static const char *const reason_names[] = {
	[PS_PATH_NONE] = "none",
#define X(id, name)	[PS_PATH_##id] = name,
	PS_PATH_REASONS(X)
#undef X
};

const char *
ps_path_reason_name(enum ps_path_reason r)
{
	return (unsigned)r < PS_PATH_REASON_COUNT ? reason_names[r] : "none";
}

static const char *
issuer_text(const ps_cert *c, char *out, size_t size)
{
	ps_slice name = ps_cert_view_of(c)->issuer;

	if (ps_name_common(name, out, size)[0] == '\0')
		(void)ps_name_text(name, out, size);
	return out;
}

static void
date_text(int64_t when, char *out, size_t size)
{
	struct ps_date d;

	ps_clock_to_date(when, &d);
	snprintf(out, size, "%04d-%02d-%02d", d.year, d.month, d.day);
}

static bool
told(const struct ps_path_out *out, const struct ps_path_problem *p)
{
	for (size_t i = 0; i < out->nproblem; i++)
		if (out->problem[i].reason == p->reason &&
		    strcmp(out->problem[i].text, p->text) == 0)
			return true;
	return false;
}

void
ps_problem_add(struct ps_path_out *out, const struct ps_problem *p)
{
	struct ps_path_problem made = { .reason = p->reason, .when = p->when };
	char who[WHO], issuer[WHO], date[32];

	date_text(p->when, date, sizeof date);
	ps_words(made.text, sizeof made.text, p->words,
	    PS_TEXT("who", ps_cert_who(p->cert, who, sizeof who)),
	    PS_TEXT("issuer", p->issuer != NULL ? p->issuer
		: issuer_text(p->cert, issuer, sizeof issuer)),
	    PS_TEXT("date", date), PS_TEXT("alg", p->alg), PS_NUMBER("bits", p->bits),
	    PS_TEXT("reason", p->why));
	out->good = false;
	if (out->nproblem < sizeof out->problem / sizeof out->problem[0] && !told(out, &made))
		out->problem[out->nproblem++] = made;
}

/* --- from the numbers of the crypto library --- */

struct row {
	int			 error;
	enum ps_path_reason	 leaf, ca;
	const char		*words, *ca_words;	/* NULL: the same */
};

#define BOTH(e, r, w)	{ X509_V_ERR_##e, PS_PATH_##r, PS_PATH_##r, w, NULL }

static const struct row rows[] = {
	{ X509_V_ERR_CERT_HAS_EXPIRED, PS_PATH_EXPIRED, PS_PATH_CA_EXPIRED,
	    W_PATH_EXPIRED, W_PATH_CA_EXPIRED },
	{ X509_V_ERR_CERT_NOT_YET_VALID, PS_PATH_NOT_YET_VALID, PS_PATH_CA_NOT_YET_VALID,
	    W_PATH_NOT_YET, W_PATH_CA_NOT_YET },
	{ X509_V_ERR_CERT_REVOKED, PS_PATH_REVOKED, PS_PATH_CA_REVOKED,
	    W_PATH_REVOKED, W_PATH_CA_REVOKED },
	BOTH(UNABLE_TO_GET_ISSUER_CERT, UNKNOWN_ISSUER, W_PATH_UNKNOWN),
	BOTH(UNABLE_TO_GET_ISSUER_CERT_LOCALLY, UNKNOWN_ISSUER, W_PATH_UNKNOWN),
	BOTH(UNABLE_TO_VERIFY_LEAF_SIGNATURE, UNKNOWN_ISSUER, W_PATH_UNKNOWN),
	BOTH(CERT_UNTRUSTED, UNKNOWN_ISSUER, W_PATH_UNKNOWN),
	BOTH(SELF_SIGNED_CERT_IN_CHAIN, UNKNOWN_ISSUER, W_PATH_ROOT),
	BOTH(CERT_REJECTED, UNKNOWN_ISSUER, W_PATH_DISTRUSTED),
	BOTH(DEPTH_ZERO_SELF_SIGNED_CERT, SELF_SIGNED, W_PATH_SELF_SIGNED),
	BOTH(CERT_SIGNATURE_FAILURE, BAD_SIGNATURE, W_PATH_ALTERED),
	BOTH(UNABLE_TO_DECRYPT_CERT_SIGNATURE, BAD_SIGNATURE, W_PATH_ALTERED),
	BOTH(SIGNATURE_ALGORITHM_MISMATCH, BAD_SIGNATURE, W_PATH_ALTERED),
	BOTH(SIGNATURE_ALGORITHM_INCONSISTENCY, BAD_SIGNATURE, W_PATH_ALTERED),
	BOTH(UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY, PATH_OTHER, W_PATH_NO_KEY),
	BOTH(INVALID_CA, NOT_CA, W_PATH_NOT_CA),
	BOTH(KEYUSAGE_NO_CERTSIGN, NOT_CA, W_PATH_NOT_CA),
	BOTH(PATH_LENGTH_EXCEEDED, PATH_TOO_LONG, W_PATH_LENGTH),
	BOTH(CERT_CHAIN_TOO_LONG, PATH_TOO_LONG, W_PATH_LONG),
	BOTH(PERMITTED_VIOLATION, NAME_CONSTRAINT, W_PATH_NAMES),
	BOTH(EXCLUDED_VIOLATION, NAME_CONSTRAINT, W_PATH_NAMES),
	BOTH(SUBTREE_MINMAX, NAME_CONSTRAINT, W_PATH_NAMES),
	BOTH(UNSUPPORTED_CONSTRAINT_TYPE, NAME_CONSTRAINT, W_PATH_NAMES),
	BOTH(UNSUPPORTED_CONSTRAINT_SYNTAX, NAME_CONSTRAINT, W_PATH_NAMES),
	BOTH(UNSUPPORTED_NAME_SYNTAX, NAME_CONSTRAINT, W_PATH_NAMES),
	BOTH(INVALID_POLICY_EXTENSION, POLICY_CONSTRAINT, W_PATH_POLICY),
	BOTH(NO_EXPLICIT_POLICY, POLICY_CONSTRAINT, W_PATH_POLICY),
	BOTH(UNHANDLED_CRITICAL_EXTENSION, CRITICAL_EXTENSION, W_PATH_CRITICAL),
	BOTH(INVALID_EXTENSION, MALFORMED_CERT, W_PATH_MALFORMED),
	BOTH(UNSUPPORTED_EXTENSION_FEATURE, MALFORMED_CERT, W_PATH_MALFORMED),
	BOTH(ERROR_IN_CERT_NOT_BEFORE_FIELD, MALFORMED_CERT, W_PATH_MALFORMED),
	BOTH(ERROR_IN_CERT_NOT_AFTER_FIELD, MALFORMED_CERT, W_PATH_MALFORMED),
	BOTH(EC_KEY_EXPLICIT_PARAMS, MALFORMED_CERT, W_PATH_MALFORMED),
};

static const struct row other = BOTH(UNSPECIFIED, PATH_OTHER, W_PATH_OTHER);

static const struct row *
row_of(int error)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].error == error)
			return &rows[i];
	return &other;
}

static int64_t
when_of(const struct ps_finding *f, const ps_cert *c)
{
	if (f->error == X509_V_ERR_CERT_HAS_EXPIRED)
		return ps_cert_not_after(c);
	if (f->error == X509_V_ERR_CERT_NOT_YET_VALID)
		return ps_cert_not_before(c);
	return f->when;
}

/* A signature that nobody here can check says nothing about the certificate. */
static bool
unknown_algorithm(struct ps_path_out *out, const ps_cert *c)
{
	const struct ps_algid *alg = &ps_cert_view_of(c)->signature;
	struct ps_sigspec spec;
	char text[128];

	if (ps_sigspec_parse(&spec, alg, NULL, NULL) != PS_E_UNSUPPORTED)
		return false;
	ps_problem_add(out, &(struct ps_problem){ .reason = PS_PATH_PATH_OTHER, .cert = c,
	    .words = W_PATH_NO_ALG,
	    .alg = ps_algid_text(PS_ALG_SIGNATURE, alg, text, sizeof text) });
	return true;
}

void
ps_problem_from(struct ps_path_out *out, const struct ps_finding *f, const ps_cert *c, bool leaf)
{
	const struct row *row = row_of(f->error);

	if (row->leaf == PS_PATH_BAD_SIGNATURE && unknown_algorithm(out, c))
		return;
	ps_problem_add(out, &(struct ps_problem){
		.reason = leaf ? row->leaf : row->ca,
		.words = leaf || row->ca_words == NULL ? row->words : row->ca_words,
		.cert = c,
		.when = when_of(f, c),
		.why = X509_verify_cert_error_string(f->error),
	});
}
