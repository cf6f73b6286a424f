/* SPDX-License-Identifier: ISC */
#include "cuts.h"

#include <openssl/evp.h>

/* RFC 4648, section 10. */
static const struct {
	const char *plain, *text;
} rfc4648[] = {
	{ "", "" },
	{ "f", "Zg==" },
	{ "fo", "Zm8=" },
	{ "foo", "Zm9v" },
	{ "foob", "Zm9vYg==" },
	{ "fooba", "Zm9vYmE=" },
	{ "foobar", "Zm9vYmFy" },
};

static void
vectors_of_rfc_4648(void **state)
{
	struct ps_b64enc enc;
	struct ps_b64dec dec;
	char line[32];

	(void)state;
	for (size_t i = 0; i < sizeof rfc4648 / sizeof rfc4648[0]; i++) {
		const char *end = i == 0 ? "" : "\r\n";

		snprintf(line, sizeof line, "%s%s", rfc4648[i].text, end);
		ps_b64enc_init(&enc, false);
		cuts_check_text(&enc.step, rfc4648[i].plain, line);
		ps_b64dec_init(&dec);
		cuts_check_text(&dec.step, line, rfc4648[i].plain);
		cuts_check_text(&dec.step, rfc4648[i].text, rfc4648[i].plain);
		assert_int_equal(dec.junk, 0);
		assert_int_equal(dec.after, 0);
	}
}

/* What EVP_EncodeBlock makes, cut into lines of `width`. */
static void
reference(struct ps_buf *out, ps_slice in, size_t width, const char *eol)
{
	uint8_t *text = malloc(in.n / 3 * 4 + 8);
	size_t n = (size_t)EVP_EncodeBlock(text, in.p, (int)in.n);

	for (size_t at = 0; at < n; at += width) {
		assert_int_equal(ps_buf_add(out, (ps_slice){ text + at,
		    n - at < width ? n - at : width }, NULL), PS_OK);
		assert_int_equal(ps_buf_add_text(out, eol, NULL), PS_OK);
	}
	free(text);
}

static void
encodes_as_openssl_does(void **state)
{
	struct ps_b64enc enc;
	uint8_t *p = cuts_noise(400, 1);

	(void)state;
	for (size_t n = 0; n <= 400; n += n < 150 ? 1 : 37)
		for (int lf = 0; lf < 2; lf++) {
			struct ps_buf want = { .p = NULL };

			reference(&want, (ps_slice){ p, n }, 64, lf ? "\n" : "\r\n");
			ps_b64enc_init(&enc, lf);
			cuts_check(&enc.step, (ps_slice){ p, n }, ps_buf_get(&want));
			ps_buf_clear(&want);
		}
	free(p);
}

static void
decodes_lines_of_any_width(void **state)
{
	static const size_t width[] = { 1, 3, 4, 60, 61, 64, 72, 76, 77, 10000 };
	struct ps_b64dec dec;
	uint8_t *p = cuts_noise(500, 2);

	(void)state;
	ps_b64dec_init(&dec);
	for (size_t i = 0; i < sizeof width / sizeof width[0]; i++) {
		struct ps_buf text = { .p = NULL };

		reference(&text, (ps_slice){ p, 500 - i }, width[i], i % 2 ? "\n" : "\r\n");
		cuts_check(&dec.step, ps_buf_get(&text), (ps_slice){ p, 500 - i });
		assert_int_equal(dec.junk + dec.after, 0);
		ps_buf_clear(&text);
	}
	free(p);
}

static void
skips_and_counts_junk(void **state)
{
	struct ps_b64dec dec;

	(void)state;
	ps_b64dec_init(&dec);
	cuts_check_text(&dec.step, "Z m\t9v\r\n\r\n!Ym\xff""Fy\n", "foobar");
	assert_int_equal(dec.junk, 4);
	assert_int_equal(dec.after, 0);
	cuts_check_text(&dec.step, "Zm9vYmFyZm9v-Ym-Fy\n", "foobarfoobar");
	assert_int_equal(dec.junk, 2);
}

static void
every_octet_is_a_digit_or_junk(void **state)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	struct ps_b64dec dec;

	(void)state;
	ps_b64dec_init(&dec);
	for (int c = 0; c < 256; c++)
		for (size_t place = 0; place < 8; place++) {
			struct ps_buf out = { .p = NULL };
			uint8_t text[18] = "AAAAAAAAAAAAAAAA";
			const char *d = c == 0 ? NULL : strchr(digits, c);
			unsigned v;

			if (c == '=')
				continue;
			text[place] = (uint8_t)c;
			assert_code(cuts_run(&dec.step, (ps_slice){ text, 16 },
			    (struct cuts){ 1000, 1000, 0 }, &out, NULL), PS_OK);
			assert_int_equal(dec.junk, d == NULL && c != '\r' && c != '\n');
			assert_int_equal(out.n, d == NULL ? 11 : 12);
			v = (unsigned)(out.p[place / 4 * 3] << 16 |
			    out.p[place / 4 * 3 + 1] << 8 | out.p[place / 4 * 3 + 2]);
			assert_int_equal(v, d == NULL ? 0 :
			    (unsigned)(d - digits) << (18 - 6 * (place % 4)));
			ps_buf_clear(&out);
		}
}

static void
the_padding_is_the_end(void **state)
{
	struct ps_b64dec dec;

	(void)state;
	ps_b64dec_init(&dec);
	cuts_check_text(&dec.step, "Zg==\r\n-- \r\nZm9v\r\n", "f");
	assert_int_equal(dec.after, 7);
	cuts_check_text(&dec.step, "Zm9v=\r\n", "foo");
	assert_int_equal(dec.after, 0);
	cuts_check_text(&dec.step, "=Zm9v", "");
	assert_int_equal(dec.after, 4);
}

static void
padding_may_be_missing(void **state)
{
	struct ps_b64dec dec;

	(void)state;
	ps_b64dec_init(&dec);
	cuts_check_text(&dec.step, "Zm9vYg", "foob");
	cuts_check_text(&dec.step, "Zm9vYg=", "foob");
	cuts_check_text(&dec.step, "Zm9vYmE\r\n", "fooba");
}

static void
a_left_over_digit_is_malformed(void **state)
{
	static const struct { const char *text; uint64_t offset; } bad[] = {
		{ "Zm9vY", 5 }, { "Zm9vY=", 5 }, { "Zm9vY===\r\n", 5 },
		{ "Zm9vYmFyZm9vYmFyZm9vYmFy\r\nZ\r\n", 29 }, { "Z", 1 },
	};
	struct ps_b64dec dec;

	(void)state;
	ps_b64dec_init(&dec);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		for (size_t w = 1; w < 40; w++) {
			struct ps_buf out = { .p = NULL };
			ps_err err = PS_ERR_INIT;

			assert_code(cuts_run(&dec.step, ps_str(bad[i].text),
			    (struct cuts){ w, 41 - w, 0 }, &out, &err), PS_E_MALFORMED);
			assert_int_equal(err.cause[0].offset, bad[i].offset);
			ps_buf_clear(&out);
		}
}

static void
any_cutting_of_noise_is_one(void **state)
{
	static const char some[] = "AZaz09+/AZaz09+/AZaz09+/QUJD\r\n\r\n ";
	struct ps_b64dec dec;

	(void)state;
	ps_b64dec_init(&dec);
	for (uint32_t seed = 0; seed < 20; seed++) {
		struct ps_buf whole = { .p = NULL };
		uint32_t r = seed;
		uint8_t text[300];
		ps_slice in = { text, sizeof text };

		for (size_t i = 0; i < sizeof text; i++)
			text[i] = (uint8_t)some[cuts_random(&r) % (sizeof some - 1)];
		text[299] = 'A';
		text[298] = 'A';
		if (cuts_run(&dec.step, in, (struct cuts){ 1, 1, 0 }, &whole, NULL) == PS_OK)
			cuts_check(&dec.step, in, ps_buf_get(&whole));
		ps_buf_clear(&whole);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors_of_rfc_4648),
		cmocka_unit_test(encodes_as_openssl_does),
		cmocka_unit_test(decodes_lines_of_any_width),
		cmocka_unit_test(skips_and_counts_junk),
		cmocka_unit_test(every_octet_is_a_digit_or_junk),
		cmocka_unit_test(the_padding_is_the_end),
		cmocka_unit_test(padding_may_be_missing),
		cmocka_unit_test(a_left_over_digit_is_malformed),
		cmocka_unit_test(any_cutting_of_noise_is_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
