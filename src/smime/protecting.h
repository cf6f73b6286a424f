/* SPDX-License-Identifier: ISC */
#ifndef PS_SMIME_PROTECTING_H
#define PS_SMIME_PROTECTING_H

/*
 * One mail being protected: recipients.c chooses who can read it and how,
 * compose.c writes the entities from the inside out, protect.c is the flow.
 */

#include "cms/capabilities.h"
#include "cms/enveloped.h"
#include "cms/ess_build.h"
#include "cms/signed_data.h"
#include "mime/mime.h"
#include "policy/policy.h"
#include "smime/setup.h"

/* What the signers ask of the readers (RFC 2634). */
struct protect_asks {
	bool		 receipt, first_tier;
	char		**from, **to;	/* of receipts */
	size_t		 nfrom, nto;
	struct ps_buf	 label;		/* the attribute; n == 0: none */
};

struct ps_protector {
	struct ps_setup	 setup;
	struct protect_to *asked;	/* given recipients, in order */
	size_t		 nasked;
	const struct ps_alg *digest, *cipher, *transport;	/* NULL: chosen */
	bool		 pss;
	bool		 add;		/* a signature to those that are there */
	bool		 opaque, key_ids, der, compress, no_self, insecure_recipients, draft,
			 keep_found;
	bool		 headers_given;	/* else the policy says how */
	enum ps_hcp	 headers;
	ps_bcc_fn	 bcc;
	void		*bcc_arg;
	char		**learn;	/* signed mails to learn from */
	size_t		 nlearn, nlearnt;
	struct protect_known *known;
	size_t		 nknown;
	struct ps_index	 known_by;	/* address */
	struct ps_buf	 explain, warnings;	/* terminated texts */
	struct protect_asks asks;
	bool		 triple;
	char		*stamp;		/* address of the authority; NULL: no time-stamps */
	struct ps_trust	*stamp_trust;	/* NULL: as for recipients, if given */
};

/* A recipient that was asked for: a certificate (index into setup.cert) or an
 * address. */
struct protect_to {
	size_t		 first, n;	/* the certificates of its file */
	char		*address;	/* else */
};

/* What a valid signed mail taught of its sender. */
struct protect_known {
	char		*address;	/* which its certificate named */
	ps_cert		*prefer;	/* ref: to encrypt to; NULL: not said */
	ps_cert		*pinned;	/* ref: by the user; NULL: none */
	bool		 recalled;	/* the store was asked */
	int64_t		 made;		/* as the signer claims */
	struct cms_caps	 caps;
};

/* What is known of the program of one recipient. */
struct protect_reads {
	enum { READS_UNKNOWN, READS_CERTIFICATE, READS_MAIL } by;
	int64_t		 made;		/* of the mail */
	struct cms_caps	 caps;
};

/* Who reads one copy, and what they all read. */
struct protect_list {
	struct cms_to	*to;
	size_t		 n, room;
	struct ps_index	 by_serial;
	unsigned	 lacks;		/* bit i: not all read ps_policy_choice(i)... */
	size_t		 best_lacked;	/* the first of these, */
	char		 without[128];	/* who lacks it, */
	bool		 stranger;	/* and of whose program nothing is known */
	unsigned	 no_digest;	/* bit of enum ps_alg_id: somebody lacks it */
	bool		 no_hkdf;	/* somebody lacks CEK-HKDF */
	size_t		 nothers;	/* besides oneself */
};

/* What a source answered about the address that was looked for last. */
enum { PROTECT_SOURCES = 4 };
struct protect_source {
	const char	*name;		/* "ldap", "smimea" */
	ps_code		 code;		/* PS_OK: it answered */
	size_t		 first, n;	/* of setup.cert: what came */
};

struct protecting {
	struct ps_protector *pr;
	/* A receipt, or a mail that a list hands on: `in` gives the fields, this is the
	 * entity, and `attrs` and `outer_attrs` are made. p == NULL: an ordinary mail. */
	ps_slice	 entity;
	const struct ps_limits *limits;
	int		 what;
	int64_t		 now;
	ps_reader	*in;		/* can be rewound */
	uint64_t	 length;	/* of the input */
	struct mime_header mail;
	bool		 lf_out;
	enum ps_hcp	 headers;	/* how the fields are protected */
	const char	*charset;	/* of a body without a type; static */
	struct mime_header payload;	/* the section of what is signed and encrypted */
	struct ps_buf	 outer;		/* the fields outside */
	struct ps_buf	 legacy;	/* hidden fields as lines of UTF-8 */
	bool		 made;		/* see `entity` */
	bool		 already;	/* the input is protected */
	bool		 around;	/* there is a signature around the encryption */
	struct mime_mailboxes recipients, bcc;
	uint64_t	 finds;		/* addresses that were looked for */
	bool		 find_failed;	/* it may work later */
	struct protect_source source[PROTECT_SOURCES];
	size_t		 nsource;
	struct cms_signing *signer;
	size_t		 nsigner;
	ps_cert		**bag;		/* borrowed: certificates to send along */
	size_t		 nbag;
	struct ps_buf	 attrs;		/* more signed attributes, one after another */
	struct ps_buf	 outer_attrs;	/* the same of the outer signature */
	const struct ps_alg *cipher;
	bool		 hkdf;		/* CEK-HKDF */
	unsigned	 counter;	/* of boundaries */
	bool		 safe;		/* re-encode what cannot travel as 7bit */
	/* --der on a large input: what an earlier pass found. */
	bool		 measured;
	bool		 dry;		/* count, but leave the content out... */
	uint64_t	 skipped;	/* ...whose octets are counted here */
	uint64_t	 content_length, plain_length;
	uint64_t	 packed_length;	/* of the zlib stream; 0: not known */
	struct cms_digests digests;
	struct ps_buf	 signature;	/* the detached object, or the opaque one's end */
	char		 boundary[48];
};

/* protect.c */
/* protect_begin: a mail may take several; warnings are those of all. */
void	protect_begin(struct protecting *p, ps_protector *pr, int what);
/* protect_make_rewindable sets p->in and p->length; *out_spool is the caller's. */
PS_MUST ps_code protect_make_rewindable(struct protecting *p, ps_reader *in,
    ps_reader **out_spool, ps_err *err);
/* protect_run writes and finishes; who called it abandons `out` when it fails. */
PS_MUST ps_code protect_run(struct protecting *p, ps_reader *in, ps_writer *out, ps_err *err);
void	protect_end(struct protecting *p);

/* One line into the explanation or the warnings. */
#define protect_explain(p, ...) \
	protect_line(&(p)->pr->explain, __VA_ARGS__, (const struct ps_value *)NULL)
#define protect_warn(p, ...) \
	protect_line(&(p)->pr->warnings, __VA_ARGS__, (const struct ps_value *)NULL)
void	protect_line(struct ps_buf *b, const char *words, ...);

/* protect_headers.c */
/* Makes both header sections of the mail, whose entity is `e`. */
PS_MUST ps_code protect_headers(struct protecting *p, const struct mime_entity *e, ps_err *err);

/* protect_content.c */
/* Writes the payload. *out_unsafe: it cannot travel so; nothing that was written counts. */
PS_MUST ps_code protect_write_content(struct protecting *p, ps_writer *dst, bool *out_unsafe,
    ps_err *err);
/* Names p->charset, by looking at a body that has no type. */
PS_MUST ps_code protect_guess_charset(struct protecting *p, ps_err *err);

/* signers.c */
PS_MUST ps_code protect_choose_signers(struct protecting *p, ps_err *err);

/* recipients.c */
/* protect_may_encrypt: can anything be encrypted to this key, as its usage says? */
bool	protect_may_encrypt(ps_cert *c);
/* The main copy's readers; every address without a certificate is named at once. */
PS_MUST ps_code protect_choose_recipients(struct protecting *p, struct protect_list *out,
    ps_err *err);
/* learn.c */
/* protect_learn reads the signed mails that were given, each once. */
PS_MUST ps_code protect_learn(struct protecting *p, ps_err *err);
void	protect_known_clear(struct ps_protector *pr);
/* protect_recall: what the store knows of this correspondent, once. */
PS_MUST ps_code protect_recall(struct protecting *p, const char *address, ps_err *err);
/* protect_pinned: the only certificate that counts for this address; NULL: any. */
ps_cert	*protect_pinned(const struct ps_protector *pr, const char *address);
/* protect_preferred: the certificate that this correspondent asks for; NULL: none. */
ps_cert	*protect_preferred(const struct ps_protector *pr, const char *address);
/* protect_reads_of: what is known of who has this certificate. */
void	protect_reads_of(const struct ps_protector *pr, const ps_cert *c,
	    struct protect_reads *out);

/* choose.c */
/* protect_is_rsa: gets the content's key by transport. */
bool	protect_is_rsa(const struct ps_key_info *info);
/* protect_choose_key fills in how the content's key goes to to->cert, narrows
 * `l` to what this recipient reads, and explains. `own`: it is oneself, who
 * reads whatever this program writes. */
PS_MUST ps_code protect_choose_key(struct protecting *p, struct protect_list *l,
    struct cms_to *to, bool own, ps_err *err);
/* protect_choose_secret: of who has a password nothing is known. */
void	protect_choose_secret(struct protecting *p, struct protect_list *l, const char *what);
PS_MUST ps_code protect_choose_cipher(struct protecting *p, const struct protect_list *l,
    ps_err *err);
/* protect_choose_digests: of the signatures, what the readers of the main copy read. */
PS_MUST ps_code protect_choose_digests(struct protecting *p, const struct protect_list *l,
    ps_err *err);

/* The readers of the copy of one Bcc recipient. */
PS_MUST ps_code protect_choose_bcc(struct protecting *p, const char *address,
    struct protect_list *out, ps_err *err);
void	protect_list_clear(struct protect_list *l);
/* Was anybody asked for, so that the mail's To and Cc do not count? */
bool	protect_is_asked(const struct ps_protector *pr);
/* The best certificate that may be encrypted to for an address, NULL: none; borrowed. */
ps_cert	*protect_find_cert(struct protecting *p, const char *address);

/* protect_try_address lists one recipient, and why not is the error, as protect_choose_recipients
 * would; protect_fitness says what is against a certificate, "": nothing. */
PS_MUST ps_code protect_try_address(struct protecting *p, const char *address,
    struct protect_list *out, ps_err *err);
enum { PROTECT_WHY = 400 };
PS_MUST ps_code protect_fitness(struct protecting *p, ps_cert *c, char why[PROTECT_WHY],
    ps_err *err);

/* quantum.c: the policy's choice between classical keys and those of ML-KEM. */
/* protect_pq_wants: is it of the kind that goes first? */
bool	protect_pq_wants(const struct protecting *p, const ps_cert *c);
/* protect_pq_alike: are both of one world? */
bool	protect_pq_alike(const ps_cert *a, const ps_cert *b);
/* protect_pq_goes_before: although the correspondent asks for `preferred`? */
bool	protect_pq_goes_before(const struct protecting *p, const ps_cert *c,
	    const ps_cert *preferred);
/* protect_pq_objection: why the policy does not send to it; static, NULL: it does. */
const char *protect_pq_objection(const struct protecting *p, const ps_cert *c);
/* protect_pq_missing: true, with the sentence, when the crypto library does not have its key. */
bool	protect_pq_missing(const ps_cert *c, char *out, size_t size);
/* protect_pq_explain says why this one of an address that has both. */
void	protect_pq_explain(struct protecting *p, const char *address, const ps_cert *chosen);
void	protect_pq_warn(struct protecting *p, const struct protect_list *l);

/* find.c */
/* protect_source_of: which of p->source brought this certificate; NULL: none. */
const char *protect_source_of(const struct protecting *p, const ps_cert *c);
/* protect_look_for asks where the policy says for certificates of an address; what comes is
 * among setup.cert then. */
PS_MUST ps_code protect_look_for(struct protecting *p, const char *address, ps_err *err);

/* check_address.c */
/* protect_check_address refuses one that is not what it looks like, or looks like another that
 * the store knows. */
PS_MUST ps_code protect_check_address(const struct protecting *p, const char *address,
    ps_err *err);
/* Refuses addresses of recipients that are not what they look like. */
PS_MUST ps_code protect_check_addresses(const struct protecting *p, ps_err *err);

/* asks.c */
/* protect_ask fills in p->attrs and p->outer_attrs, once the signers are known. */
PS_MUST ps_code protect_ask(struct protecting *p, ps_err *err);
/* protect_is_ascii_address: one address, which a rfc822Name can hold. */
bool	protect_is_ascii_address(const char *s, const struct ps_limits *limits);
void	protect_asks_clear(struct protect_asks *a);

/* stamp.c: a cms_stamp_fn, `arg` a struct protecting. */
ps_code	protect_stamp(void *arg, ps_slice signature, struct ps_buf *token, ps_err *err);

/* compose.c */
/* Writes the whole protected mail to `dst` (not finished). *out_unsafe: the
 * input cannot travel as 7bit; nothing that was written counts. */
PS_MUST ps_code protect_compose(struct protecting *p, const struct protect_list *to,
    ps_writer *dst, bool *out_unsafe, ps_err *err);
/* cosign.c: the signed mail with one signature more. */
PS_MUST ps_code protect_cosign(struct protecting *p, ps_writer *dst, ps_err *err);
/* protect_write_receipt writes the entity of a signed receipt. */
PS_MUST ps_code protect_write_receipt(struct protecting *p, ps_slice receipt, ps_writer *dst,
    ps_err *err);
/* A first pass over the input that finds length and digests. */
PS_MUST ps_code protect_measure(struct protecting *p, bool *out_unsafe, ps_err *err);

#endif
