/* SPDX-License-Identifier: ISC */
/*
 * Certificates of an address from where a mail to it would look for them, whatever the
 * store has.
 */
#include "doctor/doctor.h"

#include "base/words.h"
#include "doctor/words.h"

static ps_code
count(void *arg, const ps_store_cert *c, ps_err *err)
{
	(void)c;
	(void)err;
	*(int *)arg = 1;
	return PS_OK;
}

/* Kept or not is decided by looking at it, so the store is asked before. */
static ps_code
tell(struct protecting *p, ps_store *store, ps_cert *c, ps_found_fn each, void *arg, ps_err *err)
{
	char why[PROTECT_WHY];
	ps_found f = { .cert = c, .source = protect_source_of(p, c), .why = why };
	ps_code code = PS_OK;

	if (store != NULL)
		code = ps_store_find_certs(store, ps_cert_sha256(c), 0, count, &f.known, err);
	if (code == PS_OK && (code = protect_fitness(p, c, why, err)) == PS_OK)
		code = each(arg, &f, err);
	return code;
}

static ps_code
tell_all(struct protecting *p, ps_store *store, const char *address, ps_found_fn each, void *arg,
    ps_err *err)
{
	const struct ps_setup *s = &p->pr->setup;
	size_t n = 0;
	ps_code code = PS_OK;

	for (size_t i = 0; i < p->nsource; i++)
		for (size_t k = 0; k < p->source[i].n && code == PS_OK; k++) {
			ps_cert *c = s->cert[p->source[i].first + k];

			if (!ps_cert_names(c, address, PS_MATCH_RECIPIENT))
				continue;
			n++;
			code = tell(p, store, c, each, arg, err);
		}
	if (code == PS_OK && n == 0 && p->find_failed)
		code = ps_fail(err, PS_E_TEMPORARY, DOCTOR_WHERE, PS_NOWHERE, W_DOCTOR_LATER,
		    PS_TEXT("who", address));
	return code;
}

ps_code
ps_find_elsewhere(ps_protector *pr, ps_store *store, const char *address, ps_found_fn each,
    void *arg, ps_err *err)
{
	struct protecting p;
	ps_code code;

	protect_begin(&p, pr, PS_ENCRYPT);
	if ((code = protect_look_for(&p, address, err)) == PS_OK)
		code = tell_all(&p, store, address, each, arg, err);
	protect_end(&p);
	return code;
}
