/* SPDX-License-Identifier: ISC */
#ifndef PS_CRYPTO_KEM_H
#define PS_CRYPTO_KEM_H

/* What receiving and sending by key encapsulation share; within this layer. */

#include "crypto/internal.h"

enum {
	KEM_SECRET_MAX	= 64,
	KEM_ML_SECRET	= 32		/* FIPS 203, table 3 */
};

/* kem_derive: the KDF that a message names, over a secret. */
PS_MUST ps_code kem_derive(const struct ps_algid *kdf, ps_slice z, ps_slice info, uint8_t *out,
    size_t n, ps_err *err);
/* kem_rsa_kdf: what RSA-KEM makes its secret with. */
struct ps_algid kem_rsa_kdf(void);
/* kem_build_info appends CMSORIforKEMOtherInfo (RFC 9629, 5). */
PS_MUST ps_code kem_build_info(const struct ps_kem *k, struct ps_buf *out, ps_err *err);

#endif
