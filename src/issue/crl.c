/* SPDX-License-Identifier: ISC */
/*
 * Revocation lists (RFC 5280, 5).
 *
 * A certificate stays in them after it expired: a mail that was signed before
 * is read for years, and whoever reads it wants to know.
 */
#include <string.h>

#include "issue/news.h"
#include "issue/words.h"

#define WHERE	"issue.crl"
#define OID(s)	{ (const uint8_t *)(s), sizeof(s) - 1 }

static const ps_slice oid_number = OID("\x55\x1d\x14");
static const ps_slice oid_reason = OID("\x55\x1d\x15");

static unsigned
digit(char c)
{
	return c <= '9' ? (unsigned)(c - '0') : (unsigned)(c - 'a') + 10;
}

static void
serial_from(struct derw *w, const char *hex)
{
	uint8_t octets[24];
	size_t n = strlen(hex) / 2;

	for (size_t i = 0; i < n && i < sizeof octets; i++)
		octets[i] = (uint8_t)(digit(hex[2 * i]) << 4 | digit(hex[2 * i + 1]));
	derw_integer(w, (ps_slice){ octets, n });
}

/* RFC 5280, 5.3.1: "unspecified" is said by saying nothing. */
static ps_code
entry(void *arg, const struct revocation *v, ps_err *err)
{
	struct derw *w = arg;
	uint8_t reason = (uint8_t)v->reason;

	(void)err;
	derw_begin(w, DER_SEQUENCE);
	serial_from(w, v->serial);
	derw_time(w, v->at);
	if (reason != 0) {
		derw_begin(w, DER_SEQUENCE);
		issue_extension_begin(w, oid_reason, false);
		derw_value(w, DER_ENUMERATED, (ps_slice){ &reason, 1 });
		issue_extension_end(w);
		derw_end(w);
	}
	derw_end(w);
	return PS_OK;
}

static ps_code
count(void *arg, const struct revocation *v, ps_err *err)
{
	(void)v;
	(void)err;
	++*(size_t *)arg;
	return PS_OK;
}

/* RFC 5280, 5.1.2.6: the list is left out when it is empty. */
static ps_code
entries(struct derw *w, struct record *record, ps_err *err)
{
	size_t n = 0;
	ps_code code = record == NULL ? PS_OK : record_each_revoked(record, count, &n, err);

	if (code != PS_OK || n == 0)
		return code;
	derw_begin(w, DER_SEQUENCE);
	code = record_each_revoked(record, entry, w, err);
	derw_end(w);
	return code;
}

static ps_code
build_tbs(struct ps_buf *out, struct record *record, uint64_t number,
    const struct issue_signer *signer, const struct issue_span *span, ps_err *err)
{
	struct ps_sigspec spec;
	struct derw w;
	ps_code code = issue_sigspec(&spec, signer->key, err);

	if (code != PS_OK)
		return code;
	derw_init(&w, out);
	derw_begin(&w, DER_SEQUENCE);
	derw_u64(&w, 1);
	ps_sigspec_build_sig(&spec, &w, DER_SEQUENCE);
	derw_raw(&w, signer->name);
	derw_time(&w, span->from);
	derw_time(&w, span->to);
	code = entries(&w, record, err);
	derw_begin(&w, DER_CTX(0));
	derw_begin(&w, DER_SEQUENCE);
	issue_aki(&w, signer->key_id);
	issue_extension_begin(&w, oid_number, false);
	derw_u64(&w, number);
	issue_extension_end(&w);
	derw_end(&w);
	derw_end(&w);
	derw_end(&w);
	return code == PS_OK ? derw_finish(&w, err) : code;
}

ps_code
issue_crl_build(struct ps_buf *out, struct record *record, uint64_t number,
    const struct issue_signer *signer, const struct issue_span *span, ps_err *err)
{
	struct ps_buf tbs = { 0 };
	ps_code code = build_tbs(&tbs, record, number, signer, span, err);

	if (code == PS_OK)
		code = issue_sign(out, signer->key, ps_buf_get(&tbs), err);
	ps_buf_clear(&tbs);
	return code;
}
