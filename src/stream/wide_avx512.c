/* SPDX-License-Identifier: ISC */
/*
 * AVX-512 with VBMI: its permutations take any of 64 or 128 octets, so a whole
 * alphabet is one look-up and a line of 64 digits one block. The scans stay
 * in 32 octets of AVX2, whose comparisons make vectors and not masks.
 */
#include "stream/base64.h"
#include "stream/wide.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include "stream/wide_target.h"

PS_TARGET("avx512f,avx512bw,avx512vbmi")

enum { BLOCK = 32, DIGITS = 64, STORED = 64, READ = 64 };

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

/* Where the octets of the groups go: from words of four with the highest
 * unused and last, and to words 1 0 2 1. */
#define FROM_WORD(i)	4 * (i) + 2, 4 * (i) + 1, 4 * (i)
#define TO_WORD(i)	3 * (i) + 1, 3 * (i), 3 * (i) + 2, 3 * (i) + 1
#define ALL16(X) X(0), X(1), X(2), X(3), X(4), X(5), X(6), X(7), X(8), X(9), \
	X(10), X(11), X(12), X(13), X(14), X(15)

static const uint8_t from_words[64] = { ALL16(FROM_WORD) };
static const uint8_t to_words[64] = { ALL16(TO_WORD) };

static inline uint64_t
decode_block(const uint8_t *in, uint8_t *out)
{
	__m512i v = _mm512_loadu_si512(in);
	__m512i value = _mm512_permutex2var_epi8(_mm512_loadu_si512(ps_b64_value), v,
	    _mm512_loadu_si512(ps_b64_value + 64));
	__m512i pairs = _mm512_maddubs_epi16(value, _mm512_set1_epi16(0x0140));
	__m512i groups = _mm512_madd_epi16(pairs, _mm512_set1_epi32(0x00011000));

	_mm512_storeu_si512(out,
	    _mm512_permutexvar_epi8(_mm512_loadu_si512(from_words), groups));
	return _mm512_movepi8_mask(_mm512_or_si512(value, v));
}

/* The four digits of 1 0 2 1 begin at these bits: 10, 4, 22 and 16. */
static inline void
encode_block(const uint8_t *in, uint8_t *out)
{
	__m512i v = _mm512_permutexvar_epi8(_mm512_loadu_si512(to_words),
	    _mm512_loadu_si512(in));
	__m512i six = _mm512_multishift_epi64_epi8(
	    _mm512_set1_epi64(0x3036242a1016040a), v);

	_mm512_storeu_si512(out,
	    _mm512_permutexvar_epi8(six, _mm512_loadu_si512(ps_b64_digits)));
}

#include "stream/wide_base64.inc"

PS_TARGET_END

const struct ps_wide ps_wide_avx512 = {
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
