/* SPDX-License-Identifier: ISC */
/*
 * postseal id retire, default, forget: what becomes of an identity.
 *
 * A retired one opens old mail for ever. Nothing else is thrown away by
 * accident: forgetting hides first, and deletes when told again.
 */
#include "id.h"
#include "say.h"
#include "text.h"

static int
status_of(struct id_run *r, ps_code code, const ps_err *err)
{
	return code == PS_OK ? EXIT_GOOD : say_chain(ps_store_path(r->store), code, err);
}

static int
retire_one(struct id_run *r, const struct id *i)
{
	ps_err err = PS_ERR_INIT;
	int status = status_of(r, ps_store_retire_identity(r->store, i->number, 1, &err), &err);

	if (status == EXIT_GOOD)
		say(T_ID_RETIRED, (long long)i->number, i->address);
	return status;
}

int
id_retire(struct id_run *r)
{
	struct ids ids = { 0 };
	int status = ids_find(&ids, r, r->what, 0);

	for (size_t i = 0; i < ids.n && status == EXIT_GOOD; i++)
		if (!ids.item[i].retired)
			status = retire_one(r, &ids.item[i]);
	ids_clear(&ids);
	return status;
}

/* Of an address with two keys, the one that signs stands for both. */
static const struct id *
newest_signer(const struct ids *ids)
{
	for (size_t i = ids->n; i > 0; i--)
		if (!ids->item[i - 1].retired && (ids->item[i - 1].purpose & PS_KEY_SIGNS) != 0)
			return &ids->item[i - 1];
	return NULL;
}

int
id_default(struct id_run *r)
{
	struct ids ids = { 0 };
	ps_err err = PS_ERR_INIT;
	int status = ids_find(&ids, r, r->what, 0);
	const struct id *i = status == EXIT_GOOD ? newest_signer(&ids) : NULL;

	if (i != NULL) {
		status = status_of(r, ps_store_choose_identity(r->store, i->number, &err), &err);
		if (status == EXIT_GOOD)
			say(T_ID_CHOSEN, (long long)i->number, i->address);
	} else if (status == EXIT_GOOD) {
		say(T_ID_NO_SIGNER, r->what);
		status = ps_code_info(PS_E_NOT_FOUND)->exit_status;
	}
	ids_clear(&ids);
	return status;
}

static int
forget_one(struct id_run *r, const struct id *i)
{
	ps_err err = PS_ERR_INIT;
	int gone = 0;
	ps_code code = ps_store_forget_identity(r->store, i->number, &gone, &err);

	if (code != PS_OK)
		return status_of(r, code, &err);
	if (gone)
		say(T_ID_GONE, (long long)i->number, i->address);
	else
		say(T_ID_HIDDEN, (long long)i->number, i->address);
	return EXIT_GOOD;
}

int
id_forget(struct id_run *r)
{
	struct ids ids = { 0 };
	int status = ids_find(&ids, r, r->what, 1);

	if (status == EXIT_GOOD && ids.n > 1) {
		say(T_ID_SEVERAL, r->what);
		status = EXIT_USAGE;
	}
	if (status == EXIT_GOOD)
		status = forget_one(r, &ids.item[0]);
	ids_clear(&ids);
	return status;
}
