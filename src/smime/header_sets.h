/* SPDX-License-Identifier: ISC */
#ifndef PS_SMIME_HEADER_SETS_H
#define PS_SMIME_HEADER_SETS_H

/*
 * What stands in the protected header section and what stands outside, as
 * sets of fields (RFC 9788, 2 and 4).
 */

#include "mime/mime.h"

/* How the fields of the payload's root came to be protected; names as in JSON. */
#define PS_HP_MODES(X) \
	X(NONE,		"none") \
	X(CLEAR,	"clear")	/* hp="clear", or "cipher" without encryption */ \
	X(CIPHER,	"cipher") \
	X(WRAPPED,	"rfc8551")	/* a message/rfc822 around all */ \
	X(DRAFT,	"draft")	/* protected-headers="v1" */
enum ps_hp {
#define X(id, name)	PS_HP_##id,
	PS_HP_MODES(X)
#undef X
};
const char *ps_hp_name(enum ps_hp mode);

/* ps_headers_is_transit: transport adds such a field on the way, so it counts from outside;
 * ps_headers_is_trace: and nobody but transport writes it. */
bool	ps_headers_is_transit(ps_slice name);
bool	ps_headers_is_trace(ps_slice name);

struct ps_names {
	char	**name;
	size_t	 n;
};
void	ps_names_clear(struct ps_names *n);

struct ps_layer;
struct ps_headers {
	enum ps_hp	 mode;
	bool		 encrypted;	/* in an encrypting layer of the envelope */
	bool		 partial;	/* fields that are not in it count from outside */
	struct ps_layer	*layer;		/* the payload's root */
	struct ps_names	 covered;	/* in the protected section: once each, in order */
	char		**sorted;	/* the same names, borrowed */
	struct ps_names	 confidential;	/* of these: nobody outside could read them */
	struct ps_names	 differing;	/* of these: outside stands something else */
	struct mime_mailboxes from_outer;
	bool		 from_differs;	/* the addresses, not the names beside them */
};
void	ps_headers_clear(struct ps_headers *h);
/* ps_headers_cover: does the protected section have such a field? */
bool	ps_headers_cover(const struct ps_headers *h, ps_slice name);

/*
 * ps_headers_compare fills the three lists by `out->mode` and `out->encrypted`.
 * `outer` is the section of the mail, NULL when there is none; the caller
 * has set from_differs.
 */
PS_MUST ps_code ps_headers_compare(struct ps_headers *out, const struct mime_header *payload,
    const struct mime_header *outer, ps_err *err);

#endif
