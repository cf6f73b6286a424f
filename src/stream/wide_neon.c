/* SPDX-License-Identifier: ISC */
/*
 * NEON, which every aarch64 has: loads and stores that take octets apart by
 * three or four, so that the digits of a group stand in four vectors, and
 * tables of 64.
 */
#include "stream/base64.h"
#include "stream/wide.h"

#if defined(__aarch64__) && defined(__ARM_NEON)
#include <arm_neon.h>

enum { BLOCK = 16, DIGITS = 64, STORED = 48, READ = 48 };

typedef uint8_t octets __attribute__((vector_size(BLOCK)));

/* Four bits for each lane; there is no shorter way to a mask. */
static uint64_t
nibbles(uint8x16_t lanes)
{
	uint8x8_t narrow = vshrn_n_u16(vreinterpretq_u16_u8(lanes), 4);

	return vget_lane_u64(vreinterpret_u64_u8(narrow), 0);
}

static bool
any(octets v)
{
	return nibbles((uint8x16_t)v) != 0;
}

static unsigned
first(octets v)
{
	return (unsigned)__builtin_ctzll(nibbles((uint8x16_t)v)) / 4;
}

#include "stream/wide_scan.inc"

/* Each half of the table answers 0 for what is not its own. */
static uint8x16_t
value(uint8x16x4_t low, uint8x16x4_t high, uint8x16_t v)
{
	return vorrq_u8(vqtbl4q_u8(low, v), vqtbl4q_u8(high, vsubq_u8(v, vdupq_n_u8(64))));
}

static inline uint64_t
decode_block(const uint8_t *in, uint8_t *out)
{
	const uint8x16x4_t low = vld1q_u8_x4(ps_b64_value);
	const uint8x16x4_t high = vld1q_u8_x4(ps_b64_value + 64);
	uint8x16x4_t v = vld4q_u8(in);
	uint8x16_t a = value(low, high, v.val[0]), b = value(low, high, v.val[1]);
	uint8x16_t c = value(low, high, v.val[2]), d = value(low, high, v.val[3]);
	uint8x16_t bad = vorrq_u8(vorrq_u8(vorrq_u8(a, v.val[0]), vorrq_u8(b, v.val[1])),
	    vorrq_u8(vorrq_u8(c, v.val[2]), vorrq_u8(d, v.val[3])));
	uint8x16x3_t octet = { {
	    vsliq_n_u8(vshrq_n_u8(b, 4), a, 2),
	    vsliq_n_u8(vshrq_n_u8(c, 2), b, 4),
	    vsliq_n_u8(d, c, 6),
	} };

	vst3q_u8(out, octet);
	return nibbles(vcltzq_s8(vreinterpretq_s8_u8(bad)));
}

static inline void
encode_block(const uint8_t *in, uint8_t *out)
{
	const uint8x16x4_t table = vld1q_u8_x4((const uint8_t *)ps_b64_digits);
	const uint8x16_t six = vdupq_n_u8(63);
	uint8x16x3_t v = vld3q_u8(in);
	uint8x16_t b = vsliq_n_u8(vshrq_n_u8(v.val[1], 4), v.val[0], 4);
	uint8x16_t c = vsliq_n_u8(vshrq_n_u8(v.val[2], 6), v.val[1], 2);
	uint8x16x4_t digit = { {
	    vqtbl4q_u8(table, vshrq_n_u8(v.val[0], 2)),
	    vqtbl4q_u8(table, vandq_u8(b, six)),
	    vqtbl4q_u8(table, vandq_u8(c, six)),
	    vqtbl4q_u8(table, vandq_u8(v.val[2], six)),
	} };

	vst4q_u8(out, digit);
}

#include "stream/wide_base64.inc"

const struct ps_wide ps_wide_neon = {
	.b64_decode = wide_decode,
	.b64_encode = wide_encode,
	.to_crlf = scan_to_crlf,
	.to_lf = scan_to_lf,
	.pair = scan_pair,
	.look = scan_look,
	.look_fragile = scan_fragile,
	.count_above = scan_count_above,
};
#endif
