/* SPDX-License-Identifier: ISC */
#ifndef PS_SMIME_HIDE_H
#define PS_SMIME_HIDE_H

#include "mime/mime.h"
#include "policy/policy.h"

/*
 * ps_hide appends what stands outside in place of the body of `f` (RFC 9788, 3.2); *out_hidden
 * is false, and nothing appended, when the body stands there as it is: because
 * there is nothing to hide, or because it cannot be read for sure.
 */
PS_MUST ps_code ps_hide(enum ps_hide how, const struct mime_field *f,
    const struct ps_limits *limits, struct ps_buf *out, bool *out_hidden, ps_err *err);

#endif
