/* SPDX-License-Identifier: ISC */
/*
 * Can one write to this address?
 *
 * The answer is not guessed: the steps of sending are taken, up to where the mail itself
 * would be needed, and what they chose or refused is told. Around it stands what a
 * person asks next: which certificates there are, why the others were not taken,
 * who was asked, what to do.
 */
#include "doctor/doctor.h"

#include <string.h>

#include "base/text.h"
#include "base/words.h"
#include "doctor/words.h"

enum { DIGEST_SHOWN = 16, WHY = 1024 };

struct visit {
	struct sheet	 s;
	struct protecting p;
	ps_store	*store;
	const char	*address;
	ps_cert		*chosen;	/* NULL: none; borrowed */
	ps_code		 answer;
	ps_err		 why;		/* of it */
	ps_store_how	 how;		/* scratch of how_of */
	bool		 stored;
};

/* --- where one came from --- */

static const char *const how_words[] = {
	[PS_STORE_GIVEN] = W_DOCTOR_HOW_GIVEN,
	[PS_STORE_MAIL] = W_DOCTOR_HOW_MAIL,
	[PS_STORE_LDAP] = W_DOCTOR_HOW_LDAP,
	[PS_STORE_SMIMEA] = W_DOCTOR_HOW_SMIMEA,
	[PS_STORE_AIA] = W_DOCTOR_HOW_AIA,
	[PS_STORE_ISSUED] = W_DOCTOR_HOW_ISSUED,
};

static ps_code
note_how(void *arg, const ps_store_cert *c, ps_err *err)
{
	struct visit *v = arg;

	(void)err;
	v->stored = true;
	v->how = c->how;
	return PS_OK;
}

static ps_store_how
how_of(struct visit *v, const ps_cert *c)
{
	const char *source = protect_source_of(&v->p, c);

	if (source != NULL)
		return strcmp(source, "ldap") == 0 ? PS_STORE_LDAP : PS_STORE_SMIMEA;
	v->stored = false;
	if (v->store != NULL && ps_store_find_certs(v->store, ps_cert_sha256(c), 0, note_how, v,
	    NULL) == PS_OK && v->stored)
		return v->how;
	return PS_STORE_GIVEN;
}

static const char *
digest_of(const ps_cert *c, char out[DIGEST_SHOWN + 1])
{
	memcpy(out, ps_cert_sha256(c), DIGEST_SHOWN);
	out[DIGEST_SHOWN] = '\0';
	return out;
}

/* --- the certificates --- */

static void
tell_chosen(struct visit *v)
{
	char line[SHEET_LINE], digest[DIGEST_SHOWN + 1], day[SHEET_DATE];
	ps_store_how how = how_of(v, v->chosen);

	if (v->s.json) {
		ps_json_open(&v->s.j, '{');
		sheet_cert(&v->s, v->chosen);
		sheet_key_text(&v->s, "how", ps_store_how_name(how));
		ps_json_close(&v->s.j, '}');
		return;
	}
	ps_words(line, sizeof line, W_DOCTOR_CERT, PS_TEXT("issuer", ps_cert_issuer(v->chosen)),
	    PS_TEXT("date", sheet_day(ps_cert_not_after(v->chosen), day)),
	    PS_TEXT("how", how_words[how]), PS_TEXT("digest", digest_of(v->chosen, digest)));
	sheet_line(&v->s, "certificate", line);
}

static void
tell_candidate(struct visit *v, const ps_cert *c, const char *why)
{
	char line[SHEET_LINE], digest[DIGEST_SHOWN + 1];
	ps_store_how how = how_of(v, c);

	if (v->s.json) {
		ps_json_open(&v->s.j, '{');
		sheet_cert(&v->s, c);
		sheet_key_text(&v->s, "how", ps_store_how_name(how));
		sheet_key_bool(&v->s, "fit", why[0] == '\0');
		sheet_key_text(&v->s, "why", why[0] == '\0' ? NULL : why);
		ps_json_close(&v->s.j, '}');
		return;
	}
	ps_words(line, sizeof line, why[0] == '\0' ? W_DOCTOR_SPARE : W_DOCTOR_UNFIT,
	    PS_TEXT("digest", digest_of(c, digest)), PS_TEXT("how", how_words[how]),
	    PS_TEXT("why", why));
	sheet_line(&v->s, "not taken", line);
}

/* All others that name the address. */
static ps_code
tell_candidates(struct visit *v, ps_err *err)
{
	char why[PROTECT_WHY];
	size_t walk = 0;
	ps_cert *c, *last = NULL;
	ps_code code;

	while ((code = ps_setup_next_named(&v->p.pr->setup, v->address, &walk, &c, err)) ==
	    PS_OK && c != NULL) {
		if (c == last || ps_cert_view_of(c)->ca || (v->chosen != NULL &&
		    ps_slice_equal(ps_cert_der(c), ps_cert_der(v->chosen))))
			continue;
		if ((code = protect_fitness(&v->p, c, why, err)) != PS_OK)
			break;
		tell_candidate(v, c, why);
		last = c;
	}
	return code;
}

/* --- who was asked --- */

static const char *
answer_name(const struct protect_source *a)
{
	if (a->code == PS_OK)
		return a->n == 0 ? "nothing" : "found";
	return a->code == PS_E_TEMPORARY ? "later" : "refused";
}

static void
tell_source(struct visit *v, const struct protect_source *a)
{
	char line[SHEET_LINE];

	if (v->s.json) {
		ps_json_open(&v->s.j, '{');
		sheet_key_text(&v->s, "source", a->name);
		sheet_key_text(&v->s, "answer", answer_name(a));
		ps_json_key(&v->s.j, "certificates");
		ps_json_number(&v->s.j, a->n);
		ps_json_close(&v->s.j, '}');
		return;
	}
	ps_words(line, sizeof line, a->code == PS_E_TEMPORARY ? W_DOCTOR_SILENT
	    : a->code != PS_OK ? W_DOCTOR_DENIED
	    : a->n == 0 ? W_DOCTOR_NOTHING : W_DOCTOR_FOUND, PS_TEXT("name", a->name),
	    PS_NUMBER("n", a->n));
	sheet_line(&v->s, "asked", line);
}

static const char *
why_nobody(const struct visit *v)
{
	const struct ps_setup *s = &v->p.pr->setup;

	if (v->answer == PS_OK)
		return W_DOCTOR_NO_NEED;
	return ps_policy_network(s->policy, "find")[0] == '\0' ? W_DOCTOR_NO_RULE
	    : W_DOCTOR_OFFLINE;
}

static void
tell_sources(struct visit *v)
{
	char line[SHEET_LINE];

	for (size_t i = 0; i < v->p.nsource; i++)
		tell_source(v, &v->p.source[i]);
	if (v->p.nsource != 0 || v->s.json)
		return;
	ps_words(line, sizeof line, W_DOCTOR_NOBODY, PS_TEXT("why", why_nobody(v)));
	sheet_line(&v->s, "asked", line);
}

/* --- algorithms --- */

/* The explanation, line by line. */
static void
tell_algorithms(struct visit *v)
{
	const char *p = ps_protector_explain(v->p.pr);
	char line[SHEET_LINE];

	while (v->answer == PS_OK && *p != '\0') {
		size_t n = strcspn(p, "\n");

		ps_words(line, sizeof line, "{text}", PS_OCTETS("text",
		    ((ps_slice){ (const uint8_t *)p, n })));
		if (n > 0 && v->s.json)
			ps_json_text(&v->s.j, line);
		else if (n > 0)
			sheet_line(&v->s, "chosen", line);
		p += n + (p[n] == '\n');
	}
}

/* --- the whole --- */

static const char *
advice(const struct visit *v, bool looks_wrong)
{
	const struct ps_setup *s = &v->p.pr->setup;

	if (v->answer == PS_OK)
		return NULL;
	if (looks_wrong)
		return W_DOCTOR_DO_ADDRESS;
	if (v->answer == PS_E_TEMPORARY)
		return W_DOCTOR_DO_LATER;
	if (v->answer != PS_E_NOT_FOUND)
		return W_DOCTOR_DO_UNFIT;
	return s->fetch == NULL && ps_policy_network(s->policy, "find")[0] != '\0'
	    ? W_DOCTOR_DO_ONLINE : W_DOCTOR_DO_MISSING;
}

static void
tell_answer(struct visit *v)
{
	char line[SHEET_LINE], why[WHY] = "";

	if (v->answer != PS_OK)
		ps_err_cause(&v->why, 0, why, sizeof why);
	if (v->s.json) {
		ps_json_key(&v->s.j, "schema");
		ps_json_number(&v->s.j, 1);
		sheet_key_text(&v->s, "address", v->address);
		sheet_key_bool(&v->s, "encrypts", v->answer == PS_OK);
		sheet_key_text(&v->s, "code", ps_code_info(v->answer)->name);
		sheet_key_text(&v->s, "why", v->answer == PS_OK ? NULL : why);
		return;
	}
	ps_words(line, sizeof line, v->answer == PS_OK ? W_DOCTOR_YES : W_DOCTOR_NO,
	    PS_TEXT("who", v->address), PS_TEXT("why", why));
	sheet_line(&v->s, "", line);
}

static void
open_list(struct visit *v, const char *key)
{
	if (!v->s.json)
		return;
	ps_json_key(&v->s.j, key);
	ps_json_open(&v->s.j, '[');
}

static void
close_list(struct visit *v)
{
	if (v->s.json)
		ps_json_close(&v->s.j, ']');
}

static void
tell_advice(struct visit *v, const char *what)
{
	if (v->s.json)
		sheet_key_text(&v->s, "advice", what);
	else if (what != NULL)
		sheet_line(&v->s, "what to do", what);
}

static ps_code
tell(struct visit *v, bool looks_wrong, ps_err *err)
{
	ps_code code = PS_OK;

	tell_answer(v);
	tell_advice(v, advice(v, looks_wrong));
	if (v->s.json)
		ps_json_key(&v->s.j, "certificate");
	if (v->chosen != NULL)
		tell_chosen(v);
	else if (v->s.json)
		ps_json_null(&v->s.j);
	open_list(v, "algorithms");
	tell_algorithms(v);
	close_list(v);
	open_list(v, "not_taken");
	if (!looks_wrong)
		code = tell_candidates(v, err);
	close_list(v);
	open_list(v, "asked");
	if (!looks_wrong)
		tell_sources(v);
	close_list(v);
	return code;
}

/* Failures of our own are no answer. */
static bool
is_answer(ps_code code)
{
	return code == PS_OK || code == PS_E_NOT_FOUND || code == PS_E_REFUSED ||
	    code == PS_E_TEMPORARY;
}

static ps_code
try_address(struct visit *v, struct protect_list *list, bool *out_looks_wrong)
{
	ps_code code = protect_learn(&v->p, &v->why);

	if (code != PS_OK)
		return code;
	code = protect_check_address(&v->p, v->address, &v->why);
	*out_looks_wrong = code == PS_E_REFUSED;
	if (code == PS_OK &&
	    (code = protect_try_address(&v->p, v->address, list, &v->why)) == PS_OK)
		code = protect_choose_cipher(&v->p, list, &v->why);
	return code;
}

ps_code
ps_doctor_address(ps_protector *pr, ps_store *store, const char *address, int json,
    ps_writer *w, ps_code *out_answer, ps_err *err)
{
	struct visit v = { .store = store, .address = address, .why = PS_ERR_INIT };
	struct protect_list list = { .n = 0 };
	bool looks_wrong = false;
	ps_code code = PS_OK;

	protect_begin(&v.p, pr, PS_ENCRYPT);
	sheet_begin(&v.s, json);
	v.answer = try_address(&v, &list, &looks_wrong);
	v.chosen = list.n == 0 ? NULL : list.to[0].cert;
	if (!is_answer(v.answer)) {
		code = v.answer;
		if (err != NULL)
			*err = v.why;
	}
	if (code == PS_OK)
		code = tell(&v, looks_wrong, err);
	if (code == PS_OK)
		code = sheet_write(&v.s, w, err);
	if (code == PS_OK)
		*out_answer = v.answer;
	ps_buf_clear(&v.s.text);
	protect_list_clear(&list);
	protect_end(&v.p);
	return code;
}
