/* SPDX-License-Identifier: ISC */
/*
 * EnvelopedData and AuthEnvelopedData, written: what is pushed in is
 * encrypted under a fresh key and goes on into the frame.
 */
#include <stdlib.h>
#include <string.h>

#include "cms/content_writer.h"
#include "cms/enveloped.h"
#include "cms/words.h"

struct envelope_writer {
	ps_writer	 base;
	const struct cms_envelope_params *p;
	struct ps_cipher *cipher;
	ps_writer	*step;		/* runs the cipher into `content` */
	struct cms_frame frame;
	struct cms_content content;
};

enum { LEVEL_ENVELOPED = 2, CEK_MAX = 32 };

static void
ignore(ps_writer *w)
{
	(void)w;	/* what stands below is abandoned by who built it */
}

static ps_code
write_plain(ps_writer *base, ps_slice in, ps_err *err)
{
	return ps_writer_write(((struct envelope_writer *)base)->step, in, err);
}

/* mac OCTET STRING behind authEncryptedContentInfo (RFC 5083, 2.1). */
static ps_code
add_mac(struct envelope_writer *w, ps_err *err)
{
	uint8_t tag[16];
	size_t n = 0;
	struct derw d;
	ps_code code = ps_cipher_tag(w->cipher, tag, &n, err);

	if (code != PS_OK)
		return code;
	derw_init(&d, &w->frame.level[LEVEL_ENVELOPED].after);
	derw_octets(&d, (ps_slice){ tag, n });
	return derw_finish(&d, err);
}

static ps_code
finish_plain(ps_writer *base, ps_err *err)
{
	struct envelope_writer *w = (struct envelope_writer *)base;
	ps_code code;

	if ((code = ps_writer_finish(w->step, err)) != PS_OK)
		return code;
	/* With a known length the tag's place was counted already. */
	ps_buf_clear(&w->frame.level[LEVEL_ENVELOPED].after);
	if (w->p->cipher->aead && (code = add_mac(w, err)) != PS_OK)
		return code;
	return cms_content_finish(&w->content, err);
}

static void
close_envelope(ps_writer *base)
{
	struct envelope_writer *w = (struct envelope_writer *)base;

	ps_writer_close(w->step);
	ps_cipher_free(w->cipher);
	cms_content_clear(&w->content);
	cms_frame_clear(&w->frame);
	free(w);
}

static const ps_writer_ops envelope_ops = {
	.size = sizeof(ps_writer_ops),
	.write = write_plain,
	.finish = finish_plain,
	.abandon = ignore,
	.close = close_envelope,
};

static ps_code
add_head(struct envelope_writer *w, ps_slice cek, struct ps_buf *out, ps_err *err)
{
	struct ps_buf infos = { 0 };
	unsigned version = 0;
	struct derw d;
	ps_code code;

	code = cms_recipients_build(w->p->to, w->p->nto, cek, &infos, &version, err);
	if (code == PS_OK) {
		derw_init(&d, out);
		derw_u64(&d, w->p->cipher->aead ? 0 : version);
		derw_begin_set_of(&d, DER_SET);
		derw_raw(&d, ps_buf_get(&infos));
		derw_end(&d);
		code = derw_finish(&d, err);
	}
	ps_buf_clear(&infos);
	return code;
}

static ps_code
build_frame(struct envelope_writer *w, ps_slice cek, ps_err *err)
{
	struct cms_frame *f = &w->frame;
	struct derw d;
	ps_code code;

	derw_init(&d, cms_frame_add(f, DER_SEQUENCE));
	derw_oid(&d, cms_type_oid(w->p->cipher->aead ? CMS_AUTH_ENVELOPED : CMS_ENVELOPED));
	if ((code = derw_finish(&d, err)) != PS_OK)
		return code;
	cms_frame_add(f, DER_CTX(0));
	if ((code = add_head(w, cek, cms_frame_add(f, DER_SEQUENCE), err)) != PS_OK)
		return code;
	derw_init(&d, cms_frame_add(f, DER_SEQUENCE));
	derw_oid(&d, cms_type_oid(CMS_DATA));
	ps_cipher_build_algid(w->cipher, &d, DER_SEQUENCE);
	f->content_tag = DER_CTX_PRIM(0);
	return derw_finish(&d, err);
}

/* A known length must count the tag that is not made yet. */
static ps_code
open_content(struct envelope_writer *w, ps_writer *dst, const struct cms_size *size, ps_err *err)
{
	static const uint8_t room[2 + 16];
	struct cms_size cipher_size = *size;
	ps_code code;

	if (size->how == CMS_KNOWN) {
		cipher_size.length = ps_cipher_length(w->p->cipher, size->length);
		if (w->p->cipher->aead && (code = ps_buf_add(
		    &w->frame.level[LEVEL_ENVELOPED].after,
		    (ps_slice){ room, 2 + w->p->cipher->tag }, err)) != PS_OK)
			return code;
	}
	return cms_content_open(&w->content, dst, &w->frame, &cipher_size, err);
}

static ps_code
start(struct envelope_writer *w, ps_writer *dst, const struct cms_size *size, ps_err *err)
{
	uint8_t cek[CEK_MAX];
	ps_slice key = { cek, w->p->cipher->bits / 8 };
	ps_code code;

	if ((code = ps_random(cek, key.n, err)) == PS_OK &&
	    (code = ps_cipher_new_encrypt(&w->cipher, w->p->cipher, w->p->derive, key,
	    err)) == PS_OK &&
	    (code = build_frame(w, key, err)) == PS_OK &&
	    (code = open_content(w, dst, size, err)) == PS_OK)
		code = ps_writer_open_step(&w->step, &w->content.sink, &w->cipher->step, err);
	ps_wipe(cek, sizeof cek);
	return code;
}

ps_code
cms_envelope_writer_open(ps_writer **out, ps_writer *dst, const struct cms_envelope_params *p,
    const struct cms_size *size, ps_err *err)
{
	struct envelope_writer *w;
	ps_code code;

	if (p->nto == 0)
		return ps_fail(err, PS_E_NOT_FOUND, "cms.enveloped-data", PS_NOWHERE,
		    W_CMS_NO_RECIPIENT);
	if ((w = calloc(1, sizeof *w)) == NULL)
		return ps_nomem(err, "cms.enveloped-data");
	w->base.ops = &envelope_ops;
	w->p = p;
	if ((code = start(w, dst, size, err)) != PS_OK) {
		close_envelope(&w->base);
		return code;
	}
	*out = &w->base;
	return PS_OK;
}
