/* SPDX-License-Identifier: ISC */
#ifndef PS_CRYPTO_LOADER_H
#define PS_CRYPTO_LOADER_H

/* One reading of one key file: what the keyfile_*.c share. */

#include "base/buf.h"
#include "crypto/internal.h"

#define OID_PBES2 ((ps_slice){ \
	(const uint8_t *)"\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0d", 9 })
#define OID_SCRYPT ((ps_slice){ \
	(const uint8_t *)"\x2b\x06\x01\x04\x01\xda\x47\x04\x0b", 9 })

struct loader {
	struct ps_keyfile file;
	const char	*name;		/* for errors and prompts */
	ps_ask_fn	 ask;
	void		*arg;
	const struct ps_limits *limits;
	ps_secret	*passphrase;	/* what was answered last */
	bool		 asked;
	struct legacy	 legacy;	/* once needed */
	ps_err		 skipped;	/* why a key could not be used */
	ps_code		 skipped_code;
};

/* keyfile.c */
PS_MUST ps_code loader_add_cert(struct loader *l, ps_slice der, ps_err *err);
/* loader_add_key: a key of a kind that we cannot use is skipped, and told of
 * when the file holds no other. */
PS_MUST ps_code loader_add_key(struct loader *l, ps_slice der, ps_err *err);
/* loader_ask fills l->passphrase. */
PS_MUST ps_code loader_ask(struct loader *l, ps_err *err);
ps_code	loader_wrong(struct loader *l, ps_err *err);

/* keyfile_der.c */
PS_MUST ps_code loader_add_der(struct loader *l, ps_slice data, ps_err *err);
/* ber_to_der reads the one element that `in` begins with. */
PS_MUST ps_code ber_to_der(struct loader *l, ps_slice in, struct ps_buf *out, ps_err *err);

/* keyfile_pem.c */
bool	pem_looks_like(ps_slice data);
PS_MUST ps_code loader_add_pem(struct loader *l, ps_slice data, ps_err *err);

/* keyfile_pkcs12.c */
PS_MUST ps_code loader_add_pkcs12(struct loader *l, ps_slice der, ps_err *err);

/* keyfile_pbe.c */
/* What is encrypted with a passphrase: EncryptedPrivateKeyInfo, and the
 * contents of PKCS#12. */
struct pbe {
	struct ps_algid	 algid;
	const char	*name;
	bool		 legacy;	/* wants the legacy provider */
	/* PBES2 with a cipher of our table is done by us: */
	const struct ps_alg *row;	/* else NULL */
	struct ps_algid	 cipher;
	bool		 is_scrypt;
	struct scrypt_params scrypt;
	struct pbkdf2_params pbkdf2;
};
/* pbe_parse refuses what is unknown or costs too much, before any work. */
PS_MUST ps_code pbe_parse(struct loader *l, struct pbe *out, const struct ps_algid *a,
    ps_err *err);
/* pbe_decrypt: PS_E_PASSPHRASE when it does not fit. `pass.p` NULL: absent,
 * which PKCS#12 tells from empty. */
PS_MUST ps_code pbe_decrypt(struct loader *l, const struct pbe *pbe, ps_slice pass, ps_slice in,
    struct ps_buf *out, ps_err *err);
PS_MUST ps_code encrypted_key_parse(struct loader *l, ps_slice der, struct pbe *out,
    ps_slice *out_octets, ps_err *err);
PS_MUST ps_code loader_add_encrypted(struct loader *l, ps_slice der, ps_err *err);
void	pbe_close(struct loader *l);

#endif
