/* SPDX-License-Identifier: ISC */
/*
 * The parameters of RSASSA-PSS and RSAES-OAEP (RFC 4055).
 *
 * Both are a hash, a mask generation function and something more, tagged
 * explicitly, each with a default; explicit defaults are read, DER leaves them
 * out. We write the hash identifiers with NULL, as RFC 4055, 2.1 has them.
 */
#include <openssl/rsa.h>

#include "base/text.h"
#include "crypto/internal.h"

#define OID_MGF1 ((ps_slice){ (const uint8_t *)"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08", 9 })
#define OID_PSPECIFIED ((ps_slice){ (const uint8_t *)"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x09", 9 })

/* What was read, before anybody judges it. */
struct raw {
	struct ps_algid	 hash, mgf, mgf_hash, source;
	uint64_t	 salt, trailer;
	ps_slice	 label;
};

static struct ps_algid
tagged_algid(struct der *seq, uint32_t tag, const char *name)
{
	struct ps_algid a = { 0 };
	struct der t;

	if (!der_try_enter(seq, tag, name, &t))
		return a;
	a = ps_algid_parse(&t, DER_SEQUENCE, name);
	der_leave(&t);
	return a;
}

static void
tagged_u64(struct der *seq, uint32_t tag, const char *name, uint64_t *out)
{
	struct der t;

	if (!der_try_enter(seq, tag, name, &t))
		return;
	*out = der_u64(&t, name);
	der_leave(&t);
}

/* The parameters of an algorithm within the parameters have their own cursor. */
static ps_code
inner_algid(ps_slice params, struct ps_algid *out, ps_err *err)
{
	struct der_state state;
	struct der in;

	der_init(&in, &state, params, 0, false, "parameters");
	*out = ps_algid_parse(&in, DER_SEQUENCE, "hashAlgorithm");
	return der_finish(&in, "crypto.rsa-parameters", err);
}

static ps_code
inner_octets(ps_slice params, ps_slice *out, ps_err *err)
{
	struct der_state state;
	struct der in;

	der_init(&in, &state, params, 0, false, "parameters");
	*out = der_octets(&in, "label");
	return der_finish(&in, "crypto.rsa-parameters", err);
}

static ps_code
hash_row(const struct ps_alg **out, const struct ps_algid *a, ps_err *err)
{
	const struct ps_alg *row = ps_alg_by_oid(PS_ALG_DIGEST, a->oid);

	if (a->oid.n == 0)
		row = ps_alg_get(PS_SHA1);	/* the default */
	else if (row == NULL || !algid_no_params(a) || row->id == PS_SHAKE128 ||
	    row->id == PS_SHAKE256)
		return crypto_unknown(err, "crypto.rsa-parameters", W_CRYPTO_RSA_HASH,
		    PS_ALG_DIGEST, a);
	*out = row;
	return PS_OK;
}

static ps_code
judge(struct rsa_params *out, struct raw *raw, ps_err *err)
{
	ps_code code = hash_row(&out->hash, &raw->hash, err);

	if (code != PS_OK)
		return code;
	if (raw->mgf.oid.n != 0) {
		if (!ps_slice_equal(raw->mgf.oid, OID_MGF1))
			return crypto_unknown(err, "crypto.rsa-parameters", W_CRYPTO_RSA_MGF,
			    PS_ALG_DIGEST, &raw->mgf);
		code = inner_algid(raw->mgf.params, &raw->mgf_hash, err);
		if (code != PS_OK)
			return code;
	}
	return hash_row(&out->mgf, &raw->mgf_hash, err);
}

static ps_code
read_params(struct raw *raw, ps_slice params, bool pss, ps_err *err)
{
	struct der_state state;
	struct der in, seq;

	der_init(&in, &state, params, 0, false, pss ? "RSASSA-PSS-params" : "RSAES-OAEP-params");
	seq = der_enter(&in, DER_SEQUENCE, "parameters");
	raw->hash = tagged_algid(&seq, DER_CTX(0), "hashAlgorithm");
	raw->mgf = tagged_algid(&seq, DER_CTX(1), "maskGenAlgorithm");
	if (pss) {
		tagged_u64(&seq, DER_CTX(2), "saltLength", &raw->salt);
		tagged_u64(&seq, DER_CTX(3), "trailerField", &raw->trailer);
	} else
		raw->source = tagged_algid(&seq, DER_CTX(2), "pSourceAlgorithm");
	der_leave(&seq);
	return der_finish(&in, "crypto.rsa-parameters", err);
}

ps_code
rsa_params_parse_pss(struct rsa_params *out, ps_slice params, ps_err *err)
{
	struct raw raw = { .salt = 20, .trailer = 1 };
	struct rsa_params p = { 0 };
	ps_code code = read_params(&raw, params, true, err);

	if (code == PS_OK)
		code = judge(&p, &raw, err);
	if (code != PS_OK)
		return code;
	/* RFC 4055, 3.1: "The trailerField field is an integer. [...] The
	 * value MUST be 1". */
	if (raw.trailer != 1)
		return ps_fail(err, PS_E_UNSUPPORTED, "crypto.rsa-parameters", PS_NOWHERE,
		    W_CRYPTO_PSS_TRAILER, PS_NUMBER("found", raw.trailer));
	if (raw.salt > RSA_MAX_BITS / 8)
		return ps_fail(err, PS_E_MALFORMED, "crypto.rsa-parameters", PS_NOWHERE,
		    W_CRYPTO_PSS_SALT, PS_NUMBER("found", raw.salt));
	p.salt = raw.salt;
	p.trailer = raw.trailer;
	*out = p;
	return PS_OK;
}

ps_code
rsa_params_parse_oaep(struct rsa_params *out, ps_slice params, ps_err *err)
{
	struct raw raw = { 0 };
	struct rsa_params p = { 0 };
	ps_code code = read_params(&raw, params, false, err);

	if (code == PS_OK)
		code = judge(&p, &raw, err);
	if (code == PS_OK && raw.source.oid.n != 0) {
		if (!ps_slice_equal(raw.source.oid, OID_PSPECIFIED))
			return crypto_unknown(err, "crypto.rsa-parameters", W_CRYPTO_RSA_LABEL,
			    PS_ALG_DIGEST, &raw.source);
		code = inner_octets(raw.source.params, &p.label, err);
	}
	if (code != PS_OK)
		return code;
	*out = p;
	return PS_OK;
}

static void
build_hash(struct derw *w, const struct ps_alg *hash)
{
	derw_begin(w, DER_SEQUENCE);
	derw_oid(w, hash->oid);
	derw_null(w);
	derw_end(w);
}

static void
build_common(struct derw *w, const struct ps_alg *hash, const struct ps_alg *mgf)
{
	if (hash->id != PS_SHA1) {
		derw_begin(w, DER_CTX(0));
		build_hash(w, hash);
		derw_end(w);
	}
	if (mgf->id != PS_SHA1) {
		derw_begin(w, DER_CTX(1));
		derw_begin(w, DER_SEQUENCE);
		derw_oid(w, OID_MGF1);
		build_hash(w, mgf);
		derw_end(w);
		derw_end(w);
	}
}

void
rsa_params_build_pss(struct derw *w, const struct ps_alg *hash, const struct ps_alg *mgf,
    unsigned salt)
{
	derw_begin(w, DER_SEQUENCE);
	build_common(w, hash, mgf);
	if (salt != 20) {
		derw_begin(w, DER_CTX(2));
		derw_u64(w, salt);
		derw_end(w);
	}
	derw_end(w);
}

void
rsa_params_build_oaep(struct derw *w, const struct ps_alg *hash)
{
	derw_begin(w, DER_SEQUENCE);
	build_common(w, hash, hash);
	derw_end(w);
}

/* OpenSSL 3.0 does not take these by name for the key of an engine. */
bool
rsa_set_mgf(EVP_PKEY_CTX *ctx, const struct ps_alg *digest)
{
	return EVP_PKEY_CTX_set_rsa_mgf1_md_name(ctx, digest->ossl, NULL) == 1 ||
	    EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, EVP_get_digestbyname(digest->ossl)) == 1;
}

bool
rsa_set_oaep_hash(EVP_PKEY_CTX *ctx, const struct ps_alg *digest)
{
	return EVP_PKEY_CTX_set_rsa_oaep_md_name(ctx, digest->ossl, NULL) == 1 ||
	    EVP_PKEY_CTX_set_rsa_oaep_md(ctx, EVP_get_digestbyname(digest->ossl)) == 1;
}
