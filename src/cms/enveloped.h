/* SPDX-License-Identifier: ISC */
#ifndef PS_CMS_ENVELOPED_H
#define PS_CMS_ENVELOPED_H

/* EnvelopedData (RFC 5652, 6) and AuthEnvelopedData (RFC 5083). */

#include "cms/recipient_info.h"
#include "cms/signed_data.h"

/* --- reading --- */
struct cms_enveloped {
	struct ber	*ber;		/* borrowed: the shell's */
	bool		 auth;		/* AuthEnvelopedData */
	uint64_t	 version;
	struct cms_bag	 originator;
	struct cms_recipients recipients;
	struct cms_oid	 content_oid;
	struct ps_buf	 algid_der;
	struct ps_algid	 algid;		/* contentEncryptionAlgorithm */
	struct ps_cipher_spec spec;	/* what that means, when `cipher` is known */
	const struct ps_alg *cipher;	/* NULL: unknown, or its parameters are wrong */
	ps_reader	*ciphertext;	/* the octets of encryptedContent */
	/* after cms_enveloped_finish */
	struct ps_buf	 auth_attrs;	/* as SET OF (0x31): the AAD */
	struct ps_buf	 mac;
};
/* cms_enveloped_open reads up to the ciphertext, which the caller then reads. */
PS_MUST ps_code cms_enveloped_open(struct cms_enveloped *e, struct ber *ber, bool auth,
    ps_err *err);
/* cms_enveloped_finish reads what follows the ciphertext; after a rewind of
 * the ciphertext it may be called again. */
PS_MUST ps_code cms_enveloped_finish(struct cms_enveloped *e, ps_err *err);
void	cms_enveloped_clear(struct cms_enveloped *e);
/* cms_enveloped_usable: PS_E_UNSUPPORTED when the cipher is unknown, or is not
 * one that this object may have (RFC 5083; forged AuthEnvelopedData). */
PS_MUST ps_code cms_enveloped_usable(const struct cms_enveloped *e, ps_err *err);

/* cms_enveloped_cipher_name: the row's name ("rc2-40-cbc"), else the dotted OID. */
const char *cms_enveloped_cipher_name(const struct cms_enveloped *e, char *out, size_t size);

/* --- writing --- */
struct cms_envelope_params {
	const struct cms_to *to;
	size_t		 nto;
	const struct ps_alg *cipher;	/* AEAD: AuthEnvelopedData */
	const struct ps_alg *derive;	/* PS_CEK_HKDF_SHA256 (RFC 9709), or NULL */
};
/* The content that is written becomes the plaintext. `p` outlives the writer.
 * CMS_KNOWN: the plaintext's length, exactly. */
PS_MUST ps_code cms_envelope_writer_open(ps_writer **out, ps_writer *dst,
    const struct cms_envelope_params *p, const struct cms_size *size, ps_err *err);

#endif
