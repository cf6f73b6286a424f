/* SPDX-License-Identifier: ISC */
#ifndef PS_POLICY_TABLE_H
#define PS_POLICY_TABLE_H

/* What a policy is made of, seen by the files of this layer only. */

#include "policy/policy.h"

enum { PS_USES = 2 };		/* PS_USE_READ, PS_USE_SEND */
enum { PS_CHOICE_MAX = 16 };
enum { PS_NETWORK_KEYS = 8, PS_NETWORK_WORD = 512 };

/* One algorithm: a grade for each use, lowered by a date and by short keys. */
struct ps_policy_row {
	enum ps_grade	 grade[PS_USES];
	int64_t		 until;		/* INT64_MAX: no end */
	unsigned	 weak_below[PS_USES];	/* bits of the key */
	unsigned	 refused_below[PS_USES];
	unsigned	 least;		/* bits that no file can lower for sending */
	bool		 broken;	/* no file can allow it for sending */
};

struct ps_policy {
	uint8_t		 identity[PS_IDENTITY];	/* of all that follows */
	struct ps_policy_row row[PS_ALG_COUNT];
	bool		 signed_attrs;
	struct ps_policy_certs certs;
	unsigned	 cipher, digest, transport;	/* for a stranger: enum ps_alg_id */
	unsigned	 choice[PS_CHOICE_MAX + 1];	/* ciphers, best first; ends with 0 */
	enum ps_hcp	 headers;
	bool		 legacy_display;
	enum ps_pq	 pq;
	char		 network[PS_NETWORK_KEYS][1024];	/* as written; "": not said */
};

/* ps_policy_identify makes the identity anew, after a change. */
PS_MUST ps_code ps_policy_identify(struct ps_policy *p, ps_err *err);
/* ps_policy_builtin fills `p`; false when there is no such policy. */
bool	ps_policy_builtin(struct ps_policy *p, const char *name);
/* ps_policy_set_network sets one rule of the section "network". */
PS_MUST ps_code ps_policy_set_network(struct ps_policy *p, const char *key, const char *value,
    ps_err *err);
/* ps_policy_certs_parse reads object identifiers with blanks between them; false, with
 * nothing changed, when one of them is none. */
bool	ps_policy_certs_parse(struct ps_policy_certs *out, const char *value);
/* ps_policy_row_of never fails: what no table names is refused. */
const struct ps_policy_row *ps_policy_row_of(const struct ps_policy *p,
    const struct ps_alg *alg);

#endif
