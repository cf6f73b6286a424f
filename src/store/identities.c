/* SPDX-License-Identifier: ISC */
/*
 * Our own keys.
 *
 * None is ever overwritten or taken away by anything but its owner's wish,
 * told twice: the mail of ten years ago is opened by the key of ten years ago.
 */
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "store/store.h"
#include "store/words.h"

/* --- adding --- */

static ps_code
misuse(ps_err *err)
{
	return ps_fail(err, PS_E_MISUSE, STORE_WHERE, PS_NOWHERE, W_STORE_IDENTITY);
}

/* Fills in what the certificate says; `key` is of the address. */
static ps_code
complete(ps_store_identity *i, char key[PS_ADDRESS_KEY], ps_err *err)
{
	const struct ps_cert_view *v = i->cert == NULL ? NULL : ps_cert_view_of(i->cert);

	if (v != NULL && i->spki.n == 0)
		i->spki = v->spki;
	if (v != NULL && i->address == NULL)
		i->address = ps_cert_address(i->cert, 0);
	if (i->spki.n == 0 || i->address == NULL || (i->key.n == 0) == (i->uri == NULL) ||
	    i->purpose == 0 || i->purpose > (PS_STORE_SIGNS | PS_STORE_DECRYPTS))
		return misuse(err);
	if (!ps_address_key(i->address, key))
		return ps_fail(err, PS_E_MISUSE, STORE_WHERE, PS_NOWHERE, W_STORE_ADDRESS,
		    PS_TEXT("address", i->address));
	if (v != NULL && !ps_slice_equal(v->spki, i->spki))
		return ps_fail(err, PS_E_MISUSE, STORE_WHERE, PS_NOWHERE, W_STORE_OTHER_KEY,
		    PS_TEXT("who", ps_cert_holder(i->cert)));
	return PS_OK;
}

static ps_code
add(ps_store *s, const ps_store_identity *i, const char *key, int64_t *out_id, ps_err *err)
{
	int64_t cert = 0;
	struct query q;
	ps_code code = i->cert == NULL ? PS_OK
	    : store_cert_add(s, i->cert, PS_STORE_GIVEN, &cert, err);

	if (code != PS_OK)
		return code;
	db_query(s->db, STMT_IDENTITY_ADD, &q);
	if (i->cert != NULL)
		query_number(&q, cert);
	else
		query_null(&q);
	query_octets(&q, i->spki);
	query_octets(&q, i->key.n == 0 ? (ps_slice){ NULL, 0 } : i->key);
	query_text(&q, i->uri);
	query_text(&q, i->address);
	query_text(&q, key);
	query_number(&q, i->purpose);
	query_number(&q, i->retired != 0);
	query_number(&q, ps_clock_system());
	if ((code = query_run(&q, err)) != PS_OK)
		return code;
	*out_id = db_last_id(s->db);
	return store_looks_add(s, key, ps_clock_system(), true, err);
}

ps_code
ps_store_add_identity(ps_store *s, const ps_store_identity *identity, int64_t *out_id,
    ps_err *err)
{
	ps_store_identity i = *identity;
	char key[PS_ADDRESS_KEY];
	int64_t id = 0;
	ps_code code;

	if ((code = complete(&i, key, err)) != PS_OK ||
	    (code = store_begin(s, true, err)) != PS_OK)
		return code;
	if ((code = store_end(s, add(s, &i, key, &id, err), err)) == PS_OK)
		*out_id = id;
	return code;
}

/* --- listing --- */

static ps_code
read_row(const struct query *q, ps_store_identity *out, ps_err *err)
{
	*out = (ps_store_identity){ .size = sizeof *out, .id = row_number(q, 0),
	    .spki = row_octets(q, 2), .key = row_octets(q, 3), .uri = row_text(q, 4),
	    .address = row_text(q, 5), .purpose = (unsigned)row_number(q, 6),
	    .retired = row_number(q, 7) != 0, .chosen = row_number(q, 8) != 0,
	    .created = row_number(q, 9),
	    .forgotten = row_is_null(q, 10) ? STORE_NEVER : row_number(q, 10) };
	return row_is_null(q, 1) ? PS_OK : ps_cert_parse(&out->cert, row_octets(q, 1), err);
}

ps_code
store_identity_each(struct query *q, ps_store_identity_fn each, void *arg, ps_err *err)
{
	ps_store_identity i;
	bool row;
	ps_code code;

	while ((code = query_next(q, &row, err)) == PS_OK && row) {
		if ((code = read_row(q, &i, err)) == PS_OK)
			code = each(arg, &i, err);
		ps_cert_free(i.cert);
		if (code != PS_OK)
			break;
	}
	query_end(q);
	return code;
}

ps_code
ps_store_list_identities(ps_store *s, const char *address, int all, ps_store_identity_fn each,
    void *arg, ps_err *err)
{
	char key[PS_ADDRESS_KEY];
	struct query q;
	bool any;
	ps_code code;

	if (address != NULL && !ps_address_key(address, key))
		return ps_fail(err, PS_E_MISUSE, STORE_WHERE, PS_NOWHERE, W_STORE_ADDRESS,
		    PS_TEXT("address", address));
	if ((code = store_enter(s, &any, err)) != PS_OK || !any)
		return code;
	db_query(s->db, address == NULL ? STMT_IDENTITY_ALL : STMT_IDENTITY_BY_ADDRESS, &q);
	if (address != NULL)
		query_text(&q, key);
	query_number(&q, all != 0);
	return store_leave(s, store_identity_each(&q, each, arg, err));
}

/* --- changing --- */

/* Runs a statement that changes the one identity that it names. */
static ps_code
change(ps_store *s, struct query *q, int64_t id, ps_err *err)
{
	ps_code code = query_run(q, err);

	if (code == PS_OK && !db_changed(s->db))
		code = ps_fail(err, PS_E_NOT_FOUND, STORE_WHERE, PS_NOWHERE, W_STORE_NO_IDENTITY,
		    PS_NUMBER("number", id));
	return code;
}

/* Notes in *out_forgotten, and whether `want` is the key that it is for. */
struct one {
	const ps_cert	*want;		/* NULL: whichever */
	bool		 found, forgotten;
};

static ps_code
see_one(void *arg, const ps_store_identity *i, ps_err *err)
{
	struct one *one = arg;

	one->found = true;
	one->forgotten = i->forgotten != STORE_NEVER;
	if (one->want != NULL && !ps_slice_equal(ps_cert_view_of(one->want)->spki, i->spki))
		return ps_fail(err, PS_E_MISUSE, STORE_WHERE, PS_NOWHERE, W_STORE_OTHER_KEY,
		    PS_TEXT("who", ps_cert_holder(one->want)));
	return PS_OK;
}

static ps_code
find_one(ps_store *s, int64_t id, struct one *one, ps_err *err)
{
	struct query q;
	ps_code code;

	db_query(s->db, STMT_IDENTITY_ONE, &q);
	query_number(&q, id);
	code = store_identity_each(&q, see_one, one, err);
	if (code == PS_OK && !one->found)
		code = ps_fail(err, PS_E_NOT_FOUND, STORE_WHERE, PS_NOWHERE, W_STORE_NO_IDENTITY,
		    PS_NUMBER("number", id));
	return code;
}

static ps_code
set_cert(ps_store *s, int64_t id, ps_cert *c, ps_err *err)
{
	struct one one = { .want = c };
	int64_t cert;
	struct query q;
	ps_code code;

	if ((code = find_one(s, id, &one, err)) != PS_OK ||
	    (code = store_cert_add(s, c, PS_STORE_GIVEN, &cert, err)) != PS_OK)
		return code;
	db_query(s->db, STMT_IDENTITY_SET_CERT, &q);
	query_number(&q, id);
	query_number(&q, cert);
	return change(s, &q, id, err);
}

ps_code
ps_store_set_identity_cert(ps_store *s, int64_t id, ps_cert *c, ps_err *err)
{
	ps_code code;

	if (c == NULL)
		return ps_nomem(err, STORE_WHERE);
	if ((code = store_begin(s, true, err)) != PS_OK)
		return code;
	return store_end(s, set_cert(s, id, c, err), err);
}

ps_code
ps_store_set_identity_key(ps_store *s, int64_t id, ps_slice key, ps_err *err)
{
	struct query q;
	ps_code code;

	if (key.n == 0)
		return misuse(err);
	if ((code = store_begin(s, true, err)) != PS_OK)
		return code;
	db_query(s->db, STMT_IDENTITY_SET_KEY, &q);
	query_number(&q, id);
	query_octets(&q, key);
	return store_end(s, change(s, &q, id, err), err);
}

ps_code
ps_store_retire_identity(ps_store *s, int64_t id, int retired, ps_err *err)
{
	struct query q;
	ps_code code = store_begin(s, true, err);

	if (code != PS_OK)
		return code;
	db_query(s->db, STMT_IDENTITY_SET_RETIRED, &q);
	query_number(&q, id);
	query_number(&q, retired != 0);
	return store_end(s, change(s, &q, id, err), err);
}

static ps_code
choose(ps_store *s, int64_t id, ps_err *err)
{
	struct one one = { .want = NULL };
	struct query q;
	ps_code code = find_one(s, id, &one, err);

	if (code != PS_OK)
		return code;
	db_query(s->db, STMT_IDENTITY_CHOOSE, &q);
	query_number(&q, id);
	return query_run(&q, err);
}

ps_code
ps_store_choose_identity(ps_store *s, int64_t id, ps_err *err)
{
	ps_code code = store_begin(s, true, err);

	return code == PS_OK ? store_end(s, choose(s, id, err), err) : code;
}

static ps_code
forget(ps_store *s, int64_t id, bool *out_gone, ps_err *err)
{
	struct one one = { .want = NULL };
	struct query q;
	ps_code code = find_one(s, id, &one, err);

	if (code != PS_OK)
		return code;
	db_query(s->db, one.forgotten ? STMT_IDENTITY_DROP : STMT_IDENTITY_FORGET, &q);
	query_number(&q, id);
	if (!one.forgotten)
		query_number(&q, ps_clock_system());
	*out_gone = one.forgotten;
	return query_run(&q, err);
}

ps_code
ps_store_forget_identity(ps_store *s, int64_t id, int *out_gone, ps_err *err)
{
	bool gone = false;
	ps_code code = store_begin(s, true, err);

	if (code == PS_OK && (code = store_end(s, forget(s, id, &gone, err), err)) == PS_OK)
		*out_gone = gone;
	return code;
}
