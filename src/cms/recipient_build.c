/* SPDX-License-Identifier: ISC */
/*
 * RecipientInfos, written: key transport for RSA, agreement for curves,
 * encapsulation for ML-KEM, a password, a shared key.
 */
#include "cms/recipient_info.h"
#include "cms/words.h"

enum { MAX_CURVES = 8 };

/* The ephemeral keys of one message, one a curve (RFC 5753, 3.1.1 allows it). */
struct ephemerals {
	struct ps_ephemeral *e[MAX_CURVES];
	size_t		 n;
};

static ps_code
ephemeral_for(struct ephemerals *set, struct ps_pubkey *to, struct ps_ephemeral **out,
    ps_err *err)
{
	ps_code code;

	for (size_t i = 0; i < set->n; i++)
		if (ps_ephemeral_fits(set->e[i], to)) {
			*out = set->e[i];
			return PS_OK;
		}
	if (set->n == MAX_CURVES)
		ps_ephemeral_free(set->e[--set->n]);
	if ((code = ps_ephemeral_new(&set->e[set->n], to, err)) == PS_OK)
		*out = set->e[set->n++];
	return code;
}

static ps_code
build_ktri(const struct cms_to *to, struct ps_pubkey *key, ps_slice cek, struct derw *w,
    ps_err *err)
{
	bool ski = to->by_ski && ps_cert_view_of(to->cert)->ski.n != 0;
	struct ps_buf algid = { 0 }, encrypted = { 0 };
	ps_code code;

	code = ps_transport_encrypt(key, to->transport, cek, &algid, &encrypted, err);
	if (code == PS_OK) {
		derw_begin(w, DER_SEQUENCE);
		derw_u64(w, ski ? 2 : 0);
		cms_id_build(w, to->cert, ski);
		derw_raw(w, ps_buf_get(&algid));
		derw_octets(w, ps_buf_get(&encrypted));
		derw_end(w);
	}
	ps_buf_clear(&algid);
	ps_buf_clear(&encrypted);
	return code;
}

static void
build_kari_key(struct derw *w, const struct cms_to *to, ps_slice encrypted)
{
	const struct ps_cert_view *v = ps_cert_view_of(to->cert);

	derw_begin(w, DER_SEQUENCE);	/* RecipientEncryptedKeys */
	derw_begin(w, DER_SEQUENCE);
	if (to->by_ski && v->ski.n != 0) {
		derw_begin(w, DER_CTX(0));
		derw_octets(w, v->ski);
		derw_end(w);
	} else
		cms_id_build(w, to->cert, false);
	derw_octets(w, encrypted);
	derw_end(w);
	derw_end(w);
}

/*
 * RFC 5753, 3.1.1 would have ukm in every message; GnuPG 2.4 cannot read one
 * that has it, and of DH all must read a message without (RFC 3370, 4.1.1). The
 * ephemeral key is fresh, which is what ukm is for, so only where it is the
 * salt of HKDF (RFC 8418, 2.2) it is written.
 */
static ps_code
build_kari(const struct cms_to *to, struct ps_pubkey *key, struct ps_ephemeral *e, ps_slice cek,
    struct derw *w, ps_err *err)
{
	const struct ps_alg *agree, *wrap;
	struct ps_buf algid = { 0 }, encrypted = { 0 };
	uint8_t ukm[16];
	ps_slice ukm_slice = { NULL, 0 };
	ps_code code;

	if ((code = ps_agree_choose(key, cek.n, &agree, &wrap, err)) != PS_OK)
		goto out;
	if (to->agreement != NULL)
		agree = to->agreement;
	if (agree->key == PS_KEY_X25519 || agree->key == PS_KEY_X448) {
		if ((code = ps_random(ukm, sizeof ukm, err)) != PS_OK)
			goto out;
		ukm_slice = (ps_slice){ ukm, sizeof ukm };
	}
	if ((code = ps_agree_encrypt(e, key, agree, wrap, ukm_slice, cek, &algid, &encrypted,
	    err)) != PS_OK)
		goto out;
	derw_begin(w, DER_CTX(1));
	derw_u64(w, 3);
	derw_begin(w, DER_CTX(0));
	ps_ephemeral_build(e, w, DER_CTX(1));
	derw_end(w);
	if (ukm_slice.p != NULL) {
		derw_begin(w, DER_CTX(1));
		derw_octets(w, ukm_slice);
		derw_end(w);
	}
	derw_raw(w, ps_buf_get(&algid));
	build_kari_key(w, to, ps_buf_get(&encrypted));
	derw_end(w);
out:
	ps_buf_clear(&algid);
	ps_buf_clear(&encrypted);
	return code;
}

/* RFC 9629, 3: a KEMRecipientInfo within an OtherRecipientInfo. */
static ps_code
build_kem(const struct cms_to *to, struct ps_pubkey *key, const struct ps_alg *kem, ps_slice cek,
    struct derw *w, ps_err *err)
{
	bool ski = to->by_ski && ps_cert_view_of(to->cert)->ski.n != 0;
	struct ps_buf fields = { 0 };
	ps_code code = ps_kem_encrypt(key, kem, cek, &fields, err);

	if (code == PS_OK) {
		derw_begin(w, DER_CTX(4));
		derw_oid(w, cms_kem_type());
		derw_begin(w, DER_SEQUENCE);
		derw_u64(w, 0);
		cms_id_build(w, to->cert, ski);
		derw_raw(w, ps_buf_get(&fields));
		derw_end(w);
		derw_end(w);
	}
	ps_buf_clear(&fields);
	return code;
}

static ps_code
build_password(const ps_secret *password, ps_slice cek, struct derw *w, ps_err *err)
{
	struct ps_buf kdf = { 0 }, algid = { 0 }, encrypted = { 0 };
	ps_slice inside;
	uint32_t tag;
	size_t whole;
	ps_code code;

	code = ps_password_encrypt(password, cek, &kdf, &algid, &encrypted, err);
	if (code == PS_OK) {
		der_split(ps_buf_get(&kdf), &tag, &inside, &whole);
		derw_begin(w, DER_CTX(3));
		derw_u64(w, 0);
		derw_value(w, DER_CTX(0), inside);
		derw_raw(w, ps_buf_get(&algid));
		derw_octets(w, ps_buf_get(&encrypted));
		derw_end(w);
	}
	ps_buf_clear(&kdf);
	ps_buf_clear(&algid);
	ps_buf_clear(&encrypted);
	return code;
}

/* The key identifier of a raw key: the first octets of its SHA-256, so that
 * both sides find the same without a name. */
static ps_code
build_kek(const ps_secret *kek, ps_slice cek, struct derw *w, ps_err *err)
{
	ps_slice key = ps_secret_get(kek);
	const struct ps_alg *wrap = ps_wrap_for(key.n);
	uint8_t hash[PS_DIGEST_MAX];
	struct ps_buf encrypted = { 0 };
	ps_code code;

	if (wrap == NULL)
		return ps_fail(err, PS_E_MISUSE, "cms.recipients", PS_NOWHERE, W_CMS_KEK,
		    PS_NUMBER("found", key.n));
	if ((code = ps_digest_once(ps_alg_get(PS_SHA256), key, hash, err)) == PS_OK &&
	    (code = ps_wrap_encrypt(wrap, key, cek, &encrypted, err)) == PS_OK) {
		derw_begin(w, DER_CTX(2));
		derw_u64(w, 4);
		derw_begin(w, DER_SEQUENCE);
		derw_octets(w, (ps_slice){ hash, 8 });
		derw_end(w);
		ps_algid_build(w, wrap);
		derw_octets(w, ps_buf_get(&encrypted));
		derw_end(w);
	}
	ps_buf_clear(&encrypted);
	return code;
}

static const struct ps_alg *
kem_of(const struct cms_to *to, const struct ps_key_info *info)
{
	return to->transport != NULL && to->transport->kind == PS_ALG_KEM ? to->transport
	    : ps_kem_for(info);
}

static ps_code
build_one(const struct cms_to *to, ps_slice cek, struct ephemerals *set, struct derw *w,
    ps_err *err)
{
	const struct ps_alg *kem;
	struct ps_pubkey *key;
	struct ps_key_info info;
	struct ps_ephemeral *e;
	ps_code code;

	if (to->password != NULL)
		return build_password(to->password, cek, w, err);
	if (to->kek != NULL)
		return build_kek(to->kek, cek, w, err);
	if ((code = ps_cert_pubkey(to->cert, &key, err)) != PS_OK)
		return code;
	ps_pubkey_info(key, &info);
	if ((kem = kem_of(to, &info)) != NULL)
		return build_kem(to, key, kem, cek, w, err);
	if (info.type->id == PS_KEY_RSA || info.type->id == PS_KEY_RSA_OAEP)
		return build_ktri(to, key, cek, w, err);
	if ((code = ephemeral_for(set, key, &e, err)) != PS_OK)
		return code;
	return build_kari(to, key, e, cek, w, err);
}

/* RFC 5652, 6.1: 3 with a password or another kind (a KEM is one), 0 when every
 * ktri goes by issuer and serial number and there is no other kind, else 2. */
static unsigned
version(const struct cms_to *to, size_t n)
{
	unsigned v = 0;

	for (size_t i = 0; i < n; i++) {
		struct ps_pubkey *key;
		struct ps_key_info info;

		if (to[i].password != NULL)
			return 3;
		if (to[i].kek != NULL || ps_cert_pubkey(to[i].cert, &key, NULL) != PS_OK) {
			v = 2;
			continue;
		}
		ps_pubkey_info(key, &info);
		if (kem_of(&to[i], &info) != NULL)
			return 3;
		if (to[i].by_ski ||
		    (info.type->id != PS_KEY_RSA && info.type->id != PS_KEY_RSA_OAEP))
			v = 2;
	}
	return v;
}

ps_code
cms_recipients_build(const struct cms_to *to, size_t n, ps_slice cek, struct ps_buf *out,
    unsigned *out_version, ps_err *err)
{
	struct ephemerals set = { .n = 0 };
	struct derw w;
	ps_code code = PS_OK;

	derw_init(&w, out);
	for (size_t i = 0; i < n && code == PS_OK; i++)
		code = build_one(&to[i], cek, &set, &w, err);
	while (set.n > 0)
		ps_ephemeral_free(set.e[--set.n]);
	if (code != PS_OK || (code = derw_finish(&w, err)) != PS_OK)
		return code;
	*out_version = version(to, n);
	return PS_OK;
}
