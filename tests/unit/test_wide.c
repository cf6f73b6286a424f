/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include "wide_check.h"

static void
check_level(enum ps_cpu level)
{
	if (ps_cpu_limited(ps_cpu_name(level)) != level || ps_wide_of(level) == NULL)
		skip();
	assert_int_equal(wide_check(ps_wide_of(level)), 0);
}

static void
portable_is_itself_however_it_is_cut(void **state)
{
	(void)state;
	check_level(PS_CPU_PORTABLE);
}

static void
ssse3_is_as_portable(void **state)
{
	(void)state;
	check_level(PS_CPU_SSSE3);
}

static void
avx2_is_as_portable(void **state)
{
	(void)state;
	check_level(PS_CPU_AVX2);
}

static void
avx512_is_as_portable(void **state)
{
	(void)state;
	check_level(PS_CPU_AVX512);
}

static void
neon_is_as_portable(void **state)
{
	(void)state;
	check_level(PS_CPU_NEON);
}

static void
a_limit_never_adds(void **state)
{
	enum ps_cpu best = ps_cpu_limited(NULL);

	(void)state;
	assert_int_equal(ps_cpu_limited("portable"), PS_CPU_PORTABLE);
	assert_int_equal(ps_cpu_limited("a name of nothing"), PS_CPU_PORTABLE);
	assert_int_equal(ps_cpu_limited(""), PS_CPU_PORTABLE);
	for (enum ps_cpu level = PS_CPU_PORTABLE; level <= PS_CPU_NEON; level++)
		assert_true(ps_cpu_limited(ps_cpu_name(level)) <= best);
	assert_string_equal(ps_cpu_name(PS_CPU_PORTABLE), "portable");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(portable_is_itself_however_it_is_cut),
		cmocka_unit_test(ssse3_is_as_portable),
		cmocka_unit_test(avx2_is_as_portable),
		cmocka_unit_test(avx512_is_as_portable),
		cmocka_unit_test(neon_is_as_portable),
		cmocka_unit_test(a_limit_never_adds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
