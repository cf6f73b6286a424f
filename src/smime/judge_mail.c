/* SPDX-License-Identifier: ISC */
/*
 * Warnings about the mail around a good signature: names that look like
 * addresses, answers that go elsewhere, dates that do not fit, readers whom
 * nobody addressed. Each leaves the state as it is, for each is also what
 * honest mails do.
 */
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "base/words.h"
#include "smime/verdict.h"
#include "smime/words.h"

enum { DAY = 86400 };

/* Characters that draw nothing or turn the direction of the text. */
static bool
is_invisible(uint32_t c)
{
	return c < 32 || (c >= 127 && c < 160) || c == 0xad || (c >= 0x200b && c <= 0x200f) ||
	    (c >= 0x202a && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
	    c == 0xfffd;
}

/* "@" and what is drawn like it. */
static bool
is_at(uint32_t c)
{
	return c == '@' || c == 0xfe6b || c == 0xff20;
}

/* A name in which a reader sees another address than the true one (I2). */
static bool
misleads(const struct mime_mailbox *box)
{
	const uint8_t *p = (const uint8_t *)box->name;
	size_t n = strlen(box->name), len;
	uint32_t c;

	if (ps_ascii_equal(ps_str(box->name), ps_str(box->address)))
		return false;
	for (; n > 0; p += len, n -= len) {
		len = ps_text_utf8(p, n, &c);
		if (len == 0 || is_invisible(c) || is_at(c))
			return true;
	}
	return false;
}

static void
warn_names(ps_verdict *v, const struct mime_mailboxes *m)
{
	for (size_t i = 0; i < m->n; i++)
		if (misleads(&m->box[i]))
			ps_verdict_warn(v, "display-name", W_W_DISPLAY_NAME,
			    PS_TEXT("name", m->box[i].name),
			    PS_TEXT("address", m->box[i].address));
}

static bool
holds(const struct mime_mailboxes *m, const char *address)
{
	for (size_t i = 0; i < m->n; i++)
		if (ps_address_equal(m->box[i].address, address, PS_MATCH_SENDER))
			return true;
	return false;
}

/* I4: who answers writes to whom nobody signed. */
static void
warn_reply(ps_verdict *v)
{
	if (v->headers.mode != PS_HP_NONE && !v->headers.partial)
		return;		/* it was signed with the rest */
	for (size_t i = 0; i < v->reply_to.n; i++)
		if (!holds(&v->from, v->reply_to.box[i].address))
			ps_verdict_warn(v, "reply-to", W_W_REPLY_TO,
			    PS_TEXT("address", v->reply_to.box[i].address));
}

/* A15: an old mail sent again has a new Date and its old signing time. */
static void
warn_time(ps_verdict *v, const struct ps_signature *s)
{
	char made[32], date[32];
	int64_t apart;

	if (!s->has_time || !v->has_date)
		return;
	apart = s->signing_time > v->date ? s->signing_time - v->date
	    : v->date - s->signing_time;
	if (apart < DAY)
		return;
	ps_clock_format(s->signing_time, made, sizeof made);
	ps_clock_format(v->date, date, sizeof date);
	ps_verdict_warn(v, "time-differs", W_W_TIME, PS_TEXT("signed", made),
	    PS_TEXT("date", date));
}

static bool
names_any(const ps_cert *cert, const struct mime_mailboxes *m)
{
	for (size_t i = 0; i < m->n; i++)
		if (ps_cert_names(cert, m->box[i].address, PS_MATCH_SENDER))
			return true;
	return false;
}

/* A13: what was signed for others, encrypted anew to us. */
static void
warn_reader(ps_verdict *v, const struct ps_encryption *e)
{
	if (e->reader == NULL || v->to.n == 0 || ps_cert_address(e->reader, 0) == NULL ||
	    names_any(e->reader, &v->to) || names_any(e->reader, &v->from) ||
	    names_any(e->reader, &v->sender))
		return;
	ps_verdict_warn(v, "not-addressed", W_W_NOT_ADDRESSED,
	    PS_TEXT("who", ps_cert_address(e->reader, 0)));
}

void
ps_verdict_warn_mail(ps_verdict *v, const struct ps_signature *good)
{
	if (v->twice != NULL)
		ps_verdict_warn(v, "field-twice", W_W_FIELD_TWICE, PS_TEXT("name", v->twice));
	warn_names(v, &v->from);
	if (good == NULL)
		return;
	warn_names(v, &v->sender);
	warn_reply(v);
	warn_time(v, good);
	for (size_t i = 0; i < v->nencryption; i++)
		if (v->encryption[i].in_envelope)
			warn_reader(v, &v->encryption[i]);
}
