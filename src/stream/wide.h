/* SPDX-License-Identifier: ISC */
#ifndef PS_STREAM_WIDE_H
#define PS_STREAM_WIDE_H

/*
 * The loops that gigabytes go through, one table for each level of the
 * processor.
 *
 * Each table gives the same answers. A loop over io moves io->in and io->out
 * over what it is sure of and leaves the rest, so it may stop early wherever
 * it likes; it may write behind io->out within the window, and never reads or
 * writes outside the two.
 */

#include "base/cpu.h"
#include "stream/stream.h"

/* What a text has, a bit for each. */
enum {
	PS_TEXT_ODD	= 1,	/* an octet that is no ASCII, or NUL or DEL */
	PS_TEXT_BARE_CR	= 2,	/* a CR before something else than LF */
	PS_TEXT_BARE_LF	= 4,	/* an LF behind something else than CR */
	PS_TEXT_BLANK	= 8,	/* a space or tab before CR or LF */
	PS_TEXT_FROM	= 16,	/* a line that begins with "Fr" */
};

struct ps_wide {
	/* Groups of four digits; CRLF or LF between two groups is passed
	 * over. Nothing else is touched. */
	void	(*b64_decode)(struct ps_step_io *io);
	/* Whole lines of `columns` digits (a multiple of four), each ended by
	 * LF or CRLF. */
	void	(*b64_encode)(struct ps_step_io *io, unsigned columns, bool lf);
	/* Bare LF become CRLF; io->in[-1] can be read. */
	void	(*to_crlf)(struct ps_step_io *io);
	/* CRLF become LF. */
	void	(*to_lf)(struct ps_step_io *io);
	/* The first place in p[0..n) where `a` stands before `b`, else n. */
	size_t	(*pair)(const uint8_t *p, size_t n, uint8_t a, uint8_t b);
	/* PS_TEXT_ODD, _BARE_CR and _BARE_LF for the octets p[0..n) and the
	 * pairs and triples that lie within. */
	unsigned (*look)(const uint8_t *p, size_t n);
	/* The same for PS_TEXT_BLANK and PS_TEXT_FROM. */
	unsigned (*look_fragile)(const uint8_t *p, size_t n);
	/* How many of p[0..n) are greater than `c`. */
	size_t	(*count_above)(const uint8_t *p, size_t n, uint8_t c);
};

/* ps_wide is the table of ps_cpu(). */
const struct ps_wide *ps_wide(void);
/* ps_wide_of is the table of a level, NULL: there is none in this build. */
const struct ps_wide *ps_wide_of(enum ps_cpu level);

extern const struct ps_wide ps_wide_portable;
#if defined(__x86_64__)
extern const struct ps_wide ps_wide_ssse3, ps_wide_avx2, ps_wide_avx512;
#elif defined(__aarch64__) && defined(__ARM_NEON)
extern const struct ps_wide ps_wide_neon;
#endif

#endif
