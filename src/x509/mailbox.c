/* SPDX-License-Identifier: ISC */
/*
 * What an address is.
 *
 * A name that is read as one address by us and as another by somebody else is
 * a way to be somebody else. So an address in a certificate is plain or it
 * does not count: no control characters, no NUL, one "@" outside quotes, a
 * domain of letters, digits and hyphens, which is compared as A-labels.
 */
#include <string.h>

#include <idn2.h>

#include "base/library.h"
#include "base/text.h"
#include "x509/internal.h"

#define CALLS(X) X(idn2_to_ascii_8z) X(idn2_to_unicode_8z8z) X(idn2_free)
#define CALL(name) __typeof__(name) *name;
static struct { CALLS(CALL) } idn2;
static const char *const idn2_names[] = { CALLS(PS_LIBRARY_NAME) };
static struct ps_library idn2_library = PS_LIBRARY("libidn2.so.0", idn2_names, &idn2);

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

	if (d.n == 0 || d.n > PS_DOMAIN_MAX)
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

static void
keep_local(struct ps_mailbox *m, ps_slice l)
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

/* RFC 9598, 5: the domain is converted to A-labels before comparison. Without
 * libidn2 an address that needs it is like none. */
static bool
keep_domain(struct ps_mailbox *m, const char *domain, bool ascii)
{
	ps_slice d = ps_str(domain);
	char *converted = NULL;
	bool ok = true;

	if (!ascii && d.n <= 4 * PS_DOMAIN_MAX) {
		if (!ps_library_load(&idn2_library) ||
		    idn2.idn2_to_ascii_8z(domain, &converted,
		    IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
			return false;
		d = ps_str(converted);
	}
	ok = domain_ok(d) || (literal_ok(d) && d.n <= PS_DOMAIN_MAX);
	for (size_t i = 0; ok && i < d.n; i++)
		m->domain[i] = (char)ps_ascii_lower(d.p[i]);
	if (ok)
		m->domain[d.n] = '\0';
	if (converted != NULL)
		idn2.idn2_free(converted);
	return ok;
}

/* What a reader sees of a domain, for comparing looks; one that is no name in
 * Unicode is seen as it is. */
bool
ps_domain_show(const char *domain, char out[PS_DOMAIN_SHOWN])
{
	char *shown = NULL;
	ps_slice d = ps_str(domain);
	bool fits;

	if (strstr(domain, "xn--") != NULL && ps_library_load(&idn2_library) &&
	    idn2.idn2_to_unicode_8z8z(domain, &shown, 0) == IDN2_OK)
		d = ps_str(shown);
	if ((fits = d.n < PS_DOMAIN_SHOWN))
		memcpy(out, d.p, d.n + 1);
	if (shown != NULL)
		idn2.idn2_free(shown);
	return fits;
}

bool
ps_mailbox_parse(struct ps_mailbox *m, const char *address)
{
	ps_slice all = ps_str(address), local;
	const char *at;
	bool ascii;

	if (all.n == 0 || all.n > PS_ADDRESS_MAX || !octets_ok(all, &ascii))
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

bool
ps_address_split(const char *address, uint8_t local[PS_LOCAL_MAX], size_t *out_n,
    char domain[PS_DOMAIN_TEXT])
{
	struct ps_mailbox m;

	if (!ps_mailbox_parse(&m, address))
		return false;
	memcpy(local, m.local, m.nlocal);
	*out_n = m.nlocal;
	memcpy(domain, m.domain, sizeof m.domain);
	return true;
}

/* RFC 8550, 3: the local part without regard to case, in ASCII; RFC 9787 and
 * RFC 5280, 7.5: exactly. RFC 9598, 5: beyond ASCII octet for octet. */
bool
ps_mailbox_equal(const struct ps_mailbox *a, const struct ps_mailbox *b,
    enum ps_address_rule rule)
{
	ps_slice la = { a->local, a->nlocal }, lb = { b->local, b->nlocal };

	if (strcmp(a->domain, b->domain) != 0 || a->ascii != b->ascii)
		return false;
	if (rule == PS_MATCH_SENDER && a->ascii)
		return ps_ascii_equal(la, lb);
	return ps_slice_equal(la, lb);
}
