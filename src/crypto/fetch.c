/* SPDX-License-Identifier: ISC */
/*
 * Algorithms as the crypto library has them, looked up once.
 *
 * A fetch by name takes longer than hashing a small mail. All of ours are from the
 * library's default context, which is one for the process; so is this table: each
 * place is written once, by whoever comes first, and never changes.
 */
#include <stdatomic.h>

#include "crypto/internal.h"

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
