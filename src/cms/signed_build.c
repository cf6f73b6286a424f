/* SPDX-License-Identifier: ISC */
/*
 * SignedData, built: the detached form whole, and the pieces of the opaque one.
 */
#include "cms/signed_build.h"

#include "base/text.h"

#include "cms/multiple.h"
#include "cms/words.h"

ps_slice
cms_signed_content_type(const struct cms_signed_params *p)
{
	return p->content_type.n != 0 ? p->content_type : cms_type_oid(CMS_DATA);
}

ps_code
cms_signing_digests(const struct cms_signed_params *p, struct cms_digests *digests, ps_err *err)
{
	ps_code code;

	if (p->nsigner == 0)
		return ps_fail(err, PS_E_MISUSE, "cms.signed-data", PS_NOWHERE,
		    W_CMS_NO_SIGNER);
	for (size_t i = 0; i < p->nsigner; i++)
		if ((code = cms_digests_add(digests, p->signer[i].spec.digest, err)) != PS_OK)
			return code;
	return PS_OK;
}

/* RFC 5652, 5.1: 3 when a signer is named by key or the content is not
 * id-data, else 1. */
static unsigned
version(const struct cms_signed_params *p)
{
	if (p->before != NULL && p->before->version >= 3)
		return 3;
	if (p->content_type.n != 0 && cms_type_of(p->content_type) != CMS_DATA)
		return 3;
	for (size_t i = 0; i < p->nsigner; i++)
		if (p->signer[i].by_ski && ps_cert_view_of(p->signer[i].cert)->ski.n != 0)
			return 3;
	return 1;
}

/* Is this digestAlgorithm announced already? */
static bool
announced(const struct cms_signed_params *p, const struct ps_alg *digest)
{
	struct der_state state;
	struct der d;
	struct ps_algid a;
	bool found = false;

	if (p->before == NULL)
		return false;
	der_init(&d, &state, ps_buf_get(&p->before->digest_algs), 0, false, "digestAlgorithms");
	while (der_more(&d)) {
		a = ps_algid_parse(&d, DER_SEQUENCE, "digestAlgorithm");
		found = found || ps_alg_digest_of(&a) == digest;
	}
	return found;
}

ps_code
cms_signed_head(const struct cms_signed_params *p, struct ps_buf *out, ps_err *err)
{
	struct derw w;

	derw_init(&w, out);
	derw_u64(&w, version(p));
	derw_begin_set_of(&w, DER_SET);
	if (p->before != NULL)
		derw_raw(&w, ps_buf_get(&p->before->digest_algs));
	for (size_t i = 0; i < p->nsigner; i++) {
		size_t k = 0;

		if (announced(p, p->signer[i].spec.digest))
			continue;

		while (k < i && p->signer[k].spec.digest != p->signer[i].spec.digest)
			k++;
		if (k == i)
			ps_sigspec_build_digest(&p->signer[i].spec, &w, DER_SEQUENCE);
	}
	derw_end(&w);
	return derw_finish(&w, err);
}

/* The bag keeps the order that readers like: leaf first, then its chain. BER
 * lets a SET OF stand in any order outside of what is signed. */
static void
build_certs(struct derw *w, ps_cert *const *cert, size_t ncert, const struct cms_bag *before)
{
	size_t nbefore = before == NULL ? 0 : before->ncert;

	if (ncert + nbefore == 0)
		return;
	derw_begin(w, DER_CTX(0));
	for (size_t i = 0; i < nbefore; i++)
		derw_raw(w, ps_cert_der(before->cert[i]));
	for (size_t i = 0; i < ncert; i++)
		if (nbefore == 0 || !ps_cert_is_in(before->cert, nbefore, cert[i]))
			derw_raw(w, ps_cert_der(cert[i]));
	derw_end(w);
}

static void
build_crls(struct derw *w, const struct cms_bag *before)
{
	if (before == NULL || before->ncrl == 0)
		return;
	derw_begin(w, DER_CTX(1));
	for (size_t i = 0; i < before->ncrl; i++)
		derw_raw(w, ps_buf_get(&before->crl[i]));
	derw_end(w);
}

static ps_code
build_signer(const struct cms_signed_params *p, size_t i, const struct cms_signing_of *all,
    struct ps_buf *out, ps_err *err)
{
	struct cms_signing_of of = *all;
	struct ps_buf attrs = { 0 };
	ps_code code = ps_buf_add(&attrs, all->attrs, err);

	if (code == PS_OK && (code = cms_multiple_attr(p->signer, p->nsigner, i, all, &attrs,
	    err)) == PS_OK) {
		of.attrs = ps_buf_get(&attrs);
		code = cms_signer_build(&p->signer[i], &of, out, err);
	}
	ps_buf_clear(&attrs);
	return code;
}

ps_code
cms_signed_tail(const struct cms_signed_params *p, const struct cms_digests *digests,
    struct ps_buf *out, ps_err *err)
{
	struct cms_signing_of of = { .digests = digests,
	    .content_type = cms_signed_content_type(p), .signing_time = p->signing_time,
	    .attrs = p->attrs, .stamp = p->stamp, .stamp_arg = p->stamp_arg };
	const struct cms_bag *bag = p->before == NULL ? NULL : &p->before->bag;
	struct ps_buf signers = { 0 };
	struct derw w;
	ps_code code = PS_OK;

	for (size_t i = 0; i < p->nsigner && code == PS_OK; i++)
		code = build_signer(p, i, &of, &signers, err);
	if (code == PS_OK) {
		derw_init(&w, out);
		build_certs(&w, p->cert, p->ncert, bag);
		build_crls(&w, bag);
		derw_begin_set_of(&w, DER_SET);
		for (size_t i = 0; p->before != NULL && i < p->before->nsigner; i++)
			derw_raw(&w, ps_buf_get(&p->before->signer[i].der));
		derw_raw(&w, ps_buf_get(&signers));
		derw_end(&w);
		code = derw_finish(&w, err);
	}
	ps_buf_clear(&signers);
	return code;
}

static void
begin_signed(struct derw *w)
{
	derw_begin(w, DER_SEQUENCE);
	derw_oid(w, cms_type_oid(CMS_SIGNED));
	derw_begin(w, DER_CTX(0));
	derw_begin(w, DER_SEQUENCE);
}

static void
end_signed(struct derw *w)
{
	derw_end(w);
	derw_end(w);
	derw_end(w);
}

ps_code
cms_sign_detached(const struct cms_signed_params *p, const struct cms_digests *digests,
    struct ps_buf *out, ps_err *err)
{
	struct ps_buf head = { 0 }, tail = { 0 };
	struct derw w;
	ps_code code;

	if ((code = cms_signed_head(p, &head, err)) != PS_OK ||
	    (code = cms_signed_tail(p, digests, &tail, err)) != PS_OK)
		goto out;
	derw_init(&w, out);
	begin_signed(&w);
	derw_raw(&w, ps_buf_get(&head));
	derw_begin(&w, DER_SEQUENCE);
	derw_oid(&w, cms_signed_content_type(p));
	derw_end(&w);
	derw_raw(&w, ps_buf_get(&tail));
	end_signed(&w);
	code = derw_finish(&w, err);
out:
	ps_buf_clear(&head);
	ps_buf_clear(&tail);
	return code;
}

ps_code
cms_certs_only(ps_cert *const *cert, size_t ncert, struct ps_buf *out, ps_err *err)
{
	struct derw w;

	derw_init(&w, out);
	begin_signed(&w);
	derw_u64(&w, 1);
	derw_begin(&w, DER_SET);
	derw_end(&w);
	derw_begin(&w, DER_SEQUENCE);
	derw_oid(&w, cms_type_oid(CMS_DATA));
	derw_end(&w);
	build_certs(&w, cert, ncert, NULL);
	derw_begin(&w, DER_SET);
	derw_end(&w);
	end_signed(&w);
	return derw_finish(&w, err);
}
