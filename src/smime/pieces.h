/* SPDX-License-Identifier: ISC */
#ifndef PS_SMIME_PIECES_H
#define PS_SMIME_PIECES_H

/* What protected mails are put together from. */

#include "cms/signed_data.h"
#include "smime/protecting.h"

/* A base64 body over `dst`. Who opened it finishes and closes it. */
struct pieces_base64 {
	struct ps_b64enc enc;
	ps_writer	*w;
};

PS_MUST ps_code pieces_base64(struct pieces_base64 *b, ps_writer *dst, ps_err *err);
/* pieces_base64_body: the same for a body that is there whole. */
PS_MUST ps_code pieces_base64_body(ps_writer *dst, ps_slice octets, ps_err *err);
/* pieces_cms_header writes the section of an application/pkcs7-mime. */
PS_MUST ps_code pieces_cms_header(ps_writer *dst, const char *smime_type, const char *name,
    ps_err *err);
/* What the signers of this mail sign with. */
void	pieces_signed_params(struct protecting *p, struct cms_signed_params *out);

/* --- multipart/signed --- */
PS_MUST ps_code pieces_boundary(struct protecting *p, char out[48], ps_err *err);
/* pieces_begin_parts writes its type, with the digests of all signers, those of
 * `before` (may be NULL) included, up to the first part. */
PS_MUST ps_code pieces_begin_parts(const struct protecting *p, const struct cms_signed *before,
    const char *boundary, ps_writer *dst, ps_err *err);
/* pieces_end_parts writes the detached signature `der` as the second part, and the
 * end, behind the first part's octets. */
PS_MUST ps_code pieces_end_parts(const char *boundary, ps_slice der, ps_writer *dst, ps_err *err);

#endif
