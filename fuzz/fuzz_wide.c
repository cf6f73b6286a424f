/* SPDX-License-Identifier: ISC */
/*
 * The steps and scans at each level of this machine: all make of the input what
 * the portable ones make of it. The first octet says where the input is cut
 * and which windows the output gets.
 */
#include "fuzz.h"
#include "../tests/support/wide_check.h"

static const struct wide_case cases[] = {
	{ WIDE_DECODE, 0, false },
	{ WIDE_ENCODE, 64, false },
	{ WIDE_ENCODE, 76, true },
	{ WIDE_TO_CRLF, 0, false },
	{ WIDE_TO_LF, 0, false },
};

static void
check_steps(const struct ps_wide *w, const uint8_t *p, size_t n, uint8_t how,
    struct wide_result *r)
{
	size_t room = how % 2 != 0 ? 3 * WIDE_MAX : 1 + how;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		wide_run_case(&cases[i], &ps_wide_portable, p, n, n + 1, 3 * WIDE_MAX, r);
		wide_run_case(&cases[i], w, p, n, how * n / 256, room, r + 1);
		CHECK(wide_same(r, r + 1));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct wide_result *r = calloc(2, sizeof *r);
	size_t most = n < WIDE_MAX ? n : WIDE_MAX;

	CHECK(r != NULL);
	for (enum ps_cpu l = PS_CPU_PORTABLE; n > 1 && l <= PS_CPU_NEON; l++)
		if (ps_cpu_limited(ps_cpu_name(l)) == l) {
			check_steps(ps_wide_of(l), p + 1, most - 1, p[0], r);
			CHECK(wide_check_scan(ps_wide_of(l), p + 1, most - 1) == 0);
		}
	free(r);
	return 0;
}
