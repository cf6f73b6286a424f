/* SPDX-License-Identifier: ISC */
#include "mime/charset.h"
#include "smime/hide.h"
#include "smime/html_place.h"
#include "smime/type_field.h"
#include "unit.h"

static struct mime_header
header_of(const char *text)
{
	struct mime_header h;
	ps_err err = PS_ERR_INIT;
	ps_reader *r;

	assert_ok(ps_reader_open_memory(&r, ps_str(text), &err), &err);
	assert_ok(mime_header_read(&h, r, &ps_limits_default, &err), &err);
	ps_reader_close(r);
	return h;
}

static void
check_text(ps_slice found, const char *want)
{
	if (found.n != strlen(want) || memcmp(found.p == NULL ? want : (const char *)found.p, want,
	    found.n) != 0)
		fail_msg("%.*s is not %s", (int)found.n, (const char *)found.p, want);
}

/* --- which field hides what: the table of RFC 9788, 3.2 --- */

static void
policies(void **state)
{
	static const struct {
		const char *field;
		enum ps_hide baseline, shy;
	} rows[] = {
		{ "Subject", PS_HIDE_TEXT, PS_HIDE_TEXT },
		{ "sUBJECT", PS_HIDE_TEXT, PS_HIDE_TEXT },
		{ "Keywords", PS_HIDE_FIELD, PS_HIDE_FIELD },
		{ "Comments", PS_HIDE_FIELD, PS_HIDE_FIELD },
		{ "From", PS_HIDE_NOTHING, PS_HIDE_NAME },
		{ "To", PS_HIDE_NOTHING, PS_HIDE_NAMES },
		{ "Cc", PS_HIDE_NOTHING, PS_HIDE_NAMES },
		{ "Date", PS_HIDE_NOTHING, PS_HIDE_ZONE },
		{ "Reply-To", PS_HIDE_NOTHING, PS_HIDE_NOTHING },
		{ "Message-ID", PS_HIDE_NOTHING, PS_HIDE_NOTHING },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_int_equal(ps_hcp_hide(PS_HCP_NONE, ps_str(rows[i].field)), PS_HIDE_NOTHING);
		assert_int_equal(ps_hcp_hide(PS_HCP_BASELINE, ps_str(rows[i].field)),
		    rows[i].baseline);
		assert_int_equal(ps_hcp_hide(PS_HCP_SHY, ps_str(rows[i].field)), rows[i].shy);
	}
}

static void
hides(enum ps_hide how, const char *field, const char *want)
{
	struct mime_header h = header_of(field);
	struct ps_buf out = { 0 };
	ps_err err = PS_ERR_INIT;
	bool hidden;

	assert_ok(ps_hide(how, &h.field[0], &ps_limits_default, &out, &hidden, &err), &err);
	assert_int_equal(hidden, want != NULL);
	check_text(ps_buf_get(&out), want == NULL ? "" : want);
	ps_buf_clear(&out);
	mime_header_clear(&h);
}

static void
fields_outside(void **state)
{
	(void)state;
	hides(PS_HIDE_TEXT, "Subject: secret\r\n", "[...]");
	hides(PS_HIDE_TEXT, "Subject:\r\n", "[...]");
	hides(PS_HIDE_TEXT, "Subject:  [...]\r\n", NULL);
	hides(PS_HIDE_FIELD, "Keywords: x\r\n", "");
	hides(PS_HIDE_NAME, "From: \"Alice: x\" <alice@example.org>\r\n", "alice@example.org");
	hides(PS_HIDE_NAME, "From: alice@example.org\r\n", NULL);
	hides(PS_HIDE_NAME, "From: A <a@example.org>, B <b@example.org>\r\n", NULL);
	hides(PS_HIDE_NAMES, "To: A <a@example.org>,\r\n B <b@example.org>\r\n",
	    "a@example.org,\r\n b@example.org");
	hides(PS_HIDE_NAMES, "To: friends: A <a@example.org>;\r\n", NULL);
	hides(PS_HIDE_NAMES, "To: undisclosed-recipients:;\r\n", NULL);
	hides(PS_HIDE_NAMES, "To: A <a@example.org> junk\r\n", NULL);
	hides(PS_HIDE_NAMES, "To: A <\"a b\"@example.org>\r\n", "\"a b\"@example.org");
	/* the dates by Python's email.utils */
	hides(PS_HIDE_ZONE, "Date: Sat, 20 Feb 2021 10:09:02 -0500\r\n",
	    "Sat, 20 Feb 2021 15:09:02 +0000");
	hides(PS_HIDE_ZONE, "Date: Thu, 31 Dec 1969 23:00:00 -0200\r\n",
	    "Thu, 01 Jan 1970 01:00:00 +0000");
	hides(PS_HIDE_ZONE, "Date: Mon, 01 Jan 1900 00:00:00 +0100\r\n",
	    "Sun, 31 Dec 1899 23:00:00 +0000");
	hides(PS_HIDE_ZONE, "Date: yesterday\r\n", NULL);
}

/* --- Content-Type with parameters of ours --- */

static void
type_is(const char *section, const char *want)
{
	static const char *const cut[] = { "hp", NULL };
	static const struct ps_param add[] = { { "hp", "clear" }, { NULL, NULL } };
	struct mime_header h = header_of(section);
	struct mime_entity e;
	struct ps_buf out = { 0 };
	ps_err err = PS_ERR_INIT;

	assert_ok(mime_entity_parse(&e, &h, &ps_limits_default, &err), &err);
	assert_ok(ps_type_field(&out, &h, &e, cut, add, &ps_limits_default, &err), &err);
	check_text(ps_buf_get(&out), want);
	ps_buf_clear(&out);
	mime_entity_clear(&e);
	mime_header_clear(&h);
}

static void
types(void **state)
{
	(void)state;
	type_is("Content-Type: text/html\r\n\r\n", "Content-Type: text/html;\r\n hp=\"clear\"\r\n");
	type_is("content-type:text/html ; \r\n\r\n", "Content-Type:text/html;\r\n hp=\"clear\"\r\n");
	type_is("Content-Type: a/b; hp=cipher; x=\"1;2\"\r\n\r\n",
	    "Content-Type: a/b; x=\"1;2\";\r\n hp=\"clear\"\r\n");
	type_is("X: y\r\n\r\n", "Content-Type: text/plain;\r\n hp=\"clear\"\r\n");
	/* what would swallow ours is written anew */
	type_is("Content-Type: text/plain; x=\"a\r\n\r\n",
	    "Content-Type: text/plain;\r\n x=\"a\";\r\n hp=\"clear\"\r\n");
	type_is("Content-Type: text/plain (\r\n\r\n",
	    "Content-Type: text/plain;\r\n hp=\"clear\"\r\n");
	type_is("Content-Type: text/plain; x*=utf-8''%C3%A4%22; y=\"b\r\n\r\n",
	    "Content-Type: text/plain;\r\n x*=utf-8''%C3%A4%22;\r\n y=\"b\";\r\n hp=\"clear\"\r\n");
	type_is("Content-Type: text\r\n\r\n", "Content-Type: text/plain;\r\n hp=\"clear\"\r\n");
}

/* --- where the body of an HTML text begins --- */

/* "|" marks the place; without one it is not in there. */
static void
place_is(const char *marked)
{
	char html[256];
	const char *bar = strchr(marked, '|');
	size_t n = bar == NULL ? strlen(marked) : (size_t)(bar - marked), at;

	snprintf(html, sizeof html, "%.*s%s", (int)n, marked, bar == NULL ? "" : bar + 1);
	assert_int_equal(ps_html_body_place(ps_str(html), &at), bar != NULL);
	if (bar != NULL)
		assert_int_equal(at, n);
	/* a beginning has the same place, or none yet */
	for (size_t k = 0; k < strlen(html); k++)
		if (ps_html_body_place((ps_slice){ (const uint8_t *)html, k }, &at))
			assert_int_equal(at, n);
}

static void
html_places(void **state)
{
	(void)state;
	place_is("<html><head><title>a<b</title></head><body>|x");
	place_is("<!DOCTYPE html>\n<BODY class='a>b' x=\">\">|x");
	place_is("<html><body>|</body></html>");
	place_is("|<p>no body</p>");
	place_is("\n  |text");
	place_is("<meta charset=utf-8><link x>|<table>");
	place_is("<!-- <body> --><style>p > a {} </p></style>|text");
	place_is("<head><script>if (a < b) '</scr' + '<body>'</script></head>|<div>");
	place_is("<![if !mso]><?xml x?>|<o:p>");
	place_is("\xef\xbb\xbf<html>|x");
	place_is("<html><head>");
	place_is("<title>never closed <body>");
	place_is("<!-- never closed <body>");
	place_is("<body class=\"never closed>");
	place_is("");
}

/* --- texts in other charsets: what Python encodes --- */

static void
charset_is(const char *charset, const char *text, const char *want)
{
	struct ps_buf out = { 0 };
	ps_err err = PS_ERR_INIT;
	bool fits;

	assert_ok(mime_from_utf8(&out, charset, ps_str(text), &fits, &err), &err);
	assert_int_equal(fits, want != NULL);
	check_text(ps_buf_get(&out), want == NULL ? "" : want);
	ps_buf_clear(&out);
}

static void
charsets(void **state)
{
	(void)state;
	charset_is("UTF-8", "caf\xc3\xa9", "caf\xc3\xa9");
	charset_is("us-ascii", "cafe", "cafe");
	charset_is("us-ascii", "caf\xc3\xa9", NULL);
	charset_is("ISO-8859-1", "caf\xc3\xa9", "caf\xe9");
	charset_is("iso-8859-1", "\xe2\x82\xac", NULL);
	charset_is("iso-8859-15", "\xe2\x82\xac", "\xa4");
	charset_is("windows-1252", "\xe2\x82\xac", "\x80");
	charset_is("koi8-r", "\xd0\xb4\xd0\xb0", "\xc4\xc1");
	charset_is("iso-2022-jp", "\xe6\x97\xa5x", "\x1b$BF|\x1b(Bx");
	charset_is("utf-16", "x", NULL);
	charset_is("unknown", "x", NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(policies),
		cmocka_unit_test(fields_outside),
		cmocka_unit_test(types),
		cmocka_unit_test(html_places),
		cmocka_unit_test(charsets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
