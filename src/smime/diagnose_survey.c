/* SPDX-License-Identifier: ISC */
/*
 * One look over a content whose signature does not hold: what is in it decides
 * which undoings can mean anything, so that most of them cost nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "smime/diagnosing.h"

/* Where the first text of the content is. */
enum place {
	BEFORE,		/* the first delimiter */
	SECTION,	/* its header section */
	TEXT,
	BEHIND
};

struct look {
	struct survey	*s;
	enum place	 place;
	uint64_t	 at;		/* of the present octet */
	uint64_t	 start;		/* of the present line */
	char		 line[SURVEY_LINE + 1];
	size_t		 n;		/* octets of the line, as far as they are kept */
	char		 delimiter[SURVEY_DELIMITER + 3];	/* that ends the text */
	bool		 nested;	/* SECTION is that of a multipart */
	uint8_t		 last, before;
};

static bool
begins(const char *line, const char *with)
{
	size_t n = strlen(with);

	return strlen(line) >= n && ps_ascii_equal((ps_slice){ (const uint8_t *)line, n },
	    (ps_slice){ (const uint8_t *)with, n });
}

static bool
holds(const char *line, const char *what)
{
	for (; *line != '\0'; line++)
		if (begins(line, what))
			return true;
	return false;
}

static void
note_encoding(struct survey *s, const char *line)
{
	static const struct {
		const char	*name;
		enum mime_encoding encoding;
	} names[] = {
		{ "base64", MIME_BASE64 }, { "quoted-printable", MIME_QP },
		{ "7bit", MIME_7BIT }, { "8bit", MIME_8BIT }, { "binary", MIME_BINARY },
	};

	if (begins(line, "Content-Transfer-Encoding:"))
		for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
			if (holds(line, names[i].name))
				s->encodings |= 1u << names[i].encoding;
	s->charset = s->charset || holds(line, "charset");
	s->flowed = s->flowed || holds(line, "format=flowed");
}

/* --- delimiters --- */

static bool
is_delimiter(const char *line, const char *boundary)
{
	size_t n = strlen(boundary);

	return n != 0 && strncmp(line, "--", 2) == 0 && strncmp(line + 2, boundary, n) == 0;
}

/* The delimiters that do not agree with the header section. */
static void
note_boundary(struct survey *s, const char *line)
{
	const char *own = s->has_head ? mime_type_param(&s->e.type, "boundary") : NULL;
	size_t n = strlen(line);

	if (own == NULL || strncmp(line, "--", 2) != 0)
		return;
	if (is_delimiter(line, own))
		s->own_boundary = true;
	else if (s->boundary[0] == '\0' && n > 2 && n - 2 <= SURVEY_DELIMITER)
		memcpy(s->boundary, line + 2, n - 1);
	else if (is_delimiter(line, s->boundary) &&
	    strcmp(line + 2 + strlen(s->boundary), "--") == 0)
		s->boundary_closed = true;
}

/* --- the first text --- */

static void
note_text(struct look *l)
{
	struct survey *s = l->s;

	if (l->delimiter[0] != '\0' && strncmp(l->line, l->delimiter,
	    strlen(l->delimiter)) == 0) {
		s->foot_end = l->start;
		l->place = BEHIND;
		return;
	}
	if (s->nbanner <= SURVEY_BANNER)
		s->banner[s->nbanner++] = l->start;
	s->foot[s->nfoot++ % SURVEY_FOOT] = l->start;
}

static void
note_place(struct look *l)
{
	switch (l->place) {
	case BEFORE:
		if (strncmp(l->line, "--", 2) != 0 || l->n <= 2 ||
		    l->n >= sizeof l->delimiter)
			break;
		memcpy(l->delimiter, l->line, l->n + 1);
		l->nested = false;
		l->place = SECTION;
		break;
	case SECTION:
		l->nested = l->nested || begins(l->line, "Content-Type: multipart/");
		if (l->n == 0)
			l->place = l->nested ? BEFORE : TEXT;
		break;
	case TEXT:
		note_text(l);
		break;
	case BEHIND:
		break;
	}
}

/* --- lines --- */

static void
line_ends(struct look *l)
{
	struct survey *s = l->s;

	l->line[l->n] = '\0';
	s->lines++;
	s->trailing = s->trailing || l->before == ' ' || l->before == '\t';
	s->separator = s->separator || strcmp(l->line, "--") == 0;
	s->from = s->from || strncmp(l->line, "From ", 5) == 0;
	s->from_escaped = s->from_escaped ||
	    (l->line[0] == '>' && strncmp(l->line + strspn(l->line, ">"), "From ", 5) == 0);
	note_encoding(s, l->line);
	note_boundary(s, l->line);
	note_place(l);
	l->n = 0;
	l->before = 0;
}

static void
note_octet(struct look *l, uint8_t c)
{
	if (l->last == '\r' && c != '\n') {
		l->s->cr = true;
		line_ends(l);
		l->start = l->at;
	}
	if (c == '\n') {
		l->s->crlf = l->s->crlf || l->last == '\r';
		l->s->lf = l->s->lf || l->last != '\r';
		line_ends(l);
		l->start = l->at + 1;
	} else if (c != '\r') {
		if (l->n < SURVEY_LINE)
			l->line[l->n++] = (char)(c == 0 ? 1 : c);
		l->before = c;
	}
	l->last = c;
	l->at++;
}

static ps_code
look_at(void *arg, ps_slice in, ps_err *err)
{
	struct look *l = arg;

	(void)err;
	for (size_t i = 0; in.p != NULL && i < in.n; i++)
		note_octet(l, in.p[i]);
	return PS_OK;
}

/* What is no header section is content all along. */
static ps_code
read_head(struct survey *s, ps_reader *in, const struct ps_limits *limits, ps_err *err)
{
	ps_slice w;
	ps_code code = ps_reader_peek(in, PS_PEEK_MAX, &w, err);

	if (code != PS_OK || !opening_is_entity(w))
		return code;
	if ((code = mime_header_read(&s->h, in, limits, err)) != PS_OK ||
	    (code = mime_entity_parse(&s->e, &s->h, limits, err)) != PS_OK)
		return code;
	s->has_head = true;
	s->head_n = s->h.block.n;
	return PS_OK;
}

ps_code
survey_read(struct survey *s, ps_reader *in, const struct ps_limits *limits, ps_err *err)
{
	struct look *l;
	ps_reader *tap = NULL;
	ps_code code;

	*s = (struct survey){ .octets = 0 };
	if ((code = read_head(s, in, limits, err)) != PS_OK)
		return code;
	if ((l = calloc(1, sizeof *l)) == NULL)
		return ps_nomem(err, "smime.diagnose");
	l->s = s;
	look_at(l, ps_buf_get(&s->h.block), err);
	l->place = s->has_head && strcmp(s->e.type.type, "multipart") == 0 ? BEFORE : TEXT;
	l->delimiter[0] = '\0';
	s->nbanner = s->nfoot = 0;
	if ((code = ps_reader_open_tap(&tap, in, look_at, l, err)) == PS_OK)
		code = ps_reader_drain(tap, NULL, err);
	if (l->n != 0 || l->last == '\r')
		line_ends(l);
	s->octets = l->at;
	ps_reader_close(tap);
	free(l);
	return code;
}

void
survey_clear(struct survey *s)
{
	mime_entity_clear(&s->e);
	mime_header_clear(&s->h);
}
