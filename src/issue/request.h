/* SPDX-License-Identifier: ISC */
#ifndef PS_ISSUE_REQUEST_H
#define PS_ISSUE_REQUEST_H

/* Requests that others make (PKCS#10, RFC 2986). */

#include "base/buf.h"
#include "x509/cert.h"

enum { ISSUE_ADDRESSES = 16 };	/* mailboxes that one request may ask for */

struct issue_request {
	struct ps_buf	 der;
	ps_slice	 spki;
	struct ps_key_info key;
	char		*address[ISSUE_ADDRESSES];	/* of the alternative names asked for */
	size_t		 naddress;
	unsigned	 ku;		/* asked for; 0: nothing said */
};

/*
 * issue_request_read takes a request in PEM or DER and checks that whoever made it has
 * the key (its signature): PS_E_REFUSED when not. PS_E_LIMIT for too many mailboxes. A
 * public key alone (SubjectPublicKeyInfo) is taken where the key cannot sign.
 */
PS_MUST ps_code issue_request_read(struct issue_request *out, const char *path, ps_err *err);
void	issue_request_clear(struct issue_request *r);

#endif
