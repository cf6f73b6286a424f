/* SPDX-License-Identifier: ISC */
#ifndef PS_SMIME_RECALL_H
#define PS_SMIME_RECALL_H

/*
 * What the setup takes out of the store, when it is first asked for: each does
 * nothing without one, and adds nothing that is there already.
 */

#include "smime/setup.h"

/* ps_recall_soften: of a store that fails with `why`, an opener does without (PS_OK);
 * memory that ran out, and a protector's failure, stay failures. */
PS_MUST ps_code ps_recall_soften(struct ps_setup *s, ps_code code, const ps_err *why,
    ps_err *err);

/* Certificates that name an address. */
PS_MUST ps_code ps_recall_address(struct ps_setup *s, const char *address, ps_err *err);
/* The certificate that a signature names. */
PS_MUST ps_code ps_recall_signer(struct ps_setup *s, const struct cms_id *id, ps_err *err);
/* The issuers of a certificate, up to a root, but for those in `more` (may be NULL). */
PS_MUST ps_code ps_recall_issuers(struct ps_setup *s, const ps_cert *of,
    const struct cms_bag *more, ps_err *err);
/* The store's anchors, once. */
PS_MUST ps_code ps_recall_anchors(struct ps_setup *s, ps_err *err);
/* Those of our keys that a message names, unlocked; *out_any: there were more than before. */
PS_MUST ps_code ps_recall_keys(struct ps_setup *s, const struct cms_recipients *r, bool *out_any,
    ps_err *err);
/* The newest identity of an address (NULL: the chosen one, or the only one) for each
 * purpose; `unlock`: what signs is made ready to. */
PS_MUST ps_code ps_recall_identity(struct ps_setup *s, const char *address, bool unlock,
    ps_err *err);

#endif
