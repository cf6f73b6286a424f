/* SPDX-License-Identifier: ISC */
/*
 * News that is kept, and when somebody is asked for more. What the answers
 * are worth is tests/e2e/revocation.sh.
 */
#include "unit.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/ctx.h"
#include "smime/setup.h"
#include "x509/internal.h"

static struct ps_answer
news_of(const char *text, int64_t fetched, int64_t next)
{
	struct ps_answer n = { .this_update = 1, .next_update = next, .fetched = fetched };

	assert_int_equal(ps_buf_add_text(&n.bytes, text, NULL), PS_OK);
	return n;
}

static void
put(const struct ps_news_keeper *k, const char *key, const char *text, int64_t fetched,
    int64_t next)
{
	struct ps_answer n = news_of(text, fetched, next);

	assert_int_equal(k->put(k->arg, PS_ANSWER_CRL, key, &n, NULL), PS_OK);
	ps_answer_clear(&n);
}

static bool
has(const struct ps_news_keeper *k, const char *key, const char *text)
{
	struct ps_answer n = { 0 };
	bool same;

	if (k->get(k->arg, PS_ANSWER_CRL, key, &n, NULL) != PS_OK)
		return false;
	same = n.bytes.n == strlen(text) && memcmp(n.bytes.p, text, n.bytes.n) == 0;
	ps_answer_clear(&n);
	return same;
}

static void
test_memory(void **state)
{
	struct ps_news_memory *m = ps_news_memory_new();
	struct ps_news_keeper k = ps_news_memory_keeper(m);
	struct ps_answer n = { 0 };
	char key[16];

	(void)state;
	assert_false(ps_news_memory_used(m));
	put(&k, "a", "one", 1, 2);
	assert_true(ps_news_memory_used(m));
	assert_true(has(&k, "a", "one"));
	assert_int_equal(k.get(k.arg, PS_ANSWER_OCSP, "a", &n, NULL), PS_E_NOT_FOUND);
	put(&k, "a", "two", 1, 2);
	assert_true(has(&k, "a", "two"));
	n = news_of("older", 3, 4);
	n.this_update = 0;
	assert_int_equal(k.put(k.arg, PS_ANSWER_CRL, "a", &n, NULL), PS_OK);
	ps_answer_clear(&n);
	assert_true(has(&k, "a", "two"));
	for (unsigned i = 0; i < 64; i++) {
		snprintf(key, sizeof key, "%u", i);
		put(&k, key, key, 1, 2);
	}
	assert_false(has(&k, "a", "two"));
	assert_true(has(&k, "63", "63"));
	assert_int_equal(ps_buf_reserve(&n.bytes, 1000000, NULL), PS_OK);
	memset(n.bytes.p, 'x', 1000000);
	n.bytes.n = 1000000;
	assert_int_equal(k.put(k.arg, PS_ANSWER_CRL, "large", &n, NULL), PS_OK);
	assert_false(has(&k, "large", ""));
	assert_int_equal(k.get(k.arg, PS_ANSWER_CRL, "large", &n, NULL), PS_E_NOT_FOUND);
	ps_answer_clear(&n);
	ps_news_memory_free(m);
}

/* --- asking --- */

struct server {
	unsigned calls;
	ps_code	 code;
};

static ps_code
serve(void *arg, enum ps_answer_kind kind, const char *url, ps_slice request, struct ps_buf *out,
    ps_err *err)
{
	struct server *s = arg;

	(void)kind;
	(void)url;
	(void)request;
	s->calls++;
	return s->code == PS_OK ? ps_buf_add_text(out, "new", err) : s->code;
}

/* What is found at `now`: "" for nothing. */
static void
finds(struct ps_news_source *s, int64_t now, bool may_ask, const char *text)
{
	struct ps_question q = { .kind = PS_ANSWER_CRL, .key = "k", .url = "http://k/",
	    .may_ask = may_ask };
	const char *why = NULL;
	struct ps_answer n;

	s->now = now;
	assert_int_equal(ps_news_find(s, &q, &n, &why, NULL), PS_OK);
	ps_news_done(s, &q);
	assert_int_equal(n.bytes.n, strlen(text));
	assert_memory_equal(n.bytes.n == 0 ? (const uint8_t *)"" : n.bytes.p, text, n.bytes.n);
	assert_true(n.bytes.n != 0 || why != NULL);
	ps_answer_clear(&n);
}

static void
test_when_asked(void **state)
{
	struct ps_news_memory *m = ps_news_memory_new();
	struct ps_news_keeper k = ps_news_memory_keeper(m);
	struct server server = { .code = PS_OK };
	struct ps_flights flights;
	struct ps_news_source s = { .keeper = &k, .flights = &flights, .ask = serve,
	    .arg = &server, .left = 100 };

	(void)state;
	assert_true(ps_flights_init(&flights));
	finds(&s, 1000, false, "");
	put(&k, "k", "old", 1000, 1000000);
	finds(&s, 1000 + 86399, true, "old");		/* young for a day */
	assert_int_equal(server.calls, 0);
	finds(&s, 1000 + 86400, true, "new");
	finds(&s, 1000 + 86400, false, "old");		/* better than nothing */
	finds(&s, 999, true, "new");			/* from the future */
	put(&k, "k", "old", 1000, 2000);
	finds(&s, 1999, true, "old");
	finds(&s, 2000, true, "new");			/* its own end */
	put(&k, "k", "old", 1000, 0);
	finds(&s, 1000 + 3599, true, "old");
	finds(&s, 1000 + 3600, true, "new");
	server.code = PS_E_TEMPORARY;
	finds(&s, 1000 + 3600, true, "old");
	ps_flights_clear(&flights);
	ps_news_memory_free(m);
}

static void
test_in_vain(void **state)
{
	struct ps_news_memory *m = ps_news_memory_new();
	struct ps_news_keeper k = ps_news_memory_keeper(m);
	struct server server = { .code = PS_E_TEMPORARY };
	struct ps_flights flights;
	struct ps_news_source s = { .keeper = &k, .flights = &flights, .ask = serve,
	    .arg = &server, .left = 3 };

	(void)state;
	assert_true(ps_flights_init(&flights));
	finds(&s, 1000, true, "");
	finds(&s, 1000 + 299, true, "");		/* left alone */
	assert_int_equal(server.calls, 1);
	finds(&s, 1000 + 300, true, "");
	assert_int_equal(server.calls, 2);
	finds(&s, 2000, true, "");
	finds(&s, 3000, true, "");			/* no question left */
	assert_int_equal(server.calls, 3);
	ps_flights_clear(&flights);
	ps_news_memory_free(m);
}

/* --- several at once --- */

enum { ASKERS = 8 };

struct asker {
	struct ps_news_source s;
	const char	*key;
	bool		 keeps;
};

static atomic_uint asked, at_once;

/* Slow enough that all of them come while the first waits. */
static ps_code
serve_slowly(void *arg, enum ps_answer_kind kind, const char *url, ps_slice request,
    struct ps_buf *out, ps_err *err)
{
	(void)arg;
	(void)kind;
	(void)url;
	(void)request;
	assert_int_equal(atomic_fetch_add(&at_once, 1), 0);
	usleep(20000);
	atomic_fetch_sub(&at_once, 1);
	atomic_fetch_add(&asked, 1);
	return ps_buf_add_text(out, "new", err);
}

static void *
ask_once(void *arg)
{
	struct asker *a = arg;
	struct ps_question q = { .kind = PS_ANSWER_CRL, .key = a->key, .url = "http://k/",
	    .may_ask = true };
	const char *why = NULL;
	struct ps_answer n;

	assert_int_equal(ps_news_find(&a->s, &q, &n, &why, NULL), PS_OK);
	assert_int_equal(n.bytes.n, 3);
	if (a->keeps)
		assert_int_equal(ps_news_keep(&a->s, &q, &n, NULL), PS_OK);
	ps_news_done(&a->s, &q);
	ps_answer_clear(&n);
	return NULL;
}

/* How often somebody is asked by all of them. */
static unsigned
ask_at_once(bool keeps)
{
	ps_ctx *ctx = ps_ctx_new();
	struct ps_news_keeper k = ps_news_memory_keeper(ctx->news);
	struct asker a = { .s = { .keeper = &k, .flights = &ctx->flights, .ask = serve_slowly,
	    .now = 1000, .left = 1 }, .key = "k", .keeps = keeps };
	struct asker each[ASKERS];
	pthread_t thread[ASKERS];

	atomic_store(&asked, 0);
	for (unsigned i = 0; i < ASKERS; i++) {
		each[i] = a;
		assert_int_equal(pthread_create(&thread[i], NULL, ask_once, &each[i]), 0);
	}
	for (unsigned i = 0; i < ASKERS; i++)
		assert_int_equal(pthread_join(thread[i], NULL), 0);
	ps_ctx_free(ctx);
	return atomic_load(&asked);
}

/* An answer that was of no use to one is not taken on trust by the next. */
static void
test_at_once(void **state)
{
	(void)state;
	assert_int_equal(ask_at_once(true), 1);
	assert_int_equal(ask_at_once(false), ASKERS);
}

/* --- limits --- */

static ps_code
flood(void *arg, int kind, const char *url, ps_slice request, ps_writer *answer, ps_err *err)
{
	const size_t *n = arg;
	uint8_t octet = 'x';
	ps_code code = PS_OK;

	(void)kind;
	(void)url;
	(void)request;
	for (size_t i = 0; i < *n && code == PS_OK; i++)
		code = answer->ops->write(answer, (ps_slice){ &octet, 1 }, err);
	return code;
}

static ps_code
ask_for(size_t n, enum ps_answer_kind kind, uint64_t *out_left)
{
	ps_ctx *ctx = ps_ctx_new();
	struct ps_setup s = { .ctx = ctx };
	struct ps_buf out = { .n = 0 };
	struct ps_news_source *news;
	ps_code code;

	assert_int_equal(ps_ctx_set_limit(ctx, "news_bytes", 100, NULL), PS_OK);
	assert_int_equal(ps_ctx_set_limit(ctx, "crl_bytes", 200, NULL), PS_OK);
	assert_int_equal(ps_ctx_set_limit(ctx, "questions", 7, NULL), PS_OK);
	assert_null(ps_setup_news(&s));			/* nothing can be known */
	ps_setup_set_fetch(&s, flood, &n);
	news = ps_setup_news(&s);
	assert_non_null(news);
	*out_left = news->left;
	code = news->ask(news->arg, kind, "http://x/", (ps_slice){ NULL, 0 }, &out, NULL);
	assert_int_equal(out.n, code == PS_OK ? n : 0);
	ps_buf_clear(&out);
	ps_ctx_free(ctx);
	return code;
}

static void
test_limits(void **state)
{
	uint64_t left;

	(void)state;
	assert_int_equal(ask_for(100, PS_ANSWER_OCSP, &left), PS_OK);
	assert_int_equal(ask_for(101, PS_ANSWER_OCSP, &left), PS_E_REFUSED);
	assert_int_equal(ask_for(101, PS_ANSWER_CERTS, &left), PS_E_REFUSED);
	assert_int_equal(ask_for(200, PS_ANSWER_CRL, &left), PS_OK);
	assert_int_equal(ask_for(201, PS_ANSWER_CRL, &left), PS_E_REFUSED);
	assert_int_equal(left, 7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_when_asked),
		cmocka_unit_test(test_in_vain),
		cmocka_unit_test(test_at_once),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
