/* SPDX-License-Identifier: ISC */
#ifndef PS_ISSUE_CERT_BUILD_H
#define PS_ISSUE_CERT_BUILD_H

/* Certificates of an authority: what each kind says, by the profile of the
 * CA/Browser Forum for S/MIME, mailbox validated, strict. */

#include "base/buf.h"
#include "x509/cert.h"

/* Serial numbers: 128 bits, of which 126 are random (BR 7.1 wants 64). */
enum { ISSUE_SERIAL = 16 };

enum issue_kind { ISSUE_ROOT, ISSUE_AUTHORITY, ISSUE_MAILBOX };

/* Who signs. */
struct issue_signer {
	struct ps_key	*key;
	ps_slice	 name;		/* Name element */
	ps_slice	 key_id;	/* of its subjectKeyIdentifier */
};

struct issue_places {		/* each may be NULL */
	const char	*crl, *ocsp, *issuer;
};

struct issue_wish {
	enum issue_kind	 kind;
	const char	*name;		/* of an authority */
	const char	*const *address;	/* as certificates have them */
	size_t		 naddress;
	ps_slice	 spki;
	unsigned	 ku;
	int64_t		 from, to;
	struct issue_places places;
};

/* issue_cert_build appends the certificate. `signer` of a root: its own key, no
 * name and no key_id needed. */
PS_MUST ps_code issue_cert_build(struct ps_buf *out, const struct issue_wish *wish,
    const struct issue_signer *signer, ps_err *err);

/* Pieces that lists and answers have too. */
void	issue_extension_begin(struct derw *w, ps_slice oid, bool critical);
void	issue_extension_end(struct derw *w);
void	issue_aki(struct derw *w, ps_slice key_id);
/* issue_key_id: SHA-1 of the key's bits (RFC 5280, 4.2.1.2, method 1). */
PS_MUST ps_code issue_key_id(ps_slice spki, uint8_t out[20], ps_err *err);
/* issue_sign appends SEQUENCE { tbs, algorithm, signature }. */
PS_MUST ps_code issue_sign(struct ps_buf *out, struct ps_key *key, ps_slice tbs, ps_err *err);
PS_MUST ps_code issue_sigspec(struct ps_sigspec *out, const struct ps_key *key, ps_err *err);

#endif
