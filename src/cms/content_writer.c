/* SPDX-License-Identifier: ISC */
/*
 * Plan, stream or known length: DESIGN 4, "Definite or indefinite".
 */
#include "cms/content_writer.h"

#include <string.h>

#include "cms/words.h"

static ps_code
start_stream(struct cms_content *c, ps_err *err)
{
	ps_code code;

	c->size.how = CMS_STREAM;
	c->open = true;
	if ((code = cms_frame_open_stream(c->frame, c->dst, err)) != PS_OK)
		return code;
	return ber_writer_open_segments(&c->segments, c->dst, CMS_CHUNK, err);
}

/* --- as a writer --- */

static ps_code
sink_write(ps_writer *sink, ps_slice in, ps_err *err)
{
	return cms_content_write((struct cms_content *)sink, in, err);
}

static ps_code
sink_finish(ps_writer *sink, ps_err *err)
{
	(void)sink;	/* whose content it is finishes it */
	(void)err;
	return PS_OK;
}

static void
sink_ignore(ps_writer *sink)
{
	(void)sink;	/* what stands below is abandoned by who built it */
}

static const ps_writer_ops sink_ops = {
	.size = sizeof(ps_writer_ops),
	.write = sink_write,
	.finish = sink_finish,
	.abandon = sink_ignore,
	.close = sink_ignore,
};

ps_code
cms_content_open(struct cms_content *c, ps_writer *dst, struct cms_frame *f,
    const struct cms_size *size, ps_err *err)
{
	*c = (struct cms_content){ .sink.ops = &sink_ops, .dst = dst, .frame = f, .size = *size };
	if (size->how == CMS_STREAM)
		return start_stream(c, err);
	if (size->how == CMS_PLAN)
		return PS_OK;
	c->open = true;
	return cms_frame_open_known(f, size->length, dst, err);
}

/* The plan grew too large: what is there goes out as the stream's beginning. */
static ps_code
stop_planning(struct cms_content *c, ps_err *err)
{
	ps_code code = start_stream(c, err);

	if (code == PS_OK)
		code = ps_writer_write(c->segments, ps_buf_get(&c->planned), err);
	ps_buf_clear(&c->planned);
	return code;
}

ps_code
cms_content_write(struct cms_content *c, ps_slice in, ps_err *err)
{
	ps_code code;

	if (c->size.how == CMS_PLAN && c->planned.n + in.n > c->size.plan_max &&
	    (code = stop_planning(c, err)) != PS_OK)
		return code;
	c->n += in.n;
	if (c->size.how == CMS_PLAN)
		return ps_buf_add(&c->planned, in, err);
	if (c->size.how == CMS_STREAM)
		return ps_writer_write(c->segments, in, err);
	if (c->n > c->size.length)
		return ps_fail(err, PS_E_CHANGED, "cms.content", c->n, W_CMS_LENGTH,
		    PS_NUMBER("found", c->n), PS_NUMBER("want", c->size.length));
	return ps_writer_write(c->dst, in, err);
}

ps_code
cms_content_finish(struct cms_content *c, ps_err *err)
{
	ps_code code;

	if (c->size.how == CMS_STREAM) {
		if ((code = ps_writer_finish(c->segments, err)) != PS_OK)
			return code;
		return cms_frame_close_stream(c->frame, c->dst, err);
	}
	if (c->size.how == CMS_PLAN) {
		if ((code = cms_frame_open_known(c->frame, c->n, c->dst, err)) != PS_OK ||
		    (code = ps_writer_write(c->dst, ps_buf_get(&c->planned), err)) != PS_OK)
			return code;
	} else if (c->n != c->size.length)
		return ps_fail(err, PS_E_CHANGED, "cms.content", c->n, W_CMS_LENGTH,
		    PS_NUMBER("found", c->n), PS_NUMBER("want", c->size.length));
	return cms_frame_close_known(c->frame, c->dst, err);
}

void
cms_content_clear(struct cms_content *c)
{
	ps_buf_clear(&c->planned);
	ps_writer_close(c->segments);
	memset(c, 0, sizeof *c);
}
