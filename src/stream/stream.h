/* SPDX-License-Identifier: ISC */
#ifndef PS_STREAM_STREAM_H
#define PS_STREAM_STREAM_H

/*
 * Readers, writers and steps as the layers use them.
 *
 * Ownership: a reader or writer that stands on another only borrows it; who
 * built it closes it, top first. Rewinding a reader takes it back to the
 * octet at which it was made: it rewinds what is below and skips (each
 * remembers its place: ps_reader_offset of its source when it was made, and
 * ps_reader_rewind_to to get back there), so several readers may take turns
 * on one source as long as a reader is rewound before it is used again.
 * A reader of any layer sets the `offset` of its table for the sake of those
 * built on it; on a source without it none of ours can be rewound.
 */

#include <stdbool.h>

#include <postseal/stream.h>

#include "base/err.h"
#include "base/limits.h"

enum {
	PS_WINDOW	= 65536,	/* octets a transforming reader holds */
	PS_PEEK_MAX	= 32768,	/* largest `min` of a peek */
};

/* Calls on any reader. What peek shows is never NULL, even when empty; a
 * `min` outside 1 to PS_PEEK_MAX is PS_E_MISUSE. */
PS_MUST ps_code ps_reader_peek(ps_reader *r, size_t min, ps_slice *out, ps_err *err);
void	 ps_reader_consume(ps_reader *r, size_t n);
bool	 ps_reader_can_rewind(const ps_reader *r);
/* PS_E_MISUSE when it cannot. */
PS_MUST ps_code ps_reader_rewind(ps_reader *r, ps_err *err);
uint64_t ps_reader_length(ps_reader *r);	/* UINT64_MAX: unknown */
/* ps_reader_offset counts what was consumed since the first octet; UINT64_MAX
 * when the reader does not count. */
uint64_t ps_reader_offset(const ps_reader *r);
/* ps_reader_rewind_to rewinds and skips to `place`, an earlier offset.
 * ps_reader_can_return tells whether that works from here. */
PS_MUST ps_code ps_reader_rewind_to(ps_reader *r, uint64_t place, ps_err *err);
bool	 ps_reader_can_return(const ps_reader *r);
/* ps_reader_skip consumes exactly n; PS_E_CHANGED when the end comes first. */
PS_MUST ps_code ps_reader_skip(ps_reader *r, uint64_t n, ps_err *err);
/* ps_reader_drain consumes all and counts. */
PS_MUST ps_code ps_reader_drain(ps_reader *r, uint64_t *out_n, ps_err *err);
/* ps_reader_all appends the rest to `out` (its max is the limit). */
struct ps_buf;
PS_MUST ps_code ps_reader_all(ps_reader *r, struct ps_buf *out, ps_err *err);

/* Calls on any writer. */
PS_MUST ps_code ps_writer_write(ps_writer *w, ps_slice in, ps_err *err);
PS_MUST ps_code ps_writer_text(ps_writer *w, const char *s, ps_err *err);
PS_MUST ps_code ps_writer_finish(ps_writer *w, ps_err *err);
bool	 ps_writer_can_abandon(const ps_writer *w);
void	 ps_writer_abandon(ps_writer *w);
bool	 ps_writer_can_restart(const ps_writer *w);
PS_MUST ps_code ps_writer_restart(ps_writer *w, ps_err *err);

/* ps_pump copies the reader to the writer, to the end of the reader; does not
 * finish the writer. `out_n` (may be NULL): octets copied. */
PS_MUST ps_code ps_pump(ps_reader *from, ps_writer *to, uint64_t *out_n, ps_err *err);

/*
 * A step is a pure transform with a small state and two windows. run() takes
 * from io->in and puts to io->out, moving both, until one side is used up.
 * With io->last and in == in_end it puts what is left. It is done when it
 * returns PS_OK with io->last, in == in_end and io->done set. Failing leaves
 * io at the octet that is wrong. `init` (re)starts it and keeps how it was
 * set up. Any window of one octet or more will do, on either side, and the
 * result never depends on how the input was cut.
 */
struct ps_step_io {
	const uint8_t	*in, *in_end;
	uint8_t		*out, *out_end;
	bool		 last;		/* no more input will come */
	bool		 done;		/* set by the step: all is put */
};

struct ps_step;
struct ps_step_ops {
	void	(*init)(struct ps_step *s);
	ps_code	(*run)(struct ps_step *s, struct ps_step_io *io, ps_err *err);
};
struct ps_step {
	const struct ps_step_ops *ops;
};
struct ps_wide;		/* the loops of the processor's level (stream/wide.h) */

/* A few octets that a step has made and not yet put. */
struct ps_put {
	uint8_t		 p[8];
	unsigned	 n, at;
};
/* ps_put_all moves them to io->out; false when room ran out first. */
bool	ps_put_all(struct ps_put *put, struct ps_step_io *io);

/* A reader and a writer that run a (borrowed) step over what they borrow.
 * Both start the step. */
PS_MUST ps_code ps_reader_open_step(ps_reader **out, ps_reader *src,
    struct ps_step *step, ps_err *err);
/* finish puts the rest into `dst` but does not finish it; abandon abandons
 * it. Output reaches `dst` in whole windows and at finish. */
PS_MUST ps_code ps_writer_open_step(ps_writer **out, ps_writer *dst,
    struct ps_step *step, ps_err *err);

/* base64 of RFC 2045: what is outside the alphabet is skipped, the end is the
 * padding (what follows is ignored), missing padding is accepted, a single
 * left-over digit is malformed. `junk` counts what was skipped other than
 * line ends, `after` what followed the padding other than line ends and "=". */
struct ps_b64dec {
	struct ps_step	 step;
	const struct ps_wide *wide;
	uint32_t	 bits;
	unsigned	 digits;	/* held in bits: 0 to 3 */
	bool		 ended;
	bool		 dash_ends;	/* "-" is the end too: PEM's last line */
	uint64_t	 junk, after;
	uint64_t	 offset;	/* of the input, for errors */
};
void	ps_b64dec_init(struct ps_b64dec *s);

/* base64 with lines of 64 digits (`columns` may be set to another multiple of
 * four) and CRLF (or LF) after each, the last too. */
struct ps_b64enc {
	struct ps_step	 step;
	const struct ps_wide *wide;
	unsigned	 columns;
	unsigned	 column;
	uint8_t		 held[3];
	unsigned	 nheld;
	struct ps_put	 put;
	bool		 lf;
};
void	ps_b64enc_init(struct ps_b64enc *s, bool lf);

/* quoted-printable, RFC 2045 6.7. Decoding is lenient: an "=" that starts
 * nothing stays, trailing white space of a line goes (as far as it is held),
 * an "=" at the very end is a soft line break. Line ends stay as they are.
 * Encoding: text (CRLF and LF are line ends and become CRLF) or binary (CR
 * and LF are encoded); lines of at most 76; white space before a line end,
 * the F of "From " and a "." at a line start are encoded. */
struct ps_qpdec {
	struct ps_step	 step;
	uint8_t		 held[1024];	/* white space, CR, the start of "=XX" */
	unsigned	 nheld;
	unsigned	 going, gone;	/* octets of held on their way out */
};
void	ps_qpdec_init(struct ps_qpdec *s);
struct ps_qpenc {
	struct ps_step	 step;
	unsigned	 column;
	uint8_t		 held[8];	/* looked at, not yet encoded */
	unsigned	 nheld;
	struct ps_put	 put;
	bool		 binary;
};
void	ps_qpenc_init(struct ps_qpenc *s, bool binary);

/* Line ends: every bare LF becomes CRLF (a CR alone stays), or every CRLF
 * becomes LF. */
struct ps_eol {
	struct ps_step	 step;
	const struct ps_wide *wide;
	bool		 to_lf;
	bool		 cr;		/* the last octet was CR (to LF: not yet put) */
};
void	ps_eol_init(struct ps_eol *s, bool to_lf);

/*
 * zlib streams (RFC 1950), as CompressedData holds them. Inflating wants the
 * whole of one, its header and its Adler-32, and nothing behind it: else it is
 * malformed. More than limits->inflate_bytes, or after the first MiB more than
 * limits->inflate_ratio octets for each one read, is PS_E_LIMIT. Deflating at
 * `level` 1 to 9 is the same on every run. Both hold memory: ps_inflate_clear
 * and ps_deflate_clear free it, also of zeroed storage.
 */
struct z_stream_s;
struct ps_inflate {
	struct ps_step	 step;
	struct z_stream_s *z;
	const struct ps_limits *limits;	/* borrowed */
	bool		 ended;		/* its last octet was read */
	uint64_t	 taken, made;
};
PS_MUST ps_code ps_inflate_init(struct ps_inflate *s, const struct ps_limits *limits,
    ps_err *err);
void	ps_inflate_clear(struct ps_inflate *s);
struct ps_deflate {
	struct ps_step	 step;
	struct z_stream_s *z;
	bool		 ended;		/* its last octet was put */
};
PS_MUST ps_code ps_deflate_init(struct ps_deflate *s, int level, ps_err *err);
void	ps_deflate_clear(struct ps_deflate *s);

/* More readers. All borrow. */

/*
 * ps_reader_open_spool reads `src` and keeps a copy (in memory up to `hold`,
 * then in a file without a name in `dir`, NULL: the system's persistent
 * temporary folder) so that it can be rewound.
 */
PS_MUST ps_code ps_reader_open_spool(ps_reader **out, ps_reader *src,
    const char *dir, uint64_t hold, ps_err *err);
/*
 * ps_reader_open_tap hands on the window below and shows each octet, once and
 * in order, to `look` as it is consumed. A rewind calls `look` with n ==
 * SIZE_MAX and p == NULL first. When `look` fails, the next peek says so.
 */
typedef ps_code (*ps_look_fn)(void *arg, ps_slice in, ps_err *err);
PS_MUST ps_code ps_reader_open_tap(ps_reader **out, ps_reader *src,
    ps_look_fn look, void *arg, ps_err *err);
/* ps_reader_open_chain reads `head` (copied) and then `src`. */
PS_MUST ps_code ps_reader_open_chain(ps_reader **out, ps_slice head,
    ps_reader *src, ps_err *err);
/* ps_reader_open_limited ends after `n` octets; PS_E_MALFORMED-free: a source
 * that ends earlier just ends. */
PS_MUST ps_code ps_reader_open_limited(ps_reader **out, ps_reader *src,
    uint64_t n, ps_err *err);

/* More writers. All borrow. */

/* ps_writer_open_null counts and forgets; it can be abandoned. */
PS_MUST ps_code ps_writer_open_null(ps_writer **out, ps_err *err);
uint64_t ps_writer_null_count(const ps_writer *w);
/* ps_writer_open_tap shows all that is written to `look`, then hands it on;
 * `dst` may be NULL. finish does not finish `dst`; abandon abandons it. */
PS_MUST ps_code ps_writer_open_tap(ps_writer **out, ps_writer *dst,
    ps_look_fn look, void *arg, ps_err *err);
/*
 * ps_writer_open_hold keeps all (memory up to `hold`, then a file without a
 * name in `dir`) and hands it to `dst` at finish, then finishes `dst`. So a
 * destination that cannot be abandoned gets all or nothing. Never used for
 * decrypted content.
 */
PS_MUST ps_code ps_writer_open_hold(ps_writer **out, ps_writer *dst,
    const char *dir, uint64_t hold, ps_err *err);

#endif
