/* SPDX-License-Identifier: ISC */
#include "cuts.h"

#include <postseal/smime.h>

#include "smime/legacy_display.h"
#include "smime/verdict.h"

#define VECTORS	"tests/vectors/rfc9788/"

static const struct ps_limits *
limits(void)
{
	return &ps_limits_default;
}

/* --- Content-Type without parameters --- */

static void
cut_is(const char *body, const char *want)
{
	static const char *const names[] = { "hp", "hp-legacy-display", "protected-headers",
	    NULL };
	struct ps_buf out = { .p = NULL };
	ps_err err = PS_ERR_INIT;

	assert_ok(mime_type_cut(ps_str(body), names, &out, &err), &err);
	if (out.n != strlen(want) || (out.n != 0 && memcmp(out.p, want, out.n) != 0))
		fail_msg("%s: got %.*s", body, (int)out.n, out.p);
	ps_buf_clear(&out);
}

static void
parameters_are_cut_and_nothing_else(void **state)
{
	(void)state;
	cut_is(" text/plain; charset=\"utf-8\"; hp=\"clear\"", " text/plain; charset=\"utf-8\"");
	cut_is(" text/plain; hp=\"clear\"; charset=x", " text/plain; charset=x");
	cut_is(" text/plain;\r\n hp=clear;\r\n\tcharset=x", " text/plain;\r\n\tcharset=x");
	cut_is(" text/plain; HP=\"cipher\"; Hp-Legacy-Display=1", " text/plain");
	cut_is(" text/plain; hp*0=\"ci\"; hp*1=\"pher\"; x=y", " text/plain; x=y");
	cut_is(" text/plain; hp*=us-ascii'en'clear", " text/plain");
	cut_is(" text/plain; x=\"; hp=clear\"", " text/plain; x=\"; hp=clear\"");
	cut_is(" text/plain; x=y (; hp=clear)", " text/plain; x=y (; hp=clear)");
	cut_is(" text/plain; hp=clear charset=x", " text/plain;  charset=x");
	cut_is(" text/plain; charset=a b; protected-headers=v1 ", " text/plain; charset=a b ");
	cut_is(" multipart/mixed; hpx=1; boundary=\"hp=clear\"",
	    " multipart/mixed; hpx=1; boundary=\"hp=clear\"");
	cut_is(" text/plain; hp=\"clear", " text/plain");
	cut_is(" text/plain; hp", " text/plain; hp");
	cut_is("", "");
}

/* What was cut is not found by who reads the field again. */
static void
what_is_cut_is_gone(void **state)
{
	static const char *const fields[] = {
		" text/plain; charset=x; hp=\"clear\"", " text/plain hp=clear charset=x",
		" text/plain; hp=clear ; hp=cipher;charset=x", " text/plain;hp = clear;charset=x",
		" text/plain; hp (a) = (b) \"clear\" (c); charset=x",
		" text/plain; hp=clear \"junk\"; charset=x",
	};
	static const char *const names[] = { "hp", NULL };

	(void)state;
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
		struct ps_buf out = { .p = NULL };
		struct mime_type t;
		ps_err err = PS_ERR_INIT;

		assert_ok(mime_type_cut(ps_str(fields[i]), names, &out, &err), &err);
		assert_ok(mime_type_parse(&t, ps_buf_get(&out), limits(), &err), &err);
		assert_null(mime_type_param(&t, "hp"));
		assert_string_equal(mime_type_param(&t, "charset"), "x");
		mime_type_clear(&t);
		ps_buf_clear(&out);
	}
}

/* Whatever the field looks like, a reader finds the same before and after but for
 * what was cut. */
static void
other_parameters_stay(void **state)
{
	static const char *const pieces[] = { ";", ";", "; hp=clear", "; HP=\"cipher\"", ";a=b",
	    "; a=\"b;c\"", " ", "\r\n ", "(x)", "; hp*0=ci;hp*1=pher", "; c*0=d; c*1=e",
	    " x=y", "\"q\"", "=", "hp", "; hp = clear", "; b=c d", ";hp=clear e", "(" };
	static const char *const names[] = { "hp", NULL };
	uint32_t seed = 1;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		struct ps_buf in = { .p = NULL }, out = { .p = NULL };
		struct mime_type before, after;
		ps_err err = PS_ERR_INIT;
		size_t k = 0;

		assert_ok(ps_buf_add_text(&in, " text/plain", &err), &err);
		for (uint32_t n = cuts_random(&seed) % 8; n > 0; n--)
			assert_ok(ps_buf_add_text(&in, pieces[cuts_random(&seed) %
			    (sizeof pieces / sizeof pieces[0])], &err), &err);
		assert_ok(mime_type_cut(ps_buf_get(&in), names, &out, &err), &err);
		assert_ok(mime_type_parse(&before, ps_buf_get(&in), limits(), &err), &err);
		assert_ok(mime_type_parse(&after, ps_buf_get(&out), limits(), &err), &err);
		for (size_t i = 0; i < before.n; i++) {
			if (strcmp(before.param[i].name, "hp") == 0)
				continue;
			if (k >= after.n ||
			    strcmp(before.param[i].name, after.param[k].name) != 0 ||
			    strcmp(before.param[i].value, after.param[k].value) != 0)
				fail_msg("%.*s became %.*s", (int)in.n, in.p, (int)out.n, out.p);
			k++;
		}
		assert_int_equal(k, after.n);
		mime_type_clear(&before);
		mime_type_clear(&after);
		ps_buf_clear(&in);
		ps_buf_clear(&out);
	}
}

/* --- legacy display --- */

static void
plain_is(const char *in, size_t max, const char *want)
{
	struct ps_legacy_plain s;

	ps_legacy_plain_init(&s, max);
	cuts_check_text(&s.step, in, want);
	ps_legacy_plain_clear(&s);
}

static void
plain_text_loses_its_first_paragraph(void **state)
{
	(void)state;
	plain_is("Subject: x\r\n\r\nHello\r\n\r\nBye\r\n", 100, "Hello\r\n\r\nBye\r\n");
	plain_is("Subject: x\nTo: y\n\nHello", 100, "Hello");
	plain_is("\r\nHello", 100, "Hello");
	plain_is("Subject: x\r\n \t\r\nHello", 100, "Hello");	/* stuffed */
	plain_is("Subject: x\r\n\r\n", 100, "");
	plain_is("Subject: x\r\nHello\r\n", 100, "Subject: x\r\nHello\r\n");
	plain_is("Hello", 100, "Hello");
	plain_is("", 100, "");
}

/* "Subject: x\r\n\r\n" is 14 octets. */
static void
what_is_held_is_limited(void **state)
{
	(void)state;
	plain_is("Subject: x\r\n\r\nHello", 14, "Hello");
	plain_is("Subject: x\r\n\r\nHello", 13, "Subject: x\r\n\r\nHello");
	plain_is("Subject: x\r\n\r\nHello", 0, "Subject: x\r\n\r\nHello");
}

#define DIV	"<div class=\"header-protection-legacy-display\">"

static void
html_is(const char *in, const char *want)
{
	struct ps_legacy_html s;

	ps_legacy_html_init(&s);
	cuts_check_text(&s.step, in, want);
	ps_legacy_html_clear(&s);
}

static void
html_loses_its_divs(void **state)
{
	(void)state;
	html_is("<body>" DIV "<pre>Subject: x</pre></div>\n<p>Hi</p></body>",
	    "<body>\n<p>Hi</p></body>");
	html_is("a" DIV "b<div>c</div>d</div>e" DIV "f</div>g", "aeg");
	html_is("a<DIV id=1 CLASS='x header-protection-legacy-display y'>b</Div >c", "ac");
	html_is("a<div\nclass=header-protection-legacy-display>b</div>c", "ac");
	html_is("a<div x=\">\" class = \"header-protection-legacy-display\">b</div>c", "ac");
	html_is("a" DIV "<a title='</div>'>b</a></div>c", "ac");
	html_is("a" DIV "b<!-- </div> -->c</div>d", "ad");
	html_is("a" DIV "b<script>'</div>'</script>c</div>d", "ad");
}

static void
html_keeps_all_else(void **state)
{
	static const char *const same[] = {
		"", "a", "a < b << c <> </> <", "<div class=\"header-protection\">x</div>",
		"<div class=\"header-protection-legacy-display2\">x</div>",
		"<div title=\"header-protection-legacy-display\">x</div>",
		"<div class=a class=\"header-protection-legacy-display\">x</div>",
		"<span class=\"header-protection-legacy-display\">x</span>",
		"<!-- " DIV " --><p>x</p>", "<!--" DIV "x</div>", "<!-->" "x", "<!--->x",
		"<style>" DIV "x</div></style>", "<textarea>" DIV "</div></textarea>",
		"<title></titl>" DIV "</title x>y", "<p title=\"" DIV "\">x</p>",
		"<!doctype html><?pi x?>", "</div></div>x", "<div class=\"",
	};

	(void)state;
	for (size_t i = 0; i < sizeof same / sizeof same[0]; i++)
		html_is(same[i], same[i]);
}

/* An element that nobody closed does not take what follows the body. */
static void
an_open_div_ends_with_the_body(void **state)
{
	(void)state;
	html_is("a" DIV "b</body>c", "a</body>c");
	html_is("a" DIV "b</html>c", "a</html>c");
	html_is("a" DIV "b", "a");
}

/* Longer than is kept of a tag. */
static void
html_passes_long_tags(void **state)
{
	struct ps_buf in = { .p = NULL }, want = { .p = NULL };
	struct ps_legacy_html s;

	(void)state;
	assert_int_equal(ps_buf_add_text(&in, "a<p x=\"", NULL), PS_OK);
	for (int i = 0; i < 500; i++)
		assert_int_equal(ps_buf_add_text(&in, "0123>4567", NULL), PS_OK);
	assert_int_equal(ps_buf_add_text(&in, "\">b", NULL), PS_OK);
	assert_int_equal(ps_buf_add(&want, ps_buf_get(&in), NULL), PS_OK);
	assert_int_equal(ps_buf_add_text(&in, DIV "x</div>c", NULL), PS_OK);
	assert_int_equal(ps_buf_add_text(&want, "c", NULL), PS_OK);
	ps_legacy_html_init(&s);
	cuts_check(&s.step, ps_buf_get(&in), ps_buf_get(&want));
	ps_legacy_html_clear(&s);
	ps_buf_clear(&in);
	ps_buf_clear(&want);
}

/* --- sets of fields --- */

static void
header_of(struct mime_header *h, const char *text)
{
	ps_err err = PS_ERR_INIT;
	ps_reader *r;

	assert_ok(ps_reader_open_memory(&r, ps_str(text), &err), &err);
	assert_ok(mime_header_read(h, r, limits(), &err), &err);
	ps_reader_close(r);
}

static void
names_are(const struct ps_names *names, const char *want)
{
	char text[512] = "";
	size_t n = 0;

	for (size_t i = 0; i < names->n; i++)
		n += (size_t)snprintf(text + n, sizeof text - n, "%s%s", i == 0 ? "" : " ",
		    names->name[i]);
	assert_string_equal(text, want);
}

struct sets_case {
	enum ps_hp	 mode;
	bool		 encrypted;
	const char	*inner, *outer;	/* NULL: no mail around */
	const char	*covered, *confidential, *differing;
};

static void
sets_are(const struct sets_case *c)
{
	struct ps_headers h = { .mode = c->mode, .encrypted = c->encrypted };
	struct mime_header inner, outer = { .n = 0 };
	ps_err err = PS_ERR_INIT;

	header_of(&inner, c->inner);
	if (c->outer != NULL)
		header_of(&outer, c->outer);
	assert_ok(ps_headers_compare(&h, &inner, c->outer == NULL ? NULL : &outer, &err), &err);
	names_are(&h.covered, c->covered);
	names_are(&h.confidential, c->confidential);
	names_are(&h.differing, c->differing);
	for (size_t i = 0; i < h.covered.n; i++)
		assert_true(ps_headers_cover(&h, ps_str(h.covered.name[i])));
	assert_false(ps_headers_cover(&h, ps_str("Absent")));
	ps_headers_clear(&h);
	mime_header_clear(&inner);
	mime_header_clear(&outer);
}

/* STANDARDS 4.4, FieldProtection. */
static const struct sets_case sets[] = {
	/* hcp_baseline: the Subject hidden, the Date as it is. */
	{ PS_HP_CIPHER, true, "Subject: secret\nDate: d\nHP-Outer: Subject: [...]\n"
	    "HP-Outer: Date: d\nContent-Type: text/plain; hp=cipher\n\n",
	    "Subject: [...]\nDate: d\n\n", "Subject Date", "Subject", "Subject" },
	/* Without HP-Outer the sender put nothing outside; what is there now does not count. */
	{ PS_HP_CIPHER, true, "Subject: a\nDate: d\n\n", "Subject: a\nDate: d\n\n",
	    "Subject Date", "Subject Date", "" },
	{ PS_HP_CLEAR, true, "Subject: a\n\n", "Subject: b\n\n", "Subject", "", "Subject" },
	{ PS_HP_CLEAR, false, "Subject: a\nHP-Outer: Subject: b\n\n", "Subject: a\n\n",
	    "Subject", "", "" },
	/* Once each, in order, as first spelt; names without case. */
	{ PS_HP_CIPHER, true, "X: 1\nsubject: a\nx: 2\nHP-Outer: SUBJECT: a\n"
	    "HP-Outer: X: 2\n\n", "", "X subject", "", "" },
	{ PS_HP_CIPHER, true, "X: 1\nX: 2\nHP-Outer: X: 3\n\n", "X: 2\nX: 1\n\n", "X", "X", "" },
	/* Folded anew is the same. */
	{ PS_HP_CIPHER, true, "Subject: a b\n c\nHP-Outer: Subject: a\n b c\n\n",
	    "Subject: a b c\n\n", "Subject", "", "" },
	/* HP-Outer that somebody could read as two fields hides nothing. */
	{ PS_HP_CIPHER, true, "Subject: a\nTo: t\nHP-Outer: Subject: b\rTo: t\n\n", NULL,
	    "Subject To", "To", "" },
	{ PS_HP_CIPHER, true, "Subject: a\nHP-Outer: Subject\nHP-Outer: : a\nHP-Outer:\n\n",
	    NULL, "Subject", "Subject", "" },
	{ PS_HP_CIPHER, true, "Subject: a\nHP-Outer: Subject:a\n\n", NULL, "Subject", "", "" },
	/* The older forms: what stands outside now is all that there is to go by. */
	{ PS_HP_WRAPPED, true, "Subject: a\nTo: t\n\n", "Subject: ...\nTo: t\n\n",
	    "Subject To", "Subject", "Subject" },
	{ PS_HP_DRAFT, true, "Subject: a\n\n", "To: t\n\n", "Subject", "Subject", "" },
	{ PS_HP_DRAFT, true, "Subject: a\n\n", NULL, "Subject", "", "" },
	{ PS_HP_WRAPPED, false, "Subject: a\n\n", "Subject: b\n\n", "Subject", "", "Subject" },
	{ PS_HP_CIPHER, true, "\n", "Subject: b\n\n", "", "", "" },
};

static void
fields_are_compared_as_sets(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++)
		sets_are(&sets[i]);
}

/* --- the messages of RFC 9788, appendix C --- */

struct opened {
	ps_ctx		*ctx;
	ps_opener	*op;
	ps_writer	*out;
	ps_verdict	*v;
};

static void
open_vector(struct opened *x, const char *path)
{
	ps_err err = PS_ERR_INIT;
	ps_reader *in;

	x->ctx = ps_ctx_new();
	assert_ok(ps_ctx_set_time(x->ctx, 1893456000, &err), &err);	/* 2030 */
	x->op = ps_opener_new(x->ctx);
	assert_ok(ps_opener_add_trust_file(x->op, VECTORS "root.pem", &err), &err);
	assert_ok(ps_opener_add_identity_file(x->op, VECTORS "bob.pem", NULL, NULL, &err), &err);
	assert_ok(ps_reader_open_file(&in, path, &err), &err);
	assert_ok(ps_writer_open_memory(&x->out, 1 << 20, &err), &err);
	assert_ok(ps_open(x->op, in, x->out, &x->v, &err), &err);
	ps_reader_close(in);
}

static void
close_vector(struct opened *x)
{
	ps_writer_close(x->out);
	ps_verdict_free(x->v);
	ps_opener_free(x->op);
	ps_ctx_free(x->ctx);
}

static const struct vector {
	const char	*name;
	ps_summary	 summary;
	enum ps_hp	 mode;
	const char	*confidential, *differing;
} vectors[] = {
	{ "smime-one-part-hp.eml", PS_SUMMARY_SIGNED, PS_HP_CLEAR, "", "" },
	{ "smime-multipart-complex-hp.eml", PS_SUMMARY_SIGNED, PS_HP_CLEAR, "", "" },
	{ "smime-one-part-complex-rfc8551hp.eml", PS_SUMMARY_SIGNED, PS_HP_WRAPPED, "", "" },
	{ "smime-signed-enc-hp-baseline.eml", PS_SUMMARY_SEALED, PS_HP_CIPHER, "Subject",
	    "Subject" },
};

static void
appendix_c_is_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
		struct opened x;
		char path[256];

		snprintf(path, sizeof path, VECTORS "%s", vectors[i].name);
		open_vector(&x, path);
		assert_int_equal(ps_verdict_summary(x.v), vectors[i].summary);
		assert_int_equal(x.v->headers.mode, vectors[i].mode);
		names_are(&x.v->headers.covered, "Subject Message-ID From To Date User-Agent");
		names_are(&x.v->headers.confidential, vectors[i].confidential);
		names_are(&x.v->headers.differing, vectors[i].differing);
		assert_string_equal(x.v->from.box[0].address, "alice@smime.example");
		assert_string_equal(x.v->headers.from_outer.box[0].address,
		    "alice@smime.example");
		assert_int_equal(x.v->nwarning, 0);
		close_vector(&x);
	}
}

/* Of the printed payload, the lines HP-Outer and the parameter go. */
static void
the_payload_is_that_of_the_rfc(void **state)
{
	static const char parameter[] = "; hp=\"cipher\"";
	char text[4096], want[4096], *line, *rest = text, *cut;
	size_t n = 0;
	struct opened x;
	ps_slice out;
	FILE *f;

	(void)state;
	open_vector(&x, VECTORS "smime-signed-enc-hp-baseline.eml");
	f = fopen(VECTORS "smime-signed-enc-hp-baseline.payload.txt", "r");
	assert_non_null(f);
	text[fread(text, 1, sizeof text - 1, f)] = '\0';
	fclose(f);
	while ((line = strsep(&rest, "\n")) != NULL) {
		if (strncmp(line, "HP-Outer:", 9) == 0)
			continue;
		if ((cut = strstr(line, parameter)) != NULL)
			*cut = '\0';
		n += (size_t)snprintf(want + n, sizeof want - n, "%s%s", line,
		    rest == NULL ? "" : "\n");
	}
	out = ps_writer_memory(x.out);
	assert_int_equal(out.n, n);
	assert_memory_equal(out.p, want, out.n);
	close_vector(&x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parameters_are_cut_and_nothing_else),
		cmocka_unit_test(what_is_cut_is_gone),
		cmocka_unit_test(other_parameters_stay),
		cmocka_unit_test(plain_text_loses_its_first_paragraph),
		cmocka_unit_test(what_is_held_is_limited),
		cmocka_unit_test(html_loses_its_divs),
		cmocka_unit_test(html_keeps_all_else),
		cmocka_unit_test(an_open_div_ends_with_the_body),
		cmocka_unit_test(html_passes_long_tags),
		cmocka_unit_test(fields_are_compared_as_sets),
		cmocka_unit_test(appendix_c_is_read),
		cmocka_unit_test(the_payload_is_that_of_the_rfc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
