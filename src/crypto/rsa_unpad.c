/* SPDX-License-Identifier: ISC */
/*
 * PKCS#1 v1.5 unpadding that never fails.
 *
 * Whoever can tell a good padding from a bad one can decrypt (Bleichenbacher;
 * RFC 3218, 2.3), so nothing here depends on the octets: no branch, no index,
 * no early end. As we know how long the key must be, the one place where the
 * zero octet may stand is fixed, and a key of another length is a bad padding
 * like any other.
 */
#include "crypto/internal.h"

/* All ones when v (0 to 255) is zero, else 0. */
static unsigned
is_zero(unsigned v)
{
	return 0u - ((v - 1) >> 31);
}

/* The compiler must not learn that the mask has two values only, or it may
 * put a branch where we took care to have none. */
static unsigned
opaque(unsigned v)
{
#if defined(__GNUC__)
	__asm__("" : "+r"(v));
#endif
	return v;
}

/*
 * rsa_unpad takes the k octets of the RSA result (k >= n + 11) and writes the
 * n octets of the key, or of `substitute` when the padding is wrong.
 * RFC 8017, 7.2.2: EM = 0x00 || 0x02 || PS || 0x00 || M, PS without zeros.
 */
void
rsa_unpad(const uint8_t *em, size_t k, const uint8_t *substitute, uint8_t *out, size_t n)
{
	size_t zero = k - n - 1;
	unsigned good = is_zero(em[0]) & is_zero(em[1] ^ 2u) & is_zero(em[zero]);

	for (size_t i = 2; i < zero; i++)
		good &= ~is_zero(em[i]);
	for (size_t i = 0; i < n; i++) {
		unsigned mask = opaque(good);

		out[i] = (uint8_t)((em[zero + 1 + i] & mask) | (substitute[i] & ~mask));
	}
}
