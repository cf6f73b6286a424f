/* SPDX-License-Identifier: ISC */
/*
 * Taking a certificate apart so that its faults can be told.
 *
 * The view that the rest of the library uses (x509/view.c) refuses what breaks
 * the standard; here the same fields are read with as little demanded as can be,
 * since a report that says "cannot be read" helps nobody.
 */
#include "issue/lint.h"

#include <string.h>

#include "issue/words.h"

#define WHERE	"issue.lint"

static const ps_slice ext_oids[E_COUNT] = {
	[E_AKI] = LINT_OID("\x55\x1d\x23"),
	[E_SKI] = LINT_OID("\x55\x1d\x0e"),
	[E_KU] = LINT_OID("\x55\x1d\x0f"),
	[E_POLICIES] = LINT_OID("\x55\x1d\x20"),
	[E_SAN] = LINT_OID("\x55\x1d\x11"),
	[E_SDA] = LINT_OID("\x55\x1d\x09"),
	[E_BC] = LINT_OID("\x55\x1d\x13"),
	[E_NC] = LINT_OID("\x55\x1d\x1e"),
	[E_EKU] = LINT_OID("\x55\x1d\x25"),
	[E_CRLDP] = LINT_OID("\x55\x1d\x1f"),
	[E_AIA] = LINT_OID("\x2b\x06\x01\x05\x05\x07\x01\x01"),
	[E_SIA] = LINT_OID("\x2b\x06\x01\x05\x05\x07\x01\x0b"),
	[E_QC] = LINT_OID("\x2b\x06\x01\x05\x05\x07\x01\x03"),
	[E_LEI] = LINT_OID("\x2b\x06\x01\x04\x01\x83\x98\x2a\x01"),	/* ISO 17442-2 */
	[E_ROLE] = LINT_OID("\x2b\x06\x01\x04\x01\x83\x98\x2a\x02"),
	[E_ADOBE_TIME] = LINT_OID("\x2a\x86\x48\x86\xf7\x2f\x01\x01\x09\x01"),
	[E_ADOBE_INFO] = LINT_OID("\x2a\x86\x48\x86\xf7\x2f\x01\x01\x09\x02"),
	[E_CAPS] = LINT_OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x0f"),
};

static const struct {
	ps_slice	 oid;
	enum lint_key	 key;
} key_oids[] = {
	{ LINT_OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"), K_RSA },
	{ LINT_OID("\x2a\x86\x48\xce\x3d\x02\x01"), K_EC },
	{ LINT_OID("\x2b\x65\x70"), K_ED },
	{ LINT_OID("\x2b\x65\x71"), K_ED },
	{ LINT_OID("\x2b\x65\x6e"), K_X },
	{ LINT_OID("\x2b\x65\x6f"), K_X },
	{ LINT_OID("\x60\x86\x48\x01\x65\x03\x04\x03\x11"), K_MLDSA },
	{ LINT_OID("\x60\x86\x48\x01\x65\x03\x04\x03\x12"), K_MLDSA },
	{ LINT_OID("\x60\x86\x48\x01\x65\x03\x04\x03\x13"), K_MLDSA },
	{ LINT_OID("\x60\x86\x48\x01\x65\x03\x04\x04\x01"), K_MLKEM },
	{ LINT_OID("\x60\x86\x48\x01\x65\x03\x04\x04\x02"), K_MLKEM },
	{ LINT_OID("\x60\x86\x48\x01\x65\x03\x04\x04\x03"), K_MLKEM },
};

void
lint_enter(struct lint_cursor *c, ps_slice in, uint32_t tag)
{
	der_init(&c->outer, &c->state, in, 0, false, NULL);
	c->list = der_enter(&c->outer, tag, NULL);
}

/* A time that is no time is a finding, not the end. */
static void
read_time(struct lint_time *t, struct der *in)
{
	struct der_state state;
	struct der d;
	ps_slice whole = der_any(in, "Time");
	size_t n;

	if (!der_split(whole, &t->tag, &t->text, &n))
		return;
	der_init(&d, &state, whole, 0, false, NULL);
	t->at = der_time(&d, NULL);
	t->read = !der_failed(&d);
}

static void
read_validity(struct lint *l, struct der *tbs)
{
	struct der seq = der_enter(tbs, DER_SEQUENCE, "validity");

	read_time(&l->not_before, &seq);
	read_time(&l->not_after, &seq);
	der_leave(&seq);
}

/* The key's bits may be of a kind that we do not know. */
static void
read_key(struct lint *l, struct der *tbs)
{
	struct lint_cursor c;
	struct der alg;

	l->spki = der_element(tbs, DER_SEQUENCE, "subjectPublicKeyInfo");
	lint_enter(&c, l->spki, DER_SEQUENCE);
	l->spki_alg = der_element(&c.list, DER_SEQUENCE, "algorithm");
	l->key_bits = der_bits(&c.list, "subjectPublicKey");
	lint_enter(&c, l->spki_alg, DER_SEQUENCE);
	alg = c.list;
	l->spki_oid = der_oid(&alg, "algorithm");
	l->spki_params = der_more(&alg) ? der_any(&alg, "parameters") : (ps_slice){ 0 };
	l->key = K_OTHER;
	for (size_t i = 0; i < sizeof key_oids / sizeof key_oids[0]; i++)
		if (ps_slice_equal(l->spki_oid, key_oids[i].oid))
			l->key = key_oids[i].key;
}

static void
read_extension(struct lint *l, struct der *list)
{
	struct der one = der_enter(list, DER_SEQUENCE, "Extension");
	struct lint_ext e = { .present = true };

	e.oid = der_oid(&one, "extnID");
	e.critical = der_next_tag(&one) == DER_BOOLEAN && der_bool(&one, "critical");
	e.value = der_octets(&one, "extnValue");
	der_leave(&one);
	for (size_t i = 0; i < E_COUNT; i++) {
		if (!ps_slice_equal(e.oid, ext_oids[i]))
			continue;
		if (l->ext[i].present)
			l->several_exts = true;
		else
			l->ext[i] = e;
	}
}

static void
read_extensions(struct lint *l, struct der *tbs)
{
	struct der tagged, list;

	if (!der_try_enter(tbs, DER_CTX(3), "extensions", &tagged))
		return;
	list = der_enter(&tagged, DER_SEQUENCE, "Extensions");
	while (der_more(&list))
		read_extension(l, &list);
	der_leave(&list);
	der_leave(&tagged);
}

static void
read_signed_part(struct lint *l, struct der *cert)
{
	struct der tbs = der_enter(cert, DER_SEQUENCE, "tbsCertificate"), tagged;
	ps_slice unused;

	if (der_try_enter(&tbs, DER_CTX(0), "version", &tagged)) {
		l->version = der_u64(&tagged, "version");
		der_leave(&tagged);
	}
	l->serial = der_value(&tbs, DER_INTEGER, "serialNumber");
	l->sig_inner = der_element(&tbs, DER_SEQUENCE, "signature");
	l->issuer = der_element(&tbs, DER_SEQUENCE, "issuer");
	read_validity(l, &tbs);
	l->subject = der_element(&tbs, DER_SEQUENCE, "subject");
	read_key(l, &tbs);
	l->issuer_uid = der_optional(&tbs, DER_CTX_PRIM(1), "issuerUniqueID", &unused);
	l->subject_uid = der_optional(&tbs, DER_CTX_PRIM(2), "subjectUniqueID", &unused);
	read_extensions(l, &tbs);
	der_leave(&tbs);
}

/* What other checks hang on. */
static void
read_usages(struct lint *l)
{
	struct lint_cursor c;
	struct der_state state;
	struct der d;

	if (l->ext[E_BC].present) {
		lint_enter(&c, l->ext[E_BC].value, DER_SEQUENCE);
		l->ca = der_next_tag(&c.list) == DER_BOOLEAN && der_bool(&c.list, "cA");
	}
	if (l->ext[E_KU].present) {
		der_init(&d, &state, l->ext[E_KU].value, 0, false, NULL);
		l->ku = der_named_bits(&d, "keyUsage");
	}
}

ps_code
lint_read(struct lint *l, ps_slice der, ps_err *err)
{
	struct der_state state;
	struct der d, cert;
	ps_code code;

	l->der = der;
	der_init(&d, &state, der, 0, false, NULL);
	cert = der_enter(&d, DER_SEQUENCE, "Certificate");
	read_signed_part(l, &cert);
	l->sig_outer = der_element(&cert, DER_SEQUENCE, "signatureAlgorithm");
	(void)der_bits(&cert, "signature");
	der_leave(&cert);
	code = der_finish(&d, WHERE, err);
	if (code != PS_OK)
		return ps_because(err, code, WHERE, PS_NOWHERE, W_ISSUE_LINT_READ);
	read_usages(l);
	(void)ps_name_text(l->subject, l->subject_text, sizeof l->subject_text);
	return PS_OK;
}

/* --- the profile --- */

bool
lint_reserved(ps_slice oid, unsigned *type, unsigned *generation)
{
	static const uint8_t arc[] = { 0x67, 0x81, 0x0c, 0x01, 0x05 };	/* 2.23.140.1.5 */

	if (oid.n != sizeof arc + 2 || memcmp(oid.p, arc, sizeof arc) != 0 ||
	    oid.p[5] < 1 || oid.p[5] > 4 || oid.p[6] < 1 || oid.p[6] > 3)
		return false;
	*type = 1u << (oid.p[5] - 1);
	*generation = 1u << (oid.p[6] - 1);
	return true;
}

unsigned
lint_profile(struct lint *l)
{
	struct lint_cursor c;
	unsigned n = 0, type, generation;

	if (!l->ext[E_POLICIES].present)
		return 0;
	lint_enter(&c, l->ext[E_POLICIES].value, DER_SEQUENCE);
	while (der_more(&c.list)) {
		struct der info = der_enter(&c.list, DER_SEQUENCE, "PolicyInformation");

		if (!lint_reserved(der_oid(&info, "policyIdentifier"), &type, &generation))
			continue;
		if (n++ == 0) {
			l->type = type;
			l->generation = generation;
		}
	}
	return n;
}

/* --- names --- */

void
lint_attrs(struct lint *l, ps_slice name, lint_attr_fn see, void *arg)
{
	struct lint_cursor c;
	struct lint_attr a = { 0 };
	size_t n;

	lint_enter(&c, name, DER_SEQUENCE);
	while (der_more(&c.list)) {
		struct der set = der_enter(&c.list, DER_SET, "RelativeDistinguishedName");

		while (der_more(&set)) {
			struct der one = der_enter(&set, DER_SEQUENCE, "AttributeTypeAndValue");

			a.oid = der_oid(&one, "type");
			if (der_split(der_any(&one, "value"), &a.tag, &a.value, &n) &&
			    !der_failed(&one))
				see(l, arg, &a);
		}
		a.rdn++;
	}
}
