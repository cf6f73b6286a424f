/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include <openssl/err.h>

#include "crypto/cipher.h"
#include "crypto/envelope.h"
#include "cuts.h"
#include "key_vector.h"
#include "vector.h"

/* The plain walk through an EnvelopedData with one recipient, as `openssl cms`
 * writes it; the real one is in the layer above. */
struct envelope {
	struct ps_buf	 der;
	uint32_t	 type;		/* DER_SEQUENCE ktri, [1] kari, [2] kekri, [3] pwri */
	struct ps_algid	 kdf, alg, content_alg;
	ps_slice	 originator, ukm, encrypted, content, tag;
	struct der_state st;
};

static void
walk_recipient(struct envelope *e, struct der *set)
{
	struct der ri, orig, list, rek;

	e->type = der_next_tag(set);
	ri = der_enter(set, e->type, "ri");
	der_skip(&ri, "version");
	if (e->type == DER_CTX(1)) {
		orig = der_enter(&ri, DER_CTX(0), "originator");
		e->originator = der_any(&orig, "originatorKey");
		if (der_try_enter(&ri, DER_CTX(1), "ukm", &orig))
			e->ukm = der_octets(&orig, "ukm");
	} else if (e->type == DER_CTX(3))
		e->kdf = ps_algid_parse(&ri, DER_CTX(0), "kdf");
	else
		der_skip(&ri, "rid");
	e->alg = ps_algid_parse(&ri, DER_SEQUENCE, "keyEncryptionAlgorithm");
	if (e->type == DER_CTX(1)) {
		list = der_enter(&ri, DER_SEQUENCE, "recipientEncryptedKeys");
		rek = der_enter(&list, DER_SEQUENCE, "recipientEncryptedKey");
		der_skip(&rek, "rid");
		e->encrypted = der_octets(&rek, "encryptedKey");
	} else
		e->encrypted = der_octets(&ri, "encryptedKey");
}

static void
envelope_read(struct envelope *e, const char *name)
{
	struct der in, ci, c0, ed, set, eci;

	*e = (struct envelope){ .der = key_vector(name, ".cms") };
	der_init(&in, &e->st, ps_buf_get(&e->der), 0, false, "cms");
	ci = der_enter(&in, DER_SEQUENCE, "ContentInfo");
	der_skip(&ci, "type");
	c0 = der_enter(&ci, DER_CTX(0), "content");
	ed = der_enter(&c0, DER_SEQUENCE, "EnvelopedData");
	der_skip(&ed, "version");
	set = der_enter(&ed, DER_SET, "recipientInfos");
	walk_recipient(e, &set);
	eci = der_enter(&ed, DER_SEQUENCE, "eci");
	der_skip(&eci, "type");
	e->content_alg = ps_algid_parse(&eci, DER_SEQUENCE, "alg");
	e->content = der_value(&eci, DER_CTX_PRIM(0), "content");
	if (der_next_tag(&ed) == DER_OCTETS)
		e->tag = der_octets(&ed, "mac");
	assert_false(der_failed(&in));
}

static size_t
cek_size(const struct envelope *e)
{
	return ps_alg_by_oid(PS_ALG_CIPHER, e->content_alg.oid)->bits / 8;
}

/* Whether this content-encryption key opens the content to message.txt. */
static bool
opens(const struct envelope *e, const ps_secret *cek)
{
	struct ps_buf out = { 0 }, want = vector_read("keys/message.txt");
	struct ps_cipher *c = NULL;
	ps_err err = PS_ERR_INIT;
	bool good;

	assert_ok(ps_cipher_new_decrypt(&c, &e->content_alg, ps_secret_get(cek), &err), &err);
	good = cuts_run(&c->step, e->content, (struct cuts){ 100, 100, 0 }, &out, NULL) == PS_OK;
	if (good && e->tag.n != 0)
		good = ps_cipher_verify(c, e->tag, NULL) == PS_OK;
	good = good && out.n == want.n && memcmp(out.p, want.p, want.n) == 0;
	ps_cipher_free(c);
	ps_buf_clear(&out);
	ps_buf_clear(&want);
	return good;
}

static ps_code
decrypt(struct envelope *e, struct ps_key *key, ps_secret *cek, ps_err *err)
{
	if (e->type == DER_CTX(1))
		return ps_agree_decrypt(key, e->originator, &e->alg, e->ukm, e->encrypted, cek,
		    err);
	return ps_transport_decrypt(key, &e->alg, e->encrypted, cek_size(e), cek, err);
}

static const struct { const char *message, *key; } messages[] = {
	{ "ktri-pkcs1", "rsa" },
	{ "ktri-oaep", "rsa" },
	{ "ktri-3des", "rsa" },
	{ "ktri-gcm", "rsa" },
	{ "kari-p256", "p256" },
	{ "kari-p384", "p384" },
	{ "kari-p521", "p521" },
	{ "kari-bp256", "bp256" },
	{ "kari-bp384", "bp384" },
	{ "kari-bp512", "bp512" },
	{ "kari-p256-sha1", "p256" },
	{ "kari-p256-sha512", "p256" },
	{ "kari-p256-cofactor", "p256" },
	{ "kari-p256-3des", "p256" },
};
enum { NMESSAGES = sizeof messages / sizeof messages[0] };

static void
messages_of_openssl_open(void **state)
{
	(void)state;
	for (size_t i = 0; i < NMESSAGES; i++) {
		struct ps_key *key = key_vector_private(messages[i].key);
		ps_secret *cek = ps_secret_new();
		struct envelope e;
		ps_err err = PS_ERR_INIT;

		envelope_read(&e, messages[i].message);
		assert_ok(decrypt(&e, key, cek, &err), &err);
		if (!opens(&e, cek))
			fail_msg("%s does not open", messages[i].message);
		assert_int_equal(ERR_peek_error(), 0);
		ps_secret_free(cek);
		ps_key_free(key);
		ps_buf_clear(&e.der);
	}
}

/* One sentence for every way in which an encrypted key can be wrong. */
static void
every_damage_has_one_answer(void **state)
{
	(void)state;
	for (size_t i = 0; i < NMESSAGES; i++) {
		struct ps_key *key = key_vector_private(messages[i].key);
		struct envelope e;
		uint8_t *p;
		bool pkcs1;

		envelope_read(&e, messages[i].message);
		p = e.der.p + (e.encrypted.p - e.der.p);
		pkcs1 = e.type == DER_SEQUENCE && e.alg.oid.p[e.alg.oid.n - 1] == 1;
		for (size_t at = 0; at < e.encrypted.n; at += 1 + e.encrypted.n / 8) {
			ps_secret *cek = ps_secret_new();
			ps_err err = PS_ERR_INIT;
			ps_code code;

			p[at] ^= 0x01;
			code = decrypt(&e, key, cek, &err);
			p[at] ^= 0x01;
			if (pkcs1) {	/* a substitute, which opens nothing */
				assert_code(code, PS_OK);
				assert_int_equal(ps_secret_get(cek).n, cek_size(&e));
				assert_false(opens(&e, cek));
			} else {
				assert_code(code, PS_E_DECRYPT);
				assert_int_equal(err.n, 1);
				assert_string_equal(err.cause[0].where, "crypto.decrypt");
			}
			ps_secret_free(cek);
		}
		assert_int_equal(ERR_peek_error(), 0);
		ps_key_free(key);
		ps_buf_clear(&e.der);
	}
}

/* --- RSA --- */

static const struct { const char *file, *params; } oaep[] = {
	/* Parameters as RFC 4055 has them; empty: all defaults, SHA-1. */
	{ "rsa-oaep-sha1", "3000" },
	{ "rsa-oaep-sha256",
	    "302f a00f 300d0609608648016503040201 0500"
	    "a11c 301a 06092a864886f70d010108 300d0609608648016503040201 0500" },
	{ "rsa-oaep-sha256-sha1", "3011 a00f 300d0609608648016503040201 0500" },
	{ "rsa-oaep-sha512-label",
	    "3047 a00f 300d0609608648016503040203 0500"
	    "a11c 301a 06092a864886f70d010108 300d0609608648016503040203 0500"
	    "a216 3014 06092a864886f70d010109 0407 6c6162656c 0000" },
};

static ps_code
oaep_decrypt(struct ps_key *key, const char *file, const char *params_hex, ps_secret *cek)
{
	struct ps_buf params = vector_hex(params_hex), in = key_vector(file, ".enc");
	struct ps_algid a = { .oid = ps_alg_get(PS_RSA_OAEP)->oid, .params = ps_buf_get(&params) };
	ps_code code = ps_transport_decrypt(key, &a, ps_buf_get(&in), 32, cek, NULL);

	ps_buf_clear(&params);
	ps_buf_clear(&in);
	return code;
}

static void
oaep_takes_hash_mgf_and_label_from_its_parameters(void **state)
{
	struct ps_key *key = key_vector_private("rsa");
	ps_secret *cek = ps_secret_new();

	(void)state;
	for (size_t i = 0; i < 3; i++)
		for (size_t k = 0; k < 3; k++) {
			ps_code code = oaep_decrypt(key, oaep[i].file, oaep[k].params, cek);

			assert_code(code, i == k ? PS_OK : PS_E_DECRYPT);
			if (i == k)
				assert_slice(ps_secret_get(cek), "0123456789abcdef0123456789abcdef");
		}
	/* The label "label", and one that is longer by two zeros. */
	assert_code(oaep_decrypt(key, oaep[3].file,
	    "3045 a00f 300d0609608648016503040203 0500"
	    "a11c 301a 06092a864886f70d010108 300d0609608648016503040203 0500"
	    "a214 3012 06092a864886f70d010109 0405 6c6162656c", cek), PS_OK);
	assert_code(oaep_decrypt(key, oaep[3].file, oaep[3].params, cek), PS_E_DECRYPT);
	assert_code(oaep_decrypt(key, oaep[0].file, "", cek), PS_E_MALFORMED);
	ps_secret_free(cek);
	ps_key_free(key);
}

static void
a_substitute_is_always_the_same_and_as_long_as_asked(void **state)
{
	struct ps_key *key = key_vector_private("rsa");
	struct ps_buf in = key_vector("rsa-pkcs1", ".enc");
	struct ps_algid a = { .oid = ps_alg_get(PS_RSA_PKCS1)->oid };
	ps_secret *one = ps_secret_new(), *two = ps_secret_new();
	ps_err err = PS_ERR_INIT;

	(void)state;
	assert_ok(ps_transport_decrypt(key, &a, ps_buf_get(&in), 32, one, &err), &err);
	assert_slice(ps_secret_get(one), "0123456789abcdef0123456789abcdef");
	for (size_t n = 0; n <= 245; n++) {	/* 256 - 11 */
		if (n == 32)
			continue;
		assert_ok(ps_transport_decrypt(key, &a, ps_buf_get(&in), n, one, &err), &err);
		assert_ok(ps_transport_decrypt(key, &a, ps_buf_get(&in), n, two, &err), &err);
		assert_int_equal(ps_secret_get(one).n, n);
		if (n != 0)
			assert_memory_equal(ps_secret_get(one).p, ps_secret_get(two).p, n);
	}
	assert_code(ps_transport_decrypt(key, &a, ps_buf_get(&in), 246, one, NULL), PS_E_DECRYPT);
	assert_code(ps_transport_decrypt(key, &a, (ps_slice){ in.p, 255 }, 32, one, NULL),
	    PS_E_DECRYPT);
	memset(in.p, 0xff, in.n);		/* above the modulus */
	assert_ok(ps_transport_decrypt(key, &a, ps_buf_get(&in), 32, one, &err), &err);
	memset(in.p, 0, in.n);			/* and zero */
	assert_ok(ps_transport_decrypt(key, &a, ps_buf_get(&in), 32, two, &err), &err);
	assert_memory_not_equal(ps_secret_get(one).p, ps_secret_get(two).p, 32);
	assert_int_equal(ERR_peek_error(), 0);
	ps_secret_free(one);
	ps_secret_free(two);
	ps_buf_clear(&in);
	ps_key_free(key);
}

static void
what_we_transport_comes_back(void **state)
{
	static const unsigned algs[] = { PS_RSA_PKCS1, PS_RSA_OAEP };
	struct ps_pubkey *to = key_vector_public("rsa"), *ec = key_vector_public("p256");
	struct ps_key *key = key_vector_private("rsa");

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct ps_buf id = { 0 }, out = { 0 };
		ps_secret *cek = ps_secret_new();
		struct der_state st;
		struct der in;
		struct ps_algid a;
		ps_err err = PS_ERR_INIT;

		assert_ok(ps_transport_encrypt(to, ps_alg_get(algs[i]), ps_str("0123456789abcdef"),
		    &id, &out, &err), &err);
		der_init(&in, &st, ps_buf_get(&id), 0, true, "id");
		a = ps_algid_parse(&in, DER_SEQUENCE, "id");
		assert_ok(ps_transport_decrypt(key, &a, ps_buf_get(&out), 16, cek, &err), &err);
		assert_slice(ps_secret_get(cek), "0123456789abcdef");
		assert_code(ps_transport_encrypt(ec, ps_alg_get(algs[i]), ps_str("x"), &id, &out,
		    NULL), PS_E_REFUSED);
		ps_secret_free(cek);
		ps_buf_clear(&id);
		ps_buf_clear(&out);
	}
	ps_pubkey_free(to);
	ps_pubkey_free(ec);
	ps_key_free(key);
}

/* --- key agreement --- */

/* The OriginatorPublicKey of a SubjectPublicKeyInfo is the same SEQUENCE. */
static void
montgomery_keys_agree_as_rfc_8418_says(void **state)
{
	static const struct { const char *name; unsigned agree; } rows[] = {
		{ "x25519", PS_ECDH_HKDF256 },
		{ "x448", PS_ECDH_HKDF512 },
	};
	struct ps_buf wrap = vector_hex("300b060960864801650304012d");

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct ps_key *key = key_vector_private(rows[i].name);
		struct ps_buf in = key_vector(rows[i].name, ".enc");
		struct ps_buf peer = key_vector(rows[i].name, "-peer.spki");
		struct ps_algid a = { .oid = ps_alg_get(rows[i].agree)->oid,
		    .params = ps_buf_get(&wrap) };
		ps_secret *cek = ps_secret_new();
		ps_err err = PS_ERR_INIT;

		assert_ok(ps_agree_decrypt(key, ps_buf_get(&peer), &a, ps_str("0123456789abcdef"),
		    ps_buf_get(&in), cek, &err), &err);
		assert_slice(ps_secret_get(cek), "0123456789abcdef0123456789abcdef");
		assert_code(ps_agree_decrypt(key, ps_buf_get(&peer), &a, (ps_slice){ NULL, 0 },
		    ps_buf_get(&in), cek, NULL), PS_E_DECRYPT);
		/* RFC 7748, 6: the point zero gives a secret of zeros. */
		memset(peer.p + 12, 0, peer.n - 12);
		assert_code(ps_agree_decrypt(key, ps_buf_get(&peer), &a, ps_str("0123456789abcdef"),
		    ps_buf_get(&in), cek, NULL), PS_E_DECRYPT);
		ps_secret_free(cek);
		ps_key_free(key);
		ps_buf_clear(&in);
		ps_buf_clear(&peer);
	}
	ps_buf_clear(&wrap);
}

struct sent {
	struct ps_buf	 originator, id, out;
};

static void
agree_send(struct sent *s, const char *name, ps_slice ukm)
{
	struct ps_pubkey *to = key_vector_public(name), *rsa = key_vector_public("rsa");
	const struct ps_alg *agree, *wrap;
	struct ps_ephemeral *e = NULL;
	struct derw w;
	ps_err err = PS_ERR_INIT;

	*s = (struct sent){ 0 };
	assert_ok(ps_agree_choose(to, 32, &agree, &wrap, &err), &err);
	assert_int_equal(wrap->id, PS_AES256_WRAP);
	assert_ok(ps_ephemeral_new(&e, to, &err), &err);
	assert_true(ps_ephemeral_fits(e, to));
	assert_false(ps_ephemeral_fits(e, rsa));
	derw_init(&w, &s->originator);
	ps_ephemeral_build(e, &w, DER_CTX(1));
	assert_ok(derw_finish(&w, &err), &err);
	assert_ok(ps_agree_encrypt(e, to, agree, wrap, ukm,
	    ps_str("0123456789abcdef0123456789abcdef"), &s->id, &s->out, &err), &err);
	ps_ephemeral_free(e);
	ps_pubkey_free(to);
	ps_pubkey_free(rsa);
}

static void
sent_clear(struct sent *s)
{
	ps_buf_clear(&s->originator);
	ps_buf_clear(&s->id);
	ps_buf_clear(&s->out);
}

static ps_code
agree_receive(const struct sent *s, const char *name, ps_slice ukm, ps_secret *cek)
{
	struct ps_key *key = key_vector_private(name);
	struct der_state st;
	struct der in;
	struct ps_algid a;
	ps_code code;

	der_init(&in, &st, ps_buf_get(&s->id), 0, true, "id");
	a = ps_algid_parse(&in, DER_SEQUENCE, "id");
	code = ps_agree_decrypt(key, ps_buf_get(&s->originator), &a, ukm, ps_buf_get(&s->out), cek,
	    NULL);
	ps_key_free(key);
	return code;
}

static void
what_we_agree_on_comes_back(void **state)
{
	static const char *const names[] = { "p256", "p384", "p521", "bp256", "bp384", "bp512",
	    "x25519", "x448" };
	ps_slice none = { NULL, 0 }, ukm = ps_str("user keying material");

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		ps_secret *cek = ps_secret_new();
		struct sent s;

		agree_send(&s, names[i], none);
		assert_code(agree_receive(&s, names[i], none, cek), PS_OK);
		assert_slice(ps_secret_get(cek), "0123456789abcdef0123456789abcdef");
		assert_code(agree_receive(&s, names[i], ukm, cek), PS_E_DECRYPT);
		/* Another curve does not show (absent parameters); another
		 * kind of key does. */
		assert_code(agree_receive(&s, names[(i + 1) % 8], none, cek),
		    i < 5 ? PS_E_DECRYPT : PS_E_MALFORMED);
		sent_clear(&s);
		agree_send(&s, names[i], ukm);
		assert_code(agree_receive(&s, names[i], ukm, cek), PS_OK);
		assert_slice(ps_secret_get(cek), "0123456789abcdef0123456789abcdef");
		sent_clear(&s);
		ps_secret_free(cek);
	}
}

/* An originator's key: OID, parameters and octets as they are given. */
static ps_code
with_originator(const char *params_hex, ps_slice point)
{
	struct ps_buf params = vector_hex(params_hex), wrong = { 0 };
	ps_secret *cek = ps_secret_new();
	struct derw w;
	struct sent s;
	ps_code code;

	agree_send(&s, "p256", (ps_slice){ NULL, 0 });
	derw_init(&w, &wrong);
	derw_begin(&w, DER_CTX(1));
	derw_begin(&w, DER_SEQUENCE);
	derw_oid(&w, ps_alg_get(PS_KEY_EC)->oid);
	derw_raw(&w, ps_buf_get(&params));
	derw_end(&w);
	derw_bits(&w, point.p != NULL ? point :
	    (ps_slice){ s.originator.p + s.originator.n - 65, 65 });
	derw_end(&w);
	assert_int_equal(derw_finish(&w, NULL), PS_OK);
	ps_buf_clear(&s.originator);
	s.originator = wrong;
	code = agree_receive(&s, "p256", (ps_slice){ NULL, 0 }, cek);
	sent_clear(&s);
	ps_secret_free(cek);
	ps_buf_clear(&params);
	return code;
}

/* RFC 5753, 3.1.1 and the attacks with points off the curve. */
static void
originator_keys_are_checked(void **state)
{
	uint8_t point[65] = { 4 };
	ps_slice same = { NULL, 0 };

	(void)state;
	assert_code(with_originator("", same), PS_OK);
	assert_code(with_originator("0500", same), PS_OK);
	assert_code(with_originator("06082a8648ce3d030107", same), PS_OK);
	assert_code(with_originator("06052b81040022", same), PS_E_MALFORMED);
	assert_code(with_originator("3000", same), PS_E_MALFORMED);
	assert_code(with_originator("", (ps_slice){ point, 65 }), PS_E_DECRYPT);
	point[64] = 1;
	assert_code(with_originator("", (ps_slice){ point, 65 }), PS_E_DECRYPT);
	point[0] = 6;
	assert_code(with_originator("", (ps_slice){ point, 65 }), PS_E_DECRYPT);
	point[0] = 0;
	assert_code(with_originator("", (ps_slice){ point, 1 }), PS_E_DECRYPT);
	assert_code(with_originator("", (ps_slice){ point, 0 }), PS_E_DECRYPT);
}

/* The wrap's identifier goes into the derivation as it was received: NULL
 * where we would write nothing gives another key, on purpose. */
static void
the_wrap_identifier_is_echoed(void **state)
{
	ps_slice none = { NULL, 0 };
	ps_secret *cek = ps_secret_new();
	struct sent s;

	(void)state;
	agree_send(&s, "p256", none);
	/* ... 300b0609608648016503040 12d -> 300d ... 0500 */
	assert_int_equal(ps_buf_add(&s.id, (ps_slice){ (const uint8_t *)"\x05\x00", 2 }, NULL),
	    PS_OK);
	s.id.p[1] = (uint8_t)(s.id.p[1] + 2);
	s.id.p[2 + 2 + ps_alg_get(PS_ECDH_SHA256)->oid.n + 1] += 2;
	assert_code(agree_receive(&s, "p256", none, cek), PS_E_DECRYPT);
	sent_clear(&s);
	ps_secret_free(cek);
}

static void
keys_that_cannot_agree_are_refused(void **state)
{
	struct ps_pubkey *rsa = key_vector_public("rsa"), *ed = key_vector_public("ed25519");
	const struct ps_alg *agree, *wrap;
	struct ps_ephemeral *e = NULL;

	(void)state;
	assert_code(ps_agree_choose(rsa, 32, &agree, &wrap, NULL), PS_E_REFUSED);
	assert_code(ps_agree_choose(ed, 32, &agree, &wrap, NULL), PS_E_REFUSED);
	assert_code(ps_ephemeral_new(&e, ed, NULL), PS_E_REFUSED);
	ps_pubkey_free(rsa);
	ps_pubkey_free(ed);
}

/* --- a password --- */

static ps_code
password_open(struct envelope *e, const char *password, const struct ps_limits *limits,
    ps_secret *cek)
{
	ps_secret *p = ps_secret_new();
	ps_code code;

	assert_int_equal(ps_secret_set(p, password, strlen(password), NULL), PS_OK);
	code = ps_password_decrypt(p, &e->kdf, &e->alg, e->encrypted, cek_size(e), limits, cek,
	    NULL);
	ps_secret_free(p);
	return code;
}

static void
password_messages_of_openssl_open(void **state)
{
	static const char *const names[] = { "pwri", "pwri-aes128" };
	struct ps_limits few = ps_limits_default;

	(void)state;
	few.kdf_iterations = 1;
	for (size_t i = 0; i < 2; i++) {
		ps_secret *cek = ps_secret_new();
		struct envelope e;

		envelope_read(&e, names[i]);
		assert_code(password_open(&e, "secret", &ps_limits_default, cek), PS_OK);
		assert_true(opens(&e, cek));
		assert_code(password_open(&e, "Secret", &ps_limits_default, cek), PS_E_DECRYPT);
		assert_code(password_open(&e, "", &ps_limits_default, cek), PS_E_DECRYPT);
		assert_code(password_open(&e, "secret", &few, cek), PS_E_LIMIT);
		ps_secret_free(cek);
		ps_buf_clear(&e.der);
	}
}

/* RFC 3211, 3, the second example: a 256-bit key under Triple-DES, the PRF
 * left out (HMAC-SHA-1). */
static void
the_example_of_rfc_3211_opens(void **state)
{
	static const char password[] = "All n-entities must communicate with other "
				       "n-entities via n-1 entiteeheehees";
	struct ps_buf kdf = vector_hex("a01b 06092a864886f70d01050c 300e"
	    "0408 1234567878563412 0202 01f4");
	struct ps_buf wrap = vector_hex("3023 060b2a864886f70d0109100309 3014"
	    "06082a864886f70d0307 0408 baf1ca7931213c4e");
	struct ps_buf in = vector_hex("c03c514abdb9e2c5aac038572b5e24553876b377aafb82ec"
	    "a5a9d73f8ab143d9ec74e6cad7db260c");
	ps_secret *cek = ps_secret_new(), *p = ps_secret_new();
	struct der_state st[2];
	struct der d;
	struct ps_algid k, w;
	ps_err err = PS_ERR_INIT;

	(void)state;
	der_init(&d, &st[0], ps_buf_get(&kdf), 0, false, "kdf");
	k = ps_algid_parse(&d, DER_CTX(0), "kdf");
	der_init(&d, &st[1], ps_buf_get(&wrap), 0, false, "wrap");
	w = ps_algid_parse(&d, DER_SEQUENCE, "wrap");
	assert_ok(ps_secret_set(p, password, strlen(password), &err), &err);
	assert_ok(ps_password_decrypt(p, &k, &w, ps_buf_get(&in), 32, &ps_limits_default, cek,
	    &err), &err);
	vector_equal(ps_secret_get(cek),
	    "8c637d887223a2f965b566eb014b0fa5d52300a3f7ea40fffc577203c71baf3b");
	for (size_t n = 0; n <= 40; n++)
		if (n != 32)
			assert_code(ps_password_decrypt(p, &k, &w, ps_buf_get(&in), n,
			    &ps_limits_default, cek, NULL), PS_E_DECRYPT);
	for (size_t n = 0; n < in.n; n++)
		assert_code(ps_password_decrypt(p, &k, &w, (ps_slice){ in.p, n }, 32,
		    &ps_limits_default, cek, NULL), PS_E_DECRYPT);
	ps_secret_free(p);
	ps_secret_free(cek);
	ps_buf_clear(&kdf);
	ps_buf_clear(&wrap);
	ps_buf_clear(&in);
}

static void
what_a_password_wraps_comes_back(void **state)
{
	struct ps_buf kdf = { 0 }, wrap = { 0 }, out = { 0 };
	ps_secret *p = ps_secret_new(), *cek = ps_secret_new();
	struct der_state st[2];
	struct der d;
	struct ps_algid k, w;
	ps_err err = PS_ERR_INIT;

	(void)state;
	assert_ok(ps_secret_set(p, "p\xc3\xa4ss", 5, &err), &err);
	assert_ok(ps_password_encrypt(p, ps_str("0123456789abcdef"), &kdf, &wrap, &out, &err),
	    &err);
	assert_int_equal(out.n, 32);
	der_init(&d, &st[0], ps_buf_get(&kdf), 0, true, "kdf");
	k = ps_algid_parse(&d, DER_SEQUENCE, "kdf");
	der_init(&d, &st[1], ps_buf_get(&wrap), 0, true, "wrap");
	w = ps_algid_parse(&d, DER_SEQUENCE, "wrap");
	assert_ok(ps_password_decrypt(p, &k, &w, ps_buf_get(&out), 16, &ps_limits_default, cek,
	    &err), &err);
	assert_slice(ps_secret_get(cek), "0123456789abcdef");
	ps_secret_free(p);
	ps_secret_free(cek);
	ps_buf_clear(&kdf);
	ps_buf_clear(&wrap);
	ps_buf_clear(&out);
}

/* --- key wrap --- */

/* RFC 3394, 4.1 to 4.6. */
static const struct { unsigned wrap; const char *kek, *cek, *out; } wraps[] = {
	{ PS_AES128_WRAP, "000102030405060708090a0b0c0d0e0f", "00112233445566778899aabbccddeeff",
	    "1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5" },
	{ PS_AES192_WRAP, "000102030405060708090a0b0c0d0e0f1011121314151617",
	    "00112233445566778899aabbccddeeff0001020304050607",
	    "031d33264e15d33268f24ec260743edce1c6c7ddee725a936ba814915c6762d2" },
	{ PS_AES256_WRAP, "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
	    "00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f",
	    "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21" },
};

static void
key_wrap_is_that_of_rfc_3394(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof wraps / sizeof wraps[0]; i++) {
		const struct ps_alg *alg = ps_alg_get(wraps[i].wrap);
		struct ps_buf kek = vector_hex(wraps[i].kek), cek = vector_hex(wraps[i].cek);
		struct ps_buf out = { 0 };
		ps_secret *back = ps_secret_new();
		ps_err err = PS_ERR_INIT;

		assert_ptr_equal(ps_wrap_for(kek.n), alg);
		assert_ok(ps_wrap_encrypt(alg, ps_buf_get(&kek), ps_buf_get(&cek), &out, &err),
		    &err);
		vector_equal(ps_buf_get(&out), wraps[i].out);
		assert_ok(ps_wrap_decrypt(alg, ps_buf_get(&kek), ps_buf_get(&out), back, &err),
		    &err);
		vector_equal(ps_secret_get(back), wraps[i].cek);
		for (size_t at = 0; at < out.n; at++) {
			out.p[at] ^= 4;
			assert_code(ps_wrap_decrypt(alg, ps_buf_get(&kek), ps_buf_get(&out), back,
			    NULL), PS_E_DECRYPT);
			out.p[at] ^= 4;
			assert_code(ps_wrap_decrypt(alg, ps_buf_get(&kek), (ps_slice){ out.p, at },
			    back, NULL), PS_E_DECRYPT);
		}
		assert_int_equal(ERR_peek_error(), 0);
		ps_secret_free(back);
		ps_buf_clear(&kek);
		ps_buf_clear(&cek);
		ps_buf_clear(&out);
	}
	assert_null(ps_wrap_for(20));
}

static void
triple_des_wrap_is_only_read(void **state)
{
	struct ps_buf kek = vector_hex(wraps[1].kek), out = { 0 };

	(void)state;
	assert_code(ps_wrap_encrypt(ps_alg_get(PS_DES3_WRAP), ps_buf_get(&kek), ps_buf_get(&kek),
	    &out, NULL), PS_E_REFUSED);
	ps_buf_clear(&kek);
	ps_buf_clear(&out);
}

static void
a_shared_key_message_of_openssl_opens(void **state)
{
	struct ps_buf kek = vector_hex("000102030405060708090a0b0c0d0e0f");
	ps_secret *cek = ps_secret_new();
	struct envelope e;
	ps_err err = PS_ERR_INIT;

	(void)state;
	envelope_read(&e, "kekri");
	assert_int_equal(e.type, DER_CTX(2));
	assert_ok(ps_wrap_decrypt(ps_alg_by_oid(PS_ALG_WRAP, e.alg.oid), ps_buf_get(&kek),
	    e.encrypted, cek, &err), &err);
	assert_true(opens(&e, cek));
	ps_secret_free(cek);
	ps_buf_clear(&kek);
	ps_buf_clear(&e.der);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_of_openssl_open),
		cmocka_unit_test(every_damage_has_one_answer),
		cmocka_unit_test(oaep_takes_hash_mgf_and_label_from_its_parameters),
		cmocka_unit_test(a_substitute_is_always_the_same_and_as_long_as_asked),
		cmocka_unit_test(what_we_transport_comes_back),
		cmocka_unit_test(montgomery_keys_agree_as_rfc_8418_says),
		cmocka_unit_test(what_we_agree_on_comes_back),
		cmocka_unit_test(originator_keys_are_checked),
		cmocka_unit_test(the_wrap_identifier_is_echoed),
		cmocka_unit_test(keys_that_cannot_agree_are_refused),
		cmocka_unit_test(password_messages_of_openssl_open),
		cmocka_unit_test(the_example_of_rfc_3211_opens),
		cmocka_unit_test(what_a_password_wraps_comes_back),
		cmocka_unit_test(key_wrap_is_that_of_rfc_3394),
		cmocka_unit_test(triple_des_wrap_is_only_read),
		cmocka_unit_test(a_shared_key_message_of_openssl_opens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
