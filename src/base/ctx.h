/* SPDX-License-Identifier: ISC */
#ifndef PS_BASE_CTX_H
#define PS_BASE_CTX_H

/* The library context as the layers see it. */

#include <stdatomic.h>
#include <stdbool.h>

#include "base/err.h"
#include "base/flights.h"
#include "base/limits.h"
#include "base/news.h"

/* What a higher layer keeps in a context, and how it is freed. */
struct ps_ctx_part {
	void	(*free)(struct ps_ctx_part *part);
};

struct ps_ctx {
	struct ps_limits limits;
	int64_t		 now;		/* INT64_MIN: ask the system */
	unsigned	 threads;
	bool		 seeded;	/* for tests only */
	uint64_t	 seed;
	_Atomic(struct ps_ctx_part *) recall;	/* x509/recall.h; NULL: not yet */
	struct ps_news_memory *news;	/* where no store keeps it */
	struct ps_flights flights;	/* questions that are under way */
};

/* ps_ctx_now is the clock to judge by. */
int64_t ps_ctx_now(const ps_ctx *ctx);

#endif
