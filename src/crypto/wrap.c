/* SPDX-License-Identifier: ISC */
/*
 * Key wrap: AES (RFC 3394, RFC 3565) and, for reading, 3DES (RFC 3217).
 */
#include <openssl/err.h>
#include <openssl/evp.h>

#include "base/buf.h"
#include "crypto/internal.h"

enum { WRAPPED_MAX = 256 };	/* far above any content-encryption key */

const struct ps_alg *
ps_wrap_for(size_t key_size)
{
	switch (key_size) {
	case 16:
		return ps_alg_get(PS_AES128_WRAP);
	case 24:
		return ps_alg_get(PS_AES192_WRAP);
	case 32:
		return ps_alg_get(PS_AES256_WRAP);
	default:
		return NULL;
	}
}

/* One pass; the number of octets put, 0: failed. `out` has a block to spare. */
static size_t
run(const struct ps_alg *wrap, bool encrypt, ps_slice kek, ps_slice in, uint8_t *out)
{
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, wrap->ossl, NULL);
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n = 0, rest = 0;
	bool good = cipher != NULL && ctx != NULL;

	if (good) {
		EVP_CIPHER_CTX_set_flags(ctx, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
		good = EVP_CipherInit_ex2(ctx, cipher, kek.p, NULL, encrypt, NULL) == 1 &&
		    EVP_CipherUpdate(ctx, out, &n, in.p, (int)in.n) == 1 && n > 0 &&
		    EVP_CipherFinal_ex(ctx, out + n, &rest) == 1 && rest == 0;
	}
	EVP_CIPHER_CTX_free(ctx);
	EVP_CIPHER_free(cipher);
	return good ? (size_t)n : 0;
}

static ps_code
not_writable(const struct ps_alg *wrap, ps_err *err)
{
	return ps_fail(err, PS_E_REFUSED, "crypto.wrap", PS_NOWHERE,
	    W_CRYPTO_CIPHER_READ_ONLY, PS_TEXT("algorithm", wrap->label));
}

static bool
is_aes(const struct ps_alg *wrap)
{
	return wrap->id == PS_AES128_WRAP || wrap->id == PS_AES192_WRAP ||
	    wrap->id == PS_AES256_WRAP;
}

ps_code
ps_wrap_encrypt(const struct ps_alg *wrap, ps_slice kek, ps_slice cek, struct ps_buf *out,
    ps_err *err)
{
	uint8_t wrapped[WRAPPED_MAX + 16];
	size_t n = 0;
	ps_code code;

	if (!is_aes(wrap))
		return not_writable(wrap, err);
	/* RFC 3394, 2.2.1: whole blocks of 8 octets, at least two of them. */
	if (kek.n != wrap->bits / 8 || cek.n < 16 || cek.n % 8 != 0 || cek.n > WRAPPED_MAX)
		return ps_fail(err, PS_E_MISUSE, "crypto.wrap", PS_NOWHERE,
		    W_CRYPTO_WRAP_SIZE, PS_NUMBER("found", cek.n));
	ERR_set_mark();
	n = run(wrap, true, kek, cek, wrapped);
	code = n == 0 ? crypto_fail(err, "crypto.wrap", wrap->ossl) :
	    ps_buf_add(out, (ps_slice){ wrapped, n }, err);
	ERR_pop_to_mark();
	return code;
}

ps_code
ps_wrap_decrypt(const struct ps_alg *wrap, ps_slice kek, ps_slice encrypted,
    ps_secret *out_cek, ps_err *err)
{
	uint8_t cek[WRAPPED_MAX + 16];
	size_t n = 0;
	ps_code code;

	if (!is_aes(wrap) && wrap->id != PS_DES3_WRAP)
		return ps_fail(err, PS_E_UNSUPPORTED, "crypto.wrap", PS_NOWHERE,
		    W_CRYPTO_WRAP_UNKNOWN, PS_TEXT("algorithm", wrap->label));
	ERR_set_mark();
	if (kek.n == wrap->bits / 8 && encrypted.n >= 24 && encrypted.n % 8 == 0 &&
	    encrypted.n <= WRAPPED_MAX)
		n = run(wrap, false, kek, encrypted, cek);
	ERR_pop_to_mark();
	code = n == 0 ? crypto_decrypt_fail(err) : ps_secret_set(out_cek, cek, n, err);
	ps_wipe(cek, sizeof cek);
	return code;
}
