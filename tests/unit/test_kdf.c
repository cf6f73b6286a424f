/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include "base/ctx.h"
#include "crypto/internal.h"
#include "vector.h"

static const struct kat {
	unsigned	 digest;
	const char	*secret, *salt, *info, *out;
} x963[] = {
	/* NIST CAVP, ANSI X9.63 KDF, SHA-256, first with an empty SharedInfo. */
	{ PS_SHA256, "96c05619d56c328ab95fe84b18264b08725b85e33fd34f08", NULL, "",
	    "443024c3dae66b95e6f5670601558f71" },
}, hkdf[] = {
	/* RFC 5869, A.1 and A.3 (no salt). */
	{ PS_SHA256, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
	    "000102030405060708090a0b0c", "f0f1f2f3f4f5f6f7f8f9",
	    "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
	    "34007208d5b887185865" },
	{ PS_SHA256, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", NULL, "",
	    "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
	    "9d201395faa4b61a96c8" },
};

typedef ps_code (*derive_fn)(const struct kat *k, ps_slice secret, ps_slice salt, ps_slice info,
    uint8_t *out, size_t n, ps_err *err);

static ps_code
do_x963(const struct kat *k, ps_slice secret, ps_slice salt, ps_slice info, uint8_t *out,
    size_t n, ps_err *err)
{
	(void)salt;
	return kdf_x963(ps_alg_get(k->digest), secret, info, out, n, err);
}

static ps_code
do_hkdf(const struct kat *k, ps_slice secret, ps_slice salt, ps_slice info, uint8_t *out,
    size_t n, ps_err *err)
{
	return kdf_hkdf(ps_alg_get(k->digest), secret, salt, info, out, n, err);
}

static void
run(const struct kat *k, derive_fn derive)
{
	struct ps_buf secret = vector_hex(k->secret), info = vector_hex(k->info);
	struct ps_buf salt = vector_hex(k->salt == NULL ? "" : k->salt);
	size_t n = strlen(k->out) / 2;
	uint8_t out[64];
	ps_err err = PS_ERR_INIT;

	assert_ok(derive(k, ps_buf_get(&secret),
	    k->salt == NULL ? (ps_slice){ NULL, 0 } : ps_buf_get(&salt), ps_buf_get(&info),
	    out, n, &err), &err);
	vector_equal((ps_slice){ out, n }, k->out);
	ps_buf_clear(&secret);
	ps_buf_clear(&info);
	ps_buf_clear(&salt);
}

static void
known_answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof x963 / sizeof x963[0]; i++)
		run(&x963[i], do_x963);
	for (size_t i = 0; i < sizeof hkdf / sizeof hkdf[0]; i++)
		run(&hkdf[i], do_hkdf);
}

static void
pbkdf2_gives_the_published_keys(void **state)
{
	const uint8_t salt[] = { 0x12, 0x34, 0x56, 0x78, 0x78, 0x56, 0x34, 0x12 };
	ps_err err = PS_ERR_INIT;
	uint8_t out[64];

	(void)state;
	/* RFC 7914, 11. */
	assert_ok(kdf_pbkdf2(ps_alg_get(PS_SHA256), ps_str("passwd"), ps_str("salt"), 1, out, 64,
	    &err), &err);
	vector_equal((ps_slice){ out, 64 },
	    "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"
	    "49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783");
	/* RFC 3211, 3: no floor of rounds or octets stands in the way. */
	assert_ok(kdf_pbkdf2(ps_alg_get(PS_SHA1), ps_str("password"),
	    (ps_slice){ salt, sizeof salt }, 5, out, 8, &err), &err);
	vector_equal((ps_slice){ out, 8 }, "d1daa78615f287e6");
	assert_ok(kdf_pbkdf2(ps_alg_get(PS_SHA256), ps_str(""), ps_str("salt"), 1, out, 32, &err),
	    &err);
}

/* RFC 7914, 12; then 32 MiB, where OpenSSL's own bound would stop, as `openssl
 * kdf` derives it when told to allow more. */
static void
scrypt_gives_the_published_keys(void **state)
{
	struct scrypt_params s = { ps_str("SodiumChloride"), 16384, 8, 1 };
	struct scrypt_params large = { ps_str("NaCl"), 32768, 8, 1 };
	ps_err err = PS_ERR_INIT;
	uint8_t out[64];

	(void)state;
	assert_ok(kdf_scrypt(&s, ps_str("pleaseletmein"), out, 64, &err), &err);
	vector_equal((ps_slice){ out, 64 },
	    "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
	    "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887");
	assert_ok(kdf_scrypt(&large, ps_str("password"), out, 32, &err), &err);
	vector_equal((ps_slice){ out, 32 },
	    "3fa85118fffe9732da7f4c63ef61f5c6458144d036401f8829dd4e5b2c50c51f");
}

/* RFC 4231, 4.2 (test case 1). */
static void
hmac_gives_the_published_code(void **state)
{
	struct ps_buf key = vector_hex("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b");
	ps_err err = PS_ERR_INIT;
	uint8_t out[PS_DIGEST_MAX];

	(void)state;
	assert_ok(kdf_hmac(ps_alg_get(PS_SHA256), ps_buf_get(&key), ps_str("Hi There"), out,
	    &err), &err);
	vector_equal((ps_slice){ out, 32 },
	    "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
	ps_buf_clear(&key);
}

/* An AlgorithmIdentifier of PBKDF2 with `rounds` and perhaps a PRF. */
static ps_code
parse(uint64_t rounds, const char *prf_hex, struct pbkdf2_params *out, ps_err *err)
{
	struct ps_buf b = { 0 }, prf = vector_hex(prf_hex);
	struct der_state st;
	struct der in;
	struct derw w;
	struct ps_algid a;
	ps_code code;

	derw_init(&w, &b);
	derw_begin(&w, DER_SEQUENCE);
	derw_oid(&w, ps_alg_get(PS_PBKDF2)->oid);
	derw_begin(&w, DER_SEQUENCE);
	derw_octets(&w, ps_str("saltsalt"));
	derw_u64(&w, rounds);
	derw_raw(&w, ps_buf_get(&prf));
	derw_end(&w);
	derw_end(&w);
	assert_int_equal(derw_finish(&w, NULL), PS_OK);
	der_init(&in, &st, ps_buf_get(&b), 0, false, "test");
	a = ps_algid_parse(&in, DER_SEQUENCE, "kdf");
	code = pbkdf2_parse(out, &a, &ps_limits_default, err);
	ps_buf_clear(&b);
	ps_buf_clear(&prf);
	return code;
}

static void
parameters_are_read_and_bounded(void **state)
{
	struct pbkdf2_params p;
	ps_err err = PS_ERR_INIT;
	uint64_t max = ps_limits_default.kdf_iterations;

	(void)state;
	assert_ok(parse(max, "", &p, &err), &err);
	assert_int_equal(p.prf->id, PS_HMAC_SHA1);	/* RFC 8018: the default */
	assert_int_equal(p.length, 0);
	assert_code(parse(max + 1, "", &p, NULL), PS_E_LIMIT);
	assert_code(parse(0, "", &p, NULL), PS_E_MALFORMED);
	assert_ok(parse(1, "020120 300c06082a864886f70d020905 00", &p, &err), &err);
	assert_int_equal(p.length, 32);
	assert_int_equal(p.prf->id, PS_HMAC_SHA256);
	assert_ok(parse(1, "300a06082a864886f70d020b", &p, &err), &err);
	assert_int_equal(p.prf->id, PS_HMAC_SHA512);
	assert_code(parse(1, "300a06082a864886f70d0205", &p, NULL), PS_E_UNSUPPORTED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_answers),
		cmocka_unit_test(pbkdf2_gives_the_published_keys),
		cmocka_unit_test(scrypt_gives_the_published_keys),
		cmocka_unit_test(hmac_gives_the_published_code),
		cmocka_unit_test(parameters_are_read_and_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
