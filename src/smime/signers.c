/* SPDX-License-Identifier: ISC */
/*
 * Who signs, with what, and which certificates go along: each signer's own,
 * its chain without the root, and the certificates to encrypt to (RFC 8551,
 * 2.3; RFC 9787, 8).
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/words.h"
#include "smime/protecting.h"
#include "smime/words.h"

static bool
may_sign(const ps_cert *c)
{
	const struct ps_cert_view *v = ps_cert_view_of(c);

	return !v->has_ku ||
	    (v->ku & (PS_KU_DIGITAL_SIGNATURE | PS_KU_NON_REPUDIATION)) != 0;
}

static bool
has_signer(const struct protecting *p, const ps_cert *c)
{
	for (size_t i = 0; i < p->nsigner; i++)
		if (ps_slice_equal(ps_cert_der(p->signer[i].cert), ps_cert_der(c)))
			return true;
	return false;
}

static ps_code
check_strength(struct protecting *p, const ps_cert *cert, const struct ps_key_info *info,
    const struct ps_sigspec *spec, ps_err *err)
{
	const ps_policy *policy = p->pr->setup.policy;

	if (ps_policy_digest(policy, spec->digest, PS_USE_SEND, p->now) != PS_GRADE_GOOD)
		return ps_fail(err, PS_E_REFUSED, "smime.protect", PS_NOWHERE, W_P_SEND,
		    PS_TEXT("name", spec->digest->label));
	if (ps_policy_key(policy, info, PS_USE_SEND, p->now) != PS_GRADE_GOOD)
		return ps_fail(err, PS_E_REFUSED, "smime.protect", PS_NOWHERE, W_P_WEAK_KEY,
		    PS_TEXT("who", ps_cert_holder(cert)));
	return PS_OK;
}

/* What was asked for, else the policy's digest where the key allows it. */
static ps_code
choose_spec(const struct protecting *p, const struct ps_key_info *info, struct ps_sigspec *out,
    ps_err *err)
{
	const struct ps_alg *usual = ps_policy_default(p->pr->setup.policy, PS_ALG_DIGEST);

	if (p->pr->digest == NULL && usual != NULL &&
	    ps_sigspec_choose(out, info, usual, p->pr->pss, NULL) == PS_OK)
		return PS_OK;
	return ps_sigspec_choose(out, info, p->pr->digest, p->pr->pss, err);
}

/* RFC 8551, 2.5.3: said where it is another certificate than the signer's, and of the
 * signer's world, for who can check the signature can use that. */
static ps_cert *
find_preference(const struct protecting *p, ps_cert *signer)
{
	const struct ps_setup *s = &p->pr->setup;
	const char *address = ps_cert_address(signer, 0);
	ps_cert *best = NULL;

	if (address == NULL || protect_may_encrypt(signer))
		return NULL;
	for (size_t i = 0; i < s->nidentity; i++)
		if (protect_may_encrypt(s->identity[i].cert) &&
		    ps_cert_names(s->identity[i].cert, address, PS_MATCH_RECIPIENT) &&
		    (best == NULL || (!protect_pq_alike(best, signer) &&
		    protect_pq_alike(s->identity[i].cert, signer))))
			best = s->identity[i].cert;
	return best;
}

/* RFC 5752, 5.2: signers are one person when their certificates name one mailbox. */
static unsigned
who_is(const struct protecting *p, ps_cert *cert)
{
	const char *address;

	for (size_t i = 0; i < p->nsigner; i++)
		for (unsigned k = 0; (address = ps_cert_address(cert, k)) != NULL; k++)
			if (ps_cert_names(p->signer[i].cert, address, PS_MATCH_RECIPIENT))
				return p->signer[i].who;
	return (unsigned)p->nsigner + 1;
}

static ps_code
add_signer(struct protecting *p, const struct cms_identity *me, ps_err *err)
{
	struct cms_signing s = { .cert = me->cert, .key = me->key,
	    .by_ski = p->pr->key_ids };
	struct ps_key_info info;
	ps_code code;

	ps_key_info(me->key, &info);
	code = choose_spec(p, &info, &s.spec, err);
	if (code == PS_E_REFUSED && p->pr->digest == NULL && !p->pr->pss) {
		ps_err_clear(err);	/* a key that cannot sign: for decryption */
		return PS_OK;
	}
	if (code != PS_OK || (code = check_strength(p, me->cert, &info, &s.spec, err)) != PS_OK)
		return code;
	s.prefer = find_preference(p, me->cert);
	s.who = who_is(p, me->cert);
	p->signer[p->nsigner++] = s;
	protect_explain(p, W_P_X_SIGNER, PS_TEXT("name", ps_sigspec_name(&s.spec)),
	    PS_TEXT("digest", s.spec.digest->name), PS_TEXT("who", ps_cert_holder(me->cert)));
	return PS_OK;
}

static void
add_to_bag(struct protecting *p, ps_cert *c)
{
	if (!ps_cert_is_in(p->bag, p->nbag, c))
		p->bag[p->nbag++] = c;
}

static ps_cert *
find_issuer(const struct ps_setup *s, const ps_cert *of)
{
	const struct ps_cert_view *v = ps_cert_view_of(of);

	for (size_t i = 0; i < s->ncert; i++) {
		const struct ps_cert_view *c = ps_cert_view_of(s->cert[i]);

		if (c->ca && ps_name_equal(v->issuer, c->subject) && (v->aki.n == 0 ||
		    c->ski.n == 0 || ps_slice_equal(v->aki, c->ski)))
			return s->cert[i];
	}
	return NULL;
}

/* A certificate and its chain, without the root: whoever trusts it has it. */
static void
add_chain(struct protecting *p, ps_cert *leaf)
{
	ps_cert *c = leaf;

	add_to_bag(p, leaf);
	for (uint64_t i = 0; i < p->limits->path_length; i++) {
		c = find_issuer(&p->pr->setup, c);
		if (c == NULL || ps_cert_self_issued(c))
			return;
		add_to_bag(p, c);
	}
}

/* RFC 9787, 8: an answer can be encrypted without asking for a certificate first. */
static void
add_encryption_cert(struct protecting *p, const ps_cert *signer)
{
	const char *address = ps_cert_address(signer, 0);
	ps_cert *c = address == NULL ? NULL : protect_find_cert(p, address);

	if (c != NULL)
		add_chain(p, c);
}

ps_code
protect_choose_signers(struct protecting *p, ps_err *err)
{
	const struct ps_setup *s = &p->pr->setup;
	ps_code code;

	p->signer = calloc(s->nidentity + 1, sizeof *p->signer);
	p->bag = calloc(s->ncert + s->nidentity + 1, sizeof *p->bag);
	if (p->signer == NULL || p->bag == NULL)
		return ps_nomem(err, "smime.protect");
	if ((p->what & PS_SIGN) == 0 && !p->around)
		return PS_OK;
	for (size_t i = 0; i < s->nidentity; i++)
		if (s->identity[i].key != NULL && may_sign(s->identity[i].cert) &&
		    !has_signer(p, s->identity[i].cert) &&
		    (code = add_signer(p, &s->identity[i], err)) != PS_OK)
			return code;
	if (p->nsigner == 0 && s->nidentity != 0)
		return ps_fail(err, PS_E_REFUSED, "smime.protect", PS_NOWHERE, W_P_NOT_SIGNING,
		    PS_TEXT("who", ps_cert_holder(s->identity[0].cert)));
	if (p->nsigner == 0)
		return ps_fail(err, PS_E_MISUSE, "smime.protect", PS_NOWHERE, W_P_NO_SIGNER);
	for (size_t i = 0; i < p->nsigner; i++)
		add_chain(p, p->signer[i].cert);
	for (size_t i = 0; i < p->nsigner; i++)
		add_encryption_cert(p, p->signer[i].cert);
	for (size_t i = 0; i < s->nidentity; i++)
		add_chain(p, s->identity[i].cert);
	return PS_OK;
}
