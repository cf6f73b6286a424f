/* SPDX-License-Identifier: ISC */
/*
 * RecipientInfos, read.
 *
 * A stranger may send ten thousand of them: they are copied octet for octet
 * and indexed, and taken apart one at a time. A form that we do not know is
 * somebody else's key (RFC 5652, 6.2.5) and never an error.
 */
#include "cms/recipient_info.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cms/words.h"

const char *
cms_recipient_kind_name(enum cms_recipient_kind k)
{
	static const char *const names[] = {
		[CMS_KTRI] = "ktri", [CMS_KARI] = "kari", [CMS_KEK] = "kek",
		[CMS_PASSWORD] = "password", [CMS_KEM] = "kem", [CMS_OTHER] = "other",
	};

	return names[k];
}

static ps_code
add_place(struct cms_recipients *r, ps_err *err)
{
	size_t room = r->room == 0 ? 16 : r->room * 2;
	size_t *grown;

	if (r->n < r->room)
		return PS_OK;
	grown = realloc(r->at, room * sizeof *grown);
	if (grown == NULL)
		return ps_nomem(err, "cms.recipients");
	r->at = grown;
	r->room = room;
	return PS_OK;
}

ps_code
cms_recipients_read(struct cms_recipients *r, struct ber *ber, ps_err *err)
{
	uint32_t tag;
	ps_code code;

	if ((code = ber_enter(ber, DER_SET, "recipientInfos", err)) != PS_OK)
		return code;
	while ((code = ber_peek_tag(ber, &tag, err)) == PS_OK && tag != 0) {
		if (r->n == ber->limits->recipients)
			return ps_fail(err, PS_E_LIMIT, "cms.recipients", ber->offset,
			    W_CMS_RECIPIENTS, PS_NUMBER("max", ber->limits->recipients));
		if ((code = add_place(r, err)) != PS_OK)
			return code;
		r->at[r->n++] = r->der.n;
		code = ber_small(ber, ber->limits->recipient_bytes, "RecipientInfo", &r->der,
		    err);
		if (code != PS_OK)
			return code;
	}
	if (code != PS_OK || (code = ber_leave(ber, "recipientInfos", err)) != PS_OK)
		return code;
	/* RFC 5652, 6.1: there MUST be at least one. */
	if (r->n == 0)
		return ps_fail(err, PS_E_MALFORMED, "cms.recipients", ber->offset,
		    W_CMS_NO_RECIPIENT);
	return PS_OK;
}

void
cms_recipients_clear(struct cms_recipients *r)
{
	ps_buf_clear(&r->der);
	free(r->at);
	memset(r, 0, sizeof *r);
}

static void
parse_ktri(struct der *in, struct cms_recipient *out)
{
	struct der seq = der_enter(in, DER_SEQUENCE, "KeyTransRecipientInfo");

	out->kind = CMS_KTRI;
	der_skip(&seq, "version");
	out->id[0] = cms_id_parse(&seq);
	out->algorithm = ps_algid_parse(&seq, DER_SEQUENCE, "keyEncryptionAlgorithm");
	out->encrypted[0] = der_octets(&seq, "encryptedKey");
	out->nid = 1;
	der_leave(&seq);
}

/* One RecipientEncryptedKey: issuerAndSerialNumber, or [0] rKeyId. */
static void
parse_encrypted_key(struct der *list, struct cms_id *id, ps_slice *encrypted)
{
	struct der seq = der_enter(list, DER_SEQUENCE, "RecipientEncryptedKey");
	struct der key_id;

	memset(id, 0, sizeof *id);
	if (der_try_enter(&seq, DER_CTX(0), "rKeyId", &key_id)) {
		id->ski = der_octets(&key_id, "subjectKeyIdentifier");
		while (der_more(&key_id))
			der_skip(&key_id, "date");
		der_leave(&key_id);
	} else
		cms_id_parse_serial(&seq, DER_SEQUENCE, id);
	*encrypted = der_octets(&seq, "encryptedKey");
	der_leave(&seq);
}

static void
parse_kari(struct der *in, struct cms_recipient *out)
{
	struct der seq = der_enter(in, DER_CTX(1), "KeyAgreeRecipientInfo");
	struct der originator, ukm, list, place;
	struct der_state state;

	out->kind = CMS_KARI;
	der_skip(&seq, "version");
	originator = der_enter(&seq, DER_CTX(0), "originator");
	if (der_next_tag(&originator) == DER_CTX(1))
		out->originator = der_any(&originator, "originatorKey");
	else
		out->originator_id = cms_id_parse(&originator);
	der_leave(&originator);
	if (der_try_enter(&seq, DER_CTX(1), "ukm", &ukm)) {
		out->ukm = der_octets(&ukm, "ukm");
		der_leave(&ukm);
	}
	out->algorithm = ps_algid_parse(&seq, DER_SEQUENCE, "keyEncryptionAlgorithm");
	out->list = der_element(&seq, DER_SEQUENCE, "recipientEncryptedKeys");
	der_leave(&seq);
	der_init(&place, &state, out->list, 0, false, "recipientEncryptedKeys");
	list = der_enter(&place, DER_SEQUENCE, "recipientEncryptedKeys");
	while (der_more(&list) && out->nid < CMS_KARI_IDS) {
		parse_encrypted_key(&list, &out->id[out->nid], &out->encrypted[out->nid]);
		out->nid++;
	}
}

static void
parse_kek(struct der *in, struct cms_recipient *out)
{
	struct der seq = der_enter(in, DER_CTX(2), "KEKRecipientInfo");
	struct der id;

	out->kind = CMS_KEK;
	der_skip(&seq, "version");
	id = der_enter(&seq, DER_SEQUENCE, "kekid");
	out->key_id = der_octets(&id, "keyIdentifier");
	while (der_more(&id))
		der_skip(&id, "date");
	der_leave(&id);
	out->algorithm = ps_algid_parse(&seq, DER_SEQUENCE, "keyEncryptionAlgorithm");
	out->encrypted[0] = der_octets(&seq, "encryptedKey");
	der_leave(&seq);
}

static void
parse_password(struct der *in, struct cms_recipient *out)
{
	struct der seq = der_enter(in, DER_CTX(3), "PasswordRecipientInfo");

	out->kind = CMS_PASSWORD;
	der_skip(&seq, "version");
	out->has_kdf = der_next_tag(&seq) == DER_CTX(0);
	if (out->has_kdf)
		out->kdf = ps_algid_parse(&seq, DER_CTX(0), "keyDerivationAlgorithm");
	out->algorithm = ps_algid_parse(&seq, DER_SEQUENCE, "keyEncryptionAlgorithm");
	out->encrypted[0] = der_octets(&seq, "encryptedKey");
	der_leave(&seq);
}

/* RFC 9629, 3. */
static void
parse_kem(struct der *in, struct cms_recipient *out)
{
	struct der seq = der_enter(in, DER_SEQUENCE, "KEMRecipientInfo"), ukm;
	struct ps_kem *k = &out->kem;

	der_skip(&seq, "version");
	out->id[0] = cms_id_parse(&seq);
	out->nid = 1;
	k->kem = ps_algid_parse(&seq, DER_SEQUENCE, "kem");
	k->ct = der_octets(&seq, "kemct");
	k->kdf = ps_algid_parse(&seq, DER_SEQUENCE, "kdf");
	k->kek_size = der_u64(&seq, "kekLength");
	if (der_try_enter(&seq, DER_CTX(0), "ukm", &ukm)) {
		k->ukm = der_octets(&ukm, "ukm");
		der_leave(&ukm);
	}
	k->wrap = ps_algid_parse(&seq, DER_SEQUENCE, "wrap");
	k->encrypted = der_octets(&seq, "encryptedKey");
	out->encrypted[0] = k->encrypted;
	out->algorithm = k->kem;
	der_leave(&seq);
}

ps_slice
cms_kem_type(void)
{
	static const uint8_t kem[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10,
	    0x0d, 0x03 };

	return (ps_slice){ kem, sizeof kem };
}

static void
parse_other(struct der *in, struct cms_recipient *out)
{
	struct der seq = der_enter(in, DER_CTX(4), "OtherRecipientInfo");

	out->other_type = der_oid(&seq, "oriType");
	out->kind = ps_slice_equal(out->other_type, cms_kem_type()) ? CMS_KEM : CMS_OTHER;
	if (out->kind == CMS_KEM)
		parse_kem(&seq, out);
	else
		der_skip(&seq, "oriValue");
	der_leave(&seq);
}

ps_slice
cms_recipient_block(const struct cms_recipients *r, size_t i)
{
	size_t end = i + 1 < r->n ? r->at[i + 1] : r->der.n;

	return (ps_slice){ r->der.p + r->at[i], end - r->at[i] };
}

void
cms_recipient_parse(const struct cms_recipients *r, size_t i, struct cms_recipient *out)
{
	struct der_state state;
	struct der d;

	memset(out, 0, sizeof *out);
	out->kind = CMS_OTHER;
	der_init(&d, &state, cms_recipient_block(r, i), 0, false, "RecipientInfo");
	switch (der_next_tag(&d)) {
	case DER_SEQUENCE:
		parse_ktri(&d, out);
		break;
	case DER_CTX(1):
		parse_kari(&d, out);
		break;
	case DER_CTX(2):
		parse_kek(&d, out);
		break;
	case DER_CTX(3):
		parse_password(&d, out);
		break;
	case DER_CTX(4):
		parse_other(&d, out);
		break;
	default:
		break;
	}
	if (der_failed(&d)) {
		memset(out, 0, sizeof *out);
		out->kind = CMS_OTHER;
	}
}

/* An AlgorithmIdentifier within parameters: behind `skip` others. */
static struct ps_algid
inner_algid(ps_slice params, bool in_sequence, unsigned skip)
{
	struct der_state state;
	struct der in, seq;
	struct ps_algid a;

	der_init(&in, &state, params, 0, false, "parameters");
	seq = in_sequence ? der_enter(&in, DER_SEQUENCE, "parameters") : in;
	while (skip-- > 0)
		der_skip(&seq, "algorithm");
	a = ps_algid_parse(&seq, DER_SEQUENCE, "algorithm");
	return der_failed(&in) ? (struct ps_algid){ .oid = { NULL, 0 } } : a;
}

const struct ps_alg *
cms_recipient_wrap(const struct cms_recipient *r)
{
	struct ps_algid a;

	switch (r->kind) {
	case CMS_KTRI:	/* RFC 5990, B.2.1: of RSA-KEM behind the KEM */
		a = inner_algid(r->algorithm.params, true, 1);
		return a.oid.n == 0 ? NULL : ps_wrap_of(&a);
	case CMS_KARI:
		a = inner_algid(r->algorithm.params, false, 0);
		return ps_wrap_of(&a);
	case CMS_KEK:
		return ps_wrap_of(&r->algorithm);
	case CMS_KEM:
		return ps_wrap_of(&r->kem.wrap);
	case CMS_PASSWORD:	/* RFC 3211, 2.3 */
		a = inner_algid(r->algorithm.params, false, 0);
		return ps_alg_by_oid(PS_ALG_CIPHER, a.oid);
	case CMS_OTHER:
		break;
	}
	return NULL;
}
