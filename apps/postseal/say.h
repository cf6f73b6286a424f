/* SPDX-License-Identifier: ISC */
#ifndef POSTSEAL_SAY_H
#define POSTSEAL_SAY_H

/* Talk: all of it goes to standard error, one line a fact, in one form. */

#include <stdbool.h>
#include <stdio.h>

#include <postseal/base.h>

/* Exit statuses of our own; those of codes stand in the library's table. */
enum { EXIT_GOOD = 0, EXIT_USAGE = 2, EXIT_LATER = 4 };

#if defined(__GNUC__)
#define SAY_FORMAT(f, a)	__attribute__((format(printf, f, a)))
#else
#define SAY_FORMAT(f, a)
#endif

/* say writes "postseal: ", the text and a line end. */
void	say(const char *format, ...) SAY_FORMAT(1, 2);
/* say_into sends what this thread says to `f`, NULL: to standard error again.
 * say_stream is where it goes. */
void	say_into(FILE *f);
FILE	*say_stream(void);
/* say_usage writes what is wrong with the command line of `verb` and where to
 * read more; returns EXIT_USAGE. */
int	say_usage(const char *verb, const char *format, ...) SAY_FORMAT(2, 3);
/* say_chain writes "postseal: label: chain of causes"; returns the exit
 * status that belongs to `code`. */
int	say_chain(const char *label, ps_code code, const ps_err *err);
/* say_nomem says that memory is out; returns EXIT_LATER. */
int	say_nomem(void);
/* say_label is what a person calls the input or output `path`. */
const char *say_label(const char *path);

/* worse returns the higher-ranking of two exit statuses. */
int	worse(int a, int b);
/* colours: is `fd` a terminal whose user did not object to colour? */
bool	colours(int fd);

#endif
