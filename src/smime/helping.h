/* SPDX-License-Identifier: ISC */
#ifndef PS_SMIME_HELPING_H
#define PS_SMIME_HELPING_H

/* A second thread beside a big message: it reads ahead and writes behind. */

#include "base/ctx.h"
#include "stream/helper.h"

struct helping {
	struct ps_helper *helper;
	ps_reader	*ahead;
	ps_writer	*behind;
};

/*
 * helping_begin puts what helps in the place of *in and *out (NULL: there is
 * none), as far as `ctx` allows it and the message is worth it; else, and where
 * the system has no thread or memory left, all stays as it is. helping_end
 * takes it away.
 */
void	helping_begin(struct helping *h, const ps_ctx *ctx, ps_reader **in, ps_writer **out);
void	helping_end(struct helping *h);

#endif
