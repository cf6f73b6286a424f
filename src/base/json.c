/* SPDX-License-Identifier: ISC */
/*
 * JSON, written. The library prints its verdict itself, so that the command,
 * the gateway and other programs say the same, and need no JSON library for it.
 */
#include "base/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

void
ps_json_init(struct ps_json *j, struct ps_buf *out)
{
	*j = (struct ps_json){ .out = out };
}

ps_code
ps_json_finish(struct ps_json *j, ps_err *err)
{
	return j->code == PS_OK ? PS_OK : ps_nomem(err, "base.json");
}

static void
put(struct ps_json *j, const char *p, size_t n)
{
	if (j->code == PS_OK)
		j->code = ps_buf_add(j->out, (ps_slice){ (const uint8_t *)p, n }, NULL);
}

static void
before_value(struct ps_json *j)
{
	if (j->comma)
		put(j, ",", 1);
	j->comma = true;
}

void
ps_json_open(struct ps_json *j, char bracket)
{
	before_value(j);
	put(j, &bracket, 1);
	j->comma = false;
}

void
ps_json_close(struct ps_json *j, char bracket)
{
	put(j, &bracket, 1);
	j->comma = true;
}

/* RFC 8259, 7: the quotation mark, the reverse solidus, control characters. */
static void
put_string(struct ps_json *j, ps_slice s)
{
	char escape[8];

	put(j, "\"", 1);
	for (size_t i = 0, run; i < s.n; i += run) {
		for (run = 0; i + run < s.n && s.p[i + run] >= 0x20 && s.p[i + run] != '"' &&
		    s.p[i + run] != '\\'; run++)
			;
		put(j, (const char *)s.p + i, run);
		if (i + run == s.n)
			break;
		snprintf(escape, sizeof escape, "\\u%04x", (unsigned)s.p[i + run]);
		put(j, escape, 6);
		run++;
	}
	put(j, "\"", 1);
}

void
ps_json_key(struct ps_json *j, const char *key)
{
	before_value(j);
	put_string(j, ps_str(key));
	put(j, ":", 1);
	j->comma = false;
}

void
ps_json_slice(struct ps_json *j, ps_slice s)
{
	size_t room = 4 * s.n + 4;
	char *escaped = malloc(room);

	before_value(j);
	if (escaped == NULL) {
		j->code = PS_E_NOMEM;
		return;
	}
	put_string(j, (ps_slice){ (const uint8_t *)escaped, ps_text_escape(escaped, room, s) });
	free(escaped);
}

void
ps_json_name(struct ps_json *j, const char *name)
{
	if (name == NULL) {
		ps_json_null(j);
		return;
	}
	before_value(j);
	put_string(j, ps_str(name));
}

void
ps_json_text(struct ps_json *j, const char *s)
{
	if (s == NULL)
		ps_json_null(j);
	else
		ps_json_slice(j, ps_str(s));
}

void
ps_json_hex(struct ps_json *j, ps_slice s)
{
	char *hex;

	if (s.n == 0) {
		ps_json_null(j);
		return;
	}
	before_value(j);
	if ((hex = malloc(2 * s.n + 1)) == NULL) {
		j->code = PS_E_NOMEM;
		return;
	}
	ps_text_hex(hex, s);
	put_string(j, ps_str(hex));
	free(hex);
}

void
ps_json_number(struct ps_json *j, uint64_t n)
{
	char text[24];

	before_value(j);
	snprintf(text, sizeof text, "%" PRIu64, n);
	put(j, text, strlen(text));
}

void
ps_json_bool(struct ps_json *j, bool v)
{
	before_value(j);
	put(j, v ? "true" : "false", v ? 4 : 5);
}

void
ps_json_null(struct ps_json *j)
{
	before_value(j);
	put(j, "null", 4);
}

void
ps_json_time(struct ps_json *j, int64_t t)
{
	char text[32];

	ps_clock_format(t, text, sizeof text);
	before_value(j);
	put_string(j, ps_str(text));
}
