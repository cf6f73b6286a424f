/* SPDX-License-Identifier: ISC */
#ifndef PS_CMS_SIGNER_INFO_H
#define PS_CMS_SIGNER_INFO_H

/* SignerInfo (RFC 5652, 5.3): one signer, judged alone. */

#include "cms/attributes.h"

struct cms_signer {
	struct ps_buf	 der;		/* the element; the slices point into it */
	uint64_t	 version;
	struct cms_id	 sid;
	struct ps_algid	 digest, sig;
	bool		 has_attrs;
	ps_slice	 attrs;		/* the element, identifier [0] */
	ps_slice	 attrs_inside;
	struct cms_attrs parsed;	/* when has_attrs */
	ps_slice	 signature;
	ps_slice	 unsigned_inside;	/* n == 0: none */
};

/* cms_signer_parse takes what is in s->der apart. */
PS_MUST ps_code cms_signer_parse(struct cms_signer *s, ps_err *err);
void	cms_signer_clear(struct cms_signer *s);

/* What the octets say of one signature; the certificate's worth is another
 * question. Codes are stable: they are the reasons in the verdict. */
enum cms_check {
	CMS_CHECK_GOOD,
	CMS_CHECK_GOOD_NO_ATTRS,	/* right, but without signed attributes */
	CMS_CHECK_CONTENT_CHANGED,
	CMS_CHECK_SIGNATURE_WRONG,
	CMS_CHECK_ATTRIBUTES,		/* signed attributes break RFC 5652, 11 */
	CMS_CHECK_CONTENT_TYPE,
	CMS_CHECK_ALGORITHM_CHANGED,	/* RFC 6211 */
	CMS_CHECK_OTHER_CERT,		/* RFC 5035 */
	CMS_CHECK_CONFUSION,		/* content that is signed attributes (STANDARDS A1) */
	CMS_CHECK_UNKNOWN_DIGEST,
	CMS_CHECK_UNKNOWN_SIGNATURE,
	CMS_CHECK_DIGEST_NOT_MADE,	/* the digest it wants was not computed */
	CMS_CHECK_TOO_LARGE,		/* wants the content whole */
	CMS_CHECK_OLD_LIBRARY,		/* the crypto library does not have the algorithm */
	CMS_CHECK_KEY_UNREADABLE
};

/* cms_signer_signs_content: the signature is over the content itself and not over a digest
 * of it: no signed attributes, and an algorithm that takes the message. */
bool	cms_signer_signs_content(const struct cms_signer *s);
/* cms_signer_octets appends what is signed: the attributes as a SET OF in DER. */
PS_MUST ps_code cms_signer_octets(ps_slice attrs_inside, struct ps_buf *out, ps_err *err);

struct cms_check_in {
	const struct cms_signer *signer;
	ps_cert		*cert;
	const struct cms_digests *digests;	/* final, over the content */
	ps_slice	 content_type;	/* OID's value octets */
};
struct cms_check_out {
	enum cms_check	 result;
	struct ps_sigspec spec;		/* set unless UNKNOWN_*: spec.sig may be NULL */
	bool		 not_der;	/* signed attributes were not DER */
};
/* cms_signer_check verifies; a wrong signature is a result, not an error. */
PS_MUST ps_code cms_signer_check(const struct cms_check_in *in, struct cms_check_out *out,
    ps_err *err);

/* A signer when we sign. */
struct cms_signing {
	ps_cert		*cert;
	struct ps_key	*key;
	struct ps_sigspec spec;
	ps_cert		*prefer;	/* that others encrypt to; NULL: nothing is said */
	bool		 by_ski;
	unsigned	 who;		/* alike for signatures of one person; 0: he signs once */
};
/*
 * cms_stamp_fn appends to `token` a time-stamp token (a ContentInfo, RFC 3161)
 * over the octets of a signature that was just made.
 */
typedef ps_code (*cms_stamp_fn)(void *arg, ps_slice signature, struct ps_buf *token,
    ps_err *err);
/* What all signers of one content say alike. */
struct cms_signing_of {
	const struct cms_digests *digests;	/* final */
	ps_slice	 content_type;	/* OID's value octets */
	int64_t		 signing_time;
	ps_slice	 attrs;		/* more signed attributes, one after another */
	cms_stamp_fn	 stamp;		/* NULL: no time-stamps */
	void		*stamp_arg;
};
/* cms_signer_attrs writes what a signer signs: the attributes as a SET OF. */
PS_MUST ps_code cms_signer_attrs(const struct cms_signing *by, const struct cms_signing_of *of,
    struct ps_buf *set, ps_err *err);
/* cms_signer_build writes a SignerInfo. */
PS_MUST ps_code cms_signer_build(const struct cms_signing *by, const struct cms_signing_of *of,
    struct ps_buf *out, ps_err *err);

#endif
