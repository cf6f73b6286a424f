/* SPDX-License-Identifier: ISC */
/*
 * The digests over one content, made in one pass. What a message names before
 * its content decides which; a signer that wants another one is told so.
 */
#include <string.h>

#include "cms/cms.h"

enum { MAX = 8 };

ps_code
cms_digests_add(struct cms_digests *s, const struct ps_alg *alg, ps_err *err)
{
	ps_code code;

	for (size_t i = 0; i < s->n; i++)
		if (ps_digest_alg(s->d[i]) == alg)
			return PS_OK;
	if (s->n == MAX)
		return PS_OK;
	code = ps_digest_new(&s->d[s->n], alg, err);
	if (code == PS_OK)
		s->n++;
	return code;
}

static ps_code
restart(struct cms_digests *s, ps_err *err)
{
	ps_code code;

	s->final = false;
	s->length = 0;
	ps_buf_clear(&s->whole);
	for (size_t i = 0; i < s->n; i++)
		if ((code = ps_digest_reset(s->d[i], err)) != PS_OK)
			return code;
	return PS_OK;
}

/* What will not be whole is not kept. */
static ps_code
keep(struct cms_digests *s, ps_slice in, ps_err *err)
{
	if (s->length <= s->keep)
		return ps_buf_add(&s->whole, in, err);
	ps_buf_clear(&s->whole);
	return PS_OK;
}

ps_code
cms_digests_look(void *arg, ps_slice in, ps_err *err)
{
	struct cms_digests *s = arg;
	ps_code code;

	if (in.p == NULL)
		return in.n == SIZE_MAX ? restart(s, err) : PS_OK;
	if (s->length == 0 && in.n != 0)
		s->first = in.p[0];
	s->length += in.n;
	if (s->keep != 0 && (code = keep(s, in, err)) != PS_OK)
		return code;
	for (size_t i = 0; i < s->n; i++)
		if ((code = ps_digest_update(s->d[i], in, err)) != PS_OK)
			return code;
	return PS_OK;
}

ps_code
cms_digests_final(struct cms_digests *s, ps_err *err)
{
	ps_code code;

	if (s->final)
		return PS_OK;
	for (size_t i = 0; i < s->n; i++)
		if ((code = ps_digest_final(s->d[i], s->value[i], err)) != PS_OK)
			return code;
	s->final = true;
	return PS_OK;
}

ps_slice
cms_digests_get(const struct cms_digests *s, const struct ps_alg *alg)
{
	for (size_t i = 0; i < s->n && s->final; i++)
		if (ps_digest_alg(s->d[i]) == alg)
			return (ps_slice){ s->value[i], ps_digest_size(alg) };
	return (ps_slice){ NULL, 0 };
}

bool
cms_digests_whole(const struct cms_digests *s, ps_slice *out)
{
	*out = ps_buf_get(&s->whole);
	return s->keep != 0 && s->whole.n == s->length;
}

void
cms_digests_clear(struct cms_digests *s)
{
	for (size_t i = 0; i < s->n; i++)
		ps_digest_free(s->d[i]);
	ps_buf_clear(&s->whole);
	memset(s, 0, sizeof *s);
}
