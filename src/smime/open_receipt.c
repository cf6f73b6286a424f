/* SPDX-License-Identifier: ISC */
/*
 * A signed receipt, and the mail that it is for (RFC 2634, 2.6).
 *
 * A receipt alone says that somebody has received something. With the mail that
 * was sent it says what: everything in it is computed anew from that mail, and
 * only when all of it agrees is the signature of the receipt worth anything.
 */
#include <string.h>

#include "base/text.h"
#include "base/words.h"
#include "smime/opening.h"
#include "smime/words.h"

/* It is far shorter than what can be looked at. */
ps_code
opening_keep_receipt(struct opening *o, ps_reader *r, struct ps_layer *layer, ps_err *err)
{
	struct ps_receipt_found *found = &o->v->receipt;
	ps_slice s;
	ps_code code;

	if (found->layer != NULL)
		return PS_OK;
	found->layer = layer;
	if ((code = ps_reader_peek(r, PS_PEEK_MAX, &s, err)) != PS_OK ||
	    (code = ps_buf_add(&found->der, s, err)) != PS_OK)
		return code;
	/* What cannot be read stays empty: a receipt that agrees with nothing. */
	code = cms_receipt_parse(&found->content, ps_buf_get(&found->der), NULL);
	return code == PS_E_NOMEM ? code : PS_OK;
}

ps_code
opening_signature_digest(const struct ps_signature *s, uint8_t *out, ps_err *err)
{
	struct ps_buf octets = { 0 };
	ps_slice inside = { 0 };
	uint32_t tag;
	size_t whole;
	ps_code code;

	(void)der_split(ps_buf_get(&s->attrs), &tag, &inside, &whole);
	if ((code = cms_signer_octets(inside, &octets, err)) == PS_OK)
		code = ps_digest_once(s->digest_alg, ps_buf_get(&octets), out, err);
	ps_buf_clear(&octets);
	return code;
}

/* --- comparing --- */

/* A signature that says the receipt is bad, and why. */
struct finding {
	const char	*code, *words;
};
#define FINDING(c, w)	((struct finding){ (c), (w) })

static bool
is_asked(const struct ps_signature *asking, const struct ps_signature *by)
{
	ps_slice list = asking->ess.from_list, one;
	char address[256];

	if (asking->ess.receipts_from != CMS_FROM_LIST)
		return true;
	while (cms_ess_next_address(&list, &one)) {
		if (one.n >= sizeof address || by->cert == NULL)
			continue;
		memcpy(address, one.p, one.n);
		address[one.n] = '\0';
		if (ps_cert_names(by->cert, address, PS_MATCH_SENDER))
			return true;
	}
	return false;
}

/* RFC 2634, 2.6, steps 4 to 6. words == NULL: all agrees. */
static ps_code
compare(const struct cms_receipt *r, const struct ps_signature *by,
    const struct ps_signature *asking, struct finding *out, ps_err *err)
{
	uint8_t digest[PS_DIGEST_MAX];
	ps_slice made;
	ps_code code;

	*out = FINDING(NULL, NULL);
	if (!ps_slice_equal(r->id, asking->ess.receipt_id) ||
	    !ps_slice_equal(r->type, asking->content_type))
		*out = FINDING("receipt-other-mail", W_R_RECEIPT_MAIL);
	else if (!ps_slice_equal(r->signature, ps_buf_get(&asking->value)))
		*out = FINDING("receipt-other-signature", W_R_RECEIPT_SIGNATURE);
	else if (!is_asked(asking, by))
		*out = FINDING("receipt-not-asked", W_R_RECEIPT_WHO);
	if (out->words != NULL || asking->digest_alg == NULL)
		return PS_OK;
	if ((code = opening_signature_digest(asking, digest, err)) != PS_OK)
		return code;
	made = (ps_slice){ digest, ps_digest_size(asking->digest_alg) };
	if (!ps_slice_equal(by->ess.msg_sig_digest, made))
		*out = FINDING("receipt-other-content", W_R_RECEIPT_DIGEST);
	return PS_OK;
}

static bool
can_ask(const struct ps_signature *s)
{
	return s->in_envelope && s->ess.receipt.n != 0 && s->digest_alg != NULL &&
	    s->state != PS_STATE_INVALID && s->state != PS_STATE_UNKNOWN;
}

/* The best that any signature of the sent mail says for this one. */
static ps_code
judge_one(const ps_verdict *v, const ps_verdict *sent, const struct ps_signature *by,
    struct finding *out, ps_err *err)
{
	ps_code code = PS_OK;

	*out = FINDING("receipt-not-asked", W_R_RECEIPT_ASKED);
	if (v->receipt.content.id.p == NULL)
		*out = FINDING("receipt-unreadable", W_R_RECEIPT_UNREAD);
	else if (sent->nsignature == 0)
		*out = FINDING("receipt-not-asked", W_R_RECEIPT_SENT);
	else
		for (size_t i = 0; i < sent->nsignature && code == PS_OK; i++) {
			if (!can_ask(&sent->signature[i]))
				continue;
			code = compare(&v->receipt.content, by, &sent->signature[i], out, err);
			if (out->words == NULL)
				break;
		}
	return code;
}

static ps_code
judge_all(ps_verdict *v, const ps_verdict *sent, ps_err *err)
{
	struct finding f;
	ps_code code;

	v->receipt.state = PS_RECEIPT_DIFFERS;
	for (size_t i = 0; i < v->nsignature; i++) {
		struct ps_signature *s = &v->signature[i];

		if (s->layer != v->receipt.layer)
			continue;
		if ((code = judge_one(v, sent, s, &f, err)) != PS_OK)
			return code;
		if (f.words == NULL) {
			v->receipt.state = PS_RECEIPT_AGREES;
			continue;
		}
		if (s->state == PS_STATE_VALID)
			s->state = PS_STATE_UNTRUSTED;
		ps_reason_add(s, f.code, f.words, PS_TEXT("who", s->cert == NULL ? ""
		    : ps_cert_holder(s->cert)));
	}
	return PS_OK;
}

/* Judged by what the opener was given: it lends it. */
static ps_code
open_sent(ps_opener *op, ps_verdict **out, ps_err *err)
{
	struct ps_opener lent = { .setup = op->setup };
	ps_code code;

	lent.setup.progress = NULL;
	code = ps_opener_verify_file(&lent, op->sent_path, out, err);
	lent.setup.progress = op->setup.progress;
	op->setup = lent.setup;
	return code == PS_OK ? code : ps_because(err, code, "smime.receipt", PS_NOWHERE, W_FILE,
	    PS_TEXT("path", op->sent_path));
}

ps_code
opening_judge_receipt(ps_opener *op, ps_verdict *v, ps_err *err)
{
	ps_verdict *sent = NULL;
	ps_code code;

	if (op->sent_path == NULL)
		return PS_OK;
	if (v->receipt.layer == NULL)
		return ps_fail(err, PS_E_UNSUPPORTED, "smime.receipt", PS_NOWHERE,
		    W_OPEN_NO_RECEIPT, PS_TEXT("path", op->sent_path));
	if ((code = open_sent(op, &sent, err)) == PS_OK &&
	    (code = judge_all(v, sent, err)) == PS_OK) {
		v->receipt.from = sent->from;	/* moved */
		memset(&sent->from, 0, sizeof sent->from);
		v->receipt.has_date = sent->has_date;
		v->receipt.date = sent->date;
	}
	ps_verdict_free(sent);
	return code;
}
