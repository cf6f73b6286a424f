/* SPDX-License-Identifier: ISC */
#ifndef POSTSEAL_BCC_H
#define POSTSEAL_BCC_H

/* The copies for Bcc recipients: all of them or none. */

#include <postseal/postseal.h>

struct bcc_copy;

struct bcc {
	const char	*dir;
	struct bcc_copy	*copies;
};

/* bcc_open is the library's ps_bcc_fn, `arg` a struct bcc. */
ps_code	bcc_open(void *arg, const char *address, ps_writer **out, ps_err *err);
/*
 * bcc_finish puts the copies in place; when one cannot be, those that were not
 * there before are taken away again. Returns an exit status.
 */
int	bcc_finish(struct bcc *b);
/* bcc_clear forgets the copies, and abandons those that were not finished. */
void	bcc_clear(struct bcc *b);

#endif
