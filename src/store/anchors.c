/* SPDX-License-Identifier: ISC */
/*
 * Whom the user trusts, besides those that the system trusts.
 */
#include "base/clock.h"
#include "store/store.h"
#include "store/words.h"

static ps_code
add(ps_store *s, ps_cert *c, ps_err *err)
{
	int64_t id;
	struct query q;
	ps_code code = store_cert_add(s, c, PS_STORE_GIVEN, &id, err);

	if (code != PS_OK)
		return code;
	db_query(s->db, STMT_ANCHOR_ADD, &q);
	query_number(&q, id);
	query_number(&q, ps_clock_system());
	return query_run(&q, err);
}

ps_code
ps_store_add_anchor(ps_store *s, ps_cert *c, ps_err *err)
{
	ps_code code;

	if (c == NULL)
		return ps_nomem(err, STORE_WHERE);
	if ((code = store_begin(s, true, err)) != PS_OK)
		return code;
	return store_end(s, add(s, c, err), err);
}

static ps_code
drop(ps_store *s, const ps_cert *c, ps_err *err)
{
	int64_t id;
	struct query q;
	ps_code code = store_cert_find(s, c, &id, err);

	if (code != PS_OK)
		return code;
	db_query(s->db, STMT_ANCHOR_DROP, &q);
	query_number(&q, id);
	if ((code = query_run(&q, err)) == PS_OK && !db_changed(s->db))
		code = ps_fail(err, PS_E_NOT_FOUND, STORE_WHERE, PS_NOWHERE, W_STORE_NO_ANCHOR,
		    PS_TEXT("who", ps_cert_holder(c)));
	return code;
}

ps_code
ps_store_drop_anchor(ps_store *s, const ps_cert *c, ps_err *err)
{
	ps_code code;

	if (c == NULL)
		return ps_nomem(err, STORE_WHERE);
	if ((code = store_begin(s, true, err)) != PS_OK)
		return code;
	return store_end(s, drop(s, c, err), err);
}

ps_code
ps_store_list_anchors(ps_store *s, ps_store_cert_fn each, void *arg, ps_err *err)
{
	struct query q;
	bool any;
	ps_code code = store_enter(s, &any, err);

	if (code != PS_OK || !any)
		return code;
	db_query(s->db, STMT_ANCHOR_ALL, &q);
	return store_leave(s, store_cert_each(&q, each, arg, err));
}
