/* SPDX-License-Identifier: ISC */
#ifndef POSTSEAL_POSTSEAL_H
#define POSTSEAL_POSTSEAL_H

/* Everything. A program that opens or seals mail needs no other header. */

#include <postseal/base.h>
#include <postseal/cert.h>
#include <postseal/mime.h>
#include <postseal/policy.h>
#include <postseal/smime.h>
#include <postseal/store.h>
#include <postseal/stream.h>

#endif
