/* SPDX-License-Identifier: ISC */
#ifndef PS_CMS_COMPRESSED_H
#define PS_CMS_COMPRESSED_H

/*
 * CompressedData (RFC 3274): a zlib stream in place of a content. It protects
 * nothing; who reads it bounds what it grows to (limits inflate_ratio and
 * inflate_bytes).
 */

#include "cms/signed_data.h"

/* --- reading --- */
struct cms_compressed {
	struct ber	*ber;		/* borrowed: the shell's */
	struct cms_oid	 content_oid;
	ps_reader	*packed;	/* the octets of eContent */
	struct ps_inflate step;
	ps_reader	*content;	/* what they expand to */
};
/* cms_compressed_open reads up to the content, which the caller then reads to
 * its end before cms_compressed_finish reads what follows. */
PS_MUST ps_code cms_compressed_open(struct cms_compressed *c, struct ber *ber, ps_err *err);
PS_MUST ps_code cms_compressed_finish(struct cms_compressed *c, ps_err *err);
void	cms_compressed_clear(struct cms_compressed *c);

/* --- writing --- */
/* What is written is compressed at `level` 1 to 9 and becomes a content of type
 * id-data. CMS_KNOWN: the length is that of the zlib stream. */
PS_MUST ps_code cms_compress_writer_open(ps_writer **out, ps_writer *dst, int level,
    const struct cms_size *size, ps_err *err);

#endif
