/* SPDX-License-Identifier: ISC */
/*
 * Reads a few octets and then a source.
 *
 * Where a peek wants octets of both, the first of the source are copied behind
 * the head, each once, and stay unconsumed in the source until they are
 * consumed here. After the head the window of the source is handed on.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "stream/stream.h"

struct chain {
	ps_reader	 pub;
	ps_reader	*src;
	uint64_t	 place, taken;
	struct ps_buf	 joint;		/* the head and some of the source */
	size_t		 head;		/* octets of the head */
	size_t		 at;		/* at most `head` */
};

static ps_code
join(struct chain *c, size_t min, ps_err *err)
{
	size_t have = c->joint.n - c->head;
	ps_slice in;
	ps_code code = ps_reader_peek(c->src, min - (c->head - c->at), &in, err);

	if (code != PS_OK || in.n <= have)
		return code;
	if (in.n > PS_PEEK_MAX)
		in.n = PS_PEEK_MAX;
	return ps_buf_add(&c->joint, (ps_slice){ in.p + have, in.n - have }, err);
}

static ps_code
chain_peek(ps_reader *pub, size_t min, ps_slice *out, ps_err *err)
{
	struct chain *c = (struct chain *)pub;
	ps_code code = PS_OK;

	if (c->at == c->head)
		return ps_reader_peek(c->src, min, out, err);
	if (c->joint.n - c->at < min)
		code = join(c, min, err);
	if (code == PS_OK)
		*out = (ps_slice){ c->joint.p + c->at, c->joint.n - c->at };
	return code;
}

static void
chain_consume(ps_reader *pub, size_t n)
{
	struct chain *c = (struct chain *)pub;
	size_t first = c->head - c->at < n ? c->head - c->at : n;

	c->taken += n;
	c->at += first;
	ps_reader_consume(c->src, n - first);
}

static ps_code
chain_rewind(ps_reader *pub, ps_err *err)
{
	struct chain *c = (struct chain *)pub;

	c->at = 0;
	c->taken = 0;
	c->joint.n = c->head;
	return ps_reader_rewind_to(c->src, c->place, err);
}

static uint64_t
chain_length(ps_reader *pub)
{
	struct chain *c = (struct chain *)pub;
	uint64_t n = ps_reader_length(c->src);

	if (n == UINT64_MAX || c->place == UINT64_MAX || n < c->place)
		return UINT64_MAX;
	return n - c->place + c->head;
}

static uint64_t
chain_offset(const ps_reader *pub)
{
	return ((const struct chain *)pub)->taken;
}

static void
chain_close(ps_reader *pub)
{
	struct chain *c = (struct chain *)pub;

	ps_buf_clear(&c->joint);
	free(c);
}

#define CHAIN_OPS(rew) { .size = sizeof(ps_reader_ops), .peek = chain_peek, \
	.consume = chain_consume, .rewind = (rew), .length = chain_length, \
	.close = chain_close, .offset = chain_offset }

static const ps_reader_ops chain_ops[] = { CHAIN_OPS(NULL), CHAIN_OPS(chain_rewind) };

ps_code
ps_reader_open_chain(ps_reader **out, ps_slice head, ps_reader *src, ps_err *err)
{
	struct chain *c = calloc(1, sizeof *c);
	ps_code code;

	if (c == NULL)
		return ps_nomem(err, "stream.chain");
	c->pub.ops = &chain_ops[ps_reader_can_return(src)];
	c->src = src;
	c->place = ps_reader_offset(src);
	c->head = head.n;
	code = ps_buf_add(&c->joint, head, err);
	if (code != PS_OK) {
		chain_close(&c->pub);
		return code;
	}
	*out = &c->pub;
	return PS_OK;
}
