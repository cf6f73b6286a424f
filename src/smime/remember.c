/* SPDX-License-Identifier: ISC */
/*
 * Between messages: who signed before, and when a signature was first good.
 *
 * A signature is known again by its certificate, its attributes and its own octets: of a
 * good one that is the whole, whatever relays did to the mail around it. The store's
 * failure is no reason not to show a mail, so it becomes a warning.
 */
#include "smime/remember.h"

#include <string.h>

#include "base/text.h"
#include "base/words.h"
#include "crypto/digest.h"
#include "smime/recall.h"
#include "smime/words.h"

enum { CLOCKS_DIFFER = 86400, NOT_AGAIN = 86400 };

/* --- what a signature says --- */

bool
ps_signature_says(const struct ps_signature *s, int64_t now, struct cms_attrs *out)
{
	ps_slice inside;
	uint32_t tag;
	size_t whole;

	*out = (struct cms_attrs){ .has_caps = false };
	return s->has_time && s->signing_time <= now + CLOCKS_DIFFER &&
	    der_split(ps_buf_get(&s->attrs), &tag, &inside, &whole) &&
	    cms_attrs_parse(out, inside, NULL) == PS_OK;
}

ps_cert *
ps_signature_prefers(const struct ps_signature *s, const struct cms_attrs *attrs)
{
	const struct ps_layer *l = s->layer;

	if (attrs->prefer.serial.n == 0 && attrs->prefer.ski.n == 0)
		return NULL;
	for (size_t i = 0; i < l->ncert; i++)
		if (cms_id_names(&attrs->prefer, l->cert[i]))
			return l->cert[i];
	return NULL;
}

/* --- when it was first good --- */

static ps_code
digest_mark(struct ps_digest *d, const struct ps_signature *sig, const struct cms_signer *s,
    uint8_t out[PS_DIGEST_MAX], ps_err *err)
{
	ps_code code;

	if ((code = ps_digest_update(d, ps_str(ps_cert_sha256(sig->cert)), err)) != PS_OK ||
	    (code = ps_digest_update(d, s->attrs, err)) != PS_OK ||
	    (code = ps_digest_update(d, s->signature, err)) != PS_OK)
		return code;
	return ps_digest_final(d, out, err);
}

ps_code
opening_mark(struct opening *o, struct ps_signature *sig, const struct cms_signer *s, ps_err *err)
{
	struct ps_digest *d = NULL;
	uint8_t out[PS_DIGEST_MAX];
	ps_code code;

	if (o->op->setup.store == NULL)
		return PS_OK;
	if ((code = ps_digest_new(&d, ps_alg_get(PS_SHA256), err)) == PS_OK &&
	    (code = digest_mark(d, sig, s, out, err)) == PS_OK) {
		memcpy(sig->mark, out, sizeof sig->mark);
		sig->has_mark = true;
	}
	ps_digest_free(d);
	return code;
}

ps_code
opening_received(struct opening *o, const struct ps_signature *sig, int64_t *out, ps_err *err)
{
	struct ps_setup *s = &o->op->setup;
	ps_err why = PS_ERR_INIT;

	*out = INT64_MIN;
	if (s->store == NULL || !sig->has_mark)
		return PS_OK;
	return ps_recall_soften(s, s->store->ops->first_valid(s->store, sig->mark, out, &why),
	    &why, err);
}

/* --- who it was --- */

static bool
same_key(const ps_cert *a, const ps_cert *b)
{
	return ps_slice_equal(ps_cert_view_of(a)->spki, ps_cert_view_of(b)->spki);
}

/* A new certificate for the same key is the old signer. */
static void
compare(struct ps_signature *s, const struct ps_memory_person *p)
{
	int64_t since = INT64_MAX, same = INT64_MAX;

	for (size_t i = 0; i < p->nseen; i++) {
		if (p->seen[i].first < since)
			since = p->seen[i].first;
		if (same_key(s->cert, p->seen[i].cert) && p->seen[i].first < same)
			same = p->seen[i].first;
	}
	s->seen = same != INT64_MAX ? PS_SEEN_BEFORE
	    : p->nseen == 0 ? PS_SEEN_FIRST : PS_SEEN_CHANGED;
	s->seen_since = same != INT64_MAX ? same : since;
}

static void
warn(ps_verdict *v, const struct ps_signature *s, const struct ps_memory_person *p,
    const char *address)
{
	if (p->pinned != NULL && !same_key(s->cert, p->pinned))
		ps_verdict_warn(v, "signer-not-pinned", W_W_NOT_PINNED, PS_TEXT("who", address));
	else if (s->seen == PS_SEEN_CHANGED)
		ps_verdict_warn(v, "signer-changed", W_W_SIGNER_CHANGED, PS_TEXT("who", address),
		    PS_TIME("date", s->seen_since));
}

/* Most mails teach nothing that is not known. */
static bool
is_news(const struct ps_signature *s, const struct ps_memory_person *p,
    const struct ps_memory_lesson *l)
{
	for (size_t i = 0; i < p->nseen; i++)
		if (ps_slice_equal(ps_cert_der(p->seen[i].cert), ps_cert_der(s->cert)) &&
		    l->at - p->seen[i].last < NOT_AGAIN)
			return l->made > p->made;
	return true;
}

static ps_code
learn(struct ps_setup *s, const struct ps_signature *sig, const struct ps_memory_person *p,
    const char *address, ps_err *err)
{
	struct ps_memory_lesson l = { .address = address, .cert = sig->cert, .made = INT64_MIN,
	    .at = ps_ctx_now(s->ctx) };
	struct cms_attrs attrs;

	if (ps_signature_says(sig, l.at, &attrs)) {
		l.made = sig->signing_time;
		l.caps = attrs.caps;
		l.prefer = ps_signature_prefers(sig, &attrs);
	}
	return is_news(sig, p, &l) ? s->store->ops->learn(s->store, &l, err) : PS_OK;
}

/* A clock that was set would date what is written. */
static bool
may_learn(const struct ps_setup *s)
{
	return s->ctx->now == INT64_MIN;
}

static ps_code
remember_signer(struct ps_setup *s, ps_verdict *v, struct ps_signature *sig, const char *address,
    ps_err *err)
{
	struct ps_memory_person p;
	ps_code code = s->store->ops->person(s->store, address, &p, err);

	if (code != PS_OK)
		return code;
	compare(sig, &p);
	warn(v, sig, &p, address);
	if (may_learn(s))
		code = learn(s, sig, &p, address, err);
	ps_memory_person_clear(&p);
	return code;
}

static ps_code
remember_signature(struct ps_setup *s, ps_verdict *v, struct ps_signature *sig, ps_err *err)
{
	ps_code code = PS_OK;

	for (size_t i = 0; i < v->from.n && code == PS_OK; i++)
		if (ps_cert_names(sig->cert, v->from.box[i].address, PS_MATCH_SENDER))
			code = remember_signer(s, v, sig, v->from.box[i].address, err);
	if (code == PS_OK && sig->has_mark && !sig->received && may_learn(s))
		code = s->store->ops->note_valid(s->store, sig->mark, ps_ctx_now(s->ctx), err);
	return code;
}

/* --- who it is not --- */

enum { FROM = 16 };	/* mailboxes: a mail with more of them is odd already */

static ps_code
warn_looks(struct ps_setup *s, ps_verdict *v, const char *address, ps_err *err)
{
	char like[PS_ADDRESS_KEY];
	bool domain;
	ps_code code = s->store->ops->looks_like(s->store, address, like, &domain, err);

	if (code == PS_OK && like[0] != '\0')
		ps_verdict_warn(v, domain ? "lookalike-domain" : "look-alike",
		    domain ? W_W_ALIKE_DOMAIN : W_W_ALIKE, PS_TEXT("who", address),
		    PS_TEXT("like", like));
	return code;
}

/* Whatever the signature says: an unsigned mail imitates as well. */
static ps_code
look_at_senders(struct ps_setup *s, ps_verdict *v, ps_err *err)
{
	ps_err why = PS_ERR_INIT;
	ps_code code = PS_OK;

	for (size_t i = 0; i < v->from.n && i < FROM && s->store != NULL && code == PS_OK; i++)
		code = ps_recall_soften(s, warn_looks(s, v, v->from.box[i].address, &why), &why,
		    err);
	return code;
}

ps_code
opening_remember(ps_opener *op, ps_verdict *v, ps_err *err)
{
	struct ps_setup *s = &op->setup;
	bool good = v->summary == PS_SUMMARY_SIGNED || v->summary == PS_SUMMARY_SEALED;
	ps_err why = PS_ERR_INIT;
	ps_code code = look_at_senders(s, v, err);

	for (size_t i = 0; good && i < v->nsignature && code == PS_OK; i++)
		if (s->store != NULL && v->signature[i].in_envelope &&
		    v->signature[i].state == PS_STATE_VALID)
			code = ps_recall_soften(s, remember_signature(s, v, &v->signature[i], &why),
			    &why, err);
	if (s->store_why[0] != '\0')
		ps_verdict_warn(v, "store-unavailable", W_W_STORE, PS_TEXT("why", s->store_why));
	return code;
}
