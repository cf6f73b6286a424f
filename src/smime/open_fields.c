/* SPDX-License-Identifier: ISC */
/*
 * Fields of the mail that the verdict looks at besides From: what appears
 * twice, whom an answer reaches, whom the mail is addressed to.
 *
 * Those outside are not trusted; they are read because programs show them, and
 * the difference between what is shown and what was signed is what deceives.
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

ps_code
opening_fields(struct opening *o, const struct mime_header *h, ps_err *err)
{
	ps_verdict *v = o->v;
	unsigned n = 0;
	ps_code code;

	v->twice = find_twice(h);
	mime_mailboxes_clear(&v->reply_to);
	mime_mailboxes_clear(&v->to);
	if ((code = opening_addresses(o, h, "Reply-To", &v->reply_to, &n, err)) != PS_OK ||
	    (code = opening_addresses(o, h, "To", &v->to, &n, err)) != PS_OK)
		return code;
	return opening_addresses(o, h, "Cc", &v->to, &n, err);
}
