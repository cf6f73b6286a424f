/* SPDX-License-Identifier: ISC */
/*
 * Requests for certificates, and certificates that one signs for oneself.
 *
 * Both say the same of the same key, so both are made of the same pieces. The
 * signature comes from the key handle, which may sit in a token.
 */
#include "x509/request.h"

#include <string.h>

#include "crypto/digest.h"
#include "x509/internal.h"
#include "x509/words.h"

#define OID(s)	{ (const uint8_t *)(s), sizeof(s) - 1 }

static const ps_slice oid_common_name = OID("\x55\x04\x03");
static const ps_slice oid_ext_request = OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x0e");
static const ps_slice oid_ski = OID("\x55\x1d\x0e");
static const ps_slice oid_ku = OID("\x55\x1d\x0f");
static const ps_slice oid_san = OID("\x55\x1d\x11");
static const ps_slice oid_bc = OID("\x55\x1d\x13");
static const ps_slice oid_eku = OID("\x55\x1d\x25");
static const ps_slice oid_email_protection = OID("\x2b\x06\x01\x05\x05\x07\x03\x04");
static const ps_slice oid_smtp_utf8 = OID("\x2b\x06\x01\x05\x05\x07\x08\x09");

enum { SERIAL = 16, COMMON_NAME_MAX = 64 };

/* The address as certificates have it. */
struct mailbox {
	char	 text[PS_ADDRESS_MAX + PS_DOMAIN_MAX + 2];
	bool	 ascii;
};

static ps_code
normalise(struct mailbox *out, const char *address, ps_err *err)
{
	struct ps_mailbox m;
	const char *at = strrchr(address, '@');
	size_t local = at == NULL ? 0 : (size_t)(at - address);

	if (at == NULL || local > PS_ADDRESS_MAX || !ps_mailbox_parse(&m, address))
		return ps_fail(err, PS_E_MALFORMED, "x509.request", PS_NOWHERE,
		    W_REQUEST_ADDRESS, PS_TEXT("address", address));
	memcpy(out->text, address, local);
	out->text[local] = '@';
	memcpy(out->text + local + 1, m.domain, strlen(m.domain) + 1);
	out->ascii = m.ascii;
	return PS_OK;
}

ps_code
ps_applicant_check(const struct ps_applicant *a, ps_err *err)
{
	struct mailbox m;

	return normalise(&m, a->address, err);
}

/* --- the pieces --- */

/* RFC 5280, A.1: a common name has 64 characters at most; longer ones are
 * left out, since the address in the alternative name is what counts. */
static void
build_name(struct derw *w, const struct ps_applicant *a)
{
	const char *cn = a->name == NULL ? a->address : a->name;

	derw_begin(w, DER_SEQUENCE);
	if (strlen(cn) <= COMMON_NAME_MAX) {
		derw_begin(w, DER_SET);
		derw_begin(w, DER_SEQUENCE);
		derw_oid(w, oid_common_name);
		derw_value(w, DER_UTF8, ps_str(cn));
		derw_end(w);
		derw_end(w);
	}
	derw_end(w);
}

static bool
has_name(const struct ps_applicant *a)
{
	return strlen(a->name == NULL ? a->address : a->name) <= COMMON_NAME_MAX;
}

static void
begin_extension(struct derw *w, ps_slice oid, bool critical)
{
	derw_begin(w, DER_SEQUENCE);
	derw_oid(w, oid);
	if (critical)
		derw_bool(w, true);
	derw_begin(w, DER_OCTETS);
}

static void
end_extension(struct derw *w)
{
	derw_end(w);
	derw_end(w);
}

/* X.690, 11.2.2: a named bit list has no trailing zero bits. */
static void
build_ku(struct derw *w, unsigned ku)
{
	uint8_t value[2] = { 0, (uint8_t)(ku >> 8) };

	while (value[1] != 0 && value[0] < 7 && (value[1] >> value[0] & 1) == 0)
		value[0]++;
	begin_extension(w, oid_ku, true);
	derw_value(w, DER_BIT_STRING, (ps_slice){ value, 2 });
	end_extension(w);
}

static void
build_eku(struct derw *w)
{
	begin_extension(w, oid_eku, false);
	derw_begin(w, DER_SEQUENCE);
	derw_oid(w, oid_email_protection);
	derw_end(w);
	end_extension(w);
}

/* RFC 9598, 3: SmtpUTF8Mailbox only when the local part needs it, the domain
 * in A-labels. RFC 5280, 4.1.2.6: critical when the subject is empty. */
static void
build_san(struct derw *w, const struct mailbox *m, bool critical)
{
	begin_extension(w, oid_san, critical);
	derw_begin(w, DER_SEQUENCE);
	if (m->ascii)
		derw_value(w, DER_CTX_PRIM(1), ps_str(m->text));
	else {
		derw_begin(w, DER_CTX(0));
		derw_oid(w, oid_smtp_utf8);
		derw_begin(w, DER_CTX(0));
		derw_value(w, DER_UTF8, ps_str(m->text));
		derw_end(w);
		derw_end(w);
	}
	derw_end(w);
	end_extension(w);
}

/* RFC 5280, 4.2.1.2, method 1. */
static ps_code
build_ski(struct derw *w, ps_slice spki, ps_err *err)
{
	struct der_state state;
	struct der in, seq;
	uint8_t id[PS_DIGEST_MAX];
	ps_slice bits;
	ps_code code;

	der_init(&in, &state, spki, 0, false, "SubjectPublicKeyInfo");
	seq = der_enter(&in, DER_SEQUENCE, "SubjectPublicKeyInfo");
	der_skip(&seq, "algorithm");
	bits = der_bits(&seq, "subjectPublicKey");
	der_leave(&seq);
	code = der_finish(&in, "x509.request", err);
	if (code == PS_OK)
		code = ps_digest_once(ps_alg_get(PS_SHA1), bits, id, err);
	if (code != PS_OK)
		return code;
	begin_extension(w, oid_ski, false);
	derw_octets(w, (ps_slice){ id, ps_digest_size(ps_alg_get(PS_SHA1)) });
	end_extension(w);
	return PS_OK;
}

static void
build_wishes(struct derw *w, const struct ps_applicant *a, const struct mailbox *m)
{
	build_ku(w, a->ku);
	build_eku(w);
	build_san(w, m, !has_name(a));
}

/* --- signing --- */

/* SEQUENCE { tbs, algorithm, signature }, as both have it. */
static ps_code
finish(struct ps_buf *out, struct ps_key *key, const struct ps_sigspec *spec, ps_slice tbs,
    ps_err *err)
{
	struct ps_buf sig = { 0 };
	struct derw w;
	ps_code code = ps_key_sign(key, spec, tbs, &sig, err);

	if (code == PS_OK) {
		derw_init(&w, out);
		derw_begin(&w, DER_SEQUENCE);
		derw_raw(&w, tbs);
		ps_sigspec_build_sig(spec, &w, DER_SEQUENCE);
		derw_bits(&w, ps_buf_get(&sig));
		derw_end(&w);
		code = derw_finish(&w, err);
	}
	ps_buf_clear(&sig);
	return code;
}

static ps_code
choose(struct ps_sigspec *out, const struct ps_key *key, ps_err *err)
{
	struct ps_key_info info;

	ps_key_info(key, &info);
	return ps_sigspec_choose(out, &info, NULL, false, err);
}

/* RFC 2986, 4.1: CertificationRequestInfo, with the extensions that are asked
 * for in an attribute (RFC 2985, 5.4.2). */
static ps_code
build_info(struct ps_buf *out, const struct ps_key *key, const struct ps_applicant *a,
    const struct mailbox *m, ps_err *err)
{
	struct derw w;

	derw_init(&w, out);
	derw_begin(&w, DER_SEQUENCE);
	derw_u64(&w, 0);
	build_name(&w, a);
	derw_raw(&w, ps_key_spki(key));
	derw_begin(&w, DER_CTX(0));
	derw_begin(&w, DER_SEQUENCE);
	derw_oid(&w, oid_ext_request);
	derw_begin(&w, DER_SET);
	derw_begin(&w, DER_SEQUENCE);
	build_wishes(&w, a, m);
	derw_end(&w);
	derw_end(&w);
	derw_end(&w);
	derw_end(&w);
	derw_end(&w);
	return derw_finish(&w, err);
}

ps_code
ps_request_build(struct ps_buf *out, struct ps_key *key, const struct ps_applicant *a,
    ps_err *err)
{
	struct ps_buf info = { 0 };
	struct ps_sigspec spec;
	struct mailbox m;
	ps_code code = normalise(&m, a->address, err);

	if (code == PS_OK)
		code = choose(&spec, key, err);
	if (code == PS_OK)
		code = build_info(&info, key, a, &m, err);
	if (code == PS_OK)
		code = finish(out, key, &spec, ps_buf_get(&info), err);
	ps_buf_clear(&info);
	return code;
}

/* A certificate's life. */
struct life {
	int64_t	 from, to;
};

/* RFC 5280, 4.1: TBSCertificate. */
static ps_code
build_tbs(struct ps_buf *out, const struct ps_key *key, const struct ps_sigspec *spec,
    const struct ps_applicant *a, const struct mailbox *m, const struct life *life, ps_err *err)
{
	uint8_t serial[SERIAL];
	struct derw w;
	ps_code code = ps_random(serial, sizeof serial, err);

	if (code != PS_OK)
		return code;
	serial[0] = (uint8_t)((serial[0] & 0x7f) | 0x40);	/* positive, never short */
	derw_init(&w, out);
	derw_begin(&w, DER_SEQUENCE);
	derw_begin(&w, DER_CTX(0));
	derw_u64(&w, 2);
	derw_end(&w);
	derw_integer(&w, (ps_slice){ serial, sizeof serial });
	ps_sigspec_build_sig(spec, &w, DER_SEQUENCE);
	build_name(&w, a);
	derw_begin(&w, DER_SEQUENCE);
	derw_time(&w, life->from);
	derw_time(&w, life->to);
	derw_end(&w);
	build_name(&w, a);
	derw_raw(&w, ps_key_spki(key));
	derw_begin(&w, DER_CTX(3));
	derw_begin(&w, DER_SEQUENCE);
	begin_extension(&w, oid_bc, true);
	derw_begin(&w, DER_SEQUENCE);
	derw_end(&w);
	end_extension(&w);
	build_wishes(&w, a, m);
	code = build_ski(&w, ps_key_spki(key), err);
	derw_end(&w);
	derw_end(&w);
	derw_end(&w);
	return code == PS_OK ? derw_finish(&w, err) : code;
}

ps_code
ps_self_signed_build(struct ps_buf *out, struct ps_key *key, const struct ps_applicant *a,
    int64_t not_before, int64_t not_after, ps_err *err)
{
	struct life life = { not_before, not_after };
	struct ps_buf tbs = { 0 };
	struct ps_sigspec spec;
	struct mailbox m;
	ps_code code = normalise(&m, a->address, err);

	/* RFC 5280, 4.1.2.4: the issuer has a name. */
	if (code == PS_OK && !has_name(a))
		code = ps_fail(err, PS_E_MALFORMED, "x509.request", PS_NOWHERE,
		    W_REQUEST_NAME, PS_NUMBER("most", COMMON_NAME_MAX));
	if (code == PS_OK)
		code = choose(&spec, key, err);
	if (code == PS_OK)
		code = build_tbs(&tbs, key, &spec, a, &m, &life, err);
	if (code == PS_OK)
		code = finish(out, key, &spec, ps_buf_get(&tbs), err);
	ps_buf_clear(&tbs);
	return code;
}
