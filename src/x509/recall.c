/* SPDX-License-Identifier: ISC */
/*
 * Whom a context knows.
 *
 * Found by the last octets of the certificate, which end its signature and are as
 * good as random, then compared whole: cheaper than any digest, and nothing rests
 * on the hash. One lock for all; what is done under it are some comparisons.
 */
#include <stdlib.h>
#include <string.h>

#include "base/index.h"
#include "base/text.h"
#include "x509/recall_impl.h"

enum { BUCKETS_MIN = 64, TAIL = 16 };

void
ps_found_free(struct ps_found *f)
{
	if (f == NULL)
		return;
	for (size_t i = 0; i < f->nchain; i++)
		ps_cert_free(f->chain[i]);
	for (size_t i = 0; i < f->nsigner; i++)
		ps_cert_free(f->signer[i]);
	free(f);
}

static void
known_free(struct ps_recalled *k)
{
	for (unsigned i = 0; i < PS_FINDINGS_EACH; i++)
		ps_found_free(k->found[i]);
	ps_cert_free(k->cert);
	free(k);
}

static void
recall_free(struct ps_ctx_part *part)
{
	struct ps_recall *m = (struct ps_recall *)part;
	struct ps_recalled *older;

	for (struct ps_recalled *k = m->newest; k != NULL; k = older) {
		older = k->older;
		known_free(k);
	}
	(void)pthread_mutex_destroy(&m->lock);
	free(m->bucket);
	free(m);
}

static size_t
buckets_for(size_t max)
{
	size_t n = BUCKETS_MIN;

	while (n < max && n < (SIZE_MAX / sizeof(void *)) / 4)
		n *= 2;
	return n;
}

static struct ps_recall *
recall_new(size_t max)
{
	struct ps_recall *m = calloc(1, sizeof *m);

	if (m == NULL)
		return NULL;
	m->part.free = recall_free;
	m->max = max;
	m->nbucket = buckets_for(max);
	m->bucket = calloc(m->nbucket, sizeof *m->bucket);
	if (m->bucket == NULL || pthread_mutex_init(&m->lock, NULL) != 0) {
		free(m->bucket);
		free(m);
		return NULL;
	}
	return m;
}

struct ps_recall *
ps_recall_of(ps_ctx *ctx)
{
	struct ps_ctx_part *before = atomic_load(&ctx->recall);
	struct ps_recall *made;

	if (before != NULL)
		return (struct ps_recall *)before;
	made = recall_new((size_t)ctx->limits.known_certificates);
	if (made == NULL || atomic_compare_exchange_strong(&ctx->recall, &before, &made->part))
		return made;
	recall_free(&made->part);
	return (struct ps_recall *)before;
}

/* --- the table --- */

static uint64_t
hash_of(ps_slice der)
{
	size_t n = der.n < TAIL ? der.n : TAIL;

	return ps_hash((ps_slice){ der.p + der.n - n, n });
}

static struct ps_recalled **
bucket_of(struct ps_recall *m, uint64_t hash)
{
	return &m->bucket[hash & (m->nbucket - 1)];
}

static void
unlink_use(struct ps_recall *m, struct ps_recalled *k)
{
	*(k->newer != NULL ? &k->newer->older : &m->newest) = k->older;
	*(k->older != NULL ? &k->older->newer : &m->oldest) = k->newer;
}

static void
make_newest(struct ps_recall *m, struct ps_recalled *k)
{
	k->newer = NULL;
	k->older = m->newest;
	*(m->newest != NULL ? &m->newest->newer : &m->oldest) = k;
	m->newest = k;
}

static void
forget_oldest(struct ps_recall *m)
{
	struct ps_recalled *k = m->oldest, **place = bucket_of(m, k->hash);

	while (*place != k)
		place = &(*place)->same;
	*place = k->same;
	unlink_use(m, k);
	m->n--;
	known_free(k);
}

struct ps_recalled *
ps_recalled_find(struct ps_recall *m, ps_slice der)
{
	struct ps_recalled *k = *bucket_of(m, hash_of(der));

	while (k != NULL && !ps_slice_equal(ps_cert_der(k->cert), der))
		k = k->same;
	if (k != NULL && k != m->newest) {
		unlink_use(m, k);
		make_newest(m, k);
	}
	return k;
}

struct ps_recalled *
ps_recalled_add(struct ps_recall *m, ps_cert *c)
{
	struct ps_recalled *k = ps_recalled_find(m, ps_cert_der(c)), **place;

	if (k != NULL || m->max == 0 || (k = calloc(1, sizeof *k)) == NULL)
		return k;
	if (m->n == m->max)
		forget_oldest(m);
	k->cert = ps_cert_ref(c);
	k->hash = hash_of(ps_cert_der(c));
	place = bucket_of(m, k->hash);
	k->same = *place;
	*place = k;
	make_newest(m, k);
	m->n++;
	return k;
}

ps_cert *
ps_recall_find(struct ps_recall *m, ps_slice der)
{
	struct ps_recalled *k;
	ps_cert *c;

	(void)pthread_mutex_lock(&m->lock);
	k = ps_recalled_find(m, der);
	c = k == NULL ? NULL : ps_cert_ref(k->cert);
	(void)pthread_mutex_unlock(&m->lock);
	return c;
}

ps_code
ps_recall_parse(struct ps_recall *m, ps_cert **out, ps_slice der, ps_err *err)
{
	ps_cert *known = m == NULL ? NULL : ps_recall_find(m, der);

	if (known == NULL)
		return ps_cert_parse(out, der, err);
	*out = known;
	return PS_OK;
}

size_t
ps_recall_count(struct ps_recall *m)
{
	size_t n;

	(void)pthread_mutex_lock(&m->lock);
	n = m->n;
	(void)pthread_mutex_unlock(&m->lock);
	return n;
}
