/* SPDX-License-Identifier: ISC */
/*
 * A Content-Type with parameters of ours.
 *
 * Receivers must find them, and must find all others as before, so what was put together
 * is read again and compared.
 */
#include "smime/type_field.h"

#include <string.h>

#include "base/text.h"

static bool
is_one_of(const char *name, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strcmp(*list, name) == 0)
			return true;
	return false;
}

static ps_code
add_params(struct ps_buf *out, const struct ps_param *add, ps_err *err)
{
	ps_code code = PS_OK;

	for (; add->name != NULL && code == PS_OK; add++)
		if ((code = ps_buf_add_text(out, ";\r\n ", err)) == PS_OK &&
		    (code = ps_buf_add_text(out, add->name, err)) == PS_OK &&
		    (code = ps_buf_add_text(out, "=\"", err)) == PS_OK &&
		    (code = ps_buf_add_text(out, add->value, err)) == PS_OK)
			code = ps_buf_add_text(out, "\"", err);
	return code;
}

static void
trim(struct ps_buf *b)
{
	while (b->n != 0 && memchr(" \t\r\n;", b->p[b->n - 1], 5) != NULL)
		b->n--;
}

/* Has the body what it should have, by our own reader? */
static ps_code
is_right(ps_slice body, const struct mime_type *old, const char *const *cut,
    const struct ps_param *add, const struct ps_limits *limits, bool *out, ps_err *err)
{
	struct mime_type t;
	const char *value;
	ps_code code = mime_type_parse(&t, body, limits, err);

	if (code != PS_OK)
		return code;
	*out = t.readable && strcmp(t.type, old->type) == 0 &&
	    strcmp(t.subtype, old->subtype) == 0;
	for (; add->name != NULL && *out; add++) {
		value = mime_type_param(&t, add->name);
		*out = value != NULL && strcmp(value, add->value) == 0;
	}
	for (size_t i = 0; i < old->n && *out; i++) {
		value = mime_type_param(&t, old->param[i].name);
		*out = is_one_of(old->param[i].name, cut) ||
		    (value != NULL && strcmp(value, mime_type_param(old, old->param[i].name)) == 0);
	}
	mime_type_clear(&t);
	return PS_OK;
}

/* RFC 2231, 4: name*=utf-8''percent-encoded, for whatever stands in it. */
static ps_code
add_extended(struct ps_buf *out, const struct mime_param *p, ps_err *err)
{
	static const char digit[] = "0123456789ABCDEF";
	ps_code code;

	if ((code = ps_buf_add_text(out, ";\r\n ", err)) != PS_OK ||
	    (code = ps_buf_add_text(out, p->name, err)) != PS_OK ||
	    (code = ps_buf_add_text(out, "*=utf-8''", err)) != PS_OK)
		return code;
	for (const char *c = p->value; *c != '\0' && code == PS_OK; c++) {
		uint8_t o = (uint8_t)*c;
		char text[] = { '%', digit[o >> 4], digit[o & 15], '\0' };
		bool plain = (o >= '0' && o <= '9') || (ps_ascii_lower(o) >= 'a' &&
		    ps_ascii_lower(o) <= 'z') || o == '.' || o == '-' || o == '_';

		code = plain ? ps_buf_add(out, (ps_slice){ &o, 1 }, err)
		    : ps_buf_add_text(out, text, err);
	}
	return code;
}

static bool
is_simple(const char *value)
{
	for (; *value != '\0'; value++)
		if (*value < ' ' || *value > '~' || *value == '"' || *value == '\\')
			return false;
	return true;
}

static ps_code
write_anew(struct ps_buf *out, const struct mime_type *t, const char *const *cut, ps_err *err)
{
	ps_code code;

	if ((code = ps_buf_add_text(out, " ", err)) != PS_OK ||
	    (code = ps_buf_add_text(out, t->type, err)) != PS_OK ||
	    (code = ps_buf_add_text(out, "/", err)) != PS_OK ||
	    (code = ps_buf_add_text(out, t->subtype, err)) != PS_OK)
		return code;
	for (size_t i = 0; i < t->n && code == PS_OK; i++) {
		struct ps_param one[] = { { t->param[i].name, t->param[i].value },
		    { NULL, NULL } };

		if (is_one_of(one[0].name, cut))
			continue;
		code = is_simple(one[0].value) ? add_params(out, one, err)
		    : add_extended(out, &t->param[i], err);
	}
	return code;
}

static ps_code
make_body(struct ps_buf *body, const struct mime_field *old, const struct mime_type *t,
    const char *const *cut, const struct ps_param *add, const struct ps_limits *limits,
    ps_err *err)
{
	bool right = false;
	ps_code code;

	if (old == NULL)	/* RFC 2045, 5.2 */
		code = ps_buf_add_text(body, " text/plain", err);
	else
		code = mime_type_cut(old->body, cut, body, err);
	trim(body);
	if (code == PS_OK && (code = add_params(body, add, err)) == PS_OK)
		code = is_right(ps_buf_get(body), t, cut, add, limits, &right, err);
	if (code != PS_OK || right || old == NULL)
		return code;
	body->n = 0;
	code = write_anew(body, t, cut, err);
	return code == PS_OK ? add_params(body, add, err) : code;
}

ps_code
ps_type_field(struct ps_buf *out, const struct mime_header *h, const struct mime_entity *e,
    const char *const *cut, const struct ps_param *add, const struct ps_limits *limits,
    ps_err *err)
{
	struct ps_buf body = { 0 };
	ps_code code;

	if ((code = make_body(&body, mime_header_find(h, "Content-Type", 0), &e->type, cut, add,
	    limits, err)) == PS_OK &&
	    (code = ps_buf_add_text(out, "Content-Type:", err)) == PS_OK &&
	    (code = ps_buf_add(out, ps_buf_get(&body), err)) == PS_OK)
		code = ps_buf_add_text(out, "\r\n", err);
	ps_buf_clear(&body);
	return code;
}
