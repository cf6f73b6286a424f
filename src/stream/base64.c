/* SPDX-License-Identifier: ISC */
/*
 * base64 as mail has it.
 *
 * The lines of a well-formed text are clean: groups of four digits with line
 * ends between them, and those go through the loops of the processor's level
 * (wide.h). All else (junk, odd lines, the padding, what a window cuts) goes octet by octet,
 * and one octet of room is enough for each.
 */
#include "stream/base64.h"

#include "stream/wide.h"
#include "stream/words.h"

const char ps_b64_digits[65] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

enum { COLUMNS = 64 };

/* The value of a digit, 64 for what is none; no table, this path is cold. */
static unsigned
digit(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26u;
	if (c >= '0' && c <= '9')
		return c - '0' + 52u;
	return c == '+' ? 62 : c == '/' ? 63 : 64;
}

/* Every digit but the first of a group completes an octet. */
static void
take_digit(struct ps_b64dec *s, unsigned v, struct ps_step_io *io)
{
	uint32_t bits = s->bits << 6 | v;
	unsigned spare = 6 - 2 * s->digits;	/* bits left over, from 6 to 0 */

	if (s->digits != 0)
		*io->out++ = (uint8_t)(bits >> spare);
	s->bits = bits & ((1u << spare) - 1);
	s->digits = (s->digits + 1) % 4;
}

static void
after_the_end(struct ps_b64dec *s, struct ps_step_io *io)
{
	for (; io->in < io->in_end; io->in++)
		s->after += *io->in != '\r' && *io->in != '\n' && *io->in != '=';
}

/*
 * RFC 2045, 6.8: what is not in the alphabet "must be ignored by decoding
 * software", and "=" tells that the end has been reached. False at a digit
 * that is alone in its group.
 */
static bool
decode_slow(struct ps_b64dec *s, struct ps_step_io *io)
{
	do {
		uint8_t c = *io->in;
		unsigned v = digit(c);

		if (c == '=' && s->digits == 1)
			return false;
		if (v < 64 && s->digits != 0 && io->out == io->out_end)
			return true;
		io->in++;
		if (v < 64)
			take_digit(s, v, io);
		else if (c == '=' || (c == '-' && s->dash_ends))
			s->ended = true;
		else
			s->junk += c != '\r' && c != '\n';
	} while (io->in < io->in_end && !s->ended && s->digits != 0);
	return true;
}

static bool
decode_window(struct ps_b64dec *s, struct ps_step_io *io)
{
	const uint8_t *before;
	bool moved = true;

	while (io->in < io->in_end && moved && !s->ended) {
		before = io->in;
		if (s->digits == 0)
			s->wide->b64_decode(io);
		if (io->in < io->in_end && !decode_slow(s, io))
			return false;
		moved = io->in != before;
	}
	if (s->ended)
		after_the_end(s, io);
	return !io->last || io->in < io->in_end || s->digits != 1;
}

static ps_code
decode_run(struct ps_step *step, struct ps_step_io *io, ps_err *err)
{
	struct ps_b64dec *s = (struct ps_b64dec *)step;
	const uint8_t *in = io->in;
	bool good = decode_window(s, io);

	s->offset += (uint64_t)(io->in - in);
	if (!good)
		return ps_fail(err, PS_E_MALFORMED, "stream.base64", s->offset,
		    W_STREAM_B64_DIGIT);
	io->done = io->last && io->in == io->in_end;
	return PS_OK;
}

static void
decode_init(struct ps_step *step)
{
	struct ps_b64dec *s = (struct ps_b64dec *)step;

	*s = (struct ps_b64dec){ .step = s->step, .wide = s->wide,
	    .dash_ends = s->dash_ends };
}

static const struct ps_step_ops decode_ops = { decode_init, decode_run };

void
ps_b64dec_init(struct ps_b64dec *s)
{
	s->step.ops = &decode_ops;
	s->wide = ps_wide();
	s->dash_ends = false;
	decode_init(&s->step);
}

static void
end_line(struct ps_b64enc *s)
{
	if (!s->lf)
		s->put.p[s->put.n++] = '\r';
	s->put.p[s->put.n++] = '\n';
	s->column = 0;
}

/* Puts what is held, 1 to 3 octets, as one group. */
static void
put_group(struct ps_b64enc *s)
{
	uint32_t v = (uint32_t)s->held[0] << 16;

	if (s->nheld > 1)
		v |= (uint32_t)s->held[1] << 8;
	if (s->nheld > 2)
		v |= s->held[2];
	for (unsigned i = 0; i < 4; i++)
		s->put.p[s->put.n++] = i > s->nheld ? '=' :
		    (uint8_t)ps_b64_digits[v >> (18 - 6 * i) & 63];
	s->nheld = 0;
	s->column += 4;
	if (s->column == s->columns)
		end_line(s);
}

/* Something of the end is left to be put. */
static bool
encode_end(struct ps_b64enc *s)
{
	if (s->nheld != 0)
		put_group(s);
	else if (s->column != 0)
		end_line(s);
	else
		return false;
	return true;
}

static ps_code
encode_run(struct ps_step *step, struct ps_step_io *io, ps_err *err)
{
	struct ps_b64enc *s = (struct ps_b64enc *)step;

	(void)err;
	while (ps_put_all(&s->put, io)) {
		if (s->nheld == 0 && s->column == 0)
			s->wide->b64_encode(io, s->columns, s->lf);
		if (io->in == io->in_end) {
			if (io->last && encode_end(s))
				continue;
			io->done = io->last;
			break;
		}
		s->held[s->nheld++] = *io->in++;
		if (s->nheld == 3)
			put_group(s);
	}
	return PS_OK;
}

static void
encode_init(struct ps_step *step)
{
	struct ps_b64enc *s = (struct ps_b64enc *)step;

	*s = (struct ps_b64enc){ .step = s->step, .wide = s->wide,
	    .columns = s->columns, .lf = s->lf };
}

static const struct ps_step_ops encode_ops = { encode_init, encode_run };

void
ps_b64enc_init(struct ps_b64enc *s, bool lf)
{
	*s = (struct ps_b64enc){ .step = { &encode_ops }, .wide = ps_wide(),
	    .columns = COLUMNS, .lf = lf };
}
