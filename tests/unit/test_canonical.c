/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include "mime/mime.h"

/* write writes `in` in pieces of `step` and keeps what comes out. */
static void
write_all(ps_slice in, size_t step, bool from_lf, struct mime_watch *watch, struct ps_buf *out)
{
	ps_err err = PS_ERR_INIT;
	ps_writer *memory, *w;

	*watch = (struct mime_watch){ .from_lf = from_lf };
	assert_ok(ps_writer_open_memory(&memory, SIZE_MAX, &err), &err);
	assert_ok(mime_canonical_writer(&w, memory, watch, &err), &err);
	for (size_t i = 0; i < in.n; i += step) {
		ps_slice piece = { in.p + i, in.n - i < step ? in.n - i : step };

		assert_ok(ps_writer_write(w, piece, &err), &err);
	}
	assert_ok(ps_writer_finish(w, &err), &err);
	out->n = 0;
	assert_ok(ps_buf_add(out, ps_writer_memory(memory), &err), &err);
	assert_int_equal(watch->n, out->n);
	ps_writer_close(w);
	ps_writer_close(memory);
}

static const size_t steps[] = { 1, 2, 3, 15, 16, 17, 64, 997, SIZE_MAX / 2 };
#define N_STEPS (sizeof steps / sizeof steps[0])

static void
check(ps_slice in, bool from_lf, ps_slice want, bool unsafe)
{
	struct ps_buf out = { 0 };
	struct mime_watch watch;

	for (size_t i = 0; i < N_STEPS; i++) {
		write_all(in, steps[i], from_lf, &watch, &out);
		assert_int_equal(out.n, want.n);
		if (out.n != 0)
			assert_memory_equal(out.p, want.p, want.n);
		if (watch.unsafe != unsafe)
			fail_msg("%.*s: unsafe %d, step %zu", (int)(in.n < 60 ? in.n : 60),
			    (const char *)in.p, watch.unsafe, steps[i]);
	}
	ps_buf_clear(&out);
}

static void
line_ends(void **state)
{
	static const struct {
		const char	*in, *stored;
		bool		 unsafe, unsafe_stored;
	} row[] = {
		{ "", "", false, false },
		{ "a\r\nb\r\n", "a\r\nb\r\n", false, false },
		{ "a\nb\n", "a\r\nb\r\n", true, false },
		{ "\n\r\n\n", "\r\n\r\n\r\n", true, false },
		{ "\n", "\r\n", true, false },
		{ "\r", "\r", true, true },
		{ "a\rb\r\n", "a\rb\r\n", true, true },
		{ "a\r\r\n", "a\r\r\n", true, true },
		{ "a\r\n\r", "a\r\n\r", true, true },
		{ "no end", "no end", false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		check(ps_str(row[i].in), false, ps_str(row[i].in), row[i].unsafe);
		check(ps_str(row[i].in), true, ps_str(row[i].stored), row[i].unsafe_stored);
	}
}

/* Each octet at each place of some vectors, alone in clean text. */
static void
every_octet_at_every_place(void **state)
{
	uint8_t text[70];

	(void)state;
	for (unsigned c = 0; c < 256; c++)
		for (size_t at = 0; at < sizeof text; at += c % 16 == 13 ? 1 : 7) {
			struct ps_buf out = { 0 };
			struct mime_watch watch;

			memset(text, 'x', sizeof text);
			text[at] = (uint8_t)c;
			write_all((ps_slice){ text, sizeof text }, SIZE_MAX / 2, false, &watch,
			    &out);
			assert_int_equal(watch.unsafe, c == 0 || c > 126 || c == '\r' ||
			    c == '\n');
			ps_buf_clear(&out);
		}
}

/* RFC 5322, 2.1.1: 998 without the line end. */
static void
lines_of_998(void **state)
{
	static const struct {
		const char	*end;
		bool		 from_lf;
	} row[] = { { "\r\n", false }, { "\r\n", true }, { "\n", true }, { "", false } };

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++)
		for (size_t n = 996; n < 1001; n++)
			for (size_t before = 0; before < 1100; before += 91) {
				struct ps_buf in = { 0 }, want = { 0 };

				for (size_t k = 0; k < before; k++)
					assert_code(ps_buf_add_text(&in, "ab\r\n", NULL), PS_OK);
				for (size_t k = 0; k < n; k++)
					assert_code(ps_buf_add_text(&in, "x", NULL), PS_OK);
				assert_code(ps_buf_add(&want, ps_buf_get(&in), NULL), PS_OK);
				assert_code(ps_buf_add_text(&in, row[i].end, NULL), PS_OK);
				if (row[i].end[0] != '\0')
					assert_code(ps_buf_add_text(&want, "\r\n", NULL), PS_OK);
				check(ps_buf_get(&in), row[i].from_lf, ps_buf_get(&want), n > 998);
				ps_buf_clear(&in);
				ps_buf_clear(&want);
			}
}

/* The watch tells where the present line is, whatever was said before. */
static void
the_present_line_is_counted(void **state)
{
	struct ps_buf out = { 0 };
	struct mime_watch watch;

	(void)state;
	for (size_t i = 0; i < N_STEPS; i++) {
		write_all(ps_str("abc\r\n\x80\r\nde"), steps[i], false, &watch, &out);
		assert_int_equal(watch.line, 2);
		assert_int_equal(watch.last, 'e');
		write_all(ps_str("abc\nde"), steps[i], true, &watch, &out);
		assert_int_equal(watch.line, 2);
		assert_int_equal(watch.n, 7);
	}
	ps_buf_clear(&out);
}

/* Long stored text goes through our own copy in several steps. */
static void
long_stored_text(void **state)
{
	struct ps_buf in = { 0 }, want = { 0 };

	(void)state;
	for (size_t i = 0; i < 3000; i++) {
		assert_code(ps_buf_add_text(&in, i % 3 == 0 ? "one\r\n" : "another\n\n", NULL), PS_OK);
		assert_code(ps_buf_add_text(&want, i % 3 == 0 ? "one\r\n" : "another\r\n\r\n", NULL),
		    PS_OK);
	}
	check(ps_buf_get(&in), true, ps_buf_get(&want), false);
	check(ps_buf_get(&in), false, ps_buf_get(&in), true);
	ps_buf_clear(&in);
	ps_buf_clear(&want);
}

/* What relays and folders change is found at every place, however it is cut. */
static void
exposed_text(void **state)
{
	static const struct {
		const char	*in;
		bool		 fragile;
	} row[] = {
		{ "a\r\nFrom b\r\n", true },
		{ "From b\r\n", true },
		{ " From b\r\n", false },
		{ "From: b\r\n", false },
		{ "a From b\r\n", false },
		{ "\r\n\r\nFrom \r\n", true },
		{ "a\r\nFrom", false },
		{ "a \r\n", true },
		{ "a\t\r\nb", true },
		{ "a \tb\r\n", false },
		{ " \r\n", true },
		{ "a\r\n ", true },
		{ "a\r\n b\r\n", false },
		{ "a\r\n.\r\n", false },
	};
	char text[300];
	ps_err err = PS_ERR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++)
		for (size_t before = 0; before < 70; before++)
			for (size_t s = 0; s < N_STEPS; s++) {
				struct mime_watch watch = { .exposed = true };
				ps_writer *null, *w;
				size_t n;

				/* whole lines before: the text stays at a line start */
				n = (size_t)snprintf(text, sizeof text, "%.*s%s%s", (int)before,
				    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
				    "xx", before == 0 ? "" : "\r\n", row[i].in);
				assert_ok(ps_writer_open_null(&null, &err), &err);
				assert_ok(mime_canonical_writer(&w, null, &watch, &err), &err);
				for (size_t k = 0; k < n; k += steps[s])
					assert_ok(ps_writer_write(w, (ps_slice){
					    (uint8_t *)text + k, n - k < steps[s] ? n - k
					    : steps[s] }, &err), &err);
				assert_ok(ps_writer_finish(w, &err), &err);
				if (watch.unsafe != row[i].fragile)
					fail_msg("row %zu, %zu before, step %zu", i, before,
					    steps[s]);
				ps_writer_close(w);
				ps_writer_close(null);
			}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(line_ends),
		cmocka_unit_test(every_octet_at_every_place),
		cmocka_unit_test(lines_of_998),
		cmocka_unit_test(the_present_line_is_counted),
		cmocka_unit_test(long_stored_text),
		cmocka_unit_test(exposed_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
