/* SPDX-License-Identifier: ISC */
/*
 * The cursor.
 *
 * Parsers that check every step hide what they parse; parsers that check
 * none are wrong. So the cursor checks, remembers the first failure in a
 * state shared by all cursors that were entered from one, and yields nothing
 * afterwards. The parser asks once, at the end. The names that parsers pass
 * anyway become the path of the error.
 */
#include <stdio.h>
#include <string.h>

#include "der/der.h"
#include "der/head.h"
#include "der/words.h"

enum { PATH_NAMES = sizeof ((struct der_state *)0)->path / sizeof (char *) };

void
der_init(struct der *d, struct der_state *state, ps_slice in, uint64_t base,
    bool strict, const char *name)
{
	*state = (struct der_state){ .strict = strict, .base = base };
	*d = (struct der){
		.p = in.p,
		.end = in.n == 0 ? in.p : in.p + in.n,
		.origin = in.p,
		.state = state,
		.name = name,
	};
}

/* A name is told once when an element and the cursor it is in are called the
 * same; the innermost are kept when there are more than fit. */
static void
remember_path(const struct der *d, const char *name)
{
	struct der_state *st = d->state;
	const char *names[PATH_NAMES], *last = "";
	unsigned n = 0;

	for (const struct der *up = d; n < PATH_NAMES; up = up->parent) {
		if (name != NULL && strcmp(name, last) != 0)
			names[n++] = last = name;
		if (up == NULL)
			break;
		name = up->name;
	}
	st->depth = n;
	for (unsigned i = 0; i < n; i++)
		st->path[i] = names[n - 1 - i];
}

static void
fail(struct der *d, const uint8_t *at, const char *name, const char *want)
{
	struct der_state *st = d->state;

	st->failed = true;
	st->code = PS_E_MALFORMED;
	st->offset = at == NULL ? 0 : (uint64_t)(at - d->origin);
	st->want = want;
	remember_path(d, name);
}

void
der_fail_element(struct der *d, const uint8_t *at, const char *name,
    const char *want)
{
	if (!d->state->failed)
		fail(d, at, name, want);
}

void
der_fail(struct der *d, const char *want)
{
	der_fail_element(d, d->p, NULL, want);
}

bool
der_failed(const struct der *d)
{
	return d->state->failed;
}

static void
fail_tag(struct der *d, const char *name, uint32_t want, uint32_t found)
{
	fail(d, d->p, name, NULL);
	d->state->want_tag = want;
	d->state->found_tag = found;
}

/* What is wrong with the head of the next element; NULL: nothing. */
static const char *
head_fault(const struct der *d, enum der_head_result result,
    const struct der_head *h)
{
	switch (result) {
	case DER_HEAD_SHORT:
		return W_DER_WANT_HEAD;
	case DER_HEAD_BAD_TAG:
		return W_DER_WANT_TAG;
	case DER_HEAD_BAD_LENGTH:
		return W_DER_WANT_LENGTH;
	case DER_HEAD_OK:
		break;
	}
	if (h->tag == 0)
		return W_DER_WANT_TAG;
	if (h->indefinite)
		return W_DER_WANT_DEFINITE;
	/* X.690, 10.1: DER has the shortest form only. */
	if (d->state->strict && !h->minimal)
		return W_DER_WANT_MINIMAL;
	if (h->length > (size_t)(d->end - d->p) - h->n)
		return W_DER_WANT_FIT;
	return NULL;
}

bool
der_take(struct der *d, uint32_t tag, const char *name, struct der_taken *out)
{
	struct der_head h = { 0 };
	enum der_head_result result;
	const char *fault;
	uint32_t next = der_next_tag(d);

	if (d->state->failed)
		return false;
	if (tag != 0 && next != tag && (next != 0 || d->p == d->end)) {
		fail_tag(d, name, tag, next);
		return false;
	}
	result = der_head_read(d->p, (size_t)(d->end - d->p), &h);
	fault = head_fault(d, result, &h);
	if (fault != NULL) {
		fail(d, d->p, name, fault);
		return false;
	}
	out->tag = h.tag;
	out->whole = (ps_slice){ d->p, h.n + (size_t)h.length };
	out->value = (ps_slice){ d->p + h.n, (size_t)h.length };
	d->p += out->whole.n;
	return true;
}

bool
der_more(const struct der *d)
{
	return !d->state->failed && d->p != d->end;
}

uint32_t
der_next_tag(const struct der *d)
{
	uint32_t tag = 0;
	size_t n;

	if (!der_more(d))
		return 0;
	n = der_identifier_read(d->p, (size_t)(d->end - d->p), &tag);
	return n == 0 || n == SIZE_MAX ? 0 : tag;
}

struct der
der_enter(struct der *in, uint32_t tag, const char *name)
{
	struct der inner = {
		.origin = in->origin,
		.state = in->state,
		.name = name,
		.parent = in,
	};
	struct der_taken taken;

	if (der_take(in, tag, name, &taken)) {
		inner.p = taken.value.p;
		inner.end = taken.value.p + taken.value.n;
	} else {
		inner.p = inner.end = in->p;
	}
	return inner;
}

bool
der_try_enter(struct der *in, uint32_t tag, const char *name, struct der *out)
{
	struct der inner;

	if (der_next_tag(in) != tag)
		return false;
	inner = der_enter(in, tag, name);
	if (der_failed(in))
		return false;
	*out = inner;
	return true;
}

void
der_leave(struct der *inner)
{
	if (!der_more(inner))
		return;
	fail(inner, inner->p, NULL, W_DER_WANT_END);
	inner->state->failed = false;	/* so that the next tag can be seen */
	inner->state->found_tag = der_next_tag(inner);
	inner->state->failed = true;
}

static void
path_text(const struct der_state *st, char *out, size_t size)
{
	size_t used = 0;

	snprintf(out, size, "element");
	for (unsigned i = 0; i < st->depth && used < size; i++)
		used += (size_t)snprintf(out + used, size - used, "%s%s",
		    i == 0 ? "" : ".", st->path[i]);
}

ps_code
der_finish(struct der *d, const char *where, ps_err *err)
{
	struct der_state *st = d->state;
	char path[256], want[48], found[48];
	uint64_t offset;

	der_leave(d);
	if (!st->failed)
		return PS_OK;
	path_text(st, path, sizeof path);
	offset = st->base == PS_NOWHERE ? PS_NOWHERE : st->base + st->offset;
	if (st->want != NULL && st->found_tag == 0)
		return ps_fail(err, st->code, where, offset, W_DER_WANTED,
		    PS_TEXT("path", path), PS_TEXT("want", st->want));
	der_tag_name(st->want_tag, want, sizeof want);
	der_tag_name(st->found_tag, found, sizeof found);
	return ps_fail(err, st->code, where, offset, W_DER_FOUND,
	    PS_TEXT("path", path),
	    PS_TEXT("want", st->want != NULL ? st->want : want),
	    PS_TEXT("found", found));
}

ps_slice
der_element(struct der *d, uint32_t tag, const char *name)
{
	struct der_taken taken = { 0 };

	der_take(d, tag, name, &taken);
	return taken.whole;
}

ps_slice
der_any(struct der *d, const char *name)
{
	return der_element(d, 0, name);
}

ps_slice
der_value(struct der *d, uint32_t tag, const char *name)
{
	struct der_taken taken = { 0 };

	der_take(d, tag, name, &taken);
	return taken.value;
}

bool
der_optional(struct der *d, uint32_t tag, const char *name, ps_slice *out_value)
{
	struct der_taken taken;

	if (der_next_tag(d) != tag || !der_take(d, tag, name, &taken))
		return false;
	*out_value = taken.value;
	return true;
}

bool
der_optional_element(struct der *d, uint32_t tag, const char *name,
    ps_slice *out_element)
{
	struct der_taken taken;

	if (der_next_tag(d) != tag || !der_take(d, tag, name, &taken))
		return false;
	*out_element = taken.whole;
	return true;
}

void
der_skip(struct der *d, const char *name)
{
	(void)der_any(d, name);
}
