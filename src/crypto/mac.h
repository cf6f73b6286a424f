/* SPDX-License-Identifier: ISC */
#ifndef PS_CRYPTO_MAC_H
#define PS_CRYPTO_MAC_H

#include "crypto/digest.h"

struct ps_mac;

/* ps_mac_new starts a code of a PS_ALG_MAC row. */
PS_MUST ps_code ps_mac_new(struct ps_mac **out, const struct ps_alg *alg, ps_slice key,
    ps_err *err);
void	ps_mac_free(struct ps_mac *m);
PS_MUST ps_code ps_mac_update(struct ps_mac *m, ps_slice in, ps_err *err);
/* ps_mac_verify: PS_E_DECRYPT, the one answer, when `mac` is another; then
 * only restart is allowed. */
PS_MUST ps_code ps_mac_verify(struct ps_mac *m, ps_slice mac, ps_err *err);
PS_MUST ps_code ps_mac_restart(struct ps_mac *m, ps_err *err);

#endif
