/* SPDX-License-Identifier: ISC */
#ifndef PS_CMS_CMS_H
#define PS_CMS_CMS_H

/*
 * The Cryptographic Message Syntax (RFC 5652, 5083), read by pull and written
 * by push. One object a file; this header holds what they share: content
 * types, the outer ContentInfo, the set of digests over a content, the bag of
 * certificates.
 */

#include "base/buf.h"
#include "base/ctx.h"
#include "crypto/digest.h"
#include "der/ber.h"
#include "x509/cert.h"

/* --- content types (STANDARDS 3.1) --- */
enum cms_type {
	CMS_UNKNOWN,
	CMS_DATA,
	CMS_SIGNED,
	CMS_ENVELOPED,
	CMS_SIGNED_AND_ENVELOPED,
	CMS_DIGESTED,
	CMS_ENCRYPTED,
	CMS_AUTHENTICATED,
	CMS_COMPRESSED,
	CMS_AUTH_ENVELOPED,
	CMS_RECEIPT,
	CMS_TST_INFO
};

struct cms_oid {
	uint8_t	 p[32];
	size_t	 n;
};

enum cms_type cms_type_of(ps_slice oid);
ps_slice cms_type_oid(enum cms_type type);
/* "signed-data", "enveloped-data", ...: in JSON and for people. */
const char *cms_type_name(enum cms_type type);
/* cms_type_text: the name, or the dotted OID of an unknown type. */
const char *cms_type_text(const struct cms_oid *oid, char *out, size_t size);

/* --- ContentInfo --- */
struct cms_shell {
	struct ber	 ber;
	struct cms_oid	 oid;
	enum cms_type	 type;
	bool		 bare;		/* without ContentInfo around it */
};
/* cms_shell_open enters ContentInfo and its [0]; the object comes next. */
PS_MUST ps_code cms_shell_open(struct cms_shell *s, ps_reader *src,
    const struct ps_limits *limits, ps_err *err);
/* cms_shell_bare: the object stands alone, as the content of one that names its
 * type (RFC 5652, 5.2). */
void	cms_shell_bare(struct cms_shell *s, ps_reader *src, enum cms_type type,
    const struct ps_limits *limits);
/* cms_shell_close leaves both and checks what trails. */
PS_MUST ps_code cms_shell_close(struct cms_shell *s, ps_err *err);

/* --- digests over one content --- */
struct cms_digests {
	struct ps_digest *d[8];
	uint8_t		 value[8][PS_DIGEST_MAX];
	size_t		 n;
	bool		 final;
	uint64_t	 length;	/* octets seen */
	uint8_t		 first;		/* octet */
	/* For who signed the content itself: all of it, up to `keep` octets; more: none of
	 * it. 0: nobody did. */
	uint64_t	 keep;
	struct ps_buf	 whole;
};
/* cms_digests_add starts `alg` unless it is there; more than eight: ignored. */
PS_MUST ps_code cms_digests_add(struct cms_digests *s, const struct ps_alg *alg, ps_err *err);
/* cms_digests_look is a ps_look_fn; `arg` is the set. */
ps_code	cms_digests_look(void *arg, ps_slice in, ps_err *err);
PS_MUST ps_code cms_digests_final(struct cms_digests *s, ps_err *err);
/* n == 0: this one was not computed. */
ps_slice cms_digests_get(const struct cms_digests *s, const struct ps_alg *alg);
/* cms_digests_whole: false when the content was not kept, or not all of it. */
bool	cms_digests_whole(const struct cms_digests *s, ps_slice *out);
void	cms_digests_clear(struct cms_digests *s);

/* --- certificates and revocation lists that a message carries --- */
struct ps_recall;
struct cms_bag {
	struct ps_recall *recall;	/* who is known already; NULL: nobody */
	ps_cert		**cert;
	size_t		 ncert;
	struct ps_buf	*crl;
	size_t		 ncrl;
	unsigned	 skipped;	/* entries that are not certificates or cannot be read */
	unsigned	 nattribute;	/* of these attribute certificates */
	struct ps_buf	*ocsp;		/* OCSPResponses (RFC 5940) */
	size_t		 nocsp;
};
/* cms_bag_read reads a [tag] IMPLICIT set of CertificateChoices or of
 * RevocationInfoChoices if it comes next. */
PS_MUST ps_code cms_bag_read_certs(struct cms_bag *b, struct ber *ber, ps_err *err);
PS_MUST ps_code cms_bag_read_crls(struct cms_bag *b, struct ber *ber, ps_err *err);
PS_MUST ps_code cms_bag_add(struct cms_bag *b, ps_cert *take, ps_err *err);
void	cms_bag_clear(struct cms_bag *b);

/* --- who: issuerAndSerialNumber or subjectKeyIdentifier --- */
struct cms_id {
	ps_slice	 issuer, serial;	/* n == 0: not this form */
	ps_slice	 ski;
};
/* cms_id_parse reads SignerIdentifier or RecipientIdentifier: SEQUENCE or [0]. */
struct cms_id cms_id_parse(struct der *in);
/* cms_id_parse_serial reads IssuerAndSerialNumber's inside. */
void	cms_id_parse_serial(struct der *in, uint32_t tag, struct cms_id *out);
bool	cms_id_names(const struct cms_id *id, ps_cert *cert);
/* cms_id_build writes the form; by SKI only when the certificate has one. */
void	cms_id_build(struct derw *w, ps_cert *cert, bool by_ski);
/* The same for an rKeyId-like [tag] around the SKI. */

#endif
