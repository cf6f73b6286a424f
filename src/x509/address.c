/* SPDX-License-Identifier: ISC */
/*
 * Which mailbox a certificate is for.
 *
 * Names that are no plain address (mailbox.c) are as if absent, and so is an
 * octet above ASCII in an rfc822Name. The two kinds of names never match each
 * other (RFC 9598, 3).
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/index.h"
#include "base/text.h"
#include "x509/internal.h"
#include "x509/words.h"

#define WHERE	"x509.address"

static const uint8_t oid_smtp_utf8[] = { 0x2b, 6, 1, 5, 5, 7, 8, 9 };
static const uint8_t oid_email[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1 };

bool
ps_address_equal(const char *a, const char *b, enum ps_address_rule rule)
{
	struct ps_mailbox ma, mb;

	return a != NULL && b != NULL && ps_mailbox_parse(&ma, a) && ps_mailbox_parse(&mb, b) &&
	    ps_mailbox_equal(&ma, &mb, rule);
}

/* --- an address among many --- */

_Static_assert(PS_ADDRESS_KEY == PS_ADDRESS_MAX + 1 + PS_DOMAIN_MAX + 1, "room for a key");

/* A domain holds no "@", so no two addresses share one. */
static const char *
mailbox_key(const struct ps_mailbox *m, char out[PS_ADDRESS_KEY])
{
	for (size_t i = 0; i < m->nlocal; i++)
		out[i] = (char)(m->ascii ? ps_ascii_lower(m->local[i]) : m->local[i]);
	out[m->nlocal] = '@';
	memcpy(out + m->nlocal + 1, m->domain, strlen(m->domain) + 1);
	return out;
}

bool
ps_address_key(const char *address, char out[PS_ADDRESS_KEY])
{
	struct ps_mailbox m;

	if (address == NULL || !ps_mailbox_parse(&m, address))
		return false;
	mailbox_key(&m, out);
	return true;
}

static int
compare_keys(const void *a, const void *b)
{
	const struct ps_cert_address *const *x = a, *const *y = b;

	return strcmp((*x)->key, (*y)->key);
}

/* The first in the order of keys that is not below `key`. */
static size_t
first_of_key(const struct ps_cert_addresses *all, const char *key)
{
	size_t low = 0, high = all->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(all->by_key[middle]->key, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* A mail may have a thousand mailboxes in From and a certificate as many: each
 * is looked up, not compared with all. */
bool
ps_cert_names(const ps_cert *c, const char *address, enum ps_address_rule rule)
{
	const struct ps_cert_addresses *all;
	struct ps_mailbox wanted, named;
	char key[PS_ADDRESS_KEY];

	if (c == NULL || address == NULL || !ps_mailbox_parse(&wanted, address))
		return false;
	all = ps_cert_addresses_of(c);
	mailbox_key(&wanted, key);
	for (size_t i = first_of_key(all, key); i < all->n &&
	    strcmp(all->by_key[i]->key, key) == 0; i++)
		if (all->by_key[i]->utf8 == !wanted.ascii &&
		    ps_mailbox_parse(&named, all->by_key[i]->text) &&
		    ps_mailbox_equal(&named, &wanted, rule))
			return true;
	return false;
}

/* --- what stands in a certificate --- */

void
ps_addresses_clear(struct ps_cert_addresses *a)
{
	for (size_t i = 0; i < a->n; i++) {
		free(a->list[i].text);
		free(a->list[i].key);
	}
	free(a->list);
	free(a->by_key);
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
	struct ps_mailbox m;
	char *text, *name, key[PS_ADDRESS_KEY];
	ps_code code;

	if (value.n == 0 || value.n > PS_ADDRESS_MAX || memchr(value.p, 0, value.n) != NULL)
		return PS_OK;
	code = grow(a, err);
	if (code != PS_OK)
		return code;
	text = ps_strdup_slice(value);
	if (text == NULL)
		return ps_nomem(err, WHERE);
	if (!ps_mailbox_parse(&m, text) || m.ascii == utf8) {
		free(text);
		return PS_OK;
	}
	name = strdup(mailbox_key(&m, key));
	if (name == NULL) {
		free(text);
		return ps_nomem(err, WHERE);
	}
	a->list[a->n].text = text;
	a->list[a->n].key = name;
	a->list[a->n++].utf8 = utf8;
	return PS_OK;
}

/* --- every name of mail in a certificate --- */

/* otherName [0]: type-id, [0] EXPLICIT UTF8String (RFC 9598, 3). */
bool
ps_utf8_mailbox(ps_slice other, ps_slice *out)
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
	*out = der_failed(&d) || der_more(&d) ? (ps_slice){ NULL, 0 } : text;
	return true;
}

/* One GeneralName; false when `see` answered false. */
static bool
see_general(struct der *names, ps_mail_name_fn see, void *arg)
{
	ps_slice text;

	if (der_next_tag(names) == DER_CTX_PRIM(1)) {
		text = der_value(names, DER_CTX_PRIM(1), "rfc822Name");
		return see(arg, PS_MAIL_ASCII, text);
	}
	if (der_next_tag(names) == DER_CTX(0))
		return !ps_utf8_mailbox(der_element(names, DER_CTX(0), "otherName"), &text) ||
		    see(arg, PS_MAIL_UTF8, text);
	der_skip(names, "GeneralName");
	return true;
}

struct subject_search {
	ps_mail_name_fn	 see;
	void		*arg;
};

static bool
see_email(void *arg, ps_slice oid, uint32_t tag, ps_slice value)
{
	static const ps_slice email = { oid_email, sizeof oid_email };
	const struct subject_search *s = arg;

	if (!ps_slice_equal(oid, email) ||
	    (tag != DER_IA5 && tag != DER_UTF8 && tag != DER_PRINTABLE))
		return true;
	return s->see(s->arg, PS_MAIL_SUBJECT, value);
}

ps_code
ps_mail_names_each(const struct ps_cert_view *v, ps_mail_name_fn see, void *arg, ps_err *err)
{
	struct subject_search subject = { see, arg };
	struct der_state state;
	struct der d, names;
	bool more = true;

	if (v->has_san) {
		der_init(&d, &state, v->san, 0, false, NULL);
		names = der_enter(&d, DER_SEQUENCE, "subjectAltName");
		while (more && der_more(&names))
			more = see_general(&names, see, arg);
		if (more)
			der_leave(&names);
		if (der_failed(&d))
			return der_finish(&d, WHERE, err);
	}
	if (more)
		(void)ps_name_each(v->subject, see_email, &subject);
	return PS_OK;
}

/* --- those that are for people --- */

struct collection {
	struct ps_cert_addresses *into;
	bool			 named;		/* by the extension, be it readable */
	ps_code			 code;
	ps_err			*err;
};

static bool
ascii(ps_slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] >= 0x80)
			return false;
	return true;
}

/* RFC 8550, 3: the subject only when the extension names no mailbox, so that a
 * name nobody validated cannot stand beside one. An IA5String has nothing above
 * ASCII, in the domain neither. */
static bool
collect(void *arg, enum ps_mail_name kind, ps_slice value)
{
	struct collection *c = arg;

	if (kind == PS_MAIL_SUBJECT && c->named)
		return false;
	c->named |= kind != PS_MAIL_SUBJECT;
	if (kind == PS_MAIL_UTF8 || ascii(value))
		c->code = add(c->into, value, kind == PS_MAIL_UTF8, c->err);
	return c->code == PS_OK;
}

static ps_code
sort_keys(struct ps_cert_addresses *a, ps_err *err)
{
	if (a->n == 0)
		return PS_OK;
	a->by_key = calloc(a->n, sizeof *a->by_key);
	if (a->by_key == NULL)
		return ps_nomem(err, WHERE);
	for (size_t i = 0; i < a->n; i++)
		a->by_key[i] = &a->list[i];
	qsort(a->by_key, a->n, sizeof *a->by_key, compare_keys);
	return PS_OK;
}

ps_code
ps_addresses_collect(struct ps_cert_addresses *out, const struct ps_cert_view *v, ps_err *err)
{
	struct collection c = { .into = out, .code = PS_OK, .err = err };
	ps_code code = ps_mail_names_each(v, collect, &c, err);

	if (code == PS_OK)
		code = c.code;
	if (code == PS_OK)
		code = sort_keys(out, err);
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
