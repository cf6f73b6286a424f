/* SPDX-License-Identifier: ISC */
/*
 * Leaves written again: looked at, then as they are, or encoded in the way that suits
 * them. What was decided in the first walk is a number in a list, so that the second
 * writes the same without looking.
 */
#include "mime/rewrite.h"

#include <string.h>

#include "stream/wide.h"

enum { LINE = 76 };

/* What a look at a whole leaf finds. */
struct findings {
	bool		 unsafe;
	uint64_t	 n, high;	/* octets, and those above 126 */
};

static ps_code
count_high(void *arg, ps_slice in, ps_err *err)
{
	struct findings *f = arg;

	(void)err;
	if (in.p == NULL)
		return PS_OK;
	f->n += in.n;
	f->high += ps_wide()->count_above(in.p, in.n, 126);
	return PS_OK;
}

/* examine reads all of `r`. */
static ps_code
examine(const struct rewriting *s, ps_reader *r, struct findings *out, ps_err *err)
{
	struct mime_watch watch = { .from_lf = true, .exposed = s->how->exposed };
	ps_writer *null = NULL, *w = NULL;
	ps_code code = ps_writer_open_tap(&null, NULL, count_high, out, err);

	if (code == PS_OK)
		code = mime_canonical_writer(&w, null, &watch, err);
	if (code == PS_OK)
		code = ps_pump(r, w, NULL, err);
	if (code == PS_OK)
		code = ps_writer_finish(w, err);
	if (code == PS_OK)
		out->unsafe = watch.unsafe;
	ps_writer_close(w);
	ps_writer_close(null);
	return code;
}

/* guess looks as far as one peek can; beyond, it says that it is unsafe. */
static ps_code
guess(const struct rewriting *s, ps_reader *body, struct findings *out, ps_err *err)
{
	ps_reader *all;
	ps_slice w;
	ps_code code = ps_reader_peek(body, PS_PEEK_MAX, &w, err);

	if (code != PS_OK)
		return code;
	if (w.n >= PS_PEEK_MAX) {
		out->unsafe = true;
		return PS_OK;
	}
	code = ps_reader_open_memory(&all, w, err);
	if (code != PS_OK)
		return code;
	code = examine(s, all, out, err);
	ps_reader_close(all);
	return code;
}

/*
 * What is made of lines is encoded as lines, so that people can still read it, but
 * where most of it would be digits; binary says that LF is no line end. An encoding
 * that was declared stays. RFC 2045, 6.4: a multipart must not be encoded.
 */
static enum change
change_for(const struct mime_entity *e, const struct findings *f)
{
	bool lines = strcmp(e->type.type, "text") == 0 ||
	    strcmp(e->type.type, "message") == 0;

	if (strcmp(e->type.type, "multipart") == 0)
		return KEEP;
	switch (e->encoding) {
	case MIME_BASE64:
	case MIME_BINARY:
		return TO_BASE64;
	case MIME_QP:
		return TO_QP;
	case MIME_7BIT:
	case MIME_8BIT:
		return lines && (f->n <= LINE || f->high <= f->n / 2) ? TO_QP : TO_BASE64;
	case MIME_UNKNOWN:
		break;
	}
	return KEEP;
}

/* The content of a leaf: decoded, and edited. */
struct content {
	struct mime_decoder decoder;
	ps_reader	*edited;
	ps_reader	*in;
};

static ps_code
content_open(struct rewriting *s, const struct leaf *l, struct content *c, ps_err *err)
{
	ps_code code = mime_decode(&c->decoder, l->at->body, l->e->encoding, &c->in, err);

	if (code != PS_OK || !l->edited)
		return code;
	code = s->how->edit->open(s->how->edit->arg, c->in, &c->edited, err);
	if (code == PS_OK)
		c->in = c->edited;
	return code;
}

static void
content_close(struct content *c)
{
	ps_reader_close(c->edited);
	mime_decoder_clear(&c->decoder);
}

/* What has an encoding is judged as it stands; so is an edited leaf that has none. */
static ps_code
examine_leaf(struct rewriting *s, const struct leaf *l, struct findings *out, ps_err *err)
{
	struct content c = { .in = NULL };
	ps_code code;

	if (!l->edited || !rewrite_is_identity(l->e->encoding))
		return examine(s, l->at->body, out, err);
	code = content_open(s, l, &c, err);
	if (code == PS_OK)
		code = examine(s, c.in, out, err);
	content_close(&c);
	return code;
}

static enum change
decide(const struct rewriting *s, const struct leaf *l, const struct findings *f)
{
	bool declared = l->e->encoding == MIME_8BIT || l->e->encoding == MIME_BINARY;
	bool must = f->unsafe || (s->how->safe && declared) ||
	    (l->edited && !rewrite_is_identity(l->e->encoding));

	return must ? change_for(l->e, f) : KEEP;
}

/* choose decides whether a leaf stays as it is. While planning it reads the leaf
 * and notes the answer. */
static ps_code
choose(struct rewriting *s, const struct leaf *l, enum change *out, ps_err *err)
{
	struct findings f = { .unsafe = false };
	size_t number = s->leaf++;
	uint8_t note;
	ps_code code = PS_OK;

	if (s->planned) {
		*out = number < s->plan.n ? (enum change)s->plan.p[number] : KEEP;
		return PS_OK;
	}
	if (s->planning)
		code = examine_leaf(s, l, &f, err);
	else if (s->how->safe && l->edited)
		f.unsafe = true;	/* what it becomes cannot be seen ahead */
	else if (s->how->safe)
		code = guess(s, l->at->body, &f, err);
	if (code != PS_OK)
		return code;
	*out = decide(s, l, &f);
	note = (uint8_t)*out;
	return s->planning ? ps_buf_add(&s->plan, (ps_slice){ &note, 1 }, err) : PS_OK;
}

/* RFC 2045, 6.8: lines of text in base64 end in CRLF; in binary they are none. */
static ps_code
put_base64(struct rewriting *s, const struct leaf *l, ps_reader *in, ps_err *err)
{
	bool lines = l->e->encoding != MIME_BINARY && l->e->encoding != MIME_BASE64 &&
	    strcmp(l->e->type.type, "text") == 0;
	struct ps_b64enc enc;
	struct ps_eol eol;
	ps_writer *w = NULL, *to_crlf = NULL;
	ps_code code;

	ps_b64enc_init(&enc, false);
	ps_eol_init(&eol, false);
	code = ps_writer_open_step(&w, s->out, &enc.step, err);
	if (code == PS_OK && lines)
		code = ps_writer_open_step(&to_crlf, w, &eol.step, err);
	if (code == PS_OK)
		code = ps_pump(in, lines ? to_crlf : w, NULL, err);
	if (code == PS_OK && lines)
		code = ps_writer_finish(to_crlf, err);
	if (code == PS_OK)
		code = ps_writer_finish(w, err);
	ps_writer_close(to_crlf);
	ps_writer_close(w);
	return code;
}

static ps_code
put_qp(struct rewriting *s, ps_reader *in, ps_err *err)
{
	struct ps_qpenc enc;
	ps_writer *w = NULL;
	ps_code code;

	ps_qpenc_init(&enc, false);
	code = ps_writer_open_step(&w, s->out, &enc.step, err);
	if (code == PS_OK)
		code = ps_pump(in, w, NULL, err);
	if (code == PS_OK)
		code = ps_writer_finish(w, err);
	ps_writer_close(w);
	return code;
}

static ps_code
put_content(struct rewriting *s, const struct leaf *l, enum change change, ps_err *err)
{
	struct content c = { .in = NULL };
	ps_code code = content_open(s, l, &c, err);

	if (code == PS_OK && change == KEEP)
		code = rewrite_pass(s, c.in, err);
	else if (code == PS_OK)
		code = change == TO_QP ? put_qp(s, c.in, err) : put_base64(s, l, c.in, err);
	content_close(&c);
	return code;
}

static ps_code
put_leaf(struct rewriting *s, const struct leaf *l, enum change change, ps_err *err)
{
	static const char *const fields[] = {
		[KEEP] = NULL,
		[TO_QP] = "Content-Transfer-Encoding: quoted-printable\r\n",
		[TO_BASE64] = "Content-Transfer-Encoding: base64\r\n",
	};
	ps_code code;

	if (change == KEEP && !l->edited)
		return rewrite_copy(s, l->at, err);
	code = rewrite_header(s, l->at, fields[change], &l->type, err);
	if (code == PS_OK)
		code = ps_writer_text(s->out, "\r\n", err);
	return code == PS_OK ? put_content(s, l, change, err) : code;
}

ps_code
rewrite_leaf(struct rewriting *s, const struct place *at, const struct mime_entity *e, ps_err *err)
{
	const struct mime_edit *edit = at->main ? s->how->edit : NULL;
	struct leaf l = { .at = at, .e = e };
	enum change change = KEEP;
	ps_code code = PS_OK;

	if (edit != NULL)
		code = edit->look(edit->arg, at->h, e, &l.edited, &l.type, err);
	if (code == PS_OK)
		code = choose(s, &l, &change, err);
	if (code == PS_OK && !s->planning)
		code = put_leaf(s, &l, change, err);
	ps_buf_clear(&l.type);
	return code;
}
