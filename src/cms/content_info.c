/* SPDX-License-Identifier: ISC */
/*
 * ContentInfo (RFC 5652, 3): what a message is, by its octets. The media type
 * and the file name are hints from whoever sent it; the OID decides.
 */
#include <string.h>

#include "base/text.h"
#include "cms/cms.h"
#include "cms/words.h"

#define OID(...) { (const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }) }
#define PKCS7(n) OID(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, n)
#define SMIME_CT(n) OID(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, n)

static const struct {
	enum cms_type	 type;
	const char	*name;
	ps_slice	 oid;
} types[] = {
	{ CMS_DATA, "data", PKCS7(1) },
	{ CMS_SIGNED, "signed-data", PKCS7(2) },
	{ CMS_ENVELOPED, "enveloped-data", PKCS7(3) },
	{ CMS_SIGNED_AND_ENVELOPED, "signed-and-enveloped-data", PKCS7(4) },
	{ CMS_DIGESTED, "digested-data", PKCS7(5) },
	{ CMS_ENCRYPTED, "encrypted-data", PKCS7(6) },
	{ CMS_RECEIPT, "receipt", SMIME_CT(1) },
	{ CMS_AUTHENTICATED, "authenticated-data", SMIME_CT(2) },
	{ CMS_TST_INFO, "time-stamp", SMIME_CT(4) },
	{ CMS_COMPRESSED, "compressed-data", SMIME_CT(9) },
	{ CMS_AUTH_ENVELOPED, "auth-enveloped-data", SMIME_CT(23) },
};

/* What is named and never opened: of these only a person learns something. */
static const struct {
	const char	*name;
	ps_slice	 oid;
} named[] = {
	{ "content-collection", SMIME_CT(19) },
	{ "content-with-attributes", SMIME_CT(20) },
	{ "timestamped-data", SMIME_CT(31) },
	{ "trust-anchor-list", SMIME_CT(34) },
	{ "private-key-info", SMIME_CT(52) },
	{ "encrypted-private-key-info", SMIME_CT(53) },
	{ "certificate-trust-list", OID(0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x0a, 0x01) },
};

enum { NTYPES = sizeof types / sizeof types[0] };

enum cms_type
cms_type_of(ps_slice oid)
{
	for (size_t i = 0; i < NTYPES; i++)
		if (ps_slice_equal(types[i].oid, oid))
			return types[i].type;
	return CMS_UNKNOWN;
}

ps_slice
cms_type_oid(enum cms_type type)
{
	for (size_t i = 0; i < NTYPES; i++)
		if (types[i].type == type)
			return types[i].oid;
	return (ps_slice){ NULL, 0 };
}

const char *
cms_type_name(enum cms_type type)
{
	for (size_t i = 0; i < NTYPES; i++)
		if (types[i].type == type)
			return types[i].name;
	return "unknown";
}

const char *
cms_type_text(const struct cms_oid *oid, char *out, size_t size)
{
	ps_slice value = { oid->p, oid->n };
	enum cms_type type = cms_type_of(value);

	for (size_t i = 0; i < sizeof named / sizeof named[0]; i++)
		if (ps_slice_equal(named[i].oid, value))
			return named[i].name;
	return type == CMS_UNKNOWN ? der_oid_text(value, out, size) : cms_type_name(type);
}

ps_code
cms_shell_open(struct cms_shell *s, ps_reader *src, const struct ps_limits *limits, ps_err *err)
{
	ps_code code;

	s->bare = false;
	ber_init(&s->ber, src, limits, "cms.content-info");
	if ((code = ber_enter(&s->ber, DER_SEQUENCE, "ContentInfo", err)) != PS_OK ||
	    (code = ber_oid(&s->ber, "contentType", s->oid.p, &s->oid.n, err)) != PS_OK ||
	    (code = ber_enter(&s->ber, DER_CTX(0), "content", err)) != PS_OK)
		return code;
	s->type = cms_type_of((ps_slice){ s->oid.p, s->oid.n });
	return PS_OK;
}

void
cms_shell_bare(struct cms_shell *s, ps_reader *src, enum cms_type type,
    const struct ps_limits *limits)
{
	ps_slice oid = cms_type_oid(type);

	*s = (struct cms_shell){ .type = type, .bare = true };
	if (oid.n != 0)
		memcpy(s->oid.p, oid.p, oid.n);
	s->oid.n = oid.n;
	ber_init(&s->ber, src, limits, "cms.content");
}

ps_code
cms_shell_close(struct cms_shell *s, ps_err *err)
{
	ps_code code;

	if (!s->bare && ((code = ber_leave(&s->ber, "content", err)) != PS_OK ||
	    (code = ber_leave(&s->ber, "ContentInfo", err)) != PS_OK))
		return code;
	return ber_trailing(&s->ber, err);
}
