/* SPDX-License-Identifier: ISC */
/*
 * SignedData, read.
 *
 * The digests come first, the content next, certificates and signers last: so
 * it is read in one pass, the content through a tap that hashes it with what
 * digestAlgorithms names. A set that names nothing is tolerated (STANDARDS 2.8)
 * by hashing with SHA-256 and SHA-512 too.
 */
#include "cms/signed_data.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cms/words.h"

static ps_code
read_digest_algs(struct cms_signed *s, ps_err *err)
{
	struct ps_buf *b = &s->digest_algs;
	uint32_t tag;
	size_t n = 0;
	ps_code code;

	if ((code = ber_enter(s->ber, DER_SET, "digestAlgorithms", err)) != PS_OK)
		return code;
	while ((code = ber_peek_tag(s->ber, &tag, err)) == PS_OK && tag != 0) {
		if (n++ == s->ber->limits->digests)
			return ps_fail(err, PS_E_LIMIT, "cms.signed-data", s->ber->offset,
			    W_CMS_DIGESTS, PS_NUMBER("max", s->ber->limits->digests));
		if ((code = ber_small(s->ber, 1024, "digestAlgorithm", b, err)) != PS_OK)
			return code;
	}
	return code != PS_OK ? code : ber_leave(s->ber, "digestAlgorithms", err);
}

static ps_code
add_digest(struct cms_digests *d, const struct ps_alg *alg, ps_err *err)
{
	ps_code code = cms_digests_add(d, alg, err);

	/* What the crypto library lacks shows at the signer that wants it. */
	if (code == PS_E_UNSUPPORTED) {
		ps_err_clear(err);
		return PS_OK;
	}
	return code;
}

static ps_code
start_digests(struct cms_signed *s, ps_err *err)
{
	struct der_state state;
	struct ps_algid id;
	const struct ps_alg *alg;
	struct der d;
	ps_code code;

	der_init(&d, &state, ps_buf_get(&s->digest_algs), 0, false, "digestAlgorithms");
	while (der_more(&d)) {
		id = ps_algid_parse(&d, DER_SEQUENCE, "digestAlgorithm");
		alg = der_failed(&d) ? NULL : ps_alg_digest_of(&id);
		if (alg != NULL && (code = add_digest(&s->digests, alg, err)) != PS_OK)
			return code;
	}
	if ((code = der_finish(&d, "cms.signed-data", err)) != PS_OK || s->digests.n != 0)
		return code;
	if ((code = add_digest(&s->digests, ps_alg_get(PS_SHA256), err)) != PS_OK)
		return code;
	return add_digest(&s->digests, ps_alg_get(PS_SHA512), err);
}

/* EncapsulatedContentInfo up to the octets. */
static ps_code
open_content(struct cms_signed *s, ps_err *err)
{
	struct ber *b = s->ber;
	uint32_t tag;
	ps_code code;

	if ((code = ber_enter(b, DER_SEQUENCE, "encapContentInfo", err)) != PS_OK ||
	    (code = ber_oid(b, "eContentType", s->content_oid.p, &s->content_oid.n,
	    err)) != PS_OK ||
	    (code = ber_peek_tag(b, &tag, err)) != PS_OK || tag == 0)
		return code;
	if ((code = ber_enter(b, DER_CTX(0), "eContent", err)) != PS_OK ||
	    (code = ber_peek_tag(b, &tag, err)) != PS_OK)
		return code;
	/* RFC 2315, 7 let any type stand here; it is named, never trusted. */
	s->not_octets = tag != DER_OCTETS && tag != (DER_OCTETS | 0x20);
	if (s->not_octets)
		return ber_skip(b, "eContent", err);
	s->has_content = true;
	if ((code = ber_octets(b, DER_OCTETS, "eContent", &s->raw, err)) != PS_OK)
		return code;
	return ps_reader_open_tap(&s->content, s->raw, cms_digests_look, &s->digests, err);
}

ps_code
cms_signed_open(struct cms_signed *s, struct ber *ber, ps_err *err)
{
	ps_code code;

	memset(s, 0, sizeof *s);
	s->ber = ber;
	ber->where = "cms.signed-data";
	if ((code = ber_enter(ber, DER_SEQUENCE, "SignedData", err)) != PS_OK ||
	    (code = ber_u64(ber, "version", &s->version, err)) != PS_OK ||
	    (code = read_digest_algs(s, err)) != PS_OK ||
	    (code = start_digests(s, err)) != PS_OK)
		return code;
	return open_content(s, err);
}

static ps_code
read_signer(struct cms_signed *s, ps_err *err)
{
	struct cms_signer *grown = realloc(s->signer, (s->nsigner + 1) * sizeof *grown);
	struct cms_signer *one;
	ps_code code;

	if (grown == NULL)
		return ps_nomem(err, "cms.signed-data");
	s->signer = grown;
	one = &s->signer[s->nsigner];
	memset(one, 0, sizeof *one);
	s->nsigner++;
	code = ber_small(s->ber, s->ber->limits->signer_bytes, "SignerInfo", &one->der, err);
	return code != PS_OK ? code : cms_signer_parse(one, err);
}

static ps_code
read_signers(struct cms_signed *s, ps_err *err)
{
	uint32_t tag;
	ps_code code;

	if ((code = ber_enter(s->ber, DER_SET, "signerInfos", err)) != PS_OK)
		return code;
	while ((code = ber_peek_tag(s->ber, &tag, err)) == PS_OK && tag != 0) {
		if (s->nsigner == s->ber->limits->signers)
			return ps_fail(err, PS_E_LIMIT, "cms.signed-data", s->ber->offset,
			    W_CMS_SIGNERS, PS_NUMBER("max", s->ber->limits->signers));
		if ((code = read_signer(s, err)) != PS_OK)
			return code;
	}
	return code != PS_OK ? code : ber_leave(s->ber, "signerInfos", err);
}

ps_code
cms_signed_finish(struct cms_signed *s, ps_err *err)
{
	struct ber *b = s->ber;
	ps_code code;

	if ((s->has_content || s->not_octets) &&
	    (code = ber_leave(b, "eContent", err)) != PS_OK)
		return code;
	if ((code = ber_leave(b, "encapContentInfo", err)) != PS_OK ||
	    (code = cms_bag_read_certs(&s->bag, b, err)) != PS_OK ||
	    (code = cms_bag_read_crls(&s->bag, b, err)) != PS_OK ||
	    (code = read_signers(s, err)) != PS_OK ||
	    (code = ber_leave(b, "SignedData", err)) != PS_OK)
		return code;
	s->canonical = b->canonical;
	return s->has_content ? cms_digests_final(&s->digests, err) : PS_OK;
}

ps_code
cms_signed_usable(const struct cms_signed *s, ps_err *err)
{
	if (!s->not_octets)
		return PS_OK;
	return ps_fail(err, PS_E_UNSUPPORTED, "cms.signed-data", PS_NOWHERE, W_CMS_NOT_OCTETS);
}

void
cms_signed_clear(struct cms_signed *s)
{
	ps_reader_close(s->content);
	ps_reader_close(s->raw);
	cms_digests_clear(&s->digests);
	ps_buf_clear(&s->digest_algs);
	cms_bag_clear(&s->bag);
	for (size_t i = 0; i < s->nsigner; i++)
		cms_signer_clear(&s->signer[i]);
	free(s->signer);
	memset(s, 0, sizeof *s);
}

ps_cert *
cms_signed_find(const struct cms_signed *s, size_t i, ps_cert *const *more, size_t nmore)
{
	return cms_signed_find_id(s, &s->signer[i].sid, more, nmore);
}

ps_cert *
cms_signed_find_id(const struct cms_signed *s, const struct cms_id *id, ps_cert *const *more,
    size_t nmore)
{
	for (size_t k = 0; k < s->bag.ncert; k++)
		if (cms_id_names(id, s->bag.cert[k]))
			return s->bag.cert[k];
	for (size_t k = 0; k < nmore; k++)
		if (cms_id_names(id, more[k]))
			return more[k];
	return NULL;
}
