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

static bool
is_eddsa(const struct ps_sigspec *s)
{
	return s->sig->id == PS_SIG_ED25519 || s->sig->id == PS_SIG_ED448;
}

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

static const char *
digest_for(const struct ps_sigspec *s)
{
	return is_eddsa(s) ? NULL : s->digest->ossl;
}

static ps_code
does_not_fit(const struct ps_sigspec *s, ps_err *err)
{
	return ps_fail(err, PS_E_REFUSED, "crypto.sign", PS_NOWHERE, W_CRYPTO_SIGN_FIT,
	    PS_TEXT("algorithm", s->sig->label));
}

static ps_code
sign_into(EVP_MD_CTX *ctx, ps_slice message, struct ps_buf *out, ps_err *err)
{
	size_t n = 0, room;
	ps_code code;

	/* Short of memory, OpenSSL 3.0 tells a size of 0 for ECDSA, or of 2^32 - 1
	 * after signing, and calls both success. */
	if (EVP_DigestSign(ctx, NULL, &n, message.p, message.n) != 1 || n == 0)
		return crypto_fail(err, "crypto.sign", "EVP_DigestSign");
	room = n;
	code = ps_buf_reserve(out, room, err);
	if (code != PS_OK)
		return code;
	if (EVP_DigestSign(ctx, out->p + out->n, &n, message.p, message.n) != 1 || n > room)
		return crypto_fail(err, "crypto.sign", "EVP_DigestSign");
	out->n += n;
	return PS_OK;
}

ps_code
ps_key_sign(struct ps_key *k, const struct ps_sigspec *s, ps_slice message, struct ps_buf *out,
    ps_err *err)
{
	EVP_MD_CTX *ctx;
	EVP_PKEY_CTX *pctx = NULL;
	ps_code code;

	if (!fits(s, &k->pub->info) || k->pub->info.type->id == PS_KEY_DSA)
		return does_not_fit(s, err);
	ctx = EVP_MD_CTX_new();
	if (ctx == NULL)
		return ps_nomem(err, "crypto.sign");
	ERR_set_mark();
	if (EVP_DigestSignInit_ex(ctx, &pctx, digest_for(s), NULL, NULL, k->pkey, NULL) != 1)
		code = crypto_fail(err, "crypto.sign", "EVP_DigestSignInit");
	else if (!set_padding(pctx, s))
		code = does_not_fit(s, err);
	else
		code = sign_into(ctx, message, out, err);
	ERR_pop_to_mark();
	EVP_MD_CTX_free(ctx);
	return code;
}

ps_code
ps_pubkey_verify(struct ps_pubkey *k, const struct ps_sigspec *s, ps_slice message, ps_slice sig,
    bool *out_good, ps_err *err)
{
	EVP_MD_CTX *ctx;
	EVP_PKEY_CTX *pctx = NULL;
	ps_code code = PS_OK;

	if (!fits(s, &k->info)) {
		*out_good = false;
		return PS_OK;
	}
	ctx = EVP_MD_CTX_new();
	if (ctx == NULL)
		return ps_nomem(err, "crypto.verify");
	ERR_set_mark();
	if (EVP_DigestVerifyInit_ex(ctx, &pctx, digest_for(s), NULL, NULL, k->pkey, NULL) != 1)
		code = crypto_fail(err, "crypto.verify", "EVP_DigestVerifyInit");
	else
		*out_good = set_padding(pctx, s) &&
		    EVP_DigestVerify(ctx, sig.p, sig.n, message.p, message.n) == 1;
	ERR_pop_to_mark();
	EVP_MD_CTX_free(ctx);
	return code;
}

static ps_code
verify_digest(EVP_PKEY_CTX *ctx, const struct ps_sigspec *s, ps_slice digest, ps_slice sig,
    bool *out_good, ps_err *err)
{
	EVP_MD *md = EVP_MD_fetch(NULL, s->digest->ossl, NULL);

	if (md == NULL)
		return ps_fail(err, PS_E_UNSUPPORTED, "crypto.verify", PS_NOWHERE,
		    W_CRYPTO_MISSING, PS_TEXT("algorithm", s->digest->label));
	if (EVP_PKEY_verify_init(ctx) != 1) {
		EVP_MD_free(md);
		return crypto_fail(err, "crypto.verify", "EVP_PKEY_verify_init");
	}
	*out_good = set_padding(ctx, s) &&
	    EVP_PKEY_CTX_set_signature_md(ctx, md) == 1 &&
	    EVP_PKEY_verify(ctx, sig.p, sig.n, digest.p, digest.n) == 1;
	EVP_MD_free(md);
	return PS_OK;
}

ps_code
ps_pubkey_verify_digest(struct ps_pubkey *k, const struct ps_sigspec *s, ps_slice digest,
    ps_slice sig, bool *out_good, ps_err *err)
{
	EVP_PKEY_CTX *ctx;
	ps_code code;

	if (is_eddsa(s))
		return ps_fail(err, PS_E_UNSUPPORTED, "crypto.verify", PS_NOWHERE,
		    W_CRYPTO_VERIFY_DIGEST, PS_TEXT("algorithm", s->sig->label));
	if (!fits(s, &k->info) || digest.n != ps_digest_size(s->digest)) {
		*out_good = false;
		return PS_OK;
	}
	ERR_set_mark();
	ctx = EVP_PKEY_CTX_new_from_pkey(NULL, k->pkey, NULL);
	if (ctx == NULL)
		code = crypto_fail(err, "crypto.verify", "EVP_PKEY_CTX_new");
	else
		code = verify_digest(ctx, s, digest, sig, out_good, err);
	ERR_pop_to_mark();
	EVP_PKEY_CTX_free(ctx);
	return code;
}
