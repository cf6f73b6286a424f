/* SPDX-License-Identifier: ISC */
#ifndef PS_CRYPTO_TOKEN_H
#define PS_CRYPTO_TOKEN_H

/* Keys in PKCS#11 tokens, and the two ways to them. */

#include "crypto/internal.h"

/* What a URI (RFC 7512) asks for, taken apart. */
struct token_uri {
	const char	*whole;		/* for errors and prompts */
	char		*path;		/* without type and query attributes */
	char		*module;	/* module-path, NULL: the system's choice */
	char		*pin_source;	/* a file, NULL: ask */
};

/* What a way gives: a private key, and its certificate where the token has
 * one. `owner` lives as long as the key. */
struct token_found {
	EVP_PKEY	*key;
	struct ps_buf	 cert;		/* DER; n == 0: none */
	void		*owner;
	void		(*drop)(void *owner);
};

/*
 * One way. `pin` is the token's. PS_E_UNSUPPORTED: this system does not have
 * this way, and no token was touched.
 */
typedef ps_code (*token_way)(struct token_found *out, const struct token_uri *uri,
    const ps_secret *pin, ps_err *err);
PS_MUST ps_code token_by_provider(struct token_found *out, const struct token_uri *uri,
    const ps_secret *pin, ps_err *err);
PS_MUST ps_code token_by_engine(struct token_found *out, const struct token_uri *uri,
    const ps_secret *pin, ps_err *err);

/* token_load fills `out` from the token that `uri` names. */
bool	token_is_uri(const char *name);
PS_MUST ps_code token_load(struct ps_keyfile *out, const char *uri, ps_ask_fn ask, void *arg,
    ps_err *err);

#endif
