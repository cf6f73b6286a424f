/* SPDX-License-Identifier: ISC */
/*
 * Letters that look like others.
 *
 * The Unicode consortium's own tables say which do; ICU has them, and is loaded
 * when an address goes beyond ASCII, which few do. Within ASCII the rows are so few
 * that they stand here: they are the consortium's, so that looks of ASCII are the same
 * on a system without ICU. There the commonest letters of other scripts stand
 * in for the rest.
 */
#include "x509/looks.h"

#include <string.h>

#include "base/library.h"
#include "base/text.h"
#include "x509/internal.h"

#ifdef HAVE_ICU
#include <unicode/uspoof.h>
#include <unicode/uversion.h>
#endif

/* --- our own table --- */

/* confusables.txt of Unicode, in lower case: no two of these are told apart. */
static const char *
ascii_looks(uint8_t c)
{
	switch (c) {
	case '0':
		return "o";
	case '1':
	case '|':
		return "l";
	case 'm':
		return "rn";
	case '`':
		return "'";
	case '"':
		return "''";
	default:
		return NULL;
	}
}

/* Letters that are drawn as one of ASCII; in the order of their numbers. */
static const struct {
	uint32_t	 code;
	const char	*looks;
} twins[] = {
	{ 0x131, "i" },			/* Latin, without the dot */
	{ 0x251, "a" }, { 0x261, "g" }, { 0x269, "i" },
	{ 0x391, "a" }, { 0x392, "b" }, { 0x395, "e" }, { 0x396, "z" }, { 0x397, "h" },
	{ 0x399, "l" }, { 0x39a, "k" }, { 0x39c, "rn" }, { 0x39d, "n" }, { 0x39f, "o" },
	{ 0x3a1, "p" }, { 0x3a4, "t" }, { 0x3a5, "y" }, { 0x3a7, "x" },	/* Greek */
	{ 0x3b1, "a" }, { 0x3b3, "y" }, { 0x3b9, "i" }, { 0x3bd, "v" }, { 0x3bf, "o" },
	{ 0x3c1, "p" }, { 0x3c3, "o" }, { 0x3c5, "u" },
	{ 0x405, "s" }, { 0x406, "l" }, { 0x408, "j" }, { 0x410, "a" }, { 0x412, "b" },
	{ 0x415, "e" }, { 0x41a, "k" }, { 0x41c, "rn" }, { 0x41d, "h" }, { 0x41e, "o" },
	{ 0x420, "p" }, { 0x421, "c" }, { 0x422, "t" }, { 0x425, "x" },	/* Cyrillic */
	{ 0x430, "a" }, { 0x433, "r" }, { 0x435, "e" }, { 0x43e, "o" }, { 0x440, "p" },
	{ 0x441, "c" }, { 0x443, "y" }, { 0x445, "x" }, { 0x455, "s" }, { 0x456, "i" },
	{ 0x458, "j" }, { 0x475, "v" }, { 0x4bb, "h" }, { 0x4cf, "i" }, { 0x501, "d" },
	{ 0x51b, "q" }, { 0x51d, "w" },
	{ 0x566, "q" }, { 0x570, "h" }, { 0x578, "n" }, { 0x57d, "u" }, { 0x585, "o" },
};

static const char *
twin_of(uint32_t code)
{
	size_t low = 0, high = sizeof twins / sizeof twins[0];

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (code == twins[middle].code)
			return twins[middle].looks;
		if (code > twins[middle].code)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

bool
ps_looks_by_table(ps_slice word, char *out, size_t size)
{
	size_t used = 0, len;
	uint32_t code;

	for (; word.n > 0; word.p += len, word.n -= len) {
		char lower;
		const char *as;
		size_t n;

		if ((len = ps_text_utf8(word.p, word.n, &code)) == 0)
			return false;
		lower = (char)ps_ascii_lower(word.p[0]);
		as = code < 0x80 ? ascii_looks((uint8_t)lower) : twin_of(code);
		n = as != NULL ? strlen(as) : len;
		if (n >= size - used)
			return false;
		memcpy(out + used, as != NULL ? as : code < 0x80 ? &lower : (const char *)word.p,
		    n);
		used += n;
	}
	if (used >= size)
		return false;
	out[used] = '\0';
	return true;
}

/* --- ICU --- */

#ifdef HAVE_ICU

/* Its functions carry its version in their names, so it is that of the headers. */
#define TEXT(x)		#x
#define TEXT_OF(x)	TEXT(x)
#define SONAME		"libicui18n.so." TEXT_OF(U_ICU_VERSION_MAJOR_NUM)
#define NAME_OF(x)	TEXT_OF(x),

static struct {
	__typeof__(uspoof_open) *open;
	__typeof__(uspoof_close) *close;
	__typeof__(uspoof_getSkeletonUTF8) *skeleton;
	__typeof__(uspoof_setChecks) *set_checks;
	__typeof__(uspoof_setRestrictionLevel) *set_level;
	__typeof__(uspoof_check2UTF8) *check;
} icu;
static const char *const names[] = { NAME_OF(uspoof_open) NAME_OF(uspoof_close)
	NAME_OF(uspoof_getSkeletonUTF8) NAME_OF(uspoof_setChecks)
	NAME_OF(uspoof_setRestrictionLevel) NAME_OF(uspoof_check2UTF8) };
static struct ps_library library = PS_LIBRARY(SONAME, names, &icu);

const char *
ps_looks_source(void)
{
	return ps_library_load(&library) ? "ICU " TEXT_OF(U_ICU_VERSION_MAJOR_NUM) : NULL;
}

/* ICU takes 0 for O, M for itself and m for rn: in lower case they are one. */
bool
ps_looks_by_library(ps_slice word, char *out, size_t size)
{
	UErrorCode why = U_ZERO_ERROR;
	USpoofChecker *checker;
	char made[PS_LOOKS];
	int32_t n = 0;

	if (word.n > PS_LOOKS || !ps_library_load(&library))
		return false;
	checker = icu.open(&why);
	if (U_SUCCESS(why))
		n = icu.skeleton(checker, 0, (const char *)word.p, (int32_t)word.n, made,
		    sizeof made, &why);
	icu.close(checker);
	return U_SUCCESS(why) && n < (int32_t)sizeof made &&
	    ps_looks_by_table((ps_slice){ (uint8_t *)made, (size_t)n }, out, size);
}

bool
ps_looks_mixed(ps_slice word)
{
	UErrorCode why = U_ZERO_ERROR;
	USpoofChecker *checker;
	int32_t found = 0;

	if (word.n > PS_LOOKS || !ps_library_load(&library))
		return false;
	checker = icu.open(&why);
	icu.set_checks(checker, USPOOF_RESTRICTION_LEVEL | USPOOF_INVISIBLE, &why);
	if (U_SUCCESS(why)) {
		icu.set_level(checker, USPOOF_MODERATELY_RESTRICTIVE);
		found = icu.check(checker, (const char *)word.p, (int32_t)word.n, NULL, &why);
	}
	icu.close(checker);
	return U_SUCCESS(why) && found != 0;
}

#else

const char *
ps_looks_source(void)
{
	return NULL;
}

bool
ps_looks_by_library(ps_slice word, char *out, size_t size)
{
	(void)word;
	(void)out;
	(void)size;
	return false;
}

bool
ps_looks_mixed(ps_slice word)
{
	(void)word;
	return false;
}

#endif

/* --- addresses --- */

static bool
is_ascii(ps_slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] >= 0x80)
			return false;
	return true;
}

static bool
looks_of(ps_slice word, char *out, size_t size)
{
	return (!is_ascii(word) && ps_looks_by_library(word, out, size)) ||
	    ps_looks_by_table(word, out, size);
}

bool
ps_looks_of(const char *key, struct ps_looks *out)
{
	const char *at = strrchr(key, '@');
	char shown[PS_DOMAIN_SHOWN];
	size_t n, more;

	if (at == NULL || !ps_domain_show(at + 1, shown) ||
	    !looks_of(ps_str(shown), out->domain, sizeof out->domain) ||
	    !looks_of((ps_slice){ (const uint8_t *)key, (size_t)(at - key) }, out->address,
	    sizeof out->address))
		return false;
	n = strlen(out->address);
	more = strlen(out->domain);
	if (more + 2 > sizeof out->address - n)
		return false;
	out->address[n] = '@';
	memcpy(out->address + n + 1, out->domain, more + 1);
	return true;
}
