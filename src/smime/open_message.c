/* SPDX-License-Identifier: ISC */
/*
 * A mail within the mail: forwarded, or one of a digest. What is signed in it
 * was signed by whoever it is from, so its own From is kept with its layer.
 */
#include <stdlib.h>
#include <string.h>

#include "smime/opening.h"

/* RFC 2046, 5.2.1; RFC 6532, 3.7; and RFC 2046, 5.1.5: in a digest a part that
 * names no type is a mail. */
bool
opening_is_message(const struct mime_entity *e, const struct ps_layer *parent)
{
	if (e->encoding == MIME_UNKNOWN)
		return false;
	if (!e->type.present)
		return parent != NULL && parent->media != NULL &&
		    strcmp(parent->media, "multipart/digest") == 0;
	return mime_type_is(&e->type, "message", "rfc822") ||
	    mime_type_is(&e->type, "message", "global");
}

static ps_code
read_field(struct opening *o, const struct mime_field *f, struct ps_senders *s, ps_err *err)
{
	if (mime_field_is(f, "From")) {
		s->nfrom++;
		return mime_mailboxes_parse(&s->from, f->body, o->limits, err);
	}
	if (mime_field_is(f, "Sender"))
		return mime_mailboxes_parse(&s->sender, f->body, o->limits, err);
	return PS_OK;
}

ps_code
opening_senders(struct opening *o, const struct mime_header *h, struct ps_layer *l, ps_err *err)
{
	ps_code code = PS_OK;

	if (l->senders != NULL)
		return PS_OK;
	if ((l->senders = calloc(1, sizeof *l->senders)) == NULL)
		return ps_nomem(err, "smime.open");
	for (size_t i = 0; i < h->n && code == PS_OK; i++)
		code = read_field(o, &h->field[i], l->senders, err);
	return code;
}
