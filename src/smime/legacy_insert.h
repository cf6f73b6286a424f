/* SPDX-License-Identifier: ISC */
#ifndef PS_SMIME_LEGACY_INSERT_H
#define PS_SMIME_LEGACY_INSERT_H

/* The legacy display element (RFC 9788, 5.2.2 and 5.2.3): hidden fields once more at the
 * head of each Main Body Part, for programs that know nothing of header protection. */

#include "mime/mime.h"

struct ps_legacy_insert {
	ps_slice	 lines;		/* "Name: value", UTF-8, each ended by LF; borrowed */
	const struct ps_limits *limits;
	struct ps_buf	 text;		/* for the leaf that was looked at, in its charset */
	bool		 html;
};
/* ps_legacy_edit makes `out` the edit that inserts; ps_legacy_insert_clear after it. */
void	ps_legacy_edit(struct ps_legacy_insert *s, struct mime_edit *out);
void	ps_legacy_insert_clear(struct ps_legacy_insert *s);

#endif
