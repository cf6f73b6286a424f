/* SPDX-License-Identifier: ISC */
#ifndef PS_CMS_CAPABILITIES_H
#define PS_CMS_CAPABILITIES_H

/*
 * SMIMECapabilities (RFC 8551, 2.5.2): what a correspondent's program says
 * that it reads, in a signed attribute or in his certificate (RFC 4262).
 */

#include "crypto/alg.h"

struct cms_caps {
	bool		 any;			/* it names something that we know */
	bool		 can[PS_ALG_COUNT];	/* by enum ps_alg_id */
};

/* cms_caps_parse reads the element; what is not known, or is not ASN.1, announces
 * nothing. n == 0: nothing is announced. */
void	cms_caps_parse(struct cms_caps *out, ps_slice caps);
/* cms_caps_any: is any row of this kind announced? */
bool	cms_caps_any(const struct cms_caps *c, enum ps_alg_kind kind);
/* cms_caps_build writes what we announce. */
void	cms_caps_build(struct derw *w);

#endif
