/* SPDX-License-Identifier: ISC */
/*
 * The builder.
 *
 * The mirror of the cursor: calls in the order of the ASN.1 module, one check
 * at the end. The length of an element is not known when it begins, so it is
 * put in, and the value moved, when the element ends; what is built is small.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "der/der.h"
#include "der/head.h"
#include "der/words.h"

enum { OPEN_MAX_LEVELS = sizeof ((struct derw *)0)->open /
    sizeof *((struct derw *)0)->open };

void
derw_init(struct derw *w, struct ps_buf *out)
{
	*w = (struct derw){ .out = out };
}

static void
fail(struct derw *w, ps_code code)
{
	if (w->code == PS_OK)
		w->code = code;
}

ps_code
derw_finish(struct derw *w, ps_err *err)
{
	if (w->code == PS_OK && w->depth != 0)
		w->code = PS_E_MISUSE;
	if (w->code == PS_OK)
		return PS_OK;
	if (w->code == PS_E_NOMEM)
		return ps_nomem(err, "der.build");
	return ps_fail(err, w->code, "der.build", PS_NOWHERE,
	    w->code == PS_E_LIMIT ? W_DER_BUILD_LIMIT : W_DER_BUILD_MISUSE);
}

static void
add(struct derw *w, const uint8_t *p, size_t n)
{
	if (w->code == PS_OK)
		w->code = ps_buf_add(w->out, (ps_slice){ p, n }, NULL);
}

/* The long or short form of a length. */
static size_t
put_length(uint8_t *out, uint64_t length)
{
	size_t octets = derw_header_size(length) - 2;

	if (octets == 0) {
		out[0] = (uint8_t)length;
		return 1;
	}
	out[0] = (uint8_t)(0x80 | octets);
	for (size_t i = octets; i > 0; i--, length >>= 8)
		out[i] = (uint8_t)length;
	return 1 + octets;
}

size_t
derw_header_size(uint64_t length)
{
	size_t n = 2;

	if (length < 0x80)
		return n;
	for (; length != 0; length >>= 8)
		n++;
	return n;
}

size_t
derw_header(uint8_t *out, uint32_t tag, uint64_t length)
{
	size_t n = der_identifier(out, tag);

	return n + put_length(out + n, length);
}

static void
begin(struct derw *w, uint32_t tag, bool sort)
{
	uint8_t id[4];

	if (w->depth == OPEN_MAX_LEVELS)
		fail(w, PS_E_LIMIT);
	if (w->code != PS_OK)
		return;
	w->open[w->depth].at = w->out->n;
	w->open[w->depth].sort = sort;
	w->depth++;
	add(w, id, der_identifier(id, tag));
}

void
derw_begin(struct derw *w, uint32_t tag)
{
	begin(w, tag, false);
}

void
derw_begin_set_of(struct derw *w, uint32_t tag)
{
	begin(w, tag, true);
}

static int
order(const void *a, const void *b)
{
	return der_set_of_compare(*(const ps_slice *)a, *(const ps_slice *)b);
}

/* Counts the elements of `in`, and notes them when `out` is given. SIZE_MAX
 * when these are no elements. */
static size_t
elements(ps_slice in, ps_slice *out)
{
	size_t n = 0, whole;

	for (; in.n != 0; n++) {
		if (!der_split(in, NULL, NULL, &whole))
			return SIZE_MAX;
		if (out != NULL)
			out[n] = (ps_slice){ in.p, whole };
		in = (ps_slice){ in.p + whole, in.n - whole };
	}
	return n;
}

/* Puts the `n` elements of `in` back in order, by way of a copy. */
static ps_code
sort_elements(uint8_t *p, size_t size, size_t n)
{
	ps_slice *list = calloc(n, sizeof *list);
	uint8_t *copy = ps_memdup(p, size);
	ps_code code = PS_E_NOMEM;

	if (list == NULL || copy == NULL)
		goto out;
	elements((ps_slice){ copy, size }, list);
	qsort(list, n, sizeof *list, order);
	for (size_t i = 0; i < n; p += list[i++].n)
		memcpy(p, list[i].p, list[i].n);
	code = PS_OK;
out:
	free(list);
	if (copy != NULL)
		ps_wipe(copy, size);
	free(copy);
	return code;
}

static void
sort_set_of(struct derw *w, size_t content)
{
	uint8_t *p = w->out->p + content;
	size_t size = w->out->n - content;
	size_t n = elements((ps_slice){ p, size }, NULL);

	if (n == SIZE_MAX)
		fail(w, PS_E_MISUSE);
	else if (n > 1)
		w->code = sort_elements(p, size, n);
}

/* Puts the length in front of the value that starts at `content`. */
static void
insert_length(struct derw *w, size_t content)
{
	size_t size = w->out->n - content, n;
	uint8_t octets[9];

	n = put_length(octets, size);
	w->code = ps_buf_reserve(w->out, n, NULL);
	if (w->code != PS_OK)
		return;
	memmove(w->out->p + content + n, w->out->p + content, size);
	memcpy(w->out->p + content, octets, n);
	w->out->n += n;
}

void
derw_end(struct derw *w)
{
	size_t content;
	uint32_t tag;

	if (w->depth == 0)
		fail(w, PS_E_MISUSE);
	if (w->code != PS_OK)
		return;
	content = w->open[--w->depth].at;
	content += der_identifier_read(w->out->p + content,
	    w->out->n - content, &tag);
	if (w->open[w->depth].sort)
		sort_set_of(w, content);
	if (w->code == PS_OK)
		insert_length(w, content);
}

void
derw_value(struct derw *w, uint32_t tag, ps_slice value)
{
	uint8_t head[DER_HEAD_MAX];

	add(w, head, derw_header(head, tag, value.n));
	derw_raw(w, value);
}

void
derw_raw(struct derw *w, ps_slice octets)
{
	add(w, octets.p, octets.n);
}

void
derw_oid(struct derw *w, ps_slice value_octets)
{
	if (!der_oid_valid(value_octets))
		fail(w, PS_E_MISUSE);
	derw_value(w, DER_OID, value_octets);
}

void
derw_integer(struct derw *w, ps_slice v)
{
	uint8_t head[DER_HEAD_MAX + 1] = { 0 };
	size_t pad, n;

	for (; v.n != 0 && v.p[0] == 0; v.n--)
		v.p++;
	/* X.690, 8.3.3: two's complement; a set first bit would be a sign. */
	pad = v.n == 0 || v.p[0] >= 0x80;
	n = derw_header(head, DER_INTEGER, v.n + pad);
	head[n] = 0;
	add(w, head, n + pad);
	derw_raw(w, v);
}

void
derw_u64(struct derw *w, uint64_t v)
{
	uint8_t octets[8];

	for (size_t i = sizeof octets; i-- > 0; v >>= 8)
		octets[i] = (uint8_t)v;
	derw_integer(w, (ps_slice){ octets, sizeof octets });
}

void
derw_null(struct derw *w)
{
	derw_value(w, DER_NULL, (ps_slice){ 0 });
}

void
derw_bool(struct derw *w, bool v)
{
	const uint8_t octet = v ? 0xff : 0;

	derw_value(w, DER_BOOLEAN, (ps_slice){ &octet, 1 });
}

void
derw_octets(struct derw *w, ps_slice v)
{
	derw_value(w, DER_OCTETS, v);
}

void
derw_bits(struct derw *w, ps_slice v)
{
	uint8_t head[DER_HEAD_MAX + 1];
	size_t n, size;

	if (!ps_size_add(v.n, 1, &size)) {
		fail(w, PS_E_MISUSE);
		return;
	}
	n = derw_header(head, DER_BIT_STRING, size);
	head[n++] = 0;		/* no unused bits */
	add(w, head, n);
	derw_raw(w, v);
}

/* Writes `t` as one of both; `always`: GeneralizedTime whatever the year. */
static void
put_time(struct derw *w, int64_t t, bool always)
{
	struct ps_date d;
	char text[80];
	bool utc;

	ps_clock_to_date(t, &d);
	if (d.year < 0 || d.year > 9999) {
		fail(w, PS_E_MISUSE);
		return;
	}
	utc = !always && d.year >= 1950 && d.year <= 2049;
	snprintf(text, sizeof text, "%04d%02d%02d%02d%02d%02dZ", d.year,
	    d.month, d.day, d.hour, d.minute, d.second);
	derw_value(w, utc ? DER_UTCTIME : DER_GENTIME,
	    ps_str(utc ? text + 2 : text));
}

void
derw_time(struct derw *w, int64_t t)
{
	put_time(w, t, false);
}

void
derw_gentime(struct derw *w, int64_t t)
{
	put_time(w, t, true);
}
