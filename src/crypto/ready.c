/* SPDX-License-Identifier: ISC */
/*
 * Keys made ready.
 *
 * Setting up an operation with a key (which implementation, which padding, which
 * digest) takes the crypto library half as long as checking a signature, and is
 * the same for every message. So a key keeps the last set-up of either kind. One
 * who works with it takes it away, and puts it back when nothing went wrong; in
 * the meantime another thread makes its own.
 */
#include <stdlib.h>
#include <string.h>

#include "crypto/internal.h"

static void
ready_free(struct ready *r)
{
	if (r == NULL)
		return;
	EVP_PKEY_CTX_free(r->ctx);
	free(r);
}

static bool
same_spec(const struct ps_sigspec *a, const struct ps_sigspec *b)
{
	return a->sig == b->sig && a->digest == b->digest && a->mgf == b->mgf &&
	    a->salt == b->salt;
}

struct ready *
ready_take(ready_place *place, const struct ready *want)
{
	struct ready *r = atomic_exchange(place, NULL);

	if (r == NULL || (r->operation == want->operation && r->transport == want->transport &&
	    same_spec(&r->spec, &want->spec)))
		return r;
	ready_free(r);
	return NULL;
}

ps_code
ready_make(struct ready **out, EVP_PKEY *pkey, const struct ready *want, const char *where,
    ps_err *err)
{
	struct ready *r = malloc(sizeof *r);

	if (r == NULL)
		return ps_nomem(err, where);
	*r = *want;
	r->ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
	if (r->ctx == NULL) {
		free(r);
		return crypto_fail(err, where, "EVP_PKEY_CTX_new");
	}
	*out = r;
	return PS_OK;
}

void
ready_put(ready_place *place, struct ready *r, bool good)
{
	ready_free(good ? atomic_exchange(place, r) : r);
}

void
ready_clear(ready_place *place)
{
	ready_free(atomic_exchange(place, NULL));
}
