/* SPDX-License-Identifier: ISC */
#ifndef PS_FUZZ_FUZZ_H
#define PS_FUZZ_FUZZ_H

/* What every fuzz target includes. */

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* libFuzzer's entry; fuzz/replay.c calls it too. */
int	LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* What must hold whatever the input is. */
#define CHECK(truth) do {						\
	if (!(truth)) {							\
		fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #truth); \
		abort();						\
	}								\
} while (0)

/* A failure has words. */
#define CHECK_SAID(code, err) CHECK((code) == PS_OK || fuzz_said(err))

#define FUZZ_SAID(name)							\
	static int							\
	name(const ps_err *err)						\
	{								\
		char text[2048];					\
									\
		ps_err_format(err, text, sizeof text);			\
		return err->n != 0 && text[0] != '\0';			\
	}

#endif
