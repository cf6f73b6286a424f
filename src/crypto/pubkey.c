/* SPDX-License-Identifier: ISC */
/*
 * Public keys from a SubjectPublicKeyInfo.
 *
 * Our own cursor looks first, so that what we do not want (curves written out,
 * hybrid points, moduli of a size that only serves to burn time) never reaches
 * OpenSSL, and so that a refusal says which rule it was.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/buf.h"
#include "base/text.h"
#include "crypto/internal.h"

/* A SubjectPublicKeyInfo in pieces. */
struct spki {
	struct ps_algid	 algid;
	ps_slice	 key;
	const struct ps_alg *type, *curve;
};

static ps_code
split(struct spki *out, ps_slice spki, ps_err *err)
{
	struct der_state state;
	struct der in, seq;

	der_init(&in, &state, spki, 0, false, "SubjectPublicKeyInfo");
	seq = der_enter(&in, DER_SEQUENCE, "SubjectPublicKeyInfo");
	out->algid = ps_algid_parse(&seq, DER_SEQUENCE, "algorithm");
	out->key = der_bits(&seq, "subjectPublicKey");
	der_leave(&seq);
	return der_finish(&in, "crypto.public-key", err);
}

ps_slice
pubkey_bits(ps_slice spki)
{
	struct spki s;

	return split(&s, spki, NULL) == PS_OK ? s.key : (ps_slice){ NULL, 0 };
}

const struct ps_alg *
ps_spki_alg(ps_slice spki)
{
	struct spki s;

	return split(&s, spki, NULL) == PS_OK ? ps_alg_by_oid(PS_ALG_KEY, s.algid.oid) : NULL;
}

static ps_code
bad_params(const struct spki *s, ps_err *err)
{
	return ps_fail(err, PS_E_MALFORMED, "crypto.public-key", PS_NOWHERE, W_CRYPTO_KEY_PARAMS,
	    PS_TEXT("algorithm", s->type->label));
}

static ps_code
check_rsa(struct spki *s, ps_err *err)
{
	struct der_state state;
	struct der in, seq;
	ps_slice modulus;
	ps_code code;

	if (s->type->id == PS_KEY_RSA && !algid_no_params(&s->algid))
		return bad_params(s, err);
	der_init(&in, &state, s->key, 0, false, "RSAPublicKey");
	seq = der_enter(&in, DER_SEQUENCE, "RSAPublicKey");
	modulus = der_integer(&seq, "modulus");
	(void)der_integer(&seq, "publicExponent");
	der_leave(&seq);
	code = der_finish(&in, "crypto.public-key", err);
	if (code == PS_OK && modulus.n > RSA_MAX_BITS / 8 + 1)
		return ps_fail(err, PS_E_UNSUPPORTED, "crypto.public-key", PS_NOWHERE,
		    W_CRYPTO_KEY_LARGE, PS_TEXT("kind", "RSA"),
		    PS_NUMBER("bits", modulus.n * 8), PS_NUMBER("max", RSA_MAX_BITS));
	return code;
}

/* RFC 5480, 2.2: uncompressed must, compressed may, "hybrid [...] MUST NOT";
 * the single zero octet would be the point at infinity. */
bool
pubkey_point_ok(ps_slice point)
{
	return point.n > 1 && point.p[0] >= 2 && point.p[0] <= 4;
}

static ps_code
check_ec(struct spki *s, ps_err *err)
{
	char text[128];
	struct der_state state;
	struct der in;
	ps_slice curve;
	ps_code code;

	/* RFC 5480, 2.1.1: "implicitCurve and specifiedCurve MUST NOT be
	 * used in PKIX". */
	if (s->algid.params.n != 0 && s->algid.params.p[0] == DER_SEQUENCE)
		return ps_fail(err, PS_E_UNSUPPORTED, "crypto.public-key", PS_NOWHERE,
		    W_CRYPTO_KEY_EXPLICIT);
	der_init(&in, &state, s->algid.params, 0, false, "ECParameters");
	curve = der_oid(&in, "namedCurve");
	code = der_finish(&in, "crypto.public-key", err);
	if (code != PS_OK)
		return code;
	s->curve = ps_alg_by_oid(PS_ALG_CURVE, curve);
	if (s->curve == NULL)
		return ps_fail(err, PS_E_UNSUPPORTED, "crypto.public-key", PS_NOWHERE,
		    W_CRYPTO_KEY_CURVE, PS_TEXT("curve", der_oid_text(curve, text, sizeof text)));
	if (!pubkey_point_ok(s->key))
		return ps_fail(err, PS_E_MALFORMED, "crypto.public-key", PS_NOWHERE,
		    W_CRYPTO_KEY_POINT);
	return PS_OK;
}

static ps_code
check(struct spki *s, ps_err *err)
{
	s->type = ps_alg_by_oid(PS_ALG_KEY, s->algid.oid);
	if (s->type == NULL)
		return crypto_unknown(err, "crypto.public-key", W_CRYPTO_KEY_UNKNOWN,
		    PS_ALG_KEY, &s->algid);
	if (s->type->id == PS_KEY_EC)
		return check_ec(s, err);
	if (s->type->id == PS_KEY_DH)
		return dh_check_params(s->algid.params, err);
	if (s->type->id == PS_KEY_DSA)
		return s->algid.params.n == 0 ? bad_params(s, err) : PS_OK;
	/* RFC 8410, 3: "the parameters MUST be absent"; RFC 9881, 2, RFC 9909, 3
	 * and RFC 9935, 3 say the same. */
	if (s->type->params == PS_PARAMS_ABSENT && s->algid.params.n != 0)
		return bad_params(s, err);
	if (s->type->params == PS_PARAMS_ABSENT)
		return crypto_offered(s->type, "crypto.public-key", err);
	return check_rsa(s, err);
}

/* OpenSSL does not know id-RSAES-OAEP as a key: it gets the same key as a
 * plain RSA one, and we remember what it may be used for. */
static ps_code
as_rsa(const struct spki *s, struct ps_buf *out, ps_err *err)
{
	struct derw w;

	derw_init(&w, out);
	derw_begin(&w, DER_SEQUENCE);
	ps_algid_build(&w, ps_alg_get(PS_KEY_RSA));
	derw_bits(&w, s->key);
	derw_end(&w);
	return derw_finish(&w, err);
}

static ps_code
decode(EVP_PKEY **out, const struct spki *s, ps_slice spki, ps_err *err)
{
	struct ps_buf plain = { 0 };
	const uint8_t *p = spki.p;
	ps_code code = PS_OK;

	if (s->type->id == PS_KEY_RSA_OAEP) {
		code = as_rsa(s, &plain, err);
		spki = ps_buf_get(&plain);
		p = spki.p;
	}
	ERR_set_mark();
	if (code == PS_OK)
		*out = d2i_PUBKEY(NULL, &p, (long)spki.n);
	if (code == PS_OK && *out == NULL)
		code = ps_fail(err, PS_E_MALFORMED, "crypto.public-key", PS_NOWHERE,
		    W_CRYPTO_KEY_BAD, PS_TEXT("algorithm", s->type->label),
		    PS_TEXT("reason", crypto_reason()));
	ERR_pop_to_mark();
	ps_buf_clear(&plain);
	return code;
}

/* RFC 4055, 3.1: an id-RSASSA-PSS key with parameters signs with those only. */
static ps_code
fill_pss(struct ps_key_info *info, const struct spki *s, ps_err *err)
{
	struct rsa_params p;
	ps_code code;

	if (s->type->id != PS_KEY_RSA_PSS || algid_no_params(&s->algid))
		return PS_OK;
	code = rsa_params_parse_pss(&p, s->algid.params, err);
	if (code != PS_OK)
		return code;
	info->pss_digest = p.hash;
	info->pss_salt = (unsigned)p.salt;
	return PS_OK;
}

static ps_code
fill(struct ps_pubkey *k, const struct spki *s, ps_err *err)
{
	k->info.type = s->type;
	k->info.curve = s->curve;
	k->info.bits = s->type->bits;
	if (s->curve != NULL)
		k->info.bits = s->curve->bits;
	if (k->info.bits == 0)
		k->info.bits = (unsigned)EVP_PKEY_get_bits(k->pkey);
	k->info.strength = (unsigned)EVP_PKEY_get_security_bits(k->pkey);
	return fill_pss(&k->info, s, err);
}

/* Takes `pkey`, NULL to have it made from the octets. */
static ps_code
make(struct ps_pubkey **out, EVP_PKEY *pkey, ps_slice spki, ps_err *err)
{
	struct spki s = { 0 };
	struct ps_pubkey *k = calloc(1, sizeof *k);
	ps_code code;

	if (k == NULL) {
		EVP_PKEY_free(pkey);
		return ps_nomem(err, "crypto.public-key");
	}
	k->pkey = pkey;
	if ((code = split(&s, spki, err)) == PS_OK && (code = check(&s, err)) == PS_OK &&
	    (pkey != NULL || (code = decode(&k->pkey, &s, spki, err)) == PS_OK) &&
	    (code = fill(k, &s, err)) == PS_OK)
		*out = k;
	else
		ps_pubkey_free(k);
	return code;
}

ps_code
ps_pubkey_parse(struct ps_pubkey **out, ps_slice spki, ps_err *err)
{
	return make(out, NULL, spki, err);
}

ps_code
ps_pubkey_of(struct ps_pubkey **out, EVP_PKEY *pkey, ps_slice spki, ps_err *err)
{
	if (EVP_PKEY_up_ref(pkey) != 1)
		return ps_nomem(err, "crypto.public-key");
	return make(out, pkey, spki, err);
}

void
ps_pubkey_free(struct ps_pubkey *k)
{
	if (k == NULL)
		return;
	ready_clear(&k->verify);
	ready_clear(&k->encrypt);
	EVP_PKEY_free(k->pkey);
	free(k);
}

void
ps_pubkey_info(const struct ps_pubkey *k, struct ps_key_info *out)
{
	*out = k->info;
}

/* The encoded point, uncompressed, or the raw octets of a Montgomery key. */
ps_code
pubkey_octets(EVP_PKEY *pkey, struct ps_buf *out, ps_err *err)
{
	unsigned char *p = NULL;
	size_t n;
	ps_code code = PS_OK;

	ERR_set_mark();
	n = EVP_PKEY_get1_encoded_public_key(pkey, &p);
	if (n == 0)
		code = crypto_fail(err, "crypto.public-key", "EVP_PKEY_get1_encoded_public_key");
	else
		code = ps_buf_add(out, (ps_slice){ p, n }, err);
	OPENSSL_free(p);
	ERR_pop_to_mark();
	return code;
}
