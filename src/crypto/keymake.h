/* SPDX-License-Identifier: ISC */
#ifndef PS_CRYPTO_KEYMAKE_H
#define PS_CRYPTO_KEYMAKE_H

/* Keys made, and written for others or for ourselves. */

#include "base/buf.h"
#include "crypto/key.h"

/*
 * ps_key_generate makes a key of one of the kinds that ps_key_kinds lists
 * ("rsa-3072|rsa-4096|p-256|..."). PS_E_NOT_FOUND names them.
 */
PS_MUST ps_code ps_key_generate(struct ps_key **out, const char *kind, ps_err *err);
const char *ps_key_kinds(void);

/* How a key of ML-DSA or ML-KEM is written (RFC 9881, 6; RFC 9935, 6); others
 * have one form. One whose seed nobody has is written expanded. */
enum ps_key_form {
	PS_KEY_FORM_SEED,	/* what both recommend */
	PS_KEY_FORM_BOTH,
	PS_KEY_FORM_EXPANDED
};
/* ps_key_encode appends the PrivateKeyInfo (RFC 5958) to `out`, whose owner
 * marks it secret. PS_E_REFUSED when the key stays in a token. */
PS_MUST ps_code ps_key_encode(const struct ps_key *k, enum ps_key_form form,
    struct ps_buf *out, ps_err *err);
/* ps_key_seal appends an EncryptedPrivateKeyInfo: PBES2 with scrypt and
 * AES-256-CBC. PS_E_PASSPHRASE when the passphrase is empty. */
PS_MUST ps_code ps_key_seal(const struct ps_key *k, enum ps_key_form form,
    const ps_secret *passphrase, struct ps_buf *out, ps_err *err);
/* keyform.c; the PrivateKeyInfo of a key of these two kinds. */
struct evp_pkey_st;
PS_MUST ps_code keyform_build(struct evp_pkey_st *pkey, const struct ps_alg *type,
    enum ps_key_form form, struct ps_buf *out, ps_err *err);
/* ps_pem_build appends `der` in PEM armour; it must be no secret. */
PS_MUST ps_code ps_pem_build(struct ps_buf *out, const char *label, ps_slice der, ps_err *err);

/* What goes into a PKCS#12 file. All borrowed. */
struct ps_pkcs12_entry {
	const struct ps_key *key;	/* NULL: a certificate of the chain */
	ps_slice	 cert;		/* DER; n == 0: a key alone */
	enum ps_key_form form;
};
enum ps_pkcs12_form {
	PS_PKCS12_NEW,		/* PBES2, AES-256-CBC, a MAC with SHA-256 */
	PS_PKCS12_INSECURE_OLD	/* 3DES and SHA-1, for what reads nothing else */
};
/* ps_pkcs12_build appends the file; `name` is shown by programs that import
 * it, NULL: none. Keys and certificates that belong together carry the same
 * identifier. */
PS_MUST ps_code ps_pkcs12_build(struct ps_buf *out, const struct ps_pkcs12_entry *entry,
    size_t n, const char *name, const ps_secret *passphrase, enum ps_pkcs12_form form,
    ps_err *err);

#endif
