/* SPDX-License-Identifier: ISC */
#ifndef PS_ISSUE_LINT_REPORT_H
#define PS_ISSUE_LINT_REPORT_H

/* How findings are told. */

#include "issue/lint.h"

struct lint_form {
	const char	*path;
	bool		 json;
	bool		 all;		/* notices and information too */
};

/* lint_report writes the report about certificate `i` of the file. *out_bad is
 * set when there was an error. */
PS_MUST ps_code lint_report(const struct lint *l, const struct lint_form *form, size_t i,
    ps_writer *out, int *out_bad, ps_err *err);
/* lint_profile_name: "mailbox-strict", NULL when there is no profile. */
const char *lint_profile_name(const struct lint *l, char *out, size_t size);

#endif
