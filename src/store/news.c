/* SPDX-License-Identifier: ISC */
/*
 * The news of authorities. Signed as they are, they are kept as they came, and
 * whoever takes them out checks them again.
 *
 * What was fetched longest ago goes when there is too much. Each kind has room of
 * its own: a stranger's certificate says where his authority's is, but he
 * cannot push out what was revoked.
 */
#include "store/store.h"
#include "store/words.h"

enum { NEWS_MAX = 16 << 20 };

static const struct {
	int64_t		 most, octets;
} room[] = {
	[PS_NEWS_CRL] = { 512, 64 << 20 },
	[PS_NEWS_OCSP] = { 4096, 16 << 20 },	/* some 2 KiB each */
	[PS_NEWS_CERTS] = { 1024, NEWS_MAX },
};

static ps_code
put(ps_store *s, const ps_news *n, ps_err *err)
{
	struct query q;

	db_query(s->db, STMT_NEWS_PUT, &q);
	query_number(&q, n->kind);
	query_octets(&q, n->key);
	query_octets(&q, n->data);
	query_number(&q, n->this_update);
	query_number(&q, n->next_update);
	query_number(&q, n->fetched);
	return query_run(&q, err);
}

static ps_code
trim(ps_store *s, ps_news_kind kind, ps_err *err)
{
	struct query q;

	if ((size_t)kind >= sizeof room / sizeof room[0])
		return PS_OK;		/* of a newer version: that knows how much */
	db_query(s->db, STMT_NEWS_TRIM, &q);
	query_number(&q, kind);
	query_number(&q, room[kind].most);
	query_number(&q, room[kind].octets);
	return query_run(&q, err);
}

ps_code
ps_store_put_news(ps_store *s, const ps_news *n, ps_err *err)
{
	ps_code code;

	if (s == NULL)
		return ps_nomem(err, STORE_WHERE);
	if (n->data.n > NEWS_MAX)
		return ps_fail(err, PS_E_LIMIT, STORE_WHERE, PS_NOWHERE, W_STORE_BIG,
		    PS_NUMBER("size", n->data.n), PS_NUMBER("max", NEWS_MAX));
	if ((code = store_begin(s, false, err)) != PS_OK)
		return code;
	if ((code = put(s, n, err)) == PS_OK)
		code = trim(s, n->kind, err);
	return store_end(s, code, err);
}

static ps_code
tell_each(struct query *q, bool *out_any, ps_news_fn each, void *arg, ps_err *err)
{
	bool row;
	ps_code code;

	*out_any = false;
	while ((code = query_next(q, &row, err)) == PS_OK && row) {
		ps_news n = { .size = sizeof n, .kind = (ps_news_kind)row_number(q, 0),
		    .key = row_octets(q, 1), .data = row_octets(q, 2),
		    .this_update = row_number(q, 3), .next_update = row_number(q, 4),
		    .fetched = row_number(q, 5) };

		*out_any = true;
		if ((code = each(arg, &n, err)) != PS_OK)
			break;
	}
	query_end(q);
	return code;
}

ps_code
ps_store_get_news(ps_store *s, ps_news_kind kind, ps_slice key, ps_news_fn each, void *arg,
    ps_err *err)
{
	struct query q;
	bool any;
	ps_code code = store_enter(s, &any, err);

	if (code != PS_OK)
		return code;
	if (any) {
		db_query(s->db, STMT_NEWS_GET, &q);
		query_number(&q, kind);
		query_octets(&q, key);
		code = store_leave(s, tell_each(&q, &any, each, arg, err));
	}
	if (code == PS_OK && !any)
		return ps_fail(err, PS_E_NOT_FOUND, STORE_WHERE, PS_NOWHERE, W_STORE_NO_NEWS);
	return code;
}

ps_code
ps_store_list_news(ps_store *s, ps_news_fn each, void *arg, ps_err *err)
{
	struct query q;
	bool any;
	ps_code code = store_enter(s, &any, err);

	if (code != PS_OK || !any)
		return code;
	db_query(s->db, STMT_NEWS_ALL, &q);
	return store_leave(s, tell_each(&q, &any, each, arg, err));
}
