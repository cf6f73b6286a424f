/* SPDX-License-Identifier: ISC */
#ifndef PS_STREAM_BASE64_H
#define PS_STREAM_BASE64_H

/*
 * The two hot loops of base64, apart so that they can be replaced. Each moves
 * io->in and io->out over what it is sure of and leaves the rest to the step,
 * so a loop may stop early wherever it likes, between groups or lines.
 */

#include "stream/stream.h"

/* ps_b64_decode_clean decodes groups of four digits; CRLF or LF between two
 * groups is passed over. Nothing else is touched. */
void	ps_b64_decode_clean(struct ps_step_io *io);
/* ps_b64_encode_lines encodes lines of 48 octets, ended by LF or CRLF. */
void	ps_b64_encode_lines(struct ps_step_io *io, bool lf);

extern const char ps_b64_digits[65];

#endif
