/* SPDX-License-Identifier: ISC */
/*
 * Key encapsulation, sent: ML-KEM (RFC 9936) and RSA-KEM (RFC 9690) in a
 * KEMRecipientInfo.
 *
 * Everything but the key is given: the KDF and the key wrap that each standard
 * says all must read. No ukm: a fresh secret is what it would be for.
 */
#include <openssl/core_names.h>
#include <openssl/err.h>

#include "base/buf.h"
#include "base/text.h"
#include "crypto/kem.h"

const struct ps_alg *
ps_kem_for(const struct ps_key_info *key)
{
	for (unsigned id = PS_KEM_MLKEM512; id <= PS_KEM_MLKEM1024; id++)
		if (ps_alg_get(id)->key == key->type->id)
			return ps_alg_get(id);
	return NULL;
}

/* RFC 9936, 2.1: AES-128 with ML-KEM-512, AES-256 with the others; RFC 9690, 2: AES-128
 * all have, but it is not to be weaker than the key. */
static const struct ps_alg *
wrap_for(const struct ps_key_info *key)
{
	return ps_alg_get(key->strength > 128 ? PS_AES256_WRAP : PS_AES128_WRAP);
}

/* --- the secret --- */

static ps_code
begin(struct ps_pubkey *to, const struct ps_alg *kem, struct ready **out, ps_err *err)
{
	struct ready want = { .operation = READY_ENCRYPT, .transport = kem };
	struct ready *r = ready_take(&to->encrypt, &want);
	ps_code code = PS_OK;

	if (r == NULL && (code = ready_make(&r, to->pkey, &want, "crypto.kem", err)) == PS_OK &&
	    (EVP_PKEY_encapsulate_init(r->ctx, NULL) != 1 || (kem->id == PS_KEM_RSA &&
	    EVP_PKEY_CTX_set_kem_op(r->ctx, OSSL_KEM_PARAM_OPERATION_RSASVE) != 1))) {
		code = crypto_fail(err, "crypto.kem", "EVP_PKEY_encapsulate_init");
		ready_put(&to->encrypt, r, false);
	}
	if (code == PS_OK)
		*out = r;
	return code;
}

/* `secret` has room for *n octets. */
static ps_code
encapsulate_with(EVP_PKEY_CTX *ctx, uint8_t *secret, size_t *n, struct ps_buf *ct, ps_err *err)
{
	size_t room = 0, size = 0;
	ps_code code;

	if (EVP_PKEY_encapsulate(ctx, NULL, &room, NULL, &size) != 1 || size > *n)
		return crypto_fail(err, "crypto.kem", "EVP_PKEY_encapsulate");
	if ((code = ps_buf_reserve(ct, room, err)) != PS_OK)
		return code;
	if (EVP_PKEY_encapsulate(ctx, ct->p, &room, secret, n) != 1)
		return crypto_fail(err, "crypto.kem", "EVP_PKEY_encapsulate");
	ct->n = room;
	return PS_OK;
}

static ps_code
encapsulate(struct ps_pubkey *to, const struct ps_alg *kem, uint8_t *secret, size_t *n,
    struct ps_buf *ct, ps_err *err)
{
	struct ready *r;
	ps_code code = begin(to, kem, &r, err);

	if (code != PS_OK)
		return code;
	code = encapsulate_with(r->ctx, secret, n, ct, err);
	ready_put(&to->encrypt, r, code == PS_OK);
	return code;
}

/* RFC 9690, A.2: what RSA gives is as long as the modulus, and derived from. */
static ps_code
make_secret(struct ps_pubkey *to, const struct ps_kem *k, const struct ps_alg *kem,
    uint8_t out[KEM_SECRET_MAX], size_t *out_n, struct ps_buf *ct, ps_err *err)
{
	uint8_t z[RSA_MAX_BITS / 8];
	size_t n = sizeof z;
	ps_code code;

	if (kem->id != PS_KEM_RSA) {
		*out_n = KEM_SECRET_MAX;
		return encapsulate(to, kem, out, out_n, ct, err);
	}
	*out_n = (size_t)k->kek_size;
	if ((code = encapsulate(to, kem, z, &n, ct, err)) == PS_OK)
		code = kem_derive(&k->kdf, (ps_slice){ z, n }, (ps_slice){ NULL, 0 }, out,
		    *out_n, err);
	ps_wipe(z, sizeof z);
	return code;
}

/* --- the structure --- */

static ps_code
wrap_with(const struct ps_kem *k, const struct ps_alg *wrap, ps_slice secret, ps_slice cek,
    struct ps_buf *out, ps_err *err)
{
	uint8_t kek[KEK_MAX];
	struct ps_buf info = { 0 };
	ps_slice slice = { kek, (size_t)k->kek_size };
	ps_code code = kem_build_info(k, &info, err);

	if (code == PS_OK)
		code = kem_derive(&k->kdf, secret, ps_buf_get(&info), kek, slice.n, err);
	if (code == PS_OK)
		code = ps_wrap_encrypt(wrap, slice, cek, out, err);
	ps_buf_clear(&info);
	ps_wipe(kek, sizeof kek);
	return code;
}

static void
build_kdf(struct derw *w, const struct ps_kem *k)
{
	derw_begin(w, DER_SEQUENCE);
	derw_oid(w, k->kdf.oid);
	derw_raw(w, k->kdf.params);
	derw_end(w);
}

static ps_code
build(const struct ps_alg *kem, const struct ps_kem *k, ps_slice ct, ps_slice encrypted,
    struct ps_buf *out, ps_err *err)
{
	struct derw w;

	derw_init(&w, out);
	derw_begin(&w, DER_SEQUENCE);	/* both have no parameters: RSA-KEM's are its defaults */
	derw_oid(&w, kem->oid);
	derw_end(&w);
	derw_octets(&w, ct);
	build_kdf(&w, k);
	derw_u64(&w, k->kek_size);
	derw_raw(&w, k->wrap.whole);
	derw_octets(&w, encrypted);
	return derw_finish(&w, err);
}

static ps_code
build_algid(const struct ps_alg *alg, struct ps_buf *out, ps_err *err)
{
	struct derw w;

	derw_init(&w, out);
	ps_algid_build(&w, alg);
	return derw_finish(&w, err);
}

static ps_code
encrypt(struct ps_pubkey *to, const struct ps_alg *kem, ps_slice cek, struct ps_buf *out,
    ps_err *err)
{
	const struct ps_alg *wrap = wrap_for(&to->info);
	uint8_t secret[KEM_SECRET_MAX];
	struct ps_buf algid = { 0 }, ct = { 0 }, encrypted = { 0 };
	struct ps_kem k = { .kek_size = wrap->bits / 8,
	    .kdf = kem->id == PS_KEM_RSA ? kem_rsa_kdf()
	    : (struct ps_algid){ .oid = ps_alg_get(PS_HKDF_SHA256)->oid } };
	size_t n;
	ps_code code = build_algid(wrap, &algid, err);

	k.wrap.whole = ps_buf_get(&algid);
	if (code == PS_OK && (code = make_secret(to, &k, kem, secret, &n, &ct, err)) == PS_OK &&
	    (code = wrap_with(&k, wrap, (ps_slice){ secret, n }, cek, &encrypted, err)) == PS_OK)
		code = build(kem, &k, ps_buf_get(&ct), ps_buf_get(&encrypted), out, err);
	ps_wipe(secret, sizeof secret);
	ps_buf_clear(&algid);
	ps_buf_clear(&ct);
	ps_buf_clear(&encrypted);
	return code;
}

ps_code
ps_kem_encrypt(struct ps_pubkey *to, const struct ps_alg *kem, ps_slice cek, struct ps_buf *out,
    ps_err *err)
{
	ps_code code;

	if (kem->key != to->info.type->id)
		return ps_fail(err, PS_E_REFUSED, "crypto.kem", PS_NOWHERE,
		    W_CRYPTO_TRANSPORT_KEY, PS_TEXT("key", to->info.type->label),
		    PS_TEXT("algorithm", kem->label));
	ERR_set_mark();
	code = encrypt(to, kem, cek, out, err);
	ERR_pop_to_mark();
	return code;
}
