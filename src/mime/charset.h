/* SPDX-License-Identifier: ISC */
#ifndef PS_MIME_CHARSET_H
#define PS_MIME_CHARSET_H

#include <stdbool.h>

#include "base/buf.h"

/*
 * mime_to_utf8 appends `in`, which is in `charset` (any case), as UTF-8. What
 * is wrong in it becomes U+FFFD; NUL, CR and LF become spaces, so that a
 * decoded text can neither be cut nor begin a line of its own. *out_known is
 * false, and nothing appended, for a charset we do not read.
 */
PS_MUST ps_code mime_to_utf8(struct ps_buf *out, ps_slice charset, ps_slice in,
    bool *out_known, ps_err *err);
/* mime_charset_known: one of these; in each of them ASCII stands for itself. */
bool	mime_charset_known(const char *charset);
/* mime_from_utf8 appends the UTF-8 text `in` in `charset`. *out_fits is false, and
 * nothing appended, for another charset or a text that it cannot hold. */
PS_MUST ps_code mime_from_utf8(struct ps_buf *out, const char *charset, ps_slice in,
    bool *out_fits, ps_err *err);

#endif
