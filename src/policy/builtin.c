/* SPDX-License-Identifier: ISC */
/*
 * The built-in policies.
 *
 * "default" reads what RFC 8551 lets a receiver read, names as weak what is
 * historic (its appendix B), and sends nothing weak. "strict" refuses SHA-1
 * and sends no PKCS#1 v1.5 key transport; "legacy-read" differs in
 * reading only: an archive can be opened, and every weakness is still named.
 * An algorithm without a row is refused.
 */
#include <string.h>

#include "policy/table.h"

#define G	PS_GRADE_GOOD
#define W	PS_GRADE_WEAK
#define R	PS_GRADE_REFUSED

struct line {
	unsigned	 alg;
	enum ps_grade	 read, send;
	bool		 broken;
	unsigned	 weak_read, refused_read;	/* bits */
	unsigned	 weak_send, refused_send;
};

#define ROW(id, r, s)	{ .alg = (id), .read = (r), .send = (s) }
#define BROKEN(id, r)	{ .alg = (id), .read = (r), .send = R, .broken = true }
#define KEY(id, r, s, wr, rr, ws, rs) { .alg = (id), .read = (r), .send = (s), \
	.weak_read = (wr), .refused_read = (rr), .weak_send = (ws), .refused_send = (rs) }
#define END		{ .alg = PS_ALG_NONE }

static const struct line base[] = {
	/* digests: collisions of MD5 and SHA-1 are bought */
	BROKEN(PS_MD5, W),
	BROKEN(PS_SHA1, W),
	ROW(PS_SHA224, W, R),
	ROW(PS_SHA256, G, G),
	ROW(PS_SHA384, G, G),
	ROW(PS_SHA512, G, G),
	ROW(PS_SHA3_224, W, R),
	ROW(PS_SHA3_256, G, G),
	ROW(PS_SHA3_384, G, G),
	ROW(PS_SHA3_512, G, G),
	ROW(PS_SHAKE128, G, G),
	ROW(PS_SHAKE256, G, G),

	/* keys, RFC 8551, 4.2 and 4.3 */
	KEY(PS_KEY_RSA, G, G, 2048, 1024, 0, 2048),
	KEY(PS_KEY_RSA_PSS, G, G, 2048, 1024, 0, 2048),
	KEY(PS_KEY_RSA_OAEP, G, G, 2048, 1024, 0, 2048),
	KEY(PS_KEY_DSA, W, R, 2048, 1024, 0, 2048),
	/* read as weak below what RFC 8551 asks of RSA; RFC 8551 has it no more */
	KEY(PS_KEY_DH, G, W, 2048, 1024, 0, 2048),
	ROW(PS_KEY_EC, G, G),
	ROW(PS_KEY_ED25519, G, G),
	ROW(PS_KEY_ED448, G, G),
	ROW(PS_KEY_X25519, G, G),
	ROW(PS_KEY_X448, G, G),
	/* post-quantum: the levels of NIST begin at 128 bits */
	ROW(PS_KEY_MLDSA44, G, G),
	ROW(PS_KEY_MLDSA65, G, G),
	ROW(PS_KEY_MLDSA87, G, G),
	ROW(PS_KEY_SLH_SHA2_128S, G, G),
	ROW(PS_KEY_SLH_SHA2_128F, G, G),
	ROW(PS_KEY_SLH_SHA2_192S, G, G),
	ROW(PS_KEY_SLH_SHA2_192F, G, G),
	ROW(PS_KEY_SLH_SHA2_256S, G, G),
	ROW(PS_KEY_SLH_SHA2_256F, G, G),
	ROW(PS_KEY_SLH_SHAKE_128S, G, G),
	ROW(PS_KEY_SLH_SHAKE_128F, G, G),
	ROW(PS_KEY_SLH_SHAKE_192S, G, G),
	ROW(PS_KEY_SLH_SHAKE_192F, G, G),
	ROW(PS_KEY_SLH_SHAKE_256S, G, G),
	ROW(PS_KEY_SLH_SHAKE_256F, G, G),
	ROW(PS_KEY_MLKEM512, G, G),
	ROW(PS_KEY_MLKEM768, G, G),
	ROW(PS_KEY_MLKEM1024, G, G),
	ROW(PS_P256, G, G),
	ROW(PS_P384, G, G),
	ROW(PS_P521, G, G),
	ROW(PS_BP256, G, G),
	ROW(PS_BP384, G, G),
	ROW(PS_BP512, G, G),

	/* signatures: the digest is judged by its own row */
	ROW(PS_SIG_RSA, G, G),
	BROKEN(PS_SIG_RSA_MD5, W),
	BROKEN(PS_SIG_RSA_SHA1, W),
	ROW(PS_SIG_RSA_SHA224, G, G),
	ROW(PS_SIG_RSA_SHA256, G, G),
	ROW(PS_SIG_RSA_SHA384, G, G),
	ROW(PS_SIG_RSA_SHA512, G, G),
	ROW(PS_SIG_PSS, G, G),
	BROKEN(PS_SIG_ECDSA_SHA1, W),
	ROW(PS_SIG_ECDSA_SHA224, G, G),
	ROW(PS_SIG_ECDSA_SHA256, G, G),
	ROW(PS_SIG_ECDSA_SHA384, G, G),
	ROW(PS_SIG_ECDSA_SHA512, G, G),
	ROW(PS_SIG_ED25519, G, G),
	ROW(PS_SIG_ED448, G, G),
	BROKEN(PS_SIG_DSA_SHA1, W),
	ROW(PS_SIG_DSA_SHA224, W, R),
	ROW(PS_SIG_DSA_SHA256, W, R),
	ROW(PS_SIG_RSA_SHA3_224, G, R),
	ROW(PS_SIG_RSA_SHA3_256, G, R),
	ROW(PS_SIG_RSA_SHA3_384, G, R),
	ROW(PS_SIG_RSA_SHA3_512, G, R),
	ROW(PS_SIG_ECDSA_SHA3_224, G, R),
	ROW(PS_SIG_ECDSA_SHA3_256, G, R),
	ROW(PS_SIG_ECDSA_SHA3_384, G, R),
	ROW(PS_SIG_ECDSA_SHA3_512, G, R),
	ROW(PS_SIG_MLDSA44, G, G),
	ROW(PS_SIG_MLDSA65, G, G),
	ROW(PS_SIG_MLDSA87, G, G),
	ROW(PS_SIG_SLH_SHA2_128S, G, G),
	ROW(PS_SIG_SLH_SHA2_128F, G, G),
	ROW(PS_SIG_SLH_SHA2_192S, G, G),
	ROW(PS_SIG_SLH_SHA2_192F, G, G),
	ROW(PS_SIG_SLH_SHA2_256S, G, G),
	ROW(PS_SIG_SLH_SHA2_256F, G, G),
	ROW(PS_SIG_SLH_SHAKE_128S, G, G),
	ROW(PS_SIG_SLH_SHAKE_128F, G, G),
	ROW(PS_SIG_SLH_SHAKE_192S, G, G),
	ROW(PS_SIG_SLH_SHAKE_192F, G, G),
	ROW(PS_SIG_SLH_SHAKE_256S, G, G),
	ROW(PS_SIG_SLH_SHAKE_256F, G, G),

	/* content encryption: 64-bit blocks repeat after 32 GiB (Sweet32) */
	ROW(PS_AES128_CBC, G, G),
	ROW(PS_AES192_CBC, G, G),
	ROW(PS_AES256_CBC, G, G),
	ROW(PS_AES128_GCM, G, G),
	ROW(PS_AES192_GCM, G, G),
	ROW(PS_AES256_GCM, G, G),
	ROW(PS_AES128_CCM, G, R),
	ROW(PS_AES192_CCM, G, R),
	ROW(PS_AES256_CCM, G, R),
	ROW(PS_CHACHA20_POLY1305, G, G),
	ROW(PS_CAMELLIA128_CBC, G, R),
	ROW(PS_CAMELLIA192_CBC, G, R),
	ROW(PS_CAMELLIA256_CBC, G, R),
	BROKEN(PS_DES3_CBC, W),
	BROKEN(PS_RC2_128_CBC, W),
	BROKEN(PS_RC2_64_CBC, W),
	BROKEN(PS_RC2_40_CBC, W),
	BROKEN(PS_DES_CBC, W),
	BROKEN(PS_CAST5_CBC, W),
	ROW(PS_CEK_HKDF_SHA256, G, R),

	/* recipients */
	ROW(PS_RSA_PKCS1, G, G),
	ROW(PS_RSA_OAEP, G, G),
	ROW(PS_RSA_KEM, G, R),
	ROW(PS_ECDH_SHA1, W, R),
	ROW(PS_ECDH_SHA224, G, G),
	ROW(PS_ECDH_SHA256, G, G),
	ROW(PS_ECDH_SHA384, G, G),
	ROW(PS_ECDH_SHA512, G, G),
	ROW(PS_ECDHC_SHA1, W, R),
	ROW(PS_ECDHC_SHA224, G, G),
	ROW(PS_ECDHC_SHA256, G, G),
	ROW(PS_ECDHC_SHA384, G, G),
	ROW(PS_ECDHC_SHA512, G, G),
	ROW(PS_ECDH_HKDF256, G, G),
	ROW(PS_ECDH_HKDF384, G, G),
	ROW(PS_ECDH_HKDF512, G, G),
	/* SHA-1 as a KDF; its own algorithms are of 1999 */
	ROW(PS_ESDH, W, W),
	ROW(PS_SSDH, W, R),
	ROW(PS_ECMQV_SHA1, W, R),
	ROW(PS_ECMQV_SHA224, W, R),
	ROW(PS_ECMQV_SHA256, W, R),
	ROW(PS_ECMQV_SHA384, W, R),
	ROW(PS_ECMQV_SHA512, W, R),
	ROW(PS_AES128_WRAP, G, G),
	ROW(PS_AES192_WRAP, G, G),
	ROW(PS_AES256_WRAP, G, G),
	ROW(PS_AES128_WRAP_PAD, G, R),
	ROW(PS_AES192_WRAP_PAD, G, R),
	ROW(PS_AES256_WRAP_PAD, G, R),
	BROKEN(PS_DES3_WRAP, W),
	BROKEN(PS_RC2_WRAP, W),
	ROW(PS_KEM_RSA, G, G),
	ROW(PS_KEM_MLKEM512, G, G),
	ROW(PS_KEM_MLKEM768, G, G),
	ROW(PS_KEM_MLKEM1024, G, G),
	ROW(PS_KDF2, G, R),
	ROW(PS_KDF3, G, G),
	ROW(PS_HKDF_SHA256, G, G),
	ROW(PS_HKDF_SHA384, G, R),
	ROW(PS_HKDF_SHA512, G, R),
	ROW(PS_PWRI_KEK, G, G),
	ROW(PS_PBKDF2, G, G),
	/* HMAC does not need a digest without collisions */
	ROW(PS_HMAC_SHA1, G, G),
	ROW(PS_HMAC_SHA224, G, G),
	ROW(PS_HMAC_SHA256, G, G),
	ROW(PS_HMAC_SHA384, G, G),
	ROW(PS_HMAC_SHA512, G, G),
	ROW(PS_ZLIB, G, G),
	END,
};

static const struct line strict[] = {
	BROKEN(PS_MD5, R),
	BROKEN(PS_SHA1, R),
	BROKEN(PS_SIG_RSA_MD5, R),
	BROKEN(PS_SIG_RSA_SHA1, R),
	BROKEN(PS_SIG_ECDSA_SHA1, R),
	BROKEN(PS_SIG_DSA_SHA1, R),
	ROW(PS_ECDH_SHA1, R, R),
	ROW(PS_ECDHC_SHA1, R, R),
	ROW(PS_ESDH, R, R),
	ROW(PS_SSDH, R, R),
	ROW(PS_HMAC_SHA1, R, R),
	KEY(PS_KEY_RSA, G, G, 2048, 1024, 3072, 2048),
	KEY(PS_KEY_RSA_PSS, G, G, 2048, 1024, 3072, 2048),
	KEY(PS_KEY_RSA_OAEP, G, G, 2048, 1024, 3072, 2048),
	ROW(PS_RSA_PKCS1, G, R),
	END,
};

static const struct line legacy_read[] = {
	KEY(PS_KEY_RSA, G, G, 2048, 512, 0, 2048),
	KEY(PS_KEY_RSA_PSS, G, G, 2048, 512, 0, 2048),
	KEY(PS_KEY_RSA_OAEP, G, G, 2048, 512, 0, 2048),
	KEY(PS_KEY_DSA, W, R, 2048, 512, 0, 2048),
	END,
};

static const struct {
	const char	*name;
	const struct line *change;	/* of the base; NULL: none */
	unsigned	 transport;
} policies[] = {
	{ "default",	NULL,		PS_RSA_PKCS1 },
	{ "strict",	strict,		PS_RSA_OAEP },
	{ "legacy-read", legacy_read,	PS_RSA_PKCS1 },
};

/*
 * From what all recipients read the first of these is taken: authenticated
 * encryption before the rest (RFC 8551, 2.7), then by strength. The last one
 * every program of S/MIME 3.2 or later reads (RFC 5751, 2.7).
 */
static const unsigned choice[] = {
	PS_AES256_GCM, PS_CHACHA20_POLY1305, PS_AES192_GCM, PS_AES128_GCM,
	PS_AES256_CBC, PS_AES192_CBC, PS_AES128_CBC,
};

static void
apply(struct ps_policy *p, const struct line *line)
{
	for (; line->alg != PS_ALG_NONE; line++)
		p->row[line->alg] = (struct ps_policy_row){
			.grade = { line->read, line->send },
			.until = INT64_MAX,
			.weak_below = { line->weak_read, line->weak_send },
			.refused_below = { line->refused_read, line->refused_send },
			.least = line->refused_send,
			.broken = line->broken,
		};
}

bool
ps_policy_builtin(struct ps_policy *p, const char *name)
{
	size_t i = 0, n = sizeof policies / sizeof policies[0];

	while (i < n && strcmp(policies[i].name, name) != 0)
		i++;
	if (i == n)
		return false;
	for (size_t k = 0; k < PS_ALG_COUNT; k++)
		p->row[k] = *ps_policy_row_of(NULL, NULL);
	apply(p, base);
	if (policies[i].change != NULL)
		apply(p, policies[i].change);
	p->signed_attrs = true;
	p->cipher = PS_AES256_CBC;
	memset(p->choice, 0, sizeof p->choice);
	memcpy(p->choice, choice, sizeof choice);
	p->digest = PS_ALG_NONE;
	p->transport = policies[i].transport;
	p->headers = PS_HCP_BASELINE;	/* RFC 9788, 3.3: the Subject is hidden by default */
	p->legacy_display = true;
	p->pq = PS_PQ_PREFER;
	return true;
}
