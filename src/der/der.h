/* SPDX-License-Identifier: ISC */
#ifndef PS_DER_DER_H
#define PS_DER_DER_H

/*
 * The DER cursor and builder.
 *
 * A cursor walks a slice and remembers its first failure, with its offset and
 * the path of names that led there; afterwards it yields zeros and empty
 * slices and never moves. So a parser reads like the ASN.1 module it
 * implements and checks once, at der_leave. Parse, check, decide, in that
 * order. Lengths are accepted in BER's non-minimal definite forms unless the
 * cursor is `strict`; indefinite lengths never (ber_small converts).
 */

#include <stdbool.h>

#include "base/err.h"

/* Identifier octet of low tags; high tags (31 to 2^21 - 1) are kept as the
 * number with DER_HIGH, see DER_LONG. 0 is no tag. */
enum {
	DER_BOOLEAN	= 0x01,
	DER_INTEGER	= 0x02,
	DER_BIT_STRING	= 0x03,
	DER_OCTETS	= 0x04,
	DER_NULL	= 0x05,
	DER_OID		= 0x06,
	DER_ENUMERATED	= 0x0a,
	DER_UTF8	= 0x0c,
	DER_PRINTABLE	= 0x13,
	DER_T61		= 0x14,
	DER_IA5		= 0x16,
	DER_UTCTIME	= 0x17,
	DER_GENTIME	= 0x18,
	DER_BMP		= 0x1e,
	DER_SEQUENCE	= 0x30,
	DER_SET		= 0x31,
};
#define DER_CTX(n)	(0xa0u | (n))	/* [n], constructed */
#define DER_CTX_PRIM(n)	(0x80u | (n))	/* [n], primitive */
#define DER_HIGH	0x80000000u
/* A high tag; `bits`: class and constructed bit as in an identifier octet. */
#define DER_LONG(bits, n) (DER_HIGH | ((bits) & 0xe0u) << 21 | (n))

/* Shared by a cursor and all that were entered from it. */
struct der_state {
	bool		 failed;
	bool		 strict;
	ps_code		 code;
	uint64_t	 offset;	/* of the failure, in the outermost slice */
	uint64_t	 base;		/* added to offsets told; PS_NOWHERE: */
					/* none are told */
	const char	*want;		/* static */
	uint32_t	 want_tag, found_tag;
	const char	*path[16];	/* names, outermost first */
	unsigned	 depth;
};

struct der {
	const uint8_t	*p, *end;
	const uint8_t	*origin;	/* first octet of the outermost slice */
	struct der_state *state;
	const char	*name;		/* of the element this is inside of */
	struct der	*parent;
};

/* der_init starts a cursor over `in`; `state` is cleared. `base`: offset of
 * `in` within the layer, for error texts. */
void	 der_init(struct der *d, struct der_state *state, ps_slice in,
	    uint64_t base, bool strict, const char *name);
/* der_finish demands that all was used; tells the failure through `err` as
 * "SignedData.signerInfos.sid: wanted SEQUENCE, found NULL". `where` is
 * static: "cms.signed-data". */
PS_MUST ps_code der_finish(struct der *d, const char *where, ps_err *err);
bool	 der_failed(const struct der *d);
/* der_fail makes the cursor fail; `want` is static. */
void	 der_fail(struct der *d, const char *want);

/* der_enter goes into the next element, whose identifier must be `tag`, and
 * moves `in` behind it. der_leave demands that `inner` was used up: the first
 * failure, or trailing octets, is then in the shared state. */
struct der der_enter(struct der *in, uint32_t tag, const char *name);
void	 der_leave(struct der *inner);
/* der_try_enter: only if the next identifier is `tag`; false leaves `in`. */
bool	 der_try_enter(struct der *in, uint32_t tag, const char *name,
	    struct der *out);
/* der_more is false at the end and after a failure. */
bool	 der_more(const struct der *d);
/* der_next_tag shows the next identifier, 0 at the end or after a failure. */
uint32_t der_next_tag(const struct der *d);

/* Whole elements (identifier, length, value), any tag or a given one. */
ps_slice der_any(struct der *d, const char *name);
ps_slice der_element(struct der *d, uint32_t tag, const char *name);
/* Values only. */
ps_slice der_value(struct der *d, uint32_t tag, const char *name);
bool	 der_optional(struct der *d, uint32_t tag, const char *name, ps_slice *out_value);
bool	 der_optional_element(struct der *d, uint32_t tag, const char *name, ps_slice *out_element);
ps_slice der_oid(struct der *d, const char *name);	/* value octets, checked */
/* der_integer: value octets as they are, at least one, of any sign; `strict`
 * refuses superfluous leading octets (der_value takes those too, as serial
 * numbers of real certificates need). */
ps_slice der_integer(struct der *d, const char *name);
uint64_t der_u64(struct der *d, const char *name);	/* fails when negative or larger */
bool	 der_bool(struct der *d, const char *name);
/* der_octets joins nothing: primitive OCTET STRING only. */
ps_slice der_octets(struct der *d, const char *name);
/* der_bits: unused bits must be 0. */
ps_slice der_bits(struct der *d, const char *name);
/* der_named_bits: up to 16 named bits, bit 0 in the highest place (0x8000);
 * unused bits are taken as 0 and later octets ignored. */
unsigned der_named_bits(struct der *d, const char *name);
/* der_time reads UTCTime (year window 1950-2049) or GeneralizedTime; unless
 * strict with BER's offsets, fractions (cut), missing seconds, missing Z
 * (taken as UTC). */
int64_t	 der_time(struct der *d, const char *name);
/* der_skip moves over the next element. */
void	 der_skip(struct der *d, const char *name);

/* Small helpers on whole elements and values. */
/* der_split gives identifier, header length and value of the first element of
 * `in`; false when there is none. Definite lengths only. */
bool	 der_split(ps_slice in, uint32_t *out_tag, ps_slice *out_value, size_t *out_whole);
/* der_is_canonical: `element` is exactly one element, and the whole tree has
 * minimal lengths, definite forms and no constructed strings (nothing else of
 * types is checked but the SET OF order of universal SETs when `sets`). False
 * too when elements lie deeper than 64. */
bool	 der_is_canonical(ps_slice element, bool sets);
/* der_integer_compare compares value octets as signed numbers, whatever their
 * leading octets: <0, 0, >0. */
int	 der_integer_compare(ps_slice a, ps_slice b);
/* der_oid_text writes dotted text ("1.2.840.113549.1.7.2"), cut with "..."
 * when it does not fit. Returns `out`. */
const char *der_oid_text(ps_slice oid, char *out, size_t size);
/* der_oid_parse reads dotted text into value octets; false when it is none, an arc is above
 * 64 bits, or `size` is too small. Writes to `out` even then. */
bool	 der_oid_parse(const char *text, uint8_t *out, size_t size, size_t *out_n);
/* der_tag_name: "SEQUENCE", "[0]", "[APPLICATION 3]", "the end" for 0. */
const char *der_tag_name(uint32_t tag, char *out, size_t size);
bool	 der_tag_constructed(uint32_t tag);

/*
 * The builder: one sticky error, one check at derw_finish; lengths are filled
 * in when an element ends; SET OF sorts itself.
 */
struct ps_buf;
struct derw {
	struct ps_buf	*out;
	struct {
		size_t	 at;		/* of the identifier */
		bool	 sort;
	} open[32];
	unsigned	 depth;
	ps_code		 code;
};

/* derw_init appends to `out`, which the caller clears. */
void	 derw_init(struct derw *w, struct ps_buf *out);
/* derw_finish demands that all is closed; PS_E_NOMEM, PS_E_LIMIT, PS_E_MISUSE. */
PS_MUST ps_code derw_finish(struct derw *w, ps_err *err);
void	 derw_begin(struct derw *w, uint32_t tag);
void	 derw_begin_set_of(struct derw *w, uint32_t tag);	/* sorted at its end */
void	 derw_end(struct derw *w);
void	 derw_value(struct derw *w, uint32_t tag, ps_slice value);
void	 derw_raw(struct derw *w, ps_slice elements);	/* as they are */
void	 derw_oid(struct derw *w, ps_slice value_octets);
void	 derw_u64(struct derw *w, uint64_t v);
void	 derw_integer(struct derw *w, ps_slice unsigned_big_endian);
void	 derw_null(struct derw *w);
void	 derw_bool(struct derw *w, bool v);
void	 derw_octets(struct derw *w, ps_slice v);
void	 derw_bits(struct derw *w, ps_slice v);
/* derw_time: UTCTime from 1950 to 2049, else GeneralizedTime (RFC 5652, 11.3);
 * years 0 to 9999. */
void	 derw_time(struct derw *w, int64_t t);
/* derw_gentime: GeneralizedTime whatever the year. */
void	 derw_gentime(struct derw *w, int64_t t);
/* derw_header_size: octets of a low tag's identifier and definite length. */
size_t	 derw_header_size(uint64_t length);
/* derw_header writes identifier and definite length: at most 10 octets with a
 * low tag, 13 with a high one. */
size_t	 derw_header(uint8_t *out, uint32_t tag, uint64_t length);

#endif
