/* SPDX-License-Identifier: ISC */
#ifndef POSTSEAL_JSON_H
#define POSTSEAL_JSON_H

/* JSON of what the command itself lists, one object a line on standard output. */

#include <postseal/base.h>

struct json {
	int	 some;		/* a member was written */
};

void	json_begin(struct json *j);
void	json_end(struct json *j);
void	json_text(struct json *j, const char *name, const char *value);	/* NULL: null */
void	json_number(struct json *j, const char *name, int64_t value);
void	json_flag(struct json *j, const char *name, int value);
/* json_time: "2026-01-31T12:00:00Z"; INT64_MIN: null. */
void	json_time(struct json *j, const char *name, int64_t value);
/* json_words: a list of the words whose bit is set. */
void	json_words(struct json *j, const char *name, const char *const *words, unsigned bits);

/* time_text writes a time as above; `day` cuts it to the date. Returns `out`. */
const char *time_text(int64_t t, int day, char out[24]);

#endif
