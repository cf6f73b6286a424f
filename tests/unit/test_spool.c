/* SPDX-License-Identifier: ISC */
#include "cuts.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BIG = 300000 };

static void
any_pass_reads_the_same(void **state)
{
	static const uint64_t hold[] = { 0, 1, 1000, 65536, BIG - 1, BIG, UINT64_MAX };
	uint8_t *p = cuts_noise(BIG, 7);
	ps_slice all = { p, BIG };
	ps_err err = PS_ERR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof hold / sizeof hold[0]; i++) {
		struct dribble d;
		ps_reader *r = NULL;

		dribble_init(&d, all, i % 2 == 0 ? 50000 : 333);
		assert_ok(ps_reader_open_spool(&r, &d.pub, NULL, hold[i], &err), &err);
		assert_true(ps_reader_can_return(r));
		cuts_read(r, all, (uint32_t)i);
		assert_int_equal(ps_reader_length(r), BIG);
		unsigned ends = d.peeks_at_end;
		for (uint32_t seed = 0; seed < 2; seed++) {
			assert_ok(ps_reader_rewind(r, &err), &err);
			cuts_read(r, all, seed);
			assert_int_equal(ps_reader_offset(r), BIG);
		}
		assert_int_equal(d.peeks_at_end, ends);
		ps_reader_close(r);
		ps_reader_close(&d.pub);
	}
	free(p);
}

/* Reads `n` octets in random pieces and compares. */
static void
read_some(ps_reader *r, const uint8_t *p, size_t n, uint32_t *seed)
{
	ps_err err = PS_ERR_INIT;
	ps_slice in;

	for (size_t at = 0; at < n; at += in.n) {
		assert_ok(ps_reader_peek(r, 1 + cuts_random(seed) % 3000, &in, &err), &err);
		assert_true(in.n > 0);
		in.n = in.n < n - at ? in.n : n - at;
		assert_memory_equal(in.p, p + at, in.n);
		ps_reader_consume(r, in.n);
	}
}

static void
rewinds_at_any_moment(void **state)
{
	uint8_t *p = cuts_noise(BIG, 8);
	ps_err err = PS_ERR_INIT;

	(void)state;
	for (uint32_t seed = 0; seed < 30; seed++) {
		struct dribble d;
		ps_reader *r = NULL;
		uint32_t random = seed;

		dribble_init(&d, (ps_slice){ p, BIG }, seed * 100);
		assert_ok(ps_reader_open_spool(&r, &d.pub, NULL, seed * 2000, &err), &err);
		for (int i = 0; i < 6; i++) {
			read_some(r, p, cuts_random(&random) % (20000u << i % 4), &random);
			assert_ok(ps_reader_rewind(r, &err), &err);
		}
		cuts_read(r, (ps_slice){ p, BIG }, seed);
		ps_reader_close(r);
		ps_reader_close(&d.pub);
	}
	free(p);
}

static void
an_empty_source(void **state)
{
	ps_err err = PS_ERR_INIT;
	ps_reader *r = NULL;
	struct dribble d;

	(void)state;
	dribble_init(&d, ps_str(""), 0);
	assert_ok(ps_reader_open_spool(&r, &d.pub, NULL, 0, &err), &err);
	cuts_read(r, ps_str(""), 1);
	assert_ok(ps_reader_rewind(r, &err), &err);
	cuts_read(r, ps_str(""), 1);
	assert_int_equal(ps_reader_length(r), 0);
	assert_int_equal(d.peeks_at_end, 1);
	ps_reader_close(r);
	ps_reader_close(&d.pub);
}

static void
failures_come_after_good_octets(void **state)
{
	ps_err err = PS_ERR_INIT;
	ps_reader *r = NULL;
	struct dribble d;
	ps_slice in;

	(void)state;
	dribble_init(&d, ps_str("abcdef"), 1);
	d.fails = true;
	assert_ok(ps_reader_open_spool(&r, &d.pub, NULL, 2, &err), &err);
	for (int i = 0; i < 2; i++) {
		assert_code(ps_reader_peek(r, 7, &in, &err), PS_E_READ);
		assert_ok(ps_reader_peek(r, 6, &in, &err), &err);
		assert_slice(in, "abcdef");
		ps_reader_consume(r, 6);
		assert_code(ps_reader_peek(r, 1, &in, &err), PS_E_READ);
		assert_ok(ps_reader_rewind(r, &err), &err);
	}
	ps_reader_close(r);
	ps_reader_close(&d.pub);
}

static void
a_folder_that_is_missing_is_named(void **state)
{
	ps_err err = PS_ERR_INIT;
	ps_reader *r = NULL;
	struct dribble d;
	ps_slice in;
	char text[512];

	(void)state;
	dribble_init(&d, ps_str("abcdef"), 0);
	assert_ok(ps_reader_open_spool(&r, &d.pub, "/nonexistent", 2, &err), &err);
	assert_ok(ps_reader_peek(r, 2, &in, &err), &err);
	assert_code(ps_reader_peek(r, 3, &in, &err), PS_E_WRITE);
	assert_non_null(strstr(ps_err_format(&err, text, sizeof text),
	    "/nonexistent: No such file"));
	ps_reader_close(r);
	ps_reader_close(&d.pub);
}

static void
the_file_has_no_name(void **state)
{
	char dir[] = "/tmp/postseal-test.XXXXXX";
	ps_err err = PS_ERR_INIT;
	ps_reader *r = NULL;
	struct dribble d;
	struct dirent *e;
	DIR *open_dir;

	(void)state;
	assert_non_null(mkdtemp(dir));
	dribble_init(&d, ps_str("abcdef"), 0);
	assert_ok(ps_reader_open_spool(&r, &d.pub, dir, 0, &err), &err);
	cuts_read(r, ps_str("abcdef"), 1);
	open_dir = opendir(dir);
	assert_non_null(open_dir);
	while ((e = readdir(open_dir)) != NULL)
		assert_true(strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0);
	closedir(open_dir);
	assert_int_equal(rmdir(dir), 0);
	ps_reader_close(r);
	ps_reader_close(&d.pub);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_pass_reads_the_same),
		cmocka_unit_test(rewinds_at_any_moment),
		cmocka_unit_test(an_empty_source),
		cmocka_unit_test(failures_come_after_good_octets),
		cmocka_unit_test(a_folder_that_is_missing_is_named),
		cmocka_unit_test(the_file_has_no_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
