/* SPDX-License-Identifier: ISC */
/*
 * A mail, handed on to the members of a list (RFC 2634, 4.2).
 *
 * What the author signed stays as it is. The list takes off what was around the
 * encryption, encrypts the same octets to its members and signs around them; its
 * signature carries on what the outer one said, and says who passed the mail on.
 * What is within the encryption must be kept between reading and writing, and
 * no plaintext goes to a disk, so such a mail is bounded by limits.oneshot.
 */
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "base/words.h"
#include "smime/opening.h"
#include "smime/protecting.h"
#include "smime/words.h"

/* --- what stands within --- */

static ps_code
look_peel(void *arg, ps_slice in, ps_err *err)
{
	struct ps_buf *b = arg;

	if (in.p == NULL) {	/* it is read again */
		ps_wipe(b->p, b->n);
		b->n = 0;
		return PS_OK;
	}
	if (in.n > b->max - b->n)
		return ps_fail(err, PS_E_LIMIT, "smime.expand", PS_NOWHERE, W_X_LARGE,
		    PS_NUMBER("max", b->max));
	return ps_buf_add(b, in, err);
}

ps_code
opening_peel_tap(struct opening *o, const struct ps_layer *layer, bool encrypted,
    ps_reader *src, ps_reader **out_tap, ps_reader **out, ps_err *err)
{
	struct opening_peel *peel = o->op->peel;
	struct ps_buf *b;
	ps_code code;

	*out = src;
	if (peel == NULL || !layer->in_envelope ||
	    (encrypted ? peel->cipher != NULL : layer->parent != NULL))
		return PS_OK;
	*(encrypted ? &peel->cipher : &peel->signer) = layer;
	b = encrypted ? &peel->encrypted : &peel->is_signed;
	b->max = (size_t)o->limits->oneshot;
	b->secret = true;
	if ((code = ps_reader_open_tap(out_tap, src, look_peel, b, err)) == PS_OK)
		*out = *out_tap;
	return code;
}

/* --- what the outer signature says --- */

struct expanding {
	struct protecting *p;
	ps_verdict	*v;
	struct opening_peel peel;
	const struct ps_signature *outer;	/* NULL: none */
	enum cms_ml_receipts receipts;
};

/* Of the signatures around the encryption the outermost that has a history, else
 * that next to the encryption (RFC 2634, 4.2). */
static const struct ps_signature *
find_outer(const struct expanding *x)
{
	const struct ps_verdict *v = x->v;
	const struct ps_signature *found = NULL;

	for (size_t i = 0; i < v->nsignature; i++) {
		const struct ps_signature *s = &v->signature[i];
		const struct ps_layer *own = ps_verdict_signs(s);
		bool around = x->peel.cipher != NULL ? ps_layer_within(x->peel.cipher, own)
		    : own->parent == NULL && s->ess.expansions.n != 0;

		if (!s->in_envelope || !around)
			continue;
		if (found == NULL || (found->ess.expansions.n == 0 &&
		    ps_layer_within(own, ps_verdict_signs(found))) ||
		    (s->ess.expansions.n != 0 &&
		    ps_layer_within(ps_verdict_signs(found), own)))
			found = s;
	}
	return found;
}

static bool
is_wrong(const struct ps_signature *s)
{
	return s->state == PS_STATE_INVALID || s->state == PS_STATE_UNKNOWN;
}

/* RFC 2634, 4.2.3.2: "processing of the message terminates if the message
 * signature is invalid"; 4.1.1 for loops. */
static ps_code
check_outer(const struct expanding *x, ps_err *err)
{
	ps_cert *list = x->p->signer[0].cert;
	ps_slice history = x->outer->ess.expansions;
	struct cms_expansion one;
	char date[32];
	size_t n = 1;

	if (is_wrong(x->outer))
		return ps_fail(err, PS_E_REFUSED, "smime.expand", PS_NOWHERE, W_X_SIGNATURE,
		    PS_TEXT("sentence", x->outer->nreason == 0 ? "" : x->outer->reason[0].text));
	if (x->outer->ess.broken != NULL)
		return ps_fail(err, PS_E_REFUSED, "smime.expand", PS_NOWHERE, W_X_HISTORY);
	for (; cms_ess_next_expansion(&history, &one); n++) {
		if (!cms_id_names(&one.list, list))
			continue;
		ps_clock_format(one.at, date, sizeof date);
		return ps_fail(err, PS_E_REFUSED, "smime.expand", PS_NOWHERE, W_X_LOOP,
		    PS_TEXT("date", date));
	}
	if (n > CMS_EXPANSIONS)
		return ps_fail(err, PS_E_REFUSED, "smime.expand", PS_NOWHERE, W_X_LISTS,
		    PS_NUMBER("max", CMS_EXPANSIONS));
	return PS_OK;
}

static ps_code
read_mail(struct expanding *x, ps_err *err)
{
	struct protecting *p = x->p;
	struct ps_opener op = { .setup = p->pr->setup, .peel = &x->peel };
	ps_code code;

	op.setup.progress = NULL;
	code = ps_open(&op, p->in, NULL, &x->v, err);
	op.setup.progress = p->pr->setup.progress;
	p->pr->setup = op.setup;
	if (code != PS_OK)
		return code;
	if ((x->outer = find_outer(x)) != NULL)
		code = check_outer(x, err);
	return code;
}

/* --- the new mail --- */

static ps_code
build_attrs(const struct expanding *x, struct ps_buf *out, ps_err *err)
{
	ps_slice inside = { 0 }, before = { 0 };
	struct derw w;
	uint32_t tag;
	size_t whole;

	derw_init(&w, out);
	if (x->outer != NULL) {
		before = x->outer->ess.expansions;
		(void)der_split(ps_buf_get(&x->outer->attrs), &tag, &inside, &whole);
		cms_ess_carry(&w, inside);
	}
	cms_ess_build_history(&w, before, x->p->signer[0].cert, x->p->now, x->receipts);
	return derw_finish(&w, err);
}

/* What is signed anew: the whole mail unless a layer came off it. */
static ps_code
write_mail(struct expanding *x, ps_writer *out, ps_err *err)
{
	struct ps_protector *pr = x->p->pr;
	bool no_self = pr->no_self, encrypted = x->peel.cipher != NULL;
	ps_slice entity = { 0 };
	struct protecting q;
	ps_code code;

	if (encrypted && pr->nasked == 0)
		return ps_fail(err, PS_E_MISUSE, "smime.expand", PS_NOWHERE, W_X_MEMBERS);
	if (encrypted)
		entity = ps_buf_get(&x->peel.encrypted);
	else if (x->outer != NULL)
		entity = ps_buf_get(&x->peel.is_signed);
	if (entity.p != NULL && !opening_is_entity(entity))
		return ps_fail(err, PS_E_UNSUPPORTED, "smime.expand", PS_NOWHERE, W_X_FORM);
	if ((code = ps_reader_rewind(x->p->in, err)) != PS_OK)
		return code;
	protect_begin(&q, pr, encrypted ? PS_ENCRYPT : PS_SIGN);
	q.made = true;
	q.around = encrypted;
	q.entity = entity;
	pr->no_self = true;	/* a list reads what it gets, not what it hands on */
	code = build_attrs(x, encrypted ? &q.outer_attrs : &q.attrs, err);
	if (code == PS_OK)
		code = protect_run(&q, x->p->in, out, err);
	pr->no_self = no_self;
	protect_end(&q);
	return code;
}

static ps_code
expand(struct expanding *x, ps_writer *out, ps_err *err)
{
	ps_code code;

	if ((code = protect_choose_signers(x->p, err)) != PS_OK)
		return code;
	if (x->p->nsigner != 1)
		return ps_fail(err, PS_E_MISUSE, "smime.expand", PS_NOWHERE, W_X_SEVERAL);
	if ((code = read_mail(x, err)) != PS_OK)
		return code;
	return write_mail(x, out, err);
}

ps_code
ps_expand(ps_protector *pr, int no_receipts, ps_reader *in, ps_writer *out, ps_err *err)
{
	struct protecting p;
	struct expanding x = { .p = &p,
	    .receipts = no_receipts != 0 ? CMS_ML_NONE : CMS_ML_KEEP };
	ps_reader *spool = NULL;
	ps_code code;

	if (pr == NULL || in == NULL || out == NULL)
		return ps_nomem(err, "smime.expand");
	ps_buf_clear(&pr->warnings);
	protect_begin(&p, pr, PS_SIGN);
	if ((code = protect_make_rewindable(&p, in, &spool, err)) == PS_OK)
		code = expand(&x, out, err);
	if (code != PS_OK)
		ps_writer_abandon(out);
	ps_verdict_free(x.v);
	ps_buf_clear(&x.peel.is_signed);
	ps_buf_clear(&x.peel.encrypted);
	protect_end(&p);
	ps_reader_close(spool);
	return code;
}
