/* SPDX-License-Identifier: ISC */
/*
 * Which level of the processor is used.
 *
 * The compiler's own question is asked, since it also knows whether the system
 * saves the wide registers. POSTSEAL_CPU takes levels away, so that a test can
 * run all of them on one machine; it never adds one, and a name that is not a
 * level of this kind of machine leaves the portable code, which is always right.
 */
#include "base/cpu.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static bool
always(void)
{
	return true;
}

#if defined(__x86_64__)
static bool
has_ssse3(void)
{
	return __builtin_cpu_supports("ssse3") != 0;
}

static bool
has_avx2(void)
{
	return __builtin_cpu_supports("avx2") != 0;
}

static bool
has_avx512(void)
{
	return __builtin_cpu_supports("avx512bw") != 0 &&
	    __builtin_cpu_supports("avx512vbmi") != 0;
}
#endif

/* The levels of this kind of machine, best last. */
static const struct {
	enum ps_cpu	 level;
	const char	*name;
	bool		(*has)(void);
} levels[] = {
	{ PS_CPU_PORTABLE, "portable", always },
#if defined(__x86_64__)
	{ PS_CPU_SSSE3, "ssse3", has_ssse3 },
	{ PS_CPU_AVX2, "avx2", has_avx2 },
	{ PS_CPU_AVX512, "avx512", has_avx512 },
#elif defined(__aarch64__) && defined(__ARM_NEON)
	{ PS_CPU_NEON, "neon", always },
#endif
};

enum { N = sizeof levels / sizeof levels[0] };

static size_t
last_allowed(const char *limit)
{
	if (limit == NULL)
		return N - 1;
	for (size_t i = 0; i < N; i++)
		if (strcmp(levels[i].name, limit) == 0)
			return i;
	return 0;
}

enum ps_cpu
ps_cpu_limited(const char *limit)
{
	size_t last = last_allowed(limit), best = 0;

	for (size_t i = 0; i <= last && levels[i].has(); i++)
		best = i;
	return levels[best].level;
}

/* What is kept is the machine's, not a caller's: all threads find the same. */
enum ps_cpu
ps_cpu(void)
{
	static _Atomic int known = -1;
	int level = atomic_load_explicit(&known, memory_order_relaxed);

	if (level < 0) {
		level = (int)ps_cpu_limited(getenv("POSTSEAL_CPU"));
		atomic_store_explicit(&known, level, memory_order_relaxed);
	}
	return (enum ps_cpu)level;
}

const char *
ps_cpu_name(enum ps_cpu level)
{
	for (size_t i = 0; i < N; i++)
		if (levels[i].level == level)
			return levels[i].name;
	return levels[0].name;
}
