/* SPDX-License-Identifier: ISC */
/*
 * Mailboxes of an address field (RFC 5322, 3.4 and 4.4; RFC 6532).
 *
 * Who sent a message is decided here, so the structure is found in the raw
 * text and words are decoded only after, in names alone. One pass
 * finds where an element ends and where its "<", "@" and ">" stand; then its
 * pieces are read. What two readers could take for two addresses gives
 * `malformed`, for the verdict to refuse.
 */
#include "mime/mime.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "mime/lex.h"
#include "mime/words.h"

/* An element of the list: phrase <inside> after, or phrase alone. */
struct element {
	ps_slice phrase, inside, after;
	bool	 angle;		/* "<" was there */
	bool	 closed;	/* and ">" */
	bool	 at;		/* "@" stands in the phrase */
	bool	 group;		/* the phrase names a group: ":" followed */
};

static ps_slice
between(const uint8_t *p, const uint8_t *end)
{
	return (ps_slice){ p, (size_t)(end - p) };
}

/* A domain literal follows its "@"; elsewhere "[" is just a sign. */
static void
skip_literal(struct mime_lex *l)
{
	while (l->p < l->end && *l->p != ']')
		l->p++;
}

/* step passes one octet, or all of a quoted string, comment or literal. */
static void
step(struct mime_lex *l, bool after_at)
{
	if (*l->p == '"') {
		mime_lex_skip_quoted(l);
	} else if (*l->p == '(') {
		mime_lex_space(l);
	} else if (*l->p == '[' && after_at) {
		skip_literal(l);
	} else {
		l->p++;
	}
}

/* scan_angle stands behind "<" and goes to ">", or to what shows that it is
 * missing. Only a route (RFC 5322, 4.4) holds commas. */
static void
scan_angle(struct mime_lex *l, struct element *e)
{
	const uint8_t *start = l->p;
	bool route = mime_lex_next(l) == '@', after_at = false;

	while (l->p < l->end && *l->p != '>' && *l->p != '<' &&
	    (route || (*l->p != ',' && *l->p != ';'))) {
		uint8_t c = *l->p;

		step(l, after_at);
		after_at = c == '@';
		route = route && c != ':';
	}
	e->inside = between(start, l->p);
	e->closed = l->p < l->end && *l->p == '>';
	if (e->closed)
		l->p++;
}

static void
scan_after(struct mime_lex *l, struct element *e)
{
	const uint8_t *start = l->p;

	while (l->p < l->end && *l->p != ',' && *l->p != ';')
		step(l, false);
	e->after = between(start, l->p);
}

static void
scan_element(struct mime_lex *l, struct element *e)
{
	const uint8_t *start = l->p;
	bool after_at = false;

	while (l->p < l->end && *l->p != ',' && *l->p != ';' && *l->p != '<' &&
	    (*l->p != ':' || e->at)) {
		uint8_t c = *l->p;

		step(l, after_at);
		after_at = c == '@';
		e->at = e->at || after_at;
	}
	e->phrase = between(start, l->p);
	if (l->p == l->end || *l->p == ',' || *l->p == ';')
		return;
	e->angle = *l->p == '<';
	e->group = !e->angle;
	l->p++;
	if (!e->angle)
		return;
	scan_angle(l, e);
	scan_after(l, e);
}

/* dotted reads words with dots between, white space and comments anywhere
 * (the obsolete forms), and stops at what does not go on so. */
static ps_code
dotted(struct mime_lex *l, bool quoted, struct ps_buf *out, ps_err *err)
{
	bool word = true;	/* may a word come? */
	ps_code code = PS_OK;
	int c;

	while (code == PS_OK && (c = mime_lex_next(l)) != -1) {
		ps_slice run = { l->p, 1 };

		if (c == '.') {
			l->p++;
			word = true;
		} else if (!word) {
			return PS_OK;
		} else {
			word = false;
			if (c == '"' && quoted) {
				code = mime_lex_quoted(l, out, err);
				continue;
			}
			run = mime_lex_run(l, MIME_ATOM_ENDS);
			if (run.n == 0)
				return PS_OK;
		}
		code = ps_buf_add(out, run, err);
	}
	return code;
}

static ps_code
literal(struct mime_lex *l, struct ps_buf *out, ps_err *err)
{
	ps_code code = PS_OK;
	uint8_t c = 0;

	while (code == PS_OK && l->p < l->end && c != ']') {
		c = *l->p++;
		if (!mime_is_space(c))
			code = ps_buf_add(out, (ps_slice){ &c, 1 }, err);
	}
	return code;
}

static bool
dots_are_fine(ps_slice s)
{
	if (s.n == 0 || s.p[0] == '.' || s.p[s.n - 1] == '.')
		return false;
	return memmem(s.p, s.n, "..", 2) == NULL;
}

static bool
is_dot_atom(ps_slice s)
{
	struct mime_lex l = mime_lex_of(s);

	if (!dots_are_fine(s))
		return false;
	while (l.p < l.end) {
		size_t n = mime_lex_run(&l, MIME_ATOM_ENDS).n;

		if (l.p < l.end && (n == 0 || *l.p++ != '.'))
			return false;
	}
	return true;
}

/* is_clean: UTF-8 (RFC 6532) without control characters. */
static bool
is_clean(ps_slice s)
{
	uint32_t c;

	for (size_t i = 0, n; i < s.n; i += n) {
		n = ps_text_utf8(s.p + i, s.n - i, &c);
		if (n == 0 || c < 32 || (c >= 127 && c < 160))
			return false;
	}
	return true;
}

static bool
is_domain(ps_slice s)
{
	if (s.n > 2 && s.p[0] == '[')
		return s.p[s.n - 1] == ']';
	return dots_are_fine(s);
}

/* spec_parse reads all of `in` as local@domain; *out_ok: it is one. */
static ps_code
spec_parse(ps_slice in, struct ps_buf *local, struct ps_buf *domain,
    bool *out_ok, ps_err *err)
{
	struct mime_lex l = mime_lex_of(in);
	ps_code code = dotted(&l, true, local, err);

	*out_ok = false;
	if (code != PS_OK || !mime_lex_take(&l, '@'))
		return code;
	code = mime_lex_next(&l) == '[' ? literal(&l, domain, err) :
	    dotted(&l, false, domain, err);
	if (code != PS_OK)
		return code;
	*out_ok = mime_lex_next(&l) == -1 && local->n != 0 &&
	    is_domain(ps_buf_get(domain)) && is_clean(ps_buf_get(local)) &&
	    is_clean(ps_buf_get(domain));
	return PS_OK;
}

/* without_route cuts "@one,@two:" (RFC 5322, 4.4). */
static ps_slice
without_route(ps_slice in)
{
	struct mime_lex l = mime_lex_of(in);
	const uint8_t *colon;

	if (mime_lex_next(&l) != '@')
		return in;
	colon = memchr(l.p, ':', (size_t)(l.end - l.p));
	return colon == NULL ? in : between(colon + 1, l.end);
}

static ps_code
add_quoted(struct ps_buf *out, ps_slice s, ps_err *err)
{
	ps_code code = ps_buf_add_text(out, "\"", err);

	for (size_t i = 0; i < s.n && code == PS_OK; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\')
			code = ps_buf_add_text(out, "\\", err);
		if (code == PS_OK)
			code = ps_buf_add(out, (ps_slice){ s.p + i, 1 }, err);
	}
	return code == PS_OK ? ps_buf_add_text(out, "\"", err) : code;
}

static ps_code
make_address(ps_slice local, ps_slice domain, char **out, ps_err *err)
{
	struct ps_buf b = { 0 };
	ps_code code;

	code = is_dot_atom(local) ? ps_buf_add(&b, local, err) :
	    add_quoted(&b, local, err);
	if (code == PS_OK)
		code = ps_buf_add_text(&b, "@", err);
	if (code == PS_OK)
		code = ps_buf_add(&b, domain, err);
	if (code == PS_OK)
		code = mime_text_take(&b, out, err);
	ps_buf_clear(&b);
	return code;
}

/* add_phrase writes the words of a phrase, one space where some were. */
static ps_code
add_phrase(ps_slice phrase, struct ps_buf *out, ps_err *err)
{
	struct mime_lex l = mime_lex_of(phrase);
	ps_code code = PS_OK;

	while (code == PS_OK && mime_lex_next(&l) != -1) {
		const uint8_t *start = l.p;

		if (*l.p == '"')
			code = mime_lex_quoted(&l, out, err);
		else if (mime_lex_run(&l, "\"(").n != 0)
			code = ps_buf_add(out, between(start, l.p), err);
		else
			l.p++;	/* a control character */
		start = l.p;
		if (code == PS_OK && mime_lex_next(&l) != -1 && l.p != start)
			code = ps_buf_add_text(out, " ", err);
	}
	return code;
}

/* A name padded with spaces pushes what follows out of sight. */
static void
trim(struct ps_buf *b)
{
	size_t skip = 0;

	while (b->n != 0 && mime_is_space(b->p[b->n - 1]))
		b->n--;
	while (skip < b->n && mime_is_space(b->p[skip]))
		skip++;
	b->n -= skip;
	if (skip != 0)
		memmove(b->p, b->p + skip, b->n);
}

static ps_code
make_name(ps_slice phrase, char **out, ps_err *err)
{
	struct ps_buf words = { 0 }, name = { 0 };
	ps_code code = add_phrase(phrase, &words, err);

	if (code == PS_OK)
		code = mime_decode_words(ps_buf_get(&words), &name, err);
	trim(&name);
	if (code == PS_OK)
		code = mime_text_take(&name, out, err);
	ps_buf_clear(&words);
	ps_buf_clear(&name);
	return code;
}

static void
box_clear(struct mime_mailbox *box)
{
	free(box->name);
	free(box->local);
	free(box->domain);
	free(box->address);
	*box = (struct mime_mailbox){ NULL, NULL, NULL, NULL };
}

static ps_code
make_box(struct mime_mailbox *box, const struct element *e,
    struct ps_buf *local, struct ps_buf *domain, ps_err *err)
{
	ps_slice none = { NULL, 0 };
	ps_code code;

	code = make_address(ps_buf_get(local), ps_buf_get(domain),
	    &box->address, err);
	if (code == PS_OK)
		code = make_name(e->angle ? e->phrase : none, &box->name, err);
	if (code == PS_OK)
		code = mime_text_take(local, &box->local, err);
	if (code == PS_OK)
		code = mime_text_take(domain, &box->domain, err);
	if (code != PS_OK)
		box_clear(box);
	return code;
}

/* The array has room for the next power of two, at least eight. */
static ps_code
add_box(struct mime_mailboxes *out, const struct mime_mailbox *box, ps_err *err)
{
	struct mime_mailbox *bigger;

	if (out->n == 0 || (out->n >= 8 && (out->n & (out->n - 1)) == 0)) {
		bigger = reallocarray(out->box, out->n == 0 ? 8 : out->n * 2,
		    sizeof *bigger);
		if (bigger == NULL)
			return ps_nomem(err, "mime.mailbox");
		out->box = bigger;
	}
	out->box[out->n++] = *box;
	return PS_OK;
}

/* says_itself: "a@b <a@b>", which some clients write without quotes. */
static bool
says_itself(const struct mime_mailbox *box)
{
	return ps_ascii_equal(ps_str(box->name), ps_str(box->address));
}

static bool
is_blank(ps_slice s)
{
	struct mime_lex l = mime_lex_of(s);

	return mime_lex_next(&l) == -1;
}

static ps_code
read_mailbox(struct mime_mailboxes *out, const struct element *e,
    const struct ps_limits *limits, ps_err *err)
{
	struct ps_buf local = { 0 }, domain = { 0 };
	struct mime_mailbox box = { NULL, NULL, NULL, NULL };
	bool ok = false;
	ps_code code;

	code = spec_parse(e->angle ? without_route(e->inside) : e->phrase,
	    &local, &domain, &ok, err);
	if (code != PS_OK || !ok) {
		out->malformed = true;
		goto out;
	}
	if (out->n >= limits->addresses) {
		code = ps_fail(err, PS_E_LIMIT, "mime.mailbox", PS_NOWHERE,
		    W_MIME_ADDRESSES, PS_NUMBER("max", limits->addresses));
		goto out;
	}
	code = make_box(&box, e, &local, &domain, err);
	if (code != PS_OK)
		goto out;
	if (e->angle && (!e->closed || !is_blank(e->after) ||
	    (e->at && !says_itself(&box))))
		out->malformed = true;
	code = add_box(out, &box, err);
	if (code != PS_OK)
		box_clear(&box);
out:
	ps_buf_clear(&local);
	ps_buf_clear(&domain);
	return code;
}

static ps_code
read_list(struct mime_mailboxes *out, struct mime_lex *l,
    const struct ps_limits *limits, ps_err *err)
{
	bool group = false;
	ps_code code = PS_OK;

	while (code == PS_OK && mime_lex_next(l) != -1) {
		struct element e = { .angle = false };

		if (mime_lex_take(l, ','))
			continue;
		if (mime_lex_take(l, ';')) {
			out->malformed = out->malformed || !group;
			group = false;
			continue;
		}
		scan_element(l, &e);
		if (!e.group)
			code = read_mailbox(out, &e, limits, err);
		else if (group)
			out->malformed = true;
		group = group || e.group;
		out->grouped = out->grouped || e.group;
	}
	out->malformed = out->malformed || group;
	return code;
}

ps_code
mime_mailboxes_parse(struct mime_mailboxes *out, ps_slice body,
    const struct ps_limits *limits, ps_err *err)
{
	struct mime_lex l = mime_lex_of(body);
	size_t before = out->n;
	bool malformed = out->malformed, grouped = out->grouped;
	ps_code code = read_list(out, &l, limits, err);

	if (code == PS_OK)
		return PS_OK;
	while (out->n > before)
		box_clear(&out->box[--out->n]);
	out->malformed = malformed;
	out->grouped = grouped;
	return code;
}

void
mime_mailboxes_clear(struct mime_mailboxes *m)
{
	for (size_t i = 0; i < m->n; i++)
		box_clear(&m->box[i]);
	free(m->box);
	*m = (struct mime_mailboxes){ .box = NULL };
}
