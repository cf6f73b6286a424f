/* SPDX-License-Identifier: ISC */
/*
 * Where a certificate says that more is to be had: who answers about it, where
 * its authority's lists are, where its authority's own certificate is.
 *
 * Only http and https: what else stands there (LDAP mostly) names servers
 * inside of somebody's network. An address becomes an argument of a program and a
 * line in a log, so it is printable ASCII or it is none.
 */
#include <string.h>

#include <openssl/x509v3.h>

#include "x509/internal.h"

enum { ACCESS = 16, NAMES = 16 };	/* looked at; real ones have three at most */

static bool
usable(const GENERAL_NAME *name, char *out)
{
	const ASN1_STRING *uri;
	const unsigned char *p;
	int n;

	if (name == NULL || name->type != GEN_URI)
		return false;
	uri = name->d.uniformResourceIdentifier;
	p = ASN1_STRING_get0_data(uri);
	n = ASN1_STRING_length(uri);
	if (n < 8 || n >= PS_URL_MAX || (OPENSSL_strncasecmp((const char *)p, "http://", 7) != 0 &&
	    OPENSSL_strncasecmp((const char *)p, "https://", 8) != 0))
		return false;
	for (int i = 0; i < n; i++)
		if (p[i] <= ' ' || p[i] >= 0x7f)
			return false;
	memcpy(out, p, (size_t)n);
	out[n] = '\0';
	return true;
}

static bool
nth(const GENERAL_NAME *name, size_t *skip, char *out)
{
	return usable(name, out) && (*skip)-- == 0;
}

/* RFC 5280, 4.2.2.1. */
static bool
access_point(X509 *x, int method, size_t skip, char *out)
{
	AUTHORITY_INFO_ACCESS *all = X509_get_ext_d2i(x, NID_info_access, NULL, NULL);
	bool found = false;

	for (int i = 0; i < sk_ACCESS_DESCRIPTION_num(all) && i < ACCESS && !found; i++) {
		const ACCESS_DESCRIPTION *a = sk_ACCESS_DESCRIPTION_value(all, i);

		if (OBJ_obj2nid(a->method) == method)
			found = nth(a->location, &skip, out);
	}
	AUTHORITY_INFO_ACCESS_free(all);
	return found;
}

/* RFC 5280, 4.2.1.13: the names of one point are ways to the same list. */
static bool
list_point(const STACK_OF(DIST_POINT) *all, size_t skip, char *out)
{
	bool found = false;

	for (int i = 0; i < sk_DIST_POINT_num(all) && i < ACCESS && !found; i++) {
		const DIST_POINT *point = sk_DIST_POINT_value(all, i);
		const GENERAL_NAMES *names;

		if (point->distpoint == NULL || point->distpoint->type != 0)
			continue;
		names = point->distpoint->name.fullname;
		for (int j = 0; j < sk_GENERAL_NAME_num(names) && j < NAMES && !found; j++)
			found = nth(sk_GENERAL_NAME_value(names, j), &skip, out);
	}
	return found;
}

bool
ps_point_of_crl(const X509_CRL *crl, size_t i, char out[PS_URL_MAX])
{
	STACK_OF(DIST_POINT) *all = X509_CRL_get_ext_d2i(crl, NID_freshest_crl, NULL, NULL);
	bool found = list_point(all, i, out);

	CRL_DIST_POINTS_free(all);
	return found;
}

bool
ps_point_of(X509 *x, enum ps_point what, size_t i, char out[PS_URL_MAX])
{
	STACK_OF(DIST_POINT) *all;
	bool found;

	if (what == PS_POINT_OCSP)
		return access_point(x, NID_ad_OCSP, i, out);
	if (what == PS_POINT_ISSUER)
		return access_point(x, NID_ad_ca_issuers, i, out);
	all = X509_get_ext_d2i(x, what == PS_POINT_CRL ? NID_crl_distribution_points
	    : NID_freshest_crl, NULL, NULL);
	found = list_point(all, i, out);
	CRL_DIST_POINTS_free(all);
	return found;
}
