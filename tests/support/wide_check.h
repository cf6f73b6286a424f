/* SPDX-License-Identifier: ISC */
#ifndef PS_TESTS_WIDE_CHECK_H
#define PS_TESTS_WIDE_CHECK_H

/*
 * Compares the loops of one level with the portable ones, and the scans with
 * what one would write first. Needs nothing but the C library, so that it also
 * runs as a plain program on an emulated machine.
 *
 * Each window is the end of a block of its own, at every alignment in turn,
 * so that a sanitizer sees who reads or writes past it.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stream/wide.h"

enum { WIDE_MAX = 6000, WIDE_SHORT = 300 };

static inline uint32_t
wide_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

/* Everything that a run of a step shows. */
struct wide_result {
	ps_code		 code;
	uint64_t	 junk, after, offset;
	size_t		 n;
	uint8_t		 p[3 * WIDE_MAX];
};

static inline uint8_t *
wide_block(size_t n, size_t align, uint8_t **out_block)
{
	uint8_t *block = malloc(n + align + (n + align == 0));

	if (block == NULL)
		abort();
	*out_block = block;
	return block + align;
}

/* One window: all of in[0..n) goes in, through output windows of `room`. */
static inline ps_code
wide_feed(struct ps_step *s, const uint8_t *in, size_t n, bool last, size_t room,
    struct wide_result *r)
{
	uint8_t *inb, *outb, *window = wide_block(n, n % 64, &inb);
	struct ps_step_io io = { .in = window, .in_end = window + n, .last = last };
	ps_code code = PS_OK;
	bool stuck = false;

	if (n != 0)
		memcpy(window, in, n);
	while (code == PS_OK && (io.in < io.in_end || (last && !io.done)) && !stuck) {
		const uint8_t *before = io.in;
		uint8_t *out = wide_block(room, (n + room) % 64, &outb);

		io.out = out;
		io.out_end = out + room;
		code = s->ops->run(s, &io, NULL);
		memcpy(r->p + r->n, out, (size_t)(io.out - out));
		r->n += (size_t)(io.out - out);
		stuck = code == PS_OK && !io.done && io.in == before && io.out == out;
		free(outb);
	}
	free(inb);
	return stuck ? PS_E_MISUSE : code;
}

/* The step over in[0..n), cut once at `cut` (none for cut > n). */
static inline void
wide_run(struct ps_step *s, const uint8_t *in, size_t n, size_t cut, size_t room,
    struct wide_result *r)
{
	size_t first = cut < n ? cut : n;

	r->n = 0;
	s->ops->init(s);
	r->code = wide_feed(s, in, first, false, room, r);
	if (r->code == PS_OK && first < n)
		r->code = wide_feed(s, in + first, n - first, false, room, r);
	if (r->code == PS_OK)
		r->code = wide_feed(s, in, 0, true, room, r);
}

static inline bool
wide_same(const struct wide_result *a, const struct wide_result *b)
{
	return a->code == b->code && a->junk == b->junk && a->after == b->after &&
	    a->offset == b->offset && a->n == b->n && memcmp(a->p, b->p, a->n) == 0;
}

/* --- the steps --- */

enum wide_step { WIDE_DECODE, WIDE_ENCODE, WIDE_TO_CRLF, WIDE_TO_LF };

struct wide_case {
	enum wide_step	 step;
	unsigned	 columns;	/* to encode */
	bool		 lf;
};

static inline void
wide_run_case(const struct wide_case *c, const struct ps_wide *w, const uint8_t *in, size_t n,
    size_t cut, size_t room, struct wide_result *r)
{
	union { struct ps_b64dec dec; struct ps_b64enc enc; struct ps_eol eol; } s;

	r->junk = r->after = r->offset = 0;
	switch (c->step) {
	case WIDE_DECODE:
		ps_b64dec_init(&s.dec);
		s.dec.wide = w;
		wide_run(&s.dec.step, in, n, cut, room, r);
		r->junk = s.dec.junk;
		r->after = s.dec.after;
		r->offset = s.dec.offset;
		break;
	case WIDE_ENCODE:
		ps_b64enc_init(&s.enc, c->lf);
		s.enc.wide = w;
		s.enc.columns = c->columns;
		wide_run(&s.enc.step, in, n, cut, room, r);
		break;
	case WIDE_TO_CRLF:
	case WIDE_TO_LF:
		ps_eol_init(&s.eol, c->step == WIDE_TO_LF);
		s.eol.wide = w;
		wide_run(&s.eol.step, in, n, cut, room, r);
		break;
	}
}

/* What the portable loops make of all in one window is what every level makes
 * of it however it is cut. `thorough`: at every place. */
static inline int
wide_compare(const struct wide_case *c, const struct ps_wide *w, const uint8_t *in, size_t n,
    bool thorough, struct wide_result *want, struct wide_result *got)
{
	static const size_t rooms[] = { 3 * WIDE_MAX, 1, 63, 64, 67, 130, 200 };
	size_t step = thorough ? 1 : n / 7 + 1;
	int failed = 0;

	wide_run_case(c, &ps_wide_portable, in, n, n + 1, 3 * WIDE_MAX, want);
	for (size_t cut = 0; cut <= n && failed < 3; cut += step) {
		size_t room = rooms[cut % (sizeof rooms / sizeof rooms[0])];

		wide_run_case(c, w, in, n, cut, room, got);
		if (wide_same(want, got))
			continue;
		printf("step %d, %zu octets cut at %zu, room %zu: %zu octets (code %d),"
		    " the portable loop makes %zu (code %d)\n", (int)c->step, n, cut, room,
		    got->n, (int)got->code, want->n, (int)want->code);
		failed++;
	}
	return failed;
}

/* --- texts that are nearly right --- */

/* Lines of `width` digits; one octet in `rare` is something else (0: none). */
static inline void
wide_base64(uint8_t *p, size_t n, size_t width, bool lf, uint32_t rare, uint32_t *seed)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	static const char others[] = "\r\n =-\t.!~\x7f\x80\xff@[`{\x0a:,*";
	size_t column = 0;

	for (size_t i = 0; i < n; i++) {
		size_t end = width + (lf ? 1 : 2);

		p[i] = column < width ? (uint8_t)digits[wide_random(seed) % 64] :
		    column + 1 == end ? '\n' : '\r';
		column = (column + 1) % end;
		if (rare != 0 && wide_random(seed) % rare == 0)
			p[i] = wide_random(seed) % 4 == 0 ? (uint8_t)wide_random(seed) :
			    (uint8_t)others[wide_random(seed) % (sizeof others - 1)];
	}
}

/* Text where one octet in `rare` is one that a scan looks for. */
static inline void
wide_text(uint8_t *p, size_t n, uint32_t rare, uint32_t *seed)
{
	static const char some[] = "\r\n\r\n\r\n\n\r- \tFr\nFrom -\x7f\x80\xff";

	for (size_t i = 0; i < n; i++)
		p[i] = wide_random(seed) % rare != 0 ? (uint8_t)('a' + wide_random(seed) % 26) :
		    wide_random(seed) % 16 == 0 ? (uint8_t)wide_random(seed) :
		    (uint8_t)some[wide_random(seed) % sizeof some];	/* NUL too */
}

static inline int
wide_check_decode(const struct ps_wide *w, struct wide_result *want, struct wide_result *got)
{
	static const size_t widths[] = { 64, 76, 4, 60, 128, 63, 1000 };
	const struct wide_case c = { WIDE_DECODE, 0, false };
	uint32_t seed = 1;
	uint8_t p[WIDE_MAX];
	int failed = 0;

	for (size_t i = 0; i < 7; i++)
		for (uint32_t rare = 0; rare < 4; rare++) {
			static const uint32_t one_in[] = { 0, 3, 100, 700 };

			wide_base64(p, WIDE_MAX, widths[i], rare % 2, one_in[rare], &seed);
			failed += wide_compare(&c, w, p, WIDE_MAX, false, want, got);
			failed += wide_compare(&c, w, p, WIDE_SHORT, true, want, got);
		}
	for (size_t n = 0; n <= WIDE_SHORT; n++) {
		wide_base64(p, n, n % 2 ? 64 : 76, n % 3 == 0, 0, &seed);
		failed += wide_compare(&c, w, p, n, n < 150, want, got);
	}
	/* Each octet at each place of a line that is otherwise right. */
	for (size_t i = 0; i < 256; i++) {
		wide_base64(p, WIDE_SHORT, 76, false, 0, &seed);
		p[156 + i % 78] = (uint8_t)i;
		p[i * 7 % WIDE_SHORT] = (uint8_t)i;
		failed += wide_compare(&c, w, p, WIDE_SHORT, false, want, got);
	}
	return failed;
}

static inline int
wide_check_encode(const struct ps_wide *w, struct wide_result *want, struct wide_result *got)
{
	static const unsigned columns[] = { 64, 76, 4, 72, 128 };
	uint32_t seed = 2;
	uint8_t p[WIDE_MAX];
	int failed = 0;

	for (size_t i = 0; i < WIDE_MAX; i++)
		p[i] = (uint8_t)wide_random(&seed);
	for (size_t i = 0; i < 5; i++) {
		const struct wide_case c = { WIDE_ENCODE, columns[i], i % 2 };

		failed += wide_compare(&c, w, p + i, WIDE_MAX - 10 * i, false, want, got);
		failed += wide_compare(&c, w, p + i, WIDE_SHORT, true, want, got);
		for (size_t n = 0; n <= WIDE_SHORT; n++)
			failed += wide_compare(&c, w, p, n, false, want, got);
	}
	return failed;
}

static inline int
wide_check_lines(const struct ps_wide *w, struct wide_result *want, struct wide_result *got)
{
	uint32_t seed = 3;
	uint8_t p[WIDE_MAX];
	int failed = 0;

	for (uint32_t rare = 1; rare < 200; rare = rare * 3 + 1)
		for (int lf = 0; lf < 2; lf++) {
			const struct wide_case c = { lf ? WIDE_TO_LF : WIDE_TO_CRLF, 0, false };

			wide_text(p, WIDE_MAX, rare, &seed);
			failed += wide_compare(&c, w, p, WIDE_MAX, false, want, got);
			failed += wide_compare(&c, w, p, WIDE_SHORT, true, want, got);
			for (size_t n = 0; n <= WIDE_SHORT; n++)
				failed += wide_compare(&c, w, p + n, n, false, want, got);
		}
	return failed;
}

/* --- the scans --- */

static inline size_t
wide_plain_pair(const uint8_t *p, size_t n, uint8_t a, uint8_t b)
{
	for (size_t i = 0; i + 1 < n; i++)
		if (p[i] == a && p[i + 1] == b)
			return i;
	return n;
}

static inline unsigned
wide_plain_look(const uint8_t *p, size_t n)
{
	unsigned seen = 0;

	for (size_t i = 0; i < n; i++) {
		if (p[i] == 0 || p[i] >= 127)
			seen |= PS_TEXT_ODD;
		if (i + 1 < n && p[i] == '\r' && p[i + 1] != '\n')
			seen |= PS_TEXT_BARE_CR;
		if (i + 1 < n && p[i] != '\r' && p[i + 1] == '\n')
			seen |= PS_TEXT_BARE_LF;
	}
	return seen;
}

static inline unsigned
wide_plain_fragile(const uint8_t *p, size_t n)
{
	unsigned seen = 0;

	for (size_t i = 0; i + 1 < n; i++) {
		if ((p[i] == ' ' || p[i] == '\t') && (p[i + 1] == '\r' || p[i + 1] == '\n'))
			seen |= PS_TEXT_BLANK;
		if (i + 2 < n && memcmp(p + i, "\nFr", 3) == 0)
			seen |= PS_TEXT_FROM;
	}
	return seen;
}

static inline size_t
wide_plain_above(const uint8_t *p, size_t n, uint8_t c)
{
	size_t count = 0;

	while (n-- > 0)
		count += p[n] > c;
	return count;
}

static inline int
wide_check_scan(const struct ps_wide *w, const uint8_t *p, size_t n)
{
	static const char pairs[][3] = { "\n-", "\r\n", "aa", "z\r", "\n\n" };
	int failed = 0;

	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		uint8_t a = (uint8_t)pairs[i][0], b = (uint8_t)pairs[i][1];

		failed += w->pair(p, n, a, b) != wide_plain_pair(p, n, a, b);
	}
	failed += w->look(p, n) != wide_plain_look(p, n);
	failed += w->look_fragile(p, n) != wide_plain_fragile(p, n);
	for (int c = 0; c < 256; c += 63)
		failed += w->count_above(p, n, (uint8_t)c) != wide_plain_above(p, n, (uint8_t)c);
	failed += w->count_above(p, n, 126) != wide_plain_above(p, n, 126);
	if (failed != 0)
		printf("a scan of %zu octets is wrong\n", n);
	return failed;
}

/* Every alignment and length, random octets, and each of a few pairs at each
 * place of a clean text. */
static inline int
wide_check_scans(const struct ps_wide *w)
{
	static const char bad[][4] = { "\r", "\n", "\r\n", "\nFr", " \r", "\t\n", "\x7f", "\x80",
	    "\n-", "\nFo", "\x01", "" };
	uint32_t seed = 4;
	uint8_t *block;
	int failed = 0;

	for (size_t n = 0; n <= WIDE_SHORT; n++)
		for (size_t turn = 0; turn < 24; turn++) {
			uint8_t *p = wide_block(n, (n + turn) % 64, &block);
			size_t len = turn % 12 == 11 ? 1 : strlen(bad[turn % 12]);

			wide_text(p, n, turn < 12 ? 3 + 40 * (uint32_t)turn : UINT32_MAX, &seed);
			if (turn >= 12 && n > len)
				memcpy(p + wide_random(&seed) % (n - len + 1), bad[turn % 12], len);
			failed += wide_check_scan(w, p, n);
			free(block);
		}
	return failed;
}

/* One octet throughout, so that a count goes as high as it can. */
static inline int
wide_check_long(const struct ps_wide *w)
{
	static uint8_t p[40000];
	int failed = 0;

	for (int c = 'a'; c < 256; c += 70) {
		memset(p, c, sizeof p);
		failed += wide_check_scan(w, p, sizeof p);
		p[sizeof p - 2] = '\n';
		p[sizeof p - 1] = '-';
		failed += wide_check_scan(w, p, sizeof p);
	}
	return failed;
}

/* wide_check answers how many comparisons failed, and says which. */
static inline int
wide_check(const struct ps_wide *w)
{
	struct wide_result *r = calloc(2, sizeof *r);
	int failed;

	if (r == NULL)
		abort();
	failed = wide_check_decode(w, r, r + 1) + wide_check_encode(w, r, r + 1) +
	    wide_check_lines(w, r, r + 1) + wide_check_scans(w) +
	    wide_check_long(w);
	free(r);
	return failed;
}

#endif
