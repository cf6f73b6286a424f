/* SPDX-License-Identifier: ISC */
/*
 * Rules about the network.
 *
 * Kept as they were written, since only the program that asks the network uses
 * them; but what is wrong is said here, where the line of a policy file can
 * still be named.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "policy/table.h"
#include "policy/words.h"

#define WHERE	"policy.network"

/* The next word of *text, cut to a string; false at the end, or when it has no room. */
static bool
next(const char **text, char out[PS_NETWORK_WORD])
{
	const char *p = *text + strspn(*text, " \t,");
	size_t n = strcspn(p, " \t,");

	*text = p + n;
	if (n == 0 || n >= PS_NETWORK_WORD)
		return false;
	memcpy(out, p, n);
	out[n] = '\0';
	return true;
}

/* "10.0.0.0/8", "::1". */
static bool
is_address(char *word)
{
	char *slash = strchr(word, '/'), *end = NULL;
	int family = strchr(word, ':') == NULL ? AF_INET : AF_INET6;
	unsigned char room[16];
	unsigned long bits = 0;

	if (slash != NULL) {
		*slash = '\0';
		bits = strtoul(slash + 1, &end, 10);
		if (slash[1] < '0' || slash[1] > '9' || *end != '\0')
			return false;
	}
	return inet_pton(family, word, room) == 1 && bits <= (family == AF_INET ? 32 : 128);
}

/* Every word is good, and there are no more than `most`. */
static bool
all(const char *value, size_t most, bool (*good)(char *word))
{
	char word[PS_NETWORK_WORD];
	size_t n = 0;

	while (next(&value, word))
		if (n++ == most || !good(word))
			return false;
	return *value == '\0';
}

static bool
good_inside(const char *value)
{
	return all(value, 32, is_address);
}

static bool
is_source(char *word)
{
	return strcmp(word, "ldap") == 0 || strcmp(word, "smimea") == 0;
}

static bool
good_find(const char *value)
{
	return strcmp(value, "none") == 0 || all(value, 2, is_source);
}

static bool
good_directory(const char *value)
{
	return strncmp(value, "ldap://", 7) == 0 || strncmp(value, "ldaps://", 8) == 0;
}

static bool
good_tls(const char *value)
{
	return strcmp(value, "required") == 0 || strcmp(value, "off") == 0;
}

static bool
good_file(const char *value)
{
	return value[0] != '\0';
}

/* "192.0.2.53", "::1@5353": as libunbound takes it. */
static bool
good_server(const char *value)
{
	char word[PS_NETWORK_WORD];
	char *port, *end;
	unsigned long n = 53;

	if (!next(&value, word) || *value != '\0')
		return false;
	if ((port = strchr(word, '@')) != NULL) {
		*port++ = '\0';
		n = strtoul(port, &end, 10);
		if (*port < '0' || *port > '9' || *end != '\0')
			return false;
	}
	return strchr(word, '/') == NULL && is_address(word) && n > 0 && n < 65536;
}

static bool
good_smimea(const char *value)
{
	return strcmp(value, "candidate") == 0 || strcmp(value, "vouch") == 0;
}

static const struct {
	const char	*name;
	bool		(*good)(const char *value);
	const char	*choice;
} keys[PS_NETWORK_KEYS] = {
	{ "inside", good_inside, "up to 32 addresses such as 10.1.2.3, 192.168.0.0/16, ::1" },
	{ "find", good_find, "none, or ldap and smimea in the order in which they are asked" },
	{ "ldap-server", good_directory, "an address such as ldap://ldap.example.net/dc=example,dc=net" },
	{ "ldap-tls", good_tls, "required, off" },
	{ "ldap-trust", good_file, "a PEM file of certificates" },
	{ "dns-anchor", good_file, "a file with the DNSSEC anchor" },
	{ "dns-server", good_server, "an address such as 192.0.2.53 or 127.0.0.1@5353" },
	{ "smimea", good_smimea, "candidate, vouch" },
};

static size_t
find(const char *key)
{
	size_t i = 0;

	while (i < PS_NETWORK_KEYS && strcmp(keys[i].name, key) != 0)
		i++;
	return i;
}

ps_code
ps_policy_set_network(struct ps_policy *p, const char *key, const char *value, ps_err *err)
{
	size_t i = find(key);

	if (i == PS_NETWORK_KEYS)
		return ps_fail(err, PS_E_NOT_FOUND, WHERE, PS_NOWHERE, W_POLICY_NETWORK,
		    PS_TEXT("name", key));
	if (strlen(value) >= sizeof p->network[0] || !keys[i].good(value))
		return ps_fail(err, PS_E_MALFORMED, WHERE, PS_NOWHERE, W_POLICY_RULE_VALUE,
		    PS_TEXT("value", value), PS_TEXT("name", key),
		    PS_TEXT("choice", keys[i].choice));
	memcpy(p->network[i], value, strlen(value) + 1);
	return PS_OK;
}

const char *
ps_policy_network(const ps_policy *p, const char *key)
{
	size_t i = find(key);

	return p == NULL || i == PS_NETWORK_KEYS ? "" : p->network[i];
}
