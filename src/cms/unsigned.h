/* SPDX-License-Identifier: ISC */
#ifndef PS_CMS_UNSIGNED_H
#define PS_CMS_UNSIGNED_H

/*
 * Unsigned attributes: anybody may add and take away any of them, so nothing
 * but what proves itself is read: counter-signatures and time-stamps.
 */

#include "cms/signer_info.h"

enum { CMS_COUNTERS = 8, CMS_STAMPS = 4, CMS_UNSIGNED_SHOWN = 16 };
struct cms_unsigned {
	ps_slice	 counter[CMS_COUNTERS];	/* SignerInfo elements */
	size_t		 ncounter;
	ps_slice	 stamp[CMS_STAMPS];	/* ContentInfo elements */
	size_t		 nstamp;
	ps_slice	 shown[CMS_UNSIGNED_SHOWN];	/* OIDs, for a person */
	size_t		 nshown;
};

/* cms_unsigned_parse takes the inside of unsignedAttrs; slices point into it. What
 * cannot be read, or is too much, is as if it were not there. */
void	cms_unsigned_parse(struct cms_unsigned *out, ps_slice inside);

/*
 * cms_counter_parse reads a counter-signature (RFC 5652, 11.4): s->der holds it.
 * Its signed attributes have no content-type; `broken` says so otherwise.
 */
PS_MUST ps_code cms_counter_parse(struct cms_signer *s, ps_err *err);
/* cms_counter_check verifies it over the octets of the signature it stands by. */
PS_MUST ps_code cms_counter_check(const struct cms_signer *s, ps_cert *cert, ps_slice signature,
    struct cms_check_out *out, ps_err *err);

#endif
