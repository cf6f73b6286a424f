/* SPDX-License-Identifier: ISC */
/*
 * Addresses that are not what they look like.
 *
 * A mail is encrypted to whom its author meant, and he read the address on a screen. So
 * nothing in it may be unseen, and no word of it may mix letters of scripts that look alike
 * (Unicode Technical Standard 39, 5.2): "аlice", with a Cyrillic first letter, is
 * nobody that he knows. Chinese, Japanese and Korean stand beside Latin in honest words, and
 * nobody mistakes one for the other. The table below knows what is mistaken most; ICU,
 * where it is, knows all scripts. What is one script throughout may still be the picture
 * of an address that the store knows.
 */
#include <string.h>

#include "base/text.h"
#include "base/words.h"
#include "smime/protecting.h"
#include "smime/words.h"
#include "x509/looks.h"

enum script { COMMON, LATIN, GREEK, CYRILLIC, ARMENIAN, CHEROKEE, COPTIC, UNSEEN };

/* What is not here is common to all or cannot be mistaken for a letter of these. */
static const struct {
	uint32_t	 from, to;
	enum script	 script;
} ranges[] = {
	{ 0x0000, 0x0020, UNSEEN },
	{ 0x0041, 0x005a, LATIN },
	{ 0x0061, 0x007a, LATIN },
	{ 0x007f, 0x00a0, UNSEEN },
	{ 0x00ad, 0x00ad, UNSEEN },	/* soft hyphen */
	{ 0x00c0, 0x024f, LATIN },
	{ 0x0250, 0x02af, LATIN },
	{ 0x034f, 0x034f, UNSEEN },	/* combining grapheme joiner */
	{ 0x0370, 0x03e1, GREEK },
	{ 0x03e2, 0x03ef, COPTIC },
	{ 0x03f0, 0x03ff, GREEK },
	{ 0x0400, 0x052f, CYRILLIC },
	{ 0x0531, 0x058f, ARMENIAN },
	{ 0x061c, 0x061c, UNSEEN },
	{ 0x115f, 0x1160, UNSEEN },
	{ 0x13a0, 0x13ff, CHEROKEE },
	{ 0x17b4, 0x17b5, UNSEEN },
	{ 0x180b, 0x180f, UNSEEN },
	{ 0x1c80, 0x1c8f, CYRILLIC },
	{ 0x1e00, 0x1eff, LATIN },
	{ 0x1f00, 0x1fff, GREEK },
	{ 0x2000, 0x200f, UNSEEN },	/* spaces, joiners, direction */
	{ 0x2024, 0x2024, UNSEEN },	/* a dot that is none */
	{ 0x2028, 0x202f, UNSEEN },
	{ 0x205f, 0x206f, UNSEEN },
	{ 0x2c60, 0x2c7f, LATIN },
	{ 0x2c80, 0x2cff, COPTIC },
	{ 0x2de0, 0x2dff, CYRILLIC },
	{ 0x3000, 0x3000, UNSEEN },
	{ 0x3164, 0x3164, UNSEEN },
	{ 0xa640, 0xa69f, CYRILLIC },
	{ 0xa720, 0xa7ff, LATIN },
	{ 0xab70, 0xabbf, CHEROKEE },
	{ 0xe000, 0xf8ff, UNSEEN },	/* private use */
	{ 0xfe00, 0xfe0f, UNSEEN },	/* variation selectors */
	{ 0xfe50, 0xfe6b, UNSEEN },	/* small forms of ASCII signs */
	{ 0xfeff, 0xfeff, UNSEEN },
	{ 0xff00, 0xff60, UNSEEN },	/* wide forms of ASCII */
	{ 0xffa0, 0xffa0, UNSEEN },
	{ 0xfff0, 0xffff, UNSEEN },
	{ 0x1d400, 0x1d7ff, UNSEEN },	/* mathematical letters */
	{ 0xe0000, 0x10ffff, UNSEEN },	/* tags, private use */
};

static enum script
script_of(uint32_t c)
{
	size_t low = 0, high = sizeof ranges / sizeof ranges[0];

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (c > ranges[middle].to)
			low = middle + 1;
		else if (c < ranges[middle].from)
			high = middle;
		else
			return ranges[middle].script;
	}
	return COMMON;
}

static bool
ends_word(uint32_t c)
{
	return c == '.' || c == '@' || c == '-' || c == '_' || c == '+';
}

static const char *
what_is_wrong(const char *address)
{
	const uint8_t *p = (const uint8_t *)address;
	size_t n = strlen(address), len;
	enum script word = COMMON, s;
	uint32_t c;

	for (; n > 0; p += len, n -= len) {
		len = ps_text_utf8(p, n, &c);
		s = len == 0 ? UNSEEN : script_of(c);
		if (s == UNSEEN && !(c == ' ' && len == 1))	/* "a b"@example.org */
			return W_P_ADDRESS_UNSEEN;
		if (ends_word(c))
			word = COMMON;
		else if (s != COMMON && s != UNSEEN && word != COMMON && word != s)
			return W_P_ADDRESS_MIXED;
		else if (s != COMMON && s != UNSEEN)
			word = s;
	}
	return NULL;
}

/* ICU is loaded for words beyond ASCII alone. */
static const char *
what_icu_says(const char *address)
{
	const uint8_t *p = (const uint8_t *)address, *word = p;
	bool beyond = false;

	for (;; p++) {
		beyond |= *p >= 0x80;
		if (*p != '\0' && !ends_word(*p))
			continue;
		if (beyond && ps_looks_mixed((ps_slice){ word, (size_t)(p - word) }))
			return W_P_ADDRESS_MIXED;
		if (*p == '\0')
			return NULL;
		word = p + 1;
		beyond = false;
	}
}

/* A domain in A-labels is judged as others show it. */
static const char *
what_domain_hides(const char *address)
{
	const char *at = strrchr(address, '@'), *why;
	char shown[PS_DOMAIN_SHOWN];

	if (at == NULL || !ps_domain_show(at + 1, shown) || strcmp(at + 1, shown) == 0)
		return NULL;
	why = what_is_wrong(shown);
	return why != NULL ? why : what_icu_says(shown);
}

static ps_code
refuse(const char *address, const char *why, ps_err *err)
{
	return ps_fail(err, PS_E_REFUSED, "smime.protect", PS_NOWHERE, W_P_ADDRESS,
	    PS_TEXT("who", address), PS_TEXT("why", why));
}

static ps_code
check_known(struct ps_memory *m, const char *address, ps_err *err)
{
	char like[PS_ADDRESS_KEY], why[PS_ADDRESS_KEY + 256];
	bool domain;
	ps_code code = m->ops->looks_like(m, address, like, &domain, err);

	if (code != PS_OK || like[0] == '\0')
		return code;
	ps_words(why, sizeof why, W_P_ADDRESS_ALIKE, PS_TEXT("like", like));
	return refuse(address, why, err);
}

ps_code
protect_check_address(const struct protecting *p, const char *address, ps_err *err)
{
	const char *why = what_is_wrong(address);

	if (why == NULL)
		why = what_icu_says(address);
	if (why == NULL)
		why = what_domain_hides(address);
	if (why != NULL)
		return refuse(address, why, err);
	return p->pr->setup.store == NULL ? PS_OK
	    : check_known(p->pr->setup.store, address, err);
}

static ps_code
check_list(const struct protecting *p, const struct mime_mailboxes *m, const char *name,
    ps_err *err)
{
	ps_code code = PS_OK;

	if (m->malformed)
		return ps_fail(err, PS_E_REFUSED, "smime.protect", PS_NOWHERE, W_P_TO_MALFORMED,
		    PS_TEXT("name", name));
	for (size_t i = 0; i < m->n && code == PS_OK; i++)
		code = protect_check_address(p, m->box[i].address, err);
	return code;
}

ps_code
protect_check_addresses(const struct protecting *p, ps_err *err)
{
	const struct ps_protector *pr = p->pr;
	ps_code code = PS_OK;

	if ((p->what & PS_ENCRYPT) == 0 || pr->draft)
		return PS_OK;
	for (size_t i = 0; i < pr->nasked && code == PS_OK; i++)
		if (pr->asked[i].address != NULL)
			code = protect_check_address(p, pr->asked[i].address, err);
	if (code == PS_OK && !protect_is_asked(pr))
		code = check_list(p, &p->recipients, "To or Cc", err);
	return code == PS_OK ? check_list(p, &p->bcc, "Bcc", err) : code;
}
