/* SPDX-License-Identifier: ISC */
#ifndef POSTSEAL_SECRETS_H
#define POSTSEAL_SECRETS_H

/* Passphrases, passwords and raw keys: from files and descriptors only. */

#include <postseal/postseal.h>

#include "options.h"

/* Each returns an exit status after saying what is wrong. `*out` is the
 * caller's; NULL when no passphrase was given. */
int	secrets_passphrase(ps_secret **out, const struct options *o);
/* What --new-passphrase-... say. */
int	secrets_fresh(ps_secret **out, const struct options *o);
int	secrets_password(ps_secret **out, const char *path);
int	secrets_kek(ps_secret **out, const char *path);
/*
 * What somebody typed, in the order of the questions. secrets_again begins at the
 * first: whoever does the same once more is asked the same, and nobody types twice.
 */
enum { TYPED_MAX = 64 };
struct typed {
	const ps_secret	*given;		/* answers everything; NULL: it is asked for */
	ps_secret	*answer[TYPED_MAX];
	size_t		 n, next;
};
void	secrets_again(struct typed *t);
void	secrets_forget(struct typed *t);
/* secrets_ask is what the library calls for a passphrase; `arg` is a struct typed. */
ps_code	secrets_ask(void *arg, const char *what, ps_secret *out, ps_err *err);

#endif
