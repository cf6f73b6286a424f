/* SPDX-License-Identifier: ISC */
#ifndef PS_BASE_INDEX_H
#define PS_BASE_INDEX_H

/*
 * Where things with a certain hash stand in somebody's array, so that nobody
 * walks it for each of a thousand others. The owner compares: what is found
 * only has the same hash.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <postseal/base.h>

struct ps_index_slot {
	uint64_t	 hash;
	size_t		 at;		/* + 1; 0: empty */
};
/* All zero is an empty index. */
struct ps_index {
	struct ps_index_slot *slot;
	size_t		 n, room;	/* room: a power of two, or 0 */
};
PS_MUST ps_code ps_index_add(struct ps_index *x, uint64_t hash, size_t at, ps_err *err);
/* ps_index_next gives the next place with this hash; *walk is 0 before the
 * first. Nothing is added while somebody walks. */
bool	ps_index_next(const struct ps_index *x, uint64_t hash, size_t *walk, size_t *out_at);
void	ps_index_clear(struct ps_index *x);

/* ps_hash_octet goes on from `hash`, PS_HASH_START at first (FNV-1a). */
#define PS_HASH_START	UINT64_C(0xcbf29ce484222325)
uint64_t ps_hash_octet(uint64_t hash, uint8_t octet);
uint64_t ps_hash(ps_slice s);

#endif
