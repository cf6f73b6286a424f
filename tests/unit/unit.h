/* SPDX-License-Identifier: ISC */
#ifndef PS_TESTS_UNIT_H
#define PS_TESTS_UNIT_H

/* What every unit test includes first. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"

/* Fails the test with the chain of causes. */
#define assert_ok(expr, err) do {					\
	ps_code code_ = (expr);						\
	if (code_ != PS_OK) {						\
		char text_[1024];					\
		ps_err_format((err), text_, sizeof text_);		\
		fail_msg("%s: %s: %s", #expr, ps_code_info(code_)->symbol, text_); \
	}								\
} while (0)

#define assert_code(expr, want) \
	assert_string_equal(ps_code_info(expr)->symbol, ps_code_info(want)->symbol)

#define assert_slice(slice, text) do {					\
	ps_slice slice_ = (slice);					\
	assert_int_equal(slice_.n, sizeof(text) - 1);			\
	assert_memory_equal(slice_.p, text, sizeof(text) - 1);		\
} while (0)

#endif
