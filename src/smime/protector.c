/* SPDX-License-Identifier: ISC */
/*
 * The protector's setters.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/words.h"
#include "smime/protecting.h"
#include "smime/words.h"

ps_protector *
ps_protector_new(ps_ctx *ctx)
{
	ps_protector *pr;

	if (ctx == NULL || (pr = calloc(1, sizeof *pr)) == NULL)
		return NULL;
	if (ps_setup_init(&pr->setup, ctx, NULL) != PS_OK) {
		ps_protector_free(pr);
		return NULL;
	}
	return pr;
}

void
ps_protector_free(ps_protector *pr)
{
	if (pr == NULL)
		return;
	for (size_t i = 0; i < pr->nasked; i++)
		free(pr->asked[i].address);
	free(pr->asked);
	protect_known_clear(pr);
	ps_setup_clear(&pr->setup);
	ps_buf_clear(&pr->explain);
	ps_buf_clear(&pr->warnings);
	protect_asks_clear(&pr->asks);
	ps_trust_free(pr->stamp_trust);
	free(pr->stamp);
	free(pr);
}

void
protect_line(struct ps_buf *b, const char *words, ...)
{
	char line[512];
	va_list ap;

	va_start(ap, words);
	ps_words_vexpand(line, sizeof line, words, ap);
	va_end(ap);
	/* A line that memory is too short for is no reason to fail. */
	if (b->n > 0)
		b->n--;		/* the NUL */
	if (ps_buf_add_text(b, line, NULL) != PS_OK ||
	    ps_buf_add(b, (ps_slice){ (const uint8_t *)"\n", 2 }, NULL) != PS_OK)
		ps_buf_clear(b);
}

ps_code
ps_protector_add_identity_file(ps_protector *pr, const char *path, ps_ask_fn ask, void *arg,
    ps_err *err)
{
	if (pr == NULL)
		return ps_nomem(err, "smime.protector");
	return ps_setup_add_identity(&pr->setup, path, ask, arg, err);
}

ps_code
ps_protector_set_store(ps_protector *pr, ps_store *store, ps_ask_fn ask, void *arg, ps_err *err)
{
	if (pr == NULL)
		return ps_nomem(err, "smime.protector");
	return ps_setup_set_store(&pr->setup, store, ask, arg, err);
}

ps_code
ps_protector_add_identity(ps_protector *pr, const char *address, ps_err *err)
{
	if (pr == NULL)
		return ps_nomem(err, "smime.protector");
	return ps_setup_add_own(&pr->setup, address, err);
}

static ps_code
ask_for(ps_protector *pr, const struct protect_to *to, ps_err *err)
{
	struct protect_to *grown = realloc(pr->asked, (pr->nasked + 1) * sizeof *grown);

	if (grown == NULL)
		return ps_nomem(err, "smime.protector");
	pr->asked = grown;
	pr->asked[pr->nasked++] = *to;
	return PS_OK;
}

ps_code
ps_protector_add_recipient_file(ps_protector *pr, const char *path, ps_err *err)
{
	struct protect_to to = { .address = NULL };
	ps_code code;

	if (pr == NULL)
		return ps_nomem(err, "smime.protector");
	if ((code = ps_setup_add_certs(&pr->setup, path, &to.first, &to.n, err)) != PS_OK)
		return code;
	return ask_for(pr, &to, err);
}

ps_code
ps_protector_add_recipient(ps_protector *pr, const char *address, ps_err *err)
{
	struct protect_to to = { .address = NULL };
	ps_code code;

	if (pr == NULL)
		return ps_nomem(err, "smime.protector");
	if ((to.address = strdup(address)) == NULL)
		return ps_nomem(err, "smime.protector");
	if ((code = ask_for(pr, &to, err)) != PS_OK)
		free(to.address);
	return code;
}

ps_code
ps_protector_add_password(ps_protector *pr, const ps_secret *s, ps_err *err)
{
	if (pr == NULL)
		return ps_nomem(err, "smime.protector");
	return ps_setup_add_secret(&pr->setup.password, &pr->setup.npassword, s, err);
}

ps_code
ps_protector_add_kek(ps_protector *pr, const ps_secret *s, ps_err *err)
{
	if (pr == NULL)
		return ps_nomem(err, "smime.protector");
	return ps_setup_add_secret(&pr->setup.kek, &pr->setup.nkek, s, err);
}

ps_code
ps_protector_add_cert_file(ps_protector *pr, const char *path, ps_err *err)
{
	if (pr == NULL)
		return ps_nomem(err, "smime.protector");
	return ps_setup_add_certs(&pr->setup, path, NULL, NULL, err);
}

ps_code
ps_protector_learn_file(ps_protector *pr, const char *path, ps_err *err)
{
	char **grown;

	if (pr == NULL)
		return ps_nomem(err, "smime.protector");
	grown = realloc(pr->learn, (pr->nlearn + 1) * sizeof *grown);
	if (grown == NULL)
		return ps_nomem(err, "smime.protector");
	pr->learn = grown;
	if ((grown[pr->nlearn] = strdup(path)) == NULL)
		return ps_nomem(err, "smime.protector");
	pr->nlearn++;
	return PS_OK;
}

ps_code
ps_protector_add_trust_file(ps_protector *pr, const char *path, ps_err *err)
{
	if (pr == NULL)
		return ps_nomem(err, "smime.protector");
	return ps_setup_add_trust(&pr->setup, path, err);
}

ps_code
ps_protector_add_crl_file(ps_protector *pr, const char *path, ps_err *err)
{
	if (pr == NULL)
		return ps_nomem(err, "smime.protector");
	return ps_setup_add_crl(&pr->setup, path, err);
}

ps_code
ps_protector_set_fetch(ps_protector *pr, ps_fetch_fn fn, void *arg, ps_err *err)
{
	if (pr == NULL)
		return ps_nomem(err, "smime.protector");
	ps_setup_set_fetch(&pr->setup, fn, arg);
	return PS_OK;
}

ps_code
ps_protector_set_revocation(ps_protector *pr, int mode, ps_err *err)
{
	if (pr == NULL)
		return ps_nomem(err, "smime.protector");
	return ps_setup_set_revocation(&pr->setup, mode, err);
}

ps_code
ps_protector_set_policy(ps_protector *pr, const ps_policy *policy, ps_err *err)
{
	if (pr == NULL)
		return ps_nomem(err, "smime.protector");
	pr->setup.policy = policy != NULL ? policy : pr->setup.own_policy;
	return PS_OK;
}

/* Finds an algorithm by name; *place is the row. */
static ps_code
set_alg(const struct ps_alg **place, enum ps_alg_kind kind, const char *what, const char *name,
    ps_err *err)
{
	const struct ps_alg *alg = ps_alg_by_name(kind, name);

	if (alg == NULL)
		return ps_fail(err, PS_E_MISUSE, "smime.protector", PS_NOWHERE, W_P_ALG,
		    PS_TEXT("kind", what), PS_TEXT("name", name));
	*place = alg;
	return PS_OK;
}

ps_code
ps_protector_set_digest(ps_protector *pr, const char *name, ps_err *err)
{
	if (pr == NULL)
		return ps_nomem(err, "smime.protector");
	return set_alg(&pr->digest, PS_ALG_DIGEST, "digest", name, err);
}

ps_code
ps_protector_set_cipher(ps_protector *pr, const char *name, ps_err *err)
{
	if (pr == NULL)
		return ps_nomem(err, "smime.protector");
	return set_alg(&pr->cipher, PS_ALG_CIPHER, "cipher", name, err);
}

/* Which of two names it is; PS_E_MISUSE for another. */
static ps_code
choose(bool *out_first, const char *name, const char *first, const char *second, ps_err *err)
{
	char list[64];

	*out_first = strcmp(name, first) == 0;
	if (*out_first || strcmp(name, second) == 0)
		return PS_OK;
	ps_words(list, sizeof list, "{a}, {b}", PS_TEXT("a", first), PS_TEXT("b", second));
	return ps_fail(err, PS_E_MISUSE, "smime.protector", PS_NOWHERE, W_P_ONLY,
	    PS_TEXT("name", name), PS_TEXT("list", list));
}

ps_code
ps_protector_set_padding(ps_protector *pr, const char *name, ps_err *err)
{
	if (pr == NULL)
		return ps_nomem(err, "smime.protector");
	return choose(&pr->pss, name, "pss", "pkcs1", err);
}

ps_code
ps_protector_set_key_transport(ps_protector *pr, const char *name, ps_err *err)
{
	static const struct { const char *name; unsigned alg; } ways[] = {
		{ "oaep", PS_RSA_OAEP }, { "pkcs1", PS_RSA_PKCS1 }, { "rsa-kem", PS_KEM_RSA },
	};

	if (pr == NULL)
		return ps_nomem(err, "smime.protector");
	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
		if (strcmp(ways[i].name, name) == 0) {
			pr->transport = ps_alg_get(ways[i].alg);
			return PS_OK;
		}
	return ps_fail(err, PS_E_MISUSE, "smime.protector", PS_NOWHERE, W_P_ONLY,
	    PS_TEXT("name", name), PS_TEXT("list", "oaep, pkcs1, rsa-kem"));
}

ps_code
ps_protector_set_headers(ps_protector *pr, const char *name, ps_err *err)
{
	if (pr == NULL)
		return ps_nomem(err, "smime.protector");
	if (!ps_hcp_by_name(name, &pr->headers))
		return ps_fail(err, PS_E_MISUSE, "smime.protector", PS_NOWHERE, W_P_ONLY,
		    PS_TEXT("name", name), PS_TEXT("list", "off, none, baseline, shy"));
	pr->headers_given = true;
	return PS_OK;
}

#define FLAG(setter, field)						\
ps_code									\
setter(ps_protector *pr, int on, ps_err *err)				\
{									\
	if (pr == NULL)							\
		return ps_nomem(err, "smime.protector");			\
	pr->field = on != 0;						\
	return PS_OK;							\
}

FLAG(ps_protector_set_add, add)
FLAG(ps_protector_set_opaque, opaque)
FLAG(ps_protector_set_key_ids, key_ids)
FLAG(ps_protector_set_der, der)
FLAG(ps_protector_set_compress, compress)
FLAG(ps_protector_set_no_self, no_self)
FLAG(ps_protector_set_draft, draft)
FLAG(ps_protector_set_insecure_recipients, insecure_recipients)
FLAG(ps_protector_set_triple, triple)
FLAG(ps_protector_set_keep_found, keep_found)

ps_code
ps_protector_set_eol(ps_protector *pr, int eol, ps_err *err)
{
	if (pr == NULL)
		return ps_nomem(err, "smime.protector");
	return ps_setup_set_eol(&pr->setup, eol, err);
}

ps_code
ps_protector_set_progress(ps_protector *pr, ps_progress_fn fn, void *arg, ps_err *err)
{
	if (pr == NULL)
		return ps_nomem(err, "smime.protector");
	pr->setup.progress = fn;
	pr->setup.progress_arg = arg;
	return PS_OK;
}

ps_code
ps_protector_set_bcc(ps_protector *pr, ps_bcc_fn fn, void *arg, ps_err *err)
{
	if (pr == NULL)
		return ps_nomem(err, "smime.protector");
	pr->bcc = fn;
	pr->bcc_arg = arg;
	return PS_OK;
}

static const char *
text_of(const struct ps_buf *b)
{
	return b->n == 0 ? "" : (const char *)b->p;
}

const char *
ps_protector_explain(const ps_protector *pr)
{
	return pr == NULL ? "" : text_of(&pr->explain);
}

const char *
ps_protector_warnings(const ps_protector *pr)
{
	return pr == NULL ? "" : text_of(&pr->warnings);
}
