/* SPDX-License-Identifier: ISC */
/*
 * In place of smimea.c where this was built without libunbound.
 */
#include <stdio.h>

#include "net/net.h"

enum net_status
net_smimea(const char *address, const struct net_rules *rules, struct net_answer *out)
{
	(void)address;
	(void)rules;
	(void)snprintf(out->why, sizeof out->why, "this was built without libunbound");
	return NET_LATER;
}
