/* SPDX-License-Identifier: ISC */
/*
 * Who brings a time-stamp may fail, lie or flood: nothing is written then, and the
 * code says which. Honest authorities and forged tokens are tests/e2e/timestamp.sh.
 */
#include "unit.h"

#include "mail.h"

#include "base/limits.h"

/* An authority that answers with `n` octets. */
struct authority {
	ps_code	 code;
	size_t	 n, calls;
	uint8_t	 asked[2][128];	/* the last two questions */
	size_t	 nasked;
};

static ps_code
answer(void *arg, int kind, const char *url, ps_slice request, ps_writer *out, ps_err *err)
{
	struct authority *a = arg;
	uint8_t octet = 'x';
	ps_code code = a->code;

	assert_int_equal(kind, PS_FETCH_STAMP);
	assert_string_equal(url, "http://tsa.example/");
	assert_true(request.n <= sizeof a->asked[0]);
	memcpy(a->asked[a->calls++ % 2], request.p, request.n);
	a->nasked = request.n;
	for (size_t i = 0; i < a->n && code == PS_OK; i++)
		code = out->ops->write(out, (ps_slice){ &octet, 1 }, err);
	return code;
}

/* Signs the draft; *out_empty: nothing came out. */
static ps_code
sign_with(struct authority *a, uint64_t limit, bool *out_empty, ps_err *err)
{
	ps_ctx *ctx = mail_ctx();
	ps_protector *pr;
	ps_reader *in;
	ps_writer *out;
	ps_code code;

	must(ps_ctx_set_limit(ctx, "stamp_bytes", limit, err), err, "limit");
	must(mail_protector(ctx, "carol", NULL, &pr, err), err, "protector");
	must(ps_protector_set_fetch(pr, answer, a, err), err, "fetch");
	must(ps_protector_set_timestamp(pr, "http://tsa.example/", err), err, "stamp");
	must(ps_reader_open_memory(&in, mail_text(mail_draft), err), err, "in");
	must(ps_writer_open_memory(&out, 1 << 20, err), err, "out");
	code = ps_protect(pr, PS_SIGN, in, out, err);
	*out_empty = ps_writer_memory(out).n == 0;
	ps_writer_close(out);
	ps_reader_close(in);
	ps_protector_free(pr);
	ps_ctx_free(ctx);
	return code;
}

static void
fails(struct authority a, uint64_t limit, ps_code want, const char *because)
{
	ps_err err = PS_ERR_INIT;
	char text[2048];
	bool empty;

	assert_code(sign_with(&a, limit, &empty, &err), want);
	assert_true(empty);
	assert_int_equal(a.calls, 1);
	ps_err_format(&err, text, sizeof text);
	if (strstr(text, because) == NULL)
		fail_msg("%s", text);
}

static void
no_answer_is_told_by_its_code(void **state)
{
	(void)state;
	fails((struct authority){ .code = PS_E_TEMPORARY }, 1000, PS_E_TEMPORARY, "no answer");
	fails((struct authority){ .code = PS_E_CANCELLED }, 1000, PS_E_CANCELLED, "no answer");
	fails((struct authority){ .code = PS_E_REFUSED }, 1000, PS_E_REFUSED, "no answer");
}

static void
an_answer_is_bounded(void **state)
{
	(void)state;
	fails((struct authority){ .n = 1000 }, 1000, PS_E_REFUSED, "not a time-stamp response");
	fails((struct authority){ .n = 1001 }, 1000, PS_E_REFUSED, "no answer that can be used");
	fails((struct authority){ .n = 0 }, 1000, PS_E_REFUSED, "not a time-stamp response");
}

static void
no_question_is_asked_twice(void **state)
{
	struct authority a = { .n = 1 };
	ps_err err = PS_ERR_INIT;
	bool empty;

	(void)state;
	for (int i = 0; i < 2; i++)
		assert_code(sign_with(&a, 1000, &empty, &err), PS_E_REFUSED);
	/* The nonce, before certReq at the end. */
	assert_memory_not_equal(a.asked[0] + a.nasked - 19, a.asked[1] + a.nasked - 19, 16);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_answer_is_told_by_its_code),
		cmocka_unit_test(an_answer_is_bounded),
		cmocka_unit_test(no_question_is_asked_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
