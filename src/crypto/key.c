/* SPDX-License-Identifier: ISC */
/*
 * Private key handles.
 *
 * A handle carries its own public half, made through the same checks as a
 * stranger's: a private key on a curve that we refuse elsewhere is refused
 * here too, and the facts about both come from one place.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/buf.h"
#include "base/text.h"
#include "crypto/token.h"

/* Some programs write the curve of a private key out by its parameters. In a
 * stranger's key that is refused; of our own, OpenSSL has found out which
 * curve it is, so the public half can name it. */
static void
name_curve(EVP_PKEY *pkey)
{
	if (EVP_PKEY_is_a(pkey, "EC"))
		(void)EVP_PKEY_set_utf8_string_param(pkey, OSSL_PKEY_PARAM_EC_ENCODING,
		    OSSL_PKEY_EC_ENCODING_GROUP);
}

static ps_code
public_half(struct ps_key *k, ps_err *err)
{
	unsigned char *p = NULL;
	int n;
	ps_code code;

	if (k->drop == NULL)
		name_curve(k->pkey);
	n = i2d_PUBKEY(k->pkey, &p);
	if (n <= 0)
		return ps_fail(err, PS_E_UNSUPPORTED, "crypto.private-key", PS_NOWHERE,
		    W_CRYPTO_KEY_PRIVATE, PS_TEXT("reason", crypto_reason()));
	code = ps_buf_add(&k->spki, (ps_slice){ p, (size_t)n }, err);
	OPENSSL_free(p);
	/* What a token shows of itself differs by the way to it. */
	if (code == PS_OK && k->drop != NULL)
		code = ps_pubkey_parse(&k->pub, ps_buf_get(&k->spki), err);
	else if (code == PS_OK)
		code = ps_pubkey_of(&k->pub, k->pkey, ps_buf_get(&k->spki), err);
	return code;
}

/*
 * The secret from which substitute keys are made. Derived from the private
 * exponent, so that the same message gives the same substitute in any process
 * that holds the key; random when the exponent is not ours to see.
 */
static ps_code
make_substitute(struct ps_key *k, ps_err *err)
{
	static const char label[] = "postseal: substitute for a PKCS #1 v1.5 key";
	uint8_t d[RSA_MAX_BITS / 8], mac[PS_DIGEST_MAX];
	BIGNUM *exponent = NULL;
	int n = EVP_PKEY_get_size(k->pkey);
	ps_code code;

	if (k->drop != NULL || n <= 0 || (size_t)n > sizeof d ||
	    EVP_PKEY_get_bn_param(k->pkey, OSSL_PKEY_PARAM_RSA_D, &exponent) != 1 ||
	    BN_bn2binpad(exponent, d, n) != n) {
		BN_clear_free(exponent);
		return ps_random(k->substitute, sizeof k->substitute, err);
	}
	BN_clear_free(exponent);
	code = kdf_hmac(ps_alg_get(PS_SHA256), (ps_slice){ d, (size_t)n }, ps_str(label), mac, err);
	if (code == PS_OK)
		memcpy(k->substitute, mac, sizeof k->substitute);
	ps_wipe(d, sizeof d);
	ps_wipe(mac, sizeof mac);
	return code;
}

ps_code
key_new(struct ps_key **out, EVP_PKEY *pkey, ps_err *err)
{
	return key_new_token(out, &(struct token_found){ .key = pkey }, err);
}

ps_code
key_new_token(struct ps_key **out, const struct token_found *found, ps_err *err)
{
	struct ps_key *k = calloc(1, sizeof *k);
	ps_code code;

	if (k == NULL) {
		EVP_PKEY_free(found->key);
		if (found->drop != NULL)
			found->drop(found->owner);
		return ps_nomem(err, "crypto.private-key");
	}
	atomic_init(&k->refs, 1);
	k->pkey = found->key;
	k->owner = found->owner;
	k->drop = found->drop;
	ERR_set_mark();
	code = public_half(k, err);
	if (code == PS_OK && EVP_PKEY_is_a(k->pkey, "RSA"))
		code = make_substitute(k, err);
	ERR_pop_to_mark();
	if (code != PS_OK) {
		ps_key_free(k);
		return code;
	}
	*out = k;
	return PS_OK;
}

struct ps_key *
ps_key_ref(struct ps_key *k)
{
	if (k != NULL)
		atomic_fetch_add_explicit(&k->refs, 1, memory_order_relaxed);
	return k;
}

void
ps_key_free(struct ps_key *k)
{
	if (k == NULL || atomic_fetch_sub_explicit(&k->refs, 1, memory_order_acq_rel) != 1)
		return;
	EVP_PKEY_free(k->pkey);
	ps_pubkey_free(k->pub);
	ps_buf_clear(&k->spki);
	if (k->drop != NULL)
		k->drop(k->owner);
	ps_wipe(k->substitute, sizeof k->substitute);
	free(k);
}

void
ps_key_info(const struct ps_key *k, struct ps_key_info *out)
{
	*out = k->pub->info;
}

ps_slice
ps_key_spki(const struct ps_key *k)
{
	return ps_buf_get(&k->spki);
}

/* One RSA key may be certified as rsaEncryption, RSA-PSS or RSA-OAEP, which
 * OpenSSL calls different types; the numbers decide. */
static bool
same_rsa(EVP_PKEY *a, EVP_PKEY *b)
{
	BIGNUM *n[2] = { NULL, NULL }, *e[2] = { NULL, NULL };
	EVP_PKEY *key[2] = { a, b };
	bool same = true;

	for (int i = 0; i < 2; i++)
		same = same &&
		    EVP_PKEY_get_bn_param(key[i], OSSL_PKEY_PARAM_RSA_N, &n[i]) == 1 &&
		    EVP_PKEY_get_bn_param(key[i], OSSL_PKEY_PARAM_RSA_E, &e[i]) == 1;
	same = same && BN_cmp(n[0], n[1]) == 0 && BN_cmp(e[0], e[1]) == 0;
	for (int i = 0; i < 2; i++) {
		BN_free(n[i]);
		BN_free(e[i]);
	}
	return same;
}

static bool
is_rsa(const struct ps_pubkey *k)
{
	return k->info.type->id == PS_KEY_RSA || k->info.type->id == PS_KEY_RSA_PSS ||
	    k->info.type->id == PS_KEY_RSA_OAEP;
}

bool
ps_key_matches(const struct ps_key *k, ps_slice spki)
{
	struct ps_pubkey *pub = NULL;
	bool same;

	if (ps_slice_equal(ps_buf_get(&k->spki), spki))
		return true;
	if (ps_pubkey_parse(&pub, spki, NULL) != PS_OK)
		return false;
	ERR_set_mark();
	if (is_rsa(pub))
		same = is_rsa(k->pub) && same_rsa(k->pub->pkey, pub->pkey);
	else
		same = EVP_PKEY_eq(k->pub->pkey, pub->pkey) == 1;
	ERR_pop_to_mark();
	ps_pubkey_free(pub);
	return same;
}
