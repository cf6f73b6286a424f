/* SPDX-License-Identifier: ISC */
#ifndef POSTSEAL_NETWORK_H
#define POSTSEAL_NETWORK_H

/* What asks the network: by a program of its own, postseal-fetch. */

#include "session.h"

/* network_fetch is the library's ps_fetch_fn; `arg` is the struct session, whose
 * policy says what may be asked. */
ps_code	network_fetch(void *arg, int kind, const char *url, ps_slice request,
	    ps_writer *answer, ps_err *err);

/* network_helper writes where postseal-fetch is; is it there, and can it be run? */
bool	network_helper(char *out, size_t size);

#endif
