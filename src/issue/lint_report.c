/* SPDX-License-Identifier: ISC */
/*
 * The report of the lint, for people and for programs.
 */
#include "issue/lint_report.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "stream/stream.h"

enum severity { FATAL, ERROR, WARNING, NOTICE, INFO };
static const char *const severities[] = { "fatal", "error", "warning", "notice", "info" };

static const struct {
	enum severity	 severity;
	const char	*id, *cite, *words;
} rules[LINT_COUNT] = {
#define X(name, severity, id, cite, words)	[L_##name] = { severity, id, cite, words },
	LINT_RULES(X)
#undef X
};

enum { LINE = 1024 };

static const char *
words_of(const struct lint_finding *f, char *out)
{
	(void)ps_words(out, LINE, rules[f->rule].words,
	    PS_TEXT("detail", f->detail == NULL ? "" : f->detail));
	return out;
}

/* --- text --- */

static void
text_line(struct ps_buf *b, ps_code *code, const char *text, ps_err *err)
{
	if (*code == PS_OK)
		*code = ps_buf_add_text(b, text, err);
}

static void
text_finding(struct ps_buf *b, ps_code *code, const struct lint_finding *f, ps_err *err)
{
	char words[LINE], line[2 * LINE];

	(void)snprintf(line, sizeof line, "  %-8s%s: %s (%s)\n          %s\n",
	    severities[rules[f->rule].severity], f->place, words_of(f, words),
	    rules[f->rule].cite, rules[f->rule].id);
	text_line(b, code, line, err);
}

static ps_code
as_text(const struct lint *l, const struct lint_form *form, size_t i, struct ps_buf *b,
    ps_err *err)
{
	char line[2 * LINE], profile[40];
	const char *name = lint_profile_name(l, profile, sizeof profile);
	ps_code code = PS_OK;
	bool any = false;

	(void)snprintf(line, sizeof line, "%s#%zu: %s (%s%s)\n", form->path, i + 1,
	    l->subject.n == 2 ? "no subject" : l->subject_text,
	    name == NULL ? "no profile of the CA/Browser Forum" : "profile ",
	    name == NULL ? "" : name);
	text_line(b, &code, line, err);
	for (size_t k = 0; k < l->n; k++)
		if (form->all || rules[l->found[k].rule].severity <= WARNING) {
			text_finding(b, &code, &l->found[k], err);
			any = true;
		}
	if (!any)
		text_line(b, &code, "  nothing found\n", err);
	return code;
}

/* --- JSON --- */

static void
json_names(struct ps_json *j, const char *names)
{
	ps_json_open(j, '[');
	while (names != NULL && *names != '\0') {
		size_t n = strcspn(names, " ");

		ps_json_slice(j, (ps_slice){ (const uint8_t *)names, n });
		names += n + (names[n] == ' ');
	}
	ps_json_close(j, ']');
}

static void
json_pair(struct ps_json *j, const char *key, const char *value)
{
	ps_json_key(j, key);
	ps_json_text(j, value);
}

static void
json_finding(struct ps_json *j, const struct lint_finding *f)
{
	char words[LINE];

	ps_json_open(j, '{');
	json_pair(j, "id", rules[f->rule].id);
	ps_json_key(j, "zlint");
	json_names(j, f->zlint);
	json_pair(j, "severity", severities[rules[f->rule].severity]);
	json_pair(j, "citation", rules[f->rule].cite);
	json_pair(j, "place", f->place);
	json_pair(j, "detail", f->detail);
	ps_json_key(j, "text");
	ps_json_name(j, words_of(f, words));	/* escaped when it was made */
	ps_json_close(j, '}');
}

static ps_code
as_json(const struct lint *l, const struct lint_form *form, size_t i, struct ps_buf *b,
    ps_err *err)
{
	struct ps_json j;
	char profile[40];
	ps_code code;

	ps_json_init(&j, b);
	ps_json_open(&j, '{');
	ps_json_key(&j, "schema");
	ps_json_number(&j, 1);
	json_pair(&j, "file", form->path);
	ps_json_key(&j, "certificate");
	ps_json_number(&j, i + 1);
	ps_json_key(&j, "subject");
	ps_json_name(&j, l->subject_text);
	json_pair(&j, "profile", lint_profile_name(l, profile, sizeof profile));
	ps_json_key(&j, "findings");
	ps_json_open(&j, '[');
	for (size_t k = 0; k < l->n; k++)
		json_finding(&j, &l->found[k]);
	ps_json_close(&j, ']');
	ps_json_close(&j, '}');
	code = ps_json_finish(&j, err);
	return code == PS_OK ? ps_buf_add_text(b, "\n", err) : code;
}

ps_code
lint_report(const struct lint *l, const struct lint_form *form, size_t i, ps_writer *out,
    int *out_bad, ps_err *err)
{
	struct ps_buf b = { 0 };
	ps_code code = form->json ? as_json(l, form, i, &b, err) : as_text(l, form, i, &b, err);

	if (code == PS_OK)
		code = ps_writer_write(out, ps_buf_get(&b), err);
	for (size_t k = 0; k < l->n; k++)
		if (rules[l->found[k].rule].severity <= ERROR)
			*out_bad = 1;
	ps_buf_clear(&b);
	return code;
}
