/* SPDX-License-Identifier: ISC */
#ifndef POSTSEAL_KEYS_H
#define POSTSEAL_KEYS_H

/*
 * Private keys with their certificates: made, read from whatever form others
 * gave them, asked certificates for, and written. A message needs none of
 * this: openers and protectors take key files themselves.
 */

#include <postseal/cert.h>
#include <postseal/stream.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Keys and certificates, in the order of their file. */
typedef struct ps_keys ps_keys;

/* ps_keys_new makes an empty one. */
PS_API PS_MUST ps_code ps_keys_new(ps_keys **out, ps_err *err);
PS_API void ps_keys_free(ps_keys *k);

/*
 * ps_keys_read_file reads PKCS#12 (old, new, PBMAC1), PEM, PKCS#8, PKCS#7 or a
 * certificate; `path` may be a PKCS#11 URI. `ask` is called only when a
 * passphrase is needed, which is PS_E_PASSPHRASE when wrong, or when `ask` is
 * NULL. ps_keys_read is the same from octets, `name` standing in prompts and errors.
 */
PS_API PS_MUST ps_code ps_keys_read_file(ps_keys **out, const ps_ctx *ctx, const char *path,
    ps_ask_fn ask, void *arg, ps_err *err);
PS_API PS_MUST ps_code ps_keys_read(ps_keys **out, const ps_ctx *ctx, ps_slice octets,
    const char *name, ps_ask_fn ask, void *arg, ps_err *err);
/*
 * ps_keys_generate makes one key of a kind that ps_keys_kinds lists, as
 * "rsa-3072|p-256|ml-dsa-65|...": PS_E_NOT_FOUND for another, PS_E_UNSUPPORTED
 * for one that the crypto library of this machine does not have.
 */
PS_API PS_MUST ps_code ps_keys_generate(ps_keys **out, const char *kind, ps_err *err);
PS_API const char *ps_keys_kinds(void);
/* ps_keys_add_cert adds a certificate (a reference); ps_keys_join what `from` has. */
PS_API PS_MUST ps_code ps_keys_add_cert(ps_keys *k, ps_cert *c, ps_err *err);
PS_API PS_MUST ps_code ps_keys_join(ps_keys *k, const ps_keys *from, ps_err *err);

/* ps_keys_weak: what protects a key in its file badly ("RC2-40", "no encryption"); NULL:
 * nothing does. Static. */
PS_API const char *ps_keys_weak(const ps_keys *k);
PS_API size_t ps_keys_count(const ps_keys *k);
/* Of key `i`, borrowed: its SubjectPublicKeyInfo, and the certificate for it
 * (NULL: none is here). */
PS_API ps_slice ps_keys_spki(const ps_keys *k, size_t i);
PS_API ps_cert *ps_keys_cert_of(const ps_keys *k, size_t i);
/* ps_keys_cert: certificate `i`, NULL past the last; borrowed. */
PS_API ps_cert *ps_keys_cert(const ps_keys *k, size_t i);
/* ps_spki_describe writes "RSA, 3072 bits" or "EC P-256", "" when it is unknown. Returns `out`. */
PS_API const char *ps_spki_describe(ps_slice spki, char *out, size_t size);

/* What a key may be used for: its kind, and the certificate's keyUsage. */
enum { PS_KEY_SIGNS = 1, PS_KEY_DECRYPTS = 2 };
PS_API unsigned ps_spki_purpose(ps_slice spki);
PS_API unsigned ps_cert_purpose(const ps_cert *c);
/* ps_cert_is_for: is it for this public key? */
PS_API int ps_cert_is_for(const ps_cert *c, ps_slice spki);

/*
 * ps_keys_set_private_form chooses how private keys of ML-DSA and ML-KEM are written (RFC
 * 9881, 6; RFC 9935, 6); others have one form. Default: the seed, of 32 or 64 octets, which
 * both recommend. A key that was read without its seed is written expanded all the same.
 */
typedef enum ps_private_form {
	PS_PRIVATE_SEED		= 0,
	PS_PRIVATE_BOTH		= 1,	/* for programs that read the expanded key alone too */
	PS_PRIVATE_EXPANDED	= 2
} ps_private_form;
PS_API PS_MUST ps_code ps_keys_set_private_form(ps_keys *k, ps_private_form form, ps_err *err);

/*
 * ps_keys_seal writes key `i` as EncryptedPrivateKeyInfo (RFC 5958) under a
 * passphrase: PBES2, scrypt, AES-256-CBC. PS_E_PASSPHRASE when that is empty,
 * PS_E_REFUSED when the key stays in a token.
 */
PS_API PS_MUST ps_code ps_keys_seal(const ps_keys *k, size_t i, const ps_secret *passphrase,
    ps_writer *out, ps_err *err);
typedef enum ps_keys_form {
	PS_KEYS_PKCS12		= 0,	/* AES-256, SHA-256 */
	PS_KEYS_INSECURE_PKCS12	= 1,	/* 3DES, SHA-1: for what reads nothing else */
	PS_KEYS_PEM		= 2	/* sealed keys, then certificates */
} ps_keys_form;
/* ps_keys_write writes all keys and certificates as one file. `name` is shown by
 * programs that import PKCS#12; NULL: none. */
PS_API PS_MUST ps_code ps_keys_write(const ps_keys *k, ps_keys_form form, const char *name,
    const ps_secret *passphrase, ps_writer *out, ps_err *err);

/* Somebody who wants a certificate. */
typedef struct ps_applicant {
	size_t		 size;		/* of this structure */
	const char	*address;	/* UTF-8 */
	const char	*name;		/* NULL: the address */
	unsigned	 purpose;	/* PS_KEY_...; 0: all that the key can */
} ps_applicant;

/*
 * ps_keys_request writes a request for a certificate (PKCS#10, PEM). A key that
 * cannot sign (X25519, ML-KEM) cannot ask so: PS_E_REFUSED; ps_keys_public writes the
 * public key alone (PEM), which an authority may take instead. PS_E_MALFORMED: no such
 * address.
 */
PS_API PS_MUST ps_code ps_keys_request(const ps_keys *k, size_t i, const ps_applicant *a,
    ps_writer *out, ps_err *err);
PS_API PS_MUST ps_code ps_keys_public(const ps_keys *k, size_t i, ps_writer *out, ps_err *err);
/* ps_keys_self_sign makes a certificate that the key signs itself, and adds it. */
PS_API PS_MUST ps_code ps_keys_self_sign(ps_keys *k, size_t i, const ps_applicant *a,
    int64_t not_before, int64_t not_after, ps_err *err);

#ifdef __cplusplus
}
#endif

#endif
