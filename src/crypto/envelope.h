/* SPDX-License-Identifier: ISC */
#ifndef PS_CRYPTO_ENVELOPE_H
#define PS_CRYPTO_ENVELOPE_H

/*
 * Ways of giving a content-encryption key (CEK) to a recipient: RSA key
 * transport, (EC)DH key agreement, a password, a shared key.
 *
 * Receiving: every failure that depends on a private key or a password is
 * PS_E_DECRYPT with one sentence. PKCS#1 v1.5 never fails on padding: it gives
 * a substitute key (HMAC of a per-key secret over the ciphertext, of the
 * expected length, chosen without a branch), so that only the content
 * decryption tells.
 */

#include "base/ctx.h"
#include "crypto/key.h"
#include "base/buf.h"

/* --- RSA key transport (RFC 3370, 3560) --- */
/* ps_transport_encrypt: `alg` PS_RSA_PKCS1 or PS_RSA_OAEP (SHA-256, MGF1 SHA-256, empty label).
 * Appends the AlgorithmIdentifier to `out_algid`, the encrypted key to `out`. */
PS_MUST ps_code ps_transport_encrypt(struct ps_pubkey *to, const struct ps_alg *alg,
    ps_slice cek, struct ps_buf *out_algid, struct ps_buf *out, ps_err *err);
/* ps_transport_build writes its AlgorithmIdentifier; ps_transport_writes: is this one
 * what we write (RFC 3560, 5: as a capability)? */
void	ps_transport_build(const struct ps_alg *alg, struct derw *w);
bool	ps_transport_writes(const struct ps_algid *a);
/* `cek_size`: what the content cipher wants; the substitute has this length. */
PS_MUST ps_code ps_transport_decrypt(struct ps_key *key, const struct ps_algid *algid,
    ps_slice encrypted, size_t cek_size, ps_secret *out_cek, ps_err *err);

/* --- key agreement (RFC 5753, 8418; RFC 2631) --- */
/* One ephemeral key serves all recipients on its curve. */
struct ps_ephemeral;
PS_MUST ps_code ps_ephemeral_new(struct ps_ephemeral **out, struct ps_pubkey *like, ps_err *err);
void	ps_ephemeral_free(struct ps_ephemeral *e);
/* ps_ephemeral_build writes OriginatorPublicKey with identifier `tag`. */
void	ps_ephemeral_build(const struct ps_ephemeral *e, struct derw *w, uint32_t tag);
bool	ps_ephemeral_fits(const struct ps_ephemeral *e, struct ps_pubkey *to);
/* ps_agree_choose: the agreement row for a key (KDF by curve strength: P-256
 * SHA-256, P-384 SHA-384, P-521 SHA-512; X25519 HKDF-SHA-256, X448
 * HKDF-SHA-512; DH ephemeral-static) and a CEK size; the wrap is as long as the CEK. */
PS_MUST ps_code ps_agree_choose(struct ps_pubkey *to, size_t cek_size,
    const struct ps_alg **out_agree, const struct ps_alg **out_wrap, ps_err *err);
PS_MUST ps_code ps_agree_encrypt(struct ps_ephemeral *e, struct ps_pubkey *to,
    const struct ps_alg *agree, const struct ps_alg *wrap, ps_slice ukm, ps_slice cek,
    struct ps_buf *out_algid, struct ps_buf *out, ps_err *err);
/* `ukm.p` NULL: there is none.
 * `originator`: the OriginatorPublicKey element ([1] or SEQUENCE); parameters
 * absent, NULL or namedCurve; the curve is our key's. */
PS_MUST ps_code ps_agree_decrypt(struct ps_key *key, ps_slice originator,
    const struct ps_algid *algid, ps_slice ukm, ps_slice encrypted, ps_secret *out_cek,
    ps_err *err);

/* --- key encapsulation (RFC 9629): ML-KEM (RFC 9936), RSA-KEM (RFC 9690) --- */
struct ps_kem {
	struct ps_algid	 kem, kdf, wrap;
	ps_slice	 ct;		/* the encapsulated secret */
	uint64_t	 kek_size;	/* octets, as the message says */
	ps_slice	 ukm;		/* `p` NULL: there is none */
	ps_slice	 encrypted;
};
/* ps_kem_fits: can a key of this kind open it? */
bool	ps_kem_fits(const struct ps_kem *k, const struct ps_key *key);
PS_MUST ps_code ps_kem_decrypt(struct ps_key *key, const struct ps_kem *k, ps_secret *out_cek,
    ps_err *err);

/* ps_kem_for: the KEM that is all a key is for; NULL: it is no key of a KEM. */
const struct ps_alg *ps_kem_for(const struct ps_key_info *key);
/* ps_kem_encrypt appends the fields of a KEMRecipientInfo that stand behind `rid`, from
 * `kem` to `encryptedKey` (RFC 9629, 3). `kem`: a PS_ALG_KEM row; HKDF with SHA-256 for
 * ML-KEM, KDF3 with SHA-256 for RSA-KEM; the wrap as strong as the key. */
PS_MUST ps_code ps_kem_encrypt(struct ps_pubkey *to, const struct ps_alg *kem, ps_slice cek,
    struct ps_buf *out, ps_err *err);

/* --- a password (RFC 5652 6.2.4, RFC 3211) --- */
PS_MUST ps_code ps_password_encrypt(const ps_secret *password, ps_slice cek,
    struct ps_buf *out_kdf_algid, struct ps_buf *out_wrap_algid, struct ps_buf *out, ps_err *err);
/* `kdf`: the AlgorithmIdentifier of [0] keyDerivationAlgorithm. */
PS_MUST ps_code ps_password_decrypt(const ps_secret *password, const struct ps_algid *kdf,
    const struct ps_algid *wrap, ps_slice encrypted, size_t cek_size,
    const struct ps_limits *limits, ps_secret *out_cek, ps_err *err);

/* ps_password_rounds: what `kdf` asks for; 0 when ps_password_decrypt refuses it. */
uint64_t ps_password_rounds(const struct ps_algid *kdf, const struct ps_limits *limits);

/* --- a shared key-encryption key: AES key wrap by its length (RFC 3565) --- */
PS_MUST ps_code ps_wrap_encrypt(const struct ps_alg *wrap, ps_slice kek, ps_slice cek,
    struct ps_buf *out, ps_err *err);
PS_MUST ps_code ps_wrap_decrypt(const struct ps_alg *wrap, ps_slice kek, ps_slice encrypted,
    ps_secret *out_cek, ps_err *err);
/* ps_wrap_of finds the wrap that an identifier names; NULL: none, or its
 * parameters are not what its standard allows. */
const struct ps_alg *ps_wrap_of(const struct ps_algid *a);
const struct ps_alg *ps_wrap_for(size_t key_size);	/* 16, 24, 32; else NULL */

#endif
