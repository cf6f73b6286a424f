/* SPDX-License-Identifier: ISC */
/*
 * Asking for a time-stamp.
 *
 * The nonce ties the answer to the question, so that an old token cannot be
 * played to us and no clock has to be compared (RFC 3161, 2.2). certReq is always
 * true: a token without its certificate would be read by few.
 */
#include "cms/stamp_request.h"

ps_code
cms_stamp_request(const struct ps_alg *digest, ps_slice hash, const uint8_t nonce[CMS_NONCE],
    struct ps_buf *out, ps_err *err)
{
	struct derw w;

	derw_init(&w, out);
	derw_begin(&w, DER_SEQUENCE);
	derw_u64(&w, 1);
	derw_begin(&w, DER_SEQUENCE);
	ps_algid_build(&w, digest);
	derw_octets(&w, hash);
	derw_end(&w);
	derw_integer(&w, (ps_slice){ nonce, CMS_NONCE });
	derw_bool(&w, true);
	derw_end(&w);
	return derw_finish(&w, err);
}

/* PKIStatusInfo: of its texts the first is kept. */
static void
parse_status(struct cms_stamp_answer *a, struct der *in)
{
	struct der seq = der_enter(in, DER_SEQUENCE, "status"), texts;

	a->status = der_u64(&seq, "status");
	if (der_try_enter(&seq, DER_SEQUENCE, "statusString", &texts)) {
		a->text = der_value(&texts, DER_UTF8, "text");
		while (der_more(&texts))
			der_skip(&texts, "text");
		der_leave(&texts);
	}
	if (der_more(&seq))
		der_skip(&seq, "failInfo");
	der_leave(&seq);
}

ps_code
cms_stamp_answer(struct cms_stamp_answer *out, ps_slice der, ps_err *err)
{
	struct cms_stamp_answer a = { 0 };
	struct der_state state;
	struct der d, seq;
	ps_code code;

	der_init(&d, &state, der, 0, false, NULL);
	seq = der_enter(&d, DER_SEQUENCE, "TimeStampResp");
	parse_status(&a, &seq);
	if (der_more(&seq))
		a.token = der_element(&seq, DER_SEQUENCE, "timeStampToken");
	der_leave(&seq);
	if ((code = der_finish(&d, "cms.time-stamp", err)) == PS_OK)
		*out = a;
	return code;
}
