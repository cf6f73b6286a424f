/* SPDX-License-Identifier: ISC */
#ifndef PS_TESTS_DRIP_H
#define PS_TESTS_DRIP_H

/*
 * A reader of octets that shows them `step` at a time (or `min`, when that is
 * more), each time in memory of its own size, so that who reads past a window
 * or keeps one too long is caught. `fail_at`: there the source breaks.
 */

#include "stream/stream.h"
#include "unit.h"

struct drip {
	ps_reader	 pub;
	ps_slice	 in;
	size_t		 at, step, fail_at;
	uint8_t		*window;
};

static ps_code
drip_peek(ps_reader *r, size_t min, ps_slice *out, ps_err *err)
{
	struct drip *d = (struct drip *)r;
	size_t end = d->fail_at < d->in.n ? d->fail_at : d->in.n;
	size_t left = end - d->at, n = min > d->step ? min : d->step;

	if (n > left)
		n = left;
	if (n < min && d->fail_at <= d->in.n)
		return ps_fail(err, PS_E_READ, "drip", d->at, "broken");
	free(d->window);
	d->window = malloc(n + 1);
	assert_non_null(d->window);
	if (n != 0)
		memcpy(d->window, d->in.p + d->at, n);
	d->window = realloc(d->window, n == 0 ? 1 : n);
	*out = (ps_slice){ d->window, n };
	return PS_OK;
}

static void
drip_consume(ps_reader *r, size_t n)
{
	struct drip *d = (struct drip *)r;

	assert_true(n <= d->in.n - d->at);
	d->at += n;
}

static ps_code
drip_rewind(ps_reader *r, ps_err *err)
{
	(void)err;
	((struct drip *)r)->at = 0;
	return PS_OK;
}

static uint64_t
drip_offset(const ps_reader *r)
{
	return ((const struct drip *)r)->at;
}

static void
drip_close(ps_reader *r)
{
	free(((struct drip *)r)->window);
}

static const ps_reader_ops drip_ops = { .size = sizeof drip_ops,
	.peek = drip_peek, .consume = drip_consume, .rewind = drip_rewind,
	.close = drip_close, .offset = drip_offset };
static const ps_reader_ops drip_ops_once = { .size = sizeof drip_ops_once,
	.peek = drip_peek, .consume = drip_consume, .close = drip_close };

/* drip_open: `step` 0 shows all; close with ps_reader_close. */
static ps_reader *
drip_open(struct drip *d, ps_slice in, size_t step, bool rewinds)
{
	*d = (struct drip){ { rewinds ? &drip_ops : &drip_ops_once }, in, 0,
	    step == 0 ? SIZE_MAX : step, SIZE_MAX, NULL };
	return &d->pub;
}

#endif
