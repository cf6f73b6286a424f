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

bool
ps_cert_names(const ps_cert *c, const char *address, enum ps_address_rule rule)
{
	const struct ps_cert_addresses *all;
	struct ps_mailbox wanted, named;

	if (c == NULL || address == NULL || !ps_mailbox_parse(&wanted, address))
		return false;
	all = ps_cert_addresses_of(c);
	for (size_t i = 0; i < all->n; i++)
		if (all->list[i].utf8 == !wanted.ascii &&
		    ps_mailbox_parse(&named, all->list[i].text) &&
		    ps_mailbox_equal(&named, &wanted, rule))
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
	struct ps_mailbox m;
	char *text;
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
