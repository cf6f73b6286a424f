/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <unistd.h>

enum { JOBS = 500, THREADS = 4, AHEAD = 16 };

struct run {
	atomic_size_t	 begun, ended;
	atomic_int	 within_ended;
	size_t		 order[JOBS];
	unsigned	 begun_of[JOBS];
	atomic_bool	 wrong;
	size_t		 stop_at;	/* JOBS: never */
	size_t		 slow;		/* this job waits until the bound is reached */
	size_t		 waits;		/* this one asks for its turn */
};

static void
must_be(struct run *r, bool good)
{
	if (!good)
		atomic_store(&r->wrong, true);
}

static int
work(void *arg, ps_pool *pool, unsigned thread, size_t job)
{
	struct run *r = arg;

	must_be(r, thread < THREADS && job < JOBS);
	r->begun_of[job]++;
	atomic_fetch_add(&r->begun, 1);
	/* Nobody is further ahead than this. */
	must_be(r, job < atomic_load(&r->ended) + (size_t)THREADS * AHEAD);
	if (job == r->slow)
		while (atomic_load(&r->begun) < (size_t)THREADS * AHEAD)
			usleep(1000);
	if (job == r->waits) {
		ps_pool_wait(pool, job);
		must_be(r, atomic_load(&r->ended) == job);
	}
	return job == r->stop_at;
}

static int
ended(void *arg, ps_pool *pool, unsigned thread, size_t job)
{
	struct run *r = arg;

	(void)pool;
	must_be(r, thread < THREADS && atomic_fetch_add(&r->within_ended, 1) == 0);
	must_be(r, r->begun_of[job] == 1);
	r->order[atomic_load(&r->ended)] = job;
	atomic_fetch_add(&r->ended, 1);
	atomic_fetch_sub(&r->within_ended, 1);
	return 1;	/* says nothing */
}

static struct run
run_with(unsigned threads, size_t n, size_t stop_at)
{
	struct run r = { .stop_at = stop_at, .slow = threads == THREADS ? 0 : JOBS,
	    .waits = 333 };
	ps_err err = PS_ERR_INIT;

	assert_ok(ps_pool_run(threads, n, work, ended, &r, &err), &err);
	assert_false(atomic_load(&r.wrong));
	assert_int_equal(atomic_load(&r.begun), atomic_load(&r.ended));
	for (size_t i = 0; i < atomic_load(&r.ended); i++)
		assert_int_equal(r.order[i], i);
	return r;
}

static void
all_in_order(void **state)
{
	static const unsigned threads[] = { 1, 2, THREADS };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct run r = run_with(threads[i], JOBS, JOBS);
		assert_int_equal(atomic_load(&r.ended), JOBS);
	}
}

static void
few_jobs(void **state)
{
	struct run r = run_with(2, 0, JOBS);

	(void)state;
	assert_int_equal(atomic_load(&r.begun), 0);
	r = run_with(3, 1, JOBS);
	assert_int_equal(atomic_load(&r.begun), 1);
}

/* What was begun is told, and nothing far behind it is begun. */
static void
stops(void **state)
{
	struct run r = run_with(1, JOBS, 10);

	(void)state;
	assert_int_equal(atomic_load(&r.ended), 11);
	r = run_with(THREADS, JOBS, 100);
	assert_in_range(atomic_load(&r.ended), 101, 100 + THREADS * AHEAD);
}

static void
sizes(void **state)
{
	(void)state;
	assert_int_equal(ps_pool_size(4, 100), 4);
	assert_int_equal(ps_pool_size(4, 3), 3);
	assert_int_equal(ps_pool_size(4, 0), 1);
	assert_int_equal(ps_pool_size(100000, 100000), 256);
	assert_in_range(ps_pool_size(0, 100000), 1, 256);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_in_order),
		cmocka_unit_test(few_jobs),
		cmocka_unit_test(stops),
		cmocka_unit_test(sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
