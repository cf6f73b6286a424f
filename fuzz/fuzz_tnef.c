/* SPDX-License-Identifier: ISC */
/*
 * TNEF: what is found must not depend on how the input is cut, and a value read
 * a second time is the same.
 */
#include "fuzz.h"
#include "smime/tnef.h"
#include "../tests/support/streams.h"

FUZZ_SAID(fuzz_said)

enum { MAX = 1 << 22 };

static void
see(struct ps_buf *out, ps_slice in)
{
	CHECK(ps_buf_add(out, in, NULL) == PS_OK);
	CHECK(ps_buf_add_text(out, ";", NULL) == PS_OK);
}

static ps_code
see_value(ps_reader *r, struct ps_buf *out, ps_err *err)
{
	struct ps_buf first = { .max = MAX }, second = { .max = MAX };
	ps_code code = ps_reader_all(r, &first, err);

	if (code == PS_OK && ps_reader_can_rewind(r)) {
		CHECK(ps_reader_rewind(r, err) == PS_OK);
		CHECK(ps_reader_all(r, &second, err) == PS_OK);
		CHECK(first.n == second.n &&
		    (first.n == 0 || memcmp(first.p, second.p, first.n) == 0));
	}
	see(out, ps_buf_get(&first));
	ps_buf_clear(&first);
	ps_buf_clear(&second);
	return code;
}

static ps_code
read_items(struct tnef *t, struct ps_buf *out, ps_err *err)
{
	struct tnef_item item;
	ps_code code;

	while ((code = tnef_next(t, &item, err)) == PS_OK && item.kind != TNEF_END) {
		CHECK(memchr(item.text, '\0', sizeof item.text) != NULL);
		see(out, ps_str(item.text));
		if (item.data != NULL && (code = see_value(item.data, out, err)) != PS_OK)
			break;
	}
	return code;
}

static ps_code
read_all(ps_slice in, size_t step, struct ps_buf *out)
{
	ps_err err = PS_ERR_INIT;
	struct source src;
	struct tnef *t = NULL;
	ps_reader *r = source_open(&src, in, step);
	ps_code code = tnef_open(&t, r, &err);

	if (code == PS_OK)
		code = read_items(t, out, &err);
	CHECK_SAID(code, &err);
	tnef_close(t);
	ps_reader_close(r);
	return code;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct ps_buf whole = { .max = 2 * MAX }, cut = { .max = 2 * MAX };
	ps_slice in = { p, n };

	if (n > MAX)
		return 0;
	CHECK(read_all(in, 0, &whole) == read_all(in, 7, &cut));
	CHECK(whole.n == cut.n && (cut.n == 0 || memcmp(whole.p, cut.p, cut.n) == 0));
	ps_buf_clear(&whole);
	ps_buf_clear(&cut);
	return 0;
}
