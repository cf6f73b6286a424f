/* SPDX-License-Identifier: ISC */
/*
 * AuthenticatedData, read.
 *
 * The code is over the content, or over attributes that hold its digest; which
 * of them is known only behind the content. So the content is read once to
 * learn that, and again to be used.
 */
#include "cms/authenticated.h"

#include <string.h>

#include "base/text.h"
#include "cms/attributes.h"
#include "cms/words.h"

/* OriginatorInfo [0]. */
static ps_code
read_originator(struct cms_authenticated *a, ps_err *err)
{
	uint32_t tag;
	ps_code code;

	if ((code = ber_peek_tag(a->ber, &tag, err)) != PS_OK || tag != DER_CTX(0))
		return code;
	if ((code = ber_enter(a->ber, DER_CTX(0), "originatorInfo", err)) != PS_OK ||
	    (code = cms_bag_read_certs(&a->originator, a->ber, err)) != PS_OK)
		return code;
	return ber_leave_skip(a->ber, "originatorInfo", err);
}

/* macAlgorithm, and digestAlgorithm [1] when there are attributes. */
static ps_code
read_algorithms(struct cms_authenticated *a, ps_err *err)
{
	struct der_state state;
	struct der d;
	uint32_t tag;
	ps_code code;

	if ((code = ber_small(a->ber, 4096, "macAlgorithm", &a->algs, err)) != PS_OK ||
	    (code = ber_peek_tag(a->ber, &tag, err)) != PS_OK)
		return code;
	if (tag == DER_CTX(1) && (code = ber_small(a->ber, 4096, "digestAlgorithm", &a->algs,
	    err)) != PS_OK)
		return code;
	der_init(&d, &state, ps_buf_get(&a->algs), 0, false, "AuthenticatedData");
	a->mac_algid = ps_algid_parse(&d, DER_SEQUENCE, "macAlgorithm");
	if (tag == DER_CTX(1))
		a->digest_algid = ps_algid_parse(&d, DER_CTX(1), "digestAlgorithm");
	if ((code = der_finish(&d, a->ber->where, err)) != PS_OK)
		return code;
	a->mac = ps_alg_by_oid(PS_ALG_MAC, a->mac_algid.oid);
	if (a->digest_algid.oid.n != 0)
		a->digest = ps_alg_digest_of(&a->digest_algid);
	return PS_OK;
}

static ps_code
open_content(struct cms_authenticated *a, ps_err *err)
{
	uint32_t tag;
	ps_code code;

	if ((code = ber_enter(a->ber, DER_SEQUENCE, "encapContentInfo", err)) != PS_OK ||
	    (code = ber_oid(a->ber, "eContentType", a->content_oid.p, &a->content_oid.n,
	    err)) != PS_OK ||
	    (code = ber_peek_tag(a->ber, &tag, err)) != PS_OK)
		return code;
	if (tag == 0)
		return ps_fail(err, PS_E_UNSUPPORTED, a->ber->where, a->ber->offset,
		    W_CMS_NO_PLAIN);
	if ((code = ber_enter(a->ber, DER_CTX(0), "eContent", err)) != PS_OK)
		return code;
	return ber_octets(a->ber, DER_OCTETS, "eContent", &a->content, err);
}

ps_code
cms_authenticated_open(struct cms_authenticated *a, struct ber *ber, ps_err *err)
{
	ps_code code;

	memset(a, 0, sizeof *a);
	a->ber = ber;
	ber->where = "cms.authenticated-data";
	if ((code = ber_enter(ber, DER_SEQUENCE, "AuthenticatedData", err)) != PS_OK ||
	    (code = ber_u64(ber, "version", &a->version, err)) != PS_OK ||
	    (code = read_originator(a, err)) != PS_OK ||
	    (code = cms_recipients_read(&a->recipients, ber, err)) != PS_OK ||
	    (code = read_algorithms(a, err)) != PS_OK)
		return code;
	return open_content(a, err);
}

/* RFC 5652, 9.2: the code is over the attributes with the tag of a SET OF. */
static ps_code
read_attrs(struct cms_authenticated *a, ps_err *err)
{
	uint32_t tag;
	ps_code code;

	ps_buf_clear(&a->attrs);
	if ((code = ber_peek_tag(a->ber, &tag, err)) != PS_OK || tag != DER_CTX(2))
		return code;
	code = ber_small(a->ber, a->ber->limits->element_bytes, "authAttrs", &a->attrs, err);
	if (code == PS_OK)
		a->attrs.p[0] = DER_SET;
	return code;
}

static ps_code
read_code(struct cms_authenticated *a, ps_err *err)
{
	struct ps_buf element = { 0 };
	struct der_state state;
	struct der d;
	ps_slice mac;
	ps_code code;

	ps_buf_clear(&a->code);
	if ((code = ber_small(a->ber, 1024, "mac", &element, err)) == PS_OK) {
		der_init(&d, &state, ps_buf_get(&element), 0, false, "AuthenticatedData");
		mac = der_octets(&d, "mac");
		if ((code = der_finish(&d, a->ber->where, err)) == PS_OK)
			code = ps_buf_add(&a->code, mac, err);
	}
	ps_buf_clear(&element);
	return code;
}

/* unauthAttrs [3] are nobody's word: skipped. */
ps_code
cms_authenticated_finish(struct cms_authenticated *a, ps_err *err)
{
	ps_code code;

	if ((code = ber_leave(a->ber, "eContent", err)) != PS_OK ||
	    (code = ber_leave(a->ber, "encapContentInfo", err)) != PS_OK ||
	    (code = read_attrs(a, err)) != PS_OK || (code = read_code(a, err)) != PS_OK)
		return code;
	return ber_leave_skip(a->ber, "AuthenticatedData", err);
}

void
cms_authenticated_clear(struct cms_authenticated *a)
{
	ps_reader_close(a->content);
	cms_bag_clear(&a->originator);
	cms_recipients_clear(&a->recipients);
	ps_buf_clear(&a->algs);
	ps_buf_clear(&a->attrs);
	ps_buf_clear(&a->code);
	memset(a, 0, sizeof *a);
}

static ps_code
unknown(const struct cms_authenticated *a, enum ps_alg_kind kind, const struct ps_algid *id,
    ps_err *err)
{
	char name[96];

	return ps_fail(err, PS_E_UNSUPPORTED, a->ber->where, PS_NOWHERE, W_CMS_MAC,
	    PS_TEXT("name", ps_algid_text(kind, id, name, sizeof name)));
}

ps_code
cms_authenticated_usable(const struct cms_authenticated *a, ps_err *err)
{
	if (a->mac == NULL)
		return unknown(a, PS_ALG_MAC, &a->mac_algid, err);
	if (a->digest == NULL && a->digest_algid.oid.n != 0)
		return unknown(a, PS_ALG_DIGEST, &a->digest_algid, err);
	return PS_OK;
}

static ps_code
broken(const struct cms_authenticated *a, const char *what, ps_err *err)
{
	return ps_fail(err, PS_E_MALFORMED, a->ber->where, PS_NOWHERE, W_CMS_MAC_ATTRS,
	    PS_TEXT("what", what));
}

/* Without attributes, content that looks like some could be those of another
 * message, whose code is over them (STANDARDS A1 for signatures). */
static ps_code
no_attrs(const struct cms_authenticated *a, const struct cms_digests *content, ps_err *err)
{
	ps_slice oid = { a->content_oid.p, a->content_oid.n };

	/* RFC 5652, 9.1: they "MUST be present if the content type [...] is
	 * not id-data". */
	if (cms_type_of(oid) != CMS_DATA)
		return broken(a, "missing", err);
	if (content->length != 0 && content->first == DER_SET)
		return ps_fail(err, PS_E_MALFORMED, a->ber->where, PS_NOWHERE,
		    W_CMS_MAC_CONFUSION);
	return PS_OK;
}

ps_code
cms_authenticated_attrs(const struct cms_authenticated *a, const struct cms_digests *content,
    ps_err *err)
{
	ps_slice inside, digest, oid = { a->content_oid.p, a->content_oid.n };
	struct cms_attrs attrs;
	uint32_t tag;
	size_t whole;
	ps_code code;

	if (a->attrs.n == 0)
		return no_attrs(a, content, err);
	if (!der_split(ps_buf_get(&a->attrs), &tag, &inside, &whole) || a->digest == NULL)
		return broken(a, "no digest algorithm", err);
	if ((code = cms_attrs_parse(&attrs, inside, err)) != PS_OK)
		return code;
	if (attrs.broken != NULL)
		return broken(a, attrs.broken, err);
	/* RFC 5652, 9.3: the digest and the content type are compared. */
	digest = cms_digests_get(content, a->digest);
	if (digest.n == 0 || !ps_slice_equal(attrs.message_digest, digest))
		return ps_fail(err, PS_E_DECRYPT, a->ber->where, PS_NOWHERE, W_CMS_MAC_CONTENT);
	if (!ps_slice_equal(attrs.content_type, oid))
		return broken(a, "content type", err);
	return PS_OK;
}
