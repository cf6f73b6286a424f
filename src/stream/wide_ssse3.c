/* SPDX-License-Identifier: ISC */
/*
 * SSSE3: 16 octets at a time; its shuffle is a table of 16.
 *
 * A digit's class is its upper half, and which lower halves are digits
 * depends on that; so one look-up for each half, and their AND is zero for a
 * digit. The class also says what is to be added to make the value; "/" shares
 * its class with "+" and borrows the row before.
 */
#include "stream/base64.h"
#include "stream/wide.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include "stream/wide_target.h"

PS_TARGET("ssse3")

enum { BLOCK = 16, DIGITS = 16, STORED = 16, READ = 16 };

typedef uint8_t octets __attribute__((vector_size(BLOCK)));

static bool
any(octets v)
{
	return _mm_movemask_epi8((__m128i)v) != 0;
}

static unsigned
first(octets v)
{
	return (unsigned)__builtin_ctz((unsigned)_mm_movemask_epi8((__m128i)v));
}

#include "stream/wide_scan.inc"

/* A bit for each kind of class: "+/", the figures, the letters from A or a,
 * the letters to Z or z, none. By the lower half: not in these; by the upper
 * half: is this. */
static __m128i
is_no_digit(__m128i upper, __m128i lower)
{
	const __m128i not_in = _mm_setr_epi8(0x15, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11,
	    0x11, 0x11, 0x13, 0x1a, 0x1b, 0x1b, 0x1b, 0x1a);
	const __m128i kind = _mm_setr_epi8(0x10, 0x10, 0x01, 0x02, 0x04, 0x08, 0x04, 0x08,
	    0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10);

	return _mm_and_si128(_mm_shuffle_epi8(not_in, lower), _mm_shuffle_epi8(kind, upper));
}

static __m128i
values(__m128i v, __m128i upper)
{
	const __m128i add = _mm_setr_epi8(0, 63 - '/', 62 - '+', 52 - '0', -'A', -'A',
	    26 - 'a', 26 - 'a', 0, 0, 0, 0, 0, 0, 0, 0);
	__m128i slash = _mm_cmpeq_epi8(v, _mm_set1_epi8('/'));

	return _mm_add_epi8(v, _mm_shuffle_epi8(add, _mm_add_epi8(upper, slash)));
}

/* Two and two values, then four, are put together by multiplying. */
static __m128i
packed(__m128i value)
{
	const __m128i order = _mm_setr_epi8(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12,
	    -1, -1, -1, -1);
	__m128i pairs = _mm_maddubs_epi16(value, _mm_set1_epi16(0x0140));

	return _mm_shuffle_epi8(_mm_madd_epi16(pairs, _mm_set1_epi32(0x00011000)), order);
}

static inline uint64_t
decode_block(const uint8_t *in, uint8_t *out)
{
	const __m128i half = _mm_set1_epi8(15);
	__m128i v = _mm_loadu_si128((const __m128i_u *)in);
	__m128i upper = _mm_and_si128(_mm_srli_epi32(v, 4), half);
	__m128i bad = is_no_digit(upper, _mm_and_si128(v, half));

	_mm_storeu_si128((__m128i_u *)out, packed(values(v, upper)));
	return 0xffff ^ (uint64_t)(unsigned)_mm_movemask_epi8(
	    _mm_cmpeq_epi8(bad, _mm_setzero_si128()));
}

/* Each group's octets as 1 0 2 1; multiplying shifts each six bits, the outer
 * ones of a word to the right and the inner ones to the left. */
static __m128i
sixes(__m128i v)
{
	const __m128i order = _mm_setr_epi8(1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10);
	__m128i group = _mm_shuffle_epi8(v, order);
	__m128i outer = _mm_and_si128(group, _mm_set1_epi32(0x0fc0fc00));
	__m128i inner = _mm_and_si128(group, _mm_set1_epi32(0x003f03f0));

	return _mm_or_si128(_mm_mulhi_epu16(outer, _mm_set1_epi32(0x04000040)),
	    _mm_mullo_epi16(inner, _mm_set1_epi32(0x01000010)));
}

/* The row of what is added: 0 for a to z, 1 to 12 for each that follows, 13
 * for A to Z. */
static __m128i
digits(__m128i six)
{
	const __m128i add = _mm_setr_epi8('a' - 26, '0' - 52, '0' - 52, '0' - 52, '0' - 52,
	    '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '+' - 62, '/' - 63,
	    'A', 0, 0);
	__m128i upper = _mm_and_si128(_mm_cmplt_epi8(six, _mm_set1_epi8(26)),
	    _mm_set1_epi8(13));
	__m128i row = _mm_or_si128(_mm_subs_epu8(six, _mm_set1_epi8(51)), upper);

	return _mm_add_epi8(six, _mm_shuffle_epi8(add, row));
}

static inline void
encode_block(const uint8_t *in, uint8_t *out)
{
	__m128i v = _mm_loadu_si128((const __m128i_u *)in);

	_mm_storeu_si128((__m128i_u *)out, digits(sixes(v)));
}

#include "stream/wide_base64.inc"

PS_TARGET_END

const struct ps_wide ps_wide_ssse3 = {
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
