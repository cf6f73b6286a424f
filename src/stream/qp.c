/* SPDX-License-Identifier: ISC */
/*
 * quoted-printable, RFC 2045, 6.7.
 *
 * Both ways copy the runs of ordinary text as they stand and take the rest
 * octet by octet. Decoding must hold what the next octets explain (white
 * space that may end a line, "=" and what follows it); encoding must see a
 * few octets ahead. Neither depends on where a window ends.
 */
#include "stream/stream.h"

#include <string.h>

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static void
copy(struct ps_step_io *io, size_t n)
{
	memcpy(io->out, io->in, n);
	io->in += n;
	io->out += n;
}

static size_t
in_left(const struct ps_step_io *io)
{
	return (size_t)(io->in_end - io->in);
}

static size_t
out_left(const struct ps_step_io *io)
{
	return (size_t)(io->out_end - io->out);
}

/* The run of octets from `p` that are not `special`, single spaces between
 * two such included. */
static size_t
ordinary(const uint8_t *p, size_t n, const bool special[256])
{
	size_t i = 0;

	while (i < n) {
		if (!special[p[i]])
			i++;
		else if (p[i] == ' ' && i + 1 < n && !special[p[i + 1]])
			i += 2;
		else
			break;
	}
	return i;
}

/* Decoding. */

static const bool explained_later[256] = {
	[' '] = true, ['\t'] = true, ['\r'] = true, ['\n'] = true, ['='] = true,
};

static bool
is_space(uint8_t c)
{
	return c == ' ' || c == '\t';
}

enum { NOT_HEX = 16 };

/* RFC 2045, 6.7 (1) wants capitals; "robust implementations" take both. */
static unsigned
hex(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10u;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10u : NOT_HEX;
}

static bool
is_hex(uint8_t c)
{
	return hex(c) != NOT_HEX;
}

/* What is held goes out as it is. */
static void
let_go(struct ps_qpdec *s)
{
	s->going = s->nheld;
}

static void
hold(struct ps_qpdec *s, uint8_t c)
{
	s->held[s->nheld++] = c;
	if (s->nheld == sizeof s->held)
		let_go(s);
}

/* `c` goes out instead of what is held. */
static void
emit(struct ps_qpdec *s, uint8_t c)
{
	s->held[0] = c;
	s->nheld = 1;
	let_go(s);
}

/* Each of these takes `c`, or lets go what is held and answers false. */
static bool
after_nothing(struct ps_qpdec *s, uint8_t c)
{
	if (explained_later[c] && c != '\n')
		hold(s, c);
	else
		emit(s, c);
	return true;
}

static bool
after_cr(struct ps_qpdec *s, uint8_t c)
{
	if (c != '\n') {
		let_go(s);
		return false;
	}
	if (s->held[0] == '=') {	/* a soft line break */
		s->nheld = 0;
		return true;
	}
	emit(s, '\r');
	s->held[s->nheld++] = '\n';
	let_go(s);
	return true;
}

/* 6.7 (3): white space at the end of a line was added on the way. */
static bool
after_space(struct ps_qpdec *s, uint8_t c)
{
	if (c == '\n')
		emit(s, c);
	else if (is_space(c) || c == '\r')
		hold(s, c);
	else {
		let_go(s);
		return false;
	}
	return true;
}

static bool
half_octet(const struct ps_qpdec *s)
{
	return s->nheld == 2 && is_hex(s->held[1]);
}

static bool
after_equals(struct ps_qpdec *s, uint8_t c)
{
	if (half_octet(s) && is_hex(c))
		emit(s, (uint8_t)(hex(s->held[1]) << 4 | hex(c)));
	else if (half_octet(s)) {
		let_go(s);
		return false;
	} else if (c == '\n')
		s->nheld = 0;
	else if (is_space(c) || c == '\r' || (s->nheld == 1 && is_hex(c)))
		hold(s, c);
	else {
		let_go(s);
		return false;
	}
	return true;
}

static bool
take(struct ps_qpdec *s, uint8_t c)
{
	if (s->nheld == 0)
		return after_nothing(s, c);
	if (s->held[s->nheld - 1] == '\r')
		return after_cr(s, c);
	return s->held[0] == '=' ? after_equals(s, c) : after_space(s, c);
}

/* The end of the text is the end of a line. */
static void
decode_end(struct ps_qpdec *s)
{
	bool soft = s->held[0] == '=';

	if (soft ? half_octet(s) : s->held[s->nheld - 1] == '\r')
		let_go(s);
	else
		s->nheld = 0;
}

static bool
all_gone(struct ps_qpdec *s, struct ps_step_io *io)
{
	size_t n = least(s->going - s->gone, out_left(io));

	if (s->going == 0)
		return true;
	memcpy(io->out, s->held + s->gone, n);
	io->out += n;
	s->gone += (unsigned)n;
	if (s->gone < s->going)
		return false;
	s->going = s->gone = s->nheld = 0;
	return true;
}

static ps_code
decode_run(struct ps_step *step, struct ps_step_io *io, ps_err *err)
{
	struct ps_qpdec *s = (struct ps_qpdec *)step;

	(void)err;
	while (all_gone(s, io)) {
		if (s->nheld == 0)
			copy(io, ordinary(io->in, least(in_left(io),
			    out_left(io)), explained_later));
		if (io->in < io->in_end) {
			if (take(s, *io->in))
				io->in++;
		} else if (io->last && s->nheld != 0) {
			decode_end(s);
		} else {
			io->done = io->last;
			break;
		}
	}
	return PS_OK;
}

static void
decode_init(struct ps_step *step)
{
	struct ps_qpdec *s = (struct ps_qpdec *)step;

	s->nheld = s->going = s->gone = 0;
}

static const struct ps_step_ops decode_ops = { decode_init, decode_run };

void
ps_qpdec_init(struct ps_qpdec *s)
{
	s->step.ops = &decode_ops;
	decode_init(&s->step);
}

/* Encoding. */

enum {
	LINE = 75,		/* and "=" makes the 76 of 6.7 (5) */
	AHEAD = 5,		/* "From " */
};

/* All but 33 to 60 and 62 to 126, 6.7 (2). */
#define T16	true, true, true, true, true, true, true, true, \
	true, true, true, true, true, true, true, true
static const bool not_literal[256] = {
	T16, T16, [' '] = true, ['='] = true, [127] = true,
	T16, T16, T16, T16, T16, T16, T16, T16
};

/* Octets of the line end at `w`, 0 when there is none. */
static size_t
line_end(const struct ps_qpenc *s, const uint8_t *w, size_t n)
{
	if (s->binary || n == 0)
		return 0;
	if (n > 1 && w[0] == '\r' && w[1] == '\n')
		return 2;
	return w[0] == '\n';
}

/* What relays spoil at the start of a line: a "." (RFC 5321, 4.5.2) and the
 * "From " of mailbox files. */
static bool
bad_start(const uint8_t *w, size_t n)
{
	return w[0] == '.' || (n >= AHEAD && memcmp(w, "From ", AHEAD) == 0);
}

static bool
must_encode(const struct ps_qpenc *s, const uint8_t *w, size_t n)
{
	if (is_space(w[0]))	/* 6.7 (3): not at the end of a line */
		return n == 1 || line_end(s, w + 1, n - 1) != 0;
	return not_literal[w[0]];
}

static void
put(struct ps_qpenc *s, uint8_t c)
{
	s->put.p[s->put.n++] = c;
	s->column++;
}

static void
put_line_end(struct ps_qpenc *s)
{
	put(s, '\r');
	put(s, '\n');
	s->column = 0;
}

static void
put_octet(struct ps_qpenc *s, const uint8_t *w, size_t n)
{
	static const char digits[] = "0123456789ABCDEF";
	bool encode = must_encode(s, w, n);

	if (s->column + (encode ? 3u : 1u) > LINE) {
		put(s, '=');
		put_line_end(s);
	}
	if (encode || (s->column == 0 && bad_start(w, n))) {
		put(s, '=');
		put(s, (uint8_t)digits[w[0] >> 4]);
		put(s, (uint8_t)digits[w[0] & 15]);
	} else
		put(s, w[0]);
}

/* Takes `n` octets off what is held and then off the input. */
static void
drop(struct ps_qpenc *s, struct ps_step_io *io, size_t n)
{
	size_t first = least(n, s->nheld);

	if (first == 0) {
		io->in += n;
		return;
	}
	s->nheld -= (unsigned)first;
	memmove(s->held, s->held + first, s->nheld);
	io->in += n - first;
}

/* What is held and what follows it, AHEAD octets as far as there are so many;
 * false when more are needed, which are then held, or the end is reached. */
static bool
look_ahead(struct ps_qpenc *s, struct ps_step_io *io, uint8_t w[AHEAD], size_t *out_n)
{
	size_t more = least(AHEAD - s->nheld, in_left(io));
	size_t n = s->nheld + more;

	memcpy(w, s->held, s->nheld);
	memcpy(w + s->nheld, io->in, more);
	if (n == 0 || (n < AHEAD && !io->last)) {
		memcpy(s->held, w, n);
		s->nheld = (unsigned)n;
		io->in += more;
		io->done = io->last;
		return false;
	}
	*out_n = n;
	return true;
}

/* Encodes one octet or line end; false when more input is needed or the end
 * is reached. Within a window the input is looked at where it stands. */
static bool
encode_one(struct ps_qpenc *s, struct ps_step_io *io)
{
	uint8_t joint[AHEAD];
	const uint8_t *w = io->in;
	size_t n = in_left(io), end;

	if (s->nheld != 0 || n < AHEAD) {
		if (!look_ahead(s, io, joint, &n))
			return false;
		w = joint;
	}
	end = line_end(s, w, n);
	if (end != 0)
		put_line_end(s);
	else
		put_octet(s, w, n);
	drop(s, io, end != 0 ? end : 1);
	return true;
}

static void
copy_literal(struct ps_qpenc *s, struct ps_step_io *io)
{
	size_t n = least(in_left(io), out_left(io));

	n = least(n, LINE - s->column);
	if (s->nheld != 0 || n == 0)
		return;
	if (s->column == 0 && (io->in[0] == '.' || io->in[0] == 'F'))
		return;
	n = ordinary(io->in, n, not_literal);
	copy(io, n);
	s->column += (unsigned)n;
}

static ps_code
encode_run(struct ps_step *step, struct ps_step_io *io, ps_err *err)
{
	struct ps_qpenc *s = (struct ps_qpenc *)step;

	(void)err;
	while (ps_put_all(&s->put, io)) {
		copy_literal(s, io);
		if (!encode_one(s, io))
			break;
	}
	return PS_OK;
}

static void
encode_init(struct ps_step *step)
{
	struct ps_qpenc *s = (struct ps_qpenc *)step;

	*s = (struct ps_qpenc){ .step = s->step, .binary = s->binary };
}

static const struct ps_step_ops encode_ops = { encode_init, encode_run };

void
ps_qpenc_init(struct ps_qpenc *s, bool binary)
{
	*s = (struct ps_qpenc){ .step = { &encode_ops }, .binary = binary };
}
