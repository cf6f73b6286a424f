/* SPDX-License-Identifier: ISC */
/*
 * postseal id: one's own keys and certificates.
 *
 * One table of words. Each runs with the store open and the passphrases read;
 * those that write make the store when there is none.
 */
#include <string.h>

#include "command.h"
#include "id.h"
#include "say.h"
#include "secrets.h"
#include "text.h"

static const struct word {
	const char	*name;
	int		(*run)(struct id_run *r);
	bool		 creates;	/* the store, if there is none */
	bool		 needs;		/* an argument */
} words[] = {
	{ "create", id_create, true, true },
	{ "import", id_import, true, true },
	{ "list", id_list, false, false },
	{ "show", id_show, false, true },
	{ "request", id_request, false, true },
	{ "install", id_install, false, true },
	{ "renew", id_renew, false, true },
	{ "default", id_default, false, true },
	{ "retire", id_retire, false, true },
	{ "passphrase", id_passphrase, false, false },
	{ "export", id_export, false, true },
	{ "forget", id_forget, false, true },
};

static const struct word *
find(const char *name)
{
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(words[i].name, name) == 0)
			return &words[i];
	return NULL;
}

static int
run(const struct word *w, struct id_run *r)
{
	const struct options *o = r->o;
	int status = session_open(&r->session, o);

	if (status == EXIT_GOOD)
		status = secrets_fresh(&r->fresh, o);
	if (status == EXIT_GOOD)
		status = store_open(&r->store, o, w->creates);
	if (status == EXIT_GOOD)
		status = w->run(r);
	ps_store_close(r->store);
	ps_secret_free(r->fresh);
	session_close(&r->session);
	return status;
}

int
cmd_id(const struct options *o)
{
	const struct word *w = o->message.n == 0 ? NULL : find(o->message.item[0]);
	struct id_run r = { .o = o, .what = o->message.n > 1 ? o->message.item[1] : NULL };

	if (w == NULL)
		return say_usage(o->verb_name, "%s", T_ID_WORD);
	if (w->needs && r.what == NULL)
		return say_usage(o->verb_name, T_ID_NEEDS, w->name);
	if (o->message.n > 2)
		return say_usage(o->verb_name, T_ID_ONE, w->name, o->message.item[2]);
	return run(w, &r);
}
