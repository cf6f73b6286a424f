/* SPDX-License-Identifier: ISC */
#ifndef POSTSEAL_APP_STORE_H
#define POSTSEAL_APP_STORE_H

/* The store that the command line means. */

#include <postseal/postseal.h>

#include "options.h"

/* store_open: --store, else the user's own. Without `create` there must be one.
 * Returns an exit status after saying what is wrong. */
int	store_open(ps_store **out, const struct options *o, int create);

#endif
