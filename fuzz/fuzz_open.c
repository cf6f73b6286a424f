/* SPDX-License-Identifier: ISC */
/*
 * A whole message opened with keys at hand, three times: into a writer that
 * can be abandoned, in small windows, and into one that cannot. What is written
 * is finished only with PS_OK, all ways give the same, and the verdict's JSON
 * is JSON.
 *
 * FUZZ_KEYS names the folder with the identities (default: tests/vectors/cms).
 */
#include <jansson.h>

#include <postseal/postseal.h>

#include "fuzz.h"
#include "../tests/support/streams.h"

FUZZ_SAID(fuzz_said)

static ps_ctx *ctx;
static ps_opener *opener;

static const char *
key_path(const char *name, char *out, size_t size)
{
	const char *folder = getenv("FUZZ_KEYS");

	snprintf(out, size, "%s/%s.pem", folder != NULL ? folder : "tests/vectors/cms", name);
	return out;
}

static void
close_all(void)
{
	ps_opener_free(opener);
	ps_ctx_free(ctx);
}

/* The opener is made once; a message must leave nothing behind in it. */
static void
start(void)
{
	static const char *const names[] = { "alice", "bob", "carol", "dave", "xenia" };
	char path[512];
	ps_secret *password = ps_secret_new();

	ctx = ps_ctx_new();
	CHECK(ps_ctx_set_time(ctx, 1893664800, NULL) == PS_OK);
	CHECK(ps_ctx_set_limit(ctx, "kdf_iterations", 5000, NULL) == PS_OK);
	opener = ps_opener_new(ctx);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		CHECK(ps_opener_add_identity_file(opener,
		    key_path(names[i], path, sizeof path), NULL, NULL, NULL) == PS_OK);
	/* An OpenSSL before 3.5 has no such keys: then its blocks are somebody else's. */
	CHECK(ps_opener_add_identity_file(opener, key_path("../pq/bob-mlkem768", path,
	    sizeof path), NULL, NULL, NULL) != PS_E_NOMEM);
	CHECK(ps_opener_add_trust_file(opener, key_path("root", path, sizeof path),
	    NULL) == PS_OK);
	CHECK(ps_secret_set(password, "secret", 6, NULL) == PS_OK);
	CHECK(ps_opener_add_password(opener, password, NULL) == PS_OK);
	ps_secret_free(password);
	atexit(close_all);
}

typedef ps_code (*write_fn)(const ps_verdict *v, const char *file, ps_writer *w, ps_err *err);

static void
check_json(const ps_verdict *v, write_fn write)
{
	struct sink sink;
	ps_writer *w = sink_open(&sink, true);
	json_error_t wrong;
	json_t *json;

	CHECK(write(v, "a file", w, NULL) == PS_OK);
	json = json_loadb((const char *)sink.got.p, sink.got.n, JSON_REJECT_DUPLICATES, &wrong);
	if (json == NULL)
		fprintf(stderr, "%s at %d: %.*s\n", wrong.text, wrong.position,
		    (int)sink.got.n, (const char *)sink.got.p);
	CHECK(json != NULL);
	json_decref(json);
	ps_writer_close(w);
}

/* All that a person reads is printable: no escape but our own. */
static void
check_text(const ps_verdict *v)
{
	struct sink sink;
	ps_writer *w = sink_open(&sink, true);

	CHECK(ps_verdict_write_text(v, 0, w, NULL) == PS_OK);
	CHECK(ps_verdict_write_tree(v, 0, w, NULL) == PS_OK);
	for (size_t i = 0; i < sink.got.n; i++)
		CHECK(sink.got.p[i] >= 0x20 || sink.got.p[i] == '\n');
	ps_writer_close(w);
}

static void
check_verdict(const ps_verdict *v, ps_code code)
{
	CHECK(v != NULL);
	CHECK((ps_verdict_summary(v) == PS_SUMMARY_BROKEN) == (code != PS_OK));
	CHECK(ps_verdict_sentence(v)[0] != '\0');
	/* PS_E_MISUSE: an mbox of several mails. */
	CHECK(code == PS_OK || ps_verdict_exit(v) >= (code == PS_E_MISUSE ? 2 : 3));
	check_json(v, ps_verdict_write_json);
	check_json(v, ps_verdict_write_inspect_json);
	check_text(v);
}

struct result {
	ps_code		 code;
	ps_summary	 summary;
	struct ps_buf	 out;
};

static void
run(ps_slice in, size_t step, bool can_abandon, struct result *r)
{
	struct source src;
	struct sink sink;
	ps_verdict *v = NULL;
	ps_err err = PS_ERR_INIT;

	*r = (struct result){ 0 };
	r->code = ps_open(opener, source_open(&src, in, step), sink_open(&sink, can_abandon),
	    &v, &err);
	CHECK_SAID(r->code, &err);
	CHECK(sink.finished == (r->code == PS_OK));
	CHECK(!can_abandon || sink.abandoned == (r->code != PS_OK));
	CHECK(can_abandon || r->code == PS_OK || !sink.written);
	check_verdict(v, r->code);
	r->summary = ps_verdict_summary(v);
	if (r->code == PS_OK)
		CHECK(ps_buf_add(&r->out, ps_buf_get(&sink.got), NULL) == PS_OK);
	ps_verdict_free(v);
	ps_writer_close(&sink.pub);
	ps_reader_close(&src.pub);
}

static void
inspect(ps_slice in)
{
	struct source src;
	ps_verdict *v = NULL;
	ps_err err = PS_ERR_INIT;
	ps_code code = ps_inspect(opener, source_open_once(&src, in, 0), &v, &err);

	CHECK_SAID(code, &err);
	CHECK(v != NULL);
	check_json(v, ps_verdict_write_inspect_json);
	ps_verdict_free(v);
	ps_reader_close(&src.pub);
}

static void
check_same(const struct result *a, const struct result *b)
{
	CHECK(a->code == b->code);
	CHECK(a->summary == b->summary);
	CHECK(a->out.n == b->out.n);
	CHECK(a->out.n == 0 || memcmp(a->out.p, b->out.p, a->out.n) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const size_t steps[] = { 1, 7, 64 };
	ps_slice in = { p, n };
	struct result whole, cut, held;

	if (opener == NULL)
		start();
	run(in, 0, true, &whole);
	run(in, steps[n % 3], true, &cut);
	run(in, 0, false, &held);
	check_same(&whole, &cut);
	check_same(&whole, &held);
	ps_buf_clear(&whole.out);
	ps_buf_clear(&cut.out);
	ps_buf_clear(&held.out);
	inspect(in);
	return 0;
}
