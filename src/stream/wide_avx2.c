/* SPDX-License-Identifier: ISC */
/*
 * AVX2: the way of wide_ssse3.c, twice side by side. Its shuffles stay within
 * 16 octets, so an encoded block is loaded as two halves of 12, and a decoded
 * one is closed up at the end.
 */
#include "stream/base64.h"
#include "stream/wide.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include "stream/wide_target.h"

PS_TARGET("avx2")

enum { BLOCK = 32, DIGITS = 32, STORED = 32, READ = 28 };

typedef uint8_t octets __attribute__((vector_size(BLOCK)));

static bool
any(octets v)
{
	return _mm256_movemask_epi8((__m256i)v) != 0;
}

static unsigned
first(octets v)
{
	return (unsigned)__builtin_ctz((unsigned)_mm256_movemask_epi8((__m256i)v));
}

#include "stream/wide_scan.inc"

static __m256i
twice(__m128i v)
{
	return _mm256_broadcastsi128_si256(v);
}

static __m256i
is_no_digit(__m256i upper, __m256i lower)
{
	const __m256i not_in = twice(_mm_setr_epi8(0x15, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11,
	    0x11, 0x11, 0x11, 0x13, 0x1a, 0x1b, 0x1b, 0x1b, 0x1a));
	const __m256i kind = twice(_mm_setr_epi8(0x10, 0x10, 0x01, 0x02, 0x04, 0x08, 0x04,
	    0x08, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10));

	return _mm256_and_si256(_mm256_shuffle_epi8(not_in, lower),
	    _mm256_shuffle_epi8(kind, upper));
}

static __m256i
values(__m256i v, __m256i upper)
{
	const __m256i add = twice(_mm_setr_epi8(0, 63 - '/', 62 - '+', 52 - '0', -'A', -'A',
	    26 - 'a', 26 - 'a', 0, 0, 0, 0, 0, 0, 0, 0));
	__m256i slash = _mm256_cmpeq_epi8(v, _mm256_set1_epi8('/'));

	return _mm256_add_epi8(v, _mm256_shuffle_epi8(add, _mm256_add_epi8(upper, slash)));
}

static __m256i
packed(__m256i value)
{
	const __m256i order = twice(_mm_setr_epi8(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12,
	    -1, -1, -1, -1));
	__m256i pairs = _mm256_maddubs_epi16(value, _mm256_set1_epi16(0x0140));
	__m256i groups = _mm256_madd_epi16(pairs, _mm256_set1_epi32(0x00011000));

	return _mm256_permutevar8x32_epi32(_mm256_shuffle_epi8(groups, order),
	    _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 3, 7));
}

static inline uint64_t
decode_block(const uint8_t *in, uint8_t *out)
{
	const __m256i half = _mm256_set1_epi8(15);
	__m256i v = _mm256_loadu_si256((const __m256i_u *)in);
	__m256i upper = _mm256_and_si256(_mm256_srli_epi32(v, 4), half);
	__m256i bad = is_no_digit(upper, _mm256_and_si256(v, half));

	_mm256_storeu_si256((__m256i_u *)out, packed(values(v, upper)));
	return 0xffffffff ^ (uint64_t)(unsigned)_mm256_movemask_epi8(
	    _mm256_cmpeq_epi8(bad, _mm256_setzero_si256()));
}

static __m256i
sixes(__m256i v)
{
	const __m256i order = twice(_mm_setr_epi8(1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7,
	    10, 9, 11, 10));
	__m256i group = _mm256_shuffle_epi8(v, order);
	__m256i outer = _mm256_and_si256(group, _mm256_set1_epi32(0x0fc0fc00));
	__m256i inner = _mm256_and_si256(group, _mm256_set1_epi32(0x003f03f0));

	return _mm256_or_si256(_mm256_mulhi_epu16(outer, _mm256_set1_epi32(0x04000040)),
	    _mm256_mullo_epi16(inner, _mm256_set1_epi32(0x01000010)));
}

static __m256i
digits(__m256i six)
{
	const __m256i add = twice(_mm_setr_epi8('a' - 26, '0' - 52, '0' - 52, '0' - 52,
	    '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '+' - 62,
	    '/' - 63, 'A', 0, 0));
	__m256i upper = _mm256_and_si256(_mm256_cmpgt_epi8(_mm256_set1_epi8(26), six),
	    _mm256_set1_epi8(13));
	__m256i row = _mm256_or_si256(_mm256_subs_epu8(six, _mm256_set1_epi8(51)), upper);

	return _mm256_add_epi8(six, _mm256_shuffle_epi8(add, row));
}

static inline void
encode_block(const uint8_t *in, uint8_t *out)
{
	__m256i low = _mm256_castsi128_si256(_mm_loadu_si128((const __m128i_u *)in));
	__m256i v = _mm256_inserti128_si256(low,
	    _mm_loadu_si128((const __m128i_u *)(in + 12)), 1);

	_mm256_storeu_si256((__m256i_u *)out, digits(sixes(v)));
}

#include "stream/wide_base64.inc"

PS_TARGET_END

const struct ps_wide ps_wide_avx2 = {
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
