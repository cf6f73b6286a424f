/* SPDX-License-Identifier: ISC */
/*
 * What steps share.
 */
#include "stream/stream.h"

#include <stddef.h>
#include <string.h>

bool
ps_put_all(struct ps_put *put, struct ps_step_io *io)
{
	/* All at once where there is room, which is nearly always. */
	if (put->at == 0 && io->out_end - io->out >= (ptrdiff_t)sizeof put->p) {
		memcpy(io->out, put->p, sizeof put->p);
		io->out += put->n;
		put->n = 0;
		return true;
	}
	while (put->at < put->n && io->out < io->out_end)
		*io->out++ = put->p[put->at++];
	if (put->at < put->n)
		return false;
	put->at = put->n = 0;
	return true;
}
