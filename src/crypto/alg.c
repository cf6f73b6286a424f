/* SPDX-License-Identifier: ISC */
/*
 * The algorithm table.
 *
 * Everything that depends on which algorithm it is stands in a column here, so
 * that adding one is adding a row, and no layer keeps a list of its own.
 */
#include <string.h>

#include "base/text.h"
#include "crypto/alg.h"

#define OID(s)	{ (const uint8_t *)(s), sizeof(s) - 1 }

/* Arcs that many identifiers share. */
#define PKCS1	"\x2a\x86\x48\x86\xf7\x0d\x01\x01"
#define PKCS5	"\x2a\x86\x48\x86\xf7\x0d\x01\x05"
#define RSADSI	"\x2a\x86\x48\x86\xf7\x0d\x02"
#define RSAENC	"\x2a\x86\x48\x86\xf7\x0d\x03"
#define SMIME	"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x03"
#define NIST	"\x60\x86\x48\x01\x65\x03\x04"
#define X962	"\x2a\x86\x48\xce\x3d"
#define X957	"\x2a\x86\x48\xce\x38"
#define X963	"\x2b\x81\x05\x10\x86\x48\x3f\x00"
#define X944	"\x2b\x81\x05\x10\x86\x48\x09\x2c\x01"
#define CAMELLIA "\x2a\x83\x08\x8c\x9a\x4b\x3d\x01\x01\x01"
#define CERTICOM "\x2b\x81\x04"
#define BRAINPOOL "\x2b\x24\x03\x03\x02\x08\x01\x01"
#define ED	"\x2b\x65"

#define DIGEST(i, n, l, o, p, e, b, s)					\
	[i] = { .id = i, .kind = PS_ALG_DIGEST, .name = n, .label = l,	\
	    .oid = OID(o), .params = p, .ossl = e, .bits = b, .strength = s }
#define KEY(i, n, l, o, p, e, b, d)					\
	[i] = { .id = i, .kind = PS_ALG_KEY, .name = n, .label = l,	\
	    .oid = OID(o), .params = p, .ossl = e, .bits = b, .does = d }
/* Parameters are absent in all of them (RFC 9881, 2; RFC 9909, 3; RFC 9935, 3);
 * `b` is the public key as long as it is. */
#define PQKEY(i, l, n, o, b, s, d)					\
	[i] = { .id = i, .kind = PS_ALG_KEY, .name = n, .label = l,	\
	    .oid = OID(NIST o), .params = PS_PARAMS_ABSENT, .ossl = l,	\
	    .bits = 8 * (b), .strength = s, .since = "3.5", .does = d }
#define CURVE(i, n, l, o, e, b, s, d)					\
	[i] = { .id = i, .kind = PS_ALG_CURVE, .name = n, .label = l,	\
	    .oid = OID(o), .params = PS_PARAMS_ABSENT, .ossl = e,	\
	    .bits = b, .strength = s, .digest = d, .key = PS_KEY_EC }
#define SIG(i, n, l, o, p, d, k)					\
	[i] = { .id = i, .kind = PS_ALG_SIGNATURE, .name = n, .label = l, \
	    .oid = OID(o), .params = p, .digest = d, .key = k }
#define PURE(i, n, l, o, d, k)						\
	[i] = { .id = i, .kind = PS_ALG_SIGNATURE, .name = n, .label = l, \
	    .oid = OID(o), .params = PS_PARAMS_ABSENT, .digest = d, .key = k, \
	    .pure = true }
#define CBC(i, n, l, o, e, b, s, bl)					\
	[i] = { .id = i, .kind = PS_ALG_CIPHER, .name = n, .label = l,	\
	    .oid = OID(o), .params = PS_PARAMS_OWN, .ossl = e, .bits = b, \
	    .strength = s, .block = bl, .iv = bl }
#define OLD(i, n, l, o, e, b, s, f)					\
	[i] = { .id = i, .kind = PS_ALG_CIPHER, .name = n, .label = l,	\
	    .oid = OID(o), .params = PS_PARAMS_OWN, .ossl = e, .bits = b, \
	    .strength = s, .block = 8, .iv = 8, .legacy = true, .form = f }
#define AEAD(i, n, l, o, e, b, v, f)					\
	[i] = { .id = i, .kind = PS_ALG_CIPHER, .name = n, .label = l,	\
	    .oid = OID(o), .params = PS_PARAMS_OWN, .ossl = e, .bits = b, \
	    .strength = b, .block = 1, .iv = v, .tag = 16, .aead = true, .form = f }
#define TRANSPORT(i, n, l, o, p)					\
	[i] = { .id = i, .kind = PS_ALG_TRANSPORT, .name = n, .label = l, \
	    .oid = OID(o), .params = p, .key = PS_KEY_RSA }
#define AGREE(i, n, l, o, d, k)						\
	[i] = { .id = i, .kind = PS_ALG_AGREEMENT, .name = n, .label = l, \
	    .oid = OID(o), .params = PS_PARAMS_OWN, .digest = d, .key = k }
#define WRAP(i, n, l, o, p, e, b, s)					\
	[i] = { .id = i, .kind = PS_ALG_WRAP, .name = n, .label = l,	\
	    .oid = OID(o), .params = p, .ossl = e, .bits = b, .strength = s, \
	    .block = 8 }
#define MLKEM(i, n, l, o, k)						\
	[i] = { .id = i, .kind = PS_ALG_KEM, .name = n, .label = l,	\
	    .oid = OID(NIST o), .params = PS_PARAMS_ABSENT, .key = k }
#define KEMKDF(i, n, l, o, p, d)					\
	[i] = { .id = i, .kind = PS_ALG_KEM_KDF, .name = n, .label = l,	\
	    .oid = OID(o), .params = p, .digest = d }
#define MAC(i, n, l, o, d, b)						\
	[i] = { .id = i, .kind = PS_ALG_MAC, .name = n, .label = l,	\
	    .oid = OID(o), .params = PS_PARAMS_NULL, .ossl = "HMAC",	\
	    .digest = d, .bits = b }

#define ABSENT	PS_PARAMS_ABSENT
#define NUL	PS_PARAMS_NULL
#define OWN	PS_PARAMS_OWN
#define SIGN	PS_DOES_SIGN
#define ENC	PS_DOES_ENCIPHER
#define AGR	PS_DOES_AGREE

static const struct ps_alg table[PS_ALG_COUNT] = {
	[PS_ALG_NONE] = { .name = "none", .label = "none" },

	DIGEST(PS_MD5, "md5", "MD5", RSADSI "\x05", NUL, "MD5", 128, 0),
	DIGEST(PS_SHA1, "sha1", "SHA-1", "\x2b\x0e\x03\x02\x1a", ABSENT, "SHA1", 160, 0),
	DIGEST(PS_SHA224, "sha224", "SHA-224", NIST "\x02\x04", ABSENT, "SHA224", 224, 112),
	DIGEST(PS_SHA256, "sha256", "SHA-256", NIST "\x02\x01", ABSENT, "SHA256", 256, 128),
	DIGEST(PS_SHA384, "sha384", "SHA-384", NIST "\x02\x02", ABSENT, "SHA384", 384, 192),
	DIGEST(PS_SHA512, "sha512", "SHA-512", NIST "\x02\x03", ABSENT, "SHA512", 512, 256),
	DIGEST(PS_SHA3_224, "sha3-224", "SHA3-224", NIST "\x02\x07", ABSENT, "SHA3-224", 224, 112),
	DIGEST(PS_SHA3_256, "sha3-256", "SHA3-256", NIST "\x02\x08", ABSENT, "SHA3-256", 256, 128),
	DIGEST(PS_SHA3_384, "sha3-384", "SHA3-384", NIST "\x02\x09", ABSENT, "SHA3-384", 384, 192),
	DIGEST(PS_SHA3_512, "sha3-512", "SHA3-512", NIST "\x02\x0a", ABSENT, "SHA3-512", 512, 256),
	/* RFC 8702, 3.1: 256 and 512 bits of output. */
	DIGEST(PS_SHAKE128, "shake128", "SHAKE128", NIST "\x02\x0b", ABSENT, "SHAKE128", 256, 128),
	DIGEST(PS_SHAKE256, "shake256", "SHAKE256", NIST "\x02\x0c", ABSENT, "SHAKE256", 512, 256),

	KEY(PS_KEY_RSA, "rsa", "RSA", PKCS1 "\x01", NUL, "RSA", 0, SIGN | ENC),
	KEY(PS_KEY_RSA_PSS, "rsa-pss", "RSA-PSS", PKCS1 "\x0a", OWN, "RSA-PSS", 0, SIGN),
	KEY(PS_KEY_EC, "ec", "elliptic curve", X962 "\x02\x01", OWN, "EC", 0, SIGN | AGR),
	KEY(PS_KEY_ED25519, "ed25519", "Ed25519", ED "\x70", ABSENT, "ED25519", 256, SIGN),
	KEY(PS_KEY_ED448, "ed448", "Ed448", ED "\x71", ABSENT, "ED448", 448, SIGN),
	KEY(PS_KEY_X25519, "x25519", "X25519", ED "\x6e", ABSENT, "X25519", 256, AGR),
	KEY(PS_KEY_X448, "x448", "X448", ED "\x6f", ABSENT, "X448", 448, AGR),
	KEY(PS_KEY_DSA, "dsa", "DSA", X957 "\x04\x01", OWN, "DSA", 0, SIGN),
	KEY(PS_KEY_DH, "dh", "Diffie-Hellman", "\x2a\x86\x48\xce\x3e\x02\x01", OWN, "DHX", 0, AGR),
	KEY(PS_KEY_RSA_OAEP, "rsa-oaep", "RSA-OAEP", PKCS1 "\x07", OWN, "RSA", 0, ENC),

	/* FIPS 204 and 205, 203: octets of the public key, and the category. */
	PQKEY(PS_KEY_MLDSA44, "ML-DSA-44", "ml-dsa-44", "\x03\x11", 1312, 128, SIGN),
	PQKEY(PS_KEY_MLDSA65, "ML-DSA-65", "ml-dsa-65", "\x03\x12", 1952, 192, SIGN),
	PQKEY(PS_KEY_MLDSA87, "ML-DSA-87", "ml-dsa-87", "\x03\x13", 2592, 256, SIGN),
	PQKEY(PS_KEY_SLH_SHA2_128S, "SLH-DSA-SHA2-128s", "slh-dsa-sha2-128s", "\x03\x14", 32, 128,
	    SIGN),
	PQKEY(PS_KEY_SLH_SHA2_128F, "SLH-DSA-SHA2-128f", "slh-dsa-sha2-128f", "\x03\x15", 32, 128,
	    SIGN),
	PQKEY(PS_KEY_SLH_SHA2_192S, "SLH-DSA-SHA2-192s", "slh-dsa-sha2-192s", "\x03\x16", 48, 192,
	    SIGN),
	PQKEY(PS_KEY_SLH_SHA2_192F, "SLH-DSA-SHA2-192f", "slh-dsa-sha2-192f", "\x03\x17", 48, 192,
	    SIGN),
	PQKEY(PS_KEY_SLH_SHA2_256S, "SLH-DSA-SHA2-256s", "slh-dsa-sha2-256s", "\x03\x18", 64, 256,
	    SIGN),
	PQKEY(PS_KEY_SLH_SHA2_256F, "SLH-DSA-SHA2-256f", "slh-dsa-sha2-256f", "\x03\x19", 64, 256,
	    SIGN),
	PQKEY(PS_KEY_SLH_SHAKE_128S, "SLH-DSA-SHAKE-128s", "slh-dsa-shake-128s", "\x03\x1a", 32, 128,
	    SIGN),
	PQKEY(PS_KEY_SLH_SHAKE_128F, "SLH-DSA-SHAKE-128f", "slh-dsa-shake-128f", "\x03\x1b", 32, 128,
	    SIGN),
	PQKEY(PS_KEY_SLH_SHAKE_192S, "SLH-DSA-SHAKE-192s", "slh-dsa-shake-192s", "\x03\x1c", 48, 192,
	    SIGN),
	PQKEY(PS_KEY_SLH_SHAKE_192F, "SLH-DSA-SHAKE-192f", "slh-dsa-shake-192f", "\x03\x1d", 48, 192,
	    SIGN),
	PQKEY(PS_KEY_SLH_SHAKE_256S, "SLH-DSA-SHAKE-256s", "slh-dsa-shake-256s", "\x03\x1e", 64, 256,
	    SIGN),
	PQKEY(PS_KEY_SLH_SHAKE_256F, "SLH-DSA-SHAKE-256f", "slh-dsa-shake-256f", "\x03\x1f", 64, 256,
	    SIGN),
	PQKEY(PS_KEY_MLKEM512, "ML-KEM-512", "ml-kem-512", "\x04\x01", 800, 128, ENC),
	PQKEY(PS_KEY_MLKEM768, "ML-KEM-768", "ml-kem-768", "\x04\x02", 1184, 192, ENC),
	PQKEY(PS_KEY_MLKEM1024, "ML-KEM-1024", "ml-kem-1024", "\x04\x03", 1568, 256, ENC),

	/* The digest of a curve is its natural one for signatures and KDFs. */
	CURVE(PS_P256, "p-256", "P-256", X962 "\x03\x01\x07", "prime256v1", 256, 128, PS_SHA256),
	CURVE(PS_P384, "p-384", "P-384", CERTICOM "\x00\x22", "secp384r1", 384, 192, PS_SHA384),
	CURVE(PS_P521, "p-521", "P-521", CERTICOM "\x00\x23", "secp521r1", 521, 256, PS_SHA512),
	CURVE(PS_BP256, "brainpool-p256r1", "brainpoolP256r1", BRAINPOOL "\x07",
	    "brainpoolP256r1", 256, 128, PS_SHA256),
	CURVE(PS_BP384, "brainpool-p384r1", "brainpoolP384r1", BRAINPOOL "\x0b",
	    "brainpoolP384r1", 384, 192, PS_SHA384),
	CURVE(PS_BP512, "brainpool-p512r1", "brainpoolP512r1", BRAINPOOL "\x0d",
	    "brainpoolP512r1", 512, 256, PS_SHA512),

	SIG(PS_SIG_RSA, "rsa", "RSA", PKCS1 "\x01", NUL, PS_ALG_NONE, PS_KEY_RSA),
	SIG(PS_SIG_RSA_MD5, "rsa-md5", "RSA with MD5", PKCS1 "\x04", NUL, PS_MD5, PS_KEY_RSA),
	SIG(PS_SIG_RSA_SHA1, "rsa-sha1", "RSA with SHA-1", PKCS1 "\x05", NUL, PS_SHA1, PS_KEY_RSA),
	SIG(PS_SIG_RSA_SHA224, "rsa-sha224", "RSA with SHA-224", PKCS1 "\x0e", NUL, PS_SHA224,
	    PS_KEY_RSA),
	SIG(PS_SIG_RSA_SHA256, "rsa-sha256", "RSA with SHA-256", PKCS1 "\x0b", NUL, PS_SHA256,
	    PS_KEY_RSA),
	SIG(PS_SIG_RSA_SHA384, "rsa-sha384", "RSA with SHA-384", PKCS1 "\x0c", NUL, PS_SHA384,
	    PS_KEY_RSA),
	SIG(PS_SIG_RSA_SHA512, "rsa-sha512", "RSA with SHA-512", PKCS1 "\x0d", NUL, PS_SHA512,
	    PS_KEY_RSA),
	SIG(PS_SIG_PSS, "rsa-pss", "RSA-PSS", PKCS1 "\x0a", OWN, PS_ALG_NONE, PS_KEY_RSA),
	SIG(PS_SIG_ECDSA_SHA1, "ecdsa-sha1", "ECDSA with SHA-1", X962 "\x04\x01", ABSENT,
	    PS_SHA1, PS_KEY_EC),
	SIG(PS_SIG_ECDSA_SHA224, "ecdsa-sha224", "ECDSA with SHA-224", X962 "\x04\x03\x01", ABSENT,
	    PS_SHA224, PS_KEY_EC),
	SIG(PS_SIG_ECDSA_SHA256, "ecdsa-sha256", "ECDSA with SHA-256", X962 "\x04\x03\x02", ABSENT,
	    PS_SHA256, PS_KEY_EC),
	SIG(PS_SIG_ECDSA_SHA384, "ecdsa-sha384", "ECDSA with SHA-384", X962 "\x04\x03\x03", ABSENT,
	    PS_SHA384, PS_KEY_EC),
	SIG(PS_SIG_ECDSA_SHA512, "ecdsa-sha512", "ECDSA with SHA-512", X962 "\x04\x03\x04", ABSENT,
	    PS_SHA512, PS_KEY_EC),
	/* RFC 8419, 3.1: the digest of the attributes that goes with each. */
	PURE(PS_SIG_ED25519, "ed25519", "Ed25519", ED "\x70", PS_SHA512, PS_KEY_ED25519),
	PURE(PS_SIG_ED448, "ed448", "Ed448", ED "\x71", PS_SHAKE256, PS_KEY_ED448),
	SIG(PS_SIG_DSA_SHA1, "dsa-sha1", "DSA with SHA-1", X957 "\x04\x03", ABSENT, PS_SHA1,
	    PS_KEY_DSA),
	SIG(PS_SIG_DSA_SHA224, "dsa-sha224", "DSA with SHA-224", NIST "\x03\x01", ABSENT,
	    PS_SHA224, PS_KEY_DSA),
	SIG(PS_SIG_DSA_SHA256, "dsa-sha256", "DSA with SHA-256", NIST "\x03\x02", ABSENT,
	    PS_SHA256, PS_KEY_DSA),
	SIG(PS_SIG_RSA_SHA3_224, "rsa-sha3-224", "RSA with SHA3-224", NIST "\x03\x0d", NUL,
	    PS_SHA3_224, PS_KEY_RSA),
	SIG(PS_SIG_RSA_SHA3_256, "rsa-sha3-256", "RSA with SHA3-256", NIST "\x03\x0e", NUL,
	    PS_SHA3_256, PS_KEY_RSA),
	SIG(PS_SIG_RSA_SHA3_384, "rsa-sha3-384", "RSA with SHA3-384", NIST "\x03\x0f", NUL,
	    PS_SHA3_384, PS_KEY_RSA),
	SIG(PS_SIG_RSA_SHA3_512, "rsa-sha3-512", "RSA with SHA3-512", NIST "\x03\x10", NUL,
	    PS_SHA3_512, PS_KEY_RSA),
	SIG(PS_SIG_ECDSA_SHA3_224, "ecdsa-sha3-224", "ECDSA with SHA3-224", NIST "\x03\x09",
	    ABSENT, PS_SHA3_224, PS_KEY_EC),
	SIG(PS_SIG_ECDSA_SHA3_256, "ecdsa-sha3-256", "ECDSA with SHA3-256", NIST "\x03\x0a",
	    ABSENT, PS_SHA3_256, PS_KEY_EC),
	SIG(PS_SIG_ECDSA_SHA3_384, "ecdsa-sha3-384", "ECDSA with SHA3-384", NIST "\x03\x0b",
	    ABSENT, PS_SHA3_384, PS_KEY_EC),
	SIG(PS_SIG_ECDSA_SHA3_512, "ecdsa-sha3-512", "ECDSA with SHA3-512", NIST "\x03\x0c",
	    ABSENT, PS_SHA3_512, PS_KEY_EC),
	/* RFC 9882, 3.3 and RFC 9814, 4: the digests that go with each. */
	PURE(PS_SIG_MLDSA44, "ml-dsa-44", "ML-DSA-44", NIST "\x03\x11", PS_SHA512,
	    PS_KEY_MLDSA44),
	PURE(PS_SIG_MLDSA65, "ml-dsa-65", "ML-DSA-65", NIST "\x03\x12", PS_SHA512,
	    PS_KEY_MLDSA65),
	PURE(PS_SIG_MLDSA87, "ml-dsa-87", "ML-DSA-87", NIST "\x03\x13", PS_SHA512,
	    PS_KEY_MLDSA87),
	PURE(PS_SIG_SLH_SHA2_128S, "slh-dsa-sha2-128s", "SLH-DSA-SHA2-128s", NIST "\x03\x14",
	    PS_SHA256, PS_KEY_SLH_SHA2_128S),
	PURE(PS_SIG_SLH_SHA2_128F, "slh-dsa-sha2-128f", "SLH-DSA-SHA2-128f", NIST "\x03\x15",
	    PS_SHA256, PS_KEY_SLH_SHA2_128F),
	PURE(PS_SIG_SLH_SHA2_192S, "slh-dsa-sha2-192s", "SLH-DSA-SHA2-192s", NIST "\x03\x16",
	    PS_SHA512, PS_KEY_SLH_SHA2_192S),
	PURE(PS_SIG_SLH_SHA2_192F, "slh-dsa-sha2-192f", "SLH-DSA-SHA2-192f", NIST "\x03\x17",
	    PS_SHA512, PS_KEY_SLH_SHA2_192F),
	PURE(PS_SIG_SLH_SHA2_256S, "slh-dsa-sha2-256s", "SLH-DSA-SHA2-256s", NIST "\x03\x18",
	    PS_SHA512, PS_KEY_SLH_SHA2_256S),
	PURE(PS_SIG_SLH_SHA2_256F, "slh-dsa-sha2-256f", "SLH-DSA-SHA2-256f", NIST "\x03\x19",
	    PS_SHA512, PS_KEY_SLH_SHA2_256F),
	PURE(PS_SIG_SLH_SHAKE_128S, "slh-dsa-shake-128s", "SLH-DSA-SHAKE-128s", NIST "\x03\x1a",
	    PS_SHAKE128, PS_KEY_SLH_SHAKE_128S),
	PURE(PS_SIG_SLH_SHAKE_128F, "slh-dsa-shake-128f", "SLH-DSA-SHAKE-128f", NIST "\x03\x1b",
	    PS_SHAKE128, PS_KEY_SLH_SHAKE_128F),
	PURE(PS_SIG_SLH_SHAKE_192S, "slh-dsa-shake-192s", "SLH-DSA-SHAKE-192s", NIST "\x03\x1c",
	    PS_SHAKE256, PS_KEY_SLH_SHAKE_192S),
	PURE(PS_SIG_SLH_SHAKE_192F, "slh-dsa-shake-192f", "SLH-DSA-SHAKE-192f", NIST "\x03\x1d",
	    PS_SHAKE256, PS_KEY_SLH_SHAKE_192F),
	PURE(PS_SIG_SLH_SHAKE_256S, "slh-dsa-shake-256s", "SLH-DSA-SHAKE-256s", NIST "\x03\x1e",
	    PS_SHAKE256, PS_KEY_SLH_SHAKE_256S),
	PURE(PS_SIG_SLH_SHAKE_256F, "slh-dsa-shake-256f", "SLH-DSA-SHAKE-256f", NIST "\x03\x1f",
	    PS_SHAKE256, PS_KEY_SLH_SHAKE_256F),

	CBC(PS_AES128_CBC, "aes-128-cbc", "AES-128-CBC", NIST "\x01\x02", "AES-128-CBC", 128, 128,
	    16),
	CBC(PS_AES192_CBC, "aes-192-cbc", "AES-192-CBC", NIST "\x01\x16", "AES-192-CBC", 192, 192,
	    16),
	CBC(PS_AES256_CBC, "aes-256-cbc", "AES-256-CBC", NIST "\x01\x2a", "AES-256-CBC", 256, 256,
	    16),
	AEAD(PS_AES128_GCM, "aes-128-gcm", "AES-128-GCM", NIST "\x01\x06", "AES-128-GCM", 128,
	    12, PS_FORM_GCM),
	AEAD(PS_AES192_GCM, "aes-192-gcm", "AES-192-GCM", NIST "\x01\x1a", "AES-192-GCM", 192,
	    12, PS_FORM_GCM),
	AEAD(PS_AES256_GCM, "aes-256-gcm", "AES-256-GCM", NIST "\x01\x2e", "AES-256-GCM", 256,
	    12, PS_FORM_GCM),
	AEAD(PS_AES128_CCM, "aes-128-ccm", "AES-128-CCM", NIST "\x01\x07", "AES-128-CTR", 128,
	    13, PS_FORM_CCM),
	AEAD(PS_AES192_CCM, "aes-192-ccm", "AES-192-CCM", NIST "\x01\x1b", "AES-192-CTR", 192,
	    13, PS_FORM_CCM),
	AEAD(PS_AES256_CCM, "aes-256-ccm", "AES-256-CCM", NIST "\x01\x2f", "AES-256-CTR", 256,
	    13, PS_FORM_CCM),
	AEAD(PS_CHACHA20_POLY1305, "chacha20-poly1305", "ChaCha20-Poly1305", SMIME "\x12",
	    "ChaCha20-Poly1305", 256, 12, PS_FORM_IV),
	CBC(PS_CAMELLIA128_CBC, "camellia-128-cbc", "Camellia-128-CBC", CAMELLIA "\x02",
	    "CAMELLIA-128-CBC", 128, 128, 16),
	CBC(PS_CAMELLIA192_CBC, "camellia-192-cbc", "Camellia-192-CBC", CAMELLIA "\x03",
	    "CAMELLIA-192-CBC", 192, 192, 16),
	CBC(PS_CAMELLIA256_CBC, "camellia-256-cbc", "Camellia-256-CBC", CAMELLIA "\x04",
	    "CAMELLIA-256-CBC", 256, 256, 16),
	CBC(PS_DES3_CBC, "des-ede3-cbc", "3DES-CBC", RSAENC "\x07", "DES-EDE3-CBC", 192, 112, 8),
	/* One identifier; the parameters tell which. */
	OLD(PS_RC2_128_CBC, "rc2-128-cbc", "RC2-128", RSAENC "\x02", "RC2-CBC", 128, 64,
	    PS_FORM_RC2),
	OLD(PS_RC2_64_CBC, "rc2-64-cbc", "RC2-64", RSAENC "\x02", "RC2-64-CBC", 64, 0,
	    PS_FORM_RC2),
	OLD(PS_RC2_40_CBC, "rc2-40-cbc", "RC2-40", RSAENC "\x02", "RC2-40-CBC", 40, 0,
	    PS_FORM_RC2),
	OLD(PS_DES_CBC, "des-cbc", "DES-CBC", "\x2b\x0e\x03\x02\x07", "DES-CBC", 64, 0,
	    PS_FORM_IV),
	OLD(PS_CAST5_CBC, "cast5-cbc", "CAST5-CBC", "\x2a\x86\x48\x86\xf6\x7d\x07\x42\x0a",
	    "CAST5-CBC", 128, 64, PS_FORM_CAST5),
	[PS_CEK_HKDF_SHA256] = { .id = PS_CEK_HKDF_SHA256, .kind = PS_ALG_CEK_KDF,
	    .name = "cek-hkdf-sha256", .label = "CEK-HKDF-SHA-256",
	    .oid = OID(SMIME "\x1f"), .params = OWN, .digest = PS_SHA256 },

	TRANSPORT(PS_RSA_PKCS1, "rsa-pkcs1", "RSA PKCS #1 v1.5", PKCS1 "\x01", NUL),
	TRANSPORT(PS_RSA_OAEP, "rsa-oaep", "RSA-OAEP", PKCS1 "\x07", OWN),
	TRANSPORT(PS_RSA_KEM, "rsa-kem", "RSA-KEM", SMIME "\x0e", OWN),

	AGREE(PS_ECDH_SHA1, "ecdh-sha1", "ECDH with SHA-1", X963 "\x02", PS_SHA1, PS_KEY_EC),
	AGREE(PS_ECDH_SHA224, "ecdh-sha224", "ECDH with SHA-224", CERTICOM "\x01\x0b\x00",
	    PS_SHA224, PS_KEY_EC),
	AGREE(PS_ECDH_SHA256, "ecdh-sha256", "ECDH with SHA-256", CERTICOM "\x01\x0b\x01",
	    PS_SHA256, PS_KEY_EC),
	AGREE(PS_ECDH_SHA384, "ecdh-sha384", "ECDH with SHA-384", CERTICOM "\x01\x0b\x02",
	    PS_SHA384, PS_KEY_EC),
	AGREE(PS_ECDH_SHA512, "ecdh-sha512", "ECDH with SHA-512", CERTICOM "\x01\x0b\x03",
	    PS_SHA512, PS_KEY_EC),
	AGREE(PS_ECDHC_SHA1, "ecdh-cofactor-sha1", "cofactor ECDH with SHA-1", X963 "\x03",
	    PS_SHA1, PS_KEY_EC),
	AGREE(PS_ECDHC_SHA224, "ecdh-cofactor-sha224", "cofactor ECDH with SHA-224",
	    CERTICOM "\x01\x0e\x00", PS_SHA224, PS_KEY_EC),
	AGREE(PS_ECDHC_SHA256, "ecdh-cofactor-sha256", "cofactor ECDH with SHA-256",
	    CERTICOM "\x01\x0e\x01", PS_SHA256, PS_KEY_EC),
	AGREE(PS_ECDHC_SHA384, "ecdh-cofactor-sha384", "cofactor ECDH with SHA-384",
	    CERTICOM "\x01\x0e\x02", PS_SHA384, PS_KEY_EC),
	AGREE(PS_ECDHC_SHA512, "ecdh-cofactor-sha512", "cofactor ECDH with SHA-512",
	    CERTICOM "\x01\x0e\x03", PS_SHA512, PS_KEY_EC),
	AGREE(PS_ECDH_HKDF256, "ecdh-hkdf-sha256", "ECDH with HKDF-SHA-256", SMIME "\x13",
	    PS_SHA256, PS_KEY_X25519),
	AGREE(PS_ECDH_HKDF384, "ecdh-hkdf-sha384", "ECDH with HKDF-SHA-384", SMIME "\x14",
	    PS_SHA384, PS_KEY_X448),
	AGREE(PS_ECDH_HKDF512, "ecdh-hkdf-sha512", "ECDH with HKDF-SHA-512", SMIME "\x15",
	    PS_SHA512, PS_KEY_X448),

	AGREE(PS_ESDH, "dh-ephemeral-static", "ephemeral-static DH", SMIME "\x05", PS_SHA1,
	    PS_KEY_DH),
	AGREE(PS_SSDH, "dh-static-static", "static-static DH", SMIME "\x0a", PS_SHA1,
	    PS_KEY_DH),
	/* Named, not opened. */
	AGREE(PS_ECMQV_SHA1, "ecmqv-sha1", "ECMQV with SHA-1", X963 "\x10", PS_SHA1, PS_KEY_EC),
	AGREE(PS_ECMQV_SHA224, "ecmqv-sha224", "ECMQV with SHA-224", CERTICOM "\x01\x0f\x00",
	    PS_SHA224, PS_KEY_EC),
	AGREE(PS_ECMQV_SHA256, "ecmqv-sha256", "ECMQV with SHA-256", CERTICOM "\x01\x0f\x01",
	    PS_SHA256, PS_KEY_EC),
	AGREE(PS_ECMQV_SHA384, "ecmqv-sha384", "ECMQV with SHA-384", CERTICOM "\x01\x0f\x02",
	    PS_SHA384, PS_KEY_EC),
	AGREE(PS_ECMQV_SHA512, "ecmqv-sha512", "ECMQV with SHA-512", CERTICOM "\x01\x0f\x03",
	    PS_SHA512, PS_KEY_EC),

	WRAP(PS_AES128_WRAP, "aes-128-wrap", "AES-128 key wrap", NIST "\x01\x05", ABSENT,
	    "AES-128-WRAP", 128, 128),
	WRAP(PS_AES192_WRAP, "aes-192-wrap", "AES-192 key wrap", NIST "\x01\x19", ABSENT,
	    "AES-192-WRAP", 192, 192),
	WRAP(PS_AES256_WRAP, "aes-256-wrap", "AES-256 key wrap", NIST "\x01\x2d", ABSENT,
	    "AES-256-WRAP", 256, 256),
	WRAP(PS_AES128_WRAP_PAD, "aes-128-wrap-pad", "AES-128 key wrap with padding",
	    NIST "\x01\x08", ABSENT, "AES-128-WRAP-PAD", 128, 128),
	WRAP(PS_AES192_WRAP_PAD, "aes-192-wrap-pad", "AES-192 key wrap with padding",
	    NIST "\x01\x1c", ABSENT, "AES-192-WRAP-PAD", 192, 192),
	WRAP(PS_AES256_WRAP_PAD, "aes-256-wrap-pad", "AES-256 key wrap with padding",
	    NIST "\x01\x30", ABSENT, "AES-256-WRAP-PAD", 256, 256),
	WRAP(PS_DES3_WRAP, "des-ede3-wrap", "3DES key wrap", SMIME "\x06", NUL, "DES3-WRAP", 192,
	    112),
	[PS_RC2_WRAP] = { .id = PS_RC2_WRAP, .kind = PS_ALG_WRAP, .name = "rc2-wrap",
	    .label = "RC2 key wrap", .oid = OID(SMIME "\x07"), .params = OWN,
	    .ossl = "RC2-CBC", .bits = 128, .strength = 64, .block = 8, .legacy = true },
	WRAP(PS_PWRI_KEK, "pwri-kek", "password key wrap", SMIME "\x09", OWN, NULL, 0, 0),

	[PS_KEM_RSA] = { .id = PS_KEM_RSA, .kind = PS_ALG_KEM, .name = "kem-rsa",
	    .label = "RSA-KEM", .oid = OID("\x28\x81\x8c\x71\x02\x02\x04"), .params = OWN,
	    .key = PS_KEY_RSA },
	MLKEM(PS_KEM_MLKEM512, "ml-kem-512", "ML-KEM-512", "\x04\x01", PS_KEY_MLKEM512),
	MLKEM(PS_KEM_MLKEM768, "ml-kem-768", "ML-KEM-768", "\x04\x02", PS_KEY_MLKEM768),
	MLKEM(PS_KEM_MLKEM1024, "ml-kem-1024", "ML-KEM-1024", "\x04\x03", PS_KEY_MLKEM1024),
	KEMKDF(PS_KDF2, "kdf2", "KDF2", X944 "\x01", OWN, 0),
	KEMKDF(PS_KDF3, "kdf3", "KDF3", X944 "\x02", OWN, 0),
	KEMKDF(PS_HKDF_SHA256, "hkdf-sha256", "HKDF-SHA-256", SMIME "\x1c", ABSENT, PS_SHA256),
	KEMKDF(PS_HKDF_SHA384, "hkdf-sha384", "HKDF-SHA-384", SMIME "\x1d", ABSENT, PS_SHA384),
	KEMKDF(PS_HKDF_SHA512, "hkdf-sha512", "HKDF-SHA-512", SMIME "\x1e", ABSENT, PS_SHA512),

	[PS_PBKDF2] = { .id = PS_PBKDF2, .kind = PS_ALG_KDF, .name = "pbkdf2", .label = "PBKDF2",
	    .oid = OID(PKCS5 "\x0c"), .params = OWN, .ossl = "PBKDF2" },
	MAC(PS_HMAC_SHA1, "hmac-sha1", "HMAC-SHA-1", RSADSI "\x07", PS_SHA1, 160),
	MAC(PS_HMAC_SHA224, "hmac-sha224", "HMAC-SHA-224", RSADSI "\x08", PS_SHA224, 224),
	MAC(PS_HMAC_SHA256, "hmac-sha256", "HMAC-SHA-256", RSADSI "\x09", PS_SHA256, 256),
	MAC(PS_HMAC_SHA384, "hmac-sha384", "HMAC-SHA-384", RSADSI "\x0a", PS_SHA384, 384),
	MAC(PS_HMAC_SHA512, "hmac-sha512", "HMAC-SHA-512", RSADSI "\x0b", PS_SHA512, 512),
	[PS_ZLIB] = { .id = PS_ZLIB, .kind = PS_ALG_COMPRESSION, .name = "zlib", .label = "zlib",
	    .oid = OID(SMIME "\x08"), .params = ABSENT },
};

const struct ps_alg *
ps_alg_by_oid(enum ps_alg_kind kind, ps_slice oid)
{
	for (size_t i = 1; i < PS_ALG_COUNT; i++)
		if (table[i].kind == kind && ps_slice_equal(table[i].oid, oid))
			return &table[i];
	return NULL;
}

const struct ps_alg *
ps_alg_by_name(enum ps_alg_kind kind, const char *name)
{
	for (size_t i = 1; i < PS_ALG_COUNT; i++)
		if (table[i].kind == kind && strcmp(table[i].name, name) == 0)
			return &table[i];
	return NULL;
}

const struct ps_alg *
ps_alg_pure_of(unsigned key)
{
	for (size_t i = 1; i < PS_ALG_COUNT; i++)
		if (table[i].pure && table[i].key == key)
			return &table[i];
	return NULL;
}

bool
ps_alg_post_quantum(const struct ps_alg *alg)
{
	unsigned key = alg->key != PS_ALG_NONE ? alg->key : alg->id;

	return key >= PS_KEY_MLDSA44 && key <= PS_KEY_MLKEM1024;
}

const struct ps_alg *
ps_alg_get(unsigned id)
{
	return &table[id < PS_ALG_COUNT ? id : PS_ALG_NONE];
}
