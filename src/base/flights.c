/* SPDX-License-Identifier: ISC */
/*
 * Questions that are under way.
 *
 * The mails of a batch are often by one authority, and are judged at once: each
 * thread would find nothing kept, and a responder would be asked as often as
 * there are threads. There are never more flights than threads, so a list will do,
 * and nobody allocates.
 */
#include "base/flights.h"

#include <string.h>

bool
ps_flights_init(struct ps_flights *f)
{
	if (pthread_mutex_init(&f->lock, NULL) != 0)
		return false;
	if (pthread_cond_init(&f->landed, NULL) != 0) {
		(void)pthread_mutex_destroy(&f->lock);
		return false;
	}
	f->first = NULL;
	return true;
}

void
ps_flights_clear(struct ps_flights *f)
{
	(void)pthread_cond_destroy(&f->landed);
	(void)pthread_mutex_destroy(&f->lock);
}

static bool
is_under_way(const struct ps_flights *f, enum ps_answer_kind kind, const char *key)
{
	for (const struct ps_flight *i = f->first; i != NULL; i = i->next)
		if (i->kind == kind && strcmp(i->key, key) == 0)
			return true;
	return false;
}

bool
ps_flight_begin(struct ps_flights *f, struct ps_flight *one, enum ps_answer_kind kind,
    const char *key)
{
	bool waited = false;

	(void)pthread_mutex_lock(&f->lock);
	while (is_under_way(f, kind, key)) {
		waited = true;
		(void)pthread_cond_wait(&f->landed, &f->lock);
	}
	*one = (struct ps_flight){ .next = f->first, .kind = kind, .key = key };
	f->first = one;
	(void)pthread_mutex_unlock(&f->lock);
	return waited;
}

void
ps_flight_end(struct ps_flights *f, struct ps_flight *one)
{
	struct ps_flight **at;

	if (one->key == NULL)
		return;
	(void)pthread_mutex_lock(&f->lock);
	for (at = &f->first; *at != one; at = &(*at)->next)
		;
	*at = one->next;
	one->key = NULL;
	(void)pthread_cond_broadcast(&f->landed);
	(void)pthread_mutex_unlock(&f->lock);
}
