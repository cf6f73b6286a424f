/* SPDX-License-Identifier: ISC */
#ifndef POSTSEAL_POLICY_H
#define POSTSEAL_POLICY_H

/* What is allowed: an object, not conditions spread over a program. */

#include <postseal/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ps_policy ps_policy;

/* ps_policy_new copies the built-in policy `name`: "default", "strict" or
 * "legacy-read"; PS_E_NOT_FOUND for another. */
PS_API PS_MUST ps_code ps_policy_new(ps_policy **out, const char *name, ps_err *err);
PS_API void ps_policy_free(ps_policy *p);
/*
 * ps_policy_set changes one row, as a line of a policy file does: section
 * "digest", "signature", "cipher", "recipient", "key" or "rules"; key an
 * algorithm's name ("sha1", "aes-256-gcm", "rsa") or a rule's; value "good", "weak",
 * "refused" (`read=weak send=refused until=2030-12-31 bits=2048` in any mix), or the rule's value.
 * PS_E_NOT_FOUND and PS_E_MALFORMED name what is wrong. It cannot make an algorithm that is
 * broken good for sending: that needs a call with insecure in its name.
 */
PS_API PS_MUST ps_code ps_policy_set(ps_policy *p, const char *section, const char *key,
    const char *value, ps_err *err);

#ifdef __cplusplus
}
#endif

#endif
