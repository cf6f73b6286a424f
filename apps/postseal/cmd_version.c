/* SPDX-License-Identifier: ISC */
/*
 * postseal version: what is in this build, and what is not.
 */
#include <string.h>

#include <postseal/postseal.h>

#include "command.h"
#include "text.h"

enum { NAMES = 16384, COLUMNS = 80, INDENT = 20 };

/* One name on its way to a table of kinds; `line` is "kind name". */
static void
put_name(const char *line, size_t n, const char **last, size_t *column)
{
	size_t kind = strcspn(line, " ");
	size_t name = n > kind ? n - kind - 1 : 0;

	if (*last == NULL || strncmp(*last, line, kind + 1) != 0) {
		printf("%s  %-*.*s", *last == NULL ? "" : "\n", INDENT - 2, (int)kind, line);
		*column = INDENT;
	} else if (*column + 1 + name >= COLUMNS) {
		printf("\n%*s", INDENT, "");
		*column = INDENT;
	} else {
		putchar(' ');
		*column += 1;
	}
	printf("%.*s", (int)name, line + kind + 1);
	*column += name;
	*last = line;
}

static void
put_names(const char *text)
{
	const char *last = NULL;
	size_t column = 0;

	while (*text != '\0') {
		size_t n = strcspn(text, "\n");

		if (n > 0 && memchr(text, ' ', n) != NULL)
			put_name(text, n, &last, &column);
		text += n + (text[n] == '\n');
	}
	if (last != NULL)
		putchar('\n');
}

int
cmd_version(const struct options *o)
{
	char names[NAMES];
	uint32_t v = ps_version();

	(void)o;
	printf("postseal %u.%u.%u\n", v >> 16, v >> 8 & 255U, v & 255U);
	fputs(V_PARTS V_ALGORITHMS, stdout);
	put_names(ps_alg_names(names, sizeof names));
	if (strstr(names, " ml-kem-768\n") == NULL)
		fputs(V_NO_QUANTUM, stdout);
	return flush_stdout();
}
