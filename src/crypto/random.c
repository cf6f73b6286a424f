/* SPDX-License-Identifier: ISC */
/*
 * Random octets, and the comparison that tells nothing by its time.
 */
#include <limits.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/rand.h>

#include "crypto/internal.h"

/* The generator for secrets serves all: none of our uses needs the other. */
ps_code
ps_random(uint8_t *out, size_t n, ps_err *err)
{
	ps_code code = PS_OK;

	ERR_set_mark();
	if (n > INT_MAX || RAND_priv_bytes(out, (int)n) != 1)
		code = ps_fail(err, PS_E_CRYPTO, "crypto.random", PS_NOWHERE,
		    W_CRYPTO_RANDOM, PS_TEXT("reason", crypto_reason()));
	ERR_pop_to_mark();
	return code;
}

bool
ps_equal_secret(ps_slice a, ps_slice b)
{
	return a.n == b.n && (a.n == 0 || CRYPTO_memcmp(a.p, b.p, a.n) == 0);
}
