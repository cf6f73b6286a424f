/* SPDX-License-Identifier: ISC */
/*
 * Streaming BER: levels, heads, small values.
 *
 * The shell of a message is read as it comes. Every head is checked against
 * the nearest definite length around it before anything believes it, and the
 * levels stand in a fixed stack, so neither a claimed length nor a deep
 * nesting costs memory.
 */
#include "der/ber.h"

#include <string.h>

#include "der/head.h"
#include "der/walk.h"
#include "der/words.h"

enum { SMALL_VALUE = 32 };	/* of numbers and object identifiers */

void
ber_init(struct ber *b, ps_reader *src, const struct ps_limits *limits,
    const char *where)
{
	*b = (struct ber){
		.src = src,
		.limits = limits,
		.where = where,
		.canonical = true,
	};
}

static bool
indefinite(const struct ber *b)
{
	return b->depth > 0 && b->level[b->depth - 1].end == UINT64_MAX;
}

/* No element may end behind this. UINT64_MAX itself means "indefinite". */
static uint64_t
bound(const struct ber *b)
{
	return b->depth > 0 ? b->level[b->depth - 1].bound : UINT64_MAX - 1;
}

uint64_t
ber_room(const struct ber *b)
{
	return bound(b) - b->offset;
}

static ps_code
fail(const struct ber *b, const char *words, const char *name, ps_err *err)
{
	return ps_fail(err, PS_E_MALFORMED, b->where, b->offset, words,
	    PS_TEXT("what", name));
}

ps_code
ber_wrong(const struct ber *b, const char *name, uint32_t want, uint32_t found,
    ps_err *err)
{
	char w[48], f[48];

	if (found == 0)
		return fail(b, W_DER_MISSING, name, err);
	return ps_fail(err, PS_E_MALFORMED, b->where, b->offset, W_DER_WRONG,
	    PS_TEXT("what", name),
	    PS_TEXT("want", der_tag_name(want, w, sizeof w)),
	    PS_TEXT("found", der_tag_name(found, f, sizeof f)));
}

void
ber_take(struct ber *b, size_t n)
{
	if (n != 0)
		ps_reader_consume(b->src, n);
	b->offset += n;
}

void
ber_take_head(struct ber *b, const struct der_head *h)
{
	ber_take(b, h->n);
	if (!h->minimal)
		b->canonical = false;
}

/* Asks for one octet more each time the head goes on behind the window, so
 * that an error of the source right behind a head does not spoil it. */
static ps_code
read_head(struct ber *b, const char *name, struct der_head *out, ps_err *err)
{
	enum der_head_result result = DER_HEAD_SHORT;
	ps_slice in = { 0 };
	ps_code code;

	for (size_t want = 1; result == DER_HEAD_SHORT; want = in.n + 1) {
		code = ps_reader_peek(b->src, want, &in, err);
		if (code != PS_OK)
			return code;
		if (in.n == 0 && b->depth == 0) {
			*out = (struct der_head){ .minimal = true };
			return PS_OK;
		}
		if (in.n < want)
			return fail(b, W_DER_ENDS, name, err);
		result = der_head_read(in.p, in.n, out);
	}
	if (result == DER_HEAD_BAD_TAG)
		return fail(b, W_DER_BAD_TAG, name, err);
	if (result == DER_HEAD_BAD_LENGTH)
		return fail(b, W_DER_BAD_LENGTH, name, err);
	if (out->tag == 0 && !(indefinite(b) && out->n == 2 && out->length == 0))
		return fail(b, W_DER_EOC, name, err);
	return PS_OK;
}

ps_code
ber_head(struct ber *b, const char *name, struct der_head *out, ps_err *err)
{
	struct der_head h = { .minimal = true };
	uint64_t room = ber_room(b);
	ps_code code;

	if (b->depth > 0 && b->offset == b->level[b->depth - 1].end) {
		*out = h;
		return PS_OK;
	}
	/* An indefinite level cannot outlast the definite one around it. */
	if (room == 0)
		return fail(b, W_DER_OVER, name, err);
	code = read_head(b, name, &h, err);
	if (code != PS_OK)
		return code;
	if (h.n > room || h.length > room - h.n)
		return fail(b, W_DER_OVER, name, err);
	*out = h;
	return PS_OK;
}

static ps_code
check_depth(const struct ber *b, ps_err *err)
{
	uint64_t max = b->limits->der_depth;

	if (max > DER_DEPTH_MAX)
		max = DER_DEPTH_MAX;
	if (b->depth < max)
		return PS_OK;
	return ps_fail(err, PS_E_LIMIT, b->where, b->offset, W_DER_DEPTH,
	    PS_NUMBER("max", max));
}

ps_code
ber_push(struct ber *b, const struct der_head *h, ps_err *err)
{
	struct ber_level next = { .end = UINT64_MAX, .bound = bound(b),
	    .tag = h->tag };
	ps_code code = check_depth(b, err);

	if (code != PS_OK)
		return code;
	ber_take_head(b, h);
	if (!h->indefinite)
		next.end = next.bound = b->offset + h->length;
	b->level[b->depth++] = next;
	return PS_OK;
}

void
ber_pop(struct ber *b, const struct der_head *h)
{
	ber_take(b, h->n);
	b->depth--;
}

ps_code
ber_window(struct ber *b, size_t min, uint64_t left, const char *name,
    ps_slice *out, ps_err *err)
{
	ps_slice in = { 0 };
	ps_code code;

	if (min > left)
		min = (size_t)left;
	code = ps_reader_peek(b->src, min, &in, err);
	if (code != PS_OK)
		return code;
	if (in.n < min)
		return fail(b, W_DER_ENDS, name, err);
	if (in.n > left)
		in.n = (size_t)left;
	*out = in;
	return PS_OK;
}

ps_code
ber_peek_tag(struct ber *b, uint32_t *out_tag, ps_err *err)
{
	const char *name = "the next element";
	struct der_head h;
	ps_code code = ber_head(b, name, &h, err);

	if (code == PS_OK)
		*out_tag = h.tag;
	return code;
}

/* The head of an element that must have identifier `tag`. */
static ps_code
head_of(struct ber *b, uint32_t tag, const char *name, struct der_head *out,
    ps_err *err)
{
	ps_code code = ber_head(b, name, out, err);

	if (code == PS_OK && out->tag != tag)
		code = ber_wrong(b, name, tag, out->tag, err);
	return code;
}

ps_code
ber_enter(struct ber *b, uint32_t tag, const char *name, ps_err *err)
{
	struct der_head h;
	ps_code code;

	if (!der_tag_constructed(tag))
		return ps_fail(err, PS_E_MISUSE, b->where, b->offset, W_DER_MISUSE);
	code = head_of(b, tag, name, &h, err);
	return code == PS_OK ? ber_push(b, &h, err) : code;
}

ps_code
ber_leave(struct ber *b, const char *name, ps_err *err)
{
	struct der_head h;
	char found[48];
	ps_code code;

	if (b->depth == 0)
		return ps_fail(err, PS_E_MISUSE, b->where, b->offset, W_DER_MISUSE);
	code = ber_head(b, name, &h, err);
	if (code != PS_OK)
		return code;
	if (h.tag != 0)
		return ps_fail(err, PS_E_MALFORMED, b->where, b->offset,
		    W_DER_NOT_END, PS_TEXT("what", name),
		    PS_TEXT("found", der_tag_name(h.tag, found, sizeof found)));
	ber_pop(b, &h);
	return PS_OK;
}

static ps_code
skip_octets(struct ber *b, uint64_t n, const char *name, ps_err *err)
{
	ps_slice in;
	ps_code code;

	for (; n != 0; n -= in.n) {
		code = ber_window(b, 1, n, name, &in, err);
		if (code != PS_OK)
			return code;
		ber_take(b, in.n);
	}
	return PS_OK;
}

/* Skips to the end of the level, which must be an indefinite one, and of
 * those within. Definite elements go as a whole. */
static ps_code
skip_levels(struct ber *b, unsigned down_to, const char *name, ps_err *err)
{
	struct der_head h;
	ps_code code = PS_OK;

	while (code == PS_OK && b->depth > down_to) {
		code = ber_head(b, name, &h, err);
		if (code != PS_OK)
			break;
		if (h.tag == 0) {
			ber_pop(b, &h);
		} else if (h.indefinite) {
			code = ber_push(b, &h, err);
		} else {
			ber_take_head(b, &h);
			code = skip_octets(b, h.length, name, err);
		}
	}
	return code;
}

ps_code
ber_leave_skip(struct ber *b, const char *name, ps_err *err)
{
	ps_code code;

	if (b->depth == 0)
		return ps_fail(err, PS_E_MISUSE, b->where, b->offset, W_DER_MISUSE);
	if (indefinite(b))
		return skip_levels(b, b->depth - 1, name, err);
	code = skip_octets(b, b->level[b->depth - 1].end - b->offset, name, err);
	if (code == PS_OK)
		b->depth--;
	return code;
}

ps_code
ber_skip(struct ber *b, const char *name, ps_err *err)
{
	struct der_head h;
	ps_code code = ber_head(b, name, &h, err);

	if (code != PS_OK)
		return code;
	if (h.tag == 0)
		return ber_wrong(b, name, 0, 0, err);
	if (h.indefinite) {
		code = ber_push(b, &h, err);
		return code == PS_OK ?
		    skip_levels(b, b->depth - 1, name, err) : code;
	}
	ber_take_head(b, &h);
	return skip_octets(b, h.length, name, err);
}

/* The value of a primitive element of at most SMALL_VALUE octets. */
static ps_code
small_value(struct ber *b, uint32_t tag, const char *name,
    uint8_t out[SMALL_VALUE], size_t *out_n, ps_err *err)
{
	struct der_head h;
	ps_slice in = { 0 };
	ps_code code = head_of(b, tag, name, &h, err);

	if (code != PS_OK)
		return code;
	if (h.length > SMALL_VALUE)
		return ps_fail(err, PS_E_LIMIT, b->where, b->offset, W_DER_LONG,
		    PS_TEXT("what", name), PS_NUMBER("max", SMALL_VALUE));
	ber_take_head(b, &h);
	if (h.length != 0)
		code = ber_window(b, (size_t)h.length, h.length, name, &in, err);
	if (code != PS_OK)
		return code;
	if (in.n != 0)
		memcpy(out, in.p, in.n);
	*out_n = in.n;
	ber_take(b, in.n);
	return PS_OK;
}

ps_code
ber_u64(struct ber *b, const char *name, uint64_t *out, ps_err *err)
{
	uint8_t value[SMALL_VALUE];
	uint64_t number, at = b->offset;
	size_t n = 0;
	ps_code code = small_value(b, DER_INTEGER, name, value, &n, err);

	if (code != PS_OK)
		return code;
	if (!der_u64_value((ps_slice){ value, n }, &number))
		return ps_fail(err, PS_E_MALFORMED, b->where, at, W_DER_NUMBER,
		    PS_TEXT("what", name));
	*out = number;
	return PS_OK;
}

ps_code
ber_oid(struct ber *b, const char *name, uint8_t out[32], size_t *out_n,
    ps_err *err)
{
	uint8_t value[SMALL_VALUE];
	uint64_t at = b->offset;
	size_t n = 0;
	ps_code code = small_value(b, DER_OID, name, value, &n, err);

	if (code != PS_OK)
		return code;
	if (!der_oid_valid((ps_slice){ value, n }))
		return ps_fail(err, PS_E_MALFORMED, b->where, at, W_DER_OID,
		    PS_TEXT("what", name));
	memcpy(out, value, n);
	*out_n = n;
	return PS_OK;
}

/* The first octet of `in` that may not follow a message, in.n if none. Blanks
 * and line ends come from transports, zeros from padded blocks. */
static size_t
trailing_junk(ps_slice in, unsigned *zeros)
{
	for (size_t i = 0; i < in.n; i++) {
		if (in.p[i] == 0 && ++*zeros <= 16)
			continue;
		if (in.p[i] == 0 || memchr(" \t\r\n", in.p[i], 4) == NULL)
			return i;
	}
	return in.n;
}

ps_code
ber_trailing(struct ber *b, ps_err *err)
{
	unsigned zeros = 0;
	ps_slice in = { 0 };
	ps_code code;
	size_t n;

	if (b->depth != 0)
		return ps_fail(err, PS_E_MISUSE, b->where, b->offset, W_DER_MISUSE);
	for (;;) {
		code = ps_reader_peek(b->src, 1, &in, err);
		if (code != PS_OK || in.n == 0)
			return code;
		n = trailing_junk(in, &zeros);
		if (n != in.n)
			return ps_fail(err, PS_E_MALFORMED, b->where,
			    b->offset + n, W_DER_TRAILING,
			    PS_NUMBER("octet", in.p[n]));
		ber_take(b, in.n);
	}
}
