/* SPDX-License-Identifier: ISC */
#ifndef PS_STREAM_BASE64_H
#define PS_STREAM_BASE64_H

/*
 * The portable loops of base64, and what the wide ones share with them. Each
 * moves io->in and io->out over what it is sure of and leaves the rest to the
 * step, so a loop may stop early wherever it likes, between groups or lines.
 */

#include "stream/stream.h"

/* ps_b64_decode_clean decodes groups of four digits; CRLF or LF between two
 * groups is passed over. Nothing else is touched. */
void	ps_b64_decode_clean(struct ps_step_io *io);
/* ps_b64_encode_lines encodes lines of `columns` digits (a multiple of four),
 * ended by LF or CRLF. */
void	ps_b64_encode_lines(struct ps_step_io *io, unsigned columns, bool lf);

/* ps_b64_line_end: octets of the line end at `in`, where two can be read; 0:
 * there is none. */
static inline size_t
ps_b64_line_end(const uint8_t *in)
{
	if (in[0] == '\r' && in[1] == '\n')
		return 2;
	return in[0] == '\n';
}

/* The value of each ASCII octet; the highest bit says that it is no digit. */
extern const uint8_t ps_b64_value[128];
extern const char ps_b64_digits[65];

#endif
