/* SPDX-License-Identifier: ISC */
/*
 * CompressedData, read and written. RFC 3274 has one algorithm, zlib, so there
 * is nothing to choose and all of it fits here.
 */
#include "cms/compressed.h"

#include <stdlib.h>
#include <string.h>

#include "cms/content_writer.h"
#include "cms/words.h"

/* --- reading --- */

static ps_code
read_version(struct ber *b, ps_err *err)
{
	uint64_t version;
	ps_code code = ber_u64(b, "version", &version, err);

	/* RFC 3274, 1.1: "It MUST be 0." */
	if (code == PS_OK && version != 0)
		return ps_fail(err, PS_E_UNSUPPORTED, b->where, b->offset,
		    W_CMS_COMPRESSED_VERSION, PS_NUMBER("found", version));
	return code;
}

/* RFC 3274, 2: parameters are omitted, and may be NULL. */
static ps_code
read_algorithm(struct ber *b, ps_err *err)
{
	const struct ps_algid zlib = { .oid = ps_alg_get(PS_ZLIB)->oid };
	struct ps_buf element = { 0 };
	struct der_state state;
	struct ps_algid id;
	struct der d;
	char name[64];
	ps_code code;

	if ((code = ber_small(b, 4096, "compressionAlgorithm", &element, err)) != PS_OK)
		goto out;
	der_init(&d, &state, ps_buf_get(&element), 0, false, "CompressedData");
	id = ps_algid_parse(&d, DER_SEQUENCE, "compressionAlgorithm");
	if ((code = der_finish(&d, b->where, err)) != PS_OK)
		goto out;
	if (!ps_algid_equal(&id, &zlib))
		code = ps_fail(err, PS_E_UNSUPPORTED, b->where, b->offset, W_CMS_COMPRESSION,
		    PS_TEXT("name", ps_algid_text(PS_ALG_COMPRESSION, &id, name, sizeof name)));
out:
	ps_buf_clear(&element);
	return code;
}

/* EncapsulatedContentInfo up to the octets. */
static ps_code
open_packed(struct cms_compressed *c, ps_err *err)
{
	struct ber *b = c->ber;
	uint32_t tag;
	ps_code code;

	if ((code = ber_enter(b, DER_SEQUENCE, "encapContentInfo", err)) != PS_OK ||
	    (code = ber_oid(b, "eContentType", c->content_oid.p, &c->content_oid.n,
	    err)) != PS_OK ||
	    (code = ber_peek_tag(b, &tag, err)) != PS_OK)
		return code;
	if (tag == 0)
		return ps_fail(err, PS_E_UNSUPPORTED, b->where, b->offset,
		    W_CMS_COMPRESSED_EMPTY);
	if ((code = ber_enter(b, DER_CTX(0), "eContent", err)) != PS_OK)
		return code;
	return ber_octets(b, DER_OCTETS, "eContent", &c->packed, err);
}

ps_code
cms_compressed_open(struct cms_compressed *c, struct ber *ber, ps_err *err)
{
	ps_code code;

	memset(c, 0, sizeof *c);
	c->ber = ber;
	ber->where = "cms.compressed-data";
	if ((code = ber_enter(ber, DER_SEQUENCE, "CompressedData", err)) != PS_OK ||
	    (code = read_version(ber, err)) != PS_OK ||
	    (code = read_algorithm(ber, err)) != PS_OK ||
	    (code = open_packed(c, err)) != PS_OK ||
	    (code = ps_inflate_init(&c->step, ber->limits, err)) != PS_OK)
		return code;
	return ps_reader_open_step(&c->content, c->packed, &c->step.step, err);
}

ps_code
cms_compressed_finish(struct cms_compressed *c, ps_err *err)
{
	ps_code code;

	if ((code = ber_leave(c->ber, "eContent", err)) != PS_OK ||
	    (code = ber_leave(c->ber, "encapContentInfo", err)) != PS_OK)
		return code;
	return ber_leave_skip(c->ber, "CompressedData", err);
}

void
cms_compressed_clear(struct cms_compressed *c)
{
	ps_reader_close(c->content);
	ps_inflate_clear(&c->step);
	ps_reader_close(c->packed);
	memset(c, 0, sizeof *c);
}

/* --- writing --- */

struct compress_writer {
	ps_writer	 base;
	struct ps_deflate deflate;
	ps_writer	*step;		/* runs `deflate` into `content` */
	struct cms_frame frame;
	struct cms_content content;
};

static void
ignore(ps_writer *w)
{
	(void)w;	/* what stands below is abandoned by who built it */
}

static ps_code
write_plain(ps_writer *base, ps_slice in, ps_err *err)
{
	return ps_writer_write(((struct compress_writer *)base)->step, in, err);
}

static ps_code
finish_plain(ps_writer *base, ps_err *err)
{
	struct compress_writer *w = (struct compress_writer *)base;
	ps_code code = ps_writer_finish(w->step, err);

	return code != PS_OK ? code : cms_content_finish(&w->content, err);
}

static void
close_compress(ps_writer *base)
{
	struct compress_writer *w = (struct compress_writer *)base;

	ps_writer_close(w->step);
	ps_deflate_clear(&w->deflate);
	cms_content_clear(&w->content);
	cms_frame_clear(&w->frame);
	free(w);
}

static const ps_writer_ops compress_ops = {
	.size = sizeof(ps_writer_ops),
	.write = write_plain,
	.finish = finish_plain,
	.abandon = ignore,
	.close = close_compress,
};

static ps_code
build_frame(struct cms_frame *f, ps_err *err)
{
	struct derw d;
	ps_code code;

	derw_init(&d, cms_frame_add(f, DER_SEQUENCE));
	derw_oid(&d, cms_type_oid(CMS_COMPRESSED));
	if ((code = derw_finish(&d, err)) != PS_OK)
		return code;
	cms_frame_add(f, DER_CTX(0));
	derw_init(&d, cms_frame_add(f, DER_SEQUENCE));
	derw_u64(&d, 0);
	ps_algid_build(&d, ps_alg_get(PS_ZLIB));
	if ((code = derw_finish(&d, err)) != PS_OK)
		return code;
	derw_init(&d, cms_frame_add(f, DER_SEQUENCE));
	derw_oid(&d, cms_type_oid(CMS_DATA));
	cms_frame_add(f, DER_CTX(0));
	f->content_tag = DER_OCTETS;
	return derw_finish(&d, err);
}

ps_code
cms_compress_writer_open(ps_writer **out, ps_writer *dst, int level,
    const struct cms_size *size, ps_err *err)
{
	struct compress_writer *w = calloc(1, sizeof *w);
	ps_code code;

	if (w == NULL)
		return ps_nomem(err, "cms.compressed-data");
	w->base.ops = &compress_ops;
	if ((code = build_frame(&w->frame, err)) != PS_OK ||
	    (code = ps_deflate_init(&w->deflate, level, err)) != PS_OK ||
	    (code = cms_content_open(&w->content, dst, &w->frame, size, err)) != PS_OK ||
	    (code = ps_writer_open_step(&w->step, &w->content.sink, &w->deflate.step,
	    err)) != PS_OK) {
		close_compress(&w->base);
		return code;
	}
	*out = &w->base;
	return PS_OK;
}
