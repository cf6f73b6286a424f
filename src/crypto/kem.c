/* SPDX-License-Identifier: ISC */
/*
 * Key encapsulation, received: ML-KEM (RFC 9936) and RSA-KEM (RFC 9690) in a
 * KEMRecipientInfo, RSA-KEM also in the older KeyTransRecipientInfo (RFC 5990).
 *
 * There is no padding that could be wrong: any octets give some secret (ML-KEM
 * makes one up for a ciphertext that is not its own, FIPS 203, 6.3), and only the
 * unwrapping of the content's key tells. So one answer is easy.
 */
#include <openssl/err.h>

#include "base/buf.h"
#include "base/text.h"
#include "crypto/kem.h"

/* A key derivation and how much it is to give: RsaKemParameters. */
struct derivation {
	struct ps_algid	 kdf;
	uint64_t	 size;
};

/* --- derivation --- */

/* The hash of KDF2 and KDF3 is their parameter. */
static const struct ps_alg *
hash_of(const struct ps_alg *row, const struct ps_algid *kdf)
{
	struct der_state state;
	struct der in;
	struct ps_algid hash;

	if (row->params == PS_PARAMS_ABSENT)
		return algid_no_params(kdf) ? ps_alg_get(row->digest) : NULL;
	der_init(&in, &state, kdf->params, 0, false, "KDF-HashFunction");
	hash = ps_algid_parse(&in, DER_SEQUENCE, "KDF-HashFunction");
	if (der_finish(&in, "crypto.kem", NULL) != PS_OK || !algid_no_params(&hash))
		return NULL;
	return ps_alg_by_oid(PS_ALG_DIGEST, hash.oid);
}

ps_code
kem_derive(const struct ps_algid *kdf, ps_slice z, ps_slice info, uint8_t *out, size_t n,
    ps_err *err)
{
	const struct ps_alg *row = ps_alg_by_oid(PS_ALG_KEM_KDF, kdf->oid);
	const struct ps_alg *hash = row == NULL ? NULL : hash_of(row, kdf);

	if (hash == NULL)
		return crypto_unknown(err, "crypto.kem", W_CRYPTO_KDF_UNKNOWN, PS_ALG_KEM_KDF, kdf);
	if (row->id == PS_KDF2)		/* the same as X9.63's */
		return kdf_x963(hash, z, info, out, n, err);
	if (row->id == PS_KDF3)
		return kdf_x944_3(hash, z, info, out, n, err);
	/* RFC 9936, 2.2.1: "the salt parameter is unused". */
	return kdf_hkdf(hash, z, (ps_slice){ NULL, 0 }, info, out, n, err);
}

/* RFC 9690, 2.3: without parameters the secret comes from KDF3 with SHA-256. */
struct ps_algid
kem_rsa_kdf(void)
{
	static const uint8_t hash[] = { DER_SEQUENCE, 11, DER_OID, 9, 0x60, 0x86, 0x48, 0x01,
	    0x65, 0x03, 0x04, 0x02, 0x01 };

	return (struct ps_algid){ .oid = ps_alg_get(PS_KDF3)->oid,
	    .params = { hash, sizeof hash } };
}

static void
read_derivation(struct der *in, struct derivation *out)
{
	struct der seq = der_enter(in, DER_SEQUENCE, "RsaKemParameters");

	out->kdf = ps_algid_parse(&seq, DER_SEQUENCE, "keyDerivationFunction");
	out->size = der_u64(&seq, "keyLength");
	der_leave(&seq);
}

/* --- the secret --- */

/* RFC 9690, A.2: Z is as long as the modulus, whatever its value. */
static ps_code
decapsulate_rsa(struct ps_key *key, const struct derivation *d, ps_slice ct, uint8_t *out,
    ps_err *err)
{
	uint8_t z[RSA_MAX_BITS / 8];
	size_t k = (size_t)EVP_PKEY_get_size(key->pkey);
	ps_code code;

	if (ct.n != k || k > sizeof z || !rsa_raw_decrypt(key->pkey, ct, z, k))
		code = crypto_decrypt_fail(err);
	else
		code = kem_derive(&d->kdf, (ps_slice){ z, k }, (ps_slice){ NULL, 0 }, out,
		    (size_t)d->size, err);
	ps_wipe(z, sizeof z);
	return code;
}

/* RFC 9629, 2: a ciphertext of another length is none; of its own length every one
 * gives a secret. */
static ps_code
decapsulate_ml(struct ps_key *key, ps_slice ct, uint8_t *out, ps_err *err)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key->pkey, NULL);
	size_t n = KEM_ML_SECRET;
	bool good;

	if (ctx == NULL)
		return ps_nomem(err, "crypto.kem");
	good = EVP_PKEY_decapsulate_init(ctx, NULL) == 1 &&
	    EVP_PKEY_decapsulate(ctx, out, &n, ct.p, ct.n) == 1 && n == KEM_ML_SECRET;

	EVP_PKEY_CTX_free(ctx);
	return good ? PS_OK : crypto_decrypt_fail(err);
}

static ps_code
check_size(uint64_t n, uint64_t max, ps_err *err)
{
	if (n != 0 && n <= max)
		return PS_OK;
	return ps_fail(err, PS_E_UNSUPPORTED, "crypto.kem", PS_NOWHERE, W_CRYPTO_KEM_LENGTH,
	    PS_NUMBER("found", n));
}

static ps_code
find_wrap(const struct ps_alg **out, const struct ps_algid *algid, uint64_t kek_size, ps_err *err)
{
	const struct ps_alg *wrap = ps_wrap_of(algid);

	if (wrap == NULL)
		return crypto_unknown(err, "crypto.kem", W_CRYPTO_WRAP_UNKNOWN, PS_ALG_WRAP, algid);
	if (kek_size != wrap->bits / 8)
		return ps_fail(err, PS_E_MALFORMED, "crypto.kem", PS_NOWHERE, W_CRYPTO_KEM_WRAP,
		    PS_TEXT("algorithm", wrap->label), PS_NUMBER("want", wrap->bits / 8),
		    PS_NUMBER("found", kek_size));
	*out = wrap;
	return PS_OK;
}

/* --- KEMRecipientInfo --- */

bool
ps_kem_fits(const struct ps_kem *k, const struct ps_key *key)
{
	const struct ps_alg *row = ps_alg_by_oid(PS_ALG_KEM, k->kem.oid);

	return row != NULL && row->key == key->pub->info.type->id;
}

ps_code
kem_build_info(const struct ps_kem *k, struct ps_buf *out, ps_err *err)
{
	struct derw w;

	derw_init(&w, out);
	derw_begin(&w, DER_SEQUENCE);
	derw_raw(&w, k->wrap.whole);
	derw_u64(&w, k->kek_size);
	if (k->ukm.p != NULL) {
		derw_begin(&w, DER_CTX(0));
		derw_octets(&w, k->ukm);
		derw_end(&w);
	}
	derw_end(&w);
	return derw_finish(&w, err);
}

static bool
is_rsa(const struct ps_kem *k)
{
	return ps_slice_equal(k->kem.oid, ps_alg_get(PS_KEM_RSA)->oid);
}

static ps_code
secret_params(const struct ps_kem *k, struct derivation *out, ps_err *err)
{
	struct der_state state;
	struct der in;
	ps_code code;

	*out = (struct derivation){ kem_rsa_kdf(), k->kek_size };
	if (!is_rsa(k)) {
		out->size = KEM_ML_SECRET;
		/* RFC 9936, 2.1: "The parameters field MUST be absent". */
		return k->kem.params.n == 0 ? PS_OK : crypto_unknown(err, "crypto.kem",
		    W_CRYPTO_KEM_UNKNOWN, PS_ALG_KEM, &k->kem);
	}
	if (algid_no_params(&k->kem))
		return check_size(out->size, KEM_SECRET_MAX, err);
	der_init(&in, &state, k->kem.params, 0, false, "RsaKemParameters");
	read_derivation(&in, out);
	code = der_finish(&in, "crypto.kem", err);
	return code == PS_OK ? check_size(out->size, KEM_SECRET_MAX, err) : code;
}

static ps_code
unwrap_with(const struct ps_kem *k, const struct ps_alg *wrap, ps_slice secret, ps_secret *out,
    ps_err *err)
{
	uint8_t kek[KEK_MAX];
	struct ps_buf info = { 0 };
	ps_slice slice = { kek, (size_t)k->kek_size };
	ps_code code = kem_build_info(k, &info, err);

	if (code == PS_OK)
		code = kem_derive(&k->kdf, secret, ps_buf_get(&info), kek, slice.n, err);
	if (code == PS_OK)
		code = ps_wrap_decrypt(wrap, slice, k->encrypted, out, err);
	ps_buf_clear(&info);
	ps_wipe(kek, sizeof kek);
	return code;
}

static ps_code
open_with(struct ps_key *key, const struct ps_kem *k, const struct ps_alg *wrap,
    const struct derivation *d, ps_secret *out_cek, ps_err *err)
{
	uint8_t secret[KEM_SECRET_MAX];
	ps_code code = is_rsa(k) ? decapsulate_rsa(key, d, k->ct, secret, err)
	    : decapsulate_ml(key, k->ct, secret, err);

	if (code == PS_OK)
		code = unwrap_with(k, wrap, (ps_slice){ secret, (size_t)d->size }, out_cek, err);
	ps_wipe(secret, sizeof secret);
	return code;
}

ps_code
ps_kem_decrypt(struct ps_key *key, const struct ps_kem *k, ps_secret *out_cek, ps_err *err)
{
	const struct ps_alg *wrap = NULL;
	struct derivation d;
	ps_code code = find_wrap(&wrap, &k->wrap, k->kek_size, err);

	if (!ps_kem_fits(k, key))
		return crypto_unknown(err, "crypto.kem", W_CRYPTO_KEM_UNKNOWN, PS_ALG_KEM, &k->kem);
	if (code == PS_OK)
		code = secret_params(k, &d, err);
	if (code != PS_OK)
		return code;
	ERR_set_mark();
	code = open_with(key, k, wrap, &d, out_cek, err);
	/* Some programs make the secret too with the derivation that the
	 * message names; a wrong one does not unwrap. */
	if (code == PS_E_DECRYPT && is_rsa(k) && algid_no_params(&k->kem)) {
		d.kdf = k->kdf;
		code = open_with(key, k, wrap, &d, out_cek, err);
	}
	ERR_pop_to_mark();
	return code;
}

/* --- KeyTransRecipientInfo --- */

/* RFC 5990, B.1: GenericHybridParameters. */
static ps_code
read_hybrid(ps_slice params, struct derivation *d, struct ps_algid *out_wrap, ps_err *err)
{
	struct der_state state;
	struct der in, seq, kem;

	der_init(&in, &state, params, 0, false, "GenericHybridParameters");
	seq = der_enter(&in, DER_SEQUENCE, "GenericHybridParameters");
	kem = der_enter(&seq, DER_SEQUENCE, "kem");
	if (!ps_slice_equal(der_oid(&kem, "algorithm"), ps_alg_get(PS_KEM_RSA)->oid))
		der_fail(&kem, "id-kem-rsa");
	read_derivation(&kem, d);
	der_leave(&kem);
	*out_wrap = ps_algid_parse(&seq, DER_SEQUENCE, "dem");
	der_leave(&seq);
	return der_finish(&in, "crypto.kem", err);
}

/* RFC 5990, A.3: EK = C || WK, C as long as the modulus. */
static ps_code
open_hybrid(struct ps_key *key, const struct derivation *d, const struct ps_alg *wrap,
    ps_slice encrypted, ps_secret *out, ps_err *err)
{
	uint8_t kek[KEK_MAX];
	size_t k = (size_t)EVP_PKEY_get_size(key->pkey), n = (size_t)d->size;
	ps_code code;

	if (encrypted.n <= k)
		return crypto_decrypt_fail(err);
	code = decapsulate_rsa(key, d, (ps_slice){ encrypted.p, k }, kek, err);
	if (code == PS_OK)
		code = ps_wrap_decrypt(wrap, (ps_slice){ kek, n },
		    (ps_slice){ encrypted.p + k, encrypted.n - k }, out, err);
	ps_wipe(kek, sizeof kek);
	return code;
}

ps_code
kem_transport_decrypt(struct ps_key *key, ps_slice params, ps_slice encrypted,
    ps_secret *out_cek, ps_err *err)
{
	struct derivation d;
	struct ps_algid wrap_algid;
	const struct ps_alg *wrap;
	ps_code code = read_hybrid(params, &d, &wrap_algid, err);

	if (code == PS_OK)
		code = find_wrap(&wrap, &wrap_algid, d.size, err);
	if (code != PS_OK)
		return code;
	ERR_set_mark();
	code = open_hybrid(key, &d, wrap, encrypted, out_cek, err);
	ERR_pop_to_mark();
	return code;
}
