/* SPDX-License-Identifier: ISC */
/*
 * The certificates and revocation lists that come with a message: material,
 * never evidence. An entry that cannot be read is left out and counted, for a
 * message must be judged by the others (RFC 5652, 10.2.2 allows forms that
 * nobody uses).
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cms/cms.h"
#include "cms/words.h"

ps_code
cms_bag_add(struct cms_bag *b, ps_cert *take, ps_err *err)
{
	ps_cert **grown = realloc(b->cert, (b->ncert + 1) * sizeof *grown);

	if (grown == NULL) {
		ps_cert_free(take);
		return ps_nomem(err, "cms.bag");
	}
	b->cert = grown;
	b->cert[b->ncert++] = take;
	return PS_OK;
}

static ps_code
add_cert(struct cms_bag *b, ps_slice der, ps_err *err)
{
	ps_cert *cert;
	ps_code code = ps_cert_parse(&cert, der, err);

	if (code == PS_E_NOMEM)
		return code;
	if (code != PS_OK) {
		ps_err_clear(err);
		b->skipped++;
		return PS_OK;
	}
	return cms_bag_add(b, cert, err);
}

/* One CertificateChoices: only the plain form is a certificate. */
static ps_code
read_cert(struct cms_bag *b, struct ber *ber, ps_err *err)
{
	struct ps_buf buf = { 0 };
	uint32_t tag;
	ps_code code;

	if ((code = ber_peek_tag(ber, &tag, err)) != PS_OK)
		return code;
	if (tag != DER_SEQUENCE) {
		b->skipped++;
		/* RFC 5652, 10.2.2: [1] and [2] are attribute certificates. */
		b->nattribute += tag == DER_CTX(1) || tag == DER_CTX(2);
		return ber_skip(ber, "CertificateChoices", err);
	}
	code = ber_small(ber, ber->limits->certificate_bytes, "Certificate", &buf, err);
	if (code == PS_OK)
		code = add_cert(b, ps_buf_get(&buf), err);
	ps_buf_clear(&buf);
	return code;
}

ps_code
cms_bag_read_certs(struct cms_bag *b, struct ber *ber, ps_err *err)
{
	uint32_t tag;
	size_t n = 0;
	ps_code code;

	if ((code = ber_peek_tag(ber, &tag, err)) != PS_OK || tag != DER_CTX(0))
		return code;
	if ((code = ber_enter(ber, DER_CTX(0), "certificates", err)) != PS_OK)
		return code;
	while ((code = ber_peek_tag(ber, &tag, err)) == PS_OK && tag != 0) {
		if (n++ == ber->limits->certificates)
			return ps_fail(err, PS_E_LIMIT, "cms.certificates", ber->offset,
			    W_CMS_CERTS, PS_NUMBER("max", ber->limits->certificates));
		if ((code = read_cert(b, ber, err)) != PS_OK)
			return code;
	}
	return code != PS_OK ? code : ber_leave(ber, "certificates", err);
}

/* Appends the next element whole. */
static ps_code
keep(struct ps_buf **list, size_t *n, struct ber *ber, const char *name, ps_err *err)
{
	struct ps_buf *grown = realloc(*list, (*n + 1) * sizeof *grown);

	if (grown == NULL)
		return ps_nomem(err, "cms.bag");
	*list = grown;
	grown[*n] = (struct ps_buf){ 0 };
	return ber_small(ber, ber->limits->crl_bytes, name, &grown[(*n)++], err);
}

/* OtherRevocationInfoFormat [1]: an OCSP answer (RFC 5940, 2.1), or of a kind that we do
 * not know. */
static ps_code
read_other(struct cms_bag *b, struct ber *ber, ps_err *err)
{
	static const uint8_t ocsp[] = { 0x2b, 6, 1, 5, 5, 7, 16, 2 };
	uint8_t oid[32];
	size_t n = 0;
	ps_code code;

	b->skipped++;
	if ((code = ber_enter(ber, DER_CTX(1), "OtherRevocationInfoFormat", err)) != PS_OK ||
	    (code = ber_oid(ber, "otherRevInfoFormat", oid, &n, err)) != PS_OK)
		return code;
	if (ps_slice_equal((ps_slice){ oid, n }, (ps_slice){ ocsp, sizeof ocsp }) &&
	    (code = keep(&b->ocsp, &b->nocsp, ber, "OCSPResponse", err)) != PS_OK)
		return code;
	return ber_leave_skip(ber, "OtherRevocationInfoFormat", err);
}

static ps_code
read_crl(struct cms_bag *b, struct ber *ber, ps_err *err)
{
	uint32_t tag;
	ps_code code;

	if ((code = ber_peek_tag(ber, &tag, err)) != PS_OK)
		return code;
	if (tag == DER_CTX(1))
		return read_other(b, ber, err);
	if (tag != DER_SEQUENCE) {
		b->skipped++;
		return ber_skip(ber, "RevocationInfoChoice", err);
	}
	return keep(&b->crl, &b->ncrl, ber, "CertificateList", err);
}

ps_code
cms_bag_read_crls(struct cms_bag *b, struct ber *ber, ps_err *err)
{
	uint32_t tag;
	size_t n = 0;
	ps_code code;

	if ((code = ber_peek_tag(ber, &tag, err)) != PS_OK || tag != DER_CTX(1))
		return code;
	if ((code = ber_enter(ber, DER_CTX(1), "crls", err)) != PS_OK)
		return code;
	while ((code = ber_peek_tag(ber, &tag, err)) == PS_OK && tag != 0) {
		if (n++ == ber->limits->crls)
			return ps_fail(err, PS_E_LIMIT, "cms.crls", ber->offset,
			    W_CMS_CRLS, PS_NUMBER("max", ber->limits->crls));
		if ((code = read_crl(b, ber, err)) != PS_OK)
			return code;
	}
	return code != PS_OK ? code : ber_leave(ber, "crls", err);
}

void
cms_bag_clear(struct cms_bag *b)
{
	for (size_t i = 0; i < b->ncert; i++)
		ps_cert_free(b->cert[i]);
	for (size_t i = 0; i < b->ncrl; i++)
		ps_buf_clear(&b->crl[i]);
	for (size_t i = 0; i < b->nocsp; i++)
		ps_buf_clear(&b->ocsp[i]);
	free(b->cert);
	free(b->crl);
	free(b->ocsp);
	memset(b, 0, sizeof *b);
}
