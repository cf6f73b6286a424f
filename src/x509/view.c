/* SPDX-License-Identifier: ISC */
/*
 * What a certificate says, as slices into its DER.
 *
 * Choosing and showing certificates needs a few fields of many of them, and
 * needs those exact octets: names are compared, keys hashed. A certificate
 * that says one thing twice says nothing, so a repeated extension is refused
 * (RFC 5280, 4.2), as is one that we know and cannot read.
 */
#include "base/text.h"
#include "x509/internal.h"
#include "x509/words.h"

#define WHERE	"x509.certificate"
#define OID(s)	{ (const uint8_t *)(s), sizeof(s) - 1 }

/* --- extensions --- */

static void
key_usage(struct ps_cert_view *v, struct der *d)
{
	v->ku = der_named_bits(d, "keyUsage");
	v->has_ku = true;
}

static const struct {
	ps_slice	 oid;
	size_t		 at;
} purposes[] = {
	{ OID("\x2b\x06\x01\x05\x05\x07\x03\x04"), offsetof(struct ps_cert_view, eku_email) },
	{ OID("\x55\x1d\x25\x00"), offsetof(struct ps_cert_view, eku_any) },
	{ OID("\x2b\x06\x01\x05\x05\x07\x03\x08"), offsetof(struct ps_cert_view,
	    eku_time_stamping) },
};

static void
extended_key_usage(struct ps_cert_view *v, struct der *d)
{
	struct der seq = der_enter(d, DER_SEQUENCE, "extKeyUsage");
	unsigned n = 0;

	while (der_more(&seq)) {
		ps_slice oid = der_oid(&seq, "KeyPurposeId");
		v->eku_several = n++ > 0;
		for (size_t i = 0; i < sizeof purposes / sizeof purposes[0]; i++)
			if (ps_slice_equal(oid, purposes[i].oid))
				*(bool *)((char *)v + purposes[i].at) = true;
	}
	der_leave(&seq);
	v->has_eku = true;
}

static void
basic_constraints(struct ps_cert_view *v, struct der *d)
{
	struct der seq = der_enter(d, DER_SEQUENCE, "basicConstraints");

	if (der_next_tag(&seq) == DER_BOOLEAN)
		v->ca = der_bool(&seq, "cA");
	if (der_more(&seq))	/* some wrote -1; the path finds that */
		(void)der_integer(&seq, "pathLenConstraint");
	der_leave(&seq);
	v->has_bc = true;
}

static void
subject_key_id(struct ps_cert_view *v, struct der *d)
{
	v->ski = der_octets(d, "subjectKeyIdentifier");
}

static void
authority_key_id(struct ps_cert_view *v, struct der *d)
{
	struct der seq = der_enter(d, DER_SEQUENCE, "authorityKeyIdentifier");

	(void)der_optional(&seq, DER_CTX_PRIM(0), "keyIdentifier", &v->aki);
	while (der_more(&seq))
		der_skip(&seq, "authorityCert");
	der_leave(&seq);
}

static void
alt_name(struct ps_cert_view *v, struct der *d)
{
	v->san = der_element(d, DER_SEQUENCE, "subjectAltName");
	v->has_san = true;
}

static void
capabilities(struct ps_cert_view *v, struct der *d)
{
	v->smime_capabilities = der_element(d, DER_SEQUENCE, "SMIMECapabilities");
}

static void
name_constraints(struct ps_cert_view *v, struct der *d)
{
	v->name_constraints = der_element(d, DER_SEQUENCE, "nameConstraints");
}

static bool
known_qualifier(ps_slice oid)
{
	static const ps_slice known[] = {
		OID("\x2b\x06\x01\x05\x05\x07\x02\x01"),	/* cps */
		OID("\x2b\x06\x01\x05\x05\x07\x02\x02"),	/* unotice */
	};

	return ps_slice_equal(oid, known[0]) || ps_slice_equal(oid, known[1]);
}

/* The crypto library reads the policies; here only what qualifies them. */
static bool
known_policy(struct der *list)
{
	struct der info = der_enter(list, DER_SEQUENCE, "PolicyInformation"), all, one;
	bool known = true;

	(void)der_oid(&info, "policyIdentifier");
	if (!der_try_enter(&info, DER_SEQUENCE, "policyQualifiers", &all))
		return true;
	while (der_more(&all)) {
		one = der_enter(&all, DER_SEQUENCE, "PolicyQualifierInfo");
		known &= known_qualifier(der_oid(&one, "policyQualifierId"));
		der_skip(&one, "qualifier");
	}
	return known;
}

/* RFC 5280, 4.2.1.4: a critical one must be understood with its qualifiers. One
 * that cannot be read is for the path to find. */
static void
policies(struct ps_cert_view *v, struct der *d)
{
	ps_slice whole = der_element(d, DER_SEQUENCE, "certificatePolicies");
	struct der_state state;
	struct der inner, list;

	der_init(&inner, &state, whole, 0, false, NULL);
	list = der_enter(&inner, DER_SEQUENCE, "certificatePolicies");
	while (der_more(&list))
		v->policy_unknown |= !known_policy(&list);
}

/* The extensions that we read; those without a function the path building of
 * the crypto library knows. Critical ones that are not here are unknown. */
static const struct {
	ps_slice	 oid;
	void		 (*read)(struct ps_cert_view *v, struct der *d);
} extensions[] = {
	{ OID("\x55\x1d\x0f"),	key_usage },
	{ OID("\x55\x1d\x25"),	extended_key_usage },
	{ OID("\x55\x1d\x13"),	basic_constraints },
	{ OID("\x55\x1d\x0e"),	subject_key_id },
	{ OID("\x55\x1d\x23"),	authority_key_id },
	{ OID("\x55\x1d\x11"),	alt_name },
	{ OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x0f"), capabilities },
	{ OID("\x55\x1d\x1e"),	name_constraints },
	{ OID("\x55\x1d\x20"),	policies },
	{ OID("\x55\x1d\x21"),	NULL },		/* policyMappings */
	{ OID("\x55\x1d\x24"),	NULL },		/* policyConstraints */
	{ OID("\x55\x1d\x36"),	NULL },		/* inhibitAnyPolicy */
	{ OID("\x55\x1d\x1f"),	NULL },		/* cRLDistributionPoints */
	/* id-pkix-ocsp-nocheck: about responders, and we check all the same */
	{ OID("\x2b\x06\x01\x05\x05\x07\x30\x01\x05"), NULL },
};
enum { EXTENSIONS = sizeof extensions / sizeof extensions[0] };

static void
extension_value(struct ps_cert_view *v, size_t known, ps_slice value, struct der *outer)
{
	struct der_state state;
	struct der d;

	if (extensions[known].read == NULL)
		return;
	der_init(&d, &state, value, 0, outer->state->strict, "extnValue");
	extensions[known].read(v, &d);
	if (der_failed(&d) || der_more(&d))
		der_fail(outer, "a readable extension");
}

static void
extension(struct ps_cert_view *v, struct der *list, unsigned *seen)
{
	struct der ext = der_enter(list, DER_SEQUENCE, "Extension");
	ps_slice oid = der_oid(&ext, "extnID"), value;
	bool critical = der_next_tag(&ext) == DER_BOOLEAN && der_bool(&ext, "critical");
	size_t i = 0;

	value = der_octets(&ext, "extnValue");
	der_leave(&ext);
	if (der_failed(list))
		return;
	while (i < EXTENSIONS && !ps_slice_equal(extensions[i].oid, oid))
		i++;
	if (i == EXTENSIONS) {
		v->critical_unknown |= critical;
		return;
	}
	if (*seen & 1u << i)
		der_fail(list, "one extension of a kind");
	*seen |= 1u << i;
	extension_value(v, i, value, list);
	v->eku_critical |= critical && extensions[i].read == extended_key_usage;
	v->san_critical |= critical && extensions[i].read == alt_name;
	v->critical_unknown |= critical && extensions[i].read == policies && v->policy_unknown;
}

static void
all_extensions(struct ps_cert_view *v, struct der *tbs)
{
	struct der tagged, list;
	unsigned seen = 0;

	if (!der_try_enter(tbs, DER_CTX(3), "extensions", &tagged))
		return;
	list = der_enter(&tagged, DER_SEQUENCE, "Extensions");
	if (!der_more(&list))	/* RFC 5280, 4.1: SIZE (1..MAX) */
		der_fail(&list, "at least one extension");
	while (der_more(&list))
		extension(v, &list, &seen);
	der_leave(&list);
	der_leave(&tagged);
}

/* --- the certificate --- */

static void
validity(struct ps_cert_view *v, struct der *tbs)
{
	struct der seq = der_enter(tbs, DER_SEQUENCE, "validity");

	v->not_before = der_time(&seq, "notBefore");
	v->not_after = der_time(&seq, "notAfter");
	der_leave(&seq);
}

static void
public_key(struct ps_cert_view *v, struct der *tbs)
{
	const uint8_t *start = tbs->p;
	struct der seq = der_enter(tbs, DER_SEQUENCE, "subjectPublicKeyInfo");

	(void)der_element(&seq, DER_SEQUENCE, "algorithm");
	v->key_bits = der_bits(&seq, "subjectPublicKey");
	der_leave(&seq);
	v->spki = (ps_slice){ start, (size_t)(tbs->p - start) };
}

/* RFC 5280, 4.1.2.1: v3 (2) is the last there is. */
static void
version(struct der *tbs)
{
	struct der tagged;

	if (!der_try_enter(tbs, DER_CTX(0), "version", &tagged))
		return;
	if (der_u64(&tagged, "version") > 2)
		der_fail(&tagged, "a version up to 3");
	der_leave(&tagged);
}

static void
to_be_signed(struct ps_cert_view *v, struct der *cert)
{
	const uint8_t *start = cert->p;
	struct der tbs = der_enter(cert, DER_SEQUENCE, "tbsCertificate");
	ps_slice unused;

	version(&tbs);
	v->serial = der_integer(&tbs, "serialNumber");
	(void)der_element(&tbs, DER_SEQUENCE, "signature");
	v->issuer = der_element(&tbs, DER_SEQUENCE, "issuer");
	validity(v, &tbs);
	v->subject = der_element(&tbs, DER_SEQUENCE, "subject");
	public_key(v, &tbs);
	(void)der_optional(&tbs, DER_CTX_PRIM(1), "issuerUniqueID", &unused);
	(void)der_optional(&tbs, DER_CTX_PRIM(2), "subjectUniqueID", &unused);
	all_extensions(v, &tbs);
	der_leave(&tbs);
	v->tbs = (ps_slice){ start, (size_t)(cert->p - start) };
}

ps_code
ps_view_parse(struct ps_cert_view *v, ps_slice der, ps_err *err)
{
	struct der_state state;
	struct der d, cert;

	*v = (struct ps_cert_view){ .der = der };
	der_init(&d, &state, der, 0, true, NULL);
	cert = der_enter(&d, DER_SEQUENCE, "Certificate");
	to_be_signed(v, &cert);
	v->signature = ps_algid_parse(&cert, DER_SEQUENCE, "signatureAlgorithm");
	(void)der_bits(&cert, "signature");
	der_leave(&cert);
	return der_finish(&d, WHERE, err);
}
