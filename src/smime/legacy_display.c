/* SPDX-License-Identifier: ISC */
/*
 * The copy of hidden fields that a sender puts at the head of a text, for
 * readers that know nothing of header protection.
 *
 * Plain text is held until its first blank line has come, which is soon. HTML
 * is read as far as needed to know where tags begin and end: comments, quoted
 * values, and the elements whose text is no markup; the tree that a browser
 * makes of it is none of our business. Text in a charset that is not ASCII where ASCII is
 * (UTF-16) shows neither sign and passes as it is.
 */
#include "smime/legacy_display.h"

#include <string.h>

#include "base/text.h"

static size_t
in_left(const struct ps_step_io *io)
{
	return (size_t)(io->in_end - io->in);
}

static void
copy(struct ps_step_io *io, size_t n)
{
	size_t room = (size_t)(io->out_end - io->out);

	if (n > room)
		n = room;
	memcpy(io->out, io->in, n);
	io->in += n;
	io->out += n;
}

/* --- text/plain --- */

/* White space alone: what format=flowed stuffed is blank too. */
static bool
is_blank(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != ' ' && p[i] != '\t' && p[i] != '\r' && p[i] != '\n')
			return false;
	return true;
}

/* Takes octets of the present line; decides at its end. */
static ps_code
hold(struct ps_legacy_plain *s, struct ps_step_io *io, ps_err *err)
{
	const uint8_t *lf = in_left(io) == 0 ? NULL : memchr(io->in, '\n', in_left(io));
	size_t n = lf == NULL ? in_left(io) : (size_t)(lf - io->in) + 1;
	ps_code code;

	if (s->held.n + n > s->max) {
		s->decided = true;	/* no such line: all of it goes out */
		return PS_OK;
	}
	if ((code = ps_buf_add(&s->held, (ps_slice){ io->in, n }, err)) != PS_OK)
		return code;
	io->in += n;
	if (lf == NULL)
		return PS_OK;
	if (is_blank(s->held.p + s->line, s->held.n - s->line)) {
		s->decided = true;
		s->gone = s->held.n;
	}
	s->line = s->held.n;
	return PS_OK;
}

static void
put_held(struct ps_legacy_plain *s, struct ps_step_io *io)
{
	size_t n = s->held.n - s->gone, room = (size_t)(io->out_end - io->out);

	if (n > room)
		n = room;
	if (n == 0)
		return;
	memcpy(io->out, s->held.p + s->gone, n);
	io->out += n;
	s->gone += n;
}

static ps_code
plain_run(struct ps_step *step, struct ps_step_io *io, ps_err *err)
{
	struct ps_legacy_plain *s = (struct ps_legacy_plain *)step;
	ps_code code;

	while (!s->decided && io->in != io->in_end)
		if ((code = hold(s, io, err)) != PS_OK)
			return code;
	if (!s->decided && !io->last)
		return PS_OK;
	s->decided = true;
	put_held(s, io);
	if (s->gone == s->held.n && io->in != io->in_end)
		copy(io, in_left(io));
	io->done = io->last && io->in == io->in_end && s->gone == s->held.n;
	return PS_OK;
}

static void
plain_restart(struct ps_step *step)
{
	struct ps_legacy_plain *s = (struct ps_legacy_plain *)step;

	s->held.n = s->line = s->gone = 0;
	s->decided = false;
}

void
ps_legacy_plain_init(struct ps_legacy_plain *s, size_t max)
{
	static const struct ps_step_ops ops = { plain_restart, plain_run };

	*s = (struct ps_legacy_plain){ .step = { &ops }, .held = { .secret = true }, .max = max };
}

void
ps_legacy_plain_clear(struct ps_legacy_plain *s)
{
	ps_buf_clear(&s->held);
}

/* --- text/html --- */

static const char legacy_class[] = "header-protection-legacy-display";

static bool
is_letter(uint8_t c)
{
	int l = ps_ascii_lower(c);

	return l >= 'a' && l <= 'z';
}

static bool
is_html_space(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r' && c != '\v');
}

/* The name of the tag, after "<" or "</". */
static ps_slice
tag_name(const struct ps_legacy_html *s, bool *out_end)
{
	size_t from = s->n > 1 && s->tag[1] == '/' ? 2 : 1, i = from;

	*out_end = from == 2;
	while (i < s->n && !is_html_space(s->tag[i]) && s->tag[i] != '/' && s->tag[i] != '>')
		i++;
	return (ps_slice){ s->tag + from, i - from };
}

static bool
has_token(ps_slice value, const char *token)
{
	size_t i = 0, from;

	while (i < value.n) {
		while (i < value.n && is_html_space(value.p[i]))
			i++;
		for (from = i; i < value.n && !is_html_space(value.p[i]);)
			i++;
		if (ps_slice_equal((ps_slice){ value.p + from, i - from }, ps_str(token)))
			return true;
	}
	return false;
}

/* Takes one attribute at *at; false at the end of the tag. */
static bool
next_attribute(ps_slice tag, size_t *at, ps_slice *name, ps_slice *value)
{
	size_t i = *at, from;
	uint8_t quote = 0;

	while (i < tag.n && (is_html_space(tag.p[i]) || tag.p[i] == '/'))
		i++;
	if (i >= tag.n || tag.p[i] == '>')
		return false;
	for (from = i++; i < tag.n && !is_html_space(tag.p[i]) && tag.p[i] != '/' &&
	    tag.p[i] != '>' && tag.p[i] != '=';)
		i++;
	*name = (ps_slice){ tag.p + from, i - from };
	*value = (ps_slice){ tag.p + from, 0 };
	while (i < tag.n && is_html_space(tag.p[i]))
		i++;
	if (i < tag.n && tag.p[i] == '=') {
		for (i++; i < tag.n && is_html_space(tag.p[i]);)
			i++;
		if (i < tag.n && (tag.p[i] == '"' || tag.p[i] == '\''))
			quote = tag.p[i++];
		for (from = i; i < tag.n && (quote != 0 ? tag.p[i] != quote
		    : !is_html_space(tag.p[i]) && tag.p[i] != '>');)
			i++;
		*value = (ps_slice){ tag.p + from, i - from };
		i += quote != 0;
	}
	*at = i;
	return true;
}

/* The first of two equal attributes counts, as for browsers. */
static bool
is_legacy_div(const struct ps_legacy_html *s, ps_slice name)
{
	ps_slice tag = { s->tag, s->n }, attribute, value;
	size_t at = 1 + name.n;

	while (next_attribute(tag, &at, &attribute, &value))
		if (ps_ascii_equal(attribute, ps_str("class")))
			return has_token(value, legacy_class);
	return false;
}

/* Elements whose text is no markup. */
static const char *
raw_element(ps_slice name)
{
	static const char *const names[] = { "script", "style", "title", "textarea", "xmp",
	    "iframe", "noembed", "noframes" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (ps_ascii_equal(name, ps_str(names[i])))
			return names[i];
	return NULL;
}

/*
 * The tag is known as far as it will be. True: it is to be dropped. What ends the body
 * ends an element that was never closed too, so that no text disappears with it.
 */
static bool
judge_tag(struct ps_legacy_html *s)
{
	bool end, div, was_inside = s->depth != 0;
	ps_slice name = tag_name(s, &end);

	div = ps_ascii_equal(name, ps_str("div"));
	s->raw = end ? NULL : raw_element(name);
	if (div && !end && (was_inside || is_legacy_div(s, name)))
		s->depth++;
	else if (div && end && was_inside)
		s->depth--;
	else if (end && (ps_ascii_equal(name, ps_str("body")) ||
	    ps_ascii_equal(name, ps_str("html"))))
		s->depth = 0;
	return was_inside ? s->depth != 0 || div : s->depth != 0;
}

/* Lets `tag` out, or forgets it, and goes on in `next`. */
static void
let_go(struct ps_legacy_html *s, bool drop, enum ps_html_state next)
{
	s->going = drop ? 0 : s->n;
	s->gone = 0;
	s->n = 0;
	s->state = next;
}

static void
pass(struct ps_legacy_html *s, struct ps_step_io *io, size_t n)
{
	if (s->depth != 0)
		io->in += n;
	else
		copy(io, n);
}

/* To the next "<". */
static void
run_text(struct ps_legacy_html *s, struct ps_step_io *io)
{
	const uint8_t *lt = memchr(io->in, '<', in_left(io));

	if (lt != io->in) {
		pass(s, io, lt == NULL ? in_left(io) : (size_t)(lt - io->in));
		return;
	}
	s->tag[s->n++] = *io->in++;
	s->quote = 0;
	s->state = s->raw != NULL ? PS_HTML_RAW_END : PS_HTML_TAG;
}

/* Is what stands in `tag` no tag after all? "a < b", "</>". */
static bool
is_no_tag(const struct ps_legacy_html *s)
{
	if (s->n == 2)
		return !is_letter(s->tag[1]) && s->tag[1] != '/' && s->tag[1] != '!' &&
		    s->tag[1] != '?';
	return false;
}

/* Declarations and their like end at the first ">", whatever is quoted. */
static bool
is_markup(const struct ps_legacy_html *s)
{
	return is_letter(s->tag[1]) || (s->tag[1] == '/' && s->n > 2 && is_letter(s->tag[2]));
}

static void
take_quote(struct ps_legacy_html *s, uint8_t c)
{
	if (s->quote != 0)
		s->quote = c == s->quote ? 0 : s->quote;
	else if ((c == '"' || c == '\'') && is_markup(s))
		s->quote = c;
}

static void
run_tag(struct ps_legacy_html *s, struct ps_step_io *io)
{
	uint8_t c = *io->in;

	if (s->n == 1 && c == '<') {	/* "<<": the first was text */
		let_go(s, s->depth != 0, PS_HTML_TEXT);
		return;
	}
	io->in++;
	s->tag[s->n++] = c;
	if (is_no_tag(s)) {
		let_go(s, s->depth != 0, PS_HTML_TEXT);
	} else if (s->n == 4 && memcmp(s->tag, "<!--", 4) == 0) {
		s->dashes = 2;
		let_go(s, s->depth != 0, PS_HTML_COMMENT);
	} else if (c == '>' && s->quote == 0) {
		let_go(s, is_markup(s) ? judge_tag(s) : s->depth != 0, PS_HTML_TEXT);
	} else {
		take_quote(s, c);
		if (s->n == sizeof s->tag)
			let_go(s, is_markup(s) ? judge_tag(s) : s->depth != 0, PS_HTML_LONG_TAG);
	}
}

/* Whether a long tag is dropped was decided with its beginning: it is when we
 * are inside now. An end tag of that length belongs to nobody. */
static void
run_long_tag(struct ps_legacy_html *s, struct ps_step_io *io)
{
	uint8_t c = *io->in;

	pass(s, io, 1);
	if (c == '>' && s->quote == 0)
		s->state = PS_HTML_TEXT;
	else if (s->quote != 0)
		s->quote = c == s->quote ? 0 : s->quote;
	else if (c == '"' || c == '\'')
		s->quote = c;
}

/* "-->" and "--!>"; "<!-->" and "<!--->" end at once. */
static void
run_comment(struct ps_legacy_html *s, struct ps_step_io *io)
{
	uint8_t c = *io->in;

	pass(s, io, 1);
	if (c == '>' && s->dashes >= 2)
		s->state = PS_HTML_TEXT;
	else if (c == '-')
		s->dashes++;
	else if (c != '!' || s->dashes < 2)
		s->dashes = 0;
}

/* Collects as long as it may be "</name" and what ends a name. */
static void
run_raw_end(struct ps_legacy_html *s, struct ps_step_io *io)
{
	size_t n = strlen(s->raw);
	uint8_t c = *io->in;
	bool fits;

	if (s->n == 1)
		fits = c == '/';
	else if (s->n < 2 + n)
		fits = ps_ascii_lower(c) == s->raw[s->n - 2];
	else
		fits = is_html_space(c) || c == '/' || c == '>';
	if (!fits)
		let_go(s, s->depth != 0, PS_HTML_TEXT);	/* c is looked at again */
	else if (s->n == 2 + n)
		s->state = PS_HTML_TAG;
	else
		s->tag[s->n++] = *io->in++;
}

/* The octets of `tag` that are on their way; false when room ran out. */
static bool
put_going(struct ps_legacy_html *s, struct ps_step_io *io)
{
	size_t n = s->going - s->gone, room = (size_t)(io->out_end - io->out);

	if (n > room)
		n = room;
	if (n != 0)
		memcpy(io->out, s->tag + s->gone, n);
	io->out += n;
	s->gone += n;
	return s->gone == s->going;
}

static void
run_one(struct ps_legacy_html *s, struct ps_step_io *io)
{
	switch (s->state) {
	case PS_HTML_TEXT:
		run_text(s, io);
		break;
	case PS_HTML_TAG:
		run_tag(s, io);
		break;
	case PS_HTML_LONG_TAG:
		run_long_tag(s, io);
		break;
	case PS_HTML_COMMENT:
		run_comment(s, io);
		break;
	case PS_HTML_RAW_END:
		run_raw_end(s, io);
		break;
	}
}

static ps_code
html_run(struct ps_step *step, struct ps_step_io *io, ps_err *err)
{
	struct ps_legacy_html *s = (struct ps_legacy_html *)step;

	(void)err;
	while (put_going(s, io) && io->in != io->in_end && io->out != io->out_end)
		run_one(s, io);
	if (!io->last || io->in != io->in_end || s->gone != s->going)
		return PS_OK;
	if (s->n != 0)	/* a tag that never ended */
		let_go(s, s->depth != 0, PS_HTML_TEXT);
	io->done = put_going(s, io);
	return PS_OK;
}

static void
html_restart(struct ps_step *step)
{
	struct ps_legacy_html *s = (struct ps_legacy_html *)step;
	const struct ps_step_ops *ops = step->ops;

	ps_wipe(s, sizeof *s);
	s->step.ops = ops;
	s->raw = NULL;
}

void
ps_legacy_html_init(struct ps_legacy_html *s)
{
	static const struct ps_step_ops ops = { html_restart, html_run };

	s->step.ops = &ops;
	html_restart(&s->step);
}

void
ps_legacy_html_clear(struct ps_legacy_html *s)
{
	ps_wipe(s, sizeof *s);
}
