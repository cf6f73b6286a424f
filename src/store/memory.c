/* SPDX-License-Identifier: ISC */
/*
 * The store as those who open and protect mail see it (x509/memory.h).
 */
#include <string.h>

#include "store/store.h"
#include "store/words.h"

static ps_store *
of(struct ps_memory *m)
{
	return (ps_store *)m;	/* which it is the beginning of */
}

/* --- certificates --- */

struct certs {
	ps_memory_cert_fn each;
	void		*arg;
};

static ps_code
hand_on(void *arg, const ps_store_cert *c, ps_err *err)
{
	const struct certs *to = arg;

	return to->each(to->arg, c->cert, err);
}

struct named {
	ps_memory_named_fn each;
	void		*arg;
};

static ps_code
hand_named(void *arg, const ps_store_cert *c, ps_err *err)
{
	const struct named *to = arg;

	return to->each(to->arg, c->cert, c->how == PS_STORE_LDAP || c->how == PS_STORE_SMIMEA,
	    err);
}

static ps_code
certs_for(struct ps_memory *m, const char *address, ps_memory_named_fn each, void *arg,
    ps_err *err)
{
	struct named to = { each, arg };
	char key[PS_ADDRESS_KEY];

	if (!ps_address_key(address, key))
		return PS_OK;
	return ps_store_find_certs(of(m), address, 0, hand_named, &to, err);
}

static ps_code
keep(struct ps_memory *m, ps_cert *c, const char *source, ps_err *err)
{
	return ps_store_add_cert(of(m), c, strcmp(source, "ldap") == 0 ? PS_STORE_LDAP :
	    PS_STORE_SMIMEA, err);
}

static ps_code
certs_named(struct ps_memory *m, const struct ps_memory_name *name, ps_memory_cert_fn each,
    void *arg, ps_err *err)
{
	struct certs to = { each, arg };
	struct query q;
	bool any;
	ps_code code = store_enter(of(m), &any, err);

	if (code != PS_OK || !any)
		return code;
	db_query(of(m)->db, name->serial.n != 0 ? STMT_CERT_NAMED : STMT_CERT_KEY_ID, &q);
	query_octets(&q, name->serial.n != 0 ? name->serial : name->key_id);
	return store_leave(of(m), store_cert_each(&q, hand_on, &to, err));
}

static ps_code
authorities(struct ps_memory *m, ps_slice subject, ps_memory_cert_fn each, void *arg,
    ps_err *err)
{
	struct certs to = { each, arg };
	struct query q;
	bool any;
	ps_code code = store_enter(of(m), &any, err);

	if (code != PS_OK || !any)
		return code;
	db_query(of(m)->db, STMT_CERT_AUTHORITY, &q);
	query_number(&q, ps_name_hash(subject));
	return store_leave(of(m), store_cert_each(&q, hand_on, &to, err));
}

static ps_code
anchors(struct ps_memory *m, ps_memory_cert_fn each, void *arg, ps_err *err)
{
	struct certs to = { each, arg };

	return ps_store_list_anchors(of(m), hand_on, &to, err);
}

/* --- keys --- */

_Static_assert((int)PS_STORE_SIGNS == (int)PS_MEMORY_SIGNS &&
    (int)PS_STORE_DECRYPTS == (int)PS_MEMORY_DECRYPTS, "purposes");

struct keys {
	ps_memory_key_fn each;
	void		*arg;
	bool		 for_new;	/* mail: not those that are retired */
};

static ps_code
hand_key(void *arg, const ps_store_identity *i, ps_err *err)
{
	const struct keys *to = arg;
	struct ps_memory_key k = { .cert = i->cert, .key = i->key, .uri = i->uri,
	    .purpose = i->purpose, .retired = i->retired != 0, .chosen = i->chosen != 0 };

	if (i->cert == NULL || (to->for_new && k.retired))
		return PS_OK;
	return to->each(to->arg, &k, err);
}

static ps_code
keys_named(struct ps_memory *m, const struct ps_memory_name *name, ps_memory_key_fn each,
    void *arg, ps_err *err)
{
	struct keys to = { .each = each, .arg = arg };
	struct query q;
	bool any;
	ps_code code = store_enter(of(m), &any, err);

	if (code != PS_OK || !any)
		return code;
	db_query(of(m)->db, name->serial.n != 0 ? STMT_IDENTITY_BY_SERIAL :
	    STMT_IDENTITY_BY_KEY_ID, &q);
	query_octets(&q, name->serial.n != 0 ? name->serial : name->key_id);
	return store_leave(of(m), store_identity_each(&q, hand_key, &to, err));
}

static ps_code
keys_for(struct ps_memory *m, const char *address, ps_memory_key_fn each, void *arg, ps_err *err)
{
	struct keys to = { .each = each, .arg = arg, .for_new = true };
	char key[PS_ADDRESS_KEY];

	if (address != NULL && !ps_address_key(address, key))
		return PS_OK;
	return ps_store_list_identities(of(m), address, 0, hand_key, &to, err);
}

/* --- correspondents --- */

static ps_code
read_cert(const struct query *q, int column, ps_cert **out, ps_err *err)
{
	return row_is_null(q, column) ? PS_OK : ps_cert_parse(out, row_octets(q, column), err);
}

static ps_code
read_person(ps_store *s, const char *key, struct ps_memory_person *out, ps_err *err)
{
	struct query q;
	bool row;
	ps_code code;

	db_query(s->db, STMT_PERSON_ONE, &q);
	query_text(&q, key);
	if ((code = query_next(&q, &row, err)) == PS_OK && row) {
		out->made = row_is_null(&q, 0) ? STORE_NEVER : row_number(&q, 0);
		if ((code = ps_buf_add(&out->caps, row_octets(&q, 1), err)) == PS_OK &&
		    (code = read_cert(&q, 2, &out->prefer, err)) == PS_OK)
			code = read_cert(&q, 3, &out->pinned, err);
	}
	query_end(&q);
	return code;
}

static ps_code
read_seen(ps_store *s, const char *key, struct ps_memory_person *out, ps_err *err)
{
	struct query q;
	bool row;
	ps_code code;

	db_query(s->db, STMT_PERSON_SEEN, &q);
	query_text(&q, key);
	while ((code = query_next(&q, &row, err)) == PS_OK && row && out->nseen < PS_MEMORY_SEEN) {
		if ((code = read_cert(&q, 0, &out->seen[out->nseen].cert, err)) != PS_OK)
			break;
		out->seen[out->nseen].first = row_number(&q, 1);
		out->seen[out->nseen++].last = row_number(&q, 2);
	}
	query_end(&q);
	return code;
}

static ps_code
person(struct ps_memory *m, const char *address, struct ps_memory_person *out, ps_err *err)
{
	struct ps_memory_person p = { .made = STORE_NEVER };
	char key[PS_ADDRESS_KEY];
	bool any;
	ps_code code = store_enter(of(m), &any, err);

	if (code != PS_OK)
		return code;
	if (any) {
		if (ps_address_key(address, key) &&
		    (code = read_person(of(m), key, &p, err)) == PS_OK)
			code = read_seen(of(m), key, &p, err);
		(void)store_leave(of(m), PS_OK);
	}
	if (code == PS_OK)
		*out = p;
	else
		ps_memory_person_clear(&p);
	return code;
}

static ps_code
learn_caps(ps_store *s, const char *key, const struct ps_memory_lesson *l, ps_err *err)
{
	int64_t prefer = 0;
	struct query q;
	ps_code code = l->prefer == NULL ? PS_OK
	    : store_cert_add(s, l->prefer, PS_STORE_MAIL, &prefer, err);

	if (code != PS_OK)
		return code;
	db_query(s->db, STMT_PERSON_LEARN, &q);
	query_text(&q, key);
	query_number(&q, l->made);
	query_octets(&q, l->caps.n == 0 ? (ps_slice){ NULL, 0 } : l->caps);
	if (l->prefer != NULL)
		query_number(&q, prefer);
	else
		query_null(&q);
	return query_run(&q, err);
}

static ps_code
learn_all(ps_store *s, const char *key, const struct ps_memory_lesson *l, ps_err *err)
{
	int64_t cert;
	ps_code code;

	if ((code = store_person_add(s, key, l->address, err)) != PS_OK ||
	    (code = store_cert_add(s, l->cert, PS_STORE_MAIL, &cert, err)) != PS_OK ||
	    (code = store_seen_add(s, key, cert, PS_STORE_MAIL, l->at, err)) != PS_OK ||
	    (code = store_looks_add(s, key, l->at, false, err)) != PS_OK)
		return code;
	return l->made == STORE_NEVER ? PS_OK : learn_caps(s, key, l, err);
}

static ps_code
learn(struct ps_memory *m, const struct ps_memory_lesson *l, ps_err *err)
{
	char key[PS_ADDRESS_KEY];
	ps_code code;

	if (!ps_address_key(l->address, key))
		return PS_OK;
	if ((code = store_begin(of(m), false, err)) != PS_OK)
		return code;
	return store_end(of(m), learn_all(of(m), key, l, err), err);
}

/* --- first verdicts --- */

enum { VALID_DIGEST = 32 };

static ps_code
first_valid(struct ps_memory *m, const uint8_t digest[VALID_DIGEST], int64_t *out, ps_err *err)
{
	int64_t at = STORE_NEVER;
	struct query q;
	bool any;
	ps_code code = store_enter(of(m), &any, err);

	if (code == PS_OK && any) {
		db_query(of(m)->db, STMT_VALID_GET, &q);
		query_octets(&q, (ps_slice){ digest, VALID_DIGEST });
		if ((code = query_next(&q, &any, err)) == PS_OK && any)
			at = row_number(&q, 0);
		query_end(&q);
		(void)store_leave(of(m), PS_OK);
	}
	if (code == PS_OK)
		*out = at;
	return code;
}

static ps_code
note_valid(struct ps_memory *m, const uint8_t digest[VALID_DIGEST], int64_t at, ps_err *err)
{
	struct query q;
	ps_code code = store_begin(of(m), false, err);

	if (code != PS_OK)
		return code;
	db_query(of(m)->db, STMT_VALID_ADD, &q);
	query_octets(&q, (ps_slice){ digest, VALID_DIGEST });
	query_number(&q, at);
	return store_end(of(m), query_run(&q, err), err);
}

/* --- news --- */

static const ps_news_kind kind_of[] = { [PS_ANSWER_OCSP] = PS_NEWS_OCSP,
	[PS_ANSWER_CRL] = PS_NEWS_CRL, [PS_ANSWER_CERTS] = PS_NEWS_CERTS };

/* It can be asked for again, so a store that fails holds nothing up. */
static ps_code
soften(ps_code code, ps_code otherwise, ps_err *err)
{
	if (code == PS_OK || code == PS_E_NOMEM)
		return code;
	ps_err_clear(err);
	return otherwise;
}

static ps_code
take_answer(void *arg, const ps_news *n, ps_err *err)
{
	struct ps_answer a = { .this_update = n->this_update, .fetched = n->fetched,
	    .next_update = n->next_update == STORE_ENDLESS ? 0 : n->next_update };
	ps_code code = ps_buf_add(&a.bytes, n->data, err);

	if (code == PS_OK)
		*(struct ps_answer *)arg = a;
	else
		ps_answer_clear(&a);
	return code;
}

static ps_code
news_get(void *arg, enum ps_answer_kind kind, const char *key, struct ps_answer *out,
    ps_err *err)
{
	ps_code code = ps_store_get_news(arg, kind_of[kind], ps_str(key), take_answer, out, err);

	return soften(code, PS_E_NOT_FOUND, err);
}

static ps_code
news_put(void *arg, enum ps_answer_kind kind, const char *key, const struct ps_answer *a,
    ps_err *err)
{
	ps_slice data = a->bytes.n == 0 ? ps_str("") : ps_buf_get(&a->bytes);
	ps_news n = { .size = sizeof n, .kind = kind_of[kind], .key = ps_str(key), .data = data,
	    .this_update = a->this_update, .fetched = a->fetched,
	    .next_update = a->next_update == 0 ? STORE_ENDLESS : a->next_update };

	return soften(ps_store_put_news(arg, &n, err), PS_OK, err);
}

static struct ps_news_keeper
news(struct ps_memory *m)
{
	return (struct ps_news_keeper){ .get = news_get, .put = news_put, .arg = of(m) };
}

const struct ps_memory_ops store_memory = {
	.certs_for = certs_for,
	.keep = keep,
	.certs_named = certs_named,
	.authorities = authorities,
	.anchors = anchors,
	.keys_named = keys_named,
	.keys_for = keys_for,
	.person = person,
	.learn = learn,
	.looks_like = store_looks_like,
	.first_valid = first_valid,
	.note_valid = note_valid,
	.news = news,
};
