/* SPDX-License-Identifier: ISC */
/*
 * Requests that others make.
 *
 * Of a request only the key, the mailboxes and the usages count; what else it
 * says the authority decides. The signature proves that whoever asks has the
 * private key (RFC 2986, 3): without it somebody could get a certificate for
 * another's key and claim what that one signs.
 */
#include "issue/request.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "issue/armour.h"
#include "issue/words.h"

#define WHERE	"issue.request"
#define OID(s)	{ (const uint8_t *)(s), sizeof(s) - 1 }

static const ps_slice oid_wishes = OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x0e");
static const ps_slice oid_san = OID("\x55\x1d\x11");
static const ps_slice oid_ku = OID("\x55\x1d\x0f");
static const ps_slice oid_utf8_mailbox = OID("\x2b\x06\x01\x05\x05\x07\x08\x09");

void
issue_request_clear(struct issue_request *r)
{
	for (size_t i = 0; i < r->naddress; i++)
		free(r->address[i]);
	ps_buf_clear(&r->der);
	*r = (struct issue_request){ 0 };
}

static ps_code
keep_address(struct issue_request *r, ps_slice text, ps_err *err)
{
	char *s;

	if (r->naddress == ISSUE_ADDRESSES)
		return ps_fail(err, PS_E_LIMIT, WHERE, PS_NOWHERE, W_ISSUE_REQUEST_MANY,
		    PS_NUMBER("max", ISSUE_ADDRESSES));
	s = ps_strdup_slice(text);
	if (s == NULL)
		return ps_nomem(err, WHERE);
	if (strlen(s) != text.n || !ps_address_equal(s, s, PS_MATCH_RECIPIENT)) {
		ps_code code = ps_fail(err, PS_E_MALFORMED, WHERE, PS_NOWHERE,
		    W_ISSUE_ADDRESS, PS_TEXT("address", s));

		free(s);
		return code;
	}
	r->address[r->naddress++] = s;
	return PS_OK;
}

static ps_code
read_names(struct issue_request *r, struct der *names, ps_err *err)
{
	ps_code code = PS_OK;

	while (der_more(names) && code == PS_OK) {
		struct der other, tagged;

		if (der_next_tag(names) == DER_CTX_PRIM(1)) {
			code = keep_address(r, der_value(names, DER_CTX_PRIM(1), "rfc822Name"), err);
			continue;
		}
		if (!der_try_enter(names, DER_CTX(0), "otherName", &other)) {
			der_skip(names, "GeneralName");
			continue;
		}
		if (!ps_slice_equal(der_oid(&other, "type-id"), oid_utf8_mailbox))
			continue;
		tagged = der_enter(&other, DER_CTX(0), "value");
		code = keep_address(r, der_value(&tagged, DER_UTF8, "SmtpUTF8Mailbox"), err);
	}
	return code;
}

static ps_code
read_extension(struct issue_request *r, struct der *list, ps_err *err)
{
	struct der one = der_enter(list, DER_SEQUENCE, "Extension"), names, value;
	ps_slice oid = der_oid(&one, "extnID"), octets;
	struct der_state state;

	if (der_next_tag(&one) == DER_BOOLEAN)
		(void)der_bool(&one, "critical");
	octets = der_octets(&one, "extnValue");
	der_leave(&one);
	der_init(&value, &state, octets, 0, false, "extnValue");
	if (ps_slice_equal(oid, oid_ku))
		r->ku = der_named_bits(&value, "keyUsage");
	if (!ps_slice_equal(oid, oid_san))
		return PS_OK;
	names = der_enter(&value, DER_SEQUENCE, "subjectAltName");
	return read_names(r, &names, err);
}

/* RFC 2985, 5.4.2: extensionRequest. */
static ps_code
read_attributes(struct issue_request *r, struct der *attributes, ps_err *err)
{
	ps_code code = PS_OK;

	while (der_more(attributes) && code == PS_OK) {
		struct der one = der_enter(attributes, DER_SEQUENCE, "Attribute"), set, list;

		if (!ps_slice_equal(der_oid(&one, "type"), oid_wishes))
			continue;
		set = der_enter(&one, DER_SET, "values");
		list = der_enter(&set, DER_SEQUENCE, "Extensions");
		while (der_more(&list) && code == PS_OK)
			code = read_extension(r, &list, err);
	}
	return code;
}

static ps_code
read_info(struct issue_request *r, ps_slice info, ps_err *err)
{
	struct der_state state;
	struct der d, seq, attributes;
	ps_code code = PS_OK;

	der_init(&d, &state, info, 0, false, NULL);
	seq = der_enter(&d, DER_SEQUENCE, "CertificationRequestInfo");
	(void)der_u64(&seq, "version");
	(void)der_element(&seq, DER_SEQUENCE, "subject");
	r->spki = der_element(&seq, DER_SEQUENCE, "subjectPKInfo");
	if (der_try_enter(&seq, DER_CTX(0), "attributes", &attributes))
		code = read_attributes(r, &attributes, err);
	der_leave(&seq);
	return code == PS_OK ? der_finish(&d, WHERE, err) : code;
}

static ps_code
check_key(struct issue_request *r, ps_slice info, const struct ps_algid *alg, ps_slice sig,
    ps_err *err)
{
	struct ps_pubkey *key = NULL;
	struct ps_sigspec spec;
	bool good = false;
	ps_code code = ps_pubkey_parse(&key, r->spki, err);

	if (code == PS_OK) {
		ps_pubkey_info(key, &r->key);
		code = ps_sigspec_parse(&spec, alg, NULL, err);
	}
	if (code == PS_OK)
		code = ps_pubkey_verify(key, &spec, info, sig, &good, err);
	if (code == PS_OK && !good)
		code = ps_fail(err, PS_E_REFUSED, WHERE, PS_NOWHERE, W_ISSUE_REQUEST_PROOF);
	ps_pubkey_free(key);
	return code;
}

/* Is it a SubjectPublicKeyInfo, which begins with an algorithm's OID two levels down? */
static bool
is_key(ps_slice der)
{
	struct der_state state;
	struct der d, outer, inner;

	der_init(&d, &state, der, 0, false, NULL);
	outer = der_enter(&d, DER_SEQUENCE, NULL);
	inner = der_enter(&outer, DER_SEQUENCE, NULL);
	return der_next_tag(&inner) == DER_OID;
}

/* X25519, X448 and ML-KEM cannot sign a request. Of other kinds a key alone proves nothing. */
static ps_code
read_key(struct issue_request *r, ps_err *err)
{
	struct ps_pubkey *key = NULL;
	ps_code code;

	r->spki = ps_buf_get(&r->der);
	code = ps_pubkey_parse(&key, r->spki, err);
	if (code != PS_OK)
		return code;
	ps_pubkey_info(key, &r->key);
	ps_pubkey_free(key);
	if (ps_ku_sign(r->key.type) != 0 || ps_ku_encrypt(r->key.type) == 0)
		return ps_fail(err, PS_E_REFUSED, WHERE, PS_NOWHERE, W_ISSUE_REQUEST_KEY);
	return PS_OK;
}

static ps_code
read_request(struct issue_request *r, ps_err *err)
{
	struct der_state state;
	struct der d, seq;
	struct ps_algid alg;
	ps_slice info, sig;
	ps_code code;

	der_init(&d, &state, ps_buf_get(&r->der), 0, false, NULL);
	seq = der_enter(&d, DER_SEQUENCE, "CertificationRequest");
	info = der_element(&seq, DER_SEQUENCE, "certificationRequestInfo");
	alg = ps_algid_parse(&seq, DER_SEQUENCE, "signatureAlgorithm");
	sig = der_bits(&seq, "signature");
	der_leave(&seq);
	code = der_finish(&d, WHERE, err);
	if (code == PS_OK)
		code = read_info(r, info, err);
	return code == PS_OK ? check_key(r, info, &alg, sig, err) : code;
}

ps_code
issue_request_read(struct issue_request *out, const char *path, ps_err *err)
{
	static const char *const labels[] = { "CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST",
		"PUBLIC KEY", NULL };
	struct issue_request r = { 0 };
	ps_code code = issue_armour_load(&r.der, path, labels, err);

	if (code == PS_OK)
		code = is_key(ps_buf_get(&r.der)) ? read_key(&r, err) : read_request(&r, err);
	if (code != PS_OK) {
		issue_request_clear(&r);
		return ps_because(err, code, WHERE, PS_NOWHERE, W_ISSUE_REQUEST,
		    PS_TEXT("path", path));
	}
	*out = r;
	return PS_OK;
}
