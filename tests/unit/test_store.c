/* SPDX-License-Identifier: ISC */
/*
 * The store: what was put there is there, for the next process too; what
 * others may change is not used; what is damaged is said to be, and mended
 * from its copy. SQLite's own library looks from outside.
 */
#include "store_place.h"

/* --- certificates --- */

struct seen {
	unsigned n;
	char	 sha256[65];
	int64_t	 forgotten;
};

static ps_code
see_cert(void *arg, const ps_store_cert *c, ps_err *err)
{
	struct seen *s = arg;

	(void)err;
	s->n++;
	snprintf(s->sha256, sizeof s->sha256, "%s", ps_cert_sha256(c->cert));
	s->forgotten = c->forgotten;
	return PS_OK;
}

static struct seen
find(struct place *p, const char *what, int all)
{
	struct seen s = { 0 };

	assert_ok(ps_store_find_certs(p->store, what, all, see_cert, &s, &p->err), &p->err);
	return s;
}

static void
add(struct place *p, const char *name)
{
	ps_cert *c = pki_cert(name);

	assert_ok(ps_store_add_cert(p->store, c, PS_STORE_GIVEN, &p->err), &p->err);
	ps_cert_free(c);
}

static void
test_certs(void **state)
{
	struct place *p = *state;
	ps_cert *alice = pki_cert("alice");
	char beginning[9];

	assert_int_equal(find(p, NULL, 0).n, 0);	/* there is no file */
	add(p, "alice");
	add(p, "alice");
	add(p, "bob");
	add(p, "issuing");
	place_reopen(p);
	assert_int_equal(find(p, NULL, 0).n, 3);
	assert_int_equal(find(p, "alice@example.org", 0).n, 1);
	assert_string_equal(find(p, "Alice@EXAMPLE.org", 0).sha256, ps_cert_sha256(alice));
	assert_int_equal(find(p, "alice@example.com", 0).n, 0);
	snprintf(beginning, sizeof beginning, "%s", ps_cert_sha256(alice));
	assert_string_equal(find(p, beginning, 0).sha256, ps_cert_sha256(alice));
	assert_string_equal(find(p, ps_cert_sha256(alice), 0).sha256, ps_cert_sha256(alice));
	assert_code(ps_store_find_certs(p->store, "abc", 0, see_cert, NULL, &p->err),
	    PS_E_MISUSE);
	assert_int_equal(place_sql(p->path, "SELECT count(*) FROM cert WHERE authority NOTNULL"),
	    1);
	ps_cert_free(alice);
}

static void
test_forget(void **state)
{
	struct place *p = *state;
	ps_cert *alice = pki_cert("alice");
	int gone = -1;

	add(p, "alice");
	assert_ok(ps_store_forget_cert(p->store, alice, &gone, &p->err), &p->err);
	assert_int_equal(gone, 0);
	assert_int_equal(find(p, "alice@example.org", 0).n, 0);
	assert_true(find(p, "alice@example.org", 1).forgotten > PKI_NOW);
	/* A mail does not bring it back, its owner does. */
	assert_ok(ps_store_add_cert(p->store, alice, PS_STORE_MAIL, &p->err), &p->err);
	assert_int_equal(find(p, NULL, 0).n, 0);
	add(p, "alice");
	assert_int_equal(find(p, NULL, 0).n, 1);
	for (int i = 0; i < 2; i++)
		assert_ok(ps_store_forget_cert(p->store, alice, &gone, &p->err), &p->err);
	assert_int_equal(gone, 1);
	assert_int_equal(find(p, NULL, 1).n, 0);
	assert_int_equal(place_sql(p->path, "SELECT count(*) FROM name"), 0);
	assert_code(ps_store_forget_cert(p->store, alice, &gone, &p->err), PS_E_NOT_FOUND);
	ps_cert_free(alice);
}

/* --- news --- */

static ps_code
see_news(void *arg, const ps_news *n, ps_err *err)
{
	(void)err;
	snprintf(arg, 32, "%.*s %d %d", (int)n->data.n, (const char *)n->data.p,
	    (int)n->this_update, (int)n->next_update);
	return PS_OK;
}

static void
put_news(struct place *p, const char *data, int64_t this_update)
{
	ps_news n = { .size = sizeof n, .kind = PS_NEWS_CRL, .key = ps_str("http://a"),
	    .data = ps_str(data), .this_update = this_update, .next_update = this_update + 7 };

	assert_ok(ps_store_put_news(p->store, &n, &p->err), &p->err);
}

static void
test_news(void **state)
{
	struct place *p = *state;
	char text[32] = "";

	assert_code(ps_store_get_news(p->store, PS_NEWS_CRL, ps_str("http://a"), see_news, text,
	    &p->err), PS_E_NOT_FOUND);
	put_news(p, "first", 10);
	put_news(p, "second", 20);
	put_news(p, "first again", 10);
	assert_ok(ps_store_get_news(p->store, PS_NEWS_CRL, ps_str("http://a"), see_news, text,
	    &p->err), &p->err);
	assert_string_equal(text, "second 20 27");
	assert_code(ps_store_get_news(p->store, PS_NEWS_OCSP, ps_str("http://a"), see_news, text,
	    &p->err), PS_E_NOT_FOUND);
}

/* Of a kind, what was fetched longest ago goes; another kind has its own room. */
static void
test_news_room(void **state)
{
	struct place *p = *state;
	ps_news n = { .size = sizeof n, .kind = PS_NEWS_OCSP, .key = ps_str("new"),
	    .data = ps_str("x"), .fetched = 10000 };
	uint8_t *large = calloc(1, 1 << 20);

	assert_non_null(large);
	put_news(p, "list", 10);
	place_sql(p->path, "WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i"
	    " WHERE n < 4096) INSERT INTO news SELECT 2, CAST(n AS BLOB), x'01', 0, 0, n FROM i");
	assert_ok(ps_store_put_news(p->store, &n, &p->err), &p->err);
	assert_int_equal(place_sql(p->path, "SELECT count(*) FROM news WHERE kind = 2"), 4096);
	assert_int_equal(place_sql(p->path, "SELECT min(fetched) FROM news WHERE kind = 2"), 2);
	assert_int_equal(place_sql(p->path, "SELECT count(*) FROM news WHERE kind = 1"), 1);
	n.data = (ps_slice){ large, 1 << 20 };
	for (char i = 'a'; i < 'a' + 17; i++) {
		n.key = (ps_slice){ (uint8_t *)&i, 1 };
		n.fetched++;
		assert_ok(ps_store_put_news(p->store, &n, &p->err), &p->err);
	}
	assert_int_equal(place_sql(p->path, "SELECT count(*) FROM news WHERE kind = 2"), 16);
	assert_int_equal(place_sql(p->path, "SELECT sum(length(data)) FROM news WHERE kind = 2"),
	    16 << 20);
	n.data.n = (16 << 20) + 1;	/* too much by itself; it is not looked at */
	assert_code(ps_store_put_news(p->store, &n, &p->err), PS_E_LIMIT);
	free(large);
}

/* --- the file --- */

static void
test_rights(void **state)
{
	struct place *p = *state;
	struct stat st;

	add(p, "alice");
	assert_int_equal(stat(p->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	ps_store_close(p->store);
	p->store = NULL;
	assert_int_equal(stat(p->copy, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(chmod(p->path, 0620), 0);
	assert_code(ps_store_open(&p->store, p->path, 0, &p->err), PS_E_REFUSED);
	assert_int_equal(chmod(p->path, 0600), 0);
	p->path[strlen(p->path) - strlen("/store.db")] = '\0';
	assert_int_equal(chmod(p->path, 01777), 0);
	p->path[strlen(p->path)] = '/';
	assert_code(ps_store_open(&p->store, p->path, 0, &p->err), PS_E_REFUSED);
	assert_null(p->store);
}

static void
test_none(void **state)
{
	struct place *p = *state;
	ps_store *s = NULL;

	assert_code(ps_store_open(&s, p->path, 0, &p->err), PS_E_NOT_FOUND);
	assert_int_equal(find(p, "alice@example.org", 0).n, 0);
	ps_store_close(p->store);
	p->store = NULL;
	assert_int_equal(access(p->path, F_OK), -1);	/* reading makes nothing */
}

static void
test_newer(void **state)
{
	struct place *p = *state;
	struct seen s = { 0 };

	add(p, "alice");
	place_sql(p->path, "PRAGMA user_version = 9999");
	place_reopen(p);
	assert_code(ps_store_find_certs(p->store, NULL, 0, see_cert, &s, &p->err),
	    PS_E_UNSUPPORTED);
}

/* --- damage --- */

static void
overwrite(const char *path, long from, size_t n)
{
	FILE *f = fopen(path, "r+b");

	assert_non_null(f);
	assert_int_equal(fseek(f, from, SEEK_SET), 0);
	while (n-- > 0)
		fputc(0xa5, f);
	fclose(f);
}

static void
test_damaged(void **state)
{
	struct place *p = *state;
	int64_t when = 0;
	struct seen s = { 0 };

	add(p, "alice");
	place_reopen(p);	/* writes the copy */
	assert_ok(ps_store_check(p->store, &p->err), &p->err);
	ps_store_close(p->store);
	p->store = NULL;
	assert_code(ps_store_repair(p->path, &when, &p->err), PS_E_REFUSED);
	overwrite(p->path, 4096, 8 * 4096);
	place_open(p);
	assert_code(ps_store_find_certs(p->store, NULL, 0, see_cert, &s, &p->err),
	    PS_E_MALFORMED);
	assert_code(ps_store_check(p->store, &p->err), PS_E_MALFORMED);
	assert_code(ps_store_copy(p->store, &p->err), PS_E_MALFORMED);
	ps_store_close(p->store);
	assert_ok(ps_store_repair(p->path, &when, &p->err), &p->err);
	assert_true(when > PKI_NOW);
	place_open(p);
	assert_int_equal(find(p, "alice@example.org", 0).n, 1);
}

static void
test_no_database(void **state)
{
	struct place *p = *state;
	int64_t when;
	struct seen s = { 0 };

	add(p, "alice");
	ps_store_close(p->store);
	overwrite(p->path, 0, 4096);
	assert_int_equal(remove(p->copy), 0);
	assert_code(ps_store_repair(p->path, &when, &p->err), PS_E_NOT_FOUND);
	place_open(p);
	assert_code(ps_store_find_certs(p->store, NULL, 0, see_cert, &s, &p->err),
	    PS_E_MALFORMED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		place_test(test_certs),
		place_test(test_forget),
		place_test(test_news),
		place_test(test_news_room),
		place_test(test_rights),
		place_test(test_none),
		place_test(test_newer),
		place_test(test_damaged),
		place_test(test_no_database),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
