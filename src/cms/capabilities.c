/* SPDX-License-Identifier: ISC */
/*
 * SMIMECapabilities, read and written.
 *
 * RFC 8551 has entries compared octet for octet. An identifier alone decides
 * here, where its parameters do not change what is meant: of OAEP they do, and of
 * key agreement they name the key wrap.
 */
#include "cms/capabilities.h"

#include "crypto/envelope.h"

/* One identifier may be a row of several kinds: rsaEncryption is a key and a
 * key transport. These are what can be announced. */
static const enum ps_alg_kind kinds[] = {
	PS_ALG_CIPHER, PS_ALG_CEK_KDF, PS_ALG_TRANSPORT, PS_ALG_AGREEMENT, PS_ALG_WRAP,
	PS_ALG_KEM, PS_ALG_DIGEST, PS_ALG_SIGNATURE, PS_ALG_COMPRESSION,
};

/* RFC 5753, 6 and RFC 8418, 8: the parameters are the key wrap's identifier. */
static void
add_wrap(struct cms_caps *c, ps_slice params)
{
	const struct ps_alg *wrap;
	struct der_state state;
	struct der d;
	struct ps_algid a;

	der_init(&d, &state, params, 0, false, "SMIMECapability");
	a = ps_algid_parse(&d, DER_SEQUENCE, "keyWrapAlgorithm");
	wrap = ps_alg_by_oid(PS_ALG_WRAP, a.oid);
	if (der_finish(&d, "cms.capabilities", NULL) == PS_OK && wrap != NULL)
		c->can[wrap->id] = true;
}

static void
add(struct cms_caps *c, const struct ps_algid *a)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		const struct ps_alg *alg = ps_alg_by_oid(kinds[i], a->oid);

		if (alg == NULL || (alg->kind == PS_ALG_TRANSPORT && !ps_transport_writes(a)))
			continue;
		c->any = true;
		c->can[alg->id] = true;
		if (alg->kind == PS_ALG_AGREEMENT && a->params.n != 0)
			add_wrap(c, a->params);
	}
}

void
cms_caps_parse(struct cms_caps *out, ps_slice caps)
{
	struct cms_caps c = { .any = false };
	struct der_state state;
	struct der d, list;
	struct ps_algid a;

	der_init(&d, &state, caps, 0, false, "SMIMECapabilities");
	list = der_enter(&d, DER_SEQUENCE, "SMIMECapabilities");
	while (der_more(&list)) {
		a = ps_algid_parse(&list, DER_SEQUENCE, "SMIMECapability");
		if (a.oid.n != 0)
			add(&c, &a);
	}
	der_leave(&list);
	*out = c;
	if (der_finish(&d, "cms.capabilities", NULL) != PS_OK)
		*out = (struct cms_caps){ .any = false };
}

bool
cms_caps_any(const struct cms_caps *c, enum ps_alg_kind kind)
{
	for (unsigned id = 1; id < PS_ALG_COUNT; id++)
		if (c->can[id] && ps_alg_get(id)->kind == kind)
			return true;
	return false;
}

/* --- writing --- */

/*
 * What we read, best first within its group (RFC 8551, 2.5.2): parameters are
 * left out unless they distinguish. Authenticated encryption is announced
 * first.
 */
static const unsigned announced[] = {
	PS_AES256_GCM, PS_AES128_GCM, PS_CHACHA20_POLY1305,
	PS_AES256_CBC, PS_AES192_CBC, PS_AES128_CBC,
	PS_RSA_OAEP,
	PS_KEM_MLKEM768, PS_KEM_MLKEM1024, PS_KEM_MLKEM512,	/* RFC 9936, 2.4 */
	PS_CEK_HKDF_SHA256,	/* RFC 9709 */
	PS_ZLIB,
};

void
cms_caps_build(struct derw *w)
{
	derw_begin(w, DER_SEQUENCE);
	for (size_t i = 0; i < sizeof announced / sizeof announced[0]; i++) {
		const struct ps_alg *alg = ps_alg_get(announced[i]);

		if (!ps_alg_offered(alg))
			continue;
		if (alg->kind == PS_ALG_TRANSPORT) {
			ps_transport_build(alg, w);
			continue;
		}
		derw_begin(w, DER_SEQUENCE);
		derw_oid(w, alg->oid);
		derw_end(w);
	}
	derw_end(w);
}
