/* SPDX-License-Identifier: ISC */
/*
 * Certificates of an authority.
 *
 * The profile is the CA/Browser Forum's (BR 7.1.2): others' programs are
 * tested with certificates of public authorities, which must keep to it, so
 * that what we issue is read wherever those are.
 */
#include "issue/cert_build.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "crypto/digest.h"

#define WHERE	"issue.certificate"
#define OID(s)	{ (const uint8_t *)(s), sizeof(s) - 1 }

static const ps_slice oid_cn = OID("\x55\x04\x03");
static const ps_slice oid_o = OID("\x55\x04\x0a");
static const ps_slice oid_ski = OID("\x55\x1d\x0e");
static const ps_slice oid_aki = OID("\x55\x1d\x23");
static const ps_slice oid_ku = OID("\x55\x1d\x0f");
static const ps_slice oid_san = OID("\x55\x1d\x11");
static const ps_slice oid_bc = OID("\x55\x1d\x13");
static const ps_slice oid_eku = OID("\x55\x1d\x25");
static const ps_slice oid_policies = OID("\x55\x1d\x20");
static const ps_slice oid_crldp = OID("\x55\x1d\x1f");
static const ps_slice oid_aia = OID("\x2b\x06\x01\x05\x05\x07\x01\x01");
static const ps_slice oid_ocsp = OID("\x2b\x06\x01\x05\x05\x07\x30\x01");
static const ps_slice oid_issuers = OID("\x2b\x06\x01\x05\x05\x07\x30\x02");
static const ps_slice oid_mail = OID("\x2b\x06\x01\x05\x05\x07\x03\x04");
static const ps_slice oid_utf8_mailbox = OID("\x2b\x06\x01\x05\x05\x07\x08\x09");
/* 2.23.140.1.5.1.3: mailbox validated, strict (BR 7.1.6.1) */
static const ps_slice oid_mailbox_strict = OID("\x67\x81\x0c\x01\x05\x01\x03");

/* What the kinds differ in. */
static const struct kind {
	bool	 ca, self;
	int	 path;		/* -1: no limit */
	bool	 mail;		/* purpose and policy of mail */
	const char *suffix;
} kinds[] = {
	[ISSUE_ROOT] = { true, true, -1, false, "Root" },
	[ISSUE_AUTHORITY] = { true, false, 0, true, "Issuing" },
	[ISSUE_MAILBOX] = { false, false, -1, true, NULL },
};

enum { COMMON_NAME_MAX = 64 };	/* RFC 5280, A.1 */

/* --- names --- */

static void
attribute(struct derw *w, ps_slice oid, const char *value)
{
	derw_begin(w, DER_SET);
	derw_begin(w, DER_SEQUENCE);
	derw_oid(w, oid);
	derw_value(w, DER_UTF8, ps_str(value));
	derw_end(w);
	derw_end(w);
}

/* BR 7.1.4.2.2 (a): the common name of a mailbox is the mailbox. An address that
 * is too long for one stands in the alternative name alone. */
static bool
nameless(const struct issue_wish *wish)
{
	return wish->kind == ISSUE_MAILBOX && strlen(wish->address[0]) > COMMON_NAME_MAX;
}

static void
subject(struct derw *w, const struct issue_wish *wish)
{
	char cn[COMMON_NAME_MAX + 16];

	derw_begin(w, DER_SEQUENCE);
	if (wish->kind != ISSUE_MAILBOX) {
		(void)snprintf(cn, sizeof cn, "%s %s", wish->name, kinds[wish->kind].suffix);
		attribute(w, oid_o, wish->name);
		attribute(w, oid_cn, cn);
	} else if (!nameless(wish))
		attribute(w, oid_cn, wish->address[0]);
	derw_end(w);
}

/* --- extensions --- */

void
issue_extension_begin(struct derw *w, ps_slice oid, bool critical)
{
	derw_begin(w, DER_SEQUENCE);
	derw_oid(w, oid);
	if (critical)
		derw_bool(w, true);
	derw_begin(w, DER_OCTETS);
}

void
issue_extension_end(struct derw *w)
{
	derw_end(w);
	derw_end(w);
}

void
issue_aki(struct derw *w, ps_slice key_id)
{
	issue_extension_begin(w, oid_aki, false);
	derw_begin(w, DER_SEQUENCE);
	derw_value(w, DER_CTX_PRIM(0), key_id);
	derw_end(w);
	issue_extension_end(w);
}

static void
ski(struct derw *w, ps_slice key_id)
{
	issue_extension_begin(w, oid_ski, false);
	derw_octets(w, key_id);
	issue_extension_end(w);
}

static void
basic_constraints(struct derw *w, const struct kind *kind)
{
	issue_extension_begin(w, oid_bc, true);
	derw_begin(w, DER_SEQUENCE);
	derw_bool(w, true);
	if (kind->path >= 0)
		derw_u64(w, (uint64_t)kind->path);
	derw_end(w);
	issue_extension_end(w);
}

/* X.690, 11.2.2: a named bit list has no trailing zero bits. */
static void
key_usage(struct derw *w, unsigned ku)
{
	uint8_t value[2] = { 0, (uint8_t)(ku >> 8) };

	while (value[0] < 7 && (value[1] >> value[0] & 1) == 0)
		value[0]++;
	issue_extension_begin(w, oid_ku, true);
	derw_value(w, DER_BIT_STRING, (ps_slice){ value, 2 });
	issue_extension_end(w);
}

static void
purpose_and_policy(struct derw *w)
{
	issue_extension_begin(w, oid_eku, false);
	derw_begin(w, DER_SEQUENCE);
	derw_oid(w, oid_mail);
	derw_end(w);
	issue_extension_end(w);
	issue_extension_begin(w, oid_policies, false);
	derw_begin(w, DER_SEQUENCE);
	derw_begin(w, DER_SEQUENCE);
	derw_oid(w, oid_mailbox_strict);
	derw_end(w);
	derw_end(w);
	issue_extension_end(w);
}

static bool
ascii(const char *s)
{
	while (*s != '\0')
		if ((unsigned char)*s++ >= 0x80)
			return false;
	return true;
}

/* RFC 9598, 3: SmtpUTF8Mailbox only where the local part needs it. RFC 5280,
 * 4.1.2.6: critical when the subject is empty. */
static void
alternative_names(struct derw *w, const struct issue_wish *wish)
{
	issue_extension_begin(w, oid_san, nameless(wish));
	derw_begin(w, DER_SEQUENCE);
	for (size_t i = 0; i < wish->naddress; i++) {
		if (ascii(wish->address[i])) {
			derw_value(w, DER_CTX_PRIM(1), ps_str(wish->address[i]));
			continue;
		}
		derw_begin(w, DER_CTX(0));
		derw_oid(w, oid_utf8_mailbox);
		derw_begin(w, DER_CTX(0));
		derw_value(w, DER_UTF8, ps_str(wish->address[i]));
		derw_end(w);
		derw_end(w);
	}
	derw_end(w);
	issue_extension_end(w);
}

static void
access(struct derw *w, ps_slice method, const char *url)
{
	if (url == NULL)
		return;
	derw_begin(w, DER_SEQUENCE);
	derw_oid(w, method);
	derw_value(w, DER_CTX_PRIM(6), ps_str(url));
	derw_end(w);
}

static void
places(struct derw *w, const struct issue_places *p)
{
	if (p->crl != NULL) {
		issue_extension_begin(w, oid_crldp, false);
		derw_begin(w, DER_SEQUENCE);	/* CRLDistributionPoints */
		derw_begin(w, DER_SEQUENCE);	/* DistributionPoint */
		derw_begin(w, DER_CTX(0));	/* distributionPoint */
		derw_begin(w, DER_CTX(0));	/* fullName */
		derw_value(w, DER_CTX_PRIM(6), ps_str(p->crl));
		derw_end(w);
		derw_end(w);
		derw_end(w);
		derw_end(w);
		issue_extension_end(w);
	}
	if (p->ocsp == NULL && p->issuer == NULL)
		return;
	issue_extension_begin(w, oid_aia, false);
	derw_begin(w, DER_SEQUENCE);
	access(w, oid_ocsp, p->ocsp);
	access(w, oid_issuers, p->issuer);
	derw_end(w);
	issue_extension_end(w);
}

static void
extensions(struct derw *w, const struct issue_wish *wish, ps_slice own_id, ps_slice signer_id)
{
	const struct kind *kind = &kinds[wish->kind];

	if (kind->ca)
		basic_constraints(w, kind);
	key_usage(w, wish->ku);
	if (kind->mail)
		purpose_and_policy(w);
	if (wish->naddress > 0)
		alternative_names(w, wish);
	ski(w, own_id);
	if (!kind->self)
		issue_aki(w, signer_id);
	places(w, &wish->places);
}

/* --- the whole --- */

ps_code
issue_key_id(ps_slice spki, uint8_t out[20], ps_err *err)
{
	struct der_state state;
	struct der in, seq;
	uint8_t digest[PS_DIGEST_MAX];
	ps_slice bits;
	ps_code code;

	der_init(&in, &state, spki, 0, false, NULL);
	seq = der_enter(&in, DER_SEQUENCE, "SubjectPublicKeyInfo");
	der_skip(&seq, "algorithm");
	bits = der_bits(&seq, "subjectPublicKey");
	der_leave(&seq);
	code = der_finish(&in, WHERE, err);
	if (code == PS_OK)
		code = ps_digest_once(ps_alg_get(PS_SHA1), bits, digest, err);
	if (code == PS_OK)
		memcpy(out, digest, 20);
	return code;
}

ps_code
issue_sigspec(struct ps_sigspec *out, const struct ps_key *key, ps_err *err)
{
	struct ps_key_info info;

	ps_key_info(key, &info);
	return ps_sigspec_choose(out, &info, NULL, false, err);
}

ps_code
issue_sign(struct ps_buf *out, struct ps_key *key, ps_slice tbs, ps_err *err)
{
	struct ps_buf sig = { 0 };
	struct ps_sigspec spec;
	struct derw w;
	ps_code code = issue_sigspec(&spec, key, err);

	if (code == PS_OK)
		code = ps_key_sign(key, &spec, tbs, &sig, err);
	if (code == PS_OK) {
		derw_init(&w, out);
		derw_begin(&w, DER_SEQUENCE);
		derw_raw(&w, tbs);
		ps_sigspec_build_sig(&spec, &w, DER_SEQUENCE);
		derw_bits(&w, ps_buf_get(&sig));
		derw_end(&w);
		code = derw_finish(&w, err);
	}
	ps_buf_clear(&sig);
	return code;
}

static ps_code
build_tbs(struct ps_buf *out, const struct issue_wish *wish, const struct issue_signer *signer,
    ps_err *err)
{
	uint8_t serial[ISSUE_SERIAL], id[20];
	struct ps_sigspec spec;
	struct derw w;
	ps_code code = ps_random(serial, sizeof serial, err);

	if (code == PS_OK)
		code = issue_key_id(wish->spki, id, err);
	if (code == PS_OK)
		code = issue_sigspec(&spec, signer->key, err);
	if (code != PS_OK)
		return code;
	serial[0] = (uint8_t)((serial[0] & 0x7f) | 0x40);	/* positive, never short */
	derw_init(&w, out);
	derw_begin(&w, DER_SEQUENCE);
	derw_begin(&w, DER_CTX(0));
	derw_u64(&w, 2);
	derw_end(&w);
	derw_integer(&w, (ps_slice){ serial, sizeof serial });
	ps_sigspec_build_sig(&spec, &w, DER_SEQUENCE);
	if (kinds[wish->kind].self)
		subject(&w, wish);
	else
		derw_raw(&w, signer->name);
	derw_begin(&w, DER_SEQUENCE);
	derw_time(&w, wish->from);
	derw_time(&w, wish->to);
	derw_end(&w);
	subject(&w, wish);
	derw_raw(&w, wish->spki);
	derw_begin(&w, DER_CTX(3));
	derw_begin(&w, DER_SEQUENCE);
	extensions(&w, wish, (ps_slice){ id, sizeof id }, signer->key_id);
	derw_end(&w);
	derw_end(&w);
	derw_end(&w);
	return derw_finish(&w, err);
}

ps_code
issue_cert_build(struct ps_buf *out, const struct issue_wish *wish,
    const struct issue_signer *signer, ps_err *err)
{
	struct ps_buf tbs = { 0 };
	ps_code code = build_tbs(&tbs, wish, signer, err);

	if (code == PS_OK)
		code = issue_sign(out, signer->key, ps_buf_get(&tbs), err);
	ps_buf_clear(&tbs);
	return code;
}
