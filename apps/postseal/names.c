/* SPDX-License-Identifier: ISC */
/*
 * Names.
 */
#include "names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

static const char *const endings[] = {
	".pem", ".crt", ".cer", ".der", ".p7c", ".p7b", ".p12", ".pfx", ".key",
};

static bool
ends_in(const char *x, const char *ending)
{
	size_t n = strlen(x), m = strlen(ending);

	return n > m && strcasecmp(x + n - m, ending) == 0;
}

bool
file_is_meant(const char *x)
{
	struct stat st;

	if (strchr(x, '/') != NULL || stat(x, &st) == 0)
		return true;
	for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
		if (ends_in(x, endings[i]))
			return true;
	return false;
}

bool
is_address(const char *x)
{
	return strncmp(x, "pkcs11:", 7) != 0 && strchr(x, '@') != NULL && !file_is_meant(x);
}

bool
is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

char *
path_in(const char *dir, const char *name)
{
	size_t size = strlen(dir) + strlen(name) + 2;
	char *path = malloc(size);

	if (path != NULL)
		(void)snprintf(path, size, "%s/%s", dir, name);
	return path;
}

static bool
is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	    (c != '\0' && strchr("@._+-", c) != NULL);
}

char *
mail_file_name(const char *address)
{
	static const char ending[] = ".eml", digit[] = "0123456789ABCDEF";
	char *name = calloc(strlen(address) + 1, 3 + sizeof ending);
	char *put = name;

	if (name == NULL)
		return NULL;
	for (const char *c = address; *c != '\0'; c++) {
		if (is_plain(*c) && !(c == address && *c == '.')) {
			*put++ = *c;
			continue;
		}
		*put++ = '%';
		*put++ = digit[(unsigned char)*c >> 4];
		*put++ = digit[(unsigned char)*c & 15];
	}
	memcpy(put, ending, sizeof ending);
	return name;
}
