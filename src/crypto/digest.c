/* SPDX-License-Identifier: ISC */
/*
 * Digests.
 *
 * The two XOFs of RFC 8702 are digests of a fixed length here, so that nobody
 * above has to know that they are not.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>

#include "crypto/internal.h"

struct ps_digest {
	const struct ps_alg *alg;
	EVP_MD		*md;
	EVP_MD_CTX	*ctx;
	EVP_MD_CTX	*copy;		/* made when first asked for a value on the way */
	bool		 ended;
};

size_t
ps_digest_size(const struct ps_alg *alg)
{
	return alg->bits / 8;
}

const struct ps_alg *
ps_digest_alg(const struct ps_digest *d)
{
	return d->alg;
}

void
ps_digest_free(struct ps_digest *d)
{
	if (d == NULL)
		return;
	EVP_MD_CTX_free(d->ctx);
	EVP_MD_CTX_free(d->copy);
	EVP_MD_free(d->md);
	free(d);
}

static ps_code
fetch(struct ps_digest *d, ps_err *err)
{
	d->md = crypto_md(d->alg);
	if (d->md == NULL)
		return ps_fail(err, PS_E_UNSUPPORTED, "crypto.digest", PS_NOWHERE,
		    W_CRYPTO_MISSING, PS_TEXT("algorithm", d->alg->label));
	d->ctx = EVP_MD_CTX_new();
	if (d->ctx == NULL)
		return ps_nomem(err, "crypto.digest");
	return ps_digest_reset(d, err);
}

ps_code
ps_digest_new(struct ps_digest **out, const struct ps_alg *alg, ps_err *err)
{
	struct ps_digest *d = calloc(1, sizeof *d);
	ps_code code;

	if (d == NULL)
		return ps_nomem(err, "crypto.digest");
	d->alg = alg;
	ERR_set_mark();
	code = fetch(d, err);
	ERR_pop_to_mark();
	if (code != PS_OK) {
		ps_digest_free(d);
		return code;
	}
	*out = d;
	return PS_OK;
}

ps_code
ps_digest_reset(struct ps_digest *d, ps_err *err)
{
	if (EVP_DigestInit_ex2(d->ctx, d->md, NULL) != 1)
		return crypto_fail(err, "crypto.digest", "EVP_DigestInit");
	d->ended = false;
	return PS_OK;
}

ps_code
ps_digest_update(struct ps_digest *d, ps_slice in, ps_err *err)
{
	if (d->ended)
		return ps_fail(err, PS_E_MISUSE, "crypto.digest", PS_NOWHERE,
		    W_CRYPTO_DIGEST_ENDED);
	if (in.n != 0 && EVP_DigestUpdate(d->ctx, in.p, in.n) != 1)
		return crypto_fail(err, "crypto.digest", "EVP_DigestUpdate");
	return PS_OK;
}

static bool
is_xof(const struct ps_alg *alg)
{
	return alg->id == PS_SHAKE128 || alg->id == PS_SHAKE256;
}

static ps_code
end(const struct ps_alg *alg, EVP_MD_CTX *ctx, uint8_t *out, ps_err *err)
{
	int ok = is_xof(alg) ? EVP_DigestFinalXOF(ctx, out, ps_digest_size(alg)) :
	    EVP_DigestFinal_ex(ctx, out, NULL);

	return ok == 1 ? PS_OK : crypto_fail(err, "crypto.digest", "EVP_DigestFinal");
}

ps_code
ps_digest_final(struct ps_digest *d, uint8_t out[PS_DIGEST_MAX], ps_err *err)
{
	ps_code code;

	if (d->ended)
		return ps_fail(err, PS_E_MISUSE, "crypto.digest", PS_NOWHERE,
		    W_CRYPTO_DIGEST_ENDED);
	if ((code = end(d->alg, d->ctx, out, err)) == PS_OK)
		d->ended = true;
	return code;
}

ps_code
ps_digest_now(struct ps_digest *d, uint8_t out[PS_DIGEST_MAX], ps_err *err)
{
	if (d->ended)
		return ps_fail(err, PS_E_MISUSE, "crypto.digest", PS_NOWHERE,
		    W_CRYPTO_DIGEST_ENDED);
	if (d->copy == NULL && (d->copy = EVP_MD_CTX_new()) == NULL)
		return ps_nomem(err, "crypto.digest");
	if (EVP_MD_CTX_copy_ex(d->copy, d->ctx) != 1)
		return crypto_fail(err, "crypto.digest", "EVP_MD_CTX_copy");
	return end(d->alg, d->copy, out, err);
}

ps_code
ps_identity_add(uint8_t id[PS_IDENTITY], ps_slice what, ps_err *err)
{
	struct ps_digest *d = NULL;
	uint8_t out[PS_DIGEST_MAX];
	ps_code code = ps_digest_new(&d, ps_alg_get(PS_SHA256), err);

	if (code == PS_OK)
		code = ps_digest_update(d, (ps_slice){ id, PS_IDENTITY }, err);
	if (code == PS_OK)
		code = ps_digest_update(d, what, err);
	if (code == PS_OK)
		code = ps_digest_final(d, out, err);
	if (code == PS_OK)
		memcpy(id, out, PS_IDENTITY);
	ps_digest_free(d);
	return code;
}

ps_code
ps_digest_once(const struct ps_alg *alg, ps_slice in, uint8_t out[PS_DIGEST_MAX], ps_err *err)
{
	struct ps_digest *d = NULL;
	ps_code code = ps_digest_new(&d, alg, err);

	if (code == PS_OK)
		code = ps_digest_update(d, in, err);
	if (code == PS_OK)
		code = ps_digest_final(d, out, err);
	ps_digest_free(d);
	return code;
}
