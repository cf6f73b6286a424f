/* SPDX-License-Identifier: ISC */
/*
 * How fast the loops of src/stream/wide.h are at each level that this machine
 * has: gigabytes of input a second, best of some turns over 64 KiB that lie in
 * the cache. By hand, from the root of the tree and after ./run build:
 *
 *	cc -std=c11 -D_GNU_SOURCE -O2 -Iinclude -Isrc bench/steps.c \
 *	    build/src/stream/libps_stream.a build/src/base/libps_base.a -lz -o build/steps
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "stream/wide.h"

enum { N = 65536, ROOM = 3 * N, TURNS = 9, EACH = 300 };

struct bench {
	const struct ps_wide *w;
	uint8_t		 octets[N];	/* random */
	uint8_t		 base64[2 * N];
	size_t		 base64_n;
	uint8_t		 text[N];	/* lines of 76, CRLF */
	uint8_t		 unix_text[N];
	uint8_t		 out[ROOM];
};

static void
run(struct ps_step *s, const uint8_t *in, size_t n, uint8_t *out)
{
	struct ps_step_io io = { .in = in, .in_end = in + n, .out = out, .out_end = out + ROOM };

	s->ops->init(s);
	if (s->ops->run(s, &io, NULL) != PS_OK || io.in != io.in_end)
		abort();
}

static size_t
encode(struct bench *b, unsigned columns)
{
	struct ps_b64enc s;

	ps_b64enc_init(&s, false);
	s.columns = columns;
	s.wide = b->w;
	run(&s.step, b->octets, N, b->out);
	return N;
}

static size_t
encode_64(struct bench *b)
{
	return encode(b, 64);
}

static size_t
encode_76(struct bench *b)
{
	return encode(b, 76);
}

static size_t
decode(struct bench *b)
{
	struct ps_b64dec s;

	ps_b64dec_init(&s);
	s.wide = b->w;
	run(&s.step, b->base64, b->base64_n, b->out);
	return b->base64_n;
}

static size_t
lines(struct bench *b, const uint8_t *in, bool to_lf)
{
	struct ps_eol s;

	ps_eol_init(&s, to_lf);
	s.wide = b->w;
	run(&s.step, in, N, b->out);
	return N;
}

static size_t
crlf_kept(struct bench *b)
{
	return lines(b, b->text, false);
}

static size_t
lf_to_crlf(struct bench *b)
{
	return lines(b, b->unix_text, false);
}

static size_t
crlf_to_lf(struct bench *b)
{
	return lines(b, b->text, true);
}

static size_t
boundary(struct bench *b)
{
	if (b->w->pair(b->text, N, '\n', '-') != N)
		abort();
	return N;
}

static size_t
look(struct bench *b)
{
	if (b->w->look(b->text, N) != 0)
		abort();
	return N;
}

static size_t
fragile(struct bench *b)
{
	if (b->w->look_fragile(b->text, N) != 0)
		abort();
	return N;
}

static const struct {
	const char	*name;
	unsigned	 columns;	/* of the text to decode */
	size_t		(*run)(struct bench *b);
} tests[] = {
	{ "encode, 64 columns", 64, encode_64 },
	{ "encode, 76 columns", 64, encode_76 },
	{ "decode, 64 columns", 64, decode },
	{ "decode, 76 columns", 76, decode },
	{ "CRLF kept", 64, crlf_kept },
	{ "LF to CRLF", 64, lf_to_crlf },
	{ "CRLF to LF", 64, crlf_to_lf },
	{ "boundary search", 64, boundary },
	{ "what 7bit forbids", 64, look },
	{ "what relays change", 64, fragile },
};

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double
measure(struct bench *b, size_t (*f)(struct bench *b))
{
	double best = 0;

	for (int turn = 0; turn < TURNS; turn++) {
		double start = now(), rate;
		size_t n = 0;

		for (int i = 0; i < EACH; i++)
			n += f(b);
		rate = (double)n / (now() - start) * 1e-9;
		best = rate > best ? rate : best;
	}
	return best;
}

static void
fill(struct bench *b)
{
	uint32_t r = 1;

	for (size_t i = 0; i < N; i++) {
		r = r * 1664525u + 1013904223u;
		b->octets[i] = (uint8_t)(r >> 24);
		b->text[i] = i % 78 == 76 ? '\r' : i % 78 == 77 ? '\n' :
		    (uint8_t)('a' + (r >> 24) % 26);
		b->unix_text[i] = i % 77 == 76 ? '\n' : (uint8_t)('a' + (r >> 24) % 26);
	}
}

static void
fill_base64(struct bench *b, unsigned columns)
{
	const struct ps_wide *w = b->w;

	b->w = &ps_wide_portable;
	encode(b, columns);
	b->w = w;
	b->base64_n = N / 3 * 4;
	memcpy(b->base64, b->out, b->base64_n);
}

int
main(void)
{
	struct bench *b = calloc(1, sizeof *b);

	if (b == NULL)
		return 1;
	fill(b);
	printf("%-20s", "GB/s");
	for (enum ps_cpu l = PS_CPU_PORTABLE; l <= PS_CPU_NEON; l++)
		if (ps_cpu_limited(ps_cpu_name(l)) == l)
			printf("%16s", ps_cpu_name(l));
	for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++) {
		double portable = 0;

		printf("\n%-20s", tests[i].name);
		fill_base64(b, tests[i].columns);
		for (enum ps_cpu l = PS_CPU_PORTABLE; l <= PS_CPU_NEON; l++) {
			double rate;

			if (ps_cpu_limited(ps_cpu_name(l)) != l)
				continue;
			b->w = ps_wide_of(l);
			rate = measure(b, tests[i].run);
			portable = l == PS_CPU_PORTABLE ? rate : portable;
			printf("%8.2f (%4.1fx)", rate, rate / portable);
		}
	}
	printf("\n");
	free(b);
	return 0;
}
