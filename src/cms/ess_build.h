/* SPDX-License-Identifier: ISC */
#ifndef PS_CMS_ESS_BUILD_H
#define PS_CMS_ESS_BUILD_H

/*
 * Enhanced security services (RFC 2634), written: each call appends one whole
 * signed attribute, so that several can stand one after another and go to every
 * signer alike.
 */

#include "cms/ess.h"

struct cms_request_in {
	ps_slice	 id;		/* signedContentIdentifier */
	enum cms_receipts_from from;
	const char *const *from_list;	/* addresses in ASCII, with CMS_FROM_LIST */
	size_t		 nfrom;
	const char *const *to;		/* addresses in ASCII, 1 to CMS_RECEIPTS_TO */
	size_t		 nto;
};
void	cms_ess_build_request(struct derw *w, const struct cms_request_in *in);
void	cms_ess_build_id(struct derw *w, ps_slice id);
/* `type`: value octets of the OID of the innermost content. */
void	cms_ess_build_hint(struct derw *w, ps_slice type);
void	cms_ess_build_digest(struct derw *w, ps_slice msg_sig_digest);
/* `mark` in UTF-8, n == 0: none; `classification` < 0: none. */
void	cms_ess_build_label(struct derw *w, ps_slice policy, int classification, ps_slice mark);
/* cms_ess_carry copies from the inside of signedAttrs what a list hands on: all but
 * what each signer says of himself, and the history (RFC 2634, 4.2). */
void	cms_ess_carry(struct derw *w, ps_slice inside);
/*
 * cms_ess_build_history: `before` are the MLData that were there, one after
 * another; the new one names the list by `cert`. `receipts`: CMS_ML_KEEP carries
 * on the policy of the last one, which is what a reader looks at (RFC 2634, 4.3).
 */
void	cms_ess_build_history(struct derw *w, ps_slice before, ps_cert *cert, int64_t at,
	    enum cms_ml_receipts receipts);

#endif
