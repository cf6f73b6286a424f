/* SPDX-License-Identifier: ISC */
/*
 * Private keys as they are kept: PKCS#8 under a passphrase.
 *
 * The work is what keeps a stolen file closed: scrypt with 16 MiB and five
 * rounds of it, some 0.2 s of a machine of 2026. Memory stays at what the
 * openssl command reads without being told to.
 */
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "crypto/cipher.h"
#include "crypto/keymake.h"
#include "crypto/loader.h"

enum { SALT = 16, COST = 1 << 14, BLOCK_SIZE = 8, LANES = 5, KEY = 32, PADDING = 16 };

static ps_code
encode(const struct ps_key *k, struct ps_buf *out, ps_err *err)
{
	PKCS8_PRIV_KEY_INFO *info;
	unsigned char *der = NULL;
	int n;
	ps_code code;

	info = EVP_PKEY2PKCS8(k->pkey);
	n = info == NULL ? -1 : i2d_PKCS8_PRIV_KEY_INFO(info, &der);
	code = n <= 0 ? crypto_fail(err, "crypto.write-key", "i2d_PKCS8_PRIV_KEY_INFO") :
	    ps_buf_add(out, (ps_slice){ der, (size_t)n }, err);
	OPENSSL_clear_free(der, n > 0 ? (size_t)n : 0);
	PKCS8_PRIV_KEY_INFO_free(info);
	return code;
}

ps_code
ps_key_encode(const struct ps_key *k, enum ps_key_form form, struct ps_buf *out, ps_err *err)
{
	const struct ps_alg *type = k->pub->info.type;
	ps_code code;

	if (k->drop != NULL)
		return ps_fail(err, PS_E_REFUSED, "crypto.write-key", PS_NOWHERE,
		    W_CRYPTO_WRITE_TOKEN);
	ERR_set_mark();
	code = keyform_chosen(type) ? keyform_build(k->pkey, type, form, out, err) :
	    encode(k, out, err);
	ERR_pop_to_mark();
	return code;
}

/* RFC 8018, A.4 and RFC 7914, 7.1. */
static void
build_algid(struct derw *w, ps_slice salt, const struct ps_cipher *c)
{
	derw_begin(w, DER_SEQUENCE);
	derw_oid(w, OID_PBES2);
	derw_begin(w, DER_SEQUENCE);
	derw_begin(w, DER_SEQUENCE);
	derw_oid(w, OID_SCRYPT);
	derw_begin(w, DER_SEQUENCE);
	derw_octets(w, salt);
	derw_u64(w, COST);
	derw_u64(w, BLOCK_SIZE);
	derw_u64(w, LANES);
	derw_end(w);
	derw_end(w);
	ps_cipher_build_algid(c, w, DER_SEQUENCE);
	derw_end(w);
	derw_end(w);
}

static ps_code
encrypt_all(struct ps_cipher *c, ps_slice in, struct ps_buf *out, ps_err *err)
{
	struct ps_step_io io = { .in = in.p, .in_end = in.p + in.n, .last = true };
	ps_code code = ps_buf_reserve(out, in.n + PADDING, err);

	if (code != PS_OK)
		return code;
	io.out = out->p;
	io.out_end = out->p + in.n + PADDING;
	code = c->step.ops->run(&c->step, &io, err);
	if (code == PS_OK)
		out->n = (size_t)(io.out - out->p);
	return code;
}

/* RFC 5958, 3: EncryptedPrivateKeyInfo. */
static ps_code
seal(ps_slice plain, ps_slice pass, struct ps_buf *out, ps_err *err)
{
	uint8_t salt[SALT], key[KEY];
	struct scrypt_params s = { .salt = { salt, SALT }, .n = COST, .r = BLOCK_SIZE, .p = LANES };
	struct ps_cipher *c = NULL;
	struct ps_buf text = { 0 };
	struct derw w;
	ps_code code = ps_random(salt, sizeof salt, err);

	if (code == PS_OK)
		code = kdf_scrypt(&s, pass, key, sizeof key, err);
	if (code == PS_OK)
		code = ps_cipher_new_encrypt(&c, ps_alg_get(PS_AES256_CBC), NULL,
		    (ps_slice){ key, sizeof key }, err);
	if (code == PS_OK)
		code = encrypt_all(c, plain, &text, err);
	if (code == PS_OK) {
		derw_init(&w, out);
		derw_begin(&w, DER_SEQUENCE);
		build_algid(&w, s.salt, c);
		derw_octets(&w, ps_buf_get(&text));
		derw_end(&w);
		code = derw_finish(&w, err);
	}
	ps_cipher_free(c);
	ps_buf_clear(&text);
	ps_wipe(key, sizeof key);
	return code;
}

ps_code
ps_key_seal(const struct ps_key *k, enum ps_key_form form, const ps_secret *passphrase,
    struct ps_buf *out, ps_err *err)
{
	struct ps_buf plain = { .secret = true };
	ps_slice pass = ps_secret_get(passphrase);
	ps_code code;

	if (pass.n == 0)
		return ps_fail(err, PS_E_PASSPHRASE, "crypto.write-key", PS_NOWHERE,
		    W_CRYPTO_WRITE_EMPTY);
	code = ps_key_encode(k, form, &plain, err);
	if (code == PS_OK)
		code = seal(ps_buf_get(&plain), pass, out, err);
	ps_buf_clear(&plain);
	return code;
}

ps_code
ps_pem_build(struct ps_buf *out, const char *label, ps_slice der, ps_err *err)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text;
	long n;
	ps_code code;

	if (bio == NULL)
		return ps_nomem(err, "crypto.pem");
	ERR_set_mark();
	if (der.n > INT_MAX || PEM_write_bio(bio, label, "", der.p, (long)der.n) <= 0)
		code = crypto_fail(err, "crypto.pem", "PEM_write_bio");
	else {
		n = BIO_get_mem_data(bio, &text);
		code = ps_buf_add(out, (ps_slice){ (const uint8_t *)text, (size_t)n }, err);
	}
	ERR_pop_to_mark();
	BIO_free(bio);
	return code;
}
