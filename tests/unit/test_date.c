/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include "mime/mime.h"

/* RFC 5322, A; the seconds by date(1): date -ud '...' +%s. */
static void
dates(void **state)
{
	static const struct {
		const char	*in;
		int64_t		 out;
	} row[] = {
		{ "Fri, 21 Nov 1997 09:55:06 -0600", 880127706 },
		{ "Tue, 1 Jul 2003 10:52:37 +0200", 1057049557 },
		{ "Thu, 13 Feb 1969 23:32:54 -0330", -27723426 },
		{ "Thu,\r\n      13\r\n        Feb\r\n          1969\r\n      23:32\r\n"
		  "               -0330 (Newfoundland Time)", -27723480 },
		{ "21 Nov 97 09:55:06 GMT", 880106106 },
		{ "Fri, 21 Nov 1997 09(comment):   55  :  06 -0600", 880127706 },
		{ "1 Jan 49 00:00:00 +0000", 2493072000 },
		{ "1 Jan 50 00:00:00 +0000", -631152000 },
		{ "1 Jan 100 00:00:00 +0000", 946684800 },
		{ "1 Jan 2000 00:00:00 EST", 946702800 },
		{ "1 Jan 2000 00:00:00 pdt", 946710000 },
		{ "1 Jan 2000 00:00:00 Z", 946684800 },
		{ "1 Jan 2000 00:00:00 A", 946684800 },
		{ "1 Jan 2000 00:00:00 UT", 946684800 },
		{ "1 Jan 2000 00:00:00 -0000", 946684800 },
		{ "1 Jan 2000 00:00:00", 946684800 },
		{ "1 Jan 2000 00:00 +0000", 946684800 },
		{ "(a) Sat (b), 1 (c) jan (d) 2000 (e) 00:00:00 (f) +0000 (g(h))", 946684800 },
		{ "31 Dec 1998 23:59:60 +0000", 915148799 },
		{ "29 Feb 2000 12:00:00 +0000", 951825600 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		int64_t t = 0;

		if (!mime_date_parse(ps_str(row[i].in), &t) || t != row[i].out)
			fail_msg("%s: %lld", row[i].in, (long long)t);
	}
}

static void
no_dates(void **state)
{
	static const char *const row[] = {
		"", "Fri", "Fri, 21 Nov", "21 Nov 1997", "21 Nov 1997 09",
		"21 Nov 1997 9:5:6 -0600", "29 Feb 2001 00:00:00 +0000",
		"32 Jan 2000 00:00:00 +0000", "1 Foo 2000 00:00:00 +0000",
		"1 Jan 2000 24:00:00 +0000", "1 Jan 2000 00:60:00 +0000",
		"1 Jan 2000 00:00:61 +0000", "1 Jan 2000 00:00:00 +0060",
		"1 Jan 2000 00:00:00 +000", "1 Jan 2000 00:00:00 +00000",
		"1 Jan 20000 00:00:00 +0000", "1 Jan 2000 00:00:00 +0000 more",
		"Fri 1 Jan 2000 00:00:00 +0000", "2000-01-01T00:00:00Z",
		"999999999999 Jan 2000 00:00:00 +0000",
	};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		int64_t t = 42;

		if (mime_date_parse(ps_str(row[i]), &t))
			fail_msg("%s", row[i]);
		assert_int_equal(t, 42);
	}
}

/* What date -u -R prints. */
static void
dates_are_written(void **state)
{
	static const struct {
		int64_t t;
		const char *text;
	} row[] = {
		{ 0, "Thu, 01 Jan 1970 00:00:00 +0000" },
		{ -1, "Wed, 31 Dec 1969 23:59:59 +0000" },
		{ 1795460101, "Mon, 23 Nov 2026 18:55:01 +0000" },
		{ 951782400, "Tue, 29 Feb 2000 00:00:00 +0000" },
		{ 253402300799, "Fri, 31 Dec 9999 23:59:59 +0000" },
	};
	char text[MIME_DATE_SIZE];
	int64_t t;

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		mime_date_format(row[i].t, text);
		assert_string_equal(text, row[i].text);
		assert_true(mime_date_parse(ps_str(text), &t));
		assert_int_equal(t, row[i].t);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dates),
		cmocka_unit_test(no_dates),
		cmocka_unit_test(dates_are_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
