/* SPDX-License-Identifier: ISC */
/*
 * Fields of the mail that the verdict looks at besides From: what appears
 * twice, whom an answer reaches, whom the mail is addressed to.
 *
 * None of them is trusted; they are read because programs show them, and the
 * difference between what is shown and what was signed is what deceives.
 */
#include "smime/opening.h"

/* RFC 5322, 3.6: at most once. From has a reason of its own. */
static const char *const once[] = { "Sender", "Subject", "Date" };

static const char *
find_twice(const struct mime_header *h)
{
	for (size_t i = 0; i < sizeof once / sizeof once[0]; i++)
		if (mime_header_count(h, once[i]) > 1)
			return once[i];
	return NULL;
}

static ps_code
append(struct opening *o, const char *name, struct mime_mailboxes *out, ps_err *err)
{
	const struct mime_header *h = &o->mail;
	ps_code code = PS_OK;

	for (size_t i = 0; i < h->n && code == PS_OK; i++)
		if (mime_field_is(&h->field[i], name))
			code = mime_mailboxes_parse(out, h->field[i].body, o->limits, err);
	return code;
}

ps_code
opening_fields(struct opening *o, ps_err *err)
{
	ps_code code;

	o->v->twice = find_twice(&o->mail);
	if ((code = append(o, "Reply-To", &o->v->reply_to, err)) != PS_OK ||
	    (code = append(o, "To", &o->v->to, err)) != PS_OK)
		return code;
	return append(o, "Cc", &o->v->to, err);
}
