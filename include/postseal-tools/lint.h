/* SPDX-License-Identifier: ISC */
#ifndef POSTSEAL_TOOLS_LINT_H
#define POSTSEAL_TOOLS_LINT_H

/*
 * Certificates against the rules: RFC 5280 and 8550, and the CA/Browser
 * Forum's profile for S/MIME. For our programs; not installed.
 */

#include <postseal/stream.h>

/* How a report is written. */
enum { PS_LINT_TEXT = 0, PS_LINT_JSON = 1 };

/*
 * ps_lint_file judges each certificate in `path` (PEM, DER, PKCS#7) and writes
 * the report to `out`: text for people, or one JSON object a certificate.
 * `profile`: "mailbox-strict" and its kin (type-generation), "none" for the RFCs
 * alone, NULL: what the certificate's policies say. `all`: notices too.
 * *out_bad: at least one error was found. PS_E_NOT_FOUND: no such profile.
 */
PS_MUST ps_code ps_lint_file(const char *path, const char *profile, int form, int all,
    ps_writer *out, int *out_bad, ps_err *err);

#endif
