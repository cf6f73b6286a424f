/* SPDX-License-Identifier: ISC */
/*
 * Where the body of an HTML text begins.
 *
 * Senders leave tags out as they like, so we look for the first thing that cannot
 * stand in a head: what a browser would begin the body for. Everything is within
 * one buffer, so this reads straight on and starts anew when more has come.
 */
#include "smime/html_place.h"

#include <string.h>

#include "base/err.h"
#include "base/text.h"

struct html {
	ps_slice	 s;
	size_t		 i;
};

static bool
is_space(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r' && c != '\v');
}

static bool
is_one_of(ps_slice name, const char *const *list)
{
	for (; *list != NULL; list++)
		if (ps_ascii_equal(name, ps_str(*list)))
			return true;
	return false;
}

/* Behind the next `what`; false: it is not there. */
static bool
skip_to(struct html *h, const char *what)
{
	size_t n = strlen(what);
	const uint8_t *at = memmem(h->s.p + h->i, h->s.n - h->i, what, n);

	if (at == NULL)
		return false;
	h->i = (size_t)(at - h->s.p) + n;
	return true;
}

/* Behind the ">" of a tag, quoted values passed over. */
static bool
skip_tag(struct html *h)
{
	uint8_t quote = 0;

	for (; h->i < h->s.n; h->i++) {
		uint8_t c = h->s.p[h->i];

		if (quote != 0)
			quote = c == quote ? 0 : quote;
		else if (c == '"' || c == '\'')
			quote = c;
		else if (c == '>') {
			h->i++;
			return true;
		}
	}
	return false;
}

/* Behind the end tag of an element whose text is no markup. */
static bool
skip_element(struct html *h, ps_slice name)
{
	while (skip_to(h, "</")) {
		ps_slice here = { h->s.p + h->i, name.n };

		if (h->s.n - h->i >= name.n && ps_ascii_equal(here, name))
			return skip_tag(h);
	}
	return false;
}

static ps_slice
tag_name(const struct html *h, size_t from)
{
	size_t end = from;

	while (end < h->s.n && !is_space(h->s.p[end]) && h->s.p[end] != '>' &&
	    h->s.p[end] != '/')
		end++;
	return (ps_slice){ h->s.p + from, end - from };
}

enum step { GO_ON, HERE, CUT };

/* At "<" of a tag. */
static enum step
pass_tag(struct html *h)
{
	static const char *const head[] = { "html", "head", "meta", "link", "base", NULL };
	static const char *const raw[] = { "title", "style", "script", "noscript", "template",
	    NULL };
	bool end = h->i + 1 < h->s.n && h->s.p[h->i + 1] == '/';
	ps_slice name = tag_name(h, h->i + (end ? 2 : 1));
	size_t start = h->i;

	if (!skip_tag(h)) {
		h->i = start;
		return CUT;
	}
	if (ps_ascii_equal(name, ps_str("body")) && !end)
		return HERE;
	if (end || is_one_of(name, head))
		return GO_ON;
	if (is_one_of(name, raw))
		return skip_element(h, name) ? GO_ON : CUT;
	h->i = start;
	return HERE;
}

static enum step
pass_one(struct html *h)
{
	ps_slice rest = { h->s.p + h->i, h->s.n - h->i };

	if (is_space(*rest.p) || (*rest.p >= 0x80 && h->i < 3)) {	/* or a byte order mark */
		h->i++;
		return GO_ON;
	}
	if (*rest.p != '<')
		return HERE;
	if (rest.n < 4)
		return CUT;
	if (memcmp(rest.p, "<!--", 4) == 0)
		return skip_to(h, "-->") ? GO_ON : CUT;
	if (rest.p[1] == '!' || rest.p[1] == '?')
		return skip_to(h, ">") ? GO_ON : CUT;
	return pass_tag(h);
}

bool
ps_html_body_place(ps_slice html, size_t *out)
{
	struct html h = { .s = html };
	enum step step = GO_ON;

	while (h.i < h.s.n && step == GO_ON)
		step = pass_one(&h);
	*out = h.i;
	return step == HERE;
}
