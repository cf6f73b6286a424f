/* SPDX-License-Identifier: ISC */
/*
 * PKCS#12 (RFC 7292), walked by our own cursor.
 *
 * OpenSSL's PKCS12_parse stops at the first key, spends whatever rounds a file
 * asks for, and knows nothing of PBMAC1 (RFC 9579) before 3.4; the walk is not
 * long. A file is integrity-protected by its passphrase, which also tells a
 * wrong passphrase from a damaged file.
 */
#include <limits.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pkcs12.h>

#include "base/text.h"
#include "crypto/loader.h"

#define PKCS7	"\x2a\x86\x48\x86\xf7\x0d\x01\x07"
#define PKCS9	"\x2a\x86\x48\x86\xf7\x0d\x01\x09"
#define BAG	"\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01"
#define OID(s)	{ (const uint8_t *)(s), sizeof(s) - 1 }

static const ps_slice oid_data = OID(PKCS7 "\x01");
static const ps_slice oid_encrypted = OID(PKCS7 "\x06");
static const ps_slice oid_x509 = OID(PKCS9 "\x16\x01");
static const ps_slice oid_pbmac1 = OID("\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0e");

enum { BAGS_DEEP = 8, MAC_KEY_MIN = 20, MAC_KEY_MAX = 512 };

/* MacData; absent: mac.n == 0. */
struct mac {
	struct ps_algid	 alg;
	ps_slice	 value, salt;
	uint64_t	 rounds;
};

struct pfx {
	struct loader	*l;
	ps_slice	 safe;		/* what the MAC is over */
	struct mac	 mac;
	ps_slice	 pass;		/* once `known` */
	bool		 known;
};

/* --- the passphrase --- */

/* Tries one passphrase: PS_OK, PS_E_PASSPHRASE, or what is wrong. */
typedef ps_code (*try_fn)(struct pfx *p, ps_slice pass, void *arg, ps_err *err);

/* RFC 7292, B.1: the empty passphrase is two zero octets, but some programs
 * write none at all; both are tried before anybody is asked. To what takes
 * UTF-8 they are the same, and its rounds may take a second each time. */
static ps_code
find_pass(struct pfx *p, bool utf8, try_fn try, void *arg, ps_err *err)
{
	static const uint8_t empty[1];
	const ps_slice silent[] = { { NULL, 0 }, { empty, 0 } };
	ps_code code = PS_E_PASSPHRASE;

	for (size_t i = 0; code == PS_E_PASSPHRASE && i < (utf8 ? 1 : 2); i++) {
		p->pass = silent[i];
		code = try(p, p->pass, arg, NULL);
	}
	if (code == PS_E_PASSPHRASE) {
		code = loader_ask(p->l, err);
		if (code != PS_OK)
			return code;
		p->pass = ps_secret_get(p->l->passphrase);
		if (p->pass.p == NULL)
			p->pass = silent[1];
		code = try(p, p->pass, arg, err);
	} else if (code != PS_OK)
		code = try(p, p->pass, arg, err);
	p->known = code == PS_OK;
	return code;
}

/* --- integrity --- */

static ps_code
unknown_mac(struct pfx *p, const struct ps_algid *a, ps_err *err)
{
	char text[128];

	return ps_fail(err, PS_E_UNSUPPORTED, "crypto.key-file", PS_NOWHERE,
	    W_CRYPTO_FILE_MAC, PS_TEXT("file", p->l->name),
	    PS_TEXT("algorithm", der_oid_text(a->oid, text, sizeof text)));
}

/* RFC 9579: the key comes from PBKDF2, over the passphrase in UTF-8. */
static ps_code
pbmac1_key(struct pfx *p, ps_slice pass, const struct ps_alg **out_digest,
    uint8_t key[MAC_KEY_MAX], size_t *out_n, ps_err *err)
{
	struct der_state state;
	struct der in, seq;
	struct ps_algid kdf, mac;
	struct pbkdf2_params params;
	const struct ps_alg *row;
	ps_code code;

	der_init(&in, &state, p->mac.alg.params, 0, false, "PBMAC1-params");
	seq = der_enter(&in, DER_SEQUENCE, "PBMAC1-params");
	kdf = ps_algid_parse(&seq, DER_SEQUENCE, "keyDerivationFunc");
	mac = ps_algid_parse(&seq, DER_SEQUENCE, "messageAuthScheme");
	der_leave(&seq);
	code = der_finish(&in, "crypto.key-file", err);
	if (code == PS_OK)
		code = pbkdf2_parse(&params, &kdf, p->l->limits, err);
	if (code != PS_OK)
		return code;
	row = ps_alg_by_oid(PS_ALG_MAC, mac.oid);
	/* RFC 9579 wants keyLength written out, and a short one is a weak
	 * key; some programs write the bits where octets were meant. */
	if (row == NULL || params.length < MAC_KEY_MIN || params.length > MAC_KEY_MAX)
		return unknown_mac(p, &mac, err);
	*out_digest = ps_alg_get(row->digest);
	*out_n = (size_t)params.length;
	return kdf_pbkdf2(ps_alg_get(params.prf->digest), pass, params.salt, params.rounds,
	    key, *out_n, err);
}

/* RFC 7292, B.4: the old derivation, with purpose 3. */
static ps_code
old_key(struct pfx *p, ps_slice pass, const struct ps_alg **out_digest,
    uint8_t key[MAC_KEY_MAX], size_t *out_n, ps_err *err)
{
	const struct ps_alg *digest = ps_alg_by_oid(PS_ALG_DIGEST, p->mac.alg.oid);
	EVP_MD *md = digest == NULL ? NULL : EVP_MD_fetch(NULL, digest->ossl, NULL);
	int good;

	if (md == NULL)
		return unknown_mac(p, &p->mac.alg, err);
	*out_digest = digest;
	*out_n = ps_digest_size(digest);
	good = PKCS12_key_gen_utf8_ex((const char *)pass.p, (int)pass.n,
	    crypto_unconst(p->mac.salt.p), (int)p->mac.salt.n, PKCS12_MAC_ID,
	    (int)p->mac.rounds, (int)*out_n, key, md, NULL, NULL);
	EVP_MD_free(md);
	return good == 1 ? PS_OK : crypto_fail(err, "crypto.key-file", "PKCS12_key_gen");
}

static ps_code
try_mac(struct pfx *p, ps_slice pass, void *arg, ps_err *err)
{
	uint8_t key[MAC_KEY_MAX], mac[PS_DIGEST_MAX];
	const struct ps_alg *digest = NULL;
	bool pbmac1 = ps_slice_equal(p->mac.alg.oid, oid_pbmac1);
	size_t n = 0;
	ps_code code;

	(void)arg;
	code = pbmac1 ? pbmac1_key(p, pass, &digest, key, &n, err) :
	    old_key(p, pass, &digest, key, &n, err);
	if (code == PS_OK)
		code = kdf_hmac(digest, (ps_slice){ key, n }, p->safe, mac, err);
	if (code == PS_OK && !ps_equal_secret((ps_slice){ mac, ps_digest_size(digest) },
	    p->mac.value))
		code = loader_wrong(p->l, err);
	ps_wipe(key, sizeof key);
	return code;
}

static ps_code
check_mac(struct pfx *p, ps_err *err)
{
	if (p->mac.value.n == 0)
		return PS_OK;
	if (p->mac.rounds > p->l->limits->kdf_iterations || p->mac.rounds > INT_MAX)
		return ps_fail(err, PS_E_LIMIT, "crypto.key-file", PS_NOWHERE,
		    W_CRYPTO_FILE_COST, PS_TEXT("file", p->l->name));
	return find_pass(p, ps_slice_equal(p->mac.alg.oid, oid_pbmac1), try_mac, NULL, err);
}

/* --- contents --- */

/* Something encrypted, and where its text goes. */
struct sealed {
	struct pbe	 pbe;
	ps_slice	 octets;
	struct ps_buf	 text;
};

static ps_code
try_sealed(struct pfx *p, ps_slice pass, void *arg, ps_err *err)
{
	struct sealed *s = arg;

	return pbe_decrypt(p->l, &s->pbe, pass, s->octets, &s->text, err);
}

static ps_code
unseal(struct pfx *p, struct sealed *s, ps_err *err)
{
	return p->known ? try_sealed(p, p->pass, s, err) :
	    find_pass(p, s->pbe.row != NULL, try_sealed, s, err);
}

static ps_code
add_sealed_key(struct pfx *p, ps_slice der, ps_err *err)
{
	struct sealed s = { .text = { .secret = true } };
	ps_code code = encrypted_key_parse(p->l, der, &s.pbe, &s.octets, err);

	if (code == PS_OK)
		code = unseal(p, &s, err);
	if (code == PS_OK)
		code = loader_add_key(p->l, ps_buf_get(&s.text), err);
	ps_buf_clear(&s.text);
	return code;
}

static ps_code
add_plain_key(struct pfx *p, ps_slice der, ps_err *err)
{
	return loader_plain_key(p->l, der, err);
}

/* RFC 7292, 4.2.3: CertBag. */
static ps_code
add_cert(struct pfx *p, ps_slice der, ps_err *err)
{
	struct der_state state;
	struct der in, seq, value;
	ps_slice type, cert;
	ps_code code;

	der_init(&in, &state, der, 0, false, "CertBag");
	seq = der_enter(&in, DER_SEQUENCE, "CertBag");
	type = der_oid(&seq, "certId");
	value = der_enter(&seq, DER_CTX(0), "certValue");
	cert = der_any(&value, "certValue");
	der_leave(&value);
	der_leave(&seq);
	code = der_finish(&in, "crypto.key-file", err);
	if (code != PS_OK || !ps_slice_equal(type, oid_x509))
		return code;
	der_init(&in, &state, cert, 0, false, "x509Certificate");
	cert = der_octets(&in, "x509Certificate");
	code = der_finish(&in, "crypto.key-file", err);
	return code == PS_OK ? loader_add_cert(p->l, cert, err) : code;
}

static ps_code walk_bags(struct pfx *p, ps_slice der, unsigned depth, ps_err *err);

static const struct {
	ps_slice	 oid;
	ps_code		(*add)(struct pfx *p, ps_slice value, ps_err *err);
} bags[] = {
	{ OID(BAG "\x01"), add_plain_key },
	{ OID(BAG "\x02"), add_sealed_key },
	{ OID(BAG "\x03"), add_cert },
};
static const ps_slice oid_nested = OID(BAG "\x06");

static ps_code
add_bag(struct pfx *p, ps_slice type, ps_slice value, unsigned depth, ps_err *err)
{
	if (ps_slice_equal(type, oid_nested))
		return walk_bags(p, value, depth + 1, err);
	for (size_t i = 0; i < sizeof bags / sizeof bags[0]; i++)
		if (ps_slice_equal(bags[i].oid, type))
			return bags[i].add(p, value, err);
	return PS_OK;		/* a revocation list, a secret */
}

/* RFC 7292, 4.2: SafeContents. */
static ps_code
walk_bags(struct pfx *p, ps_slice der, unsigned depth, ps_err *err)
{
	struct der_state state;
	struct der in, list;
	ps_code code = PS_OK;

	if (depth > BAGS_DEEP)
		return ps_fail(err, PS_E_LIMIT, "crypto.key-file", PS_NOWHERE,
		    W_CRYPTO_FILE_DEEP, PS_TEXT("file", p->l->name));
	der_init(&in, &state, der, 0, false, "SafeContents");
	list = der_enter(&in, DER_SEQUENCE, "SafeContents");
	while (code == PS_OK && der_more(&list)) {
		struct der bag = der_enter(&list, DER_SEQUENCE, "SafeBag");
		ps_slice type = der_oid(&bag, "bagId"), value;
		struct der inner = der_enter(&bag, DER_CTX(0), "bagValue");

		value = der_any(&inner, "bagValue");
		der_leave(&inner);
		if (der_more(&bag))
			der_skip(&bag, "bagAttributes");
		der_leave(&bag);
		if (!der_failed(&in))
			code = add_bag(p, type, value, depth, err);
	}
	if (code != PS_OK)
		return code;
	der_leave(&list);
	return der_finish(&in, "crypto.key-file", err);
}

/* What an OCTET STRING or a decryption gave may itself be BER. */
static ps_code
walk_contents(struct pfx *p, ps_slice ber, ps_err *err)
{
	struct ps_buf der = { .secret = true };
	ps_code code = ber_to_der(p->l, ber, &der, err);

	if (code == PS_OK)
		code = walk_bags(p, ps_buf_get(&der), 0, err);
	ps_buf_clear(&der);
	return code;
}

/* [0] IMPLICIT OCTET STRING, whole or in segments. */
static ps_code
join_segments(ps_slice element, struct ps_buf *out, ps_err *err)
{
	struct der_state state;
	struct der in, parts;
	ps_code code = PS_OK;

	der_init(&in, &state, element, 0, false, "encryptedContent");
	if (!der_try_enter(&in, DER_CTX(0), "encryptedContent", &parts)) {
		ps_slice whole = der_value(&in, DER_CTX_PRIM(0), "encryptedContent");

		code = der_finish(&in, "crypto.key-file", err);
		return code == PS_OK ? ps_buf_add(out, whole, err) : code;
	}
	while (code == PS_OK && der_more(&parts)) {
		ps_slice part = der_octets(&parts, "segment");

		if (!der_failed(&in))
			code = ps_buf_add(out, part, err);
	}
	if (code != PS_OK)
		return code;
	der_leave(&parts);
	return der_finish(&in, "crypto.key-file", err);
}

/* RFC 5652, 8: EncryptedData. */
static ps_code
add_encrypted(struct pfx *p, ps_slice der, ps_err *err)
{
	struct sealed s = { .text = { .secret = true } };
	struct ps_buf octets = { 0 };
	struct der_state state;
	struct der in, seq, info;
	struct ps_algid a;
	ps_slice content;
	ps_code code;

	der_init(&in, &state, der, 0, false, "EncryptedData");
	seq = der_enter(&in, DER_SEQUENCE, "EncryptedData");
	der_skip(&seq, "version");
	info = der_enter(&seq, DER_SEQUENCE, "EncryptedContentInfo");
	(void)der_oid(&info, "contentType");
	a = ps_algid_parse(&info, DER_SEQUENCE, "contentEncryptionAlgorithm");
	content = der_any(&info, "encryptedContent");
	der_leave(&info);
	if (der_more(&seq))
		der_skip(&seq, "unprotectedAttrs");
	der_leave(&seq);
	code = der_finish(&in, "crypto.key-file", err);
	if (code == PS_OK)
		code = pbe_parse(p->l, &s.pbe, &a, err);
	if (code == PS_OK)
		code = join_segments(content, &octets, err);
	s.octets = ps_buf_get(&octets);
	if (code == PS_OK)
		code = unseal(p, &s, err);
	p->l->inside = true;
	if (code == PS_OK)
		code = walk_contents(p, ps_buf_get(&s.text), err);
	p->l->inside = false;
	ps_buf_clear(&octets);
	ps_buf_clear(&s.text);
	return code;
}

static ps_code
add_content(struct pfx *p, ps_slice type, ps_slice content, ps_err *err)
{
	struct der_state state;
	struct der in;
	ps_code code;

	if (ps_slice_equal(type, oid_encrypted))
		return add_encrypted(p, content, err);
	if (!ps_slice_equal(type, oid_data))
		return ps_fail(err, PS_E_UNSUPPORTED, "crypto.key-file", PS_NOWHERE,
		    W_CRYPTO_FILE_PUBLIC, PS_TEXT("file", p->l->name));
	der_init(&in, &state, content, 0, false, "content");
	content = der_octets(&in, "content");
	code = der_finish(&in, "crypto.key-file", err);
	return code == PS_OK ? walk_contents(p, content, err) : code;
}

/* ContentInfo: its type and the element in its [0]. */
static void
content_info(struct der *list, ps_slice *out_type, ps_slice *out_content)
{
	struct der info = der_enter(list, DER_SEQUENCE, "ContentInfo");
	struct der inner;

	*out_type = der_oid(&info, "contentType");
	inner = der_enter(&info, DER_CTX(0), "content");
	*out_content = der_any(&inner, "content");
	der_leave(&inner);
	der_leave(&info);
}

/* RFC 7292, 4.1: AuthenticatedSafe. */
static ps_code
walk_safe(struct pfx *p, ps_slice der, ps_err *err)
{
	struct der_state state;
	struct der in, list;
	ps_slice type, content;
	ps_code code = PS_OK;

	der_init(&in, &state, der, 0, false, "AuthenticatedSafe");
	list = der_enter(&in, DER_SEQUENCE, "AuthenticatedSafe");
	while (code == PS_OK && der_more(&list)) {
		content_info(&list, &type, &content);
		if (!der_failed(&in))
			code = add_content(p, type, content, err);
	}
	if (code != PS_OK)
		return code;
	der_leave(&list);
	return der_finish(&in, "crypto.key-file", err);
}

/* RFC 7292, 4: MacData. */
static void
parse_mac(struct der *pfx, struct mac *out)
{
	struct der data = der_enter(pfx, DER_SEQUENCE, "macData");
	struct der info = der_enter(&data, DER_SEQUENCE, "mac");

	out->alg = ps_algid_parse(&info, DER_SEQUENCE, "digestAlgorithm");
	out->value = der_octets(&info, "digest");
	der_leave(&info);
	out->salt = der_octets(&data, "macSalt");
	out->rounds = 1;
	if (der_more(&data))
		out->rounds = der_u64(&data, "iterations");
	der_leave(&data);
}

static ps_code
parse_pfx(struct pfx *p, ps_slice der, ps_err *err)
{
	struct der_state state;
	struct der in, seq;
	ps_slice type, content;
	ps_code code;

	der_init(&in, &state, der, 0, false, "PFX");
	seq = der_enter(&in, DER_SEQUENCE, "PFX");
	der_skip(&seq, "version");
	content_info(&seq, &type, &content);
	if (der_more(&seq))
		parse_mac(&seq, &p->mac);
	der_leave(&seq);
	code = der_finish(&in, "crypto.key-file", err);
	if (code != PS_OK)
		return code;
	if (!ps_slice_equal(type, oid_data))
		return ps_fail(err, PS_E_UNSUPPORTED, "crypto.key-file", PS_NOWHERE,
		    W_CRYPTO_FILE_PUBLIC, PS_TEXT("file", p->l->name));
	der_init(&in, &state, content, 0, false, "authSafe");
	p->safe = der_octets(&in, "authSafe");
	return der_finish(&in, "crypto.key-file", err);
}

ps_code
loader_add_pkcs12(struct loader *l, ps_slice der, ps_err *err)
{
	struct pfx p = { .l = l };
	struct ps_buf safe = { .secret = true };
	ps_code code = parse_pfx(&p, der, err);

	if (code == PS_OK)
		code = check_mac(&p, err);
	if (code == PS_OK)
		code = ber_to_der(l, p.safe, &safe, err);
	if (code == PS_OK)
		code = walk_safe(&p, ps_buf_get(&safe), err);
	ps_buf_clear(&safe);
	return code;
}
