/* SPDX-License-Identifier: ISC */
/*
 * Octets in, octets out, for the undoings: they look at every octet and are
 * only ever run over a message that is bad, so they may be written plainly.
 */
#include <string.h>

#include "smime/diagnosing.h"

void
flow_init(struct flow *f, ps_reader *r, ps_writer *w, ps_err *err)
{
	*f = (struct flow){ .r = r, .w = w, .err = err };
}

static bool
refill(struct flow *f, size_t min)
{
	if (f->code != PS_OK)
		return false;
	ps_reader_consume(f->r, f->used);
	f->used = 0;
	f->seen.n = 0;
	f->code = ps_reader_peek(f->r, min, &f->seen, f->err);
	if (f->code != PS_OK)
		f->seen.n = 0;
	return f->seen.n != 0;
}

int
flow_peek(struct flow *f)
{
	if (f->used == f->seen.n && !refill(f, 1))
		return -1;
	return f->seen.p[f->used];
}

int
flow_next(struct flow *f)
{
	int c = flow_peek(f);

	if (c >= 0) {
		f->used++;
		f->at++;
	}
	return c;
}

ps_slice
flow_ahead(struct flow *f, size_t n)
{
	if (f->seen.n - f->used < n)
		refill(f, n);
	if (f->seen.n == f->used)
		return (ps_slice){ NULL, 0 };
	return (ps_slice){ f->seen.p + f->used, f->seen.n - f->used };
}

static void
flush(struct flow *f)
{
	if (f->code == PS_OK && f->n != 0)
		f->code = ps_writer_write(f->w, (ps_slice){ f->p, f->n }, f->err);
	f->n = 0;
}

void
flow_put(struct flow *f, int c)
{
	if (f->n == sizeof f->p)
		flush(f);
	f->p[f->n++] = (uint8_t)c;
}

void
flow_add(struct flow *f, ps_slice s)
{
	flush(f);
	if (f->code == PS_OK && s.n != 0)
		f->code = ps_writer_write(f->w, s, f->err);
}

void
flow_copy(struct flow *f, uint64_t n)
{
	while (n > 0 && flow_peek(f) >= 0) {
		ps_slice s = { f->seen.p + f->used, f->seen.n - f->used };

		if (s.n > n)
			s.n = (size_t)n;
		flow_add(f, s);
		f->used += s.n;
		f->at += s.n;
		n -= s.n;
	}
}

void
flow_rest(struct flow *f)
{
	flow_copy(f, UINT64_MAX);
}

size_t
flow_line_end(struct flow *f)
{
	int c = flow_peek(f);

	if (c != '\r' && c != '\n')
		return 0;
	flow_next(f);
	if (c == '\n' || flow_peek(f) != '\n')
		return 1;
	flow_next(f);
	return 2;
}

ps_code
flow_finish(struct flow *f)
{
	flush(f);
	if (f->code == PS_OK)
		ps_reader_consume(f->r, f->used);
	f->used = f->seen.n = 0;
	return f->code;
}
