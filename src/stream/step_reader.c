/* SPDX-License-Identifier: ISC */
/*
 * Pulls a source through a step.
 *
 * Each call of the step takes the whole window of the source and fills ours,
 * so octets are moved once a layer. The source is asked for one octet at
 * least, never more: whatever it has is enough to go on with, and its errors
 * come after all its good octets.
 */
#include <stdlib.h>

#include "stream/window.h"
#include "stream/words.h"

struct step_reader {
	ps_reader	 pub;
	ps_reader	*src;
	uint64_t	 place, taken;
	struct ps_step	*step;
	struct ps_window win;
	bool		 ended;
	ps_code		 code;		/* told again and again */
	ps_err		 failed;
};

static ps_code
run(struct step_reader *r, ps_err *err)
{
	struct ps_step_io io = {
		.out = r->win.p + r->win.end,
		.out_end = r->win.p + r->win.room,
	};
	ps_slice in;
	ps_code code = ps_reader_peek(r->src, 1, &in, err);
	size_t used, made;

	if (code != PS_OK)
		return code;
	io.in = in.p;
	io.in_end = in.p + in.n;
	io.last = in.n == 0;
	code = r->step->ops->run(r->step, &io, err);
	used = (size_t)(io.in - in.p);
	made = (size_t)(io.out - r->win.p) - r->win.end;
	ps_reader_consume(r->src, used);
	r->win.end += made;
	r->ended = io.last && io.done;
	if (code == PS_OK && used + made == 0 && !r->ended)
		return ps_fail(err, PS_E_MISUSE, "stream.step", PS_NOWHERE,
		    W_STREAM_STUCK);
	return code;
}

static ps_code
step_peek(ps_reader *pub, size_t min, ps_slice *out, ps_err *err)
{
	struct step_reader *r = (struct step_reader *)pub;

	while (ps_window_has(&r->win) < min && !r->ended) {
		if (r->code == PS_OK) {
			ps_window_compact(&r->win);
			r->code = run(r, &r->failed);
			continue;
		}
		if (err != NULL)
			*err = r->failed;
		return r->code;
	}
	*out = ps_window_get(&r->win);
	return PS_OK;
}

static void
step_consume(ps_reader *pub, size_t n)
{
	struct step_reader *r = (struct step_reader *)pub;

	r->win.at += n;
	r->taken += n;
}

static ps_code
step_rewind(ps_reader *pub, ps_err *err)
{
	struct step_reader *r = (struct step_reader *)pub;
	ps_code code = ps_reader_rewind_to(r->src, r->place, err);

	if (code != PS_OK)
		return code;
	r->step->ops->init(r->step);
	r->win.at = r->win.end = 0;
	r->taken = 0;
	r->ended = false;
	r->code = PS_OK;
	return PS_OK;
}

static uint64_t
step_offset(const ps_reader *pub)
{
	return ((const struct step_reader *)pub)->taken;
}

static void
step_close(ps_reader *pub)
{
	struct step_reader *r = (struct step_reader *)pub;

	ps_window_clear(&r->win);
	free(r);
}

#define STEP_OPS(rew) { .size = sizeof(ps_reader_ops), .peek = step_peek, \
	.consume = step_consume, .rewind = (rew), .close = step_close, \
	.offset = step_offset }

static const ps_reader_ops step_ops[] = { STEP_OPS(NULL), STEP_OPS(step_rewind) };

ps_code
ps_reader_open_step(ps_reader **out, ps_reader *src, struct ps_step *step,
    ps_err *err)
{
	struct step_reader *r = calloc(1, sizeof *r);
	ps_code code;

	if (r == NULL)
		return ps_nomem(err, "stream.step");
	r->pub.ops = &step_ops[ps_reader_can_return(src)];
	r->src = src;
	r->place = ps_reader_offset(src);
	r->step = step;
	code = ps_window_init(&r->win, PS_WINDOW, err);
	if (code != PS_OK) {
		free(r);
		return code;
	}
	step->ops->init(step);
	*out = &r->pub;
	return PS_OK;
}
