/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include <openssl/err.h>

#include "base/buf.h"
#include "crypto/cipher.h"
#include "cuts.h"
#include "vector.h"

#define FOX	"The quick brown fox jumps over the lazy dog"
#define KEY	"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define IV	"f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"

/* Made with `openssl enc -K KEY -iv IV` (as many octets as the cipher wants). */
static const struct { unsigned id; const char *text, *hex; } cbc[] = {
	{ PS_AES128_CBC, "", "d02a48244eccdc2379224dbc54703612" },
	{ PS_AES128_CBC, "0123456789abcdef",
	    "71e21619aa870db1922c69f851b5160f3654613527120b27b5663d491d8022c4" },
	{ PS_AES128_CBC, FOX,
	    "639dd4c509b902e13dd2ee7500cf3af9be0e128e87ffefd09f0b8132b71d1d57"
	    "50d0ced90c1f47388114f14250d31b88" },
	{ PS_AES192_CBC, "", "52a617776bd278a1a7e08ade0aa1c22a" },
	{ PS_AES192_CBC, "0123456789abcdef",
	    "c905bf4ab87110a7f5583f2469b6754fb6b36a5756f0cfeea56a46d68f721371" },
	{ PS_AES192_CBC, FOX,
	    "227a8bf0a95ed1de5f17d5ab73dd1345a54bfb499f80cc2eb3b17a041d9c5801"
	    "5c3a7313524b9e8ecd904e68b6d74aa8" },
	{ PS_AES256_CBC, "", "edaf9e57d045ac857f023f9dc238b14e" },
	{ PS_AES256_CBC, "0123456789abcdef",
	    "cd951146cc74046a56c93a30e4a7cd50e5644b147420cb090229d6c7b90ed616" },
	{ PS_AES256_CBC, FOX,
	    "84f474f35a3090a82aae847eff728ab2c6d8dc5cfb3695e68937cb12ec50264e"
	    "0a87c148ad2f36a22c43522e3ec511a5" },
	{ PS_DES3_CBC, "", "4aa594280e37c780" },
	{ PS_DES3_CBC, "01234567", "845ca9a4d11167499ad8ceb3952bc75e" },
	{ PS_DES3_CBC, FOX,
	    "db2a7ded4000c9c74d15815a537835bbedf989ed71316d264a838a98829e9998"
	    "0029a4e15e4353195fcb4e2ccbe6401b" },
};

static const struct cuts cuts[] = {
	{ 1, 1, 0 }, { 7, 5, 0 }, { 16, 16, 0 }, { 17, 15, 0 }, { 1000, 1, 0 }, { 1, 1000, 0 },
	{ 1000, 1000, 0 }, { 0, 0, 1 }, { 0, 0, 2 }, { 33, 64, 0 },
};

/* An AlgorithmIdentifier: OID and parameters as they are given. */
struct id {
	struct ps_buf	 b;
	struct ps_algid	 a;
};

static void
id_build(struct id *id, const struct ps_alg *alg, ps_slice params)
{
	struct der_state st;
	struct der in;
	struct derw w;

	memset(id, 0, sizeof *id);
	derw_init(&w, &id->b);
	derw_begin(&w, DER_SEQUENCE);
	derw_oid(&w, alg->oid);
	derw_raw(&w, params);
	derw_end(&w);
	assert_int_equal(derw_finish(&w, NULL), PS_OK);
	der_init(&in, &st, ps_buf_get(&id->b), 0, false, "test");
	id->a = ps_algid_parse(&in, DER_SEQUENCE, "algorithm");
}

/* Parameters that are an OCTET STRING of `n` octets of IV. */
static void
id_iv(struct id *id, const struct ps_alg *alg, size_t n)
{
	struct ps_buf iv = vector_hex(IV IV IV), params = { 0 };
	struct derw w;

	derw_init(&w, &params);
	derw_octets(&w, (ps_slice){ iv.p, n });
	assert_int_equal(derw_finish(&w, NULL), PS_OK);
	id_build(id, alg, ps_buf_get(&params));
	ps_buf_clear(&iv);
	ps_buf_clear(&params);
}

/* GCMParameters; tag 0: absent. */
static void
id_gcm(struct id *id, const struct ps_alg *alg, ps_slice nonce, unsigned tag)
{
	struct ps_buf params = { 0 };
	struct derw w;

	derw_init(&w, &params);
	derw_begin(&w, DER_SEQUENCE);
	derw_octets(&w, nonce);
	if (tag != 0)
		derw_u64(&w, tag);
	derw_end(&w);
	assert_int_equal(derw_finish(&w, NULL), PS_OK);
	id_build(id, alg, ps_buf_get(&params));
	ps_buf_clear(&params);
}

static void
id_clear(struct id *id)
{
	ps_buf_clear(&id->b);
}

static ps_slice
key_of(const struct ps_buf *key, const struct ps_alg *alg)
{
	return (ps_slice){ key->p, alg->bits / 8 };
}

static void
cbc_decrypts_what_openssl_encrypted_cut_anyhow(void **state)
{
	struct ps_buf key = vector_hex(KEY);
	ps_err err = PS_ERR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof cbc / sizeof cbc[0]; i++) {
		const struct ps_alg *alg = ps_alg_get(cbc[i].id);
		struct ps_buf in = vector_hex(cbc[i].hex);
		struct ps_cipher *c = NULL;
		struct id id;

		id_iv(&id, alg, alg->iv);
		assert_ok(ps_cipher_new_decrypt(&c, &id.a, key_of(&key, alg), &err), &err);
		assert_int_equal(ps_cipher_length(alg, strlen(cbc[i].text)), in.n);
		for (size_t k = 0; k < sizeof cuts / sizeof cuts[0]; k++) {
			struct ps_buf out = { 0 };

			assert_ok(cuts_run(&c->step, ps_buf_get(&in), cuts[k], &out, &err), &err);
			assert_int_equal(out.n, strlen(cbc[i].text));
			if (out.n != 0)
				assert_memory_equal(out.p, cbc[i].text, out.n);
			ps_buf_clear(&out);
		}
		ps_cipher_free(c);
		id_clear(&id);
		ps_buf_clear(&in);
	}
	ps_buf_clear(&key);
}

/* The last block of a message whose text ends in `tail` instead of padding:
 * made by changing the block before, as CBC allows. */
static void
padding_is_looked_at_whole(void **state)
{
	const struct ps_alg *alg = ps_alg_get(PS_AES128_CBC);
	struct ps_buf key = vector_hex(KEY), in = vector_hex(cbc[1].hex);
	struct ps_cipher *c = NULL;
	struct id id;
	ps_err err = PS_ERR_INIT;

	(void)state;
	id_iv(&id, alg, alg->iv);
	assert_ok(ps_cipher_new_decrypt(&c, &id.a, key_of(&key, alg), &err), &err);
	/* The second block is sixteen times 0x10; each octet matters. */
	for (size_t i = 0; i < 16; i++) {
		struct ps_buf out = { 0 };

		in.p[i] ^= 0x20;
		assert_code(cuts_run(&c->step, ps_buf_get(&in), cuts[6], &out, NULL),
		    PS_E_DECRYPT);
		in.p[i] ^= 0x20;
		ps_buf_clear(&out);
	}
	/* Last octet 1 to 16 and the rest 0x10: only 1 and 16 are a padding. */
	for (unsigned last = 0; last < 256; last++) {
		struct ps_buf out = { 0 };
		ps_code code;

		in.p[15] ^= (uint8_t)(0x10 ^ last);
		code = cuts_run(&c->step, ps_buf_get(&in), cuts[6], &out, NULL);
		in.p[15] ^= (uint8_t)(0x10 ^ last);
		assert_code(code, last == 1 || last == 16 ? PS_OK : PS_E_DECRYPT);
		if (code == PS_OK)
			assert_int_equal(out.n, last == 1 ? 31 : 16);
		ps_buf_clear(&out);
	}
	ps_cipher_free(c);
	id_clear(&id);
	ps_buf_clear(&in);
	ps_buf_clear(&key);
}

static void
a_cut_message_does_not_decrypt(void **state)
{
	const struct ps_alg *alg = ps_alg_get(PS_AES256_CBC);
	struct ps_buf key = vector_hex(KEY), in = vector_hex(cbc[8].hex);
	struct ps_cipher *c = NULL;
	struct id id;
	ps_err err = PS_ERR_INIT;
	char text[512];

	(void)state;
	id_iv(&id, alg, alg->iv);
	assert_ok(ps_cipher_new_decrypt(&c, &id.a, key_of(&key, alg), &err), &err);
	for (size_t n = 0; n < in.n; n++) {
		struct ps_buf out = { 0 };

		assert_code(cuts_run(&c->step, (ps_slice){ in.p, n }, cuts[6], &out, &err),
		    PS_E_DECRYPT);
		assert_string_equal(ps_err_format(&err, text, sizeof text),
		    "the message cannot be decrypted: the key does not fit or the message was "
		    "changed");
		ps_err_clear(&err);
		ps_buf_clear(&out);
	}
	ps_cipher_free(c);
	id_clear(&id);
	ps_buf_clear(&in);
	ps_buf_clear(&key);
}

/* Encrypts with `alg`, reads the AlgorithmIdentifier back and decrypts; the
 * decryption is held to other programs' vectors above and below. */
static void
round_trip(const struct ps_alg *alg, ps_slice text, struct cuts cut)
{
	struct ps_buf key = vector_hex(KEY), sealed = { 0 }, out = { 0 }, algid = { 0 };
	struct ps_cipher *e = NULL, *d = NULL;
	struct der_state st;
	struct der in;
	struct derw w;
	struct ps_algid a;
	uint8_t tag[16];
	size_t ntag = 0;
	ps_err err = PS_ERR_INIT;

	assert_ok(ps_cipher_new_encrypt(&e, alg, NULL, key_of(&key, alg), &err), &err);
	if (alg->aead)
		assert_ok(ps_cipher_set_aad(e, ps_str("attributes"), &err), &err);
	assert_ok(cuts_run(&e->step, text, cut, &sealed, &err), &err);
	assert_int_equal(sealed.n, ps_cipher_length(alg, text.n));
	derw_init(&w, &algid);
	ps_cipher_build_algid(e, &w, DER_CTX(1));
	assert_ok(derw_finish(&w, &err), &err);
	der_init(&in, &st, ps_buf_get(&algid), 0, true, "test");
	a = ps_algid_parse(&in, DER_CTX(1), "algorithm");
	assert_ok(ps_cipher_new_decrypt(&d, &a, key_of(&key, alg), &err), &err);
	if (alg->aead) {
		assert_ok(ps_cipher_tag(e, tag, &ntag, &err), &err);
		assert_int_equal(ntag, 16);
		assert_ok(ps_cipher_set_aad(d, ps_str("attributes"), &err), &err);
	}
	for (int again = 0; again < 2; again++) {
		out.n = 0;
		assert_ok(cuts_run(&d->step, ps_buf_get(&sealed), cut, &out, &err), &err);
		assert_int_equal(out.n, text.n);
		if (text.n != 0)
			assert_memory_equal(out.p, text.p, text.n);
		if (alg->aead)
			assert_ok(ps_cipher_verify(d, (ps_slice){ tag, ntag }, &err), &err);
	}
	ps_cipher_free(e);
	ps_cipher_free(d);
	ps_buf_clear(&key);
	ps_buf_clear(&sealed);
	ps_buf_clear(&out);
	ps_buf_clear(&algid);
}

static void
what_is_encrypted_comes_back(void **state)
{
	static uint8_t text[70000];

	(void)state;
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (uint8_t)(i * 7 + i / 256);
	for (unsigned id = PS_AES128_CBC; id <= PS_CHACHA20_POLY1305; id++) {
		for (size_t k = 0; k < sizeof cuts / sizeof cuts[0]; k++) {
			round_trip(ps_alg_get(id), ps_str(FOX), cuts[k]);
			round_trip(ps_alg_get(id), ps_str(""), cuts[k]);
		}
		round_trip(ps_alg_get(id), (ps_slice){ text, sizeof text },
		    (struct cuts){ 65536, 65536, 0 });
		round_trip(ps_alg_get(id), (ps_slice){ text, 65536 },
		    (struct cuts){ 32768, 1024, 0 });
	}
}

/* McGrew and Viega, "The Galois/Counter Mode of Operation", test case 4: 60
 * octets, 20 of additional data. */
#define GCM_KEY	"feffe9928665731c6d6a8f9467308308"
#define GCM_IV	"cafebabefacedbaddecaf888"
#define GCM_AAD	"feedfacedeadbeeffeedfacedeadbeefabaddad2"
#define GCM_TEXT "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72" \
	"1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
#define GCM_SEALED "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e" \
	"21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091"
#define GCM_TAG	"5bc94fbc3221a5db94fae95ae7121a47"

struct gcm {
	struct ps_buf	 key, iv, aad, sealed, tag;
	struct ps_cipher *c;
};

static void
gcm_open(struct gcm *g, unsigned icvlen)
{
	struct id id;
	ps_err err = PS_ERR_INIT;

	*g = (struct gcm){ vector_hex(GCM_KEY), vector_hex(GCM_IV), vector_hex(GCM_AAD),
	    vector_hex(GCM_SEALED), vector_hex(GCM_TAG), NULL };
	id_gcm(&id, ps_alg_get(PS_AES128_GCM), ps_buf_get(&g->iv), icvlen);
	assert_ok(ps_cipher_new_decrypt(&g->c, &id.a, ps_buf_get(&g->key), &err), &err);
	assert_ok(ps_cipher_set_aad(g->c, ps_buf_get(&g->aad), &err), &err);
	id_clear(&id);
}

static void
gcm_close(struct gcm *g)
{
	ps_cipher_free(g->c);
	ps_buf_clear(&g->key);
	ps_buf_clear(&g->iv);
	ps_buf_clear(&g->aad);
	ps_buf_clear(&g->sealed);
	ps_buf_clear(&g->tag);
}

static ps_code
gcm_judge(struct gcm *g, size_t ntag)
{
	struct ps_buf out = { 0 };
	ps_err err = PS_ERR_INIT;

	assert_ok(cuts_run(&g->c->step, ps_buf_get(&g->sealed), cuts[7], &out, &err), &err);
	ps_buf_clear(&out);
	return ps_cipher_verify(g->c, (ps_slice){ g->tag.p, ntag }, NULL);
}

static void
gcm_opens_the_published_example(void **state)
{
	struct ps_buf out = { 0 };
	struct gcm g;
	ps_err err = PS_ERR_INIT;

	(void)state;
	gcm_open(&g, 16);
	assert_ok(cuts_run(&g.c->step, ps_buf_get(&g.sealed), cuts[0], &out, &err), &err);
	vector_equal(ps_buf_get(&out), GCM_TEXT);
	assert_ok(ps_cipher_verify(g.c, ps_buf_get(&g.tag), &err), &err);
	ps_buf_clear(&out);
	gcm_close(&g);
}

/* RFC 5084, 3.2: 12 to 16, absent is 12; the tag is exactly so long. */
static void
tags_have_the_length_that_was_said(void **state)
{
	struct gcm g;

	(void)state;
	for (unsigned said = 12; said <= 16; said++)
		for (size_t given = 0; given <= 16; given++) {
			gcm_open(&g, said);
			assert_code(gcm_judge(&g, given), given == said ? PS_OK : PS_E_DECRYPT);
			gcm_close(&g);
		}
	gcm_open(&g, 0);
	assert_code(gcm_judge(&g, 12), PS_OK);
	gcm_close(&g);
	gcm_open(&g, 0);
	assert_code(gcm_judge(&g, 16), PS_E_DECRYPT);
	gcm_close(&g);
}

static void
any_changed_octet_fails_the_tag(void **state)
{
	struct gcm g;

	(void)state;
	gcm_open(&g, 16);
	for (size_t i = 0; i < g.sealed.n; i++) {
		g.sealed.p[i] ^= 1;
		assert_code(gcm_judge(&g, 16), PS_E_DECRYPT);
		g.sealed.p[i] ^= 1;
	}
	for (size_t i = 0; i < g.tag.n; i++) {
		g.tag.p[i] ^= 0x80;
		assert_code(gcm_judge(&g, 16), PS_E_DECRYPT);
		g.tag.p[i] ^= 0x80;
	}
	g.sealed.n--;
	assert_code(gcm_judge(&g, 16), PS_E_DECRYPT);
	g.sealed.n++;
	assert_code(gcm_judge(&g, 16), PS_OK);
	assert_ok(ps_cipher_set_aad(g.c, ps_str("other"), NULL), NULL);
	assert_code(gcm_judge(&g, 16), PS_E_DECRYPT);
	assert_int_equal(ERR_peek_error(), 0);	/* nothing left for others */
	gcm_close(&g);
}

static void
a_tag_before_the_end_is_misuse(void **state)
{
	uint8_t tag[16];
	size_t n;
	struct gcm g;

	(void)state;
	gcm_open(&g, 16);
	assert_code(ps_cipher_verify(g.c, ps_buf_get(&g.tag), NULL), PS_E_MISUSE);
	assert_code(ps_cipher_tag(g.c, tag, &n, NULL), PS_E_MISUSE);
	gcm_close(&g);
}

static ps_code
try_decrypt(struct id *id, size_t key_size)
{
	struct ps_buf key = vector_hex(KEY);
	struct ps_cipher *c = NULL;
	ps_code code = ps_cipher_new_decrypt(&c, &id->a, (ps_slice){ key.p, key_size }, NULL);

	ps_cipher_free(c);
	id_clear(id);
	ps_buf_clear(&key);
	return code;
}

static void
parameters_are_checked(void **state)
{
	struct ps_buf nonce = vector_hex(IV IV IV IV IV);
	struct id id;

	(void)state;
	for (size_t n = 0; n <= 17; n++) {
		id_iv(&id, ps_alg_get(PS_AES256_CBC), n);
		assert_code(try_decrypt(&id, 32), n == 16 ? PS_OK : PS_E_MALFORMED);
		id_iv(&id, ps_alg_get(PS_CHACHA20_POLY1305), n);
		assert_code(try_decrypt(&id, 32), n == 12 ? PS_OK : PS_E_MALFORMED);
	}
	for (unsigned tag = 1; tag <= 20; tag++) {
		id_gcm(&id, ps_alg_get(PS_AES256_GCM), (ps_slice){ nonce.p, 12 }, tag);
		assert_code(try_decrypt(&id, 32),
		    tag >= 12 && tag <= 16 ? PS_OK : PS_E_MALFORMED);
	}
	for (size_t n = 0; n <= 65; n++) {
		id_gcm(&id, ps_alg_get(PS_AES256_GCM), (ps_slice){ nonce.p, n }, 16);
		assert_code(try_decrypt(&id, 32), n >= 1 && n <= 64 ? PS_OK : PS_E_MALFORMED);
	}
	id_build(&id, ps_alg_get(PS_AES256_CBC), (ps_slice){ NULL, 0 });
	assert_code(try_decrypt(&id, 32), PS_E_MALFORMED);
	id_build(&id, ps_alg_get(PS_SHA256), (ps_slice){ NULL, 0 });
	assert_code(try_decrypt(&id, 32), PS_E_UNSUPPORTED);
	ps_buf_clear(&nonce);
}

static void
a_key_of_another_length_does_not_fit(void **state)
{
	struct ps_buf key = vector_hex(KEY);
	struct ps_cipher *c = NULL;
	struct id id;

	(void)state;
	for (size_t n = 0; n <= 32; n++) {
		id_iv(&id, ps_alg_get(PS_AES192_CBC), 16);
		assert_code(try_decrypt(&id, n), n == 24 ? PS_OK : PS_E_DECRYPT);
		assert_code(ps_cipher_new_encrypt(&c, ps_alg_get(PS_AES192_CBC), NULL,
		    (ps_slice){ key.p, n }, NULL), n == 24 ? PS_OK : PS_E_MISUSE);
		ps_cipher_free(c);
		c = NULL;
	}
	assert_code(ps_cipher_new_encrypt(&c, ps_alg_get(PS_DES3_CBC), NULL,
	    (ps_slice){ key.p, 24 }, NULL), PS_E_REFUSED);
	ps_buf_clear(&key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cbc_decrypts_what_openssl_encrypted_cut_anyhow),
		cmocka_unit_test(padding_is_looked_at_whole),
		cmocka_unit_test(a_cut_message_does_not_decrypt),
		cmocka_unit_test(what_is_encrypted_comes_back),
		cmocka_unit_test(gcm_opens_the_published_example),
		cmocka_unit_test(tags_have_the_length_that_was_said),
		cmocka_unit_test(any_changed_octet_fails_the_tag),
		cmocka_unit_test(a_tag_before_the_end_is_misuse),
		cmocka_unit_test(parameters_are_checked),
		cmocka_unit_test(a_key_of_another_length_does_not_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
