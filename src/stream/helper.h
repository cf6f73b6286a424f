/* SPDX-License-Identifier: ISC */
#ifndef PS_STREAM_HELPER_H
#define PS_STREAM_HELPER_H

/*
 * A second thread for a message.
 *
 * It does the pieces of up to PS_JOBS jobs, whichever has one ready: one
 * thread that reads ahead and writes behind keeps a second processor as busy
 * as two would, and "at most two threads" stays true. A job belongs to its
 * owner's thread and shares with the helper only what the lock protects. An
 * owner that must wait for a piece does it himself when nobody has begun: so the
 * work is shared evenly, whichever half of it is the larger.
 */

#include "stream/stream.h"

enum { PS_JOBS = 2 };

struct ps_helper;

struct ps_job {
	/* Is there a piece to do? Asked with the lock held. */
	bool	(*ready)(struct ps_job *job);
	/* run does a piece, without the lock; done notes it, with the lock. */
	void	(*run)(struct ps_job *job);
	void	(*done)(struct ps_job *job);
	bool	 busy;			/* it is being run, by either */
};

/* ps_helper_new starts the thread. PS_E_TEMPORARY when there can be none. */
PS_MUST ps_code ps_helper_new(struct ps_helper **out, ps_err *err);
/* ps_helper_free ends it; all jobs are removed. NULL is fine. */
void	ps_helper_free(struct ps_helper *h);
/* ps_helper_add has the job done from now on; there is room for PS_JOBS. */
void	ps_helper_add(struct ps_helper *h, struct ps_job *job);
/* ps_helper_remove waits for the piece that is being done, and that was the
 * last. A job that was not added may be removed. */
void	ps_helper_remove(struct ps_helper *h, struct ps_job *job);
void	ps_helper_lock(struct ps_helper *h);
void	ps_helper_unlock(struct ps_helper *h);
/* With the lock held: a job may have become ready. */
void	ps_helper_wake(struct ps_helper *h);
/* With the lock held: has a piece of the job done, by whoever has time. */
void	ps_helper_assist(struct ps_helper *h, struct ps_job *job);

/*
 * ps_reader_open_ahead reads `src`, whose length is known, ahead of who reads
 * it. Octets, errors and their places are those of `src`, which nobody else
 * may use before this one is closed; it then stands anywhere.
 */
PS_MUST ps_code ps_reader_open_ahead(ps_reader **out, ps_reader *src, struct ps_helper *h,
    ps_err *err);
/*
 * ps_writer_open_behind lets the helper write to `dst`, which can be abandoned
 * and restarted. finish, abandon and restart do that to `dst` too. A write
 * that fails is told by a later call, by finish at the latest.
 */
PS_MUST ps_code ps_writer_open_behind(ps_writer **out, ps_writer *dst, struct ps_helper *h,
    ps_err *err);

#endif
