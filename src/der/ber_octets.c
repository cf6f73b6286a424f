/* SPDX-License-Identifier: ISC */
/*
 * The value of an OCTET STRING as a reader: the way of gigabytes.
 *
 * Large segments hand on the window of the source and copy nothing. Senders
 * that stream in segments of 1 KiB or less would make every layer above run
 * once a segment, so small ones are collected into one window; so is what a
 * peek asks for across the border of two segments.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "der/ber.h"
#include "der/head.h"
#include "der/walk.h"
#include "der/words.h"

enum {
	JOINED	= DER_OCTETS | 0x20,	/* OCTET STRING made of segments */
	SMALL	= 16384,		/* shorter segments are collected */
};

struct octets {
	ps_reader	 pub;
	struct ber	*b;
	struct ber	 begin;		/* b at the start of the value */
	uint64_t	 place;		/* the source there */
	uint64_t	 taken;		/* octets of the value */
	const char	*name;
	uint64_t	 length;	/* of the value, UINT64_MAX: segments */
	uint64_t	 left;		/* in the segment or primitive string */
	bool		 small;		/* the segment is */
	bool		 done;		/* the last segment was left */
	uint8_t		*held;		/* PS_WINDOW octets, made when needed */
	size_t		 at, n;		/* in use: at to n */
};

static struct octets *
octets_of(ps_reader *r)
{
	return (struct octets *)(void *)r;
}

static bool
ended(const struct octets *o)
{
	return o->left == 0 && (o->length != UINT64_MAX || o->done);
}

/* Goes to the next segment, into or out of a string of strings. */
static ps_code
next_head(struct octets *o, ps_err *err)
{
	struct der_head h;
	ps_code code = ber_head(o->b, o->name, &h, err);

	if (code != PS_OK)
		return code;
	if (h.tag == 0) {
		ber_pop(o->b, &h);
		o->done = o->b->depth < o->begin.depth;
	} else if (h.tag == JOINED) {
		return ber_push(o->b, &h, err);
	} else if (h.tag == DER_OCTETS) {
		ber_take_head(o->b, &h);
		o->left = h.length;
		o->small = h.length < SMALL;
	} else {
		/* X.690, 8.7.3.2: segments are OCTET STRINGs. */
		return ber_wrong(o->b, o->name, DER_OCTETS, h.tag, err);
	}
	return PS_OK;
}

/* Goes on until there are octets in the segment, or the end. */
static ps_code
find_octets(struct octets *o, ps_err *err)
{
	ps_code code = PS_OK;

	while (code == PS_OK && o->left == 0 && !ended(o))
		code = next_head(o, err);
	return code;
}

static ps_code
make_room(struct octets *o, ps_err *err)
{
	if (o->held == NULL)
		o->held = malloc(PS_WINDOW);
	if (o->held == NULL)
		return ps_nomem(err, "der.octets");
	if (o->at != 0)
		memmove(o->held, o->held + o->at, o->n - o->at);
	o->n -= o->at;
	o->at = 0;
	return PS_OK;
}

/* Moves at most `most` octets of the segment to what is held. */
static ps_code
hold_some(struct octets *o, size_t most, ps_err *err)
{
	ps_slice in = { 0 };
	ps_code code = ber_window(o->b, 1, o->left, o->name, &in, err);

	if (code != PS_OK)
		return code;
	if (in.n > most)
		in.n = most;
	memcpy(o->held + o->n, in.p, in.n);
	o->n += in.n;
	o->left -= in.n;
	ber_take(o->b, in.n);
	return PS_OK;
}

/*
 * Collects at least `min` octets if there are as many, and goes on through
 * small segments while there is room. An error behind the first `min` octets
 * is left for the next peek, which meets it again.
 */
static ps_code
collect(struct octets *o, size_t min, ps_err *err)
{
	ps_code code = make_room(o, err);
	size_t most;

	while (code == PS_OK && o->n < PS_WINDOW) {
		code = find_octets(o, err);
		if (code != PS_OK || ended(o))
			break;
		if (o->n >= min && !o->small)
			break;
		most = (o->small ? PS_WINDOW : min) - o->n;
		code = hold_some(o, most, err);
	}
	if (code != PS_OK && o->n >= min) {
		ps_err_clear(err);
		code = PS_OK;
	}
	return code;
}

static ps_code
octets_peek(ps_reader *r, size_t min, ps_slice *out, ps_err *err)
{
	struct octets *o = octets_of(r);
	bool whole = o->length != UINT64_MAX;
	ps_code code = PS_OK;

	if (o->at == o->n) {
		code = find_octets(o, err);
		if (code != PS_OK)
			return code;
		if (ended(o)) {
			*out = (ps_slice){ 0 };
			return PS_OK;
		}
		if (whole || (!o->small && min <= o->left))
			return ber_window(o->b, min, o->left, o->name, out, err);
	}
	if (o->n - o->at < min)
		code = collect(o, min, err);
	if (code == PS_OK)
		*out = (ps_slice){ o->held + o->at, o->n - o->at };
	return code;
}

static void
octets_consume(ps_reader *r, size_t n)
{
	struct octets *o = octets_of(r);

	o->taken += n;
	if (o->at != o->n) {
		o->at += n;
		return;
	}
	ber_take(o->b, n);
	o->left -= n;
}

/* b and this reader at the start of the value. */
static void
start(struct octets *o)
{
	*o->b = o->begin;
	o->left = o->length == UINT64_MAX ? 0 : o->length;
	o->at = o->n = 0;
	o->taken = 0;
	o->done = false;
}

static ps_code
octets_rewind(ps_reader *r, ps_err *err)
{
	struct octets *o = octets_of(r);
	ps_code code = ps_reader_rewind_to(o->b->src, o->place, err);

	if (code == PS_OK)
		start(o);
	return code;
}

static uint64_t
octets_length(ps_reader *r)
{
	return octets_of(r)->length;
}

static uint64_t
octets_offset(const ps_reader *r)
{
	return ((const struct octets *)(const void *)r)->taken;
}

/* What was collected may be a decrypted message. */
static void
octets_close(ps_reader *r)
{
	struct octets *o = octets_of(r);

	if (o->held != NULL)
		ps_wipe(o->held, PS_WINDOW);
	free(o->held);
	free(o);
}

#define OCTETS_OPS(rew) { .size = sizeof(ps_reader_ops), \
	.peek = octets_peek, .consume = octets_consume, .rewind = (rew), \
	.length = octets_length, .close = octets_close, \
	.offset = octets_offset }

static const ps_reader_ops octets_ops[] = {
	OCTETS_OPS(NULL), OCTETS_OPS(octets_rewind)
};

/* Takes the head of the string: `b` then stands at its value. */
static ps_code
enter(struct ber *b, uint32_t tag, const char *name, uint64_t *out_length,
    ps_err *err)
{
	struct der_head h;
	ps_code code = ber_head(b, name, &h, err);

	if (code != PS_OK)
		return code;
	if (h.tag == tag) {
		ber_take_head(b, &h);
		*out_length = h.length;
		return PS_OK;
	}
	if (h.tag == 0 || h.tag != der_tag_to_constructed(tag))
		return ber_wrong(b, name, tag, h.tag, err);
	b->canonical = false;
	*out_length = UINT64_MAX;
	return ber_push(b, &h, err);
}

ps_code
ber_octets(struct ber *b, uint32_t tag, const char *name, ps_reader **out,
    ps_err *err)
{
	struct octets *o = calloc(1, sizeof *o);
	ps_code code;

	if (o == NULL)
		return ps_nomem(err, b->where);
	code = enter(b, tag, name, &o->length, err);
	if (code != PS_OK) {
		free(o);
		return code;
	}
	o->pub.ops = &octets_ops[ps_reader_can_return(b->src)];
	o->place = ps_reader_offset(b->src);
	o->b = b;
	o->begin = *b;
	o->name = name;
	start(o);
	*out = &o->pub;
	return PS_OK;
}
