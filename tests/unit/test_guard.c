/* SPDX-License-Identifier: ISC */
/*
 * Which addresses are inside: the IANA special-purpose registries, and the ways
 * to write one of them as another.
 */
#include "unit.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "net/net.h"

static bool
may(const char *address, const struct net_rules *rules)
{
	struct sockaddr_in four = { .sin_family = AF_INET };
	struct sockaddr_in6 six = { .sin6_family = AF_INET6 };

	if (inet_pton(AF_INET, address, &four.sin_addr) == 1)
		return net_may_connect((const struct sockaddr *)(const void *)&four, rules);
	assert_int_equal(inet_pton(AF_INET6, address, &six.sin6_addr), 1);
	return net_may_connect((const struct sockaddr *)(const void *)&six, rules);
}

static void
test_ranges(void **state)
{
	static const char *const inside[] = { "0.0.0.0", "10.1.2.3", "100.64.0.1",
		"100.127.255.255", "127.0.0.1", "127.255.0.9", "169.254.169.254", "172.16.0.1",
		"172.31.255.255", "192.0.0.1", "192.168.1.1", "198.18.0.1", "198.19.255.255",
		"224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "::", "::1",
		"::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1",
		"64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::",
		"2002:a00:1::1", "3fff:f::1", "fc00::1", "fd12::1", "fe80::1", "fec0::1",
		"ff02::1" };
	static const char *const open[] = { "1.1.1.1", "9.255.255.255", "11.0.0.0",
		"100.63.255.255", "100.128.0.0", "172.15.0.1", "172.32.0.1", "192.167.1.1",
		"198.17.255.255", "198.20.0.0", "223.255.255.255", "2606:4700::1111",
		"2a00:1450::1", "::ffff:1.1.1.1", "64:ff9b::101:101", "2002:101:101::1" };
	const struct net_rules none = { .ninside = 0 };

	(void)state;
	for (size_t i = 0; i < sizeof inside / sizeof inside[0]; i++)
		if (may(inside[i], &none))
			fail_msg("%s is inside", inside[i]);
	for (size_t i = 0; i < sizeof open / sizeof open[0]; i++)
		if (!may(open[i], &none))
			fail_msg("%s is outside", open[i]);
}

static void
test_rules(void **state)
{
	const struct net_rules rules = { { "10.1.0.0/16", "127.0.0.1", "::1", "fd00::/9" }, 4 };

	(void)state;
	assert_true(may("10.1.255.1", &rules));
	assert_false(may("10.2.0.1", &rules));
	assert_true(may("127.0.0.1", &rules));
	assert_false(may("127.0.0.2", &rules));
	assert_true(may("::1", &rules));
	assert_false(may("::2", &rules));
	assert_true(may("fd7f::1", &rules));
	assert_false(may("fd80::1", &rules));
	/* Written otherwise it is another address. */
	assert_false(may("::ffff:127.0.0.1", &rules));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
