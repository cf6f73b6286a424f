/* SPDX-License-Identifier: ISC */
/*
 * Encoded words (RFC 2047), for showing only: by the time we come here, who
 * sent what to whom was read from the raw text, so a word that decodes to a
 * comma or "<" is just a name with a comma or "<" in it.
 *
 * Words that touch are joined before their charset is read, since senders
 * split characters between them although RFC 2047, 5 (3) forbids it.
 */
#include "mime/mime.h"

#include <string.h>

#include "base/text.h"
#include "mime/charset.h"
#include "mime/lex.h"

struct word {
	ps_slice charset;
	ps_slice text;
	bool	 base64;
	size_t	 length;	/* of all of it */
};

/* What has been decoded and waits for the next word to say if it goes on. */
struct pending {
	ps_slice	 charset;
	ps_slice	 raw;		/* the words as they came */
	struct ps_buf	 octets;
};

/* An unencoded "?" cannot stand in the text; spaces should not, but do. */
static size_t
text_length(const uint8_t *p, const uint8_t *end)
{
	const uint8_t *q = p;

	while (q < end && *q != '?' && *q != '\r' && *q != '\n')
		q++;
	return (size_t)(q - p);
}

static bool
word_parse(struct word *w, const uint8_t *p, const uint8_t *end)
{
	struct mime_lex l = { p, end };
	const uint8_t *star;

	if (end - p < 8 || p[0] != '=' || p[1] != '?')
		return false;
	l.p += 2;
	w->charset = mime_lex_run(&l, "()<>@,;:\\\"/[]?=");
	star = w->charset.n == 0 ? NULL :
	    memchr(w->charset.p, '*', w->charset.n);
	if (star != NULL)	/* a language: RFC 2231, 5 */
		w->charset.n = (size_t)(star - w->charset.p);
	if (w->charset.n == 0 || end - l.p < 5 || l.p[0] != '?' || l.p[2] != '?')
		return false;
	w->base64 = ps_ascii_lower(l.p[1]) == 'b';
	if (!w->base64 && ps_ascii_lower(l.p[1]) != 'q')
		return false;
	w->text.p = l.p + 3;
	w->text.n = text_length(w->text.p, end);
	l.p = w->text.p + w->text.n;
	if (end - l.p < 2 || l.p[1] != '=')
		return false;
	w->length = (size_t)(l.p + 2 - p);
	return true;
}

static int
hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (uint8_t)ps_ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* RFC 2047, 4.2 */
static ps_code
decode_q(ps_slice in, struct ps_buf *out, ps_err *err)
{
	ps_code code = ps_buf_reserve(out, in.n, err);

	for (size_t i = 0; i < in.n && code == PS_OK; i++) {
		uint8_t c = in.p[i] == '_' ? ' ' : in.p[i];

		if (c == '=' && in.n - i > 2 && hex_digit(in.p[i + 1]) >= 0 &&
		    hex_digit(in.p[i + 2]) >= 0) {
			c = (uint8_t)(hex_digit(in.p[i + 1]) * 16 +
			    hex_digit(in.p[i + 2]));
			i += 2;
		}
		out->p[out->n++] = c;
	}
	return code;
}

/* RFC 2047, 4.1. *out_ok: it was base64. */
static ps_code
decode_b(ps_slice in, struct ps_buf *out, bool *out_ok, ps_err *err)
{
	struct ps_b64dec dec;
	struct ps_step_io io;
	ps_code code = ps_buf_reserve(out, in.n + 1, err);

	if (code != PS_OK)
		return code;
	ps_b64dec_init(&dec);
	io = (struct ps_step_io){ .in = in.p, .in_end = in.p + in.n,
	    .out = out->p + out->n, .out_end = out->p + out->n + in.n,
	    .last = true };
	code = dec.step.ops->run(&dec.step, &io, NULL);
	*out_ok = code == PS_OK && io.done && dec.junk == 0;
	if (*out_ok)
		out->n = (size_t)(io.out - out->p);
	return PS_OK;
}

static ps_code
plain(ps_slice text, struct ps_buf *out, ps_err *err)
{
	bool known;

	return mime_to_utf8(out, ps_str("utf-8"), text, &known, err);
}

/* flush writes what waits; in a charset we do not know, as it came. */
static ps_code
flush(struct pending *w, struct ps_buf *out, ps_err *err)
{
	bool known = false;
	ps_code code;

	if (w->raw.n == 0)
		return PS_OK;
	code = mime_to_utf8(out, w->charset, ps_buf_get(&w->octets), &known, err);
	if (code == PS_OK && !known)
		code = plain(w->raw, out, err);
	w->octets.n = 0;
	w->raw.n = 0;
	return code;
}

/* add_word joins `word` to what waits when its charset is the same. */
static ps_code
add_word(struct pending *w, const struct word *word, const uint8_t *p,
    struct ps_buf *out, bool *out_ok, ps_err *err)
{
	ps_code code = PS_OK;

	*out_ok = true;
	if (w->raw.n != 0 && !ps_ascii_equal(w->charset, word->charset))
		code = flush(w, out, err);
	if (code != PS_OK)
		return code;
	code = word->base64 ? decode_b(word->text, &w->octets, out_ok, err) :
	    decode_q(word->text, &w->octets, err);
	if (code != PS_OK || !*out_ok)
		return code;
	if (w->raw.n == 0)
		w->raw.p = p;
	w->raw.n = (size_t)(p - w->raw.p) + word->length;
	w->charset = word->charset;
	return PS_OK;
}

static const uint8_t *
next_start(const uint8_t *p, const uint8_t *end)
{
	const uint8_t *q = memmem(p, (size_t)(end - p), "=?", 2);

	return q == NULL ? end : q;
}

static bool
is_blank(const uint8_t *p, const uint8_t *end)
{
	while (p < end && mime_is_space(*p))
		p++;
	return p == end;
}

/* decode: `done` is where the text not yet written begins; between words it
 * is white space, which goes (RFC 2047, 6.2). */
static ps_code
decode(struct pending *w, ps_slice text, struct ps_buf *out, ps_err *err)
{
	const uint8_t *end = text.p + text.n, *done = text.p;
	const uint8_t *p = next_start(text.p, end);
	ps_code code = PS_OK;

	while (p < end && code == PS_OK) {
		struct word word;
		bool ok = word_parse(&word, p, end);

		if (ok && (w->raw.n == 0 || !is_blank(done, p))) {
			code = flush(w, out, err);
			if (code == PS_OK)
				code = plain((ps_slice){ done,
				    (size_t)(p - done) }, out, err);
			done = p;
		}
		if (ok && code == PS_OK)
			code = add_word(w, &word, p, out, &ok, err);
		if (ok)
			done = p + word.length;
		p = next_start(ok ? done : p + 2, end);
	}
	if (code == PS_OK)
		code = flush(w, out, err);
	if (code == PS_OK)
		code = plain((ps_slice){ done, (size_t)(end - done) }, out, err);
	return code;
}

ps_code
mime_decode_words(ps_slice text, struct ps_buf *out, ps_err *err)
{
	struct pending w = { .raw = { 0 } };
	ps_code code;

	if (text.n == 0)
		return PS_OK;
	code = decode(&w, text, out, err);
	ps_buf_clear(&w.octets);
	return code;
}
