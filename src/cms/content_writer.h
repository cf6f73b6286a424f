/* SPDX-License-Identifier: ISC */
#ifndef PS_CMS_CONTENT_WRITER_H
#define PS_CMS_CONTENT_WRITER_H

/*
 * Writes a content into its frame in one of the three ways of struct
 * cms_size, whatever the object around it is: planned in memory and then DER,
 * streamed as BER, or DER with a length known from before.
 */

#include "cms/frame.h"
#include "cms/signed_data.h"

struct cms_content {
	ps_writer	 sink;		/* writes into the content */
	ps_writer	*dst;
	struct cms_frame *frame;
	struct cms_size	 size;
	struct ps_buf	 planned;	/* CMS_PLAN: the octets so far */
	ps_writer	*segments;	/* CMS_STREAM */
	uint64_t	 n;
	bool		 open;		/* the frame's front is written */
};

/* cms_content_open: a known length writes the front at once. */
PS_MUST ps_code cms_content_open(struct cms_content *c, ps_writer *dst, struct cms_frame *f,
    const struct cms_size *size, ps_err *err);
PS_MUST ps_code cms_content_write(struct cms_content *c, ps_slice in, ps_err *err);
/* cms_content_finish: the frame's `after` buffers are filled by now. */
PS_MUST ps_code cms_content_finish(struct cms_content *c, ps_err *err);
void	cms_content_clear(struct cms_content *c);

#endif
