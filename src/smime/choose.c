/* SPDX-License-Identifier: ISC */
/*
 * Which algorithms a mail is sent with: the best that everybody who gets it is
 * known to read.
 *
 * What may be chosen, and what is sent to somebody of whom nothing is known,
 * is policy data. Nobody's announcement goes below that list, whose last
 * cipher every program of S/MIME reads: a list that is short, or was made short
 * by somebody else, costs strength within it and never more.
 */
#include <string.h>

#include "base/text.h"
#include "base/words.h"
#include "smime/protecting.h"
#include "smime/words.h"

bool
protect_is_rsa(const struct ps_key_info *info)
{
	return info->type->id == PS_KEY_RSA || info->type->id == PS_KEY_RSA_OAEP;
}

/* --- narrowing to what one recipient reads --- */

/* The default, and what is no better and no stranger than it. */
static bool
stranger_reads(const ps_policy *policy, size_t i)
{
	const struct ps_alg *usual = ps_policy_default(policy, PS_ALG_CIPHER);
	const struct ps_alg *alg = ps_policy_choice(policy, i);
	bool below = false;

	for (size_t k = 0; k < i; k++)
		below = below || ps_policy_choice(policy, k) == usual;
	return alg == usual || (below && !alg->aead);
}

/* RFC 5751, 2.7: AES-128-CBC is what every program reads. */
static bool
reads(const ps_policy *policy, const struct protect_reads *r, bool known, size_t i)
{
	const struct ps_alg *alg = ps_policy_choice(policy, i);

	if (!known)
		return stranger_reads(policy, i);
	return r->caps.can[alg->id] || alg->id == PS_AES128_CBC;
}

static void
narrow_ciphers(const ps_policy *policy, struct protect_list *l, const struct protect_reads *r,
    const char *who)
{
	bool known = r->by != READS_UNKNOWN && cms_caps_any(&r->caps, PS_ALG_CIPHER);

	for (size_t i = 0; ps_policy_choice(policy, i) != NULL; i++) {
		if (reads(policy, r, known, i))
			continue;
		/* The first who lacks the best that somebody lacks. */
		if (l->lacks == 0 || i < l->best_lacked) {
			l->best_lacked = i;
			ps_words(l->without, sizeof l->without, "{who}", PS_TEXT("who", who));
			l->stranger = r->by == READS_UNKNOWN;
		}
		l->lacks |= 1u << i;
	}
}

/* A list that names signatures or digests leaves out those that it lacks. */
static void
narrow_digests(struct protect_list *l, const struct cms_caps *caps)
{
	unsigned named = 0;

	for (unsigned id = 1; id < PS_ALG_COUNT; id++) {
		const struct ps_alg *alg = ps_alg_get(id);

		if (caps->can[id] && alg->kind == PS_ALG_DIGEST)
			named |= 1u << id;
		else if (caps->can[id] && alg->kind == PS_ALG_SIGNATURE)
			named |= 1u << alg->digest;
	}
	if (named != 0)
		l->no_digest |= ~named;
}

static void
narrow(struct protecting *p, struct protect_list *l, const struct protect_reads *r,
    const char *who)
{
	l->nothers++;
	narrow_ciphers(p->pr->setup.policy, l, r, who);
	narrow_digests(l, &r->caps);
	l->no_hkdf = l->no_hkdf || !r->caps.can[PS_CEK_HKDF_SHA256];
}

/* --- how one recipient gets the key --- */

static const struct ps_alg *
transport_for(const struct protecting *p, const struct ps_key_info *info,
    const struct cms_caps *caps)
{
	/* RFC 4055, 4.1: an id-RSAES-OAEP key is for OAEP alone. */
	if (info->type->id == PS_KEY_RSA_OAEP)
		return ps_alg_get(PS_RSA_OAEP);
	if (p->pr->transport != NULL)
		return p->pr->transport;
	return caps->can[PS_RSA_OAEP] ? ps_alg_get(PS_RSA_OAEP)
	    : ps_policy_default(p->pr->setup.policy, PS_ALG_TRANSPORT);
}

/* RFC 5753, 7.1.5: the KDF by the curve's strength, or one that is announced. */
static ps_code
agreement_for(const struct protecting *p, struct ps_pubkey *key, const struct cms_caps *caps,
    const struct ps_alg **out, ps_err *err)
{
	static const unsigned by_rank[] = { PS_ECDH_SHA256, PS_ECDH_SHA384, PS_ECDH_SHA512 };
	const struct ps_alg *wrap;
	ps_code code = ps_agree_choose(key, 32, out, &wrap, err);

	if (code != PS_OK || (*out)->key != PS_KEY_EC || caps->can[(*out)->id])
		return code;
	for (size_t i = 0; i < sizeof by_rank / sizeof by_rank[0]; i++)
		if (caps->can[by_rank[i]] && ps_policy_recipient(p->pr->setup.policy,
		    ps_alg_get(by_rank[i]), PS_USE_SEND, p->now) == PS_GRADE_GOOD)
			*out = ps_alg_get(by_rank[i]);
	return PS_OK;
}

static void
explain_key(struct protecting *p, const struct cms_to *to, const struct ps_alg *how, bool own,
    const struct protect_reads *r)
{
	static const char *const known[] = {
		[READS_UNKNOWN] = W_P_X_UNKNOWN,
		[READS_CERTIFICATE] = W_P_X_CERTIFICATE,
		[READS_MAIL] = W_P_X_MAIL,
	};
	char why[160];

	ps_words(why, sizeof why, own ? W_P_X_SELF : known[r->by], PS_TIME("date", r->made));
	protect_explain(p, W_P_X_TO, PS_TEXT("who", ps_cert_holder(to->cert)),
	    PS_TEXT("name", how->name), PS_TIME("date", ps_cert_not_after(to->cert)),
	    PS_TEXT("why", why));
}

static ps_code
refuse_alg(const struct ps_alg *alg, ps_err *err)
{
	return ps_fail(err, PS_E_REFUSED, "smime.protect", PS_NOWHERE, W_P_SEND,
	    PS_TEXT("name", alg->label));
}

ps_code
protect_choose_key(struct protecting *p, struct protect_list *l, struct cms_to *to, bool own,
    ps_err *err)
{
	const struct ps_alg *how;
	struct protect_reads r;
	struct ps_pubkey *key;
	struct ps_key_info info;
	ps_code code;

	if ((code = ps_cert_pubkey(to->cert, &key, err)) != PS_OK)
		return code;
	ps_pubkey_info(key, &info);
	protect_reads_of(p->pr, to->cert, &r);
	if ((how = ps_kem_for(&info)) != NULL)
		to->transport = how;
	else if (protect_is_rsa(&info))
		how = to->transport = transport_for(p, &info, &r.caps);
	else if ((code = agreement_for(p, key, &r.caps, &to->agreement, err)) != PS_OK)
		return code;
	else
		how = to->agreement;
	/* A key that nobody should encrypt to any more has been warned of. */
	if (ps_policy_recipient(p->pr->setup.policy, how, PS_USE_SEND, p->now) !=
	    PS_GRADE_GOOD && (protect_is_rsa(&info) || !p->pr->insecure_recipients))
		return refuse_alg(how, err);
	if (!own)
		narrow(p, l, &r, ps_cert_holder(to->cert));
	explain_key(p, to, how, own, &r);
	return PS_OK;
}

void
protect_choose_secret(struct protecting *p, struct protect_list *l, const char *what)
{
	const struct protect_reads unknown = { .by = READS_UNKNOWN };
	char who[64];

	ps_words(who, sizeof who, W_P_X_HOLDER, PS_TEXT("what", what));
	narrow(p, l, &unknown, who);
	protect_explain(p, W_P_X_SECRET, PS_TEXT("what", what));
}

/* --- one for all --- */

/* The best that nobody lacks; NULL: there is none. *out_better: the best of all. */
static const struct ps_alg *
best_cipher(const struct protecting *p, const struct protect_list *l,
    const struct ps_alg **out_better)
{
	const ps_policy *policy = p->pr->setup.policy;
	const struct ps_alg *alg;

	*out_better = NULL;
	for (size_t i = 0; (alg = ps_policy_choice(policy, i)) != NULL; i++) {
		if (ps_policy_cipher(policy, alg, PS_USE_SEND, p->now) != PS_GRADE_GOOD)
			continue;
		if ((l->lacks & 1u << i) == 0)
			return alg;
		if (*out_better == NULL)
			*out_better = alg;
	}
	return NULL;
}

static void
explain_cipher(struct protecting *p, const struct protect_list *l, const struct ps_alg *better)
{
	char why[256];

	ps_words(why, sizeof why, p->pr->cipher != NULL ? W_P_X_GIVEN
	    : l->nothers == 0 ? W_P_X_ALONE
	    : better == NULL ? W_P_X_ANNOUNCED
	    : l->stranger ? W_P_X_STRANGER : W_P_X_LACKS,
	    PS_TEXT("who", l->without), PS_TEXT("name", better == NULL ? "" : better->name));
	protect_explain(p, W_P_X_CIPHER, PS_TEXT("name", p->cipher->name), PS_TEXT("why", why));
}

ps_code
protect_choose_cipher(struct protecting *p, const struct protect_list *l, ps_err *err)
{
	const ps_policy *policy = p->pr->setup.policy;
	const struct ps_alg *better = NULL;

	p->cipher = p->pr->cipher != NULL ? p->pr->cipher : best_cipher(p, l, &better);
	if (p->cipher == NULL)
		p->cipher = ps_policy_default(policy, PS_ALG_CIPHER);
	if (ps_policy_cipher(policy, p->cipher, PS_USE_SEND, p->now) != PS_GRADE_GOOD)
		return refuse_alg(p->cipher, err);
	p->hkdf = l->nothers != 0 && !l->no_hkdf;
	explain_cipher(p, l, better);
	if (p->hkdf)
		protect_explain(p, W_P_X_HKDF);
	return PS_OK;
}

/* SHA-256 is what every program reads (RFC 8551, 2.1). */
ps_code
protect_choose_digests(struct protecting *p, const struct protect_list *l, ps_err *err)
{
	struct ps_key_info info;
	ps_code code;

	for (size_t i = 0; i < p->nsigner && p->pr->digest == NULL; i++) {
		struct cms_signing *s = &p->signer[i];

		if ((l->no_digest & 1u << s->spec.digest->id) == 0 ||
		    s->spec.digest->id == PS_SHA256)
			continue;
		ps_key_info(s->key, &info);
		code = ps_sigspec_choose(&s->spec, &info, ps_alg_get(PS_SHA256), p->pr->pss,
		    NULL);
		if (code == PS_E_NOMEM)
			return ps_nomem(err, "smime.protect");
		protect_explain(p, code == PS_OK ? W_P_X_DIGEST : W_P_X_NO_DIGEST,
		    PS_TEXT("name", s->spec.digest->name));
	}
	return PS_OK;
}
