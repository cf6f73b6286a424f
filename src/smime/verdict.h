/* SPDX-License-Identifier: ISC */
#ifndef PS_SMIME_VERDICT_H
#define PS_SMIME_VERDICT_H

/*
 * The verdict: a tree shaped like the message, the list of signatures judged
 * one by one, the list of encryptions, and one summary computed from them
 * (DESIGN 5). Opening fills it, judging completes it, three writers show it.
 */

#include <postseal/smime.h>

#include "cms/enveloped.h"
#include "cms/ess.h"
#include "cms/receipt.h"
#include "cms/unsigned.h"
#include "mime/mime.h"
#include "smime/header_sets.h"
#include "x509/path.h"

/* What a node of the tree is; names as in JSON. */
#define PS_LAYERS(X) \
	X(SIGNED_MULTIPART,	"multipart-signed") \
	X(SIGNED_DATA,		"signed-data") \
	X(SIGNATURE,		"signature") \
	X(ENVELOPED_DATA,	"enveloped-data") \
	X(AUTH_ENVELOPED_DATA,	"auth-enveloped-data") \
	X(COMPRESSED_DATA,	"compressed-data") \
	X(AUTHENTICATED_DATA,	"authenticated-data") \
	X(DIGESTED_DATA,	"digested-data") \
	X(ENCRYPTED_DATA,	"encrypted-data") \
	X(SIGNED_AND_ENVELOPED,	"signed-and-enveloped-data") \
	X(CERTS_ONLY,		"certs-only") \
	X(OTHER_CMS,		"other-cms") \
	X(MULTIPART,		"multipart") \
	X(MESSAGE,		"message") \
	X(TNEF,			"tnef") \
	X(PART,			"part")
enum ps_layer_kind {
#define X(id, name)	PS_LAYER_##id,
	PS_LAYERS(X)
#undef X
};

/* Who a mail within the mail says it is from. */
struct ps_senders {
	struct mime_mailboxes from, sender;
	unsigned	 nfrom;		/* From fields */
};

struct ps_layer {
	struct ps_layer	*parent, *child, *last, *next;
	enum ps_layer_kind kind;
	unsigned	 index;		/* among its siblings */
	bool		 in_envelope;
	char		*path;		/* "0.1" */
	char		*media;		/* "text/plain"; NULL: none said */
	char		*filename;	/* NULL: none */
	uint64_t	 octets;	/* of a part, as transferred; UINT64_MAX: not known */
	/* of a CMS object */
	unsigned	 version;
	bool		 der;		/* DER all along, else BER */
	char		*content_type;	/* of what is inside: "data", or an OID */
	char		*digests;	/* "sha256, sha512" as announced */
	ps_cert		**cert;		/* what it carries */
	size_t		 ncert;
	size_t		 ncrl;
	unsigned	 nattribute;	/* attribute certificates, which are not read */
	unsigned	 nocsp;		/* OCSP responses */
	int		 encryption;	/* index into verdict->encryption, -1: none */
	int		 authentication;	/* into verdict->authentication */
	struct ps_senders *senders;	/* of a message within; NULL: none */
};

enum ps_state { PS_STATE_VALID, PS_STATE_MISMATCH, PS_STATE_UNTRUSTED, PS_STATE_INVALID,
	PS_STATE_UNKNOWN };
const char *ps_state_name(enum ps_state s);

struct ps_reason {
	const char	*code;		/* static, stable */
	char		 text[320];
};

/* A time-stamp beside a signature (RFC 3161). */
enum { PS_STAMPS_MAX = 4 };
struct ps_stamp {
	enum ps_state	 state;		/* UNKNOWN: not judged */
	int64_t		 at;
	char		 by[128];
};

/* What transit did to what was signed. It is proven, and changes no state. */
struct ps_diagnosis {
	const char	*code;		/* static, stable; NULL: none */
	const char	*also;		/* what was done besides; NULL: nothing */
	uint64_t	 line, offset;	/* where, in what was signed; line 0: not known */
	char		 text[512];
};

enum { PS_REASONS_MAX = 8 };
struct ps_signature {
	struct ps_layer	*layer;
	enum ps_state	 state;
	bool		 in_envelope;
	struct ps_reason reason[PS_REASONS_MAX];
	size_t		 nreason;
	struct ps_diagnosis diagnosis;
	ps_cert		*cert;		/* NULL: not found */
	char		 sid[256];	/* how the message names the signer */
	char		 algorithm[32];
	char		 digest[32];
	bool		 weak_digest;
	bool		 has_time;
	int64_t		 signing_time;
	int64_t		 at;		/* the time it was judged by */
	bool		 stamped;	/* which a time-stamp proves */
	struct ps_stamp	 stamp[PS_STAMPS_MAX];
	size_t		 nstamp;
	struct ps_signature *counter;	/* counter-signatures, each judged alone */
	size_t		 ncounter;
	char		 issuer_name[128];	/* who vouches, for people */
	bool		 revocation_checked;
	int64_t		 revocation_at;
	int64_t		 revocation_age;	/* seconds */
	bool		 revoked;		/* it, or one of its authorities */
	const char	*revocation_by;		/* "crl", "ocsp"; NULL: not known */
	const char	*revocation_why;	/* words: why it is not known */
	ps_slice	 shown[CMS_ATTRS_SHOWN];	/* signed attributes' OIDs */
	size_t		 nshown;
	/* Unsigned attributes, by name or OID: nobody stands for them. */
	char		 unsigned_name[CMS_UNSIGNED_SHOWN][40];
	size_t		 nunsigned;
	struct ps_buf	 attrs;		/* what `shown` and `ess` point into */
	struct cms_ess	 ess;
	const char	*ess_unsigned;	/* one that should be signed and is not; NULL: none */
	/* Kept of one who asks for a receipt. */
	struct ps_buf	 value;		/* the signature's octets */
	const struct ps_alg *digest_alg;
	ps_slice	 content_type;	/* into `attrs` */
};

/* A signed receipt (RFC 2634, 2.8). */
enum ps_receipt_state { PS_RECEIPT_UNCHECKED, PS_RECEIPT_AGREES, PS_RECEIPT_DIFFERS };
struct ps_receipt_found {
	struct ps_layer	*layer;		/* that signs it; NULL: the mail is none */
	struct ps_buf	 der;
	struct cms_receipt content;	/* into `der`; all n == 0: cannot be read */
	enum ps_receipt_state state;
	struct mime_mailboxes from;	/* of the sent mail that it was compared with */
	bool		 has_date;
	int64_t		 date;
};

struct ps_encryption {
	struct ps_layer	*layer;
	bool		 in_envelope;
	bool		 authenticated;	/* its tag was right */
	bool		 weak;
	const struct ps_alg *weak_wrap;	/* of the key that opened it; NULL: good */
	char		 cipher[64];	/* or MAC */
	const struct ps_alg *derivation;	/* of the content's key, else NULL */
	struct cms_recipients recipients;	/* owned */
	bool		 opened;
	size_t		 ours;		/* index, when opened */
	ps_cert		*reader;	/* whose key opened it; NULL: a secret did */
};

struct ps_warning {
	const char	*code;
	char		 text[320];
};

struct ps_verdict {
	ps_summary	 summary;
	struct ps_layer	*root;
	struct ps_signature *signature;
	size_t		 nsignature;
	struct ps_encryption *encryption;
	size_t		 nencryption;
	/* AuthenticatedData: encrypts nothing and proves no sender, so it is
	 * kept apart from what the summary is made of. */
	struct ps_encryption *authentication;
	size_t		 nauthentication;
	struct ps_warning *warning;
	size_t		 nwarning;
	struct mime_mailboxes from;	/* what the signer is tested against */
	struct mime_mailboxes sender;
	struct mime_mailboxes reply_to, to;	/* `to`: of To and Cc */
	const char	*twice;		/* a field that may stand once; NULL: none */
	bool		 is_mail;	/* it had a header section of a mail */
	unsigned	 nfrom;		/* From fields */
	bool		 has_subject, has_date;
	int64_t		 date;		/* of the Date field */
	struct ps_headers headers;	/* what was protected; then `from` is, too */
	struct ps_receipt_found receipt;
	char		*given_from;	/* --from */
	ps_err		 error;		/* broken: the chain */
	bool		 require_failed;
	char		 sentence[512];
};

/* --- filling --- */
PS_MUST ps_code ps_verdict_new(ps_verdict **out, ps_err *err);
/* ps_layer_add appends a node below `parent` (NULL: the root). */
PS_MUST ps_code ps_layer_add(ps_verdict *v, struct ps_layer *parent, enum ps_layer_kind kind,
    bool in_envelope, struct ps_layer **out, ps_err *err);
const char *ps_layer_kind_name(enum ps_layer_kind k);
/* ps_layer_senders: of the mail within the mail that a layer belongs to;
 * NULL: it belongs to the whole mail. */
const struct ps_senders *ps_layer_senders(const struct ps_layer *l);
/* Both give zeroed storage that lives until the next call of the same. */
PS_MUST ps_code ps_signature_add(ps_verdict *v, struct ps_signature **out, ps_err *err);
PS_MUST ps_code ps_counter_add(struct ps_signature *s, struct ps_signature **out, ps_err *err);
void	ps_signature_clear(struct ps_signature *s);
PS_MUST ps_code ps_encryption_add(ps_verdict *v, struct ps_encryption **out, ps_err *err);
PS_MUST ps_code ps_authentication_add(ps_verdict *v, struct ps_encryption **out, ps_err *err);
/* Both expand the words with the struct ps_value that follow; too many are
 * dropped, and so is a code that is there already. */
#define ps_reason_add(s, code, ...) \
	ps_reason_add_values((s), (code), __VA_ARGS__, (const struct ps_value *)NULL)
#define ps_verdict_warn(v, code, ...) \
	ps_verdict_warn_values((v), (code), __VA_ARGS__, (const struct ps_value *)NULL)
void	ps_reason_add_values(struct ps_signature *s, const char *code, const char *words, ...);
void	ps_verdict_warn_values(ps_verdict *v, const char *code, const char *words, ...);

/* --- judging (judge.c) --- */
/* ps_verdict_complete computes states against the senders, the summary, the
 * warnings and the sentence. */
void	ps_verdict_complete(ps_verdict *v);
/* ps_verdict_warn_mail warns of what surrounds `good`, the signature that
 * counts (NULL: none does) (judge_mail.c). */
void	ps_verdict_warn_mail(ps_verdict *v, const struct ps_signature *good);
/*
 * ps_verdict_request finds the signature whose request for a receipt is to be
 * answered (RFC 2634, 2.3): NULL, and why not, when there is none. *out_list:
 * what the last mailing list says of it; `receipts` is CMS_ML_KEEP without one.
 */
const struct ps_signature *ps_verdict_request(const ps_verdict *v,
    struct cms_expansion *out_list, const char **out_why);
/* ps_verdict_warn_ess warns of what the signers ask (judge_ess.c). */
void	ps_verdict_warn_ess(ps_verdict *v);
/* ps_verdict_note_beside tells of signed mails that lists put beside a part of their
 * own (diagnose_beside.c). */
void	ps_verdict_note_beside(ps_verdict *v);
/* ps_verdict_signs: what the signature is about; of a multipart/signed the whole.
 * ps_layer_within: is `l` at or below `outer`? */
const struct ps_layer *ps_verdict_signs(const struct ps_signature *s);
bool	ps_layer_within(const struct ps_layer *l, const struct ps_layer *outer);
/* ps_verdict_status names the status by RFC 9787. */
const char *ps_verdict_status(const ps_verdict *v);
/* ps_verdict_confidentiality: "none", "encrypted", "intact". */
const char *ps_verdict_confidentiality(const ps_verdict *v);

#endif
