/* SPDX-License-Identifier: ISC */
/*
 * New keys.
 *
 * Few kinds, since each is one more thing that a correspondent's program may
 * not read: those that RFC 8551, 2.2 and 2.3 name, in sizes that last.
 */
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>

#include "base/text.h"
#include "crypto/internal.h"
#include "crypto/keymake.h"

static const struct kind {
	const char	*name, *ossl, *curve;	/* curve: EC only */
	size_t		 bits;			/* RSA only */
} kinds[] = {
	{ "rsa-3072", "RSA", NULL, 3072 },
	{ "rsa-4096", "RSA", NULL, 4096 },
	{ "p-256", "EC", "P-256", 0 },
	{ "p-384", "EC", "P-384", 0 },
	{ "ed25519", "ED25519", NULL, 0 },
	{ "x25519", "X25519", NULL, 0 },
};

const char *
ps_key_kinds(void)
{
	return "rsa-3072|rsa-4096|p-256|p-384|ed25519|x25519";
}

static const struct kind *
find(const char *name)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}

static EVP_PKEY *
make(const struct kind *k)
{
	if (k->bits != 0)
		return EVP_PKEY_Q_keygen(NULL, NULL, k->ossl, k->bits);
	if (k->curve != NULL)
		return EVP_PKEY_Q_keygen(NULL, NULL, k->ossl, k->curve);
	return EVP_PKEY_Q_keygen(NULL, NULL, k->ossl);
}

ps_code
ps_key_generate(struct ps_key **out, const char *name, ps_err *err)
{
	const struct kind *k = find(name);
	EVP_PKEY *pkey;
	ps_code code;

	if (k == NULL)
		return ps_fail(err, PS_E_NOT_FOUND, "crypto.make-key", PS_NOWHERE,
		    W_CRYPTO_MAKE_KIND, PS_TEXT("kind", name),
		    PS_TEXT("list", ps_key_kinds()));
	ERR_set_mark();
	pkey = make(k);
	code = pkey == NULL ? crypto_fail(err, "crypto.make-key", k->ossl) :
	    key_new(out, pkey, err);
	ERR_pop_to_mark();
	return code;
}
