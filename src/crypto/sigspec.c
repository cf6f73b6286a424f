/* SPDX-License-Identifier: ISC */
/*
 * What a signature is made with: read, chosen, written.
 *
 * A SignerInfo names a digest twice, once itself and once within the signature
 * algorithm; wherever the two could disagree they must not, because content
 * hashed with one and signed with the other is nobody's statement.
 */
#include "crypto/internal.h"

/* A digest that signs, and the row of its signature by key type. */
static const struct { unsigned key, digest, sig; } sigs[] = {
	{ PS_KEY_RSA, PS_MD5, PS_SIG_RSA_MD5 },
	{ PS_KEY_RSA, PS_SHA1, PS_SIG_RSA_SHA1 },
	{ PS_KEY_RSA, PS_SHA224, PS_SIG_RSA_SHA224 },
	{ PS_KEY_RSA, PS_SHA256, PS_SIG_RSA_SHA256 },
	{ PS_KEY_RSA, PS_SHA384, PS_SIG_RSA_SHA384 },
	{ PS_KEY_RSA, PS_SHA512, PS_SIG_RSA_SHA512 },
	{ PS_KEY_EC, PS_SHA1, PS_SIG_ECDSA_SHA1 },
	{ PS_KEY_EC, PS_SHA224, PS_SIG_ECDSA_SHA224 },
	{ PS_KEY_EC, PS_SHA256, PS_SIG_ECDSA_SHA256 },
	{ PS_KEY_EC, PS_SHA384, PS_SIG_ECDSA_SHA384 },
	{ PS_KEY_EC, PS_SHA512, PS_SIG_ECDSA_SHA512 },
};

static ps_code
bad_params(const struct ps_alg *sig, ps_err *err)
{
	return ps_fail(err, PS_E_MALFORMED, "crypto.signature-algorithm", PS_NOWHERE,
	    W_CRYPTO_SIG_PARAMS, PS_TEXT("algorithm", sig->label));
}

static ps_code
parse_pss(struct ps_sigspec *s, const struct ps_algid *sig, ps_err *err)
{
	struct rsa_params p;
	ps_code code;

	/* RFC 4056, 3: "The algorithm parameters field MUST contain
	 * RSASSA-PSS-params"; RFC 4055, 3.1 says so for certificates. */
	if (sig->params.n == 0)
		return ps_fail(err, PS_E_MALFORMED, "crypto.signature-algorithm", PS_NOWHERE,
		    W_CRYPTO_PSS_MISSING);
	code = rsa_params_parse_pss(&p, sig->params, err);
	if (code != PS_OK)
		return code;
	s->digest = p.hash;
	s->mgf = p.mgf;
	s->salt = (unsigned)p.salt;
	return PS_OK;
}

static ps_code
parse_sig(struct ps_sigspec *s, const struct ps_algid *sig, ps_err *err)
{
	s->sig = ps_alg_by_oid(PS_ALG_SIGNATURE, sig->oid);
	if (s->sig == NULL)
		return crypto_unknown(err, "crypto.signature-algorithm", W_CRYPTO_SIG_UNKNOWN,
		    PS_ALG_SIGNATURE, sig);
	if (s->sig->id == PS_SIG_PSS)
		return parse_pss(s, sig, err);
	/* RFC 8419, 2.1, RFC 9881, 2 and RFC 9909, 3: absent is the only form; for the others
	 * NULL and absent have both been written (RFC 5754, 3). */
	if (s->sig->pure ? sig->params.n != 0 : !algid_no_params(sig))
		return bad_params(s->sig, err);
	if (s->sig->digest != PS_ALG_NONE)
		s->digest = ps_alg_get(s->sig->digest);
	return PS_OK;
}

static ps_code
join_digest(struct ps_sigspec *s, const struct ps_algid *digest, ps_err *err)
{
	const struct ps_alg *said = ps_alg_digest_of(digest);

	if (said == NULL)
		return crypto_unknown(err, "crypto.signature-algorithm",
		    W_CRYPTO_DIGEST_UNKNOWN, PS_ALG_DIGEST, digest);
	/* rsaEncryption: RFC 3370, 3.2. RFC 9882, 3.3 and RFC 9814, 4 leave the digest of
	 * the attributes to the signer; it is judged by its own row. */
	if (s->digest == NULL || ps_alg_post_quantum(s->sig))
		s->digest = said;
	if (s->digest == said)
		return PS_OK;
	/* RFC 8419, 3.1: "the digestAlgorithm MUST be id-sha512" with Ed25519,
	 * id-shake256-len with Ed448. */
	if (s->sig->pure)
		return ps_fail(err, PS_E_UNSUPPORTED, "crypto.signature-algorithm", PS_NOWHERE,
		    W_CRYPTO_SIG_ED, PS_TEXT("algorithm", s->sig->label),
		    PS_TEXT("want", s->digest->label), PS_TEXT("found", said->label));
	/* RFC 4056, 3: "The same one-way hash function MUST be used";
	 * RFC 5754, 3: likewise for the others. */
	return ps_fail(err, PS_E_MALFORMED, "crypto.signature-algorithm", PS_NOWHERE,
	    W_CRYPTO_SIG_DIGEST, PS_TEXT("found", s->digest->label),
	    PS_TEXT("want", said->label));
}

ps_code
ps_sigspec_parse(struct ps_sigspec *out, const struct ps_algid *sig,
    const struct ps_algid *digest, ps_err *err)
{
	struct ps_sigspec s = { 0 };
	ps_code code = parse_sig(&s, sig, err);

	if (code == PS_OK && digest != NULL)
		code = join_digest(&s, digest, err);
	if (code != PS_OK)
		return code;
	if (s.digest == NULL)
		return ps_fail(err, PS_E_MALFORMED, "crypto.signature-algorithm", PS_NOWHERE,
		    W_CRYPTO_SIG_NO_DIGEST, PS_TEXT("algorithm", s.sig->label));
	*out = s;
	return PS_OK;
}

static const struct ps_alg *
natural_digest(const struct ps_key_info *key)
{
	if (key->pss_digest != NULL)
		return key->pss_digest;
	if (key->curve != NULL)
		return ps_alg_get(key->curve->digest);
	if (ps_alg_pure_of(key->type->id) != NULL)
		return ps_alg_get(ps_alg_pure_of(key->type->id)->digest);
	return ps_alg_get(PS_SHA256);
}

/* RFC 9882, 3.3 and RFC 9814, 4: "at least 2 * lambda bits of output", or the digest would be
 * what is attacked. */
static const struct ps_alg *
find_sig(unsigned key, unsigned digest)
{
	const struct ps_alg *pure = ps_alg_pure_of(key);

	if (pure != NULL && (pure->digest == digest || (ps_alg_post_quantum(pure) &&
	    ps_alg_get(digest)->bits >= 2 * ps_alg_get(key)->strength)))
		return pure;
	for (size_t i = 0; i < sizeof sigs / sizeof sigs[0]; i++)
		if (sigs[i].key == key && sigs[i].digest == digest)
			return ps_alg_get(sigs[i].sig);
	return NULL;
}

static ps_code
choose_pss(struct ps_sigspec *s, const struct ps_key_info *key, ps_err *err)
{
	unsigned size = s->digest->bits / 8;

	if ((key->pss_digest != NULL && key->pss_digest != s->digest) ||
	    s->digest->id == PS_SHAKE128 || s->digest->id == PS_SHAKE256)
		return ps_fail(err, PS_E_REFUSED, "crypto.sign", PS_NOWHERE,
		    W_CRYPTO_SIGN_DIGEST, PS_TEXT("key", key->type->label),
		    PS_TEXT("digest", s->digest->label));
	s->sig = ps_alg_get(PS_SIG_PSS);
	s->mgf = s->digest;
	s->salt = key->pss_salt > size ? key->pss_salt : size;
	return PS_OK;
}

static bool
can_sign(unsigned type)
{
	return type != PS_KEY_DSA && (ps_alg_get(type)->does & PS_DOES_SIGN) != 0;
}

ps_code
ps_sigspec_choose(struct ps_sigspec *out, const struct ps_key_info *key,
    const struct ps_alg *digest, bool pss, ps_err *err)
{
	struct ps_sigspec s = { .digest = digest != NULL ? digest : natural_digest(key) };
	unsigned type = key->type->id;
	ps_code code = PS_OK;

	if (!can_sign(type))	/* DSA is only verified */
		return ps_fail(err, PS_E_REFUSED, "crypto.sign", PS_NOWHERE,
		    W_CRYPTO_SIGN_KEY, PS_TEXT("key", key->type->label));
	if (type == PS_KEY_RSA_PSS || (type == PS_KEY_RSA && pss))
		code = choose_pss(&s, key, err);
	else
		s.sig = find_sig(type, s.digest->id);
	if (code != PS_OK)
		return code;
	if (s.sig == NULL)
		return ps_fail(err, PS_E_REFUSED, "crypto.sign", PS_NOWHERE,
		    W_CRYPTO_SIGN_DIGEST, PS_TEXT("key", key->type->label),
		    PS_TEXT("digest", s.digest->label));
	*out = s;
	return PS_OK;
}

void
ps_sigspec_build_sig(const struct ps_sigspec *s, struct derw *w, uint32_t tag)
{
	if (s->sig->id != PS_SIG_PSS) {
		ps_algid_build_tagged(w, tag, s->sig);
		return;
	}
	derw_begin(w, tag);
	derw_oid(w, s->sig->oid);
	rsa_params_build_pss(w, s->digest, s->mgf, s->salt);
	derw_end(w);
}

/* RFC 8419, 3.1: with signed attributes, and we never sign without, Ed448
 * goes with id-shake256-len and 512 written out. */
void
ps_sigspec_build_digest(const struct ps_sigspec *s, struct derw *w, uint32_t tag)
{
	if (s->sig->id != PS_SIG_ED448) {
		ps_algid_build_tagged(w, tag, s->digest);
		return;
	}
	derw_begin(w, tag);
	derw_oid(w, OID_SHAKE256_LEN);
	derw_u64(w, 512);
	derw_end(w);
}

const char *
ps_sigspec_name(const struct ps_sigspec *s)
{
	if (s->sig->id == PS_SIG_PSS)
		return "rsa-pss";
	switch (s->sig->key) {
	case PS_KEY_EC:
		return "ecdsa";
	case PS_KEY_DSA:
		return "dsa";
	default:
		return s->sig->pure ? s->sig->name : "rsa-pkcs1";
	}
}
