/* SPDX-License-Identifier: ISC */
/*
 * What an authority says afterwards: who is revoked, and what it issued.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "issue/ca.h"
#include "issue/words.h"
#include "stream/stream.h"

#define WHERE	"issue.authority"

enum { CRL_DAYS = 7, ROOT_CRL_DAYS = 365, OCSP_DAYS = 1 };

/* RFC 5280, 5.3.1; those that BR 4.9.1.1 knows, with whom a mailbox may be. */
static const struct {
	const char	*name;
	unsigned	 number;
} reasons[] = {
	{ "unspecified", 0 }, { "key-compromise", 1 }, { "affiliation-changed", 3 },
	{ "superseded", 4 }, { "cessation", 5 }, { "privilege-withdrawn", 9 },
};
enum { REASONS = sizeof reasons / sizeof reasons[0] };

const char *
ps_ca_reasons(void)
{
	return "unspecified|key-compromise|affiliation-changed|superseded|cessation|"
	       "privilege-withdrawn";
}

static const char *
reason_name(unsigned number)
{
	for (size_t i = 0; i < REASONS; i++)
		if (reasons[i].number == number)
			return reasons[i].name;
	return "unknown";
}

/* --- revoking --- */

static ps_code
no_secret(void *arg, const char *what, ps_secret *out, ps_err *err)
{
	(void)arg;
	(void)out;
	return ps_fail(err, PS_E_MALFORMED, WHERE, PS_NOWHERE, W_ISSUE_FILE,
	    PS_TEXT("path", what));
}

/* The serial number of the certificate in a file. */
static ps_code
serial_of(const char *path, char out[48], ps_err *err)
{
	struct ps_keyfile f = { 0 };
	ps_cert *c = NULL;
	ps_code code = ps_keyfile_load(&f, path, no_secret, NULL, &ps_limits_default, err);

	if (code == PS_OK && f.ncert == 0)
		code = ps_fail(err, PS_E_MALFORMED, WHERE, PS_NOWHERE, W_ISSUE_FILE,
		    PS_TEXT("path", path));
	if (code == PS_OK)
		code = ps_cert_parse(&c, ps_buf_get(&f.cert[0]), err);
	if (code == PS_OK)
		(void)snprintf(out, 48, "%s", ps_cert_serial(c));
	ps_cert_free(c);
	ps_keyfile_clear(&f);
	return code;
}

static ps_code
find_reason(const char *name, unsigned *out, ps_err *err)
{
	for (size_t i = 0; i < REASONS; i++)
		if (name == NULL || strcmp(name, reasons[i].name) == 0) {
			*out = reasons[i].number;
			return PS_OK;
		}
	return ps_fail(err, PS_E_NOT_FOUND, WHERE, PS_NOWHERE, W_ISSUE_REASON,
	    PS_TEXT("name", name), PS_TEXT("list", ps_ca_reasons()));
}

ps_code
ps_ca_revoke(ps_ca *ca, const char *what, const char *reason, ps_err *err)
{
	struct revocation v = { .at = ca->now }, before;
	ps_cert *c = NULL;
	bool revoked = false;
	ps_code code = find_reason(reason, &v.reason, err);

	if (code == PS_OK && access(what, R_OK) == 0)
		code = serial_of(what, v.serial, err);
	else if (code == PS_OK)
		(void)snprintf(v.serial, sizeof v.serial, "%s", what);
	if (code == PS_OK)
		code = record_find(&ca->record, v.serial, &c, err);
	if (code == PS_OK && c == NULL)
		code = ps_fail(err, PS_E_NOT_FOUND, WHERE, PS_NOWHERE, W_ISSUE_NOT_OURS,
		    PS_TEXT("serial", what));
	if (code == PS_OK)
		code = record_revoked(&ca->record, v.serial, &before, &revoked, err);
	if (code == PS_OK && revoked)
		code = ps_fail(err, PS_E_REFUSED, WHERE, PS_NOWHERE, W_ISSUE_REVOKED,
		    PS_TEXT("serial", v.serial), PS_TIME("date", before.at));
	if (code == PS_OK)
		code = record_revoke(&ca->record, &v, err);
	ps_cert_free(c);
	return code;
}

/* --- lists and answers --- */

ps_code
ca_crl_build(ps_ca *ca, bool root, unsigned days, struct ps_buf *out, ps_err *err)
{
	struct issue_signer signer;
	struct issue_span span;
	uint64_t number = 0;
	ps_code code = ca_signer(ca, root, &signer, err);

	if (days == 0)
		days = root ? ROOT_CRL_DAYS : CRL_DAYS;
	span = ca_span(ca, root, days);
	if (code == PS_OK)
		code = record_next_list(&ca->record, root ? "root" : "issuing", &number, err);
	return code == PS_OK ? issue_crl_build(out, root ? NULL : &ca->record, number, &signer,
	    &span, err) : code;
}

ps_code
ps_ca_crl(ps_ca *ca, int of_root, unsigned days, ps_writer *out, ps_err *err)
{
	struct ps_buf der = { 0 };
	ps_code code = ca_crl_build(ca, of_root != 0, days, &der, err);

	if (code == PS_OK)
		code = ps_writer_write(out, ps_buf_get(&der), err);
	ps_buf_clear(&der);
	return code;
}

static ps_code
answer(ps_ca *ca, const struct issue_questions *q, unsigned days, struct ps_buf *out, ps_err *err)
{
	struct issue_signer signer;
	struct issue_span span = ca_span(ca, false, days == 0 ? OCSP_DAYS : days);
	ps_code code = ca_signer(ca, false, &signer, err);

	return code == PS_OK ? issue_ocsp_build(out, &ca->record, q, &signer, &span, err) : code;
}

ps_code
ps_ca_ocsp(ps_ca *ca, const char *request, unsigned days, ps_writer *out, ps_err *err)
{
	const struct ps_cert_view *v = ps_cert_view_of(ca->issuing);
	struct issue_questions q;
	struct ps_buf der = { 0 };
	ps_code code = issue_ocsp_read(&q, request, v->subject, v->spki, err);

	if (code != PS_OK)
		return code;
	code = answer(ca, &q, days, &der, err);
	if (code == PS_OK)
		code = ps_writer_write(out, ps_buf_get(&der), err);
	issue_questions_clear(&q);
	ps_buf_clear(&der);
	return code;
}

struct pre {
	ps_ca		*ca;
	const char	*dir;
	unsigned	 days;
};

/* Of an expired certificate nobody asks any more. */
static ps_code
answer_before(void *arg, ps_cert *c, ps_err *err)
{
	const struct pre *p = arg;
	const struct ps_cert_view *v = ps_cert_view_of(p->ca->issuing);
	struct issue_questions q;
	struct ps_buf der = { 0 };
	char name[64];
	ps_code code;

	if (ps_cert_not_after(c) < p->ca->now)
		return PS_OK;
	code = issue_ocsp_ask(&q, ps_cert_view_of(c)->serial, v->subject, v->spki, err);
	if (code != PS_OK)
		return code;
	code = answer(p->ca, &q, p->days, &der, err);
	(void)snprintf(name, sizeof name, "%s.ors", ps_cert_serial(c));
	if (code == PS_OK)
		code = ca_write_file(p->dir, name, ps_buf_get(&der), err);
	issue_questions_clear(&q);
	ps_buf_clear(&der);
	return code;
}

ps_code
ps_ca_ocsp_all(ps_ca *ca, const char *dir, unsigned days, ps_err *err)
{
	struct pre p = { ca, dir, days };

	return record_each_cert(&ca->record, answer_before, &p, err);
}

/* --- what was issued --- */

struct lister {
	ps_ca		*ca;
	ps_writer	*out;
	bool		 json;
};

static ps_code
list_json(const struct lister *l, const ps_cert *c, const struct revocation *v, ps_err *err)
{
	struct ps_buf line = { 0 };
	struct ps_json j;
	ps_code code;

	ps_json_init(&j, &line);
	ps_json_open(&j, '{');
	ps_json_key(&j, "serial");
	ps_json_text(&j, ps_cert_serial(c));
	ps_json_key(&j, "sha256");
	ps_json_text(&j, ps_cert_sha256(c));
	ps_json_key(&j, "addresses");
	ps_json_open(&j, '[');
	for (size_t i = 0; ps_cert_address(c, i) != NULL; i++)
		ps_json_text(&j, ps_cert_address(c, i));
	ps_json_close(&j, ']');
	ps_json_key(&j, "not_before");
	ps_json_time(&j, ps_cert_not_before(c));
	ps_json_key(&j, "not_after");
	ps_json_time(&j, ps_cert_not_after(c));
	ps_json_key(&j, "revoked");
	if (v == NULL)
		ps_json_null(&j);
	else
		ps_json_time(&j, v->at);
	ps_json_key(&j, "reason");
	ps_json_text(&j, v == NULL ? NULL : reason_name(v->reason));
	ps_json_close(&j, '}');
	code = ps_json_finish(&j, err);
	if (code == PS_OK)
		code = ps_buf_add_text(&line, "\n", err);
	if (code == PS_OK)
		code = ps_writer_write(l->out, ps_buf_get(&line), err);
	ps_buf_clear(&line);
	return code;
}

static ps_code
list_text(const struct lister *l, const ps_cert *c, const struct revocation *v, ps_err *err)
{
	char line[512], until[24], when[24] = "";

	ps_clock_format(v == NULL ? ps_cert_not_after(c) : v->at, v == NULL ? until : when,
	    sizeof until);
	if (v == NULL)
		(void)snprintf(line, sizeof line, "%s %s until %s\n", ps_cert_serial(c),
		    ps_cert_holder(c), until);
	else
		(void)snprintf(line, sizeof line, "%s %s revoked %s: %s\n", ps_cert_serial(c),
		    ps_cert_holder(c), when, reason_name(v->reason));
	return ps_writer_text(l->out, line, err);
}

static ps_code
list_one(void *arg, ps_cert *c, ps_err *err)
{
	const struct lister *l = arg;
	struct revocation v;
	bool revoked = false;
	ps_code code = record_revoked(&l->ca->record, ps_cert_serial(c), &v, &revoked, err);

	if (code != PS_OK)
		return code;
	return l->json ? list_json(l, c, revoked ? &v : NULL, err) :
	    list_text(l, c, revoked ? &v : NULL, err);
}

ps_code
ps_ca_list(ps_ca *ca, int json, ps_writer *out, ps_err *err)
{
	struct lister l = { ca, out, json != 0 };

	return record_each_cert(&ca->record, list_one, &l, err);
}
