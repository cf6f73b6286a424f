/* SPDX-License-Identifier: ISC */
#ifndef POSTSEAL_INPUT_H
#define POSTSEAL_INPUT_H

/* Where messages come from. */

#include <postseal/postseal.h>

/* input_open opens `path` (NULL: standard input), or says why not and returns
 * an exit status. */
int	input_open(ps_reader **out, const char *path);

#endif
