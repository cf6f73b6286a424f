/* SPDX-License-Identifier: ISC */
/*
 * A password as recipient (RFC 5652, 6.2.4; RFC 3211).
 *
 * The key is wrapped by encrypting it twice in CBC mode, so that every octet
 * of the result depends on every octet of the key. The format has a length and
 * three check octets and no more, so a wrong password slips through once in
 * some millions; the content decryption then says no.
 */
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>

#include "base/buf.h"
#include "crypto/cipher.h"
#include "crypto/internal.h"

enum {
	BLOCK_MAX	= 16,
	HEAD		= 4,		/* count and three check octets */
	WRAPPED_MAX	= HEAD + 255 + 2 * BLOCK_MAX,
};

/* A CBC cipher under one key. */
struct cbc {
	EVP_CIPHER	*cipher;
	const struct ps_alg *alg;
	struct legacy	 legacy;
	uint8_t		 key[32], iv[BLOCK_MAX];
	size_t		 nkey;
};

/* One CBC pass without padding. */
static bool
pass(const struct cbc *c, bool encrypt, const uint8_t *iv, const uint8_t *in, size_t n,
    uint8_t *out)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int put = 0;
	bool good = ctx != NULL &&
	    EVP_CipherInit_ex2(ctx, c->cipher, NULL, NULL, encrypt, NULL) == 1 &&
	    (c->alg->form != PS_FORM_CAST5 ||
	    EVP_CIPHER_CTX_set_key_length(ctx, (int)c->nkey) == 1) &&
	    EVP_CipherInit_ex2(ctx, NULL, c->key, iv, encrypt, NULL) == 1 &&
	    EVP_CIPHER_CTX_set_padding(ctx, 0) == 1 &&
	    EVP_CipherUpdate(ctx, out, &put, in, (int)n) == 1 && (size_t)put == n;

	EVP_CIPHER_CTX_free(ctx);
	return good;
}

static ps_code
open_cbc(struct cbc *c, ps_err *err)
{
	return legacy_fetch(&c->legacy, c->alg, &c->cipher, err);
}

static void
close_cbc(struct cbc *c)
{
	EVP_CIPHER_free(c->cipher);
	legacy_close(&c->legacy);
	ps_wipe(c, sizeof *c);
}

/* --- sending --- */

/* RFC 3211, 2.3.1: count, the complement of the first three octets, the key,
 * random octets to whole blocks and at least two of them. */
static ps_code
format(ps_slice cek, size_t block, uint8_t out[WRAPPED_MAX], size_t *out_n, ps_err *err)
{
	size_t n = (HEAD + cek.n + block - 1) / block * block;
	ps_code code;

	if (n < 2 * block)
		n = 2 * block;
	code = ps_random(out, n, err);
	if (code != PS_OK)
		return code;
	out[0] = (uint8_t)cek.n;
	for (size_t i = 0; i < 3; i++)
		out[1 + i] = (uint8_t)~cek.p[i];
	memcpy(out + HEAD, cek.p, cek.n);
	*out_n = n;
	return PS_OK;
}

static ps_code
wrap(const struct cbc *c, ps_slice cek, struct ps_buf *out, ps_err *err)
{
	uint8_t text[WRAPPED_MAX], once[WRAPPED_MAX], twice[WRAPPED_MAX];
	size_t n = 0, block = c->alg->block;
	ps_code code = format(cek, block, text, &n, err);

	if (code == PS_OK && (!pass(c, true, c->iv, text, n, once) ||
	    !pass(c, true, once + n - block, once, n, twice)))
		code = crypto_fail(err, "crypto.password", c->alg->ossl);
	if (code == PS_OK)
		code = ps_buf_add(out, (ps_slice){ twice, n }, err);
	ps_wipe(text, sizeof text);
	ps_wipe(once, sizeof once);
	return code;
}

static ps_code
build_kdf(struct ps_buf *out, ps_slice salt, ps_err *err)
{
	struct derw w;

	derw_init(&w, out);
	derw_begin(&w, DER_SEQUENCE);
	derw_oid(&w, ps_alg_get(PS_PBKDF2)->oid);
	derw_begin(&w, DER_SEQUENCE);
	derw_octets(&w, salt);
	derw_u64(&w, PBKDF2_ROUNDS);
	ps_algid_build(&w, ps_alg_get(PS_HMAC_SHA256));
	derw_end(&w);
	derw_end(&w);
	return derw_finish(&w, err);
}

static ps_code
build_wrap(struct ps_buf *out, const struct cbc *c, ps_err *err)
{
	struct derw w;

	derw_init(&w, out);
	derw_begin(&w, DER_SEQUENCE);
	derw_oid(&w, ps_alg_get(PS_PWRI_KEK)->oid);
	derw_begin(&w, DER_SEQUENCE);
	derw_oid(&w, c->alg->oid);
	derw_octets(&w, (ps_slice){ c->iv, c->alg->iv });
	derw_end(&w);
	derw_end(&w);
	return derw_finish(&w, err);
}

static ps_code
encrypt_with(struct cbc *c, const ps_secret *password, ps_slice cek, struct ps_buf *out_kdf,
    struct ps_buf *out_wrap, struct ps_buf *out, ps_err *err)
{
	uint8_t salt[PBKDF2_SALT];
	ps_slice s = { salt, sizeof salt };
	ps_code code = ps_random(salt, sizeof salt, err);

	if (code == PS_OK)
		code = ps_random(c->iv, c->alg->iv, err);
	if (code == PS_OK)
		code = kdf_pbkdf2(ps_alg_get(PS_SHA256), ps_secret_get(password), s,
		    PBKDF2_ROUNDS, c->key, c->alg->bits / 8, err);
	if (code == PS_OK)
		code = open_cbc(c, err);
	if (code == PS_OK)
		code = wrap(c, cek, out, err);
	if (code == PS_OK)
		code = build_kdf(out_kdf, s, err);
	if (code == PS_OK)
		code = build_wrap(out_wrap, c, err);
	return code;
}

ps_code
ps_password_encrypt(const ps_secret *password, ps_slice cek, struct ps_buf *out_kdf_algid,
    struct ps_buf *out_wrap_algid, struct ps_buf *out, ps_err *err)
{
	struct cbc c = { .alg = ps_alg_get(PS_AES256_CBC) };
	ps_code code;

	if (cek.n < 8 || cek.n > 64)
		return ps_fail(err, PS_E_MISUSE, "crypto.password", PS_NOWHERE,
		    W_CRYPTO_WRAP_SIZE, PS_NUMBER("found", cek.n));
	ERR_set_mark();
	code = encrypt_with(&c, password, cek, out_kdf_algid, out_wrap_algid, out, err);
	close_cbc(&c);
	ERR_pop_to_mark();
	return code;
}

/* --- receiving --- */

/* RFC 3211, 2.3.2: all is looked at before anything is decided. */
static bool
well_formed(const uint8_t *text, size_t n, size_t cek_size)
{
	unsigned bad = text[0] ^ (unsigned)cek_size;

	if (cek_size < 3 || n < HEAD + cek_size)
		return false;
	for (size_t i = 0; i < 3; i++)
		bad |= (unsigned)(text[1 + i] ^ text[HEAD + i]) ^ 0xffu;
	return bad == 0;
}

static ps_code
unwrap(const struct cbc *c, ps_slice encrypted, size_t cek_size, ps_secret *out, ps_err *err)
{
	uint8_t once[WRAPPED_MAX], text[WRAPPED_MAX];
	size_t n = encrypted.n, block = c->alg->block;
	const uint8_t *in = encrypted.p;
	ps_code code;

	if (n < 2 * block || n % block != 0 || n > sizeof text || cek_size > 255)
		return crypto_decrypt_fail(err);
	/* The last block first, to learn the IV of the second pass. */
	if (pass(c, false, in + n - 2 * block, in + n - block, block, once + n - block) &&
	    pass(c, false, once + n - block, in, n - block, once) &&
	    pass(c, false, c->iv, once, n, text) && well_formed(text, n, cek_size))
		code = ps_secret_set(out, text + HEAD, cek_size, err);
	else
		code = crypto_decrypt_fail(err);
	ps_wipe(once, sizeof once);
	ps_wipe(text, sizeof text);
	return code;
}

/* RFC 3211, 2.3: the parameters are the identifier of the cipher, IV included,
 * and only block ciphers in CBC mode will do. */
static ps_code
parse_wrap(struct cbc *c, const struct ps_algid *wrap_algid, ps_err *err)
{
	struct der_state state;
	struct der in;
	struct ps_algid inner;
	struct ps_cipher_spec spec;
	ps_code code;

	if (ps_alg_by_oid(PS_ALG_WRAP, wrap_algid->oid) != ps_alg_get(PS_PWRI_KEK))
		return crypto_unknown(err, "crypto.password", W_CRYPTO_WRAP_UNKNOWN,
		    PS_ALG_WRAP, wrap_algid);
	der_init(&in, &state, wrap_algid->params, 0, false, "KeyWrapAlgorithm");
	inner = ps_algid_parse(&in, DER_SEQUENCE, "KeyWrapAlgorithm");
	code = der_finish(&in, "crypto.password", err);
	if (code != PS_OK)
		return code;
	code = ps_cipher_parse(&spec, &inner, err);
	if (code != PS_OK)
		return code;
	if (spec.alg->aead || spec.derive != NULL)
		return crypto_unknown(err, "crypto.password", W_CRYPTO_CIPHER_UNKNOWN,
		    PS_ALG_CIPHER, &inner);
	c->alg = spec.alg;
	c->nkey = spec.key_size;
	memcpy(c->iv, spec.iv, spec.niv);
	return PS_OK;
}

static ps_code
check_length(const struct cbc *c, const struct pbkdf2_params *p, ps_err *err)
{
	if (p->length == 0 || p->length == c->nkey)
		return PS_OK;
	return ps_fail(err, PS_E_MALFORMED, "crypto.password", PS_NOWHERE,
	    W_CRYPTO_KDF_LENGTH, PS_NUMBER("found", p->length),
	    PS_NUMBER("want", c->nkey));
}

uint64_t
ps_password_rounds(const struct ps_algid *kdf, const struct ps_limits *limits)
{
	struct pbkdf2_params p;

	return pbkdf2_parse(&p, kdf, limits, NULL) == PS_OK ? p.rounds : 0;
}

ps_code
ps_password_decrypt(const ps_secret *password, const struct ps_algid *kdf,
    const struct ps_algid *wrap_algid, ps_slice encrypted, size_t cek_size,
    const struct ps_limits *limits, ps_secret *out_cek, ps_err *err)
{
	struct cbc c = { 0 };
	struct pbkdf2_params p;
	ps_code code = pbkdf2_parse(&p, kdf, limits, err);

	if (code == PS_OK)
		code = parse_wrap(&c, wrap_algid, err);
	if (code == PS_OK)
		code = check_length(&c, &p, err);
	if (code != PS_OK)
		return code;
	ERR_set_mark();
	code = kdf_pbkdf2(ps_alg_get(p.prf->digest), ps_secret_get(password), p.salt, p.rounds,
	    c.key, c.nkey, err);
	if (code == PS_OK)
		code = open_cbc(&c, err);
	if (code == PS_OK)
		code = unwrap(&c, encrypted, cek_size, out_cek, err);
	close_cbc(&c);
	ERR_pop_to_mark();
	return code;
}
