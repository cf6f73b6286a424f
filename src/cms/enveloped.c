/* SPDX-License-Identifier: ISC */
/*
 * EnvelopedData and AuthEnvelopedData, read. They share all but their ends: a
 * tag and attributes follow the authenticated one.
 */
#include "cms/enveloped.h"

#include <string.h>

#include "base/text.h"
#include "cms/words.h"

/* OriginatorInfo [0]: certificates and lists that static agreement may need. */
static ps_code
read_originator(struct cms_enveloped *e, ps_err *err)
{
	uint32_t tag;
	ps_code code;

	if ((code = ber_peek_tag(e->ber, &tag, err)) != PS_OK || tag != DER_CTX(0))
		return code;
	if ((code = ber_enter(e->ber, DER_CTX(0), "originatorInfo", err)) != PS_OK ||
	    (code = cms_bag_read_certs(&e->originator, e->ber, err)) != PS_OK)
		return code;
	return ber_leave_skip(e->ber, "originatorInfo", err);
}

static ps_code
read_algorithm(struct cms_enveloped *e, ps_err *err)
{
	struct der_state state;
	struct der d;
	ps_code code;

	code = ber_small(e->ber, 4096, "contentEncryptionAlgorithm", &e->algid_der, err);
	if (code != PS_OK)
		return code;
	der_init(&d, &state, ps_buf_get(&e->algid_der), 0, false, "EncryptedContentInfo");
	e->algid = ps_algid_parse(&d, DER_SEQUENCE, "contentEncryptionAlgorithm");
	if ((code = der_finish(&d, e->ber->where, err)) != PS_OK)
		return code;
	/* What is wrong with it is told by who wants to use it. */
	if (ps_cipher_parse(&e->spec, &e->algid, NULL) == PS_OK)
		e->cipher = e->spec.alg;
	return PS_OK;
}

static ps_code
open_content(struct cms_enveloped *e, ps_err *err)
{
	uint32_t tag;
	ps_code code;

	if ((code = ber_enter(e->ber, DER_SEQUENCE, "encryptedContentInfo", err)) != PS_OK ||
	    (code = ber_oid(e->ber, "contentType", e->content_oid.p, &e->content_oid.n,
	    err)) != PS_OK ||
	    (code = read_algorithm(e, err)) != PS_OK ||
	    (code = ber_peek_tag(e->ber, &tag, err)) != PS_OK)
		return code;
	/* RFC 5652, 6.1 lets the content be elsewhere; in a mail it is here. */
	if (tag == 0)
		return ps_fail(err, PS_E_UNSUPPORTED, e->ber->where, e->ber->offset,
		    W_CMS_NO_CONTENT);
	return ber_octets(e->ber, DER_CTX_PRIM(0), "encryptedContent", &e->ciphertext, err);
}

ps_code
cms_enveloped_open(struct cms_enveloped *e, struct ber *ber, bool auth, ps_err *err)
{
	ps_code code;

	memset(e, 0, sizeof *e);
	e->ber = ber;
	e->auth = auth;
	ber->where = auth ? "cms.auth-enveloped-data" : "cms.enveloped-data";
	if ((code = ber_enter(ber, DER_SEQUENCE, auth ? "AuthEnvelopedData" : "EnvelopedData",
	    err)) != PS_OK ||
	    (code = ber_u64(ber, "version", &e->version, err)) != PS_OK ||
	    (code = read_originator(e, err)) != PS_OK ||
	    (code = cms_recipients_read(&e->recipients, ber, err)) != PS_OK)
		return code;
	return open_content(e, err);
}

/* authAttrs [1]: what is authenticated is their SET OF form (RFC 5083, 2.2). */
static ps_code
read_auth_attrs(struct cms_enveloped *e, ps_err *err)
{
	uint32_t tag;
	ps_code code;

	ps_buf_clear(&e->auth_attrs);
	if ((code = ber_peek_tag(e->ber, &tag, err)) != PS_OK || tag != DER_CTX(1))
		return code;
	code = ber_small(e->ber, e->ber->limits->element_bytes, "authAttrs", &e->auth_attrs,
	    err);
	if (code == PS_OK)
		e->auth_attrs.p[0] = DER_SET;
	return code;
}

static ps_code
read_mac(struct cms_enveloped *e, ps_err *err)
{
	struct ps_buf element = { 0 };
	struct der_state state;
	struct der d;
	ps_slice mac;
	ps_code code;

	ps_buf_clear(&e->mac);
	if ((code = ber_small(e->ber, 1024, "mac", &element, err)) != PS_OK)
		goto out;
	der_init(&d, &state, ps_buf_get(&element), 0, false, "AuthEnvelopedData");
	mac = der_octets(&d, "mac");
	if ((code = der_finish(&d, e->ber->where, err)) == PS_OK)
		code = ps_buf_add(&e->mac, mac, err);
out:
	ps_buf_clear(&element);
	return code;
}

ps_code
cms_enveloped_finish(struct cms_enveloped *e, ps_err *err)
{
	ps_code code;

	if ((code = ber_leave(e->ber, "encryptedContentInfo", err)) != PS_OK)
		return code;
	if (!e->auth)	/* unprotectedAttrs are nobody's word: skipped */
		return ber_leave_skip(e->ber, "EnvelopedData", err);
	if ((code = read_auth_attrs(e, err)) != PS_OK || (code = read_mac(e, err)) != PS_OK)
		return code;
	return ber_leave_skip(e->ber, "AuthEnvelopedData", err);
}

const char *
cms_enveloped_cipher_name(const struct cms_enveloped *e, char *out, size_t size)
{
	if (e->cipher == NULL)
		return ps_algid_text(PS_ALG_CIPHER, &e->algid, out, size);
	(void)ps_words(out, size, "{name}", PS_TEXT("name", e->cipher->name));
	return out;
}

ps_code
cms_enveloped_usable(const struct cms_enveloped *e, ps_err *err)
{
	const struct ps_alg *row = e->cipher;
	struct ps_cipher_spec spec;
	char name[64];

	cms_enveloped_cipher_name(e, name, sizeof name);
	if (row == NULL)
		row = ps_alg_by_oid(PS_ALG_CIPHER, e->algid.oid);
	if (row == NULL && ps_alg_by_oid(PS_ALG_CEK_KDF, e->algid.oid) == NULL)
		return ps_fail(err, PS_E_UNSUPPORTED, e->ber->where, PS_NOWHERE, W_CMS_CIPHER,
		    PS_TEXT("name", name));
	if (row != NULL && e->auth && !row->aead)
		return ps_fail(err, PS_E_UNSUPPORTED, e->ber->where, PS_NOWHERE, W_CMS_NOT_AEAD,
		    PS_TEXT("name", name));
	if (row != NULL && !e->auth && row->aead)
		return ps_fail(err, PS_E_UNSUPPORTED, e->ber->where, PS_NOWHERE,
		    W_CMS_AEAD_IN_ED, PS_TEXT("name", name));
	/* A known one whose parameters are wrong tells how. */
	return e->cipher != NULL ? PS_OK : ps_cipher_parse(&spec, &e->algid, err);
}

void
cms_enveloped_clear(struct cms_enveloped *e)
{
	ps_reader_close(e->ciphertext);
	cms_bag_clear(&e->originator);
	cms_recipients_clear(&e->recipients);
	ps_buf_clear(&e->algid_der);
	ps_buf_clear(&e->auth_attrs);
	ps_buf_clear(&e->mac);
	memset(e, 0, sizeof *e);
}
