/* SPDX-License-Identifier: ISC */
/*
 * Correspondents: which certificates were seen of an address, and when.
 */
#include "base/clock.h"
#include "store/store.h"
#include "store/words.h"

ps_code
store_person_add(ps_store *s, const char *key, const char *address, ps_err *err)
{
	struct query q;

	db_query(s->db, STMT_PERSON_ADD, &q);
	query_text(&q, key);
	query_text(&q, address);
	return query_run(&q, err);
}

ps_code
store_seen_add(ps_store *s, const char *key, int64_t cert, ps_store_how how, int64_t at,
    ps_err *err)
{
	struct query q;

	db_query(s->db, STMT_SEEN_ADD, &q);
	query_text(&q, key);
	query_number(&q, cert);
	query_number(&q, how);
	query_number(&q, at);
	return query_run(&q, err);
}

/* --- pins --- */

/* A pinned certificate is one that is known of the address. */
static ps_code
note_given(ps_store *s, const char *key, ps_cert *c, int64_t *out_id, ps_err *err)
{
	ps_code code = store_cert_add(s, c, PS_STORE_GIVEN, out_id, err);

	return code == PS_OK ? store_seen_add(s, key, *out_id, PS_STORE_GIVEN, ps_clock_system(),
	    err) : code;
}

static ps_code
pin(ps_store *s, const char *key, const char *address, ps_cert *c, ps_err *err)
{
	int64_t id = 0;
	struct query q;
	ps_code code = c == NULL ? PS_OK : store_person_add(s, key, address, err);

	if (code == PS_OK && c != NULL)
		code = note_given(s, key, c, &id, err);
	if (code == PS_OK && c != NULL)
		code = store_looks_add(s, key, ps_clock_system(), true, err);
	if (code != PS_OK)
		return code;
	db_query(s->db, STMT_PERSON_PIN, &q);
	query_text(&q, key);
	if (c != NULL)
		query_number(&q, id);
	else
		query_null(&q);
	return query_run(&q, err);
}

ps_code
ps_store_pin(ps_store *s, const char *address, ps_cert *c, ps_err *err)
{
	char key[PS_ADDRESS_KEY];
	ps_code code;

	if (!ps_address_key(address, key))
		return ps_fail(err, PS_E_MISUSE, STORE_WHERE, PS_NOWHERE, W_STORE_ADDRESS,
		    PS_TEXT("address", address));
	if (c != NULL && !ps_cert_names(c, address, PS_MATCH_SENDER))
		return ps_fail(err, PS_E_MISUSE, STORE_WHERE, PS_NOWHERE, W_STORE_OTHER_NAME,
		    PS_TEXT("who", ps_cert_holder(c)), PS_TEXT("address", address));
	if ((code = store_begin(s, true, err)) != PS_OK)
		return code;
	return store_end(s, pin(s, key, address, c, err), err);
}

/* --- listing --- */

static ps_code
tell(const struct query *q, ps_store_person_fn each, void *arg, ps_err *err)
{
	ps_store_person p = { .size = sizeof p, .address = row_text(q, 0),
	    .how = (ps_store_how)row_number(q, 2), .first_seen = row_number(q, 3),
	    .last_seen = row_number(q, 4), .pinned = row_number(q, 5) != 0,
	    .made = row_is_null(q, 6) ? STORE_NEVER : row_number(q, 6),
	    .capabilities = row_octets(q, 7) };
	ps_code code = ps_cert_parse(&p.cert, row_octets(q, 1), err);

	if (code == PS_OK)
		code = each(arg, &p, err);
	ps_cert_free(p.cert);
	return code;
}

ps_code
ps_store_list_people(ps_store *s, const char *address, ps_store_person_fn each, void *arg,
    ps_err *err)
{
	char key[PS_ADDRESS_KEY];
	struct query q;
	bool row;
	ps_code code;

	if (address != NULL && !ps_address_key(address, key))
		return ps_fail(err, PS_E_MISUSE, STORE_WHERE, PS_NOWHERE, W_STORE_ADDRESS,
		    PS_TEXT("address", address));
	if ((code = store_enter(s, &row, err)) != PS_OK || !row)
		return code;
	db_query(s->db, address == NULL ? STMT_PEOPLE_ALL : STMT_PEOPLE_BY_ADDRESS, &q);
	if (address != NULL)
		query_text(&q, key);
	while ((code = query_next(&q, &row, err)) == PS_OK && row)
		if ((code = tell(&q, each, arg, err)) != PS_OK)
			break;
	query_end(&q);
	return store_leave(s, code);
}
