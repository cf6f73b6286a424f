/* SPDX-License-Identifier: ISC */
#ifndef PS_BASE_WORDS_H
#define PS_BASE_WORDS_H

/*
 * What a person reads. Each layer keeps its sentences in its own words.h as
 * W_<LAYER>_<NAME>, marked PS_N_ for the translators' tool; nobody writes a
 * sentence anywhere else. A template names its arguments: "{path}: {reason}".
 * ps_words_expand is our own small expander, so no format string ever comes
 * from outside.
 */

#include <stdarg.h>

#include "base/err.h"

#define PS_N_(text)	text

/* ps_words_cause writes the words of one cause, its offset included. */
void ps_words_cause(char *out, size_t size, const ps_err *err,
    const ps_cause *cause);

/*
 * ps_words_expand fills the (translated) template `text` from up to eight
 * struct ps_value pointers, ended by NULL; always terminates. Texts are
 * escaped. Returns the length written.
 */
#define ps_words(out, size, ...) \
	ps_words_expand((out), (size), __VA_ARGS__, (const struct ps_value *)NULL)
size_t ps_words_expand(char *out, size_t size, const char *text, ...);
size_t ps_words_vexpand(char *out, size_t size, const char *text, va_list ap);

#define W_BASE_NOMEM	PS_N_("the memory of this machine is used up; close other programs or lower the limits")
#define W_BASE_LIMIT_NAME PS_N_("there is no limit named {name}")
#define W_BASE_NO_TTY	PS_N_("there is no terminal to ask for the {what}; use --passphrase-file or --passphrase-fd")
#define W_BASE_SECRET_READ PS_N_("cannot read the passphrase from {path}: {reason}")
#define W_BASE_SECRET_LONG PS_N_("the passphrase in {path} is longer than 4096 octets")
#define W_BASE_FILE_OPEN PS_N_("cannot open {path}: {reason}")
#define W_BASE_BUF_MAX	PS_N_("more than the {max} octets that are allowed here")

#endif
