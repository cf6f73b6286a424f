/* SPDX-License-Identifier: ISC */
#ifndef PS_TESTS_STREAMS_H
#define PS_TESTS_STREAMS_H

/*
 * A reader and a writer that a test steers. The reader shows windows of `step`
 * octets, each a block of its own size, so that the address sanitizer sees
 * who looks past one or keeps one too long; it fails at its n-th peek, shows
 * other octets after it was rewound, and counts its passes. The writer fails at
 * its n-th call and remembers how it ended.
 */

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "stream/stream.h"

struct source {
	ps_reader	 pub;
	ps_slice	 in;
	ps_slice	 later;		/* p != NULL: shown after the first rewind */
	size_t		 at, step;	/* step 0: all that is left */
	uint8_t		*window;
	unsigned	 calls, fail_at;	/* peeks; fail_at 0: never */
	unsigned	 passes;
	bool		 cannot_rewind;
};

static inline ps_code
source_peek(ps_reader *pub, size_t min, ps_slice *out, ps_err *err)
{
	struct source *s = (struct source *)pub;
	size_t n = s->step != 0 && s->step > min ? s->step : min;

	if (s->fail_at != 0 && ++s->calls >= s->fail_at)
		return ps_fail(err, PS_E_READ, "test.source", s->at, "the source broke");
	if (s->step == 0) {
		*out = (ps_slice){ s->in.p + s->at, s->in.n - s->at };
		return PS_OK;
	}
	if (n > s->in.n - s->at)
		n = s->in.n - s->at;
	free(s->window);
	s->window = malloc(n == 0 ? 1 : n);
	if (s->window == NULL)
		return ps_nomem(err, "test.source");
	if (n != 0)
		memcpy(s->window, s->in.p + s->at, n);
	*out = (ps_slice){ s->window, n };
	return PS_OK;
}

static inline void
source_consume(ps_reader *pub, size_t n)
{
	struct source *s = (struct source *)pub;

	if (n > s->in.n - s->at)
		abort();
	s->at += n;
}

static inline ps_code
source_rewind(ps_reader *pub, ps_err *err)
{
	struct source *s = (struct source *)pub;

	(void)err;
	s->at = 0;
	s->passes++;
	if (s->later.p != NULL)
		s->in = s->later;
	return PS_OK;
}

static inline uint64_t
source_offset(const ps_reader *pub)
{
	return ((const struct source *)(const void *)pub)->at;
}

static inline void
source_close(ps_reader *pub)
{
	free(((struct source *)pub)->window);
	((struct source *)pub)->window = NULL;
}

static const ps_reader_ops source_ops = { .size = sizeof source_ops, .peek = source_peek,
	.consume = source_consume, .rewind = source_rewind, .close = source_close,
	.offset = source_offset };
static const ps_reader_ops source_ops_once = { .size = sizeof source_ops_once,
	.peek = source_peek, .consume = source_consume, .close = source_close };

static inline ps_reader *
source_open(struct source *s, ps_slice in, size_t step)
{
	static const uint8_t nothing[1];

	*s = (struct source){ .pub = { &source_ops }, .in = in, .step = step, .passes = 1 };
	if (in.n == 0)
		s->in = (ps_slice){ nothing, 0 };
	return &s->pub;
}

static inline ps_reader *
source_open_once(struct source *s, ps_slice in, size_t step)
{
	source_open(s, in, step);
	s->pub.ops = &source_ops_once;
	return &s->pub;
}

struct sink {
	ps_writer	 pub;
	struct ps_buf	 got;
	unsigned	 calls, fail_at;	/* writes and finish; 0: never */
	bool		 written, finished, abandoned;
};

static inline ps_code
sink_count(struct sink *s, ps_err *err)
{
	if (s->fail_at != 0 && ++s->calls >= s->fail_at)
		return ps_fail(err, PS_E_FULL, "test.sink", s->got.n, "the sink is full");
	return PS_OK;
}

static inline ps_code
sink_write(ps_writer *pub, ps_slice in, ps_err *err)
{
	struct sink *s = (struct sink *)pub;
	ps_code code = sink_count(s, err);

	if (s->finished || s->abandoned)
		abort();
	if (code == PS_OK && (code = ps_buf_add(&s->got, in, err)) == PS_OK)
		s->written |= in.n != 0;
	return code;
}

static inline ps_code
sink_finish(ps_writer *pub, ps_err *err)
{
	struct sink *s = (struct sink *)pub;
	ps_code code = sink_count(s, err);

	if (s->finished || s->abandoned)
		abort();
	s->finished = code == PS_OK;
	return code;
}

static inline void
sink_abandon(ps_writer *pub)
{
	struct sink *s = (struct sink *)pub;

	s->abandoned = !s->finished;
}

static inline void
sink_close(ps_writer *pub)
{
	ps_buf_clear(&((struct sink *)pub)->got);
}

static const ps_writer_ops sink_ops = { .size = sizeof sink_ops, .write = sink_write,
	.finish = sink_finish, .abandon = sink_abandon, .close = sink_close };
static const ps_writer_ops sink_ops_once = { .size = sizeof sink_ops_once,
	.write = sink_write, .finish = sink_finish, .close = sink_close };

static inline ps_writer *
sink_open(struct sink *s, bool can_abandon)
{
	*s = (struct sink){ .pub = { can_abandon ? &sink_ops : &sink_ops_once } };
	return &s->pub;
}

#endif
