/* SPDX-License-Identifier: ISC */
#ifndef PS_BASE_JSON_H
#define PS_BASE_JSON_H

/*
 * A JSON emitter: one sticky error, commas by itself. Only writing; whoever
 * reads JSON uses a library for it.
 */

#include "base/buf.h"

struct ps_json {
	struct ps_buf	*out;
	bool		 comma;		/* one stands before the next value */
	ps_code		 code;
};

void	ps_json_init(struct ps_json *j, struct ps_buf *out);
PS_MUST ps_code ps_json_finish(struct ps_json *j, ps_err *err);
void	ps_json_open(struct ps_json *j, char bracket);	/* '{' or '[' */
void	ps_json_close(struct ps_json *j, char bracket);	/* '}' or ']' */
/* ps_json_key is followed by one value. */
void	ps_json_key(struct ps_json *j, const char *key);
/* Text that is not UTF-8 or that hides is escaped as ps_text_escape does. NULL: null. */
void	ps_json_text(struct ps_json *j, const char *s);
void	ps_json_slice(struct ps_json *j, ps_slice s);
/* ps_json_name: text that hides nothing any more and has escapes of its own,
 * as ps_name_text writes it. NULL: null. */
void	ps_json_name(struct ps_json *j, const char *name);
void	ps_json_hex(struct ps_json *j, ps_slice s);	/* n == 0: null */
void	ps_json_number(struct ps_json *j, uint64_t n);
void	ps_json_bool(struct ps_json *j, bool v);
void	ps_json_null(struct ps_json *j);
void	ps_json_time(struct ps_json *j, int64_t t);

#endif
