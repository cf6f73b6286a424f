/* SPDX-License-Identifier: ISC */
/*
 * Lint: which checks run, and what becomes of what they find.
 *
 * A check is a row: the finding it may make, the function that looks, and the
 * certificates that the rule is for. So the reader of a table sees what a
 * standard demands of whom, and functions know nothing of profiles.
 */
#include "issue/lint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "issue/lint_report.h"
#include "issue/words.h"
#include "stream/stream.h"

#define WHERE	"issue.lint"

enum { MOST_FOUND = 1000, MOST_LOOKS = 4096 };

/* The Baseline Requirements count from 2023-09-01. */
static const int64_t br_begins = 1693526400;

static const struct lint_table *const tables[] = {
	&lint_fields, &lint_keys, &lint_extensions, &lint_policies, &lint_places,
	&lint_alternatives, &lint_names,
};

/* --- what checks say --- */

static void
add(struct lint *l, char *detail)
{
	struct lint_finding *more = l->found;

	if (l->n == l->room) {
		l->room = l->room == 0 ? 16 : l->room * 2;
		more = reallocarray(l->found, l->room, sizeof *more);
	}
	if (more == NULL) {
		l->room = l->n;
		l->code = PS_E_NOMEM;
		free(detail);
		return;
	}
	l->found = more;
	l->found[l->n++] = (struct lint_finding){ .rule = l->check->rule,
	    .zlint = l->check->zlint, .place = l->place, .detail = detail };
}

void
lint_found_octets(struct lint *l, ps_slice detail)
{
	char *copy;

	if (l->n >= MOST_FOUND)
		return;
	copy = ps_strdup_slice(detail);
	if (copy == NULL)
		l->code = PS_E_NOMEM;
	else
		add(l, copy);
}

void
lint_found(struct lint *l)
{
	if (l->n < MOST_FOUND)
		add(l, NULL);
}

void
lint_found_text(struct lint *l, const char *detail)
{
	lint_found_octets(l, ps_str(detail));
}

void
lint_found_oid(struct lint *l, ps_slice oid)
{
	char text[128];

	lint_found_text(l, der_oid_text(oid, text, sizeof text));
}

void
lint_found_number(struct lint *l, uint64_t n)
{
	char text[24];

	(void)snprintf(text, sizeof text, "%llu", (unsigned long long)n);
	lint_found_text(l, text);
}

bool
lint_enough(struct lint *l)
{
	return ++l->looks > MOST_LOOKS;
}

/* --- which checks run --- */

/* A profile that was asked for is judged whatever the date. */
static bool
profile_applies(const struct lint *l, const struct lint_check *c)
{
	if (c->type == 0 && c->generation == 0)
		return true;
	if (!l->asked && l->not_before.at < br_begins)
		return false;
	return (c->type == 0 || (l->type & c->type) != 0) &&
	    (c->generation == 0 || (l->generation & c->generation) != 0);
}

static bool
applies(const struct lint *l, const struct lint_check *c)
{
	unsigned who = l->ca ? W_CA : W_EE;

	return (c->who == 0 || (c->who & who) != 0) && (c->key == 0 || (c->key & l->key) != 0) &&
	    (c->since == 0 || l->not_before.at >= c->since) &&
	    (c->until == 0 || l->not_before.at < c->until) && profile_applies(l, c);
}

static void
run_table(struct lint *l, const struct lint_table *t, const char *place)
{
	for (size_t i = 0; i < t->n; i++) {
		l->check = &t->row[i];
		l->place = place != NULL ? place : l->check->place;
		if (applies(l, l->check))
			l->check->run(l);
	}
}

/* The directory names of subjectAltName are names like the subject. */
static void
run_names(struct lint *l, const struct lint_table *t)
{
	static const char *const directory = "subjectAltName";
	struct lint_cursor c;

	l->name = l->subject;
	run_table(l, t, "subject");
	if (!l->ext[E_SAN].present)
		return;
	lint_enter(&c, l->ext[E_SAN].value, DER_SEQUENCE);
	while (der_more(&c.list)) {
		struct der in;

		if (!der_try_enter(&c.list, DER_CTX(4), "directoryName", &in)) {
			der_skip(&c.list, NULL);
			continue;
		}
		l->name = der_element(&in, DER_SEQUENCE, "Name");
		run_table(l, t, directory);
	}
}

static void
run(struct lint *l)
{
	for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
		if (tables[i]->names)
			run_names(l, tables[i]);
		else
			run_table(l, tables[i], NULL);
}

/* --- certificates and files --- */

static const char *const types[] = { "mailbox", "organization", "sponsor", "individual" };
static const char *const generations[] = { "legacy", "multipurpose", "strict" };

/* "mailbox-strict"; "none" is no profile, and asked for all the same. */
static bool
read_profile(const char *name, unsigned *type, unsigned *generation)
{
	char text[40];

	*type = *generation = 0;
	if (strcmp(name, "none") == 0)
		return true;
	for (unsigned t = 0; t < 4; t++)
		for (unsigned g = 0; g < 3; g++) {
			(void)snprintf(text, sizeof text, "%s-%s", types[t], generations[g]);
			if (strcmp(text, name) == 0) {
				*type = 1u << t;
				*generation = 1u << g;
				return true;
			}
		}
	return false;
}

const char *
lint_profile_name(const struct lint *l, char *out, size_t size)
{
	unsigned t = 0, g = 0;

	if (l->type == 0)
		return NULL;
	while (t < 3 && l->type >> (t + 1) != 0)
		t++;
	while (g < 2 && l->generation >> (g + 1) != 0)
		g++;
	(void)snprintf(out, size, "%s-%s", types[t], generations[g]);
	return out;
}

static void
clear(struct lint *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->found[i].detail);
	free(l->found);
}

static ps_code
judge_one(struct lint *l, ps_slice der, const char *profile, ps_err *err)
{
	ps_code code;

	*l = (struct lint){ 0 };
	if (profile != NULL) {
		l->asked = true;
		if (!read_profile(profile, &l->type, &l->generation))
			return ps_fail(err, PS_E_NOT_FOUND, WHERE, PS_NOWHERE,
			    W_ISSUE_LINT_PROFILE, PS_TEXT("name", profile));
	}
	code = lint_read(l, der, err);
	if (code != PS_OK)
		return code;
	if (!l->asked)
		(void)lint_profile(l);
	run(l);
	return l->code == PS_OK ? PS_OK : ps_nomem(err, WHERE);
}

static ps_code
judge_all(const struct ps_keyfile *file, const struct lint_form *form, const char *profile,
    ps_writer *out, int *out_bad, ps_err *err)
{
	ps_code code = PS_OK;

	for (size_t i = 0; i < file->ncert && code == PS_OK; i++) {
		struct lint l;

		code = judge_one(&l, ps_buf_get(&file->cert[i]), profile, err);
		if (code == PS_OK)
			code = lint_report(&l, form, i, out, out_bad, err);
		clear(&l);
	}
	return code;
}

static ps_code
no_passphrase(void *arg, const char *what, ps_secret *out, ps_err *err)
{
	(void)arg;
	(void)out;
	return ps_fail(err, PS_E_PASSPHRASE, WHERE, PS_NOWHERE, W_ISSUE_LINT_EMPTY,
	    PS_TEXT("path", what));
}

ps_code
ps_lint_file(const char *path, const char *profile, int form, int all, ps_writer *out,
    int *out_bad, ps_err *err)
{
	struct ps_keyfile file = { 0 };
	struct lint_form how = { .path = path, .json = form == PS_LINT_JSON, .all = all != 0 };
	int bad = 0;
	ps_code code = ps_keyfile_load(&file, path, no_passphrase, NULL, &ps_limits_default, err);

	if (code == PS_OK && file.ncert == 0)
		code = ps_fail(err, PS_E_MALFORMED, WHERE, PS_NOWHERE, W_ISSUE_LINT_EMPTY,
		    PS_TEXT("path", path));
	if (code == PS_OK)
		code = judge_all(&file, &how, profile, out, &bad, err);
	ps_keyfile_clear(&file);
	if (code == PS_OK)
		*out_bad = bad;
	return code;
}
