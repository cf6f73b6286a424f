/* SPDX-License-Identifier: ISC */
/*
 * The undoings one by one: what they make of what transit did, and that the
 * cutting of the input into windows changes nothing. Whole mails, damaged as
 * relays do it and judged, are tests/e2e/diagnose.sh; the encoders are compared
 * with Python's there.
 */
#include "drip.h"

#include "base/text.h"
#include "smime/diagnosing.h"

static const struct undo *const tables[] = { undo_lines, undo_wrap, undo_head, undo_leaf,
	undo_text };
enum { TABLES = sizeof tables / sizeof tables[0] };

static const struct undo *
find(const char *code)
{
	for (size_t i = 0; i < TABLES; i++)
		for (const struct undo *u = tables[i]; u->code != NULL; u++)
			if (strcmp(u->code, code) == 0)
				return u;
	fail_msg("no undoing is called %s", code);
	return NULL;
}

static void
survey(struct survey *s, ps_slice in, size_t step)
{
	struct drip d;
	ps_err err = PS_ERR_INIT;
	ps_reader *r = drip_open(&d, in, step, true);

	assert_ok(survey_read(s, r, &ps_limits_default, &err), &err);
	ps_reader_close(r);
}

/* What the variant makes of it; the code when it fails. */
static ps_code
make(const struct undo *u, const struct survey *s, unsigned variant, ps_slice in, size_t step,
    struct attempt *a, struct ps_buf *out)
{
	struct drip d;
	ps_reader *r = drip_open(&d, in, step, true);
	ps_writer *w;
	ps_err err = PS_ERR_INIT;
	ps_code code;

	*a = (struct attempt){ .seen = s, .limits = &ps_limits_default, .variant = variant,
	    .at = PS_NOWHERE };
	assert_ok(ps_writer_open_memory(&w, 1 << 20, &err), &err);
	code = u->make(a, r, w, &err);
	if (code == PS_OK)
		assert_ok(ps_buf_add(out, ps_writer_memory(w), &err), &err);
	ps_writer_close(w);
	ps_reader_close(r);
	return code;
}

/* Some variant makes `was` of `came`, and says where. */
static void
undoes(const char *code, const char *came, const char *was, uint64_t at)
{
	const struct undo *u = find(code);
	struct survey s;
	struct attempt a = { .at = PS_NOWHERE };
	enum fit fit;
	bool found = false;

	survey(&s, ps_str(came), 0);
	for (unsigned v = 0; !found && (fit = u->fits(&s, v)) != FIT_END; v++) {
		struct ps_buf out = { 0 };

		if (fit == FIT_YES && make(u, &s, v, ps_str(came), 0, &a, &out) == PS_OK)
			found = ps_slice_equal(ps_buf_get(&out), ps_str(was));
		ps_buf_clear(&out);
	}
	survey_clear(&s);
	if (!found)
		fail_msg("%s does not make \"%s\" of \"%s\"", code, was, came);
	assert_int_equal(a.at, at);
}

#define H	"Content-Type: text/plain; charset=utf-8\r\n"
#define Q	"Content-Transfer-Encoding: quoted-printable\r\n"
#define E8	"Content-Transfer-Encoding: 8bit\r\n"
#define B64	"Content-Transfer-Encoding: base64\r\n"

static void
lines(void **state)
{
	(void)state;
	undoes("line-ends", "a\nb\r\nc\rd", "a\r\nb\r\nc\r\nd", 1);
	undoes("line-ends", "a\r\nb\r\n", "a\nb\n", 1);
	undoes("line-ends", "a\r\nb\r\n", "a\rb\r", 1);
	undoes("line-ends", H "\r\na\r\nb", H "\r\na\nb", sizeof H - 1 + 2 + 1);
	undoes("trailing-space-added", "a \t\r\nb\r\n  \r\n", "a\r\nb\r\n\r\n", 1);
	undoes("trailing-space-added", "a \r\n-- \r\n--x \r\n", "a\r\n-- \r\n--x\r\n", 1);
	undoes("trailing-space-removed", "a\r\n--\r\nb\r\n", "a\r\n-- \r\nb\r\n", 5);
	undoes("from-escaped", ">From a\r\n>From b\r\n", "From a\r\nFrom b\r\n", 0);
	undoes("from-escaped", ">From a\r\n>>From b\r\n", "From a\r\n>From b\r\n", 0);
	undoes("from-escaped", "x\r\nFrom a\r\n", "x\r\n>From a\r\n", 3);
}

#define F	"Content-Type: text/plain; format=flowed\r\n\r\n"

/* RFC 3676, 4: a space before a line end joins the line to the next. */
static void
flowed(void **state)
{
	(void)state;
	undoes("trailing-space-removed", F "a\r\nb\r\n\r\nc\r\n", F "a \r\nb\r\n\r\nc\r\n",
	    sizeof F - 1 + 1);
	undoes("trailing-space-removed",
	    F "This line has so many words in it that the next one does not go\r\n"
	    "anymore.\r\nShort.\r\nDone.\r\n--\r\nA\r\n",
	    F "This line has so many words in it that the next one does not go \r\n"
	    "anymore.\r\nShort.\r\nDone.\r\n-- \r\nA\r\n", sizeof F - 1 + 63);
}

static void
text(void **state)
{
	(void)state;
	undoes("banner", H "\r\nCAUTION\r\n\r\ntext\r\n", H "\r\ntext\r\n", sizeof H - 1 + 2);
	undoes("header-added", H "X: y\r\n z\r\n" E8 "\r\ntext", H E8 "\r\ntext",
	    sizeof H - 1);
	undoes("header-added", H E8 "\r\ntext", "Content-Type: text/plain; charset=utf-8\r\n"
	    "\r\ntext", sizeof H - 1);
	undoes("header-folded", "Content-Type: text/plain; a=b\r\n\r\ntext",
	    "Content-Type: text/plain;\r\n\ta=b\r\n\r\ntext", 24);
	undoes("header-folded", "Content-Type: text/plain;\r\n a=b\r\n\r\n;\r\n text",
	    "Content-Type: text/plain; a=b\r\n\r\n;\r\n text", 25);
}

#define M(b, l)	"Content-Type: multipart/mixed; boundary=\"" b "\"\r\n\r\n--" l "\r\n\r\none\r\n--" l \
	"--\r\n"

static void
multiparts(void **state)
{
	(void)state;
	undoes("boundary-changed", M("new", "old"), M("old", "old"), 41);
	undoes("boundary-changed", M("old", "new"), M("old", "old"), 49);
	undoes("footer-part", "Content-Type: multipart/mixed; boundary=l\r\n\r\n--l\r\n"
	    H "\r\ntext\r\n--l\r\n\r\nfooter\r\n--l--\r\n", H "\r\ntext", 0);
	undoes("base64-wrapped", "Content-Type: multipart/mixed; boundary=l\r\n\r\n--l\r\n"
	    H "\r\ntext\r\n--l\r\n" B64 "\r\nYWJj\r\nZGVm\r\n--l--\r\n",
	    "Content-Type: multipart/mixed; boundary=l\r\n\r\n--l\r\n"
	    H "\r\ntext\r\n--l\r\n" B64 "\r\nYWJjZGVm\r\n--l--\r\n",
	    50 + sizeof H - 1 + 2 + 4 + 7);
}

static void
encodings(void **state)
{
	(void)state;
	undoes("encoding-changed", H Q "\r\n=C3=A4 =3D=\r\n!", H E8 "\r\n\303\244 =!", 0);
	undoes("encoding-changed", H E8 "\r\n\303\244 = \r\n", H Q "\r\n=C3=A4 =3D=20\r\n", 0);
	undoes("encoding-changed", H E8 "\r\n.From\r\nFrom me\r\n",
	    H Q "\r\n=2EFrom\r\n=46rom me\r\n", 0);
	undoes("encoding-changed", H B64 "\r\nYWJj\r\n", H E8 "\r\nabc", 0);
	undoes("encoding-changed", H E8 "\r\nabc", H B64 "\r\nYWJj", 0);
	undoes("encoding-changed", H Q "X-MIME-Autoconverted: x\r\n\r\n=C3=A4",
	    H E8 "\r\n\303\244", 0);
	undoes("encoding-changed", H E8 "\r\n\303\244", H "\r\n\303\244", 0);
	undoes("base64-wrapped", H B64 "\r\nYW\r\nJj", H B64 "\r\nYWJj\r\n", 0);
	undoes("charset-changed", H E8 "\r\n\303\244\342\202\254",
	    "Content-Type: text/plain; charset=iso-8859-15\r\n" E8 "\r\n\344\244", 0);
	undoes("charset-changed", "Content-Type: text/plain; charset=\"windows-1252\"\r\n" E8
	    "\r\n\200", "Content-Type: text/plain; charset=\"UTF-8\"\r\n" E8
	    "\r\n\342\202\254", 0);
	undoes("charset-changed", H Q "\r\n=C3=A4",
	    "Content-Type: text/plain; charset=ISO-8859-1\r\n" Q "\r\n=E4", 0);
}

/* --- the limits of a line, by RFC 2045, 6.7 (5) --- */

static void
quoted_lines(bool exact, size_t n, const char *want)
{
	uint8_t in[200];
	struct flow f;
	ps_reader *r;
	ps_writer *w;
	ps_err err = PS_ERR_INIT;

	memset(in, 'a', sizeof in);
	assert_ok(ps_reader_open_memory(&r, (ps_slice){ in, n }, &err), &err);
	assert_ok(ps_writer_open_memory(&w, 1000, &err), &err);
	flow_init(&f, r, w, &err);
	flow_quote(&f, false, exact);
	assert_ok(flow_finish(&f), &err);
	assert_true(ps_slice_equal(ps_writer_memory(w), ps_str(want)));
	ps_writer_close(w);
	ps_reader_close(r);
}

#define A25	"aaaaaaaaaaaaaaaaaaaaaaaaa"

static void
line_lengths(void **state)
{
	(void)state;
	quoted_lines(false, 75, A25 A25 A25);
	quoted_lines(false, 76, A25 A25 A25 "=\r\na");
	quoted_lines(true, 76, A25 A25 A25 "a");
	quoted_lines(true, 77, A25 A25 A25 "=\r\naa");
}

/* --- any cutting --- */

static const char *const contents[] = {
	"", "\r", "\n", "--", "a\r\n-- \r\nFrom b\n>From c\r--\n \t\r\n",
	H Q "\r\n=C3=A4 =3D=\r\nline\r\n.\r\nFrom\r\nFrom =E2=82=AC\r\n",
	H E8 "X-A: b\r\n c\r\n\r\n\303\244\342\202\254 x\r\n--\r\n\303",
	H B64 "\r\nw6Qg4oKs\r\nCg==\r\n",
	F "One line that is long enough to be wrapped by somebody somewhere in\r\nthe world\r\n",
	M("new", "old"), M("same", "same"),
	"Content-Type: multipart/mixed; boundary=l\r\n\r\npre\r\n--l\r\n" H E8 "\r\n\303\244\r\n"
	    "foot\r\n--l\r\nContent-Type: text/plain; charset=iso-8859-1\r\n" B64
	    "\r\n5OQ=\r\n--l--\r\nepilogue",
};

static void
same_in_windows(const struct undo *u, ps_slice in, const struct survey *s)
{
	static const size_t steps[] = { 1, 2, 3, 7, 64 };
	enum fit fit;

	for (unsigned v = 0; (fit = u->fits(s, v)) != FIT_END; v++) {
		struct ps_buf whole = { 0 };
		struct attempt want, got;
		ps_code code;

		if (fit == FIT_NO)
			continue;
		code = make(u, s, v, in, 0, &want, &whole);
		for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
			struct ps_buf cut = { 0 };

			assert_code(make(u, s, v, in, steps[i], &got, &cut), code);
			if (!ps_slice_equal(ps_buf_get(&whole), ps_buf_get(&cut)))
				fail_msg("%s %u, windows of %zu: \"%.*s\", not \"%.*s\"", u->code,
				    v, steps[i], (int)cut.n, (const char *)cut.p, (int)whole.n,
				    (const char *)whole.p);
			if (code == PS_OK)
				assert_int_equal(got.at, want.at);
			ps_buf_clear(&cut);
		}
		ps_buf_clear(&whole);
	}
}

static void
same_survey(const struct survey *a, ps_slice in)
{
	struct survey b;

	survey(&b, in, 1);
	assert_int_equal(a->octets, b.octets);
	assert_int_equal(a->octets, in.n);
	assert_int_equal(a->lines, b.lines);
	assert_int_equal(a->encodings, b.encodings);
	assert_int_equal(a->nbanner, b.nbanner);
	assert_int_equal(a->foot_end, b.foot_end);
	assert_memory_equal(a->banner, b.banner, sizeof b.banner);
	assert_memory_equal(a->boundary, b.boundary, sizeof b.boundary);
	survey_clear(&b);
}

static void
windows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof contents / sizeof contents[0]; i++) {
		struct survey s;

		survey(&s, ps_str(contents[i]), 0);
		same_survey(&s, ps_str(contents[i]));
		for (size_t k = 0; k < TABLES; k++)
			for (const struct undo *u = tables[k]; u->code != NULL; u++)
				same_in_windows(u, ps_str(contents[i]), &s);
		survey_clear(&s);
	}
}

/* Every beginning of the contents, as a broken transfer leaves them. */
static void
truncated(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof contents / sizeof contents[0]; i++)
		for (size_t n = 0; n < strlen(contents[i]); n++) {
			ps_slice in = { (const uint8_t *)contents[i], n };
			struct survey s;

			survey(&s, in, 0);
			for (size_t k = 0; k < TABLES; k++)
				for (const struct undo *u = tables[k]; u->code != NULL; u++)
					same_in_windows(u, in, &s);
			survey_clear(&s);
		}
}

/* A source that breaks is an error, not a diagnosis. */
static void
broken(void **state)
{
	ps_slice in = ps_str(contents[5]);
	struct survey s;
	struct drip d;
	ps_err err = PS_ERR_INIT;
	ps_reader *r = drip_open(&d, in, 1, true);

	(void)state;
	d.fail_at = in.n - 3;
	assert_code(survey_read(&s, r, &ps_limits_default, &err), PS_E_READ);
	survey_clear(&s);
	ps_reader_close(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines),
		cmocka_unit_test(flowed),
		cmocka_unit_test(text),
		cmocka_unit_test(multiparts),
		cmocka_unit_test(encodings),
		cmocka_unit_test(line_lengths),
		cmocka_unit_test(windows),
		cmocka_unit_test(truncated),
		cmocka_unit_test(broken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
