/* SPDX-License-Identifier: ISC */
#ifndef POSTSEAL_POLICY_H
#define POSTSEAL_POLICY_H

/* What is allowed: an object, not conditions spread over a program. */

#include <postseal/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ps_policy ps_policy;

/* ps_policy_new copies the built-in policy `name`: "default", "strict" or
 * "legacy-read"; PS_E_NOT_FOUND for another. */
PS_API PS_MUST ps_code ps_policy_new(ps_policy **out, const char *name, ps_err *err);
PS_API void ps_policy_free(ps_policy *p);
/*
 * ps_policy_set changes one row, as a line of a policy file does: section
 * "digest", "signature", "cipher", "recipient", "key", "rules" or "network"; key an
 * algorithm's name ("sha1", "aes-256-gcm", "rsa") or a rule's. The value of an
 * algorithm is words with blanks between them:
 *
 *	good, weak, refused	for reading and sending
 *	read=, send=		one of these for one of them
 *	until=2030-12-31	then weak to read and refused to send
 *	bits=2048		shorter keys: weak to read, refused to send
 *	read-bits=1024		shorter keys: refused to read
 *
 * The rules are signed-attributes (required, optional); ciphers (the names of
 * those to choose from, best first: the first that all recipients read is sent);
 * for recipients of whom nothing is known default-cipher, default-transport and
 * default-digest (an algorithm's name); default-headers (off, none, baseline,
 * shy: RFC 9788) and legacy-display (on, off: hidden fields at the head of the
 * text too, RFC 9788, 5.2); pq (prefer, require, off: whether keys of ML-KEM go
 * before those that a quantum computer breaks); and what RFC 5280, 6.1.1 lets one ask of
 * certificates: certificate-policies (any, or up to 16 object identifiers),
 * explicit-policy (required, optional), policy-mapping and any-policy
 * (allowed, refused). PS_E_NOT_FOUND and PS_E_MALFORMED name
 * what is wrong; PS_E_REFUSED: an algorithm that is broken, or a key too
 * short, cannot be made fit for sending. A call that fails changes nothing.
 */
PS_API PS_MUST ps_code ps_policy_set(ps_policy *p, const char *section, const char *key,
    const char *value, ps_err *err);
/*
 * The section "network" says what a program that asks the network for the library
 * (ps_fetch_fn) may do; the library keeps it for that program:
 *
 *	inside		addresses inside of a network that may be asked although a certificate
 *			leads there: up to 32 like 10.1.2.3, 192.168.0.0/16, ::1 (none)
 *
 *	find		where certificates of recipients are looked for when none is known, in
 *			this order: ldap, smimea (none)
 *	ldap-server	the directory: ldap://host:port/base or ldaps://
 *	ldap-tls	required (StartTLS with ldap://), off
 *	ldap-trust	a PEM file of the directory's anchors (the system's)
 *	dns-anchor	a file with the DNSSEC anchor (that of the root)
 *	dns-server	whom to ask, as ADDRESS or ADDRESS@PORT (the system's)
 *	smimea		candidate: a found certificate needs a path as any other; vouch: a
 *			record that names the certificate itself (usage 3, RFC 8162) stands for
 *			a path
 *
 * ps_policy_network returns the value of a rule as it was set, "" when it was not;
 * borrowed until the next set.
 */
PS_API const char *ps_policy_network(const ps_policy *p, const char *key);

#ifdef __cplusplus
}
#endif

#endif
