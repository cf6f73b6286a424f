/* SPDX-License-Identifier: ISC */
/*
 * The small streams are written down bit by bit from RFC 1950 and 1951; the
 * large ones come from zlib's own one-shot calls.
 */
#include <zlib.h>

#include "base/text.h"
#include "cuts.h"

#define OCTETS(s) { (const uint8_t *)(s), sizeof(s) - 1 }

static const struct {
	ps_slice	 in;
	const char	*text;
} good[] = {
	{ OCTETS("\x78\x9c\x03\x00\x00\x00\x00\x01"), "" },
	/* one stored block, and one of two */
	{ OCTETS("\x78\x01\x01\x05\x00\xfa\xffhello\x06\x2c\x02\x15"), "hello" },
	{ OCTETS("\x78\x01\x00\x02\x00\xfd\xffhe\x01\x03\x00\xfc\xffllo\x06\x2c\x02\x15"),
	    "hello" },
	/* fixed codes */
	{ OCTETS("\x78\x9c\x4b\x04\x00\x00\x62\x00\x62"), "a" },
	/* a window of 256 octets is a zlib stream too */
	{ OCTETS("\x08\x1d\x01\x05\x00\xfa\xffhello\x06\x2c\x02\x15"), "hello" },
};

static void
inflates(void **state)
{
	ps_err err = PS_ERR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		struct ps_inflate s;

		assert_ok(ps_inflate_init(&s, &ps_limits_default, &err), &err);
		cuts_check(&s.step, good[i].in, ps_str(good[i].text));
		ps_inflate_clear(&s);
		ps_inflate_clear(&s);
	}
}

static ps_code
inflate_cut(ps_slice in, const struct ps_limits *limits, struct cuts c, size_t *out_n)
{
	struct ps_inflate s;
	struct ps_buf out = { .p = NULL };
	ps_err err = PS_ERR_INIT;
	ps_code code;

	assert_ok(ps_inflate_init(&s, limits, &err), &err);
	code = cuts_run(&s.step, in, c, &out, &err);
	if (code != PS_OK)
		assert_true(err.n > 0);
	if (out_n != NULL)
		*out_n = out.n;
	ps_inflate_clear(&s);
	ps_buf_clear(&out);
	return code;
}

static const struct cuts some[] = { { 1, 1, 0 }, { 1, 100000, 0 }, { 100000, 1, 0 },
	{ 7, 1000, 0 }, { 100000, 100000, 0 } };
enum { NSOME = sizeof some / sizeof some[0] };

static void
assert_refused(ps_slice in)
{
	for (size_t k = 0; k < NSOME; k++)
		assert_code(inflate_cut(in, &ps_limits_default, some[k], NULL),
		    PS_E_MALFORMED);
}

static void
truncated(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		for (size_t n = 0; n < good[i].in.n; n++)
			assert_refused((ps_slice){ good[i].in.p, n });
}

static void
damaged(void **state)
{
	static const ps_slice bad[] = {
		/* Adler-32; header check; method; window; dictionary */
		OCTETS("\x78\x01\x01\x05\x00\xfa\xffhello\x06\x2c\x02\x16"),
		OCTETS("\x78\x02\x01\x05\x00\xfa\xffhello\x06\x2c\x02\x15"),
		OCTETS("\x77\x09\x01\x05\x00\xfa\xffhello\x06\x2c\x02\x15"),
		OCTETS("\x88\x1c\x01\x05\x00\xfa\xffhello\x06\x2c\x02\x15"),
		OCTETS("\x78\x20\x00\x00\x00\x01\x01\x05\x00\xfa\xffhello\x06\x2c\x02\x15"),
		/* the complement of a stored length; block type 3 */
		OCTETS("\x78\x01\x01\x05\x00\xfb\xffhello\x06\x2c\x02\x15"),
		OCTETS("\x78\x01\x07\x05\x00\xfa\xffhello\x06\x2c\x02\x15"),
		/* deflate without zlib around it; gzip */
		OCTETS("\x4b\x04\x00"),
		OCTETS("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x4b\x04\x00\x43\xbe\xb7\xe8"
		    "\x01\x00\x00\x00"),
		/* something behind it, and a second stream */
		OCTETS("\x78\x9c\x4b\x04\x00\x00\x62\x00\x62\x00"),
		OCTETS("\x78\x9c\x4b\x04\x00\x00\x62\x00\x62\x78\x9c\x03\x00\x00\x00\x00\x01"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_refused(bad[i]);
}

/* What zlib makes of it in one call; free() it. */
static ps_slice
packed(ps_slice in, int level)
{
	uLongf n = compressBound((uLong)in.n);
	uint8_t *p = malloc(n);

	assert_non_null(p);
	assert_int_equal(compress2(p, &n, in.p, (uLong)in.n, level), Z_OK);
	return (ps_slice){ p, n };
}

static void
limit_of_octets(void **state)
{
	struct ps_limits limits = ps_limits_default;
	size_t n;

	(void)state;
	for (size_t k = 0; k < NSOME; k++) {
		limits.inflate_bytes = 5;
		assert_code(inflate_cut(good[1].in, &limits, some[k], &n), PS_OK);
		assert_int_equal(n, 5);
		limits.inflate_bytes = 4;
		assert_code(inflate_cut(good[1].in, &limits, some[k], &n), PS_E_LIMIT);
		assert_int_equal(n, 4);
		limits.inflate_bytes = 0;
		assert_code(inflate_cut(good[1].in, &limits, some[k], &n), PS_E_LIMIT);
		assert_code(inflate_cut(good[0].in, &limits, some[k], &n), PS_OK);
	}
}

enum { MIB = 1048576, STEP = 65536 };

/* The largest octets made for each read, rounded up, at each 64 KiB behind the
 * first MiB. */
static uint64_t
worst_ratio(ps_slice in)
{
	uint8_t *room = malloc(STEP);
	z_stream z = { .next_in = NULL };
	uint64_t worst = 0, now;
	int result = Z_OK;

	assert_non_null(room);
	assert_int_equal(inflateInit(&z), Z_OK);
	z.next_in = (Bytef *)(uintptr_t)in.p;
	z.avail_in = (uInt)in.n;
	while (result == Z_OK) {
		z.next_out = room;
		z.avail_out = STEP;
		result = inflate(&z, Z_NO_FLUSH);
		now = (z.total_out + z.total_in - 1) / z.total_in;
		if (z.total_out > MIB && z.avail_out == 0 && now > worst)
			worst = now;
	}
	assert_int_equal(result, Z_STREAM_END);
	inflateEnd(&z);
	free(room);
	return worst;
}

static void
limit_of_ratio(void **state)
{
	uint8_t *zeros = calloc(1, 2 * MIB);
	ps_slice in = packed((ps_slice){ zeros, 2 * MIB }, 9);
	struct ps_limits limits = ps_limits_default;
	uint64_t worst = worst_ratio(in);
	size_t n;

	(void)state;
	assert_true(worst > 900 && worst < 1032);
	for (size_t k = 1; k < NSOME; k++) {
		if (some[k].out == 1)
			continue;
		limits.inflate_ratio = worst;
		assert_code(inflate_cut(in, &limits, some[k], &n), PS_OK);
		assert_int_equal(n, 2 * MIB);
		limits.inflate_ratio = worst - 1;
		assert_code(inflate_cut(in, &limits, some[k], &n), PS_E_LIMIT);
		limits.inflate_ratio = 100;
		assert_code(inflate_cut(in, &limits, some[k], &n), PS_E_LIMIT);
		assert_true(n > MIB && n <= MIB + STEP);
	}
	free((uint8_t *)(uintptr_t)in.p);
	free(zeros);
}

/* The first MiB is free, however well it packs. */
static void
small_is_no_bomb(void **state)
{
	uint8_t *zeros = calloc(1, MIB);
	ps_slice in = packed((ps_slice){ zeros, MIB }, 9);
	struct ps_limits limits = ps_limits_default;
	size_t n;

	(void)state;
	limits.inflate_ratio = 1;
	assert_code(inflate_cut(in, &limits, some[4], &n), PS_OK);
	assert_int_equal(n, MIB);
	free((uint8_t *)(uintptr_t)in.p);
	free(zeros);
}

/* Text with repeats near and far, and noise between. */
static uint8_t *
mixture(size_t n)
{
	uint8_t *p = cuts_noise(n, 7);

	for (size_t i = 0; i < n; i++)
		if (i / 1000 % 3 != 0)
			p[i] = (uint8_t)("Lorem ipsum dolor "[i * i / 64 % 18]);
	return p;
}

static void
deflates(void **state)
{
	static const int levels[] = { 1, 6, 9 };
	uint8_t *octets = mixture(5000);
	ps_slice in = { octets, 5000 };
	ps_err err = PS_ERR_INIT;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		ps_slice want = packed(in, levels[i]);
		struct ps_deflate s;

		assert_ok(ps_deflate_init(&s, levels[i], &err), &err);
		cuts_check(&s.step, in, want);
		ps_deflate_clear(&s);
		ps_deflate_clear(&s);
		free((uint8_t *)(uintptr_t)want.p);
	}
	free(octets);
}

static void
deflates_nothing(void **state)
{
	struct ps_deflate s;
	ps_err err = PS_ERR_INIT;

	(void)state;
	assert_ok(ps_deflate_init(&s, 6, &err), &err);
	cuts_check(&s.step, (ps_slice){ (const uint8_t *)"", 0 }, good[0].in);
	ps_deflate_clear(&s);
}

enum { LARGE = 300000 };

static void
through_a_reader(void **state)
{
	uint8_t *octets = mixture(LARGE);
	ps_slice plain = { octets, LARGE }, in = packed(plain, 6);
	struct ps_inflate s;
	ps_reader *src, *r;
	ps_err err = PS_ERR_INIT;

	(void)state;
	assert_ok(ps_inflate_init(&s, &ps_limits_default, &err), &err);
	assert_ok(ps_reader_open_memory(&src, in, &err), &err);
	assert_ok(ps_reader_open_step(&r, src, &s.step, &err), &err);
	cuts_read(r, plain, 1);
	for (uint32_t seed = 2; seed < 4; seed++) {
		assert_ok(ps_reader_rewind(r, &err), &err);
		cuts_read(r, plain, seed);
	}
	/* and from the midst */
	assert_ok(ps_reader_rewind(r, &err), &err);
	assert_ok(ps_reader_skip(r, 100001, &err), &err);
	assert_ok(ps_reader_rewind(r, &err), &err);
	cuts_read(r, plain, 4);
	ps_reader_close(r);
	ps_reader_close(src);
	ps_inflate_clear(&s);
	free((uint8_t *)(uintptr_t)in.p);
	free(octets);
}

static void
through_a_writer(void **state)
{
	uint8_t *octets = mixture(LARGE);
	ps_slice plain = { octets, LARGE }, want = packed(plain, 6), got;
	struct ps_deflate s;
	ps_writer *memory, *w;
	uint32_t seed = 1;
	size_t n;
	ps_err err = PS_ERR_INIT;

	(void)state;
	assert_ok(ps_deflate_init(&s, 6, &err), &err);
	assert_ok(ps_writer_open_memory(&memory, 2 * LARGE, &err), &err);
	assert_ok(ps_writer_open_step(&w, memory, &s.step, &err), &err);
	for (size_t at = 0; at < LARGE; at += n) {
		n = cuts_random(&seed) % 9000;
		n = n < LARGE - at ? n : LARGE - at;
		assert_ok(ps_writer_write(w, (ps_slice){ octets + at, n }, &err), &err);
	}
	assert_ok(ps_writer_finish(w, &err), &err);
	got = ps_writer_memory(memory);
	assert_true(ps_slice_equal(got, want));
	ps_writer_close(w);
	ps_writer_close(memory);
	ps_deflate_clear(&s);
	free((uint8_t *)(uintptr_t)want.p);
	free(octets);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(inflates),
		cmocka_unit_test(truncated),
		cmocka_unit_test(damaged),
		cmocka_unit_test(limit_of_octets),
		cmocka_unit_test(limit_of_ratio),
		cmocka_unit_test(small_is_no_bomb),
		cmocka_unit_test(deflates),
		cmocka_unit_test(deflates_nothing),
		cmocka_unit_test(through_a_reader),
		cmocka_unit_test(through_a_writer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
