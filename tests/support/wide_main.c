/* SPDX-License-Identifier: ISC */
/*
 * The comparison of tests/support/wide_check.h as a plain program, for a
 * machine that has nothing but the C library. Names the level it checked.
 */
#include "wide_check.h"

int
main(void)
{
	enum ps_cpu level = ps_cpu();
	int failed = wide_check(ps_wide_of(level)) + wide_check(&ps_wide_portable);

	printf("%s: %d comparisons failed\n", ps_cpu_name(level), failed);
	return failed != 0;
}
