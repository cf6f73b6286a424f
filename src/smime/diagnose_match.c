/* SPDX-License-Identifier: ISC */
/*
 * Is this what was signed? The digest decides first, which costs nothing;
 * then the signature must hold over it: whoever wrote a messageDigest of his
 * own choice has proven nothing, and must not be told that he was only
 * damaged in transit.
 *
 * What transit appends is found in the same pass: near the end the digests'
 * values are taken before and behind every line end.
 */
#include <string.h>

#include "base/text.h"
#include "smime/diagnosing.h"

/* --- one comparison --- */

static ps_code
verify(struct matcher *m, const struct want *w, struct cms_digests *value, bool *out, ps_err *err)
{
	struct cms_check_in in = { .signer = w->signer, .cert = w->sig->cert, .digests = value,
	    .content_type = m->wants->content_type };
	struct cms_check_out check;
	ps_code code;

	*out = false;
	if (m->wants->key_operations == 0)
		return PS_OK;
	m->wants->key_operations--;
	if ((code = cms_signer_check(&in, &check, err)) == PS_OK)
		*out = check.result == CMS_CHECK_GOOD ||
		    check.result == CMS_CHECK_GOOD_NO_ATTRS;
	return code;
}

static bool
may_be(const struct want *w, const struct cms_digests *value)
{
	ps_slice got = cms_digests_get(value, w->digest);

	return !w->done && !w->found && got.n != 0 &&
	    (!w->signer->has_attrs || ps_slice_equal(got, w->signer->parsed.message_digest));
}

/* The values of all digests as they stand. */
static ps_code
compare(struct matcher *m, int how, uint64_t n, uint64_t line, ps_err *err)
{
	struct cms_digests value = m->digests;
	bool good;
	ps_code code = PS_OK;

	for (size_t i = 0; i < value.n && code == PS_OK; i++)
		code = ps_digest_now(value.d[i], value.value[i], err);
	value.final = true;
	for (size_t i = 0; i < m->wants->n && code == PS_OK; i++) {
		struct want *w = &m->wants->want[i];

		if (!may_be(w, &value) ||
		    (code = verify(m, w, &value, &good, err)) != PS_OK || !good)
			continue;
		w->found = true;
		w->how = how == 0 ? WHOLE : how < 0 ? BEGINNING : LONGER;
		w->n = n;
		w->line = line;
	}
	return code;
}

/* --- the writer --- */

static ps_code
hash(struct matcher *m, const uint8_t *p, size_t n, ps_err *err)
{
	return n == 0 ? PS_OK : cms_digests_look(&m->digests, (ps_slice){ p, n }, err);
}

/* A line ends near the end; it was not hashed yet. */
static ps_code
border(struct matcher *m, const char *end, ps_err *err)
{
	uint64_t n = m->digests.length;
	ps_code code = compare(m, -1, n, m->line + 2, err);

	if (code == PS_OK)
		code = hash(m, (const uint8_t *)end, strlen(end), err);
	m->line++;
	return code != PS_OK ? code
	    : compare(m, -1, m->digests.length, m->line + 1, err);
}

/* One octet at `p`; what stands in [*start, p) is not hashed yet. A CR near the
 * end waits for what follows it. */
static ps_code
octet(struct matcher *m, const uint8_t *p, const uint8_t **start, ps_err *err)
{
	const uint8_t *from = *start;
	bool near = m->line >= m->tail, ends = *p == '\n';
	ps_code code = PS_OK;

	if (m->cr && !ends) {		/* it stood alone */
		m->cr = false;
		if (near)
			code = border(m, "\r", err);
		else if (++m->line == m->tail) {
			*start = p;
			code = hash(m, from, (size_t)(p - from), err);
		}
		return code == PS_OK ? octet(m, p, start, err) : code;
	}
	if (near && (ends || *p == '\r')) {
		*start = p + 1;
		code = hash(m, from, (size_t)(p - from), err);
		if (code == PS_OK && ends)
			code = border(m, m->cr ? "\r\n" : "\n", err);
	} else if (ends && ++m->line == m->tail) {
		*start = p + 1;
		code = hash(m, from, (size_t)(p + 1 - from), err);
	}
	if (ends)
		m->bare_lf = !m->cr;
	m->cr = *p == '\r';
	return code;
}

static ps_code
matcher_write(ps_writer *w, ps_slice in, ps_err *err)
{
	struct matcher *m = (struct matcher *)w;
	const uint8_t *start = in.p;
	ps_code code = PS_OK;

	for (size_t i = 0; i < in.n && code == PS_OK; i++) {
		code = octet(m, in.p + i, &start, err);
		m->n++;
		m->last = in.p[i];
		if (in.p[i] > ' ')
			m->dark = m->n;
	}
	return code == PS_OK ? hash(m, start, (size_t)(in.p + in.n - start), err) : code;
}

static ps_code
matcher_finish(ps_writer *w, ps_err *err)
{
	(void)w;
	(void)err;
	return PS_OK;
}

static void
matcher_abandon(ps_writer *w)
{
	(void)w;
}

static const ps_writer_ops matcher_ops = {
	.size = sizeof(ps_writer_ops),
	.write = matcher_write,
	.finish = matcher_finish,
	.abandon = matcher_abandon,
	.close = matcher_abandon,
};

ps_code
matcher_init(struct matcher *m, struct wants *wants, uint64_t tail, ps_err *err)
{
	ps_code code = PS_OK;

	*m = (struct matcher){ .pub.ops = &matcher_ops, .wants = wants, .tail = tail };
	for (size_t i = 0; i < wants->n && code == PS_OK; i++) {
		wants->want[i].found = false;
		if (!wants->want[i].done)
			code = cms_digests_add(&m->digests, wants->want[i].digest, err);
	}
	return code;
}

/* What ends with a line end was met at that already. */
static void
note_whole(struct matcher *m)
{
	for (size_t i = 0; i < m->wants->n; i++)
		if (m->wants->want[i].found && m->wants->want[i].n == m->digests.length)
			m->wants->want[i].how = WHOLE;
}

/* A last line end may be what got lost, or two of them. */
ps_code
matcher_end(struct matcher *m, ps_err *err)
{
	const char *end = m->bare_lf ? "\n" : "\r\n";
	ps_code code = PS_OK;

	if (m->cr && m->line >= m->tail)
		code = border(m, "\r", err);
	if (code == PS_OK)
		code = compare(m, 0, m->digests.length, 0, err);
	note_whole(m);
	for (int i = 1; i <= 2 && code == PS_OK; i++)
		if ((code = hash(m, (const uint8_t *)end, strlen(end), err)) == PS_OK)
			code = compare(m, i, m->digests.length, 0, err);
	if (m->n != 0 && m->last != '\n' && m->last != '\r')
		m->line++;	/* a last line without an end */
	return code;
}

void
matcher_clear(struct matcher *m)
{
	cms_digests_clear(&m->digests);
}
