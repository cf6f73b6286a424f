/* SPDX-License-Identifier: ISC */
/*
 * A Content-Type without some of its parameters, octet for octet otherwise.
 *
 * It walks as type.c reads, so what is found there is cut here: values without
 * quotes that hold spaces, forgotten semicolons, the pieces of RFC 2231. A
 * parameter goes with what stands before it since the last one; one that no
 * semicolon follows leaves its own behind for the next.
 */
#include "mime/mime.h"

#include "base/text.h"
#include "mime/lex.h"

static bool
starts_parameter(struct mime_lex l)
{
	return mime_lex_run(&l, MIME_TOKEN_ENDS).n != 0 && mime_lex_next(&l) == '=';
}

static void
skip_bare(struct mime_lex *l)
{
	struct mime_lex ahead;
	int c;

	mime_lex_run(l, ";\"(");
	for (;;) {
		ahead = *l;
		c = mime_lex_next(&ahead);
		if (c == -1 || c == ';' || c == '"' || starts_parameter(ahead) ||
		    mime_lex_run(&ahead, ";\"(").n == 0)
			return;
		*l = ahead;
	}
}

static void
skip_junk(struct mime_lex *l)
{
	int c;

	while ((c = mime_lex_next(l)) != -1 && c != ';') {
		if (c == '"')
			mime_lex_skip_quoted(l);
		else
			l->p++;
	}
}

/* Takes one parameter, *out_name its name without the marks of RFC 2231;
 * empty: it was none. */
static void
take_parameter(struct mime_lex *l, ps_slice *out_name)
{
	ps_slice name = mime_lex_run(l, MIME_TOKEN_ENDS);

	*out_name = (ps_slice){ name.p, 0 };
	if (name.n == 0 || !mime_lex_take(l, '=')) {
		skip_junk(l);
		return;
	}
	if (mime_lex_next(l) == '"')
		mime_lex_skip_quoted(l);
	else
		skip_bare(l);
	while (out_name->n < name.n && name.p[out_name->n] != '*')
		out_name->n++;
}

static bool
is_one_of(ps_slice name, const char *const *names)
{
	for (; *names != NULL; names++)
		if (ps_ascii_equal(name, ps_str(*names)))
			return true;
	return false;
}

static void
skip_type(struct mime_lex *l)
{
	mime_lex_space(l);
	mime_lex_run(l, MIME_TOKEN_ENDS);
	if (mime_lex_take(l, '/')) {
		mime_lex_space(l);
		mime_lex_run(l, MIME_TOKEN_ENDS);
	}
	if (mime_lex_next(l) != ';' && !starts_parameter(*l))
		skip_junk(l);
}

/* Does another parameter follow without a semicolon? */
static bool
is_joined(struct mime_lex l)
{
	int c = mime_lex_next(&l);

	return c != -1 && c != ';';
}

ps_code
mime_type_cut(ps_slice body, const char *const *names, struct ps_buf *out, ps_err *err)
{
	struct mime_lex l = mime_lex_of(body);
	const uint8_t *from = l.p, *last;
	ps_code code = PS_OK;

	skip_type(&l);
	last = l.p;
	while (code == PS_OK && mime_lex_next(&l) != -1) {
		ps_slice name;

		if (mime_lex_take(&l, ';'))
			continue;
		take_parameter(&l, &name);
		if (name.n != 0 && is_one_of(name, names)) {
			if (is_joined(l))
				last = name.p;
			code = ps_buf_add(out, (ps_slice){ from, (size_t)(last - from) }, err);
			from = l.p;
		}
		last = l.p;
	}
	if (code == PS_OK)
		code = ps_buf_add(out, (ps_slice){ from, (size_t)(l.end - from) }, err);
	return code;
}
