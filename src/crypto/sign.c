/* SPDX-License-Identifier: ISC */
/*
 * Making and checking signatures.
 *
 * A wrong signature is an answer, not an error: everything that a stranger's
 * signature octets or key can bring about in OpenSSL is "not good". OpenSSL
 * compares RSA paddings whole, re-encodes ECDSA and DSA values to see that
 * they were DER, and checks the ranges of EdDSA; the tests hold it to that.
 */
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "base/buf.h"
#include "crypto/internal.h"

/* Whether this kind of key makes this kind of signature. */
static bool
fits(const struct ps_sigspec *s, const struct ps_key_info *key)
{
	unsigned type = key->type->id;

	if (s->sig->id == PS_SIG_PSS && type == PS_KEY_RSA_PSS) {
		/* RFC 4055, 3.3: the key's own parameters bind. */
		return key->pss_digest == NULL ||
		    (s->digest == key->pss_digest && s->salt >= key->pss_salt);
	}
	return s->sig->key == type;
}

static bool
set_padding(EVP_PKEY_CTX *ctx, const struct ps_sigspec *s)
{
	if (s->sig->key != PS_KEY_RSA)
		return true;
	if (s->sig->id != PS_SIG_PSS)
		return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1;
	return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
	    rsa_set_mgf(ctx, s->mgf) &&
	    EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, (int)s->salt) == 1;
}

static ps_code
does_not_fit(const struct ps_sigspec *s, ps_err *err)
{
	return ps_fail(err, PS_E_REFUSED, "crypto.sign", PS_NOWHERE, W_CRYPTO_SIGN_FIT,
	    PS_TEXT("algorithm", s->sig->label));
}

static bool
set_digest(EVP_PKEY_CTX *ctx, const struct ps_sigspec *s)
{
	EVP_MD *md = crypto_md(s->digest);
	bool good = md != NULL && EVP_PKEY_CTX_set_signature_md(ctx, md) == 1;

	EVP_MD_free(md);
	return good;
}

static ps_code
no_digest(const struct ps_sigspec *s, const char *where, ps_err *err)
{
	return ps_fail(err, PS_E_UNSUPPORTED, where, PS_NOWHERE, W_CRYPTO_MISSING,
	    PS_TEXT("algorithm", s->digest->label));
}

/* --- signing --- */

static ps_code
begin_sign(struct ps_key *k, const struct ps_sigspec *s, struct ready **out, ps_err *err)
{
	struct ready want = { .operation = READY_SIGN, .spec = *s };
	struct ready *r = ready_take(&k->sign, &want);
	ps_code code;

	if (r != NULL) {
		*out = r;
		return PS_OK;
	}
	if ((code = ready_make(&r, k->pkey, &want, "crypto.sign", err)) != PS_OK)
		return code;
	if (EVP_PKEY_sign_init(r->ctx) != 1)
		code = crypto_fail(err, "crypto.sign", "EVP_PKEY_sign_init");
	else if (!set_padding(r->ctx, s))
		code = does_not_fit(s, err);
	else if (!set_digest(r->ctx, s))
		code = no_digest(s, "crypto.sign", err);
	if (code == PS_OK)
		*out = r;
	else
		ready_put(&k->sign, r, false);
	return code;
}

/* Short of memory, OpenSSL 3.0 tells a size of 0 for ECDSA, or of 2^32 - 1
 * after signing, and calls both success. */
static ps_code
sign_into(EVP_PKEY_CTX *ctx, EVP_PKEY *pkey, ps_slice digest, struct ps_buf *out, ps_err *err)
{
	int size = EVP_PKEY_get_size(pkey);
	size_t room = size > 0 ? (size_t)size : 0, n = room;
	ps_code code = ps_buf_reserve(out, room, err);

	if (code != PS_OK)
		return code;
	if (EVP_PKEY_sign(ctx, out->p + out->n, &n, digest.p, digest.n) != 1 || n == 0 ||
	    n > room)
		return crypto_fail(err, "crypto.sign", "EVP_PKEY_sign");
	out->n += n;
	return PS_OK;
}

static ps_code
sign_digest(struct ps_key *k, const struct ps_sigspec *s, ps_slice message, struct ps_buf *out,
    ps_err *err)
{
	uint8_t digest[PS_DIGEST_MAX];
	struct ready *r;
	ps_code code = ps_digest_once(s->digest, message, digest, err);

	if (code != PS_OK || (code = begin_sign(k, s, &r, err)) != PS_OK)
		return code;
	code = sign_into(r->ctx, k->pkey, (ps_slice){ digest, ps_digest_size(s->digest) }, out,
	    err);
	ready_put(&k->sign, r, code == PS_OK);
	return code;
}

/* EdDSA, ML-DSA and SLH-DSA sign the message itself; the last two with an empty
 * context (RFC 9881, 2; RFC 9909, 4), which is what OpenSSL takes unasked. */
static ps_code
sign_message(struct ps_key *k, ps_slice message, struct ps_buf *out, ps_err *err)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t room, n = 0;
	ps_code code = PS_OK;

	if (ctx == NULL)
		return ps_nomem(err, "crypto.sign");
	if (EVP_DigestSignInit_ex(ctx, NULL, NULL, NULL, NULL, k->pkey, NULL) != 1 ||
	    EVP_DigestSign(ctx, NULL, &n, message.p, message.n) != 1 || n == 0)
		code = crypto_fail(err, "crypto.sign", "EVP_DigestSignInit");
	room = n;
	if (code == PS_OK)
		code = ps_buf_reserve(out, room, err);
	if (code == PS_OK && (EVP_DigestSign(ctx, out->p + out->n, &n, message.p,
	    message.n) != 1 || n > room))
		code = crypto_fail(err, "crypto.sign", "EVP_DigestSign");
	if (code == PS_OK)
		out->n += n;
	EVP_MD_CTX_free(ctx);
	return code;
}

ps_code
ps_key_sign(struct ps_key *k, const struct ps_sigspec *s, ps_slice message, struct ps_buf *out,
    ps_err *err)
{
	ps_code code;

	if (!fits(s, &k->pub->info) || k->pub->info.type->id == PS_KEY_DSA)
		return does_not_fit(s, err);
	ERR_set_mark();
	code = s->sig->pure ? sign_message(k, message, out, err)
	    : sign_digest(k, s, message, out, err);
	ERR_pop_to_mark();
	return code;
}

/* --- verifying --- */

/* NULL with PS_OK: the key takes no such signature. */
static ps_code
begin_verify(struct ps_pubkey *k, const struct ps_sigspec *s, struct ready **out, ps_err *err)
{
	struct ready want = { .operation = READY_VERIFY, .spec = *s };
	struct ready *r = ready_take(&k->verify, &want);
	ps_code code;
	bool good;

	*out = r;
	if (r != NULL)
		return PS_OK;
	if ((code = ready_make(&r, k->pkey, &want, "crypto.verify", err)) != PS_OK)
		return code;
	good = EVP_PKEY_verify_init(r->ctx) == 1;
	if (!good)
		code = crypto_fail(err, "crypto.verify", "EVP_PKEY_verify_init");
	good = good && set_padding(r->ctx, s) && set_digest(r->ctx, s);
	if (good)
		*out = r;
	else
		ready_put(&k->verify, r, false);
	return code;
}

static ps_code
verify_digest(struct ps_pubkey *k, const struct ps_sigspec *s, ps_slice digest, ps_slice sig,
    bool *out_good, ps_err *err)
{
	struct ready *r;
	ps_code code = begin_verify(k, s, &r, err);

	if (code != PS_OK)
		return code;
	*out_good = r != NULL &&
	    EVP_PKEY_verify(r->ctx, sig.p, sig.n, digest.p, digest.n) == 1;
	if (r != NULL)
		ready_put(&k->verify, r, *out_good);
	return PS_OK;
}

static ps_code
verify_message(struct ps_pubkey *k, ps_slice message, ps_slice sig, bool *out_good, ps_err *err)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	ps_code code = PS_OK;

	if (ctx == NULL)
		return ps_nomem(err, "crypto.verify");
	if (EVP_DigestVerifyInit_ex(ctx, NULL, NULL, NULL, NULL, k->pkey, NULL) != 1)
		code = crypto_fail(err, "crypto.verify", "EVP_DigestVerifyInit");
	else
		*out_good = EVP_DigestVerify(ctx, sig.p, sig.n, message.p, message.n) == 1;
	EVP_MD_CTX_free(ctx);
	return code;
}

static ps_code
verify_hashed(struct ps_pubkey *k, const struct ps_sigspec *s, ps_slice message, ps_slice sig,
    bool *out_good, ps_err *err)
{
	uint8_t digest[PS_DIGEST_MAX];
	ps_code code = ps_digest_once(s->digest, message, digest, err);

	return code != PS_OK ? code : verify_digest(k, s,
	    (ps_slice){ digest, ps_digest_size(s->digest) }, sig, out_good, err);
}

ps_code
ps_pubkey_verify(struct ps_pubkey *k, const struct ps_sigspec *s, ps_slice message, ps_slice sig,
    bool *out_good, ps_err *err)
{
	ps_code code;

	if (!fits(s, &k->info)) {
		*out_good = false;
		return PS_OK;
	}
	ERR_set_mark();
	code = s->sig->pure ? verify_message(k, message, sig, out_good, err)
	    : verify_hashed(k, s, message, sig, out_good, err);
	ERR_pop_to_mark();
	return code;
}

ps_code
ps_pubkey_verify_digest(struct ps_pubkey *k, const struct ps_sigspec *s, ps_slice digest,
    ps_slice sig, bool *out_good, ps_err *err)
{
	ps_code code;

	if (s->sig->pure)
		return ps_fail(err, PS_E_UNSUPPORTED, "crypto.verify", PS_NOWHERE,
		    W_CRYPTO_VERIFY_DIGEST, PS_TEXT("algorithm", s->sig->label));
	if (!fits(s, &k->info) || digest.n != ps_digest_size(s->digest)) {
		*out_good = false;
		return PS_OK;
	}
	ERR_set_mark();
	code = verify_digest(k, s, digest, sig, out_good, err);
	ERR_pop_to_mark();
	return code;
}
