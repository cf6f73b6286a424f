/* SPDX-License-Identifier: ISC */
/*
 * Talk.
 *
 * A line is put together before it is written, so that the lines of several
 * processes that share a terminal or a log do not mix.
 */
#include "say.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "text.h"

enum { LINE = 8192 };

/* Of the thread: whoever says something deep below knows nothing of batches. */
static _Thread_local FILE *stream;

void
say_into(FILE *f)
{
	stream = f;
}

FILE *
say_stream(void)
{
	return stream != NULL ? stream : stderr;
}

void
say(const char *format, ...)
{
	char line[LINE];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(line, sizeof line, format, ap);
	va_end(ap);
	fprintf(say_stream(), "postseal: %s\n", line);
}

int
say_usage(const char *verb, const char *format, ...)
{
	char line[LINE];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(line, sizeof line, format, ap);
	va_end(ap);
	fprintf(stderr, "postseal: %s: %s" T_SEE_HELP "\n", verb, line, verb);
	return EXIT_USAGE;
}

int
say_chain(const char *label, ps_code code, const ps_err *err)
{
	const ps_code_row *row = ps_code_info(code);
	char text[LINE];

	ps_err_format(err, text, sizeof text);
	say(T_FILE, label, text[0] != '\0' ? text : row->sentence);
	return row->exit_status;
}

int
say_nomem(void)
{
	say("%s", T_NO_MEMORY);
	return EXIT_LATER;
}

const char *
say_label(const char *path)
{
	return path == NULL || strcmp(path, "-") == 0 ? T_STDIN_NAME : path;
}

int
worse(int a, int b)
{
	return a > b ? a : b;
}

bool
colours(int fd)
{
	const char *no = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	if (no != NULL && no[0] != '\0')
		return false;
	return term != NULL && strcmp(term, "dumb") != 0 && isatty(fd) == 1;
}
