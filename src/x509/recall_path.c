/* SPDX-License-Identifier: ISC */
/*
 * What a context knows about a path.
 *
 * Only a path without fault is remembered, and it counts again where judging anew
 * could find nothing else: the same anchors, lists, policy and question; its
 * certificates at hand once more; and a time between the same dates. For all that
 * a judgement does with the time is to compare it: with the dates of the path's
 * certificates, of lists, and with those of the policy. Lists and answers that a
 * message brings, or that somebody can be asked for, are news each time, so then
 * everything is judged again.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "x509/recall_impl.h"

static bool
usable(const struct ps_recall *m, const struct ps_path_in *in)
{
	/* What was revoked later was good before: a date that stands in no list's head. */
	if (in->past && in->revocation != PS_REVOCATION_OFF && ps_path_has_lists(in))
		return false;
	return m != NULL && (in->revocation == PS_REVOCATION_OFF ||
	    (in->ncrl == 0 && in->nocsp == 0 && in->news == NULL));
}

static struct ps_basis
basis_of(const struct ps_path_in *in)
{
	struct ps_basis b = { 0 };

	memcpy(b.trust, in->trust->identity, sizeof b.trust);
	memcpy(b.policy, ps_policy_identity(in->policy), sizeof b.policy);
	b.length = in->limits->path_length;
	b.signatures = in->limits->path_signatures;
	b.names = in->limits->name_checks;
	b.purpose = in->purpose;
	b.revocation = in->revocation;
	b.past = in->past;
	b.lists = in->revocation != PS_REVOCATION_OFF && ps_path_has_lists(in);
	return b;
}

/* --- the certificates that it rests on --- */

static bool
is_anchor(const struct ps_trust *t, const ps_cert *c)
{
	for (size_t i = 0; i < t->n; i++)
		if (ps_slice_equal(ps_cert_der(t->anchor[i].cert), ps_cert_der(c)))
			return true;
	return false;
}

static bool
is_at_hand(const struct ps_path_in *in, const ps_cert *c)
{
	for (size_t i = 0; i < in->nextra; i++)
		if (in->extra[i] == c)
			return true;
	return is_anchor(in->trust, c) || ps_cert_is_in(in->extra, in->nextra, c);
}

/* The leaf is the question, the anchor is among the trusted. */
static bool
all_at_hand(const struct ps_path_in *in, ps_cert *const *chain, size_t n)
{
	for (size_t i = 1; i + 1 < n; i++)
		if (!is_at_hand(in, chain[i]))
			return false;
	return true;
}

static bool
may_sign_lists(const ps_cert *c)
{
	const struct ps_cert_view *v = ps_cert_view_of(c);

	return v->ca || (v->ku & PS_KU_CRL_SIGN) != 0;
}

static ps_cert *
next_signer(const struct ps_path_in *in, size_t *walk)
{
	while (*walk < in->nextra) {
		ps_cert *c = in->extra[(*walk)++];
		if (may_sign_lists(c))
			return c;
	}
	return NULL;
}

/* Who may have signed lists must be the same, in the same order. */
static bool
same_signers(const struct ps_path_in *in, const struct ps_found *f)
{
	size_t walk = 0, i = 0;
	ps_cert *c;

	if (!f->basis.lists)
		return true;
	while ((c = next_signer(in, &walk)) != NULL) {
		if (i == f->nsigner || (c != f->signer[i] &&
		    !ps_slice_equal(ps_cert_der(c), ps_cert_der(f->signer[i]))))
			return false;
		i++;
	}
	return i == f->nsigner;
}

/* --- looking up --- */

static bool
same_basis(const struct ps_basis *a, const struct ps_basis *b)
{
	return memcmp(a->trust, b->trust, sizeof a->trust) == 0 &&
	    memcmp(a->policy, b->policy, sizeof a->policy) == 0 && a->length == b->length &&
	    a->signatures == b->signatures && a->names == b->names &&
	    a->purpose == b->purpose && a->revocation == b->revocation &&
	    a->past == b->past && a->lists == b->lists;
}

static bool
answers(const struct ps_found *f, const struct ps_basis *b, const struct ps_path_in *in)
{
	return f != NULL && f->from <= in->at && in->at <= f->to &&
	    same_basis(&f->basis, b) && all_at_hand(in, f->chain, f->nchain) &&
	    same_signers(in, f);
}

static void
copy_out(const struct ps_found *f, ps_cert *leaf, struct ps_path_out *out)
{
	*out = (struct ps_path_out){ .good = true, .nchain = f->nchain,
	    .revocation_checked = f->revocation_checked, .revocation_at = f->revocation_at,
	    .revocation_by = f->revocation_by, .revocation_why = f->revocation_why };
	for (size_t i = 0; i < f->nchain; i++)
		out->chain[i] = ps_cert_ref(i == 0 ? leaf : f->chain[i]);
}

static const struct ps_found *
find(struct ps_recall *m, const struct ps_basis *b, const struct ps_path_in *in)
{
	struct ps_recalled *k = ps_recalled_find(m, ps_cert_der(in->cert));

	for (unsigned i = 0; k != NULL && i < PS_FINDINGS_EACH; i++)
		if (answers(k->found[i], b, in))
			return k->found[i];
	return NULL;
}

bool
ps_recall_path(struct ps_recall *m, const struct ps_path_in *in, struct ps_path_out *out)
{
	const struct ps_found *f;
	struct ps_basis b;

	if (!usable(m, in))
		return false;
	b = basis_of(in);
	(void)pthread_mutex_lock(&m->lock);
	f = find(m, &b, in);
	if (f != NULL)
		copy_out(f, in->cert, out);
	(void)pthread_mutex_unlock(&m->lock);
	return f != NULL;
}

/* --- keeping --- */

/* `date` is the last second of something, or (first) its first. */
static void
narrow(int64_t *from, int64_t *to, int64_t at, int64_t date, bool first)
{
	int64_t begins = first ? date : date + 1;	/* of what comes after it */

	if (date == INT64_MAX || date == INT64_MIN)
		return;
	if (begins <= at && begins > *from)
		*from = begins;
	if (begins > at && begins - 1 < *to)
		*to = begins - 1;
}

/* The crypto library ends a second earlier or later than we do at some dates: a
 * second at either side of each belongs to neither. */
static void
narrow_both(int64_t *from, int64_t *to, int64_t at, int64_t date)
{
	for (int64_t i = -1; i <= 1; i++)
		narrow(from, to, at, date + i, true);
}

static void
set_window(struct ps_found *f, const struct ps_path_in *in)
{
	const STACK_OF(X509_CRL) *lists = in->trust->crls;
	size_t walk = 0;
	int64_t date;

	f->from = INT64_MIN;
	f->to = INT64_MAX;
	for (size_t i = 0; i < f->nchain; i++) {
		narrow_both(&f->from, &f->to, in->at, ps_cert_not_before(f->chain[i]));
		narrow_both(&f->from, &f->to, in->at, ps_cert_not_after(f->chain[i]));
	}
	for (size_t i = 0; i < f->nsigner; i++) {
		narrow_both(&f->from, &f->to, in->at, ps_cert_not_before(f->signer[i]));
		narrow_both(&f->from, &f->to, in->at, ps_cert_not_after(f->signer[i]));
	}
	for (int i = 0; f->basis.lists && i < sk_X509_CRL_num(lists); i++) {
		const X509_CRL *crl = sk_X509_CRL_value(lists, i);
		narrow_both(&f->from, &f->to, in->at,
		    ps_asn1_time(X509_CRL_get0_lastUpdate(crl)));
		narrow_both(&f->from, &f->to, in->at,
		    ps_asn1_time(X509_CRL_get0_nextUpdate(crl)));
	}
	while (ps_policy_next_date(in->policy, &walk, &date))
		narrow(&f->from, &f->to, in->at, date, false);
}

static bool
take_signers(struct ps_found *f, const struct ps_path_in *in)
{
	size_t walk = 0;
	ps_cert *c;

	while (f->basis.lists && (c = next_signer(in, &walk)) != NULL) {
		if (f->nsigner == PS_SIGNERS_OF_LISTS)
			return false;
		f->signer[f->nsigner++] = ps_cert_ref(c);
	}
	return true;
}

static struct ps_found *
found_new(const struct ps_path_in *in, const struct ps_path_out *out)
{
	struct ps_found *f = calloc(1, sizeof *f);

	if (f == NULL)
		return NULL;
	f->basis = basis_of(in);
	for (; f->nchain < out->nchain; f->nchain++)
		f->chain[f->nchain] = ps_cert_ref(out->chain[f->nchain]);
	f->revocation_checked = out->revocation_checked;
	f->revocation_at = out->revocation_at;
	f->revocation_by = out->revocation_by;
	f->revocation_why = out->revocation_why;
	if (take_signers(f, in)) {
		set_window(f, in);
		return f;
	}
	ps_found_free(f);
	return NULL;
}

/* What stands in a message as it is remembered then needs no second look. */
static bool
all_plain(const struct ps_path_out *out)
{
	for (size_t i = 0; i < out->nchain; i++)
		if (!der_is_canonical(ps_cert_der(out->chain[i]), false))
			return false;
	return true;
}

void
ps_recall_keep(struct ps_recall *m, const struct ps_path_in *in, const struct ps_path_out *out)
{
	struct ps_found *f = NULL, *gone;
	struct ps_recalled *k;

	if (!usable(m, in) || !out->good || out->nproblem != 0 || out->nchain == 0 ||
	    !all_plain(out) || !all_at_hand(in, out->chain, out->nchain) ||
	    (f = found_new(in, out)) == NULL)
		return;
	gone = f;
	(void)pthread_mutex_lock(&m->lock);
	for (size_t i = 1; i + 1 < out->nchain; i++)
		(void)ps_recalled_add(m, out->chain[i]);
	k = ps_recalled_add(m, in->cert);
	if (k != NULL) {
		gone = k->found[k->next];
		k->found[k->next] = f;
		k->next = (k->next + 1) % PS_FINDINGS_EACH;
	}
	(void)pthread_mutex_unlock(&m->lock);
	ps_found_free(gone);
}
