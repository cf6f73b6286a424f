/* SPDX-License-Identifier: ISC */
#ifndef PS_ISSUE_NEWS_H
#define PS_ISSUE_NEWS_H

/* What an authority says of its certificates afterwards: revocation lists
 * (RFC 5280, 5) and answers (RFC 6960). */

#include "issue/cert_build.h"
#include "issue/record.h"

struct issue_span {
	int64_t	 from, to;	/* thisUpdate, nextUpdate */
};

/* issue_crl_build appends a list of all that `record` has as revoked (NULL: an empty
 * one). */
PS_MUST ps_code issue_crl_build(struct ps_buf *out, struct record *record, uint64_t number,
    const struct issue_signer *signer, const struct issue_span *span, ps_err *err);

/* Which certificates an answer is about, and what else it repeats. */
enum { ISSUE_QUESTIONS = 100 };	/* certificates that one request may ask about */
struct issue_question {
	ps_slice	 cert_id;	/* CertID element */
	bool		 ours;
	char		 serial[48];
};
struct issue_questions {
	struct ps_buf	 der;
	struct issue_question one[ISSUE_QUESTIONS];
	size_t		 n;
	ps_slice	 nonce;		/* extension's element; n == 0: none */
};

/* issue_ocsp_read reads a request (DER file) to the authority whose name and
 * SubjectPublicKeyInfo these are. */
PS_MUST ps_code issue_ocsp_read(struct issue_questions *out, const char *path, ps_slice name,
    ps_slice spki, ps_err *err);
/* issue_ocsp_ask makes the question about one certificate, as if it were asked. */
PS_MUST ps_code issue_ocsp_ask(struct issue_questions *out, ps_slice serial, ps_slice name,
    ps_slice spki, ps_err *err);
void	issue_questions_clear(struct issue_questions *q);
/* issue_ocsp_build appends the OCSPResponse. */
PS_MUST ps_code issue_ocsp_build(struct ps_buf *out, struct record *record,
    const struct issue_questions *q, const struct issue_signer *signer,
    const struct issue_span *span, ps_err *err);

#endif
