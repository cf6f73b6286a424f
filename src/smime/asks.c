/* SPDX-License-Identifier: ISC */
/*
 * What signers ask, put into their signed attributes (RFC 2634).
 *
 * RFC 2634, 1.3.4 says where each may stand: a request for a receipt in the
 * innermost signature alone, a label in any. Every signer of a content says the
 * same, as 2.2.1 and 3.1.2 want.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "base/words.h"
#include "crypto/digest.h"
#include "smime/protecting.h"
#include "smime/words.h"

/*
 * RFC 2634, 2.7: "a concatenation of user-specific identification information
 * (such as ... public keying material identification information), a
 * GeneralizedTime string, and a random number".
 */
static ps_code
make_id(struct protecting *p, struct ps_buf *out, ps_err *err)
{
	uint8_t random[16] = { 0 };
	const struct ps_ctx *ctx = p->pr->setup.ctx;
	struct ps_date d;
	char time[80];
	ps_code code;

	if (ctx->seeded)
		memcpy(random, &ctx->seed, sizeof ctx->seed);
	else if ((code = ps_random(random, sizeof random, err)) != PS_OK)
		return code;
	ps_clock_to_date(p->now, &d);
	snprintf(time, sizeof time, "%04d%02d%02d%02d%02d%02dZ", d.year, d.month, d.day, d.hour,
	    d.minute, d.second);
	if ((code = ps_buf_add(out, ps_cert_key_id(p->signer[0].cert), err)) != PS_OK ||
	    (code = ps_buf_add_text(out, time, err)) != PS_OK)
		return code;
	return ps_buf_add(out, (ps_slice){ random, sizeof random }, err);
}

/* Where receipts go when nothing else was said. */
static ps_code
own_address(const struct protecting *p, const char **out, ps_err *err)
{
	*out = ps_cert_address(p->signer[0].cert, 0);
	if (*out != NULL && protect_is_ascii_address(*out, p->limits))
		return PS_OK;
	return ps_fail(err, PS_E_MISUSE, "smime.protect", PS_NOWHERE, W_P_RECEIPT_TO,
	    PS_TEXT("who", ps_cert_holder(p->signer[0].cert)));
}

static ps_code
ask_receipt(struct protecting *p, struct derw *w, ps_err *err)
{
	const struct protect_asks *a = &p->pr->asks;
	const char *own;
	struct ps_buf id = { 0 };
	struct cms_request_in in = { .from = a->nfrom != 0 ? CMS_FROM_LIST : a->first_tier
	    ? CMS_FROM_FIRST_TIER : CMS_FROM_ALL, .from_list = (const char *const *)a->from,
	    .nfrom = a->nfrom, .to = (const char *const *)a->to, .nto = a->nto };
	ps_code code;

	if (in.nto == 0) {
		if ((code = own_address(p, &own, err)) != PS_OK)
			return code;
		in.to = &own;
		in.nto = 1;
	}
	if ((code = make_id(p, &id, err)) == PS_OK) {
		in.id = ps_buf_get(&id);
		cms_ess_build_request(w, &in);
		cms_ess_build_id(w, in.id);
	}
	ps_buf_clear(&id);
	return code;
}

/* RFC 2634, 2.2: "receipts may be requested only for the innermost SignedData". */
static ps_code
may_ask(const struct protecting *p, ps_err *err)
{
	const struct protect_asks *a = &p->pr->asks;

	if ((p->what & PS_SIGN) == 0)
		return ps_fail(err, PS_E_MISUSE, "smime.protect", PS_NOWHERE, W_P_ASK_UNSIGNED);
	if (a->receipt && p->already)
		return ps_fail(err, PS_E_REFUSED, "smime.protect", PS_NOWHERE,
		    W_P_RECEIPT_INNER);
	return PS_OK;
}

ps_code
protect_ask(struct protecting *p, ps_err *err)
{
	const struct protect_asks *a = &p->pr->asks;
	struct derw w;
	ps_code code;

	if (!a->receipt && a->label.n == 0)
		return PS_OK;
	if ((code = may_ask(p, err)) != PS_OK)
		return code;
	derw_init(&w, &p->attrs);
	derw_raw(&w, ps_buf_get(&a->label));
	if (a->receipt && (code = ask_receipt(p, &w, err)) != PS_OK)
		return code;
	if ((code = derw_finish(&w, err)) != PS_OK || !p->around)
		return code;
	/* RFC 2634, 1.3.2: the outer one is for whoever only passes the mail on. */
	return ps_buf_add(&p->outer_attrs, ps_buf_get(&a->label), err);
}
