/* SPDX-License-Identifier: ISC */
#ifndef PS_CRYPTO_ABOUT_H
#define PS_CRYPTO_ABOUT_H

/* Which crypto library this is, for people. */

#include <stdbool.h>
#include <stddef.h>

/* ps_crypto_version: "OpenSSL 3.0.15 3 Sep 2024"; static. */
const char *ps_crypto_version(void);
/* ps_crypto_lacks writes what newer or fuller ones have, "a, b"; "": nothing. Returns `out`. */
const char *ps_crypto_lacks(char *out, size_t size);
/* ps_crypto_has_tokens: is there a provider or an engine for PKCS#11? It is not loaded. */
bool	ps_crypto_has_tokens(void);

#endif
