/* SPDX-License-Identifier: ISC */
#ifndef PS_CRYPTO_CIPHER_H
#define PS_CRYPTO_CIPHER_H

#include "crypto/alg.h"
#include "stream/stream.h"

/*
 * Content encryption as a step: CBC with its padding, and AEAD whose tag the
 * caller carries. An AEAD decryption step never judges; ps_cipher_verify does,
 * and nothing that came out before may be used until it has.
 */
struct ps_cipher {
	struct ps_step	 step;
	const struct ps_alg *alg;
	/* the rest is private to cipher.c */
	struct ps_cipher_state *state;
};

/* What a contentEncryptionAlgorithm says, its parameters included. */
struct ps_cipher_spec {
	const struct ps_alg *alg;	/* the cipher that does the work */
	size_t		 key_size;	/* octets of the content-encryption key */
	uint8_t		 iv[64];
	size_t		 niv, ntag;
	const struct ps_alg *derive;	/* CEK-HKDF (RFC 9709), else NULL */
	ps_slice	 inner;		/* what that binds; borrowed from the algid */
};
/* ps_cipher_parse: PS_E_UNSUPPORTED for an unknown cipher, PS_E_MALFORMED for
 * parameters that its standard does not allow. */
PS_MUST ps_code ps_cipher_parse(struct ps_cipher_spec *out, const struct ps_algid *algid,
    ps_err *err);

/* ps_cipher_new_decrypt takes IV and tag length from the AlgorithmIdentifier
 * (AES-GCM, AES-CCM: ICVlen absent means 12, RFC 5084). `key` must have key_size
 * octets: else PS_E_DECRYPT, as every failure that depends on the key. */
PS_MUST ps_code ps_cipher_new_decrypt(struct ps_cipher **out, const struct ps_algid *algid,
    ps_slice key, ps_err *err);
/* ps_cipher_new_encrypt chooses a random IV; `derive` makes the key of `key`
 * (CEK-HKDF), NULL: it is the key. ps_cipher_build_algid writes the
 * AlgorithmIdentifier (ICVlen 16 written out). */
PS_MUST ps_code ps_cipher_new_encrypt(struct ps_cipher **out, const struct ps_alg *alg,
    const struct ps_alg *derive, ps_slice key, ps_err *err);
void	ps_cipher_build_algid(const struct ps_cipher *c, struct derw *w, uint32_t tag);
void	ps_cipher_free(struct ps_cipher *c);
/* ps_cipher_set_aad: before the first octet and again after each restart
 * (kept: copied, given anew by step init). */
PS_MUST ps_code ps_cipher_set_aad(struct ps_cipher *c, ps_slice aad, ps_err *err);
/*
 * ps_cipher_set_length tells a decryption how long the ciphertext is, before
 * its first octet; kept over restarts. A cipher that ps_cipher_wants_length
 * (CCM) verifies nothing without; others ignore it.
 */
bool	ps_cipher_wants_length(const struct ps_alg *alg);
PS_MUST ps_code ps_cipher_set_length(struct ps_cipher *c, uint64_t n, ps_err *err);
/* ps_cipher_tag gives the tag after an encryption step is done. */
PS_MUST ps_code ps_cipher_tag(struct ps_cipher *c, uint8_t *out, size_t *out_n, ps_err *err);
/* ps_cipher_verify judges after a decryption step is done: PS_E_DECRYPT when `mac` is not the
 * tag, or not of the length that the parameters say, or under 12 octets. */
PS_MUST ps_code ps_cipher_verify(struct ps_cipher *c, ps_slice mac, ps_err *err);
/* ps_cipher_length is the ciphertext length of `n` octets. */
uint64_t ps_cipher_length(const struct ps_alg *alg, uint64_t n);

#endif
