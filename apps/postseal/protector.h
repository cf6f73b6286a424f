/* SPDX-License-Identifier: ISC */
#ifndef POSTSEAL_PROTECTOR_H
#define POSTSEAL_PROTECTOR_H

#include "session.h"

/* protector_make makes a protector as the options say, for sign, encrypt and
 * seal. Returns an exit status after saying what is wrong. */
int	protector_make(ps_protector **out, struct session *s);

#endif
