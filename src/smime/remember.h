/* SPDX-License-Identifier: ISC */
#ifndef PS_SMIME_REMEMBER_H
#define PS_SMIME_REMEMBER_H

/* What the store gives to a verdict, and what it learns from it. */

#include "cms/attributes.h"
#include "smime/opening.h"

/* opening_mark computes by what a signature is known again. */
PS_MUST ps_code opening_mark(struct opening *o, struct ps_signature *sig,
    const struct cms_signer *s, ps_err *err);
/* opening_received: when was this signature first found valid? INT64_MIN: never. */
PS_MUST ps_code opening_received(struct opening *o, const struct ps_signature *sig, int64_t *out,
    ps_err *err);
/*
 * opening_remember tells of each valid signature whether its certificate was seen before,
 * and lets the store learn from it. Nothing is learnt under a clock that somebody set.
 */
PS_MUST ps_code opening_remember(ps_opener *op, ps_verdict *v, ps_err *err);

/* ps_signature_says reads the attributes of a signature that says when it was made, unless
 * that is in the future: then newer ones would never count. */
bool	ps_signature_says(const struct ps_signature *s, int64_t now, struct cms_attrs *out);
/* ps_signature_prefers: RFC 8551, 2.5.3: one of the certificates that came along, borrowed;
 * NULL: none. */
ps_cert	*ps_signature_prefers(const struct ps_signature *s, const struct cms_attrs *attrs);

#endif
