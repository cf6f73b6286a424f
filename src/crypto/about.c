/* SPDX-License-Identifier: ISC */
/*
 * The crypto library, described.
 */
#include "crypto/about.h"

#include <stdio.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/err.h>

#include "crypto/internal.h"

static bool
has_key(const char *name)
{
	EVP_KEYMGMT *k = EVP_KEYMGMT_fetch(NULL, name, NULL);

	EVP_KEYMGMT_free(k);
	return k != NULL;
}

static bool
has_legacy(const char *name)
{
	struct legacy l = { .ctx = NULL };
	bool there = legacy_open(&l);

	(void)name;
	legacy_close(&l);
	return there;
}

static const struct {
	const char	*name;
	bool		(*has)(const char *name);
} parts[] = {
	{ "ML-KEM-768", has_key },
	{ "ML-DSA-65", has_key },
	{ "legacy provider", has_legacy },
};

/* Looked for by its file: some crash when they are unloaded again. */
bool
ps_crypto_has_tokens(void)
{
	static const int places[] = { OPENSSL_INFO_MODULES_DIR, OPENSSL_INFO_ENGINES_DIR };
	char path[1024];

	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		const char *dir = OPENSSL_info(places[i]);

		if (dir == NULL)
			continue;
		(void)snprintf(path, sizeof path, "%s/pkcs11%s", dir,
		    OPENSSL_info(OPENSSL_INFO_DSO_EXTENSION));
		if (access(path, R_OK) == 0)
			return true;
	}
	return false;
}

const char *
ps_crypto_version(void)
{
	return OpenSSL_version(OPENSSL_VERSION);
}

const char *
ps_crypto_lacks(char *out, size_t size)
{
	size_t used = 0;

	out[0] = '\0';
	(void)ERR_set_mark();
	for (size_t i = 0; i < sizeof parts / sizeof parts[0] && used < size; i++)
		if (!parts[i].has(parts[i].name))
			used += (size_t)snprintf(out + used, size - used, "%s%s",
			    used == 0 ? "" : ", ", parts[i].name);
	(void)ERR_pop_to_mark();
	return out;
}
