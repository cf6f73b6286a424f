/* SPDX-License-Identifier: ISC */
#ifndef PS_DOCTOR_DOCTOR_H
#define PS_DOCTOR_DOCTOR_H

/* What the files of the doctor share: a report on its way. */

#include <postseal-tools/doctor.h>

#include "base/json.h"
#include "smime/protecting.h"

#define DOCTOR_WHERE	"doctor"
enum { SHEET_LINE = 2048, SHEET_DATE = 24 };

struct sheet {
	struct ps_buf	 text;		/* all of it, written when it is whole */
	struct ps_json	 j;
	bool		 json;
	ps_code		 code;		/* the first failure; then nothing is added */
};

void	sheet_begin(struct sheet *s, int json);
PS_MUST ps_code sheet_write(struct sheet *s, ps_writer *w, ps_err *err);
/* sheet_line adds a line of text, "  label  words". */
void	sheet_line(struct sheet *s, const char *label, const char *words);
void	sheet_key_text(struct sheet *s, const char *key, const char *text);	/* NULL: null */
void	sheet_key_bool(struct sheet *s, const char *key, bool v);
/* sheet_cert adds the members of an object that tell which certificate it is. */
void	sheet_cert(struct sheet *s, const ps_cert *c);
/*
 * An examination of one's own set-up. exam_find adds what was found: `advice` (a template; NULL:
 * none is needed) and the words are filled with the same values.
 */
enum exam_level { EXAM_GOOD, EXAM_NOTE, EXAM_WARNING, EXAM_PROBLEM };
struct exam {
	struct sheet	 s;
	ps_protector	*pr;
	ps_store	*store;
	const ps_doctor_place *place;
	int64_t		 now;
	enum exam_level	 worst;
};
#define exam_find(x, level, code, ...) \
	exam_find_values((x), (level), (code), __VA_ARGS__, (const struct ps_value *)NULL)
void	exam_find_values(struct exam *x, enum exam_level level, const char *code,
	    const char *advice, const char *words, ...);
PS_MUST ps_code exam_identities(struct exam *x, ps_err *err);
PS_MUST ps_code exam_trust(struct exam *x, ps_err *err);
void	exam_clock(struct exam *x);
void	exam_libraries(struct exam *x);

/* sheet_day: the date without the time of day. */
const char *sheet_day(int64_t t, char out[SHEET_DATE]);

#endif
