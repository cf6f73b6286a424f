/* SPDX-License-Identifier: ISC */
/*
 * Pushes through a step.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "stream/words.h"
#include "stream/writer.h"

struct step_writer {
	struct ps_own_writer own;
	ps_writer	*dst;
	struct ps_step	*step;
	size_t		 n;
	uint8_t		 p[PS_WINDOW];
};

static ps_code
hand_on(struct step_writer *w, ps_err *err)
{
	ps_slice in = { w->p, w->n };

	w->n = 0;
	return ps_writer_write(w->dst, in, err);
}

/* Runs until the input is used up and, when it is the last, all is put. */
static ps_code
run(struct step_writer *w, struct ps_step_io *io, ps_err *err)
{
	const uint8_t *before = io->in;
	ps_code code;
	size_t n = w->n;

	io->out = w->p + n;
	io->out_end = w->p + sizeof w->p;
	code = w->step->ops->run(w->step, io, err);
	w->n = (size_t)(io->out - w->p);
	if (code != PS_OK)
		return code;
	if (io->in == before && w->n == n && !io->done)
		return ps_fail(err, PS_E_MISUSE, "stream.step", PS_NOWHERE,
		    W_STREAM_STUCK);
	return w->n == sizeof w->p ? hand_on(w, err) : PS_OK;
}

static ps_code
step_write(ps_writer *pub, ps_slice in, ps_err *err)
{
	struct step_writer *w = (struct step_writer *)pub;
	struct ps_step_io io = { .in = in.p, .in_end = in.p + in.n };
	ps_code code = ps_own_ready(&w->own, err);

	if (code != PS_OK)
		return code;
	while (code == PS_OK && io.in != io.in_end)
		code = run(w, &io, err);
	return ps_own_wrote(&w->own, code);
}

static ps_code
step_finish(ps_writer *pub, ps_err *err)
{
	static const uint8_t nothing[1] = { 0 };
	struct step_writer *w = (struct step_writer *)pub;
	struct ps_step_io io = { .in = nothing, .in_end = nothing, .last = true };
	ps_code code = ps_own_ready(&w->own, err);

	if (code != PS_OK)
		return code;
	while (code == PS_OK && !io.done)
		code = run(w, &io, err);
	if (code == PS_OK)
		code = hand_on(w, err);
	return ps_own_finished(&w->own, code);
}

static void
step_abandon(ps_writer *pub)
{
	struct step_writer *w = (struct step_writer *)pub;

	w->own.state = PS_WRITING_ABANDONED;
	ps_writer_abandon(w->dst);
}

static void
step_close(ps_writer *pub)
{
	free((struct step_writer *)pub);
}

#define STEP_OPS(aban) { .size = sizeof(ps_writer_ops), \
	.write = step_write, .finish = step_finish, .abandon = (aban), \
	.close = step_close }

static const ps_writer_ops step_ops[] = { STEP_OPS(NULL), STEP_OPS(step_abandon) };

ps_code
ps_writer_open_step(ps_writer **out, ps_writer *dst, struct ps_step *step,
    ps_err *err)
{
	struct step_writer *w = malloc(sizeof *w);

	if (w == NULL)
		return ps_nomem(err, "stream.step");
	/* Not the window, which would cost a small message more than its cipher. */
	memset(w, 0, offsetof(struct step_writer, p));
	w->own.pub.ops = &step_ops[ps_writer_can_abandon(dst)];
	w->dst = dst;
	w->step = step;
	step->ops->init(step);
	*out = &w->own.pub;
	return PS_OK;
}
