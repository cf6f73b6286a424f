/* SPDX-License-Identifier: ISC */
#ifndef PS_X509_CERT_H
#define PS_X509_CERT_H

/*
 * The certificate view: one block that holds the DER, its fields as slices
 * into it. OpenSSL's X509 is made from it only when a path is built.
 */

#include <postseal/cert.h>

#include "base/limits.h"
#include "crypto/digest.h"
#include "crypto/key.h"

enum {	/* keyUsage, bit 0 in 0x8000 (RFC 5280, 4.2.1.3) */
	PS_KU_DIGITAL_SIGNATURE	= 0x8000,
	PS_KU_NON_REPUDIATION	= 0x4000,
	PS_KU_KEY_ENCIPHERMENT	= 0x2000,
	PS_KU_DATA_ENCIPHERMENT	= 0x1000,
	PS_KU_KEY_AGREEMENT	= 0x0800,
	PS_KU_CERT_SIGN		= 0x0400,
	PS_KU_CRL_SIGN		= 0x0200
};

/* The usage that lets a kind of key (PS_ALG_KEY) sign, or be encrypted to; 0: it cannot. */
unsigned ps_ku_sign(const struct ps_alg *key);
unsigned ps_ku_encrypt(const struct ps_alg *key);

struct ps_cert_view {
	ps_slice	 der, tbs;
	ps_slice	 serial;	/* value octets */
	ps_slice	 issuer, subject;	/* Name elements */
	ps_slice	 spki;		/* element */
	ps_slice	 key_bits;	/* value of subjectPublicKey */
	struct ps_algid	 signature;
	int64_t		 not_before, not_after;
	bool		 has_ku, has_eku, has_san, has_bc, ca;
	unsigned	 ku;
	bool		 eku_email, eku_any, eku_time_stamping;
	bool		 eku_critical, eku_several;	/* more than one purpose */
	ps_slice	 ski;		/* extension's value; n == 0: none */
	ps_slice	 aki;		/* keyIdentifier; n == 0: none */
	ps_slice	 smime_capabilities;	/* extension value (RFC 4262) */
	ps_slice	 san;		/* extension value: GeneralNames */
	bool		 san_critical;
	bool		 policy_unknown;	/* by a qualifier of a kind we do not know */
	ps_slice	 name_constraints;	/* extension value; n == 0: none */
	bool		 critical_unknown;	/* a critical extension that we do not know */
};

const struct ps_cert_view *ps_cert_view_of(const ps_cert *c);
/* ps_cert_pubkey is made at first use and kept; borrowed. */
PS_MUST ps_code ps_cert_pubkey(ps_cert *c, struct ps_pubkey **out, ps_err *err);
/* ps_cert_key_id is the SKI extension, else SHA-1 of the key bits (RFC 5280,
 * 4.2.1.2 method 1), for look-up only. 20 octets or what the extension has. */
ps_slice ps_cert_key_id(ps_cert *c);
/* ps_cert_is: issuerAndSerialNumber, octets first, then RFC 5280 7.1 names
 * (case folded, white space compressed, string types apart). */
bool	ps_cert_is(const ps_cert *c, ps_slice issuer, ps_slice serial);
bool	ps_name_equal(ps_slice a, ps_slice b);
/* ps_name_hash is the same for names that ps_name_equal takes for one. */
uint32_t ps_name_hash(ps_slice name);
/* ps_cert_is_in: is this certificate, octet for octet, one of the list? */
bool	ps_cert_is_in(ps_cert *const *list, size_t n, const ps_cert *c);
bool	ps_cert_self_issued(const ps_cert *c);	/* RFC 5280, 3.2: as a root is */
/* ps_cert_holder names whom it is for: the first address, else the subject. */
const char *ps_cert_holder(const ps_cert *c);
/* ps_name_text writes an RFC 4514 name, what could mislead as \hh; what does
 * not fit ends in "...". Returns `out`. */
const char *ps_name_text(ps_slice name, char *out, size_t size);

/* --- addresses --- */
enum ps_address_rule {
	PS_MATCH_SENDER,	/* RFC 8550: local part without case */
	PS_MATCH_RECIPIENT	/* RFC 9787: local part exact */
};
/* ps_cert_hash makes the digest of the whole certificate; that of SHA-256 is kept. */
PS_MUST ps_code ps_cert_hash(const ps_cert *c, const struct ps_alg *digest,
    uint8_t out[PS_DIGEST_MAX], ps_err *err);
/* ps_cert_names: does the certificate name this address? International domains
 * are compared as A-labels, SmtpUTF8Mailbox by octets (RFC 9598). What has
 * control characters, blanks or comments in it never matches. */
bool	ps_cert_names(const ps_cert *c, const char *address, enum ps_address_rule rule);
bool	ps_address_equal(const char *a, const char *b, enum ps_address_rule rule);
/* ps_address_split takes an address apart: the local part without quotes, not terminated,
 * and the domain as A-labels in lower case. False: it is none. */
enum { PS_LOCAL_MAX = 1024, PS_DOMAIN_TEXT = 256 };
bool	ps_address_split(const char *address, uint8_t local[PS_LOCAL_MAX], size_t *out_n,
	    char domain[PS_DOMAIN_TEXT]);
/* ps_domain_show writes a domain of A-labels as a reader sees it, in U-labels where it has
 * them. false: it does not fit. */
enum { PS_DOMAIN_SHOWN = 1024 };
bool	ps_domain_show(const char *domain, char out[PS_DOMAIN_SHOWN]);
/* ps_address_hash: addresses that are equal as recipients have the same. */
uint64_t ps_address_hash(const char *address);
/* ps_address_key: local part in lower case, "@", domain as A-labels: what
 * PS_MATCH_SENDER takes for equal has one key, and nothing else has. false: no address. */
enum { PS_ADDRESS_KEY = 1024 + 1 + 255 + 1 };
bool	ps_address_key(const char *address, char out[PS_ADDRESS_KEY]);

#endif
