/* SPDX-License-Identifier: ISC */
/*
 * What signers ask (RFC 2634), written out: the facts as they stand in the
 * message, without a judgement.
 */
#include "smime/verdict_ess.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "base/words.h"
#include "smime/words.h"
#include "x509/cert.h"

/* A stranger's text as a string; what does not fit is cut. */
static const char *
text_of(ps_slice s, char *out, size_t size)
{
	size_t n = s.n < size ? s.n : ps_text_cut((const char *)s.p, size - 1);

	if (n != 0)
		memcpy(out, s.p, n);
	out[n] = '\0';
	return out;
}

static const char *
hex_of(ps_slice s, char *out, size_t size)
{
	if (s.n > size / 2 - 1)
		s.n = size / 2 - 1;
	ps_text_hex(out, s);
	return out;
}

static const char *
receipts_from_name(enum cms_receipts_from from)
{
	static const char *const names[] = { "all", "first-tier", "list" };

	return names[from];
}

static const char *
list_policy_name(const struct cms_expansion *x)
{
	static const char *const names[] = { "keep", "none", "instead", "addition" };

	return names[x->receipts];
}

/* --- JSON --- */

static void
key_oid(struct ps_json *j, const char *key, ps_slice oid)
{
	char text[96];

	ps_json_key(j, key);
	ps_json_text(j, oid.n == 0 ? NULL : der_oid_text(oid, text, sizeof text));
}

static void
key_string(struct ps_json *j, const char *key, ps_slice s)
{
	char text[256];

	ps_json_key(j, key);
	ps_json_text(j, s.n == 0 ? NULL : text_of(s, text, sizeof text));
}

static void
put_addresses(struct ps_json *j, const char *key, ps_slice list)
{
	char text[256];
	ps_slice one;

	ps_json_key(j, key);
	ps_json_open(j, '[');
	while (cms_ess_next_address(&list, &one))
		ps_json_text(j, text_of(one, text, sizeof text));
	ps_json_close(j, ']');
}

static void
put_receipt(struct ps_json *j, const struct cms_ess *e)
{
	ps_json_key(j, "receipt_request");
	if (e->receipt.n == 0) {
		ps_json_null(j);
		return;
	}
	ps_json_open(j, '{');
	ps_json_key(j, "content_identifier");
	ps_json_hex(j, e->receipt_id);
	ps_json_key(j, "from");
	ps_json_text(j, receipts_from_name(e->receipts_from));
	put_addresses(j, "from_list", e->from_list);
	put_addresses(j, "to", e->to_list);
	ps_json_close(j, '}');
}

static void
put_label(struct ps_json *j, const struct cms_label *l)
{
	char text[96];

	if (l->whole.n == 0) {
		ps_json_null(j);
		return;
	}
	ps_json_open(j, '{');
	key_oid(j, "policy", l->policy);
	ps_json_key(j, "classification");
	if (l->has_classification)
		ps_json_number(j, l->classification);
	else
		ps_json_null(j);
	key_string(j, "privacy_mark", l->mark);
	ps_json_key(j, "categories");
	ps_json_open(j, '[');
	for (size_t i = 0; i < l->ncategory; i++)
		ps_json_text(j, der_oid_text(l->category[i], text, sizeof text));
	ps_json_close(j, ']');
	ps_json_close(j, '}');
}

static void
put_labels(struct ps_json *j, const struct cms_ess *e)
{
	ps_slice list = e->equivalents;
	struct cms_label l;

	ps_json_key(j, "security_label");
	put_label(j, &e->label);
	ps_json_key(j, "equivalent_labels");
	ps_json_open(j, '[');
	while (cms_ess_next_label(&list, &l))
		put_label(j, &l);
	ps_json_close(j, ']');
}

static void
put_expansions(struct ps_json *j, ps_slice list)
{
	struct cms_expansion x;
	char text[256];

	ps_json_key(j, "ml_expansion");
	ps_json_open(j, '[');
	while (cms_ess_next_expansion(&list, &x)) {
		ps_json_open(j, '{');
		ps_json_key(j, "issuer");
		ps_json_name(j, x.list.issuer.n == 0 ? NULL
		    : ps_name_text(x.list.issuer, text, sizeof text));
		ps_json_key(j, "serial");
		ps_json_hex(j, x.list.serial);
		ps_json_key(j, "ski");
		ps_json_hex(j, x.list.ski);
		ps_json_key(j, "time");
		ps_json_time(j, x.at);
		ps_json_key(j, "receipts");
		ps_json_text(j, list_policy_name(&x));
		ps_json_close(j, '}');
	}
	ps_json_close(j, ']');
}

void
ps_ess_json(struct ps_json *j, const struct cms_ess *e)
{
	if (!e->any) {
		ps_json_null(j);
		return;
	}
	ps_json_open(j, '{');
	put_receipt(j, e);
	put_labels(j, e);
	put_expansions(j, e->expansions);
	key_string(j, "content_hint", e->hint);
	key_oid(j, "content_hint_type", e->hint_type);
	ps_json_key(j, "content_identifier");
	ps_json_hex(j, e->content_id);
	ps_json_key(j, "content_reference");
	ps_json_hex(j, e->reference);
	ps_json_close(j, '}');
}

static const char *
receipt_state_name(enum ps_receipt_state s)
{
	static const char *const names[] = { "unchecked", "agrees", "differs" };

	return names[s];
}

void
ps_receipt_json(struct ps_json *j, const struct ps_receipt_found *r)
{
	ps_json_key(j, "receipt");
	if (r->layer == NULL) {
		ps_json_null(j);
		return;
	}
	ps_json_open(j, '{');
	ps_json_key(j, "path");
	ps_json_text(j, r->layer->path);
	ps_json_key(j, "state");
	ps_json_text(j, receipt_state_name(r->state));
	ps_json_key(j, "content_identifier");
	ps_json_hex(j, r->content.id);
	key_oid(j, "content_type", r->content.type);
	ps_json_key(j, "sent_from");
	ps_json_open(j, '[');
	for (size_t i = 0; i < r->from.n; i++)
		ps_json_text(j, r->from.box[i].address);
	ps_json_close(j, ']');
	ps_json_key(j, "sent_date");
	if (r->has_date)
		ps_json_time(j, r->date);
	else
		ps_json_null(j);
	ps_json_close(j, '}');
}

/* --- for a person --- */

struct facts {
	ps_fact_fn	 put;
	void		*arg;
};

static void
tell_label(const struct facts *f, const char *name, const struct cms_label *l)
{
	const char *class = cms_ess_classification_name(l->classification);
	char policy[96], mark[160], line[400], number[32];

	if (l->whole.n == 0)
		return;
	ps_words(number, sizeof number, "{n}", PS_NUMBER("n", l->classification));
	ps_words(line, sizeof line, W_T_LABEL,
	    PS_TEXT("name", !l->has_classification ? "-" : class != NULL ? class : number),
	    PS_TEXT("policy", der_oid_text(l->policy, policy, sizeof policy)),
	    PS_TEXT("mark", text_of(l->mark, mark, sizeof mark)),
	    PS_NUMBER("n", l->ncategory));
	f->put(f->arg, name, line);
}

static void
tell_receipt(const struct facts *f, const struct cms_ess *e)
{
	ps_slice list = e->to_list, one;
	char address[256], line[400];

	if (e->receipt.n == 0)
		return;
	do {
		bool any = cms_ess_next_address(&list, &one);

		ps_words(line, sizeof line, W_T_RECEIPT,
		    PS_TEXT("from", receipts_from_name(e->receipts_from)),
		    PS_TEXT("to", any ? text_of(one, address, sizeof address) : "-"));
		f->put(f->arg, "receipt request", line);
	} while (list.n != 0 && one.n != 0);
}

static void
tell_expansions(const struct facts *f, ps_slice list)
{
	struct cms_expansion x;
	char who[256], hex[96], time[32], line[400];

	while (cms_ess_next_expansion(&list, &x)) {
		ps_clock_format(x.at, time, sizeof time);
		ps_words(line, sizeof line, W_T_EXPANSION, PS_TEXT("time", time),
		    PS_TEXT("who", x.list.issuer.n == 0 ? ""
		    : ps_name_text(x.list.issuer, who, sizeof who)),
		    PS_TEXT("id", hex_of(x.list.ski.n != 0 ? x.list.ski : x.list.serial, hex,
		    sizeof hex)), PS_TEXT("receipts", list_policy_name(&x)));
		f->put(f->arg, "mailing list", line);
	}
}

static void
tell_text(const struct facts *f, const char *name, const char *text)
{
	char line[400];

	ps_words(line, sizeof line, "{text}", PS_TEXT("text", text));
	f->put(f->arg, name, line);
}

void
ps_ess_facts(const struct cms_ess *e, ps_fact_fn put, void *arg)
{
	struct facts f = { put, arg };
	ps_slice list = e->equivalents;
	struct cms_label l;
	char text[256];

	tell_receipt(&f, e);
	tell_label(&f, "security label", &e->label);
	while (cms_ess_next_label(&list, &l))
		tell_label(&f, "equivalent label", &l);
	tell_expansions(&f, e->expansions);
	if (e->hint.n != 0)
		tell_text(&f, "content hint", text_of(e->hint, text, sizeof text));
	if (e->hint_type.n != 0)
		tell_text(&f, "content hint", der_oid_text(e->hint_type, text, sizeof text));
	if (e->content_id.n != 0)
		tell_text(&f, "content identifier", hex_of(e->content_id, text, sizeof text));
	if (e->reference.n != 0)
		tell_text(&f, "answers content", hex_of(e->reference, text, sizeof text));
	if (e->broken != NULL)
		tell_text(&f, "not readable", e->broken);
}
