/* SPDX-License-Identifier: ISC */
#ifndef PS_POLICY_POLICY_H
#define PS_POLICY_POLICY_H

/*
 * What is allowed, as data. A policy answers one question: how good is this
 * algorithm, of this size, at this time, for reading or for sending. Built-in policies
 * ("default", "strict", "legacy-read") are tables; a file changes rows.
 */

#include <postseal/policy.h>

#include "crypto/alg.h"
#include "crypto/digest.h"
#include "crypto/key.h"

enum ps_grade {
	PS_GRADE_GOOD,
	PS_GRADE_WEAK,		/* read, named as weak: never trusted or sealed */
	PS_GRADE_REFUSED	/* not even read */
};

enum ps_use { PS_USE_READ, PS_USE_SEND };

/* `at`: the time that counts, for rows with a date. */
enum ps_grade ps_policy_digest(const ps_policy *p, const struct ps_alg *digest,
    enum ps_use use, int64_t at);
enum ps_grade ps_policy_signature(const ps_policy *p, const struct ps_sigspec *s,
    enum ps_use use, int64_t at);
enum ps_grade ps_policy_cipher(const ps_policy *p, const struct ps_alg *cipher,
    enum ps_use use, int64_t at);
/* transport, agreement, wrap, password */
enum ps_grade ps_policy_recipient(const ps_policy *p, const struct ps_alg *alg,
    enum ps_use use, int64_t at);
/* RSA by length, a curve by its own row; a type that is NULL is refused. */
enum ps_grade ps_policy_key(const ps_policy *p, const struct ps_key_info *key,
    enum ps_use use, int64_t at);
/* Rules that are not about an algorithm. */
bool	ps_policy_wants_signed_attrs(const ps_policy *p);	/* STANDARDS A1 */
/*
 * Certificate policies: what RFC 5280, 6.1.1 lets a user ask for. `policy` is
 * user-initial-policy-set in dotted form; none: any-policy.
 */
enum { PS_CERT_POLICIES = 16, PS_OID_DOTTED = 64 };
struct ps_policy_certs {
	char		 policy[PS_CERT_POLICIES][PS_OID_DOTTED];
	size_t		 n;
	bool		 explicit_policy;	/* initial-explicit-policy */
	bool		 no_mapping;		/* initial-policy-mapping-inhibit */
	bool		 no_any;		/* initial-any-policy-inhibit */
};
const struct ps_policy_certs *ps_policy_certs_of(const ps_policy *p);
/* What to send to a stranger: a PS_ALG_CIPHER, PS_ALG_TRANSPORT or PS_ALG_DIGEST
 * row. NULL: no choice is made (of a digest: the key's own). */
const struct ps_alg *ps_policy_default(const ps_policy *p, enum ps_alg_kind kind);
/* ps_policy_choice: the i-th best of the content ciphers that may be chosen;
 * NULL: there are no more. */
const struct ps_alg *ps_policy_choice(const ps_policy *p, size_t i);

/* ps_policy_identity is the same for policies that answer alike; PS_IDENTITY
 * octets, borrowed. */
const uint8_t *ps_policy_identity(const ps_policy *p);
/* ps_policy_next_date goes through the last seconds until which rows hold, in no
 * order; *walk is 0 before the first. */
bool	ps_policy_next_date(const ps_policy *p, size_t *walk, int64_t *out);

/* Which of a correspondent's keys the content's key goes to, where he has one that a quantum
 * computer breaks and one that it does not. */
enum ps_pq { PS_PQ_PREFER, PS_PQ_REQUIRE, PS_PQ_OFF };
enum ps_pq ps_policy_pq(const ps_policy *p);
const char *ps_pq_name(enum ps_pq pq);
bool	ps_pq_by_name(const char *name, enum ps_pq *out);

/* --- header fields (RFC 9788) --- */

/* How the fields are protected; from left to right less can be read outside. */
enum ps_hcp { PS_HCP_OFF, PS_HCP_NONE, PS_HCP_BASELINE, PS_HCP_SHY };
/* What becomes of a field outside of an encrypted mail. */
enum ps_hide {
	PS_HIDE_NOTHING,
	PS_HIDE_FIELD,		/* it is left out */
	PS_HIDE_TEXT,		/* "[...]" */
	PS_HIDE_NAME,		/* a single mailbox: the address alone */
	PS_HIDE_NAMES,		/* mailboxes: the addresses alone */
	PS_HIDE_ZONE		/* a date: the same instant in UTC */
};
const char *ps_hcp_name(enum ps_hcp hcp);
bool	ps_hcp_by_name(const char *name, enum ps_hcp *out);
enum ps_hide ps_hcp_hide(enum ps_hcp hcp, ps_slice field);
/* Where nothing else is asked for. */
enum ps_hcp ps_policy_headers(const ps_policy *p);
/* Do hidden fields stand at the head of the text too, for programs without RFC 9788? */
bool	ps_policy_legacy_display(const ps_policy *p);

#endif
