/* SPDX-License-Identifier: ISC */
/*
 * How this layer fails.
 *
 * OpenSSL keeps its reasons in a queue per thread that outlives the failure.
 * We take the last reason into the chain where no secret had a part in it, and
 * every public call drops what it left in the queue (ERR_set_mark and
 * ERR_pop_to_mark), so that nobody later is blamed for it.
 */
#include <openssl/err.h>

#include "crypto/internal.h"

const char *
crypto_reason(void)
{
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());

	return reason == NULL ? "no reason given" : reason;
}

ps_code
crypto_fail(ps_err *err, const char *where, const char *what)
{
	if (ERR_GET_REASON(ERR_peek_last_error()) == ERR_R_MALLOC_FAILURE)
		return ps_nomem(err, where);
	return ps_fail(err, PS_E_CRYPTO, where, PS_NOWHERE, W_CRYPTO_LIBRARY,
	    PS_TEXT("what", what), PS_TEXT("reason", crypto_reason()));
}

/* Always the same place too: where it failed would tell what was wrong. */
void
crypto_decrypt_chain(ps_err *err)
{
	ps_fail(err, PS_E_DECRYPT, "crypto.decrypt", PS_NOWHERE, W_CRYPTO_DECRYPT);
}

void
crypto_unknown_chain(ps_err *err, const char *where, const char *words,
    enum ps_alg_kind kind, const struct ps_algid *a)
{
	char text[128];

	ps_fail(err, PS_E_UNSUPPORTED, where, PS_NOWHERE, words,
	    PS_TEXT("algorithm", ps_algid_text(kind, a, text, sizeof text)));
}

void *
crypto_unconst(const void *p)
{
	return (void *)(uintptr_t)p;
}
