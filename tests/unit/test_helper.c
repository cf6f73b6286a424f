/* SPDX-License-Identifier: ISC */
/*
 * Reading ahead and writing behind must not be seen: everything here is
 * compared with the same calls on the source itself. tests/e2e/threads.sh runs
 * this program under the thread sanitizer too.
 */
#include "cuts.h"
#include "drip.h"

#include <sched.h>
#include <stdatomic.h>

#include "base/buf.h"
#include "stream/helper.h"

enum { SIZE = 1500000 };

static struct ps_helper *helper;
static uint8_t *octets;

static int
begin(void **state)
{
	uint32_t seed = 7;

	(void)state;
	octets = malloc(SIZE);
	if (octets == NULL || ps_helper_new(&helper, NULL) != PS_OK)
		return 1;
	for (size_t i = 0; i < SIZE; i++)
		octets[i] = (uint8_t)cuts_random(&seed);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	ps_helper_free(helper);
	free(octets);
	return 0;
}

static ps_slice
first(size_t n)
{
	return (ps_slice){ octets, n };
}

static ps_reader *
open_ahead(struct drip *d, ps_slice in, size_t step, size_t fail_at)
{
	ps_err err = PS_ERR_INIT;
	ps_reader *src = drip_open(d, in, step, true), *r = NULL;

	d->fail_at = fail_at;
	assert_ok(ps_reader_open_ahead(&r, src, helper, &err), &err);
	return r;
}

static void
close_both(ps_reader *r, struct drip *d)
{
	ps_reader_close(r);
	ps_reader_close(&d->pub);
}

/* Reads by peeks of up to `max` octets, which must be those at *at, until `stop`. */
static void
read_some(ps_reader *r, size_t n, size_t *at, size_t stop, uint32_t *seed, size_t max)
{
	ps_err err = PS_ERR_INIT;
	ps_slice in = { NULL, 1 };

	while (*at < stop && in.n != 0) {
		size_t min = 1 + cuts_random(seed) % max;

		assert_ok(ps_reader_peek(r, min, &in, &err), &err);
		assert_true(in.n >= min || *at + in.n == n);
		assert_true(in.n <= n - *at);
		assert_memory_equal(in.p, octets + *at, in.n);
		in.n = in.n > max && cuts_random(seed) % 2 != 0 ? max : in.n;
		ps_reader_consume(r, in.n);
		*at += in.n;
		assert_int_equal(ps_reader_offset(r), *at);
	}
}

/* How wide the source shows and how much of it there is. */
static const struct { size_t step, n; } sources[] = {
	{ 0, 0 }, { 0, 1 }, { 0, SIZE }, { 1, 3000 }, { 7, 50000 }, { 1000, 300000 },
	{ 32768, SIZE }, { 131071, SIZE }, { 131072, SIZE }, { 131073, SIZE },
};

static void
shows_what_the_source_has(void **state)
{
	static const size_t max[] = { 1, 100, PS_PEEK_MAX };
	enum { NSOURCE = sizeof sources / sizeof sources[0] };

	(void)state;
	for (size_t i = 0; i < (size_t)NSOURCE * 3; i++) {
		size_t n = sources[i / 3].n, at = 0;
		uint32_t seed = (uint32_t)i;
		struct drip d;
		ps_reader *r;

		if (max[i % 3] == 1 && n == SIZE)
			n = 300000;
		r = open_ahead(&d, first(n), sources[i / 3].step, SIZE_MAX);
		read_some(r, n, &at, SIZE_MAX, &seed, max[i % 3]);
		assert_int_equal(at, n);
		close_both(r, &d);
	}
}

static void
goes_back(void **state)
{
	uint32_t seed = 3;
	struct drip d;
	ps_reader *r = open_ahead(&d, first(SIZE), 60000, SIZE_MAX);
	ps_err err = PS_ERR_INIT;

	(void)state;
	for (unsigned i = 0; i < 60; i++) {
		size_t at = cuts_random(&seed) % SIZE;

		assert_ok(ps_reader_rewind_to(r, at, &err), &err);
		read_some(r, SIZE, &at, at + cuts_random(&seed) % 200000, &seed, 5000);
	}
	close_both(r, &d);
}

/* The same octets and the same error at the same peek as without a helper. */
static void
tells_errors_in_their_place(void **state)
{
	static const size_t places[] = { 0, 1, 131071, 131072, 131073, 400000 };
	ps_err ours = PS_ERR_INIT, theirs = PS_ERR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		size_t at = 0;
		uint32_t seed = 1;
		struct drip d;
		ps_reader *r = open_ahead(&d, first(SIZE), 70000, places[i]);
		ps_slice in;

		while (at < places[i]) {
			assert_ok(ps_reader_peek(r, 1, &in, &ours), &ours);
			assert_memory_equal(in.p, octets + at, in.n);
			in.n = in.n > 1 ? in.n / 2 : in.n;
			/* what is asked for beyond the good octets fails, too */
			if (places[i] - at < PS_PEEK_MAX)
				assert_code(ps_reader_peek(r, PS_PEEK_MAX, &in, NULL),
				    PS_E_READ);
			ps_reader_consume(r, in.n < places[i] - at ? in.n : places[i] - at);
			at = (size_t)ps_reader_offset(r);
		}
		for (unsigned k = 0; k < 2; k++)
			assert_code(ps_reader_peek(r, 1 + cuts_random(&seed) % 9, &in, &ours),
			    PS_E_READ);
		assert_code(drip_peek(&d.pub, 1, &in, &theirs), PS_E_READ);
		assert_int_equal(ours.cause[0].offset, theirs.cause[0].offset);
		ps_err_clear(&ours);
		ps_err_clear(&theirs);
		close_both(r, &d);
	}
}

static void
may_be_closed_at_any_time(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 300; i++) {
		size_t at = 0;
		uint32_t seed = i;
		struct drip d;
		ps_reader *r = open_ahead(&d, first(SIZE), 10000, SIZE_MAX);

		if (i % 3 != 0)
			read_some(r, SIZE, &at, cuts_random(&seed) % 100000, &seed, 9000);
		close_both(r, &d);
	}
}

/* --- writing --- */

/* A destination that breaks at an octet and counts what was asked of it. */
struct sink {
	ps_writer	 pub;
	struct ps_buf	 got;
	size_t		 fail_at;
	unsigned	 finished, abandoned, restarted;
	atomic_uint	 tried;
};

static ps_code
sink_write(ps_writer *w, ps_slice in, ps_err *err)
{
	struct sink *s = (struct sink *)w;

	atomic_fetch_add(&s->tried, 1);
	if (s->got.n + in.n > s->fail_at)
		return ps_fail(err, PS_E_FULL, "sink", s->got.n, "full");
	return ps_buf_add(&s->got, in, err);
}

static ps_code
sink_finish(ps_writer *w, ps_err *err)
{
	(void)err;
	((struct sink *)w)->finished++;
	return PS_OK;
}

static void
sink_abandon(ps_writer *w)
{
	((struct sink *)w)->abandoned++;
}

static ps_code
sink_restart(ps_writer *w, ps_err *err)
{
	(void)err;
	((struct sink *)w)->restarted++;
	((struct sink *)w)->got.n = 0;
	return PS_OK;
}

static const ps_writer_ops sink_ops = { .size = sizeof sink_ops, .write = sink_write,
	.finish = sink_finish, .abandon = sink_abandon, .restart = sink_restart };

static ps_writer *
open_behind(struct sink *s, size_t fail_at)
{
	ps_err err = PS_ERR_INIT;
	ps_writer *w = NULL;

	*s = (struct sink){ .pub = { &sink_ops }, .got = { .max = SIZE }, .fail_at = fail_at };
	assert_ok(ps_writer_open_behind(&w, &s->pub, helper, &err), &err);
	return w;
}

/* Writes first(n) by pieces of up to `max`; stops at an error. */
static ps_code
write_pieces(ps_writer *w, size_t n, size_t max, uint32_t seed, ps_err *err)
{
	ps_code code = PS_OK;

	for (size_t at = 0, some; at < n && code == PS_OK; at += some) {
		some = 1 + cuts_random(&seed) % max;
		some = some < n - at ? some : n - at;
		code = ps_writer_write(w, (ps_slice){ octets + at, some }, err);
	}
	return code;
}

static void
writes_what_was_written(void **state)
{
	static const size_t max[] = { 10, 5000, 131072, SIZE };
	static const size_t n[] = { 0, 1, 131071, 131072, 131073, 4 * 131072, SIZE };
	ps_err err = PS_ERR_INIT;

	(void)state;
	for (size_t i = 0; i < 4 * 7; i++) {
		struct sink s;
		ps_writer *w = open_behind(&s, SIZE);

		assert_ok(write_pieces(w, n[i / 4], max[i % 4], (uint32_t)i, &err), &err);
		assert_ok(ps_writer_finish(w, &err), &err);
		assert_int_equal(s.got.n, n[i / 4]);
		if (s.got.n != 0)
			assert_memory_equal(s.got.p, octets, s.got.n);
		assert_int_equal(s.finished, 1);
		assert_code(ps_writer_write(w, first(1), NULL), PS_E_MISUSE);
		ps_writer_close(w);
		assert_int_equal(s.abandoned, 0);
		ps_buf_clear(&s.got);
	}
}

/* An error is told by finish at the latest, and nothing is finished then. */
static void
no_error_is_lost(void **state)
{
	static const size_t places[] = { 0, 1, 131072, 4 * 131072, SIZE - 1 };
	ps_err err = PS_ERR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		struct sink s;
		ps_writer *w = open_behind(&s, places[i]);
		ps_code code = write_pieces(w, SIZE, 40000, 5, &err);

		if (code == PS_OK)
			code = ps_writer_finish(w, &err);
		assert_code(code, PS_E_FULL);
		assert_string_equal(err.cause[0].where, "sink");
		assert_code(ps_writer_finish(w, NULL), PS_E_MISUSE);
		ps_writer_abandon(w);
		assert_int_equal(s.finished, 0);
		assert_int_equal(s.abandoned, 1);
		ps_writer_close(w);
		ps_buf_clear(&s.got);
		ps_err_clear(&err);
	}
}

static void
begins_anew(void **state)
{
	ps_err err = PS_ERR_INIT;
	struct sink s;
	ps_writer *w = open_behind(&s, SIZE);

	(void)state;
	for (unsigned i = 0; i < 30; i++) {
		assert_ok(write_pieces(w, i * 30000, 9000, i, &err), &err);
		assert_ok(ps_writer_restart(w, &err), &err);
	}
	assert_ok(write_pieces(w, 300000, 9000, 1, &err), &err);
	assert_ok(ps_writer_finish(w, &err), &err);
	assert_int_equal(s.restarted, 30);
	assert_int_equal(s.got.n, 300000);
	assert_memory_equal(s.got.p, octets, s.got.n);
	ps_writer_close(w);
	ps_buf_clear(&s.got);
}

/* An error that nobody has seen yet is not forgotten by beginning anew. */
static void
does_not_begin_anew_on_an_error(void **state)
{
	struct sink s;
	ps_writer *w = open_behind(&s, 10);

	(void)state;
	assert_code(ps_writer_write(w, first(131072), NULL), PS_OK);
	while (atomic_load(&s.tried) == 0)
		(void)sched_yield();
	assert_code(ps_writer_restart(w, NULL), PS_E_FULL);
	assert_code(ps_writer_restart(w, NULL), PS_E_MISUSE);
	assert_int_equal(s.restarted, 0);
	ps_writer_close(w);
	ps_buf_clear(&s.got);
}

static void
abandons_with_work_left(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 200; i++) {
		struct sink s;
		ps_writer *w = open_behind(&s, SIZE);

		assert_code(write_pieces(w, i * 5000, 50000, i, NULL), PS_OK);
		if (i % 2 == 0)
			ps_writer_abandon(w);
		ps_writer_close(w);
		assert_int_equal(s.abandoned, i % 2 == 0);
		assert_int_equal(s.finished, 0);
		ps_buf_clear(&s.got);
	}
}

static void
both_at_once(void **state)
{
	ps_err err = PS_ERR_INIT;

	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		struct drip d;
		struct sink s;
		ps_reader *r = open_ahead(&d, first(SIZE), 1000 + 5000 * i, SIZE_MAX);
		ps_writer *w = open_behind(&s, SIZE);

		assert_ok(ps_pump(r, w, NULL, &err), &err);
		assert_ok(ps_writer_finish(w, &err), &err);
		assert_int_equal(s.got.n, SIZE);
		assert_memory_equal(s.got.p, octets, SIZE);
		ps_writer_close(w);
		close_both(r, &d);
		ps_buf_clear(&s.got);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shows_what_the_source_has),
		cmocka_unit_test(goes_back),
		cmocka_unit_test(tells_errors_in_their_place),
		cmocka_unit_test(may_be_closed_at_any_time),
		cmocka_unit_test(writes_what_was_written),
		cmocka_unit_test(no_error_is_lost),
		cmocka_unit_test(begins_anew),
		cmocka_unit_test(does_not_begin_anew_on_an_error),
		cmocka_unit_test(abandons_with_work_left),
		cmocka_unit_test(both_at_once),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
