/* SPDX-License-Identifier: ISC */
#ifndef PS_X509_REQUEST_H
#define PS_X509_REQUEST_H

/* What somebody says of himself and signs with the key that it is about: a
 * request to an authority (PKCS#10), or a certificate of his own. */

#include "base/buf.h"
#include "x509/cert.h"

struct ps_applicant {
	const char	*address;	/* UTF-8 */
	const char	*name;		/* NULL: the address */
	unsigned	 ku;		/* PS_KU_... */
};

/* ps_applicant_check: PS_E_MALFORMED when `address` is no address that a
 * certificate can name. */
PS_MUST ps_code ps_applicant_check(const struct ps_applicant *a, ps_err *err);

/* ps_request_build appends a CertificationRequest (RFC 2986). PS_E_REFUSED
 * for a key that cannot sign (X25519). */
PS_MUST ps_code ps_request_build(struct ps_buf *out, struct ps_key *key,
    const struct ps_applicant *a, ps_err *err);
/* ps_self_signed_build appends a certificate that its own key signed. */
PS_MUST ps_code ps_self_signed_build(struct ps_buf *out, struct ps_key *key,
    const struct ps_applicant *a, int64_t not_before, int64_t not_after, ps_err *err);

#endif
