/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include "drip.h"
#include "mime/mime.h"

struct row {
	const char	*in, *type, *name, *value;
};

static void
parse(struct mime_type *t, const char *in)
{
	ps_err err = PS_ERR_INIT;

	assert_ok(mime_type_parse(t, ps_str(in), &ps_limits_default, &err), &err);
}

static void
check(const struct row *row, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct mime_type t;
		char type[128];
		const char *value;

		parse(&t, row[i].in);
		snprintf(type, sizeof type, "%s/%s", t.type, t.subtype);
		assert_string_equal(type, row[i].type);
		if (row[i].name != NULL) {
			value = mime_type_param(&t, row[i].name);
			if (row[i].value == NULL) {
				assert_null(value);
			} else {
				assert_non_null(value);
				assert_string_equal(value, row[i].value);
			}
		}
		mime_type_clear(&t);
	}
}
#define CHECK(rows) check((rows), sizeof(rows) / sizeof(rows)[0])

/* RFC 2045, 5.1 and 5.2; RFC 2046; RFC 1847. */
static void
types_of_the_rfcs(void **state)
{
	static const struct row rows[] = {
		{ " text/plain; charset=us-ascii (Plain text)", "text/plain", "charset", "us-ascii" },
		{ " text/plain; charset=\"us-ascii\"", "text/plain", "charset", "us-ascii" },
		{ " TEXT/Plain;CHARSET = X", "text/plain", "charset", "X" },
		{ " multipart/mixed; boundary=gc0pJq0M:08jU534c0p", "multipart/mixed",
		    "boundary", "gc0pJq0M:08jU534c0p" },
		{ " multipart/mixed;\r\n boundary=\"simple boundary\"\r\n", "multipart/mixed",
		    "boundary", "simple boundary" },
		{ " message / rfc822", "message/rfc822", NULL, NULL },
		{ " Message/Partial; number=2; total=3;\r\n"
		  "     id=\"oc=jpbe0M2Yt4s@thumper.bellcore.com\"", "message/partial",
		    "id", "oc=jpbe0M2Yt4s@thumper.bellcore.com" },
		{ " multipart/signed; protocol=\"application/pkcs7-signature\";\r\n"
		  "\tmicalg=sha-256; boundary=bar", "multipart/signed", "protocol",
		    "application/pkcs7-signature" },
		{ "(a) text (b(c)) / (d) plain (e);(f)charset(g)=(h)x(i)", "text/plain", "charset", "x" },
	};

	(void)state;
	CHECK(rows);
}

/* RFC 2231, 3 to 4.1, as printed: the semicolons that it forgets too. */
static void
continuations_of_rfc_2231(void **state)
{
	static const struct row rows[] = {
		{ " message/external-body; access-type=URL;\r\n"
		  " URL*0=\"ftp://\";\r\n"
		  " URL*1=\"cs.utk.edu/pub/moore/bulk-mailer/bulk-mailer.tar\"",
		    "message/external-body", "url",
		    "ftp://cs.utk.edu/pub/moore/bulk-mailer/bulk-mailer.tar" },
		{ " application/x-stuff;\r\n"
		  " title*=us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A",
		    "application/x-stuff", "title", "This is ***fun***" },
		{ " application/x-stuff\r\n"
		  " title*0*=us-ascii'en'This%20is%20even%20more%20\r\n"
		  " title*1*=%2A%2A%2Afun%2A%2A%2A%20\r\n"
		  " title*2=\"isn't it!\"",
		    "application/x-stuff", "title", "This is even more ***fun*** isn't it!" },
		/* the order says nothing (3), the number does */
		{ " a/b; x*2=c; x*0=a; x*1=b", "a/b", "x", "abc" },
		{ " a/b; x*0=a; x*2=c", "a/b", "x", "a" },
		{ " a/b; x*1=a", "a/b", "x", NULL },
		/* a character cut in two */
		{ " a/b; x*0*=utf-8''%C3; x*1*=%A4", "a/b", "x", "\xc3\xa4" },
		{ " a/b; x*=iso-8859-15''%A4", "a/b", "x", "\xe2\x82\xac" },
		{ " a/b; x*=windows-1252''%80", "a/b", "x", "\xe2\x82\xac" },
		/* a charset that nobody reads, none, half a triple */
		{ " a/b; x*=x-none''%41%", "a/b", "x", "A%" },
		{ " a/b; x*=''%41%4", "a/b", "x", "A%4" },
		{ " a/b; x*=%41", "a/b", "x", "A" },
		/* numbers from 0 to 99; others are names */
		{ " a/b; x*100=c", "a/b", "x", NULL },
		{ " a/b; x*100=c", "a/b", "x*100", "c" },
	};

	(void)state;
	CHECK(rows);
}

static void
the_first_counts(void **state)
{
	static const struct row rows[] = {
		{ "a/b; x=1; x=2", "a/b", "x", "1" },
		{ "a/b; x=1; X=2", "a/b", "x", "1" },
		{ "a/b; x*0=1; x*0=2; x*1=3", "a/b", "x", "13" },
		{ "a/b; filename=plain; filename*=utf-8''better", "a/b", "filename", "better" },
		{ "a/b; x*=utf-8''1; x*=utf-8''2", "a/b", "x", "1" },
	};

	(void)state;
	CHECK(rows);
}

static void
sloppy_fields(void **state)
{
	static const struct row rows[] = {
		{ "text/plain;;", "text/plain", NULL, NULL },
		{ "text/plain ;;;;; = ;; name=\"value\"", "text/plain", "name", "value" },
		{ "text/html charset=utf-8", "text/html", "charset", "utf-8" },
		{ "text/html; charset=utf-8 format=flowed", "text/html", "format", "flowed" },
		{ "text/html; charset=\"utf-8\" format=flowed", "text/html", "format", "flowed" },
		{ "multipart/mixed; boundary=----=_Part_1.2", "multipart/mixed", "boundary",
		    "----=_Part_1.2" },
		{ "a/b; name=my old file.pdf; x=1", "a/b", "name", "my old file.pdf" },
		{ "a/b; name=\"no end", "a/b", "name", "no end" },
		{ "a/b; name=\"fold\r\n ed\"", "a/b", "name", "fold ed" },
		{ "a/b; x=\"a;b=\\\"c\\\\\"; y=2", "a/b", "x", "a;b=\"c\\" },
		{ "a/b; x=\"a;b=\\\"c\\\\\"; y=2", "a/b", "y", "2" },
		{ "a/b; junk \"x;y=1\"; y=2", "a/b", "y", "2" },
		{ "a/b; x=", "a/b", "x", "" }, { "a/b; x=\"\"; y=1", "a/b", "x", "" },
		{ "a/b; x*=", "a/b", "x", "" }, { "a/b; name=", "a/b", "name", "" },
		{ "inline; filename=f", "inline/", "filename", "f" },
		{ "", "text/plain", NULL, NULL },
		{ ";", "text/plain", NULL, NULL },
		{ "(never ends", "text/plain", NULL, NULL },
		{ "a/b; name=\"=?utf-8?q?=C3=A4?=.png\"", "a/b", "name", "\xc3\xa4.png" },
	};

	(void)state;
	CHECK(rows);
}

static void
no_value_ends_early(void **state)
{
	static const char in[] = "a/b; boundary=\"x\0y\"; z*=utf-8''a%00b%0Ac";
	ps_err err = PS_ERR_INIT;
	struct mime_type t;

	(void)state;
	assert_ok(mime_type_parse(&t, (ps_slice){ (const uint8_t *)in, sizeof in - 1 },
	    &ps_limits_default, &err), &err);
	assert_string_equal(mime_type_param(&t, "boundary"), "x y");
	assert_string_equal(mime_type_param(&t, "z"), "a b c");
	mime_type_clear(&t);
}

static void
limits_hold(void **state)
{
	struct ps_limits limits = ps_limits_default;
	struct mime_type t;

	(void)state;
	limits.parameters = 3;
	assert_code(mime_type_parse(&t, ps_str("a/b; x*0=1; x*1=2; y=3"), &limits, NULL), PS_OK);
	mime_type_clear(&t);
	assert_code(mime_type_parse(&t, ps_str("a/b; x*0=1; x*1=2; y=3; z=4"), &limits, NULL),
	    PS_E_LIMIT);
}

static void
every_truncation_reads(void **state)
{
	static const char in[] =
	    "(c\\)) a/b; x=\"q\\\"\"; y*0*=utf-8'en'%C3; y*1*=%A4; "
	    "name=\"=?utf-8?b?w6Q=?=\" (d(e)); z=1";

	(void)state;
	for (size_t n = 0; n < sizeof in; n++) {
		uint8_t *copy = malloc(n + 1);
		struct mime_type t;

		assert_non_null(copy);
		memcpy(copy, in, n);
		copy = realloc(copy, n == 0 ? 1 : n);
		assert_code(mime_type_parse(&t, (ps_slice){ copy, n }, &ps_limits_default, NULL),
		    PS_OK);
		mime_type_clear(&t);
		free(copy);
	}
}

static void
entity(struct mime_entity *e, const char *section)
{
	ps_err err = PS_ERR_INIT;
	struct mime_header h;
	struct drip d;
	ps_reader *r = drip_open(&d, ps_str(section), 0, false);

	assert_ok(mime_header_read(&h, r, &ps_limits_default, &err), &err);
	assert_ok(mime_entity_parse(e, &h, &ps_limits_default, &err), &err);
	mime_header_clear(&h);
	ps_reader_close(r);
}

static void
entities(void **state)
{
	struct mime_entity e;

	(void)state;
	entity(&e, "Subject: x\n\n");
	assert_true(mime_type_is(&e.type, "text", "plain"));
	assert_false(e.type.present || e.disposition.present || e.duplicate);
	assert_int_equal(e.encoding, MIME_7BIT);
	assert_null(mime_entity_filename(&e));
	mime_entity_clear(&e);

	entity(&e, "Content-Type: text\n\n");
	assert_true(mime_type_is(&e.type, "text", "plain"));
	assert_true(e.type.present);
	assert_false(e.type.readable);
	mime_entity_clear(&e);

	entity(&e, "Content-Type: a/b; name=n\nContent-Transfer-Encoding: (x) BASE64 (y)\n"
	    "Content-Disposition: attachment; filename=f\n\n");
	assert_int_equal(e.encoding, MIME_BASE64);
	assert_string_equal(mime_entity_filename(&e), "f");
	assert_string_equal(e.disposition.type, "attachment");
	mime_entity_clear(&e);

	entity(&e, "Content-Type: a/b; name=n\nContent-Type: c/d\n"
	    "Content-Transfer-Encoding: x-uuencode\n\n");
	assert_true(mime_type_is(&e.type, "a", "b"));
	assert_int_equal(e.encoding, MIME_UNKNOWN);
	assert_true(e.duplicate);
	assert_string_equal(mime_entity_filename(&e), "n");
	mime_entity_clear(&e);
}

static void
bodies_are_decoded(void **state)
{
	static const struct {
		enum mime_encoding encoding;
		const char	*in, *out;
	} row[] = {
		{ MIME_7BIT, "a=3D", "a=3D" }, { MIME_UNKNOWN, "a=3D", "a=3D" },
		{ MIME_QP, "a=3D=\r\nb", "a=b" }, { MIME_BASE64, "YWI=\r\n", "ab" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		struct mime_decoder dec = { .reader = NULL };
		ps_err err = PS_ERR_INIT;
		struct ps_buf b = { 0 };
		struct drip d;
		ps_reader *r = drip_open(&d, ps_str(row[i].in), 1, false), *in;

		assert_ok(mime_decode(&dec, r, row[i].encoding, &in, &err), &err);
		assert_ok(ps_reader_all(in, &b, &err), &err);
		assert_int_equal(b.n, strlen(row[i].out));
		assert_memory_equal(b.p, row[i].out, b.n);
		ps_buf_clear(&b);
		mime_decoder_clear(&dec);
		ps_reader_close(r);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(types_of_the_rfcs),
		cmocka_unit_test(continuations_of_rfc_2231),
		cmocka_unit_test(the_first_counts),
		cmocka_unit_test(sloppy_fields),
		cmocka_unit_test(no_value_ends_early),
		cmocka_unit_test(limits_hold),
		cmocka_unit_test(every_truncation_reads),
		cmocka_unit_test(entities),
		cmocka_unit_test(bodies_are_decoded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
