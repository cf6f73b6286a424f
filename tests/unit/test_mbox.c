/* SPDX-License-Identifier: ISC */
/*
 * Folders in one file: what is between the messages is nobody's, what is
 * theirs stays octet for octet, however the input is cut.
 */
#include "drip.h"
#include "base/buf.h"
#include "mime/mime.h"

#define MARK	"From alice@example.org Thu Jan  1 00:00:00 1970\n"

static void
assert_messages(ps_slice in, size_t step, bool rewinds, const char *const *want)
{
	ps_err err = PS_ERR_INIT;
	struct drip drip;
	ps_reader *src = drip_open(&drip, in, step, rewinds), *part;
	struct ps_buf got = { .max = 1 << 20 };
	ps_mbox *m;

	assert_ok(ps_mbox_open(&m, src, &err), &err);
	for (;;) {
		assert_ok(ps_mbox_next(m, &part, &err), &err);
		if (part == NULL)
			break;
		assert_non_null(*want);
		for (int pass = 0; pass < (rewinds ? 2 : 1); pass++) {
			if (pass == 1)
				assert_ok(ps_reader_rewind(part, &err), &err);
			ps_buf_clear(&got);
			assert_ok(ps_reader_all(part, &got, &err), &err);
			assert_int_equal(got.n, strlen(*want));
			assert_memory_equal(got.p, *want, got.n);
		}
		want++;
	}
	assert_null(*want);
	ps_buf_clear(&got);
	ps_mbox_close(m);
	ps_reader_close(src);
}

static void
assert_cut(const char *in, const char *const *want)
{
	static const size_t steps[] = { 1, 2, 3, 5, 7, 64, 0 };

	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		assert_messages(ps_str(in), steps[i], true, want);
		assert_messages(ps_str(in), steps[i], false, want);
	}
}

static void
test_messages(void **state)
{
	static const char *const three[] = { MARK "A: 1\n\none\n", MARK "A: 2\n\ntwo",
	    MARK "A: 3\r\n\r\nthree\r\n", NULL };

	(void)state;
	assert_cut(MARK "A: 1\n\none\n\n" MARK "A: 2\n\ntwo" "\n" "\n" MARK "A: 3\r\n\r\nthree\r\n",
	    (const char *const[]){ three[0], MARK "A: 2\n\ntwo\n", three[2], NULL });
	/* The empty line at the very end is the folder's too. */
	assert_cut(MARK "A: 1\n\none\n\n", (const char *const[]){ three[0], NULL });
	assert_cut(MARK "A: 1\r\n\r\none\r\n\r\n" MARK "B: 2\n",
	    (const char *const[]){ MARK "A: 1\r\n\r\none\r\n", MARK "B: 2\n", NULL });
}

static void
test_text_that_looks_alike(void **state)
{
	(void)state;
	/* Not behind an empty line; without a date; quoted; at the end of all. */
	assert_cut(MARK "A: 1\n\none\n" MARK "two\n",
	    (const char *const[]){ MARK "A: 1\n\none\n" MARK "two\n", NULL });
	assert_cut(MARK "A: 1\n\nFrom here on, at 10:30 or so\n\nFrom 1970\n\nFrom",
	    (const char *const[]){ MARK "A: 1\n\nFrom here on, at 10:30 or so\n\nFrom 1970\n\nFrom",
	    NULL });
	assert_cut(MARK "A: 1\n\n>" MARK "x\n",
	    (const char *const[]){ MARK "A: 1\n\n>" MARK "x\n", NULL });
	/* A length that lies is not looked at. */
	assert_cut(MARK "Content-Length: 99999\n\nx\n\n" MARK "B: 2\n", (const char *const[]){
	    MARK "Content-Length: 99999\n\nx\n", MARK "B: 2\n", NULL });
}

static void
test_empty_bodies(void **state)
{
	(void)state;
	assert_cut(MARK "A: 1\n\n\n" MARK "A: 2\n\n" MARK "A: 3\n", (const char *const[]){
	    MARK "A: 1\n\n", MARK "A: 2\n", MARK "A: 3\n", NULL });
	assert_cut("", (const char *const[]){ NULL });
	assert_cut("From ", (const char *const[]){ "From ", NULL });
}

static void
test_no_folder(void **state)
{
	static const char mail[] = "A: 1\n\nx\n\n" MARK "y\n\n";

	(void)state;
	assert_cut(mail, (const char *const[]){ mail, NULL });
}

/* Messages that were not read to the end, and lines as long as can be. */
static void
test_skip_and_long_lines(void **state)
{
	enum { LONG = 200000 };
	static const char next[] = "\n\n" MARK "B: 2\n";
	char *in = malloc(LONG + sizeof next + 256);
	ps_err err = PS_ERR_INIT;
	struct drip drip;
	ps_reader *src, *part;
	ps_slice s;
	ps_mbox *m;
	size_t n;

	(void)state;
	assert_non_null(in);
	n = (size_t)snprintf(in, 256, MARK "A: ");
	memset(in + n, 'x', LONG);
	/* A "From " line that never ends is none. */
	memcpy(in + n + 100, "\n\nFrom ", 7);
	memcpy(in + n + LONG, next, sizeof next);
	n += LONG + sizeof next - 1;
	src = drip_open(&drip, (ps_slice){ (uint8_t *)in, n }, 4000, true);
	assert_ok(ps_mbox_open(&m, src, &err), &err);
	assert_ok(ps_mbox_next(m, &part, &err), &err);
	assert_ok(ps_reader_peek(part, PS_PEEK_MAX, &s, &err), &err);
	assert_true(s.n >= PS_PEEK_MAX);
	assert_ok(ps_mbox_next(m, &part, &err), &err);
	assert_ok(ps_reader_peek(part, 1, &s, &err), &err);
	assert_int_equal(s.n, sizeof next - 3);
	assert_ok(ps_mbox_next(m, &part, &err), &err);
	assert_null(part);
	ps_mbox_close(m);
	ps_reader_close(src);
	free(in);
}

static void
test_source_breaks(void **state)
{
	static const char in[] = MARK "A: 1\n\none\n\n" MARK "A: 2\n";
	ps_err err = PS_ERR_INIT;
	struct drip drip;
	ps_reader *src, *part = NULL;
	ps_mbox *m;
	ps_code code = PS_OK;

	(void)state;
	src = drip_open(&drip, ps_str(in), 8, false);
	drip.fail_at = sizeof in - 10;
	assert_ok(ps_mbox_open(&m, src, &err), &err);
	for (int i = 0; i < 3 && code == PS_OK; i++)
		code = ps_mbox_next(m, &part, &err);
	assert_code(code, PS_E_READ);
	assert_code(ps_mbox_next(NULL, &part, &err), PS_E_NOMEM);
	ps_mbox_close(m);
	ps_reader_close(src);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_text_that_looks_alike),
		cmocka_unit_test(test_empty_bodies),
		cmocka_unit_test(test_no_folder),
		cmocka_unit_test(test_skip_and_long_lines),
		cmocka_unit_test(test_source_breaks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
