/* SPDX-License-Identifier: ISC */
/*
 * The log. Triggers of the schema keep what stands in it as it is.
 */
#include "base/clock.h"
#include "store/store.h"
#include "store/words.h"

ps_code
ps_store_add_entry(ps_store *s, const ps_store_entry *e, int64_t *out_id, ps_err *err)
{
	struct query q;
	int64_t id;
	ps_code code;

	if ((code = store_begin(s, true, err)) != PS_OK)
		return code;
	db_query(s->db, STMT_LOG_ADD, &q);
	query_number(&q, ps_clock_system());
	query_text(&q, e->kind);
	query_text(&q, e->about);
	query_octets(&q, e->data.p == NULL ? (ps_slice){ (const uint8_t *)"", 0 } : e->data);
	code = query_run(&q, err);
	id = db_last_id(s->db);
	if ((code = store_end(s, code, err)) == PS_OK && out_id != NULL)
		*out_id = id;
	return code;
}

static enum statement
choose(const char *kind, const char *about)
{
	if (kind == NULL)
		return STMT_LOG_ALL;
	return about == NULL ? STMT_LOG_KIND : STMT_LOG_ABOUT;
}

ps_code
ps_store_list_entries(ps_store *s, const char *kind, const char *about, ps_store_entry_fn each,
    void *arg, ps_err *err)
{
	struct query q;
	bool row;
	ps_code code = store_enter(s, &row, err);

	if (code != PS_OK || !row)
		return code;
	db_query(s->db, choose(kind, about), &q);
	if (kind != NULL)
		query_text(&q, kind);
	if (kind != NULL && about != NULL)
		query_text(&q, about);
	while ((code = query_next(&q, &row, err)) == PS_OK && row) {
		ps_store_entry e = { .size = sizeof e, .id = row_number(&q, 0),
		    .at = row_number(&q, 1), .kind = row_text(&q, 2), .about = row_text(&q, 3),
		    .data = row_octets(&q, 4) };

		if ((code = each(arg, &e, err)) != PS_OK)
			break;
	}
	query_end(&q);
	return store_leave(s, code);
}
