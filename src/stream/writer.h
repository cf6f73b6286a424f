/* SPDX-License-Identifier: ISC */
#ifndef PS_STREAM_WRITER_H
#define PS_STREAM_WRITER_H

/*
 * What the writers of this folder share: how far they have come. A write that
 * failed must make finish fail as well, or a caller who missed it would put
 * half a file in place.
 */

#include "stream/stream.h"

enum ps_writing {
	PS_WRITING,
	PS_WRITING_FINISHED,
	PS_WRITING_ABANDONED,
	PS_WRITING_BROKEN
};

struct ps_own_writer {
	ps_writer	 pub;
	enum ps_writing	 state;
};

/* ps_own_ready is PS_OK while it may be written, else PS_E_MISUSE and why. */
PS_MUST ps_code ps_own_ready(const struct ps_own_writer *w, ps_err *err);
/* ps_own_wrote and ps_own_finished note how it went and return `code`. */
ps_code	ps_own_wrote(struct ps_own_writer *w, ps_code code);
ps_code	ps_own_finished(struct ps_own_writer *w, ps_code code);

#endif
