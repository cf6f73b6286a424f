/* SPDX-License-Identifier: ISC */
#ifndef PS_ISSUE_WORDS_H
#define PS_ISSUE_WORDS_H

#include "base/words.h"

/* --- lint (what it finds stands in lint_rules.h) --- */
#define W_ISSUE_LINT_READ PS_N_("this is no certificate that could be judged")
#define W_ISSUE_LINT_PROFILE PS_N_("there is no profile {name}; it is none, or one of mailbox, organization, sponsor and individual, a hyphen, and legacy, multipurpose or strict")
#define W_ISSUE_LINT_EMPTY PS_N_("{path} holds no certificate")

#endif
