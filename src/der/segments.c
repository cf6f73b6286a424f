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

struct segments {
	ps_writer	 writer;
	ps_writer	*dst;		/* borrowed */
	size_t		 chunk;
	size_t		 n;		/* held */
	bool		 dead;		/* finished or abandoned */
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
	ps_code code = PS_OK;

	if (s->dead)
		return ps_fail(err, PS_E_MISUSE, "der.segments", PS_NOWHERE,
		    W_DER_MISUSE);
	while (code == PS_OK && in.n != 0)
		code = take_some(s, &in, err);
	return code;
}

static ps_code
segments_finish(ps_writer *w, ps_err *err)
{
	struct segments *s = segments_of(w);
	size_t n = s->n;

	s->n = 0;
	s->dead = true;
	return n == 0 ? PS_OK : put_segment(s, (ps_slice){ s->held, n }, err);
}

static void
segments_abandon(ps_writer *w)
{
	struct segments *s = segments_of(w);

	s->n = 0;
	s->dead = true;
}

static void
segments_close(ps_writer *w)
{
	struct segments *s = segments_of(w);

	ps_wipe(s->held, s->chunk);
	free(s);
}

static const ps_writer_ops takes_back = {
	.size = sizeof takes_back,
	.write = segments_write,
	.finish = segments_finish,
	.abandon = segments_abandon,
	.close = segments_close,
};

/* What `dst` was given is seen already: so it is with us. */
static const ps_writer_ops seen_at_once = {
	.size = sizeof seen_at_once,
	.write = segments_write,
	.finish = segments_finish,
	.close = segments_close,
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
	s = malloc(size);
	if (s == NULL)
		return ps_nomem(err, "der.segments");
	*s = (struct segments){ .dst = dst, .chunk = chunk };
	s->writer.ops = ps_writer_can_abandon(dst) ? &takes_back : &seen_at_once;
	*out = &s->writer;
	return PS_OK;
}
