/* SPDX-License-Identifier: ISC */
/*
 * The keys that are tried: those at hand, then those of the store that the
 * message names. And wrong keys speak: for whom it is, and what was tried.
 *
 * Only what the message says openly and what the caller gave goes into the
 * chain; whether a key fitted and failed is not told here (STANDARDS B5).
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/words.h"
#include "smime/opening.h"
#include "smime/recall.h"
#include "smime/words.h"

static ps_code
try_once(struct opening *o, struct ps_encryption *e, const struct cms_bag *sent, size_t size,
    struct cms_try *t, ps_secret *out, ps_err *err)
{
	const struct ps_setup *s = &o->op->setup;
	struct cms_keys keys = { s->identity, s->nidentity, s->password, s->npassword, s->kek,
	    s->nkek, s->cert, s->ncert, sent };
	ps_code code = cms_recipients_try(&e->recipients, &keys, size, o->limits, t, out, &e->ours,
	    err);

	o->kdf_rounds = t->rounds;
	return code;
}

/* Whoever gave a key that fits is not asked for the passphrase of another one. What
 * `inspect` cannot unlock it shows as closed. */
ps_code
opening_try_keys(struct opening *o, struct ps_encryption *e, const struct cms_bag *sent,
    size_t size, struct cms_try *t, ps_secret *out, ps_err *err)
{
	ps_err why = PS_ERR_INIT;
	bool any;
	ps_code code = try_once(o, e, sent, size, t, out, err), recalled;

	if (code != PS_E_NO_KEY)
		return code;
	recalled = ps_recall_keys(&o->op->setup, &e->recipients, &any, &why);
	if (recalled != PS_OK && !o->inspect) {
		if (err != NULL)
			*err = why;
		return recalled;
	}
	if (recalled != PS_OK || !any)
		return code;
	ps_err_clear(err);
	t->place = t->key = 0;
	return try_once(o, e, sent, size, t, out, err);
}

/* --- what is said of them --- */

enum {
	RECIPIENTS	= 5,	/* that are named */
	OURS		= 2,
	ID_OCTETS	= 20,	/* of a serial number or key identifier */
	NAME		= 100
};

static const char *
hex_of(ps_slice s, char out[2 * ID_OCTETS + 1])
{
	if (s.n > ID_OCTETS)
		s.n = ID_OCTETS;
	ps_text_hex(out, s);
	return out;
}

static void
describe_id(const struct cms_id *id, char *out, size_t size)
{
	char name[NAME], hex[2 * ID_OCTETS + 1];

	if (id->serial.n != 0)
		ps_words(out, size, W_KEYS_CERT, PS_TEXT("serial", hex_of(id->serial, hex)),
		    PS_TEXT("issuer", ps_name_text(id->issuer, name, sizeof name)));
	else
		ps_words(out, size, W_KEYS_KEY, PS_TEXT("id", hex_of(id->ski, hex)));
}

static void
describe_other(const struct cms_recipient *r, char *out, size_t size)
{
	char oid[96] = "?", hex[2 * ID_OCTETS + 1];

	if (r->kind == CMS_PASSWORD) {
		ps_words(out, size, W_KEYS_PASSWORD);
	} else if (r->kind == CMS_KEK) {
		ps_words(out, size, W_KEYS_KEK, PS_TEXT("id", hex_of(r->key_id, hex)));
	} else {
		if (r->other_type.n != 0)
			der_oid_text(r->other_type, oid, sizeof oid);
		ps_words(out, size, W_KEYS_OTHER, PS_TEXT("oid", oid));
	}
}

/* The first few recipients, and how many there are. A list of many keys in one
 * kari shows as far as it was taken apart. */
struct named {
	char	 text[RECIPIENTS][256];
	size_t	 n, all;
};

static void
name_all(const struct ps_encryption *e, struct named *out)
{
	struct cms_recipient r;

	for (size_t i = 0; i < e->recipients.n; i++) {
		if (out->n == RECIPIENTS) {
			out->all += e->recipients.n - i;
			return;
		}
		cms_recipient_parse(&e->recipients, i, &r);
		out->all += r.nid == 0 ? 1 : r.nid;
		for (size_t k = 0; k < r.nid && out->n < RECIPIENTS; k++)
			describe_id(&r.id[k], out->text[out->n++], sizeof out->text[0]);
		if (r.nid == 0)
			describe_other(&r, out->text[out->n++], sizeof out->text[0]);
	}
}

/* --- ours --- */

struct list {
	char	 text[480];
	size_t	 n;
};

static void
list_add(struct list *l, const char *item)
{
	int n = snprintf(l->text + l->n, sizeof l->text - l->n, "%s%s", l->n == 0 ? "" : "; ",
	    item);

	if (n > 0)
		l->n += (size_t)n;
	if (l->n >= sizeof l->text)
		l->n = sizeof l->text - 1;
}

static void
list_certificate(struct list *l, const ps_cert *c)
{
	char issuer[NAME], who[NAME], text[320];

	(void)snprintf(issuer, sizeof issuer, "%s", ps_cert_issuer(c));
	(void)snprintf(who, sizeof who, "%s", ps_cert_holder(c));
	ps_words(text, sizeof text, W_KEYS_OURS, PS_TEXT("who", who),
	    PS_TEXT("serial", ps_cert_serial(c)), PS_TEXT("issuer", issuer));
	list_add(l, text);
}

static void
list_count(struct list *l, const char *words, size_t n)
{
	char text[96];

	if (n == 0)
		return;
	ps_words(text, sizeof text, words, PS_NUMBER("n", n));
	list_add(l, text);
}

static void
list_ours(const struct ps_setup *s, struct list *out)
{
	size_t shown = s->nidentity < OURS ? s->nidentity : OURS;

	for (size_t i = 0; i < shown; i++)
		list_certificate(out, s->identity[i].cert);
	list_count(out, W_KEYS_OURS_MORE, s->nidentity - shown);
	list_count(out, W_KEYS_PASSWORDS, s->npassword);
	list_count(out, W_KEYS_KEKS, s->nkek);
}

/* RFC 9629: the key of a KEM that is not there could not even be read from its file. */
static const struct ps_alg *
missing_kem(const struct ps_encryption *e)
{
	struct cms_recipient r;

	for (size_t i = 0; i < e->recipients.n && i < RECIPIENTS; i++) {
		const struct ps_alg *kem;

		cms_recipient_parse(&e->recipients, i, &r);
		kem = r.kind == CMS_KEM ? ps_alg_by_oid(PS_ALG_KEM, r.kem.kem.oid) : NULL;
		if (kem != NULL && !ps_alg_offered(kem))
			return kem;
	}
	return NULL;
}

ps_code
opening_no_key(struct opening *o, const struct ps_encryption *e, ps_err *err)
{
	struct named to = { .n = 0 };
	struct list ours = { .n = 0 };
	const struct ps_alg *kem = missing_kem(e);

	if (kem != NULL) {
		ps_err_clear(err);
		return ps_fail(err, PS_E_UNSUPPORTED, "smime.open", PS_NOWHERE, W_R_OLD_LIBRARY,
		    PS_TEXT("name", kem->label),
		    PS_TEXT("since", ps_alg_get(kem->key)->since));
	}
	name_all(e, &to);
	list_ours(&o->op->setup, &ours);
	if (to.all > to.n)
		ps_because(err, PS_E_NO_KEY, "smime.open", PS_NOWHERE, W_OPEN_KEYS_MORE,
		    PS_NUMBER("n", to.all - to.n));
	for (size_t i = to.n; i-- > 0;)
		ps_because(err, PS_E_NO_KEY, "smime.open", PS_NOWHERE, W_OPEN_KEYS_TO,
		    PS_TEXT("who", to.text[i]));
	if (ours.n == 0)
		return ps_because(err, PS_E_NO_KEY, "smime.open", PS_NOWHERE, W_OPEN_KEYS_NONE);
	return ps_because(err, PS_E_NO_KEY, "smime.open", PS_NOWHERE, W_OPEN_KEYS_WITH,
	    PS_TEXT("list", ours.text));
}
