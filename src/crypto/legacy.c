/* SPDX-License-Identifier: ISC */
/*
 * Old ciphers.
 *
 * OpenSSL keeps RC2, DES and CAST5 in a provider that a process must ask for.
 * It is loaded into a library context of its own, so that reading one old mail
 * does not make the rest of the process accept RC2.
 */
#include "base/text.h"
#include "crypto/internal.h"

bool
legacy_open(struct legacy *l)
{
	if (l->ctx == NULL)
		l->ctx = OSSL_LIB_CTX_new();
	if (l->ctx == NULL)
		return false;
	if (l->provider[0] == NULL)
		l->provider[0] = OSSL_PROVIDER_load(l->ctx, "default");
	if (l->provider[1] == NULL)
		l->provider[1] = OSSL_PROVIDER_load(l->ctx, "legacy");
	return l->provider[0] != NULL && l->provider[1] != NULL;
}

void
legacy_close(struct legacy *l)
{
	for (int i = 0; i < 2; i++)
		if (l->provider[i] != NULL)
			(void)OSSL_PROVIDER_unload(l->provider[i]);
	OSSL_LIB_CTX_free(l->ctx);
	*l = (struct legacy){ .ctx = NULL };
}

ps_code
legacy_fetch(struct legacy *l, const struct ps_alg *alg, EVP_CIPHER **out, ps_err *err)
{
	EVP_CIPHER *cipher;

	if (alg->legacy && !legacy_open(l))
		return ps_fail(err, PS_E_UNSUPPORTED, "crypto.cipher", PS_NOWHERE,
		    W_CRYPTO_LEGACY, PS_TEXT("algorithm", alg->label));
	cipher = alg->legacy ? EVP_CIPHER_fetch(l->ctx, alg->ossl, NULL) : crypto_cipher(alg);
	if (cipher == NULL)
		return ps_fail(err, PS_E_UNSUPPORTED, "crypto.cipher", PS_NOWHERE,
		    W_CRYPTO_MISSING, PS_TEXT("algorithm", alg->label));
	*out = cipher;
	return PS_OK;
}
