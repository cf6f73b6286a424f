/* SPDX-License-Identifier: ISC */
#ifndef PS_CMS_FRAME_H
#define PS_CMS_FRAME_H

/*
 * The frame around a content when writing: identifiers and lengths of the
 * nested elements before it, end-of-contents behind it. With a known length
 * they are definite (DER), else indefinite and the content goes in segments.
 */

#include "cms/cms.h"

enum { CMS_FRAME_MAX = 8, CMS_CHUNK = 65536 };

struct cms_frame {
	/* Outermost first: each element's identifier, what stands in it before
	 * the next one, and behind it. */
	struct {
		uint32_t	 tag;
		struct ps_buf	 before, after;
	} level[CMS_FRAME_MAX];
	size_t		 n;
	uint32_t	 content_tag;	/* primitive form of the innermost string */
};

/* cms_frame_add appends a level; its `before` and `after` may be filled until
 * the frame is written. */
struct ps_buf *cms_frame_add(struct cms_frame *f, uint32_t tag);
void	cms_frame_clear(struct cms_frame *f);
/* cms_frame_length: octets of the whole, `content` octets inside. */
uint64_t cms_frame_length(const struct cms_frame *f, uint64_t content);
/* Definite: all that stands before the content, and behind it. */
PS_MUST ps_code cms_frame_open_known(const struct cms_frame *f, uint64_t content,
    ps_writer *dst, ps_err *err);
PS_MUST ps_code cms_frame_close_known(const struct cms_frame *f, ps_writer *dst, ps_err *err);
/* Indefinite: the string is constructed; close writes its end-of-contents too. */
PS_MUST ps_code cms_frame_open_stream(const struct cms_frame *f, ps_writer *dst, ps_err *err);
PS_MUST ps_code cms_frame_close_stream(const struct cms_frame *f, ps_writer *dst, ps_err *err);

#endif
