/* SPDX-License-Identifier: ISC */
/*
 * The verdict for a person: one sentence, then the evidence, then warnings.
 * And the tree that `inspect` draws.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "base/words.h"
#include "smime/verdict.h"
#include "smime/verdict_ess.h"
#include "smime/words.h"

struct page {
	ps_writer	*w;
	bool		 colour;
	ps_code		 code;
	ps_err		*err;
};

static void
put(struct page *p, const char *s)
{
	if (p->code == PS_OK)
		p->code = ps_writer_text(p->w, s, p->err);
}

/* "bold", green, yellow, red: only on a terminal. */
enum paint { PLAIN, BOLD, GREEN, YELLOW, RED };

static void
put_painted(struct page *p, enum paint paint, const char *s)
{
	static const char *const on[] = { "", "\033[1m", "\033[1;32m", "\033[1;33m",
	    "\033[1;31m" };

	if (p->colour && paint != PLAIN)
		put(p, on[paint]);
	put(p, s);
	if (p->colour && paint != PLAIN)
		put(p, "\033[0m");
}

/* One line of evidence: "  certificate  …". */
static void
put_row(struct page *p, const char *name, const char *text)
{
	char head[32];

	snprintf(head, sizeof head, "  %-12s ", name);
	put(p, head);
	put(p, text);
	put(p, "\n");
}

static void
date_of(int64_t t, char *out, size_t size)
{
	struct ps_date d;

	ps_clock_to_date(t, &d);
	snprintf(out, size, "%04d-%02d-%02d", d.year, d.month, d.day);
}

/* "Example CA" of "CN=Example CA,O=..."; else the whole. */
static void
common_name(const char *dn, char *out, size_t size)
{
	const char *cn = strstr(dn, "CN=");
	size_t n;

	if (cn == NULL || (cn != dn && cn[-1] != ',')) {
		snprintf(out, size, "%s", dn);
		return;
	}
	cn += 3;
	n = 0;
	while (cn[n] != '\0' && (cn[n] != ',' || (n > 0 && cn[n - 1] == '\\')))
		n++;
	snprintf(out, size, "%.*s", (int)n, cn);
}

/* How old the news is, or of when it is, should the clock be before it. */
static void
put_not_revoked(struct page *p, const struct ps_signature *s)
{
	static const struct {
		int64_t		 below, unit;
		const char	*words;
	} ages[] = {
		{ 7200, 60, W_T_NOT_REVOKED_MIN },
		{ 172800, 3600, W_T_NOT_REVOKED_H },
		{ INT64_MAX, 86400, W_T_NOT_REVOKED_DAYS },
	};
	int64_t age = s->revocation_age;
	char date[16], line[128];
	size_t i = 0;

	while (age >= ages[i].below)
		i++;
	date_of(s->revocation_at, date, sizeof date);
	ps_words(line, sizeof line, age < 0 ? W_T_NOT_REVOKED : ages[i].words,
	    PS_TEXT("date", date), PS_NUMBER("n", age < 0 ? 0 : (uint64_t)(age / ages[i].unit)));
	put(p, line);
}

static void
put_certificate(struct page *p, const struct ps_signature *s)
{
	char issuer[160], date[16], line[512];

	common_name(s->issuer_name[0] != '\0' ? s->issuer_name : ps_cert_issuer(s->cert),
	    issuer, sizeof issuer);
	date_of(ps_cert_not_after(s->cert), date, sizeof date);
	ps_words(line, sizeof line, W_T_CERTIFICATE,
	    PS_TEXT("who", ps_cert_holder(s->cert)),
	    PS_TEXT("issuer", issuer), PS_TEXT("date", date));
	put(p, "  ");
	snprintf(date, sizeof date, "%-12s ", "certificate");
	put(p, date);
	put(p, line);
	if (s->revocation_checked && !s->revoked)
		put_not_revoked(p, s);
	put(p, "\n");
}

static enum paint
state_paint(enum ps_state s)
{
	return s == PS_STATE_VALID ? GREEN : s == PS_STATE_INVALID ? RED : YELLOW;
}

static void
put_signature(struct page *p, const struct ps_signature *s)
{
	char line[512];

	ps_words(line, sizeof line, W_T_SIGNATURE, PS_TEXT("algorithm", s->algorithm),
	    PS_TEXT("digest", s->digest), PS_TEXT("path", s->layer->path));
	snprintf(line + strlen(line), sizeof line - strlen(line), "%s",
	    s->in_envelope ? "" : W_T_ERRANT);
	put(p, "  signature    ");
	put_painted(p, state_paint(s->state), ps_state_name(s->state));
	put(p, ", ");
	put(p, line);
	put(p, "\n");
	if (s->cert != NULL)
		put_certificate(p, s);
	if (s->has_time) {
		ps_clock_format(s->signing_time, line, sizeof line);
		snprintf(line + strlen(line), sizeof line - strlen(line), "%s", W_T_CLAIMED);
		put_row(p, "made", line);
	}
	for (size_t i = 0; i < s->nreason; i++)
		put_row(p, i == 0 ? "because" : "", s->reason[i].text);
	if (s->diagnosis.code != NULL)
		put_row(p, "transit", s->diagnosis.text);
	if (s->stamped) {
		ps_clock_format(s->at, line, sizeof line);
		put_row(p, "time-stamp", line);
	}
}

static void
put_encryption(struct page *p, const struct ps_encryption *e)
{
	char line[256];

	ps_words(line, sizeof line, e->authenticated ? W_T_CIPHER_AUTH : W_T_CIPHER,
	    PS_TEXT("name", e->cipher), PS_NUMBER("n", e->recipients.n));
	put_row(p, "encryption", line);
}

static enum paint
summary_paint(ps_summary s)
{
	return s == PS_SUMMARY_SEALED || s == PS_SUMMARY_SIGNED ? GREEN
	    : s == PS_SUMMARY_BROKEN ? RED : YELLOW;
}

/* Appends to "Subject, From, To", as far as there is room. */
static void
add_name(char *out, size_t size, size_t *used, const char *name)
{
	char text[80];

	if (*used >= size)
		return;
	ps_words(text, sizeof text, "{name}", PS_TEXT("name", name));
	*used += (size_t)snprintf(out + *used, size - *used, "%s%s", *used == 0 ? "" : ", ",
	    text);
	if (*used >= size)
		memcpy(out + size - 4, "...", 4);
}

static void
join_names(char *out, size_t size, const struct ps_names *names)
{
	size_t used = 0;

	out[0] = '\0';
	for (size_t i = 0; i < names->n; i++)
		add_name(out, size, &used, names->name[i]);
}

/* Of `all`, in whose order the others are, what differs and was not hidden: that a
 * hidden field is another one outside goes without saying. */
static void
join_surprises(char *out, size_t size, const struct ps_headers *h)
{
	size_t used = 0, hidden = 0, differing = 0;

	out[0] = '\0';
	for (size_t i = 0; i < h->covered.n && differing < h->differing.n; i++) {
		const char *name = h->covered.name[i];
		bool is_hidden = hidden < h->confidential.n &&
		    strcmp(h->confidential.name[hidden], name) == 0;

		hidden += is_hidden;
		if (strcmp(h->differing.name[differing], name) != 0)
			continue;
		differing++;
		if (!is_hidden)
			add_name(out, size, &used, name);
	}
}

static void
put_names(struct page *p, const char *row, const char *words, const char *names)
{
	char line[512];

	if (*names == '\0')
		return;
	ps_words(line, sizeof line, words, PS_TEXT("names", names));
	put_row(p, row, line);
}

/* A field is protected by what protects the mail, and by nothing else. */
static void
put_headers(struct page *p, const ps_verdict *v)
{
	bool is_signed = v->summary == PS_SUMMARY_SIGNED || v->summary == PS_SUMMARY_SEALED;
	const struct ps_headers *h = &v->headers;
	char names[400];

	if (is_signed) {
		join_names(names, sizeof names, &h->covered);
		put_names(p, "header", W_T_COVERED, names);
	}
	if (is_signed || v->summary == PS_SUMMARY_ENCRYPTED) {
		join_names(names, sizeof names, &h->confidential);
		put_names(p, is_signed ? "" : "header", W_T_HIDDEN, names);
	}
	join_surprises(names, sizeof names, h);
	put_names(p, is_signed ? "" : "header", W_T_DIFFERING, names);
}

ps_code
ps_verdict_write_text(const ps_verdict *v, int colour, ps_writer *w, ps_err *err)
{
	struct page p = { .w = w, .colour = colour != 0, .err = err };

	if (v == NULL)
		return ps_nomem(err, "smime.verdict");
	put_painted(&p, summary_paint(v->summary), v->sentence);
	put(&p, "\n");
	for (size_t i = 0; i < v->nsignature; i++)
		put_signature(&p, &v->signature[i]);
	for (size_t i = 0; i < v->nencryption; i++)
		put_encryption(&p, &v->encryption[i]);
	put_headers(&p, v);
	for (size_t i = 0; i < v->nwarning; i++)
		put_row(&p, "note", v->warning[i].text);
	return p.code;
}

/* --- the tree --- */

enum { INDENT_MAX = 40 };

/* Spaces for the depth; very deep trees stop moving right. */
static void
put_indent(struct page *p, const struct ps_layer *l, bool child)
{
	unsigned depth = child ? 1 : 0;

	for (; l->parent != NULL; l = l->parent)
		depth++;
	if (depth > INDENT_MAX)
		depth = INDENT_MAX;
	while (depth-- > 0)
		put(p, "  ");
}

static void
put_fact(struct page *p, const struct ps_layer *l, const char *name, const char *value)
{
	if (value == NULL || *value == '\0')
		return;
	put_indent(p, l, true);
	put(p, "· ");
	put(p, name);
	put(p, ": ");
	put(p, value);
	put(p, "\n");
}

static void
put_count(struct page *p, const struct ps_layer *l, const char *name, unsigned n)
{
	char text[16];

	snprintf(text, sizeof text, "%u", n);
	put_fact(p, l, name, n == 0 ? NULL : text);
}

static void
put_layer_cert(struct page *p, const struct ps_layer *l, const ps_cert *c)
{
	char until[16], line[640];
	const char *address = ps_cert_address(c, 0);

	date_of(ps_cert_not_after(c), until, sizeof until);
	ps_words(line, sizeof line, W_T_CERT_LINE, PS_TEXT("subject", ps_cert_subject(c)),
	    PS_TEXT("address", address != NULL ? address : "-"),
	    PS_TEXT("issuer", ps_cert_issuer(c)), PS_TEXT("serial", ps_cert_serial(c)),
	    PS_TEXT("date", until));
	put_fact(p, l, "certificate", line);
}

/* A ps_fact_fn. */
struct fact_place {
	struct page	*p;
	const struct ps_layer *l;
};

static void
put_service(void *arg, const char *name, const char *text)
{
	const struct fact_place *at = arg;

	put_fact(at->p, at->l, name, text);
}

/* Time-stamps and counter-signatures: what anybody may have added. */
static void
put_unsigned(struct page *p, const struct ps_layer *l, const struct ps_signature *s)
{
	char line[640] = "";
	size_t used = 0;

	for (size_t i = 0; i < s->nunsigned && used < sizeof line; i++)
		used += (size_t)snprintf(line + used, sizeof line - used, "%s%s",
		    i == 0 ? "" : ", ", s->unsigned_name[i]);
	put_fact(p, l, "unsigned attributes", s->nunsigned == 0 ? NULL : line);
}

static void
put_beside(struct page *p, const struct ps_layer *l, const struct ps_signature *s)
{
	char line[640], time[32];

	for (size_t i = 0; i < s->nstamp; i++) {
		const struct ps_stamp *t = &s->stamp[i];

		ps_clock_format(t->at, time, sizeof time);
		ps_words(line, sizeof line, t->state == PS_STATE_INVALID ? W_T_STAMP_BAD
		    : W_T_STAMP, PS_TEXT("time", time), PS_TEXT("who", t->by));
		put_fact(p, l, "time-stamp", line);
	}
	for (size_t i = 0; i < s->ncounter; i++) {
		const struct ps_signature *c = &s->counter[i];

		ps_words(line, sizeof line, c->state == PS_STATE_INVALID ? W_T_COUNTER_BAD
		    : W_T_SIGNER_LINE, PS_TEXT("who", c->sid),
		    PS_TEXT("algorithm", c->algorithm), PS_TEXT("digest", c->digest));
		put_fact(p, l, "counter-signature", line);
	}
}

static void
put_layer_signatures(struct page *p, const ps_verdict *v, const struct ps_layer *l)
{
	char line[640], time[32];

	for (size_t i = 0; i < v->nsignature; i++) {
		const struct ps_signature *s = &v->signature[i];
		size_t used;

		if (s->layer != l)
			continue;
		ps_words(line, sizeof line, W_T_SIGNER_LINE, PS_TEXT("who", s->sid),
		    PS_TEXT("algorithm", s->algorithm), PS_TEXT("digest", s->digest));
		put_fact(p, l, "signer", line);
		ps_clock_format(s->signing_time, time, sizeof time);
		put_fact(p, l, "signing time", s->has_time ? time : NULL);
		used = 0;
		line[0] = '\0';
		for (size_t k = 0; k < s->nshown && used < sizeof line; k++) {
			char oid[96];
			const char *name = cms_attr_name(s->shown[k]);

			used += (size_t)snprintf(line + used, sizeof line - used, "%s%s",
			    k == 0 ? "" : ", ", name != NULL ? name
			    : der_oid_text(s->shown[k], oid, sizeof oid));
		}
		put_fact(p, l, "signed attributes", line);
		ps_ess_facts(&s->ess, put_service, &(struct fact_place){ p, l });
		put_unsigned(p, l, s);
		put_beside(p, l, s);
	}
}

static const char *
key_algorithm(const struct cms_recipient *r, char *out, size_t size)
{
	enum ps_alg_kind kind = r->kind == CMS_KTRI ? PS_ALG_TRANSPORT
	    : r->kind == CMS_KARI ? PS_ALG_AGREEMENT
	    : r->kind == CMS_KEM ? PS_ALG_KEM : PS_ALG_WRAP;

	if (r->kind == CMS_OTHER)
		return "";
	return ps_algid_text(kind, &r->algorithm, out, size);
}

static void
put_recipient(struct page *p, const struct ps_layer *l, const struct cms_recipient *r,
    const struct cms_id *id, bool ours)
{
	char algorithm[96], who[256] = "", hex[96], line[640];
	ps_slice number = id->serial.n != 0 ? id->serial : id->ski.n != 0 ? id->ski : r->key_id;

	if (number.n > sizeof hex / 2 - 1)
		number.n = sizeof hex / 2 - 1;
	ps_text_hex(hex, number);
	if (id->issuer.n != 0)
		ps_name_text(id->issuer, who, sizeof who);
	ps_words(line, sizeof line, ours ? W_T_RECIPIENT_OURS : W_T_RECIPIENT,
	    PS_TEXT("kind", cms_recipient_kind_name(r->kind)),
	    PS_TEXT("algorithm", key_algorithm(r, algorithm, sizeof algorithm)),
	    PS_TEXT("issuer", who), PS_TEXT("id", hex));
	put_fact(p, l, "recipient", line);
}

static void
put_layer_recipients(struct page *p, const struct ps_layer *l, const char *what,
    const struct ps_encryption *e)
{
	static const struct cms_id none;
	struct cms_recipient r;

	put_fact(p, l, what, e->cipher);
	put_fact(p, l, "key made by", e->derivation == NULL ? NULL : e->derivation->name);
	for (size_t i = 0; i < e->recipients.n; i++) {
		bool ours = e->opened && e->ours == i;

		cms_recipient_parse(&e->recipients, i, &r);
		for (size_t k = 0; k < r.nid; k++)
			put_recipient(p, l, &r, &r.id[k], ours);
		if (r.nid == 0)
			put_recipient(p, l, &r, &none, ours);
	}
	if (!e->opened)
		put_fact(p, l, "not opened", W_T_NOT_OPENED);
}

static void
put_layer_headers(struct page *p, const struct ps_layer *l, const struct ps_headers *h)
{
	char names[400];

	if (h->layer != l)
		return;
	put_fact(p, l, "header protection", ps_hp_name(h->mode));
	join_names(names, sizeof names, &h->covered);
	put_fact(p, l, "protected fields", names);
	join_names(names, sizeof names, &h->confidential);
	put_fact(p, l, "hidden outside", names);
	join_names(names, sizeof names, &h->differing);
	put_fact(p, l, "different outside", names);
}

static void
put_layer(struct page *p, const ps_verdict *v, const struct ps_layer *l)
{
	char line[160];

	put_indent(p, l, false);
	put_painted(p, BOLD, ps_layer_kind_name(l->kind));
	snprintf(line, sizeof line, "  [%s]%s%s", l->path, l->media != NULL ? "  " : "",
	    l->media != NULL ? l->media : "");
	put(p, line);
	if (l->filename != NULL) {
		ps_words(line, sizeof line, "  \"{name}\"", PS_TEXT("name", l->filename));
		put(p, line);
	}
	if (l->octets != UINT64_MAX) {
		ps_words(line, sizeof line, W_T_OCTETS, PS_NUMBER("n", l->octets));
		put(p, line);
	}
	put(p, "\n");
	if (l->content_type != NULL) {
		snprintf(line, sizeof line, "version %u, %s, content %s", l->version,
		    l->der ? "DER" : "BER", l->content_type);
		put_fact(p, l, "form", line);
	}
	put_layer_headers(p, l, &v->headers);
	put_fact(p, l, "digests", l->digests);
	put_count(p, l, "attribute certificates", l->nattribute);
	put_count(p, l, "OCSP responses", l->nocsp);
	for (size_t i = 0; i < l->ncert; i++)
		put_layer_cert(p, l, l->cert[i]);
	put_layer_signatures(p, v, l);
	if (l->encryption >= 0)
		put_layer_recipients(p, l, "cipher", &v->encryption[l->encryption]);
	if (l->authentication >= 0)
		put_layer_recipients(p, l, "authentication code",
		    &v->authentication[l->authentication]);
}

ps_code
ps_verdict_write_tree(const ps_verdict *v, int colour, ps_writer *w, ps_err *err)
{
	struct page p = { .w = w, .colour = colour != 0, .err = err };
	const struct ps_layer *l;

	if (v == NULL)
		return ps_nomem(err, "smime.verdict");
	for (l = v->root; l != NULL;) {
		put_layer(&p, v, l);
		if (l->child != NULL) {
			l = l->child;
			continue;
		}
		while (l->next == NULL && l->parent != NULL)
			l = l->parent;
		l = l->next;
	}
	return p.code;
}
