/* SPDX-License-Identifier: ISC */
/*
 * The characters of ASN.1 strings.
 *
 * Names come in ten string types, and the same name in another type is the
 * same name (RFC 5280, 7.1). So strings are read as code points, one at a
 * time; what is no character is passed on as itself, marked.
 */
#include "base/text.h"
#include "x509/internal.h"

enum { NUMERIC = 0x12, VISIBLE = 0x1a, UNIVERSAL = 0x1c, REPLACEMENT = 0xfffd };

static size_t
one_octet(const uint8_t *p, size_t n, uint32_t *out)
{
	(void)n;
	*out = p[0];
	return 1;
}

static size_t
ascii(const uint8_t *p, size_t n, uint32_t *out)
{
	(void)n;
	*out = p[0];
	return p[0] < 0x80 ? 1 : 0;
}

static bool
surrogate(uint32_t c)
{
	return c >= 0xd800 && c <= 0xdfff;
}

static size_t
two_octets(const uint8_t *p, size_t n, uint32_t *out)
{
	if (n < 2)
		return 0;
	*out = (uint32_t)p[0] << 8 | p[1];
	if (surrogate(*out))
		*out = REPLACEMENT;
	return 2;
}

static size_t
four_octets(const uint8_t *p, size_t n, uint32_t *out)
{
	if (n < 4)
		return 0;
	*out = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
	if (*out > 0x10ffff || surrogate(*out))
		*out = REPLACEMENT;
	return 4;
}

/* T61String is read as Latin-1, which is what its writers meant. */
static const struct {
	uint32_t	 tag;
	size_t		 (*read)(const uint8_t *p, size_t n, uint32_t *out);
} types[] = {
	{ DER_UTF8,	 ps_text_utf8 },
	{ DER_PRINTABLE, ascii },
	{ DER_IA5,	 ascii },
	{ DER_T61,	 one_octet },
	{ DER_BMP,	 two_octets },
	{ UNIVERSAL,	 four_octets },
	{ NUMERIC,	 ascii },
	{ VISIBLE,	 ascii },
};
enum { TYPES = sizeof types / sizeof types[0] };

static size_t
type_of(uint32_t tag)
{
	size_t i = 0;

	while (i < TYPES && types[i].tag != tag)
		i++;
	return i;
}

bool
ps_chars_init(struct ps_chars *c, uint32_t tag, ps_slice value)
{
	*c = (struct ps_chars){ value.p, value.n == 0 ? value.p : value.p + value.n, tag };
	return type_of(tag) < TYPES;
}

bool
ps_chars_next(struct ps_chars *c, uint32_t *out)
{
	size_t type = type_of(c->tag), n = (size_t)(c->end - c->p), used = 0;

	if (n == 0)
		return false;
	if (type < TYPES)
		used = types[type].read(c->p, n, out);
	if (used == 0) {
		*out = PS_CHARS_RAW + *c->p;
		used = 1;
	}
	c->p += used;
	return true;
}
