/* SPDX-License-Identifier: ISC */
#ifndef PS_CRYPTO_CCM_H
#define PS_CRYPTO_CCM_H

/*
 * Decryption in CCM mode (RFC 3610), a window at a time: counter mode, and a
 * CBC-MAC of what comes out. The length goes into the MAC's first block, so it
 * must be known before the first octet.
 */

#include "crypto/cipher.h"

struct ccm;

/* ccm_new: NULL when there is no memory, or the library lacks the modes. */
struct ccm *ccm_new(const struct ps_alg *alg);
void	ccm_free(struct ccm *c);

struct ccm_start {
	ps_slice	 key, nonce, aad;
	size_t		 tag;		/* octets */
	uint64_t	 length;	/* of the content */
};
/* ccm_start: false when the length does not fit the nonce, or on failure. */
bool	ccm_start(struct ccm *c, const struct ccm_start *s);
bool	ccm_update(struct ccm *c, const uint8_t *in, size_t n, uint8_t *out);
/* ccm_tag: false when the content was not as long as was said. */
bool	ccm_tag(struct ccm *c, uint8_t out[16]);

#endif
