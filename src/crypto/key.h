/* SPDX-License-Identifier: ISC */
#ifndef PS_CRYPTO_KEY_H
#define PS_CRYPTO_KEY_H

/*
 * Key handles. A private key can sign and decrypt; its octets need not be in
 * our process (a token later). A public key is made from a
 * SubjectPublicKeyInfo.
 */

#include "base/limits.h"
#include "crypto/alg.h"

struct ps_pubkey;
struct ps_key;

/* The facts that policy and choice look at. */
struct ps_key_info {
	const struct ps_alg *type;	/* PS_ALG_KEY row */
	const struct ps_alg *curve;	/* EC only */
	unsigned	 bits;		/* RSA modulus, curve size */
	unsigned	 strength;	/* security bits */
	const struct ps_alg *pss_digest; /* RSA-PSS key bound to it, else NULL */
	unsigned	 pss_salt;	/* and to a salt of at least this */
};

/* ps_pubkey_parse takes a SubjectPublicKeyInfo element. Explicit curve
 * parameters, RSA moduli above 16384 bits: PS_E_UNSUPPORTED. */
PS_MUST ps_code ps_pubkey_parse(struct ps_pubkey **out, ps_slice spki, ps_err *err);
/* ps_pubkey_of is the same with the key as OpenSSL has decoded it already (an
 * EVP_PKEY, of which it takes a reference). */
struct evp_pkey_st;
PS_MUST ps_code ps_pubkey_of(struct ps_pubkey **out, struct evp_pkey_st *decoded,
    ps_slice spki, ps_err *err);
/* ps_spki_alg: what kind of key it is (PS_ALG_KEY), whether or not the crypto library has it;
 * NULL: none that we know. */
const struct ps_alg *ps_spki_alg(ps_slice spki);
void	ps_pubkey_free(struct ps_pubkey *k);
void	ps_pubkey_info(const struct ps_pubkey *k, struct ps_key_info *out);

void	ps_key_free(struct ps_key *k);
void	ps_key_info(const struct ps_key *k, struct ps_key_info *out);
struct ps_key *ps_key_ref(struct ps_key *k);	/* shared; each ref is freed */
/* ps_key_matches: is it the private half of this SubjectPublicKeyInfo? */
bool	ps_key_matches(const struct ps_key *k, ps_slice spki);
/* ps_key_spki borrows its SubjectPublicKeyInfo, for as long as the key lives. */
ps_slice ps_key_spki(const struct ps_key *k);
bool	ps_key_in_token(const struct ps_key *k);

/* What a key file holds: private keys, and certificates as DER. */
struct ps_keyfile {
	struct ps_key	**key;
	size_t		 nkey;
	struct ps_buf	*cert;		/* one buffer a certificate */
	size_t		 ncert;
	const char	*weak;		/* static: what protects a key badly; NULL: nothing */
};

/*
 * ps_keyfile_load reads PKCS#12 (DER or PEM armour), PEM (any mix of
 * PRIVATE KEY, ENCRYPTED PRIVATE KEY, RSA/EC PRIVATE KEY, CERTIFICATE, PKCS7),
 * a DER certificate, a DER PKCS#8 key, or a degenerate PKCS#7 / .p7c. `ask` is called
 * only when a passphrase is needed (PKCS#12: empty and absent are tried
 * first); a wrong one is PS_E_PASSPHRASE. `name` is for errors and prompts.
 * `path` may be a PKCS#11 URI (RFC 7512): the key then stays in its token,
 * whose PIN is what is asked for.
 */
PS_MUST ps_code ps_keyfile_load(struct ps_keyfile *out, const char *path,
    ps_ask_fn ask, void *arg, const struct ps_limits *limits, ps_err *err);
PS_MUST ps_code ps_keyfile_parse(struct ps_keyfile *out, ps_slice data, const char *name,
    ps_ask_fn ask, void *arg, const struct ps_limits *limits, ps_err *err);
void	ps_keyfile_clear(struct ps_keyfile *f);

/* How a signature is made: everything that its AlgorithmIdentifiers say. */
struct ps_sigspec {
	const struct ps_alg *sig;	/* PS_SIG_RSA..: the family row */
	const struct ps_alg *digest;	/* of content and attributes */
	const struct ps_alg *mgf;	/* PSS: digest of MGF1 */
	unsigned	 salt;		/* PSS: octets */
};

/* ps_sigspec_parse joins signatureAlgorithm and digestAlgorithm (NULL for a
 * certificate). PS_E_UNSUPPORTED names the algorithm; PSS parameters must be
 * there, its hash must equal `digest` (RFC 4056), Ed25519 wants SHA-512 (RFC 8419). */
PS_MUST ps_code ps_sigspec_parse(struct ps_sigspec *out, const struct ps_algid *sig,
    const struct ps_algid *digest, ps_err *err);
/* ps_sigspec_choose picks for a key: its natural digest unless `digest`, PKCS#1 v1.5
 * for RSA unless `pss`; PS_E_REFUSED when the key cannot sign or cannot use it. */
PS_MUST ps_code ps_sigspec_choose(struct ps_sigspec *out, const struct ps_key_info *key,
    const struct ps_alg *digest, bool pss, ps_err *err);
void	ps_sigspec_build_sig(const struct ps_sigspec *s, struct derw *w, uint32_t tag);
void	ps_sigspec_build_digest(const struct ps_sigspec *s, struct derw *w, uint32_t tag);
/* "rsa-pss", "rsa-pkcs1", "ecdsa", "ed25519", "dsa", "ed448": in JSON. */
const char *ps_sigspec_name(const struct ps_sigspec *s);

/* Signing and verifying a message that is at hand. A wrong signature is
 * *out_good == false, not an error. */
PS_MUST ps_code ps_key_sign(struct ps_key *k, const struct ps_sigspec *s, ps_slice message,
    struct ps_buf *out, ps_err *err);
PS_MUST ps_code ps_pubkey_verify(struct ps_pubkey *k, const struct ps_sigspec *s,
    ps_slice message, ps_slice sig, bool *out_good, ps_err *err);
/* The same with the digest of the message already made (not EdDSA: PS_E_UNSUPPORTED). */
PS_MUST ps_code ps_pubkey_verify_digest(struct ps_pubkey *k, const struct ps_sigspec *s,
    ps_slice digest, ps_slice sig, bool *out_good, ps_err *err);

#endif
