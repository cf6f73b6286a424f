/* SPDX-License-Identifier: ISC */
/*
 * One element whole, for the cursor, which knows definite lengths only.
 *
 * What needs no change is copied octet for octet, because it may be hashed or
 * compared later; only indefinite lengths, constructed OCTET STRINGs, and the
 * lengths of what is around them are written anew. Memory grows with the
 * octets that came, never with a length that was claimed. What stands in the
 * window as it is wanted, mostly all of it, is copied at one stroke.
 */
#include <string.h>

#include "base/buf.h"
#include "der/ber.h"
#include "der/head.h"
#include "der/walk.h"
#include "der/words.h"

enum { JOINED = DER_OCTETS | 0x20 };	/* OCTET STRING made of segments */

/* What is open in the output, beside b->level. */
struct part {
	size_t		 at;		/* of the head in the output */
	size_t		 head;		/* octets of it there now */
	uint32_t	 tag;		/* in the output */
	bool		 changed;	/* the head must be written anew */
	bool		 segment;	/* a string within a string: no head */
};

struct small {
	struct ber	*b;
	struct ps_buf	*out;
	uint64_t	 max, start;	/* of the input */
	uint64_t	 stop;		/* offset: copy_run looked no further */
	size_t		 from;		/* of the output */
	const char	*name;
	struct part	 part[DER_DEPTH_MAX];
};

static ps_code
too_long(const struct small *s, ps_err *err)
{
	return ps_fail(err, PS_E_LIMIT, s->b->where, s->start, W_DER_LONG,
	    PS_TEXT("what", s->name), PS_NUMBER("max", s->max));
}

static ps_code
copy_octets(struct small *s, uint64_t n, ps_err *err)
{
	ps_slice in;
	ps_code code = PS_OK;

	for (; code == PS_OK && n != 0; n -= in.n) {
		code = ber_window(s->b, 1, n, s->name, &in, err);
		if (code == PS_OK)
			code = ps_buf_add(s->out, in, err);
		if (code != PS_OK)
			break;
		ber_take(s->b, in.n);
	}
	return code;
}

/* Copies the head that ber_head showed, or only its identifier, and leaves it
 * to be taken. */
static ps_code
copy_head(struct small *s, const struct der_head *h, bool whole, ps_err *err)
{
	ps_slice in;
	ps_code code = ber_window(s->b, h->n, h->n, s->name, &in, err);
	uint32_t tag;

	if (code != PS_OK)
		return code;
	if (!whole)
		in.n = der_identifier_read(in.p, in.n, &tag);
	return ps_buf_add(s->out, in, err);
}

static bool
in_string(const struct small *s, unsigned top)
{
	return s->b->depth > top && s->part[s->b->depth - 1].tag == DER_OCTETS;
}

static ps_code
open_part(struct small *s, const struct der_head *h, bool segment, ps_err *err)
{
	struct part *p;
	ps_code code = PS_OK;
	unsigned depth = s->b->depth;
	struct part next = {
		.at = s->out->n,
		.tag = h->tag == JOINED ? DER_OCTETS : h->tag,
		.changed = h->indefinite || h->tag == JOINED,
		.segment = segment,
	};

	if (!segment)
		code = copy_head(s, h, !next.changed, err);
	next.head = s->out->n - next.at;
	if (code == PS_OK)
		code = ber_push(s->b, h, err);
	if (code != PS_OK)
		return code;
	p = &s->part[depth];
	*p = next;
	if (h->tag == JOINED)
		s->b->canonical = false;
	return PS_OK;
}

/* Writes the head of what ends anew: `p->head` octets give way. */
static ps_code
write_head(struct small *s, const struct part *p, ps_err *err)
{
	uint8_t head[DER_HEAD_MAX];
	size_t content = s->out->n - p->at - p->head;
	size_t n = derw_header(head, p->tag, content);
	ps_code code;
	uint8_t *at;

	code = ps_buf_reserve(s->out, n, err);
	if (code != PS_OK)
		return code;
	at = s->out->p + p->at;
	memmove(at + n, at + p->head, content);
	memcpy(at, head, n);
	s->out->n = p->at + n + content;
	return PS_OK;
}

static ps_code
close_part(struct small *s, const struct der_head *h, unsigned top, ps_err *err)
{
	const struct part *p = &s->part[s->b->depth - 1];
	ps_code code = PS_OK;

	ber_pop(s->b, h);
	if (!p->changed)
		return PS_OK;
	if (!p->segment)
		code = write_head(s, p, err);
	if (s->b->depth > top)
		s->part[s->b->depth - 1].changed = true;
	return code;
}

static ps_code
primitive(struct small *s, const struct der_head *h, bool segment, ps_err *err)
{
	ps_code code = PS_OK;

	if (!segment)
		code = copy_head(s, h, true, err);
	if (code != PS_OK)
		return code;
	ber_take_head(s->b, h);
	return copy_octets(s, h->length, err);
}

/* One element or the end of one. */
static ps_code
step(struct small *s, unsigned top, ps_err *err)
{
	bool segment = in_string(s, top);
	struct der_head h;
	ps_code code = ber_head(s->b, s->name, &h, err);

	if (code != PS_OK)
		return code;
	if (h.n + h.length > s->max - (s->b->offset - s->start))
		return too_long(s, err);
	if (h.tag == 0)
		return s->b->depth > top ? close_part(s, &h, top, err) :
		    ber_wrong(s->b, s->name, 0, 0, err);
	/* X.690, 8.7.3.2: segments are OCTET STRINGs. */
	if (segment && h.tag != DER_OCTETS && h.tag != JOINED)
		return ber_wrong(s->b, s->name, DER_OCTETS, h.tag, err);
	if (der_tag_constructed(h.tag))
		return open_part(s, &h, segment, err);
	return primitive(s, &h, segment, err);
}

/* --- what is at hand and needs no change --- */

/* How far the elements from `p` on are whole before `all`, have definite and shortest
 * lengths, no string in segments, and at most `most` levels within each other.
 * *out_stop is where that ended: there, or within the element behind. */
static const uint8_t *
plain_until(const uint8_t *p, const uint8_t *all, unsigned most, const uint8_t **out_stop)
{
	const uint8_t *end[DER_DEPTH_MAX + 1] = { all }, *good = p;
	struct der_head h;
	unsigned depth = 0;

	while (p != all) {
		if (der_head_read(p, (size_t)(end[depth] - p), &h) != DER_HEAD_OK ||
		    h.tag == 0 || h.tag == JOINED || !h.minimal ||
		    h.length > (size_t)(end[depth] - p) - h.n)
			break;
		if (der_tag_constructed(h.tag) && depth == most)
			break;
		p += h.n;
		if (der_tag_constructed(h.tag))
			end[++depth] = p + h.length;
		else
			p += h.length;
		while (depth > 0 && p == end[depth])
			depth--;
		if (depth == 0)
			good = p;
	}
	*out_stop = p;
	return good;
}

static unsigned
levels_left(const struct ber *b)
{
	uint64_t max = b->limits->der_depth < DER_DEPTH_MAX ? b->limits->der_depth
	    : DER_DEPTH_MAX;

	return b->depth < max ? (unsigned)max - b->depth : 0;
}

bool
ber_plain(struct ber *b, uint64_t max, ps_slice *out)
{
	struct der_head h;
	const uint8_t *stop;
	ps_slice in;
	uint64_t n;

	if (max > PS_PEEK_MAX)
		max = PS_PEEK_MAX;
	if (ber_head(b, "the next element", &h, NULL) != PS_OK || h.tag == 0 ||
	    h.indefinite || h.length > max || (n = h.n + h.length) > max ||
	    ps_reader_peek(b->src, (size_t)n, &in, NULL) != PS_OK || in.n < n ||
	    plain_until(in.p, in.p + n, levels_left(b), &stop) != in.p + n)
		return false;
	*out = (ps_slice){ in.p, (size_t)n };
	return true;
}

/*
 * Copies the elements of this level that are at hand and need no change. An element
 * larger than a window, or with one length that is not DER's, would else be taken
 * to pieces to the last octet. Nothing is looked at twice: behind s->stop only when
 * what stands there was taken.
 */
static ps_code
copy_run(struct small *s, ps_err *err)
{
	struct ber *b = s->b;
	uint64_t left = ber_room(b), most = s->max - (b->offset - s->start);
	const uint8_t *end, *stop;
	ps_slice in;
	ps_code code;

	if (left > most)
		left = most;
	if (s->stop >= b->offset && left > s->stop - b->offset)
		left = s->stop - b->offset;
	if (left == 0)
		return PS_OK;
	if ((code = ber_window(b, 1, left, s->name, &in, err)) != PS_OK)
		return code;
	end = plain_until(in.p, in.p + in.n, levels_left(b), &stop);
	if (s->stop < b->offset)
		s->stop = b->offset + (uint64_t)(stop - in.p);
	code = ps_buf_add(s->out, (ps_slice){ in.p, (size_t)(end - in.p) }, err);
	if (code == PS_OK)
		ber_take(b, (size_t)(end - in.p));
	return code;
}

ps_code
ber_small(struct ber *b, uint64_t max, const char *name, struct ps_buf *out,
    ps_err *err)
{
	struct small s = { .b = b, .out = out, .max = max, .start = b->offset,
	    .from = out->n, .name = name };
	unsigned top = b->depth;
	ps_slice whole;
	ps_code code;

	if (ber_plain(b, max, &whole)) {
		code = ps_buf_add(out, whole, err);
		if (code == PS_OK)
			ber_take(b, whole.n);
		return code;
	}
	do {
		code = b->depth > top && !in_string(&s, top) ? copy_run(&s, err) : PS_OK;
		if (code == PS_OK)
			code = step(&s, top, err);
	} while (code == PS_OK && b->depth > top);
	if (code == PS_OK && out->n - s.from > max)
		code = too_long(&s, err);
	if (code != PS_OK)
		out->n = s.from;
	return code;
}
