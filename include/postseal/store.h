/* SPDX-License-Identifier: ISC */
#ifndef POSTSEAL_STORE_H
#define POSTSEAL_STORE_H

/*
 * What is remembered between messages: identities, certificates,
 * correspondents, anchors, the news of authorities, first verdicts, a log.
 *
 * A store is one file. Any number of processes and threads use it at once, and
 * it survives the end of any of them at any point. A call that writes has
 * written when it returns. Every call waits for others at most 30 seconds, then
 * it is PS_E_TEMPORARY; a damaged file is PS_E_MALFORMED, and the error names
 * the copy that is beside it (ps_store_repair).
 *
 * Lists are streamed: `each` is called once a row with what is borrowed until it
 * returns; it may look up more, but not write. What it returns but PS_OK ends the
 * list and is returned.
 */

#include <postseal/cert.h>
#include <postseal/stream.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * ps_store_open looks for the store at `path` (NULL: the user's own,
 * $XDG_DATA_HOME/postseal/store.db, else ~/.local/share/postseal/store.db).
 * PS_E_NOT_FOUND when there is none and `create` is 0; else folder (0700) and
 * file (0600) are made at the first write. PS_E_REFUSED when others may write the
 * file or its folder. The file is not read before something is asked for.
 */
PS_API PS_MUST ps_code ps_store_open(ps_store **out, const char *path, int create, ps_err *err);
/* ps_store_close also makes the daily copy when it is due; NULL is fine. */
PS_API void ps_store_close(ps_store *s);
/* ps_store_path: where it is; borrowed. */
PS_API const char *ps_store_path(const ps_store *s);
/* ps_store_check reads all of it: PS_E_MALFORMED when it is damaged. */
PS_API PS_MUST ps_code ps_store_check(ps_store *s, ps_err *err);
/* ps_store_copy writes the daily copy, PATH.copy, now; of a damaged store none is made. */
PS_API PS_MUST ps_code ps_store_copy(ps_store *s, ps_err *err);
/*
 * ps_store_repair puts the copy in the place of the store at `path` (NULL: the
 * user's own), which is kept as PATH.damaged. Nothing else may use the store.
 * *out_when: when the copy was made. PS_E_NOT_FOUND: there is no good one.
 * PS_E_REFUSED: the store is not damaged.
 */
PS_API PS_MUST ps_code ps_store_repair(const char *path, int64_t *out_when, ps_err *err);

/* --- certificates --- */

/* How something came here. ps_store_how_name, in JSON too. */
typedef enum ps_store_how {
	PS_STORE_GIVEN	= 0,	/* by the user */
	PS_STORE_MAIL	= 1,	/* a valid signature */
	PS_STORE_LDAP	= 2,
	PS_STORE_SMIMEA	= 3,
	PS_STORE_AIA	= 4,	/* where a certificate says that its issuer's is */
	PS_STORE_ISSUED	= 5	/* by an authority of one's own */
} ps_store_how;
PS_API const char *ps_store_how_name(ps_store_how how);

typedef struct ps_store_cert {
	size_t		 size;		/* of this structure */
	ps_cert		*cert;		/* ps_cert_ref to keep it */
	ps_store_how	 how;
	int64_t		 added;
	int64_t		 forgotten;	/* when; INT64_MIN: it is not */
} ps_store_cert;
typedef ps_code (*ps_store_cert_fn)(void *arg, const ps_store_cert *c, ps_err *err);

/* ps_store_write_cert writes a line of text or, with `json`, one JSON object on one line: what the
 * command prints, which only grows. */
PS_API PS_MUST ps_code ps_store_write_cert(const ps_store_cert *c, int json, ps_writer *w,
    ps_err *err);

/* ps_store_add_cert keeps a certificate. Of one that is there only `how` changes, to what says
 * more: given, issued, mail, the others; it is no longer forgotten when the user gives it
 * again. */
PS_API PS_MUST ps_code ps_store_add_cert(ps_store *s, ps_cert *c, ps_store_how how, ps_err *err);
/*
 * ps_store_find_certs lists the certificates that name an address (as a sender may
 * write it, RFC 8550, 3), or have this SHA-256 (lower-case hex, 8 digits or more of its
 * beginning); NULL lists all. Those that are forgotten come only with `all`.
 */
PS_API PS_MUST ps_code ps_store_find_certs(ps_store *s, const char *what, int all,
    ps_store_cert_fn each, void *arg, ps_err *err);
/*
 * ps_store_forget_cert hides a certificate from all that looks for one; the second time it
 * is deleted (*out_gone). PS_E_NOT_FOUND when it is not here, PS_E_REFUSED when it is that of
 * an identity, an anchor, or pinned.
 */
PS_API PS_MUST ps_code ps_store_forget_cert(ps_store *s, const ps_cert *c, int *out_gone,
    ps_err *err);

/* --- anchors --- */

/* ps_store_add_anchor trusts whoever this certificate is of, besides those that the system
 * trusts. PS_E_NOT_FOUND: ps_store_drop_anchor of one that is not there. */
PS_API PS_MUST ps_code ps_store_add_anchor(ps_store *s, ps_cert *c, ps_err *err);
PS_API PS_MUST ps_code ps_store_drop_anchor(ps_store *s, const ps_cert *c, ps_err *err);
PS_API PS_MUST ps_code ps_store_list_anchors(ps_store *s, ps_store_cert_fn each, void *arg,
    ps_err *err);

/* --- identities: our own keys, all that there ever were --- */

enum { PS_STORE_SIGNS = 1, PS_STORE_DECRYPTS = 2 };

typedef struct ps_store_identity {
	size_t		 size;		/* of this structure */
	int64_t		 id;		/* of the store's choice */
	ps_cert		*cert;		/* NULL: asked for, and not there yet */
	ps_slice	 spki;		/* SubjectPublicKeyInfo: whose private half it is */
	ps_slice	 key;		/* EncryptedPrivateKeyInfo (RFC 5958, 3); n == 0: `uri` */
	const char	*uri;		/* of a token, "pkcs11:..."; NULL: `key` */
	const char	*address;	/* whom it is for */
	unsigned	 purpose;	/* PS_STORE_SIGNS, PS_STORE_DECRYPTS */
	int		 retired;	/* opens old mail, and is not used for new */
	int		 chosen;	/* the one to use where no address says which */
	int64_t		 created;
	int64_t		 forgotten;	/* when; INT64_MIN: it is not */
} ps_store_identity;
typedef ps_code (*ps_store_identity_fn)(void *arg, const ps_store_identity *i, ps_err *err);

/*
 * ps_store_add_identity keeps one; of `i` the certificate, spki (without it that of the
 * certificate), key or uri, address (without it the certificate's first), purpose and retired
 * count. PS_E_MISUSE: one of these is missing, or the certificate is for another key.
 */
PS_API PS_MUST ps_code ps_store_add_identity(ps_store *s, const ps_store_identity *i,
    int64_t *out_id, ps_err *err);
/* ps_store_list_identities: of an address (as ps_store_find_certs), or all for NULL, the
 * eldest first; those that are forgotten only with `all`. */
PS_API PS_MUST ps_code ps_store_list_identities(ps_store *s, const char *address, int all,
    ps_store_identity_fn each, void *arg, ps_err *err);
/* These change one: PS_E_NOT_FOUND when there is none of this id. set_cert: PS_E_MISUSE for a
 * certificate of another key. set_key: the same key under another passphrase. */
PS_API PS_MUST ps_code ps_store_set_identity_cert(ps_store *s, int64_t id, ps_cert *c,
    ps_err *err);
PS_API PS_MUST ps_code ps_store_set_identity_key(ps_store *s, int64_t id, ps_slice key,
    ps_err *err);
PS_API PS_MUST ps_code ps_store_retire_identity(ps_store *s, int64_t id, int retired,
    ps_err *err);
PS_API PS_MUST ps_code ps_store_choose_identity(ps_store *s, int64_t id, ps_err *err);
/* ps_store_forget_identity hides it; the second time it is deleted (*out_gone), and mail that
 * only it could open is lost. */
PS_API PS_MUST ps_code ps_store_forget_identity(ps_store *s, int64_t id, int *out_gone,
    ps_err *err);

/* --- correspondents --- */

/* One certificate that was seen of an address. */
typedef struct ps_store_person {
	size_t		 size;		/* of this structure */
	const char	*address;
	ps_cert		*cert;
	ps_store_how	 how;
	int64_t		 first_seen, last_seen;
	int		 pinned;
	int64_t		 made;		/* of the mail that told `capabilities`; INT64_MIN: none */
	ps_slice	 capabilities;	/* SMIMECapabilities (RFC 8551, 2.5.2); n == 0: not told */
} ps_store_person;
typedef ps_code (*ps_store_person_fn)(void *arg, const ps_store_person *p, ps_err *err);

/* ps_store_write_person is as ps_store_write_cert. */
PS_API PS_MUST ps_code ps_store_write_person(const ps_store_person *p, int json, ps_writer *w,
    ps_err *err);
/* ps_store_list_people: of one address, or of all for NULL; the latest certificate of an
 * address comes last. */
PS_API PS_MUST ps_code ps_store_list_people(ps_store *s, const char *address,
    ps_store_person_fn each, void *arg, ps_err *err);
/*
 * ps_store_pin: of this address only this certificate counts: it is encrypted to, and mail
 * signed with another one gets a warning. NULL: any again. PS_E_MISUSE when the certificate
 * does not name the address.
 */
PS_API PS_MUST ps_code ps_store_pin(ps_store *s, const char *address, ps_cert *c, ps_err *err);

/* --- the log: what an authority issued and revoked; it only grows --- */

typedef struct ps_store_entry {
	size_t		 size;		/* of this structure */
	int64_t		 id;		/* grows */
	int64_t		 at;
	const char	*kind;		/* "issued" */
	const char	*about;		/* a serial number */
	ps_slice	 data;
} ps_store_entry;
typedef ps_code (*ps_store_entry_fn)(void *arg, const ps_store_entry *e, ps_err *err);

/* `id` and `at` are the store's; *out_id may be NULL. It survives a power cut. */
PS_API PS_MUST ps_code ps_store_add_entry(ps_store *s, const ps_store_entry *e, int64_t *out_id,
    ps_err *err);
/* ps_store_list_entries: all, those of a kind, or those of a kind about something. */
PS_API PS_MUST ps_code ps_store_list_entries(ps_store *s, const char *kind, const char *about,
    ps_store_entry_fn each, void *arg, ps_err *err);

/* --- news of authorities: revocation lists, answers, fetched certificates --- */

typedef enum ps_news_kind {
	PS_NEWS_CRL	= 1,
	PS_NEWS_OCSP	= 2,
	PS_NEWS_CERTS	= 3
} ps_news_kind;

typedef struct ps_news {
	size_t		 size;		/* of this structure */
	ps_news_kind	 kind;
	ps_slice	 key;		/* whatever tells it from others: a URL, an OCSP CertID */
	ps_slice	 data;		/* as it was signed */
	int64_t		 this_update;	/* as its signer says */
	int64_t		 next_update;	/* INT64_MAX: not said */
	int64_t		 fetched;
} ps_news;
typedef ps_code (*ps_news_fn)(void *arg, const ps_news *n, ps_err *err);

/* ps_store_put_news keeps one for each kind and key: the newest by this_update, so that old news
 * that are played again take nothing back. PS_E_LIMIT above 16 MiB. What was fetched longest
 * ago goes when there is more of a kind than 512 lists, 4096 answers, 1024 certificates, or more
 * octets than 64 MiB, 16 MiB, 16 MiB. */
PS_API PS_MUST ps_code ps_store_put_news(ps_store *s, const ps_news *n, ps_err *err);
/* ps_store_get_news calls `each` with the one of this key: PS_E_NOT_FOUND when there is none. */
PS_API PS_MUST ps_code ps_store_get_news(ps_store *s, ps_news_kind kind, ps_slice key,
    ps_news_fn each, void *arg, ps_err *err);
PS_API PS_MUST ps_code ps_store_list_news(ps_store *s, ps_news_fn each, void *arg, ps_err *err);

#ifdef __cplusplus
}
#endif

#endif
