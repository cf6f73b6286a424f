/* SPDX-License-Identifier: ISC */
/*
 * Line ends made CRLF, and a watch on what could not travel as 7bit.
 *
 * Nearly all mail is clean, so the question is how fast we can see that it
 * is. Two questions are asked of 64 octets at a time with the compiler's
 * vectors: is there an octet that 7bit forbids, and is every CR followed by LF
 * and every LF after a CR? Line lengths cost far less than a look at each
 * octet: from the start of a line, one must end within the next 1000, so
 * we look there from the back and go on behind the last line end found.
 * What is clean is handed on as it came; only text with bare LF that is to be
 * stored text is copied.
 */
#include <stdlib.h>
#include <string.h>

#include "mime/mime.h"

enum {
	LINE_MAX_7BIT	= 998,		/* RFC 5322, 2.1.1, without CRLF */
	STEP		= 16384,	/* octets copied at a time */
};

typedef uint8_t octets16 __attribute__((vector_size(16)));

/* What was seen, a bit for each. */
enum { ODD = 1, BARE_CR = 2, BARE_LF = 4 };

struct canonical {
	ps_writer	 pub;
	ps_writer	*dst;
	struct mime_watch *watch;
	uint8_t		 out[2 * STEP];
};

static octets16
load(const uint8_t *p)
{
	octets16 v;

	memcpy(&v, p, sizeof v);
	return v;
}

static bool
any(octets16 v)
{
	uint64_t half[2];

	memcpy(half, &v, sizeof v);
	return (half[0] | half[1]) != 0;
}

static octets16
all_of(uint8_t c)
{
	return (octets16){ c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c };
}

/* look_fast judges octets and the pairs (p[i], p[i + 1]) of whole vectors,
 * and answers how many octets it judged; p[that] can be read. */
static size_t
look_fast(const uint8_t *p, size_t n, unsigned *seen)
{
	const octets16 cr = all_of('\r'), lf = all_of('\n'), top = all_of(126);
	const octets16 one = all_of(1);
	octets16 odd = all_of(0), bare_cr = odd, bare_lf = odd;
	size_t i = 0;

	for (; i + 17 <= n; i += 16) {
		octets16 v = load(p + i);
		octets16 is_cr = (octets16)(v == cr);
		octets16 then_lf = (octets16)(load(p + i + 1) == lf);

		odd |= (octets16)(v - one >= top);	/* 0 wraps to 255 */
		bare_cr |= is_cr & ~then_lf;
		bare_lf |= then_lf & ~is_cr;
	}
	*seen |= (any(odd) ? ODD : 0) | (any(bare_cr) ? BARE_CR : 0) |
	    (any(bare_lf) ? BARE_LF : 0);
	return i;
}

static unsigned
look_pair(uint8_t c, uint8_t next)
{
	return (c == '\r' && next != '\n' ? BARE_CR : 0u) |
	    (c != '\r' && next == '\n' ? BARE_LF : 0u);
}

/* look tells what is wrong in `in`, which follows the octet `last`. */
static unsigned
look(ps_slice in, uint8_t last)
{
	unsigned seen = look_pair(last, in.p[0]);
	size_t i = look_fast(in.p, in.n, &seen);

	for (; i < in.n; i++) {
		if (in.p[i] > 126 || in.p[i] == 0)
			seen |= ODD;
		if (i + 1 < in.n)
			seen |= look_pair(in.p[i], in.p[i + 1]);
	}
	return seen;
}

/* last_lf is the place behind the last LF of p[0..n), 0: there is none. */
static size_t
last_lf(const uint8_t *p, size_t n)
{
	while (n != 0 && p[n - 1] != '\n')
		n--;
	return n;
}

/* lines_fit counts the octets of the present line on, over `in`, and tells
 * whether no line was too long. */
static bool
lines_fit(uint64_t *line, ps_slice in)
{
	enum { WHOLE = LINE_MAX_7BIT + 2 };
	size_t i = 0;

	for (;;) {
		size_t left = in.n - i, room, skip;

		room = *line >= WHOLE ? 0 : (size_t)(WHOLE - *line);
		skip = last_lf(in.p + i, left < room ? left : room);
		if (skip == 0) {
			*line += left;
			/* a CR may still be half of the line's end */
			return *line < WHOLE && (*line < WHOLE - 1 ||
			    (in.n != 0 && in.p[in.n - 1] == '\r'));
		}
		*line = 0;
		i += skip;
	}
}

/* tail_line counts the present line without judging it. */
static void
tail_line(uint64_t *line, ps_slice in)
{
	size_t i = last_lf(in.p, in.n);

	*line = i == 0 ? *line + in.n : in.n - i;
}

/* note keeps the watch up to date with what goes out. */
static void
note(struct mime_watch *w, ps_slice out, unsigned seen)
{
	if (seen != 0)
		w->unsafe = true;
	if (w->unsafe)
		tail_line(&w->line, out);
	else if (!lines_fit(&w->line, out))
		w->unsafe = true;
	w->n += out.n;
	w->last = out.p[out.n - 1];
}

/* add_cr copies `in` to `out` with a CR before each bare LF. */
static size_t
add_cr(ps_slice in, uint8_t last, uint8_t *out)
{
	const uint8_t *p = in.p, *end = in.p + in.n, *lf;
	uint8_t *q = out;

	while ((lf = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		memcpy(q, p, (size_t)(lf - p));
		q += lf - p;
		if ((lf > in.p ? lf[-1] : last) != '\r')
			*q++ = '\r';
		*q++ = '\n';
		p = lf + 1;
	}
	memcpy(q, p, (size_t)(end - p));
	return (size_t)(q - out) + (size_t)(end - p);
}

static ps_code
put(struct canonical *c, ps_slice out, unsigned seen, ps_err *err)
{
	note(c->watch, out, seen);
	return ps_writer_write(c->dst, out, err);
}

/* put_converted goes through our own copy, a step at a time. */
static ps_code
put_converted(struct canonical *c, ps_slice in, ps_err *err)
{
	ps_code code = PS_OK;

	while (in.n != 0 && code == PS_OK) {
		ps_slice part = { in.p, in.n < STEP ? in.n : STEP };
		unsigned seen = look(part, c->watch->last);
		ps_slice out = { c->out, add_cr(part, c->watch->last, c->out) };

		code = put(c, out, seen & ~(unsigned)BARE_LF, err);
		in.p += part.n;
		in.n -= part.n;
	}
	return code;
}

static ps_code
canonical_write(ps_writer *w, ps_slice in, ps_err *err)
{
	struct canonical *c = (struct canonical *)w;
	unsigned seen;

	if (in.n == 0)
		return PS_OK;
	seen = c->watch->unsafe && !c->watch->from_lf ? 0 :
	    look(in, c->watch->last);
	if ((seen & BARE_LF) != 0 && c->watch->from_lf)
		return put_converted(c, in, err);
	return put(c, in, seen, err);
}

/* What is left open at the end can no longer become a line end. */
static ps_code
canonical_finish(ps_writer *w, ps_err *err)
{
	struct canonical *c = (struct canonical *)w;

	(void)err;
	if (c->watch->last == '\r')
		c->watch->unsafe = true;
	return PS_OK;
}

static void
canonical_abandon(ps_writer *w)
{
	ps_writer_abandon(((struct canonical *)w)->dst);
}

static void
canonical_close(ps_writer *w)
{
	free((struct canonical *)w);
}

#define CANONICAL_OPS(aban) { .size = sizeof(ps_writer_ops), \
	.write = canonical_write, .finish = canonical_finish, \
	.abandon = (aban), .close = canonical_close }

static const ps_writer_ops canonical_ops[] = {
	CANONICAL_OPS(NULL), CANONICAL_OPS(canonical_abandon)
};

ps_code
mime_canonical_writer(ps_writer **out, ps_writer *dst,
    struct mime_watch *watch, ps_err *err)
{
	struct canonical *c = malloc(sizeof *c);

	if (c == NULL)
		return ps_nomem(err, "mime.canonical");
	c->pub.ops = &canonical_ops[ps_writer_can_abandon(dst)];
	c->dst = dst;
	c->watch = watch;
	*out = &c->pub;
	return PS_OK;
}
