/* SPDX-License-Identifier: ISC */
/*
 * Entities: which are cryptographic layers, which is the payload, what hides
 * in it.
 *
 * The envelope is the unbroken run of layers from the outermost entity (RFC
 * 9787). The first entity that is no layer is the payload: it is written out
 * while a walk through it looks for layers that are errant: shown, judged,
 * and worth nothing for the whole.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/words.h"
#include "smime/opening.h"
#include "smime/words.h"

ps_code
opening_set_media(struct ps_layer *l, const struct mime_entity *e, ps_err *err)
{
	const char *name = mime_entity_filename(e);

	if (asprintf(&l->media, "%s/%s", e->type.type, e->type.subtype) < 0) {
		l->media = NULL;
		return ps_nomem(err, "smime.open");
	}
	if (name != NULL && (l->filename = strdup(name)) == NULL)
		return ps_nomem(err, "smime.open");
	return PS_OK;
}

/* --- the walk through the payload --- */

static ps_code walk(struct opening *o, const struct mime_header *h, ps_reader *body,
    struct ps_layer *parent, ps_err *err);

ps_code
opening_enter_entity(struct opening *o, ps_err *err)
{
	if (o->mime_depth >= o->limits->mime_depth)
		return ps_fail(err, PS_E_LIMIT, "smime.open", PS_NOWHERE, W_OPEN_MIME_DEPTH,
		    PS_NUMBER("max", o->limits->mime_depth));
	if (++o->parts > o->limits->parts)
		return ps_fail(err, PS_E_LIMIT, "smime.open", PS_NOWHERE, W_OPEN_PARTS,
		    PS_NUMBER("max", o->limits->parts));
	o->mime_depth++;
	return PS_OK;
}

static ps_code
walk_entity(struct opening *o, ps_reader *r, struct ps_layer *parent, ps_err *err)
{
	struct mime_header h = { 0 };
	ps_code code = opening_enter_entity(o, err);

	if (code != PS_OK)
		return code;
	if ((code = mime_header_read(&h, r, o->limits, err)) == PS_OK &&
	    (parent->kind != PS_LAYER_MESSAGE ||
	    (code = opening_senders(o, &h, parent, err)) == PS_OK))
		code = walk(o, &h, r, parent, err);
	mime_header_clear(&h);
	o->mime_depth--;
	return code;
}

static ps_code
walk_multipart(struct opening *o, const struct mime_entity *e, ps_reader *body,
    struct ps_layer *layer, ps_err *err)
{
	const char *boundary = mime_type_param(&e->type, "boundary");
	struct mime_multipart *m;
	ps_reader *part;
	ps_code code;

	if (boundary == NULL || *boundary == '\0')
		return PS_OK;	/* a leaf that calls itself a multipart */
	if ((code = mime_multipart_open(&m, body, boundary, o->limits, err)) != PS_OK)
		return code;
	while ((code = mime_multipart_next(m, &part, err)) == PS_OK && part != NULL)
		if ((code = walk_entity(o, part, layer, err)) != PS_OK)
			break;
	mime_multipart_close(m);
	return code;
}

bool
opening_is_its_own(ps_code code)
{
	return code == PS_E_MALFORMED || code == PS_E_UNSUPPORTED || code == PS_E_NO_KEY ||
	    code == PS_E_DECRYPT || code == PS_E_LIMIT || code == PS_E_REFUSED;
}

/* A mail is not to be encoded (RFC 2046, 5.2.1), but some are. */
static ps_code
walk_message(struct opening *o, const struct mime_entity *e, ps_reader *body,
    struct ps_layer *layer, ps_err *err)
{
	struct mime_decoder decoder = { .reader = NULL };
	ps_reader *decoded;
	ps_code code = mime_decode(&decoder, body, e->encoding, &decoded, err);

	if (code == PS_OK)
		code = walk_entity(o, decoded, layer, err);
	mime_decoder_clear(&decoder);
	return code;
}

static ps_code
walk_errant(struct opening *o, const struct mime_entity *e, enum opening_kind kind, ps_reader *body,
    bool lf, struct ps_layer *parent, ps_err *err)
{
	ps_writer *dst = o->out.dst;
	ps_code code;

	/* The octets go out as they are, by the tap below; nothing from inside. */
	if (kind == KIND_SIGNED)
		code = opening_multipart_signed(o, e, body, lf, parent, false, err);
	else if (kind == KIND_TNEF)
		code = opening_tnef(o, e, body, parent, false, err);
	else
		code = opening_cms(o, body, parent, false, e, err);
	o->out.dst = dst;
	if (opening_is_its_own(code)) {
		ps_err_clear(err);
		return PS_OK;
	}
	return code;
}

static ps_code
walk_inside(struct opening *o, const struct mime_header *h, const struct mime_entity *e,
    ps_reader *body, struct ps_layer *parent, ps_err *err)
{
	enum opening_kind kind;
	struct ps_layer *l;
	uint64_t n = 0;
	bool message = opening_is_message(e, parent);
	bool multipart = strcmp(e->type.type, "multipart") == 0;
	ps_code code;

	if ((code = opening_kind_of(e, body, false, &kind, err)) != PS_OK)
		return code;
	opening_note_pgp(o, e, parent);
	if (kind != KIND_PAYLOAD && (parent != NULL || kind == KIND_TNEF))
		return walk_errant(o, e, kind, body, h->lf, parent, err);
	code = ps_layer_add(o->v, parent, multipart ? PS_LAYER_MULTIPART
	    : message ? PS_LAYER_MESSAGE : PS_LAYER_PART,
	    parent != NULL && parent->in_envelope, &l, err);
	if (code != PS_OK || (code = opening_set_media(l, e, err)) != PS_OK)
		return code;
	if (multipart)
		code = walk_multipart(o, e, body, l, err);
	else if (message)
		code = walk_message(o, e, body, l, err);
	if (code == PS_OK && (code = ps_reader_drain(body, &n, err)) == PS_OK &&
	    l->kind == PS_LAYER_PART)
		l->octets = n;
	return code;
}

static ps_code
walk(struct opening *o, const struct mime_header *h, ps_reader *body, struct ps_layer *parent,
    ps_err *err)
{
	struct mime_entity e = { 0 };
	ps_code code;

	if ((code = mime_entity_parse(&e, h, o->limits, err)) == PS_OK)
		code = walk_inside(o, h, &e, body, parent, err);
	/* An errant layer may leave octets unread; all must come past the tap. */
	if (code == PS_OK)
		code = ps_reader_drain(body, NULL, err);
	mime_entity_clear(&e);
	return code;
}

ps_code
opening_walk_tapped(struct opening *o, const struct mime_header *h, ps_reader *body,
    struct ps_layer *parent, ps_err *err)
{
	ps_reader *tap;
	ps_code code = ps_reader_open_tap(&tap, body, opening_output_look, o, err);

	if (code != PS_OK)
		return code;
	o->out.at = o->out.high = 0;
	code = walk(o, h, tap, parent, err);
	ps_reader_close(tap);
	return code;
}

/* --- the envelope --- */

/* Inside an errant layer it is looked at, not written. */
static ps_code
payload(struct opening *o, const struct mime_header *h, ps_reader *body,
    struct ps_layer *parent, bool in_envelope, ps_err *err)
{
	return in_envelope ? opening_payload(o, h, body, parent, err)
	    : walk(o, h, body, parent, err);
}

static ps_code
entity(struct opening *o, const struct mime_header *h, ps_reader *body, bool lf,
    struct ps_layer *parent, bool in_envelope, ps_err *err)
{
	struct mime_entity e = { 0 };
	bool root = in_envelope && parent == NULL;
	enum opening_kind kind;
	ps_code code;

	if ((code = mime_entity_parse(&e, h, o->limits, err)) != PS_OK)
		return code;
	if ((code = opening_kind_of(&e, body, root, &kind, err)) != PS_OK) {
		mime_entity_clear(&e);
		return code;
	}
	if (e.duplicate)
		ps_verdict_warn(o->v, "duplicate-structure", W_W_CTE);
	switch (kind) {
	case KIND_SIGNED:
		code = opening_multipart_signed(o, &e, body, lf, parent, in_envelope, err);
		break;
	case KIND_CMS:
		code = opening_cms(o, body, parent, in_envelope, &e, err);
		break;
	case KIND_TNEF:
		code = root ? opening_tnef(o, &e, body, parent, true, err)
		    : payload(o, h, body, parent, in_envelope, err);
		break;
	case KIND_PAYLOAD:
		code = payload(o, h, body, parent, in_envelope, err);
		break;
	}
	mime_entity_clear(&e);
	return code;
}

/* Content without header fields: what `openssl cms -sign` makes of a file. */
static ps_code
raw_content(struct opening *o, ps_reader *r, struct ps_layer *parent, bool in_envelope,
    ps_err *err)
{
	struct mime_header none = { 0 };
	struct ps_layer *l;
	ps_reader *tap = NULL;
	ps_code code;

	code = ps_layer_add(o->v, parent, PS_LAYER_PART, in_envelope, &l, err);
	if (code != PS_OK)
		return code;
	if (!in_envelope)
		return ps_reader_drain(r, &l->octets, err);
	if ((code = opening_output_header(o, &none, err)) == PS_OK &&
	    (code = ps_reader_open_tap(&tap, r, opening_output_look, o, err)) == PS_OK)
		code = ps_reader_drain(tap, &l->octets, err);
	ps_reader_close(tap);
	return code;
}

/* Does it begin like the header section of an entity? */
static bool
looks_like_entity(ps_slice s)
{
	static const char *const names[] = { "Content-", "MIME-Version" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		size_t n = strlen(names[i]);

		if (s.n > n && ps_ascii_equal((ps_slice){ s.p, n }, ps_str(names[i])))
			return true;
	}
	return false;
}

/* A field name and a colon, then somewhere a structural field: mails of other
 * programs put From and Subject before Content-Type (header protection). */
bool
opening_is_entity(ps_slice s)
{
	const uint8_t *lf;

	while (s.n > 0) {
		if (looks_like_entity(s))
			return true;
		if (*s.p == '\r' || *s.p == '\n')
			return false;
		lf = memchr(s.p, '\n', s.n);
		if (lf == NULL)
			return false;
		if (*s.p != ' ' && *s.p != '\t' && memchr(s.p, ':', (size_t)(lf - s.p)) == NULL)
			return false;
		s.n -= (size_t)(lf + 1 - s.p);
		s.p = lf + 1;
	}
	return false;
}

/* `ends`: so does the envelope, and this is the payload. */
static ps_code
inner(struct opening *o, ps_reader *r, struct ps_layer *parent, bool in_envelope, bool ends,
    ps_err *err)
{
	struct mime_header h = { 0 };
	ps_slice s;
	ps_code code;

	if ((code = ps_reader_peek(r, PS_PEEK_MAX, &s, err)) != PS_OK)
		return code;
	if (!opening_is_entity(s))
		return raw_content(o, r, parent, in_envelope, err);
	if ((code = opening_enter_entity(o, err)) != PS_OK)
		return code;
	if ((code = mime_header_read(&h, r, o->limits, err)) == PS_OK)
		code = ends ? payload(o, &h, r, parent, in_envelope, err)
		    : entity(o, &h, r, h.lf, parent, in_envelope, err);
	mime_header_clear(&h);
	o->mime_depth--;
	return code;
}

ps_code
opening_inner(struct opening *o, ps_reader *r, struct ps_layer *parent, bool in_envelope,
    ps_err *err)
{
	return inner(o, r, parent, in_envelope, false, err);
}

ps_code
opening_content(struct opening *o, ps_reader *r, struct ps_layer *parent, bool in_envelope,
    ps_err *err)
{
	return inner(o, r, parent, in_envelope, true, err);
}

/* --- the outermost header section --- */

ps_code
opening_addresses(struct opening *o, const struct mime_header *h, const char *name,
    struct mime_mailboxes *out, unsigned *count, ps_err *err)
{
	ps_code code;

	for (size_t i = 0; i < h->n; i++) {
		if (!mime_field_is(&h->field[i], name))
			continue;
		++*count;
		code = mime_mailboxes_parse(out, h->field[i].body, o->limits, err);
		if (code != PS_OK)
			return code;
	}
	return PS_OK;
}

static ps_code
read_senders(struct opening *o, ps_err *err)
{
	const struct mime_field *date = mime_header_find(&o->mail, "Date", 0);
	unsigned senders = 0;
	ps_code code;

	for (size_t i = 0; i < o->mail.n; i++)
		o->is_mail |= !mime_field_is_structural(&o->mail.field[i]);
	o->v->is_mail = o->is_mail;
	o->v->has_subject = mime_header_count(&o->mail, "Subject") != 0;
	o->v->has_date = date != NULL && mime_date_parse(date->body, &o->v->date);
	code = opening_addresses(o, &o->mail, "From", &o->v->from, &o->v->nfrom, err);
	if (code != PS_OK)
		return code;
	return opening_addresses(o, &o->mail, "Sender", &o->v->sender, &senders, err);
}

static ps_code
given_sender(struct opening *o, ps_err *err)
{
	if (o->op->from == NULL || o->is_mail)
		return PS_OK;
	return mime_mailboxes_parse(&o->v->from, ps_str(o->op->from), o->limits, err);
}

static ps_code
top_mail(struct opening *o, ps_reader *in, ps_err *err)
{
	ps_code code;

	if ((code = mime_header_read(&o->mail, in, o->limits, err)) != PS_OK ||
	    (code = read_senders(o, err)) != PS_OK ||
	    (code = opening_fields(o, &o->mail, err)) != PS_OK ||
	    (code = given_sender(o, err)) != PS_OK ||
	    (code = opening_enter_entity(o, err)) != PS_OK)
		return code;
	o->lf = o->mail.lf;
	opening_note_lines(o, &o->mail);
	return entity(o, &o->mail, in, o->lf, NULL, true, err);
}

static ps_code
top_any(struct opening *o, ps_reader *in, ps_err *err)
{
	enum opening_form form;
	ps_code code;

	if ((code = opening_look(in, &form, err)) != PS_OK)
		return code;
	if (form == FORM_EMPTY)
		return ps_fail(err, PS_E_MALFORMED, "smime.open", PS_NOWHERE, W_OPEN_EMPTY);
	if (form == FORM_MIME)
		return top_mail(o, in, err);
	if ((code = given_sender(o, err)) != PS_OK)
		return code;
	return opening_cms(o, in, NULL, true, NULL, err);
}

ps_code
opening_top(struct opening *o, ps_reader *in, ps_err *err)
{
	struct opening_lines lines;
	ps_reader *readable;
	ps_code code = opening_lines(o, &lines, in, &readable, err);

	o->in = readable;
	if (code == PS_OK)
		code = top_any(o, readable, err);
	opening_lines_clear(&lines);
	return code;
}
