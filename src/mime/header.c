/* SPDX-License-Identifier: ISC */
/*
 * Header sections, octet for octet.
 *
 * A signature covers the section as it came, so it is kept whole in one block
 * and the fields are slices of it: nothing is ever put together again. What
 * is no field is kept too, under an empty name, except at the start: there it
 * is more likely that the section is missing than that a line got lost.
 */
#include "mime/mime.h"

#include <stdlib.h>
#include <string.h>

#include "mime/words.h"

/* field_name gives the length of the name when `p` starts a field
 * (RFC 5322, 2.2; white space before the colon: 4.5), else 0. */
static size_t
field_name(ps_slice line)
{
	size_t i = 0, n;

	while (i < line.n && line.p[i] > ' ' && line.p[i] < 127 &&
	    line.p[i] != ':')
		i++;
	n = i;
	while (i < line.n && (line.p[i] == ' ' || line.p[i] == '\t'))
		i++;
	return i < line.n && line.p[i] == ':' ? n : 0;
}

static bool
starts_with(ps_slice s, const char *text)
{
	size_t n = strlen(text);

	return s.n >= n && memcmp(s.p, text, n) == 0;
}

/* A "From " line is what mbox puts before a message, ">From " what a
 * mailer made of one; "From :" is a field of the obsolete syntax. */
static bool
is_postmark(ps_slice line)
{
	return starts_with(line, ">From ") ||
	    (starts_with(line, "From ") && field_name(line) == 0);
}

static ps_code
too_long(const struct ps_limits *limits, ps_err *err)
{
	return ps_fail(err, PS_E_LIMIT, "mime.header", limits->header_bytes,
	    W_MIME_HEADER_BYTES, PS_NUMBER("max", limits->header_bytes));
}

/* take_line moves one line, its end included, from the reader to the block;
 * *out_n is its length, 0 at the end of the reader. */
static ps_code
take_line(struct ps_buf *block, ps_reader *r, const struct ps_limits *limits,
    size_t *out_n, ps_err *err)
{
	size_t start = block->n;
	const uint8_t *eol = NULL;

	while (eol == NULL) {
		ps_slice w;
		ps_code code = ps_reader_peek(r, 1, &w, err);

		if (code != PS_OK)
			return code;
		if (w.n == 0)
			break;
		eol = memchr(w.p, '\n', w.n);
		if (eol != NULL)
			w.n = (size_t)(eol - w.p) + 1;
		if (w.n > limits->header_bytes ||
		    block->n > limits->header_bytes - w.n)
			return too_long(limits, err);
		code = ps_buf_add(block, w, err);
		if (code != PS_OK)
			return code;
		ps_reader_consume(r, w.n);
	}
	*out_n = block->n - start;
	return PS_OK;
}

static bool
is_empty_line(ps_slice line)
{
	return (line.n == 1 && line.p[0] == '\n') ||
	    (line.n == 2 && line.p[0] == '\r' && line.p[1] == '\n');
}

/* look_ahead shows the coming line as far as a field name can reach. */
static ps_code
look_ahead(ps_reader *r, ps_slice *out, ps_err *err)
{
	size_t min = 512;
	const uint8_t *eol;
	ps_slice w;

	for (;;) {
		ps_code code = ps_reader_peek(r, min, &w, err);

		if (code != PS_OK)
			return code;
		eol = w.n == 0 ? NULL : memchr(w.p, '\n', w.n);
		if (eol != NULL || w.n < min || min >= PS_PEEK_MAX ||
		    memchr(w.p, ':', w.n) != NULL)
			break;
		min *= 4;
	}
	if (eol != NULL)
		w.n = (size_t)(eol - w.p) + 1;
	*out = w;
	return PS_OK;
}

static ps_code
take_postmarks(struct mime_header *h, ps_reader *r,
    const struct ps_limits *limits, ps_err *err)
{
	ps_slice line;
	ps_code code;
	size_t n;

	for (;;) {
		code = look_ahead(r, &line, err);
		if (code != PS_OK || !is_postmark(line))
			return code;
		code = take_line(&h->block, r, limits, &n, err);
		if (code != PS_OK)
			return code;
		h->postmark.n = h->block.n;
	}
}

/* take_section fills the block up to and with the empty line. */
static ps_code
take_section(struct mime_header *h, ps_reader *r,
    const struct ps_limits *limits, ps_err *err)
{
	ps_slice line;
	ps_code code;
	size_t n;

	h->no_body = true;
	code = look_ahead(r, &line, err);
	if (code != PS_OK)
		return code;
	if (!is_empty_line(line) && field_name(line) == 0)
		return PS_OK;
	do {
		code = take_line(&h->block, r, limits, &n, err);
		if (code != PS_OK)
			return code;
		line = (ps_slice){ h->block.p + h->block.n - n, n };
	} while (n != 0 && !is_empty_line(line));
	h->no_body = n == 0;
	return PS_OK;
}

/* line_length of the line at `p`, its end included. */
static size_t
line_length(const uint8_t *p, const uint8_t *end)
{
	const uint8_t *eol = memchr(p, '\n', (size_t)(end - p));

	return (size_t)((eol == NULL ? end : eol + 1) - p);
}

static ps_slice
without_line_end(ps_slice s)
{
	if (s.n != 0 && s.p[s.n - 1] == '\n')
		s.n--;
	if (s.n != 0 && s.p[s.n - 1] == '\r')
		s.n--;
	return s;
}

/* cut_field makes a field of the line at `p` and its continuations. */
static struct mime_field
cut_field(const uint8_t *p, const uint8_t *end)
{
	struct mime_field f = { .raw = { p, line_length(p, end) } };
	const uint8_t *q = p + f.raw.n;
	const uint8_t *colon;

	while (q < end && (*q == ' ' || *q == '\t'))
		q += line_length(q, end);
	f.name = (ps_slice){ p, field_name(f.raw) };
	f.raw.n = (size_t)(q - p);
	f.body = without_line_end(f.raw);
	if (f.name.n != 0) {
		colon = (const uint8_t *)memchr(p, ':', f.raw.n) + 1;
		f.body.n -= (size_t)(colon - p);
		f.body.p = colon;
	}
	return f;
}

static ps_code
add_field(struct mime_header *h, size_t *room, struct mime_field f,
    const struct ps_limits *limits, ps_err *err)
{
	struct mime_field *p;
	size_t want, size;

	if (h->n >= limits->header_fields)
		return ps_fail(err, PS_E_LIMIT, "mime.header",
		    (uint64_t)(f.raw.p - h->block.p), W_MIME_HEADER_FIELDS,
		    PS_NUMBER("max", limits->header_fields));
	if (h->n == *room) {
		want = *room == 0 ? 16 : *room * 2;
		if (!ps_size_mul(want, sizeof *p, &size))
			return ps_nomem(err, "mime.header");
		p = realloc(h->field, size);
		if (p == NULL)
			return ps_nomem(err, "mime.header");
		h->field = p;
		*room = want;
	}
	h->field[h->n++] = f;
	return PS_OK;
}

static ps_code
cut_fields(struct mime_header *h, const struct ps_limits *limits, ps_err *err)
{
	const uint8_t *p = h->block.p + h->postmark.n;
	const uint8_t *end = h->block.p + h->block.n;
	size_t room = 0;

	while (p < end) {
		struct mime_field f;
		ps_code code;

		if (is_empty_line((ps_slice){ p, line_length(p, end) }))
			break;
		f = cut_field(p, end);
		code = add_field(h, &room, f, limits, err);
		if (code != PS_OK)
			return code;
		p += f.raw.n;
	}
	return PS_OK;
}

ps_code
mime_header_read(struct mime_header *out, ps_reader *r,
    const struct ps_limits *limits, ps_err *err)
{
	struct mime_header h = { .no_body = true };
	const uint8_t *eol, *p;
	ps_code code;

	code = take_postmarks(&h, r, limits, err);
	if (code == PS_OK)
		code = take_section(&h, r, limits, err);
	if (code != PS_OK)
		goto out;
	if (h.block.n != 0) {
		/* A postmark is of the folder, and its line end too. */
		p = h.block.p + (h.postmark.n < h.block.n ? h.postmark.n : 0);
		eol = memchr(p, '\n', (size_t)(h.block.p + h.block.n - p));
		h.lf = eol != NULL && (eol == p || eol[-1] != '\r');
		h.postmark.p = h.block.p;
		code = cut_fields(&h, limits, err);
	}
	if (code != PS_OK)
		goto out;
	*out = h;
	return PS_OK;
out:
	mime_header_clear(&h);
	return code;
}

void
mime_header_clear(struct mime_header *h)
{
	free(h->field);
	ps_buf_clear(&h->block);
	*h = (struct mime_header){ 0 };
}
