/* SPDX-License-Identifier: ISC */
/*
 * A plain main around a fuzz target: every file that is named, and every file
 * below each folder that is named, is one input. So the corpus is replayed
 * with any compiler, and a finding is looked at in a debugger.
 *
 * usage: replay_TARGET [-v] FILE-OR-FOLDER...
 */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

static unsigned count;		/* nftw hands no argument on */
static int verbose;

static int
read_whole(const char *path, uint8_t **out, size_t *out_n)
{
	FILE *f = fopen(path, "rb");
	long n;
	int ok;

	if (f == NULL)
		return 0;
	ok = fseek(f, 0, SEEK_END) == 0 && (n = ftell(f)) >= 0 && fseek(f, 0, SEEK_SET) == 0;
	if (ok) {
		*out = malloc(n == 0 ? 1 : (size_t)n);	/* exactly: no slack behind it */
		*out_n = (size_t)n;
		ok = *out != NULL && fread(*out, 1, *out_n, f) == *out_n;
	}
	fclose(f);
	return ok;
}

static int
replay(const char *path, const struct stat *st, int kind, struct FTW *where)
{
	uint8_t *octets = NULL;
	size_t n = 0;

	(void)st;
	(void)where;
	if (kind != FTW_F)
		return 0;
	if (verbose)
		fprintf(stderr, "%s\n", path);
	if (!read_whole(path, &octets, &n)) {
		perror(path);
		free(octets);
		return 1;
	}
	LLVMFuzzerTestOneInput(octets, n);
	free(octets);
	count++;
	return 0;
}

int
main(int argc, char **argv)
{
	int first = 1;

	if (argc > 1 && strcmp(argv[1], "-v") == 0) {
		verbose = 1;
		first = 2;
	}
	for (int i = first; i < argc; i++)
		if (nftw(argv[i], replay, 16, FTW_PHYS) != 0) {
			fprintf(stderr, "replay: cannot read all of %s\n", argv[i]);
			return 1;
		}
	printf("%u inputs\n", count);
	return count == 0;
}
