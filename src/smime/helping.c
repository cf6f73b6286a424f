/* SPDX-License-Identifier: ISC */
/*
 * Where a message is cut in two for two threads: at its file ends.
 *
 * Reading and writing are the largest pieces beside the hash and the cipher,
 * and the only ones that no error, rewind or part of the message cuts through.
 * base64 is little beside them, and a cut behind it would let a second thread
 * into the parsers.
 */
#include "smime/helping.h"

enum { WORTH_IT = 1024 * 1024 };	/* octets; below, a thread costs more than it saves */

static bool
is_worth_it(const ps_ctx *ctx, ps_reader *in)
{
	uint64_t n;

	if (ctx->threads < 2)
		return false;
	n = ps_reader_length(in);
	return n != UINT64_MAX && n >= WORTH_IT;
}

void
helping_begin(struct helping *h, const ps_ctx *ctx, ps_reader **in, ps_writer **out)
{
	*h = (struct helping){ .helper = NULL };
	if (!is_worth_it(ctx, *in) || ps_helper_new(&h->helper, NULL) != PS_OK)
		return;
	if (ps_reader_open_ahead(&h->ahead, *in, h->helper, NULL) == PS_OK)
		*in = h->ahead;
	if (ps_writer_can_abandon(*out) && ps_writer_can_restart(*out) &&
	    ps_writer_open_behind(&h->behind, *out, h->helper, NULL) == PS_OK)
		*out = h->behind;
}

void
helping_end(struct helping *h)
{
	ps_writer_close(h->behind);
	ps_reader_close(h->ahead);
	ps_helper_free(h->helper);
	*h = (struct helping){ .helper = NULL };
}
