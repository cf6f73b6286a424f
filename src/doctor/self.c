/* SPDX-License-Identifier: ISC */
/*
 * Is all well here?
 *
 * One finding after the other, each with its level, a stable code, words, and what to do.
 * Nothing is changed; what cannot be looked at because something else is broken is
 * left out, and what is broken is told.
 */
#include "doctor/doctor.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/text.h"
#include "base/words.h"
#include "doctor/words.h"
#include "store/store.h"

enum { DAY = 86400, COPY_OLD = 7 * DAY };

/* --- findings --- */

void
exam_find_values(struct exam *x, enum exam_level level, const char *code, const char *advice,
    const char *words, ...)
{
	static const char *const names[] = { "good", "note", "warning", "problem" };
	char line[SHEET_LINE], what[SHEET_LINE] = "";
	va_list ap;

	va_start(ap, words);
	(void)ps_words_vexpand(line, sizeof line, words, ap);
	va_end(ap);
	va_start(ap, words);
	if (advice != NULL)
		(void)ps_words_vexpand(what, sizeof what, advice, ap);
	va_end(ap);
	if (level > x->worst)
		x->worst = level;
	if (x->s.json) {
		ps_json_open(&x->s.j, '{');
		sheet_key_text(&x->s, "level", names[level]);
		sheet_key_text(&x->s, "code", code);
		sheet_key_text(&x->s, "text", line);
		sheet_key_text(&x->s, "advice", advice == NULL ? NULL : what);
		ps_json_close(&x->s.j, '}');
		return;
	}
	sheet_line(&x->s, names[level], line);
	if (advice != NULL)
		sheet_line(&x->s, "what to do", what);
}

/* --- the store --- */

/* A copy is made when a store that was written to is closed, once a day. */
static void
exam_copy(struct exam *x)
{
	char *copy = NULL, day[SHEET_DATE];
	struct stat st, own;

	if (store_beside(ps_store_path(x->store), ".copy", &copy, NULL) != PS_OK)
		return;
	if (stat(copy, &st) != 0)
		exam_find(x, EXAM_NOTE, "copy-none", NULL, W_SELF_COPY_NONE);
	else if (stat(ps_store_path(x->store), &own) == 0 &&
	    (int64_t)own.st_mtime - (int64_t)st.st_mtime > COPY_OLD)
		exam_find(x, EXAM_WARNING, "copy-old", W_SELF_COPY_DO, W_SELF_COPY_OLD,
		    PS_TEXT("date", sheet_day((int64_t)st.st_mtime, day)));
	else
		exam_find(x, EXAM_GOOD, "copy", NULL, W_SELF_COPY,
		    PS_TEXT("date", sheet_day((int64_t)st.st_mtime, day)));
	free(copy);
}

static void
exam_store(struct exam *x)
{
	ps_code code = x->place->store_code;

	if (x->store != NULL) {
		exam_find(x, EXAM_GOOD, "store", NULL, W_SELF_STORE,
		    PS_TEXT("path", ps_store_path(x->store)));
		exam_copy(x);
	} else if (code == PS_OK)
		exam_find(x, EXAM_NOTE, "store-none", W_SELF_STORE_NONE_DO, W_SELF_STORE_NONE);
	else
		exam_find(x, EXAM_PROBLEM, code == PS_E_MALFORMED ? "store-damaged" : "store",
		    code == PS_E_MALFORMED ? W_SELF_STORE_REPAIR : NULL, W_SELF_STORE_BAD,
		    PS_TEXT("why", x->place->store_why));
}

/* --- the whole --- */

static void
begin(struct exam *x, int json)
{
	sheet_begin(&x->s, json);
	if (!json)
		return;
	ps_json_key(&x->s.j, "schema");
	ps_json_number(&x->s.j, 1);
	ps_json_key(&x->s.j, "findings");
	ps_json_open(&x->s.j, '[');
}

static void
end(struct exam *x)
{
	bool good = x->worst < EXAM_PROBLEM;

	if (x->s.json) {
		ps_json_close(&x->s.j, ']');
		sheet_key_bool(&x->s, "good", good);
	} else
		sheet_line(&x->s, "", good ? W_SELF_GOOD : W_SELF_BAD);
}

ps_code
ps_doctor_self(ps_protector *pr, ps_store *store, const ps_doctor_place *place, int json,
    ps_writer *w, int *out_bad, ps_err *err)
{
	struct exam x = { .pr = pr, .store = store, .place = place, .now = ps_clock_system() };
	ps_code code = PS_OK;

	if (pr != NULL)
		x.now = ps_ctx_now(pr->setup.ctx);
	begin(&x, json);
	exam_clock(&x);
	exam_store(&x);
	if (pr != NULL) {
		struct protecting p;

		protect_begin(&p, pr, PS_SEAL);
		if ((code = exam_identities(&x, err)) == PS_OK)
			code = exam_trust(&x, err);
		protect_end(&p);
	}
	exam_libraries(&x);
	end(&x);
	if (code == PS_OK)
		code = sheet_write(&x.s, w, err);
	if (code == PS_OK)
		*out_bad = x.worst == EXAM_PROBLEM;
	ps_buf_clear(&x.s.text);
	return code;
}
