/* SPDX-License-Identifier: ISC */
#ifndef PS_X509_PATH_H
#define PS_X509_PATH_H

/*
 * From a certificate to a trusted root. X509_verify_cert builds and checks the
 * path without a purpose; key usage, extended key usage over the chain and
 * strength are our own rules after it (OpenSSL's e-mail purpose refuses
 * anyExtendedKeyUsage, which RFC 8550 accepts).
 */

#include "base/ctx.h"
#include "base/flights.h"
#include "base/news.h"
#include "policy/policy.h"
#include "x509/cert.h"

/* Anchors and revocation lists. */
struct ps_trust;
PS_MUST ps_code ps_trust_new(struct ps_trust **out, ps_err *err);
void	ps_trust_free(struct ps_trust *t);
/* ps_trust_add_file: all certificates of a PEM, DER or PKCS#7 file are anchors. */
PS_MUST ps_code ps_trust_add_file(struct ps_trust *t, const char *path,
    const struct ps_limits *limits, ps_err *err);
PS_MUST ps_code ps_trust_add_cert(struct ps_trust *t, ps_cert *c, ps_err *err);
/* ps_trust_use_system: the system's bundle, looked up by name hash (lazy). A
 * system without one trusts nobody; that is no error. */
PS_MUST ps_code ps_trust_use_system(struct ps_trust *t, ps_err *err);
/* ps_trust_system_place: where the system's are; *out_there: something can be read there. */
const char *ps_trust_system_place(bool *out_there);
PS_MUST ps_code ps_trust_add_crl_file(struct ps_trust *t, const char *path,
    const struct ps_limits *limits, ps_err *err);

enum ps_revocation { PS_REVOCATION_OFF, PS_REVOCATION_SOFT, PS_REVOCATION_HARD };
enum ps_purpose { PS_PURPOSE_SIGN, PS_PURPOSE_ENCRYPT, PS_PURPOSE_STAMP };

struct ps_recall;		/* x509/recall.h */

/* Where news of certificates comes from. */
struct ps_news_source {
	const struct ps_news_keeper *keeper;	/* NULL: nothing is kept */
	struct ps_flights *flights;	/* what others ask at this moment; with `ask` */
	/* ask: NULL: nobody is asked. PS_E_NOT_FOUND: this one may not be asked. */
	ps_code	(*ask)(void *arg, enum ps_answer_kind kind, const char *url, ps_slice request,
		    struct ps_buf *out, ps_err *err);
	void		*arg;
	int64_t		 now;		/* what is asked for now is of then */
	uint64_t	 left;		/* questions that may still be asked */
};

/* Whatever is added here and bears on the answer belongs into ps_basis too
 * (recall_impl.h), or what is remembered would be wrong. */
struct ps_path_in {
	struct ps_trust	*trust;
	ps_cert		*cert;		/* the end entity */
	ps_cert *const	*extra;		/* untrusted helpers */
	size_t		 nextra;
	const ps_slice	*crl;		/* DER, from the message: hints only */
	size_t		 ncrl;
	const ps_slice	*ocsp;		/* the same: OCSPResponses */
	size_t		 nocsp;
	struct ps_news_source *news;	/* NULL: only what is given */
	int64_t		 at;		/* the time to judge by */
	bool		 past;		/* proven: what was revoked later was good then */
	enum ps_purpose	 purpose;
	enum ps_revocation revocation;
	const struct ps_policy *policy;
	const struct ps_limits *limits;
	struct ps_recall *recall;	/* NULL: nothing is remembered */
};

/* Why a path is no good: stable codes, in JSON as written. */
#define PS_PATH_REASONS(X) \
	X(EXPIRED,		"expired") \
	X(NOT_YET_VALID,	"not-yet-valid") \
	X(CA_EXPIRED,		"issuer-expired") \
	X(CA_NOT_YET_VALID,	"issuer-not-yet-valid") \
	X(REVOKED,		"revoked") \
	X(CA_REVOKED,		"issuer-revoked") \
	X(REVOCATION_UNKNOWN,	"revocation-unknown") \
	X(UNKNOWN_ISSUER,	"unknown-issuer") \
	X(SELF_SIGNED,		"self-signed") \
	X(BAD_SIGNATURE,	"certificate-altered") \
	X(NOT_CA,		"issuer-not-ca") \
	X(PATH_TOO_LONG,	"path-too-long") \
	X(NAME_CONSTRAINT,	"name-constraint") \
	X(POLICY_CONSTRAINT,	"policy-constraint") \
	X(CRITICAL_EXTENSION,	"critical-extension") \
	X(KEY_USAGE,		"key-usage") \
	X(NOT_FOR_MAIL,		"not-for-mail") \
	X(NOT_FOR_TIME,		"not-for-time-stamps") \
	X(WEAK_KEY,		"weak-key") \
	X(WEAK_SIGNATURE,	"weak-certificate-signature") \
	X(MALFORMED_CERT,	"certificate-malformed") \
	X(PATH_OTHER,		"path")

enum ps_path_reason {
	PS_PATH_NONE = 0,
#define X(id, name)	PS_PATH_##id,
	PS_PATH_REASONS(X)
#undef X
	PS_PATH_REASON_COUNT
};
const char *ps_path_reason_name(enum ps_path_reason r);

struct ps_path_problem {
	enum ps_path_reason reason;
	int64_t		 when;		/* expiry, revocation; 0: none */
	char		 text[512];	/* the sentence: names the certificate */
};

struct ps_path_out {
	bool		 good;		/* no problem at all */
	bool		 key_lost;	/* revoked because somebody else may have a key */
	size_t		 nproblem;
	struct ps_path_problem problem[8];
	ps_cert		*chain[16];	/* leaf first, anchor last; refs */
	size_t		 nchain;
	bool		 revocation_checked;	/* all of them but the anchor */
	int64_t		 revocation_at;	/* thisUpdate of what was used, the oldest */
	const char	*revocation_by;	/* "crl", "ocsp": of the leaf; NULL: not known */
	const char	*revocation_why; /* words: why it is not known of all */
};

/* ps_path_check judges; an error only when memory or the library fails. May run
 * in several threads with one trust and the same certificates. */
PS_MUST ps_code ps_path_check(const struct ps_path_in *in, struct ps_path_out *out,
    ps_err *err);
/* ps_path_complete does the same, and when an issuer is missing asks in->news for it. */
PS_MUST ps_code ps_path_complete(const struct ps_path_in *in, struct ps_path_out *out,
    ps_err *err);
void	ps_path_clear(struct ps_path_out *out);

#endif
