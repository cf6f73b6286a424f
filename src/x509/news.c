/* SPDX-License-Identifier: ISC */
/*
 * News of certificates: what is kept, and when somebody is asked.
 *
 * What is kept is used while it is young, so that one answer serves a folder
 * of mails; a server that just gave none is left alone for a while. Whether
 * the answer counts is not judged here. That nobody answers is no failure:
 * what it means is for the caller's strictness to say.
 */
#include "x509/internal.h"
#include "x509/words.h"

enum {
	DAY	= 86400,	/* authorities publish once a day; some promise a year ahead */
	HOUR	= 3600,		/* of what does not say how long it is good */
	PAUSE	= 300		/* after a question in vain */
};

static bool
young(const struct ps_answer *n, int64_t now)
{
	int64_t end = n->fetched + (n->next_update == 0 ? HOUR : DAY);

	if (n->bytes.n == 0)
		end = n->fetched + PAUSE;
	else if (n->next_update != 0 && n->next_update < end)
		end = n->next_update;
	return n->fetched <= now && now < end;
}

/* PS_OK with nothing in *out when nothing is kept. */
static ps_code
kept(const struct ps_news_source *s, const struct ps_question *q, struct ps_answer *out,
    ps_err *err)
{
	ps_code code = s->keeper == NULL ? PS_E_NOT_FOUND
	    : s->keeper->get(s->keeper->arg, q->kind, q->key, out, err);

	if (code == PS_OK || code == PS_E_NOMEM)
		return code;
	ps_err_clear(err);
	return PS_OK;
}

ps_code
ps_news_keep(const struct ps_news_source *s, const struct ps_question *q,
    const struct ps_answer *n, ps_err *err)
{
	ps_code code = s->keeper == NULL ? PS_OK
	    : s->keeper->put(s->keeper->arg, q->kind, q->key, n, err);

	if (code == PS_OK || code == PS_E_NOMEM)
		return code;
	ps_err_clear(err);
	return PS_OK;
}

/* An old answer is better than none: what it revokes stays revoked. */
static ps_code
ask(struct ps_news_source *s, struct ps_question *q, struct ps_answer *out,
    const char **out_why, ps_err *err)
{
	struct ps_answer got = { .fetched = s->now };
	ps_code code;

	s->left--;
	code = s->ask(s->arg, q->kind, q->url, q->request, &got.bytes, err);
	if (code == PS_OK && got.bytes.n != 0) {
		q->before = *out;
		*out = got;
		return PS_OK;
	}
	ps_buf_clear(&got.bytes);
	if (code == PS_E_NOMEM || code == PS_E_CANCELLED)
		return code;
	ps_err_clear(err);
	*out_why = code == PS_E_REFUSED ? W_NEWS_REFUSED : W_NEWS_NO_ANSWER;
	return out->bytes.n == 0 && code != PS_E_NOT_FOUND ? ps_news_keep(s, q, &got, err) : PS_OK;
}

static ps_code
find_kept(const struct ps_news_source *s, const struct ps_question *q, struct ps_answer *out,
    bool *out_good, const char **out_why, ps_err *err)
{
	ps_code code;

	ps_answer_clear(out);
	if ((code = kept(s, q, out, err)) != PS_OK)
		return code;
	*out_good = out->fetched != 0 && young(out, s->now);
	if (*out_good && out->bytes.n == 0)
		*out_why = W_NEWS_NO_ANSWER;
	return PS_OK;
}

/* Who had to wait may find what the other one was told. */
static ps_code
find(struct ps_news_source *s, struct ps_question *q, struct ps_answer *out,
    const char **out_why, ps_err *err)
{
	bool good;
	ps_code code = find_kept(s, q, out, &good, out_why, err);

	if (code != PS_OK || good)
		return code;
	if (s->ask == NULL || !q->may_ask || s->left == 0) {
		*out_why = W_NEWS_NOT_ASKED;
		return PS_OK;
	}
	if (ps_flight_begin(s->flights, &q->flight, q->kind, q->key)) {
		code = find_kept(s, q, out, &good, out_why, err);
		if (code != PS_OK || good)
			return code;
	}
	return ask(s, q, out, out_why, err);
}

ps_code
ps_news_find(struct ps_news_source *s, struct ps_question *q, struct ps_answer *out,
    const char **out_why, ps_err *err)
{
	ps_code code;

	*out = (struct ps_answer){ 0 };
	if ((code = find(s, q, out, out_why, err)) != PS_OK)
		ps_answer_clear(out);
	return code;
}

void
ps_news_done(struct ps_news_source *s, struct ps_question *q)
{
	ps_answer_clear(&q->before);
	if (s->flights != NULL)
		ps_flight_end(s->flights, &q->flight);
}
