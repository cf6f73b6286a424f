/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include <openssl/err.h>

#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/key.h"
#include "key_vector.h"
#include "vector.h"

static const struct { const char *name; unsigned type, curve, bits, strength; } facts[] = {
	{ "rsa", PS_KEY_RSA, 0, 2048, 112 },
	{ "rsa-pss", PS_KEY_RSA_PSS, 0, 2048, 112 },
	{ "p256", PS_KEY_EC, PS_P256, 256, 128 },
	{ "p256-compressed", PS_KEY_EC, PS_P256, 256, 128 },
	{ "p384", PS_KEY_EC, PS_P384, 384, 192 },
	{ "p521", PS_KEY_EC, PS_P521, 521, 256 },
	{ "bp256", PS_KEY_EC, PS_BP256, 256, 128 },
	{ "bp384", PS_KEY_EC, PS_BP384, 384, 192 },
	{ "bp512", PS_KEY_EC, PS_BP512, 512, 256 },
	{ "ed25519", PS_KEY_ED25519, 0, 256, 128 },
	{ "ed448", PS_KEY_ED448, 0, 448, 224 },
	{ "x25519", PS_KEY_X25519, 0, 256, 128 },
	{ "x448", PS_KEY_X448, 0, 448, 224 },
	{ "dsa", PS_KEY_DSA, 0, 2048, 112 },
};
enum { NFACTS = sizeof facts / sizeof facts[0] };

static void
facts_are_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < NFACTS; i++) {
		struct ps_pubkey *k = key_vector_public(facts[i].name);
		struct ps_key_info info;

		ps_pubkey_info(k, &info);
		assert_int_equal(info.type->id, facts[i].type);
		assert_int_equal(info.curve == NULL ? 0 : info.curve->id, facts[i].curve);
		assert_int_equal(info.bits, facts[i].bits);
		assert_int_equal(info.strength, facts[i].strength);
		ps_pubkey_free(k);
	}
}

static void
private_and_public_halves_match(void **state)
{
	(void)state;
	for (size_t i = 0; i < NFACTS; i++) {
		struct ps_key *k;

		if (strcmp(facts[i].name, "p256-compressed") == 0)
			continue;
		k = key_vector_private(facts[i].name);
		for (size_t j = 0; j < NFACTS; j++) {
			struct ps_buf spki = key_vector(facts[j].name, ".spki");
			bool same = i == j || (strcmp(facts[i].name, "p256") == 0 &&
			    strcmp(facts[j].name, "p256-compressed") == 0);

			assert_int_equal(ps_key_matches(k, ps_buf_get(&spki)), same);
			ps_buf_clear(&spki);
		}
		assert_false(ps_key_matches(k, ps_str("junk")));
		ps_key_free(k);
	}
}

static void
refused(const char *name, ps_code want)
{
	struct ps_buf spki = key_vector(name, ".spki");
	struct ps_pubkey *k = NULL;

	assert_code(ps_pubkey_parse(&k, ps_buf_get(&spki), NULL), want);
	assert_null(k);
	ps_buf_clear(&spki);
}

static void
what_is_forbidden_is_refused(void **state)
{
	(void)state;
	refused("explicit", PS_E_UNSUPPORTED);
	refused("k256", PS_E_UNSUPPORTED);
	refused("p256-hybrid", PS_E_MALFORMED);
}

/* Every octet of the header changed, every truncation: an answer, no crash. */
static void
damaged_keys_fail_cleanly(void **state)
{
	(void)state;
	for (size_t i = 0; i < NFACTS; i++) {
		struct ps_buf spki = key_vector(facts[i].name, ".spki");
		size_t step = spki.n > 128 ? spki.n / 64 : 1;

		for (size_t n = 0; n < spki.n; n += step) {
			struct ps_pubkey *k = NULL;
			uint8_t *part = ps_memdup(spki.p, n);

			assert_true(ps_pubkey_parse(&k, (ps_slice){ part, n }, NULL) != PS_OK);
			free(part);
		}
		for (size_t at = 0; at < 32; at++) {
			struct ps_pubkey *k = NULL;

			spki.p[at] ^= 0x41;
			if (ps_pubkey_parse(&k, ps_buf_get(&spki), NULL) == PS_OK)
				ps_pubkey_free(k);
			spki.p[at] ^= 0x41;
		}
		ps_buf_clear(&spki);
	}
	assert_int_equal(ERR_peek_error(), 0);
}

/* A modulus of `octets` octets (an odd number, not a real product). */
static ps_code
rsa_of(size_t octets)
{
	static uint8_t n[4096];
	struct ps_buf key = { 0 }, spki = { 0 };
	struct ps_pubkey *k = NULL;
	struct derw w;
	ps_code code;

	memset(n, 0xff, octets);
	derw_init(&w, &key);
	derw_begin(&w, DER_SEQUENCE);
	derw_integer(&w, (ps_slice){ n, octets });
	derw_u64(&w, 65537);
	derw_end(&w);
	assert_int_equal(derw_finish(&w, NULL), PS_OK);
	derw_init(&w, &spki);
	derw_begin(&w, DER_SEQUENCE);
	ps_algid_build(&w, ps_alg_get(PS_KEY_RSA));
	derw_bits(&w, ps_buf_get(&key));
	derw_end(&w);
	assert_int_equal(derw_finish(&w, NULL), PS_OK);
	code = ps_pubkey_parse(&k, ps_buf_get(&spki), NULL);
	ps_pubkey_free(k);
	ps_buf_clear(&key);
	ps_buf_clear(&spki);
	return code;
}

static void
the_largest_modulus_has_16384_bits(void **state)
{
	(void)state;
	assert_code(rsa_of(2048), PS_OK);
	assert_code(rsa_of(2049), PS_E_UNSUPPORTED);
}

/* --- signatures of the openssl command --- */

static const struct {
	const char	*key, *sig;
	struct { unsigned sig, digest, mgf, salt; } spec;
} made[] = {
	{ "rsa", "rsa-md5", { PS_SIG_RSA_MD5, PS_MD5, 0, 0 } },
	{ "rsa", "rsa-sha1", { PS_SIG_RSA_SHA1, PS_SHA1, 0, 0 } },
	{ "rsa", "rsa-sha224", { PS_SIG_RSA_SHA224, PS_SHA224, 0, 0 } },
	{ "rsa", "rsa-sha256", { PS_SIG_RSA_SHA256, PS_SHA256, 0, 0 } },
	{ "rsa", "rsa-sha256", { PS_SIG_RSA, PS_SHA256, 0, 0 } },
	{ "rsa", "rsa-sha384", { PS_SIG_RSA_SHA384, PS_SHA384, 0, 0 } },
	{ "rsa", "rsa-sha512", { PS_SIG_RSA_SHA512, PS_SHA512, 0, 0 } },
	{ "rsa", "rsa-pss-sha1-sha1-20", { PS_SIG_PSS, PS_SHA1, PS_SHA1, 20 } },
	{ "rsa", "rsa-pss-sha256-sha256-32", { PS_SIG_PSS, PS_SHA256, PS_SHA256, 32 } },
	{ "rsa", "rsa-pss-sha256-sha1-11", { PS_SIG_PSS, PS_SHA256, PS_SHA1, 11 } },
	{ "rsa", "rsa-pss-sha512-sha512-64", { PS_SIG_PSS, PS_SHA512, PS_SHA512, 64 } },
	{ "rsa", "rsa-pss-sha3-256-sha3-256-32", { PS_SIG_PSS, PS_SHA3_256, PS_SHA3_256, 32 } },
	{ "rsa-pss", "rsa-pss-pss-sha384-sha384-48", { PS_SIG_PSS, PS_SHA384, PS_SHA384, 48 } },
	{ "p256", "p256-sha1", { PS_SIG_ECDSA_SHA1, PS_SHA1, 0, 0 } },
	{ "p256", "p256-sha224", { PS_SIG_ECDSA_SHA224, PS_SHA224, 0, 0 } },
	{ "p256", "p256-sha256", { PS_SIG_ECDSA_SHA256, PS_SHA256, 0, 0 } },
	{ "p256", "p256-sha512", { PS_SIG_ECDSA_SHA512, PS_SHA512, 0, 0 } },
	{ "p384", "p384-sha384", { PS_SIG_ECDSA_SHA384, PS_SHA384, 0, 0 } },
	{ "p521", "p521-sha512", { PS_SIG_ECDSA_SHA512, PS_SHA512, 0, 0 } },
	{ "bp256", "bp256-sha256", { PS_SIG_ECDSA_SHA256, PS_SHA256, 0, 0 } },
	{ "bp384", "bp384-sha384", { PS_SIG_ECDSA_SHA384, PS_SHA384, 0, 0 } },
	{ "bp512", "bp512-sha512", { PS_SIG_ECDSA_SHA512, PS_SHA512, 0, 0 } },
	{ "ed25519", "ed25519", { PS_SIG_ED25519, PS_SHA512, 0, 0 } },
	{ "ed448", "ed448", { PS_SIG_ED448, PS_SHAKE256, 0, 0 } },
	{ "dsa", "dsa-sha1", { PS_SIG_DSA_SHA1, PS_SHA1, 0, 0 } },
	{ "dsa", "dsa-sha224", { PS_SIG_DSA_SHA224, PS_SHA224, 0, 0 } },
	{ "dsa", "dsa-sha256", { PS_SIG_DSA_SHA256, PS_SHA256, 0, 0 } },
};
enum { NMADE = sizeof made / sizeof made[0] };

static struct ps_sigspec
spec_of(size_t i)
{
	return (struct ps_sigspec){ ps_alg_get(made[i].spec.sig), ps_alg_get(made[i].spec.digest),
	    made[i].spec.mgf == 0 ? NULL : ps_alg_get(made[i].spec.mgf), made[i].spec.salt };
}

static bool
good(struct ps_pubkey *k, const struct ps_sigspec *s, ps_slice message, ps_slice sig)
{
	uint8_t digest[PS_DIGEST_MAX];
	bool whole = false, by_digest = false;
	ps_err err = PS_ERR_INIT;
	ps_code code;

	assert_ok(ps_pubkey_verify(k, s, message, sig, &whole, &err), &err);
	assert_ok(ps_digest_once(s->digest, message, digest, &err), &err);
	code = ps_pubkey_verify_digest(k, s,
	    (ps_slice){ digest, ps_digest_size(s->digest) }, sig, &by_digest, NULL);
	if (s->sig->id == PS_SIG_ED25519 || s->sig->id == PS_SIG_ED448)
		assert_code(code, PS_E_UNSUPPORTED);
	else {
		assert_code(code, PS_OK);
		assert_int_equal(whole, by_digest);
	}
	assert_int_equal(ERR_peek_error(), 0);
	return whole;
}

static void
signatures_of_openssl_are_good(void **state)
{
	struct ps_buf message = vector_read("keys/message.txt");

	(void)state;
	for (size_t i = 0; i < NMADE; i++) {
		struct ps_pubkey *k = key_vector_public(made[i].key);
		struct ps_buf sig = key_vector(made[i].sig, ".sig");
		struct ps_sigspec s = spec_of(i);

		if (!good(k, &s, ps_buf_get(&message), ps_buf_get(&sig)))
			fail_msg("%s is not good", made[i].sig);
		assert_false(good(k, &s, ps_str("another message"), ps_buf_get(&sig)));
		sig.p[sig.n - 1] ^= 1;
		assert_false(good(k, &s, ps_buf_get(&message), ps_buf_get(&sig)));
		sig.p[sig.n - 1] ^= 1;
		assert_false(good(k, &s, ps_buf_get(&message), (ps_slice){ sig.p, sig.n - 1 }));
		assert_false(good(k, &s, ps_buf_get(&message), (ps_slice){ sig.p, 0 }));
		ps_buf_clear(&sig);
		ps_pubkey_free(k);
	}
	ps_buf_clear(&message);
}

/* Each signature is good under its own spec and key alone. */
static void
nothing_else_is_good(void **state)
{
	struct ps_buf message = vector_read("keys/message.txt");

	(void)state;
	for (size_t i = 0; i < NMADE; i++) {
		struct ps_pubkey *k = key_vector_public(made[i].key);
		struct ps_sigspec s = spec_of(i);

		for (size_t j = 0; j < NMADE; j++) {
			struct ps_buf sig = key_vector(made[j].sig, ".sig");
			bool same = strcmp(made[i].sig, made[j].sig) == 0;

			assert_int_equal(good(k, &s, ps_buf_get(&message), ps_buf_get(&sig)), same);
			ps_buf_clear(&sig);
		}
		ps_pubkey_free(k);
	}
	ps_buf_clear(&message);
}

/* RFC 5753, 7.2 wants DER: a longer length, a zero before a number, octets
 * behind are all another signature that nobody made. */
static void
an_ecdsa_value_is_der(void **state)
{
	struct ps_buf message = vector_read("keys/message.txt");
	struct ps_buf sig = key_vector("p256-sha256", ".sig"), bad = { 0 };
	struct ps_pubkey *k = key_vector_public("p256");
	struct ps_sigspec s = { ps_alg_get(PS_SIG_ECDSA_SHA256), ps_alg_get(PS_SHA256), NULL, 0 };
	const uint8_t head[] = { 0x30, 0x81, sig.p[1] };

	(void)state;
	assert_int_equal(ps_buf_add(&bad, (ps_slice){ head, 3 }, NULL), PS_OK);
	assert_int_equal(ps_buf_add(&bad, (ps_slice){ sig.p + 2, sig.n - 2 }, NULL), PS_OK);
	assert_false(good(k, &s, ps_buf_get(&message), ps_buf_get(&bad)));
	assert_int_equal(ps_buf_add(&sig, ps_str("x"), NULL), PS_OK);
	assert_false(good(k, &s, ps_buf_get(&message), ps_buf_get(&sig)));
	ps_buf_clear(&sig);
	ps_buf_clear(&bad);
	ps_buf_clear(&message);
	ps_pubkey_free(k);
}

/* --- signing --- */

static const struct { const char *key; unsigned digest; bool pss; const char *name; } chosen[] = {
	{ "rsa", 0, false, "rsa-pkcs1" },
	{ "rsa", 0, true, "rsa-pss" },
	{ "rsa", PS_SHA512, false, "rsa-pkcs1" },
	{ "rsa", PS_SHA384, true, "rsa-pss" },
	{ "rsa-pss", 0, false, "rsa-pss" },
	{ "p256", 0, false, "ecdsa" },
	{ "p384", 0, true, "ecdsa" },
	{ "p521", 0, false, "ecdsa" },
	{ "p521", PS_SHA256, false, "ecdsa" },
	{ "bp256", 0, false, "ecdsa" },
	{ "bp384", 0, false, "ecdsa" },
	{ "bp512", 0, false, "ecdsa" },
	{ "ed25519", 0, false, "ed25519" },
	{ "ed25519", PS_SHA512, true, "ed25519" },
	{ "ed448", 0, false, "ed448" },
};

/* The spec, written and read back. */
static struct ps_sigspec
read_back(const struct ps_sigspec *s)
{
	struct ps_buf sig = { 0 }, digest = { 0 };
	struct ps_sigspec out = { 0 };
	struct ps_algid a, d;
	struct der_state st[2];
	struct der in;
	struct derw w;
	ps_err err = PS_ERR_INIT;

	derw_init(&w, &sig);
	ps_sigspec_build_sig(s, &w, DER_SEQUENCE);
	assert_ok(derw_finish(&w, &err), &err);
	derw_init(&w, &digest);
	ps_sigspec_build_digest(s, &w, DER_SEQUENCE);
	assert_ok(derw_finish(&w, &err), &err);
	assert_true(der_is_canonical(ps_buf_get(&sig), true));
	der_init(&in, &st[0], ps_buf_get(&sig), 0, true, "sig");
	a = ps_algid_parse(&in, DER_SEQUENCE, "sig");
	der_init(&in, &st[1], ps_buf_get(&digest), 0, true, "digest");
	d = ps_algid_parse(&in, DER_SEQUENCE, "digest");
	assert_ok(ps_sigspec_parse(&out, &a, &d, &err), &err);
	ps_buf_clear(&sig);
	ps_buf_clear(&digest);
	return out;
}

static void
what_we_sign_verifies(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof chosen / sizeof chosen[0]; i++) {
		struct ps_key *key = key_vector_private(chosen[i].key);
		struct ps_pubkey *pub = key_vector_public(chosen[i].key);
		struct ps_key_info info;
		struct ps_sigspec s, back;
		struct ps_buf sig = { 0 };
		ps_err err = PS_ERR_INIT;

		ps_key_info(key, &info);
		assert_ok(ps_sigspec_choose(&s, &info,
		    chosen[i].digest == 0 ? NULL : ps_alg_get(chosen[i].digest), chosen[i].pss,
		    &err), &err);
		assert_string_equal(ps_sigspec_name(&s), chosen[i].name);
		back = read_back(&s);
		assert_ptr_equal(back.sig, s.sig);
		assert_ptr_equal(back.digest, s.digest);
		assert_ptr_equal(back.mgf, s.mgf);
		assert_int_equal(back.salt, s.salt);
		assert_ok(ps_key_sign(key, &s, ps_str("to be signed"), &sig, &err), &err);
		assert_true(good(pub, &back, ps_str("to be signed"), ps_buf_get(&sig)));
		assert_false(good(pub, &back, ps_str("to be Signed"), ps_buf_get(&sig)));
		ps_buf_clear(&sig);
		ps_pubkey_free(pub);
		ps_key_free(key);
	}
}

static ps_code
choose(const char *name, unsigned digest, bool pss)
{
	struct ps_pubkey *k = key_vector_public(name);
	struct ps_key_info info;
	struct ps_sigspec s;

	ps_pubkey_info(k, &info);
	ps_pubkey_free(k);
	return ps_sigspec_choose(&s, &info, digest == 0 ? NULL : ps_alg_get(digest), pss, NULL);
}

static void
what_cannot_sign_is_refused(void **state)
{
	(void)state;
	assert_code(choose("x25519", 0, false), PS_E_REFUSED);
	assert_code(choose("x448", 0, false), PS_E_REFUSED);
	assert_code(choose("dsa", 0, false), PS_E_REFUSED);
	assert_code(choose("ed25519", PS_SHA256, false), PS_E_REFUSED);
	assert_code(choose("ed448", PS_SHA512, false), PS_E_REFUSED);
	assert_code(choose("rsa", PS_SHA3_256, false), PS_E_REFUSED);
	assert_code(choose("rsa", PS_SHA3_256, true), PS_OK);
	assert_code(choose("rsa", PS_SHAKE128, true), PS_E_REFUSED);
	assert_code(choose("rsa-pss", PS_SHA256, false), PS_E_REFUSED);
	assert_code(choose("p256", PS_MD5, false), PS_E_REFUSED);
}

/* --- algorithm identifiers --- */

static struct ps_algid
parse_id(const struct ps_buf *b, struct der_state *st)
{
	struct der in;

	der_init(&in, st, ps_buf_get(b), 0, false, "test");
	return ps_algid_parse(&in, DER_SEQUENCE, "algorithm");
}

static ps_code
parse_spec(struct ps_sigspec *out, const char *sig_hex, const char *digest_hex)
{
	struct ps_buf sig = vector_hex(sig_hex), digest = vector_hex(digest_hex);
	struct der_state st[2];
	struct ps_algid a = parse_id(&sig, &st[0]), d = parse_id(&digest, &st[1]);
	ps_code code = ps_sigspec_parse(out, &a, digest.n == 0 ? NULL : &d, NULL);

	ps_buf_clear(&sig);
	ps_buf_clear(&digest);
	return code;
}

#define SHA1_ID		"300706052b0e03021a"
#define SHA256_ID	"300b0609608648016503040201"
#define SHA384_ID	"300b0609608648016503040202"
#define SHA512_ID	"300b0609608648016503040203"
#define PSS_ID		"06092a864886f70d01010a"

static const struct { const char *sig, *digest; ps_code code; } specs[] = {
	/* rsaEncryption: the digest comes from digestAlgorithm alone */
	{ "300d06092a864886f70d0101010500", SHA256_ID, PS_OK },
	{ "300b06092a864886f70d010101", SHA512_ID, PS_OK },
	{ "300d06092a864886f70d0101010500", "", PS_E_MALFORMED },
	/* sha256WithRSAEncryption: NULL or absent, the same digest */
	{ "300d06092a864886f70d01010b0500", SHA256_ID, PS_OK },
	{ "300b06092a864886f70d01010b", SHA256_ID, PS_OK },
	{ "300b06092a864886f70d01010b", "", PS_OK },
	{ "300d06092a864886f70d01010b0500", SHA384_ID, PS_E_MALFORMED },
	{ "300e06092a864886f70d01010b020101", SHA256_ID, PS_E_MALFORMED },
	/* ecdsa-with-SHA384; digestAlgorithm as broken senders write it */
	{ "300a06082a8648ce3d040303", SHA384_ID, PS_OK },
	{ "300a06082a8648ce3d040303", "300a06082a8648ce3d040303", PS_OK },
	{ "300a06082a8648ce3d040303", SHA256_ID, PS_E_MALFORMED },
	/* Ed25519: parameters absent, SHA-512 */
	{ "300506032b6570", SHA512_ID, PS_OK },
	{ "300506032b6570", "", PS_OK },
	{ "300506032b6570", SHA256_ID, PS_E_UNSUPPORTED },
	{ "300706032b65700500", SHA512_ID, PS_E_MALFORMED },
	/* PSS: parameters must be there */
	{ "300b" PSS_ID, SHA256_ID, PS_E_MALFORMED },
	{ "300d" PSS_ID "0500", SHA256_ID, PS_E_MALFORMED },
	{ "300d" PSS_ID "3000", SHA1_ID, PS_OK },
	{ "300d" PSS_ID "3000", SHA256_ID, PS_E_MALFORMED },
	/* an unknown one, an unknown digest */
	{ "3004060288 37", SHA256_ID, PS_E_UNSUPPORTED },
	{ "300d06092a864886f70d01010b0500", "3004060288 37", PS_E_UNSUPPORTED },
};

static void
identifiers_of_signatures_are_joined(void **state)
{
	struct ps_sigspec s;

	(void)state;
	for (size_t i = 0; i < sizeof specs / sizeof specs[0]; i++)
		if (parse_spec(&s, specs[i].sig, specs[i].digest) != specs[i].code)
			fail_msg("row %zu: %s", i, specs[i].sig);
}

/* The encoding of the S/MIME Baseline Requirements, 7.1.3.2.1, both ways. */
static void
pss_parameters_are_the_published_ones(void **state)
{
	static const char hex[] = "304106092a864886f70d01010a3034a00f300d0609608648016503040201"
				  "0500a11c301a06092a864886f70d010108300d06096086480165030402010500a203020120";
	struct ps_sigspec s;
	struct ps_buf b = { 0 };
	struct derw w;

	(void)state;
	assert_code(parse_spec(&s, hex, SHA256_ID), PS_OK);
	assert_int_equal(s.mgf->id, PS_SHA256);
	assert_int_equal(s.salt, 32);
	derw_init(&w, &b);
	ps_sigspec_build_sig(&s, &w, DER_SEQUENCE);
	assert_int_equal(derw_finish(&w, NULL), PS_OK);
	vector_equal(ps_buf_get(&b), hex);
	ps_buf_clear(&b);
	/* Fields out of order; then defaults written out. */
	assert_code(parse_spec(&s, "3024" PSS_ID "3017 a009 300706052b0e03021a"
	    "a203020114 a303020101 a100", SHA1_ID), PS_E_MALFORMED);
	assert_code(parse_spec(&s, "3022" PSS_ID "3015 a009 300706052b0e03021a"
	    "a203020114 a303020101", SHA1_ID), PS_OK);
	assert_int_equal(s.salt, 20);
	/* trailerField 2, and a salt longer than any key */
	assert_code(parse_spec(&s, "3012" PSS_ID "3005 a303020102", SHA1_ID), PS_E_UNSUPPORTED);
	assert_code(parse_spec(&s, "3013" PSS_ID "3006 a2040202 0800", SHA1_ID), PS_OK);
	assert_code(parse_spec(&s, "3013" PSS_ID "3006 a2040202 0801", SHA1_ID), PS_E_MALFORMED);
}

/* RFC 8419, 3.1: what stands beside an Ed448 signature. */
static void
ed448_goes_with_shake256_of_512_bits(void **state)
{
	struct ps_sigspec s = { ps_alg_get(PS_SIG_ED448), ps_alg_get(PS_SHAKE256), NULL, 0 };
	struct ps_buf b = { 0 };
	struct derw w;

	(void)state;
	derw_init(&w, &b);
	ps_sigspec_build_digest(&s, &w, DER_SEQUENCE);
	assert_int_equal(derw_finish(&w, NULL), PS_OK);
	vector_equal(ps_buf_get(&b), "300f060960864801650304021202020200");
	ps_buf_clear(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(facts_are_told),
		cmocka_unit_test(private_and_public_halves_match),
		cmocka_unit_test(what_is_forbidden_is_refused),
		cmocka_unit_test(damaged_keys_fail_cleanly),
		cmocka_unit_test(the_largest_modulus_has_16384_bits),
		cmocka_unit_test(signatures_of_openssl_are_good),
		cmocka_unit_test(nothing_else_is_good),
		cmocka_unit_test(an_ecdsa_value_is_der),
		cmocka_unit_test(what_we_sign_verifies),
		cmocka_unit_test(what_cannot_sign_is_refused),
		cmocka_unit_test(identifiers_of_signatures_are_joined),
		cmocka_unit_test(pss_parameters_are_the_published_ones),
		cmocka_unit_test(ed448_goes_with_shake256_of_512_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
