/* SPDX-License-Identifier: ISC */
#ifndef PS_SMIME_TYPE_FIELD_H
#define PS_SMIME_TYPE_FIELD_H

#include "mime/mime.h"

struct ps_param {
	const char	*name, *value;	/* the value needs no quoting within quotes */
};

/*
 * ps_type_field appends the Content-Type field of an entity with other parameters, its
 * CRLF included: without those in `cut` (NULL ends them), with those in `add` (a NULL
 * name ends them) behind. The field stays octet for octet otherwise, unless it
 * is so broken that nobody would find them in there; then it is written anew as it is read.
 */
PS_MUST ps_code ps_type_field(struct ps_buf *out, const struct mime_header *h,
    const struct mime_entity *e, const char *const *cut, const struct ps_param *add,
    const struct ps_limits *limits, ps_err *err);

#endif
