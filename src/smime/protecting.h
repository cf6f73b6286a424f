/* SPDX-License-Identifier: ISC */
#ifndef PS_SMIME_PROTECTING_H
#define PS_SMIME_PROTECTING_H

/*
 * One mail being protected: recipients.c chooses who can read it and how,
 * compose.c writes the entities from the inside out, protect.c is the flow.
 */

#include "cms/enveloped.h"
#include "mime/mime.h"
#include "policy/policy.h"
#include "smime/setup.h"

struct ps_protector {
	struct ps_setup	 setup;
	struct protect_to *asked;	/* given recipients, in order */
	size_t		 nasked;
	const struct ps_alg *digest, *cipher, *transport;	/* NULL: chosen */
	bool		 pss;
	bool		 opaque, key_ids, der, compress, no_self, insecure_recipients, draft;
	bool		 headers_given;	/* else the policy says how */
	enum ps_hcp	 headers;
	ps_bcc_fn	 bcc;
	void		*bcc_arg;
	struct ps_buf	 explain, warnings;	/* terminated texts */
};

/* A recipient that was asked for: a certificate (index into setup.cert) or an
 * address. */
struct protect_to {
	size_t		 first, n;	/* the certificates of its file */
	char		*address;	/* else */
};

/* Who reads one copy. */
struct protect_list {
	struct cms_to	*to;
	size_t		 n;
	bool		 gcm;		/* all announce AES-GCM */
};

struct protecting {
	struct ps_protector *pr;
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
	struct mime_mailboxes recipients, bcc;
	struct cms_signing *signer;
	size_t		 nsigner;
	ps_cert		**bag;		/* borrowed: certificates to send along */
	size_t		 nbag;
	const struct ps_alg *cipher;
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
/* The main copy's readers; every address without a certificate is named at once. */
PS_MUST ps_code protect_choose_recipients(struct protecting *p, struct protect_list *out,
    ps_err *err);
/* The readers of the copy of one Bcc recipient. */
PS_MUST ps_code protect_choose_bcc(struct protecting *p, const char *address,
    struct protect_list *out, ps_err *err);
void	protect_list_clear(struct protect_list *l);
/* Was anybody asked for, so that the mail's To and Cc do not count? */
bool	protect_is_asked(const struct ps_protector *pr);
/* The best certificate that may be encrypted to for an address, NULL: none; borrowed. */
ps_cert	*protect_find_cert(const struct protecting *p, const char *address);

/* check_address.c */
/* Refuses addresses of recipients that are not what they look like. */
PS_MUST ps_code protect_check_addresses(const struct protecting *p, ps_err *err);

/* compose.c */
/* Writes the whole protected mail to `dst` (not finished). *out_unsafe: the
 * input cannot travel as 7bit; nothing that was written counts. */
PS_MUST ps_code protect_compose(struct protecting *p, const struct protect_list *to,
    ps_writer *dst, bool *out_unsafe, ps_err *err);
/* A first pass over the input that finds length and digests. */
PS_MUST ps_code protect_measure(struct protecting *p, bool *out_unsafe, ps_err *err);

#endif
