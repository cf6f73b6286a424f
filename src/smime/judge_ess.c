/* SPDX-License-Identifier: ISC */
/*
 * Enhanced security services in the verdict (RFC 2634).
 *
 * Labels and receipts ask something of the reader's program. This one keeps no
 * secrets by clearance and sends no receipts, so it says what was asked; what
 * stands where it must not, or differs between signers, is said too. None of
 * it changes a state.
 */
#include <string.h>

#include "base/text.h"
#include "base/words.h"
#include "smime/verdict.h"
#include "smime/words.h"

/* Is there a good or bad signature of the envelope within that of `s`? */
static bool
is_innermost(const ps_verdict *v, const struct ps_signature *s)
{
	const struct ps_layer *own = ps_verdict_signs(s);

	for (size_t i = 0; i < v->nsignature; i++) {
		const struct ps_layer *other = ps_verdict_signs(&v->signature[i]);

		if (v->signature[i].in_envelope && other != own && ps_layer_within(other, own))
			return false;
	}
	return true;
}

static bool
is_outermost(const ps_verdict *v, const struct ps_signature *s)
{
	const struct ps_layer *own = ps_verdict_signs(s);

	for (size_t i = 0; i < v->nsignature; i++) {
		const struct ps_layer *other = ps_verdict_signs(&v->signature[i]);

		if (v->signature[i].in_envelope && other != own && ps_layer_within(own, other))
			return false;
	}
	return true;
}

static void
misplaced(ps_verdict *v, const char *what)
{
	ps_verdict_warn(v, "ess-misplaced", W_W_ESS_PLACE, PS_TEXT("what", what));
}

/* RFC 2634, 1.3.4: where each may stand. */
static void
warn_place(ps_verdict *v, const struct ps_signature *s)
{
	if (s->ess.broken != NULL)
		ps_verdict_warn(v, "ess-malformed", W_W_ESS_BROKEN,
		    PS_TEXT("what", s->ess.broken));
	if (s->ess_unsigned != NULL)
		misplaced(v, s->ess_unsigned);
	if (s->ess.receipt.n != 0 && !is_innermost(v, s))
		misplaced(v, "receiptRequest");
	if (s->ess.msg_sig_digest.n != 0 && !is_innermost(v, s))
		misplaced(v, "msgSigDigest");
	if (s->ess.expansions.n != 0 && !is_outermost(v, s))
		misplaced(v, "mlExpansionHistory");
}

/* RFC 2634, 1.3.4 and 3.1.2: signers of one content ask for the same. */
static void
warn_differences(ps_verdict *v, const struct ps_signature *a, const struct ps_signature *b)
{
	if (a->layer != b->layer)
		return;
	if (!ps_slice_equal(a->ess.label.whole, b->ess.label.whole))
		ps_verdict_warn(v, "labels-differ", W_W_LABELS);
	if (!ps_slice_equal(a->ess.receipt, b->ess.receipt))
		ps_verdict_warn(v, "receipts-differ", W_W_RECEIPTS);
}

/* The last list that the mail passed decides who is still asked (RFC 2634, 4.4). */
static bool
lists_forbid(const ps_verdict *v, enum cms_receipts_from from)
{
	struct cms_expansion x;
	bool forbidden = false;

	for (size_t i = 0; i < v->nsignature; i++) {
		ps_slice list = v->signature[i].ess.expansions;

		if (!v->signature[i].in_envelope || list.n == 0 ||
		    !is_outermost(v, &v->signature[i]))
			continue;
		forbidden = from == CMS_FROM_FIRST_TIER;
		while (cms_ess_next_expansion(&list, &x))
			if (x.receipts == CMS_ML_NONE)
				forbidden = true;
	}
	return forbidden;
}

/*
 * What the list that passed the mail on last says (RFC 2634, 2.3). *out_proven: by
 * a certificate that is trusted, if not that of whom the mail is from.
 */
static struct cms_expansion
last_list(const ps_verdict *v, bool *out_proven)
{
	struct cms_expansion x, last = { .receipts = CMS_ML_KEEP };

	*out_proven = true;
	for (size_t i = 0; i < v->nsignature; i++) {
		ps_slice list = v->signature[i].ess.expansions;

		if (!v->signature[i].in_envelope || list.n == 0 ||
		    !is_outermost(v, &v->signature[i]))
			continue;
		while (cms_ess_next_expansion(&list, &x))
			last = x;
		*out_proven &= v->signature[i].state == PS_STATE_VALID ||
		    v->signature[i].state == PS_STATE_MISMATCH;
	}
	return last;
}

static bool
any_unreadable(const ps_verdict *v)
{
	for (size_t i = 0; i < v->nsignature; i++)
		if (v->signature[i].in_envelope && v->signature[i].ess.broken != NULL)
			return true;
	return false;
}

/* RFC 2634, 2.3: requests that were verified and differ are not answered. */
static bool
asks_differ(const ps_verdict *v, const struct ps_signature *from)
{
	for (size_t i = 0; i < v->nsignature; i++) {
		const struct ps_signature *s = &v->signature[i];

		if (s->layer == from->layer && s->ess.receipt.n != 0 &&
		    (s->state == PS_STATE_VALID || s->state == PS_STATE_MISMATCH) &&
		    !ps_slice_equal(s->ess.receipt, from->ess.receipt))
			return true;
	}
	return false;
}

const struct ps_signature *
ps_verdict_request(const ps_verdict *v, struct cms_expansion *out_list, const char **out_why)
{
	const struct ps_signature *found = NULL;
	bool proven;

	*out_why = W_RECEIPT_NONE;
	for (size_t i = 0; i < v->nsignature; i++) {
		const struct ps_signature *s = &v->signature[i];

		if (!s->in_envelope || s->ess.receipt.n == 0 || !is_innermost(v, s))
			continue;
		if (s->state != PS_STATE_VALID)
			*out_why = W_RECEIPT_NOT_VALID;
		else if (found == NULL)
			found = s;
	}
	if (found == NULL)
		return NULL;
	*out_why = W_RECEIPT_DIFFER;
	if (asks_differ(v, found))
		return NULL;
	*out_list = last_list(v, &proven);
	*out_why = v->receipt.layer != NULL ? W_RECEIPT_OF_RECEIPT
	    : any_unreadable(v) ? W_RECEIPT_UNREADABLE
	    : lists_forbid(v, found->ess.receipts_from) ? W_RECEIPT_LIST
	    : !proven && out_list->to.n != 0 ? W_RECEIPT_UNPROVEN : NULL;
	return *out_why == NULL ? found : NULL;
}

/* "The receipt request is processed once the signature is verified". */
static void
warn_receipt(ps_verdict *v, const struct ps_signature *s)
{
	ps_slice list = s->ess.to_list, address;
	char to[128] = "";
	size_t n;

	if (s->state != PS_STATE_VALID || s->ess.receipt.n == 0 || !is_innermost(v, s) ||
	    lists_forbid(v, s->ess.receipts_from))
		return;
	if (cms_ess_next_address(&list, &address)) {
		n = address.n < sizeof to ? address.n : sizeof to - 1;
		memcpy(to, address.p, n);
		to[n] = '\0';
	}
	ps_verdict_warn(v, "receipt-requested", W_W_RECEIPT, PS_TEXT("to", to));
}

static void
warn_label(ps_verdict *v, const struct ps_signature *s)
{
	const struct cms_label *l = &s->ess.label;
	const char *name = cms_ess_classification_name(l->classification);
	char policy[96];

	if (l->whole.n == 0)
		return;
	if (name == NULL || !l->has_classification)
		name = "labelled";
	ps_verdict_warn(v, "security-label", W_W_LABEL, PS_TEXT("name", name),
	    PS_TEXT("policy", der_oid_text(l->policy, policy, sizeof policy)));
}

void
ps_verdict_warn_ess(ps_verdict *v)
{
	for (size_t i = 0; i < v->nsignature; i++) {
		const struct ps_signature *s = &v->signature[i];

		if (!s->in_envelope)
			continue;
		for (size_t k = i + 1; k < v->nsignature; k++)
			warn_differences(v, s, &v->signature[k]);
		warn_place(v, s);
		warn_label(v, s);
		warn_receipt(v, s);
	}
}
