/* SPDX-License-Identifier: ISC */
#ifndef PS_X509_INTERNAL_H
#define PS_X509_INTERNAL_H

/* What the files of this layer share. */

#include <openssl/x509.h>

#include "x509/path.h"

/* --- view.c --- */
/* ps_view_parse fills `v` with slices into `der`, a whole certificate. */
PS_MUST ps_code ps_view_parse(struct ps_cert_view *v, ps_slice der, ps_err *err);

/* --- chars.c: the characters of an ASN.1 string --- */
enum { PS_CHARS_RAW = 0x110000 };	/* + an octet that is no character */
struct ps_chars {
	const uint8_t	*p, *end;
	uint32_t	 tag;
};
/* ps_chars_init: false when `tag` is no string type. */
bool	ps_chars_init(struct ps_chars *c, uint32_t tag, ps_slice value);
/* ps_chars_next: false at the end. */
bool	ps_chars_next(struct ps_chars *c, uint32_t *out);

/* --- name.c --- */
/* ps_name_each calls `see` with each attribute, in the order of the name;
 * false when the name cannot be read or `see` answered false. */
typedef bool (*ps_name_fn)(void *arg, ps_slice oid, uint32_t tag, ps_slice value);
bool	ps_name_each(ps_slice name, ps_name_fn see, void *arg);
/* ps_name_common writes the last commonName as it is, unescaped, else "". */
const char *ps_name_common(ps_slice name, char *out, size_t size);

/* --- mailbox.c --- */
/* RFC 5321, 4.5.3.1 says 64 + 1 + 255; local parts of senders are longer. */
enum { PS_ADDRESS_MAX = 1024, PS_DOMAIN_MAX = 255 };
/* An address taken apart: the local part without quotes, the domain as
 * A-labels in lower case. */
struct ps_mailbox {
	uint8_t	 local[PS_ADDRESS_MAX];
	size_t	 nlocal;
	char	 domain[PS_DOMAIN_MAX + 1];
	bool	 ascii;			/* the local part is */
};
/* ps_mailbox_parse: false when `address` is none; then *m is undefined. */
bool	ps_mailbox_parse(struct ps_mailbox *m, const char *address);
bool	ps_mailbox_equal(const struct ps_mailbox *a, const struct ps_mailbox *b,
	    enum ps_address_rule rule);

/* --- address.c --- */
enum { PS_CERT_ADDRESSES = 1000 };	/* names of one certificate (STANDARDS C8) */
struct ps_cert_address {
	char	*text;
	char	*key;		/* equal for all that a sender may write */
	bool	 utf8;		/* SmtpUTF8Mailbox */
};
struct ps_cert_addresses {
	struct ps_cert_address	*list;		/* as the certificate has them */
	size_t			 n, room;
	struct ps_cert_address	**by_key;	/* the same, sorted */
};
PS_MUST ps_code ps_addresses_collect(struct ps_cert_addresses *out,
    const struct ps_cert_view *v, ps_err *err);
void	ps_addresses_clear(struct ps_cert_addresses *a);
enum ps_mail_name {
	PS_MAIL_ASCII,		/* rfc822Name */
	PS_MAIL_UTF8,		/* SmtpUTF8Mailbox; empty: cannot be read */
	PS_MAIL_SUBJECT		/* emailAddress of the subject, after all others */
};
/* ps_mail_names_each calls `see` with each, as it stands there, be it an
 * address or not, until `see` answers false. */
typedef bool (*ps_mail_name_fn)(void *arg, enum ps_mail_name kind, ps_slice value);
PS_MUST ps_code ps_mail_names_each(const struct ps_cert_view *v, ps_mail_name_fn see,
    void *arg, ps_err *err);

/* ps_utf8_mailbox: is this otherName an SmtpUTF8Mailbox? *out is empty when it
 * cannot be read. */
bool	ps_utf8_mailbox(ps_slice other, ps_slice *out);

/* --- cert.c --- */
const struct ps_cert_addresses *ps_cert_addresses_of(const ps_cert *c);
/* ps_cert_x509 is made at first use and kept; borrowed. PS_E_MALFORMED when
 * the crypto library cannot read it. */
PS_MUST ps_code ps_cert_x509(ps_cert *c, X509 **out, ps_err *err);
/* ps_x509_nomem: did the crypto library lack memory since its errors were last
 * cleared? Clears them. It answers as if the certificate were at fault, so
 * whoever got a bad answer asks. */
bool	ps_x509_nomem(void);
/* ps_cert_who names the holder for a person: address, common name, subject;
 * cut to `size`, unescaped. Returns `out`. */
const char *ps_cert_who(const ps_cert *c, char *out, size_t size);

/* --- trust.c --- */
struct ps_anchor {
	X509	*x509;		/* in the store; NULL: not yet */
	ps_cert	*cert;
};
struct ps_trust {
	X509_STORE		*store;
	struct ps_anchor	*anchor;
	size_t			 n, room;
	size_t			 nready;	/* those in the store */
	STACK_OF(X509_CRL)	*crls;
	bool			 system;
	/* Of all that was given, in its order: what is judged alike has the same. */
	uint8_t			 identity[PS_IDENTITY];
};

/* ps_trust_ready puts into the store what was added since. */
PS_MUST ps_code ps_trust_ready(struct ps_trust *t, ps_err *err);

/* --- problem.c --- */
struct ps_finding {
	int	 error;		/* X509_V_ERR_... */
	int	 depth;		/* place in the chain */
	int64_t	 when;		/* of a revocation */
};
/* One problem on its way into the list. */
struct ps_problem {
	enum ps_path_reason reason;
	const char	*words;		/* may use who, issuer, date, alg, bits, reason */
	const ps_cert	*cert;		/* who and issuer come from it */
	int64_t		 when;		/* 0: none */
	const char	*alg, *why, *issuer;	/* issuer: NULL: of `cert` */
	unsigned	 bits;
};
/* ps_problem_add tells each sentence once; what is more than the list holds
 * is dropped, since one problem is enough not to trust. */
void	ps_problem_add(struct ps_path_out *out, const struct ps_problem *p);
/* ps_problem_from translates what the crypto library found. */
void	ps_problem_from(struct ps_path_out *out, const struct ps_finding *f, const ps_cert *c,
	    bool leaf);

/* --- rules.c --- */
/* ps_path_rules adds what our own rules say about out->chain; `anchored`:
 * its last certificate is an anchor. */
PS_MUST ps_code ps_path_rules(const struct ps_path_in *in, bool anchored,
    struct ps_path_out *out, ps_err *err);

/* --- constraints.c --- */
/* ps_path_names adds what is wrong with the names of mail in out->chain;
 * *out_bad: something is. */
PS_MUST ps_code ps_path_names(const struct ps_path_in *in, struct ps_path_out *out,
    bool *out_bad, ps_err *err);
/* ps_names_error: does this error of the crypto library speak of names? */
bool	ps_names_error(int error);
/* ps_names_excused: it says so of this certificate of the chain only because of an
 * international mailbox, which it does not understand. */
bool	ps_names_excused(const struct ps_path_out *out, size_t depth);

/* --- path.c --- */
/* Room for leaf and anchor in out->chain, and for one that is too many. */
enum { PS_PATH_MOST = 13, PS_ROUTE_MOST = PS_PATH_MOST + 2 };
/* The certificates between the leaf and an anchor, in this order; borrowed. */
struct ps_route {
	X509		*x509[PS_ROUTE_MOST];
	ps_cert		*cert[PS_ROUTE_MOST];
	size_t		 n;
	STACK_OF(X509)	*anchor;	/* it alone; NULL: whatever is trusted */
	STACK_OF(X509)	*others;	/* who may have signed lists; may be NULL */
};
/* ps_path_most: how many certificates may stand there. */
size_t	ps_path_most(const struct ps_path_in *in);
/* ps_path_ctx makes a verification of in->cert with our settings. NULL: the
 * crypto library failed. */
X509_STORE_CTX *ps_path_ctx(const struct ps_path_in *in, const struct ps_route *route,
    STACK_OF(X509) *untrusted, unsigned long flags);
/* ps_route_untrusted lists the route's certificates; NULL: no memory. */
STACK_OF(X509) *ps_route_untrusted(const struct ps_route *route);
/* ps_path_judge says all that is wrong with one route. */
PS_MUST ps_code ps_path_judge(const struct ps_path_in *in, const struct ps_route *route,
    struct ps_path_out *out, ps_err *err);

/* --- points.c --- */
enum { PS_URL_MAX = 1024 };
enum ps_point { PS_POINT_OCSP, PS_POINT_CRL, PS_POINT_DELTA, PS_POINT_ISSUER };
/* ps_point_of writes the i-th address by http that the certificate names; false:
 * there are no more. ps_point_of_crl: where a list says its changes are. */
bool	ps_point_of(X509 *x, enum ps_point what, size_t i, char out[PS_URL_MAX]);
bool	ps_point_of_crl(const X509_CRL *crl, size_t i, char out[PS_URL_MAX]);

/* --- news.c --- */
struct ps_question {
	enum ps_answer_kind kind;
	const char	*key;		/* under which the answer is kept */
	const char	*url;
	ps_slice	 request;	/* n == 0: none */
	bool		 may_ask;
	struct ps_flight flight;	/* nobody else asks this meanwhile */
	struct ps_answer before;	/* what was kept and is old, when there is something new */
};
/* ps_news_find finds what is kept or asks; *out is empty, and *out_why the words for that,
 * when neither helps. Fails only when memory does, or the caller says stop. What is
 * kept has a this_update; what was asked for now has none, until ps_news_keep, and then
 * q->before is what was kept: a server may lie, or play an old answer again. */
PS_MUST ps_code ps_news_find(struct ps_news_source *s, struct ps_question *q,
    struct ps_answer *out, const char **out_why, ps_err *err);
/* ps_news_done: the answer is kept or of no use; others may ask now. After every
 * ps_news_find. */
void	ps_news_done(struct ps_news_source *s, struct ps_question *q);
PS_MUST ps_code ps_news_keep(const struct ps_news_source *s, const struct ps_question *q,
    const struct ps_answer *n, ps_err *err);

/* --- ocsp.c --- */
struct ps_ocsp_said {
	bool		 revoked;
	int64_t		 when;		/* it was */
	long		 why;		/* CRLReason; -1: not said */
	int64_t		 this_update, next_update;
};
struct ps_ocsp_about {
	X509		*cert, *issuer;
	STACK_OF(X509_CRL) *lists;	/* which may revoke a responder */
	struct ocsp_request_st *asked;	/* whose nonce counts; NULL: none */
};
/* ps_ocsp_key adds the certificate's identifier in hex, terminated. */
PS_MUST ps_code ps_ocsp_key(X509 *cert, X509 *issuer, struct ps_buf *out, ps_err *err);
/* ps_ocsp_request: NULL when memory is out. */
struct ocsp_request_st *ps_ocsp_request(X509 *cert, X509 *issuer, bool nonce);
/* ps_ocsp_read: NULL, and *out what it says; else the words why it does not count. */
const char *ps_ocsp_read(const struct ps_path_in *in, const struct ps_ocsp_about *about,
    ps_slice der, struct ps_ocsp_said *out);

/* --- crl_check.c --- */
enum { PS_CHAIN_MAX = sizeof ((struct ps_path_out *)0)->chain / sizeof (ps_cert *) };
/* `doubt`: the list itself may be forged, so not even "revoked" counts. */
struct ps_known {
	bool		 unknown, doubt, revoked;
	int64_t		 when;
	long		 why;		/* CRLReason; -1: not said */
};
/* ps_lists_ask fills PS_CHAIN_MAX places by what `lists` say. */
PS_MUST ps_code ps_lists_ask(const struct ps_path_in *in, const struct ps_route *route,
    STACK_OF(X509) *chain, STACK_OF(X509_CRL) *lists, struct ps_known *out, ps_err *err);

/* --- revocation.c --- */
/* ps_path_revocation judges a chain that ends at an anchor; `chain` is
 * out->chain as the crypto library has it. */
PS_MUST ps_code ps_path_revocation(const struct ps_path_in *in, const struct ps_route *route,
    STACK_OF(X509) *chain, struct ps_path_out *out, ps_err *err);

/* --- lists.c --- */
/* ps_path_has_lists: is there a list that somebody may have signed? */
bool	ps_path_has_lists(const struct ps_path_in *in);
/* ps_lists_collect adds references to all that count for this chain. */
PS_MUST ps_code ps_lists_collect(STACK_OF(X509_CRL) *lists, const struct ps_path_in *in,
    STACK_OF(X509) *chain, ps_err *err);
/* ps_list_one_algorithm: a list, as DER, does not contradict itself (RFC 5280, 5.1.1.2). */
bool	ps_list_one_algorithm(ps_slice list);
/* ps_lists_newest is thisUpdate of the newest list of the issuer of `x`;
 * INT64_MAX: there is none. */
int64_t	ps_lists_newest(X509 *x, STACK_OF(X509_CRL) *lists);
/* ps_lists_take adds a list that was fetched and keeps it, when somebody of the
 * path or beside it signed it; else *out is NULL. *out is borrowed. */
PS_MUST ps_code ps_lists_take(STACK_OF(X509_CRL) *lists, STACK_OF(X509) *chain,
    const struct ps_route *route, const struct ps_question *q, struct ps_answer *n,
    const struct ps_path_in *in, X509_CRL **out, ps_err *err);
int64_t	ps_asn1_time(const ASN1_TIME *t);	/* 0: none, or cannot be read */

#endif
