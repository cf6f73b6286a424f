/* SPDX-License-Identifier: ISC */
/*
 * Reads ahead: by the helper, or by the owner when he would have to wait.
 *
 * Each window of the source becomes a slot of a small ring. A peek that wants
 * more than its slot has left gets the rest copied in front of the next slot,
 * where there is always room for the largest peek; so whole windows are shown
 * where the helper put them. Going back stops the helper first: then nobody
 * but us has the source.
 */
#include <stdlib.h>
#include <string.h>

#include "stream/helper.h"

enum { SLOTS = 4, BEFORE = PS_PEEK_MAX, SLOT = 131072 };

struct slot {
	uint8_t		 p[BEFORE + SLOT];
	size_t		 n;		/* octets at p[BEFORE] */
};

struct ahead {
	ps_reader	 pub;
	struct ps_job	 job;
	ps_reader	*src;
	struct ps_helper *helper;
	uint64_t	 length;
	struct slot	*ring;

	/* Shared, under the lock: slots since the beginning. */
	unsigned	 filled, emptied;
	bool		 over;		/* nothing comes behind those filled */
	ps_code		 code;		/* ... because of this */
	ps_err		 failed;

	size_t		 got;		/* of the piece that is being done: its octets */
	bool		 got_end;
	ps_code		 got_code;

	const uint8_t	*at;		/* the owner's: what is shown */
	size_t		 has;
	bool		 showing;	/* slot `emptied` is in use */
	uint64_t	 taken;
};

static struct ahead *
of_job(struct ps_job *job)
{
	return (struct ahead *)(void *)((char *)job - offsetof(struct ahead, job));
}

static bool
ahead_ready(struct ps_job *job)
{
	const struct ahead *a = of_job(job);

	return !a->over && a->filled - a->emptied < SLOTS;
}

static void
ahead_run(struct ps_job *job)
{
	struct ahead *a = of_job(job);
	struct slot *s = &a->ring[a->filled % SLOTS];
	ps_slice in = { NULL, 0 };

	a->got_code = ps_reader_peek(a->src, 1, &in, &a->failed);
	a->got_end = a->got_code != PS_OK || in.n == 0;
	a->got = a->got_end ? 0 : in.n < SLOT ? in.n : SLOT;
	if (a->got_end)
		return;
	memcpy(s->p + BEFORE, in.p, a->got);
	ps_reader_consume(a->src, a->got);
}

static void
ahead_done(struct ps_job *job)
{
	struct ahead *a = of_job(job);

	a->over = a->got_end;
	a->code = a->got_code;
	if (a->over)
		return;
	a->ring[a->filled % SLOTS].n = a->got;
	a->filled++;
}

/* Puts what is left in front of the next slot and gives its own back; false
 * when there is no next. */
static bool
next_slot(struct ahead *a)
{
	unsigned next = a->emptied + a->showing;
	struct slot *s = &a->ring[next % SLOTS];
	bool more;

	ps_helper_lock(a->helper);
	while (a->filled == next && !a->over)
		ps_helper_assist(a->helper, &a->job);
	more = a->filled != next;
	ps_helper_unlock(a->helper);
	if (!more)
		return false;
	if (a->has != 0)
		memcpy(s->p + BEFORE - a->has, a->at, a->has);
	a->at = s->p + BEFORE - a->has;
	a->has += s->n;
	a->showing = true;
	ps_helper_lock(a->helper);
	a->emptied = next;
	ps_helper_wake(a->helper);
	ps_helper_unlock(a->helper);
	return true;
}

static ps_code
ahead_peek(ps_reader *pub, size_t min, ps_slice *out, ps_err *err)
{
	struct ahead *a = (struct ahead *)pub;

	while (a->has < min)
		if (!next_slot(a)) {
			if (a->code == PS_OK)
				break;
			if (err != NULL)
				*err = a->failed;
			return a->code;
		}
	*out = (ps_slice){ a->at, a->has };
	return PS_OK;
}

static void
ahead_consume(ps_reader *pub, size_t n)
{
	struct ahead *a = (struct ahead *)pub;

	a->at += n;
	a->has -= n;
	a->taken += n;
}

static ps_code
ahead_rewind(ps_reader *pub, ps_err *err)
{
	struct ahead *a = (struct ahead *)pub;
	ps_code code;

	ps_helper_remove(a->helper, &a->job);
	if ((code = ps_reader_rewind(a->src, err)) != PS_OK)
		return code;
	a->filled = a->emptied = 0;
	a->over = a->showing = false;
	a->code = PS_OK;
	a->has = 0;
	a->taken = 0;
	ps_err_clear(&a->failed);
	ps_helper_add(a->helper, &a->job);
	return PS_OK;
}

static uint64_t
ahead_length(ps_reader *pub)
{
	return ((struct ahead *)pub)->length;
}

static uint64_t
ahead_offset(const ps_reader *pub)
{
	return ((const struct ahead *)pub)->taken;
}

static void
ahead_close(ps_reader *pub)
{
	struct ahead *a = (struct ahead *)pub;

	ps_helper_remove(a->helper, &a->job);
	free(a->ring);
	free(a);
}

#define AHEAD_OPS(rew) { .size = sizeof(ps_reader_ops), .peek = ahead_peek, \
	.consume = ahead_consume, .rewind = (rew), .length = ahead_length, \
	.close = ahead_close, .offset = ahead_offset }

static const ps_reader_ops ahead_ops[] = { AHEAD_OPS(NULL), AHEAD_OPS(ahead_rewind) };

ps_code
ps_reader_open_ahead(ps_reader **out, ps_reader *src, struct ps_helper *h, ps_err *err)
{
	struct ahead *a = calloc(1, sizeof *a);

	if (a == NULL || (a->ring = malloc(SLOTS * sizeof *a->ring)) == NULL) {
		free(a);
		return ps_nomem(err, "stream.ahead");
	}
	a->pub.ops = &ahead_ops[ps_reader_can_rewind(src)];
	a->job = (struct ps_job){ ahead_ready, ahead_run, ahead_done, false };
	a->src = src;
	a->helper = h;
	a->length = ps_reader_length(src);
	ps_helper_add(h, &a->job);
	*out = &a->pub;
	return PS_OK;
}
