/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include "base/json.h"
#include "base/text.h"

static void
chain_reads_outermost_first(void **state)
{
	ps_err err = PS_ERR_INIT;
	char text[256];

	(void)state;
	assert_code(ps_fail(&err, PS_E_MALFORMED, "der", 421, "wanted {want}, found {found}",
	    PS_TEXT("want", "SEQUENCE"), PS_TEXT("found", "NULL")), PS_E_MALFORMED);
	ps_because(&err, PS_E_MALFORMED, "cms", PS_NOWHERE, "cannot read {file}",
	    PS_TEXT("file", "mail.eml"));
	assert_string_equal(ps_err_format(&err, text, sizeof text),
	    "cannot read mail.eml\n"
	    "  because wanted SEQUENCE, found NULL (der, octet 421)");
	assert_int_equal(ps_err_code(&err), PS_E_MALFORMED);
}

static void
a_subject_cannot_write_log_lines(void **state)
{
	ps_err err = PS_ERR_INIT;
	char text[256];

	(void)state;
	ps_fail(&err, PS_E_REFUSED, "x", PS_NOWHERE, "from {who}",
	    PS_TEXT("who", "a\nb \xe2\x80\xae c\xff {who}"));
	assert_string_equal(ps_err_format(&err, text, sizeof text),
	    "from a\\x0ab \\xe2\\x80\\xae c\\xff {who}");
}

static void
the_root_survives_a_full_chain(void **state)
{
	ps_err err = PS_ERR_INIT;
	char text[2048];

	(void)state;
	ps_fail(&err, PS_E_FULL, "x", PS_NOWHERE, "the root");
	for (int i = 0; i < 20; i++)
		ps_because(&err, PS_E_WRITE, "y", PS_NOWHERE, "view {n}", PS_NUMBER("n", i));
	assert_int_equal(err.n, PS_ERR_CAUSES);
	ps_err_format(&err, text, sizeof text);
	assert_non_null(strstr(text, "because the root"));
	assert_ptr_equal(strstr(text, "view 19"), text);
}

static void
escaping_never_splits_or_overflows(void **state)
{
	const char in[] = "\xc3\xa4\xc3\xa4\xc3\xa4\n\xc3\xa4zzzzzz";
	char out[32];

	(void)state;
	for (size_t size = 0; size < sizeof out; size++) {
		memset(out, '#', sizeof out);
		size_t n = ps_text_escape(out, size, ps_str(in));
		assert_true(n <= size);
		assert_int_equal(out[size], '#');
		for (size_t i = 0, k; i < n; i += k) {
			uint32_t code;
			k = ps_text_utf8((const uint8_t *)out + i, n - i, &code);
			assert_true(k > 0);
		}
	}
}

/* RFC 4514's own escapes stay as they are, under those of RFC 8259; a
 * stranger's backslash is escaped. */
static void
json_keeps_the_escapes_of_a_name(void **state)
{
	struct ps_buf out = { 0 };
	struct ps_json j;

	(void)state;
	ps_json_init(&j, &out);
	ps_json_open(&j, '[');
	ps_json_name(&j, "O=Apple\\, \"Inc\"");
	ps_json_name(&j, NULL);
	ps_json_text(&j, "a\\\n");
	ps_json_close(&j, ']');
	assert_code(ps_json_finish(&j, NULL), PS_OK);
	assert_slice(ps_buf_get(&out),
	    "[\"O=Apple\\u005c, \\u0022Inc\\u0022\",null,\"a\\u005cx5c\\u005cx0a\"]");
	ps_buf_clear(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chain_reads_outermost_first),
		cmocka_unit_test(a_subject_cannot_write_log_lines),
		cmocka_unit_test(the_root_survives_a_full_chain),
		cmocka_unit_test(escaping_never_splits_or_overflows),
		cmocka_unit_test(json_keeps_the_escapes_of_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
