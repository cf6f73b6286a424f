/* SPDX-License-Identifier: ISC */
/*
 * Reads the next so many octets of a source and not one more: the source is
 * never asked for what lies behind, which may not have been sent yet.
 */
#include <stdlib.h>

#include "stream/stream.h"

struct limited {
	ps_reader	 pub;
	ps_reader	*src;
	uint64_t	 place, taken, n;
};

static ps_code
limited_peek(ps_reader *pub, size_t min, ps_slice *out, ps_err *err)
{
	struct limited *l = (struct limited *)pub;
	uint64_t left = l->n - l->taken;
	ps_code code;

	if (left == 0) {
		*out = (ps_slice){ NULL, 0 };
		return PS_OK;
	}
	code = ps_reader_peek(l->src, min < left ? min : (size_t)left, out, err);
	if (code == PS_OK && out->n > left)
		out->n = (size_t)left;
	return code;
}

static void
limited_consume(ps_reader *pub, size_t n)
{
	struct limited *l = (struct limited *)pub;

	l->taken += n;
	ps_reader_consume(l->src, n);
}

static ps_code
limited_rewind(ps_reader *pub, ps_err *err)
{
	struct limited *l = (struct limited *)pub;

	l->taken = 0;
	return ps_reader_rewind_to(l->src, l->place, err);
}

static uint64_t
limited_length(ps_reader *pub)
{
	struct limited *l = (struct limited *)pub;
	uint64_t n = ps_reader_length(l->src);

	if (n == UINT64_MAX || l->place == UINT64_MAX || n < l->place)
		return UINT64_MAX;
	return n - l->place < l->n ? n - l->place : l->n;
}

static uint64_t
limited_offset(const ps_reader *pub)
{
	return ((const struct limited *)pub)->taken;
}

static void
limited_close(ps_reader *pub)
{
	free((struct limited *)pub);
}

#define LIMITED_OPS(rew) { .size = sizeof(ps_reader_ops), \
	.peek = limited_peek, .consume = limited_consume, .rewind = (rew), \
	.length = limited_length, .close = limited_close, \
	.offset = limited_offset }

static const ps_reader_ops limited_ops[] = {
	LIMITED_OPS(NULL), LIMITED_OPS(limited_rewind)
};

ps_code
ps_reader_open_limited(ps_reader **out, ps_reader *src, uint64_t n, ps_err *err)
{
	struct limited *l = calloc(1, sizeof *l);

	if (l == NULL)
		return ps_nomem(err, "stream.limited");
	l->pub.ops = &limited_ops[ps_reader_can_return(src)];
	l->src = src;
	l->place = ps_reader_offset(src);
	l->n = n;
	*out = &l->pub;
	return PS_OK;
}
