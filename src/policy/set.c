/* SPDX-License-Identifier: ISC */
/*
 * One line of a policy file.
 *
 * A value is a few words, each of which changes one fact of a row. The row is
 * changed in a copy and checked as a whole, so a wrong line changes nothing,
 * and no line, whatever its order, makes a broken algorithm fit for sending.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "policy/table.h"
#include "policy/words.h"

#define WHERE	"policy.set"

enum { DAY = 86400, BITS_MAX = 16384 };

static const char *const grades[] = { "good", "weak", "refused" };

static bool
grade_parse(ps_slice text, enum ps_grade *out)
{
	for (size_t i = 0; i < sizeof grades / sizeof grades[0]; i++)
		if (ps_slice_equal(text, ps_str(grades[i]))) {
			*out = (enum ps_grade)i;
			return true;
		}
	return false;
}

static ps_code
set_both(struct ps_policy_row *row, ps_slice text, ps_err *err)
{
	if (!grade_parse(text, &row->grade[PS_USE_READ]))
		return ps_fail(err, PS_E_MALFORMED, WHERE, PS_NOWHERE, W_POLICY_GRADE,
		    PS_OCTETS("value", text));
	row->grade[PS_USE_SEND] = row->grade[PS_USE_READ];
	return PS_OK;
}

static ps_code
set_grade(struct ps_policy_row *row, enum ps_use use, ps_slice text, ps_err *err)
{
	if (grade_parse(text, &row->grade[use]))
		return PS_OK;
	return ps_fail(err, PS_E_MALFORMED, WHERE, PS_NOWHERE, W_POLICY_GRADE,
	    PS_OCTETS("value", text));
}

static ps_code
set_read(struct ps_policy_row *row, ps_slice text, ps_err *err)
{
	return set_grade(row, PS_USE_READ, text, err);
}

static ps_code
set_send(struct ps_policy_row *row, ps_slice text, ps_err *err)
{
	return set_grade(row, PS_USE_SEND, text, err);
}

/* A date alone means the whole of that day. */
static ps_code
set_until(struct ps_policy_row *row, ps_slice text, ps_err *err)
{
	char date[32] = "";

	if (text.n < sizeof date)
		memcpy(date, text.p, text.n);
	if (!ps_clock_parse(date, &row->until))
		return ps_fail(err, PS_E_MALFORMED, WHERE, PS_NOWHERE, W_POLICY_DATE,
		    PS_OCTETS("value", text));
	if (strchr(date, 'T') == NULL)
		row->until += DAY - 1;
	return PS_OK;
}

static ps_code
bits_parse(ps_slice text, unsigned *out, ps_err *err)
{
	unsigned bits = 0;
	size_t i = 0;

	for (; i < text.n && text.p[i] >= '0' && text.p[i] <= '9' && bits <= BITS_MAX; i++)
		bits = 10 * bits + (text.p[i] - (unsigned)'0');
	if (i < text.n || bits == 0 || bits > BITS_MAX)
		return ps_fail(err, PS_E_MALFORMED, WHERE, PS_NOWHERE, W_POLICY_BITS,
		    PS_OCTETS("value", text));
	*out = bits;
	return PS_OK;
}

static ps_code
set_bits(struct ps_policy_row *row, ps_slice text, ps_err *err)
{
	unsigned bits;
	ps_code code = bits_parse(text, &bits, err);

	if (code != PS_OK)
		return code;
	row->weak_below[PS_USE_READ] = bits;
	row->refused_below[PS_USE_SEND] = bits;
	return PS_OK;
}

static ps_code
set_read_bits(struct ps_policy_row *row, ps_slice text, ps_err *err)
{
	return bits_parse(text, &row->refused_below[PS_USE_READ], err);
}

static const struct {
	const char	*name;
	ps_code		(*set)(struct ps_policy_row *row, ps_slice text, ps_err *err);
	bool		 bits;		/* only for keys with a length */
} facts[] = {
	{ "read",	set_read,	false },
	{ "send",	set_send,	false },
	{ "until",	set_until,	false },
	{ "bits",	set_bits,	true },
	{ "read-bits",	set_read_bits,	true },
};

/* One word: a grade alone, or fact=value. */
static ps_code
set_word(struct ps_policy_row *row, ps_slice word, const char *name, ps_err *err)
{
	const uint8_t *equals = memchr(word.p, '=', word.n);
	ps_slice key, value;

	if (equals == NULL)
		return set_both(row, word, err);
	key = (ps_slice){ word.p, (size_t)(equals - word.p) };
	value = (ps_slice){ equals + 1, word.n - key.n - 1 };
	for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
		if (!ps_slice_equal(key, ps_str(facts[i].name)))
			continue;
		if (facts[i].bits && row->least == 0)
			return ps_fail(err, PS_E_MALFORMED, WHERE, PS_NOWHERE, W_POLICY_NO_BITS,
			    PS_TEXT("name", name));
		return facts[i].set(row, value, err);
	}
	return ps_fail(err, PS_E_MALFORMED, WHERE, PS_NOWHERE, W_POLICY_VALUE,
	    PS_OCTETS("value", word), PS_TEXT("name", name));
}

static ps_code
row_check(const struct ps_policy_row *row, const char *name, ps_err *err)
{
	if (row->broken && row->grade[PS_USE_SEND] != PS_GRADE_REFUSED)
		return ps_fail(err, PS_E_REFUSED, WHERE, PS_NOWHERE, W_POLICY_BROKEN,
		    PS_TEXT("name", name));
	if (row->refused_below[PS_USE_SEND] < row->least)
		return ps_fail(err, PS_E_REFUSED, WHERE, PS_NOWHERE, W_POLICY_SHORT,
		    PS_TEXT("name", name), PS_NUMBER("least", row->least));
	return PS_OK;
}

static bool
blank(char c)
{
	return c == ' ' || c == '\t';
}

/* n == 0 at the end. */
static ps_slice
next_word(const char **at)
{
	const char *p = *at, *word;

	while (blank(*p))
		p++;
	for (word = p; *p != '\0' && !blank(*p); p++)
		;
	*at = p;
	return (ps_slice){ (const uint8_t *)word, (size_t)(p - word) };
}

static ps_code
set_row(struct ps_policy_row *out, const char *name, const char *value, ps_err *err)
{
	struct ps_policy_row row = *out;
	unsigned words = 0;
	ps_code code = PS_OK;
	ps_slice word;

	for (; code == PS_OK && (word = next_word(&value)).n != 0; words++)
		code = set_word(&row, word, name, err);
	if (code != PS_OK)
		return code;
	if (words == 0)
		return ps_fail(err, PS_E_MALFORMED, WHERE, PS_NOWHERE, W_POLICY_EMPTY,
		    PS_TEXT("name", name));
	code = row_check(&row, name, err);
	if (code == PS_OK)
		*out = row;
	return code;
}

/* --- sections --- */

static const struct {
	const char	*name;
	enum ps_alg_kind kind[8];	/* ends with 0 */
} sections[] = {
	{ "digest",	{ PS_ALG_DIGEST } },
	{ "signature",	{ PS_ALG_SIGNATURE } },
	{ "cipher",	{ PS_ALG_CIPHER } },
	{ "recipient",	{ PS_ALG_TRANSPORT, PS_ALG_AGREEMENT, PS_ALG_WRAP, PS_ALG_KDF,
	    PS_ALG_MAC, PS_ALG_KEM, PS_ALG_KEM_KDF } },
	{ "key",	{ PS_ALG_KEY, PS_ALG_CURVE } },
};

static ps_code
set_in_section(struct ps_policy *p, size_t section, const char *name, const char *value,
    ps_err *err)
{
	const struct ps_alg *alg;

	for (const enum ps_alg_kind *kind = sections[section].kind; *kind != 0; kind++) {
		alg = ps_alg_by_name(*kind, name);
		if (alg != NULL)
			return set_row(&p->row[alg->id], name, value, err);
	}
	return ps_fail(err, PS_E_NOT_FOUND, WHERE, PS_NOWHERE, W_POLICY_ALG,
	    PS_TEXT("section", sections[section].name), PS_TEXT("name", name));
}

/* --- rules --- */

static ps_code
bad_value(const char *name, const char *value, const char *choice, ps_err *err)
{
	return ps_fail(err, PS_E_MALFORMED, WHERE, PS_NOWHERE, W_POLICY_RULE_VALUE,
	    PS_TEXT("value", value), PS_TEXT("name", name), PS_TEXT("choice", choice));
}

/* One of two words; `yes` sets *out. */
static ps_code
rule_either(bool *out, const char *name, const char *value, const char *yes, const char *no,
    ps_err *err)
{
	bool is_yes = strcmp(value, yes) == 0;
	char choice[64];

	if (!is_yes && strcmp(value, no) != 0) {
		snprintf(choice, sizeof choice, "%s, %s", yes, no);
		return bad_value(name, value, choice, err);
	}
	*out = is_yes;
	return PS_OK;
}

static ps_code
rule_attrs(struct ps_policy *p, const char *value, ps_err *err)
{
	return rule_either(&p->signed_attrs, "signed-attributes", value, "required", "optional",
	    err);
}

/* What is sent to a stranger must be what may be sent at all. */
static ps_code
rule_alg(struct ps_policy *p, unsigned *out, enum ps_alg_kind kind, const char *name,
    const char *value, ps_err *err)
{
	const struct ps_alg *alg = ps_alg_by_name(kind, value);

	if (alg == NULL)
		return bad_value(name, value, "the name of an algorithm", err);
	if (p->row[alg->id].grade[PS_USE_SEND] != PS_GRADE_GOOD)
		return ps_fail(err, PS_E_REFUSED, WHERE, PS_NOWHERE, W_POLICY_RULE_REFUSED,
		    PS_TEXT("value", value), PS_TEXT("name", name));
	*out = alg->id;
	return PS_OK;
}

static ps_code
rule_cipher(struct ps_policy *p, const char *value, ps_err *err)
{
	return rule_alg(p, &p->cipher, PS_ALG_CIPHER, "default-cipher", value, err);
}

static ps_code
rule_transport(struct ps_policy *p, const char *value, ps_err *err)
{
	return rule_alg(p, &p->transport, PS_ALG_TRANSPORT, "default-transport", value, err);
}

static ps_code
rule_digest(struct ps_policy *p, const char *value, ps_err *err)
{
	return rule_alg(p, &p->digest, PS_ALG_DIGEST, "default-digest", value, err);
}

/* Names, best first. */
static ps_code
rule_ciphers(struct ps_policy *p, const char *value, ps_err *err)
{
	unsigned list[PS_CHOICE_MAX + 1] = { 0 };
	char name[64];
	size_t n = 0;
	ps_code code = PS_OK;
	ps_slice word;

	while (code == PS_OK && (word = next_word(&value)).n != 0) {
		snprintf(name, sizeof name, "%.*s", (int)word.n, (const char *)word.p);
		code = n == PS_CHOICE_MAX ? bad_value("ciphers", name, "a shorter list", err)
		    : rule_alg(p, &list[n++], PS_ALG_CIPHER, "ciphers", name, err);
	}
	if (code == PS_OK && n == 0)
		code = bad_value("ciphers", value, "the names of algorithms", err);
	if (code == PS_OK)
		memcpy(p->choice, list, sizeof list);
	return code;
}

/* "any", or the policies of which one must stand in every certificate. */
static ps_code
rule_policies(struct ps_policy *p, const char *value, ps_err *err)
{
	if (strcmp(value, "any") == 0)
		p->certs.n = 0;
	else if (!ps_policy_certs_parse(&p->certs, value))
		return bad_value("certificate-policies", value,
		    "any, or up to 16 object identifiers such as 1.2.840.113549", err);
	return PS_OK;
}

static ps_code
rule_explicit(struct ps_policy *p, const char *value, ps_err *err)
{
	return rule_either(&p->certs.explicit_policy, "explicit-policy", value, "required",
	    "optional", err);
}

static ps_code
rule_mapping(struct ps_policy *p, const char *value, ps_err *err)
{
	return rule_either(&p->certs.no_mapping, "policy-mapping", value, "refused", "allowed",
	    err);
}

static ps_code
rule_any(struct ps_policy *p, const char *value, ps_err *err)
{
	return rule_either(&p->certs.no_any, "any-policy", value, "refused", "allowed", err);
}

static ps_code
rule_headers(struct ps_policy *p, const char *value, ps_err *err)
{
	if (ps_hcp_by_name(value, &p->headers))
		return PS_OK;
	return bad_value("default-headers", value, "off, none, baseline, shy", err);
}

static ps_code
rule_legacy_display(struct ps_policy *p, const char *value, ps_err *err)
{
	return rule_either(&p->legacy_display, "legacy-display", value, "on", "off", err);
}

static ps_code
rule_pq(struct ps_policy *p, const char *value, ps_err *err)
{
	if (ps_pq_by_name(value, &p->pq))
		return PS_OK;
	return bad_value("pq", value, "prefer, require, off", err);
}

static const struct {
	const char	*name;
	ps_code		(*set)(struct ps_policy *p, const char *value, ps_err *err);
} rules[] = {
	{ "signed-attributes",	rule_attrs },
	{ "default-cipher",	rule_cipher },
	{ "ciphers",		rule_ciphers },
	{ "default-transport",	rule_transport },
	{ "default-digest",	rule_digest },
	{ "certificate-policies", rule_policies },
	{ "explicit-policy",	rule_explicit },
	{ "policy-mapping",	rule_mapping },
	{ "any-policy",		rule_any },
	{ "default-headers",	rule_headers },
	{ "legacy-display",	rule_legacy_display },
	{ "pq",			rule_pq },
};

static ps_code
set_rule(struct ps_policy *p, const char *name, const char *value, ps_err *err)
{
	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
		if (strcmp(rules[i].name, name) == 0)
			return rules[i].set(p, value, err);
	return ps_fail(err, PS_E_NOT_FOUND, WHERE, PS_NOWHERE, W_POLICY_RULE,
	    PS_TEXT("name", name));
}

static ps_code
set(ps_policy *p, const char *section, const char *key, const char *value, ps_err *err)
{
	if (strcmp(section, "rules") == 0)
		return set_rule(p, key, value, err);
	if (strcmp(section, "network") == 0)
		return ps_policy_set_network(p, key, value, err);
	for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++)
		if (strcmp(sections[i].name, section) == 0)
			return set_in_section(p, i, key, value, err);
	return ps_fail(err, PS_E_NOT_FOUND, WHERE, PS_NOWHERE, W_POLICY_SECTION,
	    PS_TEXT("section", section));
}

ps_code
ps_policy_set(ps_policy *p, const char *section, const char *key, const char *value, ps_err *err)
{
	ps_code code;

	if (p == NULL)
		return ps_nomem(err, WHERE);
	code = set(p, section, key, value, err);
	return code == PS_OK ? ps_policy_identify(p, err) : code;
}
