/* SPDX-License-Identifier: ISC */
/*
 * Key agreement: RFC 5753 on Weierstrass curves, RFC 8418 with X25519 and
 * X448, and for old mail over a prime (agree_dh.c).
 *
 * The key-encryption key depends on the octets of the wrap algorithm's
 * identifier, and senders write NULL or nothing there as they like; so what
 * was received goes into the derivation as it stands.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/dh.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "base/buf.h"
#include "base/text.h"
#include "crypto/internal.h"

struct ps_ephemeral {
	EVP_PKEY		*pkey;
	struct ps_key_info	 info;
	struct ps_buf		 octets;	/* the public half, encoded */
};

static bool
is_montgomery(const struct ps_key_info *info)
{
	return info->type->id == PS_KEY_X25519 || info->type->id == PS_KEY_X448;
}

static bool
is_dh(const struct ps_key_info *info)
{
	return info->type->id == PS_KEY_DH;
}

static ps_code
check_key(const struct ps_key_info *info, ps_err *err)
{
	if (info->type->id == PS_KEY_EC || is_montgomery(info) || is_dh(info))
		return PS_OK;
	return ps_fail(err, PS_E_REFUSED, "crypto.agree", PS_NOWHERE, W_CRYPTO_AGREE_KEY,
	    PS_TEXT("key", info->type->label));
}

/* --- the key-encryption key --- */

/* RFC 5753, 7.2: ECC-CMS-SharedInfo. */
static ps_code
build_shared_info(struct ps_buf *out, ps_slice key_info, ps_slice ukm, size_t kek_size,
    ps_err *err)
{
	uint32_t bits = (uint32_t)kek_size * 8;
	uint8_t supp[4] = { (uint8_t)(bits >> 24), (uint8_t)(bits >> 16),
	    (uint8_t)(bits >> 8), (uint8_t)bits };
	struct derw w;

	derw_init(&w, out);
	derw_begin(&w, DER_SEQUENCE);
	derw_raw(&w, key_info);
	if (ukm.p != NULL) {
		derw_begin(&w, DER_CTX(0));
		derw_octets(&w, ukm);
		derw_end(&w);
	}
	derw_begin(&w, DER_CTX(2));
	derw_octets(&w, (ps_slice){ supp, sizeof supp });
	derw_end(&w);
	derw_end(&w);
	return derw_finish(&w, err);
}

static bool
is_hkdf(const struct ps_alg *agree)
{
	return agree->id == PS_ECDH_HKDF256 || agree->id == PS_ECDH_HKDF384 ||
	    agree->id == PS_ECDH_HKDF512;
}

static ps_code
derive_kek(const struct ps_alg *agree, const struct ps_alg *wrap, ps_slice key_info,
    ps_slice ukm, ps_slice z, uint8_t *kek, ps_err *err)
{
	const struct ps_alg *digest = ps_alg_get(agree->digest);
	size_t kek_size = wrap->bits / 8;
	struct ps_buf info = { 0 };
	ps_code code;

	if (agree->key == PS_KEY_DH)
		return dh_derive_kek(wrap->oid, ukm, z, kek, kek_size, err);
	code = build_shared_info(&info, key_info, ukm, kek_size, err);
	if (code == PS_OK && is_hkdf(agree))	/* RFC 8418, 2.2: salt = ukm */
		code = kdf_hkdf(digest, z, ukm, ps_buf_get(&info), kek, kek_size, err);
	else if (code == PS_OK)
		code = kdf_x963(digest, z, ps_buf_get(&info), kek, kek_size, err);
	ps_buf_clear(&info);
	return code;
}

/* RFC 7748, 6: X25519 and X448 give zeros for a peer's key of small order,
 * which leaves the secret to the peer (RFC 8418, 2). Of a Weierstrass curve,
 * whose points were checked, zeros are a coordinate like any other. */
static bool
all_zero(const uint8_t *p, size_t n)
{
	unsigned any = 0;

	for (size_t i = 0; i < n; i++)
		any |= p[i];
	return any == 0;
}

/* Z, the shared secret. Cofactor agreement gives the same on our curves,
 * whose cofactor is 1. False: the peer's key is no good. */
static bool
agree_z(EVP_PKEY *own, EVP_PKEY *peer, uint8_t z[SHARED_MAX], size_t *out_n)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, own, NULL);
	size_t n = 0;
	/* A token wants the room to be what it says. RFC 2631, 2.1.2: leading zeros are kept. */
	bool good = ctx != NULL && EVP_PKEY_derive_init(ctx) == 1 &&
	    (!EVP_PKEY_is_a(own, "DHX") || EVP_PKEY_CTX_set_dh_pad(ctx, 1) == 1) &&
	    EVP_PKEY_derive_set_peer_ex(ctx, peer, 1) == 1 &&
	    EVP_PKEY_derive(ctx, NULL, &n) == 1 && n <= SHARED_MAX &&
	    EVP_PKEY_derive(ctx, z, &n) == 1 &&
	    (EVP_PKEY_is_a(own, "EC") || !all_zero(z, n));

	EVP_PKEY_CTX_free(ctx);
	*out_n = n;
	return good;
}

/* --- choosing and sending --- */

ps_code
ps_agree_choose(struct ps_pubkey *to, size_t cek_size, const struct ps_alg **out_agree,
    const struct ps_alg **out_wrap, ps_err *err)
{
	const struct ps_alg *wrap = ps_wrap_for(cek_size);
	const struct ps_key_info *info = &to->info;
	unsigned id = PS_ECDH_SHA512;
	ps_code code = check_key(info, err);

	if (code != PS_OK)
		return code;
	if (wrap == NULL)
		return ps_fail(err, PS_E_UNSUPPORTED, "crypto.agree", PS_NOWHERE,
		    W_CRYPTO_WRAP_SIZE, PS_NUMBER("found", cek_size));
	if (is_dh(info))
		id = PS_ESDH;
	else if (is_montgomery(info))
		id = info->type->id == PS_KEY_X25519 ? PS_ECDH_HKDF256 : PS_ECDH_HKDF512;
	else if (info->curve->digest == PS_SHA256)
		id = PS_ECDH_SHA256;
	else if (info->curve->digest == PS_SHA384)
		id = PS_ECDH_SHA384;
	*out_agree = ps_alg_get(id);
	*out_wrap = wrap;
	return PS_OK;
}

void
ps_ephemeral_free(struct ps_ephemeral *e)
{
	if (e == NULL)
		return;
	EVP_PKEY_free(e->pkey);
	ps_buf_clear(&e->octets);
	free(e);
}

/* As they stand in the BIT STRING: of DH an INTEGER. */
static ps_code
public_octets(struct ps_ephemeral *e, ps_err *err)
{
	struct ps_buf y = { 0 };
	ps_code code;

	if (!is_dh(&e->info))
		return pubkey_octets(e->pkey, &e->octets, err);
	if ((code = pubkey_octets(e->pkey, &y, err)) == PS_OK)
		code = dh_public_build(ps_buf_get(&y), &e->octets, err);
	ps_buf_clear(&y);
	return code;
}

static ps_code
generate(struct ps_ephemeral *e, EVP_PKEY *like, ps_err *err)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, like, NULL);
	ps_code code;

	if (ctx == NULL || EVP_PKEY_keygen_init(ctx) != 1 ||
	    EVP_PKEY_generate(ctx, &e->pkey) != 1)
		code = crypto_fail(err, "crypto.agree", "EVP_PKEY_generate");
	else
		code = public_octets(e, err);
	EVP_PKEY_CTX_free(ctx);
	return code;
}

ps_code
ps_ephemeral_new(struct ps_ephemeral **out, struct ps_pubkey *like, ps_err *err)
{
	struct ps_ephemeral *e;
	ps_code code = check_key(&like->info, err);

	if (code != PS_OK)
		return code;
	e = calloc(1, sizeof *e);
	if (e == NULL)
		return ps_nomem(err, "crypto.agree");
	e->info = like->info;
	ERR_set_mark();
	code = generate(e, like->pkey, err);
	ERR_pop_to_mark();
	if (code != PS_OK) {
		ps_ephemeral_free(e);
		return code;
	}
	*out = e;
	return PS_OK;
}

/* RFC 5753, 3.1.1: the parameters "SHOULD be absent or ECParameters"; RFC
 * 8418, 3.1 and RFC 3370, 4.1.1: absent. */
void
ps_ephemeral_build(const struct ps_ephemeral *e, struct derw *w, uint32_t tag)
{
	derw_begin(w, tag);
	derw_begin(w, DER_SEQUENCE);
	derw_oid(w, e->info.type->oid);
	derw_end(w);
	derw_bits(w, ps_buf_get(&e->octets));
	derw_end(w);
}

static bool
same_curve(const struct ps_key_info *a, const struct ps_key_info *b)
{
	return a->type == b->type && a->curve == b->curve;
}

bool
ps_ephemeral_fits(const struct ps_ephemeral *e, struct ps_pubkey *to)
{
	return same_curve(&e->info, &to->info) &&
	    (!is_dh(&e->info) || EVP_PKEY_parameters_eq(e->pkey, to->pkey) == 1);
}

static ps_code
build_wrap(struct ps_buf *out, const struct ps_alg *wrap, ps_err *err)
{
	struct derw w;

	derw_init(&w, out);
	ps_algid_build(&w, wrap);
	return derw_finish(&w, err);
}

static ps_code
build_algid(struct ps_buf *out, const struct ps_alg *agree, ps_slice wrap, ps_err *err)
{
	struct derw w;

	derw_init(&w, out);
	derw_begin(&w, DER_SEQUENCE);
	derw_oid(&w, agree->oid);
	derw_raw(&w, wrap);
	derw_end(&w);
	return derw_finish(&w, err);
}

static ps_code
encrypt_kek(struct ps_ephemeral *e, struct ps_pubkey *to, const struct ps_alg *agree,
    const struct ps_alg *wrap, ps_slice wrap_algid, ps_slice ukm, uint8_t *kek, ps_err *err)
{
	uint8_t z[SHARED_MAX];
	size_t nz = 0;
	ps_code code;

	ERR_set_mark();
	if (agree_z(e->pkey, to->pkey, z, &nz))
		code = derive_kek(agree, wrap, wrap_algid, ukm, (ps_slice){ z, nz }, kek, err);
	else
		code = crypto_fail(err, "crypto.agree", "EVP_PKEY_derive");
	ERR_pop_to_mark();
	ps_wipe(z, sizeof z);
	return code;
}

ps_code
ps_agree_encrypt(struct ps_ephemeral *e, struct ps_pubkey *to, const struct ps_alg *agree,
    const struct ps_alg *wrap, ps_slice ukm, ps_slice cek, struct ps_buf *out_algid,
    struct ps_buf *out, ps_err *err)
{
	uint8_t kek[KEK_MAX];
	size_t n = wrap->bits / 8;
	struct ps_buf wrap_algid = { 0 };
	ps_code code;

	if (!ps_ephemeral_fits(e, to) || n == 0 || n > sizeof kek)
		return ps_fail(err, PS_E_MISUSE, "crypto.agree", PS_NOWHERE, W_CRYPTO_AGREE_CURVE);
	code = build_wrap(&wrap_algid, wrap, err);
	if (code == PS_OK)
		code = encrypt_kek(e, to, agree, wrap, ps_buf_get(&wrap_algid), ukm, kek, err);
	if (code == PS_OK)
		code = ps_wrap_encrypt(wrap, (ps_slice){ kek, n }, cek, out, err);
	if (code == PS_OK)
		code = build_algid(out_algid, agree, ps_buf_get(&wrap_algid), err);
	ps_wipe(kek, sizeof kek);
	ps_buf_clear(&wrap_algid);
	return code;
}

/* --- receiving --- */

static ps_code
parse_originator(ps_slice element, struct ps_algid *out_algid, ps_slice *out_key, ps_err *err)
{
	struct der_state state;
	struct der in, seq;
	uint32_t tag;

	der_init(&in, &state, element, 0, false, "OriginatorPublicKey");
	tag = der_next_tag(&in) == DER_CTX(1) ? DER_CTX(1) : DER_SEQUENCE;
	seq = der_enter(&in, tag, "OriginatorPublicKey");
	*out_algid = ps_algid_parse(&seq, DER_SEQUENCE, "algorithm");
	*out_key = der_bits(&seq, "publicKey");
	der_leave(&seq);
	return der_finish(&in, "crypto.agree", err);
}

/* RFC 5753, 3.1.1: parameters "MUST be absent, ECParameters, or NULL". */
static bool
originator_fits(const struct ps_algid *a, const struct ps_key_info *own)
{
	ps_slice curve = a->params;

	if (!ps_slice_equal(a->oid, own->type->oid))
		return false;
	if (algid_no_params(a) || is_dh(own))	/* a group is compared as a key */
		return true;
	if (own->curve == NULL || curve.n != own->curve->oid.n + 2 || curve.p[0] != DER_OID)
		return false;
	return ps_slice_equal((ps_slice){ curve.p + 2, curve.n - 2 }, own->curve->oid);
}

static EVP_PKEY *
peer_on_curve(const struct ps_alg *curve, ps_slice point)
{
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
		    crypto_unconst(curve->ossl), 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY,
		    crypto_unconst(point.p), point.n),
		OSSL_PARAM_construct_end(),
	};
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *peer = NULL;

	if (!pubkey_point_ok(point) || ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &peer, EVP_PKEY_PUBLIC_KEY, params) != 1)
		peer = NULL;
	EVP_PKEY_CTX_free(ctx);
	return peer;
}

/* A static DH key brings its group along, which must be ours. */
static EVP_PKEY *
dh_peer(EVP_PKEY *own, ps_slice originator, const struct ps_algid *type, ps_slice octets)
{
	struct ps_pubkey *pub = NULL;
	EVP_PKEY *peer = NULL;

	if (algid_no_params(type))
		return dh_peer_of(own, octets);
	if (ps_pubkey_parse(&pub, originator, NULL) != PS_OK)
		return NULL;
	if (EVP_PKEY_parameters_eq(own, pub->pkey) == 1 && EVP_PKEY_up_ref(pub->pkey) == 1)
		peer = pub->pkey;
	ps_pubkey_free(pub);
	return peer;
}

static EVP_PKEY *
make_peer(const struct ps_key *key, ps_slice originator, const struct ps_algid *type,
    ps_slice octets)
{
	const struct ps_key_info *own = &key->pub->info;

	if (own->type->id == PS_KEY_EC)
		return peer_on_curve(own->curve, octets);
	if (is_dh(own))
		return dh_peer(key->pkey, originator, type, octets);
	return EVP_PKEY_new_raw_public_key_ex(NULL, own->type->ossl, NULL, octets.p, octets.n);
}

static bool
is_mqv(const struct ps_alg *agree)
{
	return agree->id >= PS_ECMQV_SHA1 && agree->id <= PS_ECMQV_SHA512;
}

/* What the parameters of the key agreement name: the wrap, with its octets. */
static ps_code
parse_wrap(const struct ps_algid *algid, const struct ps_alg **out_agree,
    const struct ps_alg **out_wrap, struct ps_algid *out_wrap_algid, ps_err *err)
{
	struct der_state state;
	struct der in;
	ps_code code;

	*out_agree = ps_alg_by_oid(PS_ALG_AGREEMENT, algid->oid);
	if (*out_agree == NULL)
		return crypto_unknown(err, "crypto.agree", W_CRYPTO_AGREE_UNKNOWN,
		    PS_ALG_AGREEMENT, algid);
	if (is_mqv(*out_agree))
		return ps_fail(err, PS_E_UNSUPPORTED, "crypto.agree", PS_NOWHERE,
		    W_CRYPTO_AGREE_MQV, PS_TEXT("name", (*out_agree)->label));
	der_init(&in, &state, algid->params, 0, false, "KeyWrapAlgorithm");
	*out_wrap_algid = ps_algid_parse(&in, DER_SEQUENCE, "KeyWrapAlgorithm");
	code = der_finish(&in, "crypto.agree", err);
	if (code != PS_OK)
		return code;
	*out_wrap = ps_wrap_of(out_wrap_algid);
	if (*out_wrap == NULL)
		return crypto_unknown(err, "crypto.agree", W_CRYPTO_WRAP_UNKNOWN, PS_ALG_WRAP,
		    out_wrap_algid);
	return PS_OK;
}

static ps_code
unwrap_with(struct ps_key *key, EVP_PKEY *peer, const struct ps_alg *agree,
    const struct ps_alg *wrap, ps_slice wrap_algid, ps_slice ukm, ps_slice encrypted,
    ps_secret *out, ps_err *err)
{
	uint8_t z[SHARED_MAX], kek[KEK_MAX];
	size_t nz = 0, n = wrap->bits / 8;
	ps_code code;

	if (peer == NULL || !agree_z(key->pkey, peer, z, &nz))
		code = crypto_decrypt_fail(err);
	else
		code = derive_kek(agree, wrap, wrap_algid, ukm, (ps_slice){ z, nz }, kek, err);
	if (code == PS_OK)
		code = ps_wrap_decrypt(wrap, (ps_slice){ kek, n }, encrypted, out, err);
	ps_wipe(z, sizeof z);
	ps_wipe(kek, sizeof kek);
	return code;
}

ps_code
ps_agree_decrypt(struct ps_key *key, ps_slice originator, const struct ps_algid *algid,
    ps_slice ukm, ps_slice encrypted, ps_secret *out_cek, ps_err *err)
{
	const struct ps_key_info *own = &key->pub->info;
	const struct ps_alg *agree, *wrap;
	struct ps_algid type, wrap_algid;
	ps_slice octets;
	EVP_PKEY *peer;
	ps_code code = check_key(own, err);

	if (code == PS_OK)
		code = parse_wrap(algid, &agree, &wrap, &wrap_algid, err);
	if (code == PS_OK)
		code = parse_originator(originator, &type, &octets, err);
	if (code != PS_OK)
		return code;
	if (!originator_fits(&type, own) || (agree->key == PS_KEY_DH) != is_dh(own))
		return ps_fail(err, PS_E_MALFORMED, "crypto.agree", PS_NOWHERE,
		    W_CRYPTO_AGREE_CURVE);
	ERR_set_mark();
	peer = make_peer(key, originator, &type, octets);
	code = unwrap_with(key, peer, agree, wrap, wrap_algid.whole, ukm, encrypted, out_cek, err);
	EVP_PKEY_free(peer);
	ERR_pop_to_mark();
	return code;
}
