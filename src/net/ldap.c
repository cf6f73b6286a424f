/* SPDX-License-Identifier: ISC */
/*
 * The certificates of an address, from a directory.
 *
 * libldap is loaded when a directory is asked, since few are. The connection is
 * protected by TLS unless the rules say otherwise: certificates prove themselves, but
 * whom we write to is nobody's business. Referrals are not followed, they could
 * lead anywhere. What a directory holds is what somebody wrote there: it is
 * handed on as it is, and judged by whoever asked.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ldap.h>

#include "base/library.h"
#include "der/der.h"
#include "net/net.h"

enum { SECONDS = 10, ENTRIES = 8, ANSWER = 262144, TEXT = 1024, VALUES = 16 };

#define CALLS(X) X(ldap_initialize) X(ldap_set_option) X(ldap_start_tls_s) \
	X(ldap_search_ext_s) X(ldap_first_entry) X(ldap_next_entry) X(ldap_get_values_len) \
	X(ldap_value_free_len) X(ldap_msgfree) X(ldap_unbind_ext_s) X(ldap_err2string)
#define CALL(name) __typeof__(name) *name;
static struct { CALLS(CALL) } call;
static const char *const names[] = { CALLS(PS_LIBRARY_NAME) };
static struct ps_library newer = PS_LIBRARY("libldap.so.2", names, &call);	/* 2.6 */
static struct ps_library older = PS_LIBRARY("libldap-2.5.so.0", names, &call);

/* RFC 4523, RFC 2798; some servers want the option ";binary", some refuse it. */
static const char *const attributes[] = {
	"userSMIMECertificate;binary", "userSMIMECertificate",
	"userCertificate;binary", "userCertificate"
};
enum { ATTRIBUTES = sizeof attributes / sizeof attributes[0] };

static enum net_status
complain(struct net_answer *out, enum net_status status, const char *why)
{
	(void)snprintf(out->why, sizeof out->why, "%s", why);
	return status;
}

/* The server failed or denies: of a wrong rule the person learns at once. */
static enum net_status
judge(struct net_answer *out, int code)
{
	complain(out, NET_LATER, call.ldap_err2string(code));
	switch (code) {
	case LDAP_INVALID_DN_SYNTAX:
	case LDAP_NO_SUCH_OBJECT:
	case LDAP_INSUFFICIENT_ACCESS:
	case LDAP_CONFIDENTIALITY_REQUIRED:
	case LDAP_PROTOCOL_ERROR:
	case LDAP_CONNECT_ERROR:	/* TLS: not the server that was meant */
		return NET_REFUSED;
	default:
		return NET_LATER;
	}
}

/* --- the question --- */

/* "ldap://host/base" in its two parts, %xx of the base decoded (RFC 4516). */
static bool
split(const char *url, char server[TEXT], char base[TEXT])
{
	const char *host = strstr(url, "://"), *slash = host == NULL ? NULL : strchr(host + 3, '/');
	size_t n = slash == NULL ? strlen(url) : (size_t)(slash - url), used = 0;
	char hex[3] = "";

	if (host == NULL || n >= TEXT || strlen(url) >= TEXT)
		return false;
	memcpy(server, url, n);
	server[n] = '\0';
	for (const char *p = slash == NULL ? "" : slash + 1; *p != '\0'; p++) {
		base[used] = *p;
		if (*p == '%' && p[1] != '\0' && p[2] != '\0') {
			memcpy(hex, p + 1, 2);
			base[used] = (char)strtoul(hex, NULL, 16);
			p += 2;
		}
		used++;
	}
	base[used] = '\0';
	return true;
}

/* RFC 4515, 3: whatever could mean something in a filter is written in hex. */
static bool
make_filter(const char *address, char *out, size_t size)
{
	size_t used = (size_t)snprintf(out, size, "(mail=");

	for (const char *p = address; *p != '\0'; p++) {
		if (used + 5 > size)
			return false;
		if (strchr("*()\\", *p) != NULL || (unsigned char)*p < ' ')
			used += (size_t)snprintf(out + used, size - used, "\\%02x",
			    (unsigned)(unsigned char)*p);
		else
			out[used++] = *p;
	}
	out[used++] = ')';
	out[used] = '\0';
	return true;
}

/* --- the answer --- */

/* Whole elements alone, so that the next one can be found behind it. */
static bool
add(struct net_answer *out, const struct berval *v)
{
	ps_slice in = { (const uint8_t *)v->bv_val, v->bv_len }, inside;
	uint32_t tag;
	size_t whole;

	if (!der_split(in, &tag, &inside, &whole) || whole != in.n || tag != DER_SEQUENCE)
		return true;
	return in.n <= ANSWER - out->bytes.n && ps_buf_add(&out->bytes, in, NULL) == PS_OK;
}

static bool
add_values(LDAP *ld, LDAPMessage *entry, const char *attribute, struct net_answer *out)
{
	struct berval **v = call.ldap_get_values_len(ld, entry, attribute);
	bool good = true;

	for (size_t i = 0; v != NULL && v[i] != NULL && i < VALUES && good; i++)
		good = add(out, v[i]);
	if (v != NULL)
		call.ldap_value_free_len(v);
	return good;
}

static enum net_status
take(LDAP *ld, LDAPMessage *found, struct net_answer *out)
{
	unsigned entries = 0;

	for (LDAPMessage *e = call.ldap_first_entry(ld, found); e != NULL && entries++ < ENTRIES;
	    e = call.ldap_next_entry(ld, e))
		for (size_t i = 0; i < ATTRIBUTES; i++)
			if (!add_values(ld, e, attributes[i], out))
				return complain(out, NET_REFUSED, "the answer is too large");
	return NET_GOOD;
}

static enum net_status
search(LDAP *ld, const char *base, const char *filter, struct net_answer *out)
{
	char text[ATTRIBUTES][32], *list[ATTRIBUTES + 1] = { NULL };
	struct timeval limit = { SECONDS, 0 };
	LDAPMessage *found = NULL;
	enum net_status status;
	int code;

	for (size_t i = 0; i < ATTRIBUTES; i++) {
		(void)snprintf(text[i], sizeof text[i], "%s", attributes[i]);
		list[i] = text[i];
	}
	code = call.ldap_search_ext_s(ld, base, LDAP_SCOPE_SUBTREE, filter, list, 0, NULL, NULL,
	    &limit, ENTRIES, &found);
	status = code == LDAP_SUCCESS || code == LDAP_SIZELIMIT_EXCEEDED ? take(ld, found, out)
	    : judge(out, code);
	call.ldap_msgfree(found);
	return status;
}

/* --- the connection --- */

static bool
set_options(LDAP *ld, const struct net_rules *rules)
{
	const int version = LDAP_VERSION3, demand = LDAP_OPT_X_TLS_DEMAND, client = 0;
	const struct timeval limit = { SECONDS / 2, 0 };

	return call.ldap_set_option(ld, LDAP_OPT_PROTOCOL_VERSION, &version) == 0 &&
	    call.ldap_set_option(ld, LDAP_OPT_REFERRALS, LDAP_OPT_OFF) == 0 &&
	    call.ldap_set_option(ld, LDAP_OPT_NETWORK_TIMEOUT, &limit) == 0 &&
	    call.ldap_set_option(ld, LDAP_OPT_TIMEOUT, &limit) == 0 &&
	    call.ldap_set_option(ld, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand) == 0 &&
	    (rules->ldap_trust == NULL || call.ldap_set_option(ld, LDAP_OPT_X_TLS_CACERTFILE,
	    rules->ldap_trust) == 0) &&
	    call.ldap_set_option(ld, LDAP_OPT_X_TLS_NEWCTX, &client) == 0;
}

static enum net_status
ask(LDAP *ld, const char *server, const char *base, const char *filter,
    const struct net_rules *rules, struct net_answer *out)
{
	bool clear = rules->ldap_tls != NULL && strcmp(rules->ldap_tls, "off") == 0;
	int code;

	if (!set_options(ld, rules))
		return complain(out, NET_LATER, "the LDAP library does not take its settings");
	if (strncmp(server, "ldap://", 7) == 0 && !clear &&
	    (code = call.ldap_start_tls_s(ld, NULL, NULL)) != LDAP_SUCCESS) {
		(void)judge(out, code);
		return code == LDAP_SERVER_DOWN || code == LDAP_TIMEOUT ? NET_LATER : NET_REFUSED;
	}
	return search(ld, base, filter, out);
}

enum net_status
net_ldap(const char *address, const struct net_rules *rules, struct net_answer *out)
{
	char server[TEXT], base[TEXT], filter[4 * TEXT];
	enum net_status status;
	LDAP *ld = NULL;

	if (rules->ldap_server == NULL || !split(rules->ldap_server, server, base) ||
	    !make_filter(address, filter, sizeof filter))
		return complain(out, NET_USAGE, "the rule ldap-server names no directory");
	if (!ps_library_load(&newer) && !ps_library_load(&older))
		return complain(out, NET_LATER, "libldap is not on this system");
	if (call.ldap_initialize(&ld, server) != LDAP_SUCCESS)
		return complain(out, NET_USAGE, "the rule ldap-server names no directory");
	status = ask(ld, server, base, filter, rules, out);
	call.ldap_unbind_ext_s(ld, NULL, NULL);
	return status;
}
