/* SPDX-License-Identifier: ISC */
#ifndef PS_BASE_BUF_H
#define PS_BASE_BUF_H

/* A growing run of octets with a ceiling. Zeroed storage is an empty buffer
 * without a ceiling. */

#include <stdbool.h>

#include "base/err.h"

struct ps_buf {
	uint8_t	*p;
	size_t	 n, room;
	size_t	 max;		/* 0: none */
	bool	 secret;	/* wiped when it moves or goes */
};

void	ps_buf_clear(struct ps_buf *b);
/* ps_buf_reserve makes room for `n` more octets at b->p + b->n. */
PS_MUST ps_code ps_buf_reserve(struct ps_buf *b, size_t n, ps_err *err);
PS_MUST ps_code ps_buf_add(struct ps_buf *b, ps_slice in, ps_err *err);
PS_MUST ps_code ps_buf_add_text(struct ps_buf *b, const char *s, ps_err *err);
ps_slice ps_buf_get(const struct ps_buf *b);
/* ps_buf_take hands the block over: free() it (NULL when empty). */
uint8_t	*ps_buf_take(struct ps_buf *b);

/* Sizes are added and multiplied here: false when the result does not fit. */
bool	ps_size_add(size_t a, size_t b, size_t *out);
bool	ps_size_mul(size_t a, size_t b, size_t *out);

/* ps_wipe clears secret octets; the compiler cannot leave it out. */
void	ps_wipe(void *p, size_t n);
/* ps_memdup copies to the heap; NULL when memory is out. n == 0 gives a
 * block that can be freed. */
void	*ps_memdup(const void *p, size_t n);
/* ps_strdup_slice copies to a terminated string; NULL when memory is out. */
char	*ps_strdup_slice(ps_slice s);

#endif
