/* SPDX-License-Identifier: ISC */
/*
 * Where we never connect to.
 *
 * The addresses that are asked stand in certificates, which strangers make: a
 * question must not reach a server that only listens to its own house (a router, a
 * database, the metadata service of a cloud). So the address that a connection
 * goes to is looked at when the socket is made, after all names were resolved: a name that
 * resolves first to one place and then to another gains nothing. The
 * ranges are those of the IANA special-purpose registries (RFC 6890) that are
 * not globally reachable, and the ways to write an IPv4 address in IPv6.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "net/net.h"

struct range {
	uint8_t		 p[16];
	unsigned	 bits;
};

static const struct range inside4[] = {
	{ { 0 }, 8 },			/* this network */
	{ { 10 }, 8 },
	{ { 100, 64 }, 10 },		/* shared by a carrier's customers */
	{ { 127 }, 8 },
	{ { 169, 254 }, 16 },
	{ { 172, 16 }, 12 },
	{ { 192, 0, 0 }, 24 },
	{ { 192, 0, 2 }, 24 },		/* documentation */
	{ { 192, 168 }, 16 },
	{ { 198, 18 }, 15 },		/* benchmarks */
	{ { 198, 51, 100 }, 24 },
	{ { 203, 0, 113 }, 24 },
	{ { 224 }, 3 },			/* multicast, reserved, broadcast */
};

/* Of IPv6 only 2000::/3 is the open internet; these are not, within it. */
static const struct range inside6[] = {
	{ { 0x20, 0x01, 0, 0 }, 23 },	/* IETF protocols, Teredo among them */
	{ { 0x20, 0x01, 0x0d, 0xb8 }, 32 },
	{ { 0x3f, 0xff }, 20 },		/* documentation */
};

/* What holds an IPv4 address, and where: that one is looked at. */
static const struct {
	struct range	 range;
	size_t		 at;
} carriers[] = {
	{ { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff }, 96 }, 12 },
	{ { { 0, 0x64, 0xff, 0x9b }, 96 }, 12 },	/* NAT64 (RFC 6052) */
	{ { { 0x20, 0x02 }, 16 }, 2 },			/* 6to4 */
};

static bool
within(const uint8_t *address, const struct range *r)
{
	size_t whole = r->bits / 8;
	unsigned rest = r->bits % 8;

	return memcmp(address, r->p, whole) == 0 && (rest == 0 ||
	    ((address[whole] ^ r->p[whole]) & (0xff00u >> rest) & 0xff) == 0);
}

static bool
open4(const uint8_t *address)
{
	for (size_t i = 0; i < sizeof inside4 / sizeof inside4[0]; i++)
		if (within(address, &inside4[i]))
			return false;
	return true;
}

static bool
open6(const uint8_t *address)
{
	static const struct range internet = { { 0x20 }, 3 };

	for (size_t i = 0; i < sizeof carriers / sizeof carriers[0]; i++)
		if (within(address, &carriers[i].range))
			return open4(address + carriers[i].at);
	for (size_t i = 0; i < sizeof inside6 / sizeof inside6[0]; i++)
		if (within(address, &inside6[i]))
			return false;
	return within(address, &internet);
}

/* "10.0.0.0/8", "::1": false when this is none. The policy checked it. */
static bool
parse(const char *text, int *out_family, struct range *out)
{
	const char *slash = strchr(text, '/');
	size_t n = slash == NULL ? strlen(text) : (size_t)(slash - text);
	char address[INET6_ADDRSTRLEN];
	unsigned most;

	if (n >= sizeof address)
		return false;
	memcpy(address, text, n);
	address[n] = '\0';
	memset(out, 0, sizeof *out);
	*out_family = strchr(address, ':') == NULL ? AF_INET : AF_INET6;
	most = *out_family == AF_INET ? 32 : 128;
	out->bits = slash == NULL ? most : (unsigned)strtoul(slash + 1, NULL, 10);
	return inet_pton(*out_family, address, out->p) == 1 && out->bits <= most;
}

static bool
named(int family, const uint8_t *address, const struct net_rules *rules)
{
	struct range r;
	int of;

	for (size_t i = 0; i < rules->ninside; i++)
		if (parse(rules->inside[i], &of, &r) && of == family && within(address, &r))
			return true;
	return false;
}

bool
net_may_connect(const struct sockaddr *to, const struct net_rules *rules)
{
	struct sockaddr_in four;
	struct sockaddr_in6 six;
	uint8_t address[16] = { 0 };

	if (to->sa_family == AF_INET) {
		memcpy(&four, to, sizeof four);
		memcpy(address, &four.sin_addr, 4);
		return open4(address) || named(AF_INET, address, rules);
	}
	if (to->sa_family != AF_INET6)
		return false;
	memcpy(&six, to, sizeof six);
	memcpy(address, &six.sin6_addr, sizeof address);
	return open6(address) || named(AF_INET6, address, rules);
}
