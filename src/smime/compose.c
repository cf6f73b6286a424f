/* SPDX-License-Identifier: ISC */
/*
 * The protected mail, written: layer by layer around the content, from the inside out.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/words.h"
#include "cms/compressed.h"
#include "cms/signed_build.h"
#include "crypto/digest.h"
#include "smime/pieces.h"
#include "smime/protecting.h"
#include "smime/words.h"

/* --- layers --- */

/* How large contents are written: DESIGN 4, "Definite or indefinite". */
static struct cms_size
size_of(const struct protecting *p, uint64_t known)
{
	if (p->measured)
		return (struct cms_size){ .how = CMS_KNOWN, .length = known,
		    .digests = &p->digests, .tail = &p->signature };
	if (p->length > p->limits->plan_max)
		return (struct cms_size){ .how = CMS_STREAM };
	/* Inner layers make it larger than the input was; it stays a plan. */
	return (struct cms_size){ .how = CMS_PLAN, .plan_max = 4 * p->limits->plan_max };
}

/* --- the content, compressed --- */

enum { DEFLATE_LEVEL = 6 };	/* above, time is lost for a hundredth of the size */

/* RFC 8551, 3.6: an entity around the entity. */
static ps_code
write_compressed(struct protecting *p, ps_writer *dst, bool *out_unsafe, ps_err *err)
{
	struct cms_size size = size_of(p, 0);
	struct pieces_base64 b64 = { .w = NULL };
	ps_writer *w = NULL;
	ps_code code;

	/* Known before the rest is measured: that measures what this writes. */
	if (p->packed_length != 0)
		size = (struct cms_size){ .how = CMS_KNOWN, .length = p->packed_length };
	if ((code = pieces_cms_header(dst, "compressed-data", "smime.p7z", err)) == PS_OK &&
	    (code = pieces_base64(&b64, dst, err)) == PS_OK &&
	    (code = cms_compress_writer_open(&w, b64.w, DEFLATE_LEVEL, &size, err)) == PS_OK &&
	    (code = protect_write_content(p, w, out_unsafe, err)) == PS_OK && !*out_unsafe &&
	    (code = ps_writer_finish(w, err)) == PS_OK)
		code = ps_writer_finish(b64.w, err);
	ps_writer_close(w);
	ps_writer_close(b64.w);
	return code;
}

/* The entity that is protected. Compression is inside of all protection: it is
 * no layer, and what it wraps counts for nothing (RFC 9787). */
static ps_code
write_content(struct protecting *p, ps_writer *dst, bool *out_unsafe, ps_err *err)
{
	*out_unsafe = false;
	if (p->dry) {
		p->skipped += p->content_length;
		return PS_OK;
	}
	if (p->entity.p != NULL)
		return ps_writer_write(dst, p->entity, err);
	return p->pr->compress ? write_compressed(p, dst, out_unsafe, err)
	    : protect_write_content(p, dst, out_unsafe, err);
}

/* --- signed --- */

/* The detached object, once: a measuring pass may have made it. */
static ps_code
make_signature(struct protecting *p, const struct cms_digests *digests, ps_err *err)
{
	struct cms_signed_params params;

	pieces_signed_params(p, &params);
	if (!p->measured)
		ps_buf_clear(&p->signature);
	return p->signature.n != 0 ? PS_OK
	    : cms_sign_detached(&params, digests, &p->signature, err);
}

/* What was signed in the measuring pass must be what is written now. */
static ps_code
compare_digests(const struct protecting *p, const struct cms_digests *now, ps_err *err)
{
	for (size_t i = 0; p->measured && i < now->n; i++) {
		const struct ps_alg *alg = ps_digest_alg(now->d[i]);

		if (!ps_slice_equal(cms_digests_get(now, alg),
		    cms_digests_get(&p->digests, alg)))
			return ps_fail(err, PS_E_CHANGED, "smime.protect", PS_NOWHERE,
			    W_P_CHANGED);
	}
	return PS_OK;
}

/* The content behind the first delimiter, hashed on its way. */
static ps_code
write_hashed(struct protecting *p, struct cms_digests *digests, ps_writer *dst,
    bool *out_unsafe, ps_err *err)
{
	struct cms_signed_params params;
	ps_writer *tap = NULL;
	ps_code code;

	if (p->dry)
		return write_content(p, dst, out_unsafe, err);
	pieces_signed_params(p, &params);
	if ((code = cms_signing_digests(&params, digests, err)) == PS_OK &&
	    (code = ps_writer_open_tap(&tap, dst, cms_digests_look, digests, err)) == PS_OK &&
	    (code = write_content(p, tap, out_unsafe, err)) == PS_OK)
		code = cms_digests_final(digests, err);
	ps_writer_close(tap);
	return code;
}

static ps_code
write_multipart_signed(struct protecting *p, ps_writer *dst, bool *out_unsafe, ps_err *err)
{
	struct cms_digests own = { .n = 0 };
	const struct cms_digests *digests = p->dry ? &p->digests : &own;
	ps_code code;

	if (!p->measured && (code = pieces_boundary(p, p->boundary, err)) != PS_OK)
		return code;
	if ((code = pieces_begin_parts(p, NULL, p->boundary, dst, err)) != PS_OK ||
	    (code = write_hashed(p, &own, dst, out_unsafe, err)) != PS_OK || *out_unsafe ||
	    (code = compare_digests(p, &own, err)) != PS_OK)
		goto out;
	if ((code = make_signature(p, digests, err)) == PS_OK)
		code = pieces_end_parts(p->boundary, ps_buf_get(&p->signature), dst, err);
out:
	cms_digests_clear(&own);
	return code;
}

/* Of n octets: lines of 64 digits, each with CRLF. */
static uint64_t
base64_length(uint64_t n)
{
	uint64_t digits = (n + 2) / 3 * 4;

	return digits + (digits + 63) / 64 * 2;
}

/* The length alone: the signatures are made here, once. */
static ps_code
measure_opaque(struct protecting *p, ps_writer *dst, ps_err *err)
{
	struct cms_size size = { .how = CMS_KNOWN, .length = p->content_length,
	    .digests = &p->digests, .tail = &p->signature };
	struct cms_signed_params params;
	uint64_t length = 0;
	ps_writer *w;
	ps_code code;

	pieces_signed_params(p, &params);
	if ((code = cms_signed_tail(&params, &p->digests, &p->signature, err)) != PS_OK ||
	    (code = pieces_cms_header(dst, "signed-data", "smime.p7m", err)) != PS_OK ||
	    (code = cms_signed_writer_open(&w, NULL, &params, &size, &length, err)) != PS_OK)
		return code;
	ps_writer_close(w);
	p->skipped += base64_length(length);
	return PS_OK;
}

static ps_code
write_opaque_signed(struct protecting *p, ps_writer *dst, bool *out_unsafe, ps_err *err)
{
	struct cms_size size = size_of(p, p->content_length);
	struct cms_signed_params params;
	struct pieces_base64 b64 = { .w = NULL };
	ps_writer *w = NULL;
	ps_code code;

	pieces_signed_params(p, &params);
	if ((code = pieces_cms_header(dst, "signed-data", "smime.p7m", err)) == PS_OK &&
	    (code = pieces_base64(&b64, dst, err)) == PS_OK &&
	    (code = cms_signed_writer_open(&w, b64.w, &params, &size, NULL, err)) == PS_OK &&
	    (code = write_content(p, w, out_unsafe, err)) == PS_OK && !*out_unsafe &&
	    (code = ps_writer_finish(w, err)) == PS_OK)
		code = ps_writer_finish(b64.w, err);
	ps_writer_close(w);
	ps_writer_close(b64.w);
	return code;
}

static ps_code
write_signed(struct protecting *p, ps_writer *dst, bool *out_unsafe, ps_err *err)
{
	if (p->dry && p->pr->opaque)
		return measure_opaque(p, dst, err);
	return p->pr->opaque ? write_opaque_signed(p, dst, out_unsafe, err)
	    : write_multipart_signed(p, dst, out_unsafe, err);
}

/* What is encrypted: the signed entity, or the content alone. */
static ps_code
write_plaintext(struct protecting *p, ps_writer *dst, bool *out_unsafe, ps_err *err)
{
	return (p->what & PS_SIGN) != 0 ? write_signed(p, dst, out_unsafe, err)
	    : write_content(p, dst, out_unsafe, err);
}

static ps_code
write_encrypted(struct protecting *p, const struct protect_list *to, ps_writer *dst,
    bool *out_unsafe, ps_err *err)
{
	struct cms_size size = size_of(p, p->plain_length);
	struct cms_envelope_params params = { .to = to->to, .nto = to->n,
	    .cipher = p->cipher, .derive = p->hkdf ? ps_alg_get(PS_CEK_HKDF_SHA256) : NULL };
	struct pieces_base64 b64 = { .w = NULL };
	ps_writer *w = NULL;
	ps_code code;

	if ((code = pieces_cms_header(dst, p->cipher->aead ? "authEnveloped-data"
	    : "enveloped-data", "smime.p7m", err)) == PS_OK &&
	    (code = pieces_base64(&b64, dst, err)) == PS_OK &&
	    (code = cms_envelope_writer_open(&w, b64.w, &params, &size, err)) == PS_OK &&
	    (code = write_plaintext(p, w, out_unsafe, err)) == PS_OK && !*out_unsafe &&
	    (code = ps_writer_finish(w, err)) == PS_OK)
		code = ps_writer_finish(b64.w, err);
	ps_writer_close(w);
	ps_writer_close(b64.w);
	return code;
}

/* --- a receipt --- */

ps_code
protect_write_receipt(struct protecting *p, ps_slice receipt, ps_writer *dst, ps_err *err)
{
	struct cms_size size = { .how = CMS_PLAN, .plan_max = p->limits->plan_max };
	struct cms_signed_params params;
	struct pieces_base64 b64 = { .w = NULL };
	ps_writer *w = NULL;
	ps_code code;

	pieces_signed_params(p, &params);
	params.content_type = cms_type_oid(CMS_RECEIPT);
	if ((code = pieces_cms_header(dst, "signed-receipt", "smime.p7m", err)) == PS_OK &&
	    (code = pieces_base64(&b64, dst, err)) == PS_OK &&
	    (code = cms_signed_writer_open(&w, b64.w, &params, &size, NULL, err)) == PS_OK &&
	    (code = ps_writer_write(w, receipt, err)) == PS_OK &&
	    (code = ps_writer_finish(w, err)) == PS_OK)
		code = ps_writer_finish(b64.w, err);
	ps_writer_close(w);
	ps_writer_close(b64.w);
	return code;
}

/* --- signed once more --- */

static ps_code
hash_encrypted(struct protecting *p, const struct cms_signed_params *params,
    const struct protect_list *to, struct cms_digests *digests, ps_writer *dst,
    bool *out_unsafe, ps_err *err)
{
	ps_writer *tap = NULL;
	ps_code code;

	if ((code = cms_signing_digests(params, digests, err)) == PS_OK &&
	    (code = ps_writer_open_tap(&tap, dst, cms_digests_look, digests, err)) == PS_OK &&
	    (code = write_encrypted(p, to, tap, out_unsafe, err)) == PS_OK && !*out_unsafe)
		code = cms_digests_final(digests, err);
	ps_writer_close(tap);
	return code;
}

/*
 * RFC 2634, 1.1.2: a multipart/signed around the encrypted entity, of the same
 * signers. Only the inner signature is the author's word, so only that one is
 * stamped.
 */
static ps_code
write_outer_signed(struct protecting *p, const struct protect_list *to, ps_writer *dst,
    bool *out_unsafe, ps_err *err)
{
	struct cms_digests digests = { .n = 0 };
	struct ps_buf signature = { 0 };
	struct cms_signed_params params;
	char boundary[48];
	ps_code code;

	pieces_signed_params(p, &params);
	params.attrs = ps_buf_get(&p->outer_attrs);
	params.stamp = NULL;
	if ((code = pieces_boundary(p, boundary, err)) != PS_OK ||
	    (code = pieces_begin_parts(p, NULL, boundary, dst, err)) != PS_OK ||
	    (code = hash_encrypted(p, &params, to, &digests, dst, out_unsafe, err)) != PS_OK ||
	    *out_unsafe)
		goto out;
	if ((code = cms_sign_detached(&params, &digests, &signature, err)) == PS_OK)
		code = pieces_end_parts(boundary, ps_buf_get(&signature), dst, err);
out:
	ps_buf_clear(&signature);
	cms_digests_clear(&digests);
	return code;
}

/* --- the mail around it --- */

static ps_code
write_outer_header(struct protecting *p, ps_writer *raw, ps_err *err)
{
	ps_code code = PS_OK;

	if (p->mail.postmark.n != 0)
		code = ps_writer_write(raw, p->mail.postmark, err);
	if (code == PS_OK && p->outer.n != 0)
		code = ps_writer_write(raw, ps_buf_get(&p->outer), err);
	return code;
}

static ps_code
write_protected(struct protecting *p, const struct protect_list *to, ps_writer *dst,
    bool *out_unsafe, ps_err *err)
{
	if (p->pr->add)
		return protect_cosign(p, dst, err);
	if (p->around)
		return write_outer_signed(p, to, dst, out_unsafe, err);
	return (p->what & PS_ENCRYPT) != 0 ? write_encrypted(p, to, dst, out_unsafe, err)
	    : write_signed(p, dst, out_unsafe, err);
}

static ps_code
write_head_and_body(struct protecting *p, const struct protect_list *to, ps_writer *fields,
    ps_writer *body, ps_writer *dst, bool *out_unsafe, ps_err *err)
{
	ps_writer *to_body = body != NULL ? body : dst;
	ps_code code;

	code = write_outer_header(p, fields != NULL ? fields : dst, err);
	if (code == PS_OK && fields != NULL)
		code = ps_writer_finish(fields, err);
	if (code == PS_OK && (code = ps_writer_text(to_body, "MIME-Version: 1.0\r\n", err)) ==
	    PS_OK)
		code = write_protected(p, to, to_body, out_unsafe, err);
	if (code == PS_OK && !*out_unsafe && body != NULL)
		code = ps_writer_finish(body, err);
	return code;
}

/* Fields that nobody asked to change keep their line ends. */
static bool
fields_convert(const struct protecting *p)
{
	return p->pr->setup.eol != 0 && p->mail.lf != p->lf_out;
}

ps_code
protect_compose(struct protecting *p, const struct protect_list *to, ps_writer *dst,
    bool *out_unsafe, ps_err *err)
{
	struct ps_eol to_lf, fields_eol;
	ps_writer *body = NULL, *fields = NULL;
	ps_code code = PS_OK;

	*out_unsafe = false;
	if (fields_convert(p)) {
		ps_eol_init(&fields_eol, p->lf_out);
		code = ps_writer_open_step(&fields, dst, &fields_eol.step, err);
	}
	if (code == PS_OK && p->lf_out) {
		ps_eol_init(&to_lf, true);
		code = ps_writer_open_step(&body, dst, &to_lf.step, err);
	}
	if (code == PS_OK)
		code = write_head_and_body(p, to, fields, body, dst, out_unsafe, err);
	ps_writer_close(fields);
	ps_writer_close(body);
	return code;
}

/* --- a pass that only measures --- */

static ps_code
deflate_to(struct protecting *p, ps_writer *dst, bool *out_unsafe, ps_err *err)
{
	struct ps_deflate deflate;
	ps_writer *step = NULL;
	ps_code code;

	if ((code = ps_deflate_init(&deflate, DEFLATE_LEVEL, err)) != PS_OK)
		return code;
	if ((code = ps_writer_open_step(&step, dst, &deflate.step, err)) == PS_OK &&
	    (code = protect_write_content(p, step, out_unsafe, err)) == PS_OK && !*out_unsafe)
		code = ps_writer_finish(step, err);
	ps_writer_close(step);
	ps_deflate_clear(&deflate);
	return code;
}

/* A compressed length is known only once it was compressed. */
static ps_code
measure_packed(struct protecting *p, bool *out_unsafe, ps_err *err)
{
	ps_writer *null;
	ps_code code;

	p->packed_length = 0;
	*out_unsafe = false;
	if (!p->pr->compress || p->entity.p != NULL)
		return PS_OK;
	if ((code = ps_writer_open_null(&null, err)) != PS_OK)
		return code;
	if ((code = deflate_to(p, null, out_unsafe, err)) == PS_OK)
		p->packed_length = ps_writer_null_count(null);
	ps_writer_close(null);
	return code;
}

static ps_code
measure_content(struct protecting *p, bool *out_unsafe, ps_err *err)
{
	struct cms_signed_params params;
	ps_writer *null, *tap = NULL;
	ps_code code;

	cms_digests_clear(&p->digests);
	pieces_signed_params(p, &params);
	if (p->nsigner != 0 && (code = cms_signing_digests(&params, &p->digests, err)) != PS_OK)
		return code;
	if ((code = ps_writer_open_null(&null, err)) != PS_OK)
		return code;
	if ((code = ps_writer_open_tap(&tap, null, cms_digests_look, &p->digests, err)) ==
	    PS_OK && (code = write_content(p, tap, out_unsafe, err)) == PS_OK)
		code = cms_digests_final(&p->digests, err);
	p->content_length = p->digests.length;
	ps_writer_close(tap);
	ps_writer_close(null);
	return code;
}

/* The plaintext's length: everything but the content is written to nowhere,
 * with the signatures that will be used. */
static ps_code
measure_plaintext(struct protecting *p, ps_err *err)
{
	bool unsafe;
	ps_writer *null;
	ps_code code;

	ps_buf_clear(&p->signature);
	p->skipped = 0;
	p->dry = true;
	if ((code = ps_writer_open_null(&null, err)) == PS_OK) {
		code = write_plaintext(p, null, &unsafe, err);
		p->plain_length = ps_writer_null_count(null) + p->skipped;
		ps_writer_close(null);
	}
	p->dry = false;
	return code;
}

ps_code
protect_measure(struct protecting *p, bool *out_unsafe, ps_err *err)
{
	ps_code code;

	p->measured = false;
	if ((code = measure_packed(p, out_unsafe, err)) != PS_OK || *out_unsafe ||
	    (code = measure_content(p, out_unsafe, err)) != PS_OK || *out_unsafe)
		return code;
	code = measure_plaintext(p, err);
	p->measured = code == PS_OK;
	return code;
}
