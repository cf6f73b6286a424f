/* SPDX-License-Identifier: ISC */
/*
 * JSON out: objects of one level are all that lists need.
 */
#include "json.h"

#include <stdio.h>
#include <time.h>

static void
put_string(const char *s)
{
	putchar('"');
	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		if (c < 0x20)
			printf("\\u%04x", c);
		else {
			if (c == '"' || c == '\\')
				putchar('\\');
			putchar(c);
		}
	}
	putchar('"');
}

static void
put_name(struct json *j, const char *name)
{
	fputs(j->some ? ", " : "", stdout);
	j->some = 1;
	put_string(name);
	fputs(": ", stdout);
}

void
json_begin(struct json *j)
{
	j->some = 0;
	fputs("{ ", stdout);
}

void
json_end(struct json *j)
{
	(void)j;
	fputs(" }\n", stdout);
}

void
json_text(struct json *j, const char *name, const char *value)
{
	put_name(j, name);
	if (value == NULL)
		fputs("null", stdout);
	else
		put_string(value);
}

void
json_number(struct json *j, const char *name, int64_t value)
{
	put_name(j, name);
	printf("%lld", (long long)value);
}

void
json_flag(struct json *j, const char *name, int value)
{
	put_name(j, name);
	fputs(value ? "true" : "false", stdout);
}

void
json_time(struct json *j, const char *name, int64_t value)
{
	char text[24];

	json_text(j, name, value == INT64_MIN ? NULL : time_text(value, 0, text));
}

void
json_words(struct json *j, const char *name, const char *const *words, unsigned bits)
{
	const char *between = "";

	put_name(j, name);
	putchar('[');
	for (; bits != 0; bits >>= 1, words++)
		if ((bits & 1) != 0) {
			fputs(between, stdout);
			put_string(*words);
			between = ", ";
		}
	putchar(']');
}

const char *
time_text(int64_t t, int day, char out[24])
{
	time_t when = (time_t)t;
	struct tm tm;

	if (gmtime_r(&when, &tm) == NULL ||
	    strftime(out, 24, day ? "%Y-%m-%d" : "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		out[0] = '\0';
	return out;
}
