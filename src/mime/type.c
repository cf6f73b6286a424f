/* SPDX-License-Identifier: ISC */
/*
 * Content-Type, Content-Disposition and their parameters (RFC 2045, 5.1;
 * RFC 2231).
 *
 * Read as mail is, not as it should be: values without quotes hold specials
 * and spaces, semicolons are forgotten. Two rules are firm: the first of two
 * equal parameters counts, as for most readers, so that nobody shows one
 * boundary and means another; and pieces are joined by their number, whatever
 * their order, each number once and below 100.
 */
#include "mime/mime.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "mime/charset.h"
#include "mime/lex.h"
#include "mime/words.h"

enum { WHOLE = -1, SEGMENTS = 100 };

/* One parameter as it stands in the field: name*segment*=value. */
struct piece {
	ps_slice name;
	int	 segment;	/* WHOLE: the only one */
	bool	 extended;	/* percent-encoded */
	bool	 used;
	size_t	 at, n;		/* of the value in `values` */
};

struct pieces {
	struct piece	*p;
	size_t		 n, room;
	struct ps_buf	 values;
};

/* piece_mark reads what follows the name: "", "*", "*3" or "*3*"
 * (RFC 2231, 3 and 4). What reads otherwise is part of the name. */
static void
piece_mark(struct piece *p)
{
	size_t n = p->name.n, digits = 0;
	int segment = 0;

	p->segment = WHOLE;
	p->extended = n > 1 && p->name.p[n - 1] == '*';
	if (p->extended)
		p->name.n = --n;
	while (digits < 2 && digits < n && p->name.p[n - 1 - digits] >= '0' &&
	    p->name.p[n - 1 - digits] <= '9')
		digits++;
	if (digits == 0 || n < digits + 2 || p->name.p[n - 1 - digits] != '*')
		return;
	for (size_t i = n - digits; i < n; i++)
		segment = segment * 10 + (p->name.p[i] - '0');
	p->segment = segment;
	p->name.n = n - digits - 1;
}

/* starts_parameter: a name and "=" come next. */
static bool
starts_parameter(struct mime_lex l)
{
	if (mime_lex_run(&l, MIME_TOKEN_ENDS).n == 0)
		return false;
	return mime_lex_next(&l) == '=';
}

/* A value without quotes goes on over spaces unless something begins. */
static ps_code
bare_value(struct mime_lex *l, struct ps_buf *out, ps_err *err)
{
	ps_code code;
	int c;

	code = ps_buf_add(out, mime_lex_run(l, ";\"("), err);
	while (code == PS_OK && (c = mime_lex_next(l)) != -1 && c != ';' &&
	    c != '"' && !starts_parameter(*l)) {
		ps_slice word = mime_lex_run(l, ";\"(");

		if (word.n == 0)
			break;
		code = ps_buf_add_text(out, " ", err);
		if (code == PS_OK)
			code = ps_buf_add(out, word, err);
	}
	return code;
}

static ps_code
add_piece(struct pieces *ps, const struct piece *p,
    const struct ps_limits *limits, ps_err *err)
{
	struct piece *bigger;
	size_t want;

	if (ps->n >= limits->parameters)
		return ps_fail(err, PS_E_LIMIT, "mime.type", PS_NOWHERE,
		    W_MIME_PARAMETERS, PS_NUMBER("max", limits->parameters));
	if (ps->n == ps->room) {
		want = ps->room == 0 ? 8 : ps->room * 2;
		bigger = reallocarray(ps->p, want, sizeof *bigger);
		if (bigger == NULL)
			return ps_nomem(err, "mime.type");
		ps->p = bigger;
		ps->room = want;
	}
	ps->p[ps->n++] = *p;
	return PS_OK;
}

/* skip_junk passes what is no parameter, to the next semicolon. */
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

static ps_code
read_piece(struct mime_lex *l, struct pieces *ps,
    const struct ps_limits *limits, ps_err *err)
{
	struct piece p = { .at = ps->values.n };
	ps_code code;

	p.name = mime_lex_run(l, MIME_TOKEN_ENDS);
	if (p.name.n == 0 || !mime_lex_take(l, '=')) {
		skip_junk(l);
		return PS_OK;
	}
	code = mime_lex_next(l) == '"' ?
	    mime_lex_quoted(l, &ps->values, err) :
	    bare_value(l, &ps->values, err);
	if (code != PS_OK)
		return code;
	p.n = ps->values.n - p.at;
	piece_mark(&p);
	return add_piece(ps, &p, limits, err);
}

static ps_code
read_pieces(struct mime_lex *l, struct pieces *ps,
    const struct ps_limits *limits, ps_err *err)
{
	ps_code code = PS_OK;

	while (code == PS_OK && mime_lex_next(l) != -1)
		if (!mime_lex_take(l, ';'))
			code = read_piece(l, ps, limits, err);
	return code;
}

static int
hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (uint8_t)ps_ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static ps_code
add_percent(struct ps_buf *out, ps_slice in, ps_err *err)
{
	ps_code code = ps_buf_reserve(out, in.n, err);

	for (size_t i = 0; i < in.n && code == PS_OK; i++) {
		uint8_t c = in.p[i];

		if (c == '%' && in.n - i > 2 && hex_digit(in.p[i + 1]) >= 0 &&
		    hex_digit(in.p[i + 2]) >= 0) {
			c = (uint8_t)(hex_digit(in.p[i + 1]) * 16 +
			    hex_digit(in.p[i + 2]));
			i += 2;
		}
		out->p[out->n++] = c;
	}
	return code;
}

/* cut_to_quote takes from *s what stands before the next "'"; without one
 * there is no charset or language. */
static bool
cut_to_quote(ps_slice *s, ps_slice *out)
{
	const uint8_t *quote = s->n == 0 ? NULL : memchr(s->p, '\'', s->n);

	if (quote == NULL)
		return false;
	*out = (ps_slice){ s->p, (size_t)(quote - s->p) };
	s->p += out->n + 1;
	s->n -= out->n + 1;
	return true;
}

/* charset_of cuts "charset'language'" from the first piece (RFC 2231, 4). */
static ps_slice
charset_of(ps_slice *value)
{
	ps_slice rest = *value, charset, language;

	if (!cut_to_quote(&rest, &charset) || !cut_to_quote(&rest, &language))
		return (ps_slice){ NULL, 0 };
	*value = rest;
	return charset;
}

static ps_slice
piece_value(const struct pieces *ps, const struct piece *p)
{
	if (p->n == 0)
		return (ps_slice){ NULL, 0 };
	return (ps_slice){ ps->values.p + p->at, p->n };
}

static ps_code
add_piece_value(const struct pieces *ps, const struct piece *p,
    struct ps_buf *octets, ps_slice *charset, ps_err *err)
{
	ps_slice value = piece_value(ps, p);

	if (p->extended && p->segment <= 0)
		*charset = charset_of(&value);
	return p->extended ? add_percent(octets, value, err) :
	    ps_buf_add(octets, value, err);
}

/* gather joins the pieces of the parameter that `first` is of: itself when
 * it is whole, else those with the numbers 0, 1, 2... */
static ps_code
gather(const struct pieces *ps, const struct piece *first,
    struct ps_buf *octets, ps_slice *charset, ps_err *err)
{
	const struct piece *by_number[SEGMENTS] = { NULL };
	ps_code code = PS_OK;

	if (first->segment == WHOLE)
		return add_piece_value(ps, first, octets, charset, err);
	for (size_t i = ps->n; i-- > 0;)
		if (ps->p[i].segment != WHOLE &&
		    ps_ascii_equal(ps->p[i].name, first->name))
			by_number[ps->p[i].segment] = &ps->p[i];
	for (size_t i = 0; i < SEGMENTS && by_number[i] != NULL &&
	    code == PS_OK; i++)
		code = add_piece_value(ps, by_number[i], octets, charset, err);
	return code;
}

/* A NUL would let a value be one thing to us and another to who reads C
 * strings; nothing that we read needs one. */
static void
no_nul(struct ps_buf *b)
{
	for (size_t i = 0; i < b->n; i++)
		if (b->p[i] == '\0')
			b->p[i] = ' ';
}

/* Names of files are shown, and senders encode them as RFC 2047 forbids. */
static bool
is_for_people(ps_slice name)
{
	return ps_ascii_equal(name, ps_str("name")) ||
	    ps_ascii_equal(name, ps_str("filename"));
}

/* to_text: what has a charset that we read becomes UTF-8. */
static ps_code
to_text(ps_slice name, ps_slice charset, struct ps_buf *octets, char **out,
    ps_err *err)
{
	struct ps_buf text = { 0 };
	bool done = false;
	ps_code code = PS_OK;

	if (charset.n != 0) {
		code = mime_to_utf8(&text, charset, ps_buf_get(octets), &done, err);
	} else if (is_for_people(name)) {
		code = mime_decode_words(ps_buf_get(octets), &text, err);
		done = true;
	}
	if (!done)
		no_nul(octets);
	if (code == PS_OK)
		code = mime_text_take(done ? &text : octets, out, err);
	ps_buf_clear(&text);
	return code;
}

static ps_code
make_param(struct mime_param *out, const struct pieces *ps,
    const struct piece *first, ps_err *err)
{
	struct ps_buf octets = { 0 };
	ps_slice charset = { NULL, 0 };
	struct mime_param param = { NULL, NULL };
	ps_code code = gather(ps, first, &octets, &charset, err);

	if (code == PS_OK)
		code = to_text(first->name, charset, &octets, &param.value, err);
	if (code == PS_OK) {
		param.name = ps_strdup_slice(first->name);
		if (param.name == NULL)
			code = ps_nomem(err, "mime.type");
	}
	ps_buf_clear(&octets);
	if (code != PS_OK) {
		free(param.value);
		return code;
	}
	mime_lower(param.name);
	*out = param;
	return PS_OK;
}

/*
 * claim marks all pieces of the name of `p` and answers the one that speaks
 * for it: the first of the extended forms (RFC 2231; what RFC 6266, 4.3 says
 * of filename* holds for mail too), else the first. Pieces without a number 0 say nothing.
 */
static const struct piece *
claim(struct pieces *ps, const struct piece *p)
{
	const struct piece *plain = NULL, *better = NULL;

	for (size_t i = 0; i < ps->n; i++) {
		struct piece *q = &ps->p[i];

		if (!ps_ascii_equal(q->name, p->name))
			continue;
		q->used = true;
		if (q->segment == WHOLE && !q->extended)
			plain = plain == NULL ? q : plain;
		else if (q->segment <= 0)
			better = better == NULL ? q : better;
	}
	return better != NULL ? better : plain;
}

static ps_code
make_params(struct mime_type *t, struct pieces *ps, ps_err *err)
{
	ps_code code = PS_OK;

	if (ps->n == 0)
		return PS_OK;
	t->param = calloc(ps->n, sizeof *t->param);
	if (t->param == NULL)
		return ps_nomem(err, "mime.type");
	for (size_t i = 0; i < ps->n && code == PS_OK; i++) {
		const struct piece *p;

		if (ps->p[i].used)
			continue;
		p = claim(ps, &ps->p[i]);
		if (p == NULL)
			continue;
		code = make_param(&t->param[t->n], ps, p, err);
		t->n += code == PS_OK;
	}
	return code;
}

/* make_names sets type and subtype, "text" and "plain" when there is no type. */
static ps_code
make_names(struct mime_type *t, ps_slice type, ps_slice subtype, ps_err *err)
{
	t->readable = type.n != 0;
	t->type = ps_strdup_slice(t->readable ? type : ps_str("text"));
	t->subtype = ps_strdup_slice(t->readable ? subtype : ps_str("plain"));
	if (t->type == NULL || t->subtype == NULL)
		return ps_nomem(err, "mime.type");
	mime_lower(t->type);
	mime_lower(t->subtype);
	return PS_OK;
}

static ps_code
read_type(struct mime_lex *l, struct mime_type *t, ps_err *err)
{
	ps_slice type, subtype = { NULL, 0 };

	mime_lex_space(l);
	type = mime_lex_run(l, MIME_TOKEN_ENDS);
	if (mime_lex_take(l, '/')) {
		mime_lex_space(l);
		subtype = mime_lex_run(l, MIME_TOKEN_ENDS);
	}
	if (mime_lex_next(l) != ';' && !starts_parameter(*l))
		skip_junk(l);
	return make_names(t, type, subtype, err);
}

ps_code
mime_type_parse(struct mime_type *out, ps_slice body,
    const struct ps_limits *limits, ps_err *err)
{
	struct mime_lex l = mime_lex_of(body);
	struct mime_type t = { .present = true };
	struct pieces ps = { .p = NULL };
	ps_code code = read_type(&l, &t, err);

	if (code == PS_OK)
		code = read_pieces(&l, &ps, limits, err);
	if (code == PS_OK)
		code = make_params(&t, &ps, err);
	free(ps.p);
	ps_buf_clear(&ps.values);
	if (code != PS_OK)
		mime_type_clear(&t);
	else
		*out = t;
	return code;
}

void
mime_type_clear(struct mime_type *t)
{
	for (size_t i = 0; i < t->n; i++) {
		free(t->param[i].name);
		free(t->param[i].value);
	}
	free(t->param);
	free(t->type);
	free(t->subtype);
	*t = (struct mime_type){ 0 };
}

const char *
mime_type_param(const struct mime_type *t, const char *name)
{
	for (size_t i = 0; i < t->n; i++)
		if (strcmp(t->param[i].name, name) == 0)
			return t->param[i].value;
	return NULL;
}

bool
mime_type_is(const struct mime_type *t, const char *type, const char *subtype)
{
	return strcmp(t->type, type) == 0 && strcmp(t->subtype, subtype) == 0;
}
