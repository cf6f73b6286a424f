/* SPDX-License-Identifier: ISC */
/*
 * Windows.
 */
#include "stream/window.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

ps_code
ps_window_init(struct ps_window *w, size_t room, ps_err *err)
{
	uint8_t *p = malloc(room);

	assert(room >= 2 * PS_PEEK_MAX);
	if (p == NULL)
		return ps_nomem(err, "stream.window");
	*w = (struct ps_window){ .p = p, .room = room };
	return PS_OK;
}

void
ps_window_clear(struct ps_window *w)
{
	free(w->p);
	*w = (struct ps_window){ .p = NULL };
}

void
ps_window_compact(struct ps_window *w)
{
	size_t n = ps_window_has(w);

	if (w->at == 0 || n > w->at)
		return;
	if (n != 0)
		memcpy(w->p, w->p + w->at, n);
	w->at = 0;
	w->end = n;
}
