/* SPDX-License-Identifier: ISC */
/*
 * Writes an OCTET STRING in segments, for content whose length nobody knows
 * beforehand. Segments are of one size whatever the writes were, so that the
 * same content always gives the same octets.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "der/ber.h"
#include "der/head.h"
#include "der/words.h"
#include "stream/writer.h"

struct segments {
	struct ps_own_writer own;
	ps_writer	*dst;		/* borrowed */
	size_t		 chunk;
	size_t		 n;		/* held */
	uint8_t		 held[];	/* chunk octets */
};

static struct segments *
segments_of(ps_writer *w)
{
	return (struct segments *)(void *)w;
}

static ps_code
put_segment(struct segments *s, ps_slice value, ps_err *err)
{
	uint8_t head[DER_HEAD_MAX];
	size_t n = derw_header(head, DER_OCTETS, value.n);
	ps_code code = ps_writer_write(s->dst, (ps_slice){ head, n }, err);

	return code == PS_OK ? ps_writer_write(s->dst, value, err) : code;
}

/* Takes from the front of `in` what one segment still needs. */
static ps_code
take_some(struct segments *s, ps_slice *in, ps_err *err)
{
	size_t n = s->chunk - s->n;
	ps_code code = PS_OK;

	if (n > in->n)
		n = in->n;
	if (n == s->chunk) {
		/* A whole segment lies in the input: nothing is copied. */
		code = put_segment(s, (ps_slice){ in->p, n }, err);
	} else {
		memcpy(s->held + s->n, in->p, n);
		s->n += n;
		if (s->n == s->chunk) {
			code = put_segment(s, (ps_slice){ s->held, s->n }, err);
			s->n = 0;
		}
	}
	in->p += n;
	in->n -= n;
	return code;
}

static ps_code
segments_write(ps_writer *w, ps_slice in, ps_err *err)
{
	struct segments *s = segments_of(w);
	ps_code code = ps_own_ready(&s->own, err);

	if (code != PS_OK)
		return code;
	while (code == PS_OK && in.n != 0)
		code = take_some(s, &in, err);
	return ps_own_wrote(&s->own, code);
}

static ps_code
segments_finish(ps_writer *w, ps_err *err)
{
	struct segments *s = segments_of(w);
	ps_code code = ps_own_ready(&s->own, err);

	if (code != PS_OK)
		return code;
	if (s->n != 0)
		code = put_segment(s, (ps_slice){ s->held, s->n }, err);
	return ps_own_finished(&s->own, code);
}

static void
segments_abandon(ps_writer *w)
{
	struct segments *s = segments_of(w);

	s->own.state = PS_WRITING_ABANDONED;
	ps_writer_abandon(s->dst);
}

static void
segments_close(ps_writer *w)
{
	struct segments *s = segments_of(w);

	ps_wipe(s->held, s->chunk);
	free(s);
}

#define SEGMENTS_OPS(aban) { .size = sizeof(ps_writer_ops), \
	.write = segments_write, .finish = segments_finish, \
	.abandon = (aban), .close = segments_close }

static const ps_writer_ops segments_ops[] = {
	SEGMENTS_OPS(NULL), SEGMENTS_OPS(segments_abandon)
};

ps_code
ber_writer_open_segments(ps_writer **out, ps_writer *dst, size_t chunk,
    ps_err *err)
{
	struct segments *s;
	size_t size;

	if (chunk == 0 || !ps_size_add(sizeof *s, chunk, &size))
		return ps_fail(err, PS_E_MISUSE, "der.segments", PS_NOWHERE,
		    W_DER_MISUSE);
	s = calloc(1, size);
	if (s == NULL)
		return ps_nomem(err, "der.segments");
	s->dst = dst;
	s->chunk = chunk;
	s->own.pub.ops = &segments_ops[ps_writer_can_abandon(dst)];
	*out = &s->own.pub;
	return PS_OK;
}
