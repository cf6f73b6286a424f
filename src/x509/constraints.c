/* SPDX-License-Identifier: ISC */
/*
 * Which mailboxes an authority may vouch for.
 *
 * The crypto library checks name constraints of every kind, but it reads an
 * international mailbox as RFC 8398 had it, with a domain in Unicode. RFC 9598
 * wants A-labels there; of those the library lets an excluded domain pass and
 * refuses a permitted one. So all names of mail are judged here, and
 * what the library says against a certificate with an international mailbox
 * counts only if it says the same of the certificate without it.
 */
#include <string.h>

#include <openssl/x509v3.h>

#include "base/text.h"
#include "x509/internal.h"
#include "x509/words.h"

#define WHERE	"x509.constraints"

/* How a name stands to one subtree. */
enum relation { OUTSIDE, INSIDE, UNCLEAR };

/* One name of mail against one list of subtrees. */
struct test {
	bool			 utf8;
	const struct ps_mailbox	*name;		/* NULL: cannot be read */
	bool			 listed;	/* a subtree of its kind was there */
	bool			 inside;
	bool			 unclear;
};

/* Names that may be compared yet; `spent`: one more was wanted. */
struct budget {
	uint64_t	 left;
	bool		 spent;
};

/* A certificate against one of those above it. */
struct check {
	ps_cert			*cert, *issuer;
	struct ps_path_out	*out;
	struct budget		 budget;
	bool			 bad;
};

/* --- one subtree --- */

/* RFC 5280, 4.2.1.10: "host", ".domain" or "mailbox@host". RFC 9598, 6: the two
 * former hold for both kinds of names, domains as A-labels in lower case. An
 * empty one is not defined: it permits nothing and excludes everything. */
static enum relation
domain_relation(ps_slice base, const char *domain)
{
	ps_slice d = ps_str(domain);

	if (base.n == 0)
		return UNCLEAR;
	if (base.p[0] != '.')
		return ps_ascii_equal(base, d) ? INSIDE : OUTSIDE;
	if (d.n <= base.n)
		return OUTSIDE;
	return ps_ascii_equal(base, (ps_slice){ d.p + d.n - base.n, base.n }) ? INSIDE : OUTSIDE;
}

static enum relation
mailbox_relation(ps_slice base, const struct ps_mailbox *name)
{
	char text[PS_ADDRESS_MAX + 1];
	struct ps_mailbox wanted;

	memcpy(text, base.p, base.n);
	text[base.n] = '\0';
	if (!ps_mailbox_parse(&wanted, text))
		return UNCLEAR;
	/* RFC 5280, 7.5: the local part exactly. */
	return ps_mailbox_equal(&wanted, name, PS_MATCH_RECIPIENT) ? INSIDE : OUTSIDE;
}

static enum relation
relation(ps_slice base, const struct ps_mailbox *name)
{
	if (name == NULL || base.n > PS_ADDRESS_MAX)
		return UNCLEAR;
	for (size_t i = 0; i < base.n; i++)
		if (base.p[i] <= 0x20 || base.p[i] >= 0x7f)
			return UNCLEAR;
	if (base.n > 0 && memchr(base.p, '@', base.n) != NULL)
		return mailbox_relation(base, name);
	return domain_relation(base, name->domain);
}

static void
note_relation(struct test *t, enum relation r)
{
	t->listed = true;
	t->inside |= r == INSIDE;
	t->unclear |= r == UNCLEAR;
}

/* The international mailbox has no constraints of its own form: RFC 9598, 6
 * gives it those of rfc822Name. Whoever writes some means something. */
static bool
about_utf8(ps_slice other)
{
	ps_slice unused;

	return ps_utf8_mailbox(other, &unused);
}

/* GeneralSubtree; only those of the test's kind count. */
static void
subtree(struct der *list, struct test *t)
{
	struct der tree = der_enter(list, DER_SEQUENCE, "GeneralSubtree");
	ps_slice base;

	if (der_next_tag(&tree) == DER_CTX_PRIM(1)) {
		base = der_value(&tree, DER_CTX_PRIM(1), "rfc822Name");
		/* RFC 5280, 4.2.1.10: minimum is 0, maximum absent. */
		note_relation(t, der_more(&tree) ? UNCLEAR : relation(base, t->name));
	} else if (der_next_tag(&tree) == DER_CTX(0) && t->utf8) {
		if (about_utf8(der_element(&tree, DER_CTX(0), "otherName")))
			note_relation(t, UNCLEAR);
	}
	while (der_more(&tree))
		der_skip(&tree, "GeneralSubtree");
	der_leave(&tree);
}

/* --- one extension --- */

/* RFC 5280, 4.2.1.10: neither the extension nor a list in it is empty. */
static bool
each_list(ps_slice extension, struct test *permitted, struct test *excluded, struct budget *b)
{
	struct der_state state;
	struct der d, seq, list;
	bool any = false;

	der_init(&d, &state, extension, 0, false, NULL);
	seq = der_enter(&d, DER_SEQUENCE, "nameConstraints");
	for (unsigned i = 0; i < 2; i++) {
		if (!der_try_enter(&seq, DER_CTX(i), "GeneralSubtrees", &list))
			continue;
		any = true;
		if (!der_more(&list))
			return false;
		for (; der_more(&list); b->left--) {
			if (b->left == 0) {
				b->spent = true;
				return true;
			}
			subtree(&list, i == 0 ? permitted : excluded);
		}
		der_leave(&list);
	}
	return any && !der_failed(&d) && !der_more(&seq);
}

static void
complain(struct check *c, const ps_cert *who, const char *words, const char *why)
{
	char issuer[128];

	c->bad = true;
	ps_problem_add(c->out, &(struct ps_problem){ .reason = PS_PATH_NAME_CONSTRAINT,
	    .words = words, .cert = who, .why = why,
	    .issuer = ps_cert_who(c->issuer, issuer, sizeof issuer) });
}

static bool
readable(struct ps_mailbox *m, enum ps_mail_name kind, ps_slice value, char *text)
{
	if (value.n == 0 || value.n > PS_ADDRESS_MAX || memchr(value.p, 0, value.n) != NULL)
		return false;
	memcpy(text, value.p, value.n);
	text[value.n] = '\0';
	/* RFC 9598, 3: one with an ASCII local part is an rfc822Name. */
	return ps_mailbox_parse(m, text) && m->ascii == (kind != PS_MAIL_UTF8);
}

/* RFC 5280, 6.1.3 (b) and (c): inside of one that is permitted, if any is of
 * this kind, and outside of all that are excluded. In doubt neither. */
static bool
judge_name(void *arg, enum ps_mail_name kind, ps_slice value)
{
	struct check *c = arg;
	char text[PS_ADDRESS_MAX + 1] = "?";
	struct ps_mailbox m;
	struct test permitted = { .utf8 = kind == PS_MAIL_UTF8 }, excluded = permitted;

	if (readable(&m, kind, value, text))
		permitted.name = excluded.name = &m;
	(void)each_list(ps_cert_view_of(c->issuer)->name_constraints, &permitted, &excluded,
	    &c->budget);
	if (c->budget.spent)
		complain(c, c->cert, W_PATH_MANY_NAMES, NULL);
	else if ((permitted.listed && !permitted.inside) || excluded.inside ||
	    excluded.unclear)
		complain(c, c->cert, W_PATH_MAILBOX, text);
	return !c->bad;
}

/* --- a path --- */

static bool
limits_names(const ps_cert *c)
{
	return ps_cert_view_of(c)->name_constraints.n > 0;
}

/* What an authority says that nobody can read is wrong whatever is below it. */
static bool
limits_readable(struct check *c)
{
	struct test all = { .name = NULL };

	if (!each_list(ps_cert_view_of(c->issuer)->name_constraints, &all, &all, &c->budget))
		complain(c, c->issuer, W_PATH_NO_LIMITS, NULL);
	return !c->bad;
}

/* RFC 5280, 6.1.3 (b): not for one that renews its issuer's, but for the last. */
static bool
exempt(const struct ps_path_out *out, size_t i)
{
	const struct ps_cert_view *v = ps_cert_view_of(out->chain[i]);

	return i > 0 && ps_name_equal(v->subject, v->issuer);
}

ps_code
ps_path_names(const struct ps_path_in *in, struct ps_path_out *out, bool *out_bad, ps_err *err)
{
	struct check c = { .out = out, .budget = { .left = in->limits->name_checks } };
	ps_code code = PS_OK;

	for (size_t j = 1; j < out->nchain && code == PS_OK; j++) {
		c.issuer = out->chain[j];
		if (!limits_names(c.issuer) || !limits_readable(&c))
			continue;
		for (size_t i = 0; i < j && code == PS_OK; i++) {
			c.cert = out->chain[i];
			if (!exempt(out, i))
				code = ps_mail_names_each(ps_cert_view_of(c.cert), judge_name, &c,
				    err);
		}
	}
	if (code == PS_OK)
		*out_bad = c.bad;
	return code;
}

/* --- what the crypto library says --- */

bool
ps_names_error(int error)
{
	static const int errors[] = {
		X509_V_ERR_PERMITTED_VIOLATION,
		X509_V_ERR_EXCLUDED_VIOLATION,
		X509_V_ERR_UNSUPPORTED_NAME_SYNTAX,
		X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX,
		X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE,
		X509_V_ERR_SUBTREE_MINMAX,
	};

	for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
		if (errors[i] == error)
			return true;
	return false;
}

/* True when there were some and are no more. */
static bool
remove_utf8(GENERAL_NAMES *names)
{
	bool found = false;

	for (int i = sk_GENERAL_NAME_num(names); i-- > 0;) {
		GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
		if (name->type != GEN_OTHERNAME ||
		    OBJ_obj2nid(name->d.otherName->type_id) != NID_id_on_SmtpUTF8Mailbox)
			continue;
		GENERAL_NAME_free(sk_GENERAL_NAME_delete(names, i));
		found = true;
	}
	return found;
}

/* A copy without its international mailboxes; NULL when it has none. */
static X509 *
without_utf8(X509 *x)
{
	X509 *copy = X509_dup(x);
	GENERAL_NAMES *names = copy == NULL ? NULL
	    : X509_get_ext_d2i(copy, NID_subject_alt_name, NULL, NULL);
	bool made = names != NULL && remove_utf8(names) &&
	    X509_add1_ext_i2d(copy, NID_subject_alt_name, names, 0, X509V3_ADD_REPLACE) == 1 &&
	    X509_check_purpose(copy, -1, 0) == 1;

	GENERAL_NAMES_free(names);
	if (made)
		return copy;
	X509_free(copy);
	return NULL;
}

static bool
library_agrees(X509 *x, X509 *issuer, bool leaf)
{
	NAME_CONSTRAINTS *limits = X509_get_ext_d2i(issuer, NID_name_constraints, NULL, NULL);
	bool good = limits != NULL && NAME_CONSTRAINTS_check(x, limits) == X509_V_OK &&
	    (!leaf || NAME_CONSTRAINTS_check_CN(x, limits) == X509_V_OK);

	NAME_CONSTRAINTS_free(limits);
	return good;
}

bool
ps_names_excused(const struct ps_path_out *out, size_t depth)
{
	bool good = depth + 1 < out->nchain;
	X509 *copy = NULL, *x;

	if (good && ps_cert_x509(out->chain[depth], &x, NULL) == PS_OK)
		copy = without_utf8(x);
	for (size_t j = depth + 1; copy != NULL && good && j < out->nchain; j++)
		if (limits_names(out->chain[j]))
			good = ps_cert_x509(out->chain[j], &x, NULL) == PS_OK &&
			    library_agrees(copy, x, depth == 0);
	good &= copy != NULL;
	X509_free(copy);
	return good;
}
