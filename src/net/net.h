/* SPDX-License-Identifier: ISC */
#ifndef PS_NET_NET_H
#define PS_NET_NET_H

/*
 * What asks the network. It runs in a process of its own (apps/postseal/fetch.c), which
 * holds no key and no mail, gets one question and gives one answer.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* The exit status of the process. */
enum net_status {
	NET_GOOD	= 0,
	NET_USAGE	= 2,
	NET_LATER	= 4,		/* the network: it can work later */
	NET_REFUSED	= 5		/* by the server, or by a rule of ours */
};

enum { NET_RULES = 32, NET_WHY = 256 };

/* What the policy says of the network; borrowed texts. */
struct net_rules {
	const char	*inside[NET_RULES];	/* addresses inside that may be asked */
	size_t		 ninside;
};

struct net_answer {
	struct ps_buf	 bytes;		/* max: what is too much */
	char		 why[NET_WHY];	/* a sentence when there is none */
};

/* --- http.c --- */
struct net_kind;
/* net_kind_of: "ocsp", "crl", "certificates" or "stamp"; NULL for another. */
const struct net_kind *net_kind_of(const char *name);
/* net_http asks one question of an http or https address. */
enum net_status net_http(const struct net_kind *kind, const char *url, ps_slice question,
    const struct net_rules *rules, struct net_answer *out);

/* --- guard.c --- */
struct sockaddr;
/* net_may_connect: the address is on the open internet, or a rule names it. */
bool	net_may_connect(const struct sockaddr *to, const struct net_rules *rules);

#endif
