/* SPDX-License-Identifier: ISC */
#ifndef PS_ISSUE_RECORD_H
#define PS_ISSUE_RECORD_H

/* What an authority did: a store's log, which only grows. */

#include <postseal/store.h>

#include "base/buf.h"

struct record {
	ps_store	*store;
	int		 lock;		/* of the folder; -1: none */
};

/* Why a certificate is revoked (RFC 5280, 5.3.1). */
struct revocation {
	char		 serial[48];	/* lower-case hex */
	int64_t		 at;
	unsigned	 reason;
};

/*
 * record_open opens DIR/ca.db. `write`: nobody else works for this authority until
 * record_close; waits 30 seconds for others, then PS_E_TEMPORARY. PS_E_NOT_FOUND: there
 * is no authority, unless `make`, which makes the folder too.
 */
PS_MUST ps_code record_open(struct record *out, const char *dir, bool write, bool make,
    ps_err *err);
void	record_close(struct record *r);

/* Settings: the last one of a name counts. *out stays empty when there is none. */
PS_MUST ps_code record_set(struct record *r, const char *name, const char *value, ps_err *err);
PS_MUST ps_code record_get(struct record *r, const char *name, struct ps_buf *out, ps_err *err);

/* record_cert puts down a certificate before it is given away. */
PS_MUST ps_code record_cert(struct record *r, const ps_cert *c, ps_err *err);
/* record_each_cert: all, those of an address, or the one with a serial number. */
typedef ps_code (*record_cert_fn)(void *arg, ps_cert *c, ps_err *err);
PS_MUST ps_code record_each_cert(struct record *r, record_cert_fn each, void *arg, ps_err *err);
PS_MUST ps_code record_each_of(struct record *r, const char *address, record_cert_fn each,
    void *arg, ps_err *err);
/* record_find: *out NULL when there is none. */
PS_MUST ps_code record_find(struct record *r, const char *serial, ps_cert **out, ps_err *err);

PS_MUST ps_code record_revoke(struct record *r, const struct revocation *v, ps_err *err);
/* record_revoked: *out_is false when it is not. */
PS_MUST ps_code record_revoked(struct record *r, const char *serial, struct revocation *out,
    bool *out_is, ps_err *err);
typedef ps_code (*record_revoked_fn)(void *arg, const struct revocation *v, ps_err *err);
PS_MUST ps_code record_each_revoked(struct record *r, record_revoked_fn each, void *arg,
    ps_err *err);

/* record_next_list gives the next number of revocation lists of `issuer`. */
PS_MUST ps_code record_next_list(struct record *r, const char *issuer, uint64_t *out,
    ps_err *err);

#endif
