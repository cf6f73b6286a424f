/* SPDX-License-Identifier: ISC */
/*
 * What steps share.
 */
#include "stream/stream.h"

bool
ps_put_all(struct ps_put *put, struct ps_step_io *io)
{
	while (put->at < put->n && io->out < io->out_end)
		*io->out++ = put->p[put->at++];
	if (put->at < put->n)
		return false;
	put->at = put->n = 0;
	return true;
}
