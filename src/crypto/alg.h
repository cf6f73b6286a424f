/* SPDX-License-Identifier: ISC */
#ifndef PS_CRYPTO_ALG_H
#define PS_CRYPTO_ALG_H

/*
 * The algorithm table: one row an algorithm, with its name, object
 * identifier, parameter rule, sizes, strength and OpenSSL name. What a layer
 * above wants to know about an algorithm it asks here.
 */

#include <stdbool.h>

#include "der/der.h"

enum ps_alg_kind {
	PS_ALG_DIGEST = 1,
	PS_ALG_SIGNATURE,	/* what a SignerInfo or certificate names */
	PS_ALG_KEY,		/* what a SubjectPublicKeyInfo names */
	PS_ALG_CURVE,
	PS_ALG_CIPHER,		/* content encryption */
	PS_ALG_TRANSPORT,	/* ktri */
	PS_ALG_AGREEMENT,	/* kari */
	PS_ALG_WRAP,
	PS_ALG_KDF,		/* PBKDF2 */
	PS_ALG_MAC,		/* PBKDF2's PRF, AuthenticatedData */
	PS_ALG_COMPRESSION,
	PS_ALG_CEK_KDF,		/* makes the content's key from the CEK (RFC 9709) */
	PS_ALG_KEM,		/* in a KEMRecipientInfo (RFC 9629) */
	PS_ALG_KEM_KDF		/* and its KDF; the KDF of RSA-KEM */
};

/* What must stand in the parameters when we write; reading accepts NULL and
 * absent alike where the table does not say otherwise (RFC 5754). */
enum ps_alg_params { PS_PARAMS_ABSENT, PS_PARAMS_NULL, PS_PARAMS_OWN };

/* What the parameters of a content cipher are. */
enum ps_alg_form {
	PS_FORM_IV,		/* OCTET STRING */
	PS_FORM_GCM,		/* RFC 5084, 3.2 */
	PS_FORM_CCM,		/* RFC 5084, 3.1 */
	PS_FORM_RC2,		/* RFC 3370, 5.2 */
	PS_FORM_CAST5		/* RFC 2984, 2.1 */
};

/* What a kind of key does; for each its bit of keyUsage (RFC 5280, 4.2.1.3). */
enum ps_alg_does {
	PS_DOES_SIGN = 1,	/* digitalSignature */
	PS_DOES_ENCIPHER = 2,	/* keyEncipherment: key transport and encapsulation */
	PS_DOES_AGREE = 4	/* keyAgreement */
};

struct ps_alg {
	unsigned	 id;		/* enum ps_alg_id */
	enum ps_alg_kind kind;
	const char	*name;		/* "aes-256-gcm": in JSON and options */
	const char	*label;		/* "AES-256-GCM": for people */
	ps_slice	 oid;		/* value octets */
	const char	*ossl;		/* name for EVP_*_fetch, NULL: none */
	enum ps_alg_params params;
	unsigned	 bits;		/* key bits (cipher, wrap), output bits (digest) */
	unsigned	 strength;	/* security bits; 0: broken or by key */
	unsigned	 block;		/* octets: cipher block */
	unsigned	 iv;		/* octets */
	unsigned	 tag;		/* octets: AEAD, 0: none */
	unsigned	 digest;	/* enum ps_alg_id: of a signature or KDF, 0: none */
	unsigned	 key;		/* enum ps_alg_id: its key type, 0: none */
	enum ps_alg_form form;
	bool		 aead;
	bool		 legacy;	/* wants OpenSSL's legacy provider */
	bool		 pure;		/* a signature of the message itself, not of a digest */
	unsigned	 does;		/* of a key: enum ps_alg_does */
	const char	*since;		/* the OpenSSL that first had it; NULL: all that we take */
};

/* Order within a kind is the order of the table, not of strength. */
enum ps_alg_id {
	PS_ALG_NONE = 0,
	/* digests */
	PS_MD5, PS_SHA1, PS_SHA224, PS_SHA256, PS_SHA384, PS_SHA512,
	PS_SHA3_224, PS_SHA3_256, PS_SHA3_384, PS_SHA3_512, PS_SHAKE128, PS_SHAKE256,
	/* keys */
	PS_KEY_RSA, PS_KEY_RSA_PSS, PS_KEY_EC, PS_KEY_ED25519, PS_KEY_ED448,
	PS_KEY_X25519, PS_KEY_X448, PS_KEY_DSA, PS_KEY_RSA_OAEP, PS_KEY_DH,
	PS_KEY_MLDSA44, PS_KEY_MLDSA65, PS_KEY_MLDSA87,
	PS_KEY_SLH_SHA2_128S, PS_KEY_SLH_SHA2_128F, PS_KEY_SLH_SHA2_192S,
	PS_KEY_SLH_SHA2_192F, PS_KEY_SLH_SHA2_256S, PS_KEY_SLH_SHA2_256F,
	PS_KEY_SLH_SHAKE_128S, PS_KEY_SLH_SHAKE_128F, PS_KEY_SLH_SHAKE_192S,
	PS_KEY_SLH_SHAKE_192F, PS_KEY_SLH_SHAKE_256S, PS_KEY_SLH_SHAKE_256F,
	PS_KEY_MLKEM512, PS_KEY_MLKEM768, PS_KEY_MLKEM1024,
	/* curves */
	PS_P256, PS_P384, PS_P521, PS_BP256, PS_BP384, PS_BP512,
	/* signatures */
	PS_SIG_RSA, PS_SIG_RSA_MD5, PS_SIG_RSA_SHA1, PS_SIG_RSA_SHA224, PS_SIG_RSA_SHA256,
	PS_SIG_RSA_SHA384, PS_SIG_RSA_SHA512, PS_SIG_PSS,
	PS_SIG_ECDSA_SHA1, PS_SIG_ECDSA_SHA224, PS_SIG_ECDSA_SHA256, PS_SIG_ECDSA_SHA384,
	PS_SIG_ECDSA_SHA512, PS_SIG_ED25519, PS_SIG_ED448,
	PS_SIG_DSA_SHA1, PS_SIG_DSA_SHA224, PS_SIG_DSA_SHA256,
	PS_SIG_RSA_SHA3_224, PS_SIG_RSA_SHA3_256, PS_SIG_RSA_SHA3_384, PS_SIG_RSA_SHA3_512,
	PS_SIG_ECDSA_SHA3_224, PS_SIG_ECDSA_SHA3_256, PS_SIG_ECDSA_SHA3_384,
	PS_SIG_ECDSA_SHA3_512,
	PS_SIG_MLDSA44, PS_SIG_MLDSA65, PS_SIG_MLDSA87,
	PS_SIG_SLH_SHA2_128S, PS_SIG_SLH_SHA2_128F, PS_SIG_SLH_SHA2_192S,
	PS_SIG_SLH_SHA2_192F, PS_SIG_SLH_SHA2_256S, PS_SIG_SLH_SHA2_256F,
	PS_SIG_SLH_SHAKE_128S, PS_SIG_SLH_SHAKE_128F, PS_SIG_SLH_SHAKE_192S,
	PS_SIG_SLH_SHAKE_192F, PS_SIG_SLH_SHAKE_256S, PS_SIG_SLH_SHAKE_256F,
	/* content encryption */
	PS_AES128_CBC, PS_AES192_CBC, PS_AES256_CBC, PS_AES128_GCM, PS_AES192_GCM,
	PS_AES256_GCM, PS_CHACHA20_POLY1305, PS_DES3_CBC,
	PS_AES128_CCM, PS_AES192_CCM, PS_AES256_CCM,
	PS_CAMELLIA128_CBC, PS_CAMELLIA192_CBC, PS_CAMELLIA256_CBC,
	PS_RC2_128_CBC, PS_RC2_64_CBC, PS_RC2_40_CBC, PS_DES_CBC, PS_CAST5_CBC,
	PS_CEK_HKDF_SHA256,
	/* key transport, agreement, wrap */
	PS_RSA_PKCS1, PS_RSA_OAEP, PS_RSA_KEM,
	PS_ECDH_SHA1, PS_ECDH_SHA224, PS_ECDH_SHA256, PS_ECDH_SHA384, PS_ECDH_SHA512,
	PS_ECDHC_SHA1, PS_ECDHC_SHA224, PS_ECDHC_SHA256, PS_ECDHC_SHA384, PS_ECDHC_SHA512,
	PS_ECDH_HKDF256, PS_ECDH_HKDF384, PS_ECDH_HKDF512, PS_ESDH, PS_SSDH,
	PS_ECMQV_SHA1, PS_ECMQV_SHA224, PS_ECMQV_SHA256, PS_ECMQV_SHA384, PS_ECMQV_SHA512,
	PS_AES128_WRAP, PS_AES192_WRAP, PS_AES256_WRAP, PS_AES128_WRAP_PAD,
	PS_AES192_WRAP_PAD, PS_AES256_WRAP_PAD, PS_DES3_WRAP, PS_RC2_WRAP,
	/* key encapsulation */
	PS_KEM_RSA, PS_KEM_MLKEM512, PS_KEM_MLKEM768, PS_KEM_MLKEM1024,
	PS_KDF2, PS_KDF3, PS_HKDF_SHA256, PS_HKDF_SHA384, PS_HKDF_SHA512,
	PS_PWRI_KEK, PS_PBKDF2,
	PS_HMAC_SHA1, PS_HMAC_SHA224, PS_HMAC_SHA256, PS_HMAC_SHA384, PS_HMAC_SHA512,
	PS_ZLIB,
	PS_ALG_COUNT
};

/* NULL when there is none. */
const struct ps_alg *ps_alg_by_oid(enum ps_alg_kind kind, ps_slice oid);
const struct ps_alg *ps_alg_by_name(enum ps_alg_kind kind, const char *name);
/* ps_alg_pure_of is the signature of a type of key that signs the message itself;
 * NULL: it does not. */
const struct ps_alg *ps_alg_pure_of(unsigned key);
/* ps_alg_offered: has the crypto library of this machine this key (PS_ALG_KEY), or
 * the key of this signature or KEM? */
bool	ps_alg_offered(const struct ps_alg *alg);
/* ps_alg_post_quantum: is this a key, signature or KEM that a quantum computer does not
 * break? */
bool	ps_alg_post_quantum(const struct ps_alg *alg);
/* ps_alg_get never fails for an id of the enumeration. */
const struct ps_alg *ps_alg_get(unsigned id);

/* An AlgorithmIdentifier as it stands in the message (RFC 5280, 4.1.1.2). */
struct ps_algid {
	ps_slice	 whole;		/* the element */
	ps_slice	 oid;		/* value octets */
	ps_slice	 params;	/* the element; n == 0: absent */
};

/* ps_algid_parse reads the next element, whatever its tag is `tag`
 * (DER_SEQUENCE, or DER_CTX(n) where it is tagged implicitly). */
struct ps_algid ps_algid_parse(struct der *in, uint32_t tag, const char *name);
/* ps_algid_equal: same OID and parameters, NULL being equal to absent. */
bool	ps_algid_equal(const struct ps_algid *a, const struct ps_algid *b);
/* ps_algid_text names it: the row's name, else the dotted OID. */
const char *ps_algid_text(enum ps_alg_kind kind, const struct ps_algid *a,
    char *out, size_t size);
/* ps_algid_build writes OID and the rule's parameters (not PS_PARAMS_OWN). */
void	ps_algid_build(struct derw *w, const struct ps_alg *alg);
void	ps_algid_build_tagged(struct derw *w, uint32_t tag, const struct ps_alg *alg);

/*
 * ps_alg_digest_of reads a digestAlgorithm; also accepts the signature OIDs
 * that some senders put there. NULL: unknown.
 */
const struct ps_alg *ps_alg_digest_of(const struct ps_algid *a);

#endif
