/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include "mime/mime.h"

/* What a list should give: "name|address" a line; a "!" first: malformed. */
struct row {
	const char	*in, *out;
};

static void
describe(const struct mime_mailboxes *m, char *out, size_t size)
{
	size_t n = (size_t)snprintf(out, size, "%s", m->malformed ? "!" : "");

	for (size_t i = 0; i < m->n; i++)
		n += (size_t)snprintf(out + n, size - n, "%s%s|%s", i == 0 ? "" : "\n",
		    m->box[i].name, m->box[i].address);
}

static void
check(const struct row *row, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		ps_err err = PS_ERR_INIT;
		struct mime_mailboxes m = { .n = 0 };
		char text[1024];

		assert_ok(mime_mailboxes_parse(&m, ps_str(row[i].in), &ps_limits_default, &err),
		    &err);
		describe(&m, text, sizeof text);
		if (strcmp(text, row[i].out) != 0)
			fail_msg("%s: %s", row[i].in, text);
		mime_mailboxes_clear(&m);
	}
}
#define CHECK(rows) check((rows), sizeof(rows) / sizeof(rows)[0])

/* RFC 5322, A.1 and A.5, A.6. */
static void
examples_of_rfc_5322(void **state)
{
	static const struct row rows[] = {
		{ "John Doe <jdoe@machine.example>", "John Doe|jdoe@machine.example" },
		{ "\"Joe Q. Public\" <john.q.public@example.com>",
		    "Joe Q. Public|john.q.public@example.com" },
		{ "Mary Smith <mary@x.test>, jdoe@example.org, Who? <one@y.test>",
		    "Mary Smith|mary@x.test\n|jdoe@example.org\nWho?|one@y.test" },
		{ "<boss@nil.test>, \"Giant; \\\"Big\\\" Box\" <sysservices@example.net>",
		    "|boss@nil.test\nGiant; \"Big\" Box|sysservices@example.net" },
		{ "A Group:Ed Jones <c@a.test>,joe@where.test,John <jdoe@one.test>;",
		    "Ed Jones|c@a.test\n|joe@where.test\nJohn|jdoe@one.test" },
		{ "Undisclosed recipients:;", "" },
		{ "\"Mary Smith: Personal Account\" <smith@home.example>",
		    "Mary Smith: Personal Account|smith@home.example" },
		{ "Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>",
		    "Pete|pete@silly.test" },
		{ "A Group(Some people)\r\n     :Chris Jones <c@(Chris's host.)public.example>,\r\n"
		  "         joe@example.org,\r\n  John <jdoe@one.test> (my dear friend); "
		  "(the end of the group)",
		    "Chris Jones|c@public.example\n|joe@example.org\nJohn|jdoe@one.test" },
		{ "(Empty list)(start)Hidden recipients  :(nobody(that I know))  ;", "" },
		{ "Joe Q. Public <john.q.public@example.com>",
		    "Joe Q. Public|john.q.public@example.com" },
		{ "Mary Smith <@node.test:mary@example.net>, , jdoe@test  . example",
		    "Mary Smith|mary@example.net\n|jdoe@test.example" },
		{ "<@a.test,@b.test:x@y.test>", "|x@y.test" },
		{ "John Doe <jdoe@machine(comment).  example>", "John Doe|jdoe@machine.example" },
		{ "Mary Smith\r\n  \r\n\t<mary@example.net>", "Mary Smith|mary@example.net" },
	};

	(void)state;
	CHECK(rows);
}

static void
local_parts_are_quoted_where_they_must(void **state)
{
	static const struct row rows[] = {
		{ "\"john.doe\"@a.test", "|john.doe@a.test" },
		{ "\"john doe\"@a.test", "|\"john doe\"@a.test" },
		{ "\"a\\\"b\\\\\"@a.test", "|\"a\\\"b\\\\\"@a.test" },
		{ "\"a@b\"@c.test", "|\"a@b\"@c.test" },
		{ "a..b@c.test", "|\"a..b\"@c.test" },
		{ "a.@c.test", "|\"a.\"@c.test" },
		{ "x@[192.0.2.1]", "|x@[192.0.2.1]" },
		{ "x@[IPv6:2001:db8::1], y@z", "|x@[IPv6:2001:db8::1]\n|y@z" },
		{ "<x@[IPv6:2001:db8::1]>", "|x@[IPv6:2001:db8::1]" },
		{ "j\xc3\xbcrgen@m\xc3\xbcller.example", "|j\xc3\xbcrgen@m\xc3\xbcller.example" },
		{ "a+b/c=?d@e.test", "|a+b/c=?d@e.test" },
	};

	(void)state;
	CHECK(rows);
}

/* Words are decoded after: what they hold is a name and nothing else. */
static void
encoded_words_make_no_structure(void **state)
{
	static const struct row rows[] = {
		{ "=?utf-8?q?alice=40good.test=2C?= <mallory@evil.test>",
		    "alice@good.test,|mallory@evil.test" },
		{ "=?utf-8?q?Alice_=3Calice=40good.test=3E?= <mallory@evil.test>",
		    "Alice <alice@good.test>|mallory@evil.test" },
		{ "=?utf-8?b?YSwg?= b <c@d.test>", "a,  b|c@d.test" },
		{ "=?utf-8?q?a=0A_?= <c@d.test>", "a|c@d.test" },
		{ "=?utf-8?q?alice=40good.test?=", "!" },
		{ "=?utf-8?q?x?=@good.test", "|=?utf-8?q?x?=@good.test" },
		{ "\"=?utf-8?q?=C3=A4?=\" <c@d.test>", "\xc3\xa4|c@d.test" },
		{ "=?utf-8?q?=C3?= =?utf-8?q?=A4?= <c@d.test>", "\xc3\xa4|c@d.test" },
	};

	(void)state;
	CHECK(rows);
}

static void
two_readings_are_malformed(void **state)
{
	static const struct row rows[] = {
		{ "alice@good.test <mallory@evil.test>", "!alice@good.test|mallory@evil.test" },
		{ "bob@x.test <bob@x.test>", "bob@x.test|bob@x.test" },
		{ "\"alice@good.test\" <mallory@evil.test>", "alice@good.test|mallory@evil.test" },
		{ "<a@b.test> <c@d.test>", "!|a@b.test" },
		{ "<a@b.test> c", "!|a@b.test" },
		{ "a@b.test c@d.test", "!" },
		{ "a@b@c.test", "!" },
		{ "a b@c.test", "!" },
		{ "Doe, John <j@d.test>", "!John|j@d.test" },
		{ "a@b.test; c@d.test", "!|a@b.test\n|c@d.test" },
		{ "G:a@b.test,H:c@d.test;", "!|a@b.test\n|c@d.test" },
		{ "G:a@b.test", "!|a@b.test" },
		{ "G:a@b.test; c@d.test", "|a@b.test\n|c@d.test" },
		{ "x <a@b.test, y <c@d.test>", "!x|a@b.test\ny|c@d.test" },
		{ "x <a@b.test <c@d.test>", "!x|a@b.test" },
		{ "x <a@b.test", "!x|a@b.test" },
		{ "nobody", "!" }, { "<>", "!" }, { "@b.test", "!" }, { "a@", "!" },
		{ "a@.b", "!" }, { "a@b.", "!" }, { "a@b..c", "!" }, { "a@[1.2", "!" },
		{ "\"\"@b.test", "!" }, { "\"open <a@b.test>", "!" },
		{ "a\xff@b.test", "!" }, { "\"a\tb\"@c.test", "!" },
		{ "", "" }, { " , ,\r\n ,", "" }, { "(only)", "" },
	};

	(void)state;
	CHECK(rows);
}

static void
names_are_trimmed(void **state)
{
	static const struct row rows[] = {
		{ "\"   Alice   \" <a@b.test>", "Alice|a@b.test" },
		{ "a (c) b <a@b.test>", "a b|a@b.test" },
		{ "a\"b\"c <a@b.test>", "abc|a@b.test" },
	};

	(void)state;
	CHECK(rows);
}

static void
fields_add_up(void **state)
{
	struct ps_limits limits = ps_limits_default;
	struct mime_mailboxes m = { .n = 0 };
	ps_err err = PS_ERR_INIT;

	(void)state;
	limits.addresses = 3;
	assert_ok(mime_mailboxes_parse(&m, ps_str("a@b, c@d"), &limits, &err), &err);
	assert_code(mime_mailboxes_parse(&m, ps_str("e@f, g@h"), &limits, NULL), PS_E_LIMIT);
	assert_int_equal(m.n, 2);
	assert_false(m.malformed);
	assert_ok(mime_mailboxes_parse(&m, ps_str("e@f"), &limits, &err), &err);
	assert_int_equal(m.n, 3);
	assert_string_equal(m.box[2].local, "e");
	assert_string_equal(m.box[2].domain, "f");
	mime_mailboxes_clear(&m);
}

static void
many_and_long_take_linear_time(void **state)
{
	static const char *const seed[] = { "(", "\"", "<", "a@b <", "a@[", "=?", "a@b:", ":",
		"<@a:", ".", "\\", "a,", "\"\\", "(\\", "=?a?q?b?= " };
	struct ps_limits limits = ps_limits_default;

	(void)state;
	limits.addresses = 1000000;
	for (size_t i = 0; i < sizeof seed / sizeof seed[0]; i++) {
		ps_err err = PS_ERR_INIT;
		struct mime_mailboxes m = { .n = 0 };
		struct ps_buf in = { 0 };

		while (in.n < 262144)
			assert_ok(ps_buf_add_text(&in, seed[i], &err), &err);
		assert_ok(mime_mailboxes_parse(&m, ps_buf_get(&in), &limits, &err), &err);
		mime_mailboxes_clear(&m);
		ps_buf_clear(&in);
	}
}

static void
every_truncation_reads(void **state)
{
	static const char in[] =
	    "\"a\\\"b\" =?utf-8?q?c?= (d(e)) <@f,@g:h.\"i\\j\"(k)@[1:2]>, "
	    "G: l@m . n (o);, p@q";

	(void)state;
	for (size_t n = 0; n < sizeof in; n++) {
		struct mime_mailboxes m = { .n = 0 };
		uint8_t *copy = malloc(n + 1);

		assert_non_null(copy);
		memcpy(copy, in, n);
		copy = realloc(copy, n == 0 ? 1 : n);
		assert_code(mime_mailboxes_parse(&m, (ps_slice){ copy, n }, &ps_limits_default,
		    NULL), PS_OK);
		mime_mailboxes_clear(&m);
		free(copy);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(examples_of_rfc_5322),
		cmocka_unit_test(local_parts_are_quoted_where_they_must),
		cmocka_unit_test(encoded_words_make_no_structure),
		cmocka_unit_test(two_readings_are_malformed),
		cmocka_unit_test(names_are_trimmed),
		cmocka_unit_test(fields_add_up),
		cmocka_unit_test(many_and_long_take_linear_time),
		cmocka_unit_test(every_truncation_reads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
