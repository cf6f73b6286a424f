/* SPDX-License-Identifier: ISC */
/*
 * Holds output back until it is whole, for destinations that cannot forget.
 */
#include <stdlib.h>

#include "stream/store.h"
#include "stream/writer.h"

struct hold {
	struct ps_own_writer own;
	ps_writer	*dst;
	struct ps_store	 store;
};

static ps_code
hold_write(ps_writer *pub, ps_slice in, ps_err *err)
{
	struct hold *h = (struct hold *)pub;
	ps_code code = ps_own_ready(&h->own, err);

	if (code != PS_OK)
		return code;
	return ps_own_wrote(&h->own, ps_store_append(&h->store, in, err));
}

static ps_code
release(struct hold *h, ps_err *err)
{
	uint64_t at = 0, size = ps_store_size(&h->store);
	ps_slice in;
	ps_code code = PS_OK;

	for (; code == PS_OK && at < size; at += in.n) {
		code = ps_store_show(&h->store, at, 1, &in, err);
		if (code == PS_OK)
			code = ps_writer_write(h->dst, in, err);
	}
	return code == PS_OK ? ps_writer_finish(h->dst, err) : code;
}

static ps_code
hold_finish(ps_writer *pub, ps_err *err)
{
	struct hold *h = (struct hold *)pub;
	ps_code code = ps_own_ready(&h->own, err);

	return code == PS_OK ? ps_own_finished(&h->own, release(h, err)) : code;
}

static void
hold_abandon(ps_writer *pub)
{
	struct hold *h = (struct hold *)pub;

	if (h->own.state == PS_WRITING_FINISHED)
		return;
	ps_store_clear(&h->store);
	ps_writer_abandon(h->dst);
	h->own.state = PS_WRITING_ABANDONED;
}

static void
hold_close(ps_writer *pub)
{
	struct hold *h = (struct hold *)pub;

	ps_store_clear(&h->store);
	free(h);
}

static ps_code
hold_restart(ps_writer *pub, ps_err *err)
{
	struct hold *h = (struct hold *)pub;
	struct ps_store old = h->store;
	ps_code code = ps_own_ready(&h->own, err);

	if (code != PS_OK || (code = ps_store_init(&h->store, old.dir, old.hold, err)) != PS_OK)
		return code;
	ps_store_clear(&old);
	return PS_OK;
}

static const ps_writer_ops hold_ops = {
	.size = sizeof(ps_writer_ops),
	.write = hold_write,
	.finish = hold_finish,
	.abandon = hold_abandon,
	.close = hold_close,
	.restart = hold_restart,
};

ps_code
ps_writer_open_hold(ps_writer **out, ps_writer *dst, const char *dir,
    uint64_t hold, ps_err *err)
{
	struct hold *h = calloc(1, sizeof *h);
	ps_code code;

	if (h == NULL)
		return ps_nomem(err, "stream.hold");
	h->own.pub.ops = &hold_ops;
	h->dst = dst;
	code = ps_store_init(&h->store, dir, hold, err);
	if (code != PS_OK) {
		free(h);
		return code;
	}
	*out = &h->own.pub;
	return PS_OK;
}
