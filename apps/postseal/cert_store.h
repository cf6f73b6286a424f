/* SPDX-License-Identifier: ISC */
#ifndef POSTSEAL_CERT_STORE_H
#define POSTSEAL_CERT_STORE_H

/* The verbs of `postseal cert` that work on the store. */

#include "options.h"

/* cert_store returns the exit status. */
int	cert_store(const struct options *o);

#endif
