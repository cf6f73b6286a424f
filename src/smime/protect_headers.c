/* SPDX-License-Identifier: ISC */
/*
 * Which field stands where (RFC 9788, 5): inside with the content, outside for everybody to
 * read, or both.
 *
 * Both sections are put together here, once a mail, before anything is written: all
 * copies have the same. What transport added to the input is nobody's to protect and stays
 * outside; Bcc is in no copy, and in a draft inside alone.
 */
#include <string.h>

#include "base/text.h"
#include "base/words.h"
#include "smime/hide.h"
#include "smime/opening.h"
#include "smime/protecting.h"
#include "smime/type_field.h"
#include "smime/words.h"

/* --- kinds of fields --- */

static bool
is_bcc(const struct mime_field *f)
{
	return mime_field_is(f, "Bcc") || mime_field_is(f, "Resent-Bcc");
}

/* What the author wrote for readers of the mail. HP-Outer is ours to write. */
static bool
is_authored(const struct mime_field *f)
{
	return f->name.n != 0 && !mime_field_is_structural(f) && !is_bcc(f) &&
	    !ps_headers_is_trace(f->name) && !mime_field_is(f, "HP-Outer");
}

/* RFC 9788, 1.1: the fields that programs show to people. */
static bool
is_shown(const struct mime_field *f)
{
	static const char *const names[] = { "Subject", "From", "To", "Cc", "Date", "Reply-To",
	    "Followup-To", "Sender", "Resent-From", "Resent-To", "Resent-Cc", "Resent-Date",
	    "Resent-Sender" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (mime_field_is(f, names[i]))
			return true;
	return false;
}

static bool
has_authored(const struct mime_header *h)
{
	for (size_t i = 0; i < h->n; i++)
		if (is_authored(&h->field[i]))
			return true;
	return false;
}

static bool
is_layer(const struct mime_entity *e)
{
	return mime_type_is(&e->type, "multipart", "signed") ||
	    mime_type_is(&e->type, "multipart", "encrypted") || opening_is_layer(e);
}

/* --- how --- */

static ps_code
cannot(struct protecting *p, const char *why, ps_err *err)
{
	if (p->pr->headers_given)
		return ps_fail(err, PS_E_MISUSE, "smime.protect", PS_NOWHERE, W_P_HEADERS,
		    PS_TEXT("name", ps_hcp_name(p->pr->headers)), PS_TEXT("why", why));
	protect_warn(p, (p->what & PS_ENCRYPT) != 0 ? W_P_HEADERS_SHOW : W_P_HEADERS_OPEN,
	    PS_TEXT("why", why));
	p->headers = PS_HCP_OFF;
	return PS_OK;
}

/*
 * RFC 9788 protects the fields of the payload, which is what no layer is around; the
 * payload of what was protected before is somebody else's.
 */
static ps_code
choose(struct protecting *p, const struct mime_entity *e, ps_err *err)
{
	p->headers = p->pr->headers_given ? p->pr->headers : p->pr->draft ? PS_HCP_SHY
	    : ps_policy_headers(p->pr->setup.policy);
	if (p->headers == PS_HCP_OFF)
		return PS_OK;
	/* Of a bare entity there is nothing to protect; a receipt or what a list
	 * hands on has its fields made; what was signed before stays. */
	if (p->made || p->pr->add || !has_authored(&p->mail)) {
		p->headers = PS_HCP_OFF;
		return PS_OK;
	}
	if (is_layer(e))
		return cannot(p, W_P_HEADERS_LAYER, err);
	if (p->pr->compress)
		return cannot(p, W_P_HEADERS_COMPRESSED, err);
	if ((p->what & PS_ENCRYPT) == 0)
		p->headers = PS_HCP_NONE;
	return PS_OK;
}

/* --- the sections --- */

/* What is being put together. */
struct sections {
	struct protecting *p;
	struct ps_buf	 inner, hp_outer;
	const char	*eol;		/* of the input's fields */
};

static ps_code
add_raw(struct ps_buf *b, ps_slice raw, const char *eol, ps_err *err)
{
	ps_code code = ps_buf_add(b, raw, err);

	if (code == PS_OK && (raw.n == 0 || raw.p[raw.n - 1] != '\n'))
		code = ps_buf_add_text(b, eol, err);
	return code;
}

static ps_slice
without_lead(ps_slice body)
{
	while (body.n != 0 && memchr(" \t\r\n", *body.p, 4) != NULL) {
		body.p++;
		body.n--;
	}
	return body;
}

/* "Name: body" and its line end. */
static ps_code
add_named(struct ps_buf *b, ps_slice name, ps_slice body, const char *eol, ps_err *err)
{
	ps_code code;

	if ((code = ps_buf_add(b, name, err)) == PS_OK &&
	    (code = ps_buf_add_text(b, ": ", err)) == PS_OK &&
	    (code = ps_buf_add(b, without_lead(body), err)) == PS_OK)
		code = ps_buf_add_text(b, eol, err);
	return code;
}

/* RFC 9788, 2.2. A line that would become too long is folded before the name. */
static ps_code
add_hp_outer(struct sections *s, ps_slice name, ps_slice body, ps_err *err)
{
	enum { LONG = 900 };
	const uint8_t *lf = body.n == 0 ? NULL : memchr(body.p, '\n', body.n);
	size_t line = name.n + (lf == NULL ? body.n : (size_t)(lf - body.p));
	ps_code code;

	if ((s->p->what & PS_ENCRYPT) == 0)
		return PS_OK;
	code = ps_buf_add_text(&s->hp_outer, line > LONG ? "HP-Outer:\r\n " : "HP-Outer: ", err);
	return code == PS_OK ? add_named(&s->hp_outer, name, body, "\r\n", err) : code;
}

/* A line of the legacy display: decoded, and nothing in it but text. */
static ps_code
add_legacy(struct protecting *p, const struct mime_field *f, ps_err *err)
{
	struct ps_buf body = { 0 };
	size_t start;
	ps_code code;

	if (!is_shown(f))
		return PS_OK;
	if ((code = ps_buf_add(&p->legacy, f->name, err)) == PS_OK &&
	    (code = ps_buf_add_text(&p->legacy, ": ", err)) == PS_OK)
		code = mime_unfold(f->body, &body, err);
	start = p->legacy.n;
	if (code == PS_OK)
		code = mime_decode_words(ps_buf_get(&body), &p->legacy, err);
	for (size_t i = start; i < p->legacy.n; i++)
		if (p->legacy.p[i] < ' ' || p->legacy.p[i] == 127)
			p->legacy.p[i] = ' ';
	ps_buf_clear(&body);
	return code == PS_OK ? ps_buf_add_text(&p->legacy, "\n", err) : code;
}

static ps_code
add_hidden(struct sections *s, const struct mime_field *f, enum ps_hide how, ps_slice body,
    ps_err *err)
{
	ps_code code;

	if (how != PS_HIDE_FIELD) {
		code = add_named(&s->p->outer, f->name, body, s->eol, err);
		if (code == PS_OK)
			code = add_hp_outer(s, f->name, body, err);
		if (code != PS_OK)
			return code;
	}
	return add_legacy(s->p, f, err);
}

/* RFC 9788, 5.2, steps 3 to 5, for one field. */
static ps_code
add_authored(struct sections *s, const struct mime_field *f, ps_err *err)
{
	struct protecting *p = s->p;
	enum ps_hide how = ps_hcp_hide(p->headers, f->name);
	struct ps_buf body = { 0 };
	bool hidden;
	ps_code code;

	if ((code = add_raw(&s->inner, f->raw, s->eol, err)) != PS_OK ||
	    (code = ps_hide(how, f, p->limits, &body, &hidden, err)) != PS_OK)
		goto out;
	if (hidden)
		code = add_hidden(s, f, how, ps_buf_get(&body), err);
	else if ((code = add_raw(&p->outer, f->raw, s->eol, err)) == PS_OK)
		code = add_hp_outer(s, f->name, f->body, err);
out:
	ps_buf_clear(&body);
	return code;
}

static ps_code
add_other(struct sections *s, const struct mime_field *f, ps_err *err)
{
	struct protecting *p = s->p;

	if (mime_field_is_structural(f))
		return PS_OK;
	if (is_bcc(f))
		return p->pr->draft && p->headers != PS_HCP_OFF ?
		    add_raw(&s->inner, f->raw, s->eol, err) : PS_OK;
	if (p->headers == PS_HCP_OFF || ps_headers_is_trace(f->name))
		return add_raw(&p->outer, f->raw, s->eol, err);
	return PS_OK;
}

static ps_code
add_fields(struct sections *s, ps_err *err)
{
	struct protecting *p = s->p;
	ps_code code = PS_OK;

	for (size_t i = 0; i < p->mail.n && code == PS_OK; i++) {
		const struct mime_field *f = &p->mail.field[i];

		code = p->headers != PS_HCP_OFF && is_authored(f) ? add_authored(s, f, err)
		    : add_other(s, f, err);
	}
	return code;
}

/* --- the Date --- */

/*
 * RFC 5322, 3.6 wants one, and programs compare it with the time of the signature
 * (Thunderbird shows a mail without as wrongly signed).
 */
static ps_code
add_date(struct sections *s, ps_err *err)
{
	struct protecting *p = s->p;
	char line[MIME_DATE_SIZE + 16] = "Date: ", *at = line + 6;
	struct mime_field f = { .name = { (uint8_t *)line, 4 } };

	if (p->pr->draft || p->made || mime_header_find(&p->mail, "From", 0) == NULL ||
	    mime_header_find(&p->mail, "Date", 0) != NULL)
		return PS_OK;
	mime_date_format(p->now, at);
	f.body = (ps_slice){ (uint8_t *)line + 5, strlen(line) - 5 };
	f.raw = (ps_slice){ (uint8_t *)line, strlen(line) };
	return p->headers == PS_HCP_OFF ? add_raw(&p->outer, f.raw, s->eol, err)
	    : add_authored(s, &f, err);
}

static void
compare_date(struct protecting *p)
{
	const struct mime_field *f = mime_header_find(&p->mail, "Date", 0);
	enum { DAY = 86400 };
	int64_t t;

	if ((p->what & PS_SIGN) == 0 || f == NULL || !mime_date_parse(f->body, &t) ||
	    (t > p->now ? t - p->now : p->now - t) < DAY)
		return;
	protect_warn(p, W_P_DATE, PS_TIME("date", t), PS_TIME("now", p->now));
}

/* --- the payload's own section --- */

static ps_code
add_type(struct sections *s, const struct mime_entity *e, ps_err *err)
{
	static const char *const cut[] = { "hp", "hp-legacy-display", "protected-headers", NULL };
	struct protecting *p = s->p;
	struct ps_param add[] = { { NULL, NULL }, { NULL, NULL }, { NULL, NULL } };
	size_t n = 0;

	if (p->headers != PS_HCP_OFF)
		add[n++] = (struct ps_param){ "hp",
		    (p->what & PS_ENCRYPT) != 0 ? "cipher" : "clear" };
	if (!e->type.present && p->charset != NULL)
		add[n++] = (struct ps_param){ "charset", p->charset };
	return ps_type_field(&s->inner, &p->mail, e, cut, add, p->limits, err);
}

/*
 * The structural fields move inside; text without any says what it is. With protected fields
 * the section is that of a mail, so MIME-Version too, and its type must be one.
 */
static ps_code
add_structure(struct sections *s, const struct mime_entity *e, ps_err *err)
{
	struct protecting *p = s->p;
	bool ours = p->headers != PS_HCP_OFF, typed = false, encoded = false;
	ps_code code = PS_OK;

	for (size_t i = 0; i < p->mail.n && code == PS_OK; i++) {
		const struct mime_field *f = &p->mail.field[i];
		bool type = mime_field_is(f, "Content-Type");
		bool encoding = mime_field_is(f, "Content-Transfer-Encoding");

		if (!mime_field_is_structural(f) ||
		    (mime_field_is(f, "MIME-Version") && !ours) ||
		    (ours && ((type && typed) || (encoding && encoded))))
			continue;
		code = type && ours ? add_type(s, e, err)
		    : add_raw(&s->inner, f->raw, s->eol, err);
		typed |= type;
		encoded |= encoding;
	}
	return code == PS_OK && !typed ? add_type(s, e, err) : code;
}

/* The section, as it will be written, as fields. */
static ps_code
read_payload(struct sections *s, ps_err *err)
{
	ps_reader *r;
	ps_code code;

	if ((code = ps_buf_add_text(&s->inner, s->eol, err)) != PS_OK ||
	    (code = ps_reader_open_memory(&r, ps_buf_get(&s->inner), err)) != PS_OK)
		return code;
	code = mime_header_read(&s->p->payload, r, s->p->limits, err);
	ps_reader_close(r);
	return code;
}

/* --- what the user is told --- */

/* RFC 9788, 6.1: an answer must not show what the mail it answers had hidden. */
static void
warn_answer(struct protecting *p)
{
	if ((p->what & PS_ENCRYPT) != 0 && p->headers < PS_HCP_BASELINE && !p->pr->draft &&
	    mime_header_find(&p->mail, "In-Reply-To", 0) != NULL &&
	    mime_header_find(&p->mail, "Subject", 0) != NULL)
		protect_warn(p, W_P_ANSWER);
}

/* RFC 6531: such fields need servers that agree to them, all the way. */
static void
warn_utf8(struct protecting *p)
{
	for (size_t i = 0; i < p->outer.n; i++)
		if (p->outer.p[i] > 126) {
			protect_warn(p, W_P_UTF8);
			return;
		}
}

static ps_code
build(struct sections *s, const struct mime_entity *e, ps_err *err)
{
	ps_code code;

	if ((code = add_fields(s, err)) == PS_OK && (code = add_date(s, err)) == PS_OK &&
	    (code = ps_buf_add(&s->inner, ps_buf_get(&s->hp_outer), err)) == PS_OK &&
	    (code = add_structure(s, e, err)) == PS_OK)
		code = read_payload(s, err);
	return code;
}

ps_code
protect_headers(struct protecting *p, const struct mime_entity *e, ps_err *err)
{
	struct sections s = { .p = p, .eol = p->mail.lf ? "\n" : "\r\n" };
	ps_code code;

	if ((code = choose(p, e, err)) == PS_OK)
		code = build(&s, e, err);
	ps_buf_clear(&s.inner);
	ps_buf_clear(&s.hp_outer);
	if (code != PS_OK || p->made)
		return code;
	compare_date(p);
	warn_answer(p);
	warn_utf8(p);
	protect_explain(p, W_P_X_HEADERS, PS_TEXT("name", ps_hcp_name(p->headers)));
	return PS_OK;
}
