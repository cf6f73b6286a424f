/* SPDX-License-Identifier: ISC */
#include "cuts.h"

static void
to_crlf(void **state)
{
	static const char *const rows[][2] = {
		{ "", "" },
		{ "a", "a" },
		{ "\n", "\r\n" },
		{ "a\nb\n", "a\r\nb\r\n" },
		{ "a\r\nb\r\n", "a\r\nb\r\n" },
		{ "a\r\nb\nc\r\n\n\n", "a\r\nb\r\nc\r\n\r\n\r\n" },
		{ "a\rb\r", "a\rb\r" },
		{ "\r\r\n\n\r", "\r\r\n\r\n\r" },
	};
	struct ps_eol s;

	(void)state;
	ps_eol_init(&s, false);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		cuts_check_text(&s.step, rows[i][0], rows[i][1]);
}

static void
to_lf(void **state)
{
	static const char *const rows[][2] = {
		{ "", "" },
		{ "a\r\nb\r\n", "a\nb\n" },
		{ "a\nb\n", "a\nb\n" },
		{ "a\rb\r", "a\rb\r" },
		{ "\r\r\n", "\r\n" },
		{ "\r\r\r", "\r\r\r" },
		{ "\r\n\r\n\n\r", "\n\n\n\r" },
	};
	struct ps_eol s;

	(void)state;
	ps_eol_init(&s, true);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		cuts_check_text(&s.step, rows[i][0], rows[i][1]);
}

/* The rule, written the slow way. */
static void
slow(struct ps_buf *out, ps_slice in, bool lf)
{
	for (size_t i = 0; i < in.n; i++) {
		bool crlf = in.p[i] == '\r' && i + 1 < in.n && in.p[i + 1] == '\n';

		if (lf && crlf)
			continue;
		if (!lf && in.p[i] == '\n' && (i == 0 || in.p[i - 1] != '\r'))
			assert_int_equal(ps_buf_add_text(out, "\r", NULL), PS_OK);
		assert_int_equal(ps_buf_add(out, (ps_slice){ in.p + i, 1 }, NULL), PS_OK);
	}
}

static void
any_cutting_is_one(void **state)
{
	static const char some[] = "ab\r\n\r\n";
	struct ps_eol s;

	(void)state;
	for (uint32_t seed = 0; seed < 20; seed++) {
		struct ps_buf want = { .p = NULL };
		uint32_t r = seed;
		uint8_t text[200];
		ps_slice in = { text, sizeof text };

		for (size_t i = 0; i < sizeof text; i++)
			text[i] = (uint8_t)some[cuts_random(&r) % (sizeof some - 1)];
		slow(&want, in, seed % 2);
		ps_eol_init(&s, seed % 2);
		cuts_check(&s.step, in, ps_buf_get(&want));
		ps_buf_clear(&want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(to_crlf),
		cmocka_unit_test(to_lf),
		cmocka_unit_test(any_cutting_is_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
