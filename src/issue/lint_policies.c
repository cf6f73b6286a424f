/* SPDX-License-Identifier: ISC */
/*
 * Lint: certificate policies and what qualifies them (RFC 5280, 4.2.1.4).
 */
#include "issue/lint.h"

#include <stdio.h>

enum { VISIBLE = 0x1a };

static const ps_slice any_policy = LINT_OID("\x55\x1d\x20\x00");
static const ps_slice cps = LINT_OID("\x2b\x06\x01\x05\x05\x07\x02\x01");
static const ps_slice notice = LINT_OID("\x2b\x06\x01\x05\x05\x07\x02\x02");

static void
missing(struct lint *l)
{
	if (!l->ext[E_POLICIES].present)
		lint_found(l);
}

static void
critical(struct lint *l)
{
	if (l->ext[E_POLICIES].critical)
		lint_found(l);
}

/* Before the first policy; an extension that is not there has none. */
static void
begin(const struct lint *l, struct lint_cursor *c)
{
	static const uint8_t none[] = { DER_SEQUENCE, 0 };
	bool is = l->ext[E_POLICIES].present;

	lint_enter(c, is ? l->ext[E_POLICIES].value : (ps_slice){ none, sizeof none },
	    DER_SEQUENCE);
}

/* false past the last. */
static bool
next(struct lint_cursor *c, ps_slice *out)
{
	struct der info;

	if (!der_more(&c->list))
		return false;
	info = der_enter(&c->list, DER_SEQUENCE, "PolicyInformation");
	*out = der_oid(&info, "policyIdentifier");
	return !der_failed(&info);
}

static void
reserved_none(struct lint *l)
{
	struct lint_cursor c;
	unsigned type, generation;
	char text[32], t = '1', g = '1';
	ps_slice oid;

	begin(l, &c);
	while (next(&c, &oid))
		if (lint_reserved(oid, &type, &generation) && type == l->type &&
		    generation == l->generation)
			return;
	for (unsigned b = l->type; b > 1; b >>= 1)
		t++;
	for (unsigned b = l->generation; b > 1; b >>= 1)
		g++;
	(void)snprintf(text, sizeof text, "2.23.140.1.5.%c.%c", t, g);
	if (l->ext[E_POLICIES].present)
		lint_found_text(l, text);
}

static void
reserved_many(struct lint *l)
{
	struct lint_cursor c;
	unsigned type, generation, n = 0;
	ps_slice oid;

	begin(l, &c);
	while (next(&c, &oid))
		n += lint_reserved(oid, &type, &generation);
	if (n > 1)
		lint_found(l);
}

static void
any(struct lint *l)
{
	struct lint_cursor c;
	ps_slice oid;

	begin(l, &c);
	while (next(&c, &oid))
		if (ps_slice_equal(oid, any_policy))
			lint_found(l);
}

/* More than a few dozen are nobody's policies: those are left alone. */
static void
same_twice(struct lint *l)
{
	ps_slice list[64];
	struct lint_cursor c;
	size_t n = 0;

	begin(l, &c);
	while (n < 64 && next(&c, &list[n]))
		n++;
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < i; j++)
			if (ps_slice_equal(list[i], list[j])) {
				lint_found_oid(l, list[i]);
				break;
			}
}

/* --- user notices --- */

static void
explicit_text(struct lint *l, uint32_t tag, ps_slice text)
{
	bool control = false;

	for (size_t i = 0; i < text.n; i++)
		control |= text.p[i] < 0x20 || text.p[i] == 0x7f;
	if (l->check->rule == L_TEXT_5280 && (tag == VISIBLE || tag == DER_BMP))
		lint_found_text(l, tag == VISIBLE ? "VisibleString" : "BMPString");
	if (l->check->rule == L_TEXT_6818 && tag == DER_IA5)
		lint_found_text(l, "IA5String");
	if (l->check->rule == L_TEXT_CONTROL && tag != DER_BMP && control)
		lint_found(l);
}

static void
user_notice(struct lint *l, struct der *qualifier)
{
	struct der in = der_enter(qualifier, DER_SEQUENCE, "UserNotice");
	uint32_t tag;
	ps_slice text;
	size_t n;

	while (der_more(&in)) {
		bool ref = der_next_tag(&in) == DER_SEQUENCE;

		if (!der_split(der_any(&in, NULL), &tag, &text, &n))
			return;
		if (ref && (l->check->rule == L_NOTICE_REF || l->check->rule == L_NOTICE_REF_BR))
			lint_found(l);
		if (!ref)
			explicit_text(l, tag, text);
	}
}

static void
qualifier(struct lint *l, ps_slice policy_oid, struct der *list)
{
	struct der one = der_enter(list, DER_SEQUENCE, "PolicyQualifierInfo");
	ps_slice oid = der_oid(&one, "policyQualifierId"), uri;

	if (l->check->rule == L_POLICY_ANY_QUALIFIER && ps_slice_equal(policy_oid, any_policy) &&
	    !ps_slice_equal(oid, cps) && !ps_slice_equal(oid, notice))
		lint_found(l);
	if (ps_slice_equal(oid, notice))
		user_notice(l, &one);
	if (ps_slice_equal(oid, cps) && l->check->rule == L_CPS_URI) {
		uri = der_value(&one, DER_IA5, "cPSuri");
		if (!lint_begins(uri, "http://") && !lint_begins(uri, "https://"))
			lint_found_octets(l, uri);
	}
}

static void
qualifiers(struct lint *l)
{
	struct lint_cursor c;

	if (!l->ext[E_POLICIES].present)
		return;
	lint_enter(&c, l->ext[E_POLICIES].value, DER_SEQUENCE);
	while (der_more(&c.list)) {
		struct der info = der_enter(&c.list, DER_SEQUENCE, "PolicyInformation"), all;
		ps_slice oid = der_oid(&info, "policyIdentifier");

		if (!der_try_enter(&info, DER_SEQUENCE, "policyQualifiers", &all))
			continue;
		if (l->check->rule == L_POLICY_QUALIFIER)
			lint_found_oid(l, oid);
		while (der_more(&all)) {
			struct der in = all;	/* one that cannot be read ends no other */

			qualifier(l, oid, &in);
			der_skip(&all, NULL);
		}
	}
}

static void
legacy_late(struct lint *l)
{
	lint_found(l);
}

#define PLACE	"certificatePolicies"
#define PROFILE	.who = W_EE, .type = T_ANY

static const struct lint_check rows[] = {
	{ L_POLICIES_MISSING, missing, PLACE, PROFILE },
	{ L_POLICIES_CRITICAL, critical, PLACE, PROFILE },
	{ L_POLICY_NONE, reserved_none, PLACE, "e_exactly_one_smime_policy", PROFILE },
	{ L_POLICY_MANY, reserved_many, PLACE, "e_exactly_one_smime_policy", PROFILE },
	{ L_POLICY_ANY, any, PLACE, PROFILE },
	{ L_POLICY_TWICE, same_twice, PLACE, ALWAYS },
	{ L_POLICY_ANY_QUALIFIER, qualifiers, PLACE, ALWAYS },
	{ L_POLICY_QUALIFIER, qualifiers, PLACE, ALWAYS },
	{ L_NOTICE_REF, qualifiers, PLACE, ALWAYS },
	{ L_NOTICE_REF_BR, qualifiers, PLACE, PROFILE },
	{ L_TEXT_5280, qualifiers, PLACE, ALWAYS },
	{ L_TEXT_6818, qualifiers, PLACE, ALWAYS },
	{ L_TEXT_CONTROL, qualifiers, PLACE, ALWAYS },
	{ L_CPS_URI, qualifiers, PLACE, PROFILE },
	{ L_LEGACY_LATE, legacy_late, PLACE, "e_legacy_generation_deprecated", PROFILE,
	  .generation = G_LEGACY, .since = 1752537600 },	/* 2025-07-15, BR 1.0.6 */
};
const struct lint_table lint_policies = LINT_TABLE(rows, false);
