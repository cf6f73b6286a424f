/* SPDX-License-Identifier: ISC */
/*
 * How a mail is cut into windows does not matter: opening gives the same
 * octets and the same verdict, and what was protected from any cutting opens to
 * what was protected. Neither does it matter whether the output can be taken
 * back or the input can be read again.
 */
#include <dirent.h>

#include "../unit/unit.h"
#include "../support/mail.h"

static const size_t steps[] = { 0, 1, 2, 7, 64 };
enum { NSTEPS = sizeof steps / sizeof steps[0] };

struct result {
	struct ps_buf	 out, json;
};

static void
open_one(ps_opener *op, ps_slice in, size_t step, bool rewinds, bool can_abandon,
    struct result *r)
{
	struct source src;
	struct sink sink, json;
	ps_verdict *v = NULL;
	ps_err err = PS_ERR_INIT;
	ps_reader *from = rewinds ? source_open(&src, in, step) : source_open_once(&src, in, step);
	ps_writer *to = sink_open(&sink, can_abandon);

	must(ps_open(op, from, to, &v, &err), &err, "open");
	assert_true(sink.finished);
	must(ps_verdict_write_json(v, NULL, sink_open(&json, true), &err), &err, "json");
	r->out = sink.got;
	r->json = json.got;
	ps_verdict_free(v);
	ps_reader_close(from);
}

static void
result_clear(struct result *r)
{
	ps_buf_clear(&r->out);
	ps_buf_clear(&r->json);
}

static void
assert_same(const struct ps_buf *a, const struct ps_buf *b)
{
	assert_int_equal(a->n, b->n);
	assert_memory_equal(a->p, b->p, a->n);
}

/* What was damaged is read again to be diagnosed. A pipe cannot be, unless the
 * output wanted a copy of the input: only there the verdict may differ. */
static void
check_mail(ps_opener *op, ps_slice in)
{
	struct result whole, first, cut;

	open_one(op, in, 0, true, true, &whole);
	for (int how = 0; how < 4; how++) {
		open_one(op, in, 0, how & 1, how & 2, &first);
		assert_same(&whole.out, &first.out);
		for (size_t i = 0; i < NSTEPS; i++) {
			open_one(op, in, steps[i], how & 1, how & 2, &cut);
			assert_same(&first.out, &cut.out);
			assert_same(&first.json, &cut.json);
			result_clear(&cut);
		}
		result_clear(&first);
	}
	result_clear(&whole);
}

static void
test_open(void **state)
{
	ps_ctx *ctx = mail_ctx();
	ps_opener *op;
	ps_err err = PS_ERR_INIT;
	ps_secret *password = ps_secret_new();
	DIR *d = opendir(VECTORS "mail");
	struct dirent *e;
	struct ps_buf in;
	char path[512];
	unsigned n = 0;

	(void)state;
	must(mail_opener(ctx, "bob carol xenia", &op, &err), &err, "opener");
	must(ps_secret_set(password, "secret", 6, &err), &err, "secret");
	must(ps_opener_add_password(op, password, &err), &err, "secret");
	assert_non_null(d);
	while ((e = readdir(d)) != NULL) {
		if (strstr(e->d_name, ".eml") == NULL)
			continue;
		snprintf(path, sizeof path, VECTORS "mail/%s", e->d_name);
		in = mail_load(path);
		check_mail(op, ps_buf_get(&in));
		ps_buf_clear(&in);
		n++;
	}
	assert_in_range(n, 20, 200);
	closedir(d);
	ps_secret_free(password);
	ps_opener_free(op);
	ps_ctx_free(ctx);
}

/* --- protecting --- */

static const char multipart[] =
	"From: carol@example.org\r\nTo: bob@example.org\r\n"
    "Subject: two\r\n parts\r\nDate: Thu, 03 Jan 2030 10:00:00 +0000\r\nMIME-Version: 1.0\r\n"
    "Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\npreamble\r\n--b\r\n"
    "Content-Type: text/plain; charset=us-ascii\r\n\r\n"
    "Here.\r\n.\r\n leading\r\n--b\r\nContent-Type: application/octet-stream\r\n"
    "Content-Transfer-Encoding: base64\r\n\r\nAAECAwQ=\r\n--b--\r\nepilogue\r\n";

static const char *const drafts[] = { mail_draft, multipart };

static void
round_trip(ps_protector *pr, ps_opener *op, int what, const char *draft, size_t step,
    bool can_abandon)
{
	struct source src;
	struct sink sink;
	struct result r;
	ps_slice in = mail_text(draft);
	ps_err err = PS_ERR_INIT;
	ps_reader *from = source_open(&src, in, step);
	ps_writer *to = sink_open(&sink, can_abandon);

	must(ps_protect(pr, what, from, to, &err), &err, "protect");
	assert_true(sink.finished);
	open_one(op, ps_buf_get(&sink.got), step, true, true, &r);
	/* CRLF and 7-bit: what comes out is what went in, but for the order of
	 * the structural fields, which both have last. */
	assert_int_equal(r.out.n, in.n);
	assert_memory_equal(r.out.p, in.p, in.n);
	result_clear(&r);
	ps_writer_close(to);
	ps_reader_close(from);
}

static void
test_protect(void **state)
{
	static const int verbs[] = { PS_SIGN, PS_ENCRYPT, PS_SEAL };
	ps_ctx *ctx = mail_ctx();
	ps_opener *op;
	ps_protector *pr;
	ps_err err = PS_ERR_INIT;

	(void)state;
	must(mail_opener(ctx, "bob", &op, &err), &err, "opener");
	for (int opaque = 0; opaque < 2; opaque++) {
		must(mail_protector(ctx, "carol", "bob", &pr, &err), &err, "protector");
		must(ps_protector_set_opaque(pr, opaque, &err), &err, "opaque");
		for (size_t v = 0; v < 3; v++)
			for (size_t d = 0; d < 2; d++)
				for (size_t i = 0; i < NSTEPS; i++)
					round_trip(pr, op, verbs[v], drafts[d], steps[i],
					    i % 2 == 0);
		ps_protector_free(pr);
	}
	ps_opener_free(op);
	ps_ctx_free(ctx);
}

/* Above plan_max a message streams as BER; above hold it goes through a file
 * without a name. What comes out is the same. */
static void
test_limits_of_memory(void **state)
{
	static const uint64_t most[] = { 0, 1, 100, 4096, 1 << 20 };
	ps_ctx *ctx = mail_ctx();
	ps_opener *op;
	ps_protector *pr;
	ps_err err = PS_ERR_INIT;

	(void)state;
	must(mail_opener(ctx, "bob", &op, &err), &err, "opener");
	must(mail_protector(ctx, "carol", "bob", &pr, &err), &err, "protector");
	must(ps_protector_set_opaque(pr, 1, &err), &err, "opaque");
	for (size_t i = 0; i < sizeof most / sizeof most[0]; i++)
		for (size_t k = 0; k < sizeof most / sizeof most[0]; k++) {
			must(ps_ctx_set_limit(ctx, "plan_max", most[i], &err), &err, "limit");
			must(ps_ctx_set_limit(ctx, "hold", most[k], &err), &err, "limit");
			round_trip(pr, op, PS_SEAL, multipart, 64, false);
		}
	ps_protector_free(pr);
	ps_opener_free(op);
	ps_ctx_free(ctx);
}

/* The boundary of a signed mail; a context of its own, with a seed or none. */
static void
boundary_of(bool seeded, char out[64])
{
	ps_ctx *ctx = mail_ctx();
	ps_protector *pr;
	struct source src;
	struct sink sink;
	ps_err err = PS_ERR_INIT;
	ps_reader *from = source_open(&src, mail_text(mail_draft), 0);
	ps_writer *to = sink_open(&sink, true);
	const uint8_t *at;

	if (seeded)
		must(ps_ctx_set_insecure_test_seed(ctx, 7, &err), &err, "seed");
	must(mail_protector(ctx, "carol", NULL, &pr, &err), &err, "protector");
	must(ps_protect(pr, PS_SIGN, from, to, &err), &err, "sign");
	at = memmem(sink.got.p, sink.got.n, "boundary=\"", 10);
	assert_non_null(at);
	snprintf(out, 64, "%.34s", (const char *)at + 10);
	ps_writer_close(to);
	ps_reader_close(from);
	ps_protector_free(pr);
	ps_ctx_free(ctx);
}

/* Nobody can guess a boundary, unless a test asked for it by its insecure name. */
static void
test_boundaries(void **state)
{
	char a[64], b[64];

	(void)state;
	boundary_of(true, a);
	boundary_of(true, b);
	assert_string_equal(a, b);
	boundary_of(false, a);
	assert_string_not_equal(a, b);
	boundary_of(false, b);
	assert_string_not_equal(a, b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_protect),
		cmocka_unit_test(test_limits_of_memory),
		cmocka_unit_test(test_boundaries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
