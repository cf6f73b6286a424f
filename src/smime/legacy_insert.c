/* SPDX-License-Identifier: ISC */
/*
 * Hidden fields put at the head of a text.
 *
 * The text keeps its charset. Characters that a plain text's charset does not have leave it
 * without the element (a program that cannot show the Subject is better than a text that is
 * damaged), but ASCII becomes UTF-8, which says the same of everything that is ASCII; HTML
 * writes them as references. Receivers cut from plain text all up to the first blank line,
 * so the parameter and the element stand together or not at all.
 */
#include "smime/legacy_insert.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "mime/charset.h"
#include "smime/html_place.h"
#include "smime/type_field.h"

/* --- what is inserted --- */

static ps_slice
next_line(ps_slice *rest)
{
	const uint8_t *lf = memchr(rest->p, '\n', rest->n);
	size_t n = lf == NULL ? rest->n : (size_t)(lf - rest->p);
	ps_slice line = { rest->p, n };

	rest->p += n + (lf != NULL);
	rest->n -= n + (lf != NULL);
	return line;
}

static ps_code
plain_text(ps_slice lines, struct ps_buf *out, ps_err *err)
{
	ps_code code = PS_OK;

	while (lines.n != 0 && code == PS_OK)
		if ((code = ps_buf_add(out, next_line(&lines), err)) == PS_OK)
			code = ps_buf_add_text(out, "\r\n", err);
	return code == PS_OK ? ps_buf_add_text(out, "\r\n", err) : code;
}

static ps_code
add_reference(struct ps_buf *out, uint32_t c, ps_err *err)
{
	char text[16];

	snprintf(text, sizeof text, "&#x%lx;", (unsigned long)c);
	return ps_buf_add_text(out, text, err);
}

/* RFC 9788, 5.2.3: everything that is markup is escaped. */
static ps_code
html_line(ps_slice line, struct ps_buf *out, ps_err *err)
{
	ps_code code = PS_OK;

	for (size_t i = 0, n; i < line.n && code == PS_OK; i += n) {
		uint32_t c;

		n = ps_text_utf8(line.p + i, line.n - i, &c);
		if (n == 0) {
			n = 1;
			c = 0xfffd;
		}
		code = c > 126 || strchr("&<>\"'", (int)c) != NULL ? add_reference(out, c, err)
		    : ps_buf_add(out, (ps_slice){ line.p + i, 1 }, err);
	}
	return code;
}

static ps_code
html_text(ps_slice lines, struct ps_buf *out, ps_err *err)
{
	ps_code code = ps_buf_add_text(out,
	    "<div class=\"header-protection-legacy-display\">\r\n<pre>", err);

	while (lines.n != 0 && code == PS_OK)
		if ((code = html_line(next_line(&lines), out, err)) == PS_OK)
			code = ps_buf_add_text(out, "\r\n", err);
	return code == PS_OK ? ps_buf_add_text(out, "</pre></div>", err) : code;
}

/* --- which leaf --- */

static bool
is_text(const struct mime_entity *e)
{
	return !e->duplicate && e->encoding != MIME_UNKNOWN &&
	    strcmp(e->disposition.type, "attachment") != 0 &&
	    (mime_type_is(&e->type, "text", "plain") || mime_type_is(&e->type, "text", "html"));
}

static const char *
charset_of(const struct mime_entity *e)
{
	const char *charset = mime_type_param(&e->type, "charset");

	return charset == NULL || *charset == '\0' ? "us-ascii" : charset;
}

static bool
is_named_ascii(const char *charset)
{
	return ps_ascii_equal(ps_str(charset), ps_str("us-ascii")) ||
	    ps_ascii_equal(ps_str(charset), ps_str("ascii"));
}

/* The text in the charset of the leaf; *out_charset: another, which takes its place. */
static ps_code
make_text(struct ps_legacy_insert *s, const struct mime_entity *e, bool *out_fits,
    const char **out_charset, ps_err *err)
{
	const char *charset = charset_of(e);
	struct ps_buf utf8 = { 0 };
	ps_code code;

	*out_charset = NULL;
	s->text.n = 0;
	s->html = mime_type_is(&e->type, "text", "html");
	code = s->html ? html_text(s->lines, &utf8, err) : plain_text(s->lines, &utf8, err);
	if (code == PS_OK)
		code = mime_from_utf8(&s->text, charset, ps_buf_get(&utf8), out_fits, err);
	if (code == PS_OK && !*out_fits && is_named_ascii(charset)) {
		*out_charset = "utf-8";
		*out_fits = true;
		code = ps_buf_add(&s->text, ps_buf_get(&utf8), err);
	}
	ps_buf_clear(&utf8);
	return code;
}

static ps_code
look(void *arg, const struct mime_header *h, const struct mime_entity *e, bool *out_wanted,
    struct ps_buf *out_type, ps_err *err)
{
	struct ps_legacy_insert *s = arg;
	const char *cut[] = { "hp-legacy-display", NULL, NULL };
	struct ps_param add[] = { { "hp-legacy-display", "1" }, { NULL, NULL }, { NULL, NULL } };
	const char *charset;
	bool fits;
	ps_code code;

	*out_wanted = false;
	if (!is_text(e))
		return PS_OK;
	if ((code = make_text(s, e, &fits, &charset, err)) != PS_OK || !fits)
		return code;
	if (charset != NULL) {
		cut[1] = "charset";
		add[1] = (struct ps_param){ "charset", charset };
	}
	*out_wanted = true;
	return ps_type_field(out_type, h, e, cut, add, s->limits, err);
}

/* --- insertion --- */

/* Takes from `in` until `head` holds `want` octets. */
static ps_code
fill(struct ps_buf *head, ps_reader *in, size_t want, bool *out_end, ps_err *err)
{
	ps_slice w;
	ps_code code;

	*out_end = false;
	while (head->n < want) {
		if ((code = ps_reader_peek(in, 1, &w, err)) != PS_OK)
			return code;
		if (w.n == 0) {
			*out_end = true;
			return PS_OK;
		}
		if (w.n > want - head->n)
			w.n = want - head->n;
		if ((code = ps_buf_add(head, w, err)) != PS_OK)
			return code;
		ps_reader_consume(in, w.n);
	}
	return PS_OK;
}

/* Reads ahead until the body's place is in sight; from the start again each time there
 * is twice as much. A text that is all head gets the element at its end. */
static ps_code
find_place(struct ps_buf *head, ps_reader *in, size_t max, size_t *out_at, bool *out_found,
    ps_err *err)
{
	size_t want = 4096;
	bool end = false;
	ps_code code;

	*out_found = false;
	for (; !*out_found && !end && want <= max; want *= 2) {
		if ((code = fill(head, in, want, &end, err)) != PS_OK)
			return code;
		*out_found = ps_html_body_place(ps_buf_get(head), out_at);
	}
	*out_found = *out_found || (end && *out_at == head->n);
	return PS_OK;
}

static ps_code
open_html(const struct ps_legacy_insert *s, ps_reader *in, ps_reader **out, ps_err *err)
{
	struct ps_buf head = { 0 }, joint = { 0 };
	ps_slice rest;
	size_t at = 0;
	bool found;
	ps_code code;

	code = find_place(&head, in, (size_t)s->limits->header_bytes, &at, &found, err);
	if (code != PS_OK)
		goto out;
	rest = ps_buf_get(&head);
	if (found) {
		code = ps_buf_add(&joint, (ps_slice){ rest.p, at }, err);
		if (code == PS_OK)
			code = ps_buf_add(&joint, ps_buf_get(&s->text), err);
		if (at > 0)	/* else there may be no octet at all */
			rest = (ps_slice){ rest.p + at, rest.n - at };
	}
	if (code == PS_OK && (code = ps_buf_add(&joint, rest, err)) == PS_OK)
		code = ps_reader_open_chain(out, ps_buf_get(&joint), in, err);
out:
	ps_buf_clear(&head);
	ps_buf_clear(&joint);
	return code;
}

static ps_code
open_leaf(void *arg, ps_reader *decoded, ps_reader **out, ps_err *err)
{
	const struct ps_legacy_insert *s = arg;

	return s->html ? open_html(s, decoded, out, err)
	    : ps_reader_open_chain(out, ps_buf_get(&s->text), decoded, err);
}

void
ps_legacy_edit(struct ps_legacy_insert *s, struct mime_edit *out)
{
	*out = (struct mime_edit){ .look = look, .open = open_leaf, .arg = s };
}

void
ps_legacy_insert_clear(struct ps_legacy_insert *s)
{
	ps_buf_clear(&s->text);
}
