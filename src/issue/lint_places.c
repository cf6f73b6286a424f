/* SPDX-License-Identifier: ISC */
/*
 * Lint: where a certificate says that news of it are to be had: revocation
 * lists, OCSP, the issuer's certificate.
 */
#include "issue/lint.h"

#include <string.h>

enum { URI = DER_CTX_PRIM(6) };

bool
lint_begins(ps_slice text, const char *with)
{
	size_t n = strlen(with);

	if (text.n < n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (ps_ascii_lower(text.p[i]) != with[i])
			return false;
	return true;
}

static bool
http(ps_slice uri)
{
	return lint_begins(uri, "http://");
}

/* --- revocation lists --- */

static void
crldp_missing(struct lint *l)
{
	if (!l->ext[E_CRLDP].present)
		lint_found(l);
}

static void
crldp_critical(struct lint *l)
{
	if (l->ext[E_CRLDP].critical)
		lint_found(l);
}

struct points {
	size_t	 uris, http;
};

/* A fullName, by the rule that runs. */
static void
full_name(struct lint *l, struct der *names, struct points *p)
{
	while (der_more(names)) {
		uint32_t tag = der_next_tag(names);
		ps_slice value;

		if (tag != URI) {
			der_skip(names, NULL);
			if (l->check->rule == L_CRLDP_TYPE)
				lint_found(l);
			continue;
		}
		value = der_value(names, URI, "uniformResourceIdentifier");
		p->uris++;
		p->http += http(value);
		if (l->check->rule == L_CRLDP_SCHEME && !http(value))
			lint_found_octets(l, value);
	}
}

static void
point(struct lint *l, struct der *one, struct points *p)
{
	struct der name, full;
	bool has = false;

	if (der_try_enter(one, DER_CTX(0), "distributionPoint", &name)) {
		has = true;
		if (der_try_enter(&name, DER_CTX(0), "fullName", &full))
			full_name(l, &full, p);
		else
			der_skip(&name, "nameRelativeToCRLIssuer");
	}
	while (der_more(one)) {
		has |= der_next_tag(one) == DER_CTX(2);
		der_skip(one, NULL);
	}
	if (l->check->rule == L_CRLDP_NOTHING && !has)
		lint_found(l);
}

static void
points(struct lint *l)
{
	struct points p = { 0 };
	struct lint_cursor c;

	if (!l->ext[E_CRLDP].present)
		return;
	lint_enter(&c, l->ext[E_CRLDP].value, DER_SEQUENCE);
	while (der_more(&c.list)) {
		struct der one = der_enter(&c.list, DER_SEQUENCE, "DistributionPoint");

		point(l, &one, &p);
	}
	if (l->check->rule == L_CRLDP_NO_HTTP && p.http == 0)
		lint_found(l);
}

/* --- authority information access --- */

static const ps_slice ocsp = LINT_OID("\x2b\x06\x01\x05\x05\x07\x30\x01");
static const ps_slice issuers = LINT_OID("\x2b\x06\x01\x05\x05\x07\x30\x02");

struct access {
	ps_slice	 method, uri;
	uint32_t	 tag;
};

/* false past the last. */
static bool
next_access(struct der *list, struct access *out)
{
	struct der one;
	size_t n;

	if (!der_more(list))
		return false;
	one = der_enter(list, DER_SEQUENCE, "AccessDescription");
	out->method = der_oid(&one, "accessMethod");
	return der_split(der_any(&one, "accessLocation"), &out->tag, &out->uri, &n) &&
	    !der_failed(&one);
}

/* How many places of one method there are, and how many of them by HTTP. */
static size_t
count(const struct lint *l, ps_slice method, bool by_http)
{
	struct lint_cursor c;
	struct access a;
	size_t n = 0;

	if (!l->ext[E_AIA].present)
		return 0;
	lint_enter(&c, l->ext[E_AIA].value, DER_SEQUENCE);
	while (next_access(&c.list, &a))
		n += ps_slice_equal(a.method, method) &&
		    (!by_http || (a.tag == URI && http(a.uri)));
	return n;
}

static void
aia_missing(struct lint *l)
{
	if (!l->ext[E_AIA].present)
		lint_found(l);
}

static void
aia_critical(struct lint *l)
{
	if (l->ext[E_AIA].critical)
		lint_found(l);
}

static void
aia_no_issuers(struct lint *l)
{
	if (l->ext[E_AIA].present && count(l, issuers, false) == 0)
		lint_found(l);
}

static void
issuers_http(struct lint *l)
{
	if (count(l, issuers, false) > 0 && count(l, issuers, true) == 0)
		lint_found(l);
}

static void
ocsp_http(struct lint *l)
{
	if (count(l, ocsp, false) > 0 && count(l, ocsp, true) == 0)
		lint_found(l);
}

/* The host of "scheme://user@host:port/path". */
static ps_slice
host_of(ps_slice uri)
{
	ps_slice h = uri;

	for (size_t i = 0; i + 2 < uri.n; i++)
		if (memcmp(uri.p + i, "://", 3) == 0) {
			h = (ps_slice){ uri.p + i + 3, uri.n - i - 3 };
			break;
		}
	for (size_t i = 0; i < h.n; i++)
		if (h.p[i] == '/' || h.p[i] == ':' || h.p[i] == '?')
			h.n = i;
	return h;
}

static bool
ends(ps_slice text, const char *with)
{
	size_t n = strlen(with);

	return text.n >= n && lint_begins((ps_slice){ text.p + text.n - n, n }, with);
}

/* A name without a dot, or under a domain that is nobody's (RFC 6761, 6762,
 * 8375, 9476). An address is none of these. */
static bool
internal(ps_slice host)
{
	static const char *const nobody[] = { ".local", ".localhost", ".internal", ".test",
		".invalid", ".home.arpa", ".lan", ".intranet", ".corp", ".home" };

	for (size_t i = 0; i < sizeof nobody / sizeof nobody[0]; i++)
		if (ends(host, nobody[i]))
			return true;
	return host.n > 0 && memchr(host.p, '.', host.n) == NULL && host.p[0] != '[';
}

static void
accesses(struct lint *l)
{
	struct lint_cursor c;
	struct access a;

	if (!l->ext[E_AIA].present)
		return;
	lint_enter(&c, l->ext[E_AIA].value, DER_SEQUENCE);
	while (next_access(&c.list, &a)) {
		if (l->check->rule == L_AIA_TYPE && a.tag != URI)
			lint_found(l);
		if (l->check->rule == L_AIA_SCHEME && a.tag == URI && !http(a.uri))
			lint_found_octets(l, a.uri);
		if (l->check->rule == L_AIA_INTERNAL && a.tag == URI && internal(host_of(a.uri)))
			lint_found_octets(l, host_of(a.uri));
	}
}

#define CRLDP	"cRLDistributionPoints"
#define AIA	"authorityInfoAccess"
#define PROFILE	.who = W_EE, .type = T_ANY
#define NEWER	.generation = G_MULTIPURPOSE | G_STRICT

static const struct lint_check rows[] = {
	{ L_CRLDP_MISSING, crldp_missing, CRLDP, "e_subscribers_shall_have_crl_distribution_points",
	  PROFILE },
	{ L_CRLDP_CRITICAL, crldp_critical, CRLDP, ALWAYS },
	{ L_CRLDP_NOTHING, points, CRLDP, ALWAYS },
	{ L_CRLDP_NO_HTTP, points, CRLDP, "e_subscribers_crl_distribution_points_are_http",
	  PROFILE },
	{ L_CRLDP_SCHEME, points, CRLDP, "e_subscribers_crl_distribution_points_are_http",
	  PROFILE, NEWER },
	{ L_CRLDP_TYPE, points, CRLDP, PROFILE },
	{ L_AIA_MISSING, aia_missing, AIA, PROFILE },
	{ L_AIA_CRITICAL, aia_critical, AIA, ALWAYS },
	{ L_AIA_NO_ISSUERS, aia_no_issuers, AIA, PROFILE },
	{ L_GMAIL_AIA, aia_no_issuers, AIA, PROFILE },
	{ L_AIA_ISSUERS_HTTP, issuers_http, AIA, "e_smime_legacy_aia_shall_have_one_http", PROFILE,
	  .generation = G_LEGACY },
	{ L_AIA_OCSP_HTTP, ocsp_http, AIA, "e_smime_legacy_aia_shall_have_one_http", PROFILE,
	  .generation = G_LEGACY },
	{ L_AIA_SCHEME, accesses, AIA, "e_smime_strict_aia_shall_have_http_only", PROFILE, NEWER },
	{ L_AIA_TYPE, accesses, AIA, PROFILE },
	{ L_AIA_INTERNAL, accesses, AIA, "w_smime_aia_contains_internal_names", PROFILE },
};
const struct lint_table lint_places = LINT_TABLE(rows, false);
