/* SPDX-License-Identifier: ISC */
/*
 * The loops over text, written once in the compiler's vectors and compiled by
 * each level for itself; no guard against being included twice, as nobody
 * includes it but the files of the levels.
 *
 * Before this stand BLOCK, the octets of a vector; `octets`, its type; any(),
 * whether a lane is not zero; and first(), the number of the first such lane.
 */
#include <string.h>

#include "stream/wide.h"

static octets
load(const uint8_t *p)
{
	octets v;

	memcpy(&v, p, sizeof v);
	return v;
}

static void
store(uint8_t *p, octets v)
{
	memcpy(p, &v, sizeof v);
}

static octets
all_of(uint8_t c)
{
	octets v;

	memset(&v, c, sizeof v);
	return v;
}

static octets
is(octets v, octets c)
{
	return (octets)(v == c);
}

static octets
pair_at(const uint8_t *p, octets a, octets b)
{
	return is(load(p), a) & is(load(p + 1), b);
}

/* Nearly always there is none, so two blocks are asked at a time. */
static size_t
scan_pair(const uint8_t *p, size_t n, uint8_t a, uint8_t b)
{
	const octets va = all_of(a), vb = all_of(b);
	size_t i = 0;

	while (i + 2 * BLOCK < n && !any(pair_at(p + i, va, vb) | pair_at(p + i + BLOCK, va, vb)))
		i += 2 * BLOCK;
	for (; i + BLOCK < n; i += BLOCK) {
		octets hit = pair_at(p + i, va, vb);

		if (any(hit))
			return i + first(hit);
	}
	for (; i + 1 < n; i++)
		if (p[i] == a && p[i + 1] == b)
			return i;
	return n;
}

/* A bare LF is put as CRLF with what stands before it, so a turn is a block
 * or the rest of a line. */
static void
scan_to_crlf(struct ps_step_io *io)
{
	const octets cr = all_of('\r'), lf = all_of('\n');
	const uint8_t *in = io->in;
	uint8_t *out = io->out;

	while (io->in_end - in >= BLOCK && io->out_end - out >= BLOCK + 2) {
		octets v = load(in), bare = is(v, lf) & ~is(load(in - 1), cr);
		unsigned n;

		store(out, v);
		if (!any(bare)) {
			in += BLOCK;
			out += BLOCK;
			continue;
		}
		n = first(bare);
		out[n] = '\r';
		out[n + 1] = '\n';
		in += n + 1;
		out += n + 2;
	}
	io->in = in;
	io->out = out;
}

static void
scan_to_lf(struct ps_step_io *io)
{
	const octets cr = all_of('\r'), lf = all_of('\n');
	const uint8_t *in = io->in;
	uint8_t *out = io->out;

	while (io->in_end - in > BLOCK && io->out_end - out >= BLOCK) {
		octets v = load(in), end = is(v, cr) & is(load(in + 1), lf);
		unsigned n;

		store(out, v);
		if (!any(end)) {
			in += BLOCK;
			out += BLOCK;
			continue;
		}
		n = first(end);
		in += n + 1;
		out += n;
	}
	io->in = in;
	io->out = out;
}

static unsigned
look_octet(const uint8_t *p, size_t left)
{
	unsigned seen = *p == 0 || *p > 126 ? PS_TEXT_ODD : 0;

	if (left > 1 && p[0] == '\r' && p[1] != '\n')
		seen |= PS_TEXT_BARE_CR;
	if (left > 1 && p[0] != '\r' && p[1] == '\n')
		seen |= PS_TEXT_BARE_LF;
	return seen;
}

static unsigned
scan_look(const uint8_t *p, size_t n)
{
	const octets cr = all_of('\r'), lf = all_of('\n');
	const octets one = all_of(1), top = all_of(126);
	octets odd = all_of(0), bare_cr = odd, bare_lf = odd;
	unsigned seen = 0;
	size_t i = 0;

	for (; i + BLOCK < n; i += BLOCK) {
		octets v = load(p + i);
		octets is_cr = is(v, cr), then_lf = is(load(p + i + 1), lf);

		odd |= (octets)(v - one >= top);	/* 0 wraps to 255 */
		bare_cr |= is_cr & ~then_lf;
		bare_lf |= then_lf & ~is_cr;
	}
	for (; i < n; i++)
		seen |= look_octet(p + i, n - i);
	return seen | (any(odd) ? PS_TEXT_ODD : 0u) | (any(bare_cr) ? PS_TEXT_BARE_CR : 0u) |
	    (any(bare_lf) ? PS_TEXT_BARE_LF : 0u);
}

static unsigned
fragile_octet(const uint8_t *p, size_t left)
{
	if (left > 1 && (p[0] == ' ' || p[0] == '\t') && (p[1] == '\r' || p[1] == '\n'))
		return PS_TEXT_BLANK;
	return left > 2 && p[0] == '\n' && p[1] == 'F' && p[2] == 'r' ? PS_TEXT_FROM : 0;
}

static unsigned
scan_fragile(const uint8_t *p, size_t n)
{
	const octets cr = all_of('\r'), lf = all_of('\n'), sp = all_of(' ');
	const octets tab = all_of('\t'), f = all_of('F'), r = all_of('r');
	octets blank = all_of(0), from = blank;
	unsigned seen = 0;
	size_t i = 0;

	for (; i + BLOCK + 1 < n; i += BLOCK) {
		octets v = load(p + i), next = load(p + i + 1);

		blank |= (is(v, sp) | is(v, tab)) & (is(next, cr) | is(next, lf));
		from |= is(v, lf) & is(next, f) & is(load(p + i + 2), r);
	}
	for (; i < n; i++)
		seen |= fragile_octet(p + i, n - i);
	return seen | (any(blank) ? PS_TEXT_BLANK : 0u) | (any(from) ? PS_TEXT_FROM : 0u);
}

/* Lanes count down from 0, no more than 255 times between two sums. */
static size_t
scan_count_above(const uint8_t *p, size_t n, uint8_t c)
{
	const octets vc = all_of(c);
	size_t count = 0, i = 0;

	while (n - i >= BLOCK) {
		octets lanes = all_of(0);

		for (unsigned turn = 0; turn < 255 && n - i >= BLOCK; turn++, i += BLOCK)
			lanes += (octets)(load(p + i) > vc);	/* true is -1 */
		for (unsigned lane = 0; lane < BLOCK; lane++)
			count += (uint8_t)-lanes[lane];
	}
	for (; i < n; i++)
		count += p[i] > c;
	return count;
}
