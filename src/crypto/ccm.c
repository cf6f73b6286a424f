/* SPDX-License-Identifier: ISC */
/*
 * CCM from its two halves.
 *
 * OpenSSL's CCM wants the whole content in one call. A mail may be larger than
 * memory, so counter mode and CBC-MAC run side by side over each window.
 */
#include "crypto/ccm.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/internal.h"

enum { BLOCK = 16, SCRATCH = 4096 };

struct ccm {
	EVP_CIPHER	*ctr_evp, *mac_evp;
	EVP_CIPHER_CTX	*ctr, *mac;
	uint8_t		 mask[BLOCK];	/* S_0 of RFC 3610, 2.3 */
	uint8_t		 last[BLOCK];	/* X_i of RFC 3610, 2.2 */
	uint8_t		 part[BLOCK];	/* octets short of a block */
	size_t		 npart;
	uint64_t	 left;		/* octets still to come */
	bool		 over;		/* more came than was said */
};

void
ccm_free(struct ccm *c)
{
	if (c == NULL)
		return;
	EVP_CIPHER_CTX_free(c->ctr);
	EVP_CIPHER_CTX_free(c->mac);
	EVP_CIPHER_free(c->ctr_evp);
	EVP_CIPHER_free(c->mac_evp);
	ps_wipe(c, sizeof *c);
	free(c);
}

static const char *
cbc_name(unsigned bits)
{
	return bits == 128 ? "AES-128-CBC" : bits == 192 ? "AES-192-CBC" : "AES-256-CBC";
}

struct ccm *
ccm_new(const struct ps_alg *alg)
{
	struct ccm *c = calloc(1, sizeof *c);

	if (c == NULL)
		return NULL;
	c->ctr_evp = EVP_CIPHER_fetch(NULL, alg->ossl, NULL);
	c->mac_evp = EVP_CIPHER_fetch(NULL, cbc_name(alg->bits), NULL);
	c->ctr = EVP_CIPHER_CTX_new();
	c->mac = EVP_CIPHER_CTX_new();
	if (c->ctr_evp == NULL || c->mac_evp == NULL || c->ctr == NULL || c->mac == NULL) {
		ccm_free(c);
		return NULL;
	}
	return c;
}

/* --- the MAC --- */

/* Whole blocks; only the last one of what CBC gives is kept. */
static bool
mac_blocks(struct ccm *c, const uint8_t *in, size_t n)
{
	uint8_t scratch[SCRATCH];
	int put = 0;

	while (n != 0) {
		size_t some = n < sizeof scratch ? n : sizeof scratch;

		if (EVP_CipherUpdate(c->mac, scratch, &put, in, (int)some) != 1 ||
		    (size_t)put != some)
			return false;
		memcpy(c->last, scratch + some - BLOCK, BLOCK);
		in += some;
		n -= some;
	}
	return true;
}

static bool
mac_octets(struct ccm *c, const uint8_t *in, size_t n)
{
	size_t some;

	if (c->npart != 0) {
		some = n < BLOCK - c->npart ? n : BLOCK - c->npart;
		memcpy(c->part + c->npart, in, some);
		c->npart += some;
		in += some;
		n -= some;
		if (c->npart < BLOCK)
			return true;
		c->npart = 0;
		if (!mac_blocks(c, c->part, BLOCK))
			return false;
	}
	some = n - n % BLOCK;
	if (!mac_blocks(c, in, some))
		return false;
	c->npart = n - some;
	if (c->npart != 0)
		memcpy(c->part, in + some, c->npart);
	return true;
}

/* RFC 3610, 2.2: zeros to a whole block. */
static bool
mac_pad(struct ccm *c)
{
	if (c->npart == 0)
		return true;
	memset(c->part + c->npart, 0, BLOCK - c->npart);
	c->npart = 0;
	return mac_blocks(c, c->part, BLOCK);
}

/* RFC 3610, 2.2: the length of the additional data, in 2 or 6 octets. */
static bool
mac_aad(struct ccm *c, ps_slice aad)
{
	uint8_t head[6] = { 0xff, 0xfe, (uint8_t)(aad.n >> 24), (uint8_t)(aad.n >> 16),
	    (uint8_t)(aad.n >> 8), (uint8_t)aad.n };
	bool is_short = aad.n < 0xff00;

	if (aad.n == 0)
		return true;
	return mac_octets(c, is_short ? head + 4 : head, is_short ? 2 : 6) &&
	    mac_octets(c, aad.p, aad.n) && mac_pad(c);
}

/* --- a content --- */

/* RFC 3610, 2.2: flags, nonce, length in what is left of the block. False:
 * it does not fit. */
static bool
first_block(uint8_t b[BLOCK], const struct ccm_start *s)
{
	size_t width = BLOCK - 1 - s->nonce.n;
	uint64_t n = s->length;

	b[0] = (uint8_t)((s->aad.n != 0 ? 0x40 : 0) | (s->tag - 2) / 2 << 3 | (width - 1));
	memcpy(b + 1, s->nonce.p, s->nonce.n);
	for (size_t i = BLOCK; i-- > 1 + s->nonce.n; n >>= 8)
		b[i] = (uint8_t)n;
	return n == 0;
}

static bool
start_counter(struct ccm *c, const struct ccm_start *s)
{
	static const uint8_t zero[BLOCK];
	uint8_t a[BLOCK] = { (uint8_t)(BLOCK - 2 - s->nonce.n) };
	int n = 0;

	memcpy(a + 1, s->nonce.p, s->nonce.n);
	return EVP_CipherInit_ex2(c->ctr, c->ctr_evp, s->key.p, a, 1, NULL) == 1 &&
	    EVP_CipherUpdate(c->ctr, c->mask, &n, zero, BLOCK) == 1 && n == BLOCK;
}

bool
ccm_start(struct ccm *c, const struct ccm_start *s)
{
	static const uint8_t zero[BLOCK];
	uint8_t b[BLOCK];

	c->npart = 0;
	c->over = false;
	c->left = s->length;
	return s->aad.n <= UINT32_MAX && first_block(b, s) && start_counter(c, s) &&
	    EVP_CipherInit_ex2(c->mac, c->mac_evp, s->key.p, zero, 1, NULL) == 1 &&
	    EVP_CIPHER_CTX_set_padding(c->mac, 0) == 1 &&
	    mac_blocks(c, b, BLOCK) && mac_aad(c, s->aad);
}

bool
ccm_update(struct ccm *c, const uint8_t *in, size_t n, uint8_t *out)
{
	int put = 0;

	c->over |= n > c->left;
	c->left -= c->over ? 0 : n;
	return n <= INT_MAX && EVP_CipherUpdate(c->ctr, out, &put, in, (int)n) == 1 &&
	    (size_t)put == n && mac_octets(c, out, n);
}

bool
ccm_tag(struct ccm *c, uint8_t out[16])
{
	if (c->over || c->left != 0 || !mac_pad(c))
		return false;
	for (size_t i = 0; i < BLOCK; i++)
		out[i] = c->last[i] ^ c->mask[i];
	return true;
}
