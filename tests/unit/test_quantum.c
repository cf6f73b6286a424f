/* SPDX-License-Identifier: ISC */
/*
 * The objects of tests/vectors/pq, opened whole: none was made by the code under test.
 * Where the crypto library has none of these algorithms, it says so plainly, and
 * what it can judge it judges.
 */
#include "unit.h"

#include "base/text.h"
#include "crypto/alg.h"
#include "mail.h"
#include "smime/verdict.h"
#include "vector.h"

#define PQ	VECTORS "pq/"

static ps_ctx *ctx;

static bool
offered(void)
{
	return ps_alg_offered(ps_alg_get(PS_KEY_MLKEM768));
}

static ps_opener *
opener(ps_ctx *in, const char *names)
{
	ps_opener *op = ps_opener_new(in);
	ps_err err = PS_ERR_INIT;
	char name[24], path[64];
	int used;

	assert_ok(ps_opener_add_trust_file(op, PQ "root.pem", &err), &err);
	for (; sscanf(names, "%23s%n", name, &used) == 1; names += used) {
		snprintf(path, sizeof path, PQ "%s.pem", name);
		assert_ok(ps_opener_add_identity_file(op, path, NULL, NULL, &err), &err);
	}
	return op;
}

struct result {
	ps_code		 code;
	ps_verdict	*v;
	struct ps_buf	 out;
	ps_err		 err;
};

static void
take_octets(ps_opener *op, ps_slice in, struct result *r)
{
	ps_reader *src;
	ps_writer *dst;

	*r = (struct result){ .err = PS_ERR_INIT };
	assert_ok(ps_reader_open_memory(&src, in, &r->err), &r->err);
	assert_ok(ps_writer_open_memory(&dst, 1 << 20, &r->err), &r->err);
	r->code = ps_open(op, src, dst, &r->v, &r->err);
	assert_int_equal(ps_buf_add(&r->out, ps_writer_memory(dst), NULL), PS_OK);
	ps_writer_close(dst);
	ps_reader_close(src);
}

static void
take(ps_opener *op, const char *name, struct result *r)
{
	char path[96];
	struct ps_buf in;

	snprintf(path, sizeof path, PQ "%s.der", name);
	in = mail_load(path);
	take_octets(op, ps_buf_get(&in), r);
	ps_buf_clear(&in);
}

static void
result_clear(struct result *r)
{
	ps_verdict_free(r->v);
	ps_buf_clear(&r->out);
}

/* --- encapsulation --- */

static void
what_is_encapsulated_opens(void **state)
{
	static const struct { const char *name, *key, *algorithm; } rows[] = {
		{ "kem-512", "bob-mlkem512", "ml-kem-512" },
		{ "kem-768", "bob-mlkem768", "ml-kem-768" },
		{ "kem-1024-ukm", "bob-mlkem1024", "ml-kem-1024" },
		{ "kem-rsa", "bob-rsa", "kem-rsa" },
	};
	struct ps_buf payload = mail_load(PQ "content.txt");
	struct result r;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		ps_opener *op;

		if (!offered() && strcmp(rows[i].name, "kem-rsa") != 0)
			continue;
		op = opener(ctx, rows[i].key);
		take(op, rows[i].name, &r);
		assert_ok(r.code, &r.err);
		assert_int_equal(ps_verdict_summary(r.v), PS_SUMMARY_ENCRYPTED);
		assert_true(ps_slice_equal(ps_buf_get(&r.out), ps_buf_get(&payload)));
		result_clear(&r);
		ps_opener_free(op);
	}
	ps_buf_clear(&payload);
}

/* One answer to whatever a key had a part in; what the structure says wrongly is no
 * secret. */
static void
what_was_changed_does_not(void **state)
{
	static const struct { const char *name; ps_code code; } rows[] = {
		{ "bad-changed", PS_E_DECRYPT }, { "bad-short", PS_E_DECRYPT },
		{ "bad-long", PS_E_DECRYPT }, { "bad-size", PS_E_DECRYPT },
		{ "bad-params", PS_E_UNSUPPORTED }, { "bad-kind", PS_E_NO_KEY },
	};
	ps_opener *op;
	struct result r;

	(void)state;
	if (!offered())
		skip();
	op = opener(ctx, "bob-mlkem768");
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		take(op, rows[i].name, &r);
		if (r.code != rows[i].code)
			fail_msg("%s: %s", rows[i].name, ps_verdict_sentence(r.v));
		assert_int_equal(r.out.n, 0);
		result_clear(&r);
	}
	ps_opener_free(op);
}

/* Nothing comes out of a message that was cut anywhere. */
static void
what_was_cut_does_not(void **state)
{
	static const char *const names[] = { "kem-768", "two" };
	ps_opener *op;
	struct result r;

	(void)state;
	if (!offered())
		skip();
	op = opener(ctx, "bob-mlkem768");
	for (size_t i = 0; i < 2; i++) {
		char path[96];
		struct ps_buf in;

		snprintf(path, sizeof path, PQ "%s.der", names[i]);
		in = mail_load(path);
		for (size_t n = 60; n < in.n; n += 1 + n / 97) {
			take_octets(op, (ps_slice){ in.p, n }, &r);
			assert_int_not_equal(r.code, PS_OK);
			assert_int_equal(r.out.n, 0);
			result_clear(&r);
		}
		ps_buf_clear(&in);
	}
	ps_opener_free(op);
}

/* --- signatures --- */

static const char *
said(const struct ps_signature *s, char *out, size_t size)
{
	size_t used = (size_t)snprintf(out, size, "%s", ps_state_name(s->state));

	for (size_t i = 0; i < s->nreason && used < size; i++)
		used += (size_t)snprintf(out + used, size - used, ":%s", s->reason[i].code);
	return out;
}

static void
check_signatures(const char *name, const struct result *r, const char *const want[2])
{
	char text[128];

	assert_int_equal(r->v->nsignature, want[1] == NULL ? 1 : 2);
	for (size_t i = 0; i < r->v->nsignature; i++)
		if (strcmp(said(&r->v->signature[i], text, sizeof text), want[i]) != 0)
			fail_msg("%s, signature %zu: %s, not %s", name, i, text, want[i]);
}

static void
each_signature_is_judged(void **state)
{
	/* in the order of the SET OF; the second column without the algorithms */
	static const struct { const char *name, *want[2], *old[2]; } rows[] = {
		{ "signed-mldsa44", { "valid" }, { "unknown:old-library" } },
		{ "signed-mldsa65", { "valid" }, { "unknown:old-library" } },
		{ "signed-slh", { "valid" }, { "unknown:old-library" } },
		/* the octets are right, and it could have been made for something else */
		{ "noattr-mldsa65", { "untrusted:no-signed-attributes" },
		  { "unknown:old-library" } },
		{ "noattr-odd-digest", { "untrusted:no-signed-attributes" },
		  { "unknown:old-library" } },
		{ "noattr-ed25519", { "untrusted:no-signed-attributes" },
		  { "untrusted:no-signed-attributes" } },
		{ "noattr-confusion", { "invalid:attribute-confusion" },
		  { "unknown:old-library" } },
		{ "two", { "valid", "valid" }, { "valid", "unknown:old-library" } },
		{ "two-rsa-left", { "untrusted:signature-removed" },
		  { "untrusted:signature-removed" } },
		{ "two-mldsa-left", { "untrusted:signature-removed" },
		  { "unknown:old-library" } },
		{ "two-exchanged", { "untrusted:signature-removed", "valid" },
		  { "untrusted:signature-removed", "unknown:old-library" } },
	};
	ps_opener *op = opener(ctx, "");
	struct result r;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		take(op, rows[i].name, &r);
		assert_ok(r.code, &r.err);
		check_signatures(rows[i].name, &r, offered() ? rows[i].want : rows[i].old);
		result_clear(&r);
	}
	ps_opener_free(op);
}

/* At the limit both are found; one below, the second is not looked for. */
static void
looks_are_limited(void **state)
{
	static const char *const want[2] = { "valid", "untrusted:signature-removed" };

	(void)state;
	if (!offered())
		skip();
	for (uint64_t most = 1; most <= 2; most++) {
		ps_ctx *few = mail_ctx();
		ps_opener *op;
		struct result r;

		assert_int_equal(ps_ctx_set_limit(few, "multiple", most, NULL), PS_OK);
		op = opener(few, "");
		take(op, "two", &r);
		assert_ok(r.code, &r.err);
		if (most == 1)
			check_signatures("two", &r, want);
		else
			assert_int_equal(ps_verdict_summary(r.v), PS_SUMMARY_SIGNED);
		result_clear(&r);
		ps_opener_free(op);
		ps_ctx_free(few);
	}
}

/* A content above limits.oneshot is not held for who signed it whole. */
static void
large_contents_are_not_held(void **state)
{
	struct ps_buf payload = mail_load(PQ "content.txt");
	static const char *const at[2] = { "untrusted:no-signed-attributes" };
	static const char *const above[2] = { "unknown:too-large" };

	(void)state;
	for (size_t less = 0; less < 2; less++) {
		ps_ctx *small = mail_ctx();
		ps_opener *op;
		struct result r;

		op = opener(small, "");
		assert_int_equal(ps_ctx_set_limit(small, "oneshot", payload.n - less, NULL),
		    PS_OK);
		take(op, "noattr-ed25519", &r);
		assert_ok(r.code, &r.err);
		check_signatures("noattr-ed25519", &r, less == 0 ? at : above);
		result_clear(&r);
		ps_opener_free(op);
		ps_ctx_free(small);
	}
	ps_buf_clear(&payload);
}

static void
the_lack_is_told(void **state)
{
	ps_opener *op;
	struct result r;

	(void)state;
	if (offered())
		skip();
	op = opener(ctx, "");
	take(op, "signed-mldsa65", &r);
	assert_ok(r.code, &r.err);
	assert_string_equal(r.v->signature[0].reason[0].text,
	    "this OpenSSL has no ML-DSA-65: 3.5 or later is needed");
	result_clear(&r);
	take(op, "kem-768", &r);
	assert_int_equal(r.code, PS_E_UNSUPPORTED);
	assert_non_null(strstr(ps_verdict_sentence(r.v),
	    "this OpenSSL has no ML-KEM-768: 3.5 or later is needed"));
	result_clear(&r);
	ps_opener_free(op);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_encapsulated_opens),
		cmocka_unit_test(what_was_changed_does_not),
		cmocka_unit_test(what_was_cut_does_not),
		cmocka_unit_test(each_signature_is_judged),
		cmocka_unit_test(looks_are_limited),
		cmocka_unit_test(large_contents_are_not_held),
		cmocka_unit_test(the_lack_is_told),
	};
	int failed;

	ctx = mail_ctx();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	ps_ctx_free(ctx);
	return failed;
}
