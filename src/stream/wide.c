/* SPDX-License-Identifier: ISC */
/*
 * The choice among the tables.
 */
#include "stream/wide.h"

static const struct ps_wide *const table[] = {
	[PS_CPU_PORTABLE] = &ps_wide_portable,
#if defined(__x86_64__)
	[PS_CPU_SSSE3] = &ps_wide_ssse3,
	[PS_CPU_AVX2] = &ps_wide_avx2,
	[PS_CPU_AVX512] = &ps_wide_avx512,
#elif defined(__aarch64__) && defined(__ARM_NEON)
	[PS_CPU_NEON] = &ps_wide_neon,
#endif
};

const struct ps_wide *
ps_wide_of(enum ps_cpu level)
{
	return level < sizeof table / sizeof table[0] ? table[level] : NULL;
}

const struct ps_wide *
ps_wide(void)
{
	return table[ps_cpu()];
}
