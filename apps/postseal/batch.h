/* SPDX-License-Identifier: ISC */
#ifndef POSTSEAL_BATCH_H
#define POSTSEAL_BATCH_H

/*
 * Many messages with several threads. Each thread has equipment of its own; what is
 * said about a message is kept until those before it are told.
 */

#include "session.h"

/* What a verb gives: `make` fills `size` octets of zeros with what one thread needs
 * (struct session first) and returns an exit status; `one` is for a message. */
struct batch_verb {
	size_t	  size;
	int	(*make)(void *worker);
	void	(*clear)(void *worker);
	int	(*one)(void *worker, const char *path);
	/* A mail of a message, when an mbox is to be taken apart; then `one` is not. */
	int	(*mail)(void *worker, const struct message *m);
};

/* batch_wanted: are there several messages, and more than one thread for them? */
bool	batch_wanted(const struct session *s);
/* batch_run does all messages of the command line and returns the highest-ranking
 * exit status. `results`: where batch_results go, NULL: standard output. */
int	batch_run(struct session *s, const struct batch_verb *verb, ps_writer *results);

/* batch_results is where the thread's message puts its results now; NULL: where they
 * would go without a batch. */
ps_writer *batch_results(const struct session *s);
/* batch_relieve bounds what is kept: between two mails of one message. */
int	batch_relieve(struct session *s);

#endif
