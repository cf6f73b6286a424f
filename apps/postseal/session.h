/* SPDX-License-Identifier: ISC */
#ifndef POSTSEAL_SESSION_H
#define POSTSEAL_SESSION_H

/* What every verb that touches a message needs before it starts. */

#include <postseal/postseal.h>

#include "options.h"
#include "progress.h"

struct session {
	const struct options *o;
	ps_ctx		*ctx;
	ps_policy	*policy;	/* NULL: the library's default */
	ps_secret	*passphrase;	/* NULL: ask */
	struct progress	 progress;
};

/* session_open returns an exit status after saying what is wrong;
 * session_close is fine after both. */
int	session_open(struct session *s, const struct options *o);
void	session_close(struct session *s);

/*
 * option_status turns the answer of a setter into an exit status. A value
 * that the library does not know is a mistake on the command line.
 */
int	option_status(const char *option, ps_code code, const ps_err *err);

/* session_each calls `one` for each message (NULL: standard input) and returns
 * the highest-ranking exit status. */
int	session_each(struct session *s, int (*one)(void *arg, const char *path), void *arg);

#endif
