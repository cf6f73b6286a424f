/* SPDX-License-Identifier: ISC */
/*
 * The private keys of ML-DSA and ML-KEM.
 *
 * Such a key is made from a seed of a few octets, and then has thousands. A file
 * may hold either or both (RFC 9881, 6 and RFC 9935, 6), told apart by a tag. We
 * read all three and write the seed unless asked otherwise, which is what both
 * recommend: the rest comes from it, and never the other way round. Where both
 * stand they must be of one key, or programs that read the one would differ from
 * those that read the other.
 */
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "crypto/internal.h"
#include "crypto/keymake.h"

/* OpenSSL 3.5 has names for it, elder ones no such keys. */
#define PARAM_SEED	"seed"

enum { SEED_DSA = 32, SEED_KEM = 64, EXPANDED_MAX = 4896 };

struct sizes {
	unsigned	 key;		/* enum ps_alg_id */
	size_t		 seed, expanded;
};

static const struct sizes *
sizes_of(const struct ps_alg *type)
{
	static const struct sizes table[] = {
		{ PS_KEY_MLDSA44, SEED_DSA, 2560 },
		{ PS_KEY_MLDSA65, SEED_DSA, 4032 },
		{ PS_KEY_MLDSA87, SEED_DSA, EXPANDED_MAX },
		{ PS_KEY_MLKEM512, SEED_KEM, 1632 },
		{ PS_KEY_MLKEM768, SEED_KEM, 2400 },
		{ PS_KEY_MLKEM1024, SEED_KEM, 3168 },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		if (table[i].key == type->id)
			return &table[i];
	return NULL;
}

bool
keyform_chosen(const struct ps_alg *type)
{
	return sizes_of(type) != NULL;
}

/* --- reading --- */

/* "rather than any other heuristic like length": the tag decides. */
ps_code
keyform_check(const struct ps_alg *type, ps_slice octets, ps_err *err)
{
	const struct sizes *want = sizes_of(type);
	ps_slice seed = { NULL, 0 }, expanded = { NULL, 0 };
	struct der_state state;
	struct der in, both;
	bool seeds, expands;

	if (want == NULL)
		return PS_OK;		/* keys of one form */
	der_init(&in, &state, octets, 0, true, "PrivateKey");
	seeds = der_next_tag(&in) != DER_OCTETS;
	expands = der_next_tag(&in) != DER_CTX_PRIM(0);
	if (!expands)
		seed = der_value(&in, DER_CTX_PRIM(0), "seed");
	else if (!seeds)
		expanded = der_octets(&in, "expandedKey");
	else {
		both = der_enter(&in, DER_SEQUENCE, "both");
		seed = der_octets(&both, "seed");
		expanded = der_octets(&both, "expandedKey");
		der_leave(&both);
	}
	if (der_finish(&in, "crypto.private-key", NULL) == PS_OK &&
	    seed.n == (seeds ? want->seed : 0) && expanded.n == (expands ? want->expanded : 0))
		return PS_OK;
	return ps_fail(err, PS_E_MALFORMED, "crypto.private-key", PS_NOWHERE, W_CRYPTO_KEY_FORM,
	    PS_TEXT("algorithm", type->label), PS_NUMBER("seed", want->seed),
	    PS_NUMBER("expanded", want->expanded));
}

/* --- writing --- */

struct parts {
	uint8_t	 seed[SEED_KEM], expanded[EXPANDED_MAX];
	size_t	 nseed, nexpanded;	/* 0: it is not there */
};

/* A key that was read without its seed has none. */
static ps_code
take(struct parts *out, EVP_PKEY *pkey, ps_err *err)
{
	if (EVP_PKEY_get_octet_string_param(pkey, PARAM_SEED, out->seed, sizeof out->seed,
	    &out->nseed) != 1)
		out->nseed = 0;
	if (EVP_PKEY_get_octet_string_param(pkey, OSSL_PKEY_PARAM_PRIV_KEY, out->expanded,
	    sizeof out->expanded, &out->nexpanded) == 1)
		return PS_OK;
	return crypto_fail(err, "crypto.write-key", "EVP_PKEY_get_octet_string_param");
}

static void
build_choice(struct derw *w, const struct parts *p, enum ps_key_form form)
{
	ps_slice seed = { p->seed, p->nseed }, expanded = { p->expanded, p->nexpanded };

	if (seed.n == 0 || form == PS_KEY_FORM_EXPANDED) {
		derw_octets(w, expanded);
		return;
	}
	if (form == PS_KEY_FORM_SEED) {
		derw_value(w, DER_CTX_PRIM(0), seed);
		return;
	}
	derw_begin(w, DER_SEQUENCE);
	derw_octets(w, seed);
	derw_octets(w, expanded);
	derw_end(w);
}

ps_code
keyform_build(EVP_PKEY *pkey, const struct ps_alg *type, enum ps_key_form form,
    struct ps_buf *out, ps_err *err)
{
	struct parts parts = { .nseed = 0 };
	struct derw w;
	ps_code code = take(&parts, pkey, err);

	if (code == PS_OK) {
		derw_init(&w, out);
		derw_begin(&w, DER_SEQUENCE);
		derw_u64(&w, 0);
		ps_algid_build(&w, type);
		derw_begin(&w, DER_OCTETS);
		build_choice(&w, &parts, form);
		derw_end(&w);
		derw_end(&w);
		code = derw_finish(&w, err);
	}
	ps_wipe(&parts, sizeof parts);
	return code;
}
