/* SPDX-License-Identifier: ISC */
/*
 * What of a field everybody on the way may read.
 *
 * Addresses and dates are written anew from what was read of them. What can be read in
 * more than one way stays as it is: to deliver a mail elsewhere would be worse than to show
 * a name. So do groups, whose members nobody may guess (RFC 9788, 3.2.2).
 */
#include "smime/hide.h"

#include <string.h>

#include "base/text.h"

static ps_code
hide_text(struct ps_buf *out, bool *out_hidden, ps_err *err)
{
	*out_hidden = true;
	return ps_buf_add_text(out, "[...]", err);
}

static ps_code
add_addresses(const struct mime_mailboxes *m, struct ps_buf *out, ps_err *err)
{
	ps_code code = PS_OK;

	for (size_t i = 0; i < m->n && code == PS_OK; i++) {
		if (i != 0)
			code = ps_buf_add_text(out, ",\r\n ", err);
		if (code == PS_OK)
			code = ps_buf_add_text(out, m->box[i].address, err);
	}
	return code;
}

static ps_code
hide_names(ps_slice body, size_t most, const struct ps_limits *limits, struct ps_buf *out,
    bool *out_hidden, ps_err *err)
{
	struct mime_mailboxes m = { .box = NULL };
	ps_code code = mime_mailboxes_parse(&m, body, limits, err);

	*out_hidden = code == PS_OK && m.n != 0 && m.n <= most && !m.malformed && !m.grouped;
	if (*out_hidden)
		code = add_addresses(&m, out, err);
	mime_mailboxes_clear(&m);
	return code;
}

static ps_code
hide_zone(ps_slice body, struct ps_buf *out, bool *out_hidden, ps_err *err)
{
	char text[MIME_DATE_SIZE];
	int64_t t;

	*out_hidden = mime_date_parse(body, &t);
	if (!*out_hidden)
		return PS_OK;
	mime_date_format(t, text);
	return ps_buf_add_text(out, text, err);
}

/* Is what was appended at `start` what stood there before? */
static ps_code
is_same(ps_slice body, const struct ps_buf *out, size_t start, bool *same, ps_err *err)
{
	struct ps_buf a = { 0 }, b = { 0 };
	ps_code code;

	if ((code = mime_unfold(body, &a, err)) == PS_OK && (code = mime_unfold(
	    (ps_slice){ out->p + start, out->n - start }, &b, err)) == PS_OK)
		*same = ps_slice_equal(ps_buf_get(&a), ps_buf_get(&b));
	ps_buf_clear(&a);
	ps_buf_clear(&b);
	return code;
}

static ps_code
hide_as(enum ps_hide how, ps_slice body, const struct ps_limits *limits, struct ps_buf *out,
    bool *out_hidden, ps_err *err)
{
	switch (how) {
	case PS_HIDE_NOTHING:
		break;
	case PS_HIDE_FIELD:
		*out_hidden = true;
		break;
	case PS_HIDE_TEXT:
		return hide_text(out, out_hidden, err);
	case PS_HIDE_NAME:
		return hide_names(body, 1, limits, out, out_hidden, err);
	case PS_HIDE_NAMES:
		return hide_names(body, SIZE_MAX, limits, out, out_hidden, err);
	case PS_HIDE_ZONE:
		return hide_zone(body, out, out_hidden, err);
	}
	return PS_OK;
}

ps_code
ps_hide(enum ps_hide how, const struct mime_field *f, const struct ps_limits *limits,
    struct ps_buf *out, bool *out_hidden, ps_err *err)
{
	size_t start = out->n;
	bool same = false;
	ps_code code;

	*out_hidden = false;
	code = hide_as(how, f->body, limits, out, out_hidden, err);
	if (code == PS_OK && *out_hidden && how != PS_HIDE_FIELD)
		code = is_same(f->body, out, start, &same, err);
	if (same) {
		out->n = start;
		*out_hidden = false;
	}
	return code;
}
