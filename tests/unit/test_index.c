/* SPDX-License-Identifier: ISC */
/*
 * The index: everything put in is found, every time it was put in, whatever
 * the hashes do.
 */
#include "unit.h"

#include "base/index.h"
#include "base/text.h"

enum { MANY = 5000 };

/* Counts the places with this hash and checks that each belongs there. */
static size_t
count(const struct ps_index *x, uint64_t hash, const uint64_t *of)
{
	size_t walk = 0, at, n = 0;

	while (ps_index_next(x, hash, &walk, &at)) {
		assert_true(of[at] == hash);
		n++;
	}
	return n;
}

static void
test_found(void **state)
{
	static uint64_t hash[MANY];
	struct ps_index x = { .n = 0 };
	ps_err err = PS_ERR_INIT;
	size_t walk = 0, at;

	(void)state;
	assert_false(ps_index_next(&x, 1, &walk, &at));
	for (size_t i = 0; i < MANY; i++) {
		hash[i] = i / 3;	/* three of each */
		assert_ok(ps_index_add(&x, hash[i], i, &err), &err);
	}
	for (size_t i = 0; i < MANY / 3; i++)
		assert_int_equal(count(&x, i, hash), 3);
	assert_int_equal(count(&x, MANY, hash), 0);
	ps_index_clear(&x);
}

/* All in one place. */
static void
test_same(void **state)
{
	static uint64_t hash[500];
	struct ps_index x = { .n = 0 };
	ps_err err = PS_ERR_INIT;

	(void)state;
	for (size_t i = 0; i < 500; i++)
		assert_ok(ps_index_add(&x, 0, i, &err), &err);
	assert_int_equal(count(&x, 0, hash), 500);
	ps_index_clear(&x);
}

/* Values of the FNV reference: "", "a", "foobar". */
static void
test_hash(void **state)
{
	(void)state;
	assert_true(ps_hash(ps_str("")) == UINT64_C(0xcbf29ce484222325));
	assert_true(ps_hash(ps_str("a")) == UINT64_C(0xaf63dc4c8601ec8c));
	assert_true(ps_hash(ps_str("foobar")) == UINT64_C(0x85944171f73967e8));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found),
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_hash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
