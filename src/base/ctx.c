/* SPDX-License-Identifier: ISC */
/*
 * The context: limits, clock, threads. There are no globals.
 */
#include "base/ctx.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/words.h"

const struct ps_limits ps_limits_default = {
#define X(name, value, reason)	.name = (value),
	PS_LIMITS(X)
#undef X
};

static const struct {
	const char	*name;
	size_t		 at;
} names[] = {
#define X(name, value, reason)	{ #name, offsetof(struct ps_limits, name) },
	PS_LIMITS(X)
#undef X
};

ps_ctx *
ps_ctx_new(void)
{
	ps_ctx *ctx = calloc(1, sizeof *ctx);

	if (ctx == NULL)
		return NULL;
	if (!ps_flights_init(&ctx->flights)) {
		free(ctx);
		return NULL;
	}
	if ((ctx->news = ps_news_memory_new()) == NULL) {
		ps_flights_clear(&ctx->flights);
		free(ctx);
		return NULL;
	}
	ctx->limits = ps_limits_default;
	ctx->now = INT64_MIN;
	return ctx;
}

void
ps_ctx_free(ps_ctx *ctx)
{
	struct ps_ctx_part *recall;

	if (ctx == NULL)
		return;
	recall = atomic_load(&ctx->recall);
	if (recall != NULL)
		recall->free(recall);
	ps_news_memory_free(ctx->news);
	ps_flights_clear(&ctx->flights);
	free(ctx);
}

const char *
ps_limit_name(unsigned i)
{
	return i < sizeof names / sizeof names[0] ? names[i].name : NULL;
}

ps_code
ps_ctx_set_limit(ps_ctx *ctx, const char *name, uint64_t value, ps_err *err)
{
	if (ctx == NULL)
		return ps_nomem(err, "base.ctx");
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (strcmp(names[i].name, name) != 0)
			continue;
		memcpy((char *)&ctx->limits + names[i].at, &value, sizeof value);
		return PS_OK;
	}
	return ps_fail(err, PS_E_NOT_FOUND, "base.ctx", PS_NOWHERE,
	    W_BASE_LIMIT_NAME, PS_TEXT("name", name));
}

ps_code
ps_ctx_set_time(ps_ctx *ctx, int64_t now, ps_err *err)
{
	if (ctx == NULL)
		return ps_nomem(err, "base.ctx");
	ctx->now = now;
	return PS_OK;
}

ps_code
ps_ctx_set_threads(ps_ctx *ctx, unsigned n, ps_err *err)
{
	if (ctx == NULL)
		return ps_nomem(err, "base.ctx");
	ctx->threads = n;
	return PS_OK;
}

ps_code
ps_ctx_set_insecure_test_seed(ps_ctx *ctx, uint64_t seed, ps_err *err)
{
	if (ctx == NULL)
		return ps_nomem(err, "base.ctx");
	ctx->seeded = true;
	ctx->seed = seed;
	return PS_OK;
}

int64_t
ps_ctx_now(const ps_ctx *ctx)
{
	return ctx->now == INT64_MIN ? ps_clock_system() : ctx->now;
}
