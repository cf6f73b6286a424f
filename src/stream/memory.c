/* SPDX-License-Identifier: ISC */
/*
 * Reads octets that are in memory, and collects octets there.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "stream/words.h"
#include "stream/writer.h"

struct memory_reader {
	ps_reader	 pub;
	ps_slice	 all;
	size_t		 at;
};

static ps_code
memory_peek(ps_reader *pub, size_t min, ps_slice *out, ps_err *err)
{
	struct memory_reader *r = (struct memory_reader *)pub;

	(void)min;
	(void)err;
	if (r->all.n == 0)
		*out = r->all;
	else
		*out = (ps_slice){ r->all.p + r->at, r->all.n - r->at };
	return PS_OK;
}

static void
memory_consume(ps_reader *pub, size_t n)
{
	((struct memory_reader *)pub)->at += n;
}

static ps_code
memory_rewind(ps_reader *pub, ps_err *err)
{
	(void)err;
	((struct memory_reader *)pub)->at = 0;
	return PS_OK;
}

static uint64_t
memory_length(ps_reader *pub)
{
	return ((struct memory_reader *)pub)->all.n;
}

static uint64_t
memory_offset(const ps_reader *pub)
{
	return ((const struct memory_reader *)pub)->at;
}

static void
memory_close(ps_reader *pub)
{
	free((struct memory_reader *)pub);
}

static const ps_reader_ops memory_reader_ops = {
	.size = sizeof(ps_reader_ops),
	.peek = memory_peek,
	.consume = memory_consume,
	.rewind = memory_rewind,
	.length = memory_length,
	.close = memory_close,
	.offset = memory_offset,
};

ps_code
ps_reader_open_memory(ps_reader **out, ps_slice octets, ps_err *err)
{
	struct memory_reader *r = calloc(1, sizeof *r);

	if (r == NULL)
		return ps_nomem(err, "stream.memory");
	r->pub.ops = &memory_reader_ops;
	r->all = octets;
	*out = &r->pub;
	return PS_OK;
}

struct memory_writer {
	struct ps_own_writer own;
	struct ps_buf	 buf;
	size_t		 max;
};

static ps_code
memory_write(ps_writer *pub, ps_slice in, ps_err *err)
{
	struct memory_writer *w = (struct memory_writer *)pub;
	ps_code code = ps_own_ready(&w->own, err);

	if (code != PS_OK)
		return code;
	if (in.n > w->max - w->buf.n)
		code = ps_fail(err, PS_E_LIMIT, "stream.memory", PS_NOWHERE,
		    W_STREAM_MEMORY_MAX, PS_NUMBER("max", w->max));
	else
		code = ps_buf_add(&w->buf, in, err);
	return ps_own_wrote(&w->own, code);
}

static ps_code
memory_finish(ps_writer *pub, ps_err *err)
{
	struct memory_writer *w = (struct memory_writer *)pub;
	ps_code code = ps_own_ready(&w->own, err);

	return code == PS_OK ? ps_own_finished(&w->own, code) : code;
}

static void
memory_abandon(ps_writer *pub)
{
	struct memory_writer *w = (struct memory_writer *)pub;

	if (w->own.state == PS_WRITING_FINISHED)
		return;
	ps_buf_clear(&w->buf);
	w->own.state = PS_WRITING_ABANDONED;
}

static void
memory_writer_close(ps_writer *pub)
{
	struct memory_writer *w = (struct memory_writer *)pub;

	ps_buf_clear(&w->buf);
	free(w);
}

static ps_code
memory_restart(ps_writer *pub, ps_err *err)
{
	struct memory_writer *w = (struct memory_writer *)pub;
	ps_code code = ps_own_ready(&w->own, err);

	if (code == PS_OK)
		ps_buf_clear(&w->buf);
	return code;
}

static const ps_writer_ops memory_writer_ops = {
	.size = sizeof(ps_writer_ops),
	.write = memory_write,
	.finish = memory_finish,
	.abandon = memory_abandon,
	.close = memory_writer_close,
	.restart = memory_restart,
};

ps_code
ps_writer_open_memory(ps_writer **out, size_t max, ps_err *err)
{
	struct memory_writer *w = calloc(1, sizeof *w);

	if (w == NULL)
		return ps_nomem(err, "stream.memory");
	w->own.pub.ops = &memory_writer_ops;
	w->max = max;
	*out = &w->own.pub;
	return PS_OK;
}

ps_slice
ps_writer_memory(ps_writer *w)
{
	if (w == NULL || w->ops != &memory_writer_ops)
		return (ps_slice){ NULL, 0 };
	return ps_buf_get(&((struct memory_writer *)w)->buf);
}
