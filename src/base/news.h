/* SPDX-License-Identifier: ISC */
#ifndef PS_BASE_NEWS_H
#define PS_BASE_NEWS_H

/*
 * Signed news that is kept: revocation lists, answers of OCSP responders,
 * certificates of authorities. Each proves itself whenever it is read, so
 * it does not matter where it was kept: in a store, or in the memory of a
 * context when there is none.
 */

#include "base/buf.h"

enum ps_answer_kind { PS_ANSWER_OCSP = 1, PS_ANSWER_CRL = 2, PS_ANSWER_CERTS = 3 };

struct ps_answer {
	int64_t		 this_update, next_update;	/* 0: not said */
	int64_t		 fetched;
	struct ps_buf	 bytes;		/* none: asked for in vain */
};
void	ps_answer_clear(struct ps_answer *n);

/* Somebody who keeps news. `key` is a text: an address, or for OCSP the
 * certificate's identifier in hex. */
struct ps_news_keeper {
	/* PS_E_NOT_FOUND: nothing is kept; *out is then as it was. */
	ps_code	(*get)(void *arg, enum ps_answer_kind kind, const char *key, struct ps_answer *out,
		    ps_err *err);
	/* Copies; what was kept under this key is replaced, unless its this_update is later. */
	ps_code	(*put)(void *arg, enum ps_answer_kind kind, const char *key,
		    const struct ps_answer *n, ps_err *err);
	void	*arg;
};

/* The memory of a context, for any number of threads. It holds little: what
 * is older goes first. */
struct ps_news_memory;
struct ps_news_memory *ps_news_memory_new(void);
void	ps_news_memory_free(struct ps_news_memory *m);
/* ps_news_memory_keeper borrows `m`. */
struct ps_news_keeper ps_news_memory_keeper(struct ps_news_memory *m);

/* ps_news_memory_used: was anything ever put there? */
bool	ps_news_memory_used(const struct ps_news_memory *m);

#endif
