/* SPDX-License-Identifier: ISC */
/*
 * An mbox as one message after the other.
 *
 * Nothing in the format says where a message ends but the beginning of the
 * next, so the reader runs ahead by one line at most and keeps what it has seen
 * in a window of its own. Many writers forget to quote a line of text that
 * begins with "From "; so it ends a message only behind an empty line, and only
 * when a time of day and a year stand in it, as all writers put them.
 */
#include "mime/mime.h"

#include <stdlib.h>
#include <string.h>

enum {
	WINDOW	 = 65536,
	POSTMARK = 1024,	/* longest "From " line */
};

struct ps_mbox {
	ps_reader	 part;		/* the present message */
	ps_reader	*src;
	uint64_t	 origin;	/* offset of the source when opened */
	uint64_t	 start;		/* of the present message, from there */
	uint64_t	 taken;		/* of it */
	uint8_t		*window;
	size_t		 head, n;	/* octets in the window, and where */
	size_t		 safe;		/* of them: of the present message */
	size_t		 gap;		/* the empty line behind it */
	bool		 line_start;	/* `safe` ends behind a line end */
	bool		 opened, ended, eof, whole;
};

/* --- what separates --- */

static bool
is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* A time "12:34", then a year, as asctime() writes and what is like it. */
static bool
has_date(ps_slice line)
{
	size_t i = 0, digits = 0;

	while (i + 5 <= line.n && !(is_digit(line.p[i + 1]) && line.p[i + 2] == ':' &&
	    is_digit(line.p[i + 3]) && is_digit(line.p[i + 4])))
		i++;
	if (i + 5 > line.n)
		return false;
	for (i += 5; i < line.n && digits < 4; i++)
		digits = is_digit(line.p[i]) ? digits + 1 : 0;
	return digits == 4;
}

/* The empty line at `p`: its length, 0 when it is none, 3 when it may be one
 * once more is seen. */
enum { UNSURE = 3 };

static size_t
empty_line(const uint8_t *p, size_t n, bool eof)
{
	if (n == 0)
		return eof ? 0 : UNSURE;
	if (p[0] == '\n')
		return 1;
	if (p[0] != '\r')
		return 0;
	if (n == 1)
		return eof ? 0 : UNSURE;
	return p[1] == '\n' ? 2 : 0;
}

enum answer { NO, YES, LATER };

/* Does a message begin here? */
static enum answer
is_separator(const uint8_t *p, size_t n, bool eof)
{
	static const char from[] = "From ";
	size_t look = n < sizeof from - 1 ? n : sizeof from - 1;
	const uint8_t *lf;

	if (memcmp(p, from, look) != 0)
		return NO;
	lf = memchr(p, '\n', n < POSTMARK ? n : POSTMARK);
	if (lf == NULL && n < POSTMARK && !eof)
		return LATER;
	if (look < sizeof from - 1)
		return NO;
	return lf != NULL && has_date((ps_slice){ p, (size_t)(lf - p) }) ? YES : NO;
}

/* --- the window --- */

/* One more line of the present message, or a part of one; false: no more for
 * now. */
static bool
scan_line(struct ps_mbox *m)
{
	const uint8_t *p = m->window + m->head + m->safe, *lf;
	size_t n = m->n - m->safe, empty = m->line_start ? empty_line(p, n, m->eof) : 0;
	enum answer answer = NO;

	if (empty == UNSURE)
		return false;
	if (empty != 0 && (n > empty || m->eof) && !m->whole)
		answer = n == empty ? YES : is_separator(p + empty, n - empty, m->eof);
	else if (empty != 0 && n == empty && !m->eof)
		return false;
	if (answer == LATER)
		return false;
	if (answer == YES) {
		m->ended = true;
		m->gap = empty;
		return false;
	}
	lf = n == 0 ? NULL : memchr(p, '\n', n);
	m->line_start = lf != NULL;
	m->safe += lf != NULL ? (size_t)(lf - p) + 1 : n;
	return n != 0;
}

static ps_code
fill(struct ps_mbox *m, ps_err *err)
{
	ps_slice in;
	ps_code code;

	if (m->head + m->n == WINDOW) {
		memmove(m->window, m->window + m->head, m->n);
		m->head = 0;
	}
	if ((code = ps_reader_peek(m->src, 1, &in, err)) != PS_OK)
		return code;
	m->eof = in.n == 0;
	if (in.n > WINDOW - m->head - m->n)
		in.n = WINDOW - m->head - m->n;
	if (in.n != 0)
		memcpy(m->window + m->head + m->n, in.p, in.n);
	ps_reader_consume(m->src, in.n);
	m->n += in.n;
	return PS_OK;
}

static ps_code
mbox_peek(ps_reader *r, size_t min, ps_slice *out, ps_err *err)
{
	struct ps_mbox *m = (struct ps_mbox *)r;
	ps_code code = PS_OK;

	for (;;) {
		while (!m->ended && m->safe < m->n && scan_line(m))
			;
		if (m->safe >= min || m->ended || (m->eof && m->safe == m->n))
			break;
		if ((code = fill(m, err)) != PS_OK)
			return code;
	}
	*out = (ps_slice){ m->window + m->head, m->safe };
	return PS_OK;
}

static void
mbox_consume(ps_reader *r, size_t n)
{
	struct ps_mbox *m = (struct ps_mbox *)r;

	m->head += n;
	m->n -= n;
	m->safe -= n;
	m->taken += n;
}

/* The present message begins behind an empty line or at the very start: its
 * own "From " line ends nothing. */
static void
begin(struct ps_mbox *m)
{
	m->safe = m->gap = 0;
	m->taken = 0;
	m->line_start = m->ended = false;
}

static ps_code
mbox_rewind(ps_reader *r, ps_err *err)
{
	struct ps_mbox *m = (struct ps_mbox *)r;
	ps_code code = ps_reader_rewind_to(m->src, m->origin + m->start, err);

	if (code != PS_OK)
		return code;
	m->head = m->n = 0;
	m->eof = false;
	begin(m);
	return PS_OK;
}

static uint64_t
mbox_offset(const ps_reader *r)
{
	return ((const struct ps_mbox *)r)->taken;
}

static void
mbox_part_close(ps_reader *r)
{
	(void)r;	/* it belongs to the mbox */
}

#define MBOX_OPS(rew) { .size = sizeof(ps_reader_ops), \
	.peek = mbox_peek, .consume = mbox_consume, .rewind = (rew), \
	.close = mbox_part_close, .offset = mbox_offset }

static const ps_reader_ops mbox_ops[] = { MBOX_OPS(NULL), MBOX_OPS(mbox_rewind) };

/* --- what a program calls --- */

ps_code
ps_mbox_look(ps_reader *in, int *out_is, ps_err *err)
{
	ps_slice s;
	ps_code code = ps_reader_peek(in, 5, &s, err);

	if (code == PS_OK)
		*out_is = s.n >= 5 && memcmp(s.p, "From ", 5) == 0;
	return code;
}

ps_code
ps_mbox_open(ps_mbox **out, ps_reader *in, ps_err *err)
{
	struct ps_mbox *m;
	int is;
	ps_code code = ps_mbox_look(in, &is, err);

	if (code != PS_OK)
		return code;
	m = calloc(1, sizeof *m);
	if (m == NULL || (m->window = malloc(WINDOW)) == NULL) {
		free(m);
		return ps_nomem(err, "mime.mbox");
	}
	m->part.ops = &mbox_ops[ps_reader_can_return(in)];
	m->src = in;
	m->origin = ps_reader_offset(in);
	m->whole = !is;
	*out = m;
	return PS_OK;
}

void
ps_mbox_close(ps_mbox *m)
{
	if (m == NULL)
		return;
	free(m->window);
	free(m);
}

ps_code
ps_mbox_next(ps_mbox *m, ps_reader **out, ps_err *err)
{
	ps_slice in;
	ps_code code;

	if (m == NULL)
		return ps_nomem(err, "mime.mbox");
	if (m->opened) {
		if ((code = ps_reader_drain(&m->part, NULL, err)) != PS_OK)
			return code;
		m->start += m->taken + m->gap;
		m->head += m->gap;
		m->n -= m->gap;
		begin(m);
	}
	if ((code = ps_reader_peek(&m->part, 1, &in, err)) != PS_OK)
		return code;
	*out = in.n == 0 ? NULL : &m->part;
	m->opened = true;
	return PS_OK;
}
