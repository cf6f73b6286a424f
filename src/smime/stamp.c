/* SPDX-License-Identifier: ISC */
/*
 * A time-stamp for a signature of our own (RFC 3161).
 *
 * Whoever carries the question may be slow, wrong or lying, so the answer proves
 * itself before it is put into a mail: it is for this signature and this
 * question, and signed by somebody whose certificate is for that alone.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/words.h"
#include "cms/stamp_request.h"
#include "cms/timestamp.h"
#include "crypto/digest.h"
#include "smime/protecting.h"
#include "smime/words.h"

/* One question on its way. */
struct asking {
	struct protecting *p;
	ps_slice	 signature;
	uint8_t		 nonce[CMS_NONCE];
	struct ps_buf	 request;
	struct ps_buf	 answer;
};

ps_code
ps_protector_set_timestamp(ps_protector *pr, const char *url, ps_err *err)
{
	char *copy = NULL;

	if (pr == NULL || (url != NULL && (copy = strdup(url)) == NULL))
		return ps_nomem(err, "smime.protector");
	free(pr->stamp);
	pr->stamp = copy;
	return PS_OK;
}

ps_code
ps_protector_add_stamp_trust_file(ps_protector *pr, const char *path, ps_err *err)
{
	ps_code code;

	if (pr == NULL)
		return ps_nomem(err, "smime.protector");
	if (pr->stamp_trust == NULL && (code = ps_trust_new(&pr->stamp_trust, err)) != PS_OK)
		return code;
	return ps_trust_add_file(pr->stamp_trust, path, &pr->setup.ctx->limits, err);
}

/* The digest of the policy, for a stamp is to outlive its signature. */
static ps_code
make_request(struct asking *a, ps_err *err)
{
	const struct ps_alg *usual = ps_policy_default(a->p->pr->setup.policy, PS_ALG_DIGEST);
	const struct ps_alg *digest = usual != NULL ? usual : ps_alg_get(PS_SHA256);
	uint8_t hash[PS_DIGEST_MAX];
	ps_code code;

	/* Never from a seed: it is what tells this answer from an older one. */
	if ((code = ps_random(a->nonce, sizeof a->nonce, err)) != PS_OK ||
	    (code = ps_digest_once(digest, a->signature, hash, err)) != PS_OK)
		return code;
	a->nonce[0] = (a->nonce[0] & 0x3f) | 0x40;
	return cms_stamp_request(digest, (ps_slice){ hash, ps_digest_size(digest) }, a->nonce,
	    &a->request, err);
}

static ps_code
ask(struct asking *a, ps_err *err)
{
	ps_protector *pr = a->p->pr;
	ps_code code;

	if (pr->setup.fetch == NULL)
		return ps_fail(err, PS_E_MISUSE, "smime.time-stamp", PS_NOWHERE, W_STAMP_NO_FETCH);
	code = ps_setup_fetch(&pr->setup, PS_FETCH_STAMP, pr->stamp, ps_buf_get(&a->request),
	    a->p->limits->stamp_bytes, &a->answer, err);
	return code == PS_OK ? PS_OK
	    : ps_because(err, code, "smime.time-stamp", PS_NOWHERE, W_STAMP_ASK);
}

static ps_code
refuse(ps_err *err, const char *words)
{
	return ps_fail(err, PS_E_REFUSED, "smime.time-stamp", PS_NOWHERE, words);
}

/* RFC 3161, 2.4.2: with a status above 1 there is no token. */
static ps_code
read_answer(ps_slice der, ps_slice *out_token, ps_err *err)
{
	struct cms_stamp_answer a;
	ps_code code = cms_stamp_answer(&a, der, err);

	if (code != PS_OK)
		return code == PS_E_NOMEM ? code : ps_because(err, PS_E_REFUSED,
		    "smime.time-stamp", PS_NOWHERE, W_STAMP_NO_ANSWER);
	if (a.status > 1 || a.token.n == 0)
		return ps_fail(err, PS_E_REFUSED, "smime.time-stamp", PS_NOWHERE,
		    a.text.n != 0 ? W_STAMP_DENIED_TEXT : W_STAMP_DENIED,
		    PS_NUMBER("status", a.status), PS_OCTETS("text", a.text));
	*out_token = a.token;
	return PS_OK;
}

static ps_code
check_token(const struct asking *a, const struct cms_stamp *t, ps_err *err)
{
	switch (t->result) {
	case CMS_STAMP_GOOD:
		break;
	case CMS_STAMP_MALFORMED:
		return refuse(err, W_STAMP_MALFORMED);
	case CMS_STAMP_OTHER:
		return refuse(err, W_STAMP_IMPRINT);
	case CMS_STAMP_NO_CERT:
		return refuse(err, W_STAMP_NO_CERT);
	case CMS_STAMP_SIGNATURE:
		return refuse(err, W_STAMP_SIGNATURE);
	}
	if (!ps_slice_equal(t->nonce, (ps_slice){ a->nonce, CMS_NONCE }))
		return refuse(err, W_STAMP_NONCE);
	return PS_OK;
}

/* RFC 3161, 2.3: one purpose, critical. */
static bool
may_stamp(const ps_cert *c)
{
	const struct ps_cert_view *v = ps_cert_view_of(c);

	return v->eku_time_stamping && v->eku_critical && !v->eku_several;
}

/* With anchors of their own these count and no others. */
static ps_code
judge(struct protecting *p, const struct cms_stamp *t, struct ps_path_out *path, ps_err *err)
{
	struct ps_setup s = p->pr->setup;

	if (p->pr->stamp_trust != NULL) {
		s.trust = p->pr->stamp_trust;
		s.trust_given = true;
	}
	return ps_setup_judge(&s, t->cert, &t->s.bag, PS_PURPOSE_STAMP, p->now, path, err);
}

static ps_code
check_stamper(struct protecting *p, const struct cms_stamp *t, ps_err *err)
{
	struct ps_path_out path = { .good = false };
	ps_code code;

	if (!may_stamp(t->cert))
		return ps_fail(err, PS_E_REFUSED, "smime.time-stamp", PS_NOWHERE,
		    W_STAMP_PURPOSE, PS_TEXT("who", ps_cert_subject(t->cert)));
	if (p->pr->stamp_trust == NULL && !p->pr->setup.trust_given)
		return PS_OK;
	code = judge(p, t, &path, err);
	if (code == PS_OK && !path.good)
		code = ps_fail(err, PS_E_REFUSED, "smime.time-stamp", PS_NOWHERE, W_STAMP_PATH,
		    PS_TEXT("who", ps_cert_subject(t->cert)),
		    PS_TEXT("why", path.nproblem > 0 ? path.problem[0].text : ""));
	ps_path_clear(&path);
	return code;
}

static ps_code
take_token(struct asking *a, ps_slice token, struct ps_buf *out, ps_err *err)
{
	const struct ps_setup *s = &a->p->pr->setup;
	struct cms_stamp t;
	ps_code code;

	code = cms_stamp_check(&t, token, a->signature, s->cert, s->ncert, a->p->limits, err);
	if (code == PS_OK && (code = check_token(a, &t, err)) == PS_OK &&
	    (code = check_stamper(a->p, &t, err)) == PS_OK)
		code = ps_buf_add(out, token, err);
	cms_stamp_clear(&t);
	return code;
}

ps_code
protect_stamp(void *arg, ps_slice signature, struct ps_buf *token, ps_err *err)
{
	struct asking a = { .p = arg, .signature = signature };
	ps_slice element;
	ps_code code;

	if ((code = make_request(&a, err)) == PS_OK && (code = ask(&a, err)) == PS_OK &&
	    (code = read_answer(ps_buf_get(&a.answer), &element, err)) == PS_OK)
		code = take_token(&a, element, token, err);
	ps_buf_clear(&a.answer);
	ps_buf_clear(&a.request);
	return code;
}
