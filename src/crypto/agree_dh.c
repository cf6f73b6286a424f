/* SPDX-License-Identifier: ISC */
/*
 * Diffie-Hellman over a prime: RFC 2631 in CMS (RFC 3370, 4.1), for old mail
 * and for those whose certificate has nothing newer.
 *
 * The group comes from the certificate, that is from a stranger. The crypto
 * library checks a peer's value against q, so that a small subgroup tells
 * nothing of our key (RFC 2785); what is too large to be meant is refused before.
 */
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>

#include "crypto/internal.h"

enum { DH_MAX_BITS = 10000 };	/* what OpenSSL computes with */

/* DomainParameters (RFC 3279, 2.3.3): p, g, q and what we do not need. */
ps_code
dh_check_params(ps_slice params, ps_err *err)
{
	struct der_state state;
	struct der in, seq;
	ps_slice p;
	ps_code code;

	der_init(&in, &state, params, 0, false, "DomainParameters");
	seq = der_enter(&in, DER_SEQUENCE, "DomainParameters");
	p = der_integer(&seq, "p");
	(void)der_integer(&seq, "g");
	(void)der_integer(&seq, "q");
	while (der_more(&seq))
		der_skip(&seq, "j");
	der_leave(&seq);
	code = der_finish(&in, "crypto.public-key", err);
	if (code == PS_OK && p.n > DH_MAX_BITS / 8 + 1)
		return ps_fail(err, PS_E_UNSUPPORTED, "crypto.public-key", PS_NOWHERE,
		    W_CRYPTO_KEY_LARGE, PS_TEXT("kind", "Diffie-Hellman"),
		    PS_NUMBER("bits", p.n * 8), PS_NUMBER("max", DH_MAX_BITS));
	return code;
}

/* DHPublicKey ::= INTEGER (RFC 3279, 2.3.3), of the octets that the library has. */
ps_code
dh_public_build(ps_slice octets, struct ps_buf *out, ps_err *err)
{
	struct derw w;

	derw_init(&w, out);
	derw_integer(&w, octets);
	return derw_finish(&w, err);
}

static ps_slice
public_value(ps_slice key)
{
	struct der_state state;
	struct der in;
	ps_slice y;

	der_init(&in, &state, key, 0, false, "DHPublicKey");
	y = der_integer(&in, "DHPublicKey");
	if (der_failed(&in) || der_more(&in) || (y.p[0] & 0x80) != 0)
		return (ps_slice){ NULL, 0 };
	return y;
}

/* RFC 3370, 4.1.1: an ephemeral key has no parameters, they are ours. */
EVP_PKEY *
dh_peer_of(EVP_PKEY *own, ps_slice key)
{
	ps_slice y = public_value(key);
	EVP_PKEY *peer = EVP_PKEY_new();

	if (peer == NULL || y.n == 0 || EVP_PKEY_copy_parameters(peer, own) != 1 ||
	    EVP_PKEY_set1_encoded_public_key(peer, y.p, y.n) != 1) {
		EVP_PKEY_free(peer);
		return NULL;
	}
	return peer;
}

/* RFC 2631, 2.1.2: OtherInfo. */
static ps_code
other_info(struct ps_buf *out, ps_slice wrap_oid, uint8_t counter, ps_slice ukm, size_t kek_size,
    ps_err *err)
{
	uint32_t bits = (uint32_t)kek_size * 8;
	uint8_t count[4] = { 0, 0, 0, counter };
	uint8_t supp[4] = { 0, 0, (uint8_t)(bits >> 8), (uint8_t)bits };
	struct derw w;

	ps_buf_clear(out);
	derw_init(&w, out);
	derw_begin(&w, DER_SEQUENCE);
	derw_begin(&w, DER_SEQUENCE);
	derw_oid(&w, wrap_oid);
	derw_octets(&w, (ps_slice){ count, sizeof count });
	derw_end(&w);
	if (ukm.p != NULL) {
		derw_begin(&w, DER_CTX(0));
		derw_octets(&w, ukm);
		derw_end(&w);
	}
	derw_begin(&w, DER_CTX(2));
	derw_octets(&w, (ps_slice){ supp, sizeof supp });
	derw_end(&w);
	derw_end(&w);
	return derw_finish(&w, err);
}

/* RFC 2631, 2.1.2: SHA-1 of ZZ and OtherInfo, the counter from 1. */
ps_code
dh_derive_kek(ps_slice wrap_oid, ps_slice ukm, ps_slice z, uint8_t *kek, size_t n, ps_err *err)
{
	const struct ps_alg *sha1 = ps_alg_get(PS_SHA1);
	uint8_t value[PS_DIGEST_MAX], counter = 1;
	size_t size = ps_digest_size(sha1);
	struct ps_buf info = { 0 };
	struct ps_digest *d;
	ps_code code = ps_digest_new(&d, sha1, err);

	if (code != PS_OK)
		return code;
	for (size_t at = 0; at < n && code == PS_OK; at += size, counter++) {
		if ((at == 0 || (code = ps_digest_reset(d, err)) == PS_OK) &&
		    (code = other_info(&info, wrap_oid, counter, ukm, n, err)) == PS_OK &&
		    (code = ps_digest_update(d, z, err)) == PS_OK &&
		    (code = ps_digest_update(d, ps_buf_get(&info), err)) == PS_OK &&
		    (code = ps_digest_final(d, value, err)) == PS_OK)
			memcpy(kek + at, value, n - at < size ? n - at : size);
	}
	ps_digest_free(d);
	ps_buf_clear(&info);
	ps_wipe(value, sizeof value);
	return code;
}
