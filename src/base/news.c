/* SPDX-License-Identifier: ISC */
/*
 * News kept in memory.
 *
 * For programs without a store: a batch of mails by one authority then asks
 * once, and a server that does not answer is not waited for with each mail.
 * A ring of few places; a list that would fill it is not kept.
 */
#include "base/news.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { PLACES = 64, MOST_BYTES = 262144 };	/* of one */

struct place {
	enum ps_answer_kind kind;
	char		*key;		/* NULL: free */
	struct ps_answer	 news;
};

struct ps_news_memory {
	pthread_mutex_t	 lock;
	struct place	 place[PLACES];
	size_t		 next;		/* is overwritten next */
	atomic_bool	 used;
};

void
ps_answer_clear(struct ps_answer *n)
{
	ps_buf_clear(&n->bytes);
	*n = (struct ps_answer){ 0 };
}

struct ps_news_memory *
ps_news_memory_new(void)
{
	struct ps_news_memory *m = calloc(1, sizeof *m);

	if (m != NULL && pthread_mutex_init(&m->lock, NULL) != 0) {
		free(m);
		return NULL;
	}
	return m;
}

static void
clear(struct place *p)
{
	free(p->key);
	ps_answer_clear(&p->news);
	*p = (struct place){ 0 };
}

void
ps_news_memory_free(struct ps_news_memory *m)
{
	if (m == NULL)
		return;
	for (size_t i = 0; i < PLACES; i++)
		clear(&m->place[i]);
	(void)pthread_mutex_destroy(&m->lock);
	free(m);
}

static struct place *
find(struct ps_news_memory *m, enum ps_answer_kind kind, const char *key)
{
	for (size_t i = 0; i < PLACES; i++)
		if (m->place[i].key != NULL && m->place[i].kind == kind &&
		    strcmp(m->place[i].key, key) == 0)
			return &m->place[i];
	return NULL;
}

static ps_code
copy(struct ps_answer *out, const struct ps_answer *from, ps_err *err)
{
	struct ps_answer made = { from->this_update, from->next_update, from->fetched,
	    { .n = 0 } };
	ps_code code = ps_buf_add(&made.bytes, ps_buf_get(&from->bytes), err);

	if (code == PS_OK)
		*out = made;
	return code;
}

static ps_code
get(void *arg, enum ps_answer_kind kind, const char *key, struct ps_answer *out, ps_err *err)
{
	struct ps_news_memory *m = arg;
	const struct place *p;
	ps_code code = PS_E_NOT_FOUND;

	pthread_mutex_lock(&m->lock);
	p = find(m, kind, key);
	if (p != NULL)
		code = copy(out, &p->news, err);
	pthread_mutex_unlock(&m->lock);
	return code;
}

static ps_code
put_at(struct place *p, enum ps_answer_kind kind, const char *key, const struct ps_answer *n,
    ps_err *err)
{
	struct place made = { .kind = kind,
	    .key = ps_strdup_slice((ps_slice){ (const uint8_t *)key, strlen(key) }) };
	ps_code code = made.key == NULL ? ps_nomem(err, "base.news") : copy(&made.news, n, err);

	if (code != PS_OK) {
		clear(&made);
		return code;
	}
	clear(p);
	*p = made;
	return PS_OK;
}

static ps_code
put(void *arg, enum ps_answer_kind kind, const char *key, const struct ps_answer *n, ps_err *err)
{
	struct ps_news_memory *m = arg;
	struct place *p;
	ps_code code = PS_OK;

	if (n->bytes.n > MOST_BYTES)
		return PS_OK;
	pthread_mutex_lock(&m->lock);
	p = find(m, kind, key);
	if (p == NULL) {
		code = put_at(&m->place[m->next], kind, key, n, err);
		m->next = (m->next + 1) % PLACES;
	} else if (n->this_update >= p->news.this_update)
		code = put_at(p, kind, key, n, err);
	atomic_store(&m->used, true);
	pthread_mutex_unlock(&m->lock);
	return code;
}

bool
ps_news_memory_used(const struct ps_news_memory *m)
{
	return atomic_load(&m->used);
}

struct ps_news_keeper
ps_news_memory_keeper(struct ps_news_memory *m)
{
	return (struct ps_news_keeper){ get, put, m };
}
