/* SPDX-License-Identifier: ISC */
#ifndef PS_SMIME_OPENING_H
#define PS_SMIME_OPENING_H

/*
 * One message being opened. The message decides what comes next, so each
 * layer is a function that reads its own part of the stream, calls the one for
 * what is inside, and then reads what follows: open_mime.c for entities,
 * open_cms.c for CMS objects, open_signed.c for signatures, open_output.c for
 * what is written.
 */

#include "cms/signed_data.h"
#include "smime/setup.h"
#include "smime/verdict.h"

/* What a mailing list takes out of a mail (expand.c): the octets within its
 * outermost layer, if that signs, and within its outermost encryption. */
struct opening_peel {
	struct ps_buf	 is_signed, encrypted;	/* secret */
	const struct ps_layer *signer, *cipher;	/* these layers; NULL: none */
};

struct ps_opener {
	struct ps_setup	 setup;
	ps_summary	 require;
	bool		 all_parts;
	char		*from;
	char		*content_path;
	char		*sent_path;	/* the mail that a receipt is for */
	struct opening_peel *peel;	/* NULL: nobody wants it */
};

/* Which key opened the n-th encrypted layer, so that a second run of the same
 * octets neither tries nor checks again. */
enum { OPENING_LAYERS = 16 };
struct opening_memo {
	size_t		 attempt[OPENING_LAYERS];
	bool		 checked[OPENING_LAYERS];
};

/* The place where the inner message goes: header fields first, then the
 * payload's octets as its reader consumes them, each once even when the
 * reader is rewound. */
struct opening_output {
	ps_writer	*dst;		/* NULL: nowhere */
	struct ps_eol	 eol;
	ps_writer	*converted;	/* runs `eol` into dst; NULL: not needed */
	uint64_t	 at, high;	/* of the payload */
	bool		 begun;
	bool		 may_wrap;	/* a layer that something can stand beside */
	bool		 wrapped;	/* the payload is the first part of a multipart */
	char		 boundary[48];
};

struct opening {
	ps_opener	*op;
	const struct ps_limits *limits;
	ps_verdict	*v;
	ps_reader	*in;		/* the whole message */
	bool		 inspect;	/* judge nothing, stop where no key fits */
	int64_t		 now;
	struct mime_header mail;	/* the outermost header section */
	bool		 is_mail;
	bool		 lf;		/* the input's lines end in LF */
	struct opening_output out;
	unsigned	 crypto_depth, mime_depth, inflate_depth;
	uint64_t	 kdf_rounds;	/* spent on passwords */
	uint64_t	 parts;
	uint64_t	 rehashes;	/* signed parts that were read again */
	uint64_t	 others_left;	/* looks for the other signatures of one person */
	uint64_t	 beside;	/* time-stamps and counter-signatures so far */
	uint64_t	 diagnosed, diagnosis_work;	/* contents, and octets read for them */
	size_t		 nencrypted;	/* encrypted layers met so far */
	struct opening_memo *memo;
	bool		 second;	/* the second run */
};

/* What a piece of the stream looks like. */
enum opening_form { FORM_EMPTY, FORM_MIME, FORM_DER, FORM_PEM, FORM_BASE64 };
PS_MUST ps_code opening_look(ps_reader *r, enum opening_form *out, ps_err *err);
/* A CMS object in any of its forms as a reader of BER. */
struct opening_cms_source {
	struct ps_b64dec b64;
	ps_reader	*step;		/* NULL: `src` itself */
};
PS_MUST ps_code opening_cms_source(struct opening_cms_source *s, ps_reader *src,
    enum opening_form form, ps_reader **out, ps_err *err);
void	opening_cms_source_clear(struct opening_cms_source *s);

/* opening_is_cms: do these decoded octets begin a CMS object of a kind that is
 * known, in any of its forms? Stricter than opening_look, for content that
 * does not say what it is. */
bool	opening_is_cms(ps_slice s);
/* opening_cms_encoding is `said`, unless the body plainly is not in it: PEM and
 * BER that call themselves base64 or quoted-printable. */
PS_MUST ps_code opening_cms_encoding(ps_reader *body, enum mime_encoding said,
    enum mime_encoding *out, ps_err *err);

/* open_kind.c */
enum opening_kind { KIND_PAYLOAD, KIND_SIGNED, KIND_CMS, KIND_TNEF };
/* opening_kind_of tells what an entity is by its fields; the root of the mail
 * by its first octets too, where the fields leave it open. */
PS_MUST ps_code opening_kind_of(const struct mime_entity *e, ps_reader *body, bool root,
    enum opening_kind *out, ps_err *err);
/* opening_is_signature: the media type of a detached signature. */
bool	opening_is_signature(const struct mime_type *t);
/* opening_note_pgp warns of OpenPGP; `parent` is NULL for the whole mail. */
void	opening_note_pgp(struct opening *o, const struct mime_entity *e,
    const struct ps_layer *parent);
/* opening_note_type warns when the smime-type and the object differ. */
void	opening_note_type(struct opening *o, const struct mime_entity *e,
    const struct ps_layer *l);

/* open_message.c */
/* opening_is_message: an entity that is a mail itself (RFC 2046, 5.1.5, 5.2.1). */
bool	opening_is_message(const struct mime_entity *e, const struct ps_layer *parent);
/* opening_senders keeps the From and Sender of a mail within in its layer. */
PS_MUST ps_code opening_senders(struct opening *o, const struct mime_header *h,
    struct ps_layer *l, ps_err *err);

/* open_lines.c: the line ends of the whole input. */
struct opening_lines {
	struct ps_step	 step;
	ps_reader	*reader;	/* NULL: none was needed */
	bool		 half;		/* a CR was put, its LF not yet */
};
/* opening_lines gives a reader of the input with line ends that can be read:
 * `in` itself, or one that makes CRLF of CR. */
PS_MUST ps_code opening_lines(struct opening *o, struct opening_lines *l, ps_reader *in,
    ps_reader **out, ps_err *err);
void	opening_lines_clear(struct opening_lines *l);
/* opening_note_lines warns of a header section with both kinds of line ends. */
void	opening_note_lines(struct opening *o, const struct mime_header *h);

/* open_keys.c */
/* opening_try_keys is cms_recipients_try with all keys there are; what opened it stands in
 * e->ours. */
PS_MUST ps_code opening_try_keys(struct opening *o, struct ps_encryption *e,
    const struct cms_bag *sent, size_t size, struct cms_try *t, ps_secret *out, ps_err *err);
/* opening_no_key adds to the chain whom the message names and what was tried;
 * returns PS_E_NO_KEY, or PS_E_UNSUPPORTED where
 * the crypto library does not have the KEM of one of them. */
ps_code	opening_no_key(struct opening *o, const struct ps_encryption *e, ps_err *err);

/* open_tnef.c */
PS_MUST ps_code opening_tnef(struct opening *o, const struct mime_entity *e, ps_reader *body,
    struct ps_layer *parent, bool in_envelope, ps_err *err);

/* open_mime.c */
PS_MUST ps_code opening_enter_entity(struct opening *o, ps_err *err);
/* opening_is_its_own: a failure that concerns an errant layer alone. */
bool	opening_is_its_own(ps_code code);
/* opening_is_entity: do these octets begin a header section with MIME fields? */
bool	opening_is_entity(ps_slice s);
PS_MUST ps_code opening_top(struct opening *o, ps_reader *in, ps_err *err);
/* opening_inner reads what stood inside a cryptographic layer: an entity, or
 * content without header fields. */
PS_MUST ps_code opening_inner(struct opening *o, ps_reader *r, struct ps_layer *parent,
    bool in_envelope, ps_err *err);
/* opening_content reads the same where the envelope ends: whatever it is, it is
 * the payload, and layers in it are errant. */
PS_MUST ps_code opening_content(struct opening *o, ps_reader *r, struct ps_layer *parent,
    bool in_envelope, ps_err *err);

/* open_fields.c: reads from a section what the verdict looks at besides the senders, in
 * place of what was read before. */
PS_MUST ps_code opening_fields(struct opening *o, const struct mime_header *h, ps_err *err);
/* opening_addresses appends the mailboxes of all fields `name`. */
PS_MUST ps_code opening_addresses(struct opening *o, const struct mime_header *h,
    const char *name, struct mime_mailboxes *out, unsigned *count, ps_err *err);
/* opening_walk_tapped looks through an entity and writes its body as it is. */
PS_MUST ps_code opening_walk_tapped(struct opening *o, const struct mime_header *h,
    ps_reader *body, struct ps_layer *parent, ps_err *err);
/* opening_enter_entity counts; who leaves takes one off mime_depth. */
PS_MUST ps_code opening_enter_entity(struct opening *o, ps_err *err);
bool	opening_is_layer(const struct mime_entity *e);

/* open_headers.c: the payload of the envelope, its header section read. */
PS_MUST ps_code opening_payload(struct opening *o, const struct mime_header *h,
    ps_reader *body, struct ps_layer *parent, ps_err *err);

/* open_cms.c */
PS_MUST ps_code opening_cms(struct opening *o, ps_reader *r, struct ps_layer *parent,
    bool in_envelope, const struct mime_entity *entity, ps_err *err);
PS_MUST ps_code opening_enter_crypto(struct opening *o, ps_err *err);
/* opening_typed reads the content of a layer that names its type: an object of
 * CMS, or as opening_inner. */
PS_MUST ps_code opening_typed(struct opening *o, const struct cms_oid *oid, ps_reader *r,
    struct ps_layer *parent, bool in_envelope, ps_err *err);
/* opening_is_layer_type: a content of this type is again an object of CMS. */
bool	opening_is_layer_type(enum cms_type type);
PS_MUST ps_code opening_set_content_type(struct ps_layer *layer, const struct cms_oid *oid,
    ps_err *err);

/* opening_peel_tap (expand.c): *out is `src`, or shows what it reads to op->peel; then
 * it is also *out_tap, to be closed. */
PS_MUST ps_code opening_peel_tap(struct opening *o, const struct ps_layer *layer,
    bool encrypted, ps_reader *src, ps_reader **out_tap, ps_reader **out, ps_err *err);
/* open_receipt.c: keeps a receipt that `layer` signs; `r` stays where it is. */
PS_MUST ps_code opening_keep_receipt(struct opening *o, ps_reader *r, struct ps_layer *layer,
    ps_err *err);
/* opening_judge_receipt compares it with the mail that was sent, when one is given. */
PS_MUST ps_code opening_judge_receipt(ps_opener *op, ps_verdict *v, ps_err *err);
/* opening_signature_digest makes the msgSigDigest (RFC 2634, 2.4) of one who asks
 * for a receipt. */
PS_MUST ps_code opening_signature_digest(const struct ps_signature *s, uint8_t *out, ps_err *err);

/* open_authenticated.c, open_digested.c: contents that anybody can read; the
 * envelope ends with them. */
PS_MUST ps_code opening_authenticated(struct opening *o, struct cms_shell *shell,
    struct ps_layer *parent, bool in_envelope, const struct mime_entity *entity, ps_err *err);
PS_MUST ps_code opening_digested(struct opening *o, struct cms_shell *shell,
    struct ps_layer *parent, bool in_envelope, const struct mime_entity *entity, ps_err *err);

/* open_signed.c */
PS_MUST ps_code opening_multipart_signed(struct opening *o, const struct mime_entity *e,
    ps_reader *body, bool lf, struct ps_layer *parent, bool in_envelope, ps_err *err);
PS_MUST ps_code opening_signed_data(struct opening *o, struct cms_shell *shell,
    struct ps_layer *parent, bool in_envelope, const struct mime_entity *entity, ps_err *err);
/* A signed content that can be read again from its first octet, as it was hashed.
 * `open` NULL: it cannot. What was opened is closed before it is opened again. */
struct opening_again {
	ps_code		(*open)(void *arg, ps_reader **out, ps_err *err);
	void		(*close)(void *arg);
	void		*arg;
};
/* opening_signature reads the SignedData in the body of a signature part. */
PS_MUST ps_code opening_signature(ps_ctx *ctx, const struct mime_entity *e, ps_reader *body,
    struct cms_signed *s, ps_err *err);
/* opening_judge_signers judges each SignerInfo against these digests. */
PS_MUST ps_code opening_judge_signers(struct opening *o, struct ps_layer *layer,
    struct cms_signed *s, const struct cms_digests *digests, const struct opening_again *again,
    ps_err *err);
/* diagnose.c: opening_diagnose looks for what transit did to the content of those
 * signers, the last of the verdict, whose signature does not hold. */
PS_MUST ps_code opening_diagnose(struct opening *o, const struct ps_layer *layer,
    const struct cms_signed *s, const struct opening_again *again, ps_err *err);
/* open_judge.c: opening_describe_signer copies what a SignerInfo says of itself;
 * opening_judge_found says what a check means, and judges algorithms and path. `sound`: nothing
 * else speaks against it. */
PS_MUST ps_code opening_describe_signer(struct ps_signature *sig, const struct cms_signer *s,
    ps_err *err);
PS_MUST ps_code opening_judge_found(struct opening *o, struct ps_signature *sig,
    const struct cms_signer *s, const struct cms_check_out *check, const struct cms_bag *bag,
    bool sound, ps_err *err);
/* open_unsigned.c: the time-stamps of signer `i`, then its counter-signatures. */
PS_MUST ps_code opening_judge_stamps(struct opening *o, struct ps_signature *sig,
    const struct cms_signed *s, size_t i, ps_err *err);
PS_MUST ps_code opening_judge_counters(struct opening *o, struct ps_signature *sig,
    const struct cms_signed *s, size_t i, ps_err *err);
/* opening_describe_signed copies what `inspect` shows. */
PS_MUST ps_code opening_describe_signed(struct ps_layer *layer, struct cms_signed *s,
    ps_err *err);
PS_MUST ps_code opening_set_media(struct ps_layer *l, const struct mime_entity *e, ps_err *err);

/* open_output.c */
PS_MUST ps_code opening_output_header(struct opening *o, const struct mime_header *payload,
    ps_err *err);
/* opening_output_part writes the section of a part, `cut`: without the parameters of
 * header protection. */
PS_MUST ps_code opening_output_part(struct opening *o, const struct mime_header *h, bool cut,
    ps_err *err);
PS_MUST ps_code opening_output_write(struct opening *o, ps_slice in, ps_err *err);
PS_MUST ps_code opening_output_pump(struct opening *o, ps_reader *r, ps_err *err);
/* opening_output_place is where to write; NULL: nowhere. */
ps_writer *opening_output_place(struct opening *o);
/* A ps_look_fn for the payload's octets; `arg` is the opening. */
ps_code	opening_output_look(void *arg, ps_slice in, ps_err *err);
PS_MUST ps_code opening_output_finish(struct opening *o, ps_err *err);
void	opening_output_clear(struct opening *o);

/* open_outside.c: with --all-parts, what nobody vouches for, behind the payload and
 * marked. opening_wrap_begin stands between the mail's fields and the payload's;
 * the others do nothing without it. */
PS_MUST ps_code opening_wrap_begin(struct opening *o, ps_err *err);
PS_MUST ps_code opening_wrap_end(struct opening *o, ps_err *err);
/* opening_outside_keep reads a preamble, to be written later as text. */
PS_MUST ps_code opening_outside_keep(struct opening *o, ps_reader *r, struct ps_buf *out,
    ps_err *err);
PS_MUST ps_code opening_outside_text(struct opening *o, ps_slice text, ps_err *err);
/* opening_outside_rest writes an epilogue; *out_any: there was one. */
PS_MUST ps_code opening_outside_rest(struct opening *o, ps_reader *r, bool *out_any,
    ps_err *err);
PS_MUST ps_code opening_outside_part(struct opening *o, const struct mime_header *h,
    ps_reader *body, ps_err *err);

#endif
