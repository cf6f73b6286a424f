/* SPDX-License-Identifier: ISC */
/*
 * Algorithms as the crypto library has them, looked up once.
 *
 * A fetch by name takes longer than hashing a small mail. All of ours are from the
 * library's default context, which is one for the process; so is this table: each
 * place is written once, by whoever comes first, and never changes.
 */
#include <stdatomic.h>

#include <openssl/err.h>

#include "crypto/internal.h"

bool
ps_alg_offered(const struct ps_alg *alg)
{
	const struct ps_alg *key = alg->key != PS_ALG_NONE ? ps_alg_get(alg->key) : alg;
	EVP_PKEY_CTX *ctx;

	if (key->since == NULL)
		return true;
	ERR_set_mark();
	ctx = EVP_PKEY_CTX_new_from_name(NULL, key->ossl, NULL);
	ERR_pop_to_mark();
	EVP_PKEY_CTX_free(ctx);
	return ctx != NULL;
}

ps_code
crypto_offered(const struct ps_alg *alg, const char *where, ps_err *err)
{
	return ps_alg_offered(alg) ? PS_OK : ps_fail(err, PS_E_UNSUPPORTED, where, PS_NOWHERE,
	    W_CRYPTO_OLD, PS_TEXT("algorithm", alg->label), PS_TEXT("since", alg->since));
}

EVP_MD *
crypto_md(const struct ps_alg *alg)
{
	static _Atomic(EVP_MD *) table[PS_ALG_COUNT];
	EVP_MD *before = atomic_load(&table[alg->id]), *made;

	if (before == NULL) {
		made = EVP_MD_fetch(NULL, alg->ossl, NULL);
		if (made == NULL)
			return NULL;
		if (atomic_compare_exchange_strong(&table[alg->id], &before, made))
			before = made;
		else
			EVP_MD_free(made);
	}
	return EVP_MD_up_ref(before) == 1 ? before : NULL;
}

EVP_CIPHER *
crypto_cipher(const struct ps_alg *alg)
{
	static _Atomic(EVP_CIPHER *) table[PS_ALG_COUNT];
	EVP_CIPHER *before = atomic_load(&table[alg->id]), *made;

	if (before == NULL) {
		made = EVP_CIPHER_fetch(NULL, alg->ossl, NULL);
		if (made == NULL)
			return NULL;
		if (atomic_compare_exchange_strong(&table[alg->id], &before, made))
			before = made;
		else
			EVP_CIPHER_free(made);
	}
	return EVP_CIPHER_up_ref(before) == 1 ? before : NULL;
}
