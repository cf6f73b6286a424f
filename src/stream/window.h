/* SPDX-License-Identifier: ISC */
#ifndef PS_STREAM_WINDOW_H
#define PS_STREAM_WINDOW_H

/*
 * The octets that a reader holds: [at, end) of a block of fixed size.
 *
 * They are moved to the front only when at least as many have left as must be
 * moved, so moving costs less than reading did. With room for two of the
 * largest peek that is always enough to satisfy the next one.
 */

#include "stream/stream.h"

struct ps_window {
	uint8_t	*p;
	size_t	 at, end, room;
};

PS_MUST ps_code ps_window_init(struct ps_window *w, size_t room, ps_err *err);
void	ps_window_clear(struct ps_window *w);
void	ps_window_compact(struct ps_window *w);

static inline size_t
ps_window_has(const struct ps_window *w)
{
	return w->end - w->at;
}

static inline ps_slice
ps_window_get(const struct ps_window *w)
{
	return (ps_slice){ w->p + w->at, w->end - w->at };
}

#endif
