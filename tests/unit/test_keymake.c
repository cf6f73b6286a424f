/* SPDX-License-Identifier: ISC */
/* Keys made and written; OpenSSL's own readers are the judges. */
#include "unit.h"

#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include "base/limits.h"
#include "base/text.h"
#include "crypto/keymake.h"
#include "key_vector.h"
#include "vector.h"

static const struct {
	const char	*kind;
	const char	*ossl;
	int		 bits;
} kinds[] = {
	{ "rsa-3072", "RSA", 3072 },
	{ "p-256", "EC", 256 },
	{ "p-384", "EC", 384 },
	{ "ed25519", "ED25519", 256 },
	{ "x25519", "X25519", 253 },
};
enum { NKINDS = sizeof kinds / sizeof kinds[0] };

static ps_secret *
secret(const char *text)
{
	ps_secret *s = ps_secret_new();

	assert_non_null(s);
	assert_int_equal(ps_secret_set(s, text, strlen(text), NULL), PS_OK);
	return s;
}

static EVP_PKEY *
read_plain(ps_slice der)
{
	const unsigned char *p = der.p;

	return d2i_AutoPrivateKey(NULL, &p, (long)der.n);
}

static void
each_kind_is_made(void **state)
{
	(void)state;
	for (size_t i = 0; i < NKINDS; i++) {
		struct ps_key *k = NULL, *other = NULL;
		struct ps_buf der = { .secret = true };
		ps_err err = PS_ERR_INIT;
		EVP_PKEY *pkey;

		assert_ok(ps_key_generate(&k, kinds[i].kind, &err), &err);
		assert_ok(ps_key_encode(k, PS_KEY_FORM_SEED, &der, &err), &err);
		pkey = read_plain(ps_buf_get(&der));
		assert_non_null(pkey);
		assert_true(EVP_PKEY_is_a(pkey, kinds[i].ossl));
		assert_int_equal(EVP_PKEY_get_bits(pkey), kinds[i].bits);
		assert_non_null(strstr(ps_key_kinds(), kinds[i].kind));
		if (strncmp(kinds[i].kind, "rsa", 3) != 0) {
			assert_ok(ps_key_generate(&other, kinds[i].kind, &err), &err);
			assert_false(ps_key_matches(k, ps_key_spki(other)));
		}
		assert_true(ps_key_matches(k, ps_key_spki(k)));
		EVP_PKEY_free(pkey);
		ps_buf_clear(&der);
		ps_key_free(other);
		ps_key_free(k);
	}
}

static void
an_unknown_kind_is_refused(void **state)
{
	struct ps_key *k = NULL;
	ps_err err = PS_ERR_INIT;
	char text[512];

	(void)state;
	assert_code(ps_key_generate(&k, "rsa-1024", &err), PS_E_NOT_FOUND);
	assert_null(k);
	assert_non_null(strstr(ps_err_format(&err, text, sizeof text), "p-256"));
}

/* EncryptedPrivateKeyInfo as OpenSSL decrypts it. */
static EVP_PKEY *
unseal(ps_slice der, const char *pass)
{
	const unsigned char *p = der.p;
	X509_SIG *sig = d2i_X509_SIG(NULL, &p, (long)der.n);
	PKCS8_PRIV_KEY_INFO *info = sig == NULL ? NULL :
	    PKCS8_decrypt(sig, pass, (int)strlen(pass));
	EVP_PKEY *pkey = info == NULL ? NULL : EVP_PKCS82PKEY(info);

	X509_SIG_free(sig);
	PKCS8_PRIV_KEY_INFO_free(info);
	return pkey;
}

static void
a_sealed_key_is_read_with_its_passphrase_alone(void **state)
{
	struct ps_key *k = key_vector_private("p256");
	ps_secret *pass = secret("ge\xc3\xa4heim"), *none = secret("");
	struct ps_buf der = { 0 }, again = { 0 };
	ps_err err = PS_ERR_INIT;
	EVP_PKEY *pkey;

	(void)state;
	assert_ok(ps_key_seal(k, PS_KEY_FORM_SEED, pass, &der, &err), &err);
	pkey = unseal(ps_buf_get(&der), "ge\xc3\xa4heim");
	assert_non_null(pkey);
	EVP_PKEY_free(pkey);
	assert_null(unseal(ps_buf_get(&der), "geheim"));
	/* Salt and IV are new each time. */
	assert_ok(ps_key_seal(k, PS_KEY_FORM_SEED, pass, &again, &err), &err);
	assert_int_equal(again.n, der.n);
	assert_memory_not_equal(again.p, der.p, der.n);
	assert_code(ps_key_seal(k, PS_KEY_FORM_SEED, none, &again, NULL), PS_E_PASSPHRASE);
	ps_buf_clear(&der);
	ps_buf_clear(&again);
	ps_secret_free(pass);
	ps_secret_free(none);
	ps_key_free(k);
}

/* The outermost algorithms of a file, as `openssl pkcs12 -info` tells them. */
static int
mac_digest(PKCS12 *p12)
{
	const X509_ALGOR *mac;
	const ASN1_OBJECT *oid;

	PKCS12_get0_mac(NULL, &mac, NULL, NULL, p12);
	X509_ALGOR_get0(&oid, NULL, NULL, mac);
	return OBJ_obj2nid(oid);
}

static void
a_pkcs12_of_each_form_is_read(void **state)
{
	static const int digests[] = { NID_sha256, NID_sha1 };
	struct ps_key *k = key_vector_private("p256");
	struct ps_buf cert = vector_read("keys/p256.crt"), der = { 0 };
	struct ps_keyfile f = { 0 };
	struct ps_pkcs12_entry entry[2] = { { .key = k }, { .key = NULL } };
	ps_secret *pass = secret("secret"), *none = secret("");
	ps_err err = PS_ERR_INIT;

	(void)state;
	assert_ok(ps_keyfile_parse(&f, ps_buf_get(&cert), "p256.crt", NULL, NULL,
	    &ps_limits_default, &err), &err);
	entry[0].cert = ps_buf_get(&f.cert[0]);
	for (int form = PS_PKCS12_NEW; form <= PS_PKCS12_INSECURE_OLD; form++) {
		const unsigned char *p;
		EVP_PKEY *pkey = NULL;
		X509 *x = NULL;
		PKCS12 *p12;

		assert_ok(ps_pkcs12_build(&der, entry, 1, "Ana Gr\xc3\xa5y", pass,
		    (enum ps_pkcs12_form)form, &err), &err);
		p = der.p;
		p12 = d2i_PKCS12(NULL, &p, (long)der.n);
		assert_non_null(p12);
		assert_int_equal(mac_digest(p12), digests[form]);
		assert_int_equal(PKCS12_parse(p12, "wrong", &pkey, &x, NULL), 0);
		assert_int_equal(PKCS12_parse(p12, "secret", &pkey, &x, NULL), 1);
		assert_non_null(pkey);
		assert_int_equal(X509_check_private_key(x, pkey), 1);
		EVP_PKEY_free(pkey);
		X509_free(x);
		PKCS12_free(p12);
		ps_buf_clear(&der);
	}
	assert_code(ps_pkcs12_build(&der, entry, 1, NULL, none, PS_PKCS12_NEW, NULL),
	    PS_E_PASSPHRASE);
	ps_secret_free(pass);
	ps_secret_free(none);
	ps_keyfile_clear(&f);
	ps_buf_clear(&cert);
	ps_key_free(k);
}

static ps_code
answer(void *arg, const char *what, ps_secret *out, ps_err *err)
{
	(void)what;
	return ps_secret_set(out, arg, strlen(arg), err);
}

static void
several_keys_go_into_one_file(void **state)
{
	static char pass_text[] = "secret";
	struct ps_key *k[2] = { key_vector_private("p256"), key_vector_private("x25519") };
	struct ps_pkcs12_entry entry[2] = { { .key = k[0] }, { .key = k[1] } };
	ps_secret *pass = secret(pass_text);
	struct ps_buf der = { 0 };
	struct ps_keyfile f = { 0 };
	ps_err err = PS_ERR_INIT;

	(void)state;
	assert_ok(ps_pkcs12_build(&der, entry, 2, NULL, pass, PS_PKCS12_NEW, &err), &err);
	assert_ok(ps_keyfile_parse(&f, ps_buf_get(&der), "two.p12", answer, pass_text,
	    &ps_limits_default, &err), &err);
	assert_int_equal(f.nkey, 2);
	assert_true(ps_key_matches(f.key[0], ps_key_spki(k[0])));
	assert_true(ps_key_matches(f.key[1], ps_key_spki(k[1])));
	ps_keyfile_clear(&f);
	ps_buf_clear(&der);
	ps_secret_free(pass);
	ps_key_free(k[0]);
	ps_key_free(k[1]);
}

static void
pem_is_as_others_write_it(void **state)
{
	struct ps_buf der = vector_read("keys/cert.der"), pem = { 0 };
	struct ps_keyfile f = { 0 };
	ps_err err = PS_ERR_INIT;

	(void)state;
	assert_ok(ps_pem_build(&pem, "CERTIFICATE", ps_buf_get(&der), &err), &err);
	assert_memory_equal(pem.p, "-----BEGIN CERTIFICATE-----\n", 28);
	assert_ok(ps_keyfile_parse(&f, ps_buf_get(&pem), "cert.pem", NULL, NULL,
	    &ps_limits_default, &err), &err);
	assert_int_equal(f.ncert, 1);
	assert_true(ps_slice_equal(ps_buf_get(&f.cert[0]), ps_buf_get(&der)));
	ps_keyfile_clear(&f);
	ps_buf_clear(&der);
	ps_buf_clear(&pem);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_is_made),
		cmocka_unit_test(an_unknown_kind_is_refused),
		cmocka_unit_test(a_sealed_key_is_read_with_its_passphrase_alone),
		cmocka_unit_test(a_pkcs12_of_each_form_is_read),
		cmocka_unit_test(several_keys_go_into_one_file),
		cmocka_unit_test(pem_is_as_others_write_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
