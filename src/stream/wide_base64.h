/* SPDX-License-Identifier: ISC */
/*
 * The loops of base64 over blocks of digits, compiled by each level for
 * itself; no guard against being included twice, as nobody includes it but the
 * files of the levels.
 *
 * Before this stand DIGITS, the digits of a block (16, 32 or 64);
 * decode_block(), which stores up to STORED octets and answers a mask with
 * four bits for each group of four digits, from the lowest, that are not all
 * zero when the group has an octet that is no digit; and encode_block(), which
 * reads READ octets and stores DIGITS.
 *
 * Nearly every text has lines of one width. What that is shows in the first
 * whole line; then lines go through as a whole, so that nothing waits to learn
 * where a line ends.
 */
#include "stream/base64.h"

enum { EVEN_MAX = 256 };	/* wider lines gain nothing by being even */

/* Octets needed for blocks that begin at each block of a line, of which the
 * last one touches `last`. */
static size_t
reach(size_t blocks, size_t block, size_t last)
{
	return (blocks - 1) * block + last;
}

/* decode_even decodes lines of `width` digits as long as they come. */
static void
decode_even(struct ps_step_io *io, size_t width)
{
	const size_t blocks = (width + DIGITS - 1) / DIGITS, whole = (blocks - 1) * DIGITS;
	const ptrdiff_t need = (ptrdiff_t)reach(blocks, DIGITS, DIGITS + 2);
	const ptrdiff_t room = (ptrdiff_t)reach(blocks, DIGITS / 4 * 3, STORED);
	const uint64_t last = UINT64_MAX >> (64 - (width - whole));
	const uint8_t *in = io->in;
	uint8_t *out = io->out;

	while (io->in_end - in >= need && io->out_end - out >= room) {
		uint64_t bad = 0;
		size_t skip = ps_b64_line_end(in + width);

		for (size_t i = 0; i < whole; i += DIGITS)
			bad |= decode_block(in + i, out + i / 4 * 3);
		bad |= decode_block(in + whole, out + whole / 4 * 3) & last;
		if (bad != 0 || skip == 0)
			break;
		in += width + skip;
		out += width / 4 * 3;
	}
	io->in = in;
	io->out = out;
}

/* decode_line decodes groups up to and with the next line end; false at
 * whatever it cannot go past. */
static bool
decode_line(struct ps_step_io *io, size_t *out_width)
{
	size_t width = 0;

	while (io->in_end - io->in >= DIGITS + 2 && io->out_end - io->out >= STORED) {
		uint64_t bad = decode_block(io->in, io->out);
		size_t n = bad == 0 ? DIGITS : (size_t)__builtin_ctzll(bad) & ~(size_t)3;
		size_t skip;

		io->in += n;
		io->out += n / 4 * 3;
		width += n;
		if (n == DIGITS)
			continue;
		skip = ps_b64_line_end(io->in);
		io->in += skip;
		*out_width = width;
		return skip != 0;
	}
	return false;
}

static void
wide_decode(struct ps_step_io *io)
{
	struct ps_step_io at = *io;
	size_t width = 0, before = 0;

	while (decode_line(&at, &width)) {
		if (width == before && width != 0 && width <= EVEN_MAX)
			decode_even(&at, width);
		before = width;
	}
	*io = at;
	ps_b64_decode_clean(io);
}

static void
wide_encode(struct ps_step_io *io, unsigned columns, bool lf)
{
	const size_t blocks = (columns + DIGITS - 1) / DIGITS;
	const ptrdiff_t need = (ptrdiff_t)reach(blocks, DIGITS / 4 * 3, READ);
	const ptrdiff_t room = (ptrdiff_t)reach(blocks, DIGITS, DIGITS + 2);
	const uint8_t *in = io->in;
	uint8_t *out = io->out;

	while (io->in_end - in >= need && io->out_end - out >= room) {
		for (size_t i = 0; i < blocks; i++)
			encode_block(in + i * (DIGITS / 4 * 3), out + i * DIGITS);
		in += columns / 4 * 3;
		out += columns;
		if (!lf)
			*out++ = '\r';
		*out++ = '\n';
	}
	io->in = in;
	io->out = out;
	ps_b64_encode_lines(io, columns, lf);
}
