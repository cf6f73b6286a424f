/* SPDX-License-Identifier: ISC */
/*
 * Enhanced security services, taken apart.
 *
 * They stand in signed attributes, so what is here was signed as it is; a
 * request that cannot be read is named and nothing more, for it must not make
 * a good signature bad.
 */
#include "cms/ess.h"

#include <string.h>

#include "base/text.h"

#define OID_SMIME_AA(n)	"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x02" n
enum { OID_LENGTH = 11 };

/* --- labels --- */

static void
parse_category(struct cms_label *l, struct der *in)
{
	struct der seq = der_enter(in, DER_SEQUENCE, "SecurityCategory");
	ps_slice type = der_value(&seq, DER_CTX_PRIM(0), "type");

	der_skip(&seq, "value");
	der_leave(&seq);
	if (l->ncategory == CMS_CATEGORIES)	/* ub-security-categories */
		der_fail(in, "fewer categories");
	else
		l->category[l->ncategory++] = type;
}

static bool
is_mark(uint32_t tag)
{
	return tag == DER_PRINTABLE || tag == DER_UTF8;
}

/* ESSSecurityLabel is a SET, whose members DER sorts by their tags: INTEGER,
 * OBJECT IDENTIFIER, the string, SET. Senders write them in the order of the
 * module too. */
static void
parse_label(struct cms_label *l, struct der *in)
{
	const uint8_t *start = in->p;
	struct der set = der_enter(in, DER_SET, "ESSSecurityLabel"), categories;
	uint32_t tag;

	while (der_more(&set)) {
		tag = der_next_tag(&set);
		if (tag == DER_OID) {
			l->policy = der_oid(&set, "security-policy-identifier");
		} else if (tag == DER_INTEGER) {
			l->classification = der_u64(&set, "security-classification");
			l->has_classification = true;
		} else if (is_mark(tag)) {
			l->mark = der_value(&set, tag, "privacy-mark");
		} else {
			categories = der_enter(&set, DER_SET, "security-categories");
			while (der_more(&categories))
				parse_category(l, &categories);
			der_leave(&categories);
		}
	}
	der_leave(&set);
	if (l->policy.n == 0 || l->classification > CMS_CLASSIFICATION_MAX)
		der_fail(in, "a label");
	l->whole = (ps_slice){ start, (size_t)(in->p - start) };
}

/* --- receipts --- */

/* SEQUENCE OF GeneralNames: returns its inside. */
static ps_slice
names_inside(struct der *in, uint32_t tag, const char *name, size_t max)
{
	struct der seq = der_enter(in, tag, name);
	ps_slice out = { seq.p, (size_t)(seq.end - seq.p) };
	size_t n = 0;

	while (der_more(&seq)) {
		(void)der_element(&seq, DER_SEQUENCE, "GeneralNames");
		if (++n > max)
			der_fail(&seq, "fewer names");
	}
	der_leave(&seq);
	return out;
}

static void
parse_receipt(struct cms_ess *e, struct der *in)
{
	const uint8_t *start = in->p;
	struct der seq = der_enter(in, DER_SEQUENCE, "ReceiptRequest");
	ps_slice tier;

	e->receipt_id = der_octets(&seq, "signedContentIdentifier");
	if (der_next_tag(&seq) == DER_CTX(1)) {
		e->receipts_from = CMS_FROM_LIST;
		e->from_list = names_inside(&seq, DER_CTX(1), "receiptList", SIZE_MAX);
	} else {
		tier = der_value(&seq, DER_CTX_PRIM(0), "allOrFirstTier");
		e->receipts_from = tier.n == 1 && tier.p[0] == 1 ? CMS_FROM_FIRST_TIER
		    : CMS_FROM_ALL;
	}
	e->to_list = names_inside(&seq, DER_SEQUENCE, "receiptsTo", CMS_RECEIPTS_TO);
	der_leave(&seq);
	e->receipt = (ps_slice){ start, (size_t)(in->p - start) };
}

/* --- mailing lists --- */

static void
parse_expansion(struct cms_expansion *x, struct der *in)
{
	struct der seq = der_enter(in, DER_SEQUENCE, "MLData");
	const uint8_t *start;
	uint32_t tag;

	if (der_next_tag(&seq) == DER_OCTETS)
		x->list.ski = der_octets(&seq, "subjectKeyIdentifier");
	else
		cms_id_parse_serial(&seq, DER_SEQUENCE, &x->list);
	x->at = der_time(&seq, "expansionTime");
	tag = der_next_tag(&seq);
	start = seq.p;
	if (tag == DER_CTX_PRIM(0)) {
		x->receipts = CMS_ML_NONE;
		der_skip(&seq, "none");
	} else if (tag == DER_CTX(1)) {
		x->receipts = CMS_ML_INSTEAD;
		x->to = names_inside(&seq, tag, "insteadOf", SIZE_MAX);
	} else if (tag == DER_CTX(2)) {
		x->receipts = CMS_ML_ADDITION;
		x->to = names_inside(&seq, tag, "inAdditionTo", SIZE_MAX);
	}
	x->policy = (ps_slice){ start, (size_t)(seq.p - start) };
	der_leave(&seq);
}

/* Returns the inside of a SEQUENCE OF, once all of it was read. */
static ps_slice
each(struct der *in, const char *name, size_t max, void (*read)(struct der *))
{
	struct der seq = der_enter(in, DER_SEQUENCE, name);
	ps_slice out = { seq.p, (size_t)(seq.end - seq.p) };
	size_t n = 0;

	while (der_more(&seq)) {
		read(&seq);
		if (++n > max)
			der_fail(&seq, "fewer elements");
	}
	der_leave(&seq);
	return out;
}

static void
try_label(struct der *in)
{
	struct cms_label l = { .ncategory = 0 };

	parse_label(&l, in);
}

static void
try_expansion(struct der *in)
{
	struct cms_expansion x = { .at = 0 };

	parse_expansion(&x, in);
}

/* --- one reader an attribute --- */

static void
read_label(struct cms_ess *e, struct der *v)
{
	parse_label(&e->label, v);
}

static void
read_equivalents(struct cms_ess *e, struct der *v)
{
	e->equivalents = each(v, "EquivalentLabels", SIZE_MAX, try_label);
}

static void
read_expansions(struct cms_ess *e, struct der *v)
{
	e->expansions = each(v, "MLExpansionHistory", CMS_EXPANSIONS, try_expansion);
}

static void
read_hints(struct cms_ess *e, struct der *v)
{
	struct der seq = der_enter(v, DER_SEQUENCE, "ContentHints");

	if (der_next_tag(&seq) == DER_UTF8)
		e->hint = der_value(&seq, DER_UTF8, "contentDescription");
	e->hint_type = der_oid(&seq, "contentType");
	der_leave(&seq);
}

static void
read_digest(struct cms_ess *e, struct der *v)
{
	e->msg_sig_digest = der_octets(v, "msgSigDigest");
}

static void
read_id(struct cms_ess *e, struct der *v)
{
	e->content_id = der_octets(v, "ContentIdentifier");
}

static void
read_reference(struct cms_ess *e, struct der *v)
{
	struct der seq = der_enter(v, DER_SEQUENCE, "ContentReference");

	(void)der_oid(&seq, "contentType");
	e->reference = der_octets(&seq, "signedContentIdentifier");
	(void)der_octets(&seq, "originatorSignatureValue");
	der_leave(&seq);
}

/* STANDARDS 2.14: hints and the identifier may stand anywhere. */
static const struct {
	const char	*oid;
	void		 (*read)(struct cms_ess *e, struct der *v);
	bool		 signed_only;
} services[] = {
	{ OID_SMIME_AA("\x01"),	parse_receipt,		true },
	{ OID_SMIME_AA("\x02"),	read_label,		true },
	{ OID_SMIME_AA("\x03"),	read_expansions,	true },
	{ OID_SMIME_AA("\x04"),	read_hints,		false },
	{ OID_SMIME_AA("\x05"),	read_digest,		true },
	{ OID_SMIME_AA("\x07"),	read_id,		false },
	{ OID_SMIME_AA("\x09"),	read_equivalents,	true },
	{ OID_SMIME_AA("\x0a"),	read_reference,		true },
	{ OID_SMIME_AA("\x0c"),	NULL,			true },	/* signingCertificate */
	{ OID_SMIME_AA("\x2f"),	NULL,			true },	/* and its version 2 */
};
enum { NSERVICES = sizeof services / sizeof services[0] };

static size_t
find(ps_slice oid)
{
	size_t i = 0;

	while (i < NSERVICES && !ps_slice_equal(oid,
	    (ps_slice){ (const uint8_t *)services[i].oid, OID_LENGTH }))
		i++;
	return i;
}

bool
cms_ess_signed_only(ps_slice oid)
{
	size_t i = find(oid);

	return i < NSERVICES && services[i].signed_only;
}

/* A value by a cursor of its own: what is wrong with it ends there. */
static void
read_value(struct cms_ess *e, size_t which, ps_slice oid, ps_slice value)
{
	struct cms_ess before = *e;
	struct der_state state;
	struct der d;

	der_init(&d, &state, value, 0, false, "AttributeValue");
	services[which].read(e, &d);
	if (!der_failed(&d) && !der_more(&d)) {
		e->any = true;
		return;
	}
	*e = before;
	e->any = true;
	e->broken = cms_attr_name(oid);
}

void
cms_ess_parse(struct cms_ess *out, ps_slice inside)
{
	struct der_state state;
	struct der d, seq, values;
	ps_slice oid, value;
	size_t which;

	memset(out, 0, sizeof *out);
	der_init(&d, &state, inside, 0, false, "signedAttrs");
	while (der_more(&d)) {
		seq = der_enter(&d, DER_SEQUENCE, "Attribute");
		oid = der_oid(&seq, "attrType");
		values = der_enter(&seq, DER_SET, "attrValues");
		which = find(oid);
		while (der_more(&values)) {
			value = der_any(&values, "AttributeValue");
			if (which < NSERVICES && services[which].read != NULL &&
			    !der_failed(&d))
				read_value(out, which, oid, value);
		}
		der_leave(&values);
		der_leave(&seq);
	}
}

/* --- lists --- */

bool
cms_ess_next_label(ps_slice *list, struct cms_label *out)
{
	struct der_state state;
	struct der d;

	memset(out, 0, sizeof *out);
	der_init(&d, &state, *list, 0, false, "EquivalentLabels");
	if (!der_more(&d))
		return false;
	parse_label(out, &d);
	*list = (ps_slice){ d.p, (size_t)(d.end - d.p) };
	return !der_failed(&d);
}

bool
cms_ess_next_expansion(ps_slice *list, struct cms_expansion *out)
{
	struct der_state state;
	struct der d;

	memset(out, 0, sizeof *out);
	der_init(&d, &state, *list, 0, false, "MLExpansionHistory");
	if (!der_more(&d))
		return false;
	parse_expansion(out, &d);
	*list = (ps_slice){ d.p, (size_t)(d.end - d.p) };
	return !der_failed(&d);
}

bool
cms_ess_next_address(ps_slice *list, ps_slice *out)
{
	struct der_state state;
	struct der d, names;

	out->n = 0;
	while (list->n > 0 && out->n == 0) {
		der_init(&d, &state, *list, 0, false, "GeneralNames");
		names = der_enter(&d, DER_SEQUENCE, "GeneralNames");
		while (der_more(&names))
			if (der_next_tag(&names) == DER_CTX_PRIM(1))
				*out = der_value(&names, DER_CTX_PRIM(1), "rfc822Name");
			else
				der_skip(&names, "GeneralName");
		der_leave(&names);
		if (der_failed(&d))
			return false;
		*list = (ps_slice){ d.p, (size_t)(d.end - d.p) };
	}
	return out->n != 0;
}

const char *
cms_ess_classification_name(uint64_t classification)
{
	static const char *const names[] = { "unmarked", "unclassified", "restricted",
	    "confidential", "secret", "top-secret" };

	return classification < sizeof names / sizeof names[0] ? names[classification] : NULL;
}
