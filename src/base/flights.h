/* SPDX-License-Identifier: ISC */
#ifndef PS_BASE_FLIGHTS_H
#define PS_BASE_FLIGHTS_H

/*
 * Questions that are under way: whoever would ask the same waits, and then
 * finds the answer where the first one kept it.
 */

#include <pthread.h>
#include <stdbool.h>

#include "base/news.h"

/* One question; it stands in the frame of whoever asks. */
struct ps_flight {
	struct ps_flight *next;
	enum ps_answer_kind kind;
	const char	*key;		/* NULL: not under way */
};

struct ps_flights {
	pthread_mutex_t	 lock;
	pthread_cond_t	 landed;
	struct ps_flight *first;
};
bool	ps_flights_init(struct ps_flights *f);		/* false: the system has no more */
void	ps_flights_clear(struct ps_flights *f);
/*
 * ps_flight_begin waits until nobody else is about this and notes that we are;
 * true: somebody was, so look again at what is kept. Borrows `key` until ps_flight_end,
 * which is fine for a flight that is zeroed. Between them no other may be begun.
 */
bool	ps_flight_begin(struct ps_flights *f, struct ps_flight *one, enum ps_answer_kind kind,
	    const char *key);
void	ps_flight_end(struct ps_flights *f, struct ps_flight *one);

#endif
