/* SPDX-License-Identifier: ISC */
/*
 * From options to an opener.
 */
#include "opener.h"

#include "network.h"
#include "say.h"
#include "secrets.h"

static const struct {
	size_t	 at;
	ps_code	(*add)(ps_opener *, const char *, ps_err *);
} files[] = {
	{ offsetof(struct options, cert), ps_opener_add_cert_file },
	{ offsetof(struct options, trust), ps_opener_add_trust_file },
	{ offsetof(struct options, crl), ps_opener_add_crl_file },
};

static int
add_files(ps_opener *op, const struct options *o)
{
	ps_err err = PS_ERR_INIT;
	ps_code code;

	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		const struct texts *list = (const void *)((const char *)o + files[i].at);

		for (size_t j = 0; j < list->n; j++) {
			code = files[i].add(op, list->item[j], &err);
			if (code != PS_OK)
				return say_chain(list->item[j], code, &err);
		}
	}
	return EXIT_GOOD;
}

static int
add_identities(ps_opener *op, struct session *s)
{
	ps_err err = PS_ERR_INIT;
	ps_code code;

	for (size_t i = 0; i < s->o->identity.n; i++) {
		code = ps_opener_add_identity_file(op, s->o->identity.item[i], secrets_ask,
		    s->passphrase, &err);
		if (code != PS_OK)
			return say_chain(s->o->identity.item[i], code, &err);
	}
	return EXIT_GOOD;
}

static int
add_secrets(ps_opener *op, const struct texts *list, int (*get)(ps_secret **, const char *),
    ps_code (*add)(ps_opener *, const ps_secret *, ps_err *))
{
	ps_err err = PS_ERR_INIT;
	int status = EXIT_GOOD;

	for (size_t i = 0; i < list->n && status == EXIT_GOOD; i++) {
		ps_secret *secret = NULL;
		ps_code code = PS_OK;

		status = get(&secret, list->item[i]);
		if (status == EXIT_GOOD)
			code = add(op, secret, &err);
		if (code != PS_OK)
			status = say_chain(list->item[i], code, &err);
		ps_secret_free(secret);
	}
	return status;
}

static int
set_choices(ps_opener *op, const struct options *o)
{
	ps_err err = PS_ERR_INIT;
	ps_code code = PS_OK;

	if (o->revocation >= 0)
		code = ps_opener_set_revocation(op, o->revocation, &err);
	if (code == PS_OK && o->require >= 0)
		code = ps_opener_set_require(op,
		    o->require == 0 ? PS_SUMMARY_SIGNED : PS_SUMMARY_SEALED, &err);
	if (code == PS_OK && o->all_parts)
		code = ps_opener_set_all_parts(op, 1, &err);
	if (code == PS_OK && o->eol >= 0)
		code = ps_opener_set_eol(op, o->eol + 1, &err);
	return code == PS_OK ? EXIT_GOOD : say_chain(o->verb_name, code, &err);
}

static int
set_values(ps_opener *op, struct session *s)
{
	ps_err err = PS_ERR_INIT;
	const struct options *o = s->o;
	ps_code code = PS_OK;

	if (o->from != NULL)
		code = ps_opener_set_from(op, o->from, &err);
	if (code != PS_OK)
		return option_status("--from", code, &err);
	if (o->content != NULL)
		code = ps_opener_set_content_file(op, o->content, &err);
	if (code != PS_OK)
		return say_chain(o->content, code, &err);
	if (o->sent != NULL)
		code = ps_opener_set_sent_file(op, o->sent, &err);
	if (code != PS_OK)
		return say_chain(o->sent, code, &err);
	if (s->policy != NULL)
		code = ps_opener_set_policy(op, s->policy, &err);
	if (code == PS_OK && o->online)
		code = ps_opener_set_fetch(op, network_fetch, s, &err);
	if (code == PS_OK)
		code = ps_opener_set_progress(op, progress_tick, &s->progress, &err);
	return code == PS_OK ? EXIT_GOOD : say_chain(o->verb_name, code, &err);
}

int
opener_make(ps_opener **out, struct session *s)
{
	ps_opener *op = ps_opener_new(s->ctx);
	int status;

	if (op == NULL)
		return say_nomem();
	*out = op;
	status = set_choices(op, s->o);
	if (status == EXIT_GOOD)
		status = set_values(op, s);
	if (status == EXIT_GOOD)
		status = add_files(op, s->o);
	if (status == EXIT_GOOD)
		status = add_identities(op, s);
	if (status == EXIT_GOOD)
		status = add_secrets(op, &s->o->password_file, secrets_password,
		    ps_opener_add_password);
	if (status == EXIT_GOOD)
		status = add_secrets(op, &s->o->kek, secrets_kek, ps_opener_add_kek);
	return status;
}
