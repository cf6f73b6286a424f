/* SPDX-License-Identifier: ISC */
/*
 * A report of the doctor: lines for a person, members for a program.
 */
#include "doctor/doctor.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "stream/stream.h"

enum { DAY = 10 };

void
sheet_begin(struct sheet *s, int json)
{
	*s = (struct sheet){ .json = json != 0, .code = PS_OK };
	ps_json_init(&s->j, &s->text);
	if (json)
		ps_json_open(&s->j, '{');
}

ps_code
sheet_write(struct sheet *s, ps_writer *w, ps_err *err)
{
	ps_code code = s->code;

	if (s->json && code == PS_OK) {
		ps_json_close(&s->j, '}');
		if ((code = ps_json_finish(&s->j, err)) == PS_OK)
			code = ps_buf_add_text(&s->text, "\n", err);
	} else if (code != PS_OK)
		code = ps_nomem(err, DOCTOR_WHERE);
	if (code == PS_OK)
		code = ps_writer_write(w, ps_buf_get(&s->text), err);
	ps_buf_clear(&s->text);
	return code;
}

void
sheet_line(struct sheet *s, const char *label, const char *words)
{
	char line[SHEET_LINE];
	int n = snprintf(line, sizeof line, "%s%-*s%s\n", label[0] == '\0' ? "" : "  ",
	    label[0] == '\0' ? 0 : 13, label, words);

	if (n >= (int)sizeof line)
		memcpy(line + ps_text_cut(line, sizeof line - 2), "\n", 2);
	if (s->code == PS_OK && n > 0)
		s->code = ps_buf_add_text(&s->text, line, NULL);
}

void
sheet_key_text(struct sheet *s, const char *key, const char *text)
{
	ps_json_key(&s->j, key);
	ps_json_text(&s->j, text);
}

void
sheet_key_bool(struct sheet *s, const char *key, bool v)
{
	ps_json_key(&s->j, key);
	ps_json_bool(&s->j, v);
}

void
sheet_cert(struct sheet *s, const ps_cert *c)
{
	ps_json_key(&s->j, "subject");
	ps_json_name(&s->j, ps_cert_subject(c));
	ps_json_key(&s->j, "issuer");
	ps_json_name(&s->j, ps_cert_issuer(c));
	sheet_key_text(s, "serial", ps_cert_serial(c));
	sheet_key_text(s, "sha256", ps_cert_sha256(c));
	ps_json_key(&s->j, "not_before");
	ps_json_time(&s->j, ps_cert_not_before(c));
	ps_json_key(&s->j, "not_after");
	ps_json_time(&s->j, ps_cert_not_after(c));
}

const char *
sheet_day(int64_t t, char out[SHEET_DATE])
{
	ps_clock_format(t, out, SHEET_DATE);
	out[DAY] = '\0';
	return out;
}
