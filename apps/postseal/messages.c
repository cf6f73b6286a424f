/* SPDX-License-Identifier: ISC */
/*
 * The messages of the command line, one after the other.
 */
#include <string.h>
#include <unistd.h>

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

int
message_open(ps_reader **in, const char *path)
{
	ps_err err = PS_ERR_INIT;
	ps_code code;

	if (path == NULL)
		code = ps_reader_open_fd(in, STDIN_FILENO, &err);
	else
		code = ps_reader_open_file(in, path, &err);
	return code == PS_OK ? EXIT_GOOD : say_chain(say_label(path), code, &err);
}
