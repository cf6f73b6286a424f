/* SPDX-License-Identifier: ISC */
#ifndef PS_STREAM_STORE_H
#define PS_STREAM_STORE_H

/*
 * Keeps octets until they are wanted: in memory up to `hold`, then in a file
 * without a name.
 *
 * The file is not encrypted: whoever can read our files as us can read our
 * memory too. What is appended goes through the same memory, so small pieces
 * become large writes. A failed append keeps nothing of its piece and may be
 * tried again.
 */

#include "base/buf.h"
#include "stream/window.h"

struct ps_store {
	char		*dir;		/* NULL: the system's */
	uint64_t	 hold;
	int		 fd;		/* -1: all is in memory */
	uint64_t	 flushed;	/* octets in the file */
	struct ps_buf	 tail;		/* those after them */
	struct ps_window win;		/* what was read back... */
	uint64_t	 win_at;	/* ...from here on */
};

PS_MUST ps_code ps_store_init(struct ps_store *s, const char *dir, uint64_t hold,
    ps_err *err);
void	ps_store_clear(struct ps_store *s);
uint64_t ps_store_size(const struct ps_store *s);
PS_MUST ps_code ps_store_append(struct ps_store *s, ps_slice in, ps_err *err);
/* ps_store_show shows at least `min` octets from `at` on, fewer only at the
 * end, until the next call. */
PS_MUST ps_code ps_store_show(struct ps_store *s, uint64_t at, size_t min,
    ps_slice *out, ps_err *err);

#endif
