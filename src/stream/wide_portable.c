/* SPDX-License-Identifier: ISC */
/*
 * The portable level: vectors of 16 octets, which compilers make of whatever
 * the machine has, and base64 by tables.
 */
#include <string.h>

#include "stream/base64.h"
#include "stream/wide.h"

enum { BLOCK = 16 };

typedef uint8_t octets __attribute__((vector_size(BLOCK)));

static bool
any(octets v)
{
	uint64_t half[2];

	memcpy(half, &v, sizeof v);
	return (half[0] | half[1]) != 0;
}

/* Asked rarely: once a line at most. */
static unsigned
first(octets v)
{
	unsigned i = 0;

	while (v[i] == 0)
		i++;
	return i;
}

#include "stream/wide_scan.inc"

const struct ps_wide ps_wide_portable = {
	.b64_decode = ps_b64_decode_clean,
	.b64_encode = ps_b64_encode_lines,
	.to_crlf = scan_to_crlf,
	.to_lf = scan_to_lf,
	.pair = scan_pair,
	.look = scan_look,
	.look_fragile = scan_fragile,
	.count_above = scan_count_above,
};
