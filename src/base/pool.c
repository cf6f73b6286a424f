/* SPDX-License-Identifier: ISC */
/*
 * Many messages at once.
 *
 * Jobs are begun in their order and told in their order; in between they end as
 * they like. What ended early waits for those before it, and so that not much
 * waits, nobody begins a job that is far ahead. The caller's thread works too: a
 * system that gives no more threads does the same work, only later.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/err.h"

enum { THREADS_MAX = 256, AHEAD = 16 };	/* AHEAD: jobs for each thread */

struct ps_pool {
	pthread_mutex_t	 lock;
	pthread_cond_t	 moved;		/* `first` did, or nothing more begins */
	ps_pool_fn	 work, ended;
	void		*arg;
	size_t		 n, next, first;	/* first: that was not told */
	size_t		 ahead;
	bool		*over;		/* of `ahead` jobs: by number modulo that */
	bool		 stop, telling;
	unsigned	 nthread;	/* numbers given */
};

unsigned
ps_pool_size(unsigned threads, size_t n)
{
	long online = threads == 0 ? sysconf(_SC_NPROCESSORS_ONLN) : (long)threads;

	if (online < 1)
		online = 1;
	if (online > THREADS_MAX)
		online = THREADS_MAX;
	return n < (size_t)online ? (n == 0 ? 1 : (unsigned)n) : (unsigned)online;
}

/* With the lock held. Whoever ends the first job tells it, and all behind it that
 * ended meanwhile. */
static void
tell(struct ps_pool *p, unsigned thread)
{
	if (p->telling)
		return;
	p->telling = true;
	while (p->first < p->next && p->over[p->first % p->ahead]) {
		size_t job = p->first;

		(void)pthread_mutex_unlock(&p->lock);
		if (p->ended != NULL)
			(void)p->ended(p->arg, p, thread, job);
		(void)pthread_mutex_lock(&p->lock);
		p->over[job % p->ahead] = false;
		p->first++;
		(void)pthread_cond_broadcast(&p->moved);
	}
	p->telling = false;
}

/* With the lock held. false: nothing is left to begin. */
static bool
begin(struct ps_pool *p, size_t *out)
{
	while (!p->stop && p->next < p->n && p->next - p->first >= p->ahead)
		(void)pthread_cond_wait(&p->moved, &p->lock);
	if (p->stop || p->next == p->n)
		return false;
	*out = p->next++;
	return true;
}

static void *
run(void *arg)
{
	struct ps_pool *p = arg;
	unsigned thread;
	size_t job;

	(void)pthread_mutex_lock(&p->lock);
	thread = p->nthread++;
	while (begin(p, &job)) {
		int answer;

		(void)pthread_mutex_unlock(&p->lock);
		answer = p->work(p->arg, p, thread, job);
		(void)pthread_mutex_lock(&p->lock);
		if (answer != 0) {
			p->stop = true;
			(void)pthread_cond_broadcast(&p->moved);
		}
		p->over[job % p->ahead] = true;
		tell(p, thread);
	}
	(void)pthread_mutex_unlock(&p->lock);
	return NULL;
}

void
ps_pool_wait(ps_pool *p, size_t job)
{
	(void)pthread_mutex_lock(&p->lock);
	while (p->first < job)
		(void)pthread_cond_wait(&p->moved, &p->lock);
	(void)pthread_mutex_unlock(&p->lock);
}

static void
run_all(struct ps_pool *p, pthread_t *thread, unsigned n)
{
	unsigned made = 0;

	while (made + 1 < n && pthread_create(&thread[made], NULL, run, p) == 0)
		made++;
	(void)run(p);
	while (made > 0)
		(void)pthread_join(thread[--made], NULL);
}

ps_code
ps_pool_run(unsigned threads, size_t n, ps_pool_fn work, ps_pool_fn ended, void *arg, ps_err *err)
{
	unsigned size = ps_pool_size(threads, n);
	struct ps_pool p = { .lock = PTHREAD_MUTEX_INITIALIZER,
	    .moved = PTHREAD_COND_INITIALIZER, .work = work, .ended = ended, .arg = arg,
	    .n = n, .ahead = (size_t)size * AHEAD };
	pthread_t *thread = calloc(size, sizeof *thread);

	p.over = calloc(p.ahead, sizeof *p.over);
	if (thread != NULL && p.over != NULL)
		run_all(&p, thread, size);
	(void)pthread_cond_destroy(&p.moved);
	(void)pthread_mutex_destroy(&p.lock);
	free(p.over);
	if (thread == NULL || p.over == NULL) {
		free(thread);
		return ps_nomem(err, "base.pool");
	}
	free(thread);
	return PS_OK;
}
