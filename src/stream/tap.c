/* SPDX-License-Identifier: ISC */
/*
 * Shows what passes to somebody who counts or digests it, and copies nothing.
 */
#include <stdlib.h>

#include "stream/writer.h"

struct tap_reader {
	ps_reader	 pub;
	ps_reader	*src;
	uint64_t	 place, taken;
	ps_look_fn	 look;
	void		*arg;
	const uint8_t	*shown;
	ps_code		 code;		/* of look, for the next peek */
	ps_err		 failed;
};

static ps_code
tap_peek(ps_reader *pub, size_t min, ps_slice *out, ps_err *err)
{
	struct tap_reader *t = (struct tap_reader *)pub;
	ps_code code = t->code;

	if (code != PS_OK) {
		if (err != NULL)
			*err = t->failed;
		return code;
	}
	code = ps_reader_peek(t->src, min, out, err);
	if (code == PS_OK)
		t->shown = out->p;
	return code;
}

/* consume cannot fail, so what `look` says is kept for the next peek. */
static void
tap_consume(ps_reader *pub, size_t n)
{
	struct tap_reader *t = (struct tap_reader *)pub;

	if (t->code == PS_OK)
		t->code = t->look(t->arg, (ps_slice){ t->shown, n }, &t->failed);
	t->shown += n;
	t->taken += n;
	ps_reader_consume(t->src, n);
}

static ps_code
tap_rewind(ps_reader *pub, ps_err *err)
{
	struct tap_reader *t = (struct tap_reader *)pub;
	ps_code code = t->look(t->arg, (ps_slice){ NULL, SIZE_MAX }, err);

	if (code != PS_OK)
		return code;
	t->code = PS_OK;
	t->taken = 0;
	return ps_reader_rewind_to(t->src, t->place, err);
}

static uint64_t
tap_length(ps_reader *pub)
{
	struct tap_reader *t = (struct tap_reader *)pub;
	uint64_t n = ps_reader_length(t->src);

	if (n == UINT64_MAX || t->place == UINT64_MAX || n < t->place)
		return UINT64_MAX;
	return n - t->place;
}

static uint64_t
tap_offset(const ps_reader *pub)
{
	return ((const struct tap_reader *)pub)->taken;
}

static void
tap_close(ps_reader *pub)
{
	free((struct tap_reader *)pub);
}

#define TAP_OPS(rew) { .size = sizeof(ps_reader_ops), .peek = tap_peek, \
	.consume = tap_consume, .rewind = (rew), .length = tap_length, \
	.close = tap_close, .offset = tap_offset }

static const ps_reader_ops tap_reader_ops[] = { TAP_OPS(NULL), TAP_OPS(tap_rewind) };

ps_code
ps_reader_open_tap(ps_reader **out, ps_reader *src, ps_look_fn look, void *arg,
    ps_err *err)
{
	struct tap_reader *t = calloc(1, sizeof *t);

	if (t == NULL)
		return ps_nomem(err, "stream.tap");
	t->pub.ops = &tap_reader_ops[ps_reader_can_return(src)];
	t->src = src;
	t->place = ps_reader_offset(src);
	t->look = look;
	t->arg = arg;
	*out = &t->pub;
	return PS_OK;
}

struct tap_writer {
	struct ps_own_writer own;
	ps_writer	*dst;
	ps_look_fn	 look;
	void		*arg;
};

static ps_code
tap_write(ps_writer *pub, ps_slice in, ps_err *err)
{
	struct tap_writer *t = (struct tap_writer *)pub;
	ps_code code = ps_own_ready(&t->own, err);

	if (code != PS_OK)
		return code;
	code = t->look(t->arg, in, err);
	if (code == PS_OK && t->dst != NULL)
		code = ps_writer_write(t->dst, in, err);
	return ps_own_wrote(&t->own, code);
}

static ps_code
tap_finish(ps_writer *pub, ps_err *err)
{
	struct tap_writer *t = (struct tap_writer *)pub;
	ps_code code = ps_own_ready(&t->own, err);

	return code == PS_OK ? ps_own_finished(&t->own, code) : code;
}

static void
tap_abandon(ps_writer *pub)
{
	struct tap_writer *t = (struct tap_writer *)pub;

	t->own.state = PS_WRITING_ABANDONED;
	ps_writer_abandon(t->dst);
}

static void
tap_writer_close(ps_writer *pub)
{
	free((struct tap_writer *)pub);
}

#define TAP_WRITER_OPS(aban) { .size = sizeof(ps_writer_ops), \
	.write = tap_write, .finish = tap_finish, .abandon = (aban), \
	.close = tap_writer_close }

static const ps_writer_ops tap_writer_ops[] = {
	TAP_WRITER_OPS(NULL), TAP_WRITER_OPS(tap_abandon)
};

ps_code
ps_writer_open_tap(ps_writer **out, ps_writer *dst, ps_look_fn look, void *arg,
    ps_err *err)
{
	struct tap_writer *t = calloc(1, sizeof *t);

	if (t == NULL)
		return ps_nomem(err, "stream.tap");
	t->own.pub.ops = &tap_writer_ops[dst == NULL || ps_writer_can_abandon(dst)];
	t->dst = dst;
	t->look = look;
	t->arg = arg;
	*out = &t->own.pub;
	return PS_OK;
}
