/* SPDX-License-Identifier: ISC */
/*
 * Out of the store into the setup.
 *
 * A store may hold a hundred thousand certificates; a message needs three. So
 * each is fetched when it is asked for, and what is found by a hash or a number
 * is compared before it counts.
 */
#include "smime/recall.h"

#include <stdlib.h>

#include "base/text.h"
#include "base/words.h"
#include "smime/words.h"

enum { KEYS = 8 };	/* of ours that one message may make us unlock */

ps_code
ps_recall_soften(struct ps_setup *s, ps_code code, const ps_err *why, ps_err *err)
{
	if (code == PS_OK)
		return code;
	if (s->store_soft && code != PS_E_NOMEM) {
		ps_err_cause(why, 0, s->store_why, sizeof s->store_why);
		s->store = NULL;
		return PS_OK;
	}
	if (err != NULL)
		*err = *why;
	return code;
}

/* --- certificates --- */

static ps_code
index_new(struct ps_setup *s, ps_err *err)
{
	ps_code code = PS_OK;

	for (; s->nby_der < s->ncert && code == PS_OK; s->nby_der++)
		code = ps_index_add(&s->by_der, ps_hash(ps_cert_der(s->cert[s->nby_der])),
		    s->nby_der, err);
	return code;
}

static bool
is_known(const struct ps_setup *s, const ps_cert *c)
{
	uint64_t hash = ps_hash(ps_cert_der(c));
	size_t walk = 0, at;

	while (ps_index_next(&s->by_der, hash, &walk, &at))
		if (ps_slice_equal(ps_cert_der(s->cert[at]), ps_cert_der(c)))
			return true;
	return false;
}

static ps_code
add_new(void *arg, ps_cert *c, ps_err *err)
{
	struct ps_setup *s = arg;
	ps_code code = index_new(s, err);

	if (code != PS_OK || is_known(s, c))
		return code;
	return ps_setup_add_cert(s, ps_cert_ref(c), err);
}

static ps_code
add_named(void *arg, ps_cert *c, bool hearsay, ps_err *err)
{
	struct ps_setup *s = arg;
	ps_code code;

	if (!hearsay)
		return add_new(s, c, err);
	code = index_new(s, err);
	return code != PS_OK || is_known(s, c) ? code
	    : ps_setup_add_hearsay(s, ps_cert_ref(c), err);
}

ps_code
ps_recall_address(struct ps_setup *s, const char *address, ps_err *err)
{
	uint64_t hash = ps_hash(ps_str(address));
	size_t walk = 0, at;
	ps_code code;

	if (s->store == NULL || ps_index_next(&s->asked, hash, &walk, &at))
		return PS_OK;
	if ((code = ps_index_add(&s->asked, hash, 0, err)) != PS_OK)
		return code;
	return s->store->ops->certs_for(s->store, address, add_named, s, err);
}

static struct ps_memory_name
name_of(const struct cms_id *id)
{
	return (struct ps_memory_name){ .issuer = id->issuer, .serial = id->serial,
	    .key_id = id->ski };
}

ps_code
ps_recall_signer(struct ps_setup *s, const struct cms_id *id, ps_err *err)
{
	struct ps_memory_name name = name_of(id);
	ps_err why = PS_ERR_INIT;

	if (s->store == NULL)
		return PS_OK;
	return ps_recall_soften(s, s->store->ops->certs_named(s->store, &name, add_new, s, &why),
	    &why, err);
}

static ps_cert *
find_issuer(ps_cert *const *list, size_t n, const struct ps_cert_view *of)
{
	for (size_t i = 0; i < n; i++) {
		const struct ps_cert_view *v = ps_cert_view_of(list[i]);

		if (v->ca && ps_name_equal(v->subject, of->issuer))
			return list[i];
	}
	return NULL;
}

ps_code
ps_recall_issuers(struct ps_setup *s, const ps_cert *of, const struct cms_bag *more, ps_err *err)
{
	const ps_cert *c = of, *next;
	ps_err why = PS_ERR_INIT;
	ps_code code = PS_OK;

	for (uint64_t i = 0; s->store != NULL && i < s->ctx->limits.path_length; i++) {
		const struct ps_cert_view *v = ps_cert_view_of(c);

		if (ps_cert_self_issued(c))
			break;
		next = more == NULL ? NULL : find_issuer(more->cert, more->ncert, v);
		if (next == NULL && (next = find_issuer(s->cert, s->ncert, v)) == NULL) {
			code = ps_recall_soften(s, s->store->ops->authorities(s->store, v->issuer,
			    add_new, s, &why), &why, err);
			next = find_issuer(s->cert, s->ncert, v);
		}
		if (code != PS_OK || next == NULL)
			break;
		c = next;
	}
	return code;
}

static ps_code
add_anchor(void *arg, ps_cert *c, ps_err *err)
{
	struct ps_setup *s = arg;

	return ps_trust_add_cert(s->trust, c, err);
}

ps_code
ps_recall_anchors(struct ps_setup *s, ps_err *err)
{
	ps_err why = PS_ERR_INIT;

	if (s->store == NULL)
		return PS_OK;
	return ps_recall_soften(s, s->store->ops->anchors(s->store, add_anchor, s, &why), &why,
	    err);
}

/* --- keys --- */

/* Unlocks one of ours. */
static ps_code
unlock(const struct ps_setup *s, const struct ps_memory_key *k, struct ps_key **out, ps_err *err)
{
	struct ps_keyfile f = { 0 };
	char what[256];
	ps_code code;

	ps_words(what, sizeof what, W_RECALL_KEY, PS_TEXT("who", ps_cert_holder(k->cert)));
	code = k->key.n == 0 ? ps_keyfile_load(&f, k->uri, s->store_ask, s->store_arg,
	    &s->ctx->limits, err) : ps_keyfile_parse(&f, k->key, what, s->store_ask,
	    s->store_arg, &s->ctx->limits, err);
	for (size_t i = 0; code == PS_OK && i < f.nkey && *out == NULL; i++)
		if (ps_key_matches(f.key[i], ps_cert_view_of(k->cert)->spki))
			*out = ps_key_ref(f.key[i]);
	if (code == PS_OK && *out == NULL)
		code = ps_fail(err, PS_E_NOT_FOUND, "smime.recall", PS_NOWHERE, W_RECALL_OTHER,
		    PS_TEXT("who", ps_cert_holder(k->cert)));
	ps_keyfile_clear(&f);
	return code;
}

static bool
has_identity(const struct ps_setup *s, const ps_cert *c, bool with_key)
{
	for (size_t i = 0; i < s->nidentity; i++)
		if (ps_slice_equal(ps_cert_der(s->identity[i].cert), ps_cert_der(c)) &&
		    (s->identity[i].key != NULL || !with_key))
			return true;
	return false;
}

/* `ready`: with its key, else for what only needs the certificate. */
static ps_code
take(struct ps_setup *s, const struct ps_memory_key *k, bool ready, ps_err *err)
{
	struct ps_key *key = NULL;
	ps_code code;

	if (has_identity(s, k->cert, ready))
		return PS_OK;
	if (ready && (code = unlock(s, k, &key, err)) != PS_OK)
		return code;
	if ((code = add_new(s, k->cert, err)) == PS_OK &&
	    (code = ps_setup_add_key(s, k->cert, key, err)) == PS_OK)
		code = ps_recall_issuers(s, k->cert, NULL, err);
	ps_key_free(key);
	return code;
}

/* With --identity ADDRESS only that one's keys are meant. */
static bool
is_meant(const struct ps_setup *s, const ps_cert *c)
{
	for (size_t i = 0; i < s->nown; i++)
		if (ps_cert_names(c, s->own[i], PS_MATCH_SENDER))
			return true;
	return s->nown == 0;
}

/* The keys that a message names: one that cannot be unlocked leaves the others. */
struct search {
	struct ps_setup	*setup;
	const struct cms_id *id;
	size_t		 n;
	ps_code		 code;		/* why one was not unlocked */
	ps_err		 why;
};

static ps_code
take_named(void *arg, const struct ps_memory_key *k, ps_err *err)
{
	struct search *x = arg;
	ps_err why = PS_ERR_INIT;
	ps_code code;

	if (x->n == KEYS || !cms_id_names(x->id, k->cert) || !is_meant(x->setup, k->cert))
		return PS_OK;
	x->n++;
	code = take(x->setup, k, true, &why);
	if (code == PS_E_NOMEM)
		return ps_nomem(err, "smime.recall");
	if (code != PS_OK && x->code == PS_OK) {
		x->code = code;
		x->why = why;
	}
	return PS_OK;
}

static ps_code
see_name(void *arg, const struct cms_id *id, ps_err *err)
{
	struct search *x = arg;
	struct ps_memory *m = x->setup->store;
	struct ps_memory_name name = name_of(id);

	if (x->n == KEYS || (id->serial.n == 0 && id->ski.n == 0))
		return PS_OK;
	x->id = id;
	return m->ops->keys_named(m, &name, take_named, x, err);
}

ps_code
ps_recall_keys(struct ps_setup *s, const struct cms_recipients *r, bool *out_any, ps_err *err)
{
	struct search x = { .setup = s, .code = PS_OK };
	size_t before = s->nidentity;
	ps_code code;

	*out_any = false;
	if (s->store == NULL)
		return PS_OK;
	if ((code = cms_recipients_names(r, see_name, &x, err)) != PS_OK)
		return code;
	*out_any = s->nidentity != before;
	if (*out_any || x.code == PS_OK)
		return PS_OK;
	if (err != NULL)
		*err = x.why;
	return x.code;
}

/* --- who signs --- */

/* The best key for each purpose: in date before out of date, then the newest; one that is
 * chosen before all where no address says which. */
struct choice {
	const struct ps_setup *setup;
	bool		 by_choice;
	struct own {
		ps_cert	*cert;		/* NULL: none */
		bool	 chosen;
	}		 best[2];	/* signs, decrypts */
};

static bool
is_better(const struct choice *x, const struct ps_memory_key *k, const struct own *than)
{
	int64_t now = ps_ctx_now(x->setup->ctx);
	bool dated = ps_cert_not_before(k->cert) <= now && now <= ps_cert_not_after(k->cert);
	bool was;

	if (than->cert == NULL)
		return true;
	if (x->by_choice && than->chosen != k->chosen)
		return k->chosen;
	was = ps_cert_not_before(than->cert) <= now && now <= ps_cert_not_after(than->cert);
	return dated != was ? dated
	    : ps_cert_not_before(k->cert) > ps_cert_not_before(than->cert);
}

static ps_code
weigh(void *arg, const struct ps_memory_key *k, ps_err *err)
{
	static const unsigned purpose[] = { PS_MEMORY_SIGNS, PS_MEMORY_DECRYPTS };
	struct choice *x = arg;

	(void)err;
	for (size_t i = 0; i < 2; i++)
		if ((k->purpose & purpose[i]) != 0 && is_better(x, k, &x->best[i])) {
			ps_cert_free(x->best[i].cert);
			x->best[i] = (struct own){ ps_cert_ref(k->cert), k->chosen };
		}
	return PS_OK;
}

struct taking {
	struct ps_setup	*setup;
	const struct choice *x;
	bool		 unlock;
};

static ps_code
take_best(void *arg, const struct ps_memory_key *k, ps_err *err)
{
	const struct taking *t = arg;
	bool signs, decrypts;

	signs = t->x->best[0].cert != NULL &&
	    ps_slice_equal(ps_cert_der(k->cert), ps_cert_der(t->x->best[0].cert));
	decrypts = t->x->best[1].cert != NULL &&
	    ps_slice_equal(ps_cert_der(k->cert), ps_cert_der(t->x->best[1].cert));
	if (!signs && !decrypts)
		return PS_OK;
	return take(t->setup, k, signs && t->unlock, err);
}

ps_code
ps_recall_identity(struct ps_setup *s, const char *address, bool unlock_it, ps_err *err)
{
	struct choice x = { .setup = s, .by_choice = address == NULL };
	struct taking t = { s, &x, unlock_it };
	struct ps_memory *m = s->store;
	ps_code code;

	if (m == NULL)
		return PS_OK;
	if ((code = m->ops->keys_for(m, address, weigh, &x, err)) == PS_OK)
		code = m->ops->keys_for(m, address, take_best, &t, err);
	for (size_t i = 0; i < 2; i++)
		ps_cert_free(x.best[i].cert);
	return code;
}
