/* SPDX-License-Identifier: ISC */
/*
 * The table of codes: the manual page, the JSON and the gateway's replies are
 * made from it. Exit statuses: 2 usage, 3 cannot be read or decrypted,
 * 4 temporary, 5 refused.
 */
#include <postseal/base.h>

#include "base/words.h"

#define ROW(symbol, name, exit, smtp, sentence) \
	[symbol] = { sizeof(ps_code_row), symbol, exit, #symbol, name, smtp, sentence }

static const ps_code_row rows[] = {
	ROW(PS_OK, "ok", 0, "2.0.0", PS_N_("all is well")),
	ROW(PS_E_MALFORMED, "malformed", 3, "5.6.0", PS_N_("the message is damaged or breaks its standard")),
	ROW(PS_E_UNSUPPORTED, "unsupported", 3, "5.6.1", PS_N_("the message uses something that cannot be handled")),
	ROW(PS_E_LIMIT, "limit", 3, "5.3.4", PS_N_("the message is larger, deeper or more than is allowed")),
	ROW(PS_E_REFUSED, "refused", 5, "5.7.1", PS_N_("the policy refuses this")),
	ROW(PS_E_NOT_FOUND, "not-found", 5, "5.7.5", PS_N_("a certificate that is needed is missing")),
	ROW(PS_E_NO_KEY, "no-key", 3, "5.7.5", PS_N_("none of the given identities can decrypt the message")),
	ROW(PS_E_DECRYPT, "decrypt", 3, "5.7.5", PS_N_("the message cannot be decrypted")),
	ROW(PS_E_PASSPHRASE, "passphrase", 3, "5.7.0", PS_N_("a passphrase is wrong or missing")),
	ROW(PS_E_CHANGED, "changed", 4, "4.3.0", PS_N_("the input changed while it was read")),
	ROW(PS_E_TEMPORARY, "temporary", 4, "4.3.0", PS_N_("this can work later")),
	ROW(PS_E_READ, "read", 3, "5.3.0", PS_N_("the system cannot read the input")),
	ROW(PS_E_WRITE, "write", 4, "4.3.0", PS_N_("the system cannot write the output")),
	ROW(PS_E_FULL, "full", 4, "4.3.1", PS_N_("there is no space left")),
	ROW(PS_E_NOMEM, "no-memory", 4, "4.3.0", PS_N_("there is no memory left")),
	ROW(PS_E_MISUSE, "misuse", 2, "5.3.5", PS_N_("the call or the command line is wrong")),
	ROW(PS_E_CRYPTO, "crypto", 4, "4.3.0", PS_N_("the cryptographic library failed")),
	ROW(PS_E_CANCELLED, "cancelled", 4, "4.3.0", PS_N_("stopped on request")),
};

const ps_code_row *
ps_code_info(ps_code code)
{
	size_t i = (size_t)code;

	return i < sizeof rows / sizeof rows[0] ? &rows[i] : &rows[PS_E_MISUSE];
}

uint32_t
ps_version(void)
{
	return PS_VERSION_NUMBER;
}
