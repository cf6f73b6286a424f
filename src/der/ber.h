/* SPDX-License-Identifier: ISC */
#ifndef PS_DER_BER_H
#define PS_DER_BER_H

/*
 * Streaming BER over a reader: the outer CMS shell, which may be gigabytes
 * and may have indefinite lengths, constructed strings, nested to the limit.
 * Nothing is allocated for a length that a message claims.
 */

#include "base/limits.h"
#include "der/der.h"
#include "stream/stream.h"

struct ber_level {
	uint64_t	 end;		/* offset behind it; UINT64_MAX: indefinite */
	uint64_t	 bound;		/* the nearest definite end around it */
	uint32_t	 tag;
};

struct ber {
	ps_reader	*src;		/* borrowed */
	const struct ps_limits *limits;
	const char	*where;		/* static: for errors */
	uint64_t	 offset;	/* octets consumed */
	unsigned	 depth;
	struct ber_level level[64];
	bool		 canonical;	/* nothing but DER lengths so far */
};

/*
 * ber_init starts at the reader's place.
 *
 * A source's error is passed on as it is; a source that ends within an element
 * is PS_E_MALFORMED. After a failure `b` stands at the octet that is wrong.
 */
void	ber_init(struct ber *b, ps_reader *src, const struct ps_limits *limits,
	    const char *where);
/* ber_peek_tag shows the identifier of the next element of this level, 0 at
 * its end (end-of-contents not yet consumed; outside of all elements: the end
 * of the source). */
PS_MUST ps_code ber_peek_tag(struct ber *b, uint32_t *out_tag, ps_err *err);
/* ber_enter goes into a constructed element; `name` is static, for errors. */
PS_MUST ps_code ber_enter(struct ber *b, uint32_t tag, const char *name, ps_err *err);
/* ber_leave demands the end of the level; ber_leave_skip skips what is left. */
PS_MUST ps_code ber_leave(struct ber *b, const char *name, ps_err *err);
PS_MUST ps_code ber_leave_skip(struct ber *b, const char *name, ps_err *err);
/*
 * ber_small appends the next element whole to `out`, at most `max` octets
 * (PS_E_LIMIT), with definite lengths: indefinite ones are converted,
 * definite ones copied octet for octet, and constructed universal OCTET
 * STRINGs (0x24) joined into primitive ones.
 */
PS_MUST ps_code ber_small(struct ber *b, uint64_t max, const char *name,
    struct ps_buf *out, ps_err *err);
/*
 * ber_plain: is the next element at hand whole, at most `max` octets, and such that
 * ber_small would copy it as it is? *out lives until the next call; ber_skip takes it.
 */
bool	ber_plain(struct ber *b, uint64_t max, ps_slice *out);
/* ber_skip skips the next element. */
PS_MUST ps_code ber_skip(struct ber *b, const char *name, ps_err *err);
/* ber_u64 and ber_oid read such elements. `out` of ber_oid has room for 32;
 * a longer one is PS_E_LIMIT. */
PS_MUST ps_code ber_u64(struct ber *b, const char *name, uint64_t *out, ps_err *err);
PS_MUST ps_code ber_oid(struct ber *b, const char *name, uint8_t out[32],
    size_t *out_n, ps_err *err);
/*
 * ber_octets opens a reader of the value of the next element, an OCTET STRING
 * with identifier `tag` (primitive form; its constructed form, tag | 0x20, is
 * accepted too, its segments universal OCTET STRINGs, nested). The reader
 * borrows `b`; when it came to its end (a peek showed nothing), b stands behind
 * the element. It can be rewound when b's source can return
 * (ps_reader_can_return), and takes b back with it.
 */
PS_MUST ps_code ber_octets(struct ber *b, uint32_t tag, const char *name,
    ps_reader **out, ps_err *err);
/* ber_trailing checks what follows the outermost element: nothing, white
 * space, or up to 16 zero octets; else PS_E_MALFORMED. */
PS_MUST ps_code ber_trailing(struct ber *b, ps_err *err);

/*
 * A writer of an OCTET STRING's value as BER segments of `chunk` octets
 * (identifier 0x04 each), for indefinite-length strings. The caller writes
 * the header before and the end-of-contents after. finish puts the rest but
 * does not finish `dst`; abandon abandons it.
 */
PS_MUST ps_code ber_writer_open_segments(ps_writer **out, ps_writer *dst,
    size_t chunk, ps_err *err);

#endif
