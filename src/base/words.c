/* SPDX-License-Identifier: ISC */
/*
 * Templates and their arguments become sentences.
 */
#include "base/words.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#ifdef PS_NLS
#include <libintl.h>
#endif

#include "base/clock.h"
#include "base/text.h"

enum { MAX_VALUES = 8 };

struct sink {
	char	*out;
	size_t	 size, used;
};

static void
put(struct sink *s, const char *p, size_t n)
{
	size_t room = s->size - s->used - 1;

	if (n > room)
		n = ps_text_cut(p, room);
	memcpy(s->out + s->used, p, n);
	s->used += n;
	s->out[s->used] = '\0';
}

static const char *
translated(const char *text)
{
#ifdef PS_NLS
	return dgettext("postseal", text);
#else
	return text;
#endif
}

static void
put_value(struct sink *s, const struct ps_value *v)
{
	char buf[64];

	switch (v->kind) {
	case PS_ARG_TEXT:
		put(s, (const char *)v->text.p, v->text.n);
		break;
	case PS_ARG_NUMBER:
		snprintf(buf, sizeof buf, "%" PRIu64, v->value);
		put(s, buf, strlen(buf));
		break;
	case PS_ARG_TIME:
		ps_clock_format((int64_t)v->value, buf, sizeof buf);
		put(s, buf, strlen(buf));
		break;
	default:
		break;
	}
}

static const struct ps_value *
find_value(const struct ps_value *values, size_t n, const char *name,
    size_t length)
{
	for (size_t i = 0; i < n; i++)
		if (strlen(values[i].name) == length &&
		    memcmp(values[i].name, name, length) == 0)
			return &values[i];
	return NULL;
}

static size_t
expand(char *out, size_t size, const char *text, const struct ps_value *values,
    size_t n)
{
	struct sink s = { out, size, 0 };
	const struct ps_value *v;
	const char *open, *close;

	if (size == 0)
		return 0;
	out[0] = '\0';
	text = translated(text);
	while ((open = strchr(text, '{')) != NULL &&
	    (close = strchr(open, '}')) != NULL) {
		put(&s, text, (size_t)(open - text));
		v = find_value(values, n, open + 1, (size_t)(close - open - 1));
		if (v != NULL)
			put_value(&s, v);
		text = close + 1;
	}
	put(&s, text, strlen(text));
	return s.used;
}

size_t
ps_words_vexpand(char *out, size_t size, const char *text, va_list ap)
{
	struct ps_value values[MAX_VALUES];
	char escaped[MAX_VALUES][512];
	const struct ps_value *v;
	size_t n = 0;

	while (n < MAX_VALUES &&
	    (v = va_arg(ap, const struct ps_value *)) != NULL) {
		values[n] = *v;
		if (v->kind == PS_ARG_TEXT) {
			values[n].text.n = ps_text_escape(escaped[n],
			    sizeof escaped[n], v->text);
			values[n].text.p = (const uint8_t *)escaped[n];
		}
		n++;
	}
	return expand(out, size, text, values, n);
}

size_t
ps_words_expand(char *out, size_t size, const char *text, ...)
{
	size_t n;
	va_list ap;

	va_start(ap, text);
	n = ps_words_vexpand(out, size, text, ap);
	va_end(ap);
	return n;
}

void
ps_words_cause(char *out, size_t size, const ps_err *err, const ps_cause *cause)
{
	struct ps_value values[PS_ERR_ARGS];
	size_t n, used;

	for (n = 0; n < PS_ERR_ARGS && cause->arg[n].kind != PS_ARG_NONE; n++) {
		values[n] = (struct ps_value){ .name = cause->arg[n].name,
		    .kind = cause->arg[n].kind, .value = cause->arg[n].value };
		if (values[n].kind == PS_ARG_TEXT)
			values[n].text = (ps_slice){
			    (const uint8_t *)err->pool + cause->arg[n].value,
			    cause->arg[n].length };
	}
	used = expand(out, size, cause->text, values, n);
	if (cause->offset != PS_NOWHERE && used < size)
		snprintf(out + used, size - used, " (%s, octet %" PRIu64 ")",
		    cause->where, cause->offset);
}
