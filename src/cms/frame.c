/* SPDX-License-Identifier: ISC */
/*
 * Nested elements around one big string. Both forms come from one description,
 * so that DER and BER cannot differ in what they say.
 */
#include "cms/frame.h"

#include <assert.h>
#include <string.h>

struct ps_buf *
cms_frame_add(struct cms_frame *f, uint32_t tag)
{
	assert(f->n < CMS_FRAME_MAX);
	f->level[f->n].tag = tag;
	return &f->level[f->n++].before;
}

void
cms_frame_clear(struct cms_frame *f)
{
	for (size_t i = 0; i < f->n; i++) {
		ps_buf_clear(&f->level[i].before);
		ps_buf_clear(&f->level[i].after);
	}
	memset(f, 0, sizeof *f);
}

/* Fills length[i] with the definite length of level i's value. */
static void
lengths(const struct cms_frame *f, uint64_t content, uint64_t length[CMS_FRAME_MAX])
{
	uint64_t inner = content + derw_header_size(content);

	for (size_t i = f->n; i-- > 0;) {
		length[i] = inner + f->level[i].before.n + f->level[i].after.n;
		inner = length[i] + derw_header_size(length[i]);
	}
}

uint64_t
cms_frame_length(const struct cms_frame *f, uint64_t content)
{
	uint64_t length[CMS_FRAME_MAX] = { 0 };

	lengths(f, content, length);
	return length[0] + derw_header_size(length[0]);
}

static ps_code
put_header(ps_writer *dst, uint32_t tag, uint64_t length, ps_err *err)
{
	uint8_t header[16];
	size_t n = derw_header(header, tag, length);

	return ps_writer_write(dst, (ps_slice){ header, n }, err);
}

ps_code
cms_frame_open_known(const struct cms_frame *f, uint64_t content, ps_writer *dst, ps_err *err)
{
	uint64_t length[CMS_FRAME_MAX] = { 0 };
	ps_code code;

	lengths(f, content, length);
	for (size_t i = 0; i < f->n; i++)
		if ((code = put_header(dst, f->level[i].tag, length[i], err)) != PS_OK ||
		    (code = ps_writer_write(dst, ps_buf_get(&f->level[i].before),
		    err)) != PS_OK)
			return code;
	return put_header(dst, f->content_tag, content, err);
}

ps_code
cms_frame_close_known(const struct cms_frame *f, ps_writer *dst, ps_err *err)
{
	ps_code code;

	for (size_t i = f->n; i-- > 0;)
		if ((code = ps_writer_write(dst, ps_buf_get(&f->level[i].after), err)) != PS_OK)
			return code;
	return PS_OK;
}

static ps_code
put_indefinite(ps_writer *dst, uint32_t tag, ps_err *err)
{
	const uint8_t header[2] = { (uint8_t)(tag | 0x20), 0x80 };

	return ps_writer_write(dst, (ps_slice){ header, 2 }, err);
}

static ps_code
put_end(ps_writer *dst, ps_err *err)
{
	static const uint8_t end[2] = { 0, 0 };

	return ps_writer_write(dst, (ps_slice){ end, 2 }, err);
}

ps_code
cms_frame_open_stream(const struct cms_frame *f, ps_writer *dst, ps_err *err)
{
	ps_code code;

	for (size_t i = 0; i < f->n; i++)
		if ((code = put_indefinite(dst, f->level[i].tag, err)) != PS_OK ||
		    (code = ps_writer_write(dst, ps_buf_get(&f->level[i].before),
		    err)) != PS_OK)
			return code;
	return put_indefinite(dst, f->content_tag, err);
}

ps_code
cms_frame_close_stream(const struct cms_frame *f, ps_writer *dst, ps_err *err)
{
	ps_code code = put_end(dst, err);

	for (size_t i = f->n; i-- > 0 && code == PS_OK;)
		if ((code = ps_writer_write(dst, ps_buf_get(&f->level[i].after), err)) == PS_OK)
			code = put_end(dst, err);
	return code;
}
