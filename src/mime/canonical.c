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

/* --- what relays change --- */

static const char from_line[] = "\nFrom ";
enum { FROM = sizeof from_line - 1 };

/* Does white space end a line, could one begin with "From "? Looks at what begins in whole
 * vectors and answers how many octets those were. */
static size_t
look_fragile(const uint8_t *p, size_t n, bool *out_space, bool *out_from)
{
	const octets16 cr = all_of('\r'), lf = all_of('\n'), sp = all_of(' ');
	const octets16 tab = all_of('\t'), f = all_of('F'), r = all_of('r');
	octets16 space = all_of(0), from = space;
	size_t i = 0;

	for (; i + 18 <= n; i += 16) {
		octets16 v = load(p + i), next = load(p + i + 1);

		space |= (octets16)((octets16)(v == sp) | (octets16)(v == tab)) &
		    ((octets16)(next == cr) | (octets16)(next == lf));
		from |= (octets16)(v == lf) & (octets16)(next == f) &
		    (octets16)(load(p + i + 2) == r);
	}
	*out_space = any(space);
	*out_from = any(from);
	return i;
}

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

static bool
look_slow(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i + 1 < n; i++)
		if ((is_blank(p[i]) && (p[i + 1] == '\r' || p[i + 1] == '\n')) ||
		    (i + FROM <= n && memcmp(p + i, from_line, FROM) == 0))
			return true;
	return false;
}

/* The octets before and the first of `in`; the start is the start of a line. */
static bool
look_joint(const struct mime_watch *w, ps_slice in)
{
	uint8_t joint[2 * MIME_WATCH_TAIL];
	size_t n = in.n < MIME_WATCH_TAIL ? in.n : MIME_WATCH_TAIL;

	memcpy(joint, w->tail, MIME_WATCH_TAIL);
	if (w->n == 0)
		joint[MIME_WATCH_TAIL - 1] = '\n';
	memcpy(joint + MIME_WATCH_TAIL, in.p, n);
	return look_slow(joint, MIME_WATCH_TAIL + n);
}

static bool
is_fragile(const struct mime_watch *w, ps_slice in)
{
	bool space, from;
	size_t done = look_fragile(in.p, in.n, &space, &from);

	if (space || look_joint(w, in) || look_slow(in.p + done, in.n - done))
		return true;
	return from && memmem(in.p, in.n, from_line, FROM) != NULL;
}

static void
keep_tail(struct mime_watch *w, ps_slice in)
{
	size_t n = in.n < MIME_WATCH_TAIL ? in.n : MIME_WATCH_TAIL;

	if (w->n == 0)
		w->tail[MIME_WATCH_TAIL - 1] = '\n';
	memmove(w->tail, w->tail + n, MIME_WATCH_TAIL - n);
	memcpy(w->tail + MIME_WATCH_TAIL - n, in.p + in.n - n, n);
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
	if (seen != 0 || (w->exposed && !w->unsafe && is_fragile(w, out)))
		w->unsafe = true;
	if (w->exposed)
		keep_tail(w, out);
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

/* What is left open at the end can no longer become a line end; white space there
 * stands before the line end of a delimiter. */
static ps_code
canonical_finish(ps_writer *w, ps_err *err)
{
	struct canonical *c = (struct canonical *)w;

	(void)err;
	if (c->watch->last == '\r' || (c->watch->exposed && is_blank(c->watch->last)))
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
