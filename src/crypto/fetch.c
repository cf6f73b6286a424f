/* SPDX-License-Identifier: ISC */
/*
 * Algorithms as the crypto library has them, looked up once.
 *
 * A fetch by name takes longer than hashing a small mail. All of ours are from the
 * library's default context, which is one for the process; so is this table: each
 * place is written once, by whoever comes first, and never changes.
 */
#include <stdatomic.h>
#include <string.h>

#include <openssl/err.h>

#include "crypto/internal.h"

static bool
look_for(const struct ps_alg *key)
{
	EVP_PKEY_CTX *ctx;

	ERR_set_mark();
	ctx = EVP_PKEY_CTX_new_from_name(NULL, key->ossl, NULL);
	ERR_pop_to_mark();
	EVP_PKEY_CTX_free(ctx);
	return ctx != NULL;
}

bool
ps_alg_offered(const struct ps_alg *alg)
{
	static atomic_bool known[PS_ALG_COUNT];
	const struct ps_alg *key = alg->key != PS_ALG_NONE ? ps_alg_get(alg->key) : alg;

	if (key->since == NULL || atomic_load(&known[key->id]))
		return true;
	if (!look_for(key))	/* short of memory it may seem so, once */
		return false;
	atomic_store(&known[key->id], true);
	return true;
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

EVP_KDF *
crypto_kdf(const char *name)
{
	static const char *const names[] = { "HKDF", "X963KDF", "PBKDF2", "SCRYPT" };
	enum { KDFS = sizeof names / sizeof names[0] };
	static _Atomic(EVP_KDF *) table[KDFS];
	EVP_KDF *before, *made;
	size_t i = 0;

	while (i < KDFS - 1 && strcmp(names[i], name) != 0)
		i++;
	before = atomic_load(&table[i]);
	if (before == NULL) {
		made = EVP_KDF_fetch(NULL, names[i], NULL);
		if (made == NULL)
			return NULL;
		if (atomic_compare_exchange_strong(&table[i], &before, made))
			before = made;
		else
			EVP_KDF_free(made);
	}
	return EVP_KDF_up_ref(before) == 1 ? before : NULL;
}
