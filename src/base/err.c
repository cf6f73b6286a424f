/* SPDX-License-Identifier: ISC */
/*
 * The chain of causes.
 *
 * A cause carries a code and typed arguments; its words are a template that
 * is filled only when somebody asks. So failing costs no memory, programs
 * need not parse sentences, and a translation can order them as it likes.
 */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "base/text.h"
#include "base/words.h"

ps_slice
ps_str(const char *s)
{
	return (ps_slice){ (const uint8_t *)s, s == NULL ? 0 : strlen(s) };
}

static void
keep_text(ps_err *err, ps_arg *arg, ps_slice text)
{
	size_t room = PS_ERR_POOL - err->used;

	arg->value = err->used;
	arg->length = (uint32_t)ps_text_escape(err->pool + err->used, room, text);
	err->used += arg->length;
}

static void
keep_args(ps_err *err, ps_cause *cause, va_list ap)
{
	const struct ps_value *v;

	for (size_t i = 0; i < PS_ERR_ARGS; i++) {
		v = va_arg(ap, const struct ps_value *);
		if (v == NULL)
			break;
		cause->arg[i].name = v->name;
		cause->arg[i].kind = v->kind;
		cause->arg[i].value = v->value;
		if (v->kind == PS_ARG_TEXT)
			keep_text(err, &cause->arg[i], v->text);
	}
}

static void
add_cause(ps_err *err, ps_code code, const char *where, uint64_t offset,
    const char *words, va_list ap)
{
	ps_cause *cause;

	/* When the chain is full the outermost view gives way, never the root. */
	if (err->n == PS_ERR_CAUSES)
		err->n--;
	cause = &err->cause[err->n++];
	memset(cause, 0, sizeof *cause);
	cause->code = code;
	cause->offset = offset;
	cause->where = where;
	cause->text = words;
	keep_args(err, cause, ap);
}

void
ps_fail_values(ps_err *err, ps_code code, const char *where, uint64_t offset,
    const char *words, ...)
{
	va_list ap;

	if (err == NULL)
		return;
	ps_err_clear(err);
	va_start(ap, words);
	add_cause(err, code, where, offset, words, ap);
	va_end(ap);
}

void
ps_because_values(ps_err *err, ps_code code, const char *where, uint64_t offset,
    const char *words, ...)
{
	va_list ap;

	if (err == NULL)
		return;
	va_start(ap, words);
	add_cause(err, code, where, offset, words, ap);
	va_end(ap);
}

void
ps_nomem_chain(ps_err *err, const char *where)
{
	ps_fail(err, PS_E_NOMEM, where, PS_NOWHERE, W_BASE_NOMEM);
}

static ps_code
errno_code(int no, ps_code otherwise)
{
	if (no == ENOSPC || no == EDQUOT || no == EFBIG)
		return PS_E_FULL;
	if (no == ENOMEM)
		return PS_E_NOMEM;
	if (no == EAGAIN || no == ETIMEDOUT || no == EMFILE || no == ENFILE)
		return PS_E_TEMPORARY;
	return otherwise;
}

/* strerror_r is of POSIX or of GNU, which differ in what they return. */
static const char *
posix_reason(int no, const char *buf)
{
	return no == 0 ? buf : "";
}

static const char *
gnu_reason(const char *text, const char *buf)
{
	(void)buf;
	return text;
}

#define REASON(made, buf) \
	_Generic((made), int: posix_reason, char *: gnu_reason)((made), (buf))

ps_code
ps_fail_errno(ps_err *err, ps_code otherwise, int no, const char *where,
    const char *words, const char *path)
{
	char reason[128];

	(void)posix_reason;
	(void)gnu_reason;
	return ps_fail(err, errno_code(no, otherwise), where, PS_NOWHERE, words,
	    PS_TEXT("path", path), PS_TEXT("reason",
	    REASON(strerror_r(no, reason, sizeof reason), reason)));
}

ps_code
ps_err_code(const ps_err *err)
{
	return err == NULL || err->n == 0 ? PS_OK : err->cause[err->n - 1].code;
}

void
ps_err_clear(ps_err *err)
{
	if (err == NULL)
		return;
	err->n = 0;
	err->used = 0;
}

const char *
ps_err_cause(const ps_err *err, unsigned i, char *out, size_t size)
{
	if (size == 0)
		return out;
	out[0] = '\0';
	if (err == NULL || i >= err->n)
		return out;
	ps_words_cause(out, size, err, &err->cause[i]);
	return out;
}

const char *
ps_err_format(const ps_err *err, char *out, size_t size)
{
	static const char because[] = "\n  because ";
	size_t used = 0;

	if (size == 0)
		return out;
	out[0] = '\0';
	if (err == NULL)
		return out;
	for (unsigned i = err->n; i-- > 0;) {
		if (used != 0 && used + sizeof because < size) {
			memcpy(out + used, because, sizeof because);
			used += sizeof because - 1;
		}
		ps_err_cause(err, i, out + used, size - used);
		used += strlen(out + used);
	}
	return out;
}
