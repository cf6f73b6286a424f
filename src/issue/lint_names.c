/* SPDX-License-Identifier: ISC */
/*
 * Lint: the subject, and the directory names beside it, which the profile
 * holds to the same rules (BR 7.1.4.2).
 */
#include "issue/lint.h"

#include <string.h>

/* A: may stand there; R: must; N: must not; S: may, but not in Strict. One letter for
 * each of mailbox, organization, sponsor, individual. */
static const struct attribute {
	ps_slice	 oid;
	const char	*name;
	const char	 rule[5];
} attributes[] = {
	{ LINT_OID("\x55\x04\x03"), "commonName", "AAAA" },
	{ LINT_OID("\x55\x04\x0a"), "organizationName", "NRRN" },
	{ LINT_OID("\x55\x04\x0b"), "organizationalUnitName", "NAAN" },
	{ LINT_OID("\x55\x04\x61"), "organizationIdentifier", "NRRN" },
	{ LINT_OID("\x55\x04\x2a"), "givenName", "NNAA" },
	{ LINT_OID("\x55\x04\x04"), "surname", "NNAA" },
	{ LINT_OID("\x55\x04\x41"), "pseudonym", "NNAA" },
	{ LINT_OID("\x55\x04\x05"), "serialNumber", "AAAA" },
	{ LINT_OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01"), "emailAddress", "AAAA" },
	{ LINT_OID("\x55\x04\x0c"), "title", "NNAA" },
	{ LINT_OID("\x55\x04\x09"), "streetAddress", "NSSS" },
	{ LINT_OID("\x55\x04\x07"), "localityName", "NAAA" },
	{ LINT_OID("\x55\x04\x08"), "stateOrProvinceName", "NAAA" },
	{ LINT_OID("\x55\x04\x11"), "postalCode", "NSSS" },
	{ LINT_OID("\x55\x04\x06"), "countryName", "NAAA" },
};
enum {
	CN, O, OU, ORG_ID, GIVEN, SURNAME, PSEUDONYM, NUMBER, EMAIL, TITLE, STREET, LOCALITY,
	STATE, POSTAL, COUNTRY, KNOWN
};

static unsigned
which(ps_slice oid)
{
	unsigned i = 0;

	while (i < KNOWN && !ps_slice_equal(oid, attributes[i].oid))
		i++;
	return i;
}

/* What a name has: one bit an attribute, bit KNOWN for all others. */
static void
collect(struct lint *l, void *arg, const struct lint_attr *a)
{
	(void)l;
	*(unsigned *)arg |= 1u << which(a->oid);
}

static unsigned
attributes_of(struct lint *l)
{
	unsigned has = 0;

	lint_attrs(l, l->name, collect, &has);
	return has;
}

static char
rule_of(const struct lint *l, unsigned i)
{
	unsigned column = 0;

	for (unsigned b = l->type; b > 1; b >>= 1)
		column++;
	return attributes[i].rule[column];
}

static void
required(struct lint *l)
{
	unsigned has = attributes_of(l);

	for (unsigned i = 0; i < KNOWN; i++)
		if (rule_of(l, i) == 'R' && (has & 1u << i) == 0)
			lint_found_text(l, attributes[i].name);
}

/* BR 7.1.4.2.5 and .6: somebody is named. Legacy took a commonName for it. */
static void
person(struct lint *l)
{
	unsigned any = 1u << GIVEN | 1u << SURNAME | 1u << PSEUDONYM;

	if (l->generation == G_LEGACY)
		any |= 1u << CN;
	if ((attributes_of(l) & any) == 0)
		lint_found_text(l, "givenName, surname or pseudonym");
}

static void
judge_prohibited(struct lint *l, void *arg, const struct lint_attr *a)
{
	unsigned i = which(a->oid), *seen = arg;
	char rule;

	if (i == KNOWN) {
		if (l->type == T_MAILBOX || l->generation != G_LEGACY)
			lint_found_oid(l, a->oid);
		return;
	}
	rule = rule_of(l, i);
	if ((rule == 'N' || (rule == 'S' && l->generation == G_STRICT)) &&
	    (*seen & 1u << i) == 0)
		lint_found_text(l, attributes[i].name);
	*seen |= 1u << i;	/* a street has several lines */
}

static void
prohibited(struct lint *l)
{
	unsigned seen = 0;

	lint_attrs(l, l->name, judge_prohibited, &seen);
}

static void
mixed(struct lint *l)
{
	unsigned has = attributes_of(l);

	if ((has & 1u << PSEUDONYM) != 0 && (has & (1u << GIVEN | 1u << SURNAME)) != 0)
		lint_found(l);
}

static void
depends(struct lint *l)
{
	unsigned has = attributes_of(l);

	if ((has & (1u << LOCALITY | 1u << STATE)) != 0)
		return;
	if ((has & 1u << STREET) != 0)
		lint_found_text(l, attributes[STREET].name);
	if ((has & 1u << POSTAL) != 0)
		lint_found_text(l, attributes[POSTAL].name);
}

/* --- values --- */

/* Only of these the octets can be compared with each other. */
static bool
plain(uint32_t tag)
{
	return tag == DER_UTF8 || tag == DER_PRINTABLE || tag == DER_IA5 || tag == DER_T61;
}

static void
judge_email(struct lint *l, void *arg, const struct lint_attr *a)
{
	unsigned i = which(a->oid);

	(void)arg;
	if (!plain(a->tag) || !lint_is_mailbox(a->value) || lint_in_san(l, a->value))
		return;
	if (l->check->rule == L_EMAIL_NOT_IN_SAN && i == EMAIL)
		lint_found_octets(l, a->value);
	if (l->check->rule == L_ATTR_NOT_IN_SAN && i != EMAIL && i != CN)
		lint_found_octets(l, a->value);
}

static void
emails(struct lint *l)
{
	lint_attrs(l, l->name, judge_email, NULL);
}

struct wanted {
	unsigned	 attribute;
	ps_slice	 value;
	bool		 found;
};

static void
look(struct lint *l, void *arg, const struct lint_attr *a)
{
	struct wanted *w = arg;

	(void)l;
	if (which(a->oid) == w->attribute && (w->value.p == NULL || (plain(a->tag) &&
	    ps_slice_equal(a->value, w->value))))
		w->found = true;
}

/* Has the name this attribute, with this value (p NULL: any)? */
static bool
has(struct lint *l, unsigned attribute, ps_slice value)
{
	struct wanted w = { .attribute = attribute, .value = value };

	if (lint_enough(l))
		return true;
	lint_attrs(l, l->name, look, &w);
	return w.found;
}

/* BR 7.1.4.2.2 (a): a mailbox of the certificate, and what the type adds. A
 * personal name is composed of others in many ways: it is believed. */
static bool
cn_allowed(struct lint *l, ps_slice value)
{
	const ps_slice any = { 0 };

	if ((l->type & (T_SPONSOR | T_INDIVIDUAL)) != 0 && (has(l, PSEUDONYM, value) ||
	    has(l, GIVEN, any) || has(l, SURNAME, any) ||
	    (l->generation == G_LEGACY && !has(l, PSEUDONYM, any))))
		return true;
	if (l->type == T_ORGANIZATION && has(l, O, value))
		return true;
	return lint_in_san(l, value);
}

/* Others tell a mailbox that is not among the alternative names from a name. */
enum { MAILBOX = 1, NO_MAILBOX = 2, EITHER = 3 };

static void
judge_cn(struct lint *l, void *arg, const struct lint_attr *a)
{
	const unsigned *kind = arg;

	if (which(a->oid) != CN || !plain(a->tag) ||
	    (*kind & (lint_is_mailbox(a->value) ? MAILBOX : NO_MAILBOX)) == 0)
		return;
	if (!cn_allowed(l, a->value))
		lint_found_octets(l, a->value);
}

static void
common_name(struct lint *l)
{
	unsigned kind = EITHER;

	lint_attrs(l, l->name, judge_cn, &kind);
}

static void
common_mailbox(struct lint *l)
{
	unsigned kind = MAILBOX;

	lint_attrs(l, l->name, judge_cn, &kind);
}

static void
common_other(struct lint *l)
{
	unsigned kind = NO_MAILBOX;

	lint_attrs(l, l->name, judge_cn, &kind);
}

/* BR 7.1.4.2: "." or "-" or a blank is not a value. */
static void
judge_empty(struct lint *l, void *arg, const struct lint_attr *a)
{
	unsigned i = which(a->oid);

	(void)arg;
	for (size_t k = 0; k < a->value.n; k++)
		if (strchr(".- ", a->value.p[k]) == NULL || a->value.p[k] == '\0')
			return;
	if (plain(a->tag))
		lint_found_text(l, i < KNOWN ? attributes[i].name : "an attribute");
}

static void
empty_values(struct lint *l)
{
	lint_attrs(l, l->name, judge_empty, NULL);
}

static void
judge_country(struct lint *l, void *arg, const struct lint_attr *a)
{
	(void)arg;
	if (which(a->oid) == COUNTRY && !lint_country(a->value))
		lint_found_octets(l, a->value);
}

static void
country(struct lint *l)
{
	lint_attrs(l, l->name, judge_country, NULL);
}

/* --- registrations --- */

static void
judge_org_id(struct lint *l, void *arg, const struct lint_attr *a)
{
	(void)arg;
	if (which(a->oid) == ORG_ID && plain(a->tag))
		lint_org_id(l, a->value);
}

static void
org_ids(struct lint *l)
{
	lint_attrs(l, l->name, judge_org_id, NULL);
}

static void
first_country(struct lint *l, void *arg, const struct lint_attr *a)
{
	ps_slice *first = arg;

	(void)l;
	if (which(a->oid) == COUNTRY && first->p == NULL)
		*first = a->value;
}

static void
judge_match(struct lint *l, void *arg, const struct lint_attr *a)
{
	const ps_slice *own = arg;
	ps_slice theirs = which(a->oid) == ORG_ID ? lint_org_country(a->value) : (ps_slice){ 0 };

	if (theirs.n == 2 && own->n == 2 && memcmp(theirs.p, "XG", 2) != 0 &&
	    (ps_ascii_lower(theirs.p[0]) != ps_ascii_lower(own->p[0]) ||
	    ps_ascii_lower(theirs.p[1]) != ps_ascii_lower(own->p[1])))
		lint_found_octets(l, a->value);
}

static void
org_id_match(struct lint *l)
{
	ps_slice own = { 0 };

	lint_attrs(l, l->name, first_country, &own);
	lint_attrs(l, l->name, judge_match, &own);
}

/* --- relative names --- */

struct rdn {
	unsigned	 rdn, n;
	ps_slice	 last;
};

/* DER sorts a SET OF, so the same attribute twice stands side by side. */
static void
judge_rdn(struct lint *l, void *arg, const struct lint_attr *a)
{
	struct rdn *r = arg;

	if (r->n > 0 && r->rdn == a->rdn) {
		if (l->check->rule == L_RDN_TWICE && ps_slice_equal(r->last, a->oid))
			lint_found_oid(l, a->oid);
		if (l->check->rule == L_RDN_MULTI && r->n == 1)
			lint_found(l);
		r->n++;
	} else
		*r = (struct rdn){ .rdn = a->rdn, .n = 1 };
	r->last = a->oid;
}

static void
rdns(struct lint *l)
{
	struct rdn r = { 0 };

	lint_attrs(l, l->name, judge_rdn, &r);
}

#define PROFILE	.who = W_EE, .type = T_ANY
#define IN_SAN	"e_mailbox_address_shall_contain_an_rfc822_name"
#define PERSONS	.who = W_EE, .type = T_SPONSOR | T_INDIVIDUAL
#define ORGS	.who = W_EE, .type = T_ORGANIZATION | T_SPONSOR

static const struct lint_check rows[] = {
	{ L_RDN_TWICE, rdns, ALWAYS },
	{ L_RDN_MULTI, rdns, NULL, NULL, PROFILE },
	{ L_EMAIL_NOT_IN_SAN, emails, NULL, IN_SAN, .who = W_EE },
	{ L_ATTR_NOT_IN_SAN, emails, NULL, NULL, PROFILE },
	{ L_ATTR_MISSING, required, NULL, NULL, PROFILE },
	{ L_ATTR_MISSING, person, NULL, "e_invalid_individual_identity", PERSONS },
	{ L_ATTR_PROHIBITED, prohibited, NULL, "e_mailbox_validated_allowed_subjectdn_attributes "
	  "e_mailbox_validated_enforce_subject_field_restrictions", .who = W_EE,
	  .type = T_MAILBOX },
	{ L_ATTR_PROHIBITED, prohibited, NULL, NULL, .who = W_EE, .type = T_ANY & ~T_MAILBOX },
	{ L_ATTR_MIXED, mixed, NULL, NULL, PERSONS },
	{ L_ATTR_DEPENDS, depends, NULL, NULL, PROFILE },
	{ L_ATTR_EMPTY, empty_values, NULL, NULL, PROFILE },
	{ L_CN_SOURCE, common_mailbox, NULL, IN_SAN, .who = W_EE, .type = T_MAILBOX },
	{ L_CN_SOURCE, common_other, NULL, "e_commonname_mailbox_validated", .who = W_EE,
	  .type = T_MAILBOX },
	{ L_CN_SOURCE, common_name, NULL, "e_org_validated_invalid_cn", .who = W_EE,
	  .type = T_ORGANIZATION },
	{ L_CN_SOURCE, common_name, NULL, NULL, PERSONS },
	{ L_COUNTRY, country, NULL, "e_subject_country_name", PROFILE },
	{ L_ORG_ID_FORMAT, org_ids, NULL, NULL, ORGS },
	{ L_ORG_ID_SCHEME, org_ids, NULL, NULL, ORGS },
	{ L_ORG_ID_COUNTRY, org_ids, NULL, NULL, ORGS },
	{ L_ORG_ID_STATE, org_ids, NULL, NULL, ORGS },
	{ L_ORG_ID_LEI, org_ids, NULL, NULL, ORGS },
	{ L_ORG_ID_LEI_SUM, org_ids, NULL, NULL, ORGS },
	{ L_ORG_ID_EUID, org_ids, NULL, NULL, ORGS },
	{ L_ORG_ID_MATCH, org_id_match, NULL, "e_registration_scheme_id_matches_subject_country",
	  ORGS },
};
const struct lint_table lint_names = LINT_TABLE(rows, true);
