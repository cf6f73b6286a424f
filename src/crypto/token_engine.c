/* SPDX-License-Identifier: ISC */
/*
 * Tokens by the engine of libp11, which Debian 12 has.
 *
 * Engines are deprecated since OpenSSL 3.0 and may be left out of a build;
 * nothing outside this file knows them.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/opensslconf.h>

#include "crypto/token.h"

#ifdef OPENSSL_NO_ENGINE

ps_code
token_by_engine(struct token_found *out, const struct token_uri *uri, const ps_secret *pin,
    ps_err *err)
{
	(void)out;
	(void)pin;
	return ps_fail(err, PS_E_UNSUPPORTED, "crypto.token", PS_NOWHERE,
	    W_CRYPTO_TOKEN_NO_WAY, PS_TEXT("uri", uri->whole));
}

#else

#include <openssl/engine.h>
#include <openssl/err.h>
#include <openssl/x509.h>

/* OpenSSL wants texts that end in NUL; a PIN is UTF-8 without one. */
static bool
set_pin(ENGINE *e, const ps_secret *pin)
{
	struct ps_buf text = { .secret = true };
	bool good = ps_buf_add(&text, ps_secret_get(pin), NULL) == PS_OK &&
	    ps_buf_add(&text, (ps_slice){ (const uint8_t *)"", 1 }, NULL) == PS_OK &&
	    ENGINE_ctrl_cmd_string(e, "PIN", (const char *)text.p, 0) == 1;

	ps_buf_clear(&text);
	return good;
}

/* What libp11 takes and gives for LOAD_CERT_CTRL. */
struct load_cert {
	const char	*uri;
	X509		*cert;
};

static ps_code
take_cert(struct token_found *out, ENGINE *e, const struct token_uri *uri, ps_err *err)
{
	struct load_cert load = { .uri = uri->path };
	unsigned char *der = NULL;
	ps_code code = PS_OK;
	int n;

	if (ENGINE_ctrl_cmd(e, "LOAD_CERT_CTRL", 0, &load, NULL, 0) != 1 || load.cert == NULL)
		return PS_OK;	/* the token has the key alone */
	n = i2d_X509(load.cert, &der);
	if (n > 0)
		code = ps_buf_add(&out->cert, (ps_slice){ der, (size_t)n }, err);
	OPENSSL_free(der);
	X509_free(load.cert);
	return code;
}

static void
drop(void *owner)
{
	ENGINE_finish(owner);
}

static ps_code
load(struct token_found *out, ENGINE *e, const struct token_uri *uri, const ps_secret *pin,
    ps_err *err)
{
	EVP_PKEY *key;
	ps_code code;

	if (!set_pin(e, pin))
		return crypto_fail(err, "crypto.token", "ENGINE_ctrl_cmd_string");
	key = ENGINE_load_private_key(e, uri->path, NULL, NULL);
	if (key == NULL)
		return ps_fail(err, PS_E_PASSPHRASE, "crypto.token", PS_NOWHERE,
		    W_CRYPTO_TOKEN_CLOSED, PS_TEXT("uri", uri->whole),
		    PS_TEXT("reason", crypto_reason()));
	code = take_cert(out, e, uri, err);
	if (code != PS_OK || ENGINE_init(e) != 1) {
		EVP_PKEY_free(key);
		return code == PS_OK ? crypto_fail(err, "crypto.token", "ENGINE_init") : code;
	}
	out->key = key;
	out->owner = e;
	out->drop = drop;
	return PS_OK;
}

/* The engine prints by itself what fails; we tell it ourselves. */
static bool
set_up(ENGINE *e, const struct token_uri *uri)
{
	return ENGINE_ctrl_cmd_string(e, "QUIET", NULL, 1) == 1 &&
	    (uri->module == NULL ||
	    ENGINE_ctrl_cmd_string(e, "MODULE_PATH", uri->module, 0) == 1) &&
	    ENGINE_init(e) == 1;
}

ps_code
token_by_engine(struct token_found *out, const struct token_uri *uri, const ps_secret *pin,
    ps_err *err)
{
	ENGINE *e = ENGINE_by_id("pkcs11");
	ps_code code;

	if (e == NULL)
		return ps_fail(err, PS_E_UNSUPPORTED, "crypto.token", PS_NOWHERE,
		    W_CRYPTO_TOKEN_NO_WAY, PS_TEXT("uri", uri->whole));
	if (!set_up(e, uri)) {
		ENGINE_free(e);
		return ps_fail(err, PS_E_NOT_FOUND, "crypto.token", PS_NOWHERE,
		    W_CRYPTO_TOKEN_MODULE, PS_TEXT("uri", uri->whole),
		    PS_TEXT("reason", crypto_reason()));
	}
	/* The engine stays: libp11 keeps tables in its own memory, and would
	 * make them anew each time it is loaded. */
	code = load(out, e, uri, pin, err);
	ENGINE_finish(e);
	return code;
}

#endif
