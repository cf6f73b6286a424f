/* SPDX-License-Identifier: ISC */
/*
 * Who is asked while a message is read or written.
 *
 * The library has no network of its own: the caller's callback carries questions
 * out and answers back. One message may ask no more than limits.questions; a batch
 * whose context remembers asks less.
 */
#include "smime/setup.h"

void
ps_setup_set_fetch(struct ps_setup *s, ps_fetch_fn fn, void *arg)
{
	s->fetch = fn;
	s->fetch_arg = arg;
}

ps_code
ps_setup_fetch(struct ps_setup *s, int kind, const char *url, ps_slice request, uint64_t max,
    struct ps_buf *out, ps_err *err)
{
	ps_writer *answer;
	ps_code code;

	if (s->fetch == NULL)
		return PS_E_NOT_FOUND;
	if ((code = ps_writer_open_memory(&answer, (size_t)max, err)) != PS_OK)
		return code;
	code = s->fetch(s->fetch_arg, kind, url, request, answer, err);
	if (code == PS_OK)
		code = ps_buf_add(out, ps_writer_memory(answer), err);
	ps_writer_close(answer);
	return code == PS_E_LIMIT ? PS_E_REFUSED : code;
}

static ps_code
ask(void *arg, enum ps_answer_kind kind, const char *url, ps_slice request, struct ps_buf *out,
    ps_err *err)
{
	static const int public_kind[] = { [PS_ANSWER_OCSP] = PS_FETCH_OCSP,
		[PS_ANSWER_CRL] = PS_FETCH_CRL, [PS_ANSWER_CERTS] = PS_FETCH_CERTIFICATES };
	struct ps_setup *s = arg;
	const struct ps_limits *limits = &s->ctx->limits;

	return ps_setup_fetch(s, public_kind[kind], url, request,
	    kind == PS_ANSWER_CRL ? limits->crl_bytes : limits->news_bytes, out, err);
}

void
ps_setup_begin(struct ps_setup *s)
{
	s->memory = ps_news_memory_keeper(s->ctx->news);
	s->news = (struct ps_news_source){ .now = ps_ctx_now(s->ctx),
	    .keeper = s->keeper.get != NULL ? &s->keeper : &s->memory,
	    .flights = &s->ctx->flights,
	    .left = s->ctx->limits.questions };
}

/* A context that nobody fetched for remembers nothing, and most never fetch. */
struct ps_news_source *
ps_setup_news(struct ps_setup *s)
{
	if (s->fetch == NULL && s->keeper.get == NULL && !ps_news_memory_used(s->ctx->news))
		return NULL;
	if (s->news.keeper == NULL)
		ps_setup_begin(s);
	s->news.ask = s->fetch == NULL ? NULL : ask;
	s->news.arg = s;
	return &s->news;
}
