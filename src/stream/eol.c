/* SPDX-License-Identifier: ISC */
/*
 * Line ends.
 *
 * The bulk goes through the loops of the processor's level (wide.h). What
 * these leave at the ends of a window is searched for the one octet that
 * matters with memchr, and copied as a whole up to there.
 */
#include "stream/wide.h"

#include <string.h>

static size_t
both(const struct ps_step_io *io)
{
	size_t in = (size_t)(io->in_end - io->in);
	size_t out = (size_t)(io->out_end - io->out);

	return in < out ? in : out;
}

static void
copy(struct ps_step_io *io, size_t n)
{
	memcpy(io->out, io->in, n);
	io->in += n;
	io->out += n;
}

/* Octets before the first LF without a CR; `cr`: there is one before `p`. */
static size_t
before_bare_lf(const uint8_t *p, size_t n, bool cr)
{
	const uint8_t *from = p, *lf;

	while ((lf = memchr(from, '\n', n - (size_t)(from - p))) != NULL) {
		if (lf == p ? !cr : lf[-1] != '\r')
			return (size_t)(lf - p);
		from = lf + 1;
	}
	return n;
}

/* A bare LF gets its CR here and is copied, no longer bare, in the next turn.
 * The loops look at the octet before the first, so that is copied here too. */
static void
to_crlf(struct ps_eol *s, struct ps_step_io *io)
{
	const uint8_t *start = io->in;
	size_t n, clean;

	while ((n = both(io)) != 0) {
		if (io->in == start && (*io->in != '\n' || s->cr)) {
			copy(io, 1);
			s->wide->to_crlf(io);
			s->cr = io->in[-1] == '\r';
			continue;
		}
		clean = before_bare_lf(io->in, n, s->cr);
		if (clean != 0) {
			copy(io, clean);
			s->cr = io->in[-1] == '\r';
		}
		if (clean == n)
			continue;
		if (io->out == io->out_end)
			break;
		*io->out++ = '\r';
		s->cr = true;
	}
}

/* A CR is held until the next octet tells whether it stays. */
static void
to_lf(struct ps_eol *s, struct ps_step_io *io)
{
	const uint8_t *cr;
	size_t n;

	while (both(io) != 0) {
		if (s->cr && *io->in != '\n')
			*io->out++ = '\r';
		s->cr = false;
		s->wide->to_lf(io);
		n = both(io);
		cr = n == 0 ? NULL : memchr(io->in, '\r', n);
		copy(io, cr == NULL ? n : (size_t)(cr - io->in));
		if (cr != NULL) {
			io->in++;
			s->cr = true;
		}
	}
}

static ps_code
eol_run(struct ps_step *step, struct ps_step_io *io, ps_err *err)
{
	struct ps_eol *s = (struct ps_eol *)step;

	(void)err;
	if (s->to_lf)
		to_lf(s, io);
	else
		to_crlf(s, io);
	if (!io->last || io->in != io->in_end)
		return PS_OK;
	if (s->to_lf && s->cr) {
		if (io->out == io->out_end)
			return PS_OK;
		*io->out++ = '\r';
		s->cr = false;
	}
	io->done = true;
	return PS_OK;
}

static void
eol_init(struct ps_step *step)
{
	((struct ps_eol *)step)->cr = false;
}

static const struct ps_step_ops eol_ops = { eol_init, eol_run };

void
ps_eol_init(struct ps_eol *s, bool lf)
{
	*s = (struct ps_eol){ .step = { &eol_ops }, .wide = ps_wide(),
	    .to_lf = lf };
}
