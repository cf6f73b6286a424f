/* SPDX-License-Identifier: ISC */
#ifndef PS_TESTS_DRIVE_H
#define PS_TESTS_DRIVE_H

/* One request of the corpus runner, and who answers which. */

#include <stdbool.h>
#include <string.h>

#include "base/json.h"
#include "base/limits.h"

enum { DRIVE_OPTIONS = 64 };

struct request {
	const char	*verb, *path;
	struct {
		const char	*name, *value;
	} option[DRIVE_OPTIONS];
	size_t		 n;
};

/* The option `name` at or after *at, which then stands behind it; NULL: no more. */
const char *request_next(const struct request *rq, const char *name, size_t *at);
const char *request_get(const struct request *rq, const char *name);

/* An answer is a JSON object of which these write the members. */
void	answer_code(struct ps_json *j, const char *key, ps_code code, const ps_err *err);
void	drive_message(const struct request *rq, struct ps_json *j);
void	drive_objects(const struct request *rq, struct ps_json *j);
void	drive_public(const struct request *rq, struct ps_json *j);
void	drive_crl(const struct request *rq, struct ps_json *j);
void	drive_mime(const struct request *rq, struct ps_json *j);
void	drive_mbox(const struct request *rq, struct ps_json *j);

#endif
