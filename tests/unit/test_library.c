/* SPDX-License-Identifier: ISC */
/*
 * Libraries loaded on first use: the C library's mathematics serves as one.
 * What is missing, whole or in part, is missing, however often it is asked.
 */
#include "unit.h"

#include "base/library.h"

static struct { double (*cos)(double); double (*floor)(double); } maths;

static void
test_loaded(void **state)
{
	static const char *const name[] = { "cos", "floor" };
	static struct ps_library l = PS_LIBRARY("libm.so.6", name, &maths);

	(void)state;
	assert_true(ps_library_load(&l));
	assert_true(ps_library_load(&l));
	assert_true(maths.floor(maths.cos(0) + 0.5) < 1.1);
}

static void
test_missing(void **state)
{
	static const char *const name[] = { "cos", "no_such_function" };
	static struct { void (*fn[2])(void); } out;
	static struct ps_library part = PS_LIBRARY("libm.so.6", name, &out);
	static struct ps_library none = PS_LIBRARY("libno-such-library.so.0", name, &out);

	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_false(ps_library_load(&part));
		assert_false(ps_library_load(&none));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_loaded),
		cmocka_unit_test(test_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
