/* SPDX-License-Identifier: ISC */
#ifndef PS_CMS_DIGESTED_H
#define PS_CMS_DIGESTED_H

/*
 * DigestedData (RFC 5652, 7): a content and its digest, which anybody can make
 * anew. It finds damage and proves nothing.
 */

#include "cms/cms.h"

struct cms_digested {
	struct ber	*ber;		/* borrowed: the shell's */
	uint64_t	 version;
	struct ps_buf	 algid_der;
	struct ps_algid	 algid;
	const struct ps_alg *digest;	/* NULL: unknown */
	struct cms_digests digests;
	struct cms_oid	 content_oid;
	ps_reader	*raw;
	ps_reader	*content;	/* watched by the digest */
	/* after cms_digested_finish */
	bool		 judged;	/* the digest is a known one */
	bool		 right;
};
/* cms_digested_open reads up to the content, which the caller reads to its end
 * before cms_digested_finish reads the digest. */
PS_MUST ps_code cms_digested_open(struct cms_digested *d, struct ber *ber, ps_err *err);
PS_MUST ps_code cms_digested_finish(struct cms_digested *d, ps_err *err);
void	cms_digested_clear(struct cms_digested *d);

#endif
