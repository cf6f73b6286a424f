/* SPDX-License-Identifier: ISC */
/*
 * Undoing what relays do to the leaves of a signed entity: other transfer
 * encodings, other lines of base64, other charsets. All leaves that are alike
 * are changed alike; everything else is written octet for octet.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "mime/multipart.h"
#include "smime/diagnosing.h"
#include "smime/words.h"

struct walk;
typedef ps_code (*leaf_fn)(struct walk *w, const struct mime_header *h,
    const struct mime_entity *e, ps_reader *body, ps_err *err);
struct walk {
	struct attempt	*a;
	ps_reader	*in;
	ps_writer	*out;
	leaf_fn		 leaf;
	uint64_t	 depth, parts;
	uint64_t	 at;		/* where the present leaf begins */
};

/* --- the walk --- */

static ps_code entity(struct walk *w, ps_reader *r, ps_err *err);

static ps_code
multipart(struct walk *w, const struct mime_entity *e, ps_reader *body, ps_err *err)
{
	enum mime_region kind = MIME_PREAMBLE;
	struct mime_multipart *m;
	ps_slice delimiter;
	ps_reader *r;
	ps_code code = mime_multipart_open(&m, body, mime_type_param(&e->type, "boundary"),
	    w->a->limits, err);

	if (code != PS_OK)
		return code;
	while (code == PS_OK &&
	    (code = mime_multipart_region(m, &kind, &delimiter, &r, err)) == PS_OK &&
	    kind != MIME_END)
		if ((code = ps_writer_write(w->out, delimiter, err)) == PS_OK)
			code = kind == MIME_PART ? entity(w, r, err)
			    : ps_pump(r, w->out, NULL, err);
	mime_multipart_close(m);
	return code;
}

static bool
is_open(const struct mime_entity *e)
{
	return strcmp(e->type.type, "multipart") == 0 &&
	    strcmp(e->type.subtype, "signed") != 0 &&
	    mime_type_param(&e->type, "boundary") != NULL &&
	    (e->encoding == MIME_7BIT || e->encoding == MIME_8BIT || e->encoding == MIME_BINARY);
}

static ps_code
parsed(struct walk *w, const struct mime_header *h, ps_reader *r, ps_err *err)
{
	struct mime_entity e = { 0 };
	ps_code code = mime_entity_parse(&e, h, w->a->limits, err);

	if (code == PS_OK && is_open(&e) &&
	    (code = ps_writer_write(w->out, ps_buf_get(&h->block), err)) == PS_OK)
		code = multipart(w, &e, r, err);
	else if (code == PS_OK)
		code = w->leaf(w, h, &e, r, err);
	mime_entity_clear(&e);
	return code;
}

static ps_code
entity(struct walk *w, ps_reader *r, ps_err *err)
{
	struct mime_header h = { 0 };
	ps_code code;

	if (w->depth >= w->a->limits->mime_depth || ++w->parts > w->a->limits->parts)
		return ps_fail(err, PS_E_LIMIT, "smime.diagnose", PS_NOWHERE, W_OPEN_PARTS,
		    PS_NUMBER("max", w->a->limits->parts));
	w->depth++;
	w->at = ps_reader_offset(w->in);
	if ((code = mime_header_read(&h, r, w->a->limits, err)) == PS_OK)
		code = parsed(w, &h, r, err);
	mime_header_clear(&h);
	w->depth--;
	return code;
}

static ps_code
walk(struct attempt *a, leaf_fn leaf, ps_reader *in, ps_writer *out, ps_err *err)
{
	struct walk w = { .a = a, .in = in, .out = out, .leaf = leaf };

	return entity(&w, in, err);
}

static void
note(struct walk *w)
{
	if (w->a->at == PS_NOWHERE)
		w->a->at = w->at;
	w->a->n++;
}

static ps_code
keep(struct walk *w, const struct mime_header *h, ps_reader *body, ps_err *err)
{
	ps_code code = ps_writer_write(w->out, ps_buf_get(&h->block), err);

	return code == PS_OK ? ps_pump(body, w->out, NULL, err) : code;
}

/* --- header sections with another value in one field --- */

/* `from` to `to` of the section are replaced by `text`. */
struct change {
	const uint8_t	*from, *to;
	const char	*text;
};

/* RFC 2045, 6: the value of Content-Transfer-Encoding; NULL: the field goes. */
static struct change
change_encoding(const struct mime_header *h, const char *text)
{
	const struct mime_field *f = mime_header_find(h, "Content-Transfer-Encoding", 0);
	ps_slice v;

	if (f == NULL)
		return (struct change){ NULL, NULL, NULL };
	if (text == NULL)
		return (struct change){ f->raw.p, f->raw.p + f->raw.n, "" };
	v = f->body;
	while (v.n > 0 && (*v.p == ' ' || *v.p == '\t')) {
		v.p++;
		v.n--;
	}
	return (struct change){ v.p, v.p + v.n, text };
}

/* Sendmail says in a field of its own that it has changed the encoding. */
static const struct mime_field *
said_so(const struct mime_header *h)
{
	return mime_header_find(h, "X-MIME-Autoconverted", 0);
}

static void
put_between(struct flow *f, const uint8_t *p, const uint8_t *end, const struct mime_field *without)
{
	if (without != NULL && without->raw.p >= p && without->raw.p < end) {
		flow_add(f, (ps_slice){ p, (size_t)(without->raw.p - p) });
		p = without->raw.p + without->raw.n;
	}
	flow_add(f, (ps_slice){ p, (size_t)(end - p) });
}

static void
put_changed(struct flow *f, const struct mime_header *h, const struct change *c,
    const struct mime_field *without)
{
	const uint8_t *p = h->block.p;

	if (c->from != NULL) {
		put_between(f, p, c->from, without);
		flow_add(f, ps_str(c->text));
		p = c->to;
	}
	put_between(f, p, h->block.p + h->block.n, without);
}

/* --- base64 in other lines --- */

static const struct {
	unsigned	 width;
	bool		 final;
} wraps[] = {
	{ 76, false }, { 72, false }, { 64, false }, { 60, false }, { 0, false }, { 73, false },
	{ 48, false }, { 56, false }, { 68, false },
	{ 76, true }, { 72, true }, { 64, true }, { 60, true }, { 0, true }, { 73, true },
};

static enum fit
wrap_fit(const struct survey *s, unsigned v)
{
	if (v >= sizeof wraps / sizeof wraps[0])
		return FIT_END;
	return s->has_head && (s->encodings & 1u << MIME_BASE64) ? FIT_YES : FIT_NO;
}

static ps_code
wrap_leaf(struct walk *w, const struct mime_header *h, const struct mime_entity *e,
    ps_reader *body, ps_err *err)
{
	unsigned width = wraps[w->a->variant].width;
	struct flow f;

	if (e->encoding != MIME_BASE64)
		return keep(w, h, body, err);
	note(w);
	if (width == 0)
		snprintf(w->a->name, sizeof w->a->name, "no line ends");
	else
		snprintf(w->a->name, sizeof w->a->name, "%u", width);
	flow_init(&f, body, w->out, err);
	flow_add(&f, ps_buf_get(&h->block));
	flow_wrap(&f, width, wraps[w->a->variant].final);
	return flow_finish(&f);
}

static ps_code
wrap_make(struct attempt *a, ps_reader *in, ps_writer *out, ps_err *err)
{
	return walk(a, wrap_leaf, in, out, err);
}

/* --- other transfer encodings --- */

enum coder { AS_IT_IS, PLAIN, QUOTED, QUOTED_GUARD, QUOTED_EXACT, BASE64 };

#define BIT(e)	(1u << MIME_##e)

/* What came, what the sender may have written, and by which coder. */
static const struct recode {
	unsigned	 from;
	const char	*to;		/* NULL: no field */
	enum coder	 coder;
	unsigned	 width;
} recodes[] = {
	{ BIT(QP), "8bit", PLAIN, 0 }, { BIT(QP), "7bit", PLAIN, 0 }, { BIT(QP), NULL, PLAIN, 0 },
	{ BIT(BASE64), "8bit", PLAIN, 0 }, { BIT(BASE64), "7bit", PLAIN, 0 },
	{ BIT(BASE64), NULL, PLAIN, 0 }, { BIT(BASE64), "binary", PLAIN, 0 },
	{ BIT(BASE64), "quoted-printable", QUOTED, 0 },
	{ BIT(BASE64), "quoted-printable", QUOTED_GUARD, 0 },
	{ BIT(BASE64), "quoted-printable", QUOTED_EXACT, 0 },
	{ BIT(8BIT) | BIT(7BIT), "quoted-printable", QUOTED, 0 },
	{ BIT(8BIT) | BIT(7BIT), "quoted-printable", QUOTED_GUARD, 0 },
	{ BIT(8BIT) | BIT(7BIT), "quoted-printable", QUOTED_EXACT, 0 },
	{ BIT(8BIT), "quoted-printable", QUOTED, 0 },
	{ BIT(8BIT), "quoted-printable", QUOTED_GUARD, 0 },
	{ BIT(8BIT), "quoted-printable", QUOTED_EXACT, 0 },
	{ BIT(8BIT) | BIT(7BIT), "base64", BASE64, 76 },
	{ BIT(8BIT) | BIT(7BIT), "base64", BASE64, 72 },
	{ BIT(8BIT) | BIT(7BIT), "base64", BASE64, 64 },
	{ BIT(8BIT), "base64", BASE64, 76 }, { BIT(8BIT), "base64", BASE64, 72 },
	{ BIT(8BIT), "base64", BASE64, 64 },
	{ BIT(QP), "base64", BASE64, 76 }, { BIT(QP), "base64", BASE64, 72 },
	{ BIT(QP), "base64", BASE64, 64 },
	{ BIT(QP), "quoted-printable", QUOTED, 0 },
	{ BIT(QP), "quoted-printable", QUOTED_GUARD, 0 },
	{ BIT(QP), "quoted-printable", QUOTED_EXACT, 0 },
	{ BIT(7BIT), "8bit", AS_IT_IS, 0 }, { BIT(8BIT), "7bit", AS_IT_IS, 0 },
	{ BIT(7BIT), NULL, AS_IT_IS, 0 }, { BIT(8BIT), NULL, AS_IT_IS, 0 },
	{ BIT(8BIT), "binary", AS_IT_IS, 0 }, { BIT(7BIT), "binary", AS_IT_IS, 0 },
	{ BIT(BINARY), "8bit", AS_IT_IS, 0 }, { BIT(BINARY), "7bit", AS_IT_IS, 0 },
};

static enum fit
recode_fit(const struct survey *s, unsigned v)
{
	if (v >= sizeof recodes / sizeof recodes[0])
		return FIT_END;
	return s->has_head && (s->encodings & recodes[v].from) ? FIT_YES : FIT_NO;
}

/* Writes the body, which is not encoded here, by `coder`. */
static ps_code
encode(struct flow *f, enum coder coder, unsigned width, ps_err *err)
{
	struct ps_b64enc b64;
	ps_reader *digits, *plain = f->r;
	ps_code code;

	switch (coder) {
	case AS_IT_IS:
	case PLAIN:
		flow_rest(f);
		break;
	case QUOTED:
	case QUOTED_GUARD:
	case QUOTED_EXACT:
		flow_quote(f, coder == QUOTED_GUARD, coder == QUOTED_EXACT);
		break;
	case BASE64:
		ps_b64enc_init(&b64, true);
		if ((code = ps_reader_open_step(&digits, plain, &b64.step, err)) != PS_OK)
			return code;
		f->r = digits;
		flow_wrap(f, width, false);
		code = flow_finish(f);
		ps_reader_close(digits);
		f->r = plain;
		return code;
	}
	return flow_finish(f);
}

/* A field that is not there says 7bit (RFC 2045, 6.1), but there is none to change.
 * What is no text was base64 before. */
static bool
is_of(const struct mime_header *h, const struct mime_entity *e, unsigned from)
{
	if (e->encoding == MIME_BASE64 && strcmp(e->type.type, "text") != 0)
		return false;
	return e->encoding != MIME_UNKNOWN && (1u << e->encoding & from) != 0 &&
	    mime_header_find(h, "Content-Transfer-Encoding", 0) != NULL;
}

static ps_code
recode_leaf(struct walk *w, const struct mime_header *h, const struct mime_entity *e,
    ps_reader *body, ps_err *err)
{
	const struct recode *how = &recodes[w->a->variant];
	struct mime_decoder decoder = { .reader = NULL };
	struct change change = change_encoding(h, how->to);
	ps_reader *plain = body;
	struct flow f;
	ps_code code = PS_OK;

	if (!is_of(h, e, how->from))
		return keep(w, h, body, err);
	note(w);
	snprintf(w->a->name, sizeof w->a->name, "%s",
	    how->to != NULL ? how->to : W_D_NO_ENCODING);
	if (how->coder != AS_IT_IS)
		code = mime_decode(&decoder, body, e->encoding, &plain, err);
	if (code == PS_OK) {
		flow_init(&f, plain, w->out, err);
		put_changed(&f, h, &change, said_so(h));
		code = encode(&f, how->coder, how->width, err);
	}
	mime_decoder_clear(&decoder);
	return code;
}

static ps_code
recode_make(struct attempt *a, ps_reader *in, ps_writer *out, ps_err *err)
{
	return walk(a, recode_leaf, in, out, err);
}

/* --- other charsets --- */

/* By pairs of the same one, as senders spell it; ASCII-only text is the same in all. */
static const char *const charsets[] = {
	"utf-8", "UTF-8", "iso-8859-1", "ISO-8859-1", "iso-8859-15", "ISO-8859-15",
	"windows-1252", "Windows-1252", "us-ascii", "US-ASCII",
};

static enum fit
charset_fit(const struct survey *s, unsigned v)
{
	if (v >= 2 * sizeof charsets / sizeof charsets[0])
		return FIT_END;
	return s->has_head && s->charset ? FIT_YES : FIT_NO;
}

static const char *
known_charset(const char *name)
{
	for (size_t i = 0; name != NULL && i < sizeof charsets / sizeof charsets[0]; i += 2)
		if (ps_ascii_equal(ps_str(name), ps_str(charsets[i])))
			return charsets[i];
	return NULL;
}

/* The value of the parameter; its quotes stay. */
static struct change
change_charset(const struct mime_header *h, const char *was, const char *text)
{
	const struct mime_field *f = mime_header_find(h, "Content-Type", 0);
	const uint8_t *p, *end;
	size_t n = strlen(was);

	if (f == NULL)
		return (struct change){ NULL, NULL, NULL };
	p = f->body.p;
	end = p + f->body.n;
	while (end - p >= 7 && !ps_ascii_equal((ps_slice){ p, 7 }, ps_str("charset")))
		p++;
	for (; (size_t)(end - p) >= n; p++)
		if (memcmp(p, was, n) == 0)
			return (struct change){ p, p + n, text };
	return (struct change){ NULL, NULL, NULL };
}

/* The encoding stays what it is; the coder for quoted-printable is the second half of
 * the variants' choice. */
static enum coder
coder_for(const struct mime_entity *e, unsigned variant)
{
	if (e->encoding == MIME_BASE64)
		return BASE64;
	if (e->encoding != MIME_QP)
		return PLAIN;
	return variant < sizeof charsets / sizeof charsets[0] ? QUOTED : QUOTED_GUARD;
}

static ps_code
convert(struct walk *w, const struct mime_entity *e, struct flow *f, const char *from,
    const char *to, ps_err *err)
{
	struct mime_decoder decoder = { .reader = NULL };
	struct charset_step step = { .iconv = NULL };
	ps_reader *body = f->r, *plain, *text = NULL;
	ps_code code;

	if ((code = mime_decode(&decoder, body, e->encoding, &plain, err)) == PS_OK &&
	    (code = charset_step_init(&step, from, to, err)) == PS_OK &&
	    (code = ps_reader_open_step(&text, plain, &step.step, err)) == PS_OK) {
		f->r = text;
		code = encode(f, coder_for(e, w->a->variant), 76, err);
		f->r = body;
	}
	ps_reader_close(text);
	charset_step_clear(&step);
	mime_decoder_clear(&decoder);
	return code;
}

static ps_code
charset_leaf(struct walk *w, const struct mime_header *h, const struct mime_entity *e,
    ps_reader *body, ps_err *err)
{
	const char *to = charsets[w->a->variant % (sizeof charsets / sizeof charsets[0])];
	const char *was = mime_type_param(&e->type, "charset"), *from = known_charset(was);
	struct change change;
	struct flow f;

	if (from == NULL || strcmp(e->type.type, "text") != 0 || e->encoding == MIME_UNKNOWN)
		return keep(w, h, body, err);
	note(w);
	snprintf(w->a->name, sizeof w->a->name, "%s", to);
	change = change_charset(h, was, to);
	flow_init(&f, body, w->out, err);
	put_changed(&f, h, &change, NULL);
	return convert(w, e, &f, from, to, err);
}

static ps_code
charset_make(struct attempt *a, ps_reader *in, ps_writer *out, ps_err *err)
{
	return walk(a, charset_leaf, in, out, err);
}

const struct undo undo_wrap[] = {
	{ "base64-wrapped", W_D_WRAP, false, wrap_fit, wrap_make },
	{ NULL, NULL, false, NULL, NULL },
};

const struct undo undo_leaf[] = {
	{ "encoding-changed", W_D_ENCODING, false, recode_fit, recode_make },
	{ "charset-changed", W_D_CHARSET, false, charset_fit, charset_make },
	{ NULL, NULL, false, NULL, NULL },
};
