/* SPDX-License-Identifier: ISC */
/*
 * RSA key transport (RFC 3370, 4.2.1; RFC 3560).
 *
 * PKCS#1 v1.5 is still what most mail is encrypted with. Receiving it, a wrong
 * padding yields a substitute key, made from a secret of the key and from the
 * ciphertext: the same message always gives the same one, so asking twice
 * teaches nothing, and only the content tells that something is wrong.
 */
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "base/buf.h"
#include "base/text.h"
#include "crypto/internal.h"

enum { OVERHEAD_PKCS1 = 11 };	/* RFC 8017, 7.2: mLen <= k - 11 */

static ps_code
wrong_key(const struct ps_key_info *info, const struct ps_alg *alg, ps_err *err)
{
	return ps_fail(err, PS_E_REFUSED, "crypto.transport", PS_NOWHERE,
	    W_CRYPTO_TRANSPORT_KEY, PS_TEXT("key", info->type->label),
	    PS_TEXT("algorithm", alg->label));
}

static bool
fits(const struct ps_key_info *info, const struct ps_alg *alg)
{
	/* RFC 4055, 4.1: an id-RSAES-OAEP key is for OAEP alone. */
	return info->type->id == PS_KEY_RSA ||
	    (info->type->id == PS_KEY_RSA_OAEP && alg->id == PS_RSA_OAEP);
}

static bool
set_label(EVP_PKEY_CTX *ctx, ps_slice label)
{
	void *copy;

	if (label.n == 0)
		return true;
	copy = OPENSSL_memdup(label.p, label.n);
	if (copy == NULL)
		return false;
	if (EVP_PKEY_CTX_set0_rsa_oaep_label(ctx, copy, (int)label.n) == 1)
		return true;
	OPENSSL_free(copy);
	return false;
}

static bool
set_oaep(EVP_PKEY_CTX *ctx, const struct rsa_params *p)
{
	return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) == 1 &&
	    rsa_set_oaep_hash(ctx, p->hash) &&
	    rsa_set_mgf(ctx, p->mgf) &&
	    set_label(ctx, p->label);
}

/* --- sending --- */

void
ps_transport_build(const struct ps_alg *alg, struct derw *w)
{
	if (alg->id == PS_RSA_PKCS1) {
		ps_algid_build(w, alg);
		return;
	}
	derw_begin(w, DER_SEQUENCE);
	derw_oid(w, alg->oid);
	rsa_params_build_oaep(w, ps_alg_get(PS_SHA256));
	derw_end(w);
}

/* RFC 3560, 5 prints the parameters without their tags, and some announce
 * them so. */
static bool
is_printed_sha256(ps_slice params)
{
	static const uint8_t printed[] = { 0x30, 0x2b,
		0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01,
		0x05, 0x00,
		0x30, 0x1a, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08,
		0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01,
		0x05, 0x00 };

	return ps_slice_equal(params, (ps_slice){ printed, sizeof printed });
}

bool
ps_transport_writes(const struct ps_algid *a)
{
	const struct ps_alg *alg = ps_alg_by_oid(PS_ALG_TRANSPORT, a->oid);
	struct rsa_params p;

	if (alg == NULL || alg->id != PS_RSA_OAEP)
		return alg != NULL && alg->id == PS_RSA_PKCS1;
	if (is_printed_sha256(a->params))
		return true;
	return rsa_params_parse_oaep(&p, a->params, NULL) == PS_OK &&
	    p.hash->id == PS_SHA256 && p.mgf->id == PS_SHA256 && p.label.n == 0;
}

static ps_code
build_algid(const struct ps_alg *alg, struct ps_buf *out, ps_err *err)
{
	struct derw w;

	derw_init(&w, out);
	ps_transport_build(alg, &w);
	return derw_finish(&w, err);
}

static ps_code
encrypt_with(EVP_PKEY_CTX *ctx, ps_slice cek, struct ps_buf *out, ps_err *err)
{
	size_t n = 0;
	ps_code code;

	if (EVP_PKEY_encrypt(ctx, NULL, &n, cek.p, cek.n) != 1)
		return crypto_fail(err, "crypto.transport", "EVP_PKEY_encrypt");
	code = ps_buf_reserve(out, n, err);
	if (code != PS_OK)
		return code;
	if (EVP_PKEY_encrypt(ctx, out->p + out->n, &n, cek.p, cek.n) != 1)
		return crypto_fail(err, "crypto.transport", "EVP_PKEY_encrypt");
	out->n += n;
	return PS_OK;
}

ps_code
ps_transport_encrypt(struct ps_pubkey *to, const struct ps_alg *alg, ps_slice cek,
    struct ps_buf *out_algid, struct ps_buf *out, ps_err *err)
{
	struct rsa_params p = { .hash = ps_alg_get(PS_SHA256), .mgf = ps_alg_get(PS_SHA256) };
	EVP_PKEY_CTX *ctx;
	ps_code code;

	if (!fits(&to->info, alg))
		return wrong_key(&to->info, alg, err);
	if (alg->id == PS_RSA_KEM)
		return ps_fail(err, PS_E_REFUSED, "crypto.transport", PS_NOWHERE,
		    W_CRYPTO_CIPHER_READ_ONLY, PS_TEXT("algorithm", alg->label));
	ERR_set_mark();
	ctx = EVP_PKEY_CTX_new_from_pkey(NULL, to->pkey, NULL);
	if (ctx == NULL || EVP_PKEY_encrypt_init(ctx) != 1 ||
	    !(alg->id == PS_RSA_OAEP ? set_oaep(ctx, &p) :
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1))
		code = crypto_fail(err, "crypto.transport", "EVP_PKEY_encrypt_init");
	else
		code = encrypt_with(ctx, cek, out, err);
	EVP_PKEY_CTX_free(ctx);
	ERR_pop_to_mark();
	return code == PS_OK ? build_algid(alg, out_algid, err) : code;
}

/* --- receiving --- */

/* HMAC-SHA-256(secret of the key, counter || ciphertext), as often as the
 * length wants. */
static ps_code
make_substitute(const struct ps_key *key, ps_slice encrypted, uint8_t *out, size_t n, ps_err *err)
{
	struct ps_buf in = { 0 };
	uint8_t counter = 0, mac[PS_DIGEST_MAX];
	ps_code code = ps_buf_add(&in, (ps_slice){ &counter, 1 }, err);

	if (code == PS_OK)
		code = ps_buf_add(&in, encrypted, err);
	for (size_t at = 0; code == PS_OK && at < n; at += 32) {
		in.p[0]++;
		code = kdf_hmac(ps_alg_get(PS_SHA256),
		    (ps_slice){ key->substitute, sizeof key->substitute },
		    ps_buf_get(&in), mac, err);
		if (code == PS_OK)
			memcpy(out + at, mac, n - at < 32 ? n - at : 32);
	}
	ps_wipe(mac, sizeof mac);
	ps_buf_clear(&in);
	return code;
}

bool
rsa_raw_decrypt(EVP_PKEY *pkey, ps_slice encrypted, uint8_t *em, size_t k)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
	size_t n = k;
	bool good = ctx != NULL && EVP_PKEY_decrypt_init(ctx) == 1 &&
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING) == 1 &&
	    EVP_PKEY_decrypt(ctx, em, &n, encrypted.p, encrypted.n) == 1 && n == k;

	EVP_PKEY_CTX_free(ctx);
	return good;
}

/* Some tokens do no RSA without padding. Then theirs it is, and what they
 * answer to a wrong padding is not told from a wrong length. */
static bool
token_unpad(EVP_PKEY *pkey, ps_slice encrypted, uint8_t *cek, size_t n)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
	uint8_t em[RSA_MAX_BITS / 8];
	size_t got = sizeof em;
	bool good = ctx != NULL && EVP_PKEY_decrypt_init(ctx) == 1 &&
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1 &&
	    EVP_PKEY_decrypt(ctx, em, &got, encrypted.p, encrypted.n) == 1 && got == n;

	if (good)
		memcpy(cek, em, n);
	ps_wipe(em, sizeof em);
	EVP_PKEY_CTX_free(ctx);
	return good;
}

static ps_code
decrypt_pkcs1(struct ps_key *key, ps_slice encrypted, size_t n, ps_secret *out, ps_err *err)
{
	uint8_t em[RSA_MAX_BITS / 8], substitute[RSA_MAX_BITS / 8], cek[RSA_MAX_BITS / 8];
	size_t k = (size_t)EVP_PKEY_get_size(key->pkey);
	ps_code code;

	/* Lengths are no secret. RFC 8017, 7.2.2: "If the length of the
	 * ciphertext C is not k octets [...] decryption error". */
	if (encrypted.n != k || k > sizeof em || n + OVERHEAD_PKCS1 > k)
		return crypto_decrypt_fail(err);
	code = make_substitute(key, encrypted, substitute, n, err);
	if (code != PS_OK)
		return code;
	/* A number above the modulus is no secret either, yet it gets the
	 * substitute as well: one answer is simpler to reason about. */
	if (rsa_raw_decrypt(key->pkey, encrypted, em, k))
		rsa_unpad(em, k, substitute, cek, n);
	else if (key->drop == NULL || !token_unpad(key->pkey, encrypted, cek, n))
		memcpy(cek, substitute, n);
	code = ps_secret_set(out, cek, n, err);
	ps_wipe(em, sizeof em);
	ps_wipe(cek, sizeof cek);
	ps_wipe(substitute, sizeof substitute);
	return code;
}

static ps_code
decrypt_oaep(struct ps_key *key, const struct rsa_params *p, ps_slice encrypted, size_t cek_size,
    ps_secret *out, ps_err *err)
{
	uint8_t cek[RSA_MAX_BITS / 8];
	size_t n = sizeof cek;
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key->pkey, NULL);
	ps_code code;

	/* RFC 8017, 7.1.2: one "decryption error" for all, or Manger's attack
	 * applies; OpenSSL unpads in constant time and we say no more. */
	if (ctx != NULL && EVP_PKEY_decrypt_init(ctx) == 1 && set_oaep(ctx, p) &&
	    EVP_PKEY_decrypt(ctx, cek, &n, encrypted.p, encrypted.n) == 1 && n == cek_size)
		code = ps_secret_set(out, cek, n, err);
	else
		code = crypto_decrypt_fail(err);
	ps_wipe(cek, sizeof cek);
	EVP_PKEY_CTX_free(ctx);
	return code;
}

ps_code
ps_transport_decrypt(struct ps_key *key, const struct ps_algid *algid, ps_slice encrypted,
    size_t cek_size, ps_secret *out_cek, ps_err *err)
{
	const struct ps_alg *alg = ps_alg_by_oid(PS_ALG_TRANSPORT, algid->oid);
	struct rsa_params p = { 0 };
	ps_code code = PS_OK;

	if (alg == NULL)
		return crypto_unknown(err, "crypto.transport", W_CRYPTO_TRANSPORT_UNKNOWN,
		    PS_ALG_TRANSPORT, algid);
	if (!fits(&key->pub->info, alg))
		return wrong_key(&key->pub->info, alg, err);
	if (alg->id == PS_RSA_KEM)
		return kem_transport_decrypt(key, algid->params, encrypted, out_cek, err);
	if (alg->id == PS_RSA_OAEP)
		code = rsa_params_parse_oaep(&p, algid->params, err);
	if (code != PS_OK)
		return code;
	ERR_set_mark();
	code = alg->id == PS_RSA_OAEP ?
	    decrypt_oaep(key, &p, encrypted, cek_size, out_cek, err) :
	    decrypt_pkcs1(key, encrypted, cek_size, out_cek, err);
	ERR_pop_to_mark();
	return code;
}
