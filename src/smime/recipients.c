/* SPDX-License-Identifier: ISC */
/*
 * Who can read it. A recipient without a fit certificate is an error that
 * names the address, never a silent skip (DESIGN 2); all that are missing are
 * named at once.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/words.h"
#include "smime/protecting.h"
#include "smime/words.h"

/* Can anything be encrypted to this key? *out_may: and its usage says so. */
static bool
can_encrypt(ps_cert *c, bool *out_may)
{
	const struct ps_cert_view *v = ps_cert_view_of(c);
	struct ps_pubkey *key;
	struct ps_key_info info;
	unsigned usage;

	*out_may = false;
	if (v->ca || ps_cert_pubkey(c, &key, NULL) != PS_OK)
		return false;
	ps_pubkey_info(key, &info);
	usage = ps_ku_encrypt(info.type);
	*out_may = !v->has_ku || (v->ku & usage) != 0;
	return usage != 0;
}

bool
protect_may_encrypt(ps_cert *c)
{
	bool may;

	return can_encrypt(c, &may) && may;
}

/* How well a certificate suits; the larger number is better. What a directory says counts less
 * than what its owner signed with. */
static unsigned
worth(const struct protecting *p, ps_cert *c)
{
	bool dated = ps_cert_not_before(c) <= p->now && p->now <= ps_cert_not_after(c);
	bool may, can = can_encrypt(c, &may);

	return (can && may ? 16u : 0) | (can ? 8u : 0) | (dated ? 4u : 0) |
	    (protect_pq_wants(p, c) ? 2u : 0) | !ps_setup_is_hearsay(&p->pr->setup, c);
}

/* The certificate for an address that suits best: of equal ones the newest. One that
 * cannot be used is better than none, for then we can say why. */
static ps_code
find_best(const struct protecting *p, const char *address, ps_cert **out, ps_err *err)
{
	size_t walk = 0;
	ps_cert *c;
	ps_code code;

	*out = NULL;
	while ((code = ps_setup_next_named(&p->pr->setup, address, &walk, &c, err)) == PS_OK &&
	    c != NULL) {
		if (ps_cert_view_of(c)->ca)
			continue;
		if (*out == NULL || worth(p, c) > worth(p, *out) || (worth(p, c) ==
		    worth(p, *out) && ps_cert_not_before(c) > ps_cert_not_before(*out)))
			*out = c;
	}
	return code;
}

/* The one that the user pinned; RFC 8551, 2.5.3.1: the one that the correspondent asks
 * for, as long as it is in date and the policy sends to it; both go before what we would
 * choose. NULL: there is none. */
static ps_code
find_by_address(struct protecting *p, const char *address, ps_cert **out, ps_err *err)
{
	ps_code code = protect_recall(p, address, err);
	ps_cert *prefer;

	if (code != PS_OK)
		return code;
	if ((*out = protect_pinned(p->pr, address)) != NULL)
		return PS_OK;
	prefer = protect_preferred(p->pr, address);
	if ((code = find_best(p, address, out, err)) == PS_OK && prefer != NULL &&
	    protect_may_encrypt(prefer) && protect_pq_objection(p, prefer) == NULL &&
	    ps_cert_not_before(prefer) <= p->now && p->now <= ps_cert_not_after(prefer) &&
	    ps_cert_names(prefer, address, PS_MATCH_RECIPIENT) &&
	    (*out == NULL || !protect_pq_goes_before(p, *out, prefer)))
		*out = prefer;
	return code;
}

ps_cert *
protect_find_cert(struct protecting *p, const char *address)
{
	ps_cert *c;

	return find_by_address(p, address, &c, NULL) == PS_OK && c != NULL &&
	    protect_may_encrypt(c) ? c : NULL;
}

static uint64_t
hash_of(const ps_cert *c)
{
	return ps_hash(ps_cert_view_of(c)->serial);
}

static bool
listed(const struct protect_list *l, const ps_cert *c)
{
	size_t walk = 0, at;

	while (ps_index_next(&l->by_serial, hash_of(c), &walk, &at))
		if (ps_slice_equal(ps_cert_der(l->to[at].cert), ps_cert_der(c)))
			return true;
	return false;
}

static ps_code
grow(struct protect_list *l, ps_err *err)
{
	size_t room = l->room == 0 ? 4 : 2 * l->room;
	struct cms_to *grown;

	if (l->n < l->room)
		return PS_OK;
	if ((grown = realloc(l->to, room * sizeof *grown)) == NULL)
		return ps_nomem(err, "smime.protect");
	memset(&grown[l->n], 0, (room - l->n) * sizeof *grown);
	l->to = grown;
	l->room = room;
	return PS_OK;
}

static ps_code
add_cert(struct protecting *p, struct protect_list *l, ps_cert *c, bool own, ps_err *err)
{
	struct cms_to to = { .cert = c, .by_ski = p->pr->key_ids };
	struct ps_pubkey *key;
	struct ps_key_info info;
	ps_code code;

	if (listed(l, c))
		return PS_OK;
	if ((code = grow(l, err)) != PS_OK || (code = ps_cert_pubkey(c, &key, err)) != PS_OK)
		return code;
	ps_pubkey_info(key, &info);
	if (ps_policy_key(p->pr->setup.policy, &info, PS_USE_SEND, p->now) != PS_GRADE_GOOD &&
	    !p->pr->insecure_recipients)
		return ps_fail(err, PS_E_REFUSED, "smime.protect", PS_NOWHERE, W_P_WEAK_KEY,
		    PS_TEXT("who", ps_cert_holder(c)));
	if ((code = protect_choose_key(p, l, &to, own, err)) != PS_OK ||
	    (code = ps_index_add(&l->by_serial, hash_of(c), l->n, err)) != PS_OK)
		return code;
	l->to[l->n++] = to;
	return PS_OK;
}

/* --- who is refused --- */

/* All that are missing, and all that are unfit, are named at once. */
struct refused {
	struct ps_buf	 missing;	/* "a, b" */
	struct ps_buf	 unfit;		/* "a (why), b (why)" */
	size_t		 nunfit;
	char		 who[256], why[400];	/* the first */
};

static void
refused_clear(struct refused *r)
{
	ps_buf_clear(&r->missing);
	ps_buf_clear(&r->unfit);
}

static ps_code
add_item(struct ps_buf *list, const char *item, ps_err *err)
{
	ps_code code = PS_OK;

	if (list->n != 0)
		code = ps_buf_add_text(list, ", ", err);
	return code == PS_OK ? ps_buf_add_text(list, item, err) : code;
}

static ps_code
add_unfit(struct protecting *p, struct refused *r, const char *name, const char *why,
    bool can_override, ps_err *err)
{
	char text[512];

	if (p->pr->insecure_recipients && can_override) {
		protect_warn(p, W_P_UNFIT_OVER, PS_TEXT("who", name), PS_TEXT("why", why));
		return PS_OK;
	}
	if (r->nunfit++ == 0) {
		snprintf(r->who, sizeof r->who, "%s", name);
		snprintf(r->why, sizeof r->why, "%s", why);
	}
	ps_words(text, sizeof text, W_P_UNFIT_ITEM, PS_TEXT("who", name), PS_TEXT("why", why));
	return add_item(&r->unfit, text, err);
}

static ps_code
refused_error(const struct protecting *p, const struct refused *r, ps_err *err)
{
	if (r->missing.n != 0 && p->find_failed)
		return ps_fail(err, PS_E_TEMPORARY, "smime.protect", PS_NOWHERE, W_P_MISSING_LATER,
		    PS_OCTETS("who", ps_buf_get(&r->missing)));
	if (r->missing.n != 0)
		return ps_fail(err, PS_E_NOT_FOUND, "smime.protect", PS_NOWHERE, W_P_MISSING,
		    PS_OCTETS("who", ps_buf_get(&r->missing)));
	if (r->nunfit == 0)
		return PS_OK;
	if (r->nunfit == 1)
		return ps_fail(err, PS_E_REFUSED, "smime.protect", PS_NOWHERE, W_P_UNFIT,
		    PS_TEXT("who", r->who), PS_TEXT("why", r->why));
	return ps_fail(err, PS_E_REFUSED, "smime.protect", PS_NOWHERE, W_P_UNFIT_MORE,
	    PS_OCTETS("list", ps_buf_get(&r->unfit)));
}

/* All that is wrong with the path, "a; b". */
static void
list_problems(const struct ps_path_out *path, char *out, size_t size)
{
	size_t used = 0;

	for (size_t i = 0; i < path->nproblem && used < size; i++)
		used += (size_t)snprintf(out + used, size - used, "%s%s", i == 0 ? "" : "; ",
		    path->problem[i].text);
}

/* What a source brought, and has a path, is known from now on; not what a record vouched
 * for, which has none and must be asked for again. */
static ps_code
keep_found(struct protecting *p, const struct ps_path_out *path, ps_err *err)
{
	struct ps_memory *m = p->pr->setup.store;
	ps_err why = PS_ERR_INIT;
	ps_code code = PS_OK;

	for (size_t i = 0; m != NULL && p->pr->keep_found && i + 1 < path->nchain &&
	    code == PS_OK; i++) {
		const char *source = protect_source_of(p, path->chain[i]);

		if (source != NULL)
			code = m->ops->keep(m, path->chain[i], source, &why);
	}
	if (code == PS_E_NOMEM)
		return ps_nomem(err, "smime.protect");
	if (code != PS_OK) {
		char text[256];

		ps_err_cause(&why, 0, text, sizeof text);
		protect_warn(p, W_P_NOT_KEPT, PS_TEXT("why", text));
	}
	return PS_OK;
}

ps_code
protect_fitness(struct protecting *p, ps_cert *c, char why[PROTECT_WHY], ps_err *err)
{
	struct ps_path_out path = { .good = false };
	const char *objection;
	bool may;
	ps_code code;

	why[0] = '\0';
	if (protect_pq_missing(c, why, PROTECT_WHY))
		return PS_OK;
	objection = can_encrypt(c, &may) ? protect_pq_objection(p, c) : W_P_KEY_TYPE;
	if (objection != NULL) {
		ps_words(why, PROTECT_WHY, objection);
		return PS_OK;
	}
	code = ps_setup_judge(&p->pr->setup, c, NULL, PS_PURPOSE_ENCRYPT, p->now, &path, err);
	if (code == PS_OK && path.good)
		code = keep_found(p, &path, err);
	else if (code == PS_OK)
		list_problems(&path, why, PROTECT_WHY);
	ps_path_clear(&path);
	return code;
}

/* May the user insist on it? */
static bool
may_insist(const struct protecting *p, ps_cert *c)
{
	char why[PROTECT_WHY];
	bool may;

	return can_encrypt(c, &may) && !protect_pq_missing(c, why, sizeof why) &&
	    protect_pq_objection(p, c) == NULL;
}

/* Notes a certificate that is expired, untrusted, revoked or not for this. */
static ps_code
judge(struct protecting *p, ps_cert *c, const char *name, struct refused *r, ps_err *err)
{
	char why[PROTECT_WHY];
	ps_code code = protect_fitness(p, c, why, err);

	if (code != PS_OK || why[0] == '\0')
		return code;
	return add_unfit(p, r, name, why, may_insist(p, c), err);
}

static ps_code
add_judged(struct protecting *p, struct protect_list *l, ps_cert *c, const char *name,
    struct refused *r, ps_err *err)
{
	size_t before = r->nunfit;
	ps_code code = listed(l, c) ? PS_OK : judge(p, c, name, r, err);

	return code != PS_OK || r->nunfit != before ? code : add_cert(p, l, c, false, err);
}

static bool
will_do(const struct protecting *p, const char *address, ps_cert *c)
{
	return c == protect_pinned(p->pr, address) || (protect_may_encrypt(c) &&
	    ps_cert_not_before(c) <= p->now && p->now <= ps_cert_not_after(c));
}

/* What is known first; the network only when that does not do. */
static ps_code
find_or_look(struct protecting *p, const char *address, ps_cert **out, ps_err *err)
{
	ps_code code = find_by_address(p, address, out, err);

	p->nsource = 0;
	if (code != PS_OK || (*out != NULL && will_do(p, address, *out)))
		return code;
	if ((code = protect_look_for(p, address, err)) == PS_OK)
		code = find_by_address(p, address, out, err);
	return code;
}

static ps_code
add_address(struct protecting *p, struct protect_list *l, const char *address,
    struct refused *r, ps_err *err)
{
	ps_cert *c;
	ps_code code = find_or_look(p, address, &c, err);

	if (code != PS_OK)
		return code;
	if (c == NULL)
		return add_item(&r->missing, address, err);
	protect_pq_explain(p, address, c);
	return add_judged(p, l, c, address, r, err);
}

/* The first certificate of the file that can be used, of the kind that goes first. */
static ps_cert *
best_of_file(const struct protecting *p, const struct protect_to *to)
{
	ps_cert *const *cert = p->pr->setup.cert;
	ps_cert *best = NULL;

	for (size_t i = to->first; i < to->first + to->n; i++)
		if (protect_may_encrypt(cert[i]) && (best == NULL ||
		    (!protect_pq_wants(p, best) && protect_pq_wants(p, cert[i]))))
			best = cert[i];
	return best != NULL ? best : cert[to->first];
}

static ps_code
add_file(struct protecting *p, struct protect_list *l, const struct protect_to *to,
    struct refused *r, ps_err *err)
{
	ps_cert *c = best_of_file(p, to);

	return add_judged(p, l, c, ps_cert_holder(c), r, err);
}

static ps_code
add_secrets(struct protecting *p, struct protect_list *l, ps_err *err)
{
	const struct ps_setup *s = &p->pr->setup;
	ps_code code;

	for (size_t i = 0; i < s->npassword; i++) {
		if ((code = grow(l, err)) != PS_OK)
			return code;
		l->to[l->n++].password = s->password[i];
		protect_choose_secret(p, l, "password");
	}
	for (size_t i = 0; i < s->nkek; i++) {
		if ((code = grow(l, err)) != PS_OK)
			return code;
		l->to[l->n++].kek = s->kek[i];
		protect_choose_secret(p, l, "key-encryption key");
	}
	return PS_OK;
}

/* Whoever has keys of both kinds himself needs one of them. */
static bool
has_own_wanted(const struct protecting *p)
{
	const struct ps_setup *s = &p->pr->setup;

	for (size_t i = 0; i < s->nidentity; i++)
		if (protect_may_encrypt(s->identity[i].cert) &&
		    protect_pq_wants(p, s->identity[i].cert))
			return true;
	return false;
}

/* A copy that oneself cannot read is lost (RFC 8551, 3.3). */
static ps_code
add_self(struct protecting *p, struct protect_list *l, ps_err *err)
{
	const struct ps_setup *s = &p->pr->setup;
	bool wanted = has_own_wanted(p);
	ps_code code = PS_OK;

	if (p->pr->no_self)
		return PS_OK;
	for (size_t i = 0; i < s->nidentity && code == PS_OK; i++) {
		ps_cert *c = s->identity[i].cert;

		if (!protect_may_encrypt(c) || (wanted && !protect_pq_wants(p, c)))
			continue;
		code = protect_pq_objection(p, c) == NULL ? add_cert(p, l, c, true, err)
		    : ps_fail(err, PS_E_REFUSED, "smime.protect", PS_NOWHERE, W_P_PQ_SELF,
		    PS_TEXT("why", protect_pq_objection(p, c)));
	}
	return code;
}

bool
protect_is_asked(const struct ps_protector *pr)
{
	return pr->nasked != 0 || pr->setup.npassword != 0 || pr->setup.nkek != 0;
}

/* Those that were asked for, a secret included, else the mail's To and Cc. */
static ps_code
add_main(struct protecting *p, struct protect_list *l, struct refused *r, ps_err *err)
{
	const struct ps_protector *pr = p->pr;
	ps_code code = PS_OK;

	for (size_t i = 0; i < pr->nasked && code == PS_OK; i++)
		code = pr->asked[i].address != NULL
		    ? add_address(p, l, pr->asked[i].address, r, err)
		    : add_file(p, l, &pr->asked[i], r, err);
	if (protect_is_asked(pr) || code != PS_OK)
		return code;
	for (size_t i = 0; i < p->recipients.n && code == PS_OK; i++)
		code = add_address(p, l, p->recipients.box[i].address, r, err);
	return code;
}

/* Bcc recipients are judged with the others, and listed for their own copies later. */
static ps_code
judge_bcc(struct protecting *p, struct refused *r, ps_err *err)
{
	ps_code code = PS_OK;

	for (size_t i = 0; i < p->bcc.n && code == PS_OK; i++) {
		const char *address = p->bcc.box[i].address;
		ps_cert *c;

		if ((code = find_or_look(p, address, &c, err)) == PS_OK)
			code = c == NULL ? add_item(&r->missing, address, err)
			    : judge(p, c, address, r, err);
	}
	return code;
}

/* A key that memory was too short for must not look like a certificate that
 * is unfit. Once made, a key is kept. */
static ps_code
load_keys(const struct ps_setup *s, ps_err *err)
{
	struct ps_pubkey *key;

	for (size_t i = 0; i < s->ncert; i++)
		if (ps_cert_pubkey(s->cert[i], &key, NULL) == PS_E_NOMEM)
			return ps_nomem(err, "smime.protect");
	return PS_OK;
}

static ps_code
choose_all(struct protecting *p, struct protect_list *out, struct refused *r, ps_err *err)
{
	ps_code code;

	if ((code = add_main(p, out, r, err)) != PS_OK ||
	    (code = judge_bcc(p, r, err)) != PS_OK || (code = refused_error(p, r, err)) != PS_OK)
		return code;
	if ((code = add_secrets(p, out, err)) == PS_OK && out->n == 0 && p->bcc.n == 0)
		code = ps_fail(err, PS_E_NOT_FOUND, "smime.protect", PS_NOWHERE, W_P_NO_TO);
	return code;
}

/* RFC 9787, 8: whoever works on a draft reads it, and nobody else. */
static ps_code
choose_self(struct protecting *p, struct protect_list *out, ps_err *err)
{
	ps_code code = add_self(p, out, err);

	if (code == PS_OK && out->n == 0)
		code = ps_fail(err, PS_E_MISUSE, "smime.protect", PS_NOWHERE, W_P_DRAFT_SELF);
	return code;
}

ps_code
protect_choose_recipients(struct protecting *p, struct protect_list *out, ps_err *err)
{
	struct refused r = { .nunfit = 0 };
	ps_code code;

	*out = (struct protect_list){ .n = 0 };
	if ((code = load_keys(&p->pr->setup, err)) == PS_OK && p->pr->draft)
		code = choose_self(p, out, err);
	else if (code == PS_OK && (code = choose_all(p, out, &r, err)) == PS_OK)
		code = add_self(p, out, err);
	if (code == PS_OK && out->n == 0)
		code = ps_fail(err, PS_E_NOT_FOUND, "smime.protect", PS_NOWHERE, W_P_NO_TO);
	refused_clear(&r);
	if (code == PS_OK)
		protect_pq_warn(p, out);
	else
		protect_list_clear(out);
	return code;
}

ps_code
protect_try_address(struct protecting *p, const char *address, struct protect_list *out,
    ps_err *err)
{
	struct refused r = { .nunfit = 0 };
	ps_code code;

	*out = (struct protect_list){ .n = 0 };
	if ((code = load_keys(&p->pr->setup, err)) == PS_OK &&
	    (code = add_address(p, out, address, &r, err)) == PS_OK)
		code = refused_error(p, &r, err);
	refused_clear(&r);
	if (code != PS_OK)
		protect_list_clear(out);
	return code;
}

ps_code
protect_choose_bcc(struct protecting *p, const char *address, struct protect_list *out,
    ps_err *err)
{
	ps_cert *c;
	ps_code code = find_by_address(p, address, &c, err);

	*out = (struct protect_list){ .n = 0 };
	if (code != PS_OK)
		return code;
	if (c == NULL)		/* it was there when all were judged */
		return ps_fail(err, PS_E_NOT_FOUND, "smime.protect", PS_NOWHERE, W_P_MISSING,
		    PS_TEXT("who", address));
	if ((code = add_cert(p, out, c, false, err)) == PS_OK)
		code = add_self(p, out, err);
	if (code != PS_OK)
		protect_list_clear(out);
	return code;
}

void
protect_list_clear(struct protect_list *l)
{
	free(l->to);
	ps_index_clear(&l->by_serial);
	*l = (struct protect_list){ .n = 0 };
}
