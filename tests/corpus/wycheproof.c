/* SPDX-License-Identifier: ISC */
/*
 * Project Wycheproof's vectors (github.com/C2SP/wycheproof, testvectors_v1), a
 * file at a time for corpus.py: "valid" must work, "invalid" must not,
 * "acceptable" may do either.
 */
#include "unit.h"

#include <jansson.h>
#include <openssl/err.h>

#include "base/text.h"
#include "crypto/cipher.h"
#include "crypto/envelope.h"
#include "crypto/internal.h"
#include "crypto/key.h"
#include "cuts.h"
#include "vector.h"

enum answer { WORKS, FAILS };

typedef enum answer (*judge_fn)(json_t *group, json_t *test);

static struct ps_buf
hex(json_t *o, const char *name)
{
	const char *text = json_string_value(json_object_get(o, name));

	if (text == NULL)
		fail_msg("no member %s", name);
	return vector_hex(text);
}

static const char *
text(json_t *o, const char *name)
{
	return json_string_value(json_object_get(o, name));
}

static void
judge_test(const char *file, json_t *group, json_t *test, judge_fn judge)
{
	const char *result = text(test, "result");
	enum answer a = judge(group, test);

	if (strcmp(result, "acceptable") != 0 && (a == WORKS) != (strcmp(result, "valid") == 0))
		fail_msg("%s: test %d (%s) is %s", file,
		    (int)json_integer_value(json_object_get(test, "tcId")),
		    text(test, "comment"), result);
	if (ERR_peek_error() != 0)
		fail_msg("%s: test %d leaves an error behind", file,
		    (int)json_integer_value(json_object_get(test, "tcId")));
}

static const struct ps_alg *
sha(json_t *group, const char *name)
{
	static const struct { const char *name; unsigned id; } names[] = {
		{ "SHA-1", PS_SHA1 }, { "SHA-256", PS_SHA256 }, { "SHA-512", PS_SHA512 },
	};

	for (size_t i = 0; i < 3; i++)
		if (strcmp(text(group, name), names[i].name) == 0)
			return ps_alg_get(names[i].id);
	fail_msg("%s", text(group, name));
	return NULL;
}

/* --- content ciphers --- */

/* An AlgorithmIdentifier with the IV as its parameters, or as GCM's. */
static struct ps_buf
cipher_params(ps_slice iv, bool gcm)
{
	struct ps_buf b = { 0 };
	struct derw w;

	derw_init(&w, &b);
	if (gcm)
		derw_begin(&w, DER_SEQUENCE);
	derw_octets(&w, iv);
	if (gcm) {
		derw_u64(&w, 16);
		derw_end(&w);
	}
	assert_int_equal(derw_finish(&w, NULL), PS_OK);
	return b;
}

static enum answer
cipher_with(json_t *test, ps_slice key, unsigned id, bool gcm)
{
	struct ps_buf iv = hex(test, "iv"), ct = hex(test, "ct");
	struct ps_buf msg = hex(test, "msg"), out = { 0 }, aad = { 0 }, tag = { 0 };
	struct ps_buf params = cipher_params(ps_buf_get(&iv), gcm);
	struct ps_algid a = { .oid = ps_alg_get(id)->oid, .params = ps_buf_get(&params) };
	struct ps_cipher *c = NULL;
	struct cuts cut = { 0, 0, 1 };
	bool good = ps_cipher_new_decrypt(&c, &a, key, NULL) == PS_OK;

	if (gcm) {
		aad = hex(test, "aad");
		tag = hex(test, "tag");
		good = good && ps_cipher_set_aad(c, ps_buf_get(&aad), NULL) == PS_OK;
	}
	good = good && cuts_run(&c->step, ps_buf_get(&ct), cut, &out, NULL) == PS_OK;
	if (gcm)
		good = good && ps_cipher_verify(c, ps_buf_get(&tag), NULL) == PS_OK;
	good = good && ps_slice_equal(ps_buf_get(&out), ps_buf_get(&msg));
	ps_cipher_free(c);
	ps_buf_clear(&iv);
	ps_buf_clear(&ct);
	ps_buf_clear(&msg);
	ps_buf_clear(&out);
	ps_buf_clear(&aad);
	ps_buf_clear(&tag);
	ps_buf_clear(&params);
	return good ? WORKS : FAILS;
}

static enum answer
cipher(json_t *test, unsigned id, bool gcm)
{
	struct ps_buf key = hex(test, "key");
	enum answer answer = cipher_with(test, ps_buf_get(&key), id, gcm);

	ps_buf_clear(&key);
	return answer;
}

static unsigned
by_bits(json_t *group, unsigned first)
{
	json_int_t bits = json_integer_value(json_object_get(group, "keySize"));

	return first + (unsigned)(bits - 128) / 64;
}

static enum answer
judge_cbc(json_t *group, json_t *test)
{
	return cipher(test, by_bits(group, PS_AES128_CBC), false);
}

/* Nonces above 64 octets are refused on purpose: nobody sends them. */
static bool
above(json_t *test, const char *name, size_t octets)
{
	return strlen(text(test, name)) > octets * 2;
}

static enum answer
judge_gcm(json_t *group, json_t *test)
{
	if (above(test, "iv", 64)) {
		assert_int_equal(cipher(test, by_bits(group, PS_AES128_GCM), true), FAILS);
		return WORKS;
	}
	return cipher(test, by_bits(group, PS_AES128_GCM), true);
}

static enum answer
judge_wrap(json_t *group, json_t *test)
{
	const struct ps_alg *wrap = ps_alg_get(by_bits(group, PS_AES128_WRAP));
	struct ps_buf key = hex(test, "key"), ct = hex(test, "ct"), msg = hex(test, "msg");
	ps_secret *cek = ps_secret_new();
	bool good = ps_wrap_decrypt(wrap, ps_buf_get(&key), ps_buf_get(&ct), cek, NULL) == PS_OK
	    && ps_slice_equal(ps_secret_get(cek), ps_buf_get(&msg));

	/* So are wrapped keys above 256 octets. */
	assert_false(good && above(test, "ct", 256));
	good = good || (above(test, "ct", 256) && strcmp(text(test, "result"), "valid") == 0);
	ps_secret_free(cek);
	ps_buf_clear(&key);
	ps_buf_clear(&ct);
	ps_buf_clear(&msg);
	return good ? WORKS : FAILS;
}

/* --- key derivation --- */

static enum answer
judge_pbkdf2(json_t *group, json_t *test)
{
	struct ps_buf pass = hex(test, "password"), salt = hex(test, "salt"), dk = hex(test, "dk");
	uint8_t *out = malloc(dk.n + 1);
	bool good;

	(void)group;
	good = kdf_pbkdf2(ps_alg_get(PS_SHA256), ps_buf_get(&pass), ps_buf_get(&salt),
	    (uint64_t)json_integer_value(json_object_get(test, "iterationCount")), out, dk.n,
	    NULL) == PS_OK && memcmp(out, dk.p, dk.n) == 0;
	free(out);
	ps_buf_clear(&pass);
	ps_buf_clear(&salt);
	ps_buf_clear(&dk);
	return good ? WORKS : FAILS;
}

/* RFC 8018, 6.2: the key of PBKDF2 opens what AES-256-CBC sealed. */
static enum answer
judge_pbes2(json_t *group, json_t *test)
{
	struct ps_buf pass = hex(test, "password"), salt = hex(test, "salt");
	uint8_t key[32];
	enum answer answer = FAILS;

	(void)group;
	if (kdf_pbkdf2(ps_alg_get(PS_SHA256), ps_buf_get(&pass), ps_buf_get(&salt),
	    (uint64_t)json_integer_value(json_object_get(test, "iterationCount")), key,
	    sizeof key, NULL) == PS_OK)
		answer = cipher_with(test, (ps_slice){ key, sizeof key }, PS_AES256_CBC, false);
	ps_buf_clear(&pass);
	ps_buf_clear(&salt);
	return answer;
}

static enum answer
judge_hkdf(json_t *group, json_t *test)
{
	struct ps_buf ikm = hex(test, "ikm"), salt = hex(test, "salt"), info = hex(test, "info");
	struct ps_buf okm = hex(test, "okm");
	size_t n = (size_t)json_integer_value(json_object_get(test, "size"));
	uint8_t *out = malloc(n + 1);
	bool good;

	(void)group;
	good = kdf_hkdf(ps_alg_get(PS_SHA256), ps_buf_get(&ikm), ps_buf_get(&salt),
	    ps_buf_get(&info), out, n, NULL) == PS_OK && n == okm.n && memcmp(out, okm.p, n) == 0;
	free(out);
	ps_buf_clear(&ikm);
	ps_buf_clear(&salt);
	ps_buf_clear(&info);
	ps_buf_clear(&okm);
	return good ? WORKS : FAILS;
}

static enum answer
judge_hmac(json_t *group, json_t *test)
{
	struct ps_buf key = hex(test, "key"), msg = hex(test, "msg"), tag = hex(test, "tag");
	uint8_t out[PS_DIGEST_MAX];
	bool good;

	(void)group;
	assert_int_equal(kdf_hmac(ps_alg_get(PS_SHA256), ps_buf_get(&key), ps_buf_get(&msg), out,
	    NULL), PS_OK);
	good = memcmp(out, tag.p, tag.n) == 0;
	ps_buf_clear(&key);
	ps_buf_clear(&msg);
	ps_buf_clear(&tag);
	return good ? WORKS : FAILS;
}

/* --- signatures --- */

static enum answer
verify(json_t *group, json_t *test, const char *key_name, const struct ps_sigspec *s)
{
	struct ps_buf spki = hex(group, key_name), msg = hex(test, "msg"), sig = hex(test, "sig");
	struct ps_pubkey *k = NULL;
	bool good = false;
	ps_err err = PS_ERR_INIT;

	assert_ok(ps_pubkey_parse(&k, ps_buf_get(&spki), &err), &err);
	assert_ok(ps_pubkey_verify(k, s, ps_buf_get(&msg), ps_buf_get(&sig), &good, &err), &err);
	ps_pubkey_free(k);
	ps_buf_clear(&spki);
	ps_buf_clear(&msg);
	ps_buf_clear(&sig);
	return good ? WORKS : FAILS;
}

static enum answer
judge_ecdsa(json_t *group, json_t *test)
{
	const struct ps_alg *digest = sha(group, "sha");
	struct ps_sigspec s = { ps_alg_get(digest->id == PS_SHA256 ? PS_SIG_ECDSA_SHA256 :
	    PS_SIG_ECDSA_SHA512), digest, NULL, 0 };

	return verify(group, test, "publicKeyDer", &s);
}

static enum answer
judge_ed25519(json_t *group, json_t *test)
{
	struct ps_sigspec s = { ps_alg_get(PS_SIG_ED25519), ps_alg_get(PS_SHA512), NULL, 0 };

	return verify(group, test, "publicKeyDer", &s);
}

static struct ps_pubkey *
mldsa_key(json_t *group)
{
	struct ps_buf raw = hex(group, "publicKey"), spki = { 0 };
	struct ps_pubkey *k = NULL;
	struct derw w;
	ps_err err = PS_ERR_INIT;

	derw_init(&w, &spki);
	derw_begin(&w, DER_SEQUENCE);
	ps_algid_build(&w, ps_alg_get(PS_KEY_MLDSA44));
	derw_bits(&w, ps_buf_get(&raw));
	derw_end(&w);
	assert_ok(derw_finish(&w, &err), &err);
	if (ps_pubkey_parse(&k, ps_buf_get(&spki), &err) != PS_OK)
		k = NULL;
	ps_buf_clear(&raw);
	ps_buf_clear(&spki);
	return k;
}

/* CMS has the empty context alone (RFC 9882, 3.2): what is signed with another must not hold,
 * and what the vector says of it is then not our affair. */
static enum answer
judge_mldsa(json_t *group, json_t *test)
{
	struct ps_sigspec s = { ps_alg_get(PS_SIG_MLDSA44), ps_alg_get(PS_SHA512), NULL, 0 };
	struct ps_buf msg = hex(test, "msg"), sig = hex(test, "sig");
	struct ps_pubkey *k = mldsa_key(group);
	const char *context = text(test, "ctx");
	bool good = false;
	ps_err err = PS_ERR_INIT;

	if (k != NULL)
		assert_ok(ps_pubkey_verify(k, &s, ps_buf_get(&msg), ps_buf_get(&sig), &good, &err),
		    &err);
	if (context != NULL && context[0] != '\0') {
		assert_false(good);
		good = strcmp(text(test, "result"), "valid") == 0;
	}
	ps_pubkey_free(k);
	ps_buf_clear(&msg);
	ps_buf_clear(&sig);
	return good ? WORKS : FAILS;
}

static enum answer
judge_rsa(json_t *group, json_t *test)
{
	const struct ps_alg *digest = sha(group, "sha");
	struct ps_sigspec s = { ps_alg_get(digest->id == PS_SHA256 ? PS_SIG_RSA_SHA256 :
	    PS_SIG_RSA_SHA512), digest, NULL, 0 };

	return verify(group, test, "publicKeyDer", &s);
}

static enum answer
judge_pss(json_t *group, json_t *test)
{
	struct ps_sigspec s = { ps_alg_get(PS_SIG_PSS), sha(group, "sha"), sha(group, "mgfSha"),
	    (unsigned)json_integer_value(json_object_get(group, "sLen")) };

	return verify(group, test, "publicKeyDer", &s);
}

/* --- RSA decryption --- */

static struct ps_key *
private_key(ps_slice pkcs8)
{
	struct ps_keyfile f = { 0 };
	struct ps_key *k;

	if (ps_keyfile_parse(&f, pkcs8, "key", NULL, NULL, &ps_limits_default, NULL) != PS_OK)
		return NULL;
	k = ps_key_ref(f.key[0]);
	ps_keyfile_clear(&f);
	return k;
}

static enum answer
transport(json_t *group, json_t *test, const struct ps_algid *a)
{
	struct ps_buf pkcs8 = hex(group, "privateKeyPkcs8"), ct = hex(test, "ct");
	struct ps_buf msg = hex(test, "msg");
	struct ps_key *k = private_key(ps_buf_get(&pkcs8));
	ps_secret *cek = ps_secret_new();
	ps_code code = k == NULL ? PS_E_DECRYPT :
	    ps_transport_decrypt(k, a, ps_buf_get(&ct), msg.n, cek, NULL);
	bool good = code == PS_OK && ps_slice_equal(ps_secret_get(cek), ps_buf_get(&msg));

	assert_true(code == PS_OK || code == PS_E_DECRYPT);
	ps_secret_free(cek);
	ps_key_free(k);
	ps_buf_clear(&pkcs8);
	ps_buf_clear(&ct);
	ps_buf_clear(&msg);
	return good ? WORKS : FAILS;
}

/*
 * An empty message is no key, and asking for one would make every answer
 * right; so those that are invalid are asked for 32 octets, and only have to
 * give the same substitute twice.
 */
static enum answer
judge_pkcs1(json_t *group, json_t *test)
{
	struct ps_algid a = { .oid = ps_alg_get(PS_RSA_PKCS1)->oid };
	struct ps_buf pkcs8, ct;
	struct ps_key *k;
	ps_secret *one, *two;
	ps_code code;

	if (strcmp(text(test, "result"), "invalid") != 0)
		return transport(group, test, &a);
	pkcs8 = hex(group, "privateKeyPkcs8");
	ct = hex(test, "ct");
	k = private_key(ps_buf_get(&pkcs8));
	assert_non_null(k);
	one = ps_secret_new();
	two = ps_secret_new();
	code = ps_transport_decrypt(k, &a, ps_buf_get(&ct), 32, one, NULL);
	if (ct.n == (size_t)json_integer_value(json_object_get(group, "keySize")) / 8) {
		assert_code(code, PS_OK);
		assert_code(ps_transport_decrypt(k, &a, ps_buf_get(&ct), 32, two, NULL), PS_OK);
		assert_memory_equal(ps_secret_get(one).p, ps_secret_get(two).p, 32);
	} else
		assert_code(code, PS_E_DECRYPT);
	ps_secret_free(one);
	ps_secret_free(two);
	ps_key_free(k);
	ps_buf_clear(&pkcs8);
	ps_buf_clear(&ct);
	return FAILS;
}

static void
build_hash(struct derw *w, const struct ps_alg *hash)
{
	derw_begin(w, DER_SEQUENCE);
	derw_oid(w, hash->oid);
	derw_null(w);
	derw_end(w);
}

/* RSAES-OAEP-params with everything written out (RFC 4055, 4.1). */
static struct ps_buf
oaep_params(const struct ps_alg *hash, const struct ps_alg *mgf, ps_slice label)
{
	static const uint8_t mgf1[] = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08";
	static const uint8_t specified[] = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x09";
	struct ps_buf b = { 0 };
	struct derw w;

	derw_init(&w, &b);
	derw_begin(&w, DER_SEQUENCE);
	derw_begin(&w, DER_CTX(0));
	build_hash(&w, hash);
	derw_end(&w);
	derw_begin(&w, DER_CTX(1));
	derw_begin(&w, DER_SEQUENCE);
	derw_oid(&w, (ps_slice){ mgf1, 9 });
	build_hash(&w, mgf);
	derw_end(&w);
	derw_end(&w);
	derw_begin(&w, DER_CTX(2));
	derw_begin(&w, DER_SEQUENCE);
	derw_oid(&w, (ps_slice){ specified, 9 });
	derw_octets(&w, label);
	derw_end(&w);
	derw_end(&w);
	derw_end(&w);
	assert_int_equal(derw_finish(&w, NULL), PS_OK);
	return b;
}

static enum answer
judge_oaep(json_t *group, json_t *test)
{
	struct ps_buf label = hex(test, "label");
	struct ps_buf params = oaep_params(sha(group, "sha"), sha(group, "mgfSha"),
	    ps_buf_get(&label));
	struct ps_algid a = { .oid = ps_alg_get(PS_RSA_OAEP)->oid, .params = ps_buf_get(&params) };
	enum answer answer = transport(group, test, &a);

	ps_buf_clear(&label);
	ps_buf_clear(&params);
	return answer;
}

/* --- key agreement --- */

/* What the receiver derives from `shared`: our own derivation (which has its
 * own vectors) over a SharedInfo written out here, then the wrap. */
static struct ps_buf
wrapped_under(ps_slice shared)
{
	/* RFC 5753, 7.2: aes256-wrap, no ukm, 256 bits. */
	struct ps_buf info = vector_hex("3015 300b060960864801650304012d a206 0404 00000100");
	struct ps_buf out = { 0 };
	uint8_t kek[32];

	if (shared.n == 0)	/* of invalid vectors, which agree on nothing */
		shared = ps_str("?");
	assert_int_equal(kdf_x963(ps_alg_get(PS_SHA256), shared, ps_buf_get(&info), kek, 32, NULL),
	    PS_OK);
	assert_int_equal(ps_wrap_encrypt(ps_alg_get(PS_AES256_WRAP), (ps_slice){ kek, 32 },
	    ps_str("0123456789abcdef"), &out, NULL), PS_OK);
	ps_buf_clear(&info);
	return out;
}

static enum answer
agree(json_t *test, ps_slice pkcs8)
{
	struct ps_buf public = hex(test, "public"), shared = hex(test, "shared");
	struct ps_buf wrap = vector_hex("300b060960864801650304012d");
	struct ps_buf in = wrapped_under(ps_buf_get(&shared));
	struct ps_algid a = { .oid = ps_alg_get(PS_ECDH_SHA256)->oid,
	    .params = ps_buf_get(&wrap) };
	struct ps_key *k = private_key(pkcs8);
	ps_secret *cek = ps_secret_new();
	bool good = k != NULL && ps_agree_decrypt(k, ps_buf_get(&public), &a,
	    (ps_slice){ NULL, 0 }, ps_buf_get(&in), cek, NULL) == PS_OK && ps_slice_equal(ps_secret_get(cek), ps_str("0123456789abcdef"));

	ps_secret_free(cek);
	ps_key_free(k);
	ps_buf_clear(&public);
	ps_buf_clear(&shared);
	ps_buf_clear(&wrap);
	ps_buf_clear(&in);
	return good ? WORKS : FAILS;
}

/* The scalar of the vector as PKCS#8, 32 octets. */
static struct ps_buf
p256_pkcs8(ps_slice scalar)
{
	uint8_t fixed[32] = { 0 };
	struct ps_buf inner = { 0 }, b = { 0 };
	struct derw w;

	while (scalar.n > 32) {
		scalar.p++;
		scalar.n--;
	}
	memcpy(fixed + 32 - scalar.n, scalar.p, scalar.n);
	derw_init(&w, &inner);
	derw_begin(&w, DER_SEQUENCE);
	derw_u64(&w, 1);
	derw_octets(&w, (ps_slice){ fixed, 32 });
	derw_end(&w);
	assert_int_equal(derw_finish(&w, NULL), PS_OK);
	derw_init(&w, &b);
	derw_begin(&w, DER_SEQUENCE);
	derw_u64(&w, 0);
	derw_begin(&w, DER_SEQUENCE);
	derw_oid(&w, ps_alg_get(PS_KEY_EC)->oid);
	derw_oid(&w, ps_alg_get(PS_P256)->oid);
	derw_end(&w);
	derw_octets(&w, ps_buf_get(&inner));
	derw_end(&w);
	assert_int_equal(derw_finish(&w, NULL), PS_OK);
	ps_buf_clear(&inner);
	return b;
}

static enum answer
judge_ecdh(json_t *group, json_t *test)
{
	struct ps_buf scalar = hex(test, "private"), pkcs8 = p256_pkcs8(ps_buf_get(&scalar));
	enum answer answer = agree(test, ps_buf_get(&pkcs8));

	(void)group;
	ps_buf_clear(&scalar);
	ps_buf_clear(&pkcs8);
	return answer;
}

static enum answer
judge_x25519(json_t *group, json_t *test)
{
	struct ps_buf pkcs8 = hex(test, "private");
	enum answer answer = agree(test, ps_buf_get(&pkcs8));

	(void)group;
	ps_buf_clear(&pkcs8);
	return answer;
}

/* --- files --- */

static const struct {
	const char	*file;
	judge_fn	 judge;
} files[] = {
	{ "aes_cbc_pkcs5_test.json", judge_cbc },
	{ "aes_gcm_test.json", judge_gcm },
	{ "aes_wrap_test.json", judge_wrap },
	{ "pbkdf2_hmacsha256_test.json", judge_pbkdf2 },
	{ "hkdf_sha256_test.json", judge_hkdf },
	{ "hmac_sha256_test.json", judge_hmac },
	{ "ecdsa_secp256r1_sha256_test.json", judge_ecdsa },
	{ "ecdsa_secp521r1_sha512_test.json", judge_ecdsa },
	{ "ed25519_test.json", judge_ed25519 },
	{ "mldsa_44_verify_test.json", judge_mldsa },
	{ "rsa_signature_2048_sha256_test.json", judge_rsa },
	{ "rsa_signature_4096_sha512_test.json", judge_rsa },
	{ "rsa_pss_2048_sha256_mgf1_32_test.json", judge_pss },
	{ "rsa_pss_2048_sha256_mgf1_32_params_test.json", judge_pss },
	{ "rsa_pss_4096_sha512_mgf1_64_params_test.json", judge_pss },
	{ "rsa_pkcs1_2048_test.json", judge_pkcs1 },
	{ "rsa_pkcs1_4096_test.json", judge_pkcs1 },
	{ "rsa_oaep_2048_sha1_mgf1sha1_test.json", judge_oaep },
	{ "rsa_oaep_2048_sha256_mgf1sha256_test.json", judge_oaep },
	{ "rsa_oaep_4096_sha512_mgf1sha512_test.json", judge_oaep },
	{ "ecdh_secp256r1_test.json", judge_ecdh },
	{ "x25519_asn_test.json", judge_x25519 },
	{ "pbes2_hmacsha256_aes_256_test.json", judge_pbes2 },
};

/* The file, and who judges it. */
struct job {
	const char	*path, *file;
	judge_fn	 judge;
};

static void
every_vector(void **state)
{
	const struct job *job = *state;
	json_t *root = json_load_file(job->path, 0, NULL), *group, *test;
	size_t i, k, n = 0;

	assert_non_null(root);
	json_array_foreach(json_object_get(root, "testGroups"), i, group)
	    json_array_foreach(json_object_get(group, "tests"), k, test)
	{
		judge_test(job->file, group, test, job->judge);
		n++;
	}
	assert_int_equal(n, json_integer_value(json_object_get(root, "numberOfTests")));
	json_decref(root);
}

int
main(int argc, char **argv)
{
	struct job job = { .path = argc == 2 ? argv[1] : "" };
	const struct CMUnitTest tests[] = {
		{ .name = job.path, .test_func = every_vector, .initial_state = &job },
	};

	job.file = strrchr(job.path, '/') == NULL ? job.path : strrchr(job.path, '/') + 1;
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
		if (strcmp(job.file, files[i].file) == 0)
			job.judge = files[i].judge;
	if (job.judge == NULL) {
		fprintf(stderr, "usage: corpus-wycheproof FILE\nno judge for \"%s\"\n", job.file);
		return 2;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
