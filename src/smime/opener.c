/* SPDX-License-Identifier: ISC */
/*
 * The opener's setters.
 */
#include <stdlib.h>
#include <string.h>

#include "base/words.h"
#include "smime/opening.h"
#include "smime/words.h"

ps_opener *
ps_opener_new(ps_ctx *ctx)
{
	ps_opener *op;

	if (ctx == NULL || (op = calloc(1, sizeof *op)) == NULL)
		return NULL;
	if (ps_setup_init(&op->setup, ctx, NULL) != PS_OK) {
		ps_opener_free(op);
		return NULL;
	}
	return op;
}

void
ps_opener_free(ps_opener *op)
{
	if (op == NULL)
		return;
	ps_setup_clear(&op->setup);
	free(op->from);
	free(op->content_path);
	free(op->sent_path);
	free(op);
}

ps_code
ps_opener_add_identity_file(ps_opener *op, const char *path, ps_ask_fn ask, void *arg,
    ps_err *err)
{
	if (op == NULL)
		return ps_nomem(err, "smime.opener");
	return ps_setup_add_identity(&op->setup, path, ask, arg, err);
}

ps_code
ps_opener_add_cert_file(ps_opener *op, const char *path, ps_err *err)
{
	if (op == NULL)
		return ps_nomem(err, "smime.opener");
	return ps_setup_add_certs(&op->setup, path, NULL, NULL, err);
}

ps_code
ps_opener_add_trust_file(ps_opener *op, const char *path, ps_err *err)
{
	if (op == NULL)
		return ps_nomem(err, "smime.opener");
	return ps_setup_add_trust(&op->setup, path, err);
}

ps_code
ps_opener_add_crl_file(ps_opener *op, const char *path, ps_err *err)
{
	if (op == NULL)
		return ps_nomem(err, "smime.opener");
	return ps_setup_add_crl(&op->setup, path, err);
}

ps_code
ps_opener_set_revocation(ps_opener *op, int mode, ps_err *err)
{
	if (op == NULL)
		return ps_nomem(err, "smime.opener");
	return ps_setup_set_revocation(&op->setup, mode, err);
}

ps_code
ps_opener_set_fetch(ps_opener *op, ps_fetch_fn fn, void *arg, ps_err *err)
{
	if (op == NULL)
		return ps_nomem(err, "smime.opener");
	ps_setup_set_fetch(&op->setup, fn, arg);
	return PS_OK;
}

ps_code
ps_opener_set_policy(ps_opener *op, const ps_policy *p, ps_err *err)
{
	if (op == NULL)
		return ps_nomem(err, "smime.opener");
	op->setup.policy = p != NULL ? p : op->setup.own_policy;
	return PS_OK;
}

/* Replaces *place by a copy of `text`. */
static ps_code
set_text(char **place, const char *text, ps_err *err)
{
	char *copy = strdup(text);

	if (copy == NULL)
		return ps_nomem(err, "smime.opener");
	free(*place);
	*place = copy;
	return PS_OK;
}

ps_code
ps_opener_set_from(ps_opener *op, const char *address, ps_err *err)
{
	if (op == NULL)
		return ps_nomem(err, "smime.opener");
	return set_text(&op->from, address, err);
}

ps_code
ps_opener_set_content_file(ps_opener *op, const char *path, ps_err *err)
{
	if (op == NULL)
		return ps_nomem(err, "smime.opener");
	return set_text(&op->content_path, path, err);
}

ps_code
ps_opener_set_sent_file(ps_opener *op, const char *path, ps_err *err)
{
	if (op == NULL)
		return ps_nomem(err, "smime.opener");
	return set_text(&op->sent_path, path, err);
}

ps_code
ps_opener_set_require(ps_opener *op, ps_summary least, ps_err *err)
{
	if (op == NULL)
		return ps_nomem(err, "smime.opener");
	if (least != PS_SUMMARY_PLAIN && least != PS_SUMMARY_SIGNED &&
	    least != PS_SUMMARY_SEALED)
		return ps_fail(err, PS_E_MISUSE, "smime.opener", PS_NOWHERE, W_P_ONLY,
		    PS_NUMBER("name", least), PS_TEXT("list", "plain, signed, sealed"));
	op->require = least;
	return PS_OK;
}

ps_code
ps_opener_set_all_parts(ps_opener *op, int on, ps_err *err)
{
	if (op == NULL)
		return ps_nomem(err, "smime.opener");
	op->all_parts = on != 0;
	return PS_OK;
}

ps_code
ps_opener_set_eol(ps_opener *op, int eol, ps_err *err)
{
	if (op == NULL)
		return ps_nomem(err, "smime.opener");
	return ps_setup_set_eol(&op->setup, eol, err);
}

ps_code
ps_opener_add_password(ps_opener *op, const ps_secret *s, ps_err *err)
{
	if (op == NULL)
		return ps_nomem(err, "smime.opener");
	return ps_setup_add_secret(&op->setup.password, &op->setup.npassword, s, err);
}

ps_code
ps_opener_add_kek(ps_opener *op, const ps_secret *s, ps_err *err)
{
	if (op == NULL)
		return ps_nomem(err, "smime.opener");
	return ps_setup_add_secret(&op->setup.kek, &op->setup.nkek, s, err);
}

ps_code
ps_opener_set_progress(ps_opener *op, ps_progress_fn fn, void *arg, ps_err *err)
{
	if (op == NULL)
		return ps_nomem(err, "smime.opener");
	op->setup.progress = fn;
	op->setup.progress_arg = arg;
	return PS_OK;
}
