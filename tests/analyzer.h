/* SPDX-License-Identifier: ISC */
#ifndef PS_TESTS_ANALYZER_H
#define PS_TESTS_ANALYZER_H

/*
 * For the static analyzers alone, included before each file outside src/base.
 * They see one file at a time, so they cannot know that failing by errno never
 * answers PS_OK, and follow paths on which an output was left unwritten and
 * used.
 */

#include "base/err.h"

static inline ps_code
ps_never_ok(ps_code code)
{
	if (code == PS_OK)
		__builtin_unreachable();
	return code;
}

#define ps_fail_errno(...)	ps_never_ok(ps_fail_errno(__VA_ARGS__))

#endif
