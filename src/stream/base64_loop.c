/* SPDX-License-Identifier: ISC */
/*
 * The portable loops of base64: table look-ups.
 *
 * Decoding looks up each digit in a table of its own that has the value in
 * place, so four look-ups and three ORs make a group and one test finds
 * whatever is no digit. Encoding looks up 12 bits at a time. Both do two
 * groups a turn and go through a 64-bit word.
 */
#include "stream/base64.h"

#include <stddef.h>
#include <string.h>

#define BAD	0x80000000u

/* The values of ASCII from space to DEL, 64 for what is no digit; D puts each
 * in its place. Rows of 16. */
#define NONE8(D) D(64), D(64), D(64), D(64), D(64), D(64), D(64), D(64)
#define NONE32(D) NONE8(D), NONE8(D), NONE8(D), NONE8(D)
#define ASCII(D) \
	NONE8(D), \
	D(64), D(64), D(64), D(62), D(64), D(64), D(64), D(63), \
	D(52), D(53), D(54), D(55), D(56), D(57), D(58), D(59), \
	D(60), D(61), D(64), D(64), D(64), D(64), D(64), D(64), \
	D(64), D(0), D(1), D(2), D(3), D(4), D(5), D(6), \
	D(7), D(8), D(9), D(10), D(11), D(12), D(13), D(14), \
	D(15), D(16), D(17), D(18), D(19), D(20), D(21), D(22), \
	D(23), D(24), D(25), D(64), D(64), D(64), D(64), D(64), \
	D(64), D(26), D(27), D(28), D(29), D(30), D(31), D(32), \
	D(33), D(34), D(35), D(36), D(37), D(38), D(39), D(40), \
	D(41), D(42), D(43), D(44), D(45), D(46), D(47), D(48), \
	D(49), D(50), D(51), D(64), D(64), D(64), D(64), D(64)
#define TABLE(D) { NONE32(D), ASCII(D), NONE32(D), NONE32(D), NONE32(D), NONE32(D) }
#define D0(v) ((v) == 64 ? BAD : (v) << 18u)
#define D1(v) ((v) == 64 ? BAD : (v) << 12u)
#define D2(v) ((v) == 64 ? BAD : (v) << 6u)
#define D3(v) ((v) == 64 ? BAD : (v))

static const uint32_t place[4][256] = {
	TABLE(D0), TABLE(D1), TABLE(D2), TABLE(D3)
};

#define VALUE(v) ((v) == 64 ? 0x80 : (v))

const uint8_t ps_b64_value[128] = { NONE32(VALUE), ASCII(VALUE) };

/* Both digits of 12 bits. */
#define PAIR(a, b)	{ (a), (b) }
#define ROW(a) \
	PAIR(a, 'A'), PAIR(a, 'B'), PAIR(a, 'C'), PAIR(a, 'D'), \
	PAIR(a, 'E'), PAIR(a, 'F'), PAIR(a, 'G'), PAIR(a, 'H'), \
	PAIR(a, 'I'), PAIR(a, 'J'), PAIR(a, 'K'), PAIR(a, 'L'), \
	PAIR(a, 'M'), PAIR(a, 'N'), PAIR(a, 'O'), PAIR(a, 'P'), \
	PAIR(a, 'Q'), PAIR(a, 'R'), PAIR(a, 'S'), PAIR(a, 'T'), \
	PAIR(a, 'U'), PAIR(a, 'V'), PAIR(a, 'W'), PAIR(a, 'X'), \
	PAIR(a, 'Y'), PAIR(a, 'Z'), PAIR(a, 'a'), PAIR(a, 'b'), \
	PAIR(a, 'c'), PAIR(a, 'd'), PAIR(a, 'e'), PAIR(a, 'f'), \
	PAIR(a, 'g'), PAIR(a, 'h'), PAIR(a, 'i'), PAIR(a, 'j'), \
	PAIR(a, 'k'), PAIR(a, 'l'), PAIR(a, 'm'), PAIR(a, 'n'), \
	PAIR(a, 'o'), PAIR(a, 'p'), PAIR(a, 'q'), PAIR(a, 'r'), \
	PAIR(a, 's'), PAIR(a, 't'), PAIR(a, 'u'), PAIR(a, 'v'), \
	PAIR(a, 'w'), PAIR(a, 'x'), PAIR(a, 'y'), PAIR(a, 'z'), \
	PAIR(a, '0'), PAIR(a, '1'), PAIR(a, '2'), PAIR(a, '3'), \
	PAIR(a, '4'), PAIR(a, '5'), PAIR(a, '6'), PAIR(a, '7'), \
	PAIR(a, '8'), PAIR(a, '9'), PAIR(a, '+'), PAIR(a, '/')

static const uint8_t pair[4096][2] = {
	ROW('A'), ROW('B'), ROW('C'), ROW('D'), ROW('E'), ROW('F'), ROW('G'), ROW('H'),
	ROW('I'), ROW('J'), ROW('K'), ROW('L'), ROW('M'), ROW('N'), ROW('O'), ROW('P'),
	ROW('Q'), ROW('R'), ROW('S'), ROW('T'), ROW('U'), ROW('V'), ROW('W'), ROW('X'),
	ROW('Y'), ROW('Z'), ROW('a'), ROW('b'), ROW('c'), ROW('d'), ROW('e'), ROW('f'),
	ROW('g'), ROW('h'), ROW('i'), ROW('j'), ROW('k'), ROW('l'), ROW('m'), ROW('n'),
	ROW('o'), ROW('p'), ROW('q'), ROW('r'), ROW('s'), ROW('t'), ROW('u'), ROW('v'),
	ROW('w'), ROW('x'), ROW('y'), ROW('z'), ROW('0'), ROW('1'), ROW('2'), ROW('3'),
	ROW('4'), ROW('5'), ROW('6'), ROW('7'), ROW('8'), ROW('9'), ROW('+'), ROW('/'),
};

static uint32_t
group(uint32_t digits)
{
	return place[0][digits >> 24] | place[1][digits >> 16 & 255] |
	    place[2][digits >> 8 & 255] | place[3][digits & 255];
}

/* Written out, compilers make one instruction of each. */
static void
store64(uint8_t *out, uint64_t v)
{
	out[0] = (uint8_t)(v >> 56);
	out[1] = (uint8_t)(v >> 48);
	out[2] = (uint8_t)(v >> 40);
	out[3] = (uint8_t)(v >> 32);
	out[4] = (uint8_t)(v >> 24);
	out[5] = (uint8_t)(v >> 16);
	out[6] = (uint8_t)(v >> 8);
	out[7] = (uint8_t)v;
}

static uint64_t
load64(const uint8_t *in)
{
	return (uint64_t)in[0] << 56 | (uint64_t)in[1] << 48 |
	    (uint64_t)in[2] << 40 | (uint64_t)in[3] << 32 |
	    (uint64_t)in[4] << 24 | (uint64_t)in[5] << 16 |
	    (uint64_t)in[6] << 8 | in[7];
}

/* A turn puts 6 octets and, to store a whole word, touches 2 more. */
void
ps_b64_decode_clean(struct ps_step_io *io)
{
	const uint8_t *in = io->in;
	uint8_t *out = io->out;

	while (io->in_end - in >= 8 && io->out_end - out >= 8) {
		uint64_t both = load64(in);
		uint32_t a = group((uint32_t)(both >> 32)), b = group((uint32_t)both);
		size_t skip;

		if (((a | b) & BAD) == 0) {
			store64(out, (uint64_t)a << 40 | (uint64_t)b << 16);
			in += 8;
			out += 6;
			continue;
		}
		if ((a & BAD) == 0) {
			store64(out, (uint64_t)a << 40);
			in += 4;
			out += 3;
		}
		skip = ps_b64_line_end(in);
		if (skip == 0)
			break;
		in += skip;
	}
	io->in = in;
	io->out = out;
}

/* Turns of 8 digits; where the last is half a turn, the rest is garbage. */
static void
encode_line(uint8_t *out, const uint8_t *in, unsigned columns)
{
	for (unsigned i = 0; i < columns; i += 8, in += 6, out += 8) {
		uint64_t v = load64(in);

		memcpy(out, pair[v >> 52], 2);
		memcpy(out + 2, pair[v >> 40 & 4095], 2);
		memcpy(out + 4, pair[v >> 28 & 4095], 2);
		memcpy(out + 6, pair[v >> 16 & 4095], 2);
	}
}

/* The last turn of a line reads 2 octets behind it, or 5 when it is half. */
void
ps_b64_encode_lines(struct ps_step_io *io, unsigned columns, bool lf)
{
	const uint8_t *in = io->in;
	const ptrdiff_t taken = columns / 4 * 3, room = columns + 4;
	uint8_t *out = io->out;

	while (io->in_end - in >= taken + 5 && io->out_end - out >= room) {
		encode_line(out, in, columns);
		in += taken;
		out += columns;
		if (!lf)
			*out++ = '\r';
		*out++ = '\n';
	}
	io->in = in;
	io->out = out;
}
