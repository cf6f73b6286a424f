/* SPDX-License-Identifier: ISC */
/*
 * Growing buffers and checked sizes.
 */
#include "base/buf.h"

#include <stdlib.h>
#include <string.h>

#include "base/words.h"

bool
ps_size_add(size_t a, size_t b, size_t *out)
{
	return !__builtin_add_overflow(a, b, out);
}

bool
ps_size_mul(size_t a, size_t b, size_t *out)
{
	return !__builtin_mul_overflow(a, b, out);
}

void
ps_wipe(void *p, size_t n)
{
	if (n != 0)
		explicit_bzero(p, n);
}

void *
ps_memdup(const void *p, size_t n)
{
	void *copy = malloc(n == 0 ? 1 : n);

	if (copy != NULL && n != 0)
		memcpy(copy, p, n);
	return copy;
}

char *
ps_strdup_slice(ps_slice s)
{
	char *copy = malloc(s.n + 1);

	if (copy == NULL)
		return NULL;
	if (s.n != 0)
		memcpy(copy, s.p, s.n);
	copy[s.n] = '\0';
	return copy;
}

void
ps_buf_clear(struct ps_buf *b)
{
	if (b->secret && b->p != NULL)
		ps_wipe(b->p, b->room);
	free(b->p);
	*b = (struct ps_buf){ .max = b->max, .secret = b->secret };
}

/* A secret never goes through realloc, which would leave a copy behind. */
static uint8_t *
grown(struct ps_buf *b, size_t room)
{
	uint8_t *p;

	if (!b->secret)
		return realloc(b->p, room);
	p = malloc(room);
	if (p == NULL)
		return NULL;
	if (b->n != 0)
		memcpy(p, b->p, b->n);
	if (b->p != NULL)
		ps_wipe(b->p, b->room);
	free(b->p);
	return p;
}

ps_code
ps_buf_reserve(struct ps_buf *b, size_t n, ps_err *err)
{
	size_t want, room;
	uint8_t *p;

	if (!ps_size_add(b->n, n, &want))
		return ps_nomem(err, "base.buf");
	if (b->max != 0 && want > b->max)
		return ps_fail(err, PS_E_LIMIT, "base.buf", PS_NOWHERE,
		    W_BASE_BUF_MAX, PS_NUMBER("max", b->max));
	if (want <= b->room)
		return PS_OK;
	room = b->room < 256 ? 256 : b->room;
	while (room < want)
		if (!ps_size_mul(room, 2, &room))
			return ps_nomem(err, "base.buf");
	if (b->max != 0 && room > b->max)
		room = b->max;
	p = grown(b, room);
	if (p == NULL)
		return ps_nomem(err, "base.buf");
	b->p = p;
	b->room = room;
	return PS_OK;
}

ps_code
ps_buf_add(struct ps_buf *b, ps_slice in, ps_err *err)
{
	ps_code code = ps_buf_reserve(b, in.n, err);

	if (code != PS_OK)
		return code;
	if (in.n != 0)
		memcpy(b->p + b->n, in.p, in.n);
	b->n += in.n;
	return PS_OK;
}

ps_code
ps_buf_add_text(struct ps_buf *b, const char *s, ps_err *err)
{
	return ps_buf_add(b, ps_str(s), err);
}

ps_slice
ps_buf_get(const struct ps_buf *b)
{
	return (ps_slice){ b->p, b->n };
}

uint8_t *
ps_buf_take(struct ps_buf *b)
{
	uint8_t *p = b->p;

	b->p = NULL;
	b->n = b->room = 0;
	return p;
}
