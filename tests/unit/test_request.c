/* SPDX-License-Identifier: ISC */
/* Requests and self-signed certificates; OpenSSL's own readers are the judges. */
#include "unit.h"

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "crypto/keymake.h"
#include "x509/request.h"
#include "key_vector.h"

enum { DAY = 86400 };

static const char *const signing[] = { "rsa", "p256", "p384", "ed25519" };
enum { NSIGNING = sizeof signing / sizeof signing[0] };

static X509_REQ *
request(const char *key, const struct ps_applicant *a)
{
	struct ps_key *k = key_vector_private(key);
	struct ps_buf der = { 0 };
	ps_err err = PS_ERR_INIT;
	const unsigned char *p;
	X509_REQ *r;

	assert_ok(ps_request_build(&der, k, a, &err), &err);
	p = der.p;
	r = d2i_X509_REQ(NULL, &p, (long)der.n);
	assert_non_null(r);
	assert_ptr_equal(p, der.p + der.n);
	ps_buf_clear(&der);
	ps_key_free(k);
	return r;
}

static X509 *
self_signed(const char *key, const struct ps_applicant *a)
{
	struct ps_key *k = key_vector_private(key);
	struct ps_buf der = { 0 };
	ps_err err = PS_ERR_INIT;
	const unsigned char *p;
	X509 *x;

	assert_ok(ps_self_signed_build(&der, k, a, 0, DAY, &err), &err);
	p = der.p;
	x = d2i_X509(NULL, &p, (long)der.n);
	assert_non_null(x);
	ps_buf_clear(&der);
	ps_key_free(k);
	return x;
}

static void
a_request_proves_its_key_and_says_its_wishes(void **state)
{
	struct ps_applicant a = { .address = "ana@example.org", .name = "Ana Gray",
	    .ku = PS_KU_DIGITAL_SIGNATURE };

	(void)state;
	for (size_t i = 0; i < NSIGNING; i++) {
		X509_REQ *r = request(signing[i], &a);
		STACK_OF(X509_EXTENSION) *ext = X509_REQ_get_extensions(r);
		ASN1_BIT_STRING *ku = X509V3_get_d2i(ext, NID_key_usage, NULL, NULL);
		EXTENDED_KEY_USAGE *eku = X509V3_get_d2i(ext, NID_ext_key_usage, NULL, NULL);
		STACK_OF(OPENSSL_STRING) *mail = X509_REQ_get1_email(r);
		char cn[64];

		assert_int_equal(X509_REQ_verify(r, X509_REQ_get0_pubkey(r)), 1);
		X509_NAME_get_text_by_NID(X509_REQ_get_subject_name(r), NID_commonName, cn,
		    sizeof cn);
		assert_string_equal(cn, "Ana Gray");
		assert_int_equal(ASN1_STRING_length(ku), 1);
		assert_int_equal(ASN1_STRING_get0_data(ku)[0], 0x80);
		assert_int_equal(sk_ASN1_OBJECT_num(eku), 1);
		assert_int_equal(OBJ_obj2nid(sk_ASN1_OBJECT_value(eku, 0)), NID_email_protect);
		assert_int_equal(sk_OPENSSL_STRING_num(mail), 1);
		assert_string_equal(sk_OPENSSL_STRING_value(mail, 0), "ana@example.org");
		X509_email_free(mail);
		EXTENDED_KEY_USAGE_free(eku);
		ASN1_BIT_STRING_free(ku);
		sk_X509_EXTENSION_pop_free(ext, X509_EXTENSION_free);
		X509_REQ_free(r);
	}
}

static void
a_self_signed_certificate_is_sound(void **state)
{
	struct ps_applicant a = { .address = "ana@example.org",
	    .ku = PS_KU_DIGITAL_SIGNATURE | PS_KU_KEY_ENCIPHERMENT };

	(void)state;
	for (size_t i = 0; i < NSIGNING; i++) {
		X509 *x = self_signed(signing[i], &a);

		assert_int_equal(X509_self_signed(x, 1), 1);
		assert_int_equal(X509_get_version(x), 2);
		assert_int_equal(X509_get_key_usage(x), KU_DIGITAL_SIGNATURE | KU_KEY_ENCIPHERMENT);
		assert_int_equal(X509_get_extended_key_usage(x), XKU_SMIME);
		assert_int_equal(X509_check_ca(x), 0);
		assert_int_equal(X509_check_email(x, "ana@example.org", 0, 0), 1);
		assert_non_null(X509_get0_subject_key_id(x));
		assert_true(ASN1_STRING_length(X509_get0_serialNumber(x)) == 16);
		X509_free(x);
	}
}

/* RFC 9598, 3: the A-label of the domain in either form; the local part
 * decides which form it is. */
static void
international_addresses_are_written_as_rfc_9598_says(void **state)
{
	struct ps_applicant domain = { .address = "ana@b\xc3\xbc" "cher.example",
	    .ku = PS_KU_DIGITAL_SIGNATURE };
	struct ps_applicant local = { .address = "\xc3\xa5na@b\xc3\xbc" "cher.example",
	    .ku = PS_KU_DIGITAL_SIGNATURE };
	X509 *x;

	(void)state;
	x = self_signed("p256", &domain);
	assert_int_equal(X509_check_email(x, "ana@xn--bcher-kva.example", 0, 0), 1);
	X509_free(x);
	x = self_signed("p256", &local);
	{
		GENERAL_NAMES *names = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, 0);

		assert_int_equal(sk_GENERAL_NAME_num(names), 1);
		assert_int_equal(name->type, GEN_OTHERNAME);
		assert_int_equal(name->d.otherName->value->type, V_ASN1_UTF8STRING);
		assert_string_equal(
		    (const char *)name->d.otherName->value->value.utf8string->data,
		    "\xc3\xa5na@xn--bcher-kva.example");
		GENERAL_NAMES_free(names);
	}
	X509_free(x);
}

static void
what_cannot_be_is_refused(void **state)
{
	static const char *const bad[] = { "", "ana", "@", "ana@", "ana gray@example.org",
	    "ana@exa mple.org", "ana@example.org\n" };
	struct ps_key *k = key_vector_private("p256"), *x = key_vector_private("x25519");
	struct ps_applicant a = { .address = "ana@example.org", .ku = PS_KU_KEY_AGREEMENT };
	struct ps_buf out = { 0 };

	(void)state;
	assert_code(ps_request_build(&out, x, &a, NULL), PS_E_REFUSED);
	assert_code(ps_self_signed_build(&out, x, &a, 0, DAY, NULL), PS_E_REFUSED);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		a.address = bad[i];
		assert_code(ps_applicant_check(&a, NULL), PS_E_MALFORMED);
		assert_code(ps_request_build(&out, k, &a, NULL), PS_E_MALFORMED);
	}
	assert_int_equal(out.n, 0);
	ps_key_free(k);
	ps_key_free(x);
}

/* A name that is too long for a common name is left out, and the address is
 * then critical (RFC 5280, 4.1.2.6). */
static void
a_long_name_is_left_out(void **state)
{
	static const char name[] = "A name that goes on and on until nobody would call it short any more";
	struct ps_applicant a = { .address = "ana@example.org", .name = name,
	    .ku = PS_KU_DIGITAL_SIGNATURE };
	X509_REQ *r = request("p256", &a);
	STACK_OF(X509_EXTENSION) *ext = X509_REQ_get_extensions(r);
	struct ps_key *k = key_vector_private("p256");
	struct ps_buf out = { 0 };
	int critical = 0;
	GENERAL_NAMES *names = X509V3_get_d2i(ext, NID_subject_alt_name, &critical, NULL);

	(void)state;
	assert_int_equal(X509_NAME_entry_count(X509_REQ_get_subject_name(r)), 0);
	assert_int_equal(critical, 1);
	assert_code(ps_self_signed_build(&out, k, &a, 0, DAY, NULL), PS_E_MALFORMED);
	GENERAL_NAMES_free(names);
	sk_X509_EXTENSION_pop_free(ext, X509_EXTENSION_free);
	X509_REQ_free(r);
	ps_key_free(k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_proves_its_key_and_says_its_wishes),
		cmocka_unit_test(a_self_signed_certificate_is_sound),
		cmocka_unit_test(international_addresses_are_written_as_rfc_9598_says),
		cmocka_unit_test(what_cannot_be_is_refused),
		cmocka_unit_test(a_long_name_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
