/* SPDX-License-Identifier: ISC */
/*
 * Which mailbox a certificate is for.
 *
 * A name that is read as one address by us and as another by somebody else is
 * a way to be somebody else. So an address in a certificate is plain or it
 * does not count: no control characters, no NUL, no octet above ASCII in an
 * rfc822Name, one "@" outside quotes, a domain of letters, digits and hyphens.
 * The two kinds of names never match each other (RFC 9598, 3).
 */
#include <stdlib.h>
#include <string.h>

#include <idn2.h>

#include "base/buf.h"
#include "base/index.h"
#include "base/text.h"
#include "x509/internal.h"
#include "x509/words.h"

#define WHERE	"x509.address"

/* RFC 5321, 4.5.3.1 says 64 + 1 + 255; local parts of senders are longer. */
enum { ADDRESS_MAX = 1024, DOMAIN_MAX = 255 };

static const uint8_t oid_smtp_utf8[] = { 0x2b, 6, 1, 5, 5, 7, 8, 9 };
static const uint8_t oid_email[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1 };

/* --- what an address is --- */

static bool
alphanumeric(int c)
{
	c = ps_ascii_lower(c);
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* Letters, digits and hyphens; "_" is not allowed and not rare. */
static bool
domain_ok(ps_slice d)
{
	bool label = false;

	if (d.n == 0 || d.n > DOMAIN_MAX)
		return false;
	for (size_t i = 0; i < d.n; i++) {
		if (d.p[i] == '.' ? !label : !alphanumeric(d.p[i]) &&
		    d.p[i] != '-' && d.p[i] != '_')
			return false;
		label = d.p[i] != '.';
	}
	return label;
}

/* RFC 5321, 4.1.3: an address in brackets. */
static bool
literal_ok(ps_slice d)
{
	if (d.n < 3 || d.p[0] != '[' || d.p[d.n - 1] != ']')
		return false;
	for (size_t i = 1; i + 1 < d.n; i++)
		if (!alphanumeric(d.p[i]) && d.p[i] != '.' && d.p[i] != ':' && d.p[i] != '-')
			return false;
	return true;
}

/* RFC 5322, 3.2.3, with dots anywhere: such mailboxes exist. */
static bool
atoms_ok(ps_slice l)
{
	for (size_t i = 0; i < l.n; i++)
		if (l.p[i] < 0x80 && !alphanumeric(l.p[i]) &&
		    (l.p[i] == '\0' || strchr("!#$%&'*+-/=?^_`{|}~.", l.p[i]) == NULL))
			return false;
	return l.n > 0;
}

static bool
quoted_ok(ps_slice l)
{
	bool escaped = false;

	if (l.n < 3 || l.p[0] != '"' || l.p[l.n - 1] != '"')
		return false;
	for (size_t i = 1; i + 1 < l.n; i++) {
		if (!escaped && l.p[i] == '"')
			return false;
		escaped = !escaped && l.p[i] == '\\';
	}
	return !escaped;
}

/* No controls, no blanks; above ASCII only well-formed UTF-8 that shows. */
static bool
octets_ok(ps_slice s, bool *out_ascii)
{
	uint32_t c = 0;
	size_t used;
	char shown[32];

	*out_ascii = true;
	for (size_t i = 0; i < s.n; i += used) {
		used = ps_text_utf8(s.p + i, s.n - i, &c);
		if (used == 0 || c <= 0x20 || c == 0x7f)
			return false;
		if (c < 0x80)
			continue;
		*out_ascii = false;
		if (ps_text_escape(shown, sizeof shown, (ps_slice){ s.p + i, used }) != used)
			return false;
	}
	return true;
}

/* An address taken apart: the local part without quotes, the domain as
 * A-labels in lower case. */
struct mailbox {
	uint8_t	 local[ADDRESS_MAX];
	size_t	 nlocal;
	char	 domain[DOMAIN_MAX + 1];
	bool	 ascii;			/* the local part is */
};

static void
keep_local(struct mailbox *m, ps_slice l)
{
	bool quoted = l.p[0] == '"';
	size_t end = quoted ? l.n - 1 : l.n;

	m->nlocal = 0;
	for (size_t i = quoted ? 1 : 0; i < end; i++) {
		if (quoted && l.p[i] == '\\')
			i++;
		m->local[m->nlocal++] = l.p[i];
	}
}

/* RFC 9598, 5: the domain is converted to A-labels before comparison. */
static bool
keep_domain(struct mailbox *m, const char *domain, bool ascii)
{
	ps_slice d = ps_str(domain);
	char *converted = NULL;
	bool ok = true;

	if (!ascii && d.n <= 4 * DOMAIN_MAX) {
		if (idn2_to_ascii_8z(domain, &converted,
		    IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
			return false;
		d = ps_str(converted);
	}
	ok = domain_ok(d) || (literal_ok(d) && d.n <= DOMAIN_MAX);
	for (size_t i = 0; ok && i < d.n; i++)
		m->domain[i] = (char)ps_ascii_lower(d.p[i]);
	if (ok)
		m->domain[d.n] = '\0';
	idn2_free(converted);
	return ok;
}

static bool
mailbox_parse(struct mailbox *m, const char *address)
{
	ps_slice all = ps_str(address), local;
	const char *at;
	bool ascii;

	if (all.n == 0 || all.n > ADDRESS_MAX || !octets_ok(all, &ascii))
		return false;
	at = strrchr(address, '@');
	if (at == NULL || at == address)
		return false;
	local = (ps_slice){ all.p, (size_t)(at - address) };
	if (!quoted_ok(local) && !atoms_ok(local))
		return false;
	keep_local(m, local);
	(void)octets_ok(local, &m->ascii);
	(void)octets_ok(ps_str(at + 1), &ascii);
	return keep_domain(m, at + 1, ascii);
}

/* RFC 8550, 3: the local part without regard to case, in ASCII; RFC 9787 and
 * RFC 5280, 7.5: exactly. RFC 9598, 5: beyond ASCII octet for octet. */
static bool
mailbox_equal(const struct mailbox *a, const struct mailbox *b, enum ps_address_rule rule)
{
	ps_slice la = { a->local, a->nlocal }, lb = { b->local, b->nlocal };

	if (strcmp(a->domain, b->domain) != 0 || a->ascii != b->ascii)
		return false;
	if (rule == PS_MATCH_SENDER && a->ascii)
		return ps_ascii_equal(la, lb);
	return ps_slice_equal(la, lb);
}

bool
ps_address_equal(const char *a, const char *b, enum ps_address_rule rule)
{
	struct mailbox ma, mb;

	return a != NULL && b != NULL && mailbox_parse(&ma, a) && mailbox_parse(&mb, b) &&
	    mailbox_equal(&ma, &mb, rule);
}

bool
ps_cert_names(const ps_cert *c, const char *address, enum ps_address_rule rule)
{
	const struct ps_cert_addresses *all;
	struct mailbox wanted, named;

	if (c == NULL || address == NULL || !mailbox_parse(&wanted, address))
		return false;
	all = ps_cert_addresses_of(c);
	for (size_t i = 0; i < all->n; i++)
		if (all->list[i].utf8 == !wanted.ascii &&
		    mailbox_parse(&named, all->list[i].text) &&
		    mailbox_equal(&named, &wanted, rule))
			return true;
	return false;
}

/* --- what stands in a certificate --- */

void
ps_addresses_clear(struct ps_cert_addresses *a)
{
	for (size_t i = 0; i < a->n; i++)
		free(a->list[i].text);
	free(a->list);
	*a = (struct ps_cert_addresses){ 0 };
}

static ps_code
grow(struct ps_cert_addresses *a, ps_err *err)
{
	size_t room = a->room == 0 ? 4 : 2 * a->room;
	struct ps_cert_address *list;

	if (a->n < a->room)
		return PS_OK;
	/* A certificate of a thousand addresses is no certificate of a person. */
	if (a->n == PS_CERT_ADDRESSES)
		return ps_fail(err, PS_E_LIMIT, WHERE, PS_NOWHERE, W_X509_ADDRESSES,
		    PS_NUMBER("max", PS_CERT_ADDRESSES));
	if (room > PS_CERT_ADDRESSES)
		room = PS_CERT_ADDRESSES;
	list = realloc(a->list, room * sizeof *list);
	if (list == NULL)
		return ps_nomem(err, WHERE);
	a->list = list;
	a->room = room;
	return PS_OK;
}

/* Adds the address if it is one of its kind; others are as if absent. */
static ps_code
add(struct ps_cert_addresses *a, ps_slice value, bool utf8, ps_err *err)
{
	struct mailbox m;
	char *text;
	ps_code code;

	if (value.n == 0 || value.n > ADDRESS_MAX || memchr(value.p, 0, value.n) != NULL)
		return PS_OK;
	code = grow(a, err);
	if (code != PS_OK)
		return code;
	text = ps_strdup_slice(value);
	if (text == NULL)
		return ps_nomem(err, WHERE);
	if (!mailbox_parse(&m, text) || m.ascii == utf8) {
		free(text);
		return PS_OK;
	}
	a->list[a->n++] = (struct ps_cert_address){ text, utf8 };
	return PS_OK;
}

/* An IA5String has nothing above ASCII, in the domain neither. */
static ps_code
add_ascii(struct ps_cert_addresses *a, ps_slice value, ps_err *err)
{
	for (size_t i = 0; i < value.n; i++)
		if (value.p[i] >= 0x80)
			return PS_OK;
	return add(a, value, false, err);
}

/* otherName [0]: type-id, [0] EXPLICIT UTF8String (RFC 9598, 3). One that
 * cannot be read is of another kind, whatever it is. */
static bool
utf8_mailbox(ps_slice other, ps_slice *out)
{
	static const ps_slice smtp_utf8 = { oid_smtp_utf8, sizeof oid_smtp_utf8 };
	struct der_state state;
	struct der d, seq, value;
	ps_slice text;

	der_init(&d, &state, other, 0, false, NULL);
	seq = der_enter(&d, DER_CTX(0), "otherName");
	if (!ps_slice_equal(der_oid(&seq, "type-id"), smtp_utf8))
		return false;
	value = der_enter(&seq, DER_CTX(0), "value");
	text = der_value(&value, DER_UTF8, "SmtpUTF8Mailbox");
	der_leave(&value);
	der_leave(&seq);
	if (der_failed(&d))
		return false;
	*out = text;
	return true;
}

static ps_code
add_other(struct ps_cert_addresses *a, ps_slice other, bool *out_seen, ps_err *err)
{
	ps_slice text;

	if (!utf8_mailbox(other, &text))
		return PS_OK;
	*out_seen = true;
	return add(a, text, true, err);
}

/* *out_seen: the extension says something about mail, be it readable. */
static ps_code
add_alt_names(struct ps_cert_addresses *a, ps_slice san, bool *out_seen, ps_err *err)
{
	struct der_state state;
	struct der d, names;
	ps_code code = PS_OK;

	der_init(&d, &state, san, 0, false, NULL);
	names = der_enter(&d, DER_SEQUENCE, "subjectAltName");
	while (code == PS_OK && der_more(&names)) {
		if (der_next_tag(&names) == DER_CTX(0))
			code = add_other(a, der_element(&names, DER_CTX(0), "otherName"),
			    out_seen, err);
		else if (der_next_tag(&names) == DER_CTX_PRIM(1)) {
			*out_seen = true;
			code = add_ascii(a, der_value(&names, DER_CTX_PRIM(1),
			    "rfc822Name"), err);
		} else
			der_skip(&names, "GeneralName");
	}
	der_leave(&names);
	return code != PS_OK ? code : der_finish(&d, WHERE, err);
}

struct subject_search {
	struct ps_cert_addresses *into;
	ps_code			 code;
	ps_err			*err;
};

static bool
see_email(void *arg, ps_slice oid, uint32_t tag, ps_slice value)
{
	static const ps_slice email = { oid_email, sizeof oid_email };
	struct subject_search *s = arg;

	if (!ps_slice_equal(oid, email) ||
	    (tag != DER_IA5 && tag != DER_UTF8 && tag != DER_PRINTABLE))
		return true;
	s->code = add_ascii(s->into, value, s->err);
	return s->code == PS_OK;
}

ps_code
ps_addresses_collect(struct ps_cert_addresses *out, const struct ps_cert_view *v, ps_err *err)
{
	struct subject_search search = { out, PS_OK, err };
	bool seen = false;
	ps_code code = PS_OK;

	if (v->has_san)
		code = add_alt_names(out, v->san, &seen, err);
	/* RFC 8550, 3: the subject only when the extension names no mailbox,
	 * so that a name nobody validated cannot stand beside one. */
	if (code == PS_OK && !seen) {
		(void)ps_name_each(v->subject, see_email, &search);
		code = search.code;
	}
	if (code != PS_OK)
		ps_addresses_clear(out);
	return code;
}

/* Of the local part, in which quotes and backslashes are only spelling; a domain
 * has several spellings too. */
uint64_t
ps_address_hash(const char *address)
{
	const char *end = strrchr(address, '@');
	uint64_t hash = PS_HASH_START;

	for (const char *p = address; p != end && *p != '\0'; p++)
		if (*p != '"' && *p != '\\')
			hash = ps_hash_octet(hash, (uint8_t)*p);
	return hash;
}
