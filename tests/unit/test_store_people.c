/* SPDX-License-Identifier: ISC */
/*
 * Identities, correspondents, anchors, the log, first verdicts: what of them
 * is found by what, what stays, and what is deleted only when told twice.
 */
#include "store_place.h"

#include "store/schema.h"
#include "store/store.h"
#include "x509/memory.h"

/* --- identities --- */

struct seen {
	unsigned n;
	int64_t	 last;
	char	 text[64];
	bool	 has_cert, retired;
};

static ps_code
see_identity(void *arg, const ps_store_identity *i, ps_err *err)
{
	struct seen *s = arg;

	(void)err;
	s->n++;
	s->last = i->id;
	s->has_cert = i->cert != NULL;
	s->retired = i->retired;
	snprintf(s->text, sizeof s->text, "%.*s", (int)i->key.n, (const char *)i->key.p);
	return PS_OK;
}

static struct seen
identities(struct place *p, const char *address, int all)
{
	struct seen s = { 0 };

	assert_ok(ps_store_list_identities(p->store, address, all, see_identity, &s, &p->err),
	    &p->err);
	return s;
}

static int64_t
add_identity(struct place *p, ps_cert *c, const char *key)
{
	ps_store_identity me = { .size = sizeof me, .cert = c, .key = ps_str(key),
	    .purpose = PS_STORE_SIGNS | PS_STORE_DECRYPTS };
	int64_t id = 0;

	assert_ok(ps_store_add_identity(p->store, &me, &id, &p->err), &p->err);
	return id;
}

static void
test_identities(void **state)
{
	struct place *p = *state;
	ps_cert *alice = pki_cert("alice"), *bob = pki_cert("bob");
	int64_t a = add_identity(p, alice, "key of alice"), b = add_identity(p, bob, "key of bob");
	int gone = -1;

	place_reopen(p);
	assert_int_equal(identities(p, NULL, 0).n, 2);
	assert_string_equal(identities(p, "Bob@Example.ORG", 0).text, "key of bob");
	assert_ok(ps_store_set_identity_key(p->store, a, ps_str("another"), &p->err), &p->err);
	assert_string_equal(identities(p, "alice@example.org", 0).text, "another");
	assert_ok(ps_store_retire_identity(p->store, a, 1, &p->err), &p->err);
	assert_true(identities(p, "alice@example.org", 0).retired);
	assert_ok(ps_store_choose_identity(p->store, a, &p->err), &p->err);
	assert_ok(ps_store_choose_identity(p->store, b, &p->err), &p->err);
	assert_int_equal(place_sql(p->path, "SELECT group_concat(id) FROM identity WHERE chosen"),
	    b);
	assert_ok(ps_store_forget_identity(p->store, b, &gone, &p->err), &p->err);
	assert_int_equal(gone, 0);
	assert_int_equal(identities(p, NULL, 0).n, 1);
	assert_int_equal(identities(p, NULL, 1).n, 2);
	assert_ok(ps_store_forget_identity(p->store, b, &gone, &p->err), &p->err);
	assert_int_equal(gone, 1);
	assert_code(ps_store_forget_identity(p->store, b, &gone, &p->err), PS_E_NOT_FOUND);
	assert_code(ps_store_set_identity_key(p->store, b, ps_str("x"), &p->err), PS_E_NOT_FOUND);
	/* The certificate of an identity cannot go before it. */
	assert_ok(ps_store_forget_cert(p->store, alice, &gone, &p->err), &p->err);
	assert_code(ps_store_forget_cert(p->store, alice, &gone, &p->err), PS_E_REFUSED);
	ps_cert_free(alice);
	ps_cert_free(bob);
}

/* A key first, its certificate when the authority has answered. */
static void
test_requested(void **state)
{
	struct place *p = *state;
	ps_cert *alice = pki_cert("alice"), *bob = pki_cert("bob");
	ps_store_identity me = { .size = sizeof me, .spki = ps_cert_view_of(alice)->spki,
	    .uri = "pkcs11:object=alice", .address = "alice@example.org",
	    .purpose = PS_STORE_SIGNS };
	int64_t id = 0;

	assert_ok(ps_store_add_identity(p->store, &me, &id, &p->err), &p->err);
	assert_false(identities(p, "alice@example.org", 0).has_cert);
	assert_code(ps_store_set_identity_cert(p->store, id, bob, &p->err), PS_E_MISUSE);
	assert_ok(ps_store_set_identity_cert(p->store, id, alice, &p->err), &p->err);
	assert_true(identities(p, "alice@example.org", 0).has_cert);
	me.key = ps_str("both");
	assert_code(ps_store_add_identity(p->store, &me, &id, &p->err), PS_E_MISUSE);
	me.uri = NULL;
	me.address = "alice";
	assert_code(ps_store_add_identity(p->store, &me, &id, &p->err), PS_E_MISUSE);
	me.address = "alice@example.org";
	me.cert = bob;
	assert_code(ps_store_add_identity(p->store, &me, &id, &p->err), PS_E_MISUSE);
	ps_cert_free(alice);
	ps_cert_free(bob);
}

static ps_code
count_key(void *arg, const struct ps_memory_key *k, ps_err *err)
{
	(void)err;
	assert_int_equal(k->key.n, 3);
	++*(int *)arg;
	return PS_OK;
}

/* A message names a key by its certificate's number or identifier: that is
 * found though it is retired; new mail does not get it. */
static void
test_keys(void **state)
{
	struct place *p = *state;
	struct ps_memory *m = (struct ps_memory *)p->store;
	ps_cert *alice = pki_cert("alice");
	const struct ps_cert_view *v = ps_cert_view_of(alice);
	struct ps_memory_name serial = { .issuer = v->issuer, .serial = v->serial };
	struct ps_memory_name key_id = { .key_id = ps_cert_key_id(alice) };
	int64_t id = add_identity(p, alice, "key");
	int n = 0;

	assert_ok(m->ops->keys_for(m, "alice@example.org", count_key, &n, &p->err), &p->err);
	assert_int_equal(n, 1);
	assert_ok(ps_store_retire_identity(p->store, id, 1, &p->err), &p->err);
	assert_ok(m->ops->keys_for(m, "alice@example.org", count_key, &n, &p->err), &p->err);
	assert_int_equal(n, 1);
	assert_ok(m->ops->keys_named(m, &serial, count_key, &n, &p->err), &p->err);
	assert_ok(m->ops->keys_named(m, &key_id, count_key, &n, &p->err), &p->err);
	assert_int_equal(n, 3);
	ps_cert_free(alice);
}

/* --- correspondents --- */

static void
teach(struct place *p, ps_cert *c, int64_t made, const char *caps, int64_t at)
{
	struct ps_memory *m = (struct ps_memory *)p->store;
	struct ps_memory_lesson l = { .address = "Alice@example.org", .cert = c, .made = made,
	    .caps = ps_str(caps), .at = at };

	assert_ok(m->ops->learn(m, &l, &p->err), &p->err);
}

static void
test_people(void **state)
{
	struct place *p = *state;
	struct ps_memory *m = (struct ps_memory *)p->store;
	struct ps_memory_person who;
	ps_cert *alice = pki_cert("alice"), *bob = pki_cert("bob");

	assert_ok(m->ops->person(m, "alice@example.org", &who, &p->err), &p->err);
	assert_int_equal(who.nseen, 0);
	teach(p, alice, 100, "old", 1000);
	teach(p, alice, 300, "new", 3000);
	teach(p, bob, 200, "late", 2000);
	assert_code(ps_store_pin(p->store, "alice@example.org", bob, &p->err), PS_E_MISUSE);
	assert_ok(ps_store_pin(p->store, "alice@example.org", alice, &p->err), &p->err);
	place_reopen(p);
	m = (struct ps_memory *)p->store;
	assert_ok(m->ops->person(m, "ALICE@example.org", &who, &p->err), &p->err);
	assert_int_equal(who.nseen, 2);
	assert_string_equal(ps_cert_sha256(who.seen[0].cert), ps_cert_sha256(alice));
	assert_int_equal(who.seen[0].first, 1000);
	assert_int_equal(who.made, 300);
	assert_slice(ps_buf_get(&who.caps), "new");
	assert_string_equal(ps_cert_sha256(who.pinned), ps_cert_sha256(alice));
	ps_memory_person_clear(&who);
	assert_ok(ps_store_pin(p->store, "alice@example.org", NULL, &p->err), &p->err);
	assert_int_equal(place_sql(p->path, "SELECT count(*) FROM person WHERE pin NOTNULL"), 0);
	ps_cert_free(alice);
	ps_cert_free(bob);
}

/* --- looks --- */

static void
like(struct place *p, const char *address, const char *want, bool want_domain)
{
	struct ps_memory *m = (struct ps_memory *)p->store;
	char out[PS_ADDRESS_KEY];
	bool domain = want_domain;

	assert_ok(m->ops->looks_like(m, address, out, &domain, &p->err), &p->err);
	assert_string_equal(out, want);
	assert_int_equal(domain, want_domain);
}

/* The first who was known is the true one, until the user says otherwise. */
static void
test_looks(void **state)
{
	struct place *p = *state;
	struct ps_memory *m = (struct ps_memory *)p->store;
	ps_cert *alice = pki_cert("alice");
	struct ps_memory_lesson l = { .address = "alice@exarnple.org", .cert = alice,
	    .made = INT64_MIN, .at = 2000 };

	like(p, "alice@example.org", "", false);
	teach(p, alice, INT64_MIN, "", 1000);
	like(p, "alice@example.org", "", false);
	like(p, "ALICE@Example.Org", "", false);
	like(p, "bob@example.org", "", false);
	like(p, "alice@exarnple.org", "example.org", true);
	like(p, "eve@EXARNPLE.org", "example.org", true);
	like(p, "a1ice@example.org", "alice@example.org", false);
	like(p, "alice@example.net", "", false);
	/* One that came within the same second is the second nevertheless. */
	l.address = "a1ice@example.org";
	l.at = 1000;
	assert_ok(m->ops->learn(m, &l, &p->err), &p->err);
	like(p, "a1ice@example.org", "alice@example.org", false);
	like(p, "alice@example.org", "", false);
	l.address = "alice@exarnple.org";
	l.at = 2000;
	assert_ok(m->ops->learn(m, &l, &p->err), &p->err);
	like(p, "alice@exarnple.org", "example.org", true);
	like(p, "alice@example.org", "", false);
	/* The user may know better. */
	assert_ok(ps_store_pin(p->store, "alice@example.org", alice, &p->err), &p->err);
	like(p, "alice@example.org", "", false);
	place_sql(p->path, "UPDATE look SET sure = 1 WHERE name = 'exarnple.org'");
	like(p, "eve@exarnple.org", "", false);
	ps_cert_free(alice);
}

/* Of how a certificate came what says most stays. */
static void
test_how(void **state)
{
	static const struct { ps_store_how how, want; } steps[] = {
		{ PS_STORE_SMIMEA, PS_STORE_SMIMEA }, { PS_STORE_LDAP, PS_STORE_SMIMEA },
		{ PS_STORE_MAIL, PS_STORE_MAIL }, { PS_STORE_LDAP, PS_STORE_MAIL },
		{ PS_STORE_GIVEN, PS_STORE_GIVEN }, { PS_STORE_MAIL, PS_STORE_GIVEN },
	};
	struct place *p = *state;
	ps_cert *alice = pki_cert("alice");

	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		assert_ok(ps_store_add_cert(p->store, alice, steps[i].how, &p->err), &p->err);
		assert_int_equal(place_sql(p->path, "SELECT how FROM cert"), steps[i].want);
		/* What a directory says makes nobody a correspondent. */
		assert_int_equal(place_sql(p->path, "SELECT count(*) FROM look"),
		    steps[i].want == PS_STORE_GIVEN ? 2 : 0);
	}
	ps_cert_free(alice);
}

static void
run_sql(const char *path, const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

/* Those who were known before addresses had looks get the same ones. */
static void
test_looks_of_before(void **state)
{
	static const char *const people =
	    "INSERT INTO person(key, address) VALUES('alice@example.org', 'alice@example.org'),"
	    "('\x22@\x60|\x22@m0dern.example', 'x'), ('bob@exarnple.org', 'x'),"
	    "('x@xn--pypal-4ve.example', 'x'), ('\xc3\xa9@example.org', 'x');"
	    "INSERT INTO cert(id, sha256, der, serial, key_id, how, added)"
	    " VALUES(1, 'a', x'62', x'63', x'64', 1, 5);"
	    "INSERT INTO seen VALUES('bob@exarnple.org', 1, 1, 2000, 2000),"
	    "('alice@example.org', 1, 1, 1000, 1000);";
	struct place *p = *state;

	ps_store_close(p->store);
	p->store = NULL;
	assert_int_equal(mkdir(strcat(strcpy(p->copy, p->folder), "/new"), 0700), 0);
	run_sql(p->path, ps_schema_step[0]);
	run_sql(p->path, "PRAGMA user_version = 1");
	run_sql(p->path, people);
	assert_int_equal(chmod(p->path, 0600), 0);
	place_open(p);
	like(p, "bob@exarnple.org", "example.org", true);
	like(p, "alice@example.org", "", false);
	like(p, "x@rnodern.example", "m0dern.example", true);
	like(p, "x@modern.example", "m0dern.example", true);
	assert_int_equal(place_sql(p->path, "SELECT count(*) FROM look"), 6);
	/* As they would be learnt now. */
	run_sql(p->path, "CREATE TABLE were AS SELECT * FROM look; DELETE FROM look");
	assert_ok(store_begin(p->store, false, &p->err), &p->err);
	assert_ok(store_looks_add(p->store, "alice@example.org", 1, false, &p->err), &p->err);
	assert_ok(store_looks_add(p->store, "\"@`|\"@m0dern.example", 1, false, &p->err),
	    &p->err);
	assert_ok(store_looks_add(p->store, "bob@exarnple.org", 1, false, &p->err), &p->err);
	assert_ok(store_end(p->store, PS_OK, &p->err), &p->err);
	assert_int_equal(place_sql(p->path, "SELECT count(*) FROM look JOIN were"
	    " USING(skeleton, name)"), 6);
}

/* --- anchors, verdicts, log --- */

static ps_code
count_cert(void *arg, const ps_store_cert *c, ps_err *err)
{
	(void)c;
	(void)err;
	++*(int *)arg;
	return PS_OK;
}

static void
test_anchors(void **state)
{
	struct place *p = *state;
	ps_cert *c = pki_cert("issuing");
	int n = 0;

	assert_ok(ps_store_add_anchor(p->store, c, &p->err), &p->err);
	assert_ok(ps_store_add_anchor(p->store, c, &p->err), &p->err);
	assert_ok(ps_store_list_anchors(p->store, count_cert, &n, &p->err), &p->err);
	assert_int_equal(n, 1);
	assert_ok(ps_store_drop_anchor(p->store, c, &p->err), &p->err);
	assert_code(ps_store_drop_anchor(p->store, c, &p->err), PS_E_NOT_FOUND);
	ps_cert_free(c);
}

static void
test_valid(void **state)
{
	struct place *p = *state;
	struct ps_memory *m = (struct ps_memory *)p->store;
	uint8_t digest[32] = { 1 };
	int64_t at = 0;

	assert_ok(m->ops->first_valid(m, digest, &at, &p->err), &p->err);
	assert_true(at == INT64_MIN);
	assert_ok(m->ops->note_valid(m, digest, 100, &p->err), &p->err);
	assert_ok(m->ops->note_valid(m, digest, 200, &p->err), &p->err);
	assert_ok(m->ops->first_valid(m, digest, &at, &p->err), &p->err);
	assert_int_equal(at, 100);
}

static ps_code
see_entry(void *arg, const ps_store_entry *e, ps_err *err)
{
	char *text = arg;

	(void)err;
	snprintf(text + strlen(text), 64 - strlen(text), "%s/%s ", e->kind, e->about);
	return PS_OK;
}

static void
test_log(void **state)
{
	struct place *p = *state;
	static const char *const entries[][2] = { { "issued", "1" }, { "issued", "2" },
		{ "revoked", "1" } };
	char text[64] = "";
	sqlite3 *db;

	for (size_t i = 0; i < 3; i++) {
		ps_store_entry e = { .size = sizeof e, .kind = entries[i][0],
		    .about = entries[i][1] };

		assert_ok(ps_store_add_entry(p->store, &e, NULL, &p->err), &p->err);
	}
	assert_ok(ps_store_list_entries(p->store, NULL, NULL, see_entry, text, &p->err), &p->err);
	assert_string_equal(text, "issued/1 issued/2 revoked/1 ");
	text[0] = '\0';
	assert_ok(ps_store_list_entries(p->store, "issued", "2", see_entry, text, &p->err),
	    &p->err);
	assert_string_equal(text, "issued/2 ");
	assert_int_equal(sqlite3_open(p->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "DELETE FROM log", NULL, NULL, NULL),
	    SQLITE_CONSTRAINT);
	assert_int_equal(sqlite3_exec(db, "UPDATE log SET about = 'x'", NULL, NULL, NULL),
	    SQLITE_CONSTRAINT);
	sqlite3_close(db);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		place_test(test_identities),
		place_test(test_requested),
		place_test(test_keys),
		place_test(test_people),
		place_test(test_how),
		place_test(test_looks),
		place_test(test_looks_of_before),
		place_test(test_anchors),
		place_test(test_valid),
		place_test(test_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
