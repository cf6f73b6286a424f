/* SPDX-License-Identifier: ISC */
/*
 * Writes behind: by the helper, or by the owner when he would have to wait.
 *
 * What is written is collected in a slot of a small ring; a full one is the
 * helper's. An error of the destination stops the helper and is told by the
 * next call that hands over a slot, so finish cannot miss it.
 */
#include <stdlib.h>
#include <string.h>

#include "stream/helper.h"
#include "stream/writer.h"

enum { SLOTS = 4, SLOT = 131072 };

struct slot {
	uint8_t		 p[SLOT];
	size_t		 n;
};

struct behind {
	struct ps_own_writer own;
	struct ps_job	 job;
	ps_writer	*dst;
	struct ps_helper *helper;
	struct slot	*ring;

	/* Shared, under the lock: slots since the beginning. The owner fills
	 * slot `filled`. */
	unsigned	 filled, emptied;
	ps_code		 code;
	ps_err		 failed;

	ps_code		 put_code;	/* of the piece that is being done */
};

static struct behind *
of_job(struct ps_job *job)
{
	return (struct behind *)(void *)((char *)job - offsetof(struct behind, job));
}

static bool
behind_ready(struct ps_job *job)
{
	const struct behind *b = of_job(job);

	return b->code == PS_OK && b->emptied != b->filled;
}

static void
behind_run(struct ps_job *job)
{
	struct behind *b = of_job(job);
	const struct slot *s = &b->ring[b->emptied % SLOTS];

	b->put_code = ps_writer_write(b->dst, (ps_slice){ s->p, s->n }, &b->failed);
}

static void
behind_done(struct ps_job *job)
{
	struct behind *b = of_job(job);

	b->code = b->put_code;
	b->emptied++;
}

static void
begin(struct behind *b)
{
	b->filled = b->emptied = 0;
	b->code = PS_OK;
	b->ring[0].n = 0;
	ps_helper_add(b->helper, &b->job);
}

/* Gives the present slot to the helper and waits until at most `left` are
 * still to be written. */
static ps_code
hand_over(struct behind *b, unsigned left, ps_err *err)
{
	ps_code code;

	ps_helper_lock(b->helper);
	b->filled++;
	ps_helper_wake(b->helper);
	while (b->code == PS_OK && b->filled - b->emptied > left)
		ps_helper_assist(b->helper, &b->job);
	code = b->code;
	ps_helper_unlock(b->helper);
	if (code != PS_OK) {
		if (err != NULL)
			*err = b->failed;
		return code;
	}
	b->ring[b->filled % SLOTS].n = 0;
	return PS_OK;
}

static ps_code
put(struct behind *b, ps_slice in, ps_err *err)
{
	ps_code code = PS_OK;

	while (code == PS_OK && in.n != 0) {
		struct slot *s = &b->ring[b->filled % SLOTS];
		size_t n = in.n < SLOT - s->n ? in.n : SLOT - s->n;

		memcpy(s->p + s->n, in.p, n);
		s->n += n;
		in.p += n;
		in.n -= n;
		if (s->n == SLOT)
			code = hand_over(b, SLOTS - 1, err);
	}
	return code;
}

static ps_code
behind_write(ps_writer *pub, ps_slice in, ps_err *err)
{
	struct behind *b = (struct behind *)pub;
	ps_code code = ps_own_ready(&b->own, err);

	return code == PS_OK ? ps_own_wrote(&b->own, put(b, in, err)) : code;
}

static ps_code
behind_finish(ps_writer *pub, ps_err *err)
{
	struct behind *b = (struct behind *)pub;
	ps_code code = ps_own_ready(&b->own, err);

	if (code != PS_OK)
		return code;
	code = hand_over(b, 0, err);
	ps_helper_remove(b->helper, &b->job);
	if (code == PS_OK)
		code = ps_writer_finish(b->dst, err);
	return ps_own_finished(&b->own, code);
}

static void
behind_abandon(ps_writer *pub)
{
	struct behind *b = (struct behind *)pub;

	if (b->own.state == PS_WRITING_FINISHED)
		return;
	ps_helper_remove(b->helper, &b->job);
	ps_writer_abandon(b->dst);
	b->own.state = PS_WRITING_ABANDONED;
}

/* What was not written yet need not be; an error that nobody saw yet must be. */
static ps_code
behind_restart(ps_writer *pub, ps_err *err)
{
	struct behind *b = (struct behind *)pub;
	ps_code code = ps_own_ready(&b->own, err);

	if (code != PS_OK)
		return code;
	ps_helper_remove(b->helper, &b->job);
	if (b->code != PS_OK) {
		if (err != NULL)
			*err = b->failed;
		return ps_own_wrote(&b->own, b->code);
	}
	if ((code = ps_writer_restart(b->dst, err)) != PS_OK)
		return ps_own_wrote(&b->own, code);
	begin(b);
	return PS_OK;
}

static void
behind_close(ps_writer *pub)
{
	struct behind *b = (struct behind *)pub;

	ps_helper_remove(b->helper, &b->job);
	free(b->ring);
	free(b);
}

static const ps_writer_ops behind_ops = {
	.size = sizeof(ps_writer_ops),
	.write = behind_write,
	.finish = behind_finish,
	.abandon = behind_abandon,
	.close = behind_close,
	.restart = behind_restart,
};

ps_code
ps_writer_open_behind(ps_writer **out, ps_writer *dst, struct ps_helper *h, ps_err *err)
{
	struct behind *b = calloc(1, sizeof *b);

	if (b == NULL || (b->ring = malloc(SLOTS * sizeof *b->ring)) == NULL) {
		free(b);
		return ps_nomem(err, "stream.behind");
	}
	b->own.pub.ops = &behind_ops;
	b->job = (struct ps_job){ behind_ready, behind_run, behind_done, false };
	b->dst = dst;
	b->helper = h;
	begin(b);
	*out = &b->own.pub;
	return PS_OK;
}
