/* SPDX-License-Identifier: ISC */
#ifndef PS_MIME_MIME_H
#define PS_MIME_MIME_H

/*
 * MIME as S/MIME needs it: header sections kept octet for octet, fields and
 * parameters read leniently, multiparts split without copying, entities made
 * fit for transport. What was signed is never re-serialised.
 */

#include <stdbool.h>

#include <postseal/mime.h>

#include "base/buf.h"
#include "base/ctx.h"
#include "stream/stream.h"

/* --- header section --- */

struct mime_field {
	ps_slice	 raw;	/* the whole field, folds and line end included */
	ps_slice	 name;	/* without the colon and white space before it */
	ps_slice	 body;	/* after the colon, raw: folds kept, last line end not */
};

struct mime_header {
	struct ps_buf	 block;		/* the octets, the empty line included */
	struct mime_field *field;
	size_t		 n;
	bool		 lf;		/* the first line ends in a bare LF */
	bool		 no_body;	/* ended without an empty line */
	ps_slice	 postmark;	/* "From ", ">From " lines of mbox before the fields */
};

/*
 * mime_header_read takes the header section from `r`, which then stands at the
 * body. A line that is no field (a name of printable ASCII and a colon) ends
 * the section as if an empty line were before it when it is the first, else it
 * is kept as a field with an empty name. Limits: header_bytes, header_fields.
 */
PS_MUST ps_code mime_header_read(struct mime_header *out, ps_reader *r,
    const struct ps_limits *limits, ps_err *err);
void	mime_header_clear(struct mime_header *h);
/* mime_header_find: the first field `name` (any case) at or after `from`; NULL: none. */
const struct mime_field *mime_header_find(const struct mime_header *h, const char *name,
    size_t from);
size_t	mime_header_count(const struct mime_header *h, const char *name);
/* mime_field_is_structural: MIME-Version or Content-* (RFC 9788). */
bool	mime_field_is_structural(const struct mime_field *f);
bool	mime_field_is(const struct mime_field *f, const char *name);
/* mime_unfold copies a raw body without folds and outer white space; a CR that
 * stands alone and a NUL become spaces. */
PS_MUST ps_code mime_unfold(ps_slice body, struct ps_buf *out, ps_err *err);
/*
 * mime_decode_words decodes encoded words (RFC 2047) of an unfolded text to
 * UTF-8. Charsets: UTF-8, US-ASCII, ISO-8859-1 and -15, windows-1252, and the
 * common others that the system's iconv has; words in any other stay as they
 * are. What comes out is UTF-8 without NUL, CR and LF, whatever went in
 * (U+FFFD, spaces).
 */
PS_MUST ps_code mime_decode_words(ps_slice text, struct ps_buf *out, ps_err *err);

/* --- Content-Type and its like --- */

struct mime_param {
	char	*name;		/* lower case, RFC 2231 marks removed */
	char	*value;		/* segments joined, percent-decoded, unquoted */
};
struct mime_type {
	char	*type, *subtype;	/* lower case; "text", "plain" without a readable type */
	struct mime_param *param;
	size_t	 n;
	bool	 present, readable;
};
/*
 * mime_type_parse reads a Content-Type or Content-Disposition body (for the
 * latter, and for a type that has none, `subtype` is ""); comments, quoted
 * strings, RFC 2231 continuations and charsets. The first of duplicates wins,
 * but an RFC 2231 form wins over a plain one. No value holds a NUL.
 * Limit: parameters.
 */
PS_MUST ps_code mime_type_parse(struct mime_type *out, ps_slice body,
    const struct ps_limits *limits, ps_err *err);
void	mime_type_clear(struct mime_type *t);
const char *mime_type_param(const struct mime_type *t, const char *name);	/* NULL: none */
bool	mime_type_is(const struct mime_type *t, const char *type, const char *subtype);
/* mime_type_cut appends the body without the parameters in `names` (NULL ends
 * them), everything else octet for octet. */
PS_MUST ps_code mime_type_cut(ps_slice body, const char *const *names, struct ps_buf *out,
    ps_err *err);

enum mime_encoding { MIME_7BIT, MIME_8BIT, MIME_BINARY, MIME_BASE64, MIME_QP, MIME_UNKNOWN };

/* What a header section says of its entity. */
struct mime_entity {
	struct mime_type type;
	struct mime_type disposition;
	enum mime_encoding encoding;
	bool	 duplicate;	/* Content-Type or -Transfer-Encoding twice */
};
PS_MUST ps_code mime_entity_parse(struct mime_entity *out, const struct mime_header *h,
    const struct ps_limits *limits, ps_err *err);
void	mime_entity_clear(struct mime_entity *e);
/* mime_entity_filename: disposition's filename, else the type's name; NULL. */
const char *mime_entity_filename(const struct mime_entity *e);

/* mime_decode opens a reader of the body without its transfer encoding. For
 * 7bit, 8bit, binary and unknown *out is `body` itself. The step is kept in
 * `store`, which stays where it is until cleared. */
struct mime_decoder {
	union { struct ps_b64dec b64; struct ps_qpdec qp; } u;
	ps_reader *reader;	/* NULL: none was needed */
};
PS_MUST ps_code mime_decode(struct mime_decoder *store, ps_reader *body,
    enum mime_encoding encoding, ps_reader **out, ps_err *err);
void	mime_decoder_clear(struct mime_decoder *store);

/* --- multipart (RFC 2046, 5.1) --- */

struct mime_multipart;

/* mime_multipart_open starts at the body of a multipart entity. PS_E_MALFORMED
 * for an empty boundary; limits: boundary_bytes (never above 1000), parts. */
PS_MUST ps_code mime_multipart_open(struct mime_multipart **out, ps_reader *body,
    const char *boundary, const struct ps_limits *limits, ps_err *err);
void	mime_multipart_close(struct mime_multipart *m);
/*
 * mime_multipart_next ends the present part (what is left of it is skipped)
 * and opens the next: *out is a reader of exactly its octets, without the
 * line end that belongs to the delimiter, NULL after the last. It belongs to `m`
 * and dies with the next call. It can be rewound when `body` can, as long as it is the present one.
 */
PS_MUST ps_code mime_multipart_next(struct mime_multipart *m, ps_reader **out, ps_err *err);
/* Facts after the end: */
/* mime_multipart_closed: "--boundary--" was seen. */
bool	mime_multipart_closed(const struct mime_multipart *m);
/* mime_multipart_epilogue: octets other than white space behind it. */
bool	mime_multipart_epilogue(const struct mime_multipart *m);

/* --- addresses (RFC 5322, 6532) --- */

struct mime_mailbox {
	char	*name;		/* display name, decoded to UTF-8, "" when none */
	char	*local, *domain;	/* unquoted; comments and folds removed */
	char	*address;	/* local@domain, local quoted where it must be */
};
struct mime_mailboxes {
	struct mime_mailbox *box;
	size_t	 n;
	bool	 malformed;	/* something could not be read, or in two ways */
};
/* mime_mailboxes_parse reads an address-list body: groups flattened, obsolete
 * forms accepted; addresses are found before words are decoded. Appends,
 * nothing on failure. Limit: addresses (of all that was appended). */
PS_MUST ps_code mime_mailboxes_parse(struct mime_mailboxes *out, ps_slice body,
    const struct ps_limits *limits, ps_err *err);
void	mime_mailboxes_clear(struct mime_mailboxes *m);

/* mime_date_parse reads a Date body (RFC 5322, 3.3, obsolete zones too). */
bool	mime_date_parse(ps_slice body, int64_t *out);
/* mime_date_format writes one in UTC (32 octets with the NUL for years to 9999). */
void	mime_date_format(int64_t t, char *out, size_t size);

/* --- writing --- */

/* mime_boundary makes a boundary of 34 characters that no quoted-printable or
 * base64 line can hold; it must be quoted. Randomness comes in from above. */
void	mime_boundary(char out[48], const uint8_t random[16]);

/*
 * mime_canonical_writer: everything written becomes an entity with CRLF line
 * ends, and is watched: `unsafe` is set when it cannot travel as 7bit (an
 * octet above 126 or NUL, a bare CR, a line over 998 octets). Hands on windows
 * without copying where nothing is to be changed. `from_lf`: bare LF becomes
 * CRLF (the input is a stored mail); else a bare LF makes it unsafe. finish
 * completes the watch and does not finish `dst`.
 */
struct mime_watch {
	bool	 from_lf;
	bool	 unsafe;
	uint64_t line;		/* octets of the present line */
	uint64_t n;		/* octets put out */
	uint8_t	 last;		/* octet */
};
PS_MUST ps_code mime_canonical_writer(ps_writer **out, ps_writer *dst,
    struct mime_watch *watch, ps_err *err);

/*
 * mime_make_safe copies an entity (header section `h`, already read, and the
 * rest in `body`) so that it travels as 7bit with CRLF: leaves that do not are
 * re-encoded (text: quoted-printable; other: base64), their
 * Content-Transfer-Encoding (and those of the multiparts and messages around
 * them) rewritten; everything else stays octet for octet but for line ends,
 * multipart/signed and /encrypted as a whole, and fields with raw UTF-8. Only
 * structural fields of `h` are written when `structural_only`; its postmark
 * never. Constant memory. Reads `body` twice when it can be rewound, else
 * re-encodes leaves above 32 KiB unseen. Does not finish `dst`. Limits:
 * mime_depth, parts and those of headers.
 */
PS_MUST ps_code mime_make_safe(const struct mime_header *h, ps_reader *body,
    ps_writer *dst, bool structural_only, const struct ps_limits *limits, ps_err *err);

#endif
