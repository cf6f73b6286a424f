/* SPDX-License-Identifier: ISC */
/*
 * Signers and recipients are named by issuer and serial number or by a key
 * identifier (RFC 5652, 5.3 and 6.2.1).
 */
#include "base/text.h"
#include "cms/cms.h"

void
cms_id_parse_serial(struct der *in, uint32_t tag, struct cms_id *out)
{
	struct der seq = der_enter(in, tag, "issuerAndSerialNumber");

	out->issuer = der_element(&seq, DER_SEQUENCE, "issuer");
	out->serial = der_integer(&seq, "serialNumber");
	der_leave(&seq);
}

struct cms_id
cms_id_parse(struct der *in)
{
	struct cms_id id = { 0 };
	struct der parts;

	if (der_optional(in, DER_CTX_PRIM(0), "subjectKeyIdentifier", &id.ski))
		return id;
	/* BER may write an OCTET STRING in segments (X.690, 8.7.3); Apple's
	 * programs write [0] with one. */
	if (der_try_enter(in, DER_CTX(0), "subjectKeyIdentifier", &parts)) {
		id.ski = der_octets(&parts, "segment");
		der_leave(&parts);
	} else
		cms_id_parse_serial(in, DER_SEQUENCE, &id);
	return id;
}

bool
cms_id_names(const struct cms_id *id, ps_cert *cert)
{
	if (id->serial.n != 0)
		return ps_cert_is(cert, id->issuer, id->serial);
	return id->ski.n != 0 && ps_slice_equal(id->ski, ps_cert_key_id(cert));
}

void
cms_id_build(struct derw *w, ps_cert *cert, bool by_ski)
{
	const struct ps_cert_view *v = ps_cert_view_of(cert);

	if (by_ski && v->ski.n != 0) {
		derw_value(w, DER_CTX_PRIM(0), v->ski);
		return;
	}
	derw_begin(w, DER_SEQUENCE);
	derw_raw(w, v->issuer);
	derw_value(w, DER_INTEGER, v->serial);
	derw_end(w);
}
