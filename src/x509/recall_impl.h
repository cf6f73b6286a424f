/* SPDX-License-Identifier: ISC */
#ifndef PS_X509_RECALL_IMPL_H
#define PS_X509_RECALL_IMPL_H

/* What recall.c (who is known) and recall_path.c (what is known of him) share. */

#include <pthread.h>

#include "x509/internal.h"
#include "x509/recall.h"

/* All that a verdict on a path rests on, but for the certificates and the time. */
struct ps_basis {
	uint8_t		 trust[PS_IDENTITY], policy[PS_IDENTITY];
	uint64_t	 length, signatures, names;	/* limits */
	enum ps_purpose	 purpose;
	enum ps_revocation revocation;
	bool		 past, lists;
};

enum { PS_SIGNERS_OF_LISTS = 16, PS_FINDINGS_EACH = 4 };

/* A path without fault. Its certificates are held. */
struct ps_found {
	struct ps_basis	 basis;
	int64_t		 from, to;	/* good for these times */
	ps_cert		*chain[16];	/* leaf first; NULL chain[0]: empty place */
	size_t		 nchain;
	ps_cert		*signer[PS_SIGNERS_OF_LISTS];	/* with lists: who may sign them */
	size_t		 nsigner;
	bool		 revocation_checked;
	int64_t		 revocation_at;
	const char	*revocation_by, *revocation_why;	/* static */
};

struct ps_recalled {
	ps_cert		*cert;
	uint64_t	 hash;
	struct ps_recalled	*same;		/* the next in the same bucket */
	struct ps_recalled	*newer, *older;	/* in the order of their last use */
	struct ps_found	*found[PS_FINDINGS_EACH];
	unsigned	 next;		/* place that is filled next */
};

struct ps_recall {
	struct ps_ctx_part part;
	pthread_mutex_t	 lock;
	struct ps_recalled	**bucket;
	size_t		 nbucket;	/* a power of two */
	struct ps_recalled	*newest, *oldest;
	size_t		 n, max;
};

/* With the lock held. ps_recalled_find also makes it the newest. */
struct ps_recalled *ps_recalled_find(struct ps_recall *m, ps_slice der);
/* ps_recalled_add: NULL when memory is out or nothing may be kept. */
struct ps_recalled *ps_recalled_add(struct ps_recall *m, ps_cert *c);
void	ps_found_free(struct ps_found *f);

#endif
