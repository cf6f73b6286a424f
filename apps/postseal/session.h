/* SPDX-License-Identifier: ISC */
#ifndef POSTSEAL_SESSION_H
#define POSTSEAL_SESSION_H

/* What every verb that touches a message needs before it starts. */

#include <postseal/postseal.h>

#include "options.h"
#include "progress.h"
#include "secrets.h"

struct lane;

struct session {
	const struct options *o;
	ps_ctx		*ctx;
	ps_policy	*policy;	/* NULL: the library's default */
	ps_store	*store;		/* NULL: none */
	ps_secret	*passphrase;	/* NULL: ask */
	struct progress	 progress;
	struct typed	 typed;		/* passphrases */
	struct typed	*asked;		/* those of the first thread */
	struct lane	*lane;		/* what is said about a message; NULL: not kept */
	bool		 in_batch;
};

/* session_open returns an exit status after saying what is wrong;
 * session_close is fine after both. */
int	session_open(struct session *s, const struct options *o);
void	session_close(struct session *s);

/* session_store looks for the store that the options mean. Without `create` there may be
 * none, which is no fault unless one was named. */
int	session_store(struct session *s, bool create);

/*
 * option_status turns the answer of a setter into an exit status. A value
 * that the library does not know is a mistake on the command line.
 */
int	option_status(const char *option, ps_code code, const ps_err *err);

/* session_each calls `one` for each message (NULL: standard input) and returns
 * the highest-ranking exit status. */
int	session_each(struct session *s, int (*one)(void *arg, const char *path), void *arg);
/* One mail of the command line: a file, or one of the mails of an mbox. */
struct message {
	ps_reader	*in;
	const char	*name;		/* "mail.eml", "mails.mbox#3"; NULL: standard input */
	bool		 several;	/* there are more, so it is told which one this is */
};
/* session_mails opens one message; an mbox is taken apart. */
int	session_mails(struct session *s, const char *path,
	    int (*one)(void *arg, const struct message *m), void *arg);
/* session_each_mail opens each message; an mbox is taken apart. */
int	session_each_mail(struct session *s, int (*one)(void *arg, const struct message *m),
	    void *arg);

#endif
