/* SPDX-License-Identifier: ISC */
#ifndef POSTSEAL_STREAM_H
#define POSTSEAL_STREAM_H

/*
 * Readers are pulled, writers are pushed. A program may bring its own: it
 * embeds ps_reader or ps_writer as the first member of its structure and
 * points `ops` at a constant table. Both layouts are promised for good.
 */

#include <postseal/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ps_reader ps_reader;
typedef struct ps_writer ps_writer;

typedef struct ps_reader_ops {
	size_t	 size;			/* of this structure */
	/*
	 * peek shows at least `min` octets (1 to 32768) without taking them,
	 * fewer only at the end (n == 0: the end). What it shows lives until
	 * the next call on this reader or on one below it. An error is told
	 * only after the good octets before it were shown and consumed... or
	 * when `min` cannot be met because of it. Errors repeat.
	 */
	ps_code	(*peek)(ps_reader *r, size_t min, ps_slice *out, ps_err *err);
	/* consume takes `n` octets, at most what the last peek showed. */
	void	(*consume)(ps_reader *r, size_t n);
	/* rewind goes back to the first octet. NULL: cannot. */
	ps_code	(*rewind)(ps_reader *r, ps_err *err);
	/* length is the whole length, UINT64_MAX: unknown. NULL: unknown. */
	uint64_t (*length)(ps_reader *r);
	/* close frees the reader, not what it reads from. */
	void	(*close)(ps_reader *r);
	/*
	 * offset counts the octets consumed since the first. NULL: unknown,
	 * and what is built on this reader cannot be rewound.
	 */
	uint64_t (*offset)(const ps_reader *r);
} ps_reader_ops;

struct ps_reader {
	const ps_reader_ops	*ops;
};

typedef struct ps_writer_ops {
	size_t	 size;			/* of this structure */
	ps_code	(*write)(ps_writer *w, ps_slice in, ps_err *err);
	/* finish: whole and good; only now may anyone see the octets. */
	ps_code	(*finish)(ps_writer *w, ps_err *err);
	/*
	 * abandon: they never existed. NULL: cannot (octets are seen as they
	 * are written), so the library holds until all is known to be good.
	 */
	void	(*abandon)(ps_writer *w);
	/* close frees the writer, not what it writes to; abandons first when
	 * neither finish nor abandon came. */
	void	(*close)(ps_writer *w);
	/*
	 * restart forgets what was written, so that writing begins anew.
	 * NULL: cannot; the input is then looked through before it is written.
	 */
	ps_code	(*restart)(ps_writer *w, ps_err *err);
} ps_writer_ops;

struct ps_writer {
	const ps_writer_ops	*ops;
};

/* Readers of a file (read at offsets when regular), of a descriptor that the
 * caller keeps, and of octets that must outlive the reader. */
PS_API PS_MUST ps_code ps_reader_open_file(ps_reader **out, const char *path,
    ps_err *err);
PS_API PS_MUST ps_code ps_reader_open_fd(ps_reader **out, int fd, ps_err *err);
PS_API PS_MUST ps_code ps_reader_open_memory(ps_reader **out, ps_slice octets,
    ps_err *err);
/* ps_reader_close closes; NULL is fine. */
PS_API void ps_reader_close(ps_reader *r);

/*
 * ps_writer_open_file writes beside `path` and renames when finished; the
 * name then holds the whole or what it held before. Only for regular files
 * and names that do not exist: PS_E_MISUSE for anything else.
 */
PS_API PS_MUST ps_code ps_writer_open_file(ps_writer **out, const char *path,
    ps_err *err);
/* ps_writer_open_fd writes to a descriptor that the caller keeps; it cannot
 * be abandoned. */
PS_API PS_MUST ps_code ps_writer_open_fd(ps_writer **out, int fd, ps_err *err);
/* ps_writer_open_memory collects up to `max` octets, PS_E_LIMIT above. */
PS_API PS_MUST ps_code ps_writer_open_memory(ps_writer **out, size_t max,
    ps_err *err);
/* ps_writer_memory borrows what a memory writer holds, until written again. */
PS_API ps_slice ps_writer_memory(ps_writer *w);
/* ps_writer_close closes, and abandons what was not finished; NULL is fine. */
PS_API void ps_writer_close(ps_writer *w);

#ifdef __cplusplus
}
#endif

#endif
