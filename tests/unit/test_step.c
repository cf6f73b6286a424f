/* SPDX-License-Identifier: ISC */
#include "cuts.h"

enum { BIG = 300000 };

/* Text of BIG octets as base64, by the step itself (test_base64 judges it). */
static void
encoded(struct ps_buf *text, ps_slice in)
{
	struct ps_b64enc enc;

	ps_b64enc_init(&enc, false);
	assert_int_equal(cuts_run(&enc.step, in, (struct cuts){ 100000, 100000, 0 }, text,
	    NULL), PS_OK);
}

static void
a_reader_pulls_through_any_windows(void **state)
{
	uint8_t *p = cuts_noise(BIG, 11);
	ps_slice all = { p, BIG };
	ps_err err = PS_ERR_INIT;
	struct ps_buf text = { .p = NULL };
	struct ps_b64dec dec;

	(void)state;
	encoded(&text, all);
	ps_b64dec_init(&dec);
	for (uint32_t seed = 0; seed < 8; seed++) {
		struct dribble d;
		ps_reader *r = NULL;

		dribble_init(&d, ps_buf_get(&text), seed * seed * 3000 + 100);
		assert_ok(ps_reader_open_step(&r, &d.pub, &dec.step, &err), &err);
		assert_false(ps_reader_can_rewind(r));
		assert_int_equal(ps_reader_length(r), UINT64_MAX);
		cuts_read(r, all, seed);
		assert_int_equal(ps_reader_offset(r), BIG);
		ps_reader_close(r);
		ps_reader_close(&d.pub);
	}
	ps_buf_clear(&text);
	free(p);
}

/* Steps on each other, over a source that does not start at its start. */
static void
a_stack_rewinds_as_one(void **state)
{
	uint8_t *p = cuts_noise(BIG, 12);
	ps_slice all = { p, BIG };
	ps_err err = PS_ERR_INIT;
	struct ps_buf once = { .p = NULL }, twice = { .p = NULL };
	struct ps_b64dec dec[2];
	struct ps_eol crlf;
	ps_reader *src = NULL, *a = NULL, *b = NULL, *c = NULL, *top = NULL;

	(void)state;
	assert_ok(ps_buf_add_text(&twice, "Header: x\r\n\r\n", &err), &err);
	encoded(&once, all);
	encoded(&twice, ps_buf_get(&once));
	ps_b64dec_init(&dec[0]);
	ps_b64dec_init(&dec[1]);
	ps_eol_init(&crlf, true);
	assert_ok(ps_reader_open_memory(&src, ps_buf_get(&twice), &err), &err);
	assert_ok(ps_reader_skip(src, 13, &err), &err);
	assert_ok(ps_reader_open_step(&a, src, &crlf.step, &err), &err);
	assert_ok(ps_reader_open_step(&b, a, &dec[0].step, &err), &err);
	assert_ok(ps_reader_open_limited(&c, b, UINT64_MAX, &err), &err);
	assert_ok(ps_reader_open_step(&top, c, &dec[1].step, &err), &err);
	assert_true(ps_reader_can_rewind(top));
	for (uint32_t seed = 0; seed < 5; seed++) {
		assert_ok(ps_reader_skip(top, seed * 50000, &err), &err);
		assert_ok(ps_reader_rewind(top, &err), &err);
		cuts_read(top, all, seed);
		assert_ok(ps_reader_rewind(top, &err), &err);
	}
	ps_reader_close(top);
	ps_reader_close(c);
	ps_reader_close(b);
	ps_reader_close(a);
	ps_reader_close(src);
	ps_buf_clear(&once);
	ps_buf_clear(&twice);
	free(p);
}

static void
good_octets_before_the_failure(void **state)
{
	ps_err err = PS_ERR_INIT;
	struct ps_b64dec dec;
	struct dribble d;
	ps_reader *r = NULL;
	ps_slice in;

	(void)state;
	ps_b64dec_init(&dec);
	for (int fails = 0; fails < 2; fails++) {
		ps_code want = fails ? PS_E_READ : PS_E_MALFORMED;

		dribble_init(&d, ps_str("Zm9vYmFyY"), 3);
		d.fails = fails;
		assert_ok(ps_reader_open_step(&r, &d.pub, &dec.step, &err), &err);
		assert_code(ps_reader_peek(r, 7, &in, &err), want);
		assert_ok(ps_reader_peek(r, 6, &in, &err), &err);
		assert_slice(in, "foobar");
		ps_reader_consume(r, 4);
		ps_err_clear(&err);
		assert_code(ps_reader_peek(r, 3, &in, &err), want);
		assert_code(ps_err_code(&err), want);
		assert_ok(ps_reader_peek(r, 1, &in, &err), &err);
		ps_reader_consume(r, 2);
		assert_code(ps_reader_peek(r, 1, &in, NULL), want);
		ps_reader_close(r);
		ps_reader_close(&d.pub);
	}
}

static void
a_writer_pushes_any_pieces(void **state)
{
	uint8_t *p = cuts_noise(BIG, 13);
	ps_err err = PS_ERR_INIT;
	struct ps_buf want = { .p = NULL };
	struct ps_b64enc enc;

	(void)state;
	encoded(&want, (ps_slice){ p, BIG });
	ps_b64enc_init(&enc, false);
	for (uint32_t seed = 0; seed < 6; seed++) {
		ps_writer *dst = NULL, *w = NULL;
		uint32_t random = seed;
		size_t n;

		assert_ok(ps_writer_open_memory(&dst, want.n, &err), &err);
		assert_ok(ps_writer_open_step(&w, dst, &enc.step, &err), &err);
		for (size_t at = 0; at < BIG; at += n) {
			n = cuts_random(&random) % (1u << (seed * 3 + 2));
			n = n < BIG - at ? n : BIG - at;
			assert_ok(ps_writer_write(w, (ps_slice){ p + at, n }, &err), &err);
		}
		assert_ok(ps_writer_finish(w, &err), &err);
		assert_code(ps_writer_write(w, ps_str("x"), &err), PS_E_MISUSE);
		assert_int_equal(ps_writer_memory(dst).n, want.n);
		assert_memory_equal(ps_writer_memory(dst).p, want.p, want.n);
		/* The destination goes on. */
		assert_code(ps_writer_text(dst, "x", &err), PS_E_LIMIT);
		ps_writer_close(w);
		ps_writer_close(dst);
	}
	ps_buf_clear(&want);
	free(p);
}

static void
a_broken_step_cannot_finish(void **state)
{
	ps_err err = PS_ERR_INIT;
	struct ps_b64dec dec;
	ps_writer *dst = NULL, *w = NULL;

	(void)state;
	ps_b64dec_init(&dec);
	assert_ok(ps_writer_open_memory(&dst, 100, &err), &err);
	assert_ok(ps_writer_open_step(&w, dst, &dec.step, &err), &err);
	assert_code(ps_writer_text(w, "Zm9vY=", &err), PS_E_MALFORMED);
	assert_code(ps_writer_finish(w, &err), PS_E_MISUSE);
	assert_true(ps_writer_can_abandon(w));
	ps_writer_abandon(w);
	assert_code(ps_writer_text(dst, "x", &err), PS_E_MISUSE);
	ps_writer_close(w);
	ps_writer_close(dst);
}

static void
stuck_init(struct ps_step *s)
{
	(void)s;
}

static ps_code
stuck_run(struct ps_step *s, struct ps_step_io *io, ps_err *err)
{
	(void)s;
	(void)io;
	(void)err;
	return PS_OK;
}

static void
a_stuck_step_is_noticed(void **state)
{
	static const struct ps_step_ops ops = { stuck_init, stuck_run };
	struct ps_step step = { &ops };
	ps_err err = PS_ERR_INIT;
	ps_reader *src = NULL, *r = NULL;
	ps_writer *dst = NULL, *w = NULL;
	ps_slice in;

	(void)state;
	assert_ok(ps_reader_open_memory(&src, ps_str("x"), &err), &err);
	assert_ok(ps_reader_open_step(&r, src, &step, &err), &err);
	assert_code(ps_reader_peek(r, 1, &in, &err), PS_E_MISUSE);
	assert_ok(ps_writer_open_null(&dst, &err), &err);
	assert_ok(ps_writer_open_step(&w, dst, &step, &err), &err);
	assert_code(ps_writer_text(w, "x", &err), PS_E_MISUSE);
	ps_writer_close(w);
	ps_writer_close(dst);
	ps_reader_close(r);
	ps_reader_close(src);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reader_pulls_through_any_windows),
		cmocka_unit_test(a_stack_rewinds_as_one),
		cmocka_unit_test(good_octets_before_the_failure),
		cmocka_unit_test(a_writer_pushes_any_pieces),
		cmocka_unit_test(a_broken_step_cannot_finish),
		cmocka_unit_test(a_stuck_step_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
