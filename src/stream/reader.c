/* SPDX-License-Identifier: ISC */
/*
 * Calls on any reader.
 *
 * A reader may come from the program that uses the library, so what it
 * answers is checked here and nowhere else.
 */
#include "stream/stream.h"

#include "base/buf.h"
#include "stream/words.h"

ps_code
ps_reader_peek(ps_reader *r, size_t min, ps_slice *out, ps_err *err)
{
	ps_slice seen = { NULL, 0 };
	ps_code code;

	if (r == NULL)
		return ps_nomem(err, "stream.reader");
	if (min == 0 || min > PS_PEEK_MAX)
		return ps_fail(err, PS_E_MISUSE, "stream.reader", PS_NOWHERE,
		    W_STREAM_PEEK, PS_NUMBER("min", min),
		    PS_NUMBER("max", PS_PEEK_MAX));
	code = r->ops->peek(r, min, &seen, err);
	if (code != PS_OK)
		return code;
	/* Callers subtract pointers: an empty window has an address too. */
	if (seen.p == NULL)
		seen = (ps_slice){ (const uint8_t *)"", 0 };
	*out = seen;
	return PS_OK;
}

void
ps_reader_consume(ps_reader *r, size_t n)
{
	if (r != NULL && n != 0)
		r->ops->consume(r, n);
}

bool
ps_reader_can_rewind(const ps_reader *r)
{
	return r != NULL && r->ops->rewind != NULL;
}

ps_code
ps_reader_rewind(ps_reader *r, ps_err *err)
{
	if (r == NULL)
		return ps_nomem(err, "stream.reader");
	if (r->ops->rewind == NULL)
		return ps_fail(err, PS_E_MISUSE, "stream.reader", PS_NOWHERE,
		    W_STREAM_NO_REWIND);
	return r->ops->rewind(r, err);
}

uint64_t
ps_reader_length(ps_reader *r)
{
	if (r == NULL || r->ops->length == NULL)
		return UINT64_MAX;
	return r->ops->length(r);
}

uint64_t
ps_reader_offset(const ps_reader *r)
{
	static const size_t need = offsetof(ps_reader_ops, offset) +
	    sizeof(uint64_t (*)(const ps_reader *));

	if (r == NULL || r->ops->size < need || r->ops->offset == NULL)
		return UINT64_MAX;
	return r->ops->offset(r);
}

bool
ps_reader_can_return(const ps_reader *r)
{
	return ps_reader_can_rewind(r) && ps_reader_offset(r) != UINT64_MAX;
}

ps_code
ps_reader_rewind_to(ps_reader *r, uint64_t place, ps_err *err)
{
	ps_code code = ps_reader_rewind(r, err);

	return code == PS_OK ? ps_reader_skip(r, place, err) : code;
}

ps_code
ps_reader_skip(ps_reader *r, uint64_t n, ps_err *err)
{
	ps_slice in;
	ps_code code;

	for (; n != 0; n -= in.n) {
		code = ps_reader_peek(r, 1, &in, err);
		if (code != PS_OK)
			return code;
		if (in.n == 0)
			return ps_fail(err, PS_E_CHANGED, "stream.reader",
			    PS_NOWHERE, W_STREAM_SHORTER, PS_NUMBER("missing", n));
		if (in.n > n)
			in.n = (size_t)n;
		ps_reader_consume(r, in.n);
	}
	return PS_OK;
}

ps_code
ps_reader_drain(ps_reader *r, uint64_t *out_n, ps_err *err)
{
	uint64_t n = 0;
	ps_slice in;
	ps_code code;

	while ((code = ps_reader_peek(r, 1, &in, err)) == PS_OK && in.n != 0) {
		ps_reader_consume(r, in.n);
		n += in.n;
	}
	if (code == PS_OK && out_n != NULL)
		*out_n = n;
	return code;
}

ps_code
ps_reader_all(ps_reader *r, struct ps_buf *out, ps_err *err)
{
	ps_slice in;
	ps_code code;

	while ((code = ps_reader_peek(r, 1, &in, err)) == PS_OK && in.n != 0) {
		code = ps_buf_add(out, in, err);
		if (code != PS_OK)
			break;
		ps_reader_consume(r, in.n);
	}
	return code;
}

void
ps_reader_close(ps_reader *r)
{
	if (r != NULL)
		r->ops->close(r);
}
