/* SPDX-License-Identifier: ISC */
/*
 * Writes a MIME entity of about so many octets, always the same one: three
 * tenths text in words, seven tenths an attachment in base64 lines of 76, in a
 * multipart/mixed with CRLF. That is the mix of a mail with a big attachment,
 * and no input gives an advantage to who compresses or guesses.
 *
 * usage: message OCTETS
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BOUNDARY	"=_bench"

struct source {
	uint64_t	 state;		/* of xorshift64 */
	uint64_t	 written;
};

static uint64_t
next(struct source *s)
{
	s->state ^= s->state << 13;
	s->state ^= s->state >> 7;
	s->state ^= s->state << 17;
	return s->state;
}

static void
put(struct source *s, const char *text, size_t n)
{
	if (fwrite(text, 1, n, stdout) != n) {
		perror("message");
		exit(1);
	}
	s->written += n;
}

static void
put_lines(struct source *s, const char *text)
{
	put(s, text, strlen(text));
}

/* Words of 2 to 9 letters to a length between 40 and 72. */
static void
put_words(struct source *s)
{
	char line[80];
	size_t end = 40 + next(s) % 32, n = 0;

	while (n < end) {
		uint64_t r = next(s);

		for (uint64_t letters = 2 + r % 8; letters > 0; letters--, r >>= 5)
			line[n++] = (char)('a' + r % 26);
		line[n++] = ' ';
	}
	memcpy(&line[n - 1], "\r\n", 2);	/* in place of the last blank */
	put(s, line, n + 1);
}

static void
put_base64(struct source *s)
{
	static const char digit[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char line[78];

	for (size_t i = 0; i < 76; ) {
		uint64_t r = next(s);

		for (int k = 0; k < 10 && i < 76; k++, r >>= 6)
			line[i++] = digit[r & 63];
	}
	memcpy(&line[76], "\r\n", 2);
	put(s, line, sizeof line);
}

static void
write_message(struct source *s, uint64_t octets)
{
	put_lines(s, "MIME-Version: 1.0\r\n"
	    "Content-Type: multipart/mixed; boundary=\"" BOUNDARY "\"\r\n\r\n"
	    "--" BOUNDARY "\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n");
	while (s->written < octets / 10 * 3)
		put_words(s);
	put_lines(s, "--" BOUNDARY "\r\nContent-Type: application/octet-stream\r\n"
	    "Content-Transfer-Encoding: base64\r\n"
	    "Content-Disposition: attachment; filename=\"blob\"\r\n\r\n");
	while (s->written + 100 < octets)
		put_base64(s);
	put_lines(s, "--" BOUNDARY "--\r\n");
}

int
main(int argc, char **argv)
{
	struct source s = { .state = 0x2545F4914F6CDD1D };

	if (argc != 2) {
		(void)fprintf(stderr, "usage: message OCTETS\n");
		return 2;
	}
	write_message(&s, strtoull(argv[1], NULL, 10));
	return fflush(stdout) == 0 ? 0 : 1;
}
