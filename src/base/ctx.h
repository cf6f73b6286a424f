/* SPDX-License-Identifier: ISC */
#ifndef PS_BASE_CTX_H
#define PS_BASE_CTX_H

/* The library context as the layers see it. */

#include <stdbool.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/news.h"

struct ps_ctx {
	struct ps_limits limits;
	int64_t		 now;		/* INT64_MIN: ask the system */
	unsigned	 threads;
	bool		 seeded;	/* for tests only */
	uint64_t	 seed;
	struct ps_news_memory *news;	/* where no store keeps it */
};

/* ps_ctx_now is the clock to judge by. */
int64_t ps_ctx_now(const ps_ctx *ctx);

#endif
