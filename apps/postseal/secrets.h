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
/* secrets_ask is what the library calls for a passphrase; `arg` is the given
 * one as ps_secret *, NULL: ask on the terminal. */
ps_code	secrets_ask(void *arg, const char *what, ps_secret *out, ps_err *err);

#endif
