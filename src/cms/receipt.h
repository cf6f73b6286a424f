/* SPDX-License-Identifier: ISC */
#ifndef PS_CMS_RECEIPT_H
#define PS_CMS_RECEIPT_H

/* Receipt (RFC 2634, 2.8): the content of a signed receipt. */

#include "cms/cms.h"

struct cms_receipt {
	ps_slice	 type;		/* OID's value octets: what was received */
	ps_slice	 id;		/* signedContentIdentifier */
	ps_slice	 signature;	/* originatorSignatureValue */
};
/* cms_receipt_parse: slices point into `der`. PS_E_MALFORMED, PS_E_UNSUPPORTED. */
PS_MUST ps_code cms_receipt_parse(struct cms_receipt *out, ps_slice der, ps_err *err);
/* cms_receipt_build appends the DER. */
PS_MUST ps_code cms_receipt_build(const struct cms_receipt *in, struct ps_buf *out, ps_err *err);

#endif
