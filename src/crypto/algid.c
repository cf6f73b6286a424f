/* SPDX-License-Identifier: ISC */
/*
 * AlgorithmIdentifiers: read as they stand, compared by what they mean.
 *
 * Senders disagree about NULL and absent parameters, and the standards told
 * them so at different times, so the two are equal here (RFC 5754, 2).
 */
#include <string.h>

#include "base/text.h"
#include "crypto/internal.h"

struct ps_algid
ps_algid_parse(struct der *in, uint32_t tag, const char *name)
{
	struct ps_algid a = { 0 };
	const uint8_t *start = in->p;
	struct der seq = der_enter(in, tag, name);

	a.oid = der_oid(&seq, "algorithm");
	if (der_more(&seq))
		a.params = der_any(&seq, "parameters");
	der_leave(&seq);
	if (der_failed(in))
		return (struct ps_algid){ 0 };
	a.whole = (ps_slice){ start, (size_t)(in->p - start) };
	return a;
}

bool
algid_no_params(const struct ps_algid *a)
{
	return a->params.n == 0 ||
	    (a->params.n == 2 && a->params.p[0] == DER_NULL && a->params.p[1] == 0);
}

bool
ps_algid_equal(const struct ps_algid *a, const struct ps_algid *b)
{
	if (!ps_slice_equal(a->oid, b->oid))
		return false;
	if (algid_no_params(a) || algid_no_params(b))
		return algid_no_params(a) && algid_no_params(b);
	return ps_slice_equal(a->params, b->params);
}

const char *
ps_algid_text(enum ps_alg_kind kind, const struct ps_algid *a, char *out, size_t size)
{
	const struct ps_alg *row = ps_alg_by_oid(kind, a->oid);

	if (row == NULL)
		return der_oid_text(a->oid, out, size);
	(void)ps_words(out, size, "{name}", PS_TEXT("name", row->name));
	return out;
}

void
ps_algid_build(struct derw *w, const struct ps_alg *alg)
{
	ps_algid_build_tagged(w, DER_SEQUENCE, alg);
}

void
ps_algid_build_tagged(struct derw *w, uint32_t tag, const struct ps_alg *alg)
{
	derw_begin(w, tag);
	derw_oid(w, alg->oid);
	if (alg->params == PS_PARAMS_NULL)
		derw_null(w);
	derw_end(w);
}

/* RFC 8702, 3.1 with RFC 8419, 3.1: id-shake256-len of 512 bits is what goes
 * with Ed448, the same function under another name. */
static bool
is_shake256_512(const struct ps_algid *a)
{
	static const uint8_t bits[] = { DER_INTEGER, 2, 0x02, 0x00 };

	return ps_slice_equal(a->oid, OID_SHAKE256_LEN) &&
	    ps_slice_equal(a->params, (ps_slice){ bits, sizeof bits });
}

const struct ps_alg *
ps_alg_digest_of(const struct ps_algid *a)
{
	const struct ps_alg *row;

	if (is_shake256_512(a))
		return ps_alg_get(PS_SHAKE256);
	if (!algid_no_params(a))
		return NULL;
	row = ps_alg_by_oid(PS_ALG_DIGEST, a->oid);
	if (row != NULL)
		return row;
	row = ps_alg_by_oid(PS_ALG_SIGNATURE, a->oid);
	if (row == NULL || row->digest == PS_ALG_NONE || row->pure)
		return NULL;
	return ps_alg_get(row->digest);
}
