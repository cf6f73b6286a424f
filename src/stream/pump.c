/* SPDX-License-Identifier: ISC */
/*
 * The one loop between what is pulled and what is pushed.
 */
#include "stream/stream.h"

ps_code
ps_pump(ps_reader *from, ps_writer *to, uint64_t *out_n, ps_err *err)
{
	uint64_t n = 0;
	ps_slice in;
	ps_code code;

	while ((code = ps_reader_peek(from, 1, &in, err)) == PS_OK && in.n != 0) {
		code = ps_writer_write(to, in, err);
		if (code != PS_OK)
			break;
		ps_reader_consume(from, in.n);
		n += in.n;
	}
	if (code == PS_OK && out_n != NULL)
		*out_n = n;
	return code;
}
