/* SPDX-License-Identifier: ISC */
#ifndef PS_CRYPTO_INTERNAL_H
#define PS_CRYPTO_INTERNAL_H

/* What the files of this layer share; nobody above includes it. */

#include <stdatomic.h>

#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/provider.h>

#include "base/buf.h"
#include "crypto/alg.h"
#include "crypto/digest.h"
#include "crypto/envelope.h"
#include "crypto/key.h"
#include "crypto/words.h"

enum {
	RSA_MAX_BITS	= 16384,	/* what OpenSSL verifies with */
	KEK_MAX		= 32,
	SHARED_MAX	= 1256,		/* a DH prime of 10,000 bits */
	PBKDF2_ROUNDS	= 600000,
	PBKDF2_SALT	= 16,
};

#define OID_SHAKE256_LEN ((ps_slice){ \
	(const uint8_t *)"\x60\x86\x48\x01\x65\x03\x04\x02\x12", 9 })

/* fetch.c: each a new reference; NULL: the crypto library has none. */
EVP_MD	*crypto_md(const struct ps_alg *alg);
EVP_CIPHER *crypto_cipher(const struct ps_alg *alg);
/* `name` is a literal of kdf.c, one of few. */
EVP_KDF	*crypto_kdf(const char *name);

/* ready.c: a key set up for an operation. */
struct ready {
	EVP_PKEY_CTX	*ctx;
	enum ready_operation {
		READY_SIGN, READY_VERIFY, READY_ENCRYPT
	} operation;
	struct ps_sigspec spec;
	const struct ps_alg *transport;
};
typedef _Atomic(struct ready *) ready_place;
/* ready_take: what stands there, if it is as `want`; else NULL. */
struct ready *ready_take(ready_place *place, const struct ready *want);
/* ready_make: a context that is yet to be set up. */
PS_MUST ps_code ready_make(struct ready **out, EVP_PKEY *pkey, const struct ready *want,
    const char *where, ps_err *err);
/* ready_put frees it unless all went well. */
void	ready_put(ready_place *place, struct ready *r, bool good);
void	ready_clear(ready_place *place);

struct ps_pubkey {
	EVP_PKEY		*pkey;
	struct ps_key_info	 info;
	ready_place		 verify, encrypt;
};

struct ps_key {
	atomic_uint		 refs;
	EVP_PKEY		*pkey;
	struct ps_pubkey	*pub;
	struct ps_buf		 spki;		/* of pub */
	uint8_t			 substitute[32]; /* of PKCS#1 v1.5, see transport.c */
	ready_place		 sign;
	/* In a token: what must outlive the key. NULL drop: the key is ours. */
	void			*owner;
	void			(*drop)(void *owner);
};
/* What a token gives: see token.h. */
struct token_found;

/* fail.c: PS_E_CRYPTO with OpenSSL's last reason; only where no secret has a
 * part in it. `what` names the operation. */
ps_code	crypto_fail(ps_err *err, const char *where, const char *what);
const char *crypto_reason(void);
/* The one answer to all that depends on a key or password. */
void	crypto_decrypt_chain(ps_err *err);
static inline ps_code
crypto_decrypt_fail(ps_err *err)
{
	crypto_decrypt_chain(err);
	return PS_E_DECRYPT;
}
/* PS_E_UNSUPPORTED with {algorithm}: the row's name or the dotted OID. */
void	crypto_unknown_chain(ps_err *err, const char *where, const char *words,
	    enum ps_alg_kind kind, const struct ps_algid *a);
static inline ps_code
crypto_unknown(ps_err *err, const char *where, const char *words, enum ps_alg_kind kind,
    const struct ps_algid *a)
{
	crypto_unknown_chain(err, where, words, kind, a);
	return PS_E_UNSUPPORTED;
}
/* crypto_offered: PS_E_UNSUPPORTED names the OpenSSL that has the algorithm. */
PS_MUST ps_code crypto_offered(const struct ps_alg *alg, const char *where, ps_err *err);
/* OpenSSL's parameter structures take pointers without const, and only read. */
void	*crypto_unconst(const void *p);

/* cipher_params.c: the key that CEK-HKDF makes of the CEK, as long as it is. */
struct ps_cipher_spec;
PS_MUST ps_code cipher_derive(const struct ps_cipher_spec *s, ps_slice cek, uint8_t *out,
    ps_err *err);

/*
 * legacy.c: ciphers that OpenSSL moved to its legacy provider, in a library
 * context of their own. legacy_open is false when the provider is missing;
 * called again it does nothing.
 */
struct legacy {
	OSSL_LIB_CTX	*ctx;
	OSSL_PROVIDER	*provider[2];
};
bool	legacy_open(struct legacy *l);
void	legacy_close(struct legacy *l);
/* legacy_fetch fetches the cipher of a row, from where it is; `l` lives longer. */
PS_MUST ps_code legacy_fetch(struct legacy *l, const struct ps_alg *alg, EVP_CIPHER **out,
    ps_err *err);

/* algid.c: parameters absent or NULL. */
bool	algid_no_params(const struct ps_algid *a);

/* rsa_params.c: what PSS and OAEP share. */
struct rsa_params {
	const struct ps_alg *hash, *mgf;
	uint64_t	 salt, trailer;	/* PSS */
	ps_slice	 label;		/* OAEP, borrowed */
};
PS_MUST ps_code rsa_params_parse_pss(struct rsa_params *out, ps_slice params, ps_err *err);
PS_MUST ps_code rsa_params_parse_oaep(struct rsa_params *out, ps_slice params, ps_err *err);
void	rsa_params_build_pss(struct derw *w, const struct ps_alg *hash,
	    const struct ps_alg *mgf, unsigned salt);
void	rsa_params_build_oaep(struct derw *w, const struct ps_alg *hash);
/* The digest of MGF1 for an operation; rsa_set_oaep_hash that of OAEP. */
bool	rsa_set_mgf(EVP_PKEY_CTX *ctx, const struct ps_alg *digest);
bool	rsa_set_oaep_hash(EVP_PKEY_CTX *ctx, const struct ps_alg *digest);

/* transport.c: RSA without padding, `k` octets as long as the modulus. */
bool	rsa_raw_decrypt(EVP_PKEY *pkey, ps_slice encrypted, uint8_t *em, size_t k);

/* kem.c: RSA-KEM as RFC 5990 had it, in a KeyTransRecipientInfo. */
PS_MUST ps_code kem_transport_decrypt(struct ps_key *key, ps_slice params, ps_slice encrypted,
    ps_secret *out_cek, ps_err *err);

/* rsa_unpad.c */
void	rsa_unpad(const uint8_t *em, size_t k, const uint8_t *substitute, uint8_t *out, size_t n);

/* agree_dh.c: RFC 2631. */
PS_MUST ps_code dh_check_params(ps_slice params, ps_err *err);
PS_MUST ps_code dh_public_build(ps_slice octets, struct ps_buf *out, ps_err *err);
/* NULL: it is no public value. */
EVP_PKEY *dh_peer_of(EVP_PKEY *own, ps_slice key);
PS_MUST ps_code dh_derive_kek(ps_slice wrap_oid, ps_slice ukm, ps_slice z, uint8_t *kek,
    size_t n, ps_err *err);

/* kdf.c */
PS_MUST ps_code kdf_x963(const struct ps_alg *digest, ps_slice z, ps_slice info,
    uint8_t *out, size_t n, ps_err *err);
/* KDF3 of ANS X9.44, at most 255 digests. */
PS_MUST ps_code kdf_x944_3(const struct ps_alg *digest, ps_slice z, ps_slice info,
    uint8_t *out, size_t n, ps_err *err);
/* `salt.p` NULL: none. */
PS_MUST ps_code kdf_hkdf(const struct ps_alg *digest, ps_slice ikm, ps_slice salt, ps_slice info,
    uint8_t *out, size_t n, ps_err *err);
PS_MUST ps_code kdf_pbkdf2(const struct ps_alg *digest, ps_slice password, ps_slice salt,
    uint64_t rounds, uint8_t *out, size_t n, ps_err *err);
/* Parameters of scrypt (RFC 7914, 7.1), judged by who reads them. */
enum { SCRYPT_OCTETS_MAX = 256 << 20 };
struct scrypt_params {
	ps_slice	 salt;
	uint64_t	 n, r, p;
};
PS_MUST ps_code kdf_scrypt(const struct scrypt_params *s, ps_slice password,
    uint8_t *out, size_t n, ps_err *err);
PS_MUST ps_code kdf_hmac(const struct ps_alg *digest, ps_slice key, ps_slice in,
    uint8_t out[PS_DIGEST_MAX], ps_err *err);
/* Parameters of PBKDF2 (RFC 8018, A.2). */
struct pbkdf2_params {
	ps_slice	 salt;
	uint64_t	 rounds;
	uint64_t	 length;	/* 0: not said */
	const struct ps_alg *prf;	/* PS_ALG_MAC row */
};
PS_MUST ps_code pbkdf2_parse(struct pbkdf2_params *out, const struct ps_algid *kdf,
    const struct ps_limits *limits, ps_err *err);

/* key.c: takes `pkey`, also on failure. */
PS_MUST ps_code key_new(struct ps_key **out, EVP_PKEY *pkey, ps_err *err);
/* The same for a key in a token; takes its owner too. */
PS_MUST ps_code key_new_token(struct ps_key **out, const struct token_found *found,
    ps_err *err);
/* keyform.c: keys of ML-DSA and ML-KEM, whose privateKey is a choice of forms. */
bool	keyform_chosen(const struct ps_alg *type);
/* keyform_check: PS_E_MALFORMED when `octets` is none of the forms. */
PS_MUST ps_code keyform_check(const struct ps_alg *type, ps_slice octets, ps_err *err);
/* pubkey.c: the point or raw octets of a public key. */
PS_MUST ps_code pubkey_octets(EVP_PKEY *pkey, struct ps_buf *out, ps_err *err);
bool	pubkey_point_ok(ps_slice point);
/* The subjectPublicKey of a SubjectPublicKeyInfo that was parsed already. */
ps_slice pubkey_bits(ps_slice spki);

#endif
