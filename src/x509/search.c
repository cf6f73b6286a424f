/* SPDX-License-Identifier: ISC */
/*
 * The search for a path.
 *
 * The crypto library takes the first issuer of the right name and does not
 * turn back. A message may carry several of one name: an authority changed its
 * key, or its root was issued again, or is certified by others, or somebody
 * wants to annoy. So when the likeliest path has a fault, we go from the leaf
 * upwards, depth first, only over signatures that are right, and have each
 * path that ends at an anchor judged, until one is without fault. What may be
 * spent is bounded: signatures, certificates looked above, paths judged. The
 * same key is not asked twice about the same certificate, and what leads
 * nowhere is not entered twice, so a thousand cross-certificates of one name
 * cost no more than one.
 */
#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include "base/text.h"
#include "x509/internal.h"
#include "x509/recall.h"
#include "x509/words.h"

#define WHERE	"x509.search"

enum {
	TRIES	= 6,	/* paths judged */
	STEPS	= 1024,	/* times that somebody's issuers are looked for */
	RANKS	= 4,
	CHECKS	= 1024	/* answers remembered; a limit above that is this */
};

/* A certificate that may be part of the path. */
struct helper {
	ps_cert		*cert;
	uint32_t	 subject;	/* hash */
	bool		 taken;		/* is in the route */
	bool		 dead;		/* leads to no anchor, or cannot be read */
};

/* What was found out about one signature. */
struct answer {
	const X509	*child;
	ps_slice	 key;		/* SubjectPublicKeyInfo */
	bool		 good;
};

struct search {
	const struct ps_path_in	*in;
	struct helper		*helper;
	size_t			 n;
	X509_STORE_CTX		*trusted;
	struct answer		*answer;
	size_t			 nanswer, checks;	/* checks: the most */
	struct ps_route		 route;
	struct ps_path_out	 best;
	unsigned		 tries, steps;
	ps_err			*err;
	ps_code			 code;
};

/* What came of looking above a certificate. CUT: it ended for want of depth or
 * budget, so nothing is known. */
enum outcome { NOWHERE, CUT, REACHED };

static bool
over(const struct search *s)
{
	return s->code != PS_OK || (s->tries > 0 && s->best.good) || s->tries >= TRIES ||
	    s->steps >= STEPS;
}

/* --- signatures --- */

static ps_slice
key_of(const X509 *x)
{
	const unsigned char *p = NULL;
	size_t n = 0;
	int bits = 0;

	if (X509_PUBKEY_get0_param(NULL, &p, &bits, NULL, X509_get_X509_PUBKEY(x)) == 1 &&
	    bits > 0)
		n = (size_t)bits;
	return (ps_slice){ p, n };
}

static const struct answer *
answered(const struct search *s, const X509 *child, ps_slice key)
{
	for (size_t i = 0; i < s->nanswer; i++)
		if (s->answer[i].child == child && ps_slice_equal(s->answer[i].key, key))
			return &s->answer[i];
	return NULL;
}

/* False, too, when no more may be checked. */
static bool
signs(struct search *s, X509 *issuer, X509 *child)
{
	ps_slice key = key_of(issuer);
	const struct answer *before = answered(s, child, key);
	EVP_PKEY *pkey = X509_get0_pubkey(issuer);
	bool good;

	if (before != NULL)
		return before->good;
	if (pkey == NULL || key.n == 0 || s->nanswer == s->checks)
		return false;
	ERR_clear_error();
	good = X509_verify(child, pkey) == 1;
	if (!good && ps_x509_nomem())
		s->code = ps_nomem(s->err, WHERE);
	s->answer[s->nanswer++] = (struct answer){ child, key, good };
	return good;
}

/* --- who could have issued it --- */

static bool
current(const struct search *s, int64_t from, int64_t to)
{
	return from <= s->in->at && s->in->at <= to;
}

/* The lower the likelier: key identifiers that agree or are not there, before
 * dates (RFC 5280, 4.2.1.1: the identifier is there to choose by). */
static unsigned
rank_of(const struct search *s, const ps_cert *issuer, const ps_cert *child)
{
	const struct ps_cert_view *i = ps_cert_view_of(issuer), *c = ps_cert_view_of(child);
	bool other = i->ski.n > 0 && c->aki.n > 0 && !ps_slice_equal(i->ski, c->aki);

	return (other ? 2u : 0u) + (current(s, i->not_before, i->not_after) ? 0u : 1u);
}

static bool
named(const struct helper *h, ps_slice name, uint32_t hash)
{
	return !h->taken && !h->dead && h->subject == hash &&
	    ps_name_equal(ps_cert_view_of(h->cert)->subject, name);
}

/* What the crypto library cannot read cannot help. */
static X509 *
x509_of(struct search *s, struct helper *h)
{
	X509 *x;
	ps_code code = ps_cert_x509(h->cert, &x, s->err);

	if (code == PS_OK)
		return x;
	h->dead = true;
	if (code == PS_E_NOMEM)
		s->code = code;
	else
		ps_err_clear(s->err);
	return NULL;
}

static struct stack_st_X509 *
anchors_named(struct search *s, const X509_NAME *name)
{
	STACK_OF(X509) *found;

	ERR_clear_error();
	found = X509_STORE_CTX_get1_certs(s->trusted, name);
	if (found == NULL && ps_x509_nomem())
		s->code = ps_nomem(s->err, WHERE);
	ERR_clear_error();
	return found;
}

/* --- judging --- */

static bool
anchored(const struct ps_path_out *out)
{
	for (size_t i = 0; i < out->nproblem; i++)
		if (out->problem[i].reason == PS_PATH_UNKNOWN_ISSUER ||
		    out->problem[i].reason == PS_PATH_SELF_SIGNED)
			return false;
	return true;
}

/* A path to an anchor says more than one that leads astray: that somebody was
 * revoked must not be hidden behind a stranger's certificate. */
static bool
better(const struct ps_path_out *a, const struct ps_path_out *b)
{
	if (anchored(a) != anchored(b))
		return anchored(a);
	return a->nproblem < b->nproblem;
}

static void
keep_better(struct search *s, struct ps_path_out *next)
{
	struct ps_path_out worse = *next;

	if (s->tries == 0 || better(next, &s->best)) {
		worse = s->best;
		s->best = *next;
	}
	if (s->tries++ > 0)
		ps_path_clear(&worse);
}

/* `anchor` NULL: whatever is trusted. */
static void
judge(struct search *s, X509 *anchor)
{
	STACK_OF(X509) *alone = NULL;
	struct ps_path_out next;

	if (anchor != NULL && ((alone = sk_X509_new_null()) == NULL ||
	    sk_X509_push(alone, anchor) <= 0))
		s->code = ps_nomem(s->err, WHERE);
	s->route.anchor = alone;
	if (s->code == PS_OK)
		s->code = ps_path_judge(s->in, &s->route, &next, s->err);
	s->route.anchor = NULL;
	sk_X509_free(alone);
	if (s->code == PS_OK)
		keep_better(s, &next);
}

static bool
push(struct search *s, struct helper *h)
{
	X509 *x = x509_of(s, h);

	if (x == NULL || s->route.n == PS_ROUTE_MOST)
		return false;
	h->taken = true;
	s->route.x509[s->route.n] = x;
	s->route.cert[s->route.n++] = h->cert;
	return true;
}

/* --- the likeliest path --- */

/* One whose signature is known to be right, before others. At first nothing is
 * known, and nobody need be decoded. */
static unsigned
doubt(struct search *s, struct helper *h, const X509 *child)
{
	const struct answer *known = NULL;
	X509 *x;

	if (s->nanswer > 0 && (x = x509_of(s, h)) != NULL)
		known = answered(s, child, key_of(x));
	return known != NULL && known->good ? 0 : RANKS;
}

static struct helper *
likeliest(struct search *s, const X509 *x, const ps_cert *child)
{
	ps_slice issuer = ps_cert_view_of(child)->issuer;
	uint32_t hash = ps_name_hash(issuer);
	struct helper *best = NULL;
	unsigned rank, best_rank = UINT32_MAX;

	for (size_t i = 0; i < s->n && s->code == PS_OK; i++) {
		struct helper *h = &s->helper[i];
		if (!named(h, issuer, hash))
			continue;
		rank = rank_of(s, h->cert, child) + doubt(s, h, x);
		if (rank < best_rank) {
			best = h;
			best_rank = rank;
		}
	}
	return best;
}

/* By names alone, and whatever anchor the crypto library finds: nearly always
 * this is the path, and no signature was checked twice. When there is none, it
 * shows a person what was meant and where it breaks. */
static void
judge_the_likeliest(struct search *s, X509 *leaf)
{
	const ps_cert *child = s->in->cert;
	X509 *x = leaf;
	struct helper *h;

	while (s->route.n <= ps_path_most(s->in) && (h = likeliest(s, x, child)) != NULL)
		if (push(s, h)) {
			child = h->cert;
			x = s->route.x509[s->route.n - 1];
		}
	if (s->code == PS_OK)
		judge(s, NULL);
	for (size_t i = 0; i < s->n; i++)
		s->helper[i].taken = s->helper[i].dead = false;
	s->route.n = 0;
}

/* --- going upwards --- */

static void
pop(struct search *s, struct helper *h)
{
	h->taken = false;
	s->route.n--;
}

static bool
current_x509(const struct search *s, const X509 *x)
{
	time_t at = (time_t)s->in->at;

	return X509_cmp_time(X509_get0_notBefore(x), &at) < 0 &&
	    X509_cmp_time(X509_get0_notAfter(x), &at) > 0;
}

static enum outcome
try_anchors(struct search *s, X509 *child)
{
	STACK_OF(X509) *all = anchors_named(s, X509_get_issuer_name(child));
	enum outcome outcome = NOWHERE;

	for (unsigned old = 0; old < 2; old++)
		for (int i = 0; i < sk_X509_num(all) && !over(s); i++) {
			X509 *anchor = sk_X509_value(all, i);
			if (current_x509(s, anchor) == (old == 1) || !signs(s, anchor, child))
				continue;
			outcome = REACHED;
			if (s->code == PS_OK)
				judge(s, anchor);
		}
	sk_X509_pop_free(all, X509_free);
	return outcome;
}

static enum outcome look_above(struct search *s, X509 *x, const ps_cert *child);

static enum outcome
try_helper(struct search *s, struct helper *h, X509 *child)
{
	enum outcome outcome = NOWHERE;
	X509 *x = x509_of(s, h);

	if (x == NULL || !signs(s, x, child))
		return NOWHERE;
	if (s->route.n == ps_path_most(s->in) || !push(s, h))
		return CUT;
	outcome = look_above(s, x, h->cert);
	pop(s, h);
	h->dead |= outcome == NOWHERE;
	return outcome;
}

/* Goes as deep as a path may be long: PS_PATH_MOST. */
static enum outcome
look_above(struct search *s, X509 *x, const ps_cert *child)
{
	ps_slice issuer = ps_cert_view_of(child)->issuer;
	uint32_t hash = ps_name_hash(issuer);
	enum outcome outcome, one;

	s->steps++;
	outcome = try_anchors(s, x);
	for (unsigned rank = 0; rank < RANKS; rank++)
		for (size_t i = 0; i < s->n && !over(s); i++) {
			struct helper *h = &s->helper[i];
			if (!named(h, issuer, hash) || rank_of(s, h->cert, child) != rank)
				continue;
			one = try_helper(s, h, x);
			if (one > outcome)
				outcome = one;
		}
	return over(s) && outcome == NOWHERE ? CUT : outcome;
}

/* RFC 5280, 6.1: whoever was given as an anchor is one, with nothing above. */
static void
try_leaf(struct search *s, X509 *leaf)
{
	STACK_OF(X509) *all = anchors_named(s, X509_get_subject_name(leaf));

	for (int i = 0; i < sk_X509_num(all) && !over(s); i++)
		if (X509_cmp(sk_X509_value(all, i), leaf) == 0)
			judge(s, sk_X509_value(all, i));
	sk_X509_pop_free(all, X509_free);
}

/* --- the start --- */

static bool
known_already(const struct search *s, const ps_cert *c, uint32_t hash)
{
	if (ps_slice_equal(ps_cert_der(c), ps_cert_der(s->in->cert)))
		return true;
	for (size_t i = 0; i < s->n; i++)
		if (s->helper[i].subject == hash &&
		    ps_slice_equal(ps_cert_der(c), ps_cert_der(s->helper[i].cert)))
			return true;
	return false;
}

static void
take_helpers(struct search *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		ps_cert *c = s->in->extra[i];
		uint32_t hash = ps_name_hash(ps_cert_view_of(c)->subject);
		if (!known_already(s, c, hash))
			s->helper[s->n++] = (struct helper){ .cert = c, .subject = hash };
	}
}

/* Lists may be signed by others than the path's authorities (RFC 5280, 5), who
 * have authorities of their own. */
static bool
may_sign_lists(const ps_cert *c)
{
	const struct ps_cert_view *v = ps_cert_view_of(c);

	return v->ca || (v->ku & PS_KU_CRL_SIGN) != 0;
}

static void
take_others(struct search *s)
{
	X509 *x;

	if (s->code != PS_OK || !ps_path_has_lists(s->in))
		return;
	s->route.others = sk_X509_new_null();
	for (size_t i = 0; i < s->n && s->code == PS_OK && s->route.others != NULL; i++)
		if (may_sign_lists(s->helper[i].cert) &&
		    (x = x509_of(s, &s->helper[i])) != NULL &&
		    sk_X509_push(s->route.others, x) <= 0)
			s->code = ps_nomem(s->err, WHERE);
	if (s->route.others == NULL)
		s->code = ps_nomem(s->err, WHERE);
}

static ps_code
begin(struct search *s)
{
	size_t n = s->in->nextra;
	uint64_t checks = s->in->limits->path_signatures;

	if (n > s->in->limits->certificates)
		n = (size_t)s->in->limits->certificates;
	s->checks = checks > CHECKS ? CHECKS : (size_t)checks;
	s->helper = calloc(n + 1, sizeof *s->helper);
	s->answer = calloc(s->checks + 1, sizeof *s->answer);
	s->trusted = X509_STORE_CTX_new();
	if (s->helper == NULL || s->answer == NULL || s->trusted == NULL ||
	    X509_STORE_CTX_init(s->trusted, s->in->trust->store, NULL, NULL) != 1)
		return ps_nomem(s->err, WHERE);
	take_helpers(s, n);
	take_others(s);
	return s->code;
}

static void
clear(struct search *s)
{
	X509_STORE_CTX_free(s->trusted);
	sk_X509_free(s->route.others);
	free(s->answer);
	free(s->helper);
}

static ps_code
search(const struct ps_path_in *in, X509 *leaf, struct ps_path_out *out, ps_err *err)
{
	struct search s = { .in = in, .err = err, .code = PS_OK };

	s.code = begin(&s);
	if (s.code == PS_OK)
		judge_the_likeliest(&s, leaf);
	if (!over(&s))
		try_leaf(&s, leaf);
	if (!over(&s))
		(void)look_above(&s, leaf, in->cert);
	if (s.code == PS_OK && s.tries == 1 && s.nanswer > 0)
		judge_the_likeliest(&s, leaf);
	if (s.code == PS_OK)
		*out = s.best;
	else
		ps_path_clear(&s.best);
	clear(&s);
	return s.code;
}

/* The one certificate that no search can help: the crypto library cannot
 * read what we could. */
static void
unreadable(const struct ps_path_in *in, struct ps_path_out *out)
{
	*out = (struct ps_path_out){ .nchain = 1, .chain = { ps_cert_ref(in->cert) } };
	ps_problem_add(out, &(struct ps_problem){ .reason = PS_PATH_MALFORMED_CERT,
	    .words = W_PATH_MALFORMED, .cert = in->cert });
}

static ps_code
check_anew(const struct ps_path_in *in, struct ps_path_out *out, ps_err *err)
{
	ps_code code;
	X509 *x;

	if ((code = ps_trust_ready(in->trust, err)) != PS_OK)
		return code;
	code = ps_cert_x509(in->cert, &x, err);
	if (code == PS_OK)
		return search(in, x, out, err);
	if (code == PS_E_NOMEM)
		return code;
	ps_err_clear(err);
	unreadable(in, out);
	return PS_OK;
}

ps_code
ps_path_check(const struct ps_path_in *in, struct ps_path_out *out, ps_err *err)
{
	ps_code code;

	if (in->cert == NULL || in->trust == NULL)
		return ps_nomem(err, WHERE);
	if (ps_recall_path(in->recall, in, out))
		return PS_OK;
	code = check_anew(in, out, err);
	if (code == PS_OK)
		ps_recall_keep(in->recall, in, out);
	return code;
}
