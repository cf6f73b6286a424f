/* SPDX-License-Identifier: ISC */
/*
 * Lint: organizationIdentifier, "SCHEMECC+SP-reference" (BR 7.1.4.2.2 (d) and
 * Appendix A), and the countries that there are.
 */
#include "issue/lint.h"

#include <string.h>

/* ISO 3166-1, officially assigned; with XX, which the profile gives those that
 * have none (BR 7.1.4.2.2 (n)). */
static const char countries[] =
    "ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZ"
    "CACCCDCFCGCHCICKCLCMCNCOCRCUCVCWCXCYCZDEDJDKDMDODZECEEEGEHERESETFIFJFKFMFOFR"
    "GAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHMHNHRHTHUIDIEILIMINIOIQIRISIT"
    "JEJMJOJPKEKGKHKIKMKNKPKRKWKYKZLALBLCLILKLRLSLTLULVLYMAMCMDMEMFMGMHMKMLMMMNMO"
    "MPMQMRMSMTMUMVMWMXMYMZNANCNENFNGNINLNONPNRNUNZOMPAPEPFPGPHPKPLPMPNPRPSPTPWPY"
    "QARERORSRURWSASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTFTGTHTJTKTLTMTNTO"
    "TRTTTVTWTZUAUGUMUSUYUZVAVCVEVGVIVNVUWFWSYEYTZAZMZWXX";

bool
lint_country(ps_slice code)
{
	if (code.n != 2)
		return false;
	for (const char *p = countries; *p != '\0'; p += 2)
		if (memcmp(p, code.p, 2) == 0)
			return true;
	return false;
}

struct scheme {
	char	 name[4];
	bool	 international;	/* XG in place of a country */
	bool	 state;		/* may have one */
	bool	 reference;	/* must have one, else must not */
};
static const struct scheme schemes[] = {
	{ "NTR", false, true, true },
	{ "VAT", false, false, true },
	{ "PSD", false, false, true },
	{ "LEI", true, false, true },
	{ "GOV", false, true, false },
	{ "INT", true, false, false },
};

struct org_id {
	ps_slice	 scheme, country, state, reference;
};

static bool
upper(uint8_t c)
{
	return c >= 'A' && c <= 'Z';
}

static bool
digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* The "+SP" behind the country. ISO 3166-2 has up to three letters and digits. */
static bool
read_state(ps_slice *s, struct org_id *out)
{
	size_t n = 0;

	if (s->n == 0 || s->p[0] != '+')
		return true;
	s->p++;
	s->n--;
	while (n < s->n && (upper(s->p[n]) || digit(s->p[n])))
		n++;
	out->state = (ps_slice){ s->p, n };
	s->p += n;
	s->n -= n;
	return n >= 1 && n <= 3;
}

static bool
read_org_id(ps_slice s, struct org_id *out)
{
	*out = (struct org_id){ 0 };
	if (s.n < 5)
		return false;
	for (size_t i = 0; i < 5; i++)
		if (!upper(s.p[i]))
			return false;
	out->scheme = (ps_slice){ s.p, 3 };
	out->country = (ps_slice){ s.p + 3, 2 };
	s = (ps_slice){ s.p + 5, s.n - 5 };
	if (!read_state(&s, out))
		return false;
	if (s.n == 0)
		return true;
	out->reference = (ps_slice){ s.p + 1, s.n - 1 };
	return s.p[0] == '-' && s.n > 1;
}

ps_slice
lint_org_country(ps_slice value)
{
	struct org_id id;

	return read_org_id(value, &id) ? id.country : (ps_slice){ 0 };
}

static const struct scheme *
scheme_of(const struct org_id *id)
{
	for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
		if (memcmp(schemes[i].name, id->scheme.p, 3) == 0)
			return &schemes[i];
	return NULL;
}

/* VAT numbers have prefixes of their own for Greece and Northern Ireland. */
static bool
country_ok(const struct scheme *scheme, const struct org_id *id)
{
	bool vat = memcmp(scheme->name, "VAT", 3) == 0;

	if (scheme->international)
		return memcmp(id->country.p, "XG", 2) == 0;
	if (vat && (memcmp(id->country.p, "EL", 2) == 0 || memcmp(id->country.p, "XI", 2) == 0))
		return true;
	return lint_country(id->country) && memcmp(id->country.p, "XX", 2) != 0;
}

static bool
is_lei(ps_slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!upper(s.p[i]) && !digit(s.p[i]))
			return false;
	return s.n == 20;
}

/* ISO 17442-1 by ISO/IEC 7064: letters as 10 to 35, the whole is 1 modulo 97. */
static bool
lei_sum(ps_slice s)
{
	unsigned r = 0;

	for (size_t i = 0; i < s.n; i++) {
		unsigned v = digit(s.p[i]) ? s.p[i] - 0u - '0' : s.p[i] - 0u - 'A' + 10;

		r = (r * (v < 10 ? 10 : 100) + v) % 97;
	}
	return r == 1;
}

/* European unique identifier: country, register, ".", number. */
static bool
euid(ps_slice s)
{
	return s.n > 4 && lint_begins(s, "de") && memchr(s.p, '.', s.n) != NULL;
}

static bool
wrong(const struct lint *l, const struct scheme *scheme, const struct org_id *id)
{
	bool lei = memcmp(scheme->name, "LEI", 3) == 0;

	switch ((int)l->check->rule) {
	case L_ORG_ID_FORMAT:
		return scheme->reference != (id->reference.n > 0);
	case L_ORG_ID_COUNTRY:
		return !country_ok(scheme, id);
	case L_ORG_ID_STATE:
		return id->state.n > 0 && !scheme->state;
	case L_ORG_ID_LEI:
		return lei && !is_lei(id->reference);
	case L_ORG_ID_LEI_SUM:
		return lei && is_lei(id->reference) && !lei_sum(id->reference);
	case L_ORG_ID_EUID:
		return memcmp(id->scheme.p, "NTRDE", 5) == 0 && !euid(id->reference);
	default:
		return false;
	}
}

void
lint_org_id(struct lint *l, ps_slice value)
{
	const struct scheme *scheme;
	struct org_id id;
	bool bad;

	if (!read_org_id(value, &id)) {
		if (l->check->rule == L_ORG_ID_FORMAT)
			lint_found_octets(l, value);
		return;
	}
	scheme = scheme_of(&id);
	bad = scheme == NULL ? l->check->rule == L_ORG_ID_SCHEME : wrong(l, scheme, &id);
	if (bad)
		lint_found_octets(l, value);
}
