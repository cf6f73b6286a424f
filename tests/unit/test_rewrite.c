/* SPDX-License-Identifier: ISC */
#include "drip.h"
#include "mime/mime.h"

/* make runs mime_rewrite over a whole entity. */
static ps_code
make(ps_slice in, size_t step, bool rewinds, const struct ps_limits *limits,
    struct ps_buf *out, ps_err *err)
{
	const struct mime_rewrite how = { .limits = limits, .safe = true };
	struct mime_header h;
	struct drip d;
	ps_reader *r = drip_open(&d, in, step, rewinds);
	ps_writer *w;
	ps_code code;

	assert_ok(ps_writer_open_memory(&w, SIZE_MAX, err), err);
	assert_ok(mime_header_read(&h, r, limits, err), err);
	code = mime_rewrite(&how, &h, r, w, err);
	out->n = 0;
	if (code == PS_OK) {
		assert_ok(ps_writer_finish(w, err), err);
		assert_ok(ps_buf_add(out, ps_writer_memory(w), err), err);
	}
	mime_header_clear(&h);
	ps_writer_close(w);
	ps_reader_close(r);
	return code;
}

static void
check(const char *in, const char *want)
{
	static const size_t cuts[] = { 1, 3, 50, 0 };

	for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++)
		for (int rewinds = 0; rewinds < 2; rewinds++) {
			ps_err err = PS_ERR_INIT;
			struct ps_buf out = { 0 };

			assert_ok(make(ps_str(in), cuts[i], rewinds, &ps_limits_default,
			    &out, &err), &err);
			if (out.n != strlen(want) || memcmp(out.p, want, out.n) != 0)
				fail_msg("%s gave %.*s", in, (int)out.n, (const char *)out.p);
			ps_buf_clear(&out);
		}
}

/* Encoded bodies by Python's quopri and base64. */
static void
leaves(void **state)
{
	(void)state;
	/* fine as it is, but for line ends */
	check("Subject: x\nContent-Type: text/plain\n\nab\ncd",
	    "Subject: x\r\nContent-Type: text/plain\r\n\r\nab\r\ncd");
	check("A: 1\r\nno field\r\n\r\n", "A: 1\r\nno field\r\n\r\n");
	check("A: 1\r\n", "A: 1\r\n");
	check("A: 1", "A: 1");
	check("no header\n", "\r\nno header\r\n");
	/* text: quoted-printable; the field is added or replaced where it stands */
	check("A: 1\n\n\xc3\xa4=\n",
	    "A: 1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=C3=A4=3D\r\n");
	check("A: 1\r\ncontent-transfer-encoding: (x)\r\n 8BIT\r\nB: 2\r\n"
	    "Content-Transfer-Encoding: 7bit\r\n\r\n\xe4\rx\r\n",
	    "A: 1\r\nContent-Transfer-Encoding: quoted-printable\r\nB: 2\r\n\r\n=E4=0Dx\r\n");
	check("Content-Transfer-Encoding: 8bit",
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\n");
	/* other: base64, octets unchanged */
	check("Content-Type: a/b\n\n\xc3\xa4\n",
	    "Content-Type: a/b\r\nContent-Transfer-Encoding: base64\r\n\r\nw6QK\r\n");
	check("Content-Transfer-Encoding: binary\n\na\nb\r\nc\r",
	    "Content-Transfer-Encoding: base64\r\n\r\nYQpiDQpjDQ==\r\n");
	/* what is encoded stays, unless it could not travel so */
	check("Content-Transfer-Encoding: base64\n\nYQ==\n",
	    "Content-Transfer-Encoding: base64\r\n\r\nYQ==\r\n");
	check("Content-Transfer-Encoding: base64\n\nY\xff""Q==\n",
	    "Content-Transfer-Encoding: base64\r\n\r\nYQ==\r\n");
	check("Content-Transfer-Encoding: quoted-printable\n\na=3Db=\nc\n",
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\na=3Db=\r\nc\r\n");
	check("Content-Transfer-Encoding: quoted-printable\n\na=3D\xe4\n",
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\na=3D=E4\r\n");
	/* an encoding that we cannot read */
	check("Content-Transfer-Encoding: x-uuencode\n\n\xe4\n",
	    "Content-Transfer-Encoding: x-uuencode\r\n\r\n\xe4\r\n");
}

static void
trees(void **state)
{
	(void)state;
	check("Content-Type: multipart/mixed; boundary=b\nContent-Transfer-Encoding: 8bit\n\n"
	    "pre\n--b \n\nok\n--b\nContent-Type: a/b\n\n\xff\n--b\nContent-Type: message/rfc822\n"
	    "Content-Transfer-Encoding: binary\n\nSubject: s\n\n\xe4\n--b--\nepi",
	    "Content-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: 7bit\r\n\r\n"
	    "pre\r\n--b \r\n\r\nok\r\n--b\r\nContent-Type: a/b\r\n"
	    "Content-Transfer-Encoding: base64\r\n\r\n/w==\r\n\r\n--b\r\n"
	    "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: 7bit\r\n\r\nSubject: s\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\n=E4\r\n--b--\r\nepi");
	/* RFC 2046, 5.1.5 */
	check("Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: s\n\n\xe4\n--b--\n",
	    "Content-Type: multipart/digest; boundary=b\r\n\r\n--b\r\n\r\nSubject: s\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\n=E4\r\n--b--\r\n");
	/* without a boundary it is not cut, and never encoded (RFC 2045, 6.4) */
	check("Content-Type: multipart/mixed\n\n--b\n\n\xe4", "Content-Type: multipart/mixed\r\n\r\n"
	    "--b\r\n\r\n\xe4");
	check("Content-Type: multipart/mixed; boundary=b\n\n--b",
	    "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b");
}

static void
what_is_sealed_stays(void **state)
{
	(void)state;
	check("Content-Type: multipart/mixed; boundary=o\n\n--o\n"
	    "Content-Type: multipart/signed; boundary=i\nContent-Transfer-Encoding: 8bit\n\n--i\n"
	    "Content-Transfer-Encoding: 8bit\n\n\xc3\xa4\n--i\nContent-Type: c/d\n\nsig\n--i--\n"
	    "--o--\n",
	    "Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\n"
	    "Content-Type: multipart/signed; boundary=i\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
	    "--i\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\xc3\xa4\r\n--i\r\nContent-Type: c/d\r\n"
	    "\r\nsig\r\n--i--\r\n--o--\r\n");
}

/* A leaf that no window holds: read twice it is judged, read once it is
 * encoded to be sure. */
static void
large_leaves(void **state)
{
	static const char head[] = "A: 1\r\nContent-Transfer-Encoding: ";
	struct ps_buf in = { 0 }, out = { 0 };
	ps_err err = PS_ERR_INIT;

	(void)state;
	assert_code(ps_buf_add_text(&in, "A: 1\r\n\r\n", NULL), PS_OK);
	while (in.n < 100000)
		assert_code(ps_buf_add_text(&in, "ordinary text\r\n", NULL), PS_OK);
	assert_ok(make(ps_buf_get(&in), 0, true, &ps_limits_default, &out, &err), &err);
	assert_int_equal(out.n, in.n);
	assert_memory_equal(out.p, in.p, in.n);
	assert_ok(make(ps_buf_get(&in), 0, false, &ps_limits_default, &out, &err), &err);
	assert_int_equal(out.n, in.n + strlen("Content-Transfer-Encoding: quoted-printable\r\n"));
	in.p[in.n - 3] = 0xff;
	assert_ok(make(ps_buf_get(&in), 0, true, &ps_limits_default, &out, &err), &err);
	assert_memory_equal(out.p, head, sizeof head - 1);
	assert_memory_equal(out.p + out.n - 5, "=FF\r\n", 5);
	ps_buf_clear(&in);
	ps_buf_clear(&out);
}

/* --- edits --- */

static ps_code
look(void *arg, const struct mime_header *h, const struct mime_entity *e, bool *out_wanted,
    struct ps_buf *out_type, ps_err *err)
{
	(void)arg;
	(void)h;
	*out_wanted = strcmp(e->type.type, "text") == 0;
	return *out_wanted ? ps_buf_add_text(out_type, "Content-Type: text/x\r\n", err) : PS_OK;
}

static ps_code
open_head(void *arg, ps_reader *decoded, ps_reader **out, ps_err *err)
{
	return ps_reader_open_chain(out, ps_str(arg), decoded, err);
}

/* With `head` before each Main Body Part; without `safe` an answer "unsafe" ends it. */
static void
check_edit(const char *head, const char *in, const char *want, const char *want_safe)
{
	union { const char *in; void *out; } arg = { .in = head };
	const struct mime_edit edit = { look, open_head, arg.out };

	for (int safe = 0; safe < 2; safe++)
		for (size_t step = 1; step < 60; step += 7) {
			struct mime_watch watch = { .from_lf = true };
			const struct mime_rewrite how = { .limits = &ps_limits_default,
			    .safe = safe, .watch = &watch, .edit = &edit };
			const char *expected = safe ? want_safe : want;
			struct mime_header h;
			struct drip d;
			ps_err err = PS_ERR_INIT;
			ps_reader *r = drip_open(&d, ps_str(in), step, true);
			ps_writer *w;

			assert_ok(ps_writer_open_memory(&w, SIZE_MAX, &err), &err);
			assert_ok(mime_header_read(&h, r, &ps_limits_default, &err), &err);
			assert_ok(mime_rewrite(&how, &h, r, w, &err), &err);
			assert_ok(ps_writer_finish(w, &err), &err);
			if (expected == NULL)
				assert_true(watch.unsafe);
			else if (ps_writer_memory(w).n != strlen(expected) ||
			    memcmp(ps_writer_memory(w).p, expected, strlen(expected)) != 0)
				fail_msg("safe %d: %.*s", safe, (int)ps_writer_memory(w).n,
				    (const char *)ps_writer_memory(w).p);
			mime_header_clear(&h);
			ps_writer_close(w);
			ps_reader_close(r);
		}
}

static void
edits(void **state)
{
	static const char both[] = "Content-Type: text/x\r\n\r\n>a\r\n";

	(void)state;
	check_edit(">", "Content-Type: text/plain\n\na\n", both, both);
	check_edit(">", "\na\n", both, both);
	/* an encoding stays, the content changes within it */
	check_edit("=", "Content-Transfer-Encoding: quoted-printable\n\na=3D\n",
	    "Content-Transfer-Encoding: quoted-printable\r\nContent-Type: text/x\r\n\r\n"
	    "=3Da=3D\r\n",
	    "Content-Transfer-Encoding: quoted-printable\r\nContent-Type: text/x\r\n\r\n"
	    "=3Da=3D\r\n");
	check_edit("ab", "Content-Transfer-Encoding: base64\n\nYw==\n",
	    "Content-Transfer-Encoding: base64\r\nContent-Type: text/x\r\n\r\nYWJj\r\n",
	    "Content-Transfer-Encoding: base64\r\nContent-Type: text/x\r\n\r\nYWJj\r\n");
	/* what is put in is watched like the rest */
	check_edit("\xc3\xa4", "\na\n", NULL, "Content-Transfer-Encoding: quoted-printable\r\n"
	    "Content-Type: text/x\r\n\r\n=C3=A4a\r\n");
	/* the first part; of an alternative all; nothing in a message or a signed part */
	check_edit(">", "Content-Type: multipart/mixed; boundary=m\n\n--m\n"
	    "Content-Type: multipart/alternative; boundary=a\n\n--a\n\n1\n--a\n\n2\n--a--\n--m\n\n"
	    "3\n--m\n\n4\n--m--\nend",
	    "Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n"
	    "Content-Type: multipart/alternative; boundary=a\r\n\r\n--a\r\n"
	    "Content-Type: text/x\r\n\r\n>1\r\n--a\r\nContent-Type: text/x\r\n\r\n>2\r\n--a--\r\n"
	    "--m\r\n\r\n3\r\n--m\r\n\r\n4\r\n--m--\r\nend",
	    "Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n"
	    "Content-Type: multipart/alternative; boundary=a\r\n\r\n--a\r\n"
	    "Content-Type: text/x\r\n\r\n>1\r\n--a\r\nContent-Type: text/x\r\n\r\n>2\r\n--a--\r\n"
	    "--m\r\n\r\n3\r\n--m\r\n\r\n4\r\n--m--\r\nend");
	check_edit(">", "Content-Type: message/rfc822\n\n\n1\n",
	    "Content-Type: message/rfc822\r\n\r\n\r\n1\r\n",
	    "Content-Type: message/rfc822\r\n\r\n\r\n1\r\n");
	check_edit(">", "Content-Type: multipart/signed; boundary=m\n\n--m\n\n1\n--m--\n",
	    "Content-Type: multipart/signed; boundary=m\r\n\r\n--m\r\n\r\n1\r\n--m--\r\n",
	    "Content-Type: multipart/signed; boundary=m\r\n\r\n--m\r\n\r\n1\r\n--m--\r\n");
}

/* nest puts a message into a message, `n` times. */
static void
nest(struct ps_buf *b, size_t n)
{
	b->n = 0;
	while (n-- > 0)
		assert_code(ps_buf_add_text(b, "Content-Type: message/rfc822\n\n", NULL), PS_OK);
	assert_code(ps_buf_add_text(b, "\nx", NULL), PS_OK);
}

static void
limits_hold(void **state)
{
	struct ps_limits limits = ps_limits_default;
	struct ps_buf in = { 0 }, out = { 0 };
	ps_err err = PS_ERR_INIT;

	(void)state;
	nest(&in, limits.mime_depth);
	assert_ok(make(ps_buf_get(&in), 0, true, &limits, &out, &err), &err);
	nest(&in, limits.mime_depth + 1);
	assert_code(make(ps_buf_get(&in), 0, true, &limits, &out, NULL), PS_E_LIMIT);

	limits.parts = 4;
	nest(&in, 3);
	assert_ok(make(ps_buf_get(&in), 0, false, &limits, &out, &err), &err);
	nest(&in, 4);
	assert_code(make(ps_buf_get(&in), 0, false, &limits, &out, NULL), PS_E_LIMIT);
	ps_buf_clear(&in);
	ps_buf_clear(&out);
}

static void
every_truncation_works(void **state)
{
	static const char in[] =
	    "Content-Type: multipart/mixed; boundary=b\n\n--b\n"
	    "Content-Transfer-Encoding: base64\n\nYWJj\n--b\nContent-Type: message/rfc822\n\n"
	    "Content-Type: multipart/alternative; boundary=\"b2\"\n\n--b2\n\n\xc3\xa4\n--b2--\n--b--\n";

	(void)state;
	for (size_t n = 0; n < sizeof in; n++)
		for (int rewinds = 0; rewinds < 2; rewinds++) {
			struct ps_buf out = { 0 };
			ps_err err = PS_ERR_INIT;

			assert_ok(make((ps_slice){ (const uint8_t *)in, n }, 1, rewinds,
			    &ps_limits_default, &out, &err), &err);
			ps_buf_clear(&out);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leaves),
		cmocka_unit_test(trees),
		cmocka_unit_test(what_is_sealed_stays),
		cmocka_unit_test(large_leaves),
		cmocka_unit_test(edits),
		cmocka_unit_test(limits_hold),
		cmocka_unit_test(every_truncation_works),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
