/* SPDX-License-Identifier: ISC */
/*
 * Key derivation: X9.63 and HKDF for key agreement, PBKDF2 for passwords.
 */
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "crypto/internal.h"

static OSSL_PARAM
octets(const char *name, ps_slice v)
{
	return OSSL_PARAM_construct_octet_string(name,
	    crypto_unconst(v.p == NULL ? (const uint8_t *)"" : v.p), v.n);
}

static OSSL_PARAM
digest_name(const struct ps_alg *digest)
{
	return OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST,
	    crypto_unconst(digest->ossl), 0);
}

static ps_code
derive(const char *name, const OSSL_PARAM *params, uint8_t *out, size_t n, ps_err *err)
{
	EVP_KDF *kdf;
	EVP_KDF_CTX *ctx = NULL;
	ps_code code = PS_OK;

	ERR_set_mark();
	kdf = crypto_kdf(name);
	if (kdf != NULL)
		ctx = EVP_KDF_CTX_new(kdf);
	if (ctx == NULL || EVP_KDF_derive(ctx, out, n, params) != 1)
		code = crypto_fail(err, "crypto.kdf", name);
	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
	ERR_pop_to_mark();
	return code;
}

ps_code
kdf_x963(const struct ps_alg *digest, ps_slice z, ps_slice info,
    uint8_t *out, size_t n, ps_err *err)
{
	OSSL_PARAM params[] = {
		digest_name(digest),
		octets(OSSL_KDF_PARAM_SECRET, z),
		octets(OSSL_KDF_PARAM_INFO, info),
		OSSL_PARAM_construct_end(),
	};

	return derive("X963KDF", params, out, n, err);
}

/* Hash(counter || Z || info), the counter from 1 (the example of RFC 9690 shows
 * it). X963KDF has the counter behind Z. */
ps_code
kdf_x944_3(const struct ps_alg *digest, ps_slice z, ps_slice info,
    uint8_t *out, size_t n, ps_err *err)
{
	uint8_t value[PS_DIGEST_MAX], counter[4] = { 0, 0, 0, 1 };
	size_t size = ps_digest_size(digest);
	struct ps_digest *d;
	ps_code code = ps_digest_new(&d, digest, err);

	if (code != PS_OK)
		return code;
	for (size_t at = 0; at < n; at += size, counter[3]++)
		if ((at != 0 && (code = ps_digest_reset(d, err)) != PS_OK) ||
		    (code = ps_digest_update(d, (ps_slice){ counter, 4 }, err)) != PS_OK ||
		    (code = ps_digest_update(d, z, err)) != PS_OK ||
		    (code = ps_digest_update(d, info, err)) != PS_OK ||
		    (code = ps_digest_final(d, value, err)) != PS_OK)
			break;
		else
			memcpy(out + at, value, n - at < size ? n - at : size);
	ps_digest_free(d);
	ps_wipe(value, sizeof value);
	return code;
}

ps_code
kdf_hkdf(const struct ps_alg *digest, ps_slice ikm, ps_slice salt, ps_slice info,
    uint8_t *out, size_t n, ps_err *err)
{
	OSSL_PARAM params[5];
	size_t i = 0;

	params[i++] = digest_name(digest);
	params[i++] = octets(OSSL_KDF_PARAM_KEY, ikm);
	params[i++] = octets(OSSL_KDF_PARAM_INFO, info);
	if (salt.p != NULL)
		params[i++] = octets(OSSL_KDF_PARAM_SALT, salt);
	params[i] = OSSL_PARAM_construct_end();
	return derive("HKDF", params, out, n, err);
}

/* "pkcs5": RFC 8018 allows what SP 800-132's lower bounds would refuse, and
 * old mail needs it. */
ps_code
kdf_pbkdf2(const struct ps_alg *digest, ps_slice password, ps_slice salt,
    uint64_t rounds, uint8_t *out, size_t n, ps_err *err)
{
	int pkcs5 = 1;
	OSSL_PARAM params[] = {
		digest_name(digest),
		octets(OSSL_KDF_PARAM_PASSWORD, password),
		octets(OSSL_KDF_PARAM_SALT, salt),
		OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_ITER, &rounds),
		OSSL_PARAM_construct_int(OSSL_KDF_PARAM_PKCS5, &pkcs5),
		OSSL_PARAM_construct_end(),
	};

	return derive("PBKDF2", params, out, n, err);
}

/* OpenSSL's own bound of 32 MiB is just below what common files ask for. */
ps_code
kdf_scrypt(const struct scrypt_params *s, ps_slice password, uint8_t *out, size_t n, ps_err *err)
{
	uint64_t cost = s->n, most = SCRYPT_OCTETS_MAX + (1 << 20);
	uint32_t r = (uint32_t)s->r, p = (uint32_t)s->p;
	OSSL_PARAM params[] = {
		octets(OSSL_KDF_PARAM_PASSWORD, password),
		octets(OSSL_KDF_PARAM_SALT, s->salt),
		OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_N, &cost),
		OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_R, &r),
		OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_P, &p),
		OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_MAXMEM, &most),
		OSSL_PARAM_construct_end(),
	};

	return derive("SCRYPT", params, out, n, err);
}

ps_code
kdf_hmac(const struct ps_alg *digest, ps_slice key, ps_slice in,
    uint8_t out[PS_DIGEST_MAX], ps_err *err)
{
	OSSL_PARAM params[] = { digest_name(digest), OSSL_PARAM_construct_end() };
	static const uint8_t nothing[1];
	EVP_MAC *mac;
	EVP_MAC_CTX *ctx = NULL;
	size_t n = 0;
	ps_code code = PS_OK;

	ERR_set_mark();
	mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	if (mac != NULL)
		ctx = EVP_MAC_CTX_new(mac);
	if (ctx == NULL ||
	    EVP_MAC_init(ctx, key.p == NULL ? nothing : key.p, key.n, params) != 1 ||
	    EVP_MAC_update(ctx, in.p, in.n) != 1 ||
	    EVP_MAC_final(ctx, out, &n, PS_DIGEST_MAX) != 1)
		code = crypto_fail(err, "crypto.hmac", "HMAC");
	EVP_MAC_CTX_free(ctx);
	EVP_MAC_free(mac);
	ERR_pop_to_mark();
	return code;
}

static void
parse_pbkdf2(struct der *seq, struct pbkdf2_params *p, struct ps_algid *prf)
{
	/* RFC 8018, A.2: otherSource is "reserved for future versions". */
	p->salt = der_octets(seq, "salt");
	p->rounds = der_u64(seq, "iterationCount");
	if (der_next_tag(seq) == DER_INTEGER)
		p->length = der_u64(seq, "keyLength");
	if (der_more(seq))
		*prf = ps_algid_parse(seq, DER_SEQUENCE, "prf");
}

static const struct ps_alg *
prf_row(const struct ps_algid *prf)
{
	if (prf->oid.n == 0)
		return ps_alg_get(PS_HMAC_SHA1);	/* the default */
	return algid_no_params(prf) ? ps_alg_by_oid(PS_ALG_MAC, prf->oid) : NULL;
}

ps_code
pbkdf2_parse(struct pbkdf2_params *out, const struct ps_algid *kdf,
    const struct ps_limits *limits, ps_err *err)
{
	struct pbkdf2_params p = { 0 };
	struct ps_algid prf = { 0 };
	struct der_state state;
	struct der in, seq;
	ps_code code;

	if (ps_alg_by_oid(PS_ALG_KDF, kdf->oid) == NULL)
		return crypto_unknown(err, "crypto.pbkdf2", W_CRYPTO_KDF_UNKNOWN, PS_ALG_KDF, kdf);
	der_init(&in, &state, kdf->params, 0, false, "PBKDF2-params");
	seq = der_enter(&in, DER_SEQUENCE, "PBKDF2-params");
	parse_pbkdf2(&seq, &p, &prf);
	der_leave(&seq);
	code = der_finish(&in, "crypto.pbkdf2", err);
	if (code != PS_OK)
		return code;
	p.prf = prf_row(&prf);
	if (p.prf == NULL)
		return crypto_unknown(err, "crypto.pbkdf2", W_CRYPTO_KDF_UNKNOWN, PS_ALG_MAC, &prf);
	if (p.rounds > limits->kdf_iterations)
		return ps_fail(err, PS_E_LIMIT, "crypto.pbkdf2", PS_NOWHERE, W_CRYPTO_KDF_ROUNDS,
		    PS_NUMBER("found", p.rounds), PS_NUMBER("max", limits->kdf_iterations));
	if (p.rounds == 0)
		return ps_fail(err, PS_E_MALFORMED, "crypto.pbkdf2", PS_NOWHERE,
		    W_CRYPTO_KDF_NONE);
	*out = p;
	return PS_OK;
}
