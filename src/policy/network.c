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

static const struct {
	const char	*name;
	bool		(*good)(const char *value);
	const char	*choice;
} keys[PS_NETWORK_KEYS] = {
	{ "inside", good_inside, "up to 32 addresses such as 10.1.2.3, 192.168.0.0/16, ::1" },
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
