/* SPDX-License-Identifier: ISC */
#ifndef POSTSEAL_POLICY_FILE_H
#define POSTSEAL_POLICY_FILE_H

#include <postseal/postseal.h>

/* policy_open makes the policy that --policy names: a built-in one, or a file
 * of rows. Returns an exit status after saying what is wrong. */
int	policy_open(ps_policy **out, const char *name);

#endif
