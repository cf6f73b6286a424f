/* SPDX-License-Identifier: ISC */
#ifndef PS_CMS_ESS_H
#define PS_CMS_ESS_H

/*
 * Enhanced security services (RFC 2634): what a signer asks of the reader, and
 * what mailing lists add. Read and shown; what a verdict makes of them is said
 * in smime/judge_ess.c.
 */

#include "cms/attributes.h"

enum { CMS_CATEGORIES = 64, CMS_EXPANSIONS = 64, CMS_RECEIPTS_TO = 16,
	CMS_CLASSIFICATION_MAX = 256, CMS_MARK_MAX = 128 };

struct cms_label {
	ps_slice	 whole;		/* the element: equal labels are equal octets */
	ps_slice	 policy;	/* OID */
	bool		 has_classification;
	uint64_t	 classification;
	ps_slice	 mark;		/* privacy mark, PrintableString or UTF8String */
	ps_slice	 category[CMS_CATEGORIES];	/* OIDs */
	size_t		 ncategory;
};

/* One mailing list that the message passed. */
enum cms_ml_receipts { CMS_ML_KEEP, CMS_ML_NONE, CMS_ML_INSTEAD, CMS_ML_ADDITION };
struct cms_expansion {
	struct cms_id	 list;
	int64_t		 at;
	enum cms_ml_receipts receipts;
	ps_slice	 policy;	/* its element; n == 0: none */
	ps_slice	 to;		/* of INSTEAD and ADDITION: GeneralNames in a row */
};

enum cms_receipts_from { CMS_FROM_ALL, CMS_FROM_FIRST_TIER, CMS_FROM_LIST };

/* Slices point into what was parsed; n == 0: absent. */
struct cms_ess {
	bool		 any;
	const char	*broken;	/* the attribute that cannot be read; NULL: none */
	ps_slice	 receipt;	/* the request, its element */
	ps_slice	 receipt_id;
	enum cms_receipts_from receipts_from;
	ps_slice	 from_list;	/* GeneralNames, one after another */
	ps_slice	 to_list;
	struct cms_label label;
	ps_slice	 equivalents;	/* labels, one after another */
	ps_slice	 expansions;	/* MLData, one after another */
	ps_slice	 msg_sig_digest;
	ps_slice	 hint;		/* contentDescription, UTF-8 */
	ps_slice	 hint_type;	/* OID */
	ps_slice	 content_id;
	ps_slice	 reference;	/* signedContentIdentifier */
};

/* cms_ess_parse reads the inside of signedAttrs. */
void	cms_ess_parse(struct cms_ess *out, ps_slice inside);
/* Each takes the next one off `list`; false at its end and at what cannot be read. */
bool	cms_ess_next_label(ps_slice *list, struct cms_label *out);
bool	cms_ess_next_expansion(ps_slice *list, struct cms_expansion *out);
/* cms_ess_next_address: the next rfc822Name of GeneralNames in a row. */
bool	cms_ess_next_address(ps_slice *list, ps_slice *out);
/* cms_ess_classification_name: "unmarked" to "top-secret" (RFC 2634, 3.2); NULL: the
 * policy's own. */
const char *cms_ess_classification_name(uint64_t classification);
/* cms_ess_signed_only: must this attribute be signed (RFC 2634, 1.3.4)? */
bool	cms_ess_signed_only(ps_slice oid);

#endif
