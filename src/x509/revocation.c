/* SPDX-License-Identifier: ISC */
/*
 * Was a certificate of the path revoked?
 *
 * A separate round over a path that is good so far. First what is at hand: the
 * caller's lists, those of the message, OCSP answers that it carries. Then, for
 * certificates of which nothing is known, what is kept, and, when the caller
 * allows it, what their authorities' servers say; OCSP first, because an answer is
 * smaller than a list. Nobody is asked about a path that is not trusted anyway: the
 * sender of a mail would choose which servers learn that it was read. Whatever stays
 * open, only the caller's strictness decides what that means.
 */
#include <openssl/ocsp.h>
#include <openssl/x509_vfy.h>

#include "base/text.h"
#include "x509/internal.h"
#include "x509/words.h"

#define WHERE	"x509.revocation"

enum { POINTS = 2 };	/* addresses of one kind that are tried for one certificate */

struct round {
	const struct ps_path_in	*in;
	const struct ps_route	*route;
	STACK_OF(X509)		*chain;
	STACK_OF(X509_CRL)	*lists;
	struct ps_known		 list[PS_CHAIN_MAX];
	struct ps_ocsp_said	 ocsp[PS_CHAIN_MAX];
	bool			 answered[PS_CHAIN_MAX];	/* by OCSP */
	const char		*why[PS_CHAIN_MAX];		/* nothing is known */
	size_t			 n;		/* of the chain, without the anchor */
	bool			 may_ask;
	ps_err			*err;
};

static bool
open_question(const struct round *r, size_t i)
{
	return !r->answered[i] && (r->list[i].unknown || r->list[i].doubt);
}

static bool
any_open(const struct round *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (open_question(r, i))
			return true;
	return false;
}

static ps_code
ask_lists(struct round *r)
{
	if (sk_X509_CRL_num(r->lists) > 0)
		return ps_lists_ask(r->in, r->route, r->chain, r->lists, r->list, r->err);
	for (size_t i = 0; i < r->n; i++)
		r->list[i].unknown = true;
	return PS_OK;
}

/* --- OCSP --- */

static struct ps_ocsp_about
about(const struct round *r, size_t i)
{
	return (struct ps_ocsp_about){ .cert = sk_X509_value(r->chain, (int)i),
	    .issuer = sk_X509_value(r->chain, (int)i + 1), .lists = r->lists };
}

/* Of two answers the newer counts, but nothing takes a revocation back. */
static void
take_answer(struct round *r, size_t i, const struct ps_ocsp_said *said)
{
	if (!r->answered[i] || (!r->ocsp[i].revoked && (said->revoked ||
	    said->this_update > r->ocsp[i].this_update)))
		r->ocsp[i] = *said;
	r->answered[i] = true;
}

/* RFC 5940: answers that the message carries, each for any of the path. */
static void
read_stapled(struct round *r)
{
	struct ps_ocsp_said said;

	for (size_t i = 0; i < r->n; i++) {
		struct ps_ocsp_about of = about(r, i);

		for (size_t j = 0; j < r->in->nocsp; j++)
			if (ps_ocsp_read(r->in, &of, r->in->ocsp[j], &said) == NULL)
				take_answer(r, i, &said);
	}
}

/* What was kept has grown old, and says more than what the server says now when that is older
 * still, or of no use: somebody between may play it again. */
static bool
was_newer(struct round *r, const struct ps_ocsp_about *of, const struct ps_question *q,
    int64_t than, struct ps_ocsp_said *out)
{
	struct ps_ocsp_about kept = { of->cert, of->issuer, of->lists, NULL };

	return q->before.bytes.n != 0 && q->before.this_update > than &&
	    ps_ocsp_read(r->in, &kept, ps_buf_get(&q->before.bytes), out) == NULL;
}

/* An answer that counts is kept; one that does not says why. */
static ps_code
judge_news(struct round *r, size_t i, const struct ps_ocsp_about *of,
    const struct ps_question *q, struct ps_answer *n)
{
	struct ps_ocsp_said said, kept;
	const char *why = ps_ocsp_read(r->in, of, ps_buf_get(&n->bytes), &said);

	if (was_newer(r, of, q, why == NULL ? said.this_update : INT64_MIN, &kept)) {
		take_answer(r, i, &kept);
		return PS_OK;
	}
	if (why != NULL) {
		r->why[i] = why;
		return PS_OK;
	}
	take_answer(r, i, &said);
	if (n->this_update == said.this_update)
		return PS_OK;
	n->this_update = said.this_update;
	n->next_update = said.next_update;
	return ps_news_keep(r->in->news, q, n, r->err);
}

static ps_code
ask_responder(struct round *r, size_t i, const char *url, const char *key)
{
	struct ps_ocsp_about of = about(r, i);
	struct ps_question q = { .kind = PS_ANSWER_OCSP, .url = url, .key = key,
	    .may_ask = r->may_ask };
	struct ps_answer n = { 0 };
	unsigned char *der = NULL;
	int size = -1;
	ps_code code;

	/* Who insists on an answer wants a new one; without a nonce it can come from a
	 * cache near the responder (RFC 5019, 6). */
	of.asked = ps_ocsp_request(of.cert, of.issuer, r->in->revocation == PS_REVOCATION_HARD);
	if (of.asked != NULL)
		size = i2d_OCSP_REQUEST(of.asked, &der);
	if (size <= 0) {
		code = ps_nomem(r->err, WHERE);
		goto out;
	}
	q.request = (ps_slice){ der, (size_t)size };
	code = ps_news_find(r->in->news, &q, &n, &r->why[i], r->err);
	if (code == PS_OK && n.bytes.n != 0) {
		/* What was kept was for another nonce. */
		if (n.this_update != 0) {
			OCSP_REQUEST_free(of.asked);
			of.asked = NULL;
		}
		code = judge_news(r, i, &of, &q, &n);
	}
	ps_news_done(r->in->news, &q);
out:
	ps_answer_clear(&n);
	OPENSSL_free(der);
	OCSP_REQUEST_free(of.asked);
	return code;
}

static ps_code
ask_responders(struct round *r, size_t i)
{
	X509 *x = sk_X509_value(r->chain, (int)i);
	struct ps_buf key = { .n = 0 };
	char url[PS_URL_MAX];
	ps_code code = PS_OK;

	for (size_t k = 0; k < POINTS && code == PS_OK && open_question(r, i) &&
	    ps_point_of(x, PS_POINT_OCSP, k, url); k++) {
		if (key.n == 0)
			code = ps_ocsp_key(x, sk_X509_value(r->chain, (int)i + 1), &key, r->err);
		if (code == PS_OK)
			code = ask_responder(r, i, url, (const char *)key.p);
	}
	ps_buf_clear(&key);
	return code;
}

/* --- lists --- */

static ps_code
fetch_list(struct round *r, size_t i, const char *url, X509_CRL **out)
{
	struct ps_question q = { .kind = PS_ANSWER_CRL, .url = url, .key = url,
	    .may_ask = r->may_ask };
	struct ps_answer n = { 0 };
	ps_code code = ps_news_find(r->in->news, &q, &n, &r->why[i], r->err);
	X509_CRL *older;

	*out = NULL;
	if (code == PS_OK && n.bytes.n != 0)
		code = ps_lists_take(r->lists, r->chain, r->route, &q, &n, r->in, out, r->err);
	/* Which of the two is newer the crypto library sees. */
	if (code == PS_OK && q.before.bytes.n != 0)
		code = ps_lists_take(r->lists, r->chain, r->route, &q, &q.before, r->in,
		    *out == NULL ? out : &older, r->err);
	if (code == PS_OK && n.bytes.n != 0 && *out == NULL)
		r->why[i] = W_NEWS_LIST;
	ps_news_done(r->in->news, &q);
	ps_answer_clear(&n);
	return code;
}

/* A list and what it says changed since (RFC 5280, 5.2.6); *out_any: there is one. */
static ps_code
fetch_lists(struct round *r, size_t i, size_t k, bool *out_any)
{
	X509 *x = sk_X509_value(r->chain, (int)i);
	X509_CRL *list = NULL, *delta;
	char url[PS_URL_MAX];
	ps_code code = PS_OK;

	if (ps_point_of(x, PS_POINT_CRL, k, url))
		code = fetch_list(r, i, url, &list);
	if (code != PS_OK || list == NULL)
		return code;
	*out_any = true;
	if (ps_point_of(x, PS_POINT_DELTA, k, url) || ps_point_of_crl(list, k, url))
		code = fetch_list(r, i, url, &delta);
	return code;
}

static ps_code
fetch_all_lists(struct round *r)
{
	ps_code code = PS_OK;

	for (size_t k = 0; k < POINTS && code == PS_OK && any_open(r); k++) {
		bool any = false;

		for (size_t i = 0; i < r->n && code == PS_OK; i++)
			if (open_question(r, i))
				code = fetch_lists(r, i, k, &any);
		if (code == PS_OK && any)
			code = ask_lists(r);
	}
	return code;
}

static ps_code
find_news(struct round *r)
{
	ps_code code = PS_OK;

	for (size_t i = 0; i < r->n && code == PS_OK; i++)
		code = ask_responders(r, i);
	return code == PS_OK && any_open(r) ? fetch_all_lists(r) : code;
}

/* --- the answer --- */

enum { KEY_COMPROMISE = 1, CA_COMPROMISE = 2 };

/* RFC 5280, 5.3.1. What says nothing to a person is left out. */
static const struct {
	long		 code;
	const char	*words;
} reasons[] = {
	{ KEY_COMPROMISE, W_REVOKED_KEY },
	{ CA_COMPROMISE, W_REVOKED_CA_KEY },
	{ 3, W_REVOKED_AFFILIATION },
	{ 4, W_REVOKED_SUPERSEDED },
	{ 5, W_REVOKED_CESSATION },
	{ 6, W_REVOKED_HOLD },
	{ 9, W_REVOKED_PRIVILEGE },
};

static const char *
reason_words(long code)
{
	for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
		if (reasons[i].code == code)
			return reasons[i].words;
	return NULL;
}

static void
tell_revoked(ps_cert *c, bool leaf, int64_t when, long why, struct ps_path_out *out)
{
	const char *said = reason_words(why);
	const char *words = leaf ? W_PATH_REVOKED : W_PATH_CA_REVOKED;

	if (why == KEY_COMPROMISE || why == CA_COMPROMISE)
		out->key_lost = true;
	if (said != NULL)
		words = leaf ? W_PATH_REVOKED_WHY : W_PATH_CA_REVOKED_WHY;
	ps_problem_add(out, &(struct ps_problem){
		.reason = leaf ? PS_PATH_REVOKED : PS_PATH_CA_REVOKED, .words = words,
		.cert = c, .when = when, .why = said });
}

static void
tell_unknown(const struct round *r, size_t i, struct ps_path_out *out)
{
	if (out->revocation_why == NULL)
		out->revocation_why = r->why[i] != NULL ? r->why[i] : W_NEWS_NOTHING;
	if (r->in->revocation != PS_REVOCATION_HARD)
		return;
	ps_problem_add(out, &(struct ps_problem){ .reason = PS_PATH_REVOCATION_UNKNOWN,
	    .words = r->why[i] == NULL ? W_PATH_NO_CRL : W_PATH_NO_NEWS,
	    .cert = out->chain[i], .why = r->why[i] });
}

static void
answer(const struct round *r, size_t i, struct ps_path_out *out)
{
	const struct ps_known *list = &r->list[i];
	const struct ps_ocsp_said *ocsp = &r->ocsp[i];

	if (list->revoked && !list->doubt)
		tell_revoked(out->chain[i], i == 0, list->when, list->why, out);
	else if (r->answered[i] && ocsp->revoked)
		tell_revoked(out->chain[i], i == 0, ocsp->when, ocsp->why, out);
	else if (open_question(r, i))
		tell_unknown(r, i, out);
}

/* When what we know was said, and by what. */
static int64_t
said_when(const struct round *r, size_t i, const char **out_by)
{
	if (r->answered[i]) {
		*out_by = "ocsp";
		return r->ocsp[i].this_update;
	}
	*out_by = "crl";
	return ps_lists_newest(sk_X509_value(r->chain, (int)i), r->lists);
}

/* The anchor is not asked about: nobody could revoke it but itself. */
static void
all_answers(const struct round *r, struct ps_path_out *out)
{
	int64_t oldest = INT64_MAX, at;
	const char *by;

	for (size_t i = 0; i < r->n; i++) {
		answer(r, i, out);
		at = said_when(r, i, &by);
		if (at < oldest)
			oldest = at;
		if (i == 0 && !open_question(r, 0))
			out->revocation_by = by;
	}
	out->revocation_checked = r->n > 0 && !any_open(r);
	if (out->revocation_checked && oldest != INT64_MAX)
		out->revocation_at = oldest;
}

static ps_code
judge(struct round *r, struct ps_path_out *out)
{
	ps_code code = ps_lists_collect(r->lists, r->in, r->chain, r->err);

	if (code != PS_OK || (sk_X509_CRL_num(r->lists) == 0 && r->in->nocsp == 0 &&
	    r->in->news == NULL && r->in->revocation != PS_REVOCATION_HARD))
		return code;
	if ((code = ask_lists(r)) != PS_OK)
		return code;
	read_stapled(r);
	if (r->in->news != NULL && any_open(r))
		code = find_news(r);
	if (code == PS_OK)
		all_answers(r, out);
	return code;
}

ps_code
ps_path_revocation(const struct ps_path_in *in, const struct ps_route *route,
    STACK_OF(X509) *chain, struct ps_path_out *out, ps_err *err)
{
	struct round r = { .in = in, .route = route, .chain = chain, .err = err,
	    .lists = sk_X509_CRL_new_null(), .may_ask = out->good,
	    .n = out->nchain > 0 ? out->nchain - 1 : 0 };
	ps_code code = r.lists == NULL ? ps_nomem(err, WHERE) : judge(&r, out);

	sk_X509_CRL_pop_free(r.lists, X509_CRL_free);
	return code;
}
