/* SPDX-License-Identifier: ISC */
/*
 * An opaque SignedData, written.
 *
 * The signature stands behind the content, but a definite length stands
 * before it. So a content is planned in memory, or its digests come from an
 * earlier pass (the signatures are then made first, and compared after), or
 * the lengths are indefinite.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cms/content_writer.h"
#include "cms/signed_build.h"
#include "cms/words.h"

struct signed_writer {
	ps_writer	 base;
	const struct cms_signed_params *p;
	struct cms_digests digests;
	const struct cms_digests *before;	/* of the earlier pass, or NULL */
	struct cms_frame frame;
	struct cms_content content;
};

enum { LEVEL_SIGNED = 2 };	/* the frame's level of SignedData */

static ps_code
write_signed(ps_writer *base, ps_slice in, ps_err *err)
{
	struct signed_writer *w = (struct signed_writer *)base;
	ps_code code = cms_digests_look(&w->digests, in, err);

	return code != PS_OK ? code : cms_content_write(&w->content, in, err);
}

static bool
same_as_before(const struct signed_writer *w)
{
	for (size_t i = 0; i < w->digests.n; i++) {
		const struct ps_alg *alg = ps_digest_alg(w->digests.d[i]);

		if (!ps_slice_equal(cms_digests_get(&w->digests, alg),
		    cms_digests_get(w->before, alg)))
			return false;
	}
	return true;
}

static ps_code
finish_signed(ps_writer *base, ps_err *err)
{
	struct signed_writer *w = (struct signed_writer *)base;
	ps_code code;

	if ((code = cms_digests_final(&w->digests, err)) != PS_OK)
		return code;
	if (w->before == NULL)
		code = cms_signed_tail(w->p, &w->digests, &w->frame.level[LEVEL_SIGNED].after,
		    err);
	else if (!same_as_before(w))
		code = ps_fail(err, PS_E_CHANGED, "cms.signed-data", PS_NOWHERE, W_CMS_CHANGED);
	return code != PS_OK ? code : cms_content_finish(&w->content, err);
}

static void
abandon_signed(ps_writer *base)
{
	(void)base;	/* what stands below is abandoned by who built it */
}

static void
close_signed(ps_writer *base)
{
	struct signed_writer *w = (struct signed_writer *)base;

	cms_digests_clear(&w->digests);
	cms_content_clear(&w->content);
	cms_frame_clear(&w->frame);
	free(w);
}

static const ps_writer_ops signed_ops = {
	.size = sizeof(ps_writer_ops),
	.write = write_signed,
	.finish = finish_signed,
	.abandon = abandon_signed,
	.close = close_signed,
};

static ps_code
add_oid(struct ps_buf *b, ps_slice oid, ps_err *err)
{
	struct derw w;

	derw_init(&w, b);
	derw_oid(&w, oid);
	return derw_finish(&w, err);
}

/* ContentInfo, [0], SignedData, encapContentInfo, [0] eContent. */
static ps_code
build_frame(struct signed_writer *w, ps_err *err)
{
	struct cms_frame *f = &w->frame;
	ps_code code;

	code = add_oid(cms_frame_add(f, DER_SEQUENCE), cms_type_oid(CMS_SIGNED), err);
	if (code != PS_OK)
		return code;
	cms_frame_add(f, DER_CTX(0));
	if ((code = cms_signed_head(w->p, cms_frame_add(f, DER_SEQUENCE), err)) != PS_OK ||
	    (code = add_oid(cms_frame_add(f, DER_SEQUENCE), cms_signed_content_type(w->p),
	    err)) != PS_OK)
		return code;
	cms_frame_add(f, DER_CTX(0));
	f->content_tag = DER_OCTETS;
	return PS_OK;
}

static ps_code
start(struct signed_writer *w, ps_writer *dst, const struct cms_size *size,
    uint64_t *out_length, ps_err *err)
{
	ps_code code;

	if ((code = build_frame(w, err)) != PS_OK ||
	    (code = cms_signing_digests(w->p, &w->digests, err)) != PS_OK)
		return code;
	if (size->how == CMS_KNOWN) {
		w->before = size->digests;
		struct ps_buf *tail = &w->frame.level[LEVEL_SIGNED].after;

		code = size->tail != NULL && size->tail->n != 0
		    ? ps_buf_add(tail, ps_buf_get(size->tail), err)
		    : cms_signed_tail(w->p, w->before, tail, err);
		if (code != PS_OK)
			return code;
		if (out_length != NULL)
			*out_length = cms_frame_length(&w->frame, size->length);
	}
	/* Whoever only asks for the length gives no destination. */
	return dst == NULL ? PS_OK : cms_content_open(&w->content, dst, &w->frame, size, err);
}

ps_code
cms_signed_writer_open(ps_writer **out, ps_writer *dst, const struct cms_signed_params *p,
    const struct cms_size *size, uint64_t *out_length, ps_err *err)
{
	struct signed_writer *w = calloc(1, sizeof *w);
	ps_code code;

	if (w == NULL)
		return ps_nomem(err, "cms.signed-data");
	w->base.ops = &signed_ops;
	w->p = p;
	if ((code = start(w, dst, size, out_length, err)) != PS_OK) {
		close_signed(&w->base);
		return code;
	}
	*out = &w->base;
	return PS_OK;
}
