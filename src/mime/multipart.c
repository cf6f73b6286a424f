/* SPDX-License-Identifier: ISC */
/*
 * Multiparts, cut on the window below.
 *
 * Gigabytes go through here, so nothing is copied: a part's reader shows the
 * source's own window up to where a delimiter begins or could begin. Only
 * lines that start with "-" are looked at, and found by wide compares.
 * What could be the start of a delimiter is not shown until it is known not
 * to be one. Only when the caller wants more than lies before such a place,
 * and the source cannot show beyond it at once, octets are copied together.
 */
#include "mime/multipart.h"

#include <stdlib.h>
#include <string.h>

#include "mime/lex.h"
#include "mime/words.h"
#include "stream/wide.h"

enum {
	/* Boundaries are compared within one peek, whatever the limit says. */
	BOUNDARY_MAX	= 1000,
	/* White space behind a boundary; beyond, the line is taken for what
	 * it began as and the rest of it dropped. */
	PADDING_MAX	= 1024,
	/* All that a delimiter can need to be known: line ends, "--", padding. */
	DELIMITER_MAX	= BOUNDARY_MAX + PADDING_MAX + 8,
	HELD_MAX	= 2 * PS_PEEK_MAX,
};

/* What stands at a place where a delimiter could. */
enum found { NOTHING, TOO_SHORT, DELIMITER, CLOSE };

struct mime_multipart {
	ps_reader	 part;		/* first: the reader of the present region */
	ps_reader	*src;
	const struct ps_wide *wide;
	uint64_t	 max_parts, parts;

	enum mime_region kind;
	bool		 begun;		/* a region is open */
	bool		 closed, epilogue;

	uint64_t	 place;		/* offset of src when we were made */
	uint64_t	 pos;		/* octets taken from src since */
	uint64_t	 start;		/* pos where the region begins */
	bool		 fresh;		/* src stands there, nothing is known */
	size_t		 known;		/* octets ahead in src that are content */
	enum found	 end;		/* what follows them; NOTHING: not known */
	bool		 eof;		/* ... the end of src */
	size_t		 end_n;		/* octets of the delimiter */
	bool		 end_long;	/* its padding was not read to the end */

	uint8_t		*held;		/* HELD_MAX, made when first needed */
	size_t		 held_at, held_n;

	uint8_t		 delimiter[DELIMITER_MAX];
	size_t		 delimiter_n;
	size_t		 dash_n;	/* of "--boundary" */
	uint8_t		 dash[BOUNDARY_MAX + 2];
};

/* A piece of the window, and whether the source ends where it ends. */
struct view {
	const uint8_t	*p, *end;
	bool		 eof;
};

/* line_rest judges what follows the boundary: padding (RFC 2046, 5.1.1) and
 * the line end or the end; *out is where the line ends. */
static enum found
line_rest(struct mime_multipart *m, struct view v, enum found as,
    const uint8_t **out)
{
	const uint8_t *start = v.p;

	while (v.p < v.end && (*v.p == ' ' || *v.p == '\t') &&
	    v.p - start < PADDING_MAX)
		v.p++;
	m->end_long = v.p - start == PADDING_MAX;
	*out = v.p;
	if (m->end_long)
		return as;
	if (v.p < v.end && *v.p == '\r')
		v.p++;
	if (v.p == v.end) {
		*out = v.p;
		return v.eof ? as : TOO_SHORT;
	}
	if (*v.p != '\n')
		return NOTHING;
	*out = v.p + 1;
	return as;
}

/* delimiter_at looks at v.p, which is at a line start. */
static enum found
delimiter_at(struct mime_multipart *m, struct view v, const uint8_t **out)
{
	size_t left = (size_t)(v.end - v.p);
	size_t n = left < m->dash_n ? left : m->dash_n;

	if (n != 0 && memcmp(v.p, m->dash, n) != 0)
		return NOTHING;
	if (left < m->dash_n)
		return v.eof ? NOTHING : TOO_SHORT;
	v.p += n;
	if (v.p == v.end || *v.p != '-')
		return line_rest(m, v, DELIMITER, out);
	if (v.end - v.p < 2)
		return v.eof ? NOTHING : TOO_SHORT;
	if (v.p[1] != '-')
		return NOTHING;
	v.p += 2;
	return line_rest(m, v, CLOSE, out);
}

/* settle notes what ends the region: `at` is where the content ends. */
static void
settle(struct mime_multipart *m, const uint8_t *window, const uint8_t *at,
    enum found found, const uint8_t *line_end)
{
	m->known = (size_t)(at - window);
	if (found == DELIMITER || found == CLOSE) {
		m->end = found;
		m->end_n = (size_t)(line_end - at);
	}
}

/* line_end_before is the start of the line end whose LF is at `lf`. */
static const uint8_t *
line_end_before(const uint8_t *lf, const uint8_t *window)
{
	return lf > window && lf[-1] == '\r' ? lf - 1 : lf;
}

/* next_candidate finds the LF of the next line that may be a delimiter, or
 * that the window does not show; NULL: none. */
static const uint8_t *
next_candidate(const struct ps_wide *wide, const uint8_t *p, const uint8_t *end)
{
	size_t n = (size_t)(end - p), at = wide->pair(p, n, '\n', '-');

	if (at < n)
		return p + at;
	return n != 0 && end[-1] == '\n' ? end - 1 : NULL;
}

/*
 * scan goes on from m->known over the window. What it passes is content, for
 * good; where it stops stands a delimiter or what may become one. A line end
 * (or the CR of one) at the very end may belong to a delimiter too
 * (RFC 2046, 5.1.1).
 */
static void
scan(struct mime_multipart *m, ps_slice w, bool eof)
{
	const uint8_t *end, *p, *line_end = NULL;
	struct view v = { w.p, w.p, eof };
	enum found found;

	if (m->kind == MIME_EPILOGUE)
		m->known = w.n;
	if (m->known >= w.n)
		return;
	v.end = end = w.p + w.n;
	p = w.p + m->known;
	if (m->fresh) {
		found = delimiter_at(m, v, &line_end);
		if (found != NOTHING) {
			settle(m, w.p, w.p, found, line_end);
			return;
		}
	}
	m->fresh = false;
	while ((p = next_candidate(m->wide, p, end)) != NULL) {
		v.p = p + 1;
		found = delimiter_at(m, v, &line_end);
		if (found != NOTHING) {
			settle(m, w.p, line_end_before(p, w.p), found, line_end);
			return;
		}
		p++;
	}
	if (!eof && end[-1] == '\r')
		end--;
	settle(m, w.p, end, NOTHING, NULL);
}

/* good_octets finds how far the source can show when `ask` is too far: an
 * error lies ahead, but what stands before it is still to be shown. */
static size_t
good_octets(ps_reader *src, size_t ask)
{
	size_t good = 0;

	while (ask - good > 1) {
		size_t middle = good + (ask - good) / 2;
		ps_slice w;

		if (ps_reader_peek(src, middle, &w, NULL) == PS_OK)
			good = middle;
		else
			ask = middle;
	}
	return good;
}

/* before_error looks at what lies before an error, and tells whether that
 * gave anything new. */
static bool
before_error(struct mime_multipart *m, size_t ask, ps_slice *out)
{
	size_t known = m->known, good = good_octets(m->src, ask);

	if (good <= known || ps_reader_peek(m->src, good, out, NULL) != PS_OK)
		return false;
	scan(m, *out, false);
	return m->known > known || m->end != NOTHING;
}

/* look asks the source for `ask` octets and learns what it can from them. */
static ps_code
look(struct mime_multipart *m, size_t ask, ps_slice *out, ps_err *err)
{
	ps_code code = ps_reader_peek(m->src, ask, out, NULL);

	if (code != PS_OK) {
		if (before_error(m, ask, out))
			return PS_OK;
		code = ps_reader_peek(m->src, ask, out, err);
		if (code != PS_OK)
			return code;
	}
	m->eof = out->n < ask;
	scan(m, *out, m->eof);
	return PS_OK;
}

static bool
is_settled(const struct mime_multipart *m)
{
	return m->end != NOTHING || m->eof;
}

/* show is the way without copying. *out_enough is false when `min` octets
 * are neither there nor the last ones, with the widest look at the source. */
static ps_code
show(struct mime_multipart *m, size_t min, ps_slice *out, bool *out_enough,
    ps_err *err)
{
	size_t ask = m->known > min ? m->known : min;
	ps_slice w = { NULL, 0 };
	ps_code code = PS_OK;

	for (;; ask += DELIMITER_MAX) {
		if (is_settled(m))
			ask = m->known;
		if (ask > PS_PEEK_MAX)
			ask = PS_PEEK_MAX;
		if (!is_settled(m))
			code = look(m, ask, &w, err);
		else if (m->known != 0)
			code = ps_reader_peek(m->src, ask, &w, err);
		if (code != PS_OK)
			return code;
		*out_enough = m->known >= min || is_settled(m);
		if (*out_enough || ask == PS_PEEK_MAX)
			break;
	}
	*out = (ps_slice){ w.p, m->known < w.n ? m->known : w.n };
	return PS_OK;
}

static void
take(struct mime_multipart *m, size_t n)
{
	if (n == 0)
		return;
	ps_reader_consume(m->src, n);
	m->pos += n;
	m->known -= n;
	m->fresh = false;
}

/* collect copies octets together until there are `min`, or all. */
static ps_code
collect(struct mime_multipart *m, size_t min, ps_err *err)
{
	if (m->held == NULL)
		m->held = malloc(HELD_MAX);
	if (m->held == NULL)
		return ps_nomem(err, "mime.multipart");
	m->held_n -= m->held_at;
	memmove(m->held, m->held + m->held_at, m->held_n);
	m->held_at = 0;
	while (m->held_n < min) {
		size_t n = HELD_MAX - m->held_n;
		bool enough;
		ps_slice w;
		ps_code code = show(m, 1, &w, &enough, err);

		if (code != PS_OK)
			return code;
		if (w.n == 0 || w.p == NULL)
			break;
		if (n > w.n)
			n = w.n;
		memcpy(m->held + m->held_n, w.p, n);
		m->held_n += n;
		take(m, n);
	}
	return PS_OK;
}

static ps_code
part_peek(ps_reader *r, size_t min, ps_slice *out, ps_err *err)
{
	struct mime_multipart *m = (struct mime_multipart *)r;
	bool enough;
	ps_code code;

	if (min == 0)
		min = 1;
	if (m->held_n == 0) {
		code = show(m, min, out, &enough, err);
		if (code != PS_OK || enough)
			return code;
	}
	if (m->held_n - m->held_at < min) {
		code = collect(m, min, err);
		if (code != PS_OK)
			return code;
	}
	*out = (ps_slice){ m->held + m->held_at, m->held_n - m->held_at };
	return PS_OK;
}

static void
part_consume(ps_reader *r, size_t n)
{
	struct mime_multipart *m = (struct mime_multipart *)r;

	if (m->held_n == 0) {
		take(m, n);
		return;
	}
	m->held_at += n;
	if (m->held_at == m->held_n)
		m->held_at = m->held_n = 0;
}

static void
begin(struct mime_multipart *m)
{
	m->start = m->pos;
	m->known = 0;
	m->end = NOTHING;
	m->eof = false;
	m->fresh = m->kind != MIME_EPILOGUE;
	m->held_at = m->held_n = 0;
}

static ps_code
part_rewind(ps_reader *r, ps_err *err)
{
	struct mime_multipart *m = (struct mime_multipart *)r;
	ps_code code = ps_reader_rewind_to(m->src, m->place + m->start, err);

	if (code != PS_OK)
		return code;
	m->pos = m->start;
	begin(m);
	return PS_OK;
}

/* The part belongs to its multipart. */
static void
part_close(ps_reader *r)
{
	(void)r;
}

static uint64_t
part_offset(const ps_reader *r)
{
	const struct mime_multipart *m = (const struct mime_multipart *)r;

	return m->pos - m->start - (m->held_n - m->held_at);
}

#define PART_OPS(rew) { .size = sizeof(ps_reader_ops), .peek = part_peek, \
	.consume = part_consume, .rewind = (rew), .close = part_close, \
	.offset = part_offset }

static const ps_reader_ops part_ops[] = { PART_OPS(NULL), PART_OPS(part_rewind) };

/* set_boundary: white space at its end is not part of it (RFC 2046, 5.1.1). */
static ps_code
set_boundary(struct mime_multipart *m, const char *boundary,
    const struct ps_limits *limits, ps_err *err)
{
	size_t n = strlen(boundary);
	uint64_t max = limits->boundary_bytes < BOUNDARY_MAX ?
	    limits->boundary_bytes : BOUNDARY_MAX;

	while (n != 0 && mime_is_space(boundary[n - 1]))
		n--;
	if (n == 0)
		return ps_fail(err, PS_E_MALFORMED, "mime.multipart",
		    PS_NOWHERE, W_MIME_BOUNDARY_EMPTY);
	if (n > max)
		return ps_fail(err, PS_E_LIMIT, "mime.multipart", PS_NOWHERE,
		    W_MIME_BOUNDARY_BYTES, PS_NUMBER("found", n),
		    PS_NUMBER("max", max));
	memcpy(m->dash, "--", 2);
	memcpy(m->dash + 2, boundary, n);
	m->dash_n = n + 2;
	return PS_OK;
}

ps_code
mime_multipart_open(struct mime_multipart **out, ps_reader *body,
    const char *boundary, const struct ps_limits *limits, ps_err *err)
{
	struct mime_multipart *m = calloc(1, sizeof *m);
	ps_code code;

	if (m == NULL)
		return ps_nomem(err, "mime.multipart");
	code = set_boundary(m, boundary, limits, err);
	if (code != PS_OK) {
		free(m);
		return code;
	}
	m->src = body;
	m->wide = ps_wide();
	m->max_parts = limits->parts;
	m->place = ps_reader_offset(body);
	m->part.ops = &part_ops[ps_reader_can_return(body)];
	*out = m;
	return PS_OK;
}

void
mime_multipart_close(struct mime_multipart *m)
{
	if (m == NULL)
		return;
	free(m->held);
	free(m);
}

static bool
is_blank(ps_slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!mime_is_space(s.p[i]))
			return false;
	return true;
}

/* drain passes what is left of the region. */
static ps_code
drain(struct mime_multipart *m, ps_err *err)
{
	ps_slice w;

	for (;;) {
		ps_code code = part_peek(&m->part, 1, &w, err);

		if (code != PS_OK || w.n == 0)
			return code;
		if (m->kind == MIME_EPILOGUE && !m->epilogue)
			m->epilogue = !is_blank(w);
		part_consume(&m->part, w.n);
	}
}

/* drop_line passes the rest of a line whose padding was too long to keep. */
static ps_code
drop_line(struct mime_multipart *m, ps_err *err)
{
	const uint8_t *lf = NULL;

	while (lf == NULL) {
		ps_slice w;
		ps_code code = ps_reader_peek(m->src, 1, &w, err);

		if (code != PS_OK || w.n == 0)
			return code;
		lf = memchr(w.p, '\n', w.n);
		if (lf != NULL)
			w.n = (size_t)(lf - w.p) + 1;
		ps_reader_consume(m->src, w.n);
		m->pos += w.n;
	}
	return PS_OK;
}

static ps_code
take_delimiter(struct mime_multipart *m, ps_err *err)
{
	bool rest = m->end_long;
	ps_slice w;
	ps_code code = ps_reader_peek(m->src, m->end_n, &w, err);

	if (code != PS_OK)
		return code;
	m->delimiter_n = w.n < m->end_n ? w.n : m->end_n;
	memcpy(m->delimiter, w.p, m->delimiter_n);
	ps_reader_consume(m->src, m->delimiter_n);
	m->pos += m->delimiter_n;
	return rest ? drop_line(m, err) : PS_OK;
}

static ps_code
count_part(struct mime_multipart *m, ps_err *err)
{
	if (m->parts >= m->max_parts)
		return ps_fail(err, PS_E_LIMIT, "mime.multipart", m->pos,
		    W_MIME_PARTS, PS_NUMBER("max", m->max_parts));
	m->parts++;
	return PS_OK;
}

/* leave goes from the present region to the next. */
static ps_code
leave(struct mime_multipart *m, ps_err *err)
{
	enum found end;
	ps_code code = drain(m, err);

	if (code != PS_OK)
		return code;
	end = m->end;
	m->delimiter_n = 0;
	if (end == NOTHING) {
		m->kind = MIME_END;
		return PS_OK;
	}
	code = take_delimiter(m, err);
	if (code != PS_OK)
		return code;
	m->closed = end == CLOSE;
	m->kind = m->closed ? MIME_EPILOGUE : MIME_PART;
	begin(m);
	return m->closed ? PS_OK : count_part(m, err);
}

ps_code
mime_multipart_region(struct mime_multipart *m, enum mime_region *out_kind,
    ps_slice *out_delimiter, ps_reader **out, ps_err *err)
{
	ps_code code = PS_OK;

	if (!m->begun) {
		m->begun = true;
		m->kind = MIME_PREAMBLE;
		begin(m);
	} else if (m->kind != MIME_END) {
		code = leave(m, err);
	}
	if (code != PS_OK)
		return code;
	*out_kind = m->kind;
	*out_delimiter = (ps_slice){ m->delimiter, m->delimiter_n };
	*out = m->kind == MIME_END ? NULL : &m->part;
	return PS_OK;
}

ps_code
mime_multipart_next(struct mime_multipart *m, ps_reader **out, ps_err *err)
{
	enum mime_region kind;
	ps_slice delimiter;
	ps_code code;

	do {
		code = mime_multipart_region(m, &kind, &delimiter, out, err);
	} while (code == PS_OK && kind != MIME_PART && kind != MIME_END);
	return code;
}

bool
mime_multipart_closed(const struct mime_multipart *m)
{
	return m->closed;
}

bool
mime_multipart_epilogue(const struct mime_multipart *m)
{
	return m->epilogue;
}
