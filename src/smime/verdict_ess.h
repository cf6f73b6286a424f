/* SPDX-License-Identifier: ISC */
#ifndef PS_SMIME_VERDICT_ESS_H
#define PS_SMIME_VERDICT_ESS_H

/* Enhanced security services for a person and as JSON. */

#include "base/json.h"
#include "smime/verdict.h"

/* ps_ess_json writes an object, or null when there are none. */
void	ps_ess_json(struct ps_json *j, const struct cms_ess *e);
/* ps_ess_facts calls `put` with each fact, escaped. */
typedef void (*ps_fact_fn)(void *arg, const char *name, const char *text);
void	ps_ess_facts(const struct cms_ess *e, ps_fact_fn put, void *arg);

/* ps_receipt_json writes the key "receipt" too. */
void	ps_receipt_json(struct ps_json *j, const struct ps_receipt_found *r);

#endif
