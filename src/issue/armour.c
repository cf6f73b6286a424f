/* SPDX-License-Identifier: ISC */
/*
 * Small files that come in PEM or DER.
 */
#include "issue/armour.h"

#include <stdio.h>
#include <string.h>

#include "der/der.h"
#include "issue/words.h"
#include "stream/stream.h"

#define WHERE	"issue.file"

/* The lines between BEGIN and END of the first block with this label. */
static bool
find_block(ps_slice text, const char *label, ps_slice *out)
{
	char begin[80], end[80];
	int nbegin = snprintf(begin, sizeof begin, "-----BEGIN %s-----", label);
	int nend = snprintf(end, sizeof end, "-----END %s-----", label);
	const uint8_t *from, *to;

	from = memmem(text.p, text.n, begin, (size_t)nbegin);
	if (from == NULL)
		return false;
	from += nbegin;
	to = memmem(from, (size_t)(text.p + text.n - from), end, (size_t)nend);
	if (to == NULL)
		return false;
	*out = (ps_slice){ from, (size_t)(to - from) };
	return true;
}

static ps_code
decode(struct ps_buf *out, ps_slice digits, ps_err *err)
{
	struct ps_b64dec step;
	ps_reader *memory = NULL, *r = NULL;
	ps_code code = ps_reader_open_memory(&memory, digits, err);

	ps_b64dec_init(&step);
	if (code == PS_OK)
		code = ps_reader_open_step(&r, memory, &step.step, err);
	if (code == PS_OK)
		code = ps_reader_all(r, out, err);
	ps_reader_close(r);
	ps_reader_close(memory);
	return code;
}

static ps_code
take(struct ps_buf *out, ps_slice file, const char *path, const char *const *labels, ps_err *err)
{
	ps_slice digits;

	if (file.n > 0 && file.p[0] == DER_SEQUENCE)
		return ps_buf_add(out, file, err);
	for (; *labels != NULL; labels++)
		if (file.n > 0 && find_block(file, *labels, &digits))
			return decode(out, digits, err);
	return ps_fail(err, PS_E_MALFORMED, WHERE, PS_NOWHERE, W_ISSUE_FILE,
	    PS_TEXT("path", path));
}

ps_code
issue_armour_load(struct ps_buf *out, const char *path, const char *const *labels, ps_err *err)
{
	struct ps_buf file = { .max = ISSUE_FILE_MAX }, der = { .max = ISSUE_FILE_MAX };
	ps_reader *r = NULL;
	ps_code code = ps_reader_open_file(&r, path, err);

	if (code == PS_OK)
		code = ps_reader_all(r, &file, err);
	if (code == PS_OK)
		code = take(&der, ps_buf_get(&file), path, labels, err);
	ps_reader_close(r);
	ps_buf_clear(&file);
	if (code == PS_OK)
		*out = der;
	else
		ps_buf_clear(&der);
	return code;
}
