/* SPDX-License-Identifier: ISC */
/*
 * Undoing what is done to the header section of the signed part, and to the
 * boundary that it names.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "smime/diagnosing.h"
#include "smime/words.h"

static ps_code
put_head(struct flow *f, const struct survey *s, ps_slice head)
{
	flow_add(f, head);
	while (f->at < s->head_n && flow_next(f) >= 0)
		continue;
	flow_rest(f);
	return flow_finish(f);
}

/* --- fields that were added --- */

/* Runs are tried up to this number, the short ones first. */
enum { RUNS = 48 };

/* The v-th run of fields that leaves one, and last the whole section. */
static bool
run_of(const struct survey *s, unsigned v, size_t *out_from, size_t *out_n)
{
	for (size_t n = 1; n < s->h.n; n++) {
		size_t runs = s->h.n - n + 1;

		if (v < runs) {
			*out_from = v;
			*out_n = n;
			return true;
		}
		v -= (unsigned)runs;
	}
	return false;
}

static enum fit
field_fit(const struct survey *s, unsigned v)
{
	size_t from, n;

	return s->has_head && v < RUNS && run_of(s, v, &from, &n) ? FIT_YES : FIT_END;
}

static ps_code
field_make(struct attempt *a, ps_reader *in, ps_writer *out, ps_err *err)
{
	const struct mime_header *h = &a->seen->h;
	const struct mime_field *field;
	size_t from = 0, n = 0;
	struct flow f;

	run_of(a->seen, a->variant, &from, &n);
	field = &h->field[from];
	a->n = n;
	a->at = (uint64_t)(field->raw.p - h->block.p);
	snprintf(a->name, sizeof a->name, "%.*s", (int)(field->name.n < 60 ? field->name.n : 60),
	    (const char *)field->name.p);
	flow_init(&f, in, out, err);
	flow_copy(&f, a->at);
	field = &h->field[from + n - 1];
	while (f.at < (uint64_t)(field->raw.p + field->raw.n - h->block.p) && flow_next(&f) >= 0)
		continue;
	flow_rest(&f);
	return flow_finish(&f);
}

/* A section was put before a content that had none. */
static enum fit
section_fit(const struct survey *s, unsigned v)
{
	return v == 0 && s->has_head ? FIT_YES : FIT_END;
}

static ps_code
section_make(struct attempt *a, ps_reader *in, ps_writer *out, ps_err *err)
{
	struct flow f;

	a->at = 0;
	a->n = a->seen->h.n;
	flow_init(&f, in, out, err);
	return put_head(&f, a->seen, (ps_slice){ NULL, 0 });
}

/* --- folding --- */

/* A fold is `from` in what came; it was `to`. ';' stands before a fold that was
 * taken out. */
static const struct {
	const char	*from, *to;
} folds[] = {
	{ "\r\n\t", "\t" }, { "\r\n ", " " }, { "\r\n\t", " " }, { "\r\n\t", "\r\n " },
	{ "\r\n ", "\r\n\t" }, { "\r\n        ", "\r\n\t" }, { "\r\n\t", "\r\n        " },
	{ "\r\n    ", "\r\n\t" }, { "\r\n    ", " " }, { "; ", ";\r\n\t" },
	{ "; ", ";\r\n " }, { "; ", ";\r\n    " }, { "; ", ";\r\n        " },
};

static bool
at(const uint8_t *p, const uint8_t *end, const char *text)
{
	size_t n = strlen(text);

	return (size_t)(end - p) >= n && memcmp(p, text, n) == 0;
}

static enum fit
fold_fit(const struct survey *s, unsigned v)
{
	if (v >= sizeof folds / sizeof folds[0] || !s->has_head)
		return FIT_END;
	for (size_t i = 0; i < s->h.block.n; i++)
		if (at(s->h.block.p + i, s->h.block.p + s->h.block.n, folds[v].from))
			return FIT_YES;
	return FIT_NO;
}

static ps_code
fold_make(struct attempt *a, ps_reader *in, ps_writer *out, ps_err *err)
{
	const struct ps_buf *block = &a->seen->h.block;
	const uint8_t *p = block->p, *end = p + block->n;
	const char *from = folds[a->variant].from, *to = folds[a->variant].to;
	struct flow f;

	flow_init(&f, in, out, err);
	while (p < end) {
		if (!at(p, end, from)) {
			flow_put(&f, *p++);
			continue;
		}
		if (a->at == PS_NOWHERE)
			a->at = (uint64_t)(p - block->p);
		p += strlen(from);
		for (const char *c = to; *c != '\0'; c++)
			flow_put(&f, *c);
	}
	return put_head(&f, a->seen, (ps_slice){ NULL, 0 });
}

/* --- the boundary --- */

/* 0: the header section names another one than the delimiters; 1: the other
 * way around. */
static enum fit
boundary_fit(const struct survey *s, unsigned v)
{
	if (v > 1)
		return FIT_END;
	return !s->own_boundary && s->boundary_closed ? FIT_YES : FIT_NO;
}

/* Where the section names the boundary `own`. */
static const uint8_t *
named_at(const struct survey *s, const char *own)
{
	const struct mime_field *field = mime_header_find(&s->h, "Content-Type", 0);
	size_t n = strlen(own);

	for (size_t i = 0; field != NULL && i + n <= field->body.n; i++)
		if (memcmp(field->body.p + i, own, n) == 0)
			return field->body.p + i;
	return NULL;
}

static ps_code
boundary_in_head(struct attempt *a, struct flow *f, const char *own)
{
	const struct ps_buf *block = &a->seen->h.block;
	const uint8_t *named = named_at(a->seen, own);
	size_t before;

	if (named == NULL)
		named = block->p;
	before = (size_t)(named - block->p);
	a->at = before;
	flow_add(f, (ps_slice){ block->p, before });
	flow_add(f, ps_str(a->seen->boundary));
	named += strlen(own);
	return put_head(f, a->seen, (ps_slice){ named, block->n - (size_t)(named - block->p) });
}

static ps_code
boundary_in_lines(struct attempt *a, struct flow *f, const char *own)
{
	const char *other = a->seen->boundary;
	size_t n = strlen(other);
	int last = '\n';

	flow_copy(f, a->seen->head_n);
	while (flow_peek(f) >= 0) {
		if (last == '\n' && flow_peek(f) == '-') {
			ps_slice s = flow_ahead(f, n + 2);

			if (s.n >= n + 2 && s.p[1] == '-' && memcmp(s.p + 2, other, n) == 0) {
				if (a->at == PS_NOWHERE)
					a->at = f->at;
				flow_put(f, flow_next(f));
				flow_put(f, flow_next(f));
				flow_add(f, ps_str(own));
				while (n > 0 && flow_next(f) >= 0)
					n--;
				n = strlen(other);
			}
		}
		last = flow_next(f);
		if (last >= 0)
			flow_put(f, last);
	}
	return flow_finish(f);
}

static ps_code
boundary_make(struct attempt *a, ps_reader *in, ps_writer *out, ps_err *err)
{
	const char *own = mime_type_param(&a->seen->e.type, "boundary");
	struct flow f;

	flow_init(&f, in, out, err);
	return a->variant == 0 ? boundary_in_head(a, &f, own) : boundary_in_lines(a, &f, own);
}

/* --- a multipart around it --- */

static enum fit
wrapped_fit(const struct survey *s, unsigned v)
{
	return v == 0 && s->own_boundary ? FIT_YES : FIT_END;
}

/* The first child of the multipart is what was signed. */
static ps_code
wrapped_make(struct attempt *a, ps_reader *in, ps_writer *out, ps_err *err)
{
	const char *boundary = mime_type_param(&a->seen->e.type, "boundary");
	struct mime_multipart *m = NULL;
	ps_reader *part;
	ps_code code;

	a->at = 0;
	snprintf(a->name, sizeof a->name, "multipart/%.40s", a->seen->e.type.subtype);
	if ((code = ps_reader_skip(in, a->seen->head_n, err)) != PS_OK ||
	    (code = mime_multipart_open(&m, in, boundary, a->limits, err)) != PS_OK)
		return code;
	if ((code = mime_multipart_next(m, &part, err)) == PS_OK && part != NULL)
		code = ps_pump(part, out, NULL, err);
	mime_multipart_close(m);
	return code;
}

const struct undo undo_head[] = {
	{ "footer-part", W_D_FOOTER_PART, false, wrapped_fit, wrapped_make },
	{ "header-added", W_D_FIELD, true, field_fit, field_make },
	{ "header-added", W_D_SECTION, true, section_fit, section_make },
	{ "header-folded", W_D_FOLD, false, fold_fit, fold_make },
	{ "boundary-changed", W_D_BOUNDARY, true, boundary_fit, boundary_make },
	{ NULL, NULL, false, NULL, NULL },
};
