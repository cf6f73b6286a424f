/* SPDX-License-Identifier: ISC */
/*
 * Sets of fields, and which of them were hidden.
 *
 * A stranger writes thousands of fields as easily as ten, so each set is sorted
 * once and looked up; nothing compares each with each. Values are compared
 * unfolded, white space as one space: transport folds anew, and a difference
 * that is none would make a field look hidden that was not.
 */
#include "smime/header_sets.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

const char *
ps_hp_name(enum ps_hp mode)
{
	static const char *const names[] = {
#define X(id, name)	[PS_HP_##id] = name,
		PS_HP_MODES(X)
#undef X
	};

	return names[mode];
}

/*
 * What transport adds on the way, or "Prefix-" of it. Resent-* are not among them: people
 * read those as who sent it, and anybody may add them. Authors write some of these too.
 */
static const struct {
	const char	*name;
	bool		 authored;
} transit[] = {
	{ "Archived-At", true }, { "ARC-", false }, { "Authentication-Results", false },
	{ "Delivered-To", false }, { "DKIM-Signature", false }, { "List-", true },
	{ "Received", false }, { "Received-SPF", false }, { "Return-Path", false },
	{ "X-Original-To", false }, { "X-Spam-", false },
};
enum { TRANSIT = sizeof transit / sizeof transit[0] };

static size_t
transit_row(ps_slice name)
{
	size_t i, n;

	for (i = 0; i < TRANSIT; i++) {
		n = strlen(transit[i].name);
		if (name.n >= n && (transit[i].name[n - 1] == '-' || name.n == n) &&
		    ps_ascii_equal((ps_slice){ name.p, n }, ps_str(transit[i].name)))
			break;
	}
	return i;
}

bool
ps_headers_is_transit(ps_slice name)
{
	return transit_row(name) < TRANSIT;
}

bool
ps_headers_is_trace(ps_slice name)
{
	size_t i = transit_row(name);

	return i < TRANSIT && !transit[i].authored;
}

void
ps_names_clear(struct ps_names *n)
{
	for (size_t i = 0; i < n->n; i++)
		free(n->name[i]);
	free(n->name);
	*n = (struct ps_names){ NULL, 0 };
}

void
ps_headers_clear(struct ps_headers *h)
{
	ps_names_clear(&h->covered);
	ps_names_clear(&h->confidential);
	ps_names_clear(&h->differing);
	mime_mailboxes_clear(&h->from_outer);
	free(h->sorted);
	*h = (struct ps_headers){ .mode = PS_HP_NONE };
}

/* --- a set --- */

struct item {
	ps_slice	 name, value;
	size_t		 at;		/* its place in the section */
	bool		 any;		/* broken: stands for every value of the name */
};

struct set {
	struct item	*item;
	size_t		 n;
	struct ps_buf	 text;		/* what the values point into */
};

static void
set_clear(struct set *s)
{
	free(s->item);
	ps_buf_clear(&s->text);
}

static int
order_text(ps_slice a, ps_slice b, bool fold)
{
	size_t n = a.n < b.n ? a.n : b.n;

	for (size_t i = 0; i < n; i++) {
		int x = fold ? ps_ascii_lower(a.p[i]) : a.p[i];
		int y = fold ? ps_ascii_lower(b.p[i]) : b.p[i];

		if (x != y)
			return x < y ? -1 : 1;
	}
	return a.n == b.n ? 0 : a.n < b.n ? -1 : 1;
}

static int
order_item(const void *va, const void *vb)
{
	const struct item *a = va, *b = vb;
	int c = order_text(a->name, b->name, true);

	if (c == 0)
		c = order_text(a->value, b->value, false);
	return c != 0 ? c : a->at < b->at ? -1 : 1;
}

static int
order_place(const void *va, const void *vb)
{
	const struct item *a = *(const struct item *const *)va;
	const struct item *b = *(const struct item *const *)vb;

	return a->at < b->at ? -1 : 1;
}

/* The text unfolded, each run of white space as one space. The set has room. */
static ps_code
add_text(struct set *s, ps_slice body, ps_slice *out, ps_err *err)
{
	size_t start = s->text.n, n = start;
	ps_code code = mime_unfold(body, &s->text, err);

	for (size_t i = start; code == PS_OK && i < s->text.n; i++) {
		uint8_t c = s->text.p[i] == '\t' ? ' ' : s->text.p[i];

		if (c != ' ' || n == start || s->text.p[n - 1] != ' ')
			s->text.p[n++] = c;
	}
	if (code != PS_OK)
		return code;
	s->text.n = n;
	*out = (ps_slice){ s->text.p + start, n - start };
	return PS_OK;
}

static bool
has_control(ps_slice raw)
{
	for (size_t i = 0; i < raw.n; i++) {
		bool end = raw.p[i] == '\n' ||
		    (raw.p[i] == '\r' && i + 1 < raw.n && raw.p[i + 1] == '\n');

		if (!end && raw.p[i] != '\t' && (raw.p[i] < ' ' || raw.p[i] == 127))
			return true;
	}
	return false;
}

/*
 * HP-Outer: Name: value (RFC 9788, 2.2). The name ends at the first colon. One with
 * a bare CR or another control character could be read as two fields: it is
 * believed as far as it hides nothing, so no value of that name counts as hidden.
 */
static void
cut_hp_outer(struct item *i, const struct mime_field *f)
{
	const uint8_t *colon = i->value.n == 0 ? NULL : memchr(i->value.p, ':', i->value.n);
	ps_slice rest;

	i->name.n = 0;
	if (colon == NULL)
		return;
	i->name = (ps_slice){ i->value.p, (size_t)(colon - i->value.p) };
	while (i->name.n != 0 && i->name.p[i->name.n - 1] == ' ')
		i->name.n--;
	rest = (ps_slice){ colon + 1, i->value.n - (size_t)(colon + 1 - i->value.p) };
	while (rest.n != 0 && *rest.p == ' ') {
		rest.p++;
		rest.n--;
	}
	i->value = rest;
	i->any = has_control(f->body);
}

static int
order_name(const void *a, const void *b)
{
	return order_text(ps_str(*(char *const *)a), ps_str(*(char *const *)b), true);
}

bool
ps_headers_cover(const struct ps_headers *h, ps_slice name)
{
	size_t low = 0, high = h->sorted == NULL ? 0 : h->covered.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int c = order_text(ps_str(h->sorted[middle]), name, true);

		if (c == 0)
			return true;
		if (c < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

enum which { PLAIN_FIELDS, HP_OUTER_FIELDS };

static bool
is_wanted(const struct mime_field *f, enum which which)
{
	bool hp_outer = mime_field_is(f, "HP-Outer");

	return f->name.n != 0 && !mime_field_is_structural(f) &&
	    hp_outer == (which == HP_OUTER_FIELDS);
}

/* Makes the set of the section's fields of a kind; `h` NULL: empty. */
static ps_code
set_make(struct set *s, const struct mime_header *h, enum which which, ps_err *err)
{
	ps_code code;

	*s = (struct set){ .item = NULL };
	if (h == NULL || h->n == 0)
		return PS_OK;
	s->item = calloc(h->n, sizeof *s->item);
	if (s->item == NULL)
		return ps_nomem(err, "smime.headers");
	/* All at once: what points into the text must not move. */
	if ((code = ps_buf_reserve(&s->text, h->block.n, err)) != PS_OK)
		return code;
	for (size_t i = 0; i < h->n; i++) {
		const struct mime_field *f = &h->field[i];
		struct item *item = &s->item[s->n];

		if (!is_wanted(f, which))
			continue;
		*item = (struct item){ .name = f->name, .at = i };
		if ((code = add_text(s, f->body, &item->value, err)) != PS_OK)
			return code;
		if (which == HP_OUTER_FIELDS)
			cut_hp_outer(item, f);
		s->n += item->name.n != 0;
	}
	if (s->n != 0)
		qsort(s->item, s->n, sizeof *s->item, order_item);
	return PS_OK;
}

/* The run of one name. */
struct run {
	const struct item *item;
	size_t		 n;
};

static struct run
run_at(const struct set *s, size_t i)
{
	struct run r = { s->item + i, 1 };

	while (i + r.n < s->n && ps_ascii_equal(r.item->name, s->item[i + r.n].name))
		r.n++;
	return r;
}

static struct run
run_of(const struct set *s, ps_slice name)
{
	size_t low = 0, high = s->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (order_text(s->item[middle].name, name, true) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == s->n || !ps_ascii_equal(s->item[low].name, name))
		return (struct run){ NULL, 0 };
	return run_at(s, low);
}

/* --- what is said of a name --- */

/* Do two sorted runs have a value in common, or one that stands for all? */
static bool
share_value(struct run a, struct run b)
{
	for (size_t k = 0; k < b.n; k++)
		if (b.item[k].any)
			return true;
	for (size_t i = 0, k = 0; i < a.n && k < b.n;) {
		int c = order_text(a.item[i].value, b.item[k].value, false);

		if (c == 0)
			return true;
		if (c < 0)
			i++;
		else
			k++;
	}
	return false;
}

static bool
same_values(struct run a, struct run b)
{
	bool same = a.n == b.n;

	for (size_t i = 0; same && i < a.n; i++)
		same = ps_slice_equal(a.item[i].value, b.item[i].value);
	return same;
}

static ps_code
names_add(struct ps_names *n, ps_slice name, ps_err *err)
{
	if ((n->name[n->n] = ps_strdup_slice(name)) == NULL)
		return ps_nomem(err, "smime.headers");
	n->n++;
	return PS_OK;
}

/* Room for `n` names in each list. */
static ps_code
names_room(struct ps_headers *out, size_t n, ps_err *err)
{
	struct ps_names *lists[] = { &out->covered, &out->confidential, &out->differing };

	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
		ps_names_clear(lists[i]);
		lists[i]->name = calloc(n + 1, sizeof *lists[i]->name);
		if (lists[i]->name == NULL)
			return ps_nomem(err, "smime.headers");
	}
	return PS_OK;
}

struct sets {
	struct set	 inner, outer, hp_outer;
};

/*
 * RFC 9788, 4.4: a field was hidden when the message is encrypted, says
 * `cipher`, and the sender did not put the same outside. Several of one name count
 * as hidden when none of them is outside. The older forms do not say what was
 * put outside, so the real outer fields stand for it: without them, nothing.
 */
static bool
was_hidden(const struct ps_headers *h, const struct sets *s, struct run inner)
{
	bool weak = h->mode == PS_HP_WRAPPED || h->mode == PS_HP_DRAFT;

	if (inner.item == NULL || !h->encrypted || h->mode == PS_HP_CLEAR || h->mode == PS_HP_NONE)
		return false;
	if (weak)
		return s->outer.n != 0 &&
		    !share_value(inner, run_of(&s->outer, inner.item->name));
	return !share_value(inner, run_of(&s->hp_outer, inner.item->name));
}

static bool
does_differ(const struct ps_headers *h, const struct sets *s, struct run inner)
{
	struct run outer;

	if (inner.item == NULL)
		return false;
	outer = run_of(&s->outer, inner.item->name);
	if (outer.n == 0)
		return false;
	if (ps_ascii_equal(inner.item->name, ps_str("From")))
		return h->from_differs;
	return !same_values(inner, outer);
}

static ps_code
add_run(struct ps_headers *out, const struct sets *s, struct run inner, ps_slice name,
    ps_err *err)
{
	ps_code code = names_add(&out->covered, name, err);

	if (code == PS_OK && was_hidden(out, s, inner))
		code = names_add(&out->confidential, name, err);
	if (code == PS_OK && does_differ(out, s, inner))
		code = names_add(&out->differing, name, err);
	return code;
}

static ps_code
sort_names(struct ps_headers *out, ps_err *err)
{
	size_t n = out->covered.n;

	free(out->sorted);
	out->sorted = calloc(n + 1, sizeof *out->sorted);
	if (out->sorted == NULL)
		return ps_nomem(err, "smime.headers");
	memcpy(out->sorted, out->covered.name, n * sizeof *out->sorted);
	qsort(out->sorted, n, sizeof *out->sorted, order_name);
	return PS_OK;
}

/* The first item of each name as they stand in the section, so that the lists have
 * its order and its spelling. */
static ps_code
add_all(struct ps_headers *out, const struct sets *s, ps_err *err)
{
	const struct item **first = calloc(s->inner.n + 1, sizeof *first);
	size_t n = 0;
	ps_code code = PS_OK;

	if (first == NULL)
		return ps_nomem(err, "smime.headers");
	for (size_t i = 0; i < s->inner.n;) {
		struct run r = run_at(&s->inner, i);

		first[n] = r.item;
		for (size_t k = 1; k < r.n; k++)
			if (r.item[k].at < first[n]->at)
				first[n] = &r.item[k];
		n++;
		i += r.n;
	}
	if (n != 0)
		qsort(first, n, sizeof *first, order_place);
	if ((code = names_room(out, n, err)) == PS_OK)
		for (size_t i = 0; i < n && code == PS_OK; i++)
			code = add_run(out, s, run_of(&s->inner, first[i]->name),
			    first[i]->name, err);
	free(first);
	return code == PS_OK ? sort_names(out, err) : code;
}

ps_code
ps_headers_compare(struct ps_headers *out, const struct mime_header *payload,
    const struct mime_header *outer, ps_err *err)
{
	struct sets s = { .inner = { .item = NULL } };
	ps_code code;

	if ((code = set_make(&s.inner, payload, PLAIN_FIELDS, err)) == PS_OK &&
	    (code = set_make(&s.outer, outer, PLAIN_FIELDS, err)) == PS_OK &&
	    (code = set_make(&s.hp_outer, payload, HP_OUTER_FIELDS, err)) == PS_OK)
		code = add_all(out, &s, err);
	set_clear(&s.inner);
	set_clear(&s.outer);
	set_clear(&s.hp_outer);
	return code;
}
