/* SPDX-License-Identifier: ISC */
#ifndef POSTSEAL_OUTPUT_H
#define POSTSEAL_OUTPUT_H

/* Where data goes. */

#include <stdbool.h>

#include <postseal/postseal.h>

struct output {
	ps_writer	*writer;
	const char	*label;		/* what a person calls it */
	int		 fd;		/* ours to close, -1: none */
};

/*
 * output_open: NULL and "-" are standard output; a regular file, or a name that
 * nothing has yet, is written beside and replaced when finished; a FIFO or a
 * device is written through. Returns an exit status after saying what is wrong.
 */
int	output_open(struct output *out, const char *path);
/* output_finish: whole and good. Returns an exit status as above. */
int	output_finish(struct output *out);
/* output_close abandons what was not finished; fine on zeroed storage that
 * output_open never saw, when fd is -1. */
void	output_close(struct output *out);
/* failed_place is what to name for `code`: the output when it is about writing,
 * else the input `path`. */
const char *failed_place(const struct output *out, const char *path, ps_code code);
/* write_label writes "path:" on a line of its own. */
ps_code	write_label(ps_writer *w, const char *path, ps_err *err);
/* is_terminal: does `path` (NULL and "-": standard output) show on one? */
bool	is_terminal(const char *path);

#endif
