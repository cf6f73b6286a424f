/* SPDX-License-Identifier: ISC */
#ifndef PS_X509_MEMORY_H
#define PS_X509_MEMORY_H

/*
 * What is remembered, as whoever opens and protects mail sees it: the store
 * implements this, and so may a test. A ps_store begins with a struct
 * ps_memory. Whoever gets a certificate compares it with what he wanted: what is found may only
 * look alike.
 */

#include "base/buf.h"
#include "base/news.h"
#include "x509/cert.h"

/* How a message names a certificate: serial number and issuer, or key identifier. */
struct ps_memory_name {
	ps_slice	 issuer, serial;	/* serial.n == 0: by key_id */
	ps_slice	 key_id;
};

enum { PS_MEMORY_SIGNS = 1, PS_MEMORY_DECRYPTS = 2 };

/* One of our own keys: encrypted, or in a token. All borrowed. */
struct ps_memory_key {
	ps_cert		*cert;
	ps_slice	 key;		/* EncryptedPrivateKeyInfo; n == 0: `uri` */
	const char	*uri;		/* pkcs11: */
	unsigned	 purpose;
	bool		 retired, chosen;	/* chosen: the default */
};

/* What is known of who writes from an address. Certificates are refs. */
enum { PS_MEMORY_SEEN = 16 };
struct ps_memory_person {
	struct {
		ps_cert	*cert;
		int64_t	 first, last;
	}		 seen[PS_MEMORY_SEEN];	/* the latest, newest first */
	size_t		 nseen;
	int64_t		 made;			/* of what follows, as the signer claims... */
	ps_cert		*prefer, *pinned;	/* NULL: none */
	struct ps_buf	 caps;			/* SMIMECapabilities; n == 0: none */
};
void	ps_memory_person_clear(struct ps_memory_person *p);

/* What a valid signature teaches. */
struct ps_memory_lesson {
	const char	*address;
	ps_cert		*cert, *prefer;		/* prefer: NULL: not said */
	int64_t		 made;			/* INT64_MIN: not said, and caps do not count */
	ps_slice	 caps;
	int64_t		 at;
};

struct ps_memory;
typedef ps_code (*ps_memory_cert_fn)(void *arg, ps_cert *c, ps_err *err);
/* `hearsay`: a directory or the DNS said so, and neither its owner nor the user. */
typedef ps_code (*ps_memory_named_fn)(void *arg, ps_cert *c, bool hearsay, ps_err *err);
typedef ps_code (*ps_memory_key_fn)(void *arg, const struct ps_memory_key *k, ps_err *err);

struct ps_memory_ops {
	/* Certificates that name an address, whatever may be done with them. */
	ps_code	(*certs_for)(struct ps_memory *m, const char *address, ps_memory_named_fn each,
		    void *arg, ps_err *err);
	/* A certificate that was found for a recipient, or leads to a root for him: `source`
	 * is "ldap" or "smimea". */
	ps_code	(*keep)(struct ps_memory *m, ps_cert *c, const char *source, ps_err *err);
	ps_code	(*certs_named)(struct ps_memory *m, const struct ps_memory_name *name,
		    ps_memory_cert_fn each, void *arg, ps_err *err);
	/* Authorities of this name. */
	ps_code	(*authorities)(struct ps_memory *m, ps_slice subject, ps_memory_cert_fn each,
		    void *arg, ps_err *err);
	ps_code	(*anchors)(struct ps_memory *m, ps_memory_cert_fn each, void *arg, ps_err *err);
	/* Our own keys: those that a message names, retired or not, and those of an
	 * address (NULL: all) that are not retired. */
	ps_code	(*keys_named)(struct ps_memory *m, const struct ps_memory_name *name,
		    ps_memory_key_fn each, void *arg, ps_err *err);
	ps_code	(*keys_for)(struct ps_memory *m, const char *address, ps_memory_key_fn each,
		    void *arg, ps_err *err);
	/* All zero when nothing is known. */
	ps_code	(*person)(struct ps_memory *m, const char *address, struct ps_memory_person *out,
		    ps_err *err);
	ps_code	(*learn)(struct ps_memory *m, const struct ps_memory_lesson *l, ps_err *err);
	/* Whom an address looks like and is not: the first known of those who look so, unless the
	 * user himself vouched for `address`. `out` "": nobody. *out_domain: in the domain. */
	ps_code	(*looks_like)(struct ps_memory *m, const char *address, char out[PS_ADDRESS_KEY],
		    bool *out_domain, ps_err *err);
	/* The first time that the signature of this digest (32 octets) was found valid:
	 * INT64_MIN when it never was. `note` is when it is found so now. */
	ps_code	(*first_valid)(struct ps_memory *m, const uint8_t digest[32], int64_t *out,
		    ps_err *err);
	ps_code	(*note_valid)(struct ps_memory *m, const uint8_t digest[32], int64_t at,
		    ps_err *err);
	/* What authorities said; a failure is as if nothing were kept. */
	struct ps_news_keeper (*news)(struct ps_memory *m);
};

struct ps_memory {
	const struct ps_memory_ops *ops;
};

#endif
