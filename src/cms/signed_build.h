/* SPDX-License-Identifier: ISC */
#ifndef PS_CMS_SIGNED_BUILD_H
#define PS_CMS_SIGNED_BUILD_H

/* The pieces of a SignedData that its two writers share. */

#include "cms/signed_data.h"

/* Version and digestAlgorithms: what stands before encapContentInfo. */
PS_MUST ps_code cms_signed_head(const struct cms_signed_params *p, struct ps_buf *out,
    ps_err *err);
/* certificates and signerInfos: what stands behind it. */
PS_MUST ps_code cms_signed_tail(const struct cms_signed_params *p,
    const struct cms_digests *digests, struct ps_buf *out, ps_err *err);
ps_slice cms_signed_content_type(const struct cms_signed_params *p);

#endif
