/* SPDX-License-Identifier: ISC */
/*
 * Line ends made CRLF, and a watch on what could not travel as 7bit.
 *
 * Nearly all mail is clean, so the question is how fast we can see that it
 * is. Two questions are asked of whole vectors (stream/wide.h): is there an
 * octet that 7bit forbids, and is every CR followed by LF and every LF after a
 * CR? Line lengths cost far less than a look at each octet: from the start of
 * a line, one must end within the next 1000, so we look there from the back
 * and go on behind the last line end found.
 * What is clean is handed on as it came; only text with bare LF that is to be
 * stored text is copied.
 */
#include <stdlib.h>
#include <string.h>

#include "mime/mime.h"

#include "stream/wide.h"

enum {
	LINE_MAX_7BIT	= 998,		/* RFC 5322, 2.1.1, without CRLF */
	STEP		= 16384,	/* octets copied at a time */
};

struct canonical {
	ps_writer	 pub;
	ps_writer	*dst;
	struct mime_watch *watch;
	const struct ps_wide *wide;
	struct ps_eol	 to_crlf;
	bool		 converts;	/* bare LF were seen */
	uint8_t		 out[2 * STEP];
};

/* look tells what is wrong in `in`, which follows the octet `last`. */
static unsigned
look(const struct ps_wide *wide, ps_slice in, uint8_t last)
{
	const uint8_t joint[2] = { last, in.p[0] };

	return wide->look(in.p, in.n) |
	    (wide->look(joint, sizeof joint) & (PS_TEXT_BARE_CR | PS_TEXT_BARE_LF));
}

/* last_lf is the place behind the last LF of p[0..n), 0: there is none. */
static size_t
last_lf(const uint8_t *p, size_t n)
{
	const uint8_t *lf = n == 0 ? NULL : memrchr(p, '\n', n);

	return lf == NULL ? 0 : (size_t)(lf - p) + 1;
}

/* --- what relays change --- */

static const char from_line[] = "\nFrom ";
enum { FROM = sizeof from_line - 1 };

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
has_from_line(const struct ps_wide *wide, ps_slice in)
{
	size_t at;

	while ((at = wide->pair(in.p, in.n, '\n', 'F')) < in.n) {
		in.p += at;
		in.n -= at;
		if (in.n >= FROM && memcmp(in.p, from_line, FROM) == 0)
			return true;
		in.p++;
		in.n--;
	}
	return false;
}

static bool
is_fragile(const struct canonical *c, ps_slice in)
{
	unsigned seen = c->wide->look_fragile(in.p, in.n);

	if ((seen & PS_TEXT_BLANK) != 0 || look_joint(c->watch, in))
		return true;
	return (seen & PS_TEXT_FROM) != 0 && has_from_line(c->wide, in);
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
note(struct canonical *c, ps_slice out, unsigned seen)
{
	struct mime_watch *w = c->watch;

	if (seen != 0 || (w->exposed && !w->unsafe && is_fragile(c, out)))
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

static ps_code
put(struct canonical *c, ps_slice out, unsigned seen, ps_err *err)
{
	note(c, out, seen);
	return ps_writer_write(c->dst, out, err);
}

/* put_converted goes through our own copy, a step at a time; that has room for
 * a CR before each octet. */
static ps_code
put_converted(struct canonical *c, ps_slice in, ps_err *err)
{
	ps_code code = PS_OK;

	while (in.n != 0 && code == PS_OK) {
		ps_slice part = { in.p, in.n < STEP ? in.n : STEP };
		unsigned seen = look(c->wide, part, c->watch->last);
		struct ps_step_io io = { .in = part.p, .in_end = part.p + part.n,
		    .out = c->out, .out_end = c->out + sizeof c->out };

		c->to_crlf.cr = c->watch->last == '\r';
		code = c->to_crlf.step.ops->run(&c->to_crlf.step, &io, err);
		if (code == PS_OK)
			code = put(c, (ps_slice){ c->out, (size_t)(io.out - c->out) },
			    seen & ~(unsigned)PS_TEXT_BARE_LF, err);
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
	if (c->converts)
		return put_converted(c, in, err);
	seen = c->watch->unsafe && !c->watch->from_lf ? 0 :
	    look(c->wide, in, c->watch->last);
	c->converts = (seen & PS_TEXT_BARE_LF) != 0 && c->watch->from_lf;
	if (c->converts)
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
	c->wide = ps_wide();
	c->converts = false;
	ps_eol_init(&c->to_crlf, false);
	*out = &c->pub;
	return PS_OK;
}
