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
