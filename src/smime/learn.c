/* SPDX-License-Identifier: ISC */
/*
 * What correspondents' programs read, learnt from mails that they signed (RFC
 * 8551, 2.7.1).
 *
 * Only a valid signature teaches: a forged announcement would choose our
 * cipher for us. The newest mail of an address counts, whatever order they are
 * given in, so that an old one played again takes nothing back; one from the
 * future would never be outdone, and is left out.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/words.h"
#include "smime/protecting.h"
#include "smime/remember.h"
#include "smime/words.h"

static struct protect_known *
find_known(const ps_protector *pr, const char *address)
{
	size_t walk = 0, i;

	while (ps_index_next(&pr->known_by, ps_address_hash(address), &walk, &i))
		if (ps_address_equal(pr->known[i].address, address, PS_MATCH_RECIPIENT))
			return &pr->known[i];
	return NULL;
}

static ps_code
add_known(ps_protector *pr, const char *address, struct protect_known **out, ps_err *err)
{
	struct protect_known *grown;

	if ((*out = find_known(pr, address)) != NULL)
		return PS_OK;
	grown = realloc(pr->known, (pr->nknown + 1) * sizeof *grown);
	if (grown == NULL)
		return ps_nomem(err, "smime.learn");
	pr->known = grown;
	*out = &grown[pr->nknown];
	**out = (struct protect_known){ .address = strdup(address), .made = INT64_MIN };
	if ((*out)->address == NULL)
		return ps_nomem(err, "smime.learn");
	return ps_index_add(&pr->known_by, ps_address_hash(address), pr->nknown++, err);
}

static ps_code
learn_signer(struct protecting *p, const struct ps_signature *s, const char *address,
    ps_err *err)
{
	struct protect_known *known;
	struct cms_attrs attrs;
	ps_code code;

	if (!ps_signature_says(s, p->now, &attrs))
		return PS_OK;
	if ((code = add_known(p->pr, address, &known, err)) != PS_OK ||
	    s->signing_time <= known->made)
		return code;
	known->made = s->signing_time;
	cms_caps_parse(&known->caps, attrs.caps);
	ps_cert_free(known->prefer);
	known->prefer = ps_signature_prefers(s, &attrs);
	if (known->prefer != NULL)
		ps_cert_ref(known->prefer);
	return PS_OK;
}

static ps_code
learn_certs(struct protecting *p, const struct ps_layer *l, ps_err *err)
{
	ps_code code = PS_OK;

	for (size_t i = 0; i < l->ncert && code == PS_OK; i++)
		code = ps_setup_add_cert(&p->pr->setup, ps_cert_ref(l->cert[i]), err);
	return code;
}

static ps_code
learn_verdict(struct protecting *p, const ps_verdict *v, ps_err *err)
{
	ps_code code = PS_OK;

	for (size_t i = 0; i < v->nsignature && code == PS_OK; i++) {
		const struct ps_signature *s = &v->signature[i];

		if (s->state != PS_STATE_VALID || !s->in_envelope)
			continue;
		code = learn_certs(p, s->layer, err);
		for (size_t k = 0; k < v->from.n && code == PS_OK; k++)
			if (ps_cert_names(s->cert, v->from.box[k].address, PS_MATCH_SENDER))
				code = learn_signer(p, s, v->from.box[k].address, err);
	}
	return code;
}

/* The mail is judged by what the protector was given: it lends it. */
static ps_code
learn_mail(struct protecting *p, const char *path, ps_err *err)
{
	struct ps_opener op = { .setup = p->pr->setup };
	ps_verdict *v = NULL;
	ps_code code;

	op.setup.progress = NULL;
	code = ps_opener_verify_file(&op, path, &v, err);
	op.setup.progress = p->pr->setup.progress;
	p->pr->setup = op.setup;
	if (code == PS_OK && v->summary != PS_SUMMARY_SIGNED &&
	    v->summary != PS_SUMMARY_SEALED)
		code = ps_fail(err, PS_E_REFUSED, "smime.learn", PS_NOWHERE, W_P_LEARN,
		    PS_TEXT("sentence", v->sentence));
	if (code == PS_OK)
		code = learn_verdict(p, v, err);
	ps_verdict_free(v);
	return code == PS_OK ? code : ps_because(err, code, "smime.learn", PS_NOWHERE, W_FILE,
	    PS_TEXT("path", path));
}

ps_code
protect_learn(struct protecting *p, ps_err *err)
{
	ps_protector *pr = p->pr;
	ps_code code = PS_OK;

	for (; pr->nlearnt < pr->nlearn && code == PS_OK; pr->nlearnt++)
		code = learn_mail(p, pr->learn[pr->nlearnt], err);
	return code;
}

void
protect_known_clear(struct ps_protector *pr)
{
	for (size_t i = 0; i < pr->nlearn; i++)
		free(pr->learn[i]);
	for (size_t i = 0; i < pr->nknown; i++) {
		free(pr->known[i].address);
		ps_cert_free(pr->known[i].prefer);
		ps_cert_free(pr->known[i].pinned);
	}
	ps_index_clear(&pr->known_by);
	free(pr->learn);
	free(pr->known);
}

/* --- the store --- */

/* Of what a mail and the store tell the later counts. */
static void
take_person(struct protect_known *known, struct ps_memory_person *who)
{
	known->recalled = true;
	if (who->pinned != NULL)
		known->pinned = ps_cert_ref(who->pinned);
	if (who->made <= known->made)
		return;
	known->made = who->made;
	cms_caps_parse(&known->caps, ps_buf_get(&who->caps));
	ps_cert_free(known->prefer);
	known->prefer = who->prefer == NULL ? NULL : ps_cert_ref(who->prefer);
}

ps_code
protect_recall(struct protecting *p, const char *address, ps_err *err)
{
	struct ps_memory *m = p->pr->setup.store;
	struct ps_memory_person who;
	struct protect_known *known;
	ps_code code;

	if (m == NULL || ((known = find_known(p->pr, address)) != NULL && known->recalled))
		return PS_OK;
	if ((code = add_known(p->pr, address, &known, err)) != PS_OK ||
	    (code = m->ops->person(m, address, &who, err)) != PS_OK)
		return code;
	take_person(known, &who);
	ps_memory_person_clear(&who);
	return PS_OK;
}

/* --- asking --- */

ps_cert *
protect_pinned(const struct ps_protector *pr, const char *address)
{
	const struct protect_known *known = find_known(pr, address);

	return known == NULL ? NULL : known->pinned;
}

ps_cert *
protect_preferred(const struct ps_protector *pr, const char *address)
{
	const struct protect_known *known = find_known(pr, address);

	return known == NULL ? NULL : known->prefer;
}

/* RFC 8551, 2.7.1 and RFC 4262: a signed mail tells more than the authority. */
void
protect_reads_of(const struct ps_protector *pr, const ps_cert *c, struct protect_reads *out)
{
	const struct protect_known *known = NULL;
	const char *address;

	for (size_t i = 0; known == NULL && (address = ps_cert_address(c, i)) != NULL; i++)
		known = find_known(pr, address);
	if (known != NULL && known->caps.any) {
		*out = (struct protect_reads){ .by = READS_MAIL, .made = known->made,
		    .caps = known->caps };
		return;
	}
	*out = (struct protect_reads){ .by = READS_UNKNOWN };
	cms_caps_parse(&out->caps, ps_cert_view_of(c)->smime_capabilities);
	if (out->caps.any)
		out->by = READS_CERTIFICATE;
}
