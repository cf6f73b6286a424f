/* SPDX-License-Identifier: ISC */
/*
 * A key that never leaves its token.
 *
 * The URI says which; we ask for the PIN, once, since a token locks itself
 * after a few wrong ones. OpenSSL reaches tokens by a provider
 * (pkcs11-provider) or, on older systems, by an engine; the provider is asked
 * first. What is made of either is a key handle like any other.
 */
#include "crypto/token.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

#include "base/text.h"

enum { URI_MAX = 4096 };

bool
token_is_uri(const char *name)
{
	return strncmp(name, "pkcs11:", 7) == 0;
}

/* --- RFC 7512 --- */

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)ps_ascii_lower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* NULL: memory is out, or what stands there is no text. */
static char *
decode(const char *p, size_t n)
{
	char *out = malloc(n + 1), *put = out;

	if (out == NULL)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		int high = p[i] == '%' && i + 2 < n ? hex(p[i + 1]) : -1;
		int low = high < 0 ? -1 : hex(p[i + 2]);
		int c = low < 0 ? p[i] : high << 4 | low;

		if (c == '\0' || c == '\n' || c == '\r') {
			free(out);
			return NULL;
		}
		*put++ = (char)c;
		i += low < 0 ? 0 : 2;
	}
	*put = '\0';
	return out;
}

static bool
begins(const char *p, size_t n, const char *name, const char **out, size_t *out_n)
{
	size_t len = strlen(name);

	if (n < len || memcmp(p, name, len) != 0)
		return false;
	*out = p + len;
	*out_n = n - len;
	return true;
}

/* type=... is left out of the path: we ask for key and certificate in turn. */
static void
copy_path(char *out, const char *p, size_t n)
{
	const char *value;
	size_t len, nvalue;
	bool first = true;

	for (size_t at = 0; at < n; at += len + 1) {
		len = strcspn(p + at, ";?");
		if (len == 0 || begins(p + at, len, "type=", &value, &nvalue))
			continue;
		if (!first)
			*out++ = ';';
		memcpy(out, p + at, len);
		out += len;
		first = false;
	}
	*out = '\0';
}

static ps_code
take_query(struct token_uri *u, const char *p, size_t n, ps_err *err)
{
	const char *value;
	size_t nvalue;
	char **at;

	if (begins(p, n, "pin-value=", &value, &nvalue))
		return ps_fail(err, PS_E_REFUSED, "crypto.token", PS_NOWHERE,
		    W_CRYPTO_TOKEN_PIN_SHOWN);
	if (begins(p, n, "module-path=", &value, &nvalue))
		at = &u->module;
	else if (begins(p, n, "pin-source=", &value, &nvalue))
		at = &u->pin_source;
	else
		return PS_OK;
	free(*at);
	*at = decode(value, nvalue);
	return *at != NULL ? PS_OK : ps_fail(err, PS_E_MALFORMED, "crypto.token", PS_NOWHERE,
	    W_CRYPTO_TOKEN_URI, PS_TEXT("uri", u->whole));
}

static void
uri_clear(struct token_uri *u)
{
	free(u->path);
	free(u->module);
	free(u->pin_source);
}

static ps_code
uri_parse(struct token_uri *u, const char *uri, ps_err *err)
{
	size_t n = strlen(uri), head = strcspn(uri, "?");
	ps_code code = PS_OK;

	*u = (struct token_uri){ .whole = uri };
	if (n > URI_MAX)
		return ps_fail(err, PS_E_MALFORMED, "crypto.token", PS_NOWHERE,
		    W_CRYPTO_TOKEN_URI, PS_TEXT("uri", uri));
	u->path = malloc(n + 1);
	if (u->path == NULL)
		return ps_nomem(err, "crypto.token");
	memcpy(u->path, "pkcs11:", 7);
	copy_path(u->path + 7, uri + 7, head - 7);
	for (size_t at = head + 1, len; at < n && code == PS_OK; at += len + 1) {
		len = strcspn(uri + at, "&");
		code = take_query(u, uri + at, len, err);
	}
	return code;
}

/* --- the PIN --- */

/* RFC 7512, 2.3: pin-source may be a file: URI or a plain path. */
static ps_code
find_pin(const struct token_uri *u, ps_secret *out, ps_ask_fn ask, void *arg, ps_err *err)
{
	const char *file = u->pin_source;
	char what[512];

	if (file != NULL) {
		file += strncmp(file, "file:", 5) == 0 ? 5 : 0;
		file += strncmp(file, "//", 2) == 0 ? 2 : 0;
		return ps_secret_read_file(out, file, err);
	}
	if (ask == NULL)
		return ps_fail(err, PS_E_PASSPHRASE, "crypto.token", PS_NOWHERE,
		    W_CRYPTO_FILE_NO_PASSPHRASE, PS_TEXT("file", u->whole));
	(void)ps_words(what, sizeof what, W_CRYPTO_TOKEN_ASK, PS_TEXT("uri", u->whole));
	return ask(arg, what, out, err);
}

/* --- the key --- */

static ps_code
find_key(struct token_found *out, const struct token_uri *u, const ps_secret *pin, ps_err *err)
{
	static const token_way ways[] = { token_by_provider, token_by_engine };
	ps_code code = PS_E_UNSUPPORTED;

	for (size_t i = 0; i < sizeof ways / sizeof ways[0] && code == PS_E_UNSUPPORTED; i++)
		code = ways[i](out, u, pin, err);
	return code;
}

/* Hands `found` over; its key may be freed already when this fails. */
static ps_code
keep(struct ps_keyfile *out, struct token_found *found, ps_err *err)
{
	struct ps_key *key = NULL;
	ps_code code = key_new_token(&key, found, err);

	if (code != PS_OK) {
		ps_buf_clear(&found->cert);
		return code;
	}
	out->key = calloc(1, sizeof(struct ps_key *));
	out->cert = calloc(1, sizeof *out->cert);
	if (out->key == NULL || out->cert == NULL) {
		ps_key_free(key);
		ps_buf_clear(&found->cert);
		return ps_nomem(err, "crypto.token");
	}
	out->key[out->nkey++] = key;
	out->cert[0] = found->cert;
	out->ncert = found->cert.n != 0;
	return PS_OK;
}

ps_code
token_load(struct ps_keyfile *out, const char *uri, ps_ask_fn ask, void *arg, ps_err *err)
{
	struct token_found found = { 0 };
	struct ps_keyfile file = { 0 };
	struct token_uri u;
	ps_secret *pin = ps_secret_new();
	ps_code code;

	if (pin == NULL)
		return ps_nomem(err, "crypto.token");
	ERR_set_mark();
	code = uri_parse(&u, uri, err);
	if (code == PS_OK)
		code = find_pin(&u, pin, ask, arg, err);
	if (code == PS_OK)
		code = find_key(&found, &u, pin, err);
	if (code == PS_OK)
		code = keep(&file, &found, err);
	if (code == PS_OK)
		*out = file;
	else
		ps_keyfile_clear(&file);
	ERR_pop_to_mark();
	uri_clear(&u);
	ps_secret_free(pin);
	return code;
}
