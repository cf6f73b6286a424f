/* SPDX-License-Identifier: ISC */
/*
 * Lint: alternative names of the subject (RFC 5280, 4.2.1.6; RFC 9598).
 */
#include "issue/lint.h"

#include <stdlib.h>
#include <string.h>

enum {
	OTHER = DER_CTX(0), MAIL = DER_CTX_PRIM(1), DNS = DER_CTX_PRIM(2), DIRECTORY = DER_CTX(4),
	URI = DER_CTX_PRIM(6), IP = DER_CTX_PRIM(7)
};

bool
lint_is_utf8_mailbox(ps_slice oid)
{
	static const ps_slice utf8 = LINT_OID("\x2b\x06\x01\x05\x05\x07\x08\x09");

	return ps_slice_equal(oid, utf8);
}

bool
lint_other_name(ps_slice value, ps_slice *out_oid, uint32_t *out_tag, ps_slice *out_value)
{
	struct der_state state;
	struct der d, tagged;
	size_t n;

	der_init(&d, &state, value, 0, false, NULL);
	*out_oid = der_oid(&d, "type-id");
	tagged = der_enter(&d, DER_CTX(0), "value");
	return der_split(der_any(&tagged, "value"), out_tag, out_value, &n) && !der_failed(&d);
}

bool
lint_is_mailbox(ps_slice text)
{
	char *s;
	bool is;

	if (text.n == 0 || memchr(text.p, '@', text.n) == NULL ||
	    memchr(text.p, '\0', text.n) != NULL)
		return false;
	s = ps_strdup_slice(text);
	is = s != NULL && ps_address_equal(s, s, PS_MATCH_RECIPIENT);
	free(s);
	return is;
}

/* --- walking --- */

struct name {
	uint32_t	 tag;
	ps_slice	 value;
	ps_slice	 oid;		/* of an otherName; its value is then in `value` */
	uint32_t	 value_tag;
};

static void
begin(const struct lint *l, struct lint_cursor *c)
{
	static const uint8_t none[] = { DER_SEQUENCE, 0 };
	bool is = l->ext[E_SAN].present;

	lint_enter(c, is ? l->ext[E_SAN].value : (ps_slice){ none, sizeof none }, DER_SEQUENCE);
}

/* false past the last. */
static bool
next(struct lint_cursor *c, struct name *out)
{
	size_t n;

	*out = (struct name){ 0 };
	if (!der_more(&c->list) ||
	    !der_split(der_any(&c->list, "GeneralName"), &out->tag, &out->value, &n))
		return false;
	if (out->tag == OTHER && !lint_other_name(out->value, &out->oid, &out->value_tag,
	    &out->value))
		out->oid = (ps_slice){ 0 };
	return true;
}

static bool
names_mailbox(const struct name *n)
{
	return n->tag == MAIL || (n->tag == OTHER && lint_is_utf8_mailbox(n->oid));
}

bool
lint_in_san(struct lint *l, ps_slice mailbox)
{
	struct lint_cursor c;
	struct name n;

	if (lint_enough(l))
		return true;
	begin(l, &c);
	while (next(&c, &n))
		if (names_mailbox(&n) && ps_slice_equal(n.value, mailbox))
			return true;
	return false;
}

/* --- checks --- */

static void
missing(struct lint *l)
{
	if (!l->ext[E_SAN].present)
		lint_found(l);
}

static void
is_critical(struct lint *l)
{
	if (l->ext[E_SAN].critical && l->subject.n > 2)
		lint_found(l);
}

static void
not_critical(struct lint *l)
{
	if (!l->ext[E_SAN].critical && l->subject.n == 2 && !l->ca)
		lint_found(l);
}

static bool
any_mailbox(const struct lint *l)
{
	struct lint_cursor c;
	struct name n;

	begin(l, &c);
	while (next(&c, &n))
		if (names_mailbox(&n))
			return true;
	return false;
}

static void
no_mailbox(struct lint *l)
{
	if (l->ext[E_SAN].present && !any_mailbox(l))
		lint_found(l);
}

static void
look_for_email(struct lint *l, void *arg, const struct lint_attr *a)
{
	static const ps_slice email = LINT_OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01");

	(void)l;
	*(bool *)arg |= ps_slice_equal(a->oid, email);
}

/* RFC 8550, 3: neither there nor, as it used to be, in the subject. */
static void
no_address(struct lint *l)
{
	bool in_subject = false;

	lint_attrs(l, l->subject, look_for_email, &in_subject);
	if (!in_subject && !any_mailbox(l))
		lint_found(l);
}

/* Each name in turn, by the rule that runs. */
static void
each(struct lint *l, void (*judge)(struct lint *l, const struct name *n))
{
	struct lint_cursor c;
	struct name n;

	begin(l, &c);
	while (next(&c, &n))
		judge(l, &n);
}

static void
judge_type(struct lint *l, const struct name *n)
{
	static const char *const kinds[] = { "otherName", "rfc822Name", "dNSName", "x400Address",
		"directoryName", "ediPartyName", "uniformResourceIdentifier", "iPAddress",
		"registeredID" };
	unsigned kind = n->tag & 0x1f;

	if (n->tag != OTHER && n->tag != MAIL && n->tag != DIRECTORY)
		lint_found_text(l, kind < 9 ? kinds[kind] : "unknown");
}

static void
types(struct lint *l)
{
	each(l, judge_type);
}

static void
judge_other(struct lint *l, const struct name *n)
{
	if (n->tag == OTHER && !lint_is_utf8_mailbox(n->oid))
		lint_found_oid(l, n->oid);
}

static void
others(struct lint *l)
{
	each(l, judge_other);
}

static bool
ascii(ps_slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] >= 0x80)
			return false;
	return true;
}

static void
judge_mail(struct lint *l, const struct name *n)
{
	if (n->tag == MAIL && (!ascii(n->value) || !lint_is_mailbox(n->value)))
		lint_found_octets(l, n->value);
}

static void
mailboxes(struct lint *l)
{
	each(l, judge_mail);
}

/* Several in one value have no form of their own: commas, semicolons, blanks. */
static void
judge_several(struct lint *l, const struct name *n)
{
	size_t ats = 0;

	for (size_t i = 0; i < n->value.n; i++)
		ats += n->value.p[i] == '@';
	if (n->tag == MAIL && ats > 1 && !lint_is_mailbox(n->value))
		lint_found(l);
}

static void
several(struct lint *l)
{
	each(l, judge_several);
}

/* RFC 1034, 3.5 and RFC 1123, 2.1; a wildcard is no mail's affair. */
static bool
domain(ps_slice d)
{
	size_t label = 0;

	for (size_t i = 0; i < d.n; i++) {
		int c = ps_ascii_lower(d.p[i]);
		bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');

		if (c == '.' ? label == 0 || d.p[i - 1] == '-' :
		    !letter && (c != '-' || label == 0))
			return false;
		label = c == '.' ? 0 : label + 1;
		if (label > 63)
			return false;
	}
	return d.n <= 253 && label > 0;
}

static void
judge_dns(struct lint *l, const struct name *n)
{
	if (n->tag == DNS && !domain(n->value))
		lint_found_octets(l, n->value);
}

static void
dns(struct lint *l)
{
	each(l, judge_dns);
}

static void
judge_uri(struct lint *l, const struct name *n)
{
	size_t i = 0;

	while (i < n->value.n && n->value.p[i] > ' ' && n->value.p[i] != ':')
		i++;
	if (n->tag == URI && (i == 0 || i + 1 >= n->value.n || n->value.p[i] != ':'))
		lint_found_octets(l, n->value);
}

static void
uris(struct lint *l)
{
	each(l, judge_uri);
}

static void
judge_ip(struct lint *l, const struct name *n)
{
	if (n->tag == IP && n->value.n != 4 && n->value.n != 16)
		lint_found(l);
}

static void
ips(struct lint *l)
{
	each(l, judge_ip);
}

/* --- SmtpUTF8Mailbox (RFC 9598, 3) --- */

static void
judge_domain(struct lint *l, ps_slice text, ps_slice d)
{
	bool upper = false;

	for (size_t i = 0; i < d.n; i++)
		upper |= d.p[i] >= 'A' && d.p[i] <= 'Z';
	if (l->check->rule == L_UTF8_UPPER && upper)
		lint_found_octets(l, text);
	if (l->check->rule == L_UTF8_DOMAIN && !ascii(d))
		lint_found_octets(l, text);
}

static void
judge_utf8(struct lint *l, const struct name *n)
{
	ps_slice text = n->value;
	const uint8_t *at;

	if (n->tag != OTHER || !lint_is_utf8_mailbox(n->oid))
		return;
	at = text.n == 0 ? NULL : memrchr(text.p, '@', text.n);
	if (l->check->rule == L_UTF8_SYNTAX && (n->value_tag != DER_UTF8 || at == NULL))
		lint_found_octets(l, text);
	if (l->check->rule == L_UTF8_BOM && text.n >= 3 && memcmp(text.p, "\xef\xbb\xbf", 3) == 0)
		lint_found(l);
	if (at == NULL)
		return;
	if (l->check->rule == L_UTF8_ASCII && ascii((ps_slice){ text.p, (size_t)(at - text.p) }))
		lint_found_octets(l, text);
	judge_domain(l, text, (ps_slice){ at + 1, (size_t)(text.p + text.n - at - 1) });
}

static void
utf8(struct lint *l)
{
	each(l, judge_utf8);
}

#define SAN	"subjectAltName"
#define PROFILE	.who = W_EE, .type = T_ANY

static const struct lint_check rows[] = {
	{ L_SAN_MISSING, missing, SAN, "e_san_shall_be_present", PROFILE },
	{ L_SAN_CRITICAL, is_critical, SAN, "w_san_should_not_be_critical", ALWAYS },
	{ L_SAN_NOT_CRITICAL, not_critical, SAN, ALWAYS },
	{ L_SAN_NO_EMAIL, no_mailbox, SAN, PROFILE },
	{ L_NO_ADDRESS, no_address, SAN, .who = W_EE },
	{ L_SAN_TYPE, types, SAN, PROFILE },
	{ L_SAN_OTHER, others, SAN, PROFILE, .generation = G_STRICT },
	{ L_SAN_EMAIL, mailboxes, SAN, ALWAYS },
	{ L_EMAIL_SEVERAL, several, SAN, "e_single_email_if_present", PROFILE },
	{ L_SAN_DNS, dns, SAN, ALWAYS },
	{ L_SAN_URI, uris, SAN, ALWAYS },
	{ L_SAN_IP, ips, SAN, ALWAYS },
	{ L_UTF8_SYNTAX, utf8, SAN, ALWAYS },
	{ L_UTF8_BOM, utf8, SAN, ALWAYS },
	{ L_UTF8_UPPER, utf8, SAN, ALWAYS },
	{ L_UTF8_ASCII, utf8, SAN, ALWAYS },
	{ L_UTF8_DOMAIN, utf8, SAN, ALWAYS },
};
const struct lint_table lint_alternatives = LINT_TABLE(rows, false);
