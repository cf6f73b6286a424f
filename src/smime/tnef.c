/* SPDX-License-Identifier: ISC */
/*
 * TNEF, item by item ([MS-OXTNEF]).
 *
 * An attribute is a level, an identifier, a length, so many octets and their
 * sum. Attachments have attributes of their own; one of them, and one of the
 * message, is a list of properties. We look for names, for media types and
 * for octets, and walk past all else. The checksum protects nothing from
 * anybody: a wrong one is noted, not obeyed.
 */
#include "smime/tnef.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "mime/charset.h"
#include "smime/words.h"

enum {
	SIGNATURE	= 0x223e9f78,
	ATT_CLASS	= 0x00078008,
	ATT_CODEPAGE	= 0x00069007,
	ATT_PROPS	= 0x00069003,
	ATT_BEGIN	= 0x00069002,
	ATT_DATA	= 0x0006800f,
	ATT_TITLE	= 0x00018010,
	ATT_ATTACHMENT	= 0x00069005,

	PROP_CLASS	= 0x001a,
	PROP_DATA	= 0x3701,
	PROP_NAME	= 0x3704,
	PROP_LONG_NAME	= 0x3707,
	PROP_TYPE	= 0x370e,

	T_STRING8	= 0x001e,
	T_UNICODE	= 0x001f,
	T_OBJECT	= 0x000d,
	T_BINARY	= 0x0102,
	T_MULTIPLE	= 0x1000,

	TEXT_MAX	= 510,		/* octets of a text that are looked at */
	IID		= 16,		/* octets before the value of an object */
};

/* What is below a list of properties. */
struct prop {
	uint32_t	 id, type;
	uint32_t	 values;	/* that are still to come */
	uint32_t	 pad;		/* octets behind the present value */
};

struct tnef {
	ps_reader	 data;		/* the present value */
	ps_reader	*src;
	uint64_t	 offset;	/* octets taken */
	uint32_t	 codepage;
	/* the attribute */
	bool		 inside;
	uint64_t	 left;		/* octets of it to come */
	uint16_t	 sum;
	bool		 listing;	/* it is a list of properties */
	uint8_t		 level;
	uint32_t	 props;		/* properties to come */
	struct prop	 prop;
	/* the value that a caller reads */
	uint64_t	 value_left, value_n;
	uint64_t	 value_place;	/* of the source */
	uint16_t	 value_sum;
	ps_slice	 shown;		/* by the last peek */
	bool		 had_data;	/* of this attachment */
	bool		 damaged;
};

/* --- octets --- */

static ps_code
too_short(struct tnef *t, ps_err *err)
{
	return ps_fail(err, PS_E_MALFORMED, "smime.tnef", t->offset, W_TNEF_SHORT);
}

static void
pass(struct tnef *t, ps_slice in)
{
	for (size_t i = 0; i < in.n; i++)
		t->sum = (uint16_t)(t->sum + in.p[i]);
	t->offset += in.n;
	ps_reader_consume(t->src, in.n);
}

/* Takes `n` octets, or fails; `out` may be NULL. */
static ps_code
take(struct tnef *t, uint64_t n, uint8_t *out, ps_err *err)
{
	ps_slice in;
	ps_code code;

	for (; n != 0; n -= in.n) {
		if ((code = ps_reader_peek(t->src, 1, &in, err)) != PS_OK)
			return code;
		if (in.n == 0)
			return too_short(t, err);
		if (in.n > n)
			in.n = (size_t)n;
		if (out != NULL) {
			memcpy(out, in.p, in.n);
			out += in.n;
		}
		pass(t, in);
	}
	return PS_OK;
}

/* The same within the attribute. */
static ps_code
take_in(struct tnef *t, uint64_t n, uint8_t *out, ps_err *err)
{
	if (n > t->left)
		return too_short(t, err);
	t->left -= n;
	return take(t, n, out, err);
}

static uint32_t
number(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[3] << 24;
}

static ps_code
take_number(struct tnef *t, uint32_t *out, ps_err *err)
{
	uint8_t p[4];
	ps_code code = take_in(t, sizeof p, p, err);

	if (code == PS_OK)
		*out = number(p);
	return code;
}

/* --- the value that a caller reads --- */

static ps_code
value_peek(ps_reader *r, size_t min, ps_slice *out, ps_err *err)
{
	struct tnef *t = (struct tnef *)r;
	ps_code code;

	*out = (ps_slice){ NULL, 0 };
	if (t->value_left == 0)
		return PS_OK;
	if (min > t->value_left)
		min = (size_t)t->value_left;
	if ((code = ps_reader_peek(t->src, min, out, err)) != PS_OK)
		return code;
	if (out->n < min)
		return too_short(t, err);
	if (out->n > t->value_left)
		out->n = (size_t)t->value_left;
	t->shown = *out;
	return PS_OK;
}

static void
value_consume(ps_reader *r, size_t n)
{
	struct tnef *t = (struct tnef *)r;

	pass(t, (ps_slice){ t->shown.p, n });
	t->shown.p += n;
	t->left -= n;
	t->value_left -= n;
}

static ps_code
value_rewind(ps_reader *r, ps_err *err)
{
	struct tnef *t = (struct tnef *)r;
	uint64_t back = t->value_n - t->value_left;
	ps_code code = ps_reader_rewind_to(t->src, t->value_place, err);

	if (code != PS_OK)
		return code;
	t->sum = t->value_sum;
	t->offset -= back;
	t->left += back;
	t->value_left = t->value_n;
	return PS_OK;
}

static uint64_t
value_length(ps_reader *r)
{
	return ((struct tnef *)r)->value_n;
}

static uint64_t
value_offset(const ps_reader *r)
{
	const struct tnef *t = (const struct tnef *)r;

	return t->value_n - t->value_left;
}

static void
value_close(ps_reader *r)
{
	(void)r;	/* it is a part of the whole */
}

#define VALUE_OPS(rew) { .size = sizeof(ps_reader_ops), \
	.peek = value_peek, .consume = value_consume, .rewind = (rew), \
	.length = value_length, .close = value_close, .offset = value_offset }

static const ps_reader_ops value_ops[] = { VALUE_OPS(NULL), VALUE_OPS(value_rewind) };

static void
show_value(struct tnef *t, enum tnef_kind kind, uint64_t n, struct tnef_item *out)
{
	t->value_n = t->value_left = n;
	t->value_place = ps_reader_offset(t->src);
	t->value_sum = t->sum;
	t->had_data = true;
	out->kind = kind;
	out->data = &t->data;
}

/* --- texts --- */

/* The charset of texts that are not Unicode, as the message announces it. */
static ps_code
old_text(struct tnef *t, ps_slice in, struct ps_buf *out, ps_err *err)
{
	char charset[24];
	bool known = false;
	ps_code code;

	(void)snprintf(charset, sizeof charset, "windows-%u", (unsigned)t->codepage);
	code = mime_to_utf8(out, ps_str(charset), in, &known, err);
	if (code == PS_OK && !known)
		code = mime_to_utf8(out, ps_str("windows-1252"), in, &known, err);
	return code;
}

/* The code point at the start of UTF-16LE text; *out_n octets of it. */
static uint32_t
wide_char(ps_slice in, size_t *out_n)
{
	uint32_t high = (uint32_t)(in.p[0] | in.p[1] << 8), low;

	*out_n = 2;
	if (high < 0xd800 || high > 0xdfff)
		return high;
	low = in.n < 4 ? 0 : (uint32_t)(in.p[2] | in.p[3] << 8);
	if (high > 0xdbff || low < 0xdc00 || low > 0xdfff)
		return 0xfffd;
	*out_n = 4;
	return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

static ps_code
put_char(struct ps_buf *out, uint32_t c, ps_err *err)
{
	uint8_t u[4];
	size_t n = 0;

	if (c < 0x80) {
		u[n++] = (uint8_t)c;
	} else if (c < 0x800) {
		u[n++] = (uint8_t)(0xc0 | c >> 6);
	} else if (c < 0x10000) {
		u[n++] = (uint8_t)(0xe0 | c >> 12);
		u[n++] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
	} else {
		u[n++] = (uint8_t)(0xf0 | c >> 18);
		u[n++] = (uint8_t)(0x80 | (c >> 12 & 0x3f));
		u[n++] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
	}
	if (c >= 0x80)
		u[n++] = (uint8_t)(0x80 | (c & 0x3f));
	return ps_buf_add(out, (ps_slice){ u, n }, err);
}

static ps_code
wide_text(ps_slice in, struct ps_buf *out, ps_err *err)
{
	struct ps_buf utf8 = { .max = 4096 };
	bool known;
	size_t n;
	ps_code code = PS_OK;

	for (; in.n >= 2 && code == PS_OK; in.p += n, in.n -= n)
		code = put_char(&utf8, wide_char(in, &n), err);
	if (code == PS_OK)
		code = mime_to_utf8(out, ps_str("utf-8"), ps_buf_get(&utf8), &known, err);
	ps_buf_clear(&utf8);
	return code;
}

static ps_code
to_utf8(struct tnef *t, ps_slice in, bool wide, struct tnef_item *out, ps_err *err)
{
	struct ps_buf text = { .max = 4096 };
	ps_code code;

	while (wide ? in.n >= 2 && in.p[in.n - 1] == 0 && in.p[in.n - 2] == 0
	    : in.n != 0 && in.p[in.n - 1] == 0)
		in.n -= wide ? 2 : 1;
	code = wide ? wide_text(in, &text, err) : old_text(t, in, &text, err);
	if (code == PS_OK && text.n >= sizeof out->text)
		text.n = ps_text_cut((const char *)text.p, sizeof out->text - 1);
	if (code == PS_OK && text.n != 0)
		memcpy(out->text, text.p, text.n);
	if (code == PS_OK)
		out->text[text.n] = '\0';
	ps_buf_clear(&text);
	return code;
}

static ps_code
take_text(struct tnef *t, enum tnef_kind kind, uint64_t n, bool wide, struct tnef_item *out,
    ps_err *err)
{
	uint8_t in[TEXT_MAX];
	size_t look = n < sizeof in ? (size_t)n : sizeof in;
	ps_code code;

	if ((code = take_in(t, look, in, err)) != PS_OK ||
	    (code = take_in(t, n - look, NULL, err)) != PS_OK)
		return code;
	if (wide)
		look &= ~(size_t)1;
	code = to_utf8(t, (ps_slice){ in, look }, wide, out, err);
	if (code == PS_OK && out->text[0] != '\0')
		out->kind = kind;
	return code;
}

/* --- lists of properties --- */

/* Octets of a value of fixed size as it stands in the list, padded to four. */
static int
fixed_size(uint32_t type)
{
	static const struct { uint32_t type; int size; } sizes[] = {
		{ 0x01, 0 }, { 0x02, 4 }, { 0x03, 4 }, { 0x04, 4 }, { 0x05, 8 },
		{ 0x06, 8 }, { 0x07, 8 }, { 0x0a, 4 }, { 0x0b, 4 }, { 0x14, 8 },
		{ 0x40, 8 }, { 0x48, 16 },
	};

	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
		if (sizes[i].type == type)
			return sizes[i].size;
	return -1;
}

static bool
has_length(uint32_t type)
{
	return type == T_STRING8 || type == T_UNICODE || type == T_OBJECT || type == T_BINARY;
}

static uint32_t
padding(uint32_t n)
{
	return (4 - n % 4) % 4;
}

/* Properties above 0x8000 bring their name: a set, then a number or a text. */
static ps_code
skip_name(struct tnef *t, ps_err *err)
{
	uint32_t kind, n = 4;
	ps_code code;

	if ((code = take_in(t, 16, NULL, err)) != PS_OK ||
	    (code = take_number(t, &kind, err)) != PS_OK)
		return code;
	if (kind != 0) {
		if ((code = take_number(t, &n, err)) != PS_OK)
			return code;
		return take_in(t, (uint64_t)n + padding(n), NULL, err);
	}
	return take_in(t, n, NULL, err);
}

/* What cannot be measured ends the list; the attribute's own length tells
 * where to go on. */
static void
give_up_list(struct tnef *t)
{
	t->damaged = true;
	t->props = 0;
	t->prop.values = 0;
}

static ps_code
next_prop(struct tnef *t, ps_err *err)
{
	uint32_t tag, count = 1;
	int size;
	ps_code code;

	t->props--;
	if ((code = take_number(t, &tag, err)) != PS_OK)
		return code;
	t->prop = (struct prop){ .id = tag >> 16, .type = tag & 0xffff & ~(uint32_t)T_MULTIPLE };
	if (t->prop.id >= 0x8000 && (code = skip_name(t, err)) != PS_OK)
		return code;
	if ((tag & T_MULTIPLE) != 0 || has_length(t->prop.type))
		if ((code = take_number(t, &count, err)) != PS_OK)
			return code;
	if (has_length(t->prop.type)) {
		t->prop.values = count;
		return PS_OK;
	}
	if ((size = fixed_size(t->prop.type)) < 0) {
		give_up_list(t);
		return PS_OK;
	}
	return take_in(t, (uint64_t)count * (uint64_t)size, NULL, err);
}

/* Which property says what. */
static enum tnef_kind
meaning(const struct tnef *t)
{
	if (t->level == 1)
		return t->prop.id == PROP_CLASS ? TNEF_CLASS : TNEF_END;
	switch (t->prop.id) {
	case PROP_NAME:
	case PROP_LONG_NAME:
		return TNEF_NAME;
	case PROP_TYPE:
		return TNEF_TYPE;
	case PROP_DATA:
		return t->had_data ? TNEF_END : TNEF_DATA;
	default:
		return TNEF_END;
	}
}

static ps_code
next_value(struct tnef *t, struct tnef_item *out, ps_err *err)
{
	enum tnef_kind kind = meaning(t);
	bool text = t->prop.type == T_STRING8 || t->prop.type == T_UNICODE;
	uint32_t n;
	ps_code code;

	t->prop.values--;
	if ((code = take_number(t, &n, err)) != PS_OK)
		return code;
	if (n > t->left)
		return too_short(t, err);
	t->prop.pad = padding(n);
	if (text && kind != TNEF_END && kind != TNEF_DATA)
		return take_text(t, kind, n, t->prop.type == T_UNICODE, out, err);
	if (kind == TNEF_DATA && t->prop.type == T_BINARY) {
		show_value(t, TNEF_DATA, n, out);
		return PS_OK;
	}
	if (kind == TNEF_DATA && t->prop.type == T_OBJECT && n >= IID) {
		if ((code = take_in(t, IID, NULL, err)) == PS_OK)
			show_value(t, TNEF_MESSAGE, n - IID, out);
		return code;
	}
	return take_in(t, n, NULL, err);
}

static ps_code
next_in_list(struct tnef *t, struct tnef_item *out, ps_err *err)
{
	uint32_t pad = t->prop.pad;
	ps_code code;

	t->prop.pad = 0;
	/* Some writers leave out the padding at the very end. */
	if (pad > t->left)
		pad = (uint32_t)t->left;
	if ((code = take_in(t, pad, NULL, err)) != PS_OK)
		return code;
	if (t->prop.values != 0)
		return next_value(t, out, err);
	return t->props != 0 ? next_prop(t, err) : PS_OK;
}

/* --- attributes --- */

static ps_code
end_attribute(struct tnef *t, ps_err *err)
{
	uint16_t sum;
	uint8_t p[2];
	ps_code code;

	if ((code = take_in(t, t->left, NULL, err)) != PS_OK)
		return code;
	sum = t->sum;
	if ((code = take(t, sizeof p, p, err)) != PS_OK)
		return code;
	t->damaged |= sum != (p[0] | p[1] << 8);
	t->inside = t->listing = false;
	return PS_OK;
}

static ps_code
begin_list(struct tnef *t, ps_err *err)
{
	t->listing = true;
	t->prop = (struct prop){ .values = 0 };
	return take_number(t, &t->props, err);
}

static ps_code
read_attribute(struct tnef *t, uint32_t id, struct tnef_item *out, ps_err *err)
{
	switch (id) {
	case ATT_CODEPAGE:
		return t->left < 4 ? PS_OK : take_number(t, &t->codepage, err);
	case ATT_CLASS:
		return take_text(t, TNEF_CLASS, t->left, false, out, err);
	case ATT_PROPS:
	case ATT_ATTACHMENT:
		return begin_list(t, err);
	case ATT_BEGIN:
		t->had_data = false;
		out->kind = TNEF_BEGIN;
		return PS_OK;
	case ATT_TITLE:
		return take_text(t, TNEF_NAME, t->left, false, out, err);
	case ATT_DATA:
		if (!t->had_data)
			show_value(t, TNEF_DATA, t->left, out);
		return PS_OK;
	default:
		return PS_OK;
	}
}

static ps_code
next_attribute(struct tnef *t, struct tnef_item *out, bool *out_end, ps_err *err)
{
	uint8_t p[9];
	ps_slice in;
	ps_code code;

	if ((code = ps_reader_peek(t->src, 1, &in, err)) != PS_OK)
		return code;
	*out_end = in.n == 0;
	if (*out_end)
		return PS_OK;
	if ((code = take(t, sizeof p, p, err)) != PS_OK)
		return code;
	if (p[0] != 1 && p[0] != 2)
		return ps_fail(err, PS_E_MALFORMED, "smime.tnef", t->offset - sizeof p,
		    W_TNEF_LEVEL);
	t->inside = true;
	t->level = p[0];
	t->left = number(p + 5);
	t->sum = 0;
	return read_attribute(t, number(p + 1), out, err);
}

static ps_code
step(struct tnef *t, struct tnef_item *out, bool *out_end, ps_err *err)
{
	if (!t->inside)
		return next_attribute(t, out, out_end, err);
	if (t->listing && (t->props != 0 || t->prop.values != 0 || t->prop.pad != 0))
		return next_in_list(t, out, err);
	return end_attribute(t, err);
}

/* --- what others call --- */

ps_code
tnef_open(struct tnef **out, ps_reader *src, ps_err *err)
{
	uint8_t p[6];
	struct tnef *t = calloc(1, sizeof *t);
	ps_code code;

	if (t == NULL)
		return ps_nomem(err, "smime.tnef");
	t->src = src;
	t->codepage = 1252;
	t->data.ops = &value_ops[ps_reader_can_return(src)];
	code = take(t, sizeof p, p, err);
	if (code == PS_OK && number(p) != SIGNATURE)
		code = ps_fail(err, PS_E_MALFORMED, "smime.tnef", 0, W_TNEF_SIGNATURE);
	if (code != PS_OK) {
		free(t);
		return code;
	}
	*out = t;
	return PS_OK;
}

void
tnef_close(struct tnef *t)
{
	free(t);
}

bool
tnef_damaged(const struct tnef *t)
{
	return t->damaged;
}

ps_code
tnef_next(struct tnef *t, struct tnef_item *out, ps_err *err)
{
	bool end = false;
	ps_code code = ps_reader_drain(&t->data, NULL, err);

	*out = (struct tnef_item){ .kind = TNEF_END };
	while (code == PS_OK && out->kind == TNEF_END && !end)
		code = step(t, out, &end, err);
	return code;
}
