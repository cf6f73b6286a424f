/* SPDX-License-Identifier: ISC */
#ifndef PS_CMS_ATTRIBUTES_H
#define PS_CMS_ATTRIBUTES_H

/* The attributes of a SignerInfo (RFC 5652, 11; STANDARDS 2.2, 3.2). */

#include "cms/cms.h"

enum { CMS_ATTRS_SHOWN = 32 };

struct cms_attrs {
	ps_slice	 content_type;	/* OID's value octets */
	ps_slice	 message_digest;
	bool		 has_time, has_protection, has_cert, has_caps;
	int64_t		 signing_time;
	bool		 has_binary_time;
	int64_t		 binary_time;
	struct ps_algid	 protect_digest, protect_sig;
	bool		 protect_mac;	/* names a MAC instead: not for us */
	/* signingCertificate and V2; cert_hash[i].p == NULL: not there */
	const struct ps_alg *cert_digest[2];	/* NULL: unknown */
	ps_slice	 cert_hash[2];
	ps_slice	 caps;		/* SMIMECapabilities, the element */
	ps_slice	 multiple;	/* values of multipleSignatures, one after another */
	struct cms_id	 prefer;	/* encryption key preference (RFC 8551, 2.5.3) */
	/* Every attribute's OID (value octets), in order, for a person. */
	ps_slice	 shown[CMS_ATTRS_SHOWN];
	size_t		 nshown;
	/* What breaks the rules: a static text for the reason, NULL: nothing. */
	const char	*broken;
};

/*
 * cms_attrs_parse reads the inside of signedAttrs. Rules that make a signature
 * fail (a single-valued attribute twice or with two values, contentType or
 * messageDigest missing) are told in `broken`; only what is not ASN.1 fails.
 */
PS_MUST ps_code cms_attrs_parse(struct cms_attrs *out, ps_slice inside, ps_err *err);
/* cms_attr_oid: the value octets of the attribute of this name, which is known. */
ps_slice cms_attr_oid(const char *name);
/* cms_attr_name names an attribute by its OID; NULL: unknown. */
const char *cms_attr_name(ps_slice oid);

/* What goes into signedAttrs when we sign. */
struct cms_attrs_in {
	ps_slice	 content_type;	/* OID's value octets */
	ps_slice	 message_digest;
	int64_t		 signing_time;
	const struct ps_sigspec *spec;
	ps_cert		*cert;
	ps_cert		*prefer;	/* to encrypt to; NULL: nothing is said */
	ps_slice	 more;		/* whole attributes, one after another */
};
/* cms_attrs_build writes the SET OF (identifier 0x31), sorted: what is signed. */
PS_MUST ps_code cms_attrs_build(const struct cms_attrs_in *in, struct ps_buf *out, ps_err *err);

#endif
