/* SPDX-License-Identifier: ISC */
/*
 * Counts and forgets: for a first pass that only asks whether all is right.
 */
#include <stdlib.h>

#include "stream/writer.h"

struct null_writer {
	struct ps_own_writer own;
	uint64_t	 n;
};

static ps_code
null_write(ps_writer *pub, ps_slice in, ps_err *err)
{
	struct null_writer *w = (struct null_writer *)pub;
	ps_code code = ps_own_ready(&w->own, err);

	if (code == PS_OK)
		w->n += in.n;
	return code;
}

static ps_code
null_finish(ps_writer *pub, ps_err *err)
{
	struct null_writer *w = (struct null_writer *)pub;
	ps_code code = ps_own_ready(&w->own, err);

	return code == PS_OK ? ps_own_finished(&w->own, code) : code;
}

static void
null_abandon(ps_writer *pub)
{
	((struct null_writer *)pub)->own.state = PS_WRITING_ABANDONED;
}

static void
null_close(ps_writer *pub)
{
	free((struct null_writer *)pub);
}

static ps_code
null_restart(ps_writer *pub, ps_err *err)
{
	struct null_writer *w = (struct null_writer *)pub;
	ps_code code = ps_own_ready(&w->own, err);

	if (code == PS_OK)
		w->n = 0;
	return code;
}

static const ps_writer_ops null_ops = {
	.size = sizeof(ps_writer_ops),
	.write = null_write,
	.finish = null_finish,
	.abandon = null_abandon,
	.close = null_close,
	.restart = null_restart,
};

ps_code
ps_writer_open_null(ps_writer **out, ps_err *err)
{
	struct null_writer *w = calloc(1, sizeof *w);

	if (w == NULL)
		return ps_nomem(err, "stream.null");
	w->own.pub.ops = &null_ops;
	*out = &w->own.pub;
	return PS_OK;
}

uint64_t
ps_writer_null_count(const ps_writer *w)
{
	if (w == NULL || w->ops != &null_ops)
		return 0;
	return ((const struct null_writer *)w)->n;
}
