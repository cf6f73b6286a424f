/* SPDX-License-Identifier: ISC */
/*
 * The verdict as JSON, by docs/verdict.schema.json (DESIGN 12). The shape only
 * grows: a field that a program may rely on is never renamed or dropped.
 */
#include <string.h>

#include "base/json.h"
#include "base/words.h"
#include "smime/verdict.h"
#include "smime/verdict_ess.h"

static void
key_text(struct ps_json *j, const char *key, const char *value)
{
	ps_json_key(j, key);
	ps_json_text(j, value);
}

static void
key_text_or_null(struct ps_json *j, const char *key, const char *value)
{
	ps_json_key(j, key);
	if (value != NULL)
		ps_json_text(j, value);
	else
		ps_json_null(j);
}

static void
key_bool(struct ps_json *j, const char *key, bool value)
{
	ps_json_key(j, key);
	ps_json_bool(j, value);
}

static void
key_number(struct ps_json *j, const char *key, uint64_t value)
{
	ps_json_key(j, key);
	ps_json_number(j, value);
}

static void
key_hex(struct ps_json *j, const char *key, ps_slice value)
{
	ps_json_key(j, key);
	ps_json_hex(j, value);
}

static void
key_code_text(struct ps_json *j, const char *code, const char *text)
{
	ps_json_open(j, '{');
	key_text(j, "code", code);
	key_text(j, "text", text);
	ps_json_close(j, '}');
}

static const char *
summary_name(ps_summary s)
{
	static const char *const names[] = { "plain", "encrypted", "signed", "sealed",
	    "broken" };

	return names[s];
}

static void
put_mailboxes(struct ps_json *j, const char *key, const struct mime_mailboxes *m)
{
	ps_json_key(j, key);
	ps_json_open(j, '[');
	for (size_t i = 0; i < m->n; i++)
		ps_json_text(j, m->box[i].address);
	ps_json_close(j, ']');
}

static void
put_cert(struct ps_json *j, const ps_cert *c)
{
	if (c == NULL) {
		ps_json_null(j);
		return;
	}
	ps_json_open(j, '{');
	ps_json_key(j, "subject");
	ps_json_name(j, ps_cert_subject(c));
	ps_json_key(j, "issuer");
	ps_json_name(j, ps_cert_issuer(c));
	ps_json_key(j, "addresses");
	ps_json_open(j, '[');
	for (size_t i = 0; ps_cert_address(c, i) != NULL; i++)
		ps_json_text(j, ps_cert_address(c, i));
	ps_json_close(j, ']');
	key_text(j, "serial", ps_cert_serial(c));
	key_text(j, "sha256", ps_cert_sha256(c));
	ps_json_key(j, "not_before");
	ps_json_time(j, ps_cert_not_before(c));
	ps_json_key(j, "not_after");
	ps_json_time(j, ps_cert_not_after(c));
	ps_json_close(j, '}');
}

static void
put_time(struct ps_json *j, const struct ps_signature *s)
{
	ps_json_key(j, "signing_time");
	if (s->has_time)
		ps_json_time(j, s->signing_time);
	else
		ps_json_null(j);
	ps_json_key(j, "time");
	ps_json_open(j, '{');
	key_text(j, "source", s->stamped ? "timestamp" : "now");
	ps_json_key(j, "at");
	ps_json_time(j, s->at);
	ps_json_close(j, '}');
}

static const char *
revocation_state(const struct ps_signature *s)
{
	if (s->revoked)
		return "revoked";
	if (s->revocation_checked)
		return "good";
	return s->revocation_why != NULL ? "unknown" : "not-checked";
}

static void
put_revocation(struct ps_json *j, const struct ps_signature *s)
{
	ps_json_key(j, "revocation");
	ps_json_open(j, '{');
	key_text(j, "state", revocation_state(s));
	ps_json_key(j, "at");
	if (s->revocation_checked)
		ps_json_time(j, s->revocation_at);
	else
		ps_json_null(j);
	key_text_or_null(j, "by", s->revocation_by);
	key_text_or_null(j, "why", s->revocation_checked ? NULL : s->revocation_why);
	ps_json_close(j, '}');
}

static void
put_stamps(struct ps_json *j, const struct ps_signature *s, bool judged)
{
	ps_json_key(j, "timestamps");
	ps_json_open(j, '[');
	for (size_t i = 0; i < s->nstamp; i++) {
		ps_json_open(j, '{');
		if (judged)
			key_text(j, "state", ps_state_name(s->stamp[i].state));
		ps_json_key(j, "at");
		ps_json_time(j, s->stamp[i].at);
		ps_json_key(j, "by");
		ps_json_name(j, s->stamp[i].by);
		ps_json_close(j, '}');
	}
	ps_json_close(j, ']');
}

/* What a signature and a counter-signature have in common. */
static void
put_signer(struct ps_json *j, const struct ps_signature *s, bool judged)
{
	if (judged) {
		key_text(j, "state", ps_state_name(s->state));
		ps_json_key(j, "reasons");
		ps_json_open(j, '[');
		for (size_t i = 0; i < s->nreason; i++)
			key_code_text(j, s->reason[i].code, s->reason[i].text);
		ps_json_close(j, ']');
	}
	ps_json_key(j, "signer");
	put_cert(j, s->cert);
	key_text(j, "sid", s->sid);
	key_text(j, "algorithm", s->algorithm);
	key_text(j, "digest", s->digest);
	put_time(j, s);
	put_revocation(j, s);
}

static void
put_diagnosis(struct ps_json *j, const struct ps_diagnosis *d)
{
	ps_json_key(j, "diagnosis");
	if (d->code == NULL) {
		ps_json_null(j);
		return;
	}
	ps_json_open(j, '{');
	key_text(j, "code", d->code);
	key_text(j, "also", d->also);
	key_text(j, "text", d->text);
	ps_json_key(j, "line");
	if (d->line == 0)
		ps_json_null(j);
	else
		ps_json_number(j, d->line);
	ps_json_key(j, "offset");
	if (d->line == 0)
		ps_json_null(j);
	else
		ps_json_number(j, d->offset);
	ps_json_close(j, '}');
}

static void
put_signature(struct ps_json *j, const struct ps_signature *s, bool judged)
{
	ps_json_open(j, '{');
	key_text(j, "path", s->layer->path);
	key_bool(j, "in_envelope", s->in_envelope);
	put_signer(j, s, judged);
	if (judged)
		put_diagnosis(j, &s->diagnosis);
	put_stamps(j, s, judged);
	ps_json_key(j, "ess");
	ps_ess_json(j, &s->ess);
	ps_json_key(j, "countersignatures");
	ps_json_open(j, '[');
	for (size_t i = 0; i < s->ncounter; i++) {
		ps_json_open(j, '{');
		put_signer(j, &s->counter[i], judged);
		ps_json_close(j, '}');
	}
	ps_json_close(j, ']');
	ps_json_close(j, '}');
}

static void
put_attributes(struct ps_json *j, const struct ps_signature *s)
{
	char oid[96];

	for (size_t i = 0; i < s->nshown; i++) {
		const char *name = cms_attr_name(s->shown[i]);

		ps_json_text(j, name != NULL ? name
		    : der_oid_text(s->shown[i], oid, sizeof oid));
	}
}

static void
put_unsigned(struct ps_json *j, const ps_verdict *v)
{
	ps_json_key(j, "unsigned_attributes");
	ps_json_open(j, '[');
	for (size_t i = 0; i < v->nsignature; i++) {
		ps_json_open(j, '[');
		for (size_t k = 0; k < v->signature[i].nunsigned; k++)
			ps_json_text(j, v->signature[i].unsigned_name[k]);
		ps_json_close(j, ']');
	}
	ps_json_close(j, ']');
}

/* --- encryption --- */

static const char *
recipient_algorithm(const struct cms_recipient *r, char *out, size_t size)
{
	switch (r->kind) {
	case CMS_KTRI:
		return ps_algid_text(PS_ALG_TRANSPORT, &r->algorithm, out, size);
	case CMS_KARI:
		return ps_algid_text(PS_ALG_AGREEMENT, &r->algorithm, out, size);
	case CMS_KEK:
	case CMS_PASSWORD:
		return ps_algid_text(PS_ALG_WRAP, &r->algorithm, out, size);
	case CMS_KEM:
		return ps_algid_text(PS_ALG_KEM, &r->algorithm, out, size);
	case CMS_OTHER:
		break;
	}
	if (r->other_type.n != 0)
		return der_oid_text(r->other_type, out, size);
	return "unknown";
}

static void
put_recipient(struct ps_json *j, const struct cms_recipient *r, const struct cms_id *id,
    bool ours)
{
	char text[256];

	ps_json_open(j, '{');
	key_text(j, "type", cms_recipient_kind_name(r->kind));
	key_text(j, "algorithm", recipient_algorithm(r, text, sizeof text));
	key_bool(j, "ours", ours);
	ps_json_key(j, "id");
	ps_json_open(j, '{');
	ps_json_key(j, "issuer");
	ps_json_name(j, id->issuer.n == 0 ? NULL
	    : ps_name_text(id->issuer, text, sizeof text));
	key_hex(j, "serial", id->serial);
	key_hex(j, "ski", id->ski);
	key_hex(j, "key_id", r->key_id);
	ps_json_close(j, '}');
	ps_json_close(j, '}');
}

static void
put_recipients(struct ps_json *j, const struct ps_encryption *e)
{
	static const struct cms_id none;
	struct cms_recipient r;

	ps_json_key(j, "recipients");
	ps_json_open(j, '[');
	for (size_t i = 0; i < e->recipients.n; i++) {
		bool ours = e->opened && e->ours == i;

		cms_recipient_parse(&e->recipients, i, &r);
		for (size_t k = 0; k < r.nid; k++)
			put_recipient(j, &r, &r.id[k], ours);
		if (r.nid == 0)
			put_recipient(j, &r, &none, ours);
	}
	ps_json_close(j, ']');
}

static void
put_encryption(struct ps_json *j, const struct ps_encryption *e)
{
	ps_json_open(j, '{');
	key_text(j, "path", e->layer->path);
	key_bool(j, "in_envelope", e->in_envelope);
	key_text(j, "cipher", e->cipher);
	key_text(j, "derivation", e->derivation == NULL ? NULL : e->derivation->name);
	key_bool(j, "authenticated", e->authenticated);
	key_bool(j, "opened", e->opened);
	put_recipients(j, e);
	ps_json_close(j, '}');
}

static void
put_authentication(struct ps_json *j, const struct ps_encryption *e)
{
	ps_json_open(j, '{');
	key_text(j, "path", e->layer->path);
	key_bool(j, "in_envelope", e->in_envelope);
	key_text(j, "mac", e->cipher);
	key_bool(j, "authenticated", e->authenticated);
	put_recipients(j, e);
	ps_json_close(j, '}');
}

/* --- layers --- */

static void
put_layer_facts(struct ps_json *j, const struct ps_layer *l, bool details)
{
	key_text(j, "path", l->path);
	key_text(j, "type", ps_layer_kind_name(l->kind));
	key_bool(j, "in_envelope", l->in_envelope);
	key_text(j, "media", l->media);
	key_text(j, "filename", l->filename);
	ps_json_key(j, "octets");
	if (l->octets == UINT64_MAX)
		ps_json_null(j);
	else
		ps_json_number(j, l->octets);
	if (l->senders != NULL)
		put_mailboxes(j, "from", &l->senders->from);
	if (!details || l->content_type == NULL)
		return;
	key_number(j, "version", l->version);
	key_text(j, "encoding", l->der ? "der" : "ber");
	key_text(j, "content_type", l->content_type);
	key_text(j, "digests", l->digests);
	key_number(j, "crls", l->ncrl);
	key_number(j, "ocsp_responses", l->nocsp);
	key_number(j, "attribute_certificates", l->nattribute);
	ps_json_key(j, "certificates");
	ps_json_open(j, '[');
	for (size_t i = 0; i < l->ncert; i++)
		put_cert(j, l->cert[i]);
	ps_json_close(j, ']');
}

/* The tree without recursion: a stranger decides how deep it is. */
static void
put_layers(struct ps_json *j, const struct ps_layer *root, bool details)
{
	const struct ps_layer *l = root;

	ps_json_open(j, '[');
	while (l != NULL) {
		ps_json_open(j, '{');
		put_layer_facts(j, l, details);
		ps_json_key(j, "children");
		ps_json_open(j, '[');
		if (l->child != NULL) {
			l = l->child;
			continue;
		}
		for (;;) {
			ps_json_close(j, ']');
			ps_json_close(j, '}');
			if (l->next != NULL || l->parent == NULL)
				break;
			l = l->parent;
		}
		l = l->next;
	}
	ps_json_close(j, ']');
}

static void
put_error(struct ps_json *j, const ps_err *err)
{
	char text[512];

	ps_json_key(j, "error");
	if (err->n == 0) {
		ps_json_null(j);
		return;
	}
	ps_json_open(j, '{');
	key_text(j, "code", ps_code_info(ps_err_code(err))->name);
	ps_json_key(j, "causes");
	ps_json_open(j, '[');
	for (unsigned i = err->n; i-- > 0;)
		ps_json_text(j, ps_err_cause(err, i, text, sizeof text));
	ps_json_close(j, ']');
	ps_json_close(j, '}');
}

static void
put_names(struct ps_json *j, const char *key, const struct ps_names *names)
{
	ps_json_key(j, key);
	ps_json_open(j, '[');
	for (size_t i = 0; i < names->n; i++)
		ps_json_text(j, names->name[i]);
	ps_json_close(j, ']');
}

static void
put_headers(struct ps_json *j, const struct ps_headers *h)
{
	ps_json_key(j, "headers");
	ps_json_open(j, '{');
	key_text(j, "protection", ps_hp_name(h->mode));
	put_names(j, "protected", &h->covered);
	put_names(j, "confidential", &h->confidential);
	put_names(j, "outer_differs", &h->differing);
	ps_json_close(j, '}');
}

static void
put_senders(struct ps_json *j, const ps_verdict *v)
{
	bool outside = v->headers.mode != PS_HP_NONE && !v->headers.partial;

	put_mailboxes(j, "from", &v->from);
	put_mailboxes(j, "from_outer", outside ? &v->headers.from_outer : &v->from);
	key_text(j, "sender", v->sender.n == 0 ? NULL : v->sender.box[0].address);
}

static void
put_lists(struct ps_json *j, const ps_verdict *v, bool judged)
{
	ps_json_key(j, "signatures");
	ps_json_open(j, '[');
	for (size_t i = 0; i < v->nsignature; i++)
		put_signature(j, &v->signature[i], judged);
	ps_json_close(j, ']');
	if (judged)
		key_text(j, "confidentiality", ps_verdict_confidentiality(v));
	ps_json_key(j, "encryption");
	ps_json_open(j, '[');
	for (size_t i = 0; i < v->nencryption; i++)
		put_encryption(j, &v->encryption[i]);
	ps_json_close(j, ']');
	ps_json_key(j, "authentication");
	ps_json_open(j, '[');
	for (size_t i = 0; i < v->nauthentication; i++)
		put_authentication(j, &v->authentication[i]);
	ps_json_close(j, ']');
}

static ps_code
write_out(struct ps_json *j, struct ps_buf *b, ps_writer *w, ps_err *err)
{
	ps_code code = ps_json_finish(j, err);

	if (code == PS_OK && (code = ps_buf_add_text(b, "\n", err)) == PS_OK)
		code = ps_writer_write(w, ps_buf_get(b), err);
	ps_buf_clear(b);
	return code;
}

ps_code
ps_verdict_write_json(const ps_verdict *v, const char *file, ps_writer *w, ps_err *err)
{
	struct ps_buf b = { 0 };
	struct ps_json j;

	if (v == NULL)
		return ps_nomem(err, "smime.verdict");
	ps_json_init(&j, &b);
	ps_json_open(&j, '{');
	key_number(&j, "schema", 1);
	key_text(&j, "file", file);
	key_text(&j, "summary", summary_name(v->summary));
	key_text(&j, "status", ps_verdict_status(v));
	key_text(&j, "sentence", v->sentence);
	put_senders(&j, v);
	put_lists(&j, v, true);
	put_headers(&j, &v->headers);
	ps_receipt_json(&j, &v->receipt);
	ps_json_key(&j, "layers");
	put_layers(&j, v->root, false);
	ps_json_key(&j, "warnings");
	ps_json_open(&j, '[');
	for (size_t i = 0; i < v->nwarning; i++)
		key_code_text(&j, v->warning[i].code, v->warning[i].text);
	ps_json_close(&j, ']');
	put_error(&j, &v->error);
	ps_json_close(&j, '}');
	return write_out(&j, &b, w, err);
}

ps_code
ps_verdict_write_inspect_json(const ps_verdict *v, const char *file, ps_writer *w, ps_err *err)
{
	struct ps_buf b = { 0 };
	struct ps_json j;

	if (v == NULL)
		return ps_nomem(err, "smime.verdict");
	ps_json_init(&j, &b);
	ps_json_open(&j, '{');
	key_number(&j, "schema", 1);
	key_text(&j, "file", file);
	put_senders(&j, v);
	put_headers(&j, &v->headers);
	ps_receipt_json(&j, &v->receipt);
	ps_json_key(&j, "layers");
	put_layers(&j, v->root, true);
	put_lists(&j, v, false);
	ps_json_key(&j, "signed_attributes");
	ps_json_open(&j, '[');
	for (size_t i = 0; i < v->nsignature; i++) {
		ps_json_open(&j, '[');
		put_attributes(&j, &v->signature[i]);
		ps_json_close(&j, ']');
	}
	ps_json_close(&j, ']');
	put_unsigned(&j, v);
	put_error(&j, &v->error);
	ps_json_close(&j, '}');
	return write_out(&j, &b, w, err);
}
