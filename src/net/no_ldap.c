/* SPDX-License-Identifier: ISC */
/*
 * In place of ldap.c where this was built without libldap.
 */
#include <stdio.h>

#include "net/net.h"

enum net_status
net_ldap(const char *address, const struct net_rules *rules, struct net_answer *out)
{
	(void)address;
	(void)rules;
	(void)snprintf(out->why, sizeof out->why, "this was built without libldap");
	return NET_LATER;
}
