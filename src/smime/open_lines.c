/* SPDX-License-Identifier: ISC */
/*
 * Line ends of the whole input.
 *
 * LF and CRLF are read as they are (the multipart and the digests know both).
 * A mail without any LF was stored by a program that ended its lines in CR
 * alone: to make CRLF of each is to undo how it was stored, as RFC 8551, 3.1.1
 * has it for LF, and mends nothing that was signed otherwise.
 */
#include <string.h>

#include "base/words.h"
#include "smime/opening.h"
#include "smime/words.h"

enum { LOOK = 8192 };

/* A line that begins as a field does, and its end in CR, and no LF anywhere. */
static bool
ends_in_cr(ps_slice s)
{
	const uint8_t *cr = s.n == 0 ? NULL : memchr(s.p, '\r', s.n);

	return cr != NULL && cr + 1 < s.p + s.n && memchr(s.p, '\n', s.n) == NULL &&
	    memchr(s.p, ':', (size_t)(cr - s.p)) != NULL && memchr(s.p, '\0', s.n) == NULL;
}

static void
lines_init(struct ps_step *step)
{
	((struct opening_lines *)(void *)((char *)step - offsetof(struct opening_lines,
	    step)))->half = false;
}

static ps_code
lines_run(struct ps_step *step, struct ps_step_io *io, ps_err *err)
{
	struct opening_lines *l = (struct opening_lines *)(void *)((char *)step -
	    offsetof(struct opening_lines, step));

	(void)err;
	while (io->out < io->out_end && (l->half || io->in < io->in_end)) {
		if (l->half) {
			*io->out++ = '\n';
			l->half = false;
			continue;
		}
		l->half = *io->in == '\r';
		*io->out++ = *io->in++;
	}
	io->done = io->last && io->in == io->in_end && !l->half;
	return PS_OK;
}

static const struct ps_step_ops lines_ops = { .init = lines_init, .run = lines_run };

ps_code
opening_lines(struct opening *o, struct opening_lines *l, ps_reader *in, ps_reader **out,
    ps_err *err)
{
	ps_slice s;
	ps_code code = ps_reader_peek(in, LOOK, &s, err);

	*l = (struct opening_lines){ .step.ops = &lines_ops };
	*out = in;
	if (code != PS_OK || !ends_in_cr(s))
		return code;
	ps_verdict_warn(o->v, "line-ends-cr", W_W_LINES_CR);
	if ((code = ps_reader_open_step(&l->reader, in, &l->step, err)) == PS_OK)
		*out = l->reader;
	return code;
}

void
opening_lines_clear(struct opening_lines *l)
{
	ps_reader_close(l->reader);
	l->reader = NULL;
}

void
opening_note_lines(struct opening *o, const struct mime_header *h)
{
	const uint8_t *p, *end, *lf;
	bool crlf = false, bare = false;

	if (h->block.n == 0)
		return;
	p = h->block.p + h->postmark.n;
	end = h->block.p + h->block.n;
	while (p < end && (lf = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		if (lf > p && lf[-1] == '\r')
			crlf = true;
		else
			bare = true;
		p = lf + 1;
	}
	if (crlf && bare)
		ps_verdict_warn(o->v, "line-ends-mixed", W_W_LINES_MIXED);
}
