/* SPDX-License-Identifier: ISC */
/*
 * The thread, and the one lock between it and its owner.
 *
 * A piece is a window of a hundred KiB, so a lock and a wake-up each cost
 * nothing that could be measured, and no cleverer way of sharing is needed.
 * Signals stay with the owner: a program that stops at one expects so.
 */
#include "stream/helper.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "stream/words.h"

struct ps_helper {
	pthread_t	 thread;
	pthread_mutex_t	 lock;
	pthread_cond_t	 work, done;
	struct ps_job	*job[PS_JOBS];
	unsigned	 turn;		/* who is asked first */
	bool		 stop;
};

/* The job whose turn it is, in turn: none waits for another's whole. */
static struct ps_job *
next_ready(struct ps_helper *h)
{
	for (unsigned i = 0; i < PS_JOBS; i++) {
		struct ps_job *job = h->job[(h->turn + i) % PS_JOBS];

		if (job != NULL && !job->busy && job->ready(job)) {
			h->turn = (h->turn + i + 1) % PS_JOBS;
			return job;
		}
	}
	return NULL;
}

static void
wait_for_piece(struct ps_helper *h)
{
	(void)pthread_cond_wait(&h->done, &h->lock);
}

static void
do_piece(struct ps_helper *h, struct ps_job *job)
{
	job->busy = true;
	ps_helper_unlock(h);
	job->run(job);
	ps_helper_lock(h);
	job->busy = false;
	job->done(job);
	(void)pthread_cond_signal(&h->done);
}

static void *
help(void *arg)
{
	struct ps_helper *h = arg;
	struct ps_job *job;

	ps_helper_lock(h);
	while (!h->stop)
		if ((job = next_ready(h)) != NULL)
			do_piece(h, job);
		else
			(void)pthread_cond_wait(&h->work, &h->lock);
	ps_helper_unlock(h);
	return NULL;
}

static int
start(struct ps_helper *h)
{
	sigset_t all, before;
	int no;

	(void)sigfillset(&all);
	if ((no = pthread_sigmask(SIG_SETMASK, &all, &before)) != 0)
		return no;
	no = pthread_create(&h->thread, NULL, help, h);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return no;
}

static void
destroy(struct ps_helper *h)
{
	(void)pthread_cond_destroy(&h->done);
	(void)pthread_cond_destroy(&h->work);
	(void)pthread_mutex_destroy(&h->lock);
	free(h);
}

ps_code
ps_helper_new(struct ps_helper **out, ps_err *err)
{
	struct ps_helper *h = calloc(1, sizeof *h);
	int no;

	if (h == NULL)
		return ps_nomem(err, "stream.helper");
	(void)pthread_mutex_init(&h->lock, NULL);
	(void)pthread_cond_init(&h->work, NULL);
	(void)pthread_cond_init(&h->done, NULL);
	if ((no = start(h)) != 0) {
		destroy(h);
		return ps_fail(err, PS_E_TEMPORARY, "stream.helper", PS_NOWHERE,
		    W_STREAM_THREAD, PS_NUMBER("number", (uint64_t)no));
	}
	*out = h;
	return PS_OK;
}

void
ps_helper_free(struct ps_helper *h)
{
	if (h == NULL)
		return;
	ps_helper_lock(h);
	h->stop = true;
	ps_helper_wake(h);
	ps_helper_unlock(h);
	(void)pthread_join(h->thread, NULL);
	destroy(h);
}

void
ps_helper_add(struct ps_helper *h, struct ps_job *job)
{
	unsigned i = 0;

	ps_helper_lock(h);
	while (i < PS_JOBS && h->job[i] != NULL)
		i++;
	assert(i < PS_JOBS);
	h->job[i] = job;
	ps_helper_wake(h);
	ps_helper_unlock(h);
}

void
ps_helper_remove(struct ps_helper *h, struct ps_job *job)
{
	ps_helper_lock(h);
	for (unsigned i = 0; i < PS_JOBS; i++)
		if (h->job[i] == job)
			h->job[i] = NULL;
	while (job->busy)
		wait_for_piece(h);
	ps_helper_unlock(h);
}

void
ps_helper_lock(struct ps_helper *h)
{
	(void)pthread_mutex_lock(&h->lock);
}

void
ps_helper_unlock(struct ps_helper *h)
{
	(void)pthread_mutex_unlock(&h->lock);
}

void
ps_helper_wake(struct ps_helper *h)
{
	(void)pthread_cond_signal(&h->work);
}

void
ps_helper_assist(struct ps_helper *h, struct ps_job *job)
{
	if (!job->busy && job->ready(job))
		do_piece(h, job);
	else
		wait_for_piece(h);
}
