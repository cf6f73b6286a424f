/* SPDX-License-Identifier: ISC */
/*
 * A signature does not hold: was that transit?
 *
 * The content is read again, as often as there are undoings that may fit it;
 * what is small is kept in memory meanwhile. How often and how much is
 * limited for the message, not for the signature: a stranger may send many
 * bad ones. A good message never comes here.
 */
#include <stdlib.h>
#include <string.h>

#include "base/words.h"
#include "smime/diagnosing.h"
#include "smime/words.h"

enum {
	TAIL		= 1000,	/* lines at the end that may all be a footer */
	/* Without signed attributes each comparison is an operation with the key. */
	TAIL_KEY	= 16,
	KEY_OPERATIONS	= 256
};

struct diagnosing {
	struct opening	*o;
	const struct opening_again *again;
	struct ps_buf	 kept;		/* the content, when it is small */
	bool		 small;
	bool		 spent;		/* what the message may cost */
	ps_reader	*memory;
	uint64_t	 octets;
	uint64_t	 tail;
	struct survey	 seen;
	struct wants	 wants;
};

/* --- the content, again --- */

static ps_code
content_open(struct diagnosing *d, ps_reader **out, ps_err *err)
{
	ps_code code;

	if (!d->small)
		return d->again->open(d->again->arg, out, err);
	if ((code = ps_reader_open_memory(&d->memory, ps_buf_get(&d->kept), err)) == PS_OK)
		*out = d->memory;
	return code;
}

static void
content_close(struct diagnosing *d)
{
	if (!d->small)
		d->again->close(d->again->arg);
	ps_reader_close(d->memory);
	d->memory = NULL;
}

/* Reading again begins at the front of the message, whatever lies there. */
static bool
may_work(struct diagnosing *d)
{
	uint64_t whole = d->small ? 0 : ps_reader_offset(d->o->in);

	d->o->diagnosis_work += whole != UINT64_MAX && whole > d->octets ? whole : d->octets;
	d->spent = d->o->diagnosis_work > d->o->limits->diagnosis_work;
	return !d->spent;
}

/* Counts the content up to `max`, and keeps it as long as it is small. */
static ps_code
take_content(struct diagnosing *d, ps_reader *r, uint64_t max, ps_err *err)
{
	ps_slice s;
	ps_code code = PS_OK;

	while (d->octets <= max && (code = ps_reader_peek(r, 1, &s, err)) == PS_OK && s.n != 0) {
		d->small = d->small && s.n <= d->o->limits->hold - d->kept.n;
		if (!d->small)
			ps_buf_clear(&d->kept);
		else if ((code = ps_buf_add(&d->kept, s, err)) != PS_OK)
			return code;
		d->octets += s.n;
		ps_reader_consume(r, s.n);
	}
	return code;
}

/* A part of a mail may be far behind its front, so only what is small is read
 * again there. */
static ps_code
read_content(struct diagnosing *d, bool in_envelope, uint64_t *out_max, ps_err *err)
{
	const struct ps_limits *l = d->o->limits;
	bool any = in_envelope || l->hold > l->diagnosis_bytes;
	ps_reader *r;
	ps_code code;

	*out_max = any ? l->diagnosis_bytes : l->hold;
	if ((code = d->again->open(d->again->arg, &r, err)) == PS_OK) {
		d->small = true;
		code = take_content(d, r, *out_max, err);
	}
	d->again->close(d->again->arg);
	return code;
}

static ps_code
look(struct diagnosing *d, ps_err *err)
{
	ps_reader *r;
	ps_code code;

	if (!may_work(d))
		return PS_OK;
	if ((code = content_open(d, &r, err)) == PS_OK)
		code = survey_read(&d->seen, r, d->o->limits, err);
	content_close(d);
	return code;
}

/* --- what is said --- */

struct spot {
	uint64_t	 line, offset;
	uint64_t	 at, lines;	/* of the look */
	bool		 cr;
};

static bool
is_there(const struct spot *p)
{
	return p->line != 0 ? p->lines + 1 >= p->line : p->at >= p->offset;
}

static ps_code
look_for(void *arg, ps_slice in, ps_err *err)
{
	struct spot *p = arg;

	(void)err;
	for (size_t i = 0; in.p != NULL && i < in.n && (p->cr || !is_there(p)); i++) {
		bool lf = in.p[i] == '\n';

		if (p->cr && !lf)
			p->lines++;
		p->cr = in.p[i] == '\r';
		p->lines += lf;
		if (!is_there(p) || lf)
			p->at++;
	}
	return PS_OK;
}

/* The line of an offset, or the offset of a line. */
static ps_code
locate(struct diagnosing *d, struct spot *p, ps_err *err)
{
	ps_reader *r, *tap = NULL;
	ps_code code;

	if (p->line == 0 && p->offset == PS_NOWHERE)
		return PS_OK;
	code = content_open(d, &r, err);
	if (code == PS_OK &&
	    (code = ps_reader_open_tap(&tap, r, look_for, p, err)) == PS_OK)
		code = ps_reader_drain(tap, NULL, err);
	ps_reader_close(tap);
	content_close(d);
	if (p->line == 0)
		p->line = p->lines + 1;
	else
		p->offset = p->at;
	return code;
}

/* A trial that fitted. */
struct fitting {
	const struct undo *undo;
	const struct attempt *a;
	const struct matcher *m;
};

static bool
changes_nothing(const struct undo *u)
{
	return u == &undo_lines[0];
}

/* What stands behind or was behind what was signed. */
static const char *
end_words(const struct fitting *f, const struct want *w, const char **out_code)
{
	*out_code = w->how == BEGINNING && f->m->dark > w->n ? "footer" : "final-line-end";
	return w->how == LONGER ? W_D_END_REMOVED
	    : f->m->dark > w->n ? W_D_FOOTER : W_D_END_ADDED;
}

static void
put_words(char *out, size_t size, const char *words, const struct fitting *f, uint64_t n,
    uint64_t line)
{
	ps_words(out, size, words, PS_TEXT("name", f->a->name), PS_NUMBER("n", n),
	    PS_NUMBER("line", line));
}

static ps_code
place_of(struct diagnosing *d, const struct fitting *f, const struct want *w, struct spot *out,
    ps_err *err)
{
	*out = (struct spot){ .offset = f->a->at };
	if (w->how == BEGINNING)
		*out = (struct spot){ .line = w->line };
	else if (w->how == LONGER && f->a->at == PS_NOWHERE)
		*out = (struct spot){ .offset = d->octets };
	return locate(d, out, err);
}

/* At the end there may be another thing that was done, or nothing else. */
static ps_code
say(struct diagnosing *d, const struct fitting *f, const struct want *w, ps_err *err)
{
	struct ps_diagnosis *out = &w->sig->diagnosis;
	char text[sizeof out->text / 2], other[sizeof out->text / 2];
	uint64_t n = w->how == BEGINNING ? f->m->line + 1 - w->line : 0;
	struct spot spot, first = { .offset = f->a->at };
	const char *words;
	ps_code code = place_of(d, f, w, &spot, err);

	if (code != PS_OK)
		return code;
	out->line = spot.line;
	out->offset = spot.offset;
	out->code = f->undo->code;
	if (w->how == WHOLE) {
		put_words(out->text, sizeof out->text, f->undo->words, f, f->a->n, spot.line);
		return PS_OK;
	}
	words = end_words(f, w, &out->code);
	put_words(text, sizeof text, words, f, n, spot.line);
	if (changes_nothing(f->undo)) {
		ps_words(out->text, sizeof out->text, "{text}", PS_TEXT("text", text));
		return PS_OK;
	}
	if ((code = locate(d, &first, err)) != PS_OK)
		return code;
	out->also = f->undo->code;
	put_words(other, sizeof other, f->undo->words, f, f->a->n, first.line);
	ps_words(out->text, sizeof out->text, W_D_BOTH, PS_TEXT("text", text),
	    PS_TEXT("other", other));
	return PS_OK;
}

static ps_code
say_found(struct diagnosing *d, const struct fitting *f, ps_err *err)
{
	ps_code code = PS_OK;

	for (size_t i = 0; i < d->wants.n && code == PS_OK; i++) {
		struct want *w = &d->wants.want[i];

		if (!w->found)
			continue;
		w->done = true;
		code = say(d, f, w, err);
	}
	return code;
}

static void
say_not_tried(struct diagnosing *d, const char *words, uint64_t max)
{
	for (size_t i = 0; i < d->wants.n; i++) {
		struct ps_diagnosis *out = &d->wants.want[i].sig->diagnosis;

		if (d->wants.want[i].done)
			continue;
		out->code = "not-tried";
		ps_words(out->text, sizeof out->text, words, PS_NUMBER("max", max));
	}
}

/* --- trials --- */

static ps_code
attempt(struct diagnosing *d, const struct undo *u, unsigned variant, ps_err *err)
{
	struct attempt a = { .seen = &d->seen, .limits = d->o->limits, .variant = variant,
	    .at = PS_NOWHERE };
	struct fitting fitting = { u, &a, NULL };
	struct matcher m;
	ps_reader *r;
	ps_code code = matcher_init(&m, &d->wants, u->keeps_lines ? d->tail : UINT64_MAX, err);

	fitting.m = &m;
	if (code == PS_OK && (code = content_open(d, &r, err)) == PS_OK)
		code = u->make(&a, r, &m.pub, err);
	content_close(d);
	if (code == PS_OK && (code = matcher_end(&m, err)) == PS_OK)
		code = say_found(d, &fitting, err);
	matcher_clear(&m);
	/* What cannot be undone was not done. */
	if (opening_is_its_own(code)) {
		ps_err_clear(err);
		code = PS_OK;
	}
	return code;
}

static bool
is_done(const struct diagnosing *d)
{
	for (size_t i = 0; i < d->wants.n; i++)
		if (!d->wants.want[i].done)
			return false;
	return true;
}

static ps_code
attempts(struct diagnosing *d, const struct undo *u, ps_err *err)
{
	enum fit fit;
	ps_code code = PS_OK;

	for (unsigned v = 0; code == PS_OK && !is_done(d) &&
	    (fit = u->fits(&d->seen, v)) != FIT_END; v++) {
		if (fit == FIT_NO)
			continue;
		if (!may_work(d))
			return PS_OK;
		code = attempt(d, u, v, err);
	}
	return code;
}

static ps_code
all_attempts(struct diagnosing *d, ps_err *err)
{
	/* What is done often and costs few attempts comes first. */
	static const struct undo *const tables[] = { undo_lines, undo_wrap, undo_head,
	    undo_leaf, undo_text };
	ps_code code = PS_OK;

	d->tail = d->seen.lines > d->tail ? d->seen.lines - d->tail : 0;
	for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
		for (const struct undo *u = tables[i]; u->code != NULL && code == PS_OK &&
		    !d->spent; u++)
			code = attempts(d, u, err);
	return code;
}

static ps_code
diagnose(struct diagnosing *d, bool in_envelope, ps_err *err)
{
	uint64_t max;
	ps_code code;

	if (d->again->open == NULL) {
		say_not_tried(d, W_D_UNREAD, 0);
		return PS_OK;
	}
	if (d->o->diagnosed++ >= d->o->limits->diagnoses) {
		say_not_tried(d, W_D_TOO_MANY, 0);
		return PS_OK;
	}
	if ((code = read_content(d, in_envelope, &max, err)) != PS_OK)
		return code;
	if (d->octets > max) {
		say_not_tried(d, W_D_TOO_LARGE, max);
		return PS_OK;
	}
	if ((code = look(d, err)) == PS_OK && !d->spent)
		code = all_attempts(d, err);
	if (d->spent)
		say_not_tried(d, W_D_TOO_MANY, 0);
	return code;
}

/* --- which signatures --- */

/* One that another content would make good: its digest differs, or, where there
 * are no signed attributes, only the key can tell. */
static bool
is_wanted(const struct ps_signature *sig, const struct cms_signer *s)
{
	const char *code = s->has_attrs ? "content-changed" : "signature-wrong";

	return sig->state == PS_STATE_INVALID && sig->cert != NULL && sig->nreason != 0 &&
	    strcmp(sig->reason[0].code, code) == 0 && ps_alg_digest_of(&s->digest) != NULL;
}

static size_t
collect(struct opening *o, struct diagnosing *d, const struct cms_signed *s, struct want *want)
{
	struct ps_signature *sig = o->v->signature + o->v->nsignature - s->nsigner;
	size_t n = 0;

	d->tail = TAIL;
	for (size_t i = 0; i < s->nsigner; i++) {
		if (!is_wanted(&sig[i], &s->signer[i]))
			continue;
		if (!s->signer[i].has_attrs)
			d->tail = TAIL_KEY;
		want[n++] = (struct want){ .sig = &sig[i], .signer = &s->signer[i],
		    .digest = ps_alg_digest_of(&s->signer[i].digest) };
	}
	return n;
}

static bool
any_wanted(const struct opening *o, const struct cms_signed *s)
{
	size_t first = o->v->nsignature - s->nsigner;

	for (size_t i = 0; i < s->nsigner; i++)
		if (is_wanted(&o->v->signature[first + i], &s->signer[i]))
			return true;
	return false;
}

ps_code
opening_diagnose(struct opening *o, const struct ps_layer *layer, const struct cms_signed *s,
    const struct opening_again *again, ps_err *err)
{
	struct diagnosing d = { .o = o, .again = again, .kept.secret = true };
	struct want *want;
	ps_code code;

	if (o->inspect || o->second || !any_wanted(o, s))
		return PS_OK;
	if ((want = calloc(s->nsigner, sizeof *want)) == NULL)
		return ps_nomem(err, "smime.diagnose");
	d.wants = (struct wants){ want, collect(o, &d, s, want),
	    { s->content_oid.p, s->content_oid.n }, KEY_OPERATIONS };
	code = diagnose(&d, layer->in_envelope, err);
	if (opening_is_its_own(code)) {
		ps_err_clear(err);
		code = PS_OK;
	}
	survey_clear(&d.seen);
	ps_buf_clear(&d.kept);
	free(want);
	return code;
}
