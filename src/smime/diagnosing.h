/* SPDX-License-Identifier: ISC */
#ifndef PS_SMIME_DIAGNOSING_H
#define PS_SMIME_DIAGNOSING_H

/*
 * What transit did to a signed content (DESIGN 5, Diagnosis).
 *
 * Each undoing takes back one thing that transit does and writes what the
 * sender may have signed; the matcher compares it with what was signed. Only
 * a signature that holds over the result proves one, so nothing is guessed,
 * and a forger gets no sentence that helps him. The state stays invalid.
 */

#include "smime/opening.h"

/* --- the content as received, looked at once (diagnose_survey.c) --- */

enum {
	SURVEY_BANNER	= 12,		/* lines that may have been put first */
	SURVEY_FOOT	= 24,		/* lines that may have been put behind the first text */
	SURVEY_LINE	= 200,		/* octets of a line that are looked at */
	SURVEY_DELIMITER = 70		/* RFC 2046, 5.1.1 */
};
struct survey {
	struct mime_header h;
	struct mime_entity e;
	bool		 has_head;	/* it begins with a header section: `h`, `e` */
	uint64_t	 head_n;	/* octets of it, the empty line included */
	uint64_t	 octets, lines;
	bool		 crlf, lf, cr;	/* line ends that occur */
	bool		 trailing;	/* white space before one */
	bool		 separator;	/* a line "--" */
	bool		 from, from_escaped;	/* lines "From ", ">From " */
	bool		 flowed;	/* format=flowed */
	bool		 charset;	/* charset= */
	unsigned	 encodings;	/* 1 << enum mime_encoding, as named */
	uint64_t	 banner[SURVEY_BANNER + 1];	/* where the text's first lines begin */
	size_t		 nbanner;
	uint64_t	 foot[SURVEY_FOOT];	/* ... its last; a ring */
	size_t		 nfoot;
	uint64_t	 foot_end;	/* of its delimiter; 0: there is none */
	bool		 own_boundary;	/* a delimiter as the header section says */
	char		 boundary[SURVEY_DELIMITER + 1];	/* another one */
	bool		 boundary_closed;
};
PS_MUST ps_code survey_read(struct survey *s, ps_reader *in, const struct ps_limits *limits,
    ps_err *err);
void	survey_clear(struct survey *s);

/* --- undoing --- */

struct attempt {
	const struct survey *seen;
	const struct ps_limits *limits;
	unsigned	 variant;
	/* What the undoing says of what it took back. */
	uint64_t	 at;		/* the octet where that begins; PS_NOWHERE: not known */
	uint64_t	 n;		/* lines or fields */
	char		 name[64];
};
enum fit { FIT_YES, FIT_NO, FIT_END };
struct undo {
	const char	*code;
	const char	*words;		/* {n}, {line}, {name} */
	bool		 keeps_lines;	/* as many lines as there were */
	enum fit	(*fits)(const struct survey *s, unsigned variant);
	ps_code		(*make)(struct attempt *a, ps_reader *in, ps_writer *out, ps_err *err);
};
/* `code` NULL ends each. The first of undo_lines changes nothing. */
extern const struct undo undo_lines[], undo_text[];	/* diagnose_lines.c */
extern const struct undo undo_head[];			/* diagnose_head.c */
extern const struct undo undo_wrap[], undo_leaf[];	/* diagnose_leaf.c */

/* --- octets in, octets out (diagnose_flow.c) --- */

/* Reads `r` octet by octet and writes `w` in pieces; the first failure stays. */
struct flow {
	ps_reader	*r;
	ps_writer	*w;
	ps_err		*err;
	ps_code		 code;
	ps_slice	 seen;
	size_t		 used;		/* of `seen` */
	uint64_t	 at;		/* octets taken */
	size_t		 n;
	uint8_t		 p[2048];
};
void	flow_init(struct flow *f, ps_reader *r, ps_writer *w, ps_err *err);
int	flow_next(struct flow *f);		/* -1: the end, or a failure */
int	flow_peek(struct flow *f);
/* flow_ahead shows at least `n` octets unless the end comes first. */
ps_slice flow_ahead(struct flow *f, size_t n);
void	flow_put(struct flow *f, int c);
void	flow_add(struct flow *f, ps_slice s);
/* flow_copy passes `n` octets on; flow_rest all that is left. */
void	flow_copy(struct flow *f, uint64_t n);
void	flow_rest(struct flow *f);
/* flow_line_end takes a line end (CRLF, LF, CR) if one comes next: its length. */
size_t	flow_line_end(struct flow *f);
PS_MUST ps_code flow_finish(struct flow *f);

/* --- encoders (diagnose_encode.c) --- */

/* flow_wrap: base64 in lines of `width` (0: one line). */
void	flow_wrap(struct flow *f, unsigned width, bool final);
/* flow_quote encodes as quoted-printable text. `guard`: as ps_qpenc, "." and "From " at
 * a line start too; `exact`: a line that ends there may have 76 octets. */
void	flow_quote(struct flow *f, bool guard, bool exact);
/* A step from one charset to another, by names of our own choice. */
enum { CHUNK = 200 };	/* octets converted at once */
struct charset_step {
	struct ps_step	 step;
	void		*iconv;
	uint8_t		 held[8];	/* the start of a character */
	size_t		 nheld;
	uint8_t		 made[4 * (CHUNK + 8)];
	size_t		 made_n, made_at;
};
PS_MUST ps_code charset_step_init(struct charset_step *s, const char *from, const char *to,
    ps_err *err);
void	charset_step_clear(struct charset_step *s);

/* --- comparing (diagnose_match.c) --- */

/* A signature that does not hold, and how it would. */
struct want {
	struct ps_signature *sig;
	const struct cms_signer *signer;
	const struct ps_alg *digest;
	bool		 done;
	bool		 found;		/* in this attempt, */
	enum { WHOLE, BEGINNING, LONGER } how;
	uint64_t	 line;		/* BEGINNING: the first one behind it, from 1 */
	uint64_t	 n;		/* octets that were signed */
};
struct wants {
	struct want	*want;
	size_t		 n;
	ps_slice	 content_type;
	unsigned	 key_operations;	/* that may still be made */
};
/* A writer that compares what is written with what is wanted. `tail`: from this line on
 * the signed content may have ended before or behind any line end. */
struct matcher {
	ps_writer	 pub;
	struct wants	*wants;
	struct cms_digests digests;
	uint64_t	 tail, line, n;
	uint64_t	 dark;		/* behind the last octet that is not white */
	bool		 cr, bare_lf;
	uint8_t		 last;
};
PS_MUST ps_code matcher_init(struct matcher *m, struct wants *wants, uint64_t tail, ps_err *err);
/* matcher_end: all was written. */
PS_MUST ps_code matcher_end(struct matcher *m, ps_err *err);
void	matcher_clear(struct matcher *m);

#endif
