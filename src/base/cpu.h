/* SPDX-License-Identifier: ISC */
#ifndef PS_BASE_CPU_H
#define PS_BASE_CPU_H

/*
 * What the processor can do, as far as we have code for it.
 */

/* Each level has all that those before it on the same kind of machine have. */
enum ps_cpu {
	PS_CPU_PORTABLE,
	PS_CPU_SSSE3,
	PS_CPU_AVX2,
	PS_CPU_AVX512,		/* with VBMI */
	PS_CPU_NEON,
};

/* ps_cpu is the best level that this machine has and POSTSEAL_CPU allows. It
 * is found at the first call and stays. */
enum ps_cpu ps_cpu(void);
/* ps_cpu_limited is the same for a limit given as a text; NULL: none. */
enum ps_cpu ps_cpu_limited(const char *limit);
/* ps_cpu_name is what POSTSEAL_CPU calls a level. */
const char *ps_cpu_name(enum ps_cpu level);

#endif
