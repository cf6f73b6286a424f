/* SPDX-License-Identifier: ISC */
/*
 * Signed attributes, read and written.
 *
 * An attribute that appears twice, or has two values where one is allowed,
 * is how a forger makes two programs read two different things; RFC 5652, 11
 * allows one, and so do we. Unknown attributes are ignored but shown.
 */
#include "cms/attributes.h"

#include <assert.h>
#include <string.h>

#include "base/text.h"
#include "cms/capabilities.h"
#include "cms/words.h"

#define OID(...) { (const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }) }
#define PKCS9(n) OID(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, n)
#define SMIME_AA(n) OID(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x02, n)

enum { AA_CONTENT_TYPE, AA_DIGEST, AA_TIME, AA_CAPS, AA_PROTECT, AA_CERT_V2, AA_CERT,
	AA_BINARY_TIME, AA_PREFER, AA_MULTIPLE };

/* Of the year 9999; beyond, nothing can be said to a person. */
#define LAST_SECOND	253402300799u

/* `single`: at most one instance with exactly one value. */
static const struct {
	ps_slice	 oid;
	const char	*name;
	bool		 single;
} known[] = {
	[AA_CONTENT_TYPE] = { PKCS9(3), "contentType", true },
	[AA_DIGEST] = { PKCS9(4), "messageDigest", true },
	[AA_TIME] = { PKCS9(5), "signingTime", true },
	[AA_CAPS] = { PKCS9(15), "smimeCapabilities", true },
	[AA_PROTECT] = { PKCS9(52), "cmsAlgorithmProtection", true },
	[AA_CERT_V2] = { SMIME_AA(47), "signingCertificateV2", true },
	[AA_CERT] = { SMIME_AA(12), "signingCertificate", true },
	[AA_BINARY_TIME] = { SMIME_AA(46), "binarySigningTime", true },
	[AA_PREFER] = { SMIME_AA(11), "smimeEncryptionKeyPreference", true },
	[AA_MULTIPLE] = { SMIME_AA(51), "multipleSignatures", false },
	{ PKCS9(6), "countersignature", false },
	{ SMIME_AA(1), "receiptRequest", true },
	{ SMIME_AA(2), "securityLabel", true },
	{ SMIME_AA(3), "mlExpansionHistory", true },
	{ SMIME_AA(4), "contentHints", true },
	{ SMIME_AA(5), "msgSigDigest", true },
	{ SMIME_AA(7), "contentIdentifier", true },
	{ SMIME_AA(9), "equivalentLabels", true },
	{ SMIME_AA(10), "contentReference", true },
	{ SMIME_AA(14), "signatureTimeStampToken", false },
	{ SMIME_AA(15), "signaturePolicy", true },
	{ SMIME_AA(20), "contentTimestamp", false },
	{ SMIME_AA(21), "completeCertificateRefs", false },
	{ SMIME_AA(22), "completeRevocationRefs", false },
	{ SMIME_AA(23), "certificateValues", false },
	{ SMIME_AA(24), "revocationValues", false },
	{ SMIME_AA(25), "escTimeStamp", false },
	{ SMIME_AA(26), "certCRLTimestamp", false },
	{ SMIME_AA(27), "archiveTimestamp", false },
	{ SMIME_AA(48), "archiveTimestampV2", false },
	{ OID(0x04, 0x00, 0x8d, 0x45, 0x02, 0x04), "archiveTimestampV3", false },
	{ SMIME_AA(55), "secureHeaderFields", true },
	{ OID(0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x10, 0x04),
	    "microsoftEncryptionKeyPreference", true },
};

enum { NKNOWN = sizeof known / sizeof known[0] };

static size_t
find(ps_slice oid)
{
	size_t i = 0;

	while (i < NKNOWN && !ps_slice_equal(known[i].oid, oid))
		i++;
	return i;
}

const char *
cms_attr_name(ps_slice oid)
{
	size_t i = find(oid);

	return i < NKNOWN ? known[i].name : NULL;
}

ps_slice
cms_attr_oid(const char *name)
{
	size_t i = 0;

	while (i < NKNOWN && strcmp(known[i].name, name) != 0)
		i++;
	assert(i < NKNOWN);
	return known[i].oid;
}

/* CMSAlgorithmProtection (RFC 6211): both identifiers, or one and a MAC's. */
static void
parse_protection(struct cms_attrs *a, struct der *v)
{
	struct der seq = der_enter(v, DER_SEQUENCE, "CMSAlgorithmProtection");

	a->protect_digest = ps_algid_parse(&seq, DER_SEQUENCE, "digestAlgorithm");
	if (der_next_tag(&seq) == DER_CTX(1))
		a->protect_sig = ps_algid_parse(&seq, DER_CTX(1), "signatureAlgorithm");
	else
		a->protect_mac = true;
	while (der_more(&seq))
		der_skip(&seq, "macAlgorithm");
	der_leave(&seq);
	a->has_protection = true;
}

/* SigningCertificate(V2) (RFC 5035): the first ESSCertID is the signer's. */
static void
parse_signing_cert(struct cms_attrs *a, struct der *v, bool v2)
{
	struct der seq = der_enter(v, DER_SEQUENCE, "SigningCertificate");
	struct der certs = der_enter(&seq, DER_SEQUENCE, "certs");
	struct der id = der_enter(&certs, DER_SEQUENCE, "ESSCertID");
	struct ps_algid digest;

	a->cert_digest[v2] = ps_alg_get(v2 ? PS_SHA256 : PS_SHA1);
	if (v2 && der_next_tag(&id) == DER_SEQUENCE) {
		digest = ps_algid_parse(&id, DER_SEQUENCE, "hashAlgorithm");
		a->cert_digest[v2] = ps_alg_by_oid(PS_ALG_DIGEST, digest.oid);
	}
	a->cert_hash[v2] = der_octets(&id, "certHash");
	while (der_more(&id))
		der_skip(&id, "issuerSerial");
	der_leave(&id);
	while (der_more(&certs))
		der_skip(&certs, "ESSCertID");
	der_leave(&certs);
	while (der_more(&seq))
		der_skip(&seq, "policies");
	der_leave(&seq);
	a->has_cert = true;
}

/* SMIMEEncryptionKeyPreference: a CHOICE of [0] IssuerAndSerialNumber, [1]
 * RecipientKeyIdentifier, [2] SubjectKeyIdentifier. */
static void
parse_preference(struct cms_attrs *a, struct der *v)
{
	struct der seq;

	if (der_next_tag(v) == DER_CTX(0))
		cms_id_parse_serial(v, DER_CTX(0), &a->prefer);
	else if (der_try_enter(v, DER_CTX(1), "recipientKeyId", &seq)) {
		a->prefer.ski = der_octets(&seq, "subjectKeyIdentifier");
		while (der_more(&seq))
			der_skip(&seq, "date");
		der_leave(&seq);
	} else if (!der_optional(v, DER_CTX_PRIM(2), "subjectAltKeyIdentifier",
	    &a->prefer.ski))
		der_skip(v, "SMIMEEncryptionKeyPreference");
}

static void
parse_value(struct cms_attrs *a, size_t which, struct der *v)
{
	uint64_t seconds;

	switch (which) {
	case AA_CONTENT_TYPE:
		a->content_type = der_oid(v, "contentType");
		break;
	case AA_DIGEST:
		a->message_digest = der_octets(v, "messageDigest");
		break;
	case AA_TIME:
		a->signing_time = der_time(v, "signingTime");
		a->has_time = true;
		break;
	case AA_BINARY_TIME:	/* RFC 6019 */
		seconds = der_u64(v, "BinaryTime");
		a->has_binary_time = seconds <= LAST_SECOND;
		a->binary_time = a->has_binary_time ? (int64_t)seconds : 0;
		break;
	case AA_CAPS:
		a->caps = der_element(v, DER_SEQUENCE, "SMIMECapabilities");
		a->has_caps = true;
		break;
	case AA_PREFER:
		parse_preference(a, v);
		break;
	case AA_PROTECT:
		parse_protection(a, v);
		break;
	case AA_CERT_V2:
	case AA_CERT:
		parse_signing_cert(a, v, which == AA_CERT_V2);
		break;
	default:
		der_skip(v, "AttributeValue");
		break;
	}
}

/* RFC 5652, 11.1 to 11.3: one instance, one value. */
static void
parse_attribute(struct cms_attrs *a, struct der *in, bool seen[NKNOWN])
{
	struct der seq = der_enter(in, DER_SEQUENCE, "Attribute");
	ps_slice oid = der_oid(&seq, "attrType");
	struct der values = der_enter(&seq, DER_SET, "attrValues");
	size_t which = find(oid);

	if (a->nshown < CMS_ATTRS_SHOWN)
		a->shown[a->nshown++] = oid;
	/* RFC 5752, 3: many values, but RFC 5652, 5.3 allows an attribute once. */
	if (which == AA_MULTIPLE) {
		if (seen[which])
			a->broken = "attribute-twice";
		seen[which] = true;
		a->multiple = (ps_slice){ values.p, (size_t)(values.end - values.p) };
	}
	if (which < NKNOWN && known[which].single) {
		if (seen[which])
			a->broken = "attribute-twice";
		seen[which] = true;
		if (!der_more(&values))
			a->broken = "attribute-empty";
	}
	if (der_more(&values))
		parse_value(a, which, &values);
	if (der_more(&values) && which < NKNOWN && known[which].single)
		a->broken = "attribute-many-values";
	while (der_more(&values))
		der_skip(&values, "AttributeValue");
	der_leave(&values);
	der_leave(&seq);
}

ps_code
cms_attrs_parse(struct cms_attrs *out, ps_slice inside, ps_err *err)
{
	struct cms_attrs a = { 0 };
	struct der_state state;
	struct der d;
	bool seen[NKNOWN] = { false };
	ps_code code;

	der_init(&d, &state, inside, 0, false, "signedAttrs");
	while (der_more(&d))
		parse_attribute(&a, &d, seen);
	if ((code = der_finish(&d, "cms.signed-attributes", err)) != PS_OK)
		return code;
	/* RFC 5652, 11.1 and 11.2: both MUST be there. */
	if (a.broken == NULL && a.content_type.n == 0)
		a.broken = "no-content-type";
	if (a.broken == NULL && a.message_digest.n == 0)
		a.broken = "no-message-digest";
	*out = a;
	return PS_OK;
}

/* --- writing --- */

static void
begin_attr(struct derw *w, size_t which)
{
	derw_begin(w, DER_SEQUENCE);
	derw_oid(w, known[which].oid);
	derw_begin_set_of(w, DER_SET);
}

static void
end_attr(struct derw *w)
{
	derw_end(w);
	derw_end(w);
}

static void
build_caps(struct derw *w)
{
	begin_attr(w, AA_CAPS);
	cms_caps_build(w);
	end_attr(w);
}

static void
build_protection(struct derw *w, const struct ps_sigspec *spec)
{
	begin_attr(w, AA_PROTECT);
	derw_begin(w, DER_SEQUENCE);
	ps_sigspec_build_digest(spec, w, DER_SEQUENCE);
	ps_sigspec_build_sig(spec, w, DER_CTX(1));
	derw_end(w);
	end_attr(w);
}

static void
build_preference(struct derw *w, ps_cert *cert)
{
	const struct ps_cert_view *v = ps_cert_view_of(cert);

	begin_attr(w, AA_PREFER);
	derw_begin(w, DER_CTX(0));
	derw_raw(w, v->issuer);
	derw_value(w, DER_INTEGER, v->serial);
	derw_end(w);
	end_attr(w);
}

/* RFC 5035: SHA-256 is the default and left out. */
static ps_code
build_signing_cert(struct derw *w, ps_cert *cert, ps_err *err)
{
	const struct ps_cert_view *v = ps_cert_view_of(cert);
	uint8_t hash[PS_DIGEST_MAX];
	const struct ps_alg *sha256 = ps_alg_get(PS_SHA256);
	ps_code code = ps_cert_hash(cert, sha256, hash, err);

	if (code != PS_OK)
		return code;
	begin_attr(w, AA_CERT_V2);
	derw_begin(w, DER_SEQUENCE);
	derw_begin(w, DER_SEQUENCE);
	derw_begin(w, DER_SEQUENCE);
	derw_octets(w, (ps_slice){ hash, ps_digest_size(sha256) });
	derw_begin(w, DER_SEQUENCE);	/* issuerSerial: GeneralNames, serial */
	derw_begin(w, DER_SEQUENCE);
	derw_begin(w, DER_CTX(4));
	derw_raw(w, v->issuer);
	derw_end(w);
	derw_end(w);
	derw_value(w, DER_INTEGER, v->serial);
	derw_end(w);
	derw_end(w);
	derw_end(w);
	derw_end(w);
	end_attr(w);
	return PS_OK;
}

ps_code
cms_attrs_build(const struct cms_attrs_in *in, struct ps_buf *out, ps_err *err)
{
	struct derw w;
	ps_code code;

	derw_init(&w, out);
	derw_begin_set_of(&w, DER_SET);
	begin_attr(&w, AA_CONTENT_TYPE);
	derw_oid(&w, in->content_type);
	end_attr(&w);
	begin_attr(&w, AA_DIGEST);
	derw_octets(&w, in->message_digest);
	end_attr(&w);
	begin_attr(&w, AA_TIME);
	derw_time(&w, in->signing_time);
	end_attr(&w);
	build_caps(&w);
	if (in->prefer != NULL)
		build_preference(&w, in->prefer);
	build_protection(&w, in->spec);
	if ((code = build_signing_cert(&w, in->cert, err)) != PS_OK)
		return code;
	derw_raw(&w, in->more);
	derw_end(&w);
	return derw_finish(&w, err);
}
