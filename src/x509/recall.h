/* SPDX-License-Identifier: ISC */
#ifndef PS_X509_RECALL_H
#define PS_X509_RECALL_H

/*
 * What a context remembers from message to message: certificates that had a
 * trusted path, as they are when parsed, and what was found out about that path.
 *
 * A stranger's certificate never stays, so nobody who lacks a trusted path can
 * push out those who have one. Of these at most limits.known_certificates stay;
 * who was not met for longest goes first. For any number of threads.
 */

#include "base/ctx.h"
#include "x509/path.h"

struct ps_recall;

/* ps_recall_of makes it at first use; it goes with the context. NULL when memory
 * is out: then nothing is remembered, which is no error. */
struct ps_recall *ps_recall_of(ps_ctx *ctx);

/* ps_recall_find: one more reference to the certificate of these octets, NULL: it is
 * not known. */
ps_cert	*ps_recall_find(struct ps_recall *m, ps_slice der);
/* ps_recall_parse is ps_cert_parse, or one more reference to the certificate of
 * the same octets. `m` may be NULL. */
PS_MUST ps_code ps_recall_parse(struct ps_recall *m, ps_cert **out, ps_slice der, ps_err *err);

/* ps_recall_path: *out is as ps_path_check would make it, from what is
 * remembered. false: nothing is. */
bool	ps_recall_path(struct ps_recall *m, const struct ps_path_in *in, struct ps_path_out *out);
/* ps_recall_keep remembers a path without fault; others it leaves. */
void	ps_recall_keep(struct ps_recall *m, const struct ps_path_in *in,
	    const struct ps_path_out *out);
/* ps_recall_count: certificates that are remembered. For tests. */
size_t	ps_recall_count(struct ps_recall *m);

#endif
