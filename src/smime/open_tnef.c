/* SPDX-License-Identifier: ISC */
/*
 * Mail within a winmail.dat.
 *
 * Exchange wraps a whole S/MIME mail so, as the one attachment of a message of
 * the class IPM.Note.SMIME ([MS-OXOSMIME], 2.1); when that is the root of the
 * mail, the wrapping is undone as a transfer encoding would be, and what is
 * inside stays the outermost layer. In any other place, and for any other
 * class, an attachment that is signed or encrypted is errant like any other.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/words.h"
#include "smime/opening.h"
#include "smime/tnef.h"
#include "smime/words.h"

enum { LOOK = 8192 };

/* One TNEF being read. */
struct winmail {
	struct opening	*o;
	struct ps_layer	*layer;
	struct tnef	*tnef;
	bool		 in_envelope;	/* the next attachment may be the mail */
	bool		 found;		/* it was */
	struct ps_layer	*attachment;	/* the present one, once its octets came */
	char		*name, *type;	/* of it, when they come before */
};

/* --- names --- */

static ps_code
set_name(struct winmail *w, const char *text, ps_err *err)
{
	char *copy = strdup(text);

	if (copy == NULL)
		return ps_nomem(err, "smime.open");
	free(w->name);
	w->name = copy;
	return PS_OK;
}

/* The media type as a header would have it; whatever else stands there is no
 * name for anything. */
static ps_code
set_type(struct winmail *w, const char *text, ps_err *err)
{
	struct mime_type t = { .type = NULL };
	char *media;
	ps_code code = mime_type_parse(&t, ps_str(text), w->o->limits, err);

	if (code != PS_OK)
		return code;
	if (t.readable && t.subtype[0] != '\0') {
		if (asprintf(&media, "%s/%s", t.type, t.subtype) < 0) {
			code = ps_nomem(err, "smime.open");
		} else {
			free(w->type);
			w->type = media;
		}
	}
	mime_type_clear(&t);
	return code;
}

static void
forget(struct winmail *w)
{
	free(w->name);
	free(w->type);
	w->name = w->type = NULL;
	w->attachment = NULL;
}

/* Names may stand before or behind the octets. */
static void
give_names(struct winmail *w)
{
	if (w->attachment == NULL)
		return;
	if (w->name != NULL) {
		free(w->attachment->filename);
		w->attachment->filename = w->name;
		w->name = NULL;
	}
	if (w->type != NULL && w->attachment->media == NULL) {
		w->attachment->media = w->type;
		w->type = NULL;
	}
}

/* --- attachments --- */

static ps_code
plain_attachment(struct winmail *w, ps_reader *data, ps_err *err)
{
	struct ps_layer *l;
	ps_code code = ps_layer_add(w->o->v, w->layer, PS_LAYER_PART, false, &l, err);

	return code == PS_OK ? ps_reader_drain(data, &l->octets, err) : code;
}

static ps_code
read_attachment(struct winmail *w, ps_reader *data, bool in_envelope, ps_err *err)
{
	ps_slice s;
	ps_code code = ps_reader_peek(data, LOOK, &s, err);

	if (code != PS_OK)
		return code;
	/* A clear-signed mail is kept as its whole entity. */
	if (opening_is_cms(s)) {
		w->found |= in_envelope;
		return opening_cms(w->o, data, w->layer, in_envelope, NULL, err);
	}
	if (!opening_is_entity(s))
		return plain_attachment(w, data, err);
	w->found |= in_envelope;
	return opening_inner(w->o, data, w->layer, in_envelope, err);
}

static ps_code
enter_attachment(struct winmail *w, ps_reader *data, ps_err *err)
{
	struct ps_layer *before = w->layer->last;
	bool in_envelope = w->in_envelope && !w->found;
	ps_code code = opening_enter_entity(w->o, err);

	if (code != PS_OK)
		return code;
	if (w->found && w->in_envelope)
		ps_verdict_warn(w->o->v, "outside-text", W_W_TNEF_MORE);
	code = read_attachment(w, data, in_envelope, err);
	w->o->mime_depth--;
	if (w->layer->last != before)
		w->attachment = w->layer->last;
	if (!in_envelope && opening_is_its_own(code)) {
		ps_err_clear(err);
		return PS_OK;
	}
	return code;
}

static ps_code read_items(struct winmail *w, ps_reader *src, ps_err *err);

/* A mail that was attached to one of Outlook is TNEF again. */
static ps_code
enter_message(struct winmail *w, ps_reader *data, ps_err *err)
{
	static const struct mime_header none;
	struct winmail inner = { .o = w->o };
	ps_code code = opening_enter_entity(w->o, err);

	if (code != PS_OK)
		return code;
	code = ps_layer_add(w->o->v, w->layer, PS_LAYER_MESSAGE, false, &inner.layer, err);
	/* Its own From is not read, and the outer one is not its. */
	if (code == PS_OK)
		code = opening_senders(w->o, &none, inner.layer, err);
	if (code == PS_OK) {
		w->attachment = inner.layer;
		code = read_items(&inner, data, err);
	}
	w->o->mime_depth--;
	if (opening_is_its_own(code)) {
		ps_err_clear(err);
		return PS_OK;
	}
	return code;
}

static ps_code
take_item(struct winmail *w, const struct tnef_item *item, ps_err *err)
{
	ps_code code = PS_OK;

	switch (item->kind) {
	case TNEF_BEGIN:
		forget(w);
		break;
	case TNEF_NAME:
		code = set_name(w, item->text, err);
		break;
	case TNEF_TYPE:
		code = set_type(w, item->text, err);
		break;
	case TNEF_DATA:
		code = enter_attachment(w, item->data, err);
		break;
	case TNEF_MESSAGE:
		code = enter_message(w, item->data, err);
		break;
	case TNEF_CLASS:
	case TNEF_END:
		break;
	}
	give_names(w);
	return code;
}

static ps_code
read_items(struct winmail *w, ps_reader *src, ps_err *err)
{
	struct tnef_item item;
	ps_code code = tnef_open(&w->tnef, src, err);

	if (code != PS_OK)
		return code;
	while ((code = tnef_next(w->tnef, &item, err)) == PS_OK && item.kind != TNEF_END)
		if ((code = take_item(w, &item, err)) != PS_OK)
			break;
	if (tnef_damaged(w->tnef))
		ps_verdict_warn(w->o->v, "tnef-damaged", W_W_TNEF);
	tnef_close(w->tnef);
	forget(w);
	return code;
}

ps_code
opening_tnef(struct opening *o, const struct mime_entity *e, ps_reader *body,
    struct ps_layer *parent, bool in_envelope, ps_err *err)
{
	struct winmail w = { .o = o, .in_envelope = in_envelope };
	struct mime_decoder decoder = { .reader = NULL };
	ps_reader *decoded;
	ps_code code;

	if ((code = ps_layer_add(o->v, parent, PS_LAYER_TNEF, in_envelope, &w.layer, err)) !=
	    PS_OK || (code = opening_set_media(w.layer, e, err)) != PS_OK ||
	    (code = mime_decode(&decoder, body, e->encoding, &decoded, err)) != PS_OK)
		return code;
	code = read_items(&w, decoded, err);
	mime_decoder_clear(&decoder);
	if (code == PS_OK && in_envelope && !w.found)
		return ps_fail(err, PS_E_MALFORMED, "smime.open", PS_NOWHERE, W_TNEF_EMPTY);
	return code;
}
