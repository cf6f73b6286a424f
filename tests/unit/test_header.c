/* SPDX-License-Identifier: ISC */
#include "drip.h"
#include "mime/mime.h"

static const size_t cuts[] = { 1, 2, 3, 7, 64, 0 };
#define N_CUTS (sizeof cuts / sizeof cuts[0])

/* What reading `in` in any cutting gives; `rest` stands in the reader after. */
static void
read_header(struct mime_header *h, const char *in, size_t step, const char *rest)
{
	ps_err err = PS_ERR_INIT;
	struct ps_buf left = { 0 };
	struct drip d;
	ps_reader *r = drip_open(&d, ps_str(in), step, false);

	assert_ok(mime_header_read(h, r, &ps_limits_default, &err), &err);
	assert_ok(ps_reader_all(r, &left, &err), &err);
	assert_int_equal(left.n, strlen(rest));
	if (left.n != 0)
		assert_memory_equal(left.p, rest, left.n);
	ps_buf_clear(&left);
	ps_reader_close(r);
}

/* The fields and what is around them are the octets that were read. */
static void
assert_whole(const struct mime_header *h, const char *section)
{
	size_t n = h->postmark.n;

	assert_int_equal(h->block.n, strlen(section));
	for (size_t i = 0; i < h->n; i++) {
		assert_ptr_equal(h->field[i].raw.p, h->block.p + n);
		n += h->field[i].raw.n;
	}
	assert_true(h->block.n - n <= 2);
	if (h->block.n != 0)
		assert_memory_equal(h->block.p, section, h->block.n);
}

static void
octets_are_kept(void **state)
{
	static const char section[] =
	    "Subject : folded\r\n  text\r\n\tmore \r\n"
	    "X:\r\n"
	    "FROM:a@b\r\n"
	    "from: c@d\r\n"
	    "\r\n";
	char in[256];
	struct mime_header h;

	(void)state;
	snprintf(in, sizeof in, "%sbody\r\n", section);
	for (size_t i = 0; i < N_CUTS; i++) {
		read_header(&h, in, cuts[i], "body\r\n");
		assert_whole(&h, section);
		assert_int_equal(h.n, 4);
		assert_slice(h.field[0].name, "Subject");
		assert_slice(h.field[0].body, " folded\r\n  text\r\n\tmore ");
		assert_slice(h.field[1].body, "");
		assert_slice(h.field[2].body, "a@b");
		assert_false(h.lf || h.no_body);
		assert_int_equal(h.postmark.n, 0);
		assert_ptr_equal(mime_header_find(&h, "From", 0), &h.field[2]);
		assert_ptr_equal(mime_header_find(&h, "From", 3), &h.field[3]);
		assert_null(mime_header_find(&h, "From", 4));
		assert_null(mime_header_find(&h, "Fro", 0));
		assert_int_equal(mime_header_count(&h, "from"), 2);
		mime_header_clear(&h);
	}
}

static void
line_ends_may_be_mixed(void **state)
{
	struct mime_header h;

	(void)state;
	read_header(&h, "A: 1\nB: 2\r\n b\nC: 3\r\n\nbody", 1, "body");
	assert_whole(&h, "A: 1\nB: 2\r\n b\nC: 3\r\n\n");
	assert_int_equal(h.n, 3);
	assert_true(h.lf);
	assert_slice(h.field[1].body, " 2\r\n b");
	assert_slice(h.field[2].body, " 3");
	mime_header_clear(&h);
}

static void
sections_end_early(void **state)
{
	static const struct {
		const char	*in, *rest;
		size_t		 n;
		bool		 no_body;
	} row[] = {
		{ "", "", 0, true },
		{ "\r\n", "", 0, false },
		{ "\nbody", "body", 0, false },
		{ "A: 1", "", 1, true },
		{ "A: 1\r\n", "", 1, true },
		{ "A: 1\r\n\r\n", "", 1, false },
		{ "just text\r\nB: 2\r\n\r\n", "just text\r\nB: 2\r\n\r\n", 0, true },
		{ " folded: first\r\n", " folded: first\r\n", 0, true },
		{ ": no name\r\n\r\n", ": no name\r\n\r\n", 0, true },
		{ "a b: c\r\n\r\n", "a b: c\r\n\r\n", 0, true },
		{ "A: 1\r\nno field\r\nB: 2\r\n\r\nx", "x", 3, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++)
		for (size_t k = 0; k < N_CUTS; k++) {
			struct mime_header h;

			read_header(&h, row[i].in, cuts[k], row[i].rest);
			assert_int_equal(h.n, row[i].n);
			assert_int_equal(h.no_body, row[i].no_body);
			mime_header_clear(&h);
		}
}

static void
what_is_no_field_has_no_name(void **state)
{
	struct mime_header h;

	(void)state;
	read_header(&h, "A: 1\r\nno field\r\n on\r\nB: 2\r\n\r\n", 0, "");
	assert_slice(h.field[1].name, "");
	assert_slice(h.field[1].body, "no field\r\n on");
	assert_int_equal(mime_header_count(&h, "b"), 1);
	mime_header_clear(&h);
}

static void
postmarks_are_known(void **state)
{
	static const struct {
		const char	*in, *mark;
	} row[] = {
		{ "From a@b Thu Jan  1 00:00:00 1970\nTo: x\n\n", "From a@b Thu Jan  1 00:00:00 1970\n" },
		{ ">From a@b Thu Jan  1 00:00:00 1970\r\nTo: x\r\n\r\n",
		    ">From a@b Thu Jan  1 00:00:00 1970\r\n" },
		{ "From x\n>From y\nTo: x\n\n", "From x\n>From y\n" },
		{ "From : x@y\n\n", "" },
		{ "From: x@y\n\n", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++)
		for (size_t k = 0; k < N_CUTS; k++) {
			struct mime_header h;

			read_header(&h, row[i].in, cuts[k], "");
			assert_int_equal(h.postmark.n, strlen(row[i].mark));
			assert_memory_equal(h.postmark.p, row[i].mark, h.postmark.n);
			assert_int_equal(h.n, 1);
			assert_whole(&h, row[i].in);
			mime_header_clear(&h);
		}
}

static ps_code
read_text(const char *in, const struct ps_limits *limits)
{
	struct mime_header h;
	struct drip d;
	ps_reader *r = drip_open(&d, ps_str(in), 5, false);
	ps_code code = mime_header_read(&h, r, limits, NULL);

	if (code == PS_OK)
		mime_header_clear(&h);
	ps_reader_close(r);
	return code;
}

static void
limits_hold(void **state)
{
	struct ps_limits limits = ps_limits_default;
	static const char in[] = "A: 1\r\nB: 2\r\nC: 3\r\n\r\n";

	(void)state;
	limits.header_bytes = sizeof in - 1;
	limits.header_fields = 3;
	assert_code(read_text(in, &limits), PS_OK);
	limits.header_bytes--;
	assert_code(read_text(in, &limits), PS_E_LIMIT);
	limits.header_bytes++;
	limits.header_fields--;
	assert_code(read_text(in, &limits), PS_E_LIMIT);
}

static void
a_broken_source_is_told(void **state)
{
	static const char in[] = "A: 1\r\nB: 2\r\n\r\n";

	(void)state;
	for (size_t at = 0; at < sizeof in - 1; at++) {
		ps_err err = PS_ERR_INIT;
		struct mime_header h;
		struct drip d;
		ps_reader *r = drip_open(&d, ps_str(in), 1, false);

		d.fail_at = at;
		assert_code(mime_header_read(&h, r, &ps_limits_default, &err), PS_E_READ);
		ps_reader_close(r);
	}
}

static void
unfolding_keeps_white_space(void **state)
{
	static const struct {
		const char	*in, *out;
	} row[] = {
		{ " a\r\n b", "a b" },
		{ "\ta\n\t\tb \r\n", "a\t\tb" },
		{ " a\rb", "a b" },
		{ "  \r\n  ", "" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		ps_err err = PS_ERR_INIT;
		struct ps_buf b = { 0 };

		assert_ok(mime_unfold(ps_str(row[i].in), &b, &err), &err);
		assert_int_equal(b.n, strlen(row[i].out));
		if (b.n != 0)
			assert_memory_equal(b.p, row[i].out, b.n);
		ps_buf_clear(&b);
	}
}

static void
structural_fields_by_rfc_9788(void **state)
{
	static const struct {
		const char	*name;
		bool		 structural;
	} row[] = {
		{ "MIME-Version", true }, { "content-type", true },
		{ "Content-X-Whatever", true }, { "Content-", false },
		{ "Subject", false }, { "X-Content-Type", false }, { "", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		struct mime_field f = { .name = ps_str(row[i].name) };

		assert_int_equal(mime_field_is_structural(&f), row[i].structural);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(octets_are_kept),
		cmocka_unit_test(line_ends_may_be_mixed),
		cmocka_unit_test(sections_end_early),
		cmocka_unit_test(what_is_no_field_has_no_name),
		cmocka_unit_test(postmarks_are_known),
		cmocka_unit_test(limits_hold),
		cmocka_unit_test(a_broken_source_is_told),
		cmocka_unit_test(unfolding_keeps_white_space),
		cmocka_unit_test(structural_fields_by_rfc_9788),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
