/* SPDX-License-Identifier: ISC */
#include "cuts.h"

/* Each row is a rule of RFC 2045, 6.7. */
static void
decodes(void **state)
{
	static const char *const rows[][2] = {
		{ "", "" },
		{ "plain text, two lines\r\nend\r\n", "plain text, two lines\r\nend\r\n" },
		{ "a=3Db=0Cc", "a=b\fc" },			/* (1) */
		{ "=e4=C3=a4", "\xe4\xc3\xa4" },		/* lower case */
		{ "a \t \r\nb  \nc ", "a\r\nb\nc" },		/* (3) */
		{ "a =20\r\n", "a  \r\n" },
		{ "a  b \tc", "a  b \tc" },
		/* The example of (5). */
		{ "Now's the time =\r\nfor all folk to come=\r\n"
		    " to the aid of their country.",
		  "Now's the time for all folk to come to the aid of their country." },
		{ "a= \t\r\nb=\nc=  \nd", "abcd" },		/* padded on the way */
		{ "a=", "a" },
		{ "a=  ", "a" },
		{ "a=\r\n", "a" },
		/* What starts nothing stays. */
		{ "a=b c", "a=b c" },
		{ "a=4", "a=4" },
		{ "a=4\r\nb", "a=4\r\nb" },
		{ "=4=41==41", "=4A=A" },
		{ "a= b", "a= b" },
		{ "a= =41", "a= A" },
		{ "=XY=\rZ", "=XY=\rZ" },
		/* Line ends stay as they are. */
		{ "a\nb\r\nc\rd \re\r", "a\nb\r\nc\rd \re\r" },
		{ "a \r\r\nb", "a \r\r\nb" },
		{ "\n\n \n", "\n\n\n" },
		{ "8-bit \xc3\xa4 stays", "8-bit \xc3\xa4 stays" },
	};
	struct ps_qpdec s;

	(void)state;
	ps_qpdec_init(&s);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		cuts_check_text(&s.step, rows[i][0], rows[i][1]);
}

static void
holds_so_much_white_space(void **state)
{
	static const size_t n[] = { 1022, 1023, 1024, 1025, 2047, 2048, 3000 };
	struct ps_qpdec s;
	uint8_t text[3002];

	(void)state;
	ps_qpdec_init(&s);
	for (size_t i = 0; i < sizeof n / sizeof n[0]; i++) {
		size_t kept = n[i] / sizeof s.held * sizeof s.held;

		memset(text, ' ', n[i]);
		text[n[i]] = '\n';
		text[n[i] + 1] = '.';
		struct ps_buf want = { .p = NULL };
		assert_int_equal(ps_buf_add(&want, (ps_slice){ text, kept }, NULL), PS_OK);
		assert_int_equal(ps_buf_add_text(&want, "\n.", NULL), PS_OK);
		cuts_check(&s.step, (ps_slice){ text, n[i] + 2 }, ps_buf_get(&want));
		ps_buf_clear(&want);
	}
}

#define X10 "xxxxxxxxxx"
#define X70 X10 X10 X10 X10 X10 X10 X10

static void
encodes_text(void **state)
{
	static const char *const rows[][2] = {
		{ "", "" },
		{ "a=b\f\x7f\xe4", "a=3Db=0C=7F=E4" },
		{ "one\ntwo\r\n", "one\r\ntwo\r\n" },
		{ "a\rb\r", "a=0Db=0D" },
		{ "a\r\r\n", "a=0D\r\n" },
		{ "a b\tc", "a b\tc" },
		{ "a \nb\t\r\n  \nc ", "a=20\r\nb=09\r\n =20\r\nc=20" },
		{ "a \rb", "a =0Db" },
		{ "From me\nFrom\nFromage\n From x\nFrom ",
		  "=46rom me\r\nFrom\r\nFromage\r\n From x\r\n=46rom=20" },
		{ ".\n..\na.\n", "=2E\r\n=2E.\r\na.\r\n" },
		{ X70 "12345", X70 "12345" },
		{ X70 "123456", X70 "12345=\r\n6" },
		{ X70 "1234=", X70 "1234=\r\n=3D" },
		{ X70 "12=", X70 "12=3D" },
		{ X70 "12345.", X70 "12345=\r\n=2E" },
		{ X70 "12345From x", X70 "12345=\r\n=46rom x" },
		{ X70 "1234 \n", X70 "1234=\r\n=20\r\n" },
		{ X70 "12345\nx", X70 "12345\r\nx" },
		{ X70 "1234 x", X70 "1234 =\r\nx" },
	};
	struct ps_qpenc s;

	(void)state;
	ps_qpenc_init(&s, false);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		cuts_check_text(&s.step, rows[i][0], rows[i][1]);
}

static void
encodes_binary(void **state)
{
	struct ps_qpenc s;

	(void)state;
	ps_qpenc_init(&s, true);
	cuts_check_text(&s.step, "a\r\nb \n.", "a=0D=0Ab =0A.");
	cuts_check_text(&s.step, "a ", "a=20");
}

/* What goes in comes out; lines keep the rules of 6.7. */
static void
check_lines(ps_slice text)
{
	size_t start = 0;

	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];

		assert_true((c >= 32 && c <= 126) || c == '\t' || c == '\r' || c == '\n');
		assert_true(i - start < 78);
		if (c != '\n')
			continue;
		assert_true(text.p[i - 1] == '\r' && i - start <= 77);
		if (i - start >= 2)
			assert_true(text.p[i - 2] != ' ' && text.p[i - 2] != '\t');
		start = i + 1;
	}
	assert_true(text.n - start <= 76);
}

static void
noise_survives(void **state)
{
	static const char some[] = "a=. \t\r\nF";
	struct ps_qpenc enc;
	struct ps_qpdec dec;

	(void)state;
	for (uint32_t seed = 0; seed < 24; seed++) {
		struct ps_buf text = { .p = NULL };
		uint8_t *p = cuts_noise(700, seed);
		ps_slice in = { p, 700 };

		for (size_t i = 0; seed % 3 != 0 && i < in.n; i++)
			p[i] = (uint8_t)some[p[i] % (sizeof some - 1)];
		ps_qpenc_init(&enc, true);
		ps_qpdec_init(&dec);
		assert_code(cuts_run(&enc.step, in, (struct cuts){ 1000, 9000, 0 }, &text,
		    NULL), PS_OK);
		check_lines(ps_buf_get(&text));
		cuts_check(&enc.step, in, ps_buf_get(&text));
		cuts_check(&dec.step, ps_buf_get(&text), in);
		ps_buf_clear(&text);
		free(p);
	}
}

static void
any_cutting_of_noise_is_one(void **state)
{
	static const char some[] = "a4=== \t\r\n\r\n";
	struct ps_qpenc enc;
	struct ps_qpdec dec;

	(void)state;
	ps_qpenc_init(&enc, false);
	ps_qpdec_init(&dec);
	for (uint32_t seed = 0; seed < 24; seed++) {
		struct ps_buf a = { .p = NULL }, b = { .p = NULL };
		uint32_t r = seed;
		uint8_t text[300];
		ps_slice in = { text, sizeof text };

		for (size_t i = 0; i < sizeof text; i++)
			text[i] = (uint8_t)some[cuts_random(&r) % (sizeof some - 1)];
		assert_code(cuts_run(&dec.step, in, (struct cuts){ 1, 1, 0 }, &a, NULL), PS_OK);
		cuts_check(&dec.step, in, ps_buf_get(&a));
		assert_code(cuts_run(&enc.step, in, (struct cuts){ 1, 1, 0 }, &b, NULL), PS_OK);
		check_lines(ps_buf_get(&b));
		cuts_check(&enc.step, in, ps_buf_get(&b));
		ps_buf_clear(&a);
		ps_buf_clear(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decodes),
		cmocka_unit_test(holds_so_much_white_space),
		cmocka_unit_test(encodes_text),
		cmocka_unit_test(encodes_binary),
		cmocka_unit_test(noise_survives),
		cmocka_unit_test(any_cutting_of_noise_is_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
