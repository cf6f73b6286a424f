/* SPDX-License-Identifier: ISC */
#ifndef PS_CMS_MULTIPLE_H
#define PS_CMS_MULTIPLE_H

/* Several signatures of one person over one content (RFC 5752). */

#include "cms/signer_info.h"

/*
 * cms_multiple_missing: how many of the other signatures that signer `i` of `n` says he
 * made are not among them, or are with other signed attributes. 0 when he says nothing.
 * Each digest that is made for it takes one off *budget (limits.multiple); without, what
 * is not known by then is missing.
 */
PS_MUST ps_code cms_multiple_missing(const struct cms_signer *signer, size_t n, size_t i,
    uint64_t *budget, size_t *out, ps_err *err);

/* cms_multiple_attr appends the attribute of signer `i` of `n`, whose `who` says which of the
 * others are his; nothing when he signs once. */
PS_MUST ps_code cms_multiple_attr(const struct cms_signing *signer, size_t n, size_t i,
    const struct cms_signing_of *of, struct ps_buf *out, ps_err *err);

#endif
