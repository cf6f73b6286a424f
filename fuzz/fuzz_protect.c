/* SPDX-License-Identifier: ISC */
/*
 * A draft as a stranger's program hands it over, protected and opened again.
 * What was written must be read: whole, its signature over the octets that
 * came, whether the draft came in one piece or in many.
 *
 * The first octet says what is asked for (see `asked`); the rest is the draft.
 */
#include <unistd.h>

#include <postseal/postseal.h>

#include "fuzz.h"
#include "../tests/support/mail.h"
#include "smime/verdict.h"

FUZZ_SAID(fuzz_said)

static ps_ctx *ctx;
static ps_opener *opener;
static ps_protector *protector;

static void
close_all(void)
{
	ps_protector_free(protector);
	ps_opener_free(opener);
	ps_ctx_free(ctx);
}

static void
start(void)
{
	ps_err err = PS_ERR_INIT;

	CHECK(getenv("FUZZ_TREE") == NULL || chdir(getenv("FUZZ_TREE")) == 0);
	ctx = mail_ctx();
	must(mail_opener(ctx, "bob carol", &opener, &err), &err, "opener");
	must(mail_protector(ctx, "carol", "bob", &protector, &err), &err, "protector");
	atexit(close_all);
}

/* What to do, by the bits of an octet. */
static int
asked(uint8_t how)
{
	static const char *const headers[] = { "off", "none", "baseline", "shy" };

	CHECK(ps_protector_set_opaque(protector, (how & 4) != 0, NULL) == PS_OK);
	CHECK(ps_protector_set_headers(protector, headers[how >> 3 & 3], NULL) == PS_OK ||
	    ps_protector_set_headers(protector, "off", NULL) == PS_OK);
	CHECK(ps_protector_set_compress(protector, (how & 32) != 0, NULL) == PS_OK);
	CHECK(ps_protector_set_eol(protector, (how & 64) != 0 ? 2 : 1,
	    NULL) == PS_OK);
	return (how & 3) == 0 ? PS_SEAL : how & 3;
}

static ps_code
protect(int what, ps_slice draft, size_t step, struct ps_buf *out)
{
	struct source src;
	struct sink sink;
	ps_err err = PS_ERR_INIT;
	ps_code code = ps_protect(protector, what, source_open(&src, draft, step),
	    sink_open(&sink, true), &err);

	CHECK_SAID(code, &err);
	CHECK(sink.finished == (code == PS_OK));
	CHECK(sink.abandoned == (code != PS_OK));
	ps_reader_close(&src.pub);
	*out = sink.got;
	return code;
}

static void
check_signatures(const ps_verdict *v, int what)
{
	size_t n = 0;

	for (size_t i = 0; i < v->nsignature; i++) {
		n += v->signature[i].in_envelope;
		CHECK(!v->signature[i].in_envelope ||
		    (v->signature[i].state != PS_STATE_INVALID &&
		    v->signature[i].state != PS_STATE_UNKNOWN));
	}
	CHECK((what & PS_SIGN) == 0 || n != 0);
	CHECK((what & PS_ENCRYPT) == 0 || v->nencryption != 0);
}

static void
open_again(int what, ps_slice mail)
{
	struct source src;
	struct sink sink;
	ps_verdict *v = NULL;
	ps_err err = PS_ERR_INIT;
	char text[2048];
	ps_code code = ps_open(opener, source_open(&src, mail, 0), sink_open(&sink, true), &v,
	    &err);

	if (code != PS_OK)
		fprintf(stderr, "%s\n", ps_err_format(&err, text, sizeof text));
	CHECK(code == PS_OK);
	check_signatures(v, what);
	ps_verdict_free(v);
	ps_reader_close(&src.pub);
	ps_writer_close(&sink.pub);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct ps_buf whole, cut;
	ps_slice draft = { p + 1, n - 1 };
	ps_code code;
	int what;

	if (opener == NULL)
		start();
	if (n == 0)
		return 0;
	what = asked(p[0]);
	code = protect(what, draft, 0, &whole);
	CHECK(protect(what, draft, 1 + n % 7, &cut) == code);
	if (code == PS_OK) {
		open_again(what, ps_buf_get(&whole));
		open_again(what, ps_buf_get(&cut));
	}
	ps_buf_clear(&whole);
	ps_buf_clear(&cut);
	return 0;
}
