/* SPDX-License-Identifier: ISC */
#ifndef PS_TESTS_CUTS_H
#define PS_TESTS_CUTS_H

/*
 * Cutting input and output into windows, for tests of steps and readers.
 * Each window is a block of its own size, so that the address sanitizer sees
 * a step that looks past it. A width of 0 means: another one each time.
 */

#include "unit.h"

#include "base/buf.h"
#include "stream/stream.h"

struct cuts {
	size_t		 in, out;
	uint32_t	 seed;
};

static inline uint32_t
cuts_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static inline size_t
cuts_width(size_t fixed, uint32_t *seed)
{
	return fixed != 0 ? fixed : 1 + cuts_random(seed) % 13;
}

/* Runs the step from its start; what it puts is appended to `out`. */
static inline ps_code
cuts_run(struct ps_step *s, ps_slice in, struct cuts c, struct ps_buf *out, ps_err *err)
{
	struct ps_step_io io = { .in = NULL };
	uint8_t *inp = NULL, *outp = NULL;
	ps_code code = PS_OK;
	size_t at = 0, n, used, room;

	s->ops->init(s);
	for (size_t turn = 0; code == PS_OK && !io.done; turn++) {
		assert_true(turn < 100000 + 20 * in.n);
		n = cuts_width(c.in, &c.seed);
		n = n < in.n - at ? n : in.n - at;
		room = cuts_width(c.out, &c.seed);
		inp = ps_memdup(n == 0 ? in.p : in.p + at, n);
		outp = malloc(room);
		assert_true(inp != NULL && outp != NULL);
		io = (struct ps_step_io){ .in = inp, .in_end = inp + n, .out = outp,
		    .out_end = outp + room, .last = n == 0 };
		code = s->ops->run(s, &io, err);
		used = (size_t)(io.in - inp);
		if (code == PS_OK && !io.done)
			assert_true(used != 0 || io.out != outp);
		if (io.done)
			assert_true(io.last && io.in == io.in_end);
		at += used;
		assert_int_equal(ps_buf_add(out, (ps_slice){ outp,
		    (size_t)(io.out - outp) }, NULL), PS_OK);
		free(inp);
		free(outp);
	}
	return code;
}

/* All cuttings give `want`. */
static inline void
cuts_check(struct ps_step *s, ps_slice in, ps_slice want)
{
	static const size_t width[] = { 1, 2, 3, 5, 7, 48, 64, 66, 67, 1000, 100000, 0 };
	enum { N = sizeof width / sizeof width[0] };
	ps_err err = PS_ERR_INIT;

	for (size_t i = 0; i < (size_t)N * N; i++) {
		struct ps_buf out = { .p = NULL };
		struct cuts c = { width[i % N], width[i / N], (uint32_t)i };

		assert_ok(cuts_run(s, in, c, &out, &err), &err);
		if (out.n != want.n || (want.n != 0 && memcmp(out.p, want.p, want.n) != 0))
			fail_msg("windows %zu, %zu: got %zu \"%.*s\", wanted %zu \"%.*s\"",
			    c.in, c.out, out.n, (int)out.n, out.p, want.n,
			    (int)want.n, want.p);
		ps_buf_clear(&out);
	}
}

static inline void
cuts_check_text(struct ps_step *s, const char *in, const char *want)
{
	cuts_check(s, ps_str(in), ps_str(want));
}

/*
 * A source that shows little at a time, cannot be rewound, and fails after
 * its octets when `fails`. Each window it shows dies at the next call.
 */
struct dribble {
	ps_reader	 pub;
	ps_slice	 all;
	size_t		 at, extra;
	uint8_t		*shown;
	size_t		 nshown;
	bool		 fails;
	unsigned	 peeks_at_end;
};

static inline ps_code
dribble_peek(ps_reader *r, size_t min, ps_slice *out, ps_err *err)
{
	struct dribble *d = (struct dribble *)r;
	size_t left = d->all.n - d->at;

	free(d->shown);
	d->shown = NULL;
	d->nshown = 0;
	d->peeks_at_end += left == 0;
	if (d->fails && left < min)
		return ps_fail(err, PS_E_READ, "test", PS_NOWHERE, "the disk is gone");
	d->nshown = left < min + d->extra ? left : min + d->extra;
	d->shown = ps_memdup(d->all.p + d->at, d->nshown);
	assert_non_null(d->shown);
	*out = (ps_slice){ d->shown, d->nshown };
	return PS_OK;
}

static inline void
dribble_consume(ps_reader *r, size_t n)
{
	struct dribble *d = (struct dribble *)r;

	assert_true(n <= d->nshown);
	d->at += n;
	free(d->shown);
	d->shown = NULL;
	d->nshown = 0;
}

static inline void
dribble_close(ps_reader *r)
{
	free(((struct dribble *)r)->shown);
	((struct dribble *)r)->shown = NULL;
}

static inline void
dribble_init(struct dribble *d, ps_slice all, size_t extra)
{
	static const ps_reader_ops ops = { .size = sizeof ops, .peek = dribble_peek,
	    .consume = dribble_consume, .close = dribble_close };

	*d = (struct dribble){ .pub = { &ops }, .all = all, .extra = extra };
}

/* Reads all in random peeks and partial consumes and compares. */
static inline void
cuts_read(ps_reader *r, ps_slice want, uint32_t seed)
{
	ps_err err = PS_ERR_INIT;
	size_t at = 0, min, n;
	ps_slice in;

	for (;;) {
		min = cuts_random(&seed) % 4 == 0 ? 1 + cuts_random(&seed) % 32768 :
		    1 + cuts_random(&seed) % 20;
		assert_ok(ps_reader_peek(r, min, &in, &err), &err);
		assert_true(in.n <= want.n - at);
		assert_true(in.n >= min || in.n == want.n - at);
		if (in.n == 0)
			break;
		assert_memory_equal(in.p, want.p + at, in.n);
		n = cuts_random(&seed) % (in.n + 1);
		ps_reader_consume(r, n);
		at += n;
	}
	assert_int_equal(at, want.n);
}

static inline uint8_t *
cuts_noise(size_t n, uint32_t seed)
{
	uint8_t *p = malloc(n + 1);

	assert_non_null(p);
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)cuts_random(&seed);
	return p;
}

#endif
