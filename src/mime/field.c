/* SPDX-License-Identifier: ISC */
/*
 * Finding fields in a section, and their bodies on one line.
 */
#include "mime/mime.h"

#include <string.h>

#include "base/text.h"
#include "mime/lex.h"

bool
mime_field_is(const struct mime_field *f, const char *name)
{
	return ps_ascii_equal(f->name, ps_str(name));
}

bool
mime_field_is_structural(const struct mime_field *f)
{
	static const char content[] = "content-";
	size_t n = sizeof content - 1;

	if (mime_field_is(f, "mime-version"))
		return true;
	return f->name.n > n &&
	    ps_ascii_equal((ps_slice){ f->name.p, n }, ps_str(content));
}

const struct mime_field *
mime_header_find(const struct mime_header *h, const char *name, size_t from)
{
	for (size_t i = from; i < h->n; i++)
		if (mime_field_is(&h->field[i], name))
			return &h->field[i];
	return NULL;
}

size_t
mime_header_count(const struct mime_header *h, const char *name)
{
	size_t n = 0;

	for (size_t i = 0; i < h->n; i++)
		n += mime_field_is(&h->field[i], name);
	return n;
}

/*
 * A fold is a line end before white space (RFC 5322, 2.2.3). A CR that stands
 * alone is no line end here but would be one to somebody else, so it becomes
 * a space, and so does a NUL, which would cut a text short.
 */
ps_code
mime_unfold(ps_slice body, struct ps_buf *out, ps_err *err)
{
	ps_code code;

	while (body.n != 0 && mime_is_space(body.p[0])) {
		body.p++;
		body.n--;
	}
	while (body.n != 0 && mime_is_space(body.p[body.n - 1]))
		body.n--;
	code = ps_buf_reserve(out, body.n, err);
	if (code != PS_OK)
		return code;
	for (size_t i = 0; i < body.n; i++) {
		uint8_t c = body.p[i];

		if (c == '\n' ||
		    (c == '\r' && i + 1 < body.n && body.p[i + 1] == '\n'))
			continue;
		out->p[out->n++] = c == '\r' || c == '\0' ? ' ' : c;
	}
	return PS_OK;
}
