/* SPDX-License-Identifier: ISC */
/*
 * A session: context, policy, passphrase.
 */
#include "session.h"

#include <unistd.h>

#include "policy_file.h"
#include "say.h"
#include "secrets.h"

/* Two threads take a big message where they find two processors: about a third
 * off the time for a tenth more work (docs/performance.md). */
static unsigned
threads_of(const struct options *o)
{
	if (o->threads > 0)
		return (unsigned)o->threads;
	return sysconf(_SC_NPROCESSORS_ONLN) >= 2 ? 2 : 1;
}

static int
set_up(struct session *s)
{
	ps_err err = PS_ERR_INIT;
	ps_code code = PS_OK;

	if (s->o->at != NULL)
		code = ps_ctx_set_time(s->ctx, s->o->when, &err);
	if (code == PS_OK)
		code = ps_ctx_set_threads(s->ctx, threads_of(s->o), &err);
	return code == PS_OK ? EXIT_GOOD : say_chain(s->o->verb_name, code, &err);
}

/* What the command line says goes before the policy. */
static int
set_pq(struct session *s)
{
	static const char *const words[] = { "prefer", "require", "off" };
	ps_err err = PS_ERR_INIT;
	ps_code code = PS_OK;

	if (s->o->pq_rule < 0)
		return EXIT_GOOD;
	if (s->policy == NULL)
		code = ps_policy_new(&s->policy, "default", &err);
	if (code == PS_OK)
		code = ps_policy_set(s->policy, "rules", "pq", words[s->o->pq_rule], &err);
	return code == PS_OK ? EXIT_GOOD : say_chain("--pq", code, &err);
}

int
session_open(struct session *s, const struct options *o)
{
	int status;

	*s = (struct session){ .o = o, .ctx = ps_ctx_new() };
	if (s->ctx == NULL)
		return say_nomem();
	status = set_up(s);
	if (status == EXIT_GOOD && o->policy != NULL)
		status = policy_open(&s->policy, o->policy);
	if (status == EXIT_GOOD)
		status = set_pq(s);
	if (status == EXIT_GOOD)
		status = secrets_passphrase(&s->passphrase, o);
	s->typed.given = s->passphrase;
	s->asked = &s->typed;
	return status;
}

void
session_close(struct session *s)
{
	ps_store_close(s->store);
	ps_secret_free(s->passphrase);
	secrets_forget(&s->typed);
	ps_policy_free(s->policy);
	ps_ctx_free(s->ctx);
	*s = (struct session){ 0 };
}

int
session_store(struct session *s, bool create)
{
	const struct options *o = s->o;
	ps_err err = PS_ERR_INIT;
	ps_code code;

	if (o->no_store || s->store != NULL)
		return EXIT_GOOD;
	code = ps_store_open(&s->store, o->store, create, &err);
	if (code == PS_OK || (code == PS_E_NOT_FOUND && !create && o->store == NULL))
		return EXIT_GOOD;
	return say_chain(o->store == NULL ? o->verb_name : o->store, code, &err);
}

int
option_status(const char *option, ps_code code, const ps_err *err)
{
	int status;

	if (code == PS_OK)
		return EXIT_GOOD;
	status = say_chain(option, code, err);
	return code == PS_E_NOT_FOUND || code == PS_E_UNSUPPORTED ? EXIT_USAGE : status;
}
