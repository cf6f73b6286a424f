/* SPDX-License-Identifier: ISC */
#ifndef POSTSEAL_OPTIONS_H
#define POSTSEAL_OPTIONS_H

/* The command line, once it was read and found to make sense. */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <postseal/base.h>

/* One bit a verb, so that an option can say which verbs take it. */
enum verb {
	VERB_OPEN	= 1,
	VERB_VERIFY	= 2,
	VERB_INSPECT	= 4,
	VERB_SIGN	= 8,
	VERB_ENCRYPT	= 16,
	VERB_SEAL	= 32,
	VERB_VERSION	= 64,
	VERB_HELP	= 128,
	VERB_RECEIPT	= 256,
	VERB_EXPAND	= 512,
	VERB_CERT	= 1024,
	VERB_COMPLETION	= 2048,
	VERB_ID		= 4096,
	VERB_CA		= 16384,
	VERB_DOCTOR	= 32768
};

struct texts {
	const char	**item;
	size_t		  n;
};

struct options {
	const char	*verb_name;
	enum verb	 verb;
	struct texts	 message;
	const char	*output, *out_dir, *verdict, *bcc_dir;
	struct texts	 identity, to, cert, learn, trust, crl, password_file, kek,
			 receipt_from, receipt_to, tsa_trust;
	const char	*from, *at, *content, *policy, *passphrase_file;
	const char	*label, *timestamp, *sent, *profile;
	const char	*store, *name, *new_passphrase_file;
	const char	*ca, *key, *crl_url, *ocsp_url, *issuer_url, *request, *reason;
	const char	*digest, *padding, *cipher, *key_transport, *headers;
	int		 passphrase_fd;		/* -1: none */
	int		 new_passphrase_fd;	/* -1: none */
	int		 use;			/* -1: not given; else PS_CA_... - 1 */
	int		 key_form;		/* -1: not given; else ps_private_form */
	int		 days;			/* 0: not given */
	int		 threads;		/* 0: the library's own choice */
	int		 revocation;		/* -1: not given */
	int		 pq_rule;		/* -1: not given */
	int		 eol;			/* -1: not given; 0 CRLF, 1 LF */
	int		 require;		/* -1: not given; 0 signed, 1 sealed */
	bool		 json, all, all_parts, no_self, explain, online, offline,
			 no_store, opaque, der, compress, key_ids,
			 insecure_recipients, draft, add, smime, request_receipt,
			 triple, no_receipts, anchor, help, rsa, p256, x25519, pq_keys,
			 self_signed, pem, insecure_pkcs12, again, root, keep,
			 repair, yes;
	int64_t		 when;			/* --at as a time */
};

/* options_parse reads `argv` behind the verb. Returns EXIT_GOOD, or the exit
 * status after it said what is wrong. options_clear is fine after both. */
int	options_parse(struct options *o, int argc, char **argv);
void	options_clear(struct options *o);
/* What is known of one option. */
struct option_fact {
	const char	*name, *help;
	const char	*value;		/* NULL: takes none; "a|b": one of these */
	char		 letter;	/* NUL: none */
};
/* options_each goes through the options that one of these verbs takes. */
void	options_each(enum verb verbs, void (*see)(void *arg, const struct option_fact *o),
	    void *arg);
/* options_help writes the rows of the options that `verb` takes. */
void	options_help(FILE *to, enum verb verb);

#endif
