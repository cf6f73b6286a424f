/* SPDX-License-Identifier: ISC */
/*
 * DigestedData, read.
 */
#include "cms/digested.h"

#include <string.h>

#include "base/text.h"
#include "cms/words.h"

static ps_code
read_algorithm(struct cms_digested *d, ps_err *err)
{
	struct der_state state;
	struct der in;
	ps_code code = ber_small(d->ber, 1024, "digestAlgorithm", &d->algid_der, err);

	if (code != PS_OK)
		return code;
	der_init(&in, &state, ps_buf_get(&d->algid_der), 0, false, "DigestedData");
	d->algid = ps_algid_parse(&in, DER_SEQUENCE, "digestAlgorithm");
	if ((code = der_finish(&in, d->ber->where, err)) != PS_OK)
		return code;
	d->digest = ps_alg_digest_of(&d->algid);
	if (d->digest == NULL)
		return PS_OK;
	code = cms_digests_add(&d->digests, d->digest, err);
	if (code == PS_E_UNSUPPORTED) {	/* not judged, then */
		ps_err_clear(err);
		return PS_OK;
	}
	return code;
}

static ps_code
open_content(struct cms_digested *d, ps_err *err)
{
	uint32_t tag;
	ps_code code;

	if ((code = ber_enter(d->ber, DER_SEQUENCE, "encapContentInfo", err)) != PS_OK ||
	    (code = ber_oid(d->ber, "eContentType", d->content_oid.p, &d->content_oid.n,
	    err)) != PS_OK ||
	    (code = ber_peek_tag(d->ber, &tag, err)) != PS_OK)
		return code;
	if (tag == 0)
		return ps_fail(err, PS_E_UNSUPPORTED, d->ber->where, d->ber->offset,
		    W_CMS_NO_PLAIN);
	if ((code = ber_enter(d->ber, DER_CTX(0), "eContent", err)) != PS_OK ||
	    (code = ber_octets(d->ber, DER_OCTETS, "eContent", &d->raw, err)) != PS_OK)
		return code;
	return ps_reader_open_tap(&d->content, d->raw, cms_digests_look, &d->digests, err);
}

ps_code
cms_digested_open(struct cms_digested *d, struct ber *ber, ps_err *err)
{
	ps_code code;

	memset(d, 0, sizeof *d);
	d->ber = ber;
	ber->where = "cms.digested-data";
	if ((code = ber_enter(ber, DER_SEQUENCE, "DigestedData", err)) != PS_OK ||
	    (code = ber_u64(ber, "version", &d->version, err)) != PS_OK ||
	    (code = read_algorithm(d, err)) != PS_OK)
		return code;
	return open_content(d, err);
}

static ps_code
compare(struct cms_digested *d, ps_slice element, ps_err *err)
{
	struct der_state state;
	struct der in;
	ps_slice said, found;
	ps_code code;

	der_init(&in, &state, element, 0, false, "DigestedData");
	said = der_octets(&in, "digest");
	if ((code = der_finish(&in, d->ber->where, err)) != PS_OK ||
	    (code = cms_digests_final(&d->digests, err)) != PS_OK)
		return code;
	d->judged = d->digests.n != 0;
	found = d->judged ? cms_digests_get(&d->digests, d->digest) : said;
	d->right = d->judged && ps_slice_equal(said, found);
	return PS_OK;
}

ps_code
cms_digested_finish(struct cms_digested *d, ps_err *err)
{
	struct ps_buf element = { 0 };
	ps_code code;

	if ((code = ber_leave(d->ber, "eContent", err)) != PS_OK ||
	    (code = ber_leave(d->ber, "encapContentInfo", err)) != PS_OK)
		return code;
	if ((code = ber_small(d->ber, 1024, "digest", &element, err)) == PS_OK)
		code = compare(d, ps_buf_get(&element), err);
	ps_buf_clear(&element);
	return code != PS_OK ? code : ber_leave(d->ber, "DigestedData", err);
}

void
cms_digested_clear(struct cms_digested *d)
{
	ps_reader_close(d->content);
	ps_reader_close(d->raw);
	cms_digests_clear(&d->digests);
	ps_buf_clear(&d->algid_der);
	memset(d, 0, sizeof *d);
}
