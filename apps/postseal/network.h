/* SPDX-License-Identifier: ISC */
#ifndef POSTSEAL_NETWORK_H
#define POSTSEAL_NETWORK_H

/* What asks the network: by a program of its own, postseal-fetch. */

#include "session.h"

/* network_stamp is the library's ps_stamp_fn; `arg` is the struct session, whose
 * options name the time-stamping authority. */
ps_code	network_stamp(void *arg, ps_slice request, ps_writer *answer, ps_err *err);

#endif
