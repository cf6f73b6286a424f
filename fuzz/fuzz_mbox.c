/* SPDX-License-Identifier: ISC */
/*
 * An mbox taken apart: how the input is cut must not matter, no octet comes
 * twice, and between the messages nothing is lost but line ends.
 */
#include "fuzz.h"
#include "mime/mime.h"
#include "../tests/support/streams.h"

FUZZ_SAID(fuzz_said)

static size_t
line_ends(ps_slice s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == '\n' || s.p[i] == '\r';
	return n;
}

/* All messages in `out`, an octet between them. */
static void
read_all(ps_slice in, size_t step, struct ps_buf *out)
{
	ps_err err = PS_ERR_INIT;
	struct source src;
	ps_reader *r = source_open(&src, in, step), *part;
	ps_mbox *m;
	size_t seen = 0, ends = 0, start;
	ps_code code = ps_mbox_open(&m, r, &err);

	CHECK(code == PS_OK);
	while ((code = ps_mbox_next(m, &part, &err)) == PS_OK && part != NULL) {
		start = out->n;
		CHECK(ps_reader_all(part, out, &err) == PS_OK);
		seen += out->n - start;
		ends += line_ends((ps_slice){ out->p + start, out->n - start });
		CHECK(ps_buf_add_text(out, "#", &err) == PS_OK);
	}
	CHECK_SAID(code, &err);
	CHECK(code == PS_OK);
	CHECK(in.n - seen == line_ends(in) - ends);
	ps_mbox_close(m);
	ps_reader_close(r);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct ps_buf whole = { 0 }, cut = { 0 };
	ps_slice in = { p, n };

	read_all(in, 0, &whole);
	read_all(in, 7, &cut);
	CHECK(whole.n == cut.n && (n == 0 || memcmp(whole.p, cut.p, cut.n) == 0));
	ps_buf_clear(&whole);
	ps_buf_clear(&cut);
	return 0;
}
