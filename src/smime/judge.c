/* SPDX-License-Identifier: ISC */
/*
 * From facts to one sentence.
 *
 * Each signature was judged alone when it was read (octets and path). Here its
 * certificate is compared with the sender, and the summary is computed by RFC
 * 9787: only layers of the outermost envelope count; a bad signature counts as
 * none. Nothing is trusted by default: `valid` is an assignment at one place.
 */
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "base/words.h"
#include "smime/verdict.h"
#include "smime/words.h"

/* Does the certificate name any of these mailboxes? */
static bool
names_one(const ps_cert *cert, const struct mime_mailboxes *m)
{
	for (size_t i = 0; i < m->n; i++)
		if (ps_cert_names(cert, m->box[i].address, PS_MATCH_SENDER))
			return true;
	return false;
}

static const char *
first_address(const struct mime_mailboxes *m)
{
	return m->n == 0 ? "nobody" : m->box[0].address;
}

/* What to call a signer: the certified address, else the name. */
static const char *
who(const struct ps_signature *s)
{
	return s->cert == NULL ? s->sid : ps_cert_holder(s->cert);
}

/* RFC 5322, 3.6.2: Sender is one mailbox. What is anything else vouches for nobody. */
static bool
names_sender(const struct mime_mailboxes *sender, const ps_cert *cert)
{
	return sender->n == 1 && !sender->malformed && names_one(cert, sender);
}

/* A mail within the mail is judged by its own From, never by the outer one
 * (RFC 9787, 6.3), all of whose mailboxes one signer must cover. */
static void
judge_inner_sender(struct ps_signature *s, const struct ps_senders *m)
{
	const char *missing = NULL;

	for (size_t i = 0; i < m->from.n && missing == NULL; i++)
		if (!ps_cert_names(s->cert, m->from.box[i].address, PS_MATCH_SENDER))
			missing = m->from.box[i].address;
	s->state = PS_STATE_MISMATCH;
	if (m->nfrom > 1)
		ps_reason_add(s, "from-twice", W_R_FROM_TWICE);
	else if (m->from.n == 0)
		ps_reason_add(s, "from-missing", W_R_FROM_MISSING);
	else if (m->from.malformed)
		ps_reason_add(s, "from-malformed", W_R_FROM_MALFORMED);
	else if (missing != NULL && !names_sender(&m->sender, s->cert))
		ps_reason_add(s, "sender-mismatch", W_R_SENDER, PS_TEXT("who", who(s)),
		    PS_TEXT("from", missing));
	else
		s->state = PS_STATE_VALID;
}

/* RFC 8550, 3: an address of the certificate equals From or Sender. */
static void
judge_sender(ps_verdict *v, struct ps_signature *s)
{
	const struct ps_senders *inner = ps_layer_senders(s->layer);

	if (inner != NULL) {
		judge_inner_sender(s, inner);
		return;
	}
	if (!v->is_mail && v->from.n == 0)
		return;		/* nothing to test: a warning says so */
	s->state = PS_STATE_MISMATCH;
	if (v->nfrom > 1)
		ps_reason_add(s, "from-twice", W_R_FROM_TWICE);
	else if (v->from.n == 0)
		ps_reason_add(s, "from-missing", W_R_FROM_MISSING);
	else if (v->from.malformed)
		ps_reason_add(s, "from-malformed", W_R_FROM_MALFORMED);
	else if (v->twice != NULL)
		ps_reason_add(s, "field-twice", W_R_FIELD_TWICE, PS_TEXT("name", v->twice));
	else if (ps_cert_address(s->cert, 0) == NULL)
		ps_reason_add(s, "no-address", W_R_NO_ADDRESS,
		    PS_TEXT("who", ps_cert_subject(s->cert)));
	else if (!names_one(s->cert, &v->from) && !names_sender(&v->sender, s->cert))
		ps_reason_add(s, "sender-mismatch", W_R_SENDER, PS_TEXT("who", who(s)),
		    PS_TEXT("from", first_address(&v->from)));
	else
		s->state = PS_STATE_VALID;
}

/* Which mailbox of From is not covered by a valid signer; NULL: all are. */
static const char *
uncovered(const ps_verdict *v)
{
	for (size_t i = 0; i < v->from.n; i++) {
		bool covered = false;

		for (size_t k = 0; k < v->nsignature && !covered; k++)
			covered = v->signature[k].in_envelope &&
			    v->signature[k].state == PS_STATE_VALID &&
			    ps_cert_names(v->signature[k].cert, v->from.box[i].address,
			    PS_MATCH_SENDER);
		if (!covered)
			return v->from.box[i].address;
	}
	return NULL;
}

/* Several mailboxes in From: all are covered, or Sender is bound (DESIGN 5). */
static void
judge_several(ps_verdict *v)
{
	const char *missing = v->from.n > 1 ? uncovered(v) : NULL;

	if (missing == NULL)
		return;
	for (size_t i = 0; i < v->nsignature; i++) {
		struct ps_signature *s = &v->signature[i];

		if (s->state != PS_STATE_VALID || names_sender(&v->sender, s->cert) ||
		    ps_layer_senders(s->layer) != NULL)
			continue;
		s->state = PS_STATE_MISMATCH;
		ps_reason_add(s, "from-not-covered", W_R_FROM_COVER, PS_TEXT("from", missing));
	}
}

bool
ps_layer_within(const struct ps_layer *l, const struct ps_layer *outer)
{
	while (l != NULL && l != outer)
		l = l->parent;
	return l != NULL;
}

const struct ps_layer *
ps_verdict_signs(const struct ps_signature *s)
{
	return s->layer->kind == PS_LAYER_SIGNATURE ? s->layer->parent : s->layer;
}

/* Is the text encrypted within what was signed? */
static bool
is_outside(const ps_verdict *v, const struct ps_signature *s)
{
	for (size_t i = 0; i < v->nencryption; i++)
		if (v->encryption[i].in_envelope && v->encryption[i].opened &&
		    ps_layer_within(v->encryption[i].layer, ps_verdict_signs(s)))
			return true;
	return false;
}

static bool
any_inside(const ps_verdict *v)
{
	for (size_t i = 0; i < v->nsignature; i++)
		if (v->signature[i].in_envelope && v->signature[i].state == PS_STATE_VALID &&
		    !is_outside(v, &v->signature[i]))
			return true;
	return false;
}

/*
 * Anybody can sign a ciphertext that was made by and for others (A14): it shows
 * who sent it, not who wrote it. Around a good signature (triple wrapping, RFC
 * 2634) it may stay.
 */
static void
judge_outside(ps_verdict *v)
{
	if (any_inside(v))
		return;
	for (size_t i = 0; i < v->nsignature; i++) {
		struct ps_signature *s = &v->signature[i];

		if (!s->in_envelope || s->state != PS_STATE_VALID || !is_outside(v, s))
			continue;
		s->state = PS_STATE_UNTRUSTED;
		ps_reason_add(s, "signed-outside", W_R_OUTSIDE, PS_TEXT("who", who(s)));
		ps_verdict_warn(v, "signed-outside", W_W_OUTSIDE, PS_TEXT("who", who(s)));
	}
}

/* The valid one of a receipt that agrees with what it is for. */
static const struct ps_signature *
receipt_signature(const ps_verdict *v)
{
	for (size_t i = 0; i < v->nsignature; i++)
		if (v->receipt.state == PS_RECEIPT_AGREES &&
		    v->signature[i].layer == v->receipt.layer &&
		    v->signature[i].in_envelope && v->signature[i].state == PS_STATE_VALID)
			return &v->signature[i];
	return NULL;
}

/* A signature around a receipt that proves nothing proves nothing either. */
static void
judge_receipt(ps_verdict *v)
{
	if (v->receipt.state == PS_RECEIPT_UNCHECKED || receipt_signature(v) != NULL)
		return;
	for (size_t i = 0; i < v->nsignature; i++) {
		struct ps_signature *s = &v->signature[i];

		if (!s->in_envelope || s->state != PS_STATE_VALID)
			continue;
		s->state = PS_STATE_UNTRUSTED;
		ps_reason_add(s, "receipt-not-good", W_R_RECEIPT_AROUND);
	}
}

static bool
is_same(const struct ps_signature *a, const struct ps_signature *b)
{
	return a->state == PS_STATE_VALID && b->state == PS_STATE_VALID && a->layer == b->layer &&
	    ps_slice_equal(ps_cert_der(a->cert), ps_cert_der(b->cert)) &&
	    ps_slice_equal(a->ess.receipt, b->ess.receipt);
}

static void
drop_signature(ps_verdict *v, size_t i)
{
	ps_signature_clear(&v->signature[i]);
	v->nsignature--;
	memmove(&v->signature[i], &v->signature[i + 1],
	    (v->nsignature - i) * sizeof v->signature[i]);
}

/* Two good signatures by one certificate say no more than one (A3). */
static void
drop_repeated(ps_verdict *v)
{
	for (size_t i = 0; i < v->nsignature; i++)
		for (size_t k = i + 1; k < v->nsignature &&
		    v->signature[k].layer == v->signature[i].layer;)
			if (is_same(&v->signature[i], &v->signature[k]))
				drop_signature(v, k);
			else
				k++;
}

static bool
counts(const struct ps_signature *s)
{
	return s->in_envelope && s->state == PS_STATE_VALID;
}

/* The signature that the sentence names: of whom the mail is from before that
 * of who sent it. */
static const struct ps_signature *
best_signature(const ps_verdict *v)
{
	const struct ps_signature *found = NULL;

	for (size_t i = 0; i < v->nsignature; i++) {
		const struct ps_signature *s = &v->signature[i];

		if (!counts(s))
			continue;
		if (v->from.n == 0 || names_one(s->cert, &v->from))
			return s;
		if (found == NULL)
			found = s;
	}
	return found;
}

/* Did the Sender sign what is from somebody else? */
static bool
is_by_sender(const ps_verdict *v, const struct ps_signature *s)
{
	return s != NULL && v->from.n != 0 && !names_one(s->cert, &v->from);
}

static const struct ps_encryption *
envelope_encryption(const ps_verdict *v, bool *out_weak)
{
	const struct ps_encryption *found = NULL;

	*out_weak = false;
	for (size_t i = 0; i < v->nencryption; i++)
		if (v->encryption[i].in_envelope && v->encryption[i].opened) {
			found = &v->encryption[i];
			*out_weak |= found->weak || found->weak_wrap != NULL;
		}
	return found;
}

const char *
ps_verdict_confidentiality(const ps_verdict *v)
{
	bool weak;
	const struct ps_encryption *e = envelope_encryption(v, &weak);

	if (e == NULL || v->summary == PS_SUMMARY_BROKEN)
		return "none";
	for (size_t i = 0; i < v->nencryption; i++)
		if (v->encryption[i].in_envelope && v->encryption[i].authenticated)
			return "intact";
	return best_signature(v) != NULL ? "intact" : "encrypted";
}

/* The status by RFC 9787: a bad signature is none, and weak encryption is never
 * called confidential. */
const char *
ps_verdict_status(const ps_verdict *v)
{
	switch (v->summary) {
	case PS_SUMMARY_SEALED:
		return "confidential";
	case PS_SUMMARY_SIGNED:
		return "verified";
	case PS_SUMMARY_ENCRYPTED:
		return "encrypted-unverified";
	case PS_SUMMARY_PLAIN:
	case PS_SUMMARY_BROKEN:
		break;
	}
	return "unprotected";
}

static ps_summary
summarise(const ps_verdict *v)
{
	bool weak;
	const struct ps_encryption *e = envelope_encryption(v, &weak);

	if (v->error.n != 0)
		return PS_SUMMARY_BROKEN;
	if (best_signature(v) != NULL)
		return e != NULL && !weak ? PS_SUMMARY_SEALED : PS_SUMMARY_SIGNED;
	return e != NULL ? PS_SUMMARY_ENCRYPTED : PS_SUMMARY_PLAIN;
}

/* The first reason of the first signature that is not valid. */
static const char *
why_not(const ps_verdict *v)
{
	for (size_t i = 0; i < v->nsignature; i++)
		if (v->signature[i].in_envelope && v->signature[i].nreason != 0)
			return v->signature[i].reason[0].text;
	return NULL;
}

/* Of a receipt that was compared with what it is for. */
static bool
write_receipt(const ps_verdict *v, const char *why, char *out, size_t size)
{
	const struct ps_receipt_found *r = &v->receipt;
	const struct ps_signature *by = receipt_signature(v);
	char date[32] = "-";

	if (r->state == PS_RECEIPT_UNCHECKED || v->summary == PS_SUMMARY_BROKEN)
		return false;
	if (r->has_date)
		ps_clock_format(r->date, date, sizeof date);
	if (by != NULL)
		ps_words(out, size, W_SENTENCE_RECEIPT, PS_TEXT("who", who(by)),
		    PS_TEXT("from", first_address(&r->from)), PS_TEXT("date", date));
	else
		ps_words(out, size, W_SENTENCE_RECEIPT_BAD, PS_TEXT("why", why != NULL ? why : ""));
	return true;
}

static void
write_sentence(ps_verdict *v)
{
	const struct ps_signature *good = best_signature(v);
	const char *name = good == NULL ? "" : who(good);
	const char *why = why_not(v);
	char cause[320], both[320];
	bool weak;
	char *out = v->sentence;
	size_t size = sizeof v->sentence;

	if (is_by_sender(v, good)) {
		ps_words(both, sizeof both, W_WHO_SENDER, PS_TEXT("who", name),
		    PS_TEXT("from", first_address(&v->from)));
		name = both;
	}
	envelope_encryption(v, &weak);
	if (write_receipt(v, why, out, size))
		return;
	switch (v->summary) {
	case PS_SUMMARY_BROKEN:
		ps_err_cause(&v->error, 0, cause, sizeof cause);
		ps_words(out, size, W_SENTENCE_BROKEN, PS_TEXT("why", cause));
		break;
	case PS_SUMMARY_SEALED:
		ps_words(out, size, W_SENTENCE_SEALED, PS_TEXT("who", name));
		break;
	case PS_SUMMARY_SIGNED:
		ps_words(out, size, weak ? W_SENTENCE_SIGNED_WEAK : W_SENTENCE_SIGNED,
		    PS_TEXT("who", name));
		break;
	case PS_SUMMARY_ENCRYPTED:
		if (why != NULL)
			ps_words(out, size, W_SENTENCE_ENCRYPTED_BAD, PS_TEXT("why", why));
		else
			ps_words(out, size,
			    weak ? W_SENTENCE_ENCRYPTED_WEAK : W_SENTENCE_ENCRYPTED);
		break;
	case PS_SUMMARY_PLAIN:
		if (why != NULL)
			ps_words(out, size, W_SENTENCE_BAD, PS_TEXT("why", why));
		else
			ps_words(out, size, W_SENTENCE_PLAIN);
		break;
	}
}

static void
warn_signature(ps_verdict *v, const struct ps_signature *s)
{
	if (s->weak_digest)
		ps_verdict_warn(v, "weak-digest", W_W_WEAK_DIGEST, PS_TEXT("name", s->digest));
	if (s->state == PS_STATE_MISMATCH && v->from.n != 0 && !names_one(s->cert, &v->from))
		ps_verdict_warn(v, "sender-mismatch", W_W_SENDER, PS_TEXT("who", who(s)),
		    PS_TEXT("from", first_address(&v->from)));
	if (s->state == PS_STATE_VALID && !v->is_mail && v->from.n == 0)
		ps_verdict_warn(v, "no-sender", W_W_NO_SENDER);
}

/* A signature binds an author when its certificate names one of From. */
static bool
is_bound(const ps_verdict *v)
{
	for (size_t i = 0; i < v->nsignature; i++)
		if (v->signature[i].in_envelope &&
		    v->signature[i].state == PS_STATE_VALID &&
		    names_one(v->signature[i].cert, &v->from))
			return true;
	return false;
}

static void
warn_headers(ps_verdict *v, bool protects)
{
	const struct ps_headers *h = &v->headers;

	/* RFC 9788, 4.4: both addresses, as strongly as for phishing. */
	if (h->from_differs && !is_bound(v))
		ps_verdict_warn(v, "from-differs", W_W_FROM_DIFFERS,
		    PS_TEXT("inner", first_address(&v->from)),
		    PS_TEXT("outer", first_address(&h->from_outer)));
	if (protects && v->is_mail && v->has_subject && !ps_headers_cover(h, ps_str("Subject")))
		ps_verdict_warn(v, "subject-outside",
		    h->mode == PS_HP_NONE ? W_W_SUBJECT : W_W_SUBJECT_OUTER);
}

static void
warn_all(ps_verdict *v)
{
	const struct ps_signature *good = best_signature(v);
	bool protects = false;

	for (size_t i = 0; i < v->nsignature; i++) {
		protects |= v->signature[i].in_envelope;
		if (v->signature[i].in_envelope)
			warn_signature(v, &v->signature[i]);
		else
			ps_verdict_warn(v, "errant-layer", W_W_ERRANT,
			    PS_TEXT("path", v->signature[i].layer->path));
	}
	for (size_t i = 0; i < v->nencryption; i++) {
		const struct ps_encryption *e = &v->encryption[i];

		protects |= e->in_envelope;
		if (!e->in_envelope)
			ps_verdict_warn(v, "errant-layer", W_W_ERRANT,
			    PS_TEXT("path", e->layer->path));
		else if (e->weak)
			ps_verdict_warn(v, "weak-cipher", W_W_WEAK_CIPHER,
			    PS_TEXT("name", e->cipher));
		if (e->in_envelope && e->weak_wrap != NULL)
			ps_verdict_warn(v, "weak-wrap", W_W_WEAK_WRAP,
			    PS_TEXT("name", e->weak_wrap->label));
	}
	if (strcmp(ps_verdict_confidentiality(v), "encrypted") == 0)
		ps_verdict_warn(v, "no-integrity", W_W_NO_TAG);
	if (v->from.n > 1 || v->nfrom > 1)
		ps_verdict_warn(v, "multiple-from", W_W_MULTIPLE_FROM);
	if (is_by_sender(v, good))
		ps_verdict_warn(v, "signed-by-sender", W_W_BY_SENDER, PS_TEXT("who", who(good)),
		    PS_TEXT("from", first_address(&v->from)));
	warn_headers(v, protects);
	ps_verdict_warn_mail(v, good);
	ps_verdict_warn_ess(v);
}

void
ps_verdict_complete(ps_verdict *v)
{
	drop_repeated(v);
	for (size_t i = 0; i < v->nsignature; i++)
		if (v->signature[i].state == PS_STATE_VALID)
			judge_sender(v, &v->signature[i]);
	judge_several(v);
	judge_outside(v);
	ps_verdict_note_beside(v);
	judge_receipt(v);
	v->summary = summarise(v);
	warn_all(v);
	write_sentence(v);
}

/* --- what a program asks --- */

ps_summary
ps_verdict_summary(const ps_verdict *v)
{
	return v == NULL ? PS_SUMMARY_BROKEN : v->summary;
}

const char *
ps_verdict_sentence(const ps_verdict *v)
{
	return v == NULL ? "" : v->sentence;
}

int
ps_verdict_exit(const ps_verdict *v)
{
	bool any = false;

	if (v == NULL)
		return ps_code_info(PS_E_NOMEM)->exit_status;
	if (v->summary == PS_SUMMARY_BROKEN)
		return ps_code_info(ps_err_code(&v->error))->exit_status;
	if (v->require_failed)
		return 1;
	for (size_t i = 0; i < v->nsignature; i++)
		any |= v->signature[i].in_envelope;
	return any && best_signature(v) == NULL ? 1 : 0;
}

int
ps_verdict_exit_verify(const ps_verdict *v)
{
	if (v != NULL && v->summary != PS_SUMMARY_BROKEN)
		return v->summary == PS_SUMMARY_SEALED || v->summary == PS_SUMMARY_SIGNED
		    ? 0 : 1;
	return ps_verdict_exit(v);
}
