/* SPDX-License-Identifier: ISC */
#ifndef POSTSEAL_OPENER_H
#define POSTSEAL_OPENER_H

#include "session.h"

/* opener_make makes an opener as the options say, for open, verify and
 * inspect. Returns an exit status after saying what is wrong. */
int	opener_make(ps_opener **out, struct session *s);

#endif
