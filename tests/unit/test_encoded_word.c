/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include "mime/mime.h"

struct row {
	const char	*in, *out;
};

static void
check(const struct row *row, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		ps_err err = PS_ERR_INIT;
		struct ps_buf b = { 0 };

		assert_ok(mime_decode_words(ps_str(row[i].in), &b, &err), &err);
		if (b.n != strlen(row[i].out) ||
		    (b.n != 0 && memcmp(b.p, row[i].out, b.n) != 0))
			fail_msg("%s: %.*s", row[i].in, (int)b.n, (const char *)b.p);
		ps_buf_clear(&b);
	}
}
#define CHECK(rows) check((rows), sizeof(rows) / sizeof(rows)[0])

/* RFC 2047, 8; the Hebrew by Python's codecs. */
static void
examples_of_rfc_2047(void **state)
{
	static const struct row rows[] = {
		{ "=?US-ASCII?Q?Keith_Moore?=", "Keith Moore" },
		{ "=?ISO-8859-1?Q?Keld_J=F8rn_Simonsen?=", "Keld J\xc3\xb8rn Simonsen" },
		{ "=?ISO-8859-1?Q?Andr=E9?= Pirard", "Andr\xc3\xa9 Pirard" },
		{ "=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?= =?ISO-8859-2?B?"
		  "dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?=",
		    "If you can read this you understand the example." },
		{ "=?iso-8859-8?b?7eXs+SDv4SDp7Oj08A==?=",
		    "\xd7\x9d\xd7\x95\xd7\x9c\xd7\xa9 \xd7\x9f\xd7\x91 "
		    "\xd7\x99\xd7\x9c\xd7\x98\xd7\xa4\xd7\xa0" },
		{ "=?ISO-8859-1?Q?a?=", "a" },
		{ "=?ISO-8859-1?Q?a?= b", "a b" },
		{ "=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=", "ab" },
		{ "=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=", "ab" },
		{ "=?ISO-8859-1?Q?a?=\r\n    =?ISO-8859-1?Q?b?=", "ab" },
		{ "=?ISO-8859-1?Q?a_b?=", "a b" },
		{ "=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=", "a b" },
		{ "=?US-ASCII*EN?Q?Keith_Moore?=", "Keith Moore" },	/* RFC 2231, 5 */
	};

	(void)state;
	CHECK(rows);
}

static void
charsets(void **state)
{
	static const struct row rows[] = {
		{ "=?utf-8?q?=E2=82=AC?=", "\xe2\x82\xac" },
		{ "=?windows-1252?q?=80=9F=81?=", "\xe2\x82\xac\xc5\xb8\xef\xbf\xbd" },
		{ "=?iso-8859-15?q?=A4=BE=E4?=", "\xe2\x82\xac\xc5\xb8\xc3\xa4" },
		{ "=?us-ascii?q?=E4?=", "\xef\xbf\xbd" },
		{ "=?utf-8?q?=E4x?=", "\xef\xbf\xbdx" },
		/* Python: 'Привет'.encode('koi8-r'), '日本'.encode('iso-2022-jp') */
		{ "=?koi8-r?b?8NLJ18XU?=", "\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82" },
		{ "=?ISO-2022-JP?B?GyRCRnxLXBsoQg==?=", "\xe6\x97\xa5\xe6\x9c\xac" },
		{ "=?shift_jis?b?k/o=?=", "\xe6\x97\xa5" },
		{ "=?shift_jis?b?kw==?=", "\xef\xbf\xbd" },
		{ "=?x-unknown?q?=41?= b", "=?x-unknown?q?=41?= b" },
		{ "=?utf-7?q?+AGE-?=", "=?utf-7?q?+AGE-?=" },
		/* what stands there without encoding */
		{ "raw \xc3\xa4 and \xe4", "raw \xc3\xa4 and \xef\xbf\xbd" },
	};

	(void)state;
	CHECK(rows);
}

static void
characters_split_between_words(void **state)
{
	static const struct row rows[] = {
		{ "=?utf-8?q?=C3?= =?UTF-8?b?pA==?=", "\xc3\xa4" },
		{ "=?utf-8?q?=C3?= x =?utf-8?q?=A4?=", "\xef\xbf\xbd x \xef\xbf\xbd" },
		{ "=?utf-8?q?=C3?= =?iso-8859-1?q?=E4?=", "\xef\xbf\xbd\xc3\xa4" },
	};

	(void)state;
	CHECK(rows);
}

static void
what_is_no_word_stays(void **state)
{
	static const struct row rows[] = {
		{ "", "" }, { "=?", "=?" }, { "=?=?=?=?=", "=?=?=?=?=" },
		{ "=?utf-8?q?x?", "=?utf-8?q?x?" }, { "=?utf-8?x?x?=", "=?utf-8?x?x?=" },
		{ "=??q?x?=", "=??q?x?=" }, { "=?utf-8?q?a?b?=", "=?utf-8?q?a?b?=" },
		{ "=?utf-8?b?!!!?=", "=?utf-8?b?!!!?=" },
		{ "=?utf-8?q?a?= =?utf-8?b?!?= c", "a =?utf-8?b?!?= c" },
		{ "=?utf-8?q?" "?=", "" }, { "=?utf-8?b?" "?=x", "x" },
		{ "=?utf-8?q?=4?=", "=4" },
		{ "a=?utf-8?q?b?=c", "abc" },
		{ "=?utf-8?q?a b?=", "a b" },
	};

	(void)state;
	CHECK(rows);
}

static void
no_line_and_no_end_comes_out(void **state)
{
	static const struct row rows[] = {
		{ "=?utf-8?q?a=0D=0ABcc:_x=00y?=", "a  Bcc: x y" },
		{ "=?utf-16?b?AAoA?=", "=?utf-16?b?AAoA?=" },
	};

	(void)state;
	CHECK(rows);
}

/* Twice the input, twice the time: this ends at once or never. */
static void
long_texts_take_linear_time(void **state)
{
	static const char *const seed[] = { "=?", "=?a?q?", "=?utf-8?q?a?= ", "=?utf-8?b?!?= ",
		"=?utf-8?q?=C3?=", " " };

	(void)state;
	for (size_t i = 0; i < sizeof seed / sizeof seed[0]; i++) {
		ps_err err = PS_ERR_INIT;
		struct ps_buf in = { 0 }, out = { 0 };

		while (in.n < 200000)
			assert_ok(ps_buf_add_text(&in, seed[i], &err), &err);
		assert_ok(mime_decode_words(ps_buf_get(&in), &out, &err), &err);
		ps_buf_clear(&in);
		ps_buf_clear(&out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(examples_of_rfc_2047),
		cmocka_unit_test(charsets),
		cmocka_unit_test(characters_split_between_words),
		cmocka_unit_test(what_is_no_word_stays),
		cmocka_unit_test(no_line_and_no_end_comes_out),
		cmocka_unit_test(long_texts_take_linear_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
