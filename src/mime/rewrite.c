/* SPDX-License-Identifier: ISC */
/*
 * Entities made fit for 7bit transport (RFC 8551, 3.1.2 and 3.1.3), and Main Body Parts
 * with another content.
 *
 * The header of a leaf is written before its body is seen, and says how the
 * body is encoded. When the source can be read twice, a first walk notes for
 * each leaf whether it must change, one octet a leaf, and the
 * second walk writes: two passes whatever the message looks like. When it cannot, what fits a
 * window is judged by looking ahead, and what does not is encoded to be sure.
 *
 * multipart/signed and multipart/encrypted pass as a unit: changing them
 * would break what somebody else made. When only Main Body Parts are to be
 * changed, all behind the last of them passes without being cut into parts.
 */
#include "mime/rewrite.h"

#include <string.h>

#include "mime/lex.h"
#include "mime/multipart.h"
#include "mime/words.h"

static ps_code entity(struct rewriting *s, const struct place *at, ps_err *err);

static const char cte[] = "content-transfer-encoding";

/* A field with another text in its place; n == 0: it stays as it was. Of several
 * the first is replaced and the others are dropped. */
struct field {
	const char	*name;
	ps_slice	 text;
	bool		 done;
};

static struct field *
field_for(struct field *list, size_t n, const struct mime_field *f)
{
	for (size_t i = 0; i < n; i++)
		if (list[i].text.n != 0 && mime_field_is(f, list[i].name))
			return &list[i];
	return NULL;
}

static ps_code
put_new(struct rewriting *s, struct field *f, ps_err *err)
{
	if (f->done || f->text.n == 0)
		return PS_OK;
	f->done = true;
	return ps_writer_write(s->out, f->text, err);
}

ps_code
rewrite_header(struct rewriting *s, const struct place *at, const char *encoding,
    const struct ps_buf *type, ps_err *err)
{
	const struct mime_header *h = at->h;
	struct field list[] = {
		{ cte, ps_str(encoding), false },
		{ "content-type", type == NULL ? ps_str("") : ps_buf_get(type), false },
	};
	bool any = list[0].text.n != 0 || list[1].text.n != 0;
	ps_code code = PS_OK;

	if (at->depth != 0 && h->postmark.n != 0)
		code = ps_writer_write(s->out, h->postmark, err);
	for (size_t i = 0; i < h->n && code == PS_OK; i++) {
		const struct mime_field *f = &h->field[i];
		struct field *new = field_for(list, 2, f);

		code = new != NULL ? put_new(s, new, err) : ps_writer_write(s->out, f->raw, err);
		if (code == PS_OK && new == NULL && any && f->raw.p[f->raw.n - 1] != '\n')
			code = ps_writer_text(s->out, "\r\n", err);
	}
	for (size_t i = 0; i < 2 && code == PS_OK; i++)
		code = put_new(s, &list[i], err);
	return code;
}

ps_code
rewrite_pass(struct rewriting *s, ps_reader *r, ps_err *err)
{
	ps_slice w;
	ps_code code;

	for (;;) {
		code = ps_reader_peek(r, 1, &w, err);
		if (code != PS_OK || w.n == 0 || (!s->how->safe && s->watch->unsafe))
			return code;
		code = ps_writer_write(s->out, w, err);
		if (code != PS_OK)
			return code;
		ps_reader_consume(r, w.n);
	}
}

/* put_empty_line ends the section, but for one that ended its entity. */
static ps_code
put_empty_line(struct rewriting *s, const struct place *at, ps_err *err)
{
	ps_slice w;
	ps_code code = PS_OK;

	if (at->h->no_body) {
		code = ps_reader_peek(at->body, 1, &w, err);
		if (code != PS_OK || w.n == 0)
			return code;
	}
	return ps_writer_text(s->out, "\r\n", err);
}

/* What holds leaves that were made 7bit is 7bit (RFC 2045, 6.4). */
static ps_code
put_container(struct rewriting *s, const struct place *at,
    const struct mime_entity *e, ps_err *err)
{
	bool stays = !s->how->safe || e->encoding == MIME_7BIT;
	ps_code code = rewrite_header(s, at, stays ? NULL :
	    "Content-Transfer-Encoding: 7bit\r\n", NULL, err);

	return code == PS_OK ? put_empty_line(s, at, err) : code;
}

ps_code
rewrite_copy(struct rewriting *s, const struct place *at, ps_err *err)
{
	ps_code code = rewrite_header(s, at, NULL, NULL, err);

	if (code == PS_OK)
		code = put_empty_line(s, at, err);
	return code == PS_OK ? rewrite_pass(s, at->body, err) : code;
}

/* inner walks the entity that begins with a header section in `r`. */
static ps_code
inner(struct rewriting *s, ps_reader *r, struct place at, ps_err *err)
{
	struct mime_header h;
	ps_code code;

	at.h = &h;
	at.body = r;
	if (at.depth > s->limits->mime_depth)
		return ps_fail(err, PS_E_LIMIT, "mime.safe", PS_NOWHERE,
		    W_MIME_DEPTH, PS_NUMBER("max", s->limits->mime_depth));
	if (++s->entities > s->limits->parts)
		return ps_fail(err, PS_E_LIMIT, "mime.safe", PS_NOWHERE,
		    W_MIME_PARTS, PS_NUMBER("max", s->limits->parts));
	code = mime_header_read(&h, r, s->limits, err);
	if (code != PS_OK)
		return code;
	code = entity(s, &at, err);
	mime_header_clear(&h);
	return code;
}

/* Padding behind a boundary that went on and on was not kept to its end. */
static ps_code
put_delimiter(struct rewriting *s, enum mime_region kind, ps_slice delimiter, ps_err *err)
{
	ps_code code = delimiter.n == 0 ? PS_OK : ps_writer_write(s->out, delimiter, err);
	uint8_t last = delimiter.n == 0 ? '\n' : delimiter.p[delimiter.n - 1];

	if (code == PS_OK && kind == MIME_PART && (last == ' ' || last == '\t'))
		code = ps_writer_text(s->out, "\r\n", err);
	return code;
}

static ps_code
multipart(struct rewriting *s, const struct place *at, const struct mime_entity *e,
    ps_err *err)
{
	struct place part = { .depth = at->depth + 1, .main = at->main && !e->duplicate,
	    .digest = strcmp(e->type.subtype, "digest") == 0 };
	bool all = strcmp(e->type.subtype, "alternative") == 0;
	enum mime_region kind = MIME_PREAMBLE;
	struct mime_multipart *m = NULL;
	ps_slice delimiter;
	ps_reader *r;
	ps_code code = put_container(s, at, e, err);

	if (code == PS_OK)
		code = mime_multipart_open(&m, at->body,
		    mime_type_param(&e->type, "boundary"), s->limits, err);
	while (code == PS_OK) {
		code = mime_multipart_region(m, &kind, &delimiter, &r, err);
		if (code != PS_OK || kind == MIME_END)
			break;
		code = put_delimiter(s, kind, delimiter, err);
		if (code == PS_OK)
			code = kind != MIME_PART ? rewrite_pass(s, r, err) :
			    !s->how->safe && !part.main ? rewrite_pass(s, at->body, err) :
			    inner(s, r, part, err);
		if (kind == MIME_PART && !s->how->safe && !part.main)
			break;		/* that was all of the rest */
		part.main = part.main && (all || kind != MIME_PART);
	}
	mime_multipart_close(m);
	return code;
}

static ps_code
message(struct rewriting *s, const struct place *at, const struct mime_entity *e,
    ps_err *err)
{
	struct place within = { .depth = at->depth + 1 };
	ps_code code = put_container(s, at, e, err);

	return code == PS_OK ? inner(s, at->body, within, err) : code;
}

static bool
has_boundary(const struct mime_entity *e)
{
	const char *p = mime_type_param(&e->type, "boundary");

	while (p != NULL && mime_is_space(*p))
		p++;
	return p != NULL && *p != '\0';
}

/* RFC 2046, 5.1.5: without a type, the parts of a digest are messages. */
static bool
is_message(const struct mime_entity *e, bool digest)
{
	if (digest && !e->type.present)
		return true;
	return mime_type_is(&e->type, "message", "rfc822") ||
	    mime_type_is(&e->type, "message", "global");
}

static bool
is_sealed(const struct mime_entity *e)
{
	return mime_type_is(&e->type, "multipart", "signed") ||
	    mime_type_is(&e->type, "multipart", "encrypted");
}

static ps_code
entity(struct rewriting *s, const struct place *at, ps_err *err)
{
	struct mime_entity e;
	ps_code code = mime_entity_parse(&e, at->h, s->limits, err);

	if (code != PS_OK)
		return code;
	if (is_sealed(&e) || (!s->how->safe && (!at->main || e.duplicate)))
		code = rewrite_copy(s, at, err);
	else if (strcmp(e.type.type, "multipart") == 0 && has_boundary(&e) &&
	    rewrite_is_identity(e.encoding))
		code = multipart(s, at, &e, err);
	else if (is_message(&e, at->digest) && rewrite_is_identity(e.encoding))
		code = message(s, at, &e, err);
	else
		code = rewrite_leaf(s, at, &e, err);
	mime_entity_clear(&e);
	return code;
}

/* walk writes all to `dst`. */
static ps_code
walk(struct rewriting *s, const struct place *top, ps_writer *dst, ps_err *err)
{
	struct mime_watch watch = { .from_lf = true };
	ps_code code;

	s->watch = s->how->watch == NULL || s->planning ? &watch : s->how->watch;
	code = mime_canonical_writer(&s->out, dst, s->watch, err);
	if (code != PS_OK)
		return code;
	s->leaf = 0;
	s->entities = 1;
	code = entity(s, top, err);
	if (code == PS_OK)
		code = ps_writer_finish(s->out, err);
	ps_writer_close(s->out);
	return code;
}

/* plan walks once for the notes and returns to where the body begins. */
static ps_code
plan(struct rewriting *s, const struct place *top, ps_err *err)
{
	uint64_t start = ps_reader_offset(top->body);
	ps_writer *null;
	ps_code code = ps_writer_open_null(&null, err);

	if (code != PS_OK)
		return code;
	s->planning = true;
	code = walk(s, top, null, err);
	s->planning = false;
	s->planned = true;
	ps_writer_close(null);
	return code == PS_OK ? ps_reader_rewind_to(top->body, start, err) : code;
}

ps_code
mime_rewrite(const struct mime_rewrite *how, const struct mime_header *h,
    ps_reader *body, ps_writer *dst, ps_err *err)
{
	struct rewriting s = { .how = how, .limits = how->limits };
	struct place top = { .h = h, .body = body, .main = true };
	ps_code code = PS_OK;

	if (how->safe && ps_reader_can_return(body))
		code = plan(&s, &top, err);
	if (code == PS_OK)
		code = walk(&s, &top, dst, err);
	ps_buf_clear(&s.plan);
	return code;
}
