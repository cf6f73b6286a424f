/* SPDX-License-Identifier: ISC */
/*
 * New keys.
 *
 * Few kinds, since each is one more thing that a correspondent's program may
 * not read: those that RFC 8551, 2.2 and 2.3 name, in sizes that last, and
 * those of the post-quantum standards, of which each is one set of parameters.
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

#define SLH(hash)	"|slh-dsa-" hash "-128s|slh-dsa-" hash "-128f|slh-dsa-" hash "-192s" \
	"|slh-dsa-" hash "-192f|slh-dsa-" hash "-256s|slh-dsa-" hash "-256f"

const char *
ps_key_kinds(void)
{
	return "rsa-3072|rsa-4096|p-256|p-384|ed25519|x25519"
	       "|ml-dsa-44|ml-dsa-65|ml-dsa-87|ml-kem-512|ml-kem-768|ml-kem-1024" SLH("sha2") SLH("shake");
}

/* A set of parameters has its row in the table of algorithms. */
static ps_code
find(struct kind *out, const char *name, ps_err *err)
{
	const struct ps_alg *row = ps_alg_by_name(PS_ALG_KEY, name);

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (strcmp(kinds[i].name, name) == 0) {
			*out = kinds[i];
			return PS_OK;
		}
	if (row == NULL || row->since == NULL)
		return ps_fail(err, PS_E_NOT_FOUND, "crypto.make-key", PS_NOWHERE,
		    W_CRYPTO_MAKE_KIND, PS_TEXT("kind", name),
		    PS_TEXT("list", ps_key_kinds()));
	*out = (struct kind){ row->name, row->ossl, NULL, 0 };
	return crypto_offered(row, "crypto.make-key", err);
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
	struct kind k;
	EVP_PKEY *pkey;
	ps_code code = find(&k, name, err);

	if (code != PS_OK)
		return code;
	ERR_set_mark();
	pkey = make(&k);
	code = pkey == NULL ? crypto_fail(err, "crypto.make-key", k.ossl) :
	    key_new(out, pkey, err);
	ERR_pop_to_mark();
	return code;
}
