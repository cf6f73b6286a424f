/* SPDX-License-Identifier: ISC */
#ifndef PS_MIME_REWRITE_H
#define PS_MIME_REWRITE_H

/* mime_rewrite in two files: rewrite.c walks the parts, rewrite_leaf.c decides how a
 * leaf is written. */

#include "mime/mime.h"

enum change { KEEP, TO_QP, TO_BASE64 };

struct rewriting {
	const struct mime_rewrite *how;
	const struct ps_limits *limits;
	struct mime_watch *watch;
	ps_writer	*out;		/* canonical, nowhere while planning */
	bool		 planning, planned;
	struct ps_buf	 plan;		/* for each leaf what to do: enum change */
	size_t		 leaf;		/* number of the next one */
	uint64_t	 entities;
};

/* An entity and what its surroundings say of it. */
struct place {
	const struct mime_header *h;
	ps_reader	*body;
	uint64_t	 depth;
	bool		 digest;	/* in a multipart/digest */
	bool		 main;		/* a Main Body Part, or around one */
};

/* A leaf, and what an edit says of it. */
struct leaf {
	const struct place *at;
	const struct mime_entity *e;
	bool		 edited;
	struct ps_buf	 type;		/* its new Content-Type field */
};

static inline bool
rewrite_is_identity(enum mime_encoding encoding)
{
	return encoding == MIME_7BIT || encoding == MIME_8BIT || encoding == MIME_BINARY;
}

/* rewrite_header writes the section without its empty line. `encoding` and `type` (NULL
 * or empty: as they were) are whole fields. */
PS_MUST ps_code rewrite_header(struct rewriting *s, const struct place *at,
    const char *encoding, const struct ps_buf *type, ps_err *err);
/* rewrite_pass copies to the end, or until it is of no use. */
PS_MUST ps_code rewrite_pass(struct rewriting *s, ps_reader *r, ps_err *err);
/* rewrite_copy passes an entity on as it is. */
PS_MUST ps_code rewrite_copy(struct rewriting *s, const struct place *at, ps_err *err);
PS_MUST ps_code rewrite_leaf(struct rewriting *s, const struct place *at,
    const struct mime_entity *e, ps_err *err);

#endif
