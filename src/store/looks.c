/* SPDX-License-Identifier: ISC */
/*
 * Addresses that look like known ones.
 *
 * Each known address and its domain stand beside their looks, so that among a hundred
 * thousand the one that another imitates is a single look-up. Of those that look alike
 * the first that was known is the true one, so that who imitates it cannot cast
 * doubt on it; before that counts whom the user himself vouched for.
 */
#include <string.h>

#include "store/store.h"
#include "x509/looks.h"

/* Of two in one second the one that came first stays first: the statement counts on. */
static ps_code
add(ps_store *s, const char *looks, const char *name, int64_t since, bool sure, ps_err *err)
{
	struct query q;

	db_query(s->db, STMT_LOOK_ADD, &q);
	query_text(&q, looks);
	query_text(&q, name);
	query_number(&q, since);
	query_number(&q, sure);
	return query_run(&q, err);
}

ps_code
store_looks_add(ps_store *s, const char *key, int64_t since, bool sure, ps_err *err)
{
	struct ps_looks looks;
	ps_code code;

	if (!ps_looks_of(key, &looks))
		return PS_OK;
	code = add(s, looks.address, key, since, sure, err);
	return code == PS_OK ? add(s, looks.domain, strrchr(key, '@') + 1, since, sure, err)
	    : code;
}

/* `out` "" when the first of these looks is `name` itself, or nobody. */
static ps_code
first(ps_store *s, const char *looks, const char *name, char out[PS_ADDRESS_KEY], ps_err *err)
{
	struct query q;
	bool row;
	ps_code code;

	out[0] = '\0';
	db_query(s->db, STMT_LOOK_FIRST, &q);
	query_text(&q, looks);
	query_text(&q, name);
	if ((code = query_next(&q, &row, err)) == PS_OK && row) {
		ps_slice found = ps_str(row_text(&q, 0));

		if (found.n < PS_ADDRESS_KEY && strcmp((const char *)found.p, name) != 0)
			memcpy(out, found.p, found.n + 1);
	}
	query_end(&q);
	return code;
}

/* The domain says more: with another one the whole address looks alike too. */
static ps_code
look(ps_store *s, const char *key, char out[PS_ADDRESS_KEY], bool *out_domain, ps_err *err)
{
	struct ps_looks looks;
	char name[PS_ADDRESS_KEY] = "";
	bool domain = true;
	ps_code code = PS_OK;

	if (ps_looks_of(key, &looks)) {
		code = first(s, looks.domain, strrchr(key, '@') + 1, name, err);
		domain = name[0] != '\0';
		if (code == PS_OK && !domain)
			code = first(s, looks.address, key, name, err);
	}
	if (code == PS_OK) {
		memcpy(out, name, strlen(name) + 1);
		*out_domain = domain;
	}
	return code;
}

ps_code
store_looks_like(struct ps_memory *m, const char *address, char out[PS_ADDRESS_KEY],
    bool *out_domain, ps_err *err)
{
	ps_store *s = (ps_store *)m;	/* which it is the beginning of */
	char key[PS_ADDRESS_KEY];
	bool any;
	ps_code code;

	out[0] = '\0';
	if (!ps_address_key(address, key))
		return PS_OK;
	if ((code = store_enter(s, &any, err)) != PS_OK || !any)
		return code;
	return store_leave(s, look(s, key, out, out_domain, err));
}
