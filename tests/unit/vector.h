/* SPDX-License-Identifier: ISC */
#ifndef PS_TESTS_VECTOR_H
#define PS_TESTS_VECTOR_H

/* Vectors: files under tests/vectors/ and hex text. */

#include "base/buf.h"

/* vector_read reads tests/vectors/NAME; ps_buf_clear it. */
static inline struct ps_buf
vector_read(const char *name)
{
	struct ps_buf b = { 0 };
	char path[256];
	uint8_t chunk[4096];
	size_t n;
	FILE *f;

	snprintf(path, sizeof path, "tests/vectors/%s", name);
	f = fopen(path, "rb");
	if (f == NULL)
		fail_msg("cannot open %s", path);
	while ((n = fread(chunk, 1, sizeof chunk, f)) != 0)
		assert_int_equal(ps_buf_add(&b, (ps_slice){ chunk, n }, NULL), PS_OK);
	fclose(f);
	return b;
}

static inline int
vector_digit(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* vector_hex reads hex digits, blanks between them skipped. */
static inline struct ps_buf
vector_hex(const char *hex)
{
	struct ps_buf b = { 0 };
	int high = -1;

	for (; *hex != '\0'; hex++) {
		int d = vector_digit(*hex);

		if (d < 0)
			continue;
		if (high < 0) {
			high = d;
			continue;
		}
		uint8_t octet = (uint8_t)(high << 4 | d);
		assert_int_equal(ps_buf_add(&b, (ps_slice){ &octet, 1 }, NULL), PS_OK);
		high = -1;
	}
	return b;
}

/* Compares octets with hex text. */
static inline void
vector_equal(ps_slice got, const char *hex)
{
	struct ps_buf want = vector_hex(hex);

	assert_int_equal(got.n, want.n);
	if (want.n != 0)
		assert_memory_equal(got.p, want.p, want.n);
	ps_buf_clear(&want);
}

#endif
