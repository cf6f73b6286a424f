/* SPDX-License-Identifier: ISC */
/*
 * Makes a source that can be read once rewindable.
 *
 * At the head of the source its own window is shown, and kept as it is shown,
 * so a first pass costs one write and no copy. After a rewind the store is
 * shown; where it ends the source goes on. Once the source has ended it is
 * not touched again: a terminal or a pipe would wait for ever.
 */
#include <stdlib.h>

#include "stream/store.h"

struct spool {
	ps_reader	 pub;
	ps_reader	*src;
	struct ps_store	 store;
	uint64_t	 at;		/* where we stand */
	uint64_t	 taken;		/* consumed of the source, if not ended */
	bool		 head;		/* the last peek showed the source */
	bool		 ended;
};

/* Looks at the source and keeps what was not seen before. */
static ps_code
look(struct spool *s, size_t min, ps_slice *out, ps_err *err)
{
	size_t kept = (size_t)(ps_store_size(&s->store) - s->taken);
	ps_slice in;
	ps_code code = ps_reader_peek(s->src, min, &in, err);

	if (code != PS_OK)
		return code;
	if (in.n > kept) {
		code = ps_store_append(&s->store,
		    (ps_slice){ in.p + kept, in.n - kept }, err);
		if (code != PS_OK)
			return code;
	}
	s->ended = in.n < min;
	*out = in;
	return PS_OK;
}

/* Keeps on until `min` octets from here are in the store. */
static ps_code
advance(struct spool *s, size_t min, ps_err *err)
{
	ps_slice in;
	ps_code code = PS_OK;

	while (code == PS_OK && !s->ended && ps_store_size(&s->store) - s->at < min) {
		code = look(s, 1, &in, err);
		if (code != PS_OK)
			break;
		ps_reader_consume(s->src, in.n);
		s->taken += in.n;
	}
	return code;
}

static ps_code
spool_peek(ps_reader *pub, size_t min, ps_slice *out, ps_err *err)
{
	struct spool *s = (struct spool *)pub;
	ps_code code;

	s->head = !s->ended && s->at == s->taken;
	if (s->head)
		return look(s, min, out, err);
	code = advance(s, min, err);
	if (code != PS_OK)
		return code;
	return ps_store_show(&s->store, s->at, min, out, err);
}

static void
spool_consume(ps_reader *pub, size_t n)
{
	struct spool *s = (struct spool *)pub;

	s->at += n;
	if (!s->head)
		return;
	ps_reader_consume(s->src, n);
	s->taken += n;
}

/* Takes from the source what is kept already. It must show it again first: its
 * last window may have been smaller than one before. */
static ps_code
catch_up(struct spool *s, ps_err *err)
{
	uint64_t ahead;
	ps_slice in;
	ps_code code;

	while (!s->ended && (ahead = ps_store_size(&s->store) - s->taken) != 0) {
		code = ps_reader_peek(s->src, 1, &in, err);
		if (code != PS_OK)
			return code;
		in.n = in.n < ahead ? in.n : (size_t)ahead;
		ps_reader_consume(s->src, in.n);
		s->taken += in.n;
		s->ended = in.n == 0;
	}
	return PS_OK;
}

static ps_code
spool_rewind(ps_reader *pub, ps_err *err)
{
	struct spool *s = (struct spool *)pub;
	ps_code code = catch_up(s, err);

	if (code != PS_OK)
		return code;
	s->head = false;
	s->at = 0;
	return PS_OK;
}

static uint64_t
spool_length(ps_reader *pub)
{
	struct spool *s = (struct spool *)pub;

	return s->ended ? ps_store_size(&s->store) : UINT64_MAX;
}

static uint64_t
spool_offset(const ps_reader *pub)
{
	return ((const struct spool *)pub)->at;
}

static void
spool_close(ps_reader *pub)
{
	struct spool *s = (struct spool *)pub;

	ps_store_clear(&s->store);
	free(s);
}

static const ps_reader_ops spool_ops = {
	.size = sizeof(ps_reader_ops),
	.peek = spool_peek,
	.consume = spool_consume,
	.rewind = spool_rewind,
	.length = spool_length,
	.close = spool_close,
	.offset = spool_offset,
};

ps_code
ps_reader_open_spool(ps_reader **out, ps_reader *src, const char *dir,
    uint64_t hold, ps_err *err)
{
	struct spool *s = calloc(1, sizeof *s);
	ps_code code;

	if (s == NULL)
		return ps_nomem(err, "stream.spool");
	s->pub.ops = &spool_ops;
	s->src = src;
	code = ps_store_init(&s->store, dir, hold, err);
	if (code != PS_OK) {
		free(s);
		return code;
	}
	*out = &s->pub;
	return PS_OK;
}
