/* SPDX-License-Identifier: ISC */
/*
 * zlib streams as steps.
 *
 * Deflate makes a thousand octets out of one, so whoever inflates what a
 * stranger sends must know when to stop. The ratio is looked at on fixed
 * places of the output alone: where the input happens to be cut says nothing
 * about whether a message is a bomb.
 */
#include <limits.h>
#include <stdlib.h>

#define ZLIB_CONST
#include <zlib.h>

#include "base/buf.h"
#include "stream/stream.h"
#include "stream/words.h"

enum { RATIO_FREE = 1048576, RATIO_EVERY = 65536 };

static unsigned
at_most(size_t n, uint64_t max)
{
	if (max > UINT_MAX)
		max = UINT_MAX;
	return n < max ? (unsigned)n : (unsigned)max;
}

static ps_code
refused(int result, const z_stream *z, uint64_t offset, ps_err *err)
{
	if (result == Z_MEM_ERROR)
		return ps_nomem(err, "stream.zlib");
	if (result == Z_NEED_DICT)
		return ps_fail(err, PS_E_MALFORMED, "stream.zlib", offset,
		    W_STREAM_ZLIB_DICTIONARY);
	return ps_fail(err, PS_E_MALFORMED, "stream.zlib", offset, W_STREAM_ZLIB_DAMAGED,
	    PS_TEXT("why", z->msg));
}

/* --- inflate --- */

/* Octets that may be made before the limits are looked at again. */
static uint64_t
until_check(const struct ps_inflate *s)
{
	uint64_t ratio = RATIO_EVERY - s->made % RATIO_EVERY;
	uint64_t bytes = s->limits->inflate_bytes - s->made;

	return bytes < ratio ? bytes : ratio;
}

static ps_code
check_ratio(const struct ps_inflate *s, ps_err *err)
{
	uint64_t max = s->limits->inflate_ratio;

	if (s->made <= RATIO_FREE || s->made % RATIO_EVERY != 0)
		return PS_OK;
	if (max != 0 && (s->made - 1) / max < s->taken)
		return PS_OK;
	return ps_fail(err, PS_E_LIMIT, "stream.zlib", s->taken, W_STREAM_ZLIB_RATIO,
	    PS_NUMBER("max", max));
}

/* Runs zlib once: from io->in to at most `room` octets at `out`. */
static ps_code
inflate_once(struct ps_inflate *s, struct ps_step_io *io, uint8_t *out, unsigned room,
    unsigned *out_made, ps_err *err)
{
	z_stream *z = s->z;
	unsigned n = at_most((size_t)(io->in_end - io->in), UINT_MAX);
	int result;

	z->next_in = io->in;
	z->avail_in = n;
	z->next_out = out;
	z->avail_out = room;
	result = inflate(z, Z_NO_FLUSH);
	s->taken += n - z->avail_in;
	io->in += n - z->avail_in;
	*out_made = room - z->avail_out;
	s->ended = result == Z_STREAM_END;
	/* Z_BUF_ERROR: nothing moved, for want of input. */
	if (result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR)
		return PS_OK;
	return refused(result, z, s->taken, err);
}

/* At the limit of octets: is there one more? */
static ps_code
inflate_at_limit(struct ps_inflate *s, struct ps_step_io *io, ps_err *err)
{
	uint8_t more;
	unsigned made;
	ps_code code = inflate_once(s, io, &more, 1, &made, err);

	if (code == PS_OK && made != 0)
		return ps_fail(err, PS_E_LIMIT, "stream.zlib", s->taken, W_STREAM_ZLIB_BYTES,
		    PS_NUMBER("max", s->limits->inflate_bytes));
	return code;
}

static ps_code
inflate_some(struct ps_inflate *s, struct ps_step_io *io, ps_err *err)
{
	unsigned room, made;
	ps_code code;

	if (s->made >= s->limits->inflate_bytes)
		return inflate_at_limit(s, io, err);
	room = at_most((size_t)(io->out_end - io->out), until_check(s));
	if ((code = inflate_once(s, io, io->out, room, &made, err)) != PS_OK)
		return code;
	io->out += made;
	s->made += made;
	return made == 0 ? PS_OK : check_ratio(s, err);
}

static ps_code
inflate_run(struct ps_step *step, struct ps_step_io *io, ps_err *err)
{
	struct ps_inflate *s = (struct ps_inflate *)step;
	const uint8_t *in;
	uint8_t *out;
	ps_code code;

	do {
		in = io->in;
		out = io->out;
		if (!s->ended && io->out != io->out_end &&
		    (code = inflate_some(s, io, err)) != PS_OK)
			return code;
	} while (!s->ended && (io->in != in || io->out != out));
	/* RFC 3274 has one stream and names no room for anything after it. */
	if (s->ended && io->in != io->in_end)
		return ps_fail(err, PS_E_MALFORMED, "stream.zlib", s->taken,
		    W_STREAM_ZLIB_MORE);
	if (!s->ended && io->last && io->in == io->in_end && io->out != io->out_end)
		return ps_fail(err, PS_E_MALFORMED, "stream.zlib", s->taken,
		    W_STREAM_ZLIB_CUT);
	io->done = io->last && s->ended;
	return PS_OK;
}

static void
inflate_begin(struct ps_step *step)
{
	struct ps_inflate *s = (struct ps_inflate *)step;

	(void)inflateReset(s->z);	/* fails only on what is no stream */
	s->ended = false;
	s->taken = s->made = 0;
}

static const struct ps_step_ops inflate_ops = { inflate_begin, inflate_run };

ps_code
ps_inflate_init(struct ps_inflate *s, const struct ps_limits *limits, ps_err *err)
{
	z_stream *z = calloc(1, sizeof *z);

	if (z == NULL || inflateInit(z) != Z_OK) {
		free(z);
		return ps_nomem(err, "stream.zlib");
	}
	*s = (struct ps_inflate){ .step = { &inflate_ops }, .z = z, .limits = limits };
	return PS_OK;
}

void
ps_inflate_clear(struct ps_inflate *s)
{
	if (s->z != NULL)
		(void)inflateEnd(s->z);
	free(s->z);
	s->z = NULL;
}

/* --- deflate --- */

static ps_code
deflate_run(struct ps_step *step, struct ps_step_io *io, ps_err *err)
{
	struct ps_deflate *s = (struct ps_deflate *)step;
	z_stream *z = s->z;
	size_t left = (size_t)(io->in_end - io->in);
	unsigned n = at_most(left, UINT_MAX);
	unsigned room = at_most((size_t)(io->out_end - io->out), UINT_MAX);
	int result = Z_STREAM_END;

	z->next_in = io->in;
	z->avail_in = n;
	z->next_out = io->out;
	z->avail_out = room;
	if (!s->ended && room != 0)
		result = deflate(z, io->last && n == left ? Z_FINISH : Z_NO_FLUSH);
	io->in += n - z->avail_in;
	io->out += room - z->avail_out;
	s->ended |= result == Z_STREAM_END && room != 0;
	io->done = s->ended;
	if (result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR)
		return PS_OK;
	return refused(result, z, PS_NOWHERE, err);
}

static void
deflate_begin(struct ps_step *step)
{
	struct ps_deflate *s = (struct ps_deflate *)step;

	(void)deflateReset(s->z);
	s->ended = false;
}

static const struct ps_step_ops deflate_ops = { deflate_begin, deflate_run };

ps_code
ps_deflate_init(struct ps_deflate *s, int level, ps_err *err)
{
	z_stream *z = calloc(1, sizeof *z);

	if (z == NULL || deflateInit(z, level) != Z_OK) {
		free(z);
		return ps_nomem(err, "stream.zlib");
	}
	*s = (struct ps_deflate){ .step = { &deflate_ops }, .z = z };
	return PS_OK;
}

void
ps_deflate_clear(struct ps_deflate *s)
{
	/* Z_DATA_ERROR says that the stream was not finished: it may be so. */
	if (s->z != NULL)
		(void)deflateEnd(s->z);
	free(s->z);
	s->z = NULL;
}
