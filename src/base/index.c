/* SPDX-License-Identifier: ISC */
/*
 * Open addressing, at most half full.
 */
#include "base/index.h"

#include <stdlib.h>

#include "base/err.h"

enum { ROOM_MIN = 16 };

uint64_t
ps_hash_octet(uint64_t hash, uint8_t octet)
{
	return (hash ^ octet) * UINT64_C(0x100000001b3);
}

uint64_t
ps_hash(ps_slice s)
{
	uint64_t hash = PS_HASH_START;

	for (size_t i = 0; i < s.n; i++)
		hash = ps_hash_octet(hash, s.p[i]);
	return hash;
}

/* The high bits are better mixed than the low ones. */
static size_t
first_place(const struct ps_index *x, uint64_t hash)
{
	return (size_t)(hash ^ hash >> 32) & (x->room - 1);
}

static void
put(struct ps_index *x, const struct ps_index_slot *s)
{
	size_t i = first_place(x, s->hash);

	while (x->slot[i].at != 0)
		i = (i + 1) & (x->room - 1);
	x->slot[i] = *s;
}

static ps_code
grow(struct ps_index *x, ps_err *err)
{
	struct ps_index larger = { .n = x->n, .room = x->room == 0 ? ROOM_MIN : 2 * x->room };

	larger.slot = calloc(larger.room, sizeof *larger.slot);
	if (larger.slot == NULL)
		return ps_nomem(err, "base.index");
	for (size_t i = 0; i < x->room; i++)
		if (x->slot[i].at != 0)
			put(&larger, &x->slot[i]);
	free(x->slot);
	*x = larger;
	return PS_OK;
}

ps_code
ps_index_add(struct ps_index *x, uint64_t hash, size_t at, ps_err *err)
{
	const struct ps_index_slot s = { .hash = hash, .at = at + 1 };
	ps_code code = 2 * (x->n + 1) > x->room ? grow(x, err) : PS_OK;

	if (code != PS_OK)
		return code;
	put(x, &s);
	x->n++;
	return PS_OK;
}

bool
ps_index_next(const struct ps_index *x, uint64_t hash, size_t *walk, size_t *out_at)
{
	for (; *walk < x->room; ++*walk) {
		const struct ps_index_slot *s =
		    &x->slot[(first_place(x, hash) + *walk) & (x->room - 1)];

		if (s->at == 0)
			return false;
		if (s->hash == hash) {
			*out_at = s->at - 1;
			++*walk;
			return true;
		}
	}
	return false;
}

void
ps_index_clear(struct ps_index *x)
{
	free(x->slot);
	*x = (struct ps_index){ .n = 0 };
}
