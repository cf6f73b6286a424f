/* SPDX-License-Identifier: ISC */
#ifndef POSTSEAL_PROGRESS_H
#define POSTSEAL_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/* A bar on the terminal while a long input is worked on. */
struct progress {
	bool	 wanted;	/* a person looks at it */
	bool	 shown;
	int64_t	 begun, drawn;	/* milliseconds */
};

/* progress_begin decides whether there is anybody to show a bar to;
 * `data_shows`: the output itself goes to the terminal. */
void	progress_begin(struct progress *p, bool data_shows);
/* progress_tick is the library's ps_progress_fn, `arg` a struct progress. */
int	progress_tick(void *arg, uint64_t done, uint64_t whole);
/* progress_end takes the bar away. */
void	progress_end(struct progress *p);

/*
 * A signal that would end us asks for a stop, so that no file beside a target
 * stays. The second one ends us at once, and so do a few seconds in which
 * nothing came to stop at. interruption_raise ends the program by the signal
 * that came, if one came.
 */
void	interruption_catch(void);
bool	interrupted(void);
void	interruption_raise(void);
void	ignore_closed_pipes(void);

#endif
