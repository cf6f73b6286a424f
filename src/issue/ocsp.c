/* SPDX-License-Identifier: ISC */
/*
 * Answers about single certificates (RFC 6960).
 *
 * The authority signs them itself, as RFC 6960, 4.2.2.2 allows: one key less
 * to keep, and no certificate of a responder that could itself be revoked.
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "crypto/digest.h"
#include "issue/armour.h"
#include "issue/news.h"
#include "issue/words.h"

#define WHERE	"issue.ocsp"
#define OID(s)	{ (const uint8_t *)(s), sizeof(s) - 1 }

static const ps_slice oid_basic = OID("\x2b\x06\x01\x05\x05\x07\x30\x01\x01");
static const ps_slice oid_nonce = OID("\x2b\x06\x01\x05\x05\x07\x30\x01\x02");

void
issue_questions_clear(struct issue_questions *q)
{
	ps_buf_clear(&q->der);
	q->n = 0;
}

/* --- questions --- */

static void
hex(ps_slice s, char out[48])
{
	size_t at = 0;

	while (s.n > 1 && s.p[0] == 0) {
		s.p++;
		s.n--;
	}
	for (size_t i = 0; i < s.n && at + 3 <= 48; i++)
		at += (size_t)snprintf(out + at, 48 - at, "%02x", s.p[i]);
	out[at] = '\0';
}

static ps_slice
key_bits(ps_slice spki)
{
	struct der_state state;
	struct der d, seq;

	der_init(&d, &state, spki, 0, false, NULL);
	seq = der_enter(&d, DER_SEQUENCE, NULL);
	der_skip(&seq, NULL);
	return der_bits(&seq, NULL);
}

static bool
same_hash(const struct ps_alg *alg, ps_slice of, ps_slice hash)
{
	uint8_t own[PS_DIGEST_MAX];

	return hash.n == ps_digest_size(alg) && ps_digest_once(alg, of, own, NULL) == PS_OK &&
	    memcmp(own, hash.p, hash.n) == 0;
}

static bool
read_question(struct issue_question *q, ps_slice name, ps_slice spki)
{
	struct der_state state;
	struct der d, seq;
	struct ps_algid algid;
	const struct ps_alg *alg;
	ps_slice name_hash, key_hash;

	der_init(&d, &state, q->cert_id, 0, false, NULL);
	seq = der_enter(&d, DER_SEQUENCE, "CertID");
	algid = ps_algid_parse(&seq, DER_SEQUENCE, "hashAlgorithm");
	name_hash = der_octets(&seq, "issuerNameHash");
	key_hash = der_octets(&seq, "issuerKeyHash");
	hex(der_value(&seq, DER_INTEGER, "serialNumber"), q->serial);
	der_leave(&seq);
	if (der_finish(&d, WHERE, NULL) != PS_OK)
		return false;
	alg = ps_alg_by_oid(PS_ALG_DIGEST, algid.oid);
	q->ours = alg != NULL && same_hash(alg, name, name_hash) &&
	    same_hash(alg, key_bits(spki), key_hash);
	return true;
}

static ps_code
add_question(struct issue_questions *q, ps_slice cert_id, ps_slice name, ps_slice spki, ps_err *err)
{
	if (q->n == ISSUE_QUESTIONS)
		return ps_fail(err, PS_E_LIMIT, WHERE, PS_NOWHERE, W_ISSUE_QUESTIONS,
		    PS_NUMBER("max", ISSUE_QUESTIONS));
	q->one[q->n] = (struct issue_question){ .cert_id = cert_id };
	if (!read_question(&q->one[q->n], name, spki))
		return ps_fail(err, PS_E_MALFORMED, WHERE, PS_NOWHERE, W_ISSUE_QUESTION);
	q->n++;
	return PS_OK;
}

/* RFC 9654, 2.1: a nonce has 1 to 128 octets; what is longer is not repeated. */
static void
read_extensions(struct issue_questions *q, struct der *tagged)
{
	struct der list = der_enter(tagged, DER_SEQUENCE, "Extensions");

	while (der_more(&list)) {
		ps_slice whole = der_element(&list, DER_SEQUENCE, "Extension");
		struct der_state state;
		struct der d, one;

		der_init(&d, &state, whole, 0, false, NULL);
		one = der_enter(&d, DER_SEQUENCE, "Extension");
		if (ps_slice_equal(der_oid(&one, "extnID"), oid_nonce) && whole.n < 160)
			q->nonce = whole;
	}
}

static ps_code
read_list(struct issue_questions *q, struct der *list, ps_slice name, ps_slice spki, ps_err *err)
{
	ps_code code = PS_OK;

	while (der_more(list) && code == PS_OK) {
		struct der one = der_enter(list, DER_SEQUENCE, "Request");

		code = add_question(q, der_element(&one, DER_SEQUENCE, "reqCert"), name, spki, err);
	}
	return code;
}

static ps_code
read_request(struct issue_questions *q, ps_slice name, ps_slice spki, ps_err *err)
{
	struct der_state state;
	struct der d, seq, tbs, list, tagged;
	ps_slice unused;
	ps_code code;

	der_init(&d, &state, ps_buf_get(&q->der), 0, false, NULL);
	seq = der_enter(&d, DER_SEQUENCE, "OCSPRequest");
	tbs = der_enter(&seq, DER_SEQUENCE, "tbsRequest");
	(void)der_optional_element(&tbs, DER_CTX(0), "version", &unused);
	(void)der_optional_element(&tbs, DER_CTX(1), "requestorName", &unused);
	list = der_enter(&tbs, DER_SEQUENCE, "requestList");
	code = read_list(q, &list, name, spki, err);
	if (der_try_enter(&tbs, DER_CTX(2), "requestExtensions", &tagged))
		read_extensions(q, &tagged);
	der_leave(&tbs);
	(void)der_optional_element(&seq, DER_CTX(0), "optionalSignature", &unused);
	der_leave(&seq);
	return code == PS_OK ? der_finish(&d, WHERE, err) : code;
}

ps_code
issue_ocsp_read(struct issue_questions *out, const char *path, ps_slice name, ps_slice spki,
    ps_err *err)
{
	static const char *const labels[] = { "OCSP REQUEST", NULL };
	ps_code code;

	*out = (struct issue_questions){ 0 };
	code = issue_armour_load(&out->der, path, labels, err);
	if (code == PS_OK)
		code = read_request(out, name, spki, err);
	if (code != PS_OK)
		issue_questions_clear(out);
	return code;
}

/* RFC 5019, 2.1.1: answers that are made before they are asked for use SHA-1. */
ps_code
issue_ocsp_ask(struct issue_questions *out, ps_slice serial, ps_slice name, ps_slice spki,
    ps_err *err)
{
	const struct ps_alg *sha1 = ps_alg_get(PS_SHA1);
	uint8_t names[PS_DIGEST_MAX], keys[PS_DIGEST_MAX];
	struct derw w;
	ps_code code;

	*out = (struct issue_questions){ 0 };
	code = ps_digest_once(sha1, name, names, err);
	if (code == PS_OK)
		code = ps_digest_once(sha1, key_bits(spki), keys, err);
	if (code != PS_OK)
		return code;
	derw_init(&w, &out->der);
	derw_begin(&w, DER_SEQUENCE);
	ps_algid_build(&w, sha1);
	derw_octets(&w, (ps_slice){ names, ps_digest_size(sha1) });
	derw_octets(&w, (ps_slice){ keys, ps_digest_size(sha1) });
	derw_integer(&w, serial);
	derw_end(&w);
	code = derw_finish(&w, err);
	if (code == PS_OK)
		code = add_question(out, ps_buf_get(&out->der), name, spki, err);
	if (code != PS_OK)
		issue_questions_clear(out);
	return code;
}

/* --- answers --- */

enum status { GOOD = 0, REVOKED = 1, UNKNOWN = 2 };

/* RFC 6960, 2.2: "good" only for what was issued. */
static ps_code
look_up(struct record *record, const struct issue_question *q, enum status *out,
    struct revocation *v, ps_err *err)
{
	ps_cert *c = NULL;
	bool revoked = false;
	ps_code code = q->ours ? record_find(record, q->serial, &c, err) : PS_OK;

	*out = UNKNOWN;
	if (code == PS_OK && c != NULL) {
		code = record_revoked(record, q->serial, v, &revoked, err);
		*out = revoked ? REVOKED : GOOD;
	}
	ps_cert_free(c);
	return code;
}

static void
build_status(struct derw *w, enum status status, const struct revocation *v)
{
	uint8_t reason;

	if (status != REVOKED) {
		derw_value(w, DER_CTX_PRIM((unsigned)status), (ps_slice){ 0 });
		return;
	}
	reason = (uint8_t)v->reason;
	derw_begin(w, DER_CTX(1));
	derw_gentime(w, v->at);
	if (reason != 0) {
		derw_begin(w, DER_CTX(0));
		derw_value(w, DER_ENUMERATED, (ps_slice){ &reason, 1 });
		derw_end(w);
	}
	derw_end(w);
}

static ps_code
build_answers(struct derw *w, struct record *record, const struct issue_questions *q,
    const struct issue_span *span, ps_err *err)
{
	ps_code code = PS_OK;

	derw_begin(w, DER_SEQUENCE);
	for (size_t i = 0; i < q->n && code == PS_OK; i++) {
		struct revocation v = { .at = 0 };
		enum status status = UNKNOWN;

		code = look_up(record, &q->one[i], &status, &v, err);
		derw_begin(w, DER_SEQUENCE);
		derw_raw(w, q->one[i].cert_id);
		build_status(w, status, &v);
		derw_gentime(w, span->from);
		derw_begin(w, DER_CTX(0));
		derw_gentime(w, span->to);
		derw_end(w);
		derw_end(w);
	}
	derw_end(w);
	return code;
}

static ps_code
build_tbs(struct ps_buf *out, struct record *record, const struct issue_questions *q,
    const struct issue_signer *signer, const struct issue_span *span, ps_err *err)
{
	struct derw w;
	ps_code code;

	derw_init(&w, out);
	derw_begin(&w, DER_SEQUENCE);
	derw_begin(&w, DER_CTX(2));	/* byKey */
	derw_octets(&w, signer->key_id);
	derw_end(&w);
	derw_gentime(&w, span->from);
	code = build_answers(&w, record, q, span, err);
	if (q->nonce.n > 0) {
		derw_begin(&w, DER_CTX(1));
		derw_begin(&w, DER_SEQUENCE);
		derw_raw(&w, q->nonce);
		derw_end(&w);
		derw_end(&w);
	}
	derw_end(&w);
	return code == PS_OK ? derw_finish(&w, err) : code;
}

static ps_code
wrap(struct ps_buf *out, ps_slice basic, ps_err *err)
{
	static const uint8_t successful = 0;
	struct derw w;

	derw_init(&w, out);
	derw_begin(&w, DER_SEQUENCE);
	derw_value(&w, DER_ENUMERATED, (ps_slice){ &successful, 1 });
	derw_begin(&w, DER_CTX(0));
	derw_begin(&w, DER_SEQUENCE);
	derw_oid(&w, oid_basic);
	derw_octets(&w, basic);
	derw_end(&w);
	derw_end(&w);
	derw_end(&w);
	return derw_finish(&w, err);
}

ps_code
issue_ocsp_build(struct ps_buf *out, struct record *record, const struct issue_questions *q,
    const struct issue_signer *signer, const struct issue_span *span, ps_err *err)
{
	struct ps_buf tbs = { 0 }, basic = { 0 };
	ps_code code = build_tbs(&tbs, record, q, signer, span, err);

	if (code == PS_OK)
		code = issue_sign(&basic, signer->key, ps_buf_get(&tbs), err);
	if (code == PS_OK)
		code = wrap(out, ps_buf_get(&basic), err);
	ps_buf_clear(&tbs);
	ps_buf_clear(&basic);
	return code;
}
