/* SPDX-License-Identifier: ISC */
#include "drip.h"
#include "mime/mime.h"
#include "mime/multipart.h"

static const size_t cuts[] = { 1, 2, 3, 5, 7, 11, 64, 1000, 0 };
#define N_CUTS (sizeof cuts / sizeof cuts[0])

/* What a body should give: the parts between "|", a "+" first when closed and
 * a "~" when something stands behind the end. */
struct row {
	const char	*boundary, *in, *out;
};

static void
add(struct ps_buf *b, const char *s)
{
	assert_code(ps_buf_add_text(b, s, NULL), PS_OK);
}

/* take reads a part to its end with peeks of at least `min`. */
static ps_code
take(ps_reader *r, size_t min, struct ps_buf *out, ps_err *err)
{
	ps_slice w;
	ps_code code;

	while ((code = ps_reader_peek(r, min, &w, err)) == PS_OK && w.n != 0) {
		size_t n = w.n > 1 && min > 1 ? w.n / 2 : w.n;

		assert_code(ps_buf_add(out, (ps_slice){ w.p, n }, NULL), PS_OK);
		ps_reader_consume(r, n);
	}
	return code;
}

static ps_code
split(ps_reader *r, const char *boundary, size_t min, bool again, struct ps_buf *out, ps_err *err)
{
	struct ps_buf parts = { 0 };
	struct mime_multipart *m;
	ps_reader *part;
	ps_code code = mime_multipart_open(&m, r, boundary, &ps_limits_default, err);

	if (code != PS_OK)
		return code;
	while ((code = mime_multipart_next(m, &part, err)) == PS_OK && part != NULL) {
		size_t start;

		add(&parts, "|");
		start = parts.n;
		code = take(part, min, &parts, err);
		if (code == PS_OK && again) {
			assert_int_equal(ps_reader_offset(part), parts.n - start);
			assert_ok(ps_reader_rewind(part, err), err);
			assert_int_equal(ps_reader_offset(part), 0);
			parts.n = start;
			code = take(part, min, &parts, err);
		}
		if (code != PS_OK)
			break;
	}
	if (code == PS_OK) {
		assert_ok(mime_multipart_next(m, &part, err), err);
		assert_null(part);
	}
	out->n = 0;
	if (mime_multipart_closed(m))
		add(out, "+");
	if (mime_multipart_epilogue(m))
		add(out, "~");
	if (parts.n != 0)
		assert_code(ps_buf_add(out, ps_buf_get(&parts), NULL), PS_OK);
	ps_buf_clear(&parts);
	mime_multipart_close(m);
	return code;
}

static void
check_row(const struct row *row, ps_slice in)
{
	static const size_t mins[] = { 1, 2, 3, 10, 100, PS_PEEK_MAX };

	for (size_t i = 0; i < N_CUTS; i++)
		for (size_t k = 0; k < sizeof mins / sizeof mins[0]; k++)
			for (int again = 0; again < 2; again++) {
				ps_err err = PS_ERR_INIT;
				struct ps_buf out = { 0 };
				struct drip d;
				ps_reader *r = drip_open(&d, in, cuts[i], again);

				assert_ok(split(r, row->boundary, mins[k], again, &out, &err),
				    &err);
				if (out.n != strlen(row->out) ||
				    (out.n != 0 && memcmp(out.p, row->out, out.n) != 0))
					fail_msg("%s: %.*s (cut %zu, min %zu)", row->in, (int)out.n,
					    (const char *)out.p, cuts[i], mins[k]);
				ps_buf_clear(&out);
				ps_reader_close(r);
			}
}

static void
check(const struct row *row, size_t n)
{
	for (size_t i = 0; i < n; i++)
		check_row(&row[i], ps_str(row[i].in));
}
#define CHECK(rows) check((rows), sizeof(rows) / sizeof(rows)[0])

/* RFC 2046, 5.1.1, the example and the rules around it. */
static void
delimiters_by_rfc_2046(void **state)
{
	static const struct row rows[] = {
		{ "simple boundary",
		  "This is the preamble.  It is to be ignored.\r\n\r\n"
		  "--simple boundary\r\n\r\nThis does NOT end with a linebreak.\r\n"
		  "--simple boundary\r\nContent-type: text/plain\r\n\r\n"
		  "This DOES end with a linebreak.\r\n\r\n"
		  "--simple boundary--\r\n\r\nThis is the epilogue.\r\n",
		  "+~|\r\nThis does NOT end with a linebreak."
		  "|Content-type: text/plain\r\n\r\nThis DOES end with a linebreak.\r\n" },
		{ "b", "--b\r\n1\r\n--b\r\n2\r\n--b--\r\n", "+|1|2" },
		{ "b", "--b\r\n1\r\n--b--", "+|1" },
		{ "b", "--b\r\n1\r\n--b--\r", "+|1" },
		{ "b", "\r\n--b\r\n1\r\n--b--\r\n  \t\r\n", "+|1" },
		/* line ends */
		{ "b", "--b\n1\n--b\n2\n--b--\n", "+|1|2" },
		{ "b", "--b\r\n1\n\n--b\n2\r\n\r\n--b--", "+|1\n|2\r\n" },
		{ "b", "--b\n1\r\r\n--b--", "+|1\r" },
		{ "b", "--b\n1\r--b--", "|1\r--b--" },
		{ "b", "--b\n\r\n\r\n--b--", "+|\r\n" },
		/* transport padding */
		{ "b", "--b \t \r\n1\r\n--b\t\n2\r\n--b-- \n", "+|1|2" },
		{ "b", "--b\r\n1\r\n--b \r", "|1|" },
		/* boundaries with white space at the end: the rest is padding */
		{ "b \t", "--b\r\n1\r\n--b \t\r\n2\r\n--b \t--\n--b--", "+|1|2\r\n--b \t--" },
		/* what only begins like a delimiter */
		{ "b", "--b\n1\n--bb\n--b-\n--b--x\n--b- -\n --b\n-b\n--\n--b x\n--b--",
		    "+|1\n--bb\n--b-\n--b--x\n--b- -\n --b\n-b\n--\n--b x" },
		{ "b", "--b\nx--b\n--b--", "+|x--b" },
		{ "a", "--ab\n1\n--a\n2\n--ab--\n--a--", "+|2\n--ab--" },
		{ "b--", "--b--\n1\n--b----\n", "+|1" },
		/* nothing in it */
		{ "b", "--b\n--b\n--b--\n", "+||" },
		{ "b", "--b\r\n\r\n--b--", "+|" },
		{ "b", "--b--", "+" }, { "b", "--b--\nx", "+~" },
		{ "b", "", "" }, { "b", "no delimiter\n", "" }, { "b", "--", "" },
		/* never closed */
		{ "b", "--b", "|" }, { "b", "--b\n", "|" }, { "b", "--b\n1\r\n", "|1\r\n" },
		{ "b", "--b\n1\r\n--", "|1\r\n--" }, { "b", "--b\n1\r\n--b", "|1|" },
		{ "b", "--b\n1\r\n--b-", "|1\r\n--b-" }, { "b", "--b\n1\r", "|1\r" },
		/* after the end no delimiter counts */
		{ "b", "--b\n1\n--b--\n--b\n2\n--b--\n", "+~|1" },
	};

	(void)state;
	CHECK(rows);
}

/* repeat makes n times `text` between two others. */
static void
repeat(struct ps_buf *b, const char *before, const char *text, size_t n, const char *after)
{
	add(b, before);
	while (n-- > 0)
		add(b, text);
	add(b, after);
}

/* Peeks of the largest size over what nearly is a delimiter, again and again:
 * what is shown is copied together and never holds one. */
static void
large_peeks_cross_look_alikes(void **state)
{
	static const char *const text[] = { "\r\n--boundar", "\r", "\n", "\r\n-", "x",
		"\r\n--boundary x", "\r\n--boundary-" };

	(void)state;
	for (size_t i = 0; i < sizeof text / sizeof text[0]; i++)
		for (size_t n = 32700 / strlen(text[i]); n < 33000 / strlen(text[i]) + 2;
		    n += 1 + 40 / strlen(text[i])) {
			struct ps_buf in = { 0 }, out = { 0 }, want = { 0 };
			ps_err err = PS_ERR_INIT;
			struct drip d;
			ps_reader *r;

			repeat(&in, "--boundary\n", text[i], n, "");
			repeat(&in, "\n--boundary\ny", text[i], n, "\n--boundary--");
			/* a CR before the last LF is its own */
			repeat(&want, "+|", text[i], n, "");
			want.n -= text[i][strlen(text[i]) - 1] == '\r';
			repeat(&want, "|y", text[i], n, "");
			want.n -= text[i][strlen(text[i]) - 1] == '\r';
			r = drip_open(&d, ps_buf_get(&in), 61, true);
			assert_ok(split(r, "boundary", PS_PEEK_MAX, true, &out, &err), &err);
			assert_int_equal(out.n, want.n);
			assert_memory_equal(out.p, want.p, want.n);
			ps_reader_close(r);
			ps_buf_clear(&in);
			ps_buf_clear(&out);
			ps_buf_clear(&want);
		}
}

static void
long_padding(void **state)
{
	static const size_t counts[] = { 1, 1023, 1024, 1025, 5000, 9000 };

	(void)state;
	for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
		struct ps_buf in = { 0 };
		struct row row = { "b", "padding", "+|1|2" };

		repeat(&in, "--b", " ", counts[i], "\r\n1\r\n");
		repeat(&in, "--b", "\t", counts[i], "\n2\n--b--");
		check_row(&row, ps_buf_get(&in));
		ps_buf_clear(&in);
	}
}

static void
limits_hold(void **state)
{
	struct ps_limits limits = ps_limits_default;
	struct mime_multipart *m;
	ps_reader *part, *r;
	struct drip d;
	char boundary[1100];

	(void)state;
	memset(boundary, 'x', sizeof boundary);
	boundary[limits.boundary_bytes + 1] = '\0';
	r = drip_open(&d, ps_str("--b\n--b\n--b\n--b--"), 1, false);
	assert_code(mime_multipart_open(&m, r, boundary, &limits, NULL), PS_E_LIMIT);
	boundary[limits.boundary_bytes] = '\0';
	assert_code(mime_multipart_open(&m, r, boundary, &limits, NULL), PS_OK);
	mime_multipart_close(m);
	assert_code(mime_multipart_open(&m, r, "", &limits, NULL), PS_E_MALFORMED);
	assert_code(mime_multipart_open(&m, r, " \t", &limits, NULL), PS_E_MALFORMED);

	limits.parts = 2;
	assert_code(mime_multipart_open(&m, r, "b", &limits, NULL), PS_OK);
	assert_code(mime_multipart_next(m, &part, NULL), PS_OK);
	assert_code(mime_multipart_next(m, &part, NULL), PS_OK);
	assert_code(mime_multipart_next(m, &part, NULL), PS_E_LIMIT);
	mime_multipart_close(m);
	ps_reader_close(r);
}

/* The largest boundary that any limit lets through still fits a peek. */
static void
the_longest_boundary_works(void **state)
{
	struct ps_limits limits = ps_limits_default;
	struct mime_multipart *m;
	ps_reader *part, *r;
	struct ps_buf in = { 0 };
	struct drip d;
	char boundary[1001];

	(void)state;
	limits.boundary_bytes = UINT64_MAX;
	memset(boundary, 'x', 1000);
	boundary[1000] = '\0';
	repeat(&in, "--", boundary, 1, "\r\n1\r\n--");
	repeat(&in, "", boundary, 1, "--");
	repeat(&in, "", " ", 1024, "\r\n");
	r = drip_open(&d, ps_buf_get(&in), 1, false);
	assert_code(mime_multipart_open(&m, r, boundary, &limits, NULL), PS_OK);
	assert_code(mime_multipart_next(m, &part, NULL), PS_OK);
	assert_non_null(part);
	assert_code(mime_multipart_next(m, &part, NULL), PS_OK);
	assert_null(part);
	assert_true(mime_multipart_closed(m));
	mime_multipart_close(m);
	ps_reader_close(r);
	ps_buf_clear(&in);
}

/* The inner multipart reads from the outer part; the regions of both put
 * together are the octets that came. */
static void
regions_are_all_octets(void **state)
{
	static const char in[] =
	    "pre\r\n--o \r\n\r\nA\r\n--o\n\npre i\n--i\n1\r\n--i\t\n--i--\nepi i"
	    "\r\n--o--  \r\nepi\n";

	(void)state;
	for (size_t i = 0; i < N_CUTS; i++) {
		struct mime_multipart *m;
		struct ps_buf out = { 0 };
		enum mime_region kind;
		ps_slice delimiter;
		ps_err err = PS_ERR_INIT;
		struct drip d;
		ps_reader *r = drip_open(&d, ps_str(in), cuts[i], false), *part;

		assert_ok(mime_multipart_open(&m, r, "o", &ps_limits_default, &err), &err);
		do {
			assert_ok(mime_multipart_region(m, &kind, &delimiter, &part, &err), &err);
			assert_ok(ps_buf_add(&out, delimiter, &err), &err);
			if (part != NULL)
				assert_ok(take(part, 3, &out, &err), &err);
		} while (kind != MIME_END);
		assert_int_equal(out.n, sizeof in - 1);
		assert_memory_equal(out.p, in, out.n);
		mime_multipart_close(m);
		ps_buf_clear(&out);
		ps_reader_close(r);
	}
}

static void
nested(void **state)
{
	static const char in[] =
	    "--o\r\nx\r\n--i\r\n1\r\n--i\r\n2\r\n--o\r\ny\r\n--i\r\n3\r\n--i--\r\n--o--";

	(void)state;
	for (size_t i = 0; i < N_CUTS; i++) {
		struct mime_multipart *m;
		struct ps_buf out = { 0 };
		ps_err err = PS_ERR_INIT;
		struct drip d;
		ps_reader *r = drip_open(&d, ps_str(in), cuts[i], true), *part;

		assert_ok(mime_multipart_open(&m, r, "o", &ps_limits_default, &err), &err);
		assert_ok(mime_multipart_next(m, &part, &err), &err);
		assert_ok(split(part, "i", 1, true, &out, &err), &err);
		assert_slice(ps_buf_get(&out), "|1|2");
		assert_ok(ps_reader_rewind(part, &err), &err);
		assert_ok(split(part, "i", 7, false, &out, &err), &err);
		assert_slice(ps_buf_get(&out), "|1|2");
		assert_ok(mime_multipart_next(m, &part, &err), &err);
		assert_ok(split(part, "i", 1, true, &out, &err), &err);
		assert_slice(ps_buf_get(&out), "+|3");
		assert_ok(mime_multipart_next(m, &part, &err), &err);
		assert_null(part);
		mime_multipart_close(m);
		ps_buf_clear(&out);
		ps_reader_close(r);
	}
}

/* What lies before a failure of the source is shown, if it is surely content. */
static void
good_octets_come_before_an_error(void **state)
{
	static const char in[] = "--b\n0123456789\r\n--bx";
	struct mime_multipart *m;
	ps_err err = PS_ERR_INIT;
	struct ps_buf out = { 0 };
	struct drip d;
	ps_reader *r, *part;

	(void)state;
	for (size_t at = 5; at <= sizeof in - 1; at++)
		for (size_t min = 1; min < 4; min++) {
			size_t want = at < 14 ? at - 4 : at < 20 ? 10 : 16;

			r = drip_open(&d, ps_str(in), 1, false);
			d.fail_at = at;
			assert_ok(mime_multipart_open(&m, r, "b", &ps_limits_default, &err), &err);
			assert_ok(mime_multipart_next(m, &part, &err), &err);
			out.n = 0;
			assert_code(take(part, 1, &out, NULL), PS_E_READ);
			assert_int_equal(out.n, want);
			assert_code(take(part, min, &out, NULL), PS_E_READ);
			mime_multipart_close(m);
			ps_reader_close(r);
		}
	ps_buf_clear(&out);
}

/* A window that only gives what was asked must not make this slow. */
static void
hostile_text_takes_linear_time(void **state)
{
	static const char *const text[] = { "\n", "\r\n", "\n-", "\n--b", "\n--bbbbb -", "\r",
		"\n--bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb" };

	(void)state;
	for (size_t i = 0; i < sizeof text / sizeof text[0]; i++) {
		struct ps_buf in = { 0 }, out = { 0 };
		ps_err err = PS_ERR_INIT;
		struct drip d;
		ps_reader *r;

		repeat(&in, "--bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\n", text[i],
		    400000 / strlen(text[i]), "");
		r = drip_open(&d, ps_buf_get(&in), 40000, false);
		assert_ok(split(r, "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", 1, false, &out, &err),
		    &err);
		ps_reader_close(r);
		ps_buf_clear(&in);
		ps_buf_clear(&out);
	}
}

static void
boundaries_are_fit(void **state)
{
	const uint8_t random[16] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 254, 255 };
	char out[48];

	(void)state;
	mime_boundary(out, random);
	assert_string_equal(out, "=_000102030405060708090a0b0c0dfeff");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(delimiters_by_rfc_2046),
		cmocka_unit_test(large_peeks_cross_look_alikes),
		cmocka_unit_test(long_padding),
		cmocka_unit_test(limits_hold),
		cmocka_unit_test(the_longest_boundary_works),
		cmocka_unit_test(regions_are_all_octets),
		cmocka_unit_test(nested),
		cmocka_unit_test(good_octets_come_before_an_error),
		cmocka_unit_test(hostile_text_takes_linear_time),
		cmocka_unit_test(boundaries_are_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
