/* SPDX-License-Identifier: ISC */
/*
 * What a signer asks, and what a mailing list adds, as signed attributes.
 */
#include "cms/ess_build.h"

#include <string.h>

#include "base/text.h"

static void
begin_attr(struct derw *w, const char *name)
{
	derw_begin(w, DER_SEQUENCE);
	derw_oid(w, cms_attr_oid(name));
	derw_begin(w, DER_SET);
}

static void
end_attr(struct derw *w)
{
	derw_end(w);
	derw_end(w);
}

static void
add_octets(struct derw *w, const char *name, ps_slice octets)
{
	begin_attr(w, name);
	derw_octets(w, octets);
	end_attr(w);
}

/* --- receipts --- */

/* RFC 2634, 2.7: each entity is a GeneralNames of its own. */
static void
put_names(struct derw *w, uint32_t tag, const char *const *list, size_t n)
{
	derw_begin(w, tag);
	for (size_t i = 0; i < n; i++) {
		derw_begin(w, DER_SEQUENCE);
		derw_value(w, DER_CTX_PRIM(1), ps_str(list[i]));
		derw_end(w);
	}
	derw_end(w);
}

void
cms_ess_build_request(struct derw *w, const struct cms_request_in *in)
{
	const uint8_t tier = in->from == CMS_FROM_FIRST_TIER;

	begin_attr(w, "receiptRequest");
	derw_begin(w, DER_SEQUENCE);
	derw_octets(w, in->id);
	if (in->from == CMS_FROM_LIST)
		put_names(w, DER_CTX(1), in->from_list, in->nfrom);
	else
		derw_value(w, DER_CTX_PRIM(0), (ps_slice){ &tier, 1 });
	put_names(w, DER_SEQUENCE, in->to, in->nto);
	derw_end(w);
	end_attr(w);
}

void
cms_ess_build_id(struct derw *w, ps_slice id)
{
	add_octets(w, "contentIdentifier", id);
}

void
cms_ess_build_digest(struct derw *w, ps_slice msg_sig_digest)
{
	add_octets(w, "msgSigDigest", msg_sig_digest);
}

void
cms_ess_build_hint(struct derw *w, ps_slice type)
{
	begin_attr(w, "contentHints");
	derw_begin(w, DER_SEQUENCE);
	derw_oid(w, type);
	derw_end(w);
	end_attr(w);
}

/* --- labels --- */

/* X.680: the letters of a PrintableString. */
static bool
is_printable(ps_slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = (char)s.p[i];
		bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
		    (c >= '0' && c <= '9');

		if (!letter && (c == '\0' || strchr(" '()+,-./:=?", c) == NULL))
			return false;
	}
	return s.n <= CMS_MARK_MAX;
}

/* A SET: its members are sorted by their tags (X.690, 10.3). */
void
cms_ess_build_label(struct derw *w, ps_slice policy, int classification, ps_slice mark)
{
	begin_attr(w, "securityLabel");
	derw_begin(w, DER_SET);
	if (classification >= 0)
		derw_u64(w, (uint64_t)classification);
	derw_oid(w, policy);
	if (mark.n != 0)
		derw_value(w, is_printable(mark) ? DER_PRINTABLE : DER_UTF8, mark);
	derw_end(w);
	end_attr(w);
}

/* --- mailing lists --- */

/* The policy of the last list, as its element; n == 0: it has none. */
static ps_slice
last_policy(ps_slice history)
{
	struct cms_expansion x;
	ps_slice policy = { 0 };

	while (cms_ess_next_expansion(&history, &x))
		policy = x.policy;
	return policy;
}

/* RFC 2634, 4.3: what is missing in ours stays as the list before us set it, and
 * "none" is for good. */
static void
put_policy(struct derw *w, ps_slice before, enum cms_ml_receipts receipts)
{
	ps_slice last = last_policy(before);

	if (receipts == CMS_ML_NONE)
		derw_value(w, DER_CTX_PRIM(0), (ps_slice){ 0 });
	else
		derw_raw(w, last);
}

void
cms_ess_build_history(struct derw *w, ps_slice before, ps_cert *cert, int64_t at,
    enum cms_ml_receipts receipts)
{
	const struct ps_cert_view *v = ps_cert_view_of(cert);

	begin_attr(w, "mlExpansionHistory");
	derw_begin(w, DER_SEQUENCE);
	derw_raw(w, before);
	derw_begin(w, DER_SEQUENCE);
	derw_begin(w, DER_SEQUENCE);
	derw_raw(w, v->issuer);
	derw_value(w, DER_INTEGER, v->serial);
	derw_end(w);
	derw_gentime(w, at);
	put_policy(w, before, receipts);
	derw_end(w);
	derw_end(w);
	end_attr(w);
}

/* RFC 2634, 4.2.3.2, 3.2.3: "each signed attribute present in the original
 * outermost signedData layer, unless the MLA explicitly replaces" it. */
static bool
is_replaced(ps_slice oid)
{
	static const char *const own[] = { "contentType", "messageDigest", "signingTime",
	    "binarySigningTime", "smimeCapabilities", "cmsAlgorithmProtection",
	    "signingCertificate", "signingCertificateV2", "smimeEncryptionKeyPreference",
	    "microsoftEncryptionKeyPreference", "mlExpansionHistory", "receiptRequest",
	    "msgSigDigest" };

	for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
		if (ps_slice_equal(oid, cms_attr_oid(own[i])))
			return true;
	return false;
}

void
cms_ess_carry(struct derw *w, ps_slice inside)
{
	struct der_state state;
	struct der d, seq;
	ps_slice whole, oid;

	der_init(&d, &state, inside, 0, false, "signedAttrs");
	while (der_more(&d)) {
		const uint8_t *start = d.p;

		seq = der_enter(&d, DER_SEQUENCE, "Attribute");
		oid = der_oid(&seq, "attrType");
		der_skip(&seq, "attrValues");
		der_leave(&seq);
		whole = (ps_slice){ start, (size_t)(d.p - start) };
		if (!der_failed(&d) && !is_replaced(oid))
			derw_raw(w, whole);
	}
}
