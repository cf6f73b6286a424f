/* SPDX-License-Identifier: ISC */
/*
 * Undoing what is done to lines: their ends, white space before them, "From "
 * as mailbox files want it, and what a list or a gateway puts into the text.
 */
#include <stdio.h>
#include <string.h>

#include "smime/diagnosing.h"
#include "smime/words.h"

static void
note(struct attempt *a, const struct flow *f)
{
	if (a->at == PS_NOWHERE)
		a->at = f->at;
}

static void
put_text(struct flow *f, const char *s)
{
	while (*s != '\0')
		flow_put(f, *s++);
}

/* --- line ends --- */

/* What the sender may have hashed. The last: canonical fields before a text as
 * the sender's disk has it. */
static const struct {
	const char	*name, *head, *body;
} ends[] = {
	{ "CRLF", "\r\n", "\r\n" },
	{ "LF", "\n", "\n" },
	{ "CR", "\r", "\r" },
	{ "CRLF and then LF", "\r\n", "\n" },
};

static enum fit
ends_fit(const struct survey *s, unsigned v)
{
	if (v >= sizeof ends / sizeof ends[0])
		return FIT_END;
	if (v == 0)
		return s->lf || s->cr ? FIT_YES : FIT_NO;
	if (v == 1)
		return s->crlf || s->cr ? FIT_YES : FIT_NO;
	if (v == 2)
		return s->crlf || s->lf ? FIT_YES : FIT_NO;
	return s->has_head && (s->crlf || s->lf) ? FIT_YES : FIT_NO;
}

static ps_code
ends_make(struct attempt *a, ps_reader *in, ps_writer *out, ps_err *err)
{
	struct flow f;
	int c;

	flow_init(&f, in, out, err);
	snprintf(a->name, sizeof a->name, "%s", ends[a->variant].name);
	while ((c = flow_peek(&f)) >= 0) {
		const char *want = f.at < a->seen->head_n ? ends[a->variant].head
		    : ends[a->variant].body;
		uint64_t at = f.at;
		size_t n = flow_line_end(&f);

		if (n == 0) {
			flow_put(&f, flow_next(&f));
			continue;
		}
		if (a->at == PS_NOWHERE && (n != strlen(want) || c != *want))
			a->at = at;
		put_text(&f, want);
	}
	return flow_finish(&f);
}

/* --- white space at the end of lines --- */

enum { BLANKS = 998 };	/* RFC 5322, 2.1.1 */

static bool
is_end(int c)
{
	return c < 0 || c == '\r' || c == '\n';
}

/* Everywhere or in the body alone; but for "-- " (RFC 3676, 4.3) or there too. */
enum { ADDED_BODY = 1, ADDED_DASHES = 2, ADDED_END = 4 };

static enum fit
added_fit(const struct survey *s, unsigned v)
{
	if (v >= ADDED_END)
		return FIT_END;
	return s->trailing && ((v & ADDED_BODY) == 0 || s->has_head) ? FIT_YES : FIT_NO;
}

static ps_code
added_make(struct attempt *a, ps_reader *in, ps_writer *out, ps_err *err)
{
	uint8_t held[BLANKS];
	size_t n = 0, keep;
	unsigned column = 0, dashes = 0;	/* of what is not held */
	struct flow f;
	int c;

	flow_init(&f, in, out, err);
	if ((a->variant & ADDED_BODY) != 0)
		flow_copy(&f, a->seen->head_n);
	while ((c = flow_next(&f)) >= 0) {
		if ((c == ' ' || c == '\t') && n < BLANKS) {
			held[n++] = (uint8_t)c;
			continue;
		}
		keep = n;
		if (is_end(c))
			keep = n != 0 && (a->variant & ADDED_DASHES) != 0 && column == 2 &&
			    dashes == 2 && held[0] == ' ';
		if (keep != n && a->at == PS_NOWHERE)
			a->at = f.at - 1 - n + keep;
		for (size_t i = 0; i < keep; i++)
			flow_put(&f, held[i]);
		column = is_end(c) ? 0 : column + 1 + (unsigned)(n != 0);
		dashes = is_end(c) ? 0 : dashes + (c == '-');
		n = 0;
		flow_put(&f, c);
	}
	return flow_finish(&f);
}

/*
 * What was stripped is gone, but two things are known to have been there: the
 * space of the line before a signature, "-- " (RFC 3676, 4.3), and those of
 * soft line breaks in format=flowed. The latter stand where the next word
 * would not have fitted, or, by some programs, in every line of a paragraph.
 */
static const unsigned widths[] = { 0, 72, 76, 78, 66, 1 };

static enum fit
stripped_fit(const struct survey *s, unsigned v)
{
	if (v >= sizeof widths / sizeof widths[0])
		return FIT_END;
	return (v == 0 ? s->separator : s->flowed) ? FIT_YES : FIT_NO;
}

/* Octets of the first word of the next line; 0: that line is empty, is the
 * separator, or is quoted. */
static size_t
next_word(struct flow *f, size_t most)
{
	ps_slice s = flow_ahead(f, most + 4);
	size_t i = 0, n = 0;

	if (s.n > 0 && is_end(s.p[0]))
		i = s.n > 1 && s.p[0] == '\r' && s.p[1] == '\n' ? 2 : 1;
	if (i >= s.n || is_end(s.p[i]) || s.p[i] == '>')
		return 0;
	if (s.n - i >= 3 && s.p[i] == '-' && s.p[i + 1] == '-' &&
	    (is_end(s.p[i + 2]) || s.p[i + 2] == ' '))
		return 0;
	while (i + n < s.n && n < most && !is_end(s.p[i + n]) && s.p[i + n] != ' ')
		n++;
	return n;
}

static ps_code
stripped_make(struct attempt *a, ps_reader *in, ps_writer *out, ps_err *err)
{
	unsigned width = widths[a->variant], dashes = 0;
	size_t column = 0;
	struct flow f;
	int c, last = '\n';

	flow_init(&f, in, out, err);
	flow_copy(&f, a->seen->head_n);
	while ((c = flow_peek(&f)) >= 0) {
		if (is_end(c) && column != 0 && last != ' ') {
			size_t word = width == 0 ? 0 : next_word(&f, 100);

			if ((column == 2 && dashes == 2) ||
			    (word != 0 && column + 1 + word > width)) {
				note(a, &f);
				flow_put(&f, ' ');
			}
		}
		if (is_end(c))
			column = dashes = 0;
		else {
			column++;
			dashes += c == '-';
		}
		last = c;
		flow_put(&f, flow_next(&f));
	}
	return flow_finish(&f);
}

/* --- "From " --- */

enum { FROM_ONE, FROM_ANY, FROM_ALL, FROM_ADD, FROM_ADD_ANY, FROM_MODES };

static enum fit
from_fit(const struct survey *s, unsigned v)
{
	if (v >= FROM_MODES)
		return FIT_END;
	if (v == FROM_ADD)
		return s->from ? FIT_YES : FIT_NO;
	return s->from_escaped || (v == FROM_ADD_ANY && s->from) ? FIT_YES : FIT_NO;
}

/* The ">" before "From " at a line start; SIZE_MAX: it is no such line. */
static size_t
escapes(struct flow *f)
{
	enum { MOST = 200 };
	ps_slice s;
	size_t n = 0;

	if (flow_peek(f) != '>' && flow_peek(f) != 'F')
		return SIZE_MAX;
	s = flow_ahead(f, MOST);
	while (n < s.n && s.p[n] == '>')
		n++;
	return s.n - n >= 5 && memcmp(s.p + n, "From ", 5) == 0 ? n : SIZE_MAX;
}

/* How many there were: mailbox files put one before ">From " too, or only
 * before "From ", and some readers take off what nobody put. */
static size_t
before_escaping(unsigned mode, size_t n)
{
	switch (mode) {
	case FROM_ONE:
		return n == 1 ? 0 : n;
	case FROM_ANY:
		return n > 0 ? n - 1 : 0;
	case FROM_ALL:
		return 0;
	case FROM_ADD:
		return n == 0 ? 1 : n;
	default:
		return n + 1;
	}
}

static ps_code
from_make(struct attempt *a, ps_reader *in, ps_writer *out, ps_err *err)
{
	struct flow f;
	int last = '\n';

	flow_init(&f, in, out, err);
	while (flow_peek(&f) >= 0) {
		size_t n = last == '\n' || last == '\r' ? escapes(&f) : SIZE_MAX;

		if (n != SIZE_MAX) {
			size_t was = before_escaping(a->variant, n);

			if (was != n)
				note(a, &f);
			a->n += was != n;
			while (n-- > 0)
				flow_next(&f);
			while (was-- > 0)
				flow_put(&f, '>');
		}
		last = flow_next(&f);
		flow_put(&f, last);
	}
	return flow_finish(&f);
}

/* --- lines put into the text --- */

static ps_code
leave_out(struct attempt *a, uint64_t from, uint64_t to, ps_reader *in, ps_writer *out,
    ps_err *err)
{
	struct flow f;

	a->at = from;
	flow_init(&f, in, out, err);
	flow_copy(&f, from);
	while (f.at < to && flow_next(&f) >= 0)
		continue;
	flow_rest(&f);
	return flow_finish(&f);
}

static enum fit
banner_fit(const struct survey *s, unsigned v)
{
	return s->nbanner < 2 || v >= s->nbanner - 1 ? FIT_END : FIT_YES;
}

static ps_code
banner_make(struct attempt *a, ps_reader *in, ps_writer *out, ps_err *err)
{
	const struct survey *s = a->seen;

	a->n = a->variant + 1;
	return leave_out(a, s->banner[0], s->banner[a->variant + 1], in, out, err);
}

/* In front of the delimiter behind the first text, the last line first. */
static enum fit
foot_fit(const struct survey *s, unsigned v)
{
	return s->foot_end == 0 || v >= s->nfoot || v >= SURVEY_FOOT ? FIT_END : FIT_YES;
}

static ps_code
foot_make(struct attempt *a, ps_reader *in, ps_writer *out, ps_err *err)
{
	const struct survey *s = a->seen;

	a->n = a->variant + 1;
	return leave_out(a, s->foot[(s->nfoot - 1 - a->variant) % SURVEY_FOOT], s->foot_end, in,
	    out, err);
}

/* --- the table --- */

static enum fit
same_fit(const struct survey *s, unsigned v)
{
	return v > 0 ? FIT_END : s->octets != 0 ? FIT_YES : FIT_NO;
}

/* The matcher sees what was put behind it, or taken off. */
static ps_code
same_make(struct attempt *a, ps_reader *in, ps_writer *out, ps_err *err)
{
	(void)a;
	return ps_pump(in, out, NULL, err);
}

const struct undo undo_lines[] = {
	{ "footer", W_D_FOOTER, true, same_fit, same_make },
	{ "line-ends", W_D_LINE_ENDS, true, ends_fit, ends_make },
	{ "trailing-space-added", W_D_SPACE_ADDED, true, added_fit, added_make },
	{ "trailing-space-removed", W_D_SPACE_REMOVED, true, stripped_fit, stripped_make },
	{ "from-escaped", W_D_FROM, true, from_fit, from_make },
	{ NULL, NULL, false, NULL, NULL },
};

const struct undo undo_text[] = {
	{ "banner", W_D_BANNER, false, banner_fit, banner_make },
	{ "footer", W_D_FOOTER_TEXT, false, foot_fit, foot_make },
	{ NULL, NULL, false, NULL, NULL },
};
