/* SPDX-License-Identifier: ISC */
/*
 * The certificates of an address, from the DNS (SMIMEA, RFC 8162).
 *
 * Only what DNSSEC proves counts: libunbound checks every signature itself, from
 * the anchor down, so nobody on the way need be trusted, not even the resolver
 * that is asked. That a name has no such record is an answer, and an empty one.
 */
#include <stdio.h>
#include <string.h>

#include <unbound.h>

#include "base/library.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "der/der.h"
#include "net/net.h"
#include "x509/cert.h"

enum {
	TYPE	= 53,		/* SMIMEA */
	CLASS	= 1,		/* IN */
	RECORDS	= 16,
	HASH	= 28,		/* RFC 8162, 3: octets of SHA-256 */
	HEAD	= 3		/* usage, selector, matching type */
};

#define CALLS(X) X(ub_ctx_create) X(ub_ctx_delete) X(ub_ctx_add_ta_file) X(ub_ctx_set_fwd) \
	X(ub_ctx_resolvconf) X(ub_ctx_set_option) X(ub_resolve) X(ub_resolve_free) X(ub_strerror)
#define CALL(name) __typeof__(name) *name;
static struct { CALLS(CALL) } call;
static const char *const names[] = { CALLS(PS_LIBRARY_NAME) };
static struct ps_library library = PS_LIBRARY("libunbound.so.8", names, &call);

static enum net_status
complain(struct net_answer *out, enum net_status status, const char *why)
{
	(void)snprintf(out->why, sizeof out->why, "%s", why);
	return status;
}

/* RFC 8162, 3: the local part as it is, case included, and the domain as A-labels. */
static bool
make_name(const char *address, char *out, size_t size)
{
	uint8_t local[PS_LOCAL_MAX], hash[PS_DIGEST_MAX];
	char domain[PS_DOMAIN_TEXT], hex[2 * HASH + 1];
	size_t n;

	if (!ps_address_split(address, local, &n, domain) ||
	    ps_digest_once(ps_alg_get(PS_SHA256), (ps_slice){ local, n }, hash, NULL) != PS_OK)
		return false;
	ps_text_hex(hex, (ps_slice){ hash, HASH });
	return (size_t)snprintf(out, size, "%s._smimecert.%s.", hex, domain) < size;
}

/* SEQUENCE OF SEQUENCE { usage, selector, matching INTEGER, data OCTET STRING } */
static enum net_status
write_answer(const struct ub_result *r, struct net_answer *out)
{
	struct derw w;

	derw_init(&w, &out->bytes);
	derw_begin(&w, DER_SEQUENCE);
	for (size_t i = 0; r->havedata && r->data[i] != NULL && i < RECORDS; i++) {
		const uint8_t *p = (const uint8_t *)r->data[i];

		if (r->len[i] <= HEAD)
			continue;
		derw_begin(&w, DER_SEQUENCE);
		for (size_t k = 0; k < HEAD; k++)
			derw_u64(&w, p[k]);
		derw_octets(&w, (ps_slice){ p + HEAD, (size_t)r->len[i] - HEAD });
		derw_end(&w);
	}
	derw_end(&w);
	return derw_finish(&w, NULL) == PS_OK ? NET_GOOD : NET_LATER;
}

static enum net_status
judge(const struct ub_result *r, struct net_answer *out)
{
	char text[NET_WHY];

	if (r->bogus) {
		(void)snprintf(text, sizeof text, "DNSSEC says that the answer is forged: %s",
		    r->why_bogus == NULL ? "" : r->why_bogus);
		return complain(out, NET_REFUSED, text);
	}
	if (r->rcode != 0 && !r->nxdomain)
		return complain(out, NET_LATER, "the name servers give no answer");
	if (r->havedata && !r->secure)
		return complain(out, NET_REFUSED, "the answer is not protected by DNSSEC");
	return write_answer(r, out);
}

/* A forwarder of the user's choice may well be this machine. */
static int
set_up(struct ub_ctx *ctx, const struct net_rules *rules)
{
	int code = call.ub_ctx_add_ta_file(ctx, rules->dns_anchor);

	if (code == 0 && rules->dns_server == NULL)
		return call.ub_ctx_resolvconf(ctx, NULL);
	if (code == 0)
		code = call.ub_ctx_set_option(ctx, "do-not-query-localhost:", "no");
	return code == 0 ? call.ub_ctx_set_fwd(ctx, rules->dns_server) : code;
}

static enum net_status
ask(struct ub_ctx *ctx, const char *name, const struct net_rules *rules, struct net_answer *out)
{
	struct ub_result *r = NULL;
	enum net_status status;
	int code = set_up(ctx, rules);

	if (code != 0)
		return complain(out, NET_USAGE, call.ub_strerror(code));
	if ((code = call.ub_resolve(ctx, name, TYPE, CLASS, &r)) != 0)
		return complain(out, NET_LATER, call.ub_strerror(code));
	status = judge(r, out);
	call.ub_resolve_free(r);
	return status;
}

enum net_status
net_smimea(const char *address, const struct net_rules *rules, struct net_answer *out)
{
	char name[2 * HASH + PS_DOMAIN_TEXT + 16];
	enum net_status status;
	struct ub_ctx *ctx;

	if (!make_name(address, name, sizeof name))
		return complain(out, NET_USAGE, "this is no address of mail");
	if (!ps_library_load(&library))
		return complain(out, NET_LATER, "libunbound is not on this system");
	if ((ctx = call.ub_ctx_create()) == NULL)
		return complain(out, NET_LATER, "libunbound does not start");
	status = ask(ctx, name, rules, out);
	call.ub_ctx_delete(ctx);
	return status;
}
