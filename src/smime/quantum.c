/* SPDX-License-Identifier: ISC */
/*
 * Which world the content's key goes to: keys that a quantum computer breaks, or
 * keys of ML-KEM.
 *
 * Mail that is recorded today is as private as the weakest of its recipient
 * blocks for as long as it is kept. So a correspondent of whom both kinds of
 * certificate are known gets one block, by the policy; a block of each would be as
 * weak as the older one and larger than both.
 */
#include <string.h>

#include "base/text.h"
#include "base/words.h"
#include "smime/protecting.h"
#include "smime/words.h"

static const struct ps_alg *
key_of(const ps_cert *c)
{
	return ps_spki_alg(ps_cert_view_of(c)->spki);
}

static bool
is_post_quantum(const ps_cert *c)
{
	const struct ps_alg *alg = key_of(c);

	return alg != NULL && ps_alg_post_quantum(alg);
}

static enum ps_pq
rule(const struct protecting *p)
{
	return ps_policy_pq(p->pr->setup.policy);
}

bool
protect_pq_wants(const struct protecting *p, const ps_cert *c)
{
	return is_post_quantum(c) == (rule(p) != PS_PQ_OFF);
}

bool
protect_pq_alike(const ps_cert *a, const ps_cert *b)
{
	return is_post_quantum(a) == is_post_quantum(b);
}

/* A preference for a classical key says what all of his programs read; the list of one that
 * reads ML-KEM says so. */
bool
protect_pq_goes_before(const struct protecting *p, const ps_cert *c, const ps_cert *preferred)
{
	struct protect_reads r;

	if (rule(p) != PS_PQ_PREFER || !is_post_quantum(c) || is_post_quantum(preferred))
		return false;
	protect_reads_of(p->pr, c, &r);
	for (unsigned id = PS_KEM_MLKEM512; id <= PS_KEM_MLKEM1024; id++)
		if (ps_alg_get(id)->key == key_of(c)->id)
			return r.caps.can[id];
	return false;
}

const char *
protect_pq_objection(const struct protecting *p, const ps_cert *c)
{
	if (protect_pq_wants(p, c) || rule(p) == PS_PQ_PREFER)
		return NULL;
	return rule(p) == PS_PQ_REQUIRE ? W_P_PQ_CLASSICAL : W_P_PQ_OFF;
}

bool
protect_pq_missing(const ps_cert *c, char *out, size_t size)
{
	const struct ps_alg *alg = key_of(c);

	if (alg == NULL || ps_alg_offered(alg))
		return false;
	ps_words(out, size, W_R_OLD_LIBRARY, PS_TEXT("name", alg->label),
	    PS_TEXT("since", alg->since));
	return true;
}

/* Is another certificate of this address known that could have been taken? */
static const struct ps_alg *
other_world(struct protecting *p, const char *address, const ps_cert *chosen)
{
	size_t walk = 0;
	ps_cert *c;

	while (ps_setup_next_named(&p->pr->setup, address, &walk, &c, NULL) == PS_OK && c != NULL)
		if (is_post_quantum(c) != is_post_quantum(chosen) && key_of(c) != NULL &&
		    ps_cert_not_before(c) <= p->now && p->now <= ps_cert_not_after(c) &&
		    (protect_may_encrypt(c) ||
		    (is_post_quantum(c) && !ps_alg_offered(key_of(c)))))
			return key_of(c);
	return NULL;
}

void
protect_pq_explain(struct protecting *p, const char *address, const ps_cert *chosen)
{
	const struct ps_alg *other = other_world(p, address, chosen);

	if (other == NULL || key_of(chosen) == NULL)
		return;
	if (!ps_alg_offered(other))
		protect_explain(p, W_P_X_PQ_LIBRARY, PS_TEXT("who", address),
		    PS_TEXT("other", other->label), PS_TEXT("name", key_of(chosen)->label));
	else
		protect_explain(p, protect_pq_wants(p, chosen) ? W_P_X_PQ : W_P_X_PQ_ASKED,
		    PS_TEXT("who", address), PS_TEXT("name", key_of(chosen)->label),
		    PS_TEXT("other", other->label), PS_TEXT("rule", ps_pq_name(rule(p))));
}

/* STANDARDS 2.4: one block that a quantum computer opens takes from all the others what
 * theirs are for. */
void
protect_pq_warn(struct protecting *p, const struct protect_list *l)
{
	const ps_cert *weak = NULL, *strong = NULL;

	for (size_t i = 0; i < l->n; i++) {
		const ps_cert *c = l->to[i].cert;

		if (c == NULL)
			continue;
		if (is_post_quantum(c))
			strong = c;
		else if (weak == NULL)
			weak = c;
	}
	if (weak != NULL && strong != NULL)
		protect_warn(p, W_P_PQ_MIXED, PS_TEXT("who", ps_cert_holder(weak)),
		    PS_TEXT("other", ps_cert_holder(strong)));
}
