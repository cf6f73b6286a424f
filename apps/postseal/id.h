/* SPDX-License-Identifier: ISC */
#ifndef POSTSEAL_ID_H
#define POSTSEAL_ID_H

/* What the verbs behind `postseal id` share. */

#include "session.h"
#include "store.h"

/* An identity of the store, copied out of it. */
struct id {
	int64_t		 number;
	ps_cert		*cert;		/* a reference; NULL: asked for */
	uint8_t		*spki, *key;
	size_t		 nspki, nkey;	/* nkey 0: in a token */
	char		*uri, *address;
	unsigned	 purpose;
	int		 retired, chosen;
	int64_t		 created, forgotten;
};
struct ids {
	struct id	*item;
	size_t		 n;
};

/* One verb's equipment. */
struct id_run {
	const struct options *o;
	struct session	 session;
	ps_store	*store;
	ps_secret	*fresh;		/* --new-passphrase-..., NULL: not given */
	const char	*what;		/* the argument; NULL: none */
};

/* ids_find: by number, address, or the beginning of the certificate's SHA-256
 * (8 digits or more); NULL finds all. Says so when there is none. */
int	ids_find(struct ids *out, struct id_run *r, const char *what, int forgotten);
void	ids_clear(struct ids *ids);
ps_slice id_spki(const struct id *i);
extern const char *const purpose_words[];	/* "sign", "decrypt" */
const char *id_state(const struct id *i);

/* id_read reads a file, or `octets` that are called `name`, asking for the passphrase,
 * which *out_pass gets (it may be NULL; empty when none was asked for). */
int	id_read(ps_keys **out, struct id_run *r, const char *path, ps_slice octets,
	    const char *name, ps_secret **out_pass);
/* id_unlock reads the private key of one in the same way. */
int	id_unlock(ps_keys **out, struct id_run *r, const struct id *i, ps_secret **out_pass);
/* id_fresh_pass: the passphrase for what is written now: given, or `else_use`, or
 * asked for twice. */
int	id_fresh_pass(ps_secret **out, struct id_run *r, const ps_secret *else_use);
/* id_seal makes the octets that the store keeps; free() them. */
int	id_seal(uint8_t **out, size_t *out_n, const ps_keys *k, size_t i, const ps_secret *pass);

int	id_create(struct id_run *r);
int	id_renew(struct id_run *r);
int	id_request(struct id_run *r);
int	id_install(struct id_run *r);
int	id_import(struct id_run *r);
int	id_export(struct id_run *r);
int	id_passphrase(struct id_run *r);
int	id_list(struct id_run *r);
int	id_show(struct id_run *r);
int	id_retire(struct id_run *r);
int	id_default(struct id_run *r);
int	id_forget(struct id_run *r);

#endif
