/* SPDX-License-Identifier: ISC */
#ifndef PS_CMS_RECIPIENT_INFO_H
#define PS_CMS_RECIPIENT_INFO_H

/*
 * RecipientInfo (RFC 5652, 6.2): who can open a message, and the trial of our
 * keys. All are kept as octets; one is taken apart only when it is shown or
 * may be ours.
 */

#include "cms/cms.h"
#include "crypto/cipher.h"
#include "crypto/envelope.h"

enum cms_recipient_kind { CMS_KTRI, CMS_KARI, CMS_KEK, CMS_PASSWORD, CMS_KEM, CMS_OTHER };
const char *cms_recipient_kind_name(enum cms_recipient_kind k);

struct cms_recipients {
	struct ps_buf	 der;		/* the elements, one after another */
	size_t		*at;		/* where each begins */
	size_t		 n, room;
};
/* cms_recipients_read reads the SET OF that comes next. */
PS_MUST ps_code cms_recipients_read(struct cms_recipients *r, struct ber *ber, ps_err *err);
void	cms_recipients_clear(struct cms_recipients *r);

/* One RecipientInfo taken apart. A kari names several keys: `nid` of them, in
 * order; the others one (password: none). */
enum { CMS_KARI_IDS = 16 };
struct cms_recipient {
	enum cms_recipient_kind kind;
	struct cms_id	 id[CMS_KARI_IDS];
	ps_slice	 encrypted[CMS_KARI_IDS];
	size_t		 nid;		/* what is shown of a longer list */
	ps_slice	 key_id;	/* kek */
	struct ps_algid	 algorithm;	/* keyEncryptionAlgorithm */
	struct ps_algid	 kdf;		/* password */
	bool		 has_kdf;
	ps_slice	 originator;	/* kari: OriginatorPublicKey [1]; n == 0: by name */
	struct cms_id	 originator_id;	/* kari: whose certificate has the key */
	struct ps_kem	 kem;		/* kem; `id` names the recipient */
	ps_slice	 ukm;
	ps_slice	 list;		/* kari: RecipientEncryptedKeys, the element */
	ps_slice	 other_type;	/* ori: OID */
};
/* cms_kem_type: id-ori-kem (RFC 9629, 3). */
ps_slice cms_kem_type(void);
/* cms_recipient_block: the octets of one; borrowed. */
ps_slice cms_recipient_block(const struct cms_recipients *r, size_t i);
/* cms_recipient_parse: a form that cannot be read is CMS_OTHER, not an error. */
void	cms_recipient_parse(const struct cms_recipients *r, size_t i, struct cms_recipient *out);

/* cms_recipient_wrap: what keeps the content's key: a wrap, with a password the
 * cipher of its wrap; NULL: neither, or one that we do not know. */
const struct ps_alg *cms_recipient_wrap(const struct cms_recipient *r);

/* cms_recipients_names calls `see` for each certificate or key that is named, those of long
 * lists too, until it fails. */
typedef ps_code (*cms_name_fn)(void *arg, const struct cms_id *id, ps_err *err);
PS_MUST ps_code cms_recipients_names(const struct cms_recipients *r, cms_name_fn see, void *arg,
    ps_err *err);

/* --- ours --- */

/* A certificate and its private key; NULL: it is not at hand. */
struct cms_identity {
	ps_cert		*cert;
	struct ps_key	*key;
};
struct cms_keys {
	const struct cms_identity *identity;
	size_t		 nidentity;
	ps_secret *const *password;
	size_t		 npassword;
	ps_secret *const *kek;
	size_t		 nkek;
	/* Where the certificate of a static originator may be. */
	ps_cert *const	*known;
	size_t		 nknown;
	const struct cms_bag *sent;	/* with the message; may be NULL */
};

/*
 * cms_recipients_try goes on from *place (0 at first) and unwraps with the
 * next RecipientInfo that names one of our keys (or takes a password):
 * PS_OK with *out_cek, *out_which (index of the RecipientInfo), *place moved
 * on; PS_E_NO_KEY when none is left and none fitted, PS_E_UNSUPPORTED when
 * those that did ask for what we lack, PS_E_DECRYPT when they failed. At most
 * limits->key_tries for each key, and limits->kdf_iterations for all passwords
 * together: what was spent before stands in `rounds`.
 */
struct cms_try {
	size_t		 place;		/* next RecipientInfo */
	size_t		 key;		/* next key, password or kek for it */
	size_t		 ntried;
	uint64_t	 rounds;	/* of key derivation, spent on this message */
	bool		 fitted;
	bool		 unsupported;	/* so far nothing but that */
};
PS_MUST ps_code cms_recipients_try(const struct cms_recipients *r, const struct cms_keys *keys,
    size_t cek_size, const struct ps_limits *limits, struct cms_try *t, ps_secret *out_cek,
    size_t *out_which, ps_err *err);

/* --- writing --- */

struct cms_to {
	ps_cert		*cert;		/* NULL: a password or a kek */
	const ps_secret	*password, *kek;
	/* For an RSA key PS_RSA_PKCS1, PS_RSA_OAEP or PS_KEM_RSA; a key of ML-KEM has no choice. */
	const struct ps_alg *transport;
	const struct ps_alg *agreement;	/* for a key that agrees; NULL: by its strength */
	bool		 by_ski;
};
/*
 * cms_recipients_build appends a RecipientInfo for each of `to`. Recipients of one
 * curve share an ephemeral key. `out_version`: of the EnvelopedData (RFC 5652, 6.1).
 */
PS_MUST ps_code cms_recipients_build(const struct cms_to *to, size_t n, ps_slice cek,
    struct ps_buf *out, unsigned *out_version, ps_err *err);

#endif
