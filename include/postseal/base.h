/* SPDX-License-Identifier: ISC */
#ifndef POSTSEAL_BASE_H
#define POSTSEAL_BASE_H

/*
 * What every other header needs: octets, codes, errors, secrets and the
 * library context.
 *
 * Conventions of the whole library. Sizes are octets in size_t, offsets in a
 * stream uint64_t, times int64_t seconds since 1970-01-01 UTC, truth is int
 * (0 or 1) at this border. Arguments go: object, inputs, outputs, `err` last.
 * An output is written only on success. `err` may be NULL. Every call accepts
 * a NULL object (memory ran out where it was made) and answers PS_E_NOMEM.
 */

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define PS_API		__attribute__((visibility("default")))
#define PS_MUST		__attribute__((warn_unused_result))
#else
#define PS_API
#define PS_MUST
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define PS_VERSION_NUMBER	0x000100	/* 0.1.0: 8 bits each */
#define PS_VERSION_TEXT		"0.1.0"

/* ps_version returns PS_VERSION_NUMBER as it was when the library was built. */
PS_API uint32_t ps_version(void);

/* Octets that somebody else owns. Layout promised for good. */
typedef struct ps_slice {
	const uint8_t	*p;
	size_t		 n;
} ps_slice;

/*
 * What a program can act on. Numbers are never changed. The words, the exit
 * status of the command and the SMTP enhanced status of each code stand in one
 * table (ps_code_info).
 */
typedef enum ps_code {
	PS_OK			= 0,
	PS_E_MALFORMED		= 1,	/* the input breaks its standard */
	PS_E_UNSUPPORTED	= 2,	/* well formed, but nothing we can do */
	PS_E_LIMIT		= 3,	/* larger, deeper or more than allowed */
	PS_E_REFUSED		= 4,	/* policy says no */
	PS_E_NOT_FOUND		= 5,	/* a certificate or address is missing */
	PS_E_NO_KEY		= 6,	/* no identity of ours can decrypt */
	PS_E_DECRYPT		= 7,	/* decryption failed: one answer for all causes */
	PS_E_PASSPHRASE		= 8,	/* a passphrase is wrong or missing */
	PS_E_CHANGED		= 9,	/* the input changed while it was read */
	PS_E_TEMPORARY		= 10,	/* a lock, the network: try again */
	PS_E_READ		= 11,	/* the system cannot read */
	PS_E_WRITE		= 12,	/* the system cannot write */
	PS_E_FULL		= 13,	/* no space left */
	PS_E_NOMEM		= 14,	/* no memory left */
	PS_E_MISUSE		= 15,	/* the caller broke the interface */
	PS_E_CRYPTO		= 16,	/* the crypto library failed */
	PS_E_CANCELLED		= 17	/* a callback said stop */
} ps_code;

/* One row of the table of codes. All strings are static. */
typedef struct ps_code_row {
	size_t		 size;		/* of this structure */
	ps_code		 code;
	int		 exit_status;	/* of the command */
	const char	*symbol;	/* "PS_E_MALFORMED" */
	const char	*name;		/* "malformed": in JSON */
	const char	*smtp;		/* enhanced status, RFC 3463: "5.6.0" */
	const char	*sentence;
} ps_code_row;

/* ps_code_info returns the row of `code`; never NULL. */
PS_API const ps_code_row *ps_code_info(ps_code code);

/*
 * An error is a chain of causes, [0] the root, the last the outermost. It is
 * of fixed size, so failing needs no memory. Texts from outside are escaped
 * before they enter. Layout promised for good.
 */
enum { PS_ERR_CAUSES = 8, PS_ERR_ARGS = 4, PS_ERR_POOL = 1024 };

typedef struct ps_arg {
	const char	*name;		/* static: the {name} of the template */
	uint32_t	 kind;		/* 0 none, 1 text, 2 number, 3 time */
	uint32_t	 length;	/* of a text, in `pool` */
	uint64_t	 value;		/* number, time as int64_t, or place in `pool` */
} ps_arg;

typedef struct ps_cause {
	ps_code		 code;
	uint64_t	 offset;	/* octet within the layer named by `where`; */
					/* UINT64_MAX: none */
	const char	*where;		/* static: "cms.signed-data" */
	const char	*text;		/* static: the template of the words */
	ps_arg		 arg[PS_ERR_ARGS];
} ps_cause;

typedef struct ps_err {
	unsigned	 n;		/* causes in use; 0: no error */
	unsigned	 used;		/* octets of `pool` in use */
	ps_cause	 cause[PS_ERR_CAUSES];
	char		 pool[PS_ERR_POOL];
} ps_err;

#define PS_ERR_INIT	{ 0 }

/*
 * ps_err_format writes the chain into `out` (`size` octets, always
 * terminated), outermost first, further causes on lines that begin
 * "  because ". Returns `out`. An empty chain gives "".
 */
PS_API const char *ps_err_format(const ps_err *err, char *out, size_t size);

/* ps_err_cause writes the words of cause `i` alone. Returns `out`. */
PS_API const char *ps_err_cause(const ps_err *err, unsigned i, char *out,
    size_t size);

/* ps_err_code returns the code of the outermost cause, PS_OK if none. */
PS_API ps_code ps_err_code(const ps_err *err);

/* ps_err_clear forgets the chain. */
PS_API void ps_err_clear(ps_err *err);

/*
 * A secret: octets that are wiped, locked in memory where the system allows,
 * and never printed.
 */
typedef struct ps_secret ps_secret;

/* ps_secret_new returns an empty secret, NULL when memory is out. */
PS_API ps_secret *ps_secret_new(void);
/* ps_secret_free wipes and frees; NULL is fine. */
PS_API void ps_secret_free(ps_secret *s);
/* ps_secret_set replaces the value by a copy of `n` octets. */
PS_API PS_MUST ps_code ps_secret_set(ps_secret *s, const void *p, size_t n,
    ps_err *err);
/* ps_secret_get borrows the value until the next set or free. */
PS_API ps_slice ps_secret_get(const ps_secret *s);
/*
 * ps_secret_read_tty asks on the controlling terminal, without echo, for
 * `what` ("passphrase of bob.p12"). PS_E_PASSPHRASE when there is no terminal.
 */
PS_API PS_MUST ps_code ps_secret_read_tty(ps_secret *s, const char *what,
    ps_err *err);
/*
 * ps_secret_read_fd reads the first line of `fd`, without its line end, at
 * most 4096 octets; ps_secret_read_file the first line of the file `path`.
 */
PS_API PS_MUST ps_code ps_secret_read_fd(ps_secret *s, int fd, ps_err *err);
PS_API PS_MUST ps_code ps_secret_read_file(ps_secret *s, const char *path,
    ps_err *err);

/*
 * Somebody who can be asked for the secret that unlocks `what`. Returns PS_OK
 * after ps_secret_set, else a code with the reason in `err`.
 */
typedef ps_code (*ps_ask_fn)(void *arg, const char *what, ps_secret *out,
    ps_err *err);

/*
 * ps_time_parse reads a time of RFC 3339 ("2026-01-31T12:00:00Z", with an
 * offset, or the date alone: midnight UTC). PS_E_MALFORMED for anything else.
 */
PS_API PS_MUST ps_code ps_time_parse(const char *text, int64_t *out);

/* The library context: limits, clock, threads, test seed. */
typedef struct ps_ctx ps_ctx;

/* ps_ctx_new returns a context with the defaults, NULL when memory is out. */
PS_API ps_ctx *ps_ctx_new(void);
/* ps_ctx_free frees; all objects made from it must be gone. NULL is fine. */
PS_API void ps_ctx_free(ps_ctx *ctx);
/*
 * ps_ctx_set_limit sets the limit named `name` ("signers", "plan_max", ...;
 * ps_limit_name lists them) to `value`. PS_E_NOT_FOUND for an unknown name.
 */
PS_API PS_MUST ps_code ps_ctx_set_limit(ps_ctx *ctx, const char *name,
    uint64_t value, ps_err *err);
/* ps_limit_name returns the name of limit `i`, NULL past the last. */
PS_API const char *ps_limit_name(unsigned i);
/* ps_ctx_set_time fixes the clock to judge by; INT64_MIN: the system's. */
PS_API PS_MUST ps_code ps_ctx_set_time(ps_ctx *ctx, int64_t now, ps_err *err);
/*
 * ps_ctx_set_threads allows at most `n` threads a message; 0 and 1: none of
 * our own. Two are used for messages of a MiB or more whose length is known:
 * the reader and the writer that ps_open and ps_protect are given are then
 * called from the second one, though never by both at once, and how far the
 * reader was read in the end is not said. A result never depends on it.
 */
PS_API PS_MUST ps_code ps_ctx_set_threads(ps_ctx *ctx, unsigned n, ps_err *err);
/*
 * ps_ctx_set_insecure_test_seed makes boundaries and other *public* random
 * text reproducible. Keys, IVs and salts are never touched by it.
 */
PS_API PS_MUST ps_code ps_ctx_set_insecure_test_seed(ps_ctx *ctx, uint64_t seed,
    ps_err *err);

#ifdef __cplusplus
}
#endif

#endif
