/* SPDX-License-Identifier: ISC */
/*
 * Header protection on receipt (RFC 9788, 4): which form the payload's root has, what
 * the verdict says of its fields, and the payload written without what only served
 * that form.
 *
 * A payload whose parts are to be changed is walked by hand: each octet between the
 * leaves is written where it is met. What nobody may change (a message inside, a layer, a
 * part that others sign) passes whole, past a tap.
 */
#include <string.h>

#include "base/words.h"
#include "mime/multipart.h"
#include "smime/legacy_display.h"
#include "smime/opening.h"

/* --- which form --- */

/* An unbroken run of layers up to the root (RFC 9787, 4). */
static bool
is_enveloped(const struct ps_layer *l, bool *out_encrypted)
{
	*out_encrypted = false;
	if (l == NULL)
		return false;
	for (; l != NULL; l = l->parent) {
		bool encrypts = l->kind == PS_LAYER_ENVELOPED_DATA ||
		    l->kind == PS_LAYER_AUTH_ENVELOPED_DATA;

		*out_encrypted |= encrypts;
		if (!encrypts && l->kind != PS_LAYER_SIGNED_MULTIPART &&
		    l->kind != PS_LAYER_SIGNED_DATA)
			return false;
	}
	return true;
}

/* RFC 9788, 2.1: a value of `hp` that nobody knows is no header protection, whatever
 * the older parameter says; `cipher` without encryption is `clear`. */
static enum ps_hp
declared(const struct mime_entity *e, bool encrypted)
{
	const char *hp = mime_type_param(&e->type, "hp");
	const char *draft = mime_type_param(&e->type, "protected-headers");

	if (e->duplicate)	/* which Content-Type would the reader believe? */
		return PS_HP_NONE;
	if (hp == NULL)
		return draft != NULL && strcmp(draft, "v1") == 0 ? PS_HP_DRAFT : PS_HP_NONE;
	if (strcmp(hp, "cipher") == 0)
		return encrypted ? PS_HP_CIPHER : PS_HP_CLEAR;
	return strcmp(hp, "clear") == 0 ? PS_HP_CLEAR : PS_HP_NONE;
}

/* --- what the verdict says --- */

/* The From and Sender of a section. */
struct people {
	struct mime_mailboxes from, sender;
	unsigned	 nfrom, nsender;
};

static ps_code
people_read(struct opening *o, const struct mime_header *h, struct people *out, ps_err *err)
{
	ps_code code = opening_addresses(o, h, "From", &out->from, &out->nfrom, err);

	return code != PS_OK ? code
	    : opening_addresses(o, h, "Sender", &out->sender, &out->nsender, err);
}

static void
people_clear(struct people *p)
{
	mime_mailboxes_clear(&p->from);
	mime_mailboxes_clear(&p->sender);
}

static bool
same_address(const struct mime_mailbox *a, const struct mime_mailbox *b)
{
	return strcmp(a->address, b->address) == 0 ||
	    ps_address_equal(a->address, b->address, PS_MATCH_SENDER);
}

static bool
has_address(const struct mime_mailboxes *m, const struct mime_mailbox *box)
{
	for (size_t i = 0; i < m->n; i++)
		if (same_address(&m->box[i], box))
			return true;
	return false;
}

/* STANDARDS 4.5: domains as A-labels, no difference of case in ASCII. Of few, the order
 * does not count; of many it does, so that a list of thousands costs one pass. */
static bool
same_people(const struct mime_mailboxes *a, const struct mime_mailboxes *b)
{
	enum { FEW = 16 };
	bool same = a->n == b->n;

	for (size_t i = 0; same && i < a->n; i++)
		same = same_address(&a->box[i], &b->box[i]) ||
		    (a->n <= FEW && has_address(b, &a->box[i]) && has_address(a, &b->box[i]));
	return same;
}

/* The verdict's people become those of the protected section; the outer From is kept. An
 * address that was given for input without fields stays what signers are compared with. */
static void
replace_people(struct opening *o, struct people *p)
{
	ps_verdict *v = o->v;

	if (!o->is_mail && o->op->from != NULL)
		return;
	v->headers.from_outer = v->from;
	v->from = p->from;
	v->nfrom = p->nfrom;
	mime_mailboxes_clear(&v->sender);
	v->sender = p->sender;
	memset(p, 0, sizeof *p);
}

static void
replace_date(struct opening *o, const struct mime_header *h)
{
	const struct mime_field *date = mime_header_find(h, "Date", 0);

	o->v->has_date = date != NULL && mime_date_parse(date->body, &o->v->date);
}

/* The section `h` is the mail's from here on. */
static ps_code
adopt(struct opening *o, const struct mime_header *h, enum ps_hp mode, bool encrypted,
    struct people *p, ps_err *err)
{
	struct ps_headers *out = &o->v->headers;
	ps_code code;

	out->mode = mode;
	out->encrypted = encrypted;
	out->from_differs = p->nfrom != 0 && o->v->nfrom != 0 &&
	    !same_people(&p->from, &o->v->from);
	/* The draft let senders protect the Subject alone. */
	out->partial = mode == PS_HP_DRAFT && p->nfrom == 0;
	if (!out->partial) {
		replace_people(o, p);
		replace_date(o, h);
		if ((code = opening_fields(o, h, err)) != PS_OK)
			return code;
	}
	return ps_headers_compare(out, h, o->is_mail ? &o->mail : NULL, err);
}

/* --- a message/rfc822 around all (RFC 8551, 3.1) --- */

static bool
is_sealed(const struct mime_entity *e)
{
	return mime_type_is(&e->type, "multipart", "signed") ||
	    mime_type_is(&e->type, "multipart", "encrypted");
}

static bool
may_be_wrapped(const struct opening *o, const struct mime_entity *e)
{
	return o->is_mail && !e->duplicate && mime_type_is(&e->type, "message", "rfc822") &&
	    e->encoding <= MIME_BINARY && mime_type_param(&e->type, "hp") == NULL;
}

/*
 * RFC 9788, 4.10: the message inside is no layer and says nothing of `hp`. Nothing tells this
 * form from a mail that was forwarded alone, so we also want the same From outside: a
 * message of somebody else is not the mail itself.
 */
static ps_code
is_wrapped(struct opening *o, const struct mime_header *inner, struct people *p, bool *out,
    ps_err *err)
{
	struct mime_entity e = { 0 };
	ps_code code;

	*out = false;
	if ((code = mime_entity_parse(&e, inner, o->limits, err)) != PS_OK)
		return code;
	if (!e.duplicate && !is_sealed(&e) && !opening_is_layer(&e) &&
	    mime_type_param(&e.type, "hp") == NULL &&
	    (code = people_read(o, inner, p, err)) == PS_OK)
		*out = p->nfrom == 1 && o->v->nfrom == 1 && p->from.n != 0 &&
		    same_people(&p->from, &o->v->from);
	mime_entity_clear(&e);
	return code;
}

/* `h` is the wrapper's section; the one inside was read from `body`. */
static ps_code
open_wrapper(struct opening *o, const struct mime_header *h, const struct mime_header *inner,
    ps_reader *body, struct ps_layer *layer, bool encrypted, ps_err *err)
{
	struct people p = { .nfrom = 0 };
	bool wrapped;
	ps_code code;

	if ((code = is_wrapped(o, inner, &p, &wrapped, err)) == PS_OK) {
		if (wrapped && (code = adopt(o, inner, PS_HP_WRAPPED, encrypted, &p,
		    err)) == PS_OK)
			code = opening_output_header(o, inner, err);
		else if (code == PS_OK &&
		    (code = opening_output_header(o, h, err)) == PS_OK)
			code = opening_output_write(o, ps_buf_get(&inner->block), err);
	}
	people_clear(&p);
	return code == PS_OK ? opening_walk_tapped(o, inner, body, layer, err) : code;
}

static ps_code
read_wrapper(struct opening *o, const struct mime_header *h, const struct mime_entity *e,
    ps_reader *body, struct ps_layer *parent, bool encrypted, ps_err *err)
{
	struct mime_header inner = { 0 };
	struct ps_layer *layer;
	ps_code code;

	if ((code = ps_layer_add(o->v, parent, PS_LAYER_MESSAGE, true, &layer, err)) != PS_OK ||
	    (code = opening_set_media(layer, e, err)) != PS_OK ||
	    (code = opening_enter_entity(o, err)) != PS_OK)
		return code;
	if ((code = mime_header_read(&inner, body, o->limits, err)) == PS_OK)
		code = open_wrapper(o, h, &inner, body, layer, encrypted, err);
	mime_header_clear(&inner);
	o->mime_depth--;
	return code;
}

/* --- the payload by hand --- */

static ps_code by_hand(struct opening *o, const struct mime_header *h,
    const struct mime_entity *e, ps_reader *body, struct ps_layer *parent, bool main_part,
    ps_err *err);

/* STANDARDS 4.4: with encryption alone, in Main Body Parts alone, where the parameter says so. */
static bool
has_legacy_display(const struct opening *o, const struct mime_entity *e, bool main_part)
{
	const char *says = mime_type_param(&e->type, "hp-legacy-display");
	const struct ps_headers *h = &o->v->headers;

	return main_part && h->encrypted &&
	    (h->mode == PS_HP_CIPHER || h->mode == PS_HP_CLEAR) &&
	    says != NULL && strcmp(says, "1") == 0 && !e->duplicate &&
	    e->encoding != MIME_UNKNOWN &&
	    strcmp(e->disposition.type, "attachment") != 0 &&
	    (mime_type_is(&e->type, "text", "plain") || mime_type_is(&e->type, "text", "html"));
}

/* The writers between a decoded leaf and the output. */
struct rewrite {
	union { struct ps_b64enc b64; struct ps_qpenc qp; } encode;
	union { struct ps_legacy_plain plain; struct ps_legacy_html html; } strip;
	struct ps_eol	 eol;
	ps_writer	*w[3];		/* each stands on the one before */
	size_t		 n;
};

static ps_code
put_on(struct rewrite *x, struct ps_step *step, ps_writer **top, ps_err *err)
{
	ps_code code = ps_writer_open_step(&x->w[x->n], *top, step, err);

	if (code == PS_OK)
		*top = x->w[x->n++];
	return code;
}

/* The leaf keeps its own transfer encoding and its own line ends. */
static ps_code
open_encoder(struct rewrite *x, enum mime_encoding encoding, bool lf, ps_writer **top,
    ps_err *err)
{
	ps_code code;

	if (encoding == MIME_BASE64) {
		ps_b64enc_init(&x->encode.b64, lf);
		return put_on(x, &x->encode.b64.step, top, err);
	}
	if (encoding != MIME_QP)
		return PS_OK;
	ps_eol_init(&x->eol, true);
	if (lf && (code = put_on(x, &x->eol.step, top, err)) != PS_OK)
		return code;
	ps_qpenc_init(&x->encode.qp, false);
	return put_on(x, &x->encode.qp.step, top, err);
}

static ps_code
run_rewrite(struct rewrite *x, struct ps_step *strip, ps_reader *decoded, ps_writer *top,
    ps_err *err)
{
	ps_code code = put_on(x, strip, &top, err);

	if (code == PS_OK)
		code = ps_pump(decoded, top, NULL, err);
	for (size_t i = x->n; i-- > 0 && code == PS_OK;)
		code = ps_writer_finish(x->w[i], err);
	return code;
}

static ps_code
write_stripped(struct opening *o, const struct mime_entity *e, bool lf, ps_reader *decoded,
    ps_err *err)
{
	struct rewrite x = { .n = 0 };
	ps_writer *top = opening_output_place(o);
	ps_code code;

	if (top == NULL)
		return ps_reader_drain(decoded, NULL, err);
	if ((code = open_encoder(&x, e->encoding, lf, &top, err)) == PS_OK) {
		if (mime_type_is(&e->type, "text", "html")) {
			ps_legacy_html_init(&x.strip.html);
			code = run_rewrite(&x, &x.strip.html.step, decoded, top, err);
			ps_legacy_html_clear(&x.strip.html);
		} else {
			ps_legacy_plain_init(&x.strip.plain, (size_t)o->limits->header_bytes);
			code = run_rewrite(&x, &x.strip.plain.step, decoded, top, err);
			ps_legacy_plain_clear(&x.strip.plain);
		}
	}
	while (x.n > 0)
		ps_writer_close(x.w[--x.n]);
	return code;
}

static ps_code
strip_leaf(struct opening *o, const struct mime_entity *e, bool lf, ps_reader *body,
    struct ps_layer *parent, ps_err *err)
{
	struct mime_decoder decoder = { .reader = NULL };
	uint64_t start = ps_reader_offset(body);
	ps_reader *decoded;
	struct ps_layer *l;
	ps_code code;

	code = ps_layer_add(o->v, parent, PS_LAYER_PART, true, &l, err);
	if (code == PS_OK && (code = opening_set_media(l, e, err)) == PS_OK &&
	    (code = mime_decode(&decoder, body, e->encoding, &decoded, err)) == PS_OK &&
	    (code = write_stripped(o, e, lf, decoded, err)) == PS_OK &&
	    (code = ps_reader_drain(body, NULL, err)) == PS_OK && start != UINT64_MAX)
		l->octets = ps_reader_offset(body) - start;
	mime_decoder_clear(&decoder);
	return code;
}

/* May the parameters of its Content-Type be cut? Not where others sign the part, and not
 * where readers could disagree which field counts. */
static bool
may_cut(const struct mime_entity *e)
{
	return !e->duplicate && !is_sealed(e) && !opening_is_layer(e);
}

static ps_code
hand_part(struct opening *o, ps_reader *part, struct ps_layer *parent, bool main_part,
    ps_err *err)
{
	struct mime_header h = { 0 };
	struct mime_entity e = { 0 };
	ps_code code = opening_enter_entity(o, err);

	if (code != PS_OK)
		return code;
	if ((code = mime_header_read(&h, part, o->limits, err)) == PS_OK &&
	    (code = mime_entity_parse(&e, &h, o->limits, err)) == PS_OK &&
	    (code = opening_output_part(o, &h, may_cut(&e), err)) == PS_OK)
		code = by_hand(o, &h, &e, part, parent, main_part, err);
	mime_entity_clear(&e);
	mime_header_clear(&h);
	o->mime_depth--;
	return code;
}

/* The octets of one region, and those of the delimiter before it. RFC 9787, 1.1: the Main Body
 * Part of a multipart is in its first child, in all of an alternative. */
static ps_code
hand_region(struct opening *o, enum mime_region kind, ps_slice delimiter, ps_reader *r,
    struct ps_layer *layer, bool main_part, ps_err *err)
{
	ps_code code = opening_output_write(o, delimiter, err);

	/* Padding that went on and on was not kept to its end. */
	if (code == PS_OK && kind == MIME_PART && delimiter.n != 0 &&
	    delimiter.p[delimiter.n - 1] != '\n')
		code = opening_output_write(o, ps_str("\r\n"), err);
	if (code != PS_OK)
		return code;
	if (kind == MIME_PART)
		return hand_part(o, r, layer, main_part, err);
	return opening_output_pump(o, r, err);
}

static ps_code
hand_multipart(struct opening *o, const struct mime_entity *e, ps_reader *body,
    struct ps_layer *layer, bool main_part, ps_err *err)
{
	bool all = strcmp(e->type.subtype, "alternative") == 0, first = true;
	enum mime_region kind = MIME_PREAMBLE;
	struct mime_multipart *m;
	ps_slice delimiter;
	ps_reader *r;
	ps_code code;

	code = mime_multipart_open(&m, body, mime_type_param(&e->type, "boundary"), o->limits,
	    err);
	if (code != PS_OK)
		return code;
	while ((code = mime_multipart_region(m, &kind, &delimiter, &r, err)) == PS_OK &&
	    kind != MIME_END) {
		code = hand_region(o, kind, delimiter, r, layer, main_part && (all || first),
		    err);
		if (code != PS_OK)
			break;
		first = first && kind != MIME_PART;
	}
	mime_multipart_close(m);
	return code;
}

static bool
is_open_multipart(const struct mime_entity *e)
{
	const char *boundary = mime_type_param(&e->type, "boundary");

	return strcmp(e->type.type, "multipart") == 0 && !is_sealed(e) && !e->duplicate &&
	    e->encoding <= MIME_BINARY && boundary != NULL &&
	    boundary[strspn(boundary, " \t\r\n")] != '\0';
}

/* The section `h` has been written. */
static ps_code
by_hand(struct opening *o, const struct mime_header *h, const struct mime_entity *e,
    ps_reader *body, struct ps_layer *parent, bool main_part, ps_err *err)
{
	struct ps_layer *l;
	ps_code code;

	if (has_legacy_display(o, e, main_part))
		return strip_leaf(o, e, h->lf, body, parent, err);
	if (!is_open_multipart(e))
		return opening_walk_tapped(o, h, body, parent, err);
	if ((code = ps_layer_add(o->v, parent, PS_LAYER_MULTIPART, true, &l, err)) != PS_OK ||
	    (code = opening_set_media(l, e, err)) != PS_OK)
		return code;
	return hand_multipart(o, e, body, l, main_part, err);
}

/* --- the payload --- */

static ps_code
read_protected(struct opening *o, const struct mime_header *h, const struct mime_entity *e,
    ps_reader *body, struct ps_layer *parent, bool encrypted, ps_err *err)
{
	struct people p = { .nfrom = 0 };
	ps_code code;

	if ((code = people_read(o, h, &p, err)) == PS_OK &&
	    (code = adopt(o, h, declared(e, encrypted), encrypted, &p, err)) == PS_OK &&
	    (code = opening_output_header(o, h, err)) == PS_OK)
		code = by_hand(o, h, e, body, parent, true, err);
	people_clear(&p);
	return code;
}

ps_code
opening_payload(struct opening *o, const struct mime_header *h, ps_reader *body,
    struct ps_layer *parent, ps_err *err)
{
	struct mime_entity e = { 0 };
	bool encrypted, enveloped = is_enveloped(parent, &encrypted);
	struct ps_layer *before = parent == NULL ? NULL : parent->last;
	ps_code code;

	if ((code = mime_entity_parse(&e, h, o->limits, err)) != PS_OK)
		return code;
	if (enveloped && declared(&e, encrypted) != PS_HP_NONE)
		code = read_protected(o, h, &e, body, parent, encrypted, err);
	else if (enveloped && may_be_wrapped(o, &e))
		code = read_wrapper(o, h, &e, body, parent, encrypted, err);
	else if ((code = opening_output_header(o, h, err)) == PS_OK)
		code = opening_walk_tapped(o, h, body, parent, err);
	if (parent != NULL && o->v->headers.mode != PS_HP_NONE)
		o->v->headers.layer = before == NULL ? parent->child : before->next;
	mime_entity_clear(&e);
	return code;
}
