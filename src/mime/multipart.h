/* SPDX-License-Identifier: ISC */
#ifndef PS_MIME_MULTIPART_H
#define PS_MIME_MULTIPART_H

#include "mime/mime.h"

/* A multipart with all its octets, for those who write it again: text before
 * the first delimiter, parts, text behind the last. */
enum mime_region { MIME_PREAMBLE, MIME_PART, MIME_EPILOGUE, MIME_END };

/*
 * mime_multipart_region goes to the next region: *out_delimiter are the octets that
 * stood before it (the line end that belongs to them, the line and its end;
 * empty before the preamble), *out a reader of the region, NULL at the end.
 * Both live until the next call. Not to be mixed with mime_multipart_next.
 */
PS_MUST ps_code mime_multipart_region(struct mime_multipart *m,
    enum mime_region *out_kind, ps_slice *out_delimiter, ps_reader **out,
    ps_err *err);

#endif
