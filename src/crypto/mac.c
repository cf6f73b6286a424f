/* SPDX-License-Identifier: ISC */
/*
 * Message authentication codes over a content that streams by.
 */
#include <stdlib.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>

#include "base/text.h"
#include "crypto/internal.h"
#include "crypto/mac.h"

struct ps_mac {
	EVP_MAC		*mac;
	EVP_MAC_CTX	*ctx;
};

void
ps_mac_free(struct ps_mac *m)
{
	if (m == NULL)
		return;
	EVP_MAC_CTX_free(m->ctx);
	EVP_MAC_free(m->mac);
	free(m);
}

static bool
start(struct ps_mac *m, const struct ps_alg *alg, ps_slice key)
{
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST,
		    crypto_unconst(ps_alg_get(alg->digest)->ossl), 0),
		OSSL_PARAM_construct_end(),
	};

	m->mac = EVP_MAC_fetch(NULL, alg->ossl, NULL);
	if (m->mac != NULL)
		m->ctx = EVP_MAC_CTX_new(m->mac);
	return m->ctx != NULL && EVP_MAC_init(m->ctx, key.p, key.n, params) == 1;
}

ps_code
ps_mac_new(struct ps_mac **out, const struct ps_alg *alg, ps_slice key, ps_err *err)
{
	struct ps_mac *m = calloc(1, sizeof *m);
	ps_code code = PS_OK;

	if (m == NULL)
		return ps_nomem(err, "crypto.mac");
	ERR_set_mark();
	if (!start(m, alg, key))
		code = crypto_fail(err, "crypto.mac", alg->ossl);
	ERR_pop_to_mark();
	if (code != PS_OK) {
		ps_mac_free(m);
		return code;
	}
	*out = m;
	return PS_OK;
}

ps_code
ps_mac_restart(struct ps_mac *m, ps_err *err)
{
	if (EVP_MAC_init(m->ctx, NULL, 0, NULL) != 1)
		return crypto_fail(err, "crypto.mac", "EVP_MAC_init");
	return PS_OK;
}

ps_code
ps_mac_update(struct ps_mac *m, ps_slice in, ps_err *err)
{
	if (in.n != 0 && EVP_MAC_update(m->ctx, in.p, in.n) != 1)
		return crypto_fail(err, "crypto.mac", "EVP_MAC_update");
	return PS_OK;
}

ps_code
ps_mac_verify(struct ps_mac *m, ps_slice mac, ps_err *err)
{
	uint8_t value[PS_DIGEST_MAX];
	size_t n = 0;
	ps_code code = PS_OK;

	if (EVP_MAC_final(m->ctx, value, &n, sizeof value) != 1)
		code = crypto_fail(err, "crypto.mac", "EVP_MAC_final");
	/* RFC 5652, 9.3: "the MAC value calculated by the recipient MUST be
	 * the same as the value of the mac field"; a cut one is another one. */
	else if (!ps_equal_secret(mac, (ps_slice){ value, n }))
		code = crypto_decrypt_fail(err);
	ps_wipe(value, sizeof value);
	return code;
}
