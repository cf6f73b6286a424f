/* SPDX-License-Identifier: ISC */
#ifndef PS_CMS_AUTHENTICATED_H
#define PS_CMS_AUTHENTICATED_H

/*
 * AuthenticatedData (RFC 5652, 9): a content that anybody can read, with a
 * code that only those who have its key can make. All of them can, so it does
 * not tell which of them wrote.
 */

#include "cms/recipient_info.h"
#include "crypto/mac.h"

struct cms_authenticated {
	struct ber	*ber;		/* borrowed: the shell's */
	uint64_t	 version;
	struct cms_bag	 originator;
	struct cms_recipients recipients;
	struct ps_buf	 algs;		/* the two identifiers */
	struct ps_algid	 mac_algid, digest_algid;
	const struct ps_alg *mac;	/* PS_ALG_MAC row, NULL: unknown */
	const struct ps_alg *digest;	/* NULL: none or unknown */
	struct cms_oid	 content_oid;
	ps_reader	*content;	/* the octets; NULL: not in the message */
	/* after cms_authenticated_finish */
	struct ps_buf	 attrs;		/* as SET OF (0x31): what the code is over */
	struct ps_buf	 code;
};
/* cms_authenticated_open reads up to the content, which the caller then reads. */
PS_MUST ps_code cms_authenticated_open(struct cms_authenticated *a, struct ber *ber, ps_err *err);
/* cms_authenticated_finish reads what follows; after a rewind of the content
 * it may be called again. */
PS_MUST ps_code cms_authenticated_finish(struct cms_authenticated *a, ps_err *err);
void	cms_authenticated_clear(struct cms_authenticated *a);
/* cms_authenticated_usable: PS_E_UNSUPPORTED names what is not known here. */
PS_MUST ps_code cms_authenticated_usable(const struct cms_authenticated *a, ps_err *err);
/*
 * cms_authenticated_attrs judges the attributes against the content (its
 * digests, final, and first octet): PS_E_MALFORMED when they break their rules
 * or are missing where they must be, PS_E_DECRYPT when the content was changed.
 */
PS_MUST ps_code cms_authenticated_attrs(const struct cms_authenticated *a,
    const struct cms_digests *content, ps_err *err);

#endif
