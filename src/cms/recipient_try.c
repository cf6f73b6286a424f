/* SPDX-License-Identifier: ISC */
/*
 * The trial of our keys.
 *
 * Only a RecipientInfo that names one of our keys is tried, at most a few for
 * each key (STANDARDS B7), and every failure is the same one: which of the
 * blocks failed, and how, is nobody's business (B5, B6).
 */
#include <string.h>

#include "base/text.h"
#include "cms/recipient_info.h"
#include "cms/words.h"
#include "crypto/words.h"

static ps_code
try_ktri(const struct cms_recipient *ri, const struct cms_identity *me, size_t cek_size,
    ps_secret *out, ps_err *err)
{
	return ps_transport_decrypt(me->key, &ri->algorithm, ri->encrypted[0], cek_size, out,
	    err);
}

/* A kari may list many keys; ours is looked for in all of them. */
static bool
find_encrypted_key(const struct cms_recipient *ri, ps_cert *cert, ps_slice *out)
{
	struct der_state state;
	struct der d, list, seq, key_id;
	struct cms_id id;
	ps_slice encrypted;

	der_init(&d, &state, ri->list, 0, false, "recipientEncryptedKeys");
	list = der_enter(&d, DER_SEQUENCE, "recipientEncryptedKeys");
	while (der_more(&list)) {
		id = (struct cms_id){ 0 };
		seq = der_enter(&list, DER_SEQUENCE, "RecipientEncryptedKey");
		if (der_try_enter(&seq, DER_CTX(0), "rKeyId", &key_id))
			id.ski = der_octets(&key_id, "subjectKeyIdentifier");
		else
			cms_id_parse_serial(&seq, DER_SEQUENCE, &id);
		encrypted = der_octets(&seq, "encryptedKey");
		if (!der_failed(&seq) && cms_id_names(&id, cert)) {
			*out = encrypted;
			return true;
		}
	}
	return false;
}

/* Does this RecipientInfo name identity `me`? For a kari *out is its key. */
static bool
names(const struct cms_recipient *ri, const struct cms_identity *me, ps_slice *out)
{
	if (ri->kind == CMS_KTRI)
		return cms_id_names(&ri->id[0], me->cert);
	if (ri->kind == CMS_KEM)
		return cms_id_names(&ri->id[0], me->cert) && ps_kem_fits(&ri->kem, me->key);
	return ri->kind == CMS_KARI && find_encrypted_key(ri, me->cert, out);
}

static size_t
keys_for(const struct cms_recipient *ri, const struct cms_keys *keys)
{
	switch (ri->kind) {
	case CMS_KTRI:
	case CMS_KARI:
	case CMS_KEM:
		return keys->nidentity;
	case CMS_PASSWORD:
		return keys->npassword;
	case CMS_KEK:
		return keys->nkek;
	case CMS_OTHER:
		break;
	}
	return 0;
}

/* Static-static agreement names the sender's certificate instead of carrying
 * his key (RFC 6278, 3): it came along, or we know it. That the secret fits
 * does not tell who wrote: the recipient could have made it too. */
static ps_cert *
find_originator(const struct cms_id *id, const struct cms_keys *keys)
{
	const struct cms_bag *bag = keys->sent;

	for (size_t i = 0; bag != NULL && i < bag->ncert; i++)
		if (cms_id_names(id, bag->cert[i]))
			return bag->cert[i];
	for (size_t i = 0; i < keys->nknown; i++)
		if (cms_id_names(id, keys->known[i]))
			return keys->known[i];
	return NULL;
}

/* A SubjectPublicKeyInfo is written like an OriginatorPublicKey. */
static ps_code
try_kari(const struct cms_recipient *ri, const struct cms_keys *keys, struct ps_key *key,
    ps_slice encrypted, ps_secret *out, ps_err *err)
{
	ps_slice originator = ri->originator;
	ps_cert *cert;

	if (originator.n == 0) {
		if ((cert = find_originator(&ri->originator_id, keys)) == NULL)
			return ps_fail(err, PS_E_UNSUPPORTED, "cms.recipients", PS_NOWHERE,
			    W_CMS_ORIGINATOR);
		originator = ps_cert_view_of(cert)->spki;
	}
	return ps_agree_decrypt(key, originator, &ri->algorithm, ri->ukm, encrypted, out, err);
}

/* PS_E_NO_KEY: this key is not meant. */
static ps_code
try_identity(const struct cms_recipient *ri, const struct cms_keys *keys, size_t k,
    size_t cek_size, ps_secret *out, ps_err *err)
{
	const struct cms_identity *me = &keys->identity[k];
	ps_slice encrypted = { NULL, 0 };

	if (me->key == NULL || !names(ri, me, &encrypted))
		return PS_E_NO_KEY;
	if (ri->kind == CMS_KTRI)
		return try_ktri(ri, me, cek_size, out, err);
	if (ri->kind == CMS_KEM)
		return ps_kem_decrypt(me->key, &ri->kem, out, err);
	return try_kari(ri, keys, me->key, encrypted, out, err);
}

static ps_code
try_kek(const struct cms_recipient *ri, const ps_secret *kek, ps_secret *out, ps_err *err)
{
	const struct ps_alg *wrap = ps_wrap_of(&ri->algorithm);

	if (wrap == NULL || wrap->bits / 8 != ps_secret_get(kek).n)
		return PS_E_NO_KEY;
	return ps_wrap_decrypt(wrap, ps_secret_get(kek), ri->encrypted[0], out, err);
}

/* Eight blocks for a password may each ask for all the rounds there are, in each
 * of eight layers: the limit is for the message (STANDARDS R9). */
static ps_code
try_password(const struct cms_recipient *ri, const ps_secret *password, size_t cek_size,
    const struct ps_limits *limits, uint64_t *rounds, ps_secret *out, ps_err *err)
{
	struct ps_limits left = *limits;

	left.kdf_iterations -= *rounds < left.kdf_iterations ? *rounds : left.kdf_iterations;
	*rounds += ps_password_rounds(&ri->kdf, &left);
	return ps_password_decrypt(password, &ri->kdf, &ri->algorithm, ri->encrypted[0], cek_size,
	    &left, out, err);
}

static ps_code
try_one(const struct cms_recipient *ri, const struct cms_keys *keys, size_t k, size_t cek_size,
    const struct ps_limits *limits, uint64_t *rounds, ps_secret *out, ps_err *err)
{
	switch (ri->kind) {
	case CMS_KTRI:
	case CMS_KARI:
	case CMS_KEM:
		return try_identity(ri, keys, k, cek_size, out, err);
	case CMS_PASSWORD:
		if (!ri->has_kdf)
			return PS_E_NO_KEY;
		return try_password(ri, keys->password[k], cek_size, limits, rounds, out, err);
	case CMS_KEK:
		return try_kek(ri, keys->kek[k], out, err);
	case CMS_OTHER:
		break;
	}
	return PS_E_NO_KEY;
}

/* --- whose block it may be --- */

/* Without the octets that only fill up, so that any form of the number has it. */
static ps_slice
core_of(ps_slice number)
{
	while (number.n > 0 && (number.p[0] == 0 || number.p[0] == 0xff))
		number = (ps_slice){ number.p + 1, number.n - 1 };
	return number;
}

static bool
contains(ps_slice block, ps_slice what)
{
	return memmem(block.p, block.n, what.p, what.n) != NULL;
}

static bool
may_name(ps_slice block, ps_cert *cert)
{
	return contains(block, core_of(ps_cert_view_of(cert)->serial)) ||
	    contains(block, ps_cert_key_id(cert));
}

/* Whoever is named, his serial number or key identifier stands there; so of a
 * thousand blocks for others none is taken apart. */
static bool
may_be_ours(const struct cms_recipients *r, size_t i, const struct cms_keys *keys)
{
	ps_slice block = cms_recipient_block(r, i);

	if (block.n == 0 || block.p[0] == DER_CTX(2) || block.p[0] == DER_CTX(3))
		return keys->npassword + keys->nkek > 0;
	for (size_t k = 0; k < keys->nidentity; k++)
		if (may_name(block, keys->identity[k].cert))
			return true;
	return false;
}

/* Failures of one block that leave the others to be tried. */
static bool
goes_on(ps_code code)
{
	return code == PS_E_NO_KEY || code == PS_E_DECRYPT || code == PS_E_UNSUPPORTED ||
	    code == PS_E_MALFORMED || code == PS_E_LIMIT;
}

ps_code
cms_recipients_try(const struct cms_recipients *r, const struct cms_keys *keys, size_t cek_size,
    const struct ps_limits *limits, struct cms_try *t, ps_secret *out_cek, size_t *out_which,
    ps_err *err)
{
	size_t most = (size_t)limits->key_tries *
	    (keys->nidentity + keys->npassword + keys->nkek);
	struct cms_recipient ri;
	ps_code code;

	for (; t->place < r->n && t->ntried < most; t->place++, t->key = 0) {
		if (!may_be_ours(r, t->place, keys))
			continue;
		cms_recipient_parse(r, t->place, &ri);
		while (t->key < keys_for(&ri, keys)) {
			code = try_one(&ri, keys, t->key++, cek_size, limits, &t->rounds, out_cek,
			    err);
			if (code == PS_E_NO_KEY)
				continue;
			t->fitted = true;
			t->ntried++;
			t->unsupported = code == PS_E_UNSUPPORTED &&
			    (t->unsupported || t->ntried == 1);
			if (code == PS_OK) {
				*out_which = t->place;
				return PS_OK;
			}
			if (!goes_on(code))
				return code;
		}
	}
	/* What the block asks for and we lack is no secret. */
	if (t->unsupported)
		return PS_E_UNSUPPORTED;
	if (t->fitted)
		return ps_fail(err, PS_E_DECRYPT, "cms.recipients", PS_NOWHERE,
		    W_CRYPTO_DECRYPT);
	return ps_fail(err, PS_E_NO_KEY, "cms.recipients", PS_NOWHERE, W_CMS_NO_KEY);
}
