/* SPDX-License-Identifier: ISC */
#ifndef PS_CMS_STAMP_REQUEST_H
#define PS_CMS_STAMP_REQUEST_H

/* The question to a time-stamping authority and its answer (RFC 3161, 2.4). */

#include "cms/cms.h"

enum { CMS_NONCE = 16 };	/* octets of our own nonces */

/*
 * cms_stamp_request appends a TimeStampReq for the digest `hash`. The nonce's
 * first octet is 1 to 127, so that it is written as it is.
 */
PS_MUST ps_code cms_stamp_request(const struct ps_alg *digest, ps_slice hash,
    const uint8_t nonce[CMS_NONCE], struct ps_buf *out, ps_err *err);

struct cms_stamp_answer {
	uint64_t	 status;	/* 0 and 1: a token was given */
	ps_slice	 text;		/* what the authority says to it; n == 0: nothing */
	ps_slice	 token;		/* its element; n == 0: none */
};
/* cms_stamp_answer takes a TimeStampResp apart; slices point into `der`. */
PS_MUST ps_code cms_stamp_answer(struct cms_stamp_answer *out, ps_slice der, ps_err *err);

#endif
