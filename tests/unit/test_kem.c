/* SPDX-License-Identifier: ISC */
/*
 * Key encapsulation, sent: what we write is taken apart here and opened with
 * OpenSSL alone, by the steps of RFC 9629, 2 and RFC 9690, A.2. (That we read what
 * others write is in test_quantum.c and test_cms_forms.c.)
 */
#include "unit.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/x509.h>

#include "base/text.h"
#include "crypto/alg.h"
#include "crypto/envelope.h"

static const uint8_t cek[32] = { 1, 2, 3, 4, 5, 6, 7, 8 };

struct fields {
	struct ps_algid	 kem, kdf, wrap;
	ps_slice	 ct, encrypted;
	uint64_t	 size;
};

static struct fields
split(ps_slice in)
{
	struct der_state state;
	struct fields f;
	struct der d;
	ps_err err = PS_ERR_INIT;

	der_init(&d, &state, in, 0, true, "fields");
	f.kem = ps_algid_parse(&d, DER_SEQUENCE, "kem");
	f.ct = der_octets(&d, "kemct");
	f.kdf = ps_algid_parse(&d, DER_SEQUENCE, "kdf");
	f.size = der_u64(&d, "kekLength");
	f.wrap = ps_algid_parse(&d, DER_SEQUENCE, "wrap");
	f.encrypted = der_octets(&d, "encryptedKey");
	assert_ok(der_finish(&d, "test", &err), &err);
	return f;
}

/* CMSORIforKEMOtherInfo: the wrap, the length, no ukm. */
static size_t
other_info(const struct fields *f, uint8_t out[64])
{
	size_t n = 2;

	memcpy(out + n, f->wrap.whole.p, f->wrap.whole.n);
	n += f->wrap.whole.n;
	out[n++] = 2;
	out[n++] = 1;
	out[n++] = (uint8_t)f->size;
	out[0] = 0x30;
	out[1] = (uint8_t)(n - 2);
	return n;
}

static void
hkdf(ps_slice secret, ps_slice info, uint8_t *out, size_t n)
{
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
	char sha256[] = "SHA256";
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string("digest", sha256, 0),
		OSSL_PARAM_construct_octet_string("key", (void *)(uintptr_t)secret.p, secret.n),
		OSSL_PARAM_construct_octet_string("info", (void *)(uintptr_t)info.p, info.n),
		OSSL_PARAM_construct_end(),
	};

	assert_int_equal(EVP_KDF_derive(ctx, out, n, params), 1);
	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
}

/* One digest is enough for what is asked. */
static void
kdf3(ps_slice z, ps_slice info, uint8_t *out, size_t n)
{
	static const uint8_t counter[4] = { 0, 0, 0, 1 };
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t value[32];

	assert_true(n <= sizeof value);
	assert_int_equal(EVP_DigestInit_ex(ctx, EVP_sha256(), NULL), 1);
	assert_int_equal(EVP_DigestUpdate(ctx, counter, sizeof counter), 1);
	assert_int_equal(EVP_DigestUpdate(ctx, z.p, z.n), 1);
	assert_int_equal(EVP_DigestUpdate(ctx, info.p, info.n), 1);
	assert_int_equal(EVP_DigestFinal_ex(ctx, value, NULL), 1);
	memcpy(out, value, n);
	EVP_MD_CTX_free(ctx);
}

static void
unwrap(const uint8_t *kek, size_t n, ps_slice in, uint8_t out[64], int *out_n)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int rest = 0;

	EVP_CIPHER_CTX_set_flags(ctx, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
	assert_int_equal(EVP_DecryptInit_ex(ctx, n == 16 ? EVP_aes_128_wrap() :
	    EVP_aes_256_wrap(), NULL, kek, NULL), 1);
	assert_int_equal(EVP_DecryptUpdate(ctx, out, out_n, in.p, (int)in.n), 1);
	assert_int_equal(EVP_DecryptFinal_ex(ctx, out + *out_n, &rest), 1);
	*out_n += rest;
	EVP_CIPHER_CTX_free(ctx);
}

static void
decapsulate(EVP_PKEY *key, bool rsa, ps_slice ct, uint8_t secret[512], size_t *n)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);

	*n = 512;
	assert_int_equal(EVP_PKEY_decapsulate_init(ctx, NULL), 1);
	if (rsa)
		assert_int_equal(EVP_PKEY_CTX_set_kem_op(ctx, "RSASVE"), 1);
	assert_int_equal(EVP_PKEY_decapsulate(ctx, secret, n, ct.p, ct.n), 1);
	EVP_PKEY_CTX_free(ctx);
}

static void
opens(EVP_PKEY *key, const struct fields *f, bool rsa)
{
	uint8_t secret[512], ss[32], info[64], kek[32], got[64];
	size_t n;
	ps_slice about = { info, other_info(f, info) };
	int got_n;

	decapsulate(key, rsa, f->ct, secret, &n);
	if (rsa) {
		kdf3((ps_slice){ secret, n }, (ps_slice){ info, 0 }, ss, (size_t)f->size);
		kdf3((ps_slice){ ss, (size_t)f->size }, about, kek, (size_t)f->size);
	} else
		hkdf((ps_slice){ secret, n }, about, kek, (size_t)f->size);
	unwrap(kek, (size_t)f->size, f->encrypted, got, &got_n);
	assert_int_equal(got_n, sizeof cek);
	assert_memory_equal(got, cek, sizeof cek);
}

static struct ps_pubkey *
public_half(EVP_PKEY *key)
{
	unsigned char *p = NULL;
	int n = i2d_PUBKEY(key, &p);
	struct ps_pubkey *out;
	ps_err err = PS_ERR_INIT;

	assert_true(n > 0);
	assert_ok(ps_pubkey_parse(&out, (ps_slice){ p, (size_t)n }, &err), &err);
	OPENSSL_free(p);
	return out;
}

static void
one_kind(EVP_PKEY *key, unsigned kem, size_t size, size_t ct)
{
	struct ps_pubkey *to = public_half(key);
	struct ps_buf out[2] = { { 0 }, { 0 } };
	struct fields f[2];
	ps_err err = PS_ERR_INIT;

	/* twice: the key keeps what was set up, but no secret */
	for (int i = 0; i < 2; i++) {
		assert_ok(ps_kem_encrypt(to, ps_alg_get(kem), (ps_slice){ cek, sizeof cek },
		    &out[i], &err), &err);
		f[i] = split(ps_buf_get(&out[i]));
		assert_int_equal(f[i].kem.params.n, 0);
		assert_int_equal(f[i].size, size);
		assert_int_equal(f[i].ct.n, ct);
		opens(key, &f[i], kem == PS_KEM_RSA);
	}
	assert_false(ps_slice_equal(f[0].ct, f[1].ct));
	ps_buf_clear(&out[0]);
	ps_buf_clear(&out[1]);
	ps_pubkey_free(to);
	EVP_PKEY_free(key);
}

static void
rsa_opens(void **state)
{
	(void)state;
	one_kind(EVP_RSA_gen(2048), PS_KEM_RSA, 16, 256);
}

/* Sizes: FIPS 203, table 3; RFC 9936, 2.1. */
static void
ml_kem_opens(void **state)
{
	(void)state;
	if (!ps_alg_offered(ps_alg_get(PS_KEY_MLKEM512)))
		skip();
	one_kind(EVP_PKEY_Q_keygen(NULL, NULL, "ML-KEM-512"), PS_KEM_MLKEM512, 16, 768);
	one_kind(EVP_PKEY_Q_keygen(NULL, NULL, "ML-KEM-768"), PS_KEM_MLKEM768, 32, 1088);
	one_kind(EVP_PKEY_Q_keygen(NULL, NULL, "ML-KEM-1024"), PS_KEM_MLKEM1024, 32, 1568);
}

static void
a_key_of_another_kind_is_refused(void **state)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	struct ps_pubkey *to = public_half(key);
	struct ps_buf out = { 0 };
	ps_err err = PS_ERR_INIT;

	(void)state;
	for (unsigned kem = PS_KEM_RSA; kem <= PS_KEM_MLKEM1024; kem++)
		assert_int_equal(ps_kem_encrypt(to, ps_alg_get(kem),
		    (ps_slice){ cek, sizeof cek }, &out, &err), PS_E_REFUSED);
	assert_int_equal(out.n, 0);
	ps_pubkey_free(to);
	EVP_PKEY_free(key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rsa_opens),
		cmocka_unit_test(ml_kem_opens),
		cmocka_unit_test(a_key_of_another_kind_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
