/* SPDX-License-Identifier: ISC */
/*
 * White space, comments, runs and quoted strings of structured fields.
 *
 * Comments nest without recursion: their depth is a count, so a field full
 * of "(" costs one pass and no stack.
 */
#include "mime/lex.h"

#include <string.h>

#include "base/text.h"

struct mime_lex
mime_lex_of(ps_slice s)
{
	static const uint8_t none[1];

	if (s.n == 0)
		return (struct mime_lex){ none, none };
	return (struct mime_lex){ s.p, s.p + s.n };
}

bool
mime_is_space(int c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void
skip_comment(struct mime_lex *l)
{
	size_t depth = 0;

	while (l->p < l->end) {
		uint8_t c = *l->p++;

		if (c == '\\' && l->p < l->end)
			l->p++;
		else if (c == '(')
			depth++;
		else if (c == ')' && --depth == 0)
			return;
	}
}

void
mime_lex_space(struct mime_lex *l)
{
	while (l->p < l->end) {
		if (*l->p == '(')
			skip_comment(l);
		else if (mime_is_space(*l->p))
			l->p++;
		else
			return;
	}
}

int
mime_lex_next(struct mime_lex *l)
{
	mime_lex_space(l);
	return l->p < l->end ? *l->p : -1;
}

bool
mime_lex_take(struct mime_lex *l, int c)
{
	if (mime_lex_next(l) != c)
		return false;
	l->p++;
	return true;
}

ps_slice
mime_lex_run(struct mime_lex *l, const char *ends)
{
	const uint8_t *start = l->p;

	while (l->p < l->end && *l->p > ' ' && *l->p != 127 &&
	    strchr(ends, *l->p) == NULL)
		l->p++;
	return (ps_slice){ start, (size_t)(l->p - start) };
}

ps_code
mime_lex_quoted(struct mime_lex *l, struct ps_buf *out, ps_err *err)
{
	l->p++;
	while (l->p < l->end && *l->p != '"') {
		ps_code code;

		if (*l->p == '\\' && l->end - l->p > 1)
			l->p++;
		if (*l->p != '\r' && *l->p != '\n') {
			code = ps_buf_add(out, (ps_slice){ l->p, 1 }, err);
			if (code != PS_OK)
				return code;
		}
		l->p++;
	}
	if (l->p < l->end)
		l->p++;
	return PS_OK;
}

void
mime_lex_skip_quoted(struct mime_lex *l)
{
	l->p++;
	while (l->p < l->end && *l->p != '"')
		l->p += *l->p == '\\' && l->end - l->p > 1 ? 2 : 1;
	if (l->p < l->end)
		l->p++;
}

ps_code
mime_text_take(struct ps_buf *b, char **out, ps_err *err)
{
	ps_code code = ps_buf_add(b, (ps_slice){ (const uint8_t *)"", 1 }, err);

	if (code == PS_OK)
		*out = (char *)ps_buf_take(b);
	return code;
}

void
mime_lower(char *s)
{
	for (; *s != '\0'; s++)
		*s = (char)ps_ascii_lower((unsigned char)*s);
}
