/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include "base/buf.h"
#include "crypto/alg.h"
#include "vector.h"

/* The dotted texts come from the standards that assign them, not from the
 * table. */
static const struct { unsigned id; const char *dotted; } oids[] = {
	{ PS_MD5, "1.2.840.113549.2.5" },
	{ PS_SHA1, "1.3.14.3.2.26" },
	{ PS_SHA224, "2.16.840.1.101.3.4.2.4" },
	{ PS_SHA256, "2.16.840.1.101.3.4.2.1" },
	{ PS_SHA384, "2.16.840.1.101.3.4.2.2" },
	{ PS_SHA512, "2.16.840.1.101.3.4.2.3" },
	{ PS_SHA3_224, "2.16.840.1.101.3.4.2.7" },
	{ PS_SHA3_256, "2.16.840.1.101.3.4.2.8" },
	{ PS_SHA3_384, "2.16.840.1.101.3.4.2.9" },
	{ PS_SHA3_512, "2.16.840.1.101.3.4.2.10" },
	{ PS_SHAKE128, "2.16.840.1.101.3.4.2.11" },
	{ PS_SHAKE256, "2.16.840.1.101.3.4.2.12" },
	{ PS_KEY_RSA, "1.2.840.113549.1.1.1" },
	{ PS_KEY_RSA_PSS, "1.2.840.113549.1.1.10" },
	{ PS_KEY_RSA_OAEP, "1.2.840.113549.1.1.7" },
	{ PS_KEY_DH, "1.2.840.10046.2.1" },
	{ PS_KEY_EC, "1.2.840.10045.2.1" },
	{ PS_KEY_ED25519, "1.3.101.112" },
	{ PS_KEY_ED448, "1.3.101.113" },
	{ PS_KEY_X25519, "1.3.101.110" },
	{ PS_KEY_X448, "1.3.101.111" },
	{ PS_KEY_DSA, "1.2.840.10040.4.1" },
	{ PS_P256, "1.2.840.10045.3.1.7" },
	{ PS_P384, "1.3.132.0.34" },
	{ PS_P521, "1.3.132.0.35" },
	{ PS_BP256, "1.3.36.3.3.2.8.1.1.7" },
	{ PS_BP384, "1.3.36.3.3.2.8.1.1.11" },
	{ PS_BP512, "1.3.36.3.3.2.8.1.1.13" },
	{ PS_SIG_RSA, "1.2.840.113549.1.1.1" },
	{ PS_SIG_RSA_MD5, "1.2.840.113549.1.1.4" },
	{ PS_SIG_RSA_SHA1, "1.2.840.113549.1.1.5" },
	{ PS_SIG_RSA_SHA224, "1.2.840.113549.1.1.14" },
	{ PS_SIG_RSA_SHA256, "1.2.840.113549.1.1.11" },
	{ PS_SIG_RSA_SHA384, "1.2.840.113549.1.1.12" },
	{ PS_SIG_RSA_SHA512, "1.2.840.113549.1.1.13" },
	{ PS_SIG_PSS, "1.2.840.113549.1.1.10" },
	{ PS_SIG_ECDSA_SHA1, "1.2.840.10045.4.1" },
	{ PS_SIG_ECDSA_SHA224, "1.2.840.10045.4.3.1" },
	{ PS_SIG_ECDSA_SHA256, "1.2.840.10045.4.3.2" },
	{ PS_SIG_ECDSA_SHA384, "1.2.840.10045.4.3.3" },
	{ PS_SIG_ECDSA_SHA512, "1.2.840.10045.4.3.4" },
	{ PS_SIG_ED25519, "1.3.101.112" },
	{ PS_SIG_ED448, "1.3.101.113" },
	{ PS_SIG_DSA_SHA1, "1.2.840.10040.4.3" },
	{ PS_SIG_DSA_SHA224, "2.16.840.1.101.3.4.3.1" },
	{ PS_SIG_DSA_SHA256, "2.16.840.1.101.3.4.3.2" },
	{ PS_SIG_RSA_SHA3_224, "2.16.840.1.101.3.4.3.13" },
	{ PS_SIG_RSA_SHA3_256, "2.16.840.1.101.3.4.3.14" },
	{ PS_SIG_RSA_SHA3_384, "2.16.840.1.101.3.4.3.15" },
	{ PS_SIG_RSA_SHA3_512, "2.16.840.1.101.3.4.3.16" },
	{ PS_SIG_ECDSA_SHA3_224, "2.16.840.1.101.3.4.3.9" },
	{ PS_SIG_ECDSA_SHA3_256, "2.16.840.1.101.3.4.3.10" },
	{ PS_SIG_ECDSA_SHA3_384, "2.16.840.1.101.3.4.3.11" },
	{ PS_SIG_ECDSA_SHA3_512, "2.16.840.1.101.3.4.3.12" },
	{ PS_KEY_MLDSA44, "2.16.840.1.101.3.4.3.17" },
	{ PS_SIG_MLDSA44, "2.16.840.1.101.3.4.3.17" },
	{ PS_KEY_MLDSA65, "2.16.840.1.101.3.4.3.18" },
	{ PS_SIG_MLDSA65, "2.16.840.1.101.3.4.3.18" },
	{ PS_KEY_MLDSA87, "2.16.840.1.101.3.4.3.19" },
	{ PS_SIG_MLDSA87, "2.16.840.1.101.3.4.3.19" },
	{ PS_KEY_SLH_SHA2_128S, "2.16.840.1.101.3.4.3.20" },
	{ PS_SIG_SLH_SHA2_128S, "2.16.840.1.101.3.4.3.20" },
	{ PS_KEY_SLH_SHA2_128F, "2.16.840.1.101.3.4.3.21" },
	{ PS_SIG_SLH_SHA2_128F, "2.16.840.1.101.3.4.3.21" },
	{ PS_KEY_SLH_SHA2_192S, "2.16.840.1.101.3.4.3.22" },
	{ PS_SIG_SLH_SHA2_192S, "2.16.840.1.101.3.4.3.22" },
	{ PS_KEY_SLH_SHA2_192F, "2.16.840.1.101.3.4.3.23" },
	{ PS_SIG_SLH_SHA2_192F, "2.16.840.1.101.3.4.3.23" },
	{ PS_KEY_SLH_SHA2_256S, "2.16.840.1.101.3.4.3.24" },
	{ PS_SIG_SLH_SHA2_256S, "2.16.840.1.101.3.4.3.24" },
	{ PS_KEY_SLH_SHA2_256F, "2.16.840.1.101.3.4.3.25" },
	{ PS_SIG_SLH_SHA2_256F, "2.16.840.1.101.3.4.3.25" },
	{ PS_KEY_SLH_SHAKE_128S, "2.16.840.1.101.3.4.3.26" },
	{ PS_SIG_SLH_SHAKE_128S, "2.16.840.1.101.3.4.3.26" },
	{ PS_KEY_SLH_SHAKE_128F, "2.16.840.1.101.3.4.3.27" },
	{ PS_SIG_SLH_SHAKE_128F, "2.16.840.1.101.3.4.3.27" },
	{ PS_KEY_SLH_SHAKE_192S, "2.16.840.1.101.3.4.3.28" },
	{ PS_SIG_SLH_SHAKE_192S, "2.16.840.1.101.3.4.3.28" },
	{ PS_KEY_SLH_SHAKE_192F, "2.16.840.1.101.3.4.3.29" },
	{ PS_SIG_SLH_SHAKE_192F, "2.16.840.1.101.3.4.3.29" },
	{ PS_KEY_SLH_SHAKE_256S, "2.16.840.1.101.3.4.3.30" },
	{ PS_SIG_SLH_SHAKE_256S, "2.16.840.1.101.3.4.3.30" },
	{ PS_KEY_SLH_SHAKE_256F, "2.16.840.1.101.3.4.3.31" },
	{ PS_SIG_SLH_SHAKE_256F, "2.16.840.1.101.3.4.3.31" },
	{ PS_KEY_MLKEM512, "2.16.840.1.101.3.4.4.1" },
	{ PS_KEM_MLKEM512, "2.16.840.1.101.3.4.4.1" },
	{ PS_KEY_MLKEM768, "2.16.840.1.101.3.4.4.2" },
	{ PS_KEM_MLKEM768, "2.16.840.1.101.3.4.4.2" },
	{ PS_KEY_MLKEM1024, "2.16.840.1.101.3.4.4.3" },
	{ PS_KEM_MLKEM1024, "2.16.840.1.101.3.4.4.3" },
	{ PS_AES128_CBC, "2.16.840.1.101.3.4.1.2" },
	{ PS_AES192_CBC, "2.16.840.1.101.3.4.1.22" },
	{ PS_AES256_CBC, "2.16.840.1.101.3.4.1.42" },
	{ PS_AES128_GCM, "2.16.840.1.101.3.4.1.6" },
	{ PS_AES192_GCM, "2.16.840.1.101.3.4.1.26" },
	{ PS_AES256_GCM, "2.16.840.1.101.3.4.1.46" },
	{ PS_CHACHA20_POLY1305, "1.2.840.113549.1.9.16.3.18" },
	{ PS_DES3_CBC, "1.2.840.113549.3.7" },
	{ PS_AES128_CCM, "2.16.840.1.101.3.4.1.7" },
	{ PS_AES192_CCM, "2.16.840.1.101.3.4.1.27" },
	{ PS_AES256_CCM, "2.16.840.1.101.3.4.1.47" },
	{ PS_CAMELLIA128_CBC, "1.2.392.200011.61.1.1.1.2" },
	{ PS_CAMELLIA192_CBC, "1.2.392.200011.61.1.1.1.3" },
	{ PS_CAMELLIA256_CBC, "1.2.392.200011.61.1.1.1.4" },
	{ PS_RC2_128_CBC, "1.2.840.113549.3.2" },
	{ PS_RC2_64_CBC, "1.2.840.113549.3.2" },
	{ PS_RC2_40_CBC, "1.2.840.113549.3.2" },
	{ PS_DES_CBC, "1.3.14.3.2.7" },
	{ PS_CAST5_CBC, "1.2.840.113533.7.66.10" },
	{ PS_CEK_HKDF_SHA256, "1.2.840.113549.1.9.16.3.31" },
	{ PS_RSA_KEM, "1.2.840.113549.1.9.16.3.14" },
	{ PS_AES128_WRAP_PAD, "2.16.840.1.101.3.4.1.8" },
	{ PS_AES192_WRAP_PAD, "2.16.840.1.101.3.4.1.28" },
	{ PS_AES256_WRAP_PAD, "2.16.840.1.101.3.4.1.48" },
	{ PS_RC2_WRAP, "1.2.840.113549.1.9.16.3.7" },
	{ PS_KEM_RSA, "1.0.18033.2.2.4" },
	{ PS_KDF2, "1.3.133.16.840.9.44.1.1" },
	{ PS_KDF3, "1.3.133.16.840.9.44.1.2" },
	{ PS_HKDF_SHA256, "1.2.840.113549.1.9.16.3.28" },
	{ PS_HKDF_SHA384, "1.2.840.113549.1.9.16.3.29" },
	{ PS_HKDF_SHA512, "1.2.840.113549.1.9.16.3.30" },
	{ PS_RSA_PKCS1, "1.2.840.113549.1.1.1" },
	{ PS_RSA_OAEP, "1.2.840.113549.1.1.7" },
	{ PS_ECDH_SHA1, "1.3.133.16.840.63.0.2" },
	{ PS_ECDH_SHA224, "1.3.132.1.11.0" },
	{ PS_ECDH_SHA256, "1.3.132.1.11.1" },
	{ PS_ECDH_SHA384, "1.3.132.1.11.2" },
	{ PS_ECDH_SHA512, "1.3.132.1.11.3" },
	{ PS_ECDHC_SHA1, "1.3.133.16.840.63.0.3" },
	{ PS_ECDHC_SHA224, "1.3.132.1.14.0" },
	{ PS_ECDHC_SHA256, "1.3.132.1.14.1" },
	{ PS_ECDHC_SHA384, "1.3.132.1.14.2" },
	{ PS_ECDHC_SHA512, "1.3.132.1.14.3" },
	{ PS_ECDH_HKDF256, "1.2.840.113549.1.9.16.3.19" },
	{ PS_ECDH_HKDF384, "1.2.840.113549.1.9.16.3.20" },
	{ PS_ECDH_HKDF512, "1.2.840.113549.1.9.16.3.21" },
	{ PS_ESDH, "1.2.840.113549.1.9.16.3.5" },
	{ PS_SSDH, "1.2.840.113549.1.9.16.3.10" },
	{ PS_ECMQV_SHA1, "1.3.133.16.840.63.0.16" },
	{ PS_ECMQV_SHA224, "1.3.132.1.15.0" },
	{ PS_ECMQV_SHA256, "1.3.132.1.15.1" },
	{ PS_ECMQV_SHA384, "1.3.132.1.15.2" },
	{ PS_ECMQV_SHA512, "1.3.132.1.15.3" },
	{ PS_AES128_WRAP, "2.16.840.1.101.3.4.1.5" },
	{ PS_AES192_WRAP, "2.16.840.1.101.3.4.1.25" },
	{ PS_AES256_WRAP, "2.16.840.1.101.3.4.1.45" },
	{ PS_DES3_WRAP, "1.2.840.113549.1.9.16.3.6" },
	{ PS_PWRI_KEK, "1.2.840.113549.1.9.16.3.9" },
	{ PS_PBKDF2, "1.2.840.113549.1.5.12" },
	{ PS_HMAC_SHA1, "1.2.840.113549.2.7" },
	{ PS_HMAC_SHA224, "1.2.840.113549.2.8" },
	{ PS_HMAC_SHA256, "1.2.840.113549.2.9" },
	{ PS_HMAC_SHA384, "1.2.840.113549.2.10" },
	{ PS_HMAC_SHA512, "1.2.840.113549.2.11" },
	{ PS_ZLIB, "1.2.840.113549.1.9.16.3.8" },
};

static void
each_row_has_its_identifier(void **state)
{
	char text[128];

	(void)state;
	assert_int_equal(sizeof oids / sizeof oids[0], PS_ALG_COUNT - 1);
	for (size_t i = 0; i < sizeof oids / sizeof oids[0]; i++) {
		const struct ps_alg *row = ps_alg_get(oids[i].id);

		assert_int_equal(row->id, oids[i].id);
		assert_string_equal(der_oid_text(row->oid, text, sizeof text), oids[i].dotted);
		/* RC2 has one identifier for all its key lengths. */
		if (row->form != PS_FORM_RC2)
			assert_ptr_equal(ps_alg_by_oid(row->kind, row->oid), row);
		assert_ptr_equal(ps_alg_by_name(row->kind, row->name), row);
	}
}

static void
names_are_unique_and_plain(void **state)
{
	(void)state;
	for (unsigned i = 1; i < PS_ALG_COUNT; i++) {
		const struct ps_alg *a = ps_alg_get(i);

		assert_non_null(a->label);
		for (const char *p = a->name; *p != '\0'; p++)
			assert_true((*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') ||
			    *p == '-');
		for (unsigned k = i + 1; k < PS_ALG_COUNT; k++)
			assert_false(ps_alg_get(k)->kind == a->kind &&
			    strcmp(ps_alg_get(k)->name, a->name) == 0);
	}
	assert_null(ps_alg_by_name(PS_ALG_DIGEST, "aes-256-cbc"));
	assert_int_equal(ps_alg_get(100000)->id, PS_ALG_NONE);
}

/* Parses `hex` as an AlgorithmIdentifier into `a`; the buffer is the caller's. */
static struct ps_buf
algid(struct ps_algid *a, const char *hex)
{
	struct ps_buf b = vector_hex(hex);
	struct der_state st;
	struct der in;
	ps_err err = PS_ERR_INIT;

	der_init(&in, &st, ps_buf_get(&b), 0, false, "test");
	*a = ps_algid_parse(&in, DER_SEQUENCE, "algorithm");
	assert_ok(der_finish(&in, "test", &err), &err);
	assert_int_equal(a->whole.n, b.n);
	return b;
}

static void
null_is_absent(void **state)
{
	struct ps_algid a, b, c;
	struct ps_buf x = algid(&a, "300b0609608648016503040201");
	struct ps_buf y = algid(&b, "300d06096086480165030402010500");
	struct ps_buf z = algid(&c, "300f0609608648016503040201040201 02");

	(void)state;
	assert_true(ps_algid_equal(&a, &b));
	assert_true(ps_algid_equal(&b, &a));
	assert_false(ps_algid_equal(&a, &c));
	assert_false(ps_algid_equal(&c, &b));
	assert_true(ps_algid_equal(&c, &c));
	ps_buf_clear(&x);
	ps_buf_clear(&y);
	ps_buf_clear(&z);
}

static const struct { const char *hex; unsigned id; } digests[] = {
	{ "300b0609608648016503040201", PS_SHA256 },
	{ "300d06096086480165030402010500", PS_SHA256 },
	{ "300f06096086480165030402010402 0102", PS_ALG_NONE },
	{ "300a06082a8648ce3d040302", PS_SHA256 },		/* ecdsa-with-SHA256 */
	{ "300d06092a864886f70d01010b0500", PS_SHA256 },	/* sha256WithRSA */
	{ "300d06092a864886f70d0101010500", PS_ALG_NONE },	/* rsaEncryption */
	{ "300506032b6570", PS_ALG_NONE },			/* Ed25519 */
	{ "300f060960864801650304021202020200", PS_SHAKE256 },	/* 512 bits */
	{ "300f060960864801650304021202020100", PS_ALG_NONE },	/* 256 bits */
	{ "300b060960864801650304020c", PS_SHAKE256 },
	{ "300706052b0e03021a", PS_SHA1 },
};

static void
digests_are_read_as_senders_write_them(void **state)
{
	struct ps_algid a;

	(void)state;
	for (size_t i = 0; i < sizeof digests / sizeof digests[0]; i++) {
		struct ps_buf b = algid(&a, digests[i].hex);
		const struct ps_alg *row = ps_alg_digest_of(&a);

		assert_int_equal(row == NULL ? PS_ALG_NONE : row->id, digests[i].id);
		ps_buf_clear(&b);
	}
}

/* Byte-exact encodings that the S/MIME Baseline Requirements demand, and the
 * like for CMS. */
static void
identifiers_are_built_exactly(void **state)
{
	static const struct { unsigned id; const char *hex; } rows[] = {
		{ PS_SIG_RSA_SHA256, "300d06092a864886f70d01010b0500" },
		{ PS_SIG_ECDSA_SHA256, "300a06082a8648ce3d040302" },
		{ PS_SIG_ED25519, "300506032b6570" },
		{ PS_SHA256, "300b0609608648016503040201" },
		{ PS_AES256_WRAP, "300b060960864801650304012d" },
		{ PS_DES3_WRAP, "300f060b2a864886f70d01091003060500" },
		{ PS_RSA_PKCS1, "300d06092a864886f70d0101010500" },
	};
	ps_err err = PS_ERR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct ps_buf b = { 0 };
		struct derw w;

		derw_init(&w, &b);
		ps_algid_build(&w, ps_alg_get(rows[i].id));
		assert_ok(derw_finish(&w, &err), &err);
		vector_equal(ps_buf_get(&b), rows[i].hex);
		ps_buf_clear(&b);
	}
}

static void
unknown_ones_are_named_by_number(void **state)
{
	struct ps_algid a;
	struct ps_buf b = algid(&a, "3004060288 37");
	char text[64];

	(void)state;
	assert_string_equal(ps_algid_text(PS_ALG_DIGEST, &a, text, sizeof text), "2.999");
	ps_buf_clear(&b);
	b = algid(&a, "300706052b0e03021a");
	assert_string_equal(ps_algid_text(PS_ALG_DIGEST, &a, text, sizeof text), "sha1");
	ps_buf_clear(&b);
}

static void
every_truncation_fails_cleanly(void **state)
{
	struct ps_buf b = vector_hex("300d06096086480165030402010500");

	(void)state;
	for (size_t n = 0; n < b.n; n++) {
		struct der_state st;
		struct der in;
		struct ps_algid a;

		der_init(&in, &st, (ps_slice){ b.p, n }, 0, false, "test");
		a = ps_algid_parse(&in, DER_SEQUENCE, "algorithm");
		assert_true(der_failed(&in));
		assert_int_equal(a.whole.n + a.oid.n + a.params.n, 0);
	}
	ps_buf_clear(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_row_has_its_identifier),
		cmocka_unit_test(names_are_unique_and_plain),
		cmocka_unit_test(null_is_absent),
		cmocka_unit_test(digests_are_read_as_senders_write_them),
		cmocka_unit_test(identifiers_are_built_exactly),
		cmocka_unit_test(unknown_ones_are_named_by_number),
		cmocka_unit_test(every_truncation_fails_cleanly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
