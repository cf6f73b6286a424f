/* SPDX-License-Identifier: ISC */
#ifndef POSTSEAL_CERT_H
#define POSTSEAL_CERT_H

/* Certificates: parsing, what they say, and sets of trusted ones. */

#include <postseal/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ps_cert ps_cert;
/* What is remembered between messages: postseal/store.h. */
typedef struct ps_store ps_store;

/* ps_cert_parse takes DER (a copy is kept). PS_E_MALFORMED, PS_E_LIMIT. */
PS_API PS_MUST ps_code ps_cert_parse(ps_cert **out, ps_slice der, ps_err *err);
/* ps_cert_ref shares; each reference is freed. ps_cert_free(NULL) is fine. */
PS_API ps_cert *ps_cert_ref(ps_cert *c);
PS_API void ps_cert_free(ps_cert *c);

/* All borrowed: valid while the certificate lives. */
PS_API ps_slice ps_cert_der(const ps_cert *c);
PS_API const char *ps_cert_subject(const ps_cert *c);	/* RFC 4514 */
PS_API const char *ps_cert_issuer(const ps_cert *c);	/* RFC 4514 */
PS_API const char *ps_cert_serial(const ps_cert *c);	/* lower-case hex */
PS_API const char *ps_cert_sha256(const ps_cert *c);	/* of the DER, hex */
PS_API int64_t ps_cert_not_before(const ps_cert *c);
PS_API int64_t ps_cert_not_after(const ps_cert *c);
/* ps_cert_address: mail address `i`, NULL past the last: rfc822Name and SmtpUTF8Mailbox of the
 * subjectAltName; emailAddress of the subject only when there are none (RFC 8550, 3). */
PS_API const char *ps_cert_address(const ps_cert *c, size_t i);

#ifdef __cplusplus
}
#endif

#endif
