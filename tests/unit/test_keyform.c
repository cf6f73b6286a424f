/* SPDX-License-Identifier: ISC */
/*
 * The private keys of ML-DSA, ML-KEM and SLH-DSA: OpenSSL's in each form, those
 * of the RFCs by their seeds, and what must not be taken. Without OpenSSL 3.5 it
 * is told what is missing.
 */
#include "unit.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/limits.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/keymake.h"
#include "vector.h"

static const struct {
	const char	*name;
	unsigned	 type, bits, strength;
	size_t		 seed, expanded;	/* octets of a whole PrivateKeyInfo */
	/* The public key of the seed 000102..: SHA-256 of the SubjectPublicKeyInfo in
	 * appendix C of RFC 9881 and of RFC 9935. */
	const char	*published;
} keys[] = {
	{ "ml-dsa-44", PS_KEY_MLDSA44, 1312 * 8, 128, 54, 2588,
	  "837832708c5236d951581f1fddf2b79991b3424a0486d16da1ddad0fd69701be" },
	{ "ml-dsa-65", PS_KEY_MLDSA65, 1952 * 8, 192, 54, 4060,
	  "b8b62131bfbe84433efb2273d7f5b87f7a22854a2cfd366fc2aead86d837c52d" },
	{ "ml-dsa-87", PS_KEY_MLDSA87, 2592 * 8, 256, 54, 4924,
	  "07e57c4f14dbad1267f621ec3777b4e2e6c4fbc4c22fbb87510ff8e0b3c6a642" },
	{ "ml-kem-512", PS_KEY_MLKEM512, 800 * 8, 128, 86, 1660,
	  "0e3c8b89b54202d2545f7aba2e2aaa3cffa7b6191919ad738fab35b4f313cf71" },
	{ "ml-kem-768", PS_KEY_MLKEM768, 1184 * 8, 192, 86, 2428,
	  "c23e23dd3d485a9256cda09358a4a286e00b373db10761eadf99f710649ca31c" },
	{ "ml-kem-1024", PS_KEY_MLKEM1024, 1568 * 8, 256, 86, 3196,
	  "d2b7480ae006a14b37c1e8a8e45ea39022e32a9b1a7b90d594c84d869c6ac420" },
};
enum { NKEYS = sizeof keys / sizeof keys[0] };

static bool
offered(void)
{
	return ps_alg_offered(ps_alg_get(PS_KEY_MLDSA44));
}

static struct ps_buf
vector(const char *name, const char *suffix)
{
	char path[128];

	(void)snprintf(path, sizeof path, "pq/%s%s", name, suffix);
	return vector_read(path);
}

static ps_code
ask(void *arg, const char *what, ps_secret *out, ps_err *err)
{
	(void)arg;
	(void)what;
	return ps_secret_set(out, "secret", 6, err);
}

static ps_code
parse(ps_slice data, struct ps_key **out, ps_err *err)
{
	struct ps_keyfile f = { 0 };
	ps_code code = ps_keyfile_parse(&f, data, "key", ask, NULL, &ps_limits_default, err);

	if (code == PS_OK) {
		assert_int_equal(f.nkey, 1);
		*out = ps_key_ref(f.key[0]);
		ps_keyfile_clear(&f);
	}
	return code;
}

static struct ps_key *
load(const char *name, const char *suffix)
{
	struct ps_buf file = vector(name, suffix);
	struct ps_key *k = NULL;
	ps_err err = PS_ERR_INIT;

	assert_ok(parse(ps_buf_get(&file), &k, &err), &err);
	ps_buf_clear(&file);
	return k;
}

/* --- reading --- */

static void
each_form_is_read(void **state)
{
	static const char *const forms[] = { "-seed.der", "-expanded.der" };

	(void)state;
	for (size_t i = 0; i < NKEYS * 2 && offered(); i++) {
		struct ps_key *k = load(keys[i / 2].name, forms[i % 2]);
		struct ps_buf spki = vector(keys[i / 2].name, ".spki");
		struct ps_key_info info;

		ps_key_info(k, &info);
		assert_int_equal(info.type->id, keys[i / 2].type);
		assert_int_equal(info.bits, keys[i / 2].bits);
		assert_int_equal(info.strength, keys[i / 2].strength);
		assert_true(ps_slice_equal(ps_key_spki(k), ps_buf_get(&spki)));
		assert_true(ps_key_matches(k, ps_buf_get(&spki)));
		ps_buf_clear(&spki);
		ps_key_free(k);
	}
}

static void
other_files_hold_the_same_key(void **state)
{
	static const struct { const char *name, *suffix, *same; } files[] = {
		{ "ml-dsa-65", "-both.pem", "ml-dsa-65" },
		{ "ml-kem-768", "-both.pem", "ml-kem-768" },
		{ "ml-dsa-65", ".p12", "ml-dsa-65" },
		{ "ml-dsa-65", "-pbmac1.p12", "ml-dsa-65" },
		{ "ml-dsa-44", "-beside-own.der", "ml-dsa-44" },
		{ "slh-dsa-sha2-128f", ".pem", "slh-dsa-sha2-128f" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof files / sizeof files[0] && offered(); i++) {
		struct ps_key *k = load(files[i].name, files[i].suffix);
		struct ps_buf spki = vector(files[i].same, ".spki");

		assert_true(ps_key_matches(k, ps_buf_get(&spki)));
		ps_buf_clear(&spki);
		ps_key_free(k);
	}
}

/* PrivateKeyInfo of a privateKey. */
static void
wrap(struct ps_buf *out, unsigned type, ps_slice inside)
{
	struct derw w;

	derw_init(&w, out);
	derw_begin(&w, DER_SEQUENCE);
	derw_u64(&w, 0);
	ps_algid_build(&w, ps_alg_get(type));
	derw_octets(&w, inside);
	derw_end(&w);
	assert_int_equal(derw_finish(&w, NULL), PS_OK);
}

static void
the_published_seeds_give_the_published_keys(void **state)
{
	uint8_t inside[66] = { 0x80 }, digest[PS_DIGEST_MAX];

	(void)state;
	for (size_t i = 0; i < 64; i++)
		inside[2 + i] = (uint8_t)i;
	for (size_t i = 0; i < NKEYS && offered(); i++) {
		struct ps_buf der = { 0 };
		struct ps_key *k = NULL;
		ps_err err = PS_ERR_INIT;

		inside[1] = keys[i].seed == 54 ? 32 : 64;
		wrap(&der, keys[i].type, (ps_slice){ inside, 2 + (size_t)inside[1] });
		assert_ok(parse(ps_buf_get(&der), &k, &err), &err);
		assert_int_equal(ps_digest_once(ps_alg_get(PS_SHA256), ps_key_spki(k), digest,
		    NULL), PS_OK);
		vector_equal((ps_slice){ digest, 32 }, keys[i].published);
		ps_buf_clear(&der);
		ps_key_free(k);
	}
}

/* --- what is refused --- */

static void
must_fail(ps_slice der, const char *why)
{
	struct ps_key *k = NULL;
	ps_err err = PS_ERR_INIT;
	char text[1024];

	assert_code(parse(der, &k, &err), PS_E_MALFORMED);
	if (strstr(ps_err_format(&err, text, sizeof text), why) == NULL)
		fail_msg("%s: not %s", text, why);
}

/* RFC 9881, 8.2: "the recipient MUST reject the private key as malformed". */
static void
parts_of_two_keys_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < NKEYS && offered(); i++) {
		struct ps_buf seed = vector(keys[i].name, "-seed.der"), both = { 0 }, der = { 0 };
		struct ps_buf expanded = vector(keys[i].name, "-expanded.der");
		size_t nseed = keys[i].seed - 22, head = 28;
		size_t places[] = { 0, 1, 0 };
		struct derw w;

		places[1] = (expanded.n - head) / 2;
		places[2] = expanded.n - head - 1;
		for (size_t p = 0; p <= 3; p++) {
			/* Each place of the expanded key, then the seed. */
			uint8_t *octet = p == 3 ? &seed.p[seed.n - 1] :
			    &expanded.p[head + places[p]];

			*octet ^= 1;
			derw_init(&w, &both);
			derw_begin(&w, DER_SEQUENCE);
			derw_octets(&w, (ps_slice){ seed.p + 22, nseed });
			derw_octets(&w, (ps_slice){ expanded.p + head, expanded.n - head });
			derw_end(&w);
			assert_int_equal(derw_finish(&w, NULL), PS_OK);
			wrap(&der, keys[i].type, ps_buf_get(&both));
			must_fail(ps_buf_get(&der), "contradicts itself");
			*octet ^= 1;
			ps_buf_clear(&both);
			ps_buf_clear(&der);
		}
		ps_buf_clear(&seed);
		ps_buf_clear(&expanded);
	}
}

static void
another_form_is_refused(void **state)
{
	static const uint8_t bare[64];
	uint8_t seed[66] = { 0x80, 33 }, octets[66] = { 0x04, 32 }, twice[4] = { 0x30, 0 };
	const ps_slice bad[] = {
		{ bare, 32 }, { bare, 64 }, { seed, 35 }, { octets, 34 }, { octets, 0 },
		{ twice, 2 }, { seed, 34 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0] && offered(); i++) {
		struct ps_buf der = { 0 };

		wrap(&der, i % 2 == 0 ? PS_KEY_MLDSA65 : PS_KEY_MLKEM768, bad[i]);
		must_fail(ps_buf_get(&der), "none of the forms");
		ps_buf_clear(&der);
	}
}

static void
a_stranger_s_public_key_is_noticed(void **state)
{
	struct ps_buf der = vector("ml-dsa-44", "-beside-other.der");

	(void)state;
	if (offered())
		must_fail(ps_buf_get(&der), "public key of another");
	ps_buf_clear(&der);
}

static void
keys_that_end_early_are_refused(void **state)
{
	struct ps_buf whole = vector("ml-dsa-65", "-expanded.der");

	(void)state;
	for (size_t n = 0; n < whole.n; n += n < 64 ? 1 : 97) {
		struct ps_key *k = NULL;

		assert_true(parse((ps_slice){ whole.p, n }, &k, NULL) != PS_OK);
		assert_null(k);
	}
	ps_buf_clear(&whole);
}

/* --- writing --- */

static EVP_PKEY *
read_by_openssl(ps_slice der)
{
	const unsigned char *p = der.p;

	return d2i_AutoPrivateKey(NULL, &p, (long)der.n);
}

static void
a_key_is_written_in_the_form_that_is_asked_for(void **state)
{
	(void)state;
	for (size_t i = 0; i < NKEYS * 3 && offered(); i++) {
		enum ps_key_form form = (enum ps_key_form)(i % 3);
		struct ps_key *k = load(keys[i / 3].name, "-seed.der");
		struct ps_buf der = { 0 }, spki = vector(keys[i / 3].name, ".spki");
		struct ps_buf seed = vector(keys[i / 3].name, "-seed.der");
		struct ps_buf expanded = vector(keys[i / 3].name, "-expanded.der");
		unsigned char *found = NULL;
		ps_err err = PS_ERR_INIT;
		EVP_PKEY *pkey;
		int n;

		assert_ok(ps_key_encode(k, form, &der, &err), &err);
		if (form == PS_KEY_FORM_SEED)
			assert_true(ps_slice_equal(ps_buf_get(&der), ps_buf_get(&seed)));
		if (form == PS_KEY_FORM_EXPANDED)
			assert_true(ps_slice_equal(ps_buf_get(&der), ps_buf_get(&expanded)));
		pkey = read_by_openssl(ps_buf_get(&der));
		assert_non_null(pkey);
		n = i2d_PUBKEY(pkey, &found);
		assert_true(ps_slice_equal((ps_slice){ found, (size_t)n }, ps_buf_get(&spki)));
		if (form == PS_KEY_FORM_BOTH)
			assert_true(der.n > expanded.n + keys[i / 3].seed - 22);
		OPENSSL_free(found);
		EVP_PKEY_free(pkey);
		ps_buf_clear(&der);
		ps_buf_clear(&spki);
		ps_buf_clear(&seed);
		ps_buf_clear(&expanded);
		ps_key_free(k);
	}
}

static void
a_seed_that_nobody_has_is_not_written(void **state)
{
	struct ps_buf want = vector("ml-kem-768", "-expanded.der"), der = { 0 };
	struct ps_key *k;
	ps_err err = PS_ERR_INIT;

	(void)state;
	if (offered()) {
		k = load("ml-kem-768", "-expanded.der");
		assert_ok(ps_key_encode(k, PS_KEY_FORM_SEED, &der, &err), &err);
		assert_true(ps_slice_equal(ps_buf_get(&der), ps_buf_get(&want)));
		ps_key_free(k);
	}
	ps_buf_clear(&der);
	ps_buf_clear(&want);
}

static void
a_pkcs12_holds_the_form_that_is_asked_for(void **state)
{
	ps_secret *pass = ps_secret_new();
	size_t size[2] = { 0, 0 };

	(void)state;
	assert_int_equal(ps_secret_set(pass, "secret", 6, NULL), PS_OK);
	for (int i = 0; i < 2 && offered(); i++) {
		struct ps_key *k = load("ml-kem-768", "-seed.der"), *again = NULL;
		struct ps_pkcs12_entry entry = { .key = k,
			.form = i == 0 ? PS_KEY_FORM_SEED : PS_KEY_FORM_BOTH };
		struct ps_buf der = { 0 };
		ps_err err = PS_ERR_INIT;

		assert_ok(ps_pkcs12_build(&der, &entry, 1, NULL, pass, PS_PKCS12_NEW, &err), &err);
		size[i] = der.n;
		assert_ok(parse(ps_buf_get(&der), &again, &err), &err);
		assert_true(ps_key_matches(again, ps_key_spki(k)));
		ps_buf_clear(&der);
		ps_key_free(again);
		ps_key_free(k);
	}
	if (offered())
		assert_true(size[1] > size[0] + 2400);
	ps_secret_free(pass);
}

/* --- using --- */

static void
signatures_of_openssl_are_good(void **state)
{
	static const struct { const char *name; unsigned sig; } sigs[] = {
		{ "ml-dsa-44", PS_SIG_MLDSA44 }, { "ml-dsa-65", PS_SIG_MLDSA65 },
		{ "ml-dsa-87", PS_SIG_MLDSA87 }, { "slh-dsa-sha2-128s", PS_SIG_SLH_SHA2_128S },
	};
	struct ps_buf message = vector("message", ".txt");

	(void)state;
	for (size_t i = 0; i < sizeof sigs / sizeof sigs[0] && offered(); i++) {
		struct ps_buf sig = vector(sigs[i].name, ".sig"), spki = vector(sigs[i].name, ".spki");
		const struct ps_alg *row = ps_alg_get(sigs[i].sig);
		struct ps_sigspec spec = { row, ps_alg_get(row->digest), NULL, 0 };
		struct ps_pubkey *k = NULL;
		ps_err err = PS_ERR_INIT;
		bool good = false;

		assert_ok(ps_pubkey_parse(&k, ps_buf_get(&spki), &err), &err);
		assert_ok(ps_pubkey_verify(k, &spec, ps_buf_get(&message), ps_buf_get(&sig), &good,
		    &err), &err);
		assert_true(good);
		sig.p[sig.n / 2] ^= 1;
		assert_ok(ps_pubkey_verify(k, &spec, ps_buf_get(&message), ps_buf_get(&sig), &good,
		    &err), &err);
		assert_false(good);
		/* One set's signature is no other's. */
		spec.sig = ps_alg_get(sigs[(i + 1) % 4].sig);
		sig.p[sig.n / 2] ^= 1;
		assert_ok(ps_pubkey_verify(k, &spec, ps_buf_get(&message), ps_buf_get(&sig), &good,
		    &err), &err);
		assert_false(good);
		ps_buf_clear(&sig);
		ps_buf_clear(&spki);
		ps_pubkey_free(k);
	}
	ps_buf_clear(&message);
}

static bool
openssl_verifies(ps_slice spki, ps_slice message, ps_slice sig)
{
	const unsigned char *p = spki.p;
	EVP_PKEY *pkey = d2i_PUBKEY(NULL, &p, (long)spki.n);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good = pkey != NULL && ctx != NULL &&
	    EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, pkey) == 1 &&
	    EVP_DigestVerify(ctx, sig.p, sig.n, message.p, message.n) == 1;

	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(pkey);
	return good;
}

static void
each_kind_is_made_and_signs(void **state)
{
	static const char *const kinds[] = { "ml-dsa-44", "ml-dsa-65", "ml-dsa-87",
		"slh-dsa-sha2-128f", "slh-dsa-sha2-192f", "slh-dsa-sha2-256f", "slh-dsa-shake-128f",
		"slh-dsa-shake-192f", "slh-dsa-shake-256f", "slh-dsa-sha2-128s" };
	const ps_slice message = ps_str("to be signed");

	(void)state;
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0] && offered(); i++) {
		struct ps_buf sig = { 0 };
		struct ps_key *k = NULL;
		struct ps_key_info info;
		struct ps_sigspec spec;
		ps_err err = PS_ERR_INIT;

		assert_ok(ps_key_generate(&k, kinds[i], &err), &err);
		ps_key_info(k, &info);
		assert_string_equal(info.type->name, kinds[i]);
		assert_ok(ps_sigspec_choose(&spec, &info, NULL, false, &err), &err);
		assert_string_equal(ps_sigspec_name(&spec), kinds[i]);
		assert_ok(ps_key_sign(k, &spec, message, &sig, &err), &err);
		assert_true(openssl_verifies(ps_key_spki(k), message, ps_buf_get(&sig)));
		ps_buf_clear(&sig);
		ps_key_free(k);
	}
}

static void
a_key_of_ml_kem_signs_nothing(void **state)
{
	struct ps_key_info info;
	struct ps_sigspec spec;
	struct ps_key *k = NULL;
	ps_err err = PS_ERR_INIT;

	(void)state;
	if (!offered())
		return;
	assert_ok(ps_key_generate(&k, "ml-kem-768", &err), &err);
	ps_key_info(k, &info);
	assert_code(ps_sigspec_choose(&spec, &info, NULL, false, NULL), PS_E_REFUSED);
	ps_key_free(k);
}

static void
what_an_old_library_lacks_is_named(void **state)
{
	struct ps_buf spki = vector("ml-kem-768", ".spki"), key = vector("ml-dsa-65", "-seed.der");
	struct ps_pubkey *pub = NULL;
	struct ps_key *k = NULL;
	ps_err err = PS_ERR_INIT;
	char text[1024];

	(void)state;
	if (!offered()) {
		assert_code(ps_pubkey_parse(&pub, ps_buf_get(&spki), &err), PS_E_UNSUPPORTED);
		assert_string_equal(ps_err_format(&err, text, sizeof text),
		    "this OpenSSL has no ML-KEM-768: 3.5 or later is needed");
		ps_err_clear(&err);
		assert_code(parse(ps_buf_get(&key), &k, &err), PS_E_UNSUPPORTED);
		assert_non_null(strstr(ps_err_format(&err, text, sizeof text),
		    "this OpenSSL has no ML-DSA-65: 3.5 or later is needed"));
		ps_err_clear(&err);
		assert_code(ps_key_generate(&k, "ml-dsa-65", &err), PS_E_UNSUPPORTED);
	}
	ps_buf_clear(&spki);
	ps_buf_clear(&key);
}

/* RFC 9881, 2, RFC 9909, 3 and RFC 9935, 3: "MUST be absent". */
static void
parameters_are_absent(void **state)
{
	(void)state;
	for (size_t i = 0; i < NKEYS; i++) {
		struct ps_buf spki = vector(keys[i].name, ".spki"), der = { 0 };
		struct ps_pubkey *k = NULL;
		struct derw w;

		derw_init(&w, &der);
		derw_begin(&w, DER_SEQUENCE);
		derw_begin(&w, DER_SEQUENCE);
		derw_oid(&w, ps_alg_get(keys[i].type)->oid);
		derw_null(&w);
		derw_end(&w);
		derw_bits(&w, (ps_slice){ spki.p + 22, spki.n - 22 });
		derw_end(&w);
		assert_int_equal(derw_finish(&w, NULL), PS_OK);
		assert_code(ps_pubkey_parse(&k, ps_buf_get(&der), NULL), PS_E_MALFORMED);
		ps_buf_clear(&der);
		ps_buf_clear(&spki);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_form_is_read),
		cmocka_unit_test(other_files_hold_the_same_key),
		cmocka_unit_test(the_published_seeds_give_the_published_keys),
		cmocka_unit_test(parts_of_two_keys_are_refused),
		cmocka_unit_test(another_form_is_refused),
		cmocka_unit_test(a_stranger_s_public_key_is_noticed),
		cmocka_unit_test(keys_that_end_early_are_refused),
		cmocka_unit_test(a_key_is_written_in_the_form_that_is_asked_for),
		cmocka_unit_test(a_seed_that_nobody_has_is_not_written),
		cmocka_unit_test(a_pkcs12_holds_the_form_that_is_asked_for),
		cmocka_unit_test(signatures_of_openssl_are_good),
		cmocka_unit_test(each_kind_is_made_and_signs),
		cmocka_unit_test(a_key_of_ml_kem_signs_nothing),
		cmocka_unit_test(what_an_old_library_lacks_is_named),
		cmocka_unit_test(parameters_are_absent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
