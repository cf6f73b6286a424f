/* SPDX-License-Identifier: ISC */
/*
 * The common equipment of opener and protector.
 */
#include "smime/setup.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/words.h"
#include "smime/recall.h"
#include "smime/words.h"
#include "x509/recall.h"

ps_code
ps_setup_init(struct ps_setup *s, ps_ctx *ctx, ps_err *err)
{
	ps_code code;

	*s = (struct ps_setup){ .ctx = ctx, .revocation = PS_REVOCATION_SOFT };
	if ((code = ps_policy_new(&s->own_policy, "default", err)) != PS_OK)
		return code;
	s->policy = s->own_policy;
	return ps_trust_new(&s->trust, err);
}

static void
free_secrets(ps_secret **list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		ps_secret_free(list[i]);
	free(list);
}

void
ps_setup_clear(struct ps_setup *s)
{
	for (size_t i = 0; i < s->nidentity; i++) {
		ps_cert_free(s->identity[i].cert);
		ps_key_free(s->identity[i].key);
	}
	for (size_t i = 0; i < s->ncert; i++)
		ps_cert_free(s->cert[i]);
	free(s->identity);
	free(s->cert);
	for (size_t i = 0; i < s->nown; i++)
		free(s->own[i]);
	free(s->own);
	ps_index_clear(&s->by_local);
	ps_index_clear(&s->by_der);
	ps_index_clear(&s->asked);
	ps_index_clear(&s->hearsay);
	ps_trust_free(s->trust);
	ps_policy_free(s->own_policy);
	free_secrets(s->password, s->npassword);
	free_secrets(s->kek, s->nkek);
	memset(s, 0, sizeof *s);
}

ps_code
ps_setup_add_cert(struct ps_setup *s, ps_cert *ref, ps_err *err)
{
	ps_cert **grown = realloc(s->cert, (s->ncert + 1) * sizeof *grown);

	if (grown == NULL) {
		ps_cert_free(ref);
		return ps_nomem(err, "smime.setup");
	}
	s->cert = grown;
	s->cert[s->ncert++] = ref;
	return PS_OK;
}

ps_code
ps_setup_add_hearsay(struct ps_setup *s, ps_cert *ref, ps_err *err)
{
	ps_code code = ps_index_add(&s->hearsay, ps_hash(ps_cert_der(ref)), s->ncert, err);

	if (code == PS_OK)
		return ps_setup_add_cert(s, ref, err);
	ps_cert_free(ref);
	return code;
}

bool
ps_setup_is_hearsay(const struct ps_setup *s, const ps_cert *c)
{
	size_t walk = 0, at;

	while (ps_index_next(&s->hearsay, ps_hash(ps_cert_der(c)), &walk, &at))
		if (at < s->ncert && s->cert[at] == c)
			return true;
	return false;
}

static ps_code
index_addresses(struct ps_setup *s, ps_err *err)
{
	const char *address;
	ps_code code;

	for (; s->nindexed < s->ncert; s->nindexed++)
		for (size_t i = 0; (address = ps_cert_address(s->cert[s->nindexed], i)) != NULL;
		    i++)
			if ((code = ps_index_add(&s->by_local, ps_address_hash(address),
			    s->nindexed, err)) != PS_OK)
				return code;
	return PS_OK;
}

ps_code
ps_setup_next_named(struct ps_setup *s, const char *address, size_t *walk, ps_cert **out,
    ps_err *err)
{
	uint64_t hash = ps_address_hash(address);
	ps_code code = *walk == 0 ? ps_recall_address(s, address, err) : PS_OK;
	size_t at;

	*out = NULL;
	if (code == PS_OK)
		code = index_addresses(s, err);
	while (code == PS_OK && *out == NULL && ps_index_next(&s->by_local, hash, walk, &at))
		if (ps_cert_names(s->cert[at], address, PS_MATCH_RECIPIENT))
			*out = s->cert[at];
	return code;
}

ps_code
ps_setup_add_key(struct ps_setup *s, ps_cert *cert, struct ps_key *key, ps_err *err)
{
	struct cms_identity *grown = realloc(s->identity,
	    (s->nidentity + 1) * sizeof *grown);

	if (grown == NULL)
		return ps_nomem(err, "smime.setup");
	s->identity = grown;
	grown[s->nidentity++] = (struct cms_identity){ .cert = ps_cert_ref(cert),
	    .key = key == NULL ? NULL : ps_key_ref(key) };
	return PS_OK;
}

/* Every certificate of the file becomes known. */
static ps_code
take_certs(struct ps_setup *s, const struct ps_keyfile *f, ps_err *err)
{
	ps_cert *cert;
	ps_code code = PS_OK;

	for (size_t i = 0; i < f->ncert && code == PS_OK; i++) {
		code = ps_recall_parse(ps_recall_of(s->ctx), &cert,
		    ps_buf_get(&f->cert[i]), err);
		if (code == PS_OK)
			code = ps_setup_add_cert(s, cert, err);
	}
	return code;
}

/* Pairs the file's keys with certificates that are known. */
static ps_code
pair_keys(struct ps_setup *s, const struct ps_keyfile *f, ps_err *err)
{
	ps_code code = PS_OK;

	for (size_t k = 0; k < f->nkey; k++)
		for (size_t i = 0; i < s->ncert && code == PS_OK; i++)
			if (ps_key_matches(f->key[k], ps_cert_view_of(s->cert[i])->spki))
				code = ps_setup_add_key(s, s->cert[i], f->key[k], err);
	return code;
}

ps_code
ps_setup_add_identity(struct ps_setup *s, const char *path, ps_ask_fn ask, void *arg,
    ps_err *err)
{
	struct ps_keyfile f = { 0 };
	size_t before = s->nidentity;
	ps_code code;

	code = ps_keyfile_load(&f, path, ask, arg, &s->ctx->limits, err);
	if (code != PS_OK)
		return ps_because(err, code, "smime.setup", PS_NOWHERE, W_FILE,
		    PS_TEXT("path", path));
	if ((code = take_certs(s, &f, err)) == PS_OK && (code = pair_keys(s, &f, err)) == PS_OK &&
	    s->nidentity == before)
		code = ps_fail(err, PS_E_NOT_FOUND, "smime.setup", PS_NOWHERE,
		    W_IDENTITY_EMPTY, PS_TEXT("path", path));
	ps_keyfile_clear(&f);
	return code;
}

ps_code
ps_setup_add_certs(struct ps_setup *s, const char *path, size_t *out_first, size_t *out_n,
    ps_err *err)
{
	struct ps_keyfile f = { 0 };
	size_t before = s->ncert;
	ps_code code;

	code = ps_keyfile_load(&f, path, NULL, NULL, &s->ctx->limits, err);
	if (code != PS_OK)
		return ps_because(err, code, "smime.setup", PS_NOWHERE, W_FILE,
		    PS_TEXT("path", path));
	if ((code = take_certs(s, &f, err)) == PS_OK && s->ncert == before)
		code = ps_fail(err, PS_E_NOT_FOUND, "smime.setup", PS_NOWHERE, W_CERT_EMPTY,
		    PS_TEXT("path", path));
	ps_keyfile_clear(&f);
	if (code == PS_OK && out_first != NULL) {
		*out_first = before;
		*out_n = s->ncert - before;
	}
	return code;
}

ps_code
ps_setup_add_trust(struct ps_setup *s, const char *path, ps_err *err)
{
	ps_code code = ps_trust_add_file(s->trust, path, &s->ctx->limits, err);

	if (code == PS_OK)
		s->trust_given = true;
	return code;
}

ps_code
ps_setup_add_crl(struct ps_setup *s, const char *path, ps_err *err)
{
	return ps_trust_add_crl_file(s->trust, path, &s->ctx->limits, err);
}

ps_code
ps_setup_set_store(struct ps_setup *s, ps_store *store, ps_ask_fn ask, void *arg, ps_err *err)
{
	if (store == NULL)
		return ps_nomem(err, "smime.setup");
	s->store = (struct ps_memory *)store;	/* which it begins with */
	s->store_ask = ask;
	s->store_arg = arg;
	s->keeper = s->store->ops->news(s->store);
	return PS_OK;
}

ps_code
ps_setup_add_own(struct ps_setup *s, const char *address, ps_err *err)
{
	char **grown;

	if (s->store == NULL)
		return ps_fail(err, PS_E_MISUSE, "smime.setup", PS_NOWHERE, W_RECALL_NO_STORE,
		    PS_TEXT("address", address));
	if ((grown = realloc(s->own, (s->nown + 1) * sizeof *grown)) == NULL)
		return ps_nomem(err, "smime.setup");
	s->own = grown;
	if ((grown[s->nown] = strdup(address)) == NULL)
		return ps_nomem(err, "smime.setup");
	s->nown++;
	return PS_OK;
}

ps_code
ps_setup_set_revocation(struct ps_setup *s, int mode, ps_err *err)
{
	if (mode < 0 || mode > 2)
		return ps_fail(err, PS_E_MISUSE, "smime.setup", PS_NOWHERE, W_P_ONLY,
		    PS_NUMBER("name", mode), PS_TEXT("list", "0, 1, 2"));
	s->revocation = (enum ps_revocation)mode;
	return PS_OK;
}

ps_code
ps_setup_set_eol(struct ps_setup *s, int eol, ps_err *err)
{
	if (eol < 0 || eol > 2)
		return ps_fail(err, PS_E_MISUSE, "smime.setup", PS_NOWHERE, W_P_ONLY,
		    PS_NUMBER("name", eol), PS_TEXT("list", "0, 1, 2"));
	s->eol = eol;
	return PS_OK;
}

ps_code
ps_setup_add_secret(ps_secret ***list, size_t *n, const ps_secret *from, ps_err *err)
{
	ps_slice value = ps_secret_get(from);
	ps_secret **grown = realloc(*list, (*n + 1) * sizeof *grown);
	ps_code code;

	if (grown == NULL)
		return ps_nomem(err, "smime.setup");
	*list = grown;
	if ((grown[*n] = ps_secret_new()) == NULL)
		return ps_nomem(err, "smime.setup");
	if ((code = ps_secret_set(grown[*n], value.p, value.n, err)) != PS_OK) {
		ps_secret_free(grown[*n]);
		return code;
	}
	++*n;
	return PS_OK;
}

/* Those of the message first. Mostly one side has none, and nothing is copied. */
static ps_code
collect_certs(const struct ps_setup *s, const struct cms_bag *more, struct ps_path_in *in,
    ps_cert ***out_copy, ps_err *err)
{
	size_t n = more == NULL ? 0 : more->ncert;
	ps_cert **both;

	in->extra = n == 0 ? s->cert : more->cert;
	in->nextra = n + s->ncert;
	if (n == 0 || s->ncert == 0)
		return PS_OK;
	if ((both = calloc(in->nextra, sizeof(ps_cert *))) == NULL)
		return ps_nomem(err, "smime.setup");
	memcpy(both, more->cert, n * sizeof(ps_cert *));
	memcpy(both + n, s->cert, s->ncert * sizeof(ps_cert *));
	in->extra = *out_copy = both;
	return PS_OK;
}

static ps_code
collect_lists(const struct cms_bag *more, struct ps_path_in *in, ps_slice **out, ps_err *err)
{
	size_t n = more == NULL ? 0 : more->ncrl, nocsp = more == NULL ? 0 : more->nocsp;
	ps_slice *crl;

	if (n + nocsp == 0)
		return PS_OK;
	if ((crl = calloc(n + nocsp, sizeof *crl)) == NULL)	/* the answers behind */
		return ps_nomem(err, "smime.setup");
	for (size_t i = 0; i < n; i++)
		crl[i] = ps_buf_get(&more->crl[i]);
	for (size_t i = 0; i < nocsp; i++)
		crl[n + i] = ps_buf_get(&more->ocsp[i]);
	*out = crl;
	in->crl = crl;
	in->ncrl = n;
	in->ocsp = &crl[n];
	in->nocsp = nocsp;
	return PS_OK;
}

static ps_code
judge_path(struct ps_setup *s, ps_cert *cert, const struct cms_bag *more,
    enum ps_purpose purpose, int64_t at, bool past, struct ps_path_out *out, ps_err *err)
{
	struct ps_path_in in = { .trust = s->trust, .cert = cert, .news = ps_setup_news(s),
	    .at = at, .past = past,
	    .purpose = purpose, .revocation = s->revocation, .policy = s->policy,
	    .limits = &s->ctx->limits, .recall = ps_recall_of(s->ctx) };
	ps_cert **extra = NULL;
	ps_slice *crl = NULL;
	ps_code code;

	if ((code = collect_certs(s, more, &in, &extra, err)) != PS_OK ||
	    (code = collect_lists(more, &in, &crl, err)) != PS_OK)
		goto out;
	if (!s->trust_given && (code = ps_trust_use_system(s->trust, err)) == PS_OK &&
	    (code = ps_recall_anchors(s, err)) == PS_OK)
		s->trust_given = true;
	if (code == PS_OK)
		code = ps_path_complete(&in, out, err);
out:
	free(extra);
	free(crl);
	return code;
}

ps_code
ps_setup_judge(struct ps_setup *s, ps_cert *cert, const struct cms_bag *more,
    enum ps_purpose purpose, int64_t at, struct ps_path_out *out, ps_err *err)
{
	ps_code code = ps_recall_issuers(s, cert, more, err);

	return code == PS_OK ? judge_path(s, cert, more, purpose, at, false, out, err) : code;
}

ps_code
ps_setup_judge_past(struct ps_setup *s, ps_cert *cert, const struct cms_bag *more,
    enum ps_purpose purpose, int64_t at, struct ps_path_out *out, ps_err *err)
{
	ps_code code = ps_recall_issuers(s, cert, more, err);

	return code == PS_OK ? judge_path(s, cert, more, purpose, at, true, out, err) : code;
}

ps_code
ps_setup_open_input(const char *from, ps_reader **out, ps_err *err)
{
	return from == NULL ? ps_reader_open_fd(out, STDIN_FILENO, err)
	    : ps_reader_open_file(out, from, err);
}

/* --- progress --- */

struct watch {
	ps_reader	 base;
	ps_reader	*src;
	struct ps_setup	*setup;
	uint64_t	 done, told, whole;
	bool		 stopped;
};

enum { TELL_EVERY = 1 << 22 };

static ps_code
watch_peek(ps_reader *r, size_t min, ps_slice *out, ps_err *err)
{
	struct watch *w = (struct watch *)r;

	if (w->done - w->told >= TELL_EVERY) {
		w->told = w->done;
		w->stopped |= w->setup->progress(w->setup->progress_arg, w->done,
		    w->whole) != 0;
	}
	if (w->stopped)
		return ps_fail(err, PS_E_CANCELLED, "smime.open", PS_NOWHERE, W_OPEN_CANCELLED);
	return ps_reader_peek(w->src, min, out, err);
}

static void
watch_consume(ps_reader *r, size_t n)
{
	struct watch *w = (struct watch *)r;

	w->done += n;
	ps_reader_consume(w->src, n);
}

/* Progress goes on counting over a second reading: it is the work done. */
static ps_code
watch_rewind(ps_reader *r, ps_err *err)
{
	return ps_reader_rewind(((struct watch *)r)->src, err);
}

static uint64_t
watch_length(ps_reader *r)
{
	return ps_reader_length(((struct watch *)r)->src);
}

static uint64_t
watch_offset(const ps_reader *r)
{
	return ps_reader_offset(((const struct watch *)r)->src);
}

static void
watch_close(ps_reader *r)
{
	free(r);
}

static const ps_reader_ops watch_ops = {
	.size = sizeof(ps_reader_ops),
	.peek = watch_peek,
	.consume = watch_consume,
	.rewind = watch_rewind,
	.length = watch_length,
	.close = watch_close,
	.offset = watch_offset,
};
static const ps_reader_ops watch_pipe_ops = {
	.size = sizeof(ps_reader_ops),
	.peek = watch_peek,
	.consume = watch_consume,
	.length = watch_length,
	.close = watch_close,
	.offset = watch_offset,
};

ps_code
ps_setup_watch(struct ps_setup *s, ps_reader **out, ps_reader *src, ps_err *err)
{
	struct watch *w;

	if (s->progress == NULL) {
		*out = src;
		return PS_OK;
	}
	if ((w = calloc(1, sizeof *w)) == NULL)
		return ps_nomem(err, "smime.setup");
	w->base.ops = ps_reader_can_rewind(src) ? &watch_ops : &watch_pipe_ops;
	w->src = src;
	w->setup = s;
	w->whole = ps_reader_length(src);
	*out = &w->base;
	return PS_OK;
}
