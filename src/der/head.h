/* SPDX-License-Identifier: ISC */
#ifndef PS_DER_HEAD_H
#define PS_DER_HEAD_H

/* Identifier and length octets, read in one place for cursor and stream. */

#include "der/der.h"

enum {
	DER_HEAD_MAX	= 13,	/* 4 of the identifier, 9 of the length */
	DER_DEPTH_MAX	= 64,	/* hard ceiling of limits.der_depth */
};

struct der_head {
	uint32_t	 tag;		/* 0: end-of-contents octets */
	size_t		 n;		/* octets of identifier and length */
	uint64_t	 length;	/* 0 when indefinite */
	bool		 indefinite;
	bool		 minimal;	/* the length is in DER's form */
};

enum der_head_result {
	DER_HEAD_OK,
	DER_HEAD_SHORT,		/* the octets end before the head does */
	DER_HEAD_BAD_TAG,
	DER_HEAD_BAD_LENGTH,
};

/* der_head_read looks at no more than the head; the value may be missing. */
enum der_head_result der_head_read(const uint8_t *p, size_t n,
    struct der_head *out);
/* der_identifier_read returns the octets of the identifier, 0 when they end
 * too early, SIZE_MAX when they are malformed. */
size_t	der_identifier_read(const uint8_t *p, size_t n, uint32_t *out_tag);
/* der_tag_to_constructed sets the constructed bit. */
static inline uint32_t
der_tag_to_constructed(uint32_t tag)
{
	return tag | (tag & DER_HIGH ? 0x20u << 21 : 0x20u);
}
/* der_identifier writes 1 to 4 octets and returns how many. */
size_t	der_identifier(uint8_t out[4], uint32_t tag);

/* der_set_of_compare orders elements of a SET OF: <0, 0, >0. */
int	der_set_of_compare(ps_slice a, ps_slice b);
/* der_oid_valid: at least one octet, whole components, shortest forms. */
bool	der_oid_valid(ps_slice oid);
/* der_u64_value reads value octets; false when negative, empty, too large. */
bool	der_u64_value(ps_slice v, uint64_t *out);

/*
 * What values.c needs of the cursor. der_take moves `d` behind the next
 * element, which must have identifier `tag` (0: any); false after a failure.
 * der_fail_element fails about the element at `at`, called `name`.
 */
struct der_taken {
	uint32_t	 tag;
	ps_slice	 whole, value;
};
bool	der_take(struct der *d, uint32_t tag, const char *name,
	    struct der_taken *out);
void	der_fail_element(struct der *d, const uint8_t *at, const char *name,
	    const char *want);

#endif
