/* SPDX-License-Identifier: ISC */
/*
 * The content of a signed receipt: it says which signature was received.
 */
#include "cms/receipt.h"

#include <string.h>

enum { RECEIPT_V1 = 1 };

ps_code
cms_receipt_parse(struct cms_receipt *out, ps_slice der, ps_err *err)
{
	struct cms_receipt r = { 0 };
	struct der_state state;
	struct der d, seq;
	ps_code code;

	der_init(&d, &state, der, 0, false, NULL);
	seq = der_enter(&d, DER_SEQUENCE, "Receipt");
	if (der_u64(&seq, "version") != RECEIPT_V1)
		der_fail(&seq, "version 1");
	r.type = der_oid(&seq, "contentType");
	r.id = der_octets(&seq, "signedContentIdentifier");
	r.signature = der_octets(&seq, "originatorSignatureValue");
	der_leave(&seq);
	if ((code = der_finish(&d, "cms.receipt", err)) == PS_OK)
		*out = r;
	return code;
}

ps_code
cms_receipt_build(const struct cms_receipt *in, struct ps_buf *out, ps_err *err)
{
	struct derw w;

	derw_init(&w, out);
	derw_begin(&w, DER_SEQUENCE);
	derw_u64(&w, RECEIPT_V1);
	derw_oid(&w, in->type);
	derw_octets(&w, in->id);
	derw_octets(&w, in->signature);
	derw_end(&w);
	return derw_finish(&w, err);
}
