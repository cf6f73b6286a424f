/* SPDX-License-Identifier: ISC */
#include "cuts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "/tmp/postseal-test.XXXXXX";

static int
make_dir(void **state)
{
	(void)state;
	memcpy(strrchr(dir, '.') + 1, "XXXXXX", 6);
	return mkdtemp(dir) == NULL;
}

/* Fails when a test left anything but `out`. */
static int
remove_dir(void **state)
{
	char path[64];

	(void)state;
	snprintf(path, sizeof path, "%s/out", dir);
	(void)unlink(path);
	return rmdir(dir);
}

static const char *
out_path(void)
{
	static char path[64];

	snprintf(path, sizeof path, "%s/out", dir);
	return path;
}

static unsigned
count_names(void)
{
	DIR *d = opendir(dir);
	unsigned n = 0;

	assert_non_null(d);
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n - 2;
}

static void
expect_file(const char *path, ps_slice want)
{
	struct ps_buf buf = { .p = NULL };
	ps_err err = PS_ERR_INIT;
	ps_reader *r = NULL;

	assert_ok(ps_reader_open_file(&r, path, &err), &err);
	assert_ok(ps_reader_all(r, &buf, &err), &err);
	assert_int_equal(buf.n, want.n);
	if (want.n != 0)
		assert_memory_equal(buf.p, want.p, want.n);
	ps_reader_close(r);
	ps_buf_clear(&buf);
}

static void
put_file(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static void
expect_mode(const char *path, mode_t mode)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, mode);
}

static void
a_file_appears_when_finished(void **state)
{
	mode_t old = umask(027);
	ps_err err = PS_ERR_INIT;
	ps_writer *w = NULL;

	(void)state;
	assert_ok(ps_writer_open_file(&w, out_path(), &err), &err);
	assert_ok(ps_writer_text(w, "hello ", &err), &err);
	assert_ok(ps_writer_text(w, "world", &err), &err);
	assert_int_equal(access(out_path(), F_OK), -1);
	assert_int_equal(count_names(), 1);
	assert_ok(ps_writer_finish(w, &err), &err);
	expect_file(out_path(), ps_str("hello world"));
	expect_mode(out_path(), 0640);
	assert_int_equal(count_names(), 1);
	assert_code(ps_writer_text(w, "x", &err), PS_E_MISUSE);
	assert_code(ps_writer_finish(w, &err), PS_E_MISUSE);
	ps_writer_abandon(w);
	ps_writer_close(w);
	expect_file(out_path(), ps_str("hello world"));
	umask(old);
}

static void
an_existing_file_keeps_its_mode(void **state)
{
	ps_err err = PS_ERR_INIT;
	ps_writer *w = NULL;

	(void)state;
	put_file(out_path(), "old", 0662);
	assert_ok(ps_writer_open_file(&w, out_path(), &err), &err);
	assert_ok(ps_writer_text(w, "new", &err), &err);
	expect_file(out_path(), ps_str("old"));
	assert_ok(ps_writer_finish(w, &err), &err);
	ps_writer_close(w);
	expect_file(out_path(), ps_str("new"));
	expect_mode(out_path(), 0662);
}

static void
abandon_and_close_leave_nothing(void **state)
{
	ps_err err = PS_ERR_INIT;

	(void)state;
	put_file(out_path(), "old", 0600);
	for (int abandon = 0; abandon < 2; abandon++) {
		ps_writer *w = NULL;

		assert_ok(ps_writer_open_file(&w, out_path(), &err), &err);
		assert_true(ps_writer_can_abandon(w));
		assert_ok(ps_writer_text(w, "new", &err), &err);
		if (abandon) {
			ps_writer_abandon(w);
			ps_writer_abandon(w);
			assert_int_equal(count_names(), 1);
			assert_code(ps_writer_finish(w, &err), PS_E_MISUSE);
		}
		ps_writer_close(w);
		assert_int_equal(count_names(), 1);
		expect_file(out_path(), ps_str("old"));
	}
}

static void
pieces_of_all_sizes(void **state)
{
	enum { BIG = 500000 };
	uint8_t *p = cuts_noise(BIG, 21);
	ps_err err = PS_ERR_INIT;

	(void)state;
	for (uint32_t seed = 0; seed < 3; seed++) {
		ps_writer *w = NULL;
		uint32_t random = seed;
		size_t n;

		assert_ok(ps_writer_open_file(&w, out_path(), &err), &err);
		for (size_t at = 0; at < BIG; at += n) {
			n = cuts_random(&random) % (1000u << 4 * seed);
			n = n < BIG - at ? n : BIG - at;
			assert_ok(ps_writer_write(w, (ps_slice){ p + at, n }, &err), &err);
		}
		assert_ok(ps_writer_finish(w, &err), &err);
		ps_writer_close(w);
		expect_file(out_path(), (ps_slice){ p, BIG });
	}
	free(p);
}

static void
only_regular_files_are_replaced(void **state)
{
	ps_err err = PS_ERR_INIT;
	ps_writer *w = NULL;
	char text[512];

	(void)state;
	assert_code(ps_writer_open_file(&w, dir, &err), PS_E_MISUSE);
	assert_code(ps_writer_open_file(&w, "/dev/null", &err), PS_E_MISUSE);
	assert_non_null(strstr(ps_err_format(&err, text, sizeof text),
	    "/dev/null is not a regular file"));
	assert_int_equal(symlink("elsewhere", out_path()), 0);
	assert_code(ps_writer_open_file(&w, out_path(), &err), PS_E_MISUSE);
	assert_code(ps_writer_open_file(&w, "", &err), PS_E_MISUSE);
	assert_code(ps_writer_open_file(&w, "/nonexistent/out", &err), PS_E_WRITE);
	assert_string_equal(ps_err_format(&err, text, sizeof text),
	    "cannot write /nonexistent/out: No such file or directory");
	assert_null(w);
	assert_int_equal(count_names(), 1);
}

static void
names_as_long_as_they_come(void **state)
{
	ps_err err = PS_ERR_INIT;
	ps_writer *w = NULL;
	char path[sizeof dir + NAME_MAX + 1];

	(void)state;
	snprintf(path, sizeof path, "%s/", dir);
	memset(path + sizeof dir, 'n', NAME_MAX);
	path[sizeof path - 1] = '\0';
	assert_ok(ps_writer_open_file(&w, path, &err), &err);
	assert_ok(ps_writer_finish(w, &err), &err);
	ps_writer_close(w);
	expect_file(path, ps_str(""));
	assert_int_equal(unlink(path), 0);
}

static void
a_full_disk_is_full(void **state)
{
	uint8_t *p = cuts_noise(200000, 1);
	ps_err err = PS_ERR_INIT;
	ps_writer *w = NULL;
	int fd = open("/dev/full", O_WRONLY);

	(void)state;
	if (fd < 0)
		skip();
	assert_ok(ps_writer_open_fd(&w, fd, &err), &err);
	assert_false(ps_writer_can_abandon(w));
	assert_code(ps_writer_write(w, (ps_slice){ p, 200000 }, &err), PS_E_FULL);
	assert_code(ps_writer_finish(w, &err), PS_E_MISUSE);
	ps_writer_close(w);
	assert_ok(ps_writer_open_fd(&w, fd, &err), &err);
	assert_ok(ps_writer_text(w, "small", &err), &err);
	assert_code(ps_writer_finish(w, &err), PS_E_FULL);
	ps_writer_close(w);
	close(fd);
	free(p);
}

static void
a_descriptor_is_kept_open(void **state)
{
	ps_err err = PS_ERR_INIT;
	ps_writer *w = NULL;
	char got[8];
	int fd[2];

	(void)state;
	assert_int_equal(pipe(fd), 0);
	assert_ok(ps_writer_open_fd(&w, fd[1], &err), &err);
	assert_ok(ps_writer_text(w, "abc", &err), &err);
	assert_ok(ps_writer_finish(w, &err), &err);
	ps_writer_close(w);
	assert_int_equal(write(fd[1], "d", 1), 1);
	assert_int_equal(read(fd[0], got, sizeof got), 4);
	assert_memory_equal(got, "abcd", 4);
	close(fd[0]);
	close(fd[1]);
}

static void
memory_has_a_ceiling(void **state)
{
	ps_err err = PS_ERR_INIT;
	ps_writer *w = NULL;

	(void)state;
	assert_ok(ps_writer_open_memory(&w, 5, &err), &err);
	assert_ok(ps_writer_text(w, "abc", &err), &err);
	assert_ok(ps_writer_text(w, "de", &err), &err);
	assert_slice(ps_writer_memory(w), "abcde");
	assert_code(ps_writer_text(w, "f", &err), PS_E_LIMIT);
	assert_code(ps_writer_finish(w, &err), PS_E_MISUSE);
	ps_writer_close(w);
	assert_ok(ps_writer_open_memory(&w, 0, &err), &err);
	assert_code(ps_writer_text(w, "f", &err), PS_E_LIMIT);
	ps_writer_close(w);
	assert_ok(ps_writer_open_memory(&w, 9, &err), &err);
	assert_ok(ps_writer_text(w, "abc", &err), &err);
	ps_writer_abandon(w);
	assert_int_equal(ps_writer_memory(w).n, 0);
	ps_writer_close(w);
}

static void
a_null_object_is_memory_run_out(void **state)
{
	ps_err err = PS_ERR_INIT;

	(void)state;
	assert_code(ps_writer_text(NULL, "x", &err), PS_E_NOMEM);
	assert_code(ps_writer_finish(NULL, &err), PS_E_NOMEM);
	assert_int_equal(ps_writer_memory(NULL).n, 0);
	ps_writer_abandon(NULL);
	ps_writer_close(NULL);
}

static ps_code
collect(void *arg, ps_slice in, ps_err *err)
{
	return ps_buf_add(arg, in, err);
}

static void
null_and_tap(void **state)
{
	ps_err err = PS_ERR_INIT;
	ps_writer *dst = NULL, *tap = NULL, *alone = NULL;
	struct ps_buf seen = { .p = NULL };

	(void)state;
	assert_ok(ps_writer_open_null(&dst, &err), &err);
	assert_ok(ps_writer_open_tap(&tap, dst, collect, &seen, &err), &err);
	assert_ok(ps_writer_open_tap(&alone, NULL, collect, &seen, &err), &err);
	assert_ok(ps_writer_text(tap, "abc", &err), &err);
	assert_ok(ps_writer_finish(tap, &err), &err);
	assert_ok(ps_writer_text(dst, "de", &err), &err);
	assert_ok(ps_writer_text(alone, "f", &err), &err);
	assert_slice(ps_buf_get(&seen), "abcf");
	assert_int_equal(ps_writer_null_count(dst), 5);
	assert_int_equal(ps_writer_null_count(tap), 0);
	ps_writer_close(alone);
	ps_writer_close(tap);
	ps_writer_close(dst);
	ps_buf_clear(&seen);
}

static void
a_hold_gives_all_or_nothing(void **state)
{
	enum { BIG = 200000 };
	static const uint64_t hold[] = { 0, 1, 4096, BIG - 1, BIG, UINT64_MAX };
	uint8_t *p = cuts_noise(BIG, 22);
	ps_err err = PS_ERR_INIT;

	(void)state;
	for (size_t i = 0; i < 2 * sizeof hold / sizeof hold[0]; i++) {
		ps_writer *dst = NULL, *w = NULL;
		uint32_t random = (uint32_t)i;
		size_t n;

		assert_ok(ps_writer_open_memory(&dst, BIG, &err), &err);
		assert_ok(ps_writer_open_hold(&w, dst, NULL, hold[i / 2], &err), &err);
		for (size_t at = 0; at < BIG; at += n) {
			n = cuts_random(&random) % 5000;
			n = n < BIG - at ? n : BIG - at;
			assert_ok(ps_writer_write(w, (ps_slice){ p + at, n }, &err), &err);
		}
		assert_int_equal(ps_writer_memory(dst).n, 0);
		if (i % 2 == 0) {
			assert_ok(ps_writer_finish(w, &err), &err);
			assert_int_equal(ps_writer_memory(dst).n, BIG);
			assert_memory_equal(ps_writer_memory(dst).p, p, BIG);
		} else {
			ps_writer_abandon(w);
			assert_int_equal(ps_writer_memory(dst).n, 0);
		}
		assert_code(ps_writer_text(dst, "x", &err), PS_E_MISUSE);
		ps_writer_close(w);
		ps_writer_close(dst);
	}
	free(p);
}

static void
the_pump_counts(void **state)
{
	ps_err err = PS_ERR_INIT;
	ps_writer *w = NULL;
	ps_reader *r = NULL;
	uint64_t n = 0;

	(void)state;
	assert_ok(ps_reader_open_memory(&r, ps_str("0123456789"), &err), &err);
	assert_ok(ps_writer_open_memory(&w, 12, &err), &err);
	assert_ok(ps_pump(r, w, &n, &err), &err);
	assert_int_equal(n, 10);
	assert_ok(ps_reader_rewind(r, &err), &err);
	assert_code(ps_pump(r, w, &n, &err), PS_E_LIMIT);
	ps_writer_close(w);
	ps_reader_close(r);
}

int
main(void)
{
#define IN_DIR(f) cmocka_unit_test_setup_teardown(f, make_dir, remove_dir)
	const struct CMUnitTest tests[] = {
		IN_DIR(a_file_appears_when_finished),
		IN_DIR(an_existing_file_keeps_its_mode),
		IN_DIR(abandon_and_close_leave_nothing),
		IN_DIR(pieces_of_all_sizes),
		IN_DIR(only_regular_files_are_replaced),
		IN_DIR(names_as_long_as_they_come),
		cmocka_unit_test(a_full_disk_is_full),
		cmocka_unit_test(a_descriptor_is_kept_open),
		cmocka_unit_test(memory_has_a_ceiling),
		cmocka_unit_test(a_null_object_is_memory_run_out),
		cmocka_unit_test(null_and_tap),
		cmocka_unit_test(a_hold_gives_all_or_nothing),
		cmocka_unit_test(the_pump_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
