/* SPDX-License-Identifier: ISC */
/*
 * Certificates, each once.
 */
#include <string.h>

#include "base/clock.h"
#include "store/store.h"
#include "store/words.h"

enum { DIGEST_DIGITS = 64, DIGITS_LEAST = 8 };

const char *
ps_store_how_name(ps_store_how how)
{
	static const char *const name[] = {
		[PS_STORE_GIVEN] = "given",
		[PS_STORE_MAIL] = "mail",
		[PS_STORE_LDAP] = "ldap",
		[PS_STORE_SMIMEA] = "smimea",
		[PS_STORE_AIA] = "aia",
		[PS_STORE_ISSUED] = "issued",
	};

	return (size_t)how < sizeof name / sizeof name[0] ? name[how] : "given";
}

/* --- adding --- */

static ps_code
insert(ps_store *s, ps_cert *c, ps_store_how how, ps_err *err)
{
	const struct ps_cert_view *v = ps_cert_view_of(c);
	struct query q;

	db_query(s->db, STMT_CERT_ADD, &q);
	query_text(&q, ps_cert_sha256(c));
	query_octets(&q, v->der);
	if (v->ca)
		query_number(&q, ps_name_hash(v->subject));
	else
		query_null(&q);
	query_octets(&q, v->serial);
	query_octets(&q, ps_cert_key_id(c));
	query_number(&q, how);
	query_number(&q, ps_clock_system());
	return query_run(&q, err);
}

/* Whom the user gave a certificate of is known to him. */
static bool
is_sure(ps_store_how how)
{
	return how == PS_STORE_GIVEN || how == PS_STORE_ISSUED;
}

static ps_code
add_names(ps_store *s, const ps_cert *c, int64_t id, ps_store_how how, ps_err *err)
{
	const char *address;
	char key[PS_ADDRESS_KEY];
	ps_code code = PS_OK;
	struct query q;

	for (size_t i = 0; code == PS_OK && (address = ps_cert_address(c, i)) != NULL; i++) {
		if (!ps_address_key(address, key))
			continue;
		db_query(s->db, STMT_CERT_NAME_ADD, &q);
		query_text(&q, key);
		query_number(&q, id);
		code = query_run(&q, err);
		if (code == PS_OK && is_sure(how))
			code = store_looks_add(s, key, ps_clock_system(), true, err);
	}
	return code;
}

/* What is known of one that may be here. */
struct known {
	int64_t		 id;		/* 0: it is not */
	bool		 forgotten;
	ps_store_how	 how;
};

static ps_code
find_known(ps_store *s, const ps_cert *c, struct known *out, ps_err *err)
{
	struct query q;
	bool row;
	ps_code code;

	*out = (struct known){ .id = 0 };
	db_query(s->db, STMT_CERT_ID, &q);
	query_text(&q, ps_cert_sha256(c));
	if ((code = query_next(&q, &row, err)) == PS_OK && row)
		*out = (struct known){ row_number(&q, 0), !row_is_null(&q, 1),
			(ps_store_how)row_number(&q, 2) };
	query_end(&q);
	return code;
}

ps_code
store_cert_find(ps_store *s, const ps_cert *c, int64_t *out_id, ps_err *err)
{
	struct known k;
	ps_code code = find_known(s, c, &k, err);

	*out_id = k.id;
	return code;
}

/* Who forgot a certificate does not want to learn it again from the next mail. */
static ps_code
remember(ps_store *s, const ps_cert *c, ps_store_how how, ps_err *err)
{
	struct query q;

	db_query(s->db, STMT_CERT_AGAIN, &q);
	query_text(&q, ps_cert_sha256(c));
	query_number(&q, how);
	return query_run(&q, err);
}

/* What its owner signed with says more than what somebody wrote into a directory. */
static bool
says_more(ps_store_how a, ps_store_how b)
{
	static const unsigned char rank[] = { [PS_STORE_GIVEN] = 3, [PS_STORE_ISSUED] = 2,
		[PS_STORE_MAIL] = 1, [PS_STORE_LDAP] = 0, [PS_STORE_SMIMEA] = 0,
		[PS_STORE_AIA] = 0 };

	return (size_t)b >= sizeof rank || rank[a] > rank[b];
}

static ps_code
know_better(ps_store *s, const ps_cert *c, int64_t id, ps_store_how how, ps_err *err)
{
	struct query q;
	ps_code code;

	db_query(s->db, STMT_CERT_HOW, &q);
	query_number(&q, id);
	query_number(&q, how);
	code = query_run(&q, err);
	return code == PS_OK && is_sure(how) ? add_names(s, c, id, how, err) : code;
}

static ps_code
add_again(ps_store *s, const ps_cert *c, const struct known *k, ps_store_how how, ps_err *err)
{
	ps_code code = k->forgotten ? remember(s, c, how, err) : PS_OK;

	return code == PS_OK && says_more(how, k->how) ? know_better(s, c, k->id, how, err) : code;
}

ps_code
store_cert_add(ps_store *s, ps_cert *c, ps_store_how how, int64_t *out_id, ps_err *err)
{
	struct known k;
	ps_code code = find_known(s, c, &k, err);

	*out_id = k.id;
	if (code != PS_OK || k.id != 0)
		return code == PS_OK ? add_again(s, c, &k, how, err) : code;
	if ((code = insert(s, c, how, err)) != PS_OK)
		return code;
	*out_id = db_last_id(s->db);
	return add_names(s, c, *out_id, how, err);
}

ps_code
ps_store_add_cert(ps_store *s, ps_cert *c, ps_store_how how, ps_err *err)
{
	int64_t id;
	ps_code code;

	if (c == NULL)
		return ps_nomem(err, STORE_WHERE);
	if ((code = store_begin(s, how == PS_STORE_GIVEN, err)) != PS_OK)
		return code;
	return store_end(s, store_cert_add(s, c, how, &id, err), err);
}

/* --- finding --- */

static ps_code
read_row(const struct query *q, ps_store_cert *out, ps_err *err)
{
	*out = (ps_store_cert){ .size = sizeof *out, .how = (ps_store_how)row_number(q, 1),
	    .added = row_number(q, 2),
	    .forgotten = row_is_null(q, 3) ? STORE_NEVER : row_number(q, 3) };
	return ps_cert_parse(&out->cert, row_octets(q, 0), err);
}

ps_code
store_cert_each(struct query *q, ps_store_cert_fn each, void *arg, ps_err *err)
{
	ps_store_cert c;
	bool row;
	ps_code code;

	while ((code = query_next(q, &row, err)) == PS_OK && row) {
		if ((code = read_row(q, &c, err)) == PS_OK)
			code = each(arg, &c, err);
		ps_cert_free(c.cert);
		if (code != PS_OK)
			break;
	}
	query_end(q);
	return code;
}

/* A key of an address, or the beginning of a digest. */
static bool
make_key(const char *what, char out[PS_ADDRESS_KEY], enum statement *out_stmt)
{
	size_t n = strlen(what);

	*out_stmt = STMT_CERT_BY_ADDRESS;
	if (ps_address_key(what, out))
		return true;
	*out_stmt = STMT_CERT_BY_DIGEST;
	if (n < DIGITS_LEAST || n > DIGEST_DIGITS || strspn(what, "0123456789abcdef") != n)
		return false;
	memcpy(out, what, n + 1);
	return true;
}

ps_code
ps_store_find_certs(ps_store *s, const char *what, int all, ps_store_cert_fn each, void *arg,
    ps_err *err)
{
	enum statement stmt = STMT_CERT_ALL;
	char key[PS_ADDRESS_KEY];
	struct query q;
	bool any;
	ps_code code;

	if (what != NULL && !make_key(what, key, &stmt))
		return ps_fail(err, PS_E_MISUSE, STORE_WHERE, PS_NOWHERE, W_STORE_ASKED,
		    PS_TEXT("what", what));
	if ((code = store_enter(s, &any, err)) != PS_OK || !any)
		return code;
	db_query(s->db, stmt, &q);
	if (what != NULL)
		query_text(&q, key);
	query_number(&q, all != 0);
	return store_leave(s, store_cert_each(&q, each, arg, err));
}

/* --- forgetting --- */

static ps_code
forget(ps_store *s, const ps_cert *c, int *out_gone, ps_err *err)
{
	struct known k;
	struct query q;
	ps_code code = find_known(s, c, &k, err);

	if (code != PS_OK)
		return code;
	if (k.id == 0)
		return ps_fail(err, PS_E_NOT_FOUND, STORE_WHERE, PS_NOWHERE, W_STORE_NO_CERT,
		    PS_TEXT("what", ps_cert_sha256(c)));
	db_query(s->db, k.forgotten ? STMT_CERT_DROP : STMT_CERT_FORGET, &q);
	query_number(&q, k.id);
	if (!k.forgotten)
		query_number(&q, ps_clock_system());
	code = query_run(&q, err);
	if (code == PS_OK)
		*out_gone = k.forgotten;
	return code == PS_E_REFUSED ? ps_because(err, code, STORE_WHERE, PS_NOWHERE, W_STORE_USED,
	    PS_TEXT("what", ps_cert_sha256(c))) : code;
}

ps_code
ps_store_forget_cert(ps_store *s, const ps_cert *c, int *out_gone, ps_err *err)
{
	ps_code code;

	if (c == NULL)
		return ps_nomem(err, STORE_WHERE);
	if ((code = store_begin(s, true, err)) != PS_OK)
		return code;
	return store_end(s, forget(s, c, out_gone, err), err);
}
