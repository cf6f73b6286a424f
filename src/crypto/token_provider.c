/* SPDX-License-Identifier: ISC */
/*
 * Tokens by pkcs11-provider.
 *
 * It is loaded into a library context of its own, which lives as long as the
 * key: nothing else of the process then finds its algorithms. OpenSSL 3.0 can
 * give a provider its settings only from a configuration, so one is made in
 * memory. Several modules crash when they are told to end while OpenSSL ends,
 * hence "no-deinit".
 */
#include "crypto/token.h"

#include <string.h>

#include <openssl/bio.h>
#include <openssl/conf.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/store.h>
#include <openssl/ui.h>
#include <openssl/x509.h>

static const char settings[] =
    "openssl_conf = init\n[init]\nproviders = list\n"
    "[list]\ndefault = own\npkcs11 = token\n[own]\nactivate = 1\n"
    "[token]\nactivate = 1\npkcs11-module-quirks = no-deinit\n";

/* The module's path goes into a line of the configuration. */
static bool
module_ok(const char *path)
{
	return path == NULL || strpbrk(path, "\r\n\"'`\\$#") == NULL;
}

static BIO *
write_settings(const char *module)
{
	BIO *bio = BIO_new(BIO_s_mem());

	if (bio != NULL && (BIO_puts(bio, settings) <= 0 || (module != NULL &&
	    BIO_printf(bio, "pkcs11-module-path = %s\n", module) <= 0))) {
		BIO_free(bio);
		return NULL;
	}
	return bio;
}

static bool
configure(OSSL_LIB_CTX *ctx, const char *module)
{
	BIO *bio = module_ok(module) ? write_settings(module) : NULL;
	CONF *conf = bio == NULL ? NULL : NCONF_new_ex(ctx, NULL);
	long line = 0;
	bool good = conf != NULL && NCONF_load_bio(conf, bio, &line) == 1 &&
	    CONF_modules_load(conf, NULL, 0) == 1 &&
	    OSSL_PROVIDER_available(ctx, "pkcs11") == 1;

	NCONF_free(conf);
	BIO_free(bio);
	return good;
}

static void
drop(void *owner)
{
	OSSL_LIB_CTX_free(owner);
}

/* Hands over the PIN, and once only: a token counts wrong ones. */
struct giver {
	const ps_secret	*pin;
	bool		 given;
};

static int
give(char *out, int size, int writing, void *arg)
{
	struct giver *g = arg;
	ps_slice pin = ps_secret_get(g->pin);

	(void)writing;
	if (g->given || size < 0 || pin.n > (size_t)size)
		return -1;
	g->given = true;
	if (pin.n != 0)
		memcpy(out, pin.p, pin.n);
	return (int)pin.n;
}

static ps_code
take(struct token_found *out, OSSL_STORE_INFO *info, ps_err *err)
{
	unsigned char *der = NULL;
	ps_code code = PS_OK;
	int n;

	if (OSSL_STORE_INFO_get_type(info) == OSSL_STORE_INFO_PKEY && out->key == NULL)
		out->key = OSSL_STORE_INFO_get1_PKEY(info);
	else if (OSSL_STORE_INFO_get_type(info) == OSSL_STORE_INFO_CERT && out->cert.n == 0) {
		n = i2d_X509(OSSL_STORE_INFO_get0_CERT(info), &der);
		if (n > 0)
			code = ps_buf_add(&out->cert, (ps_slice){ der, (size_t)n }, err);
		OPENSSL_free(der);
	}
	return code;
}

/* Takes what `uri` with `type` names. What cannot be found is not there. */
static ps_code
look(struct token_found *out, OSSL_LIB_CTX *ctx, const struct token_uri *uri, const char *type,
    struct giver *g, ps_err *err)
{
	UI_METHOD *ui = UI_UTIL_wrap_read_pem_callback(give, 0);
	OSSL_STORE_CTX *store = NULL;
	struct ps_buf name = { 0 };
	ps_code code = ps_buf_add_text(&name, uri->path, err);

	if (code == PS_OK)
		code = ps_buf_add(&name, (ps_slice){ (const uint8_t *)type, strlen(type) + 1 }, err);
	if (code == PS_OK && ui != NULL)
		store = OSSL_STORE_open_ex((const char *)name.p, ctx, "provider=pkcs11", ui, g, NULL,
		    NULL, NULL);
	while (store != NULL && code == PS_OK && OSSL_STORE_eof(store) == 0 &&
	    OSSL_STORE_error(store) == 0) {
		OSSL_STORE_INFO *info = OSSL_STORE_load(store);

		if (info == NULL)
			break;
		code = take(out, info, err);
		OSSL_STORE_INFO_free(info);
	}
	OSSL_STORE_close(store);
	UI_destroy_method(ui);
	ps_buf_clear(&name);
	return code;
}

static ps_code
load(struct token_found *out, OSSL_LIB_CTX *ctx, const struct token_uri *uri,
    const ps_secret *pin, ps_err *err)
{
	struct giver g = { .pin = pin };
	ps_code code = look(out, ctx, uri, ";type=private", &g, err);

	if (code == PS_OK && out->key == NULL)
		return ps_fail(err, PS_E_PASSPHRASE, "crypto.token", PS_NOWHERE,
		    W_CRYPTO_TOKEN_CLOSED, PS_TEXT("uri", uri->whole),
		    PS_TEXT("reason", crypto_reason()));
	return code == PS_OK ? look(out, ctx, uri, ";type=cert", &g, err) : code;
}

ps_code
token_by_provider(struct token_found *out, const struct token_uri *uri, const ps_secret *pin,
    ps_err *err)
{
	struct token_found found = { .drop = drop };
	OSSL_LIB_CTX *ctx = OSSL_LIB_CTX_new();
	ps_code code;

	if (ctx == NULL)
		return ps_nomem(err, "crypto.token");
	if (!configure(ctx, uri->module)) {
		OSSL_LIB_CTX_free(ctx);
		return ps_fail(err, PS_E_UNSUPPORTED, "crypto.token", PS_NOWHERE,
		    W_CRYPTO_TOKEN_NO_WAY, PS_TEXT("uri", uri->whole));
	}
	code = load(&found, ctx, uri, pin, err);
	if (code != PS_OK) {
		EVP_PKEY_free(found.key);
		ps_buf_clear(&found.cert);
		OSSL_LIB_CTX_free(ctx);
		return code;
	}
	found.owner = ctx;
	*out = found;
	return PS_OK;
}
