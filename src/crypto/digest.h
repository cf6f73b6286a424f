/* SPDX-License-Identifier: ISC */
#ifndef PS_CRYPTO_DIGEST_H
#define PS_CRYPTO_DIGEST_H

#include "crypto/alg.h"

enum { PS_DIGEST_MAX = 64 };

struct ps_digest;

/* ps_digest_new starts a digest; PS_E_UNSUPPORTED when the crypto library
 * does not have it. SHAKE128 gives 32, SHAKE256 64 octets (RFC 8702). */
PS_MUST ps_code ps_digest_new(struct ps_digest **out, const struct ps_alg *alg, ps_err *err);
void	ps_digest_free(struct ps_digest *d);
PS_MUST ps_code ps_digest_update(struct ps_digest *d, ps_slice in, ps_err *err);
/* ps_digest_final writes ps_digest_size octets; then only reset is allowed. */
PS_MUST ps_code ps_digest_final(struct ps_digest *d, uint8_t out[PS_DIGEST_MAX], ps_err *err);
/* ps_digest_now writes what final would, and goes on. */
PS_MUST ps_code ps_digest_now(struct ps_digest *d, uint8_t out[PS_DIGEST_MAX], ps_err *err);
PS_MUST ps_code ps_digest_reset(struct ps_digest *d, ps_err *err);
const struct ps_alg *ps_digest_alg(const struct ps_digest *d);
size_t	ps_digest_size(const struct ps_alg *alg);
/* ps_digest_once is the whole in one call. */
PS_MUST ps_code ps_digest_once(const struct ps_alg *alg, ps_slice in,
    uint8_t out[PS_DIGEST_MAX], ps_err *err);

/* An identity is a SHA-256 over all that makes something what it is, part by part:
 * ps_identity_add makes it that of what it was and `what`. All zero at first. */
enum { PS_IDENTITY = 32 };
PS_MUST ps_code ps_identity_add(uint8_t id[PS_IDENTITY], ps_slice what, ps_err *err);

/* ps_equal_secret compares in constant time. */
bool	ps_equal_secret(ps_slice a, ps_slice b);
/* ps_random fills from the crypto library's generator. */
PS_MUST ps_code ps_random(uint8_t *out, size_t n, ps_err *err);

#endif
