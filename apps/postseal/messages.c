/* SPDX-License-Identifier: ISC */
/*
 * The messages of the command line, one after the other.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "batch.h"
#include "input.h"
#include "names.h"
#include "say.h"
#include "session.h"
#include "text.h"

int
session_each(struct session *s, int (*one)(void *arg, const char *path), void *arg)
{
	const struct texts *m = &s->o->message;
	int status = EXIT_GOOD;

	/* Not earlier: whoever is asked for a passphrase can still go away. */
	interruption_catch();
	if (m->n == 0) {
		if (isatty(STDIN_FILENO) == 1)
			say("%s", T_WAITING);
		return one(arg, NULL);
	}
	for (size_t i = 0; i < m->n && !interrupted(); i++) {
		const char *path = strcmp(m->item[i], "-") == 0 ? NULL : m->item[i];

		status = worse(status, one(arg, path));
	}
	return status;
}

/* --- the mails in a message --- */

struct mails {
	struct session	*s;
	int		(*one)(void *arg, const struct message *m);
	void		*arg;
};

static int
each_of_mbox(struct mails *p, ps_reader *in, const char *path)
{
	struct message m = { .several = true };
	char name[4096];
	ps_err err = PS_ERR_INIT;
	ps_mbox *mbox = NULL;
	unsigned long n = 0;
	int status = EXIT_GOOD;
	ps_code code = ps_mbox_open(&mbox, in, &err);

	while (code == PS_OK && !interrupted() &&
	    (code = ps_mbox_next(mbox, &m.in, &err)) == PS_OK && m.in != NULL) {
		(void)snprintf(name, sizeof name, "%s#%lu", path == NULL ? "-" : path, ++n);
		m.name = name;
		status = worse(status, p->one(p->arg, &m));
		status = worse(status, batch_relieve(p->s));
	}
	if (code != PS_OK)
		status = worse(status, say_chain(say_label(path), code, &err));
	ps_mbox_close(mbox);
	return status;
}

static int
each_mail(void *arg, const char *path)
{
	struct mails *p = arg;
	struct message m = { .name = path, .several = p->s->o->message.n > 1 };
	ps_err err = PS_ERR_INIT;
	int is_mbox = 0, status = input_open(&m.in, path);

	if (status != EXIT_GOOD)
		return status;
	/* A source that is broken is one message: whoever reads it says why. */
	if (ps_mbox_look(m.in, &is_mbox, &err) != PS_OK)
		is_mbox = 0;
	status = is_mbox ? each_of_mbox(p, m.in, path) : p->one(p->arg, &m);
	ps_reader_close(m.in);
	return status;
}

int
session_mails(struct session *s, const char *path,
    int (*one)(void *arg, const struct message *m), void *arg)
{
	struct mails p = { .s = s, .one = one, .arg = arg };

	return each_mail(&p, path);
}

int
session_each_mail(struct session *s, int (*one)(void *arg, const struct message *m), void *arg)
{
	struct mails p = { .s = s, .one = one, .arg = arg };

	return session_each(s, each_mail, &p);
}
