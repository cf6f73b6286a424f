/* SPDX-License-Identifier: ISC */
#ifndef PS_BASE_TEXT_H
#define PS_BASE_TEXT_H

/* Text that comes from a stranger and goes to a person or a log. */

#include <stdbool.h>

#include <postseal/base.h>

/*
 * ps_text_escape copies `in` so that it can be shown: control characters,
 * octets that are not UTF-8, bidirectional overrides and the backslash become
 * \xNN. Writes at most `size` octets, unterminated, never half a character;
 * what does not fit is cut and ends in "...". Returns the length.
 */
size_t ps_text_escape(char *out, size_t size, ps_slice in);
/* ps_text_cut returns the largest length <= n that splits no UTF-8 character. */
size_t ps_text_cut(const char *p, size_t n);
/*
 * ps_text_utf8 returns the length (1 to 4) of the well-formed UTF-8 character
 * at `p` and its code point, 0 when there is none.
 */
size_t ps_text_utf8(const uint8_t *p, size_t n, uint32_t *out_code);
/* ps_text_hex writes 2n lower-case digits and a NUL; `out` has 2n + 1. */
void ps_text_hex(char *out, ps_slice in);

/* ASCII only, whatever the locale says. */
bool	ps_ascii_equal(ps_slice a, ps_slice b);	/* case-insensitive */
bool	ps_slice_equal(ps_slice a, ps_slice b);
int	ps_ascii_lower(int c);

#endif
