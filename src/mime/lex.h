/* SPDX-License-Identifier: ISC */
#ifndef PS_MIME_LEX_H
#define PS_MIME_LEX_H

/*
 * The words of structured fields: what Content-Type, addresses and dates
 * have in common. It reads raw bodies, folds and all, and never goes back
 * over what it took, so every reader built on it is linear.
 */

#include <stdbool.h>

#include "base/buf.h"

struct mime_lex {
	const uint8_t	*p, *end;
};

/* What ends an atom (RFC 5322, 3.2.3) and a token (RFC 2045, 5.1). */
#define MIME_ATOM_ENDS	"()<>@,;:\\\".[]"
#define MIME_TOKEN_ENDS	"()<>@,;:\\\"/[]?="

struct mime_lex	mime_lex_of(ps_slice s);
/* mime_lex_space skips white space, folds and comments. A comment
 * that does not end takes all that is left. */
void	mime_lex_space(struct mime_lex *l);
/* mime_lex_next skips as above and answers the octet ahead, -1 at the end. */
int	mime_lex_next(struct mime_lex *l);
/* mime_lex_take skips as above and takes `c` if it is next. */
bool	mime_lex_take(struct mime_lex *l, int c);
/* mime_lex_run takes octets above space other than DEL and those in `ends`. */
ps_slice mime_lex_run(struct mime_lex *l, const char *ends);
/* mime_lex_quoted takes the quoted string that starts here and appends its
 * meaning: no quotes, escapes resolved, folds removed. */
PS_MUST ps_code mime_lex_quoted(struct mime_lex *l, struct ps_buf *out, ps_err *err);
/* mime_lex_skip_quoted takes it and forgets it. */
void	mime_lex_skip_quoted(struct mime_lex *l);

bool	mime_is_space(int c);	/* space, tab, CR, LF */
/* mime_text_take ends the text with a NUL and hands it over. */
PS_MUST ps_code mime_text_take(struct ps_buf *b, char **out, ps_err *err);
/* mime_lower makes ASCII letters small. */
void	mime_lower(char *s);

#endif
