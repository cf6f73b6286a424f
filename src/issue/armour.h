/* SPDX-License-Identifier: ISC */
#ifndef PS_ISSUE_ARMOUR_H
#define PS_ISSUE_ARMOUR_H

#include "base/buf.h"

enum { ISSUE_FILE_MAX = 1 << 20 };	/* requests and the like are far smaller */

/* issue_armour_load reads a file that is DER, or PEM with one of the labels (ended by
 * NULL), the first such block. PS_E_MALFORMED when it is neither. */
PS_MUST ps_code issue_armour_load(struct ps_buf *out, const char *path,
    const char *const *labels, ps_err *err);

#endif
