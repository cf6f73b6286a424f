/* SPDX-License-Identifier: ISC */
#ifndef POSTSEAL_SMIME_H
#define POSTSEAL_SMIME_H

/*
 * Whole mails in, whole mails out: open what was signed or encrypted, protect
 * what is to be sent, and the verdict.
 */

#include <postseal/cert.h>
#include <postseal/policy.h>
#include <postseal/stream.h>

#ifdef __cplusplus
extern "C" {
#endif

/* --- the verdict --- */

typedef struct ps_verdict ps_verdict;

typedef enum ps_summary {
	PS_SUMMARY_PLAIN	= 0,	/* read, but nothing vouches for it */
	PS_SUMMARY_ENCRYPTED	= 1,	/* encrypted, without a valid signature */
	PS_SUMMARY_SIGNED	= 2,	/* a valid signature of the outermost envelope */
	PS_SUMMARY_SEALED	= 3,	/* that, and encrypted */
	PS_SUMMARY_BROKEN	= 4	/* cannot be read or decrypted */
} ps_summary;

PS_API ps_summary ps_verdict_summary(const ps_verdict *v);
/* ps_verdict_sentence is the one sentence; borrowed. */
PS_API const char *ps_verdict_sentence(const ps_verdict *v);
/* ps_verdict_exit is the exit status of `open`: 0 content written and no
 * signature of the envelope is bad, 1 none of its signatures is valid, 3
 * broken (or what the error's code says). ps_verdict_exit_verify is that of
 * `verify`: 0 sealed or signed, 1 all else that could be read. */
PS_API int ps_verdict_exit(const ps_verdict *v);
PS_API int ps_verdict_exit_verify(const ps_verdict *v);
/* ps_verdict_write_text writes the sentence and the evidence, `colour` with
 * terminal escapes; ps_verdict_write_json one JSON object on one line, by
 * docs/verdict.schema.json, `file` (NULL: null) as its "file". */
PS_API PS_MUST ps_code ps_verdict_write_text(const ps_verdict *v, int colour,
    ps_writer *w, ps_err *err);
PS_API PS_MUST ps_code ps_verdict_write_json(const ps_verdict *v, const char *file,
    ps_writer *w, ps_err *err);
/* ps_verdict_write_tree draws the layers with all that is known of each:
 * what `inspect` prints. */
PS_API PS_MUST ps_code ps_verdict_write_tree(const ps_verdict *v, int colour,
    ps_writer *w, ps_err *err);
/* ps_verdict_write_inspect_json: the layers with all details as JSON. */
PS_API PS_MUST ps_code ps_verdict_write_inspect_json(const ps_verdict *v, const char *file,
    ps_writer *w, ps_err *err);
PS_API void ps_verdict_free(ps_verdict *v);

/* --- the network --- */

/*
 * The library asks no network; a program that may does it for the library. ps_fetch_fn
 * carries one question out and writes its whole answer to `answer`, which it does not close:
 *
 *	PS_FETCH_OCSP		`request` is an OCSPRequest in DER for the responder at
 *				`url` (RFC 6960); an OCSPResponse
 *	PS_FETCH_CRL		the revocation list at `url` (RFC 5280, 4.2.1.13)
 *	PS_FETCH_CERTIFICATES	the certificates at `url` (RFC 5280, 4.2.2.1): one in DER,
 *				or a certs-only CMS
 *	PS_FETCH_STAMP		`request` is a TimeStampReq in DER for the authority at
 *				`url` (RFC 3161, 2.4); a TimeStampResp
 *
 *	PS_FETCH_LDAP		the certificates of the mail address `url` in a directory: each
 *				in DER or a certs-only CMS, one behind the other
 *	PS_FETCH_SMIMEA		the SMIMEA records of the mail address `url` (RFC 8162), which
 *				DNSSEC proved: in DER a SEQUENCE OF SEQUENCE { usage INTEGER,
 *				selector INTEGER, matching INTEGER, data OCTET STRING }
 *
 * `request` is empty where nothing is said of it. An address is http or https, printable
 * ASCII, under 1024 octets, and comes from a certificate that a stranger may have made:
 * who asks must not let it lead to servers inside. Answers are judged by their signatures,
 * and no more are asked for than limits.questions a message. Codes: PS_E_NOT_FOUND,
 * this may not be asked; PS_E_TEMPORARY, it can work later; PS_E_REFUSED, the server or
 * a rule says no. PS_E_CANCELLED and PS_E_NOMEM end the whole call, the others do not,
 * but for PS_FETCH_STAMP. More kinds may come: answer PS_E_NOT_FOUND to those.
 */
enum {
	PS_FETCH_OCSP = 1, PS_FETCH_CRL = 2, PS_FETCH_CERTIFICATES = 3, PS_FETCH_STAMP = 4,
	PS_FETCH_LDAP = 5, PS_FETCH_SMIMEA = 6
};
typedef ps_code (*ps_fetch_fn)(void *arg, int kind, const char *url, ps_slice request,
    ps_writer *answer, ps_err *err);

/* --- opening --- */

typedef struct ps_opener ps_opener;

/* ps_opener_new borrows `ctx`, which outlives it. NULL when memory is out. */
PS_API ps_opener *ps_opener_new(ps_ctx *ctx);
PS_API void ps_opener_free(ps_opener *op);

/*
 * ps_opener_add_identity_file reads keys and certificates (PKCS#12, PEM, DER)
 * to decrypt with. `ask` is called when a passphrase is needed; NULL: never,
 * then PS_E_PASSPHRASE. `path` may be a PKCS#11 URI (RFC 7512): the key stays in its
 * token, and `ask` is for the PIN.
 */
PS_API PS_MUST ps_code ps_opener_add_identity_file(ps_opener *op, const char *path,
    ps_ask_fn ask, void *arg, ps_err *err);
/*
 * The store is borrowed and outlives the opener. Its keys open what names them, unlocked by
 * `ask` then (NULL: never); its certificates complete paths, its anchors are trusted beside the
 * system's. The verdict says whether a signer was seen before and what was valid when it came;
 * the store learns from valid signatures. One that fails is a warning, but where a key
 * of it is needed. add_identity: only the keys of this address; may be called
 * again. PS_E_MISUSE without a store.
 */
PS_API PS_MUST ps_code ps_opener_set_store(ps_opener *op, ps_store *store, ps_ask_fn ask,
    void *arg, ps_err *err);
PS_API PS_MUST ps_code ps_opener_add_identity(ps_opener *op, const char *address, ps_err *err);
/* More certificates (intermediates, signers that send none). */
PS_API PS_MUST ps_code ps_opener_add_cert_file(ps_opener *op, const char *path, ps_err *err);
/* Anchors; the first call replaces the system's. */
PS_API PS_MUST ps_code ps_opener_add_trust_file(ps_opener *op, const char *path, ps_err *err);
PS_API PS_MUST ps_code ps_opener_add_crl_file(ps_opener *op, const char *path, ps_err *err);
/* 0 off, 1 soft (default), 2 hard: without an answer a certificate is untrusted. */
PS_API PS_MUST ps_code ps_opener_set_revocation(ps_opener *op, int mode, ps_err *err);
/* The policy is borrowed and outlives the opener. Default: "default". */
PS_API PS_MUST ps_code ps_opener_set_policy(ps_opener *op, const ps_policy *p, ps_err *err);
/* The sender to test input without header fields against. */
PS_API PS_MUST ps_code ps_opener_set_from(ps_opener *op, const char *address, ps_err *err);
/* Write nothing unless the summary is PS_SUMMARY_SIGNED (or sealed), or
 * PS_SUMMARY_SEALED; PS_SUMMARY_PLAIN (default): whatever it is. */
PS_API PS_MUST ps_code ps_opener_set_require(ps_opener *op, ps_summary least, ps_err *err);
/* Parts outside the protection are written too, each marked. */
PS_API PS_MUST ps_code ps_opener_set_all_parts(ps_opener *op, int on, ps_err *err);
/* Line ends of the output: 0 as the input's, 1 CRLF, 2 LF. */
PS_API PS_MUST ps_code ps_opener_set_eol(ps_opener *op, int eol, ps_err *err);
/* Secrets of password recipients and raw key-encryption keys; copied. */
PS_API PS_MUST ps_code ps_opener_add_password(ps_opener *op, const ps_secret *s, ps_err *err);
PS_API PS_MUST ps_code ps_opener_add_kek(ps_opener *op, const ps_secret *s, ps_err *err);
/* The mail that a receipt is for (RFC 2634, 2.6): with it a receipt is judged, and valid
 * only when it agrees with that mail; other mails are PS_E_UNSUPPORTED. */
PS_API PS_MUST ps_code ps_opener_set_sent_file(ps_opener *op, const char *path, ps_err *err);
/* The content of a detached bare CMS signature. */
PS_API PS_MUST ps_code ps_opener_set_content_file(ps_opener *op, const char *path, ps_err *err);
/*
 * With ps_opener_set_fetch reading asks about the certificates of trusted paths whether
 * they were revoked. Without it (the default) only what the context remembers is used:
 * whoever runs an authority's server would learn that, and when, a mail was read.
 */
PS_API PS_MUST ps_code ps_opener_set_fetch(ps_opener *op, ps_fetch_fn fn, void *arg, ps_err *err);
/* progress is called now and then with octets read and the whole (UINT64_MAX:
 * unknown); not 0 stops with PS_E_CANCELLED. */
typedef int (*ps_progress_fn)(void *arg, uint64_t done, uint64_t whole);
PS_API PS_MUST ps_code ps_opener_set_progress(ps_opener *op, ps_progress_fn fn, void *arg,
    ps_err *err);

/*
 * ps_open reads a whole mail, a bare MIME entity or a bare CMS object (DER, BER,
 * PEM, base64) from `in`, told apart by looking, and writes the inner message
 * to `out` (NULL: judge only). `out` is finished, or abandoned when anything
 * but the verdict's state of a signature is wrong. When `out` cannot be
 * abandoned nothing is written to it before all is known to be good.
 * A verdict is given whenever memory allows, also with a failure: then its
 * summary is broken and it holds the error too. The caller frees it.
 */
PS_API PS_MUST ps_code ps_open(ps_opener *op, ps_reader *in, ps_writer *out,
    ps_verdict **verdict, ps_err *err);
/* The same on files; NULL as `from`: standard input, as `to`: standard output. */
PS_API PS_MUST ps_code ps_opener_open_file(ps_opener *op, const char *from, const char *to,
    ps_verdict **verdict, ps_err *err);
PS_API PS_MUST ps_code ps_opener_verify_file(ps_opener *op, const char *from,
    ps_verdict **verdict, ps_err *err);
/* ps_inspect reads the layers as far as the identities go and judges nothing:
 * what cannot be decrypted is shown by its recipients. */
PS_API PS_MUST ps_code ps_inspect(ps_opener *op, ps_reader *in, ps_verdict **verdict,
    ps_err *err);

/* --- protecting --- */

typedef struct ps_protector ps_protector;

PS_API ps_protector *ps_protector_new(ps_ctx *ctx);
PS_API void ps_protector_free(ps_protector *pr);

/* A signer, and, unless set_no_self, one who can read what is encrypted. */
PS_API PS_MUST ps_code ps_protector_add_identity_file(ps_protector *pr, const char *path,
    ps_ask_fn ask, void *arg, ps_err *err);
/*
 * The store is borrowed and outlives the protector. Without an identity that was given, that of
 * the mail's From signs, unlocked by `ask`; recipients' certificates are found
 * by their addresses, with what is known of their programs. add_identity: that of
 * this address in place of From's; may be called again. PS_E_MISUSE without a store.
 */
PS_API PS_MUST ps_code ps_protector_set_store(ps_protector *pr, ps_store *store, ps_ask_fn ask,
    void *arg, ps_err *err);
PS_API PS_MUST ps_code ps_protector_add_identity(ps_protector *pr, const char *address,
    ps_err *err);
/*
 * Recipients. Once one of these was called, the mail's To and Cc are not
 * looked at. A file: its first certificate that can encrypt. An address: the
 * newest fit certificate among those of add_cert_file and of the store.
 */
PS_API PS_MUST ps_code ps_protector_add_recipient_file(ps_protector *pr, const char *path,
    ps_err *err);
PS_API PS_MUST ps_code ps_protector_add_recipient(ps_protector *pr, const char *address,
    ps_err *err);
PS_API PS_MUST ps_code ps_protector_add_password(ps_protector *pr, const ps_secret *s,
    ps_err *err);
PS_API PS_MUST ps_code ps_protector_add_kek(ps_protector *pr, const ps_secret *s, ps_err *err);
/* Certificates of correspondents, and intermediates. */
PS_API PS_MUST ps_code ps_protector_add_cert_file(ps_protector *pr, const char *path,
    ps_err *err);
/*
 * A mail that a correspondent signed: its certificates, and what his program
 * reads (RFC 8551, 2.7.1). Read when the next mail is protected, and judged with
 * what the protector was given: PS_E_REFUSED when its signature is not valid.
 */
PS_API PS_MUST ps_code ps_protector_learn_file(ps_protector *pr, const char *path,
    ps_err *err);
/* The path of each recipient's certificate is judged as when opening. */
PS_API PS_MUST ps_code ps_protector_add_trust_file(ps_protector *pr, const char *path,
    ps_err *err);
PS_API PS_MUST ps_code ps_protector_add_crl_file(ps_protector *pr, const char *path,
    ps_err *err);
/* ps_protector_set_fetch: questions about recipients and for time-stamps go through it. */
PS_API PS_MUST ps_code ps_protector_set_fetch(ps_protector *pr, ps_fetch_fn fn, void *arg,
    ps_err *err);
/* ps_protector_set_keep_found puts what fetch finds of recipients and is fit, with its issuers,
 * into the store: the next mail needs no network. What is there from signed mail or was given
 * goes before it. Default: off, and nothing is kept. */
PS_API PS_MUST ps_code ps_protector_set_keep_found(ps_protector *pr, int on, ps_err *err);
PS_API PS_MUST ps_code ps_protector_set_revocation(ps_protector *pr, int mode, ps_err *err);
PS_API PS_MUST ps_code ps_protector_set_policy(ps_protector *pr, const ps_policy *p,
    ps_err *err);
/* Overrides of what would be chosen; names as in `postseal version`
 * ("sha384"; "pss", "pkcs1"; "aes-256-gcm"; "oaep", "pkcs1", "rsa-kem" (RFC 9690)). */
PS_API PS_MUST ps_code ps_protector_set_digest(ps_protector *pr, const char *name, ps_err *err);
PS_API PS_MUST ps_code ps_protector_set_padding(ps_protector *pr, const char *name, ps_err *err);
PS_API PS_MUST ps_code ps_protector_set_cipher(ps_protector *pr, const char *name, ps_err *err);
PS_API PS_MUST ps_code ps_protector_set_key_transport(ps_protector *pr, const char *name,
    ps_err *err);
/* With PS_SIGN: beside the signatures that a multipart/signed mail has, not around it.
 * PS_E_REFUSED when one of them does not hold, PS_E_MISUSE for another form. */
PS_API PS_MUST ps_code ps_protector_set_add(ps_protector *pr, int on, ps_err *err);
/* Opaque signatures (signed-data) in place of multipart/signed. */
PS_API PS_MUST ps_code ps_protector_set_opaque(ps_protector *pr, int on, ps_err *err);
/* Name recipients and signers by subjectKeyIdentifier. */
PS_API PS_MUST ps_code ps_protector_set_key_ids(ps_protector *pr, int on, ps_err *err);
/* Definite lengths whatever the size: one more pass over a large input. */
PS_API PS_MUST ps_code ps_protector_set_der(ps_protector *pr, int on, ps_err *err);
/* Compress inside the signature or the encryption. */
PS_API PS_MUST ps_code ps_protector_set_compress(ps_protector *pr, int on, ps_err *err);
PS_API PS_MUST ps_code ps_protector_set_no_self(ps_protector *pr, int on, ps_err *err);
PS_API PS_MUST ps_code ps_protector_set_eol(ps_protector *pr, int eol, ps_err *err);
/*
 * Header protection (RFC 9788): "off"; "none" protects the fields and hides none;
 * "baseline" hides Subject, Comments and Keywords of what is encrypted, "shy" the
 * names beside addresses and the time zone too. What is only signed hides nothing.
 * Default: the policy's, "baseline" unless it was changed. What is given here and
 * cannot be done (the mail is signed or encrypted already, or is to be compressed) is
 * PS_E_MISUSE; the default is a warning then. PS_E_MISUSE too for another name.
 */
PS_API PS_MUST ps_code ps_protector_set_headers(ps_protector *pr, const char *name, ps_err *err);
/*
 * A draft (RFC 9787, 8): PS_ENCRYPT to the identities alone, whoever is asked for or
 * named by the mail; Bcc stays inside; headers "shy" unless they were set.
 * PS_E_MISUSE with PS_SIGN, for what is not finished is not signed, without an
 * identity that can decrypt, and with recipients that were asked for.
 */
PS_API PS_MUST ps_code ps_protector_set_draft(ps_protector *pr, int on, ps_err *err);
/* Encrypt to certificates that are expired, untrusted or not for mail. */
PS_API PS_MUST ps_code ps_protector_set_insecure_recipients(ps_protector *pr, int on,
    ps_err *err);
PS_API PS_MUST ps_code ps_protector_set_progress(ps_protector *pr, ps_progress_fn fn, void *arg,
    ps_err *err);
/*
 * ps_protector_set_bcc names who opens the writer for the copy of one Bcc
 * recipient; the library closes it. Without it a mail with Bcc is refused
 * (PS_E_MISUSE, the addresses named).
 */
typedef ps_code (*ps_bcc_fn)(void *arg, const char *address, ps_writer **out, ps_err *err);
PS_API PS_MUST ps_code ps_protector_set_bcc(ps_protector *pr, ps_bcc_fn fn, void *arg,
    ps_err *err);

/*
 * A receipt that the signed mail asks its readers for (RFC 2634, 2): `from` is
 * "all", "first-tier" (those who did not get it through a mailing list) or an
 * address, which may be given several times. It goes to the addresses of
 * add_receipt_to (at most 16), else to the signer's own.
 */
PS_API PS_MUST ps_code ps_protector_request_receipt(ps_protector *pr, const char *from,
    ps_err *err);
PS_API PS_MUST ps_code ps_protector_add_receipt_to(ps_protector *pr, const char *address,
    ps_err *err);
/*
 * The security label of what is signed (RFC 2634, 3): "OID", "OID:CLASSIFICATION" or
 * "OID:CLASSIFICATION:MARK", for example "1.2.3:confidential:for Bob only"; the
 * classification is a word of RFC 2634, 3.2, a number to 256, or empty.
 */
PS_API PS_MUST ps_code ps_protector_set_label(ps_protector *pr, const char *label, ps_err *err);
/* PS_SEAL signs, encrypts and signs again (RFC 2634, 1.1). */
PS_API PS_MUST ps_code ps_protector_set_triple(ps_protector *pr, int on, ps_err *err);
/*
 * ps_protector_set_timestamp puts a token (RFC 3161) beside each signature of the author,
 * asked of the authority at `url` through ps_protector_set_fetch; NULL: none. An answer that
 * is not for this question, or not by somebody who may stamp, is PS_E_REFUSED and nothing
 * is written. The path of the stamping certificate is judged when anchors were given
 * here (add_stamp_trust_file) or by add_trust_file. PS_E_MISUSE when signing without fetch.
 */
PS_API PS_MUST ps_code ps_protector_set_timestamp(ps_protector *pr, const char *url, ps_err *err);
PS_API PS_MUST ps_code ps_protector_add_stamp_trust_file(ps_protector *pr, const char *path,
    ps_err *err);

/* ps_protector_write_certs writes a message that carries certificates alone (RFC 8551,
 * 3.8): those of identities and of add_cert_file, without roots. `out` is
 * finished, or abandoned. PS_E_NOT_FOUND when there are none. */
PS_API PS_MUST ps_code ps_protector_write_certs(ps_protector *pr, ps_writer *out, ps_err *err);

enum { PS_SIGN = 1, PS_ENCRYPT = 2, PS_SEAL = 3 };
/*
 * ps_protect reads a mail (or a bare MIME entity) and writes it protected: `what` is PS_SIGN,
 * PS_ENCRYPT or PS_SEAL. `out` is finished when all is good, else abandoned.
 */
PS_API PS_MUST ps_code ps_protect(ps_protector *pr, int what, ps_reader *in, ps_writer *out,
    ps_err *err);
PS_API PS_MUST ps_code ps_protector_sign_file(ps_protector *pr, const char *from,
    const char *to, ps_err *err);
PS_API PS_MUST ps_code ps_protector_encrypt_file(ps_protector *pr, const char *from,
    const char *to, ps_err *err);
PS_API PS_MUST ps_code ps_protector_seal_file(ps_protector *pr, const char *from,
    const char *to, ps_err *err);
/*
 * ps_receipt makes the signed receipt that the mail in `in` asks for (RFC 2634,
 * 2.4), a whole mail to whom the request names, signed by the first identity that was
 * asked. Recipients that were given encrypt it, signed around. The mail is judged
 * by what the protector has: PS_E_REFUSED when no valid signature of it asks
 * this reader, or a mailing list wants no receipts. Nothing is sent.
 */
PS_API PS_MUST ps_code ps_receipt(ps_protector *pr, ps_reader *in, ps_writer *out,
    ps_err *err);
/*
 * ps_expand hands a mail on as a mailing list does (RFC 2634, 4.2): what is encrypted
 * is encrypted anew to the recipients that were given, the author's own signature
 * is kept, and one by the list, the only identity that signs, is put around it. It
 * says so in its expansion history; `no_receipts` forbids receipts there. PS_E_REFUSED:
 * the mail came through this list before, or its outer signature is wrong.
 * PS_E_LIMIT: more than limits.oneshot octets are within its layers.
 */
PS_API PS_MUST ps_code ps_expand(ps_protector *pr, int no_receipts, ps_reader *in,
    ps_writer *out, ps_err *err);
/* What was chosen by the last call and why, and its warnings, line by line;
 * borrowed until the next call; "" before. */
PS_API const char *ps_protector_explain(const ps_protector *pr);
PS_API const char *ps_protector_warnings(const ps_protector *pr);

/* ps_alg_names writes, line by line "kind name", the algorithms that can be
 * read and sent: what `postseal version` prints. Returns `out`. */
PS_API const char *ps_alg_names(char *out, size_t size);

#ifdef __cplusplus
}
#endif

#endif
