/* SPDX-License-Identifier: ISC */
/*
 * Encoders as other programs have them. What is signed is what they wrote,
 * octet for octet, so each choice that they make differently is a parameter.
 */
#include <errno.h>
#include <iconv.h>
#include <string.h>

#include "smime/diagnosing.h"
#include "smime/words.h"

/* --- base64 --- */

void
flow_wrap(struct flow *f, unsigned width, bool final)
{
	unsigned column = 0;
	bool any = false;
	int c;

	while ((c = flow_next(f)) >= 0) {
		if (c == '\r' || c == '\n' || c == ' ' || c == '\t')
			continue;
		if (width != 0 && column == width) {
			flow_put(f, '\r');
			flow_put(f, '\n');
			column = 0;
		}
		flow_put(f, c);
		column++;
		any = true;
	}
	if (any && final) {
		flow_put(f, '\r');
		flow_put(f, '\n');
	}
}

/* --- quoted-printable (RFC 2045, 6.7) --- */

enum { LINE = 76 };

static void
soft_break(struct flow *f, unsigned *column)
{
	flow_put(f, '=');
	flow_put(f, '\r');
	flow_put(f, '\n');
	*column = 0;
}

/* Does the line end behind this octet? */
static bool
is_last(struct flow *f, size_t behind)
{
	ps_slice s = flow_ahead(f, behind + 1);

	return s.n <= behind || s.p[behind] == '\r' || s.p[behind] == '\n';
}

static bool
bad_start(struct flow *f)
{
	ps_slice s = flow_ahead(f, 5);

	return (s.n > 0 && s.p[0] == '.') || (s.n >= 5 && memcmp(s.p, "From ", 5) == 0);
}

static bool
must_quote(struct flow *f, int c)
{
	if (c == ' ' || c == '\t')
		return is_last(f, 1);
	return c == '=' || c < 32 || c > 126;
}

static void
put_quoted(struct flow *f, int c)
{
	static const char digits[] = "0123456789ABCDEF";

	flow_put(f, '=');
	flow_put(f, digits[c >> 4]);
	flow_put(f, digits[c & 15]);
}

void
flow_quote(struct flow *f, bool guard, bool exact)
{
	unsigned column = 0;
	int c;

	while ((c = flow_peek(f)) >= 0) {
		bool quoted;
		unsigned n;

		if ((c == '\r' || c == '\n') && flow_line_end(f) != 0) {
			flow_put(f, '\r');
			flow_put(f, '\n');
			column = 0;
			continue;
		}
		quoted = must_quote(f, c);
		n = quoted ? 3 : 1;
		if (column + n >= LINE && !(exact && column + n == LINE && is_last(f, 1)))
			soft_break(f, &column);
		if (guard && column == 0 && bad_start(f))
			quoted = true;
		if (quoted)
			put_quoted(f, c);
		else
			flow_put(f, c);
		column += quoted ? 3 : 1;
		flow_next(f);
	}
}

/* --- charsets --- */

static void
charset_init(struct ps_step *step)
{
	struct charset_step *s = (struct charset_step *)step;

	iconv(s->iconv, NULL, NULL, NULL, NULL);
	s->nheld = s->made_n = s->made_at = 0;
}

/* What was made goes out; false when room ran out first. */
static bool
put_made(struct charset_step *s, struct ps_step_io *io)
{
	size_t n = s->made_n - s->made_at, room = (size_t)(io->out_end - io->out);

	if (n > room)
		n = room;
	memcpy(io->out, s->made + s->made_at, n);
	io->out += n;
	s->made_at += n;
	return s->made_at == s->made_n;
}

/* Converts what is held and some more; the start of a character is held again.
 * false: this was not made from that charset. */
static bool
convert(struct charset_step *s, struct ps_step_io *io)
{
	char chunk[sizeof s->held + CHUNK], *in = chunk, *out = (char *)s->made;
	size_t more = (size_t)(io->in_end - io->in), nin = s->nheld, nout = sizeof s->made;
	bool whole;

	if (more > CHUNK)
		more = CHUNK;
	memcpy(chunk, s->held, nin);
	memcpy(chunk + nin, io->in, more);
	io->in += more;
	nin += more;
	whole = iconv(s->iconv, &in, &nin, &out, &nout) != (size_t)-1;
	s->made_n = sizeof s->made - nout;
	s->made_at = 0;
	s->nheld = nin;
	if (whole)
		return true;
	if (errno != EINVAL || nin > sizeof s->held)
		return false;
	memcpy(s->held, in, nin);
	return true;
}

static ps_code
charset_run(struct ps_step *step, struct ps_step_io *io, ps_err *err)
{
	struct charset_step *s = (struct charset_step *)step;
	bool good = true, room;

	while ((room = put_made(s, io)) && good && io->in < io->in_end)
		good = convert(s, io);
	io->done = io->last && room && good;
	if (!good || (io->done && s->nheld != 0))
		return ps_fail(err, PS_E_MALFORMED, "smime.diagnose", PS_NOWHERE, W_D_CHARSET_BAD);
	return PS_OK;
}

static const struct ps_step_ops charset_ops = { .init = charset_init, .run = charset_run };

ps_code
charset_step_init(struct charset_step *s, const char *from, const char *to, ps_err *err)
{
	*s = (struct charset_step){ .step.ops = &charset_ops, .iconv = iconv_open(to, from) };
	if (s->iconv != (void *)-1)
		return PS_OK;
	s->iconv = NULL;
	return ps_fail(err, PS_E_UNSUPPORTED, "smime.diagnose", PS_NOWHERE, W_D_CHARSET_BAD);
}

void
charset_step_clear(struct charset_step *s)
{
	if (s->iconv != NULL)
		iconv_close(s->iconv);
	s->iconv = NULL;
}
