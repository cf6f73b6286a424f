/* SPDX-License-Identifier: ISC */
/*
 * The binary forms of a key file, told apart by the tags they begin with.
 *
 * Some programs write PKCS#12 and PKCS#7 with indefinite lengths, so the whole
 * goes through the BER reader first; what was definite comes out octet for
 * octet as it went in.
 */
#include "base/text.h"
#include "crypto/loader.h"
#include "der/ber.h"
#include "stream/stream.h"

#define OID_SIGNED_DATA ((ps_slice){ \
	(const uint8_t *)"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02", 9 })

ps_code
ber_to_der(struct loader *l, ps_slice in, struct ps_buf *out, ps_err *err)
{
	struct ber b;
	ps_reader *r = NULL;
	ps_code code = ps_reader_open_memory(&r, in, err);

	if (code != PS_OK)
		return code;
	ber_init(&b, r, l->limits, "crypto.key-file");
	code = ber_small(&b, l->limits->oneshot, "file", out, err);
	ps_reader_close(r);
	return code;
}

/* RFC 5652, 5.1: of a SignedData only the certificates interest. */
static ps_code
add_pkcs7(struct loader *l, ps_slice der, ps_err *err)
{
	struct der_state state;
	struct der in, info, content, sd, certs;
	ps_slice type, cert;
	ps_code code = PS_OK;

	der_init(&in, &state, der, 0, false, "ContentInfo");
	info = der_enter(&in, DER_SEQUENCE, "ContentInfo");
	type = der_oid(&info, "contentType");
	if (!der_failed(&in) && !ps_slice_equal(type, OID_SIGNED_DATA))
		return ps_fail(err, PS_E_UNSUPPORTED, "crypto.key-file", PS_NOWHERE,
		    W_CRYPTO_FILE_KIND, PS_TEXT("file", l->name));
	content = der_enter(&info, DER_CTX(0), "content");
	sd = der_enter(&content, DER_SEQUENCE, "SignedData");
	der_skip(&sd, "version");
	der_skip(&sd, "digestAlgorithms");
	der_skip(&sd, "encapContentInfo");
	if (der_try_enter(&sd, DER_CTX(0), "certificates", &certs))
		while (code == PS_OK && der_more(&certs)) {
			bool plain = der_next_tag(&certs) == DER_SEQUENCE;

			cert = der_any(&certs, "certificate");
			if (plain && !der_failed(&in))
				code = loader_add_cert(l, cert, err);
		}
	if (code == PS_OK && der_failed(&in))
		return der_finish(&in, "crypto.key-file", err);
	return code;
}

/* The first two tags within the outermost SEQUENCE, and a leading INTEGER. */
struct look {
	uint32_t	 first, second;
	uint64_t	 version;
};

static bool
look_at(ps_slice der, struct look *out)
{
	struct der_state state;
	struct der in, seq;

	der_init(&in, &state, der, 0, false, "file");
	seq = der_enter(&in, DER_SEQUENCE, "file");
	out->first = der_next_tag(&seq);
	if (out->first == DER_INTEGER)
		out->version = der_u64(&seq, "version");
	else
		der_skip(&seq, "first");
	out->second = der_next_tag(&seq);
	return !der_failed(&in);
}

static const struct form {
	uint32_t	 first, second;
	bool		 pfx;		/* a leading 3 tells PKCS#12 from PKCS#8 */
	ps_code		(*add)(struct loader *l, ps_slice der, ps_err *err);
} forms[] = {
	{ DER_INTEGER, DER_SEQUENCE, true, loader_add_pkcs12 },
	{ DER_INTEGER, DER_SEQUENCE, false, loader_plain_key },	/* PKCS#8 */
	{ DER_INTEGER, DER_INTEGER, false, loader_plain_key },	/* RSAPrivateKey */
	{ DER_INTEGER, DER_OCTETS, false, loader_plain_key },	/* ECPrivateKey */
	{ DER_SEQUENCE, DER_OCTETS, false, loader_add_encrypted },
	{ DER_SEQUENCE, DER_SEQUENCE, false, loader_add_cert },
	{ DER_OID, DER_CTX(0), false, add_pkcs7 },
};

static ps_code
add_form(struct loader *l, ps_slice der, ps_err *err)
{
	struct look look = { 0 };

	if (look_at(der, &look))
		for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
			if (forms[i].first == look.first && forms[i].second == look.second &&
			    forms[i].pfx == (look.version == 3 && look.second == DER_SEQUENCE))
				return forms[i].add(l, der, err);
	return ps_fail(err, PS_E_MALFORMED, "crypto.key-file", PS_NOWHERE,
	    W_CRYPTO_FILE_KIND, PS_TEXT("file", l->name));
}

ps_code
loader_add_der(struct loader *l, ps_slice data, ps_err *err)
{
	struct ps_buf der = { .secret = true };
	ps_code code;

	/* Anything that is not a SEQUENCE is somebody's letter, not damage. */
	if (data.n == 0 || data.p[0] != DER_SEQUENCE)
		return ps_fail(err, PS_E_MALFORMED, "crypto.key-file", PS_NOWHERE,
		    W_CRYPTO_FILE_KIND, PS_TEXT("file", l->name));
	code = ber_to_der(l, data, &der, err);
	if (code == PS_OK)
		code = add_form(l, ps_buf_get(&der), err);
	ps_buf_clear(&der);
	return code;
}
