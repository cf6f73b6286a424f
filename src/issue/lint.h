/* SPDX-License-Identifier: ISC */
#ifndef PS_ISSUE_LINT_H
#define PS_ISSUE_LINT_H

/*
 * What the files of the lint share: the certificate taken apart, the table of
 * checks, and how a check tells what it found.
 */

#include <postseal-tools/lint.h>

#include "base/buf.h"
#include "base/text.h"
#include "crypto/alg.h"
#include "issue/lint_rules.h"
#include "x509/cert.h"

enum lint_type { T_MAILBOX = 1, T_ORGANIZATION = 2, T_SPONSOR = 4, T_INDIVIDUAL = 8, T_ANY = 15 };
enum lint_generation { G_LEGACY = 1, G_MULTIPURPOSE = 2, G_STRICT = 4, G_ANY = 7 };
enum lint_who { W_EE = 1, W_CA = 2, W_BOTH = 3 };
enum lint_key { K_RSA = 1, K_EC = 2, K_ED = 4, K_X = 8, K_MLDSA = 16, K_MLKEM = 32,
	K_OTHER = 64 };

enum lint_ext_id {
	E_AKI, E_SKI, E_KU, E_POLICIES, E_SAN, E_SDA, E_BC, E_NC, E_EKU, E_CRLDP, E_AIA, E_SIA,
	E_QC, E_LEI, E_ROLE, E_ADOBE_TIME, E_ADOBE_INFO, E_CAPS, E_COUNT
};

struct lint_ext {
	ps_slice	 oid, value;	/* value: what the OCTET STRING holds */
	bool		 present, critical;
};

struct lint_time {
	uint32_t	 tag;
	ps_slice	 text;
	int64_t		 at;
	bool		 read;
};

struct lint_finding {
	enum lint_rule_id rule;
	const char	*zlint;		/* static; NULL: zlint does not look for it */
	const char	*place;		/* static */
	char		*detail;	/* NULL: none */
};

struct lint_check;

struct lint {
	/* what the certificate says */
	ps_slice	 der, serial, sig_inner, sig_outer, issuer, subject, spki, spki_alg,
			 spki_params, spki_oid, key_bits;
	uint64_t	 version;
	bool		 issuer_uid, subject_uid, several_exts;
	struct lint_time not_before, not_after;
	struct lint_ext	 ext[E_COUNT];
	unsigned	 ku;
	bool		 ca;
	enum lint_key	 key;
	char		 subject_text[256];
	/* what it is judged by; 0: no profile */
	unsigned	 type, generation;
	bool		 asked;		/* the caller named the profile: dates do not count */
	/* the check that runs, and where it looks */
	const struct lint_check *check;
	const char	*place;
	ps_slice	 name;		/* a Name, for checks of names */
	unsigned	 looks;		/* look-ups of values among others so far */
	/* what was found */
	struct lint_finding *found;
	size_t		 n, room;
	ps_code		 code;		/* PS_E_NOMEM sticks */
};

struct lint_check {
	enum lint_rule_id rule;
	void		(*run)(struct lint *l);
	const char	*place;
	const char	*zlint;		/* its names for it, separated by blanks */
	/* Each 0: all; with a type or generation a profile is needed. */
	unsigned	 who, type, generation, key;
	int64_t		 since, until;	/* notBefore; 0: always */
	int		 ext;		/* of a check that serves several extensions */
};

#define ALWAYS	.who = 0	/* the end of a row that is for all */

struct lint_table {
	const struct lint_check *row;
	size_t		 n;
	bool		 names;		/* run for the subject and each directoryName */
};
extern const struct lint_table lint_fields, lint_keys, lint_extensions, lint_policies,
    lint_places, lint_alternatives, lint_names;
#define LINT_TABLE(rows, is_names) { rows, sizeof(rows) / sizeof(rows)[0], is_names }

#define LINT_OID(s)	{ (const uint8_t *)(s), sizeof(s) - 1 }

/* lint_found adds a finding of the check that runs. */
void	lint_found(struct lint *l);
void	lint_found_text(struct lint *l, const char *detail);
void	lint_found_octets(struct lint *l, ps_slice detail);
void	lint_found_oid(struct lint *l, ps_slice oid);
void	lint_found_number(struct lint *l, uint64_t n);

/* lint_read takes a certificate apart; PS_E_MALFORMED when there is nothing
 * that could be judged. */
PS_MUST ps_code lint_read(struct lint *l, ps_slice der, ps_err *err);
/* lint_profile reads the reserved policies; sets type and generation when
 * exactly one is there. Returns how many there are. */
unsigned lint_profile(struct lint *l);
/* lint_reserved: 2.23.140.1.5.T.G? */
bool	lint_reserved(ps_slice oid, unsigned *type, unsigned *generation);

/* A cursor over one element. */
struct lint_cursor {
	struct der_state state;
	struct der	 outer, list;
};
/* lint_enter goes into `in`, whose identifier must be `tag`. */
void	lint_enter(struct lint_cursor *c, ps_slice in, uint32_t tag);

/* Text. */
bool	lint_is_mailbox(ps_slice text);
bool	lint_begins(ps_slice text, const char *with);	/* without case */
/* lint_in_san: is this one of the rfc822Names or SmtpUTF8Mailboxes? */
bool	lint_in_san(struct lint *l, ps_slice mailbox);
/* lint_enough: a certificate may have thousands of names; after so many look-ups
 * among them the answer is taken to be good, or the cost would be their square. */
bool	lint_enough(struct lint *l);
/* lint_other_name splits the value of an otherName; false: it is none. */
bool	lint_other_name(ps_slice value, ps_slice *out_oid, uint32_t *out_tag, ps_slice *out_value);
bool	lint_is_utf8_mailbox(ps_slice oid);
/* lint_country: a code of ISO 3166-1, two capitals. */
bool	lint_country(ps_slice code);

/* An attribute of a name. */
struct lint_attr {
	ps_slice	 oid, value;
	uint32_t	 tag;
	unsigned	 rdn;
};
typedef void (*lint_attr_fn)(struct lint *l, void *arg, const struct lint_attr *a);
void	lint_attrs(struct lint *l, ps_slice name, lint_attr_fn see, void *arg);
/* lint_org_id judges one organizationIdentifier by the rule that runs. */
void	lint_org_id(struct lint *l, ps_slice value);
/* lint_org_country: the country in it, empty when it has none. */
ps_slice lint_org_country(ps_slice value);

#endif
