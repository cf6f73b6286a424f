/* SPDX-License-Identifier: ISC */
/*
 * Key wrap: AES (RFC 3394, RFC 3565) and, for reading, AES with padding (RFC
 * 5649), 3DES and RC2 (RFC 3217). OpenSSL has all but the last.
 */
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>

#include "base/buf.h"
#include "base/text.h"
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

/* RFC 3370, 4.3.2: the parameter MUST be 58, for 128 bits. */
static bool
rc2_params(const struct ps_algid *a)
{
	static const uint8_t bits[] = { DER_INTEGER, 1, 58 };

	return ps_slice_equal(a->params, (ps_slice){ bits, sizeof bits });
}

const struct ps_alg *
ps_wrap_of(const struct ps_algid *a)
{
	const struct ps_alg *wrap = ps_alg_by_oid(PS_ALG_WRAP, a->oid);

	if (wrap == NULL || wrap->bits == 0)
		return NULL;
	if (wrap->id == PS_RC2_WRAP)
		return rc2_params(a) ? wrap : NULL;
	return algid_no_params(a) ? wrap : NULL;
}

/* One pass; the number of octets put, 0: failed. `out` has a block to spare. */
static size_t
run(const struct ps_alg *wrap, bool encrypt, ps_slice kek, ps_slice in, uint8_t *out)
{
	EVP_CIPHER *cipher = crypto_cipher(wrap);
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

/* --- RC2 --- */

static bool
rc2_pass(EVP_CIPHER *cipher, ps_slice kek, const uint8_t *iv, const uint8_t *in, size_t n,
    uint8_t *out)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int put = 0;
	bool good = ctx != NULL && EVP_CipherInit_ex2(ctx, cipher, kek.p, iv, 0, NULL) == 1 &&
	    EVP_CIPHER_CTX_set_padding(ctx, 0) == 1 &&
	    EVP_CipherUpdate(ctx, out, &put, in, (int)n) == 1 && (size_t)put == n;

	EVP_CIPHER_CTX_free(ctx);
	return good;
}

static void
reverse(uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		uint8_t t = p[i];

		p[i] = p[n - 1 - i];
		p[n - 1 - i] = t;
	}
}

/* RFC 3217, 4.2, steps 6 to 9: LENGTH || CEK || PAD || ICV; where the key
 * begins and how long it is. */
static bool
rc2_check(const uint8_t *text, size_t n, size_t *out_n)
{
	uint8_t sum[PS_DIGEST_MAX];
	size_t length = text[0], room = n - 8 - 1;
	bool good = ps_digest_once(ps_alg_get(PS_SHA1), (ps_slice){ text, n - 8 }, sum, NULL) ==
	    PS_OK && ps_equal_secret((ps_slice){ sum, 8 }, (ps_slice){ text + n - 8, 8 });

	*out_n = length;
	return good && length != 0 && length <= room && room - length < 8;
}

/* RFC 3217, 4.2; `cek` begins with the key. */
static size_t
rc2_unwrap(ps_slice kek, ps_slice in, uint8_t *cek)
{
	static const uint8_t iv[8] = { 0x4a, 0xdd, 0xa2, 0x2c, 0x79, 0xe8, 0x21, 0x05 };
	uint8_t once[WRAPPED_MAX], text[WRAPPED_MAX];
	struct legacy legacy = { .ctx = NULL };
	EVP_CIPHER *cipher = NULL;
	size_t n = 0;

	if (legacy_fetch(&legacy, ps_alg_get(PS_RC2_WRAP), &cipher, NULL) == PS_OK &&
	    rc2_pass(cipher, kek, iv, in.p, in.n, once)) {
		reverse(once, in.n);
		if (!rc2_pass(cipher, kek, once, once + 8, in.n - 8, text) ||
		    !rc2_check(text, in.n - 8, &n))
			n = 0;
		memcpy(cek, text + 1, n);
	}
	EVP_CIPHER_free(cipher);
	legacy_close(&legacy);
	ps_wipe(once, sizeof once);
	ps_wipe(text, sizeof text);
	return n;
}

/* --- receiving --- */

ps_code
ps_wrap_decrypt(const struct ps_alg *wrap, ps_slice kek, ps_slice encrypted,
    ps_secret *out_cek, ps_err *err)
{
	uint8_t cek[WRAPPED_MAX + 16];
	size_t n = 0;
	ps_code code;

	if (wrap->bits == 0)
		return ps_fail(err, PS_E_UNSUPPORTED, "crypto.wrap", PS_NOWHERE,
		    W_CRYPTO_WRAP_UNKNOWN, PS_TEXT("algorithm", wrap->label));
	ERR_set_mark();
	if (kek.n == wrap->bits / 8 && encrypted.n >= 24 && encrypted.n % 8 == 0 &&
	    encrypted.n <= WRAPPED_MAX)
		n = wrap->id == PS_RC2_WRAP ? rc2_unwrap(kek, encrypted, cek) :
		    run(wrap, false, kek, encrypted, cek);
	ERR_pop_to_mark();
	code = n == 0 ? crypto_decrypt_fail(err) : ps_secret_set(out_cek, cek, n, err);
	ps_wipe(cek, sizeof cek);
	return code;
}
