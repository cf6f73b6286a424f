/* SPDX-License-Identifier: ISC */
/*
 * Lint: extensions that are small enough to share a file: which must be there,
 * which critical, key identifiers, constraints, purposes.
 */
#include "issue/lint.h"

#include <string.h>

#include "crypto/digest.h"

/* --- there or not, critical or not: the row says which --- */

static void
critical(struct lint *l)
{
	if (l->ext[l->check->ext].present && l->ext[l->check->ext].critical)
		lint_found(l);
}

static void
not_critical(struct lint *l)
{
	if (l->ext[l->check->ext].present && !l->ext[l->check->ext].critical)
		lint_found(l);
}

static void
missing(struct lint *l)
{
	if (!l->ext[l->check->ext].present)
		lint_found(l);
}

static void
present(struct lint *l)
{
	if (l->ext[l->check->ext].present)
		lint_found(l);
}

/* What we know and cannot read is told once, whatever else it breaks. */
static void
readable(struct lint *l)
{
	static const struct {
		enum lint_ext_id id;
		const char	*name;
		uint32_t	 tag;
	} forms[] = {
		{ E_AKI, "authorityKeyIdentifier", DER_SEQUENCE },
		{ E_SKI, "subjectKeyIdentifier", DER_OCTETS },
		{ E_KU, "keyUsage", DER_BIT_STRING },
		{ E_POLICIES, "certificatePolicies", DER_SEQUENCE },
		{ E_SAN, "subjectAltName", DER_SEQUENCE },
		{ E_BC, "basicConstraints", DER_SEQUENCE },
		{ E_NC, "nameConstraints", DER_SEQUENCE },
		{ E_EKU, "extKeyUsage", DER_SEQUENCE },
		{ E_CRLDP, "cRLDistributionPoints", DER_SEQUENCE },
		{ E_AIA, "authorityInfoAccess", DER_SEQUENCE },
	};

	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
		struct der_state state;
		struct der d;

		if (!l->ext[forms[i].id].present)
			continue;
		der_init(&d, &state, l->ext[forms[i].id].value, 0, true, NULL);
		(void)der_element(&d, forms[i].tag, NULL);
		if (der_finish(&d, "issue.lint", NULL) != PS_OK)
			lint_found_text(l, forms[i].name);
	}
}

/* --- key identifiers --- */

struct aki {
	bool	 key, issuer, serial;
};

static bool
aki_read(const struct lint *l, struct aki *out)
{
	struct lint_cursor c;

	*out = (struct aki){ 0 };
	if (!l->ext[E_AKI].present)
		return false;
	lint_enter(&c, l->ext[E_AKI].value, DER_SEQUENCE);
	while (der_more(&c.list)) {
		uint32_t tag = der_next_tag(&c.list);

		out->key |= tag == DER_CTX_PRIM(0);
		out->issuer |= tag == DER_CTX(1);
		out->serial |= tag == DER_CTX_PRIM(2);
		der_skip(&c.list, NULL);
	}
	return true;
}

/* RFC 5280, 4.2.1.1: a root of its own may go without. */
static void
aki_absent(struct lint *l)
{
	if (!l->ext[E_AKI].present && !ps_name_equal(l->issuer, l->subject))
		lint_found(l);
}

static void
aki_keyid(struct lint *l)
{
	struct aki a;

	if (aki_read(l, &a) && !a.key)
		lint_found(l);
}

static void
aki_no_serial(struct lint *l)
{
	struct aki a;

	if (aki_read(l, &a) && a.issuer && !a.serial)
		lint_found(l);
}

static void
aki_no_issuer(struct lint *l)
{
	struct aki a;

	if (aki_read(l, &a) && a.serial && !a.issuer)
		lint_found(l);
}

static void
aki_issuer(struct lint *l)
{
	struct aki a;

	if (aki_read(l, &a) && (a.issuer || a.serial))
		lint_found(l);
}

/* The ways of RFC 5280, 4.2.1.2 and RFC 7093, 2, told apart by the rule. */
static const struct method {
	enum lint_rule_id rule;
	unsigned	 digest;
	size_t		 from, n;
	bool		 typed;		/* 0100 before the last 60 bits */
} methods[] = {
	{ L_SKI_1, PS_SHA1, 0, 20, false },
	{ L_SKI_2, PS_SHA1, 12, 8, true },
	{ L_SKI_7093_1, PS_SHA256, 0, 20, false },
	{ L_SKI_7093_2, PS_SHA384, 0, 20, false },
	{ L_SKI_7093_3, PS_SHA512, 0, 20, false },
};
enum { METHODS = sizeof methods / sizeof methods[0] };

static bool
made_by(const struct lint *l, const struct method *m, ps_slice ski)
{
	uint8_t out[PS_DIGEST_MAX];

	if (ps_digest_once(ps_alg_get(m->digest), l->key_bits, out, NULL) != PS_OK)
		return false;
	if (m->typed)
		out[m->from] = (uint8_t)(0x40 | (out[m->from] & 0x0f));
	return ski.n == m->n && memcmp(out + m->from, ski.p, ski.n) == 0;
}

static void
ski_method(struct lint *l)
{
	struct der_state state;
	struct der d;
	ps_slice ski;
	size_t i = 0;

	if (!l->ext[E_SKI].present)
		return;
	der_init(&d, &state, l->ext[E_SKI].value, 0, false, NULL);
	ski = der_octets(&d, NULL);
	while (i < METHODS && !made_by(l, &methods[i], ski))
		i++;
	if (l->check->rule == (i < METHODS ? methods[i].rule : L_SKI_UNKNOWN))
		lint_found(l);
}

/* --- constraints --- */

static void
path_length(struct lint *l)
{
	struct lint_cursor c;

	if (!l->ext[E_BC].present)
		return;
	lint_enter(&c, l->ext[E_BC].value, DER_SEQUENCE);
	if (der_next_tag(&c.list) == DER_BOOLEAN)
		der_skip(&c.list, NULL);
	if (der_next_tag(&c.list) == DER_INTEGER)
		lint_found(l);
}

static void
nc_empty(struct lint *l)
{
	struct lint_cursor c;

	if (!l->ext[E_NC].present)
		return;
	lint_enter(&c, l->ext[E_NC].value, DER_SEQUENCE);
	if (!der_more(&c.list))
		lint_found(l);
}

/* One subtree by the rule that runs. */
static void
subtree(struct lint *l, struct der *tree)
{
	uint32_t base = der_next_tag(tree);
	ps_slice value = { 0 };

	if (base == DER_CTX_PRIM(7))
		value = der_value(tree, base, NULL);
	else
		der_skip(tree, NULL);
	if (l->check->rule == L_NC_IP && base == DER_CTX_PRIM(7) && value.n != 8 && value.n != 32)
		lint_found(l);
	while (der_more(tree)) {
		uint32_t tag = der_next_tag(tree);

		if ((l->check->rule == L_NC_MINIMUM && tag == DER_CTX_PRIM(0)) ||
		    (l->check->rule == L_NC_MAXIMUM && tag == DER_CTX_PRIM(1)))
			lint_found(l);
		der_skip(tree, NULL);
	}
}

static void
subtrees(struct lint *l)
{
	struct lint_cursor c;

	if (!l->ext[E_NC].present)
		return;
	lint_enter(&c, l->ext[E_NC].value, DER_SEQUENCE);
	while (der_more(&c.list)) {
		struct der list = der_enter(&c.list, der_next_tag(&c.list), NULL);

		while (der_more(&list)) {
			struct der tree = der_enter(&list, DER_SEQUENCE, "GeneralSubtree");

			subtree(l, &tree);
		}
	}
}

static void
is_ca(struct lint *l)
{
	if (l->ca && l->asked)
		lint_found(l);
}

/* --- purposes --- */

#define KP(last)	LINT_OID("\x2b\x06\x01\x05\x05\x07\x03" last)
static const ps_slice any_purpose = LINT_OID("\x55\x1d\x25\x00");
static const ps_slice mail_purpose = KP("\x04");

static bool
never(ps_slice oid)
{
	static const ps_slice list[] = {
		KP("\x01"), KP("\x03"), KP("\x08"), KP("\x09"),
		/* server, code, time-stamps, OCSP */
	};

	for (size_t i = 0; i < sizeof list / sizeof list[0]; i++)
		if (ps_slice_equal(oid, list[i]))
			return true;
	return ps_slice_equal(oid, any_purpose);
}

static bool
has_purpose(const struct lint *l, ps_slice wanted)
{
	struct lint_cursor c;
	bool has = false;

	lint_enter(&c, l->ext[E_EKU].value, DER_SEQUENCE);
	while (der_more(&c.list))
		has |= ps_slice_equal(der_oid(&c.list, NULL), wanted);
	return has;
}

static void
no_mail(struct lint *l)
{
	if (l->ext[E_EKU].present && !has_purpose(l, mail_purpose))
		lint_found(l);
}

static void
not_for_mail(struct lint *l)
{
	if (l->ext[E_EKU].present && !has_purpose(l, mail_purpose) && !has_purpose(l, any_purpose))
		lint_found(l);
}

static void
purposes(struct lint *l)
{
	struct lint_cursor c;

	if (!l->ext[E_EKU].present)
		return;
	lint_enter(&c, l->ext[E_EKU].value, DER_SEQUENCE);
	while (der_more(&c.list)) {
		ps_slice oid = der_oid(&c.list, NULL);

		if (l->generation == G_STRICT ? !ps_slice_equal(oid, mail_purpose) : never(oid))
			lint_found_oid(l, oid);
	}
}

#define AKI	"authorityKeyIdentifier"
#define SKI	"subjectKeyIdentifier"
#define BC	"basicConstraints"
#define NC	"nameConstraints"
#define EKU	"extKeyUsage"
#define PROFILE	.who = W_EE, .type = T_ANY
#define NOT_STRICT .generation = G_LEGACY | G_MULTIPURPOSE

static const struct lint_check rows[] = {
	{ L_SYNTAX, readable, "extensions", ALWAYS },
	{ L_AKI_CRITICAL, critical, AKI, .ext = E_AKI },
	{ L_AKI_ABSENT, aki_absent, AKI, ALWAYS },
	{ L_AKI_KEYID, aki_keyid, AKI, ALWAYS },
	{ L_AKI_NO_SERIAL, aki_no_serial, AKI, ALWAYS },
	{ L_AKI_NO_ISSUER, aki_no_issuer, AKI, ALWAYS },
	{ L_AKI_ISSUER, aki_issuer, AKI, "e_authority_key_identifier_correct", PROFILE },
	{ L_SKI_CRITICAL, critical, SKI, .ext = E_SKI },
	{ L_SKI_CA, missing, SKI, .who = W_CA, .ext = E_SKI },
	{ L_SKI_EE, missing, SKI, .who = W_EE, .ext = E_SKI },
	{ L_SKI_1, ski_method, SKI, ALWAYS },
	{ L_SKI_2, ski_method, SKI, ALWAYS },
	{ L_SKI_7093_1, ski_method, SKI, ALWAYS },
	{ L_SKI_7093_2, ski_method, SKI, ALWAYS },
	{ L_SKI_7093_3, ski_method, SKI, ALWAYS },
	{ L_SKI_UNKNOWN, ski_method, SKI, ALWAYS },
	{ L_BC_NOT_CRITICAL, not_critical, BC, .who = W_CA, .ext = E_BC },
	{ L_BC_PATHLEN, path_length, BC, .who = W_EE },
	{ L_IS_CA, is_ca, BC, .type = T_ANY },
	{ L_NC_CRITICAL, not_critical, NC, .ext = E_NC },
	{ L_NC_EE, present, NC, .who = W_EE, .ext = E_NC },
	{ L_NC_EMPTY, nc_empty, NC, ALWAYS },
	{ L_NC_MINIMUM, subtrees, NC, ALWAYS },
	{ L_NC_MAXIMUM, subtrees, NC, ALWAYS },
	{ L_NC_IP, subtrees, NC, ALWAYS },
	{ L_KU_MISSING, missing, "keyUsage", "e_key_usage_presence", PROFILE, .ext = E_KU },
	{ L_EKU_MISSING, missing, EKU, "e_smime_strict_eku_check", PROFILE,
	  .generation = G_STRICT, .ext = E_EKU },
	{ L_EKU_MISSING, missing, EKU, "e_smime_legacy_multipurpose_eku_check", PROFILE,
	  NOT_STRICT, .ext = E_EKU },
	{ L_EKU_NO_EMAIL, no_mail, EKU, "e_smime_strict_eku_check", PROFILE,
	  .generation = G_STRICT },
	{ L_EKU_NO_EMAIL, no_mail, EKU, "e_smime_legacy_multipurpose_eku_check", PROFILE,
	  NOT_STRICT },
	{ L_EKU_PROHIBITED, purposes, EKU, "e_smime_strict_eku_check", PROFILE,
	  .generation = G_STRICT },
	{ L_EKU_PROHIBITED, purposes, EKU, "e_smime_legacy_multipurpose_eku_check", PROFILE,
	  NOT_STRICT },
	{ L_EKU_NOT_MAIL, not_for_mail, EKU, .who = W_EE },
	{ L_SIA_CRITICAL, critical, "subjectInfoAccess", .ext = E_SIA },
	{ L_SDA_CRITICAL, critical, "subjectDirectoryAttributes", .ext = E_SDA },
	{ L_SDA_PROHIBITED, present, "subjectDirectoryAttributes",
	  "e_strict_multipurpose_smime_ext_subject_directory_attr", PROFILE,
	  .generation = G_MULTIPURPOSE | G_STRICT, .ext = E_SDA },
	{ L_CAPS_CRITICAL, critical, "smimeCapabilities", .ext = E_CAPS },
	{ L_QC_CRITICAL, critical, "qcStatements", "e_smime_qc_statements_must_not_be_critical",
	  PROFILE, .ext = E_QC },
	{ L_LEI_CRITICAL, critical, "lei", "e_legal_entity_identifier", PROFILE, .ext = E_LEI },
	{ L_ROLE_CRITICAL, critical, "role", "e_legal_entity_identifier", PROFILE, .ext = E_ROLE },
	{ L_LEI_PROHIBITED, present, "lei", "e_legal_entity_identifier", .who = W_EE,
	  .type = T_MAILBOX | T_INDIVIDUAL, .ext = E_LEI },
	{ L_ROLE_PROHIBITED, present, "role", "e_legal_entity_identifier", .who = W_EE,
	  .type = T_ANY & ~T_SPONSOR, .ext = E_ROLE },
	{ L_ADOBE_TIME_CRITICAL, critical, "adobeTimestamp",
	  "e_adobe_extensions_legacy_multipurpose_criticality", PROFILE, NOT_STRICT,
	  .ext = E_ADOBE_TIME },
	{ L_ADOBE_INFO_CRITICAL, critical, "adobeArchiveRevInfo",
	  "e_adobe_extensions_legacy_multipurpose_criticality", PROFILE, NOT_STRICT,
	  .ext = E_ADOBE_INFO },
	{ L_ADOBE_TIME, present, "adobeTimestamp", "e_adobe_extensions_strict_presence", PROFILE,
	  .generation = G_STRICT, .ext = E_ADOBE_TIME },
	{ L_ADOBE_INFO, present, "adobeArchiveRevInfo", "e_adobe_extensions_strict_presence",
	  PROFILE, .generation = G_STRICT, .ext = E_ADOBE_INFO },
};
const struct lint_table lint_extensions = LINT_TABLE(rows, false);
