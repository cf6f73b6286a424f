/* SPDX-License-Identifier: ISC */
#ifndef PS_STORE_STORE_H
#define PS_STORE_STORE_H

/* A store, as its files share it. */

#include <postseal/store.h>

#include <pthread.h>

#include "store/db.h"
#include "x509/memory.h"

#define STORE_WHERE	"store"
#define STORE_NEVER	INT64_MIN	/* a time that is not there */
#define STORE_ENDLESS	INT64_MAX	/* news that do not say how long they are good */

struct ps_store {
	struct ps_memory	 memory;	/* first: x509/memory.h */
	char		*path;
	struct db	*db;		/* NULL: not opened yet */
	bool		 absent;	/* there is no file yet */
	bool		 wrote;
	pthread_mutex_t	 mutex;		/* recursive: a list's `each` may ask more */
};

/*
 * store_enter opens the database if need be and keeps other threads out until
 * store_leave, which returns `code`. *out_any false: nothing was ever written, so there is
 * nothing to find, and nothing to leave.
 */
PS_MUST ps_code store_enter(ps_store *s, bool *out_any, ps_err *err);
ps_code	store_leave(ps_store *s, ps_code code);
/* store_begin is store_enter and db_begin, and makes the file where there is none; store_end
 * is db_end and store_leave. */
PS_MUST ps_code store_begin(ps_store *s, bool lasting, ps_err *err);
PS_MUST ps_code store_end(ps_store *s, ps_code code, ps_err *err);

/* place.c */
/* store_place: the path of the user's own store; free() it. */
PS_MUST ps_code store_place(char **out, ps_err *err);
/* store_look: is there one, and does nobody else write it? */
PS_MUST ps_code store_look(const char *path, bool *out_there, ps_err *err);
/* store_make puts an empty one there, unless somebody else just did. */
PS_MUST ps_code store_make(const char *path, ps_err *err);
/* store_beside makes PATH and `suffix`; free() it. */
PS_MUST ps_code store_beside(const char *path, const char *suffix, char **out, ps_err *err);

/* copy.c */
/* store_copy_daily makes the copy when that is a day old. */
void	store_copy_daily(ps_store *s);

/* memory.c */
extern const struct ps_memory_ops store_memory;

/* certs.c */
/* store_cert_find: *out_id 0 when it is not here. */
PS_MUST ps_code store_cert_find(ps_store *s, const ps_cert *c, int64_t *out_id, ps_err *err);
/* store_cert_each calls `each` for the rows of a query of CERT_COLUMNS, and ends it. */
PS_MUST ps_code store_cert_each(struct query *q, ps_store_cert_fn each, void *arg, ps_err *err);
/* store_cert_add is ps_store_add_cert within a transaction; *out_id: its number. */
PS_MUST ps_code store_cert_add(ps_store *s, ps_cert *c, ps_store_how how, int64_t *out_id,
    ps_err *err);

/* identities.c */
/* store_identity_each calls `each` for the rows of a query of IDENTITY_COLUMNS, and ends it. */
PS_MUST ps_code store_identity_each(struct query *q, ps_store_identity_fn each, void *arg,
    ps_err *err);

/* looks.c */
/* store_looks_add: an address is known since then; `sure`: the user says that it is whose it
 * seems to be. */
PS_MUST ps_code store_looks_add(ps_store *s, const char *key, int64_t since, bool sure,
    ps_err *err);
/* store_looks_like: x509/memory.h */
PS_MUST ps_code store_looks_like(struct ps_memory *m, const char *address,
    char out[PS_ADDRESS_KEY], bool *out_domain, ps_err *err);

/* people.c */
/* store_person_add makes an address known; `key` is ps_address_key of it. */
PS_MUST ps_code store_person_add(ps_store *s, const char *key, const char *address, ps_err *err);
/* store_seen_add notes that a certificate was seen of it. */
PS_MUST ps_code store_seen_add(ps_store *s, const char *key, int64_t cert, ps_store_how how,
    int64_t at, ps_err *err);

#endif
