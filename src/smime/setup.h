/* SPDX-License-Identifier: ISC */
#ifndef PS_SMIME_SETUP_H
#define PS_SMIME_SETUP_H

/* What an opener and a protector are both given: identities, certificates,
 * anchors, lists, policy, secrets. */

#include <postseal/smime.h>

#include "base/ctx.h"
#include "base/index.h"
#include "cms/recipient_info.h"
#include "x509/memory.h"
#include "x509/path.h"

struct ps_setup {
	ps_ctx		*ctx;
	struct cms_identity *identity;	/* refs */
	size_t		 nidentity;
	ps_cert		**cert;		/* refs: all that are known, those of identities too */
	size_t		 ncert;
	struct ps_index	 by_local;	/* of cert: by the local parts of its addresses... */
	size_t		 nindexed;	/* ...of these so far */
	struct ps_index	 hearsay;	/* of cert: what only a directory or the DNS said */
	struct ps_trust	*trust;
	bool		 trust_given;	/* else the system's, at first use */
	ps_policy	*own_policy;	/* the default one */
	const ps_policy	*policy;
	enum ps_revocation revocation;
	ps_fetch_fn	 fetch;		/* NULL: no network */
	void		*fetch_arg;
	struct ps_news_keeper keeper;	/* get == NULL: the memory of ctx... */
	struct ps_news_keeper memory;	/* ...which is this */
	struct ps_news_source news;	/* of the message at hand */
	ps_secret	**password;
	size_t		 npassword;
	ps_secret	**kek;
	size_t		 nkek;
	int		 eol;		/* 0 as the input, 1 CRLF, 2 LF */
	struct ps_memory *store;	/* the store, borrowed; NULL: none (recall.c) */
	ps_ask_fn	 store_ask;	/* unlocks its keys */
	void		*store_arg;
	bool		 store_soft;	/* one that fails is done without... */
	char		 store_why[256];	/* ...and told of; "": it works */
	char		**own;		/* whose keys of it are meant; none: all */
	size_t		 nown;
	struct ps_index	 by_der;	/* of cert... */
	size_t		 nby_der;	/* ...of these so far */
	struct ps_index	 asked;		/* addresses that the store was asked for */
	ps_progress_fn	 progress;
	void		*progress_arg;
};

PS_MUST ps_code ps_setup_init(struct ps_setup *s, ps_ctx *ctx, ps_err *err);
void	ps_setup_clear(struct ps_setup *s);
PS_MUST ps_code ps_setup_add_identity(struct ps_setup *s, const char *path, ps_ask_fn ask,
    void *arg, ps_err *err);
/* `out_first`, `out_n` (may be NULL): which of s->cert the file brought. */
PS_MUST ps_code ps_setup_add_certs(struct ps_setup *s, const char *path, size_t *out_first,
    size_t *out_n, ps_err *err);
PS_MUST ps_code ps_setup_add_cert(struct ps_setup *s, ps_cert *ref, ps_err *err);
/* ps_setup_add_hearsay adds one that only a directory or the DNS speaks for. */
PS_MUST ps_code ps_setup_add_hearsay(struct ps_setup *s, ps_cert *ref, ps_err *err);
bool	ps_setup_is_hearsay(const struct ps_setup *s, const ps_cert *c);
/* ps_setup_add_key makes a known certificate one of ours; `key` NULL: not at hand. */
PS_MUST ps_code ps_setup_add_key(struct ps_setup *s, ps_cert *cert, struct ps_key *key,
    ps_err *err);
PS_MUST ps_code ps_setup_set_store(struct ps_setup *s, ps_store *store, ps_ask_fn ask, void *arg,
    ps_err *err);
/* ps_setup_add_own: PS_E_MISUSE without a store. */
PS_MUST ps_code ps_setup_add_own(struct ps_setup *s, const char *address, ps_err *err);
PS_MUST ps_code ps_setup_add_trust(struct ps_setup *s, const char *path, ps_err *err);
PS_MUST ps_code ps_setup_add_crl(struct ps_setup *s, const char *path, ps_err *err);
PS_MUST ps_code ps_setup_set_revocation(struct ps_setup *s, int mode, ps_err *err);
PS_MUST ps_code ps_setup_add_secret(ps_secret ***list, size_t *n, const ps_secret *s, ps_err *err);
PS_MUST ps_code ps_setup_set_eol(struct ps_setup *s, int eol, ps_err *err);

/*
 * ps_setup_next_named goes through the certificates that name `address` as a
 * recipient; *walk is 0 before the first, *out NULL after the last. A
 * certificate that has the address twice comes twice.
 */
PS_MUST ps_code ps_setup_next_named(struct ps_setup *s, const char *address, size_t *walk,
    ps_cert **out, ps_err *err);

/* ps_setup_judge checks the path of one certificate with all that is known
 * and `more`. */
PS_MUST ps_code ps_setup_judge(struct ps_setup *s, ps_cert *cert, const struct cms_bag *more,
    enum ps_purpose purpose, int64_t at, struct ps_path_out *out, ps_err *err);
/* ps_setup_judge_past: the same for a time at which it is proven to have been used. */
PS_MUST ps_code ps_setup_judge_past(struct ps_setup *s, ps_cert *cert, const struct cms_bag *more,
    enum ps_purpose purpose, int64_t at, struct ps_path_out *out, ps_err *err);

/* --- news.c --- */
void	ps_setup_set_fetch(struct ps_setup *s, ps_fetch_fn fn, void *arg);
/* ps_setup_begin: a message comes, and may ask its questions. */
void	ps_setup_begin(struct ps_setup *s);
/* ps_setup_news: where its paths get news from; NULL: there can be none. */
struct ps_news_source *ps_setup_news(struct ps_setup *s);
/* ps_setup_fetch asks the network; `max`: octets of the answer. PS_E_NOT_FOUND without one. */
PS_MUST ps_code ps_setup_fetch(struct ps_setup *s, int kind, const char *url, ps_slice request,
    uint64_t max, struct ps_buf *out, ps_err *err);

/* A reader that reports to the progress callback; NULL callback: *out = src. */
PS_MUST ps_code ps_setup_watch(struct ps_setup *s, ps_reader **out, ps_reader *src, ps_err *err);

/* Opens a file, or standard input for NULL. */
PS_MUST ps_code ps_setup_open_input(const char *from, ps_reader **out, ps_err *err);

#endif
