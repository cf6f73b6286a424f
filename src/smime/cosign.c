/* SPDX-License-Identifier: ISC */
/*
 * A signature beside those that a mail has (RFC 5652, 5.1: SignerInfos are a
 * set, and each stands for itself).
 *
 * The signed part goes out as it came in, octet for octet; the signers that
 * are there, their certificates and lists stay. Nobody is led to sign what was
 * changed on the way: a signature that does not hold is a refusal.
 */
#include "base/text.h"
#include "base/words.h"
#include "crypto/digest.h"
#include "smime/opening.h"
#include "smime/pieces.h"
#include "smime/protecting.h"
#include "smime/words.h"

/* --- the parts of the input --- */

struct parts {
	struct mime_header head;
	struct mime_entity entity;
	struct mime_multipart *m;
};

static void
parts_close(struct parts *s)
{
	mime_multipart_close(s->m);
	mime_entity_clear(&s->entity);
	mime_header_clear(&s->head);
	*s = (struct parts){ .m = NULL };
}

/* From the front: *out is the part that was signed. */
static ps_code
parts_open(struct parts *s, struct protecting *p, ps_reader **out, ps_err *err)
{
	const char *boundary;
	ps_code code;

	if ((code = ps_reader_rewind(p->in, err)) != PS_OK ||
	    (code = mime_header_read(&s->head, p->in, p->limits, err)) != PS_OK ||
	    (code = mime_entity_parse(&s->entity, &s->head, p->limits, err)) != PS_OK)
		return code;
	boundary = mime_type_param(&s->entity.type, "boundary");
	if (!mime_type_is(&s->entity.type, "multipart", "signed") || boundary == NULL)
		return ps_fail(err, PS_E_MISUSE, "smime.protect", PS_NOWHERE, W_P_ADD_FORM);
	if ((code = mime_multipart_open(&s->m, p->in, boundary, p->limits, err)) != PS_OK ||
	    (code = mime_multipart_next(s->m, out, err)) != PS_OK)
		return code;
	if (*out == NULL)
		return ps_fail(err, PS_E_MALFORMED, "smime.protect", PS_NOWHERE, W_P_ADD_FORM);
	return PS_OK;
}

static ps_code
read_signature(struct protecting *p, ps_reader *part, struct cms_signed *out, ps_err *err)
{
	struct mime_header h = { 0 };
	struct mime_entity e = { 0 };
	ps_code code;

	if ((code = mime_header_read(&h, part, p->limits, err)) == PS_OK &&
	    (code = mime_entity_parse(&e, &h, p->limits, err)) == PS_OK)
		code = opening_is_signature(&e.type)
		    ? opening_signature(p->pr->setup.ctx, &e, part, out, err)
		    : ps_fail(err, PS_E_MISUSE, "smime.protect", PS_NOWHERE, W_P_ADD_FORM);
	mime_entity_clear(&e);
	mime_header_clear(&h);
	return code;
}

/* The SignedData that is there. */
static ps_code
read_before(struct protecting *p, struct cms_signed *out, ps_err *err)
{
	struct parts s = { .m = NULL };
	ps_reader *part;
	ps_code code;

	if ((code = parts_open(&s, p, &part, err)) == PS_OK &&
	    (code = mime_multipart_next(s.m, &part, err)) == PS_OK)
		code = part == NULL
		    ? ps_fail(err, PS_E_MALFORMED, "smime.protect", PS_NOWHERE, W_P_ADD_FORM)
		    : read_signature(p, part, out, err);
	parts_close(&s);
	if (code == PS_OK && (out->has_content || out->nsigner == 0))
		code = ps_fail(err, PS_E_MISUSE, "smime.protect", PS_NOWHERE, W_P_ADD_FORM);
	if (code == PS_OK && out->bag.skipped != 0)
		protect_warn(p, W_P_ADD_LEFT, PS_NUMBER("count", out->bag.skipped));
	return code;
}

/* --- what is there must hold --- */

/* The octets of each signature that can be judged; whether anybody is to be trusted is
 * for the reader. */
static ps_code
check_before(struct protecting *p, const struct cms_signed *before,
    const struct cms_digests *digests, ps_err *err)
{
	const struct ps_setup *s = &p->pr->setup;
	struct cms_check_out out;
	ps_code code;

	for (size_t i = 0; i < before->nsigner; i++) {
		struct cms_check_in in = { .signer = &before->signer[i], .digests = digests,
		    .cert = cms_signed_find(before, i, s->cert, s->ncert),
		    .content_type = { before->content_oid.p, before->content_oid.n } };

		if (in.cert == NULL)
			continue;
		if ((code = cms_signer_check(&in, &out, err)) != PS_OK)
			return code;
		if (out.result == CMS_CHECK_CONTENT_CHANGED ||
		    out.result == CMS_CHECK_SIGNATURE_WRONG ||
		    out.result == CMS_CHECK_ATTRIBUTES)
			return ps_fail(err, PS_E_REFUSED, "smime.protect", PS_NOWHERE,
			    W_P_ADD_BROKEN, PS_TEXT("who", ps_cert_holder(in.cert)));
	}
	return PS_OK;
}

/* --- writing --- */

/* What the new signers want, and what the old ones did. */
static ps_code
start_digests(const struct cms_signed_params *params, struct cms_digests *out, ps_err *err)
{
	const struct ps_alg *alg;
	ps_code code = cms_signing_digests(params, out, err);

	for (size_t i = 0; i < params->before->nsigner && code == PS_OK; i++) {
		alg = ps_alg_digest_of(&params->before->signer[i].digest);
		if (alg == NULL || (code = cms_digests_add(out, alg, err)) != PS_E_UNSUPPORTED)
			continue;
		ps_err_clear(err);
		code = PS_OK;
	}
	return code;
}

static ps_code
copy_part(ps_reader *part, bool lf, ps_writer *dst, struct cms_digests *digests, ps_err *err)
{
	struct ps_eol to_crlf;
	ps_reader *canonical = NULL;
	ps_writer *tap = NULL;
	ps_code code = PS_OK;

	if (lf) {
		ps_eol_init(&to_crlf, false);
		code = ps_reader_open_step(&canonical, part, &to_crlf.step, err);
	}
	if (code == PS_OK && (code = ps_writer_open_tap(&tap, dst, cms_digests_look, digests,
	    err)) == PS_OK &&
	    (code = ps_pump(canonical != NULL ? canonical : part, tap, NULL, err)) == PS_OK)
		code = cms_digests_final(digests, err);
	ps_writer_close(tap);
	ps_reader_close(canonical);
	return code;
}

static ps_code
write_content(struct protecting *p, ps_writer *dst, struct cms_digests *digests, ps_err *err)
{
	struct parts s = { .m = NULL };
	ps_reader *part;
	ps_code code;

	if ((code = parts_open(&s, p, &part, err)) == PS_OK)
		code = copy_part(part, p->mail.lf, dst, digests, err);
	parts_close(&s);
	return code;
}

static ps_code
write_both(struct protecting *p, const struct cms_signed *before, ps_writer *dst, ps_err *err)
{
	struct cms_digests digests = { .n = 0 };
	struct ps_buf signature = { 0 };
	struct cms_signed_params params;
	char boundary[48];
	ps_code code;

	pieces_signed_params(p, &params);
	params.before = before;
	if ((code = start_digests(&params, &digests, err)) == PS_OK &&
	    (code = pieces_boundary(p, boundary, err)) == PS_OK &&
	    (code = pieces_begin_parts(p, before, boundary, dst, err)) == PS_OK &&
	    (code = write_content(p, dst, &digests, err)) == PS_OK &&
	    (code = check_before(p, before, &digests, err)) == PS_OK &&
	    (code = cms_sign_detached(&params, &digests, &signature, err)) == PS_OK)
		code = pieces_end_parts(boundary, ps_buf_get(&signature), dst, err);
	ps_buf_clear(&signature);
	cms_digests_clear(&digests);
	return code;
}

ps_code
protect_cosign(struct protecting *p, ps_writer *dst, ps_err *err)
{
	struct cms_signed before = { .nsigner = 0 };
	ps_code code = read_before(p, &before, err);

	if (code == PS_OK)
		code = write_both(p, &before, dst, err);
	cms_signed_clear(&before);
	return code;
}
