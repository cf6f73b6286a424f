/* SPDX-License-Identifier: ISC */
#include "cuts.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BIG = 400000 };

/* A file without a name that holds `in`. */
static int
file_with(ps_slice in)
{
	char path[] = "/tmp/postseal-test.XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(write(fd, in.p, in.n), in.n);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

static ps_reader *
memory(const char *text)
{
	ps_reader *r = NULL;

	assert_int_equal(ps_reader_open_memory(&r, ps_str(text), NULL), PS_OK);
	return r;
}

static void
expect_rest(ps_reader *r, const char *want)
{
	struct ps_buf buf = { .p = NULL };
	ps_err err = PS_ERR_INIT;

	assert_ok(ps_reader_all(r, &buf, &err), &err);
	assert_int_equal(buf.n, strlen(want));
	if (buf.n != 0)
		assert_memory_equal(buf.p, want, buf.n);
	ps_buf_clear(&buf);
}

static void
peek_keeps_its_contract(void **state)
{
	ps_reader *r = memory("hello");
	ps_err err = PS_ERR_INIT;
	ps_slice in = { NULL, 7 };

	(void)state;
	assert_code(ps_reader_peek(r, 0, &in, &err), PS_E_MISUSE);
	assert_code(ps_reader_peek(r, PS_PEEK_MAX + 1, &in, &err), PS_E_MISUSE);
	assert_int_equal(in.n, 7);
	assert_ok(ps_reader_peek(r, PS_PEEK_MAX, &in, &err), &err);
	assert_slice(in, "hello");
	ps_reader_consume(r, 5);
	assert_ok(ps_reader_peek(r, 1, &in, &err), &err);
	assert_int_equal(in.n, 0);
	assert_non_null(in.p);
	ps_reader_close(r);
	assert_code(ps_reader_peek(NULL, 1, &in, &err), PS_E_NOMEM);
	assert_code(ps_reader_rewind(NULL, &err), PS_E_NOMEM);
	ps_reader_consume(NULL, 1);
	ps_reader_close(NULL);
	assert_int_equal(ps_reader_length(NULL), UINT64_MAX);
	assert_int_equal(ps_reader_offset(NULL), UINT64_MAX);
}

static void
skip_drain_all(void **state)
{
	ps_reader *r = memory("0123456789");
	struct ps_buf buf = { .max = 5 };
	ps_err err = PS_ERR_INIT;
	uint64_t n = 77;

	(void)state;
	assert_ok(ps_reader_skip(r, 4, &err), &err);
	assert_int_equal(ps_reader_offset(r), 4);
	assert_code(ps_reader_all(r, &buf, &err), PS_E_LIMIT);
	buf.max = 6;
	assert_ok(ps_reader_all(r, &buf, &err), &err);
	assert_slice(ps_buf_get(&buf), "456789");
	ps_buf_clear(&buf);
	assert_ok(ps_reader_rewind_to(r, 3, &err), &err);
	assert_ok(ps_reader_drain(r, &n, &err), &err);
	assert_int_equal(n, 7);
	assert_ok(ps_reader_rewind(r, &err), &err);
	assert_ok(ps_reader_skip(r, 10, &err), &err);
	assert_code(ps_reader_skip(r, 1, &err), PS_E_CHANGED);
	ps_reader_close(r);
}

static void
a_short_table_has_no_offset(void **state)
{
	ps_reader_ops ops;
	ps_reader *r = memory("x");
	ps_reader old = { &ops };

	(void)state;
	ops = *r->ops;
	ops.size = offsetof(ps_reader_ops, offset);
	assert_int_equal(ps_reader_offset(&old), UINT64_MAX);
	assert_false(ps_reader_can_return(&old));
	assert_true(ps_reader_can_return(r));
	ps_reader_close(r);
}

static void
files_read_at_offsets(void **state)
{
	uint8_t *p = cuts_noise(BIG, 3);
	int fd = file_with((ps_slice){ p, BIG });
	ps_err err = PS_ERR_INIT;
	ps_reader *a = NULL, *b = NULL;

	(void)state;
	assert_int_equal(lseek(fd, 1000, SEEK_SET), 1000);
	assert_ok(ps_reader_open_fd(&a, fd, &err), &err);
	assert_ok(ps_reader_open_fd(&b, fd, &err), &err);
	assert_int_equal(ps_reader_length(a), BIG - 1000);
	for (uint32_t seed = 0; seed < 3; seed++) {
		cuts_read(a, (ps_slice){ p + 1000, BIG - 1000 }, seed);
		assert_int_equal(ps_reader_offset(a), BIG - 1000);
		assert_ok(ps_reader_rewind(a, &err), &err);
	}
	cuts_read(b, (ps_slice){ p + 1000, BIG - 1000 }, 9);
	assert_int_equal(lseek(fd, 0, SEEK_CUR), 1000);
	ps_reader_close(a);
	ps_reader_close(b);
	assert_int_equal(close(fd), 0);
	free(p);
}

static void
a_rewound_file_is_read_again(void **state)
{
	int fd = file_with(ps_str("before"));
	ps_err err = PS_ERR_INIT;
	ps_reader *r = NULL;

	(void)state;
	assert_ok(ps_reader_open_fd(&r, fd, &err), &err);
	expect_rest(r, "before");
	assert_int_equal(pwrite(fd, "after!", 6, 0), 6);
	assert_ok(ps_reader_rewind(r, &err), &err);
	expect_rest(r, "after!");
	ps_reader_close(r);
	close(fd);
}

static void
pipes_are_read_once(void **state)
{
	ps_err err = PS_ERR_INIT;
	ps_reader *r = NULL;
	ps_slice in;
	int fd[2];

	(void)state;
	assert_int_equal(pipe(fd), 0);
	assert_int_equal(write(fd[1], "abc", 3), 3);
	assert_ok(ps_reader_open_fd(&r, fd[0], &err), &err);
	assert_false(ps_reader_can_rewind(r));
	assert_code(ps_reader_rewind(r, &err), PS_E_MISUSE);
	assert_int_equal(ps_reader_length(r), UINT64_MAX);
	assert_ok(ps_reader_peek(r, 2, &in, &err), &err);
	assert_slice(in, "abc");
	assert_int_equal(write(fd[1], "de", 2), 2);
	close(fd[1]);
	assert_ok(ps_reader_peek(r, 100, &in, &err), &err);
	assert_slice(in, "abcde");
	ps_reader_consume(r, 5);
	assert_int_equal(ps_reader_offset(r), 5);
	expect_rest(r, "");
	ps_reader_close(r);
	close(fd[0]);
}

static void
failures_name_the_file(void **state)
{
	ps_err err = PS_ERR_INIT;
	ps_reader *r = NULL;
	char text[512];

	(void)state;
	assert_code(ps_reader_open_file(&r, "/nonexistent/mail.eml", &err), PS_E_READ);
	assert_string_equal(ps_err_format(&err, text, sizeof text),
	    "cannot open /nonexistent/mail.eml: No such file or directory");
	assert_code(ps_reader_open_file(&r, "/tmp", &err), PS_E_READ);
	assert_string_equal(ps_err_format(&err, text, sizeof text),
	    "cannot read /tmp: Is a directory");
	assert_code(ps_reader_open_fd(&r, -1, &err), PS_E_READ);
	assert_null(r);
}

static void
made_up_files_have_octets(void **state)
{
	ps_err err = PS_ERR_INIT;
	ps_reader *r = NULL;
	uint64_t n = 0;

	(void)state;
	if (access("/proc/self/status", R_OK) != 0)
		skip();
	assert_ok(ps_reader_open_file(&r, "/proc/self/status", &err), &err);
	assert_int_equal(ps_reader_length(r), UINT64_MAX);
	assert_ok(ps_reader_drain(r, &n, &err), &err);
	assert_true(n > 0);
	ps_reader_close(r);
}

static ps_code
collect(void *arg, ps_slice in, ps_err *err)
{
	struct ps_buf *buf = arg;

	if (in.p == NULL && in.n == SIZE_MAX) {
		ps_buf_clear(buf);
		return PS_OK;
	}
	return ps_buf_add(buf, in, err);
}

static void
a_tap_sees_each_octet_once(void **state)
{
	ps_err err = PS_ERR_INIT;
	struct ps_buf seen = { .p = NULL };
	ps_reader *src = memory("..the quick brown fox"), *r = NULL;

	(void)state;
	assert_ok(ps_reader_skip(src, 2, &err), &err);
	assert_ok(ps_reader_open_tap(&r, src, collect, &seen, &err), &err);
	assert_int_equal(ps_reader_length(r), 19);
	for (uint32_t seed = 0; seed < 20; seed++) {
		assert_ok(ps_reader_skip(r, seed % 5, &err), &err);
		assert_int_equal(ps_reader_offset(r), seed % 5);
		assert_ok(ps_reader_rewind(r, &err), &err);
		assert_int_equal(seen.n, 0);
		cuts_read(r, ps_str("the quick brown fox"), seed);
		assert_slice(ps_buf_get(&seen), "the quick brown fox");
		assert_ok(ps_reader_rewind(r, &err), &err);
	}
	ps_reader_close(r);
	ps_reader_close(src);
	ps_buf_clear(&seen);
}

static void
a_tap_that_fails_is_heard(void **state)
{
	ps_err err = PS_ERR_INIT;
	struct ps_buf seen = { .max = 4 };
	ps_reader *src = memory("abcdef"), *r = NULL;
	ps_slice in;

	(void)state;
	assert_ok(ps_reader_open_tap(&r, src, collect, &seen, &err), &err);
	assert_ok(ps_reader_skip(r, 4, &err), &err);
	assert_ok(ps_reader_skip(r, 1, &err), &err);
	for (int i = 0; i < 2; i++) {
		ps_err_clear(&err);
		assert_code(ps_reader_peek(r, 1, &in, &err), PS_E_LIMIT);
		assert_code(ps_err_code(&err), PS_E_LIMIT);
	}
	assert_ok(ps_reader_rewind(r, &err), &err);
	assert_ok(ps_reader_skip(r, 4, &err), &err);
	ps_reader_close(r);
	ps_reader_close(src);
	ps_buf_clear(&seen);
}

static void
a_chain_reads_head_and_source(void **state)
{
	uint8_t *p = cuts_noise(BIG, 5);
	ps_err err = PS_ERR_INIT;

	(void)state;
	for (uint32_t seed = 0; seed < 40; seed++) {
		size_t head = seed * seed * 20, place = seed % 3;
		ps_reader *src = NULL, *r = NULL;
		uint8_t *copy = ps_memdup(p, head);

		assert_ok(ps_reader_open_memory(&src, (ps_slice){ p + head - (head < place ?
		    head : place), BIG - head }, &err), &err);
		if (head >= place)
			assert_ok(ps_reader_skip(src, place, &err), &err);
		assert_ok(ps_reader_open_chain(&r, (ps_slice){ copy, head }, src, &err), &err);
		free(copy);
		size_t n = head >= place ? BIG - place : BIG;
		assert_int_equal(ps_reader_length(r), n);
		cuts_read(r, (ps_slice){ p, n }, seed);
		assert_ok(ps_reader_rewind(r, &err), &err);
		assert_ok(ps_reader_skip(r, head / 2, &err), &err);
		assert_ok(ps_reader_rewind(r, &err), &err);
		cuts_read(r, (ps_slice){ p, n }, seed + 100);
		ps_reader_close(r);
		ps_reader_close(src);
	}
	free(p);
}

static void
a_chain_over_a_dribble(void **state)
{
	ps_err err = PS_ERR_INIT;
	struct dribble d;

	(void)state;
	for (uint32_t seed = 0; seed < 200; seed++) {
		ps_reader *r = NULL;

		dribble_init(&d, ps_str("defghijklmnop"), seed % 7);
		assert_ok(ps_reader_open_chain(&r, ps_str("abc"), &d.pub, &err), &err);
		assert_false(ps_reader_can_rewind(r));
		cuts_read(r, ps_str("abcdefghijklmnop"), seed);
		ps_reader_close(r);
		ps_reader_close(&d.pub);
	}
}

static void
a_limited_reader_ends(void **state)
{
	static const struct { uint64_t n; const char *want; } rows[] = {
		{ 0, "" }, { 1, "c" }, { 7, "cdefghi" }, { 8, "cdefghij" },
		{ 9, "cdefghij" }, { UINT64_MAX, "cdefghij" },
	};
	ps_err err = PS_ERR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		ps_reader *src = memory("abcdefghij"), *r = NULL;

		assert_ok(ps_reader_skip(src, 2, &err), &err);
		assert_ok(ps_reader_open_limited(&r, src, rows[i].n, &err), &err);
		assert_int_equal(ps_reader_length(r), strlen(rows[i].want));
		for (uint32_t seed = 0; seed < 10; seed++) {
			cuts_read(r, ps_str(rows[i].want), seed);
			assert_ok(ps_reader_rewind(r, &err), &err);
		}
		ps_reader_close(r);
		ps_reader_close(src);
	}
}

static void
a_limited_reader_asks_for_no_more(void **state)
{
	ps_err err = PS_ERR_INIT;
	ps_reader *r = NULL;
	struct dribble d;

	(void)state;
	dribble_init(&d, ps_str("abc"), 0);
	d.fails = true;
	assert_ok(ps_reader_open_limited(&r, &d.pub, 3, &err), &err);
	cuts_read(r, ps_str("abc"), 1);
	ps_reader_close(r);
	ps_reader_close(&d.pub);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(peek_keeps_its_contract),
		cmocka_unit_test(skip_drain_all),
		cmocka_unit_test(a_short_table_has_no_offset),
		cmocka_unit_test(files_read_at_offsets),
		cmocka_unit_test(a_rewound_file_is_read_again),
		cmocka_unit_test(pipes_are_read_once),
		cmocka_unit_test(failures_name_the_file),
		cmocka_unit_test(made_up_files_have_octets),
		cmocka_unit_test(a_tap_sees_each_octet_once),
		cmocka_unit_test(a_tap_that_fails_is_heard),
		cmocka_unit_test(a_chain_reads_head_and_source),
		cmocka_unit_test(a_chain_over_a_dribble),
		cmocka_unit_test(a_limited_reader_ends),
		cmocka_unit_test(a_limited_reader_asks_for_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
