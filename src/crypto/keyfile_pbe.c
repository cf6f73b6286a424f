/* SPDX-License-Identifier: ISC */
/*
 * Encryption under a passphrase: PBES2, and the old schemes of PKCS#5 and
 * PKCS#12.
 *
 * What they may cost is read and judged by us before any work is done.
 * Ciphers that OpenSSL moved to its legacy provider are loaded into a library
 * context of their own, so that reading an old file does not make the rest of
 * the process accept RC2.
 */
#include <limits.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <openssl/x509.h>

#include "base/text.h"
#include "crypto/cipher.h"
#include "crypto/loader.h"

#define PKCS5	"\x2a\x86\x48\x86\xf7\x0d\x01\x05"
#define PKCS12	"\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01"
#define OID(s)	{ (const uint8_t *)(s), sizeof(s) - 1 }

static const struct scheme {
	ps_slice	 oid;
	const char	*name;
	bool		 legacy;
} schemes[] = {
	{ OID(PKCS12 "\x01"), "RC4-128", true },
	{ OID(PKCS12 "\x02"), "RC4-40", true },
	{ OID(PKCS12 "\x03"), "3DES", false },
	{ OID(PKCS12 "\x04"), "2-key 3DES", false },
	{ OID(PKCS12 "\x05"), "RC2-128", true },
	{ OID(PKCS12 "\x06"), "RC2-40", true },
	{ OID(PKCS5 "\x03"), "DES", true },
	{ OID(PKCS5 "\x06"), "RC2-64", true },
	{ OID(PKCS5 "\x0a"), "DES", true },
	{ OID(PKCS5 "\x0b"), "RC2-64", true },
};

/* Old ciphers that PBES2 may name, beside those of the algorithm table. */
static const struct scheme old_ciphers[] = {
	{ OID("\x2b\x0e\x03\x02\x07"), "DES", true },
	{ OID("\x2a\x86\x48\x86\xf7\x0d\x03\x02"), "RC2", true },
};

enum { SCRYPT_P_MAX = 16 };

static ps_code
unknown(struct loader *l, const struct ps_algid *a, ps_err *err)
{
	char text[128];

	return ps_fail(err, PS_E_UNSUPPORTED, "crypto.key-file", PS_NOWHERE,
	    W_CRYPTO_FILE_PBE, PS_TEXT("file", l->name),
	    PS_TEXT("algorithm", der_oid_text(a->oid, text, sizeof text)));
}

static ps_code
costly(struct loader *l, ps_err *err)
{
	return ps_fail(err, PS_E_LIMIT, "crypto.key-file", PS_NOWHERE,
	    W_CRYPTO_FILE_COST, PS_TEXT("file", l->name));
}

static const struct scheme *
find(const struct scheme *list, size_t n, ps_slice oid)
{
	for (size_t i = 0; i < n; i++)
		if (ps_slice_equal(list[i].oid, oid))
			return &list[i];
	return NULL;
}

/* RFC 7914, 2: memory is 128 * N * r octets, work p times that. */
static bool
affordable(const struct scrypt_params *s)
{
	return s->n <= SCRYPT_OCTETS_MAX && s->r <= SCRYPT_OCTETS_MAX &&
	    s->p <= SCRYPT_P_MAX && s->r != 0 &&
	    s->n <= SCRYPT_OCTETS_MAX / 128 / s->r;
}

/* RFC 7914, 7.1: scrypt-params. */
static ps_code
parse_scrypt(struct loader *l, struct scrypt_params *out, ps_slice params, ps_err *err)
{
	struct der_state state;
	struct der in, seq;
	ps_code code;

	der_init(&in, &state, params, 0, false, "scrypt-params");
	seq = der_enter(&in, DER_SEQUENCE, "scrypt-params");
	out->salt = der_octets(&seq, "salt");
	out->n = der_u64(&seq, "costParameter");
	out->r = der_u64(&seq, "blockSize");
	out->p = der_u64(&seq, "parallelizationParameter");
	if (der_more(&seq))
		(void)der_u64(&seq, "keyLength");
	der_leave(&seq);
	code = der_finish(&in, "crypto.key-file", err);
	return code == PS_OK && !affordable(out) ? costly(l, err) : code;
}

static ps_code
parse_kdf(struct loader *l, struct pbe *out, const struct ps_algid *kdf, ps_err *err)
{
	out->is_scrypt = ps_slice_equal(kdf->oid, OID_SCRYPT);
	if (out->is_scrypt)
		return parse_scrypt(l, &out->scrypt, kdf->params, err);
	if (ps_alg_by_oid(PS_ALG_KDF, kdf->oid) == NULL)
		return unknown(l, kdf, err);
	return pbkdf2_parse(&out->pbkdf2, kdf, l->limits, err);
}

/* RFC 8018, A.4: PBES2-params. */
static ps_code
parse_pbes2(struct loader *l, struct pbe *out, ps_slice params, ps_err *err)
{
	struct der_state state;
	struct der in, seq;
	struct ps_algid kdf;
	const struct scheme *old;
	ps_code code;

	der_init(&in, &state, params, 0, false, "PBES2-params");
	seq = der_enter(&in, DER_SEQUENCE, "PBES2-params");
	kdf = ps_algid_parse(&seq, DER_SEQUENCE, "keyDerivationFunc");
	out->cipher = ps_algid_parse(&seq, DER_SEQUENCE, "encryptionScheme");
	der_leave(&seq);
	code = der_finish(&in, "crypto.key-file", err);
	if (code == PS_OK)
		code = parse_kdf(l, out, &kdf, err);
	if (code != PS_OK)
		return code;
	old = find(old_ciphers, sizeof old_ciphers / sizeof old_ciphers[0], out->cipher.oid);
	if (old == NULL)
		out->row = ps_alg_by_oid(PS_ALG_CIPHER, out->cipher.oid);
	if (out->row != NULL ? out->row->aead : old == NULL)
		return unknown(l, &out->cipher, err);
	out->name = old == NULL ? out->row->label : old->name;
	out->legacy = old != NULL;
	return PS_OK;
}

/* RFC 7292, C and RFC 8018, A.3: salt and rounds. */
static ps_code
parse_old(struct loader *l, ps_slice params, ps_err *err)
{
	struct der_state state;
	struct der in, seq;
	uint64_t rounds;
	ps_code code;

	der_init(&in, &state, params, 0, false, "PBEParameter");
	seq = der_enter(&in, DER_SEQUENCE, "PBEParameter");
	(void)der_octets(&seq, "salt");
	rounds = der_u64(&seq, "iterationCount");
	der_leave(&seq);
	code = der_finish(&in, "crypto.key-file", err);
	if (code == PS_OK && (rounds > l->limits->kdf_iterations || rounds > INT_MAX))
		return costly(l, err);
	return code;
}

ps_code
pbe_parse(struct loader *l, struct pbe *out, const struct ps_algid *a, ps_err *err)
{
	const struct scheme *s = find(schemes, sizeof schemes / sizeof schemes[0], a->oid);

	*out = (struct pbe){ .algid = *a };
	if (ps_slice_equal(a->oid, OID_PBES2))
		return parse_pbes2(l, out, a->params, err);
	if (s == NULL)
		return unknown(l, a, err);
	out->name = s->name;
	out->legacy = s->legacy;
	return parse_old(l, a->params, err);
}

static ps_code
open_legacy(struct loader *l, const struct pbe *pbe, ps_err *err)
{
	if (!legacy_open(&l->legacy))
		return ps_fail(err, PS_E_UNSUPPORTED, "crypto.key-file", PS_NOWHERE,
		    W_CRYPTO_FILE_LEGACY, PS_TEXT("file", l->name),
		    PS_TEXT("algorithm", pbe->name));
	return PS_OK;
}

void
pbe_close(struct loader *l)
{
	legacy_close(&l->legacy);
}

/* One wrong passphrase in 256 leaves a padding that looks right; what it
 * leaves of the text does not begin like a key or a list. */
static bool
plausible(const unsigned char *text, ptrdiff_t n)
{
	ps_slice value;
	uint32_t tag;
	size_t whole;

	if (n < 2 || text[0] != DER_SEQUENCE)
		return false;
	return text[1] == 0x80 || der_split((ps_slice){ text, (size_t)n }, &tag, &value, &whole);
}

static ps_code
crypt_with(struct loader *l, const X509_ALGOR *alg, const struct pbe *pbe, ps_slice pass,
    ps_slice in, struct ps_buf *out, ps_err *err)
{
	unsigned char *text = NULL;
	int n = 0;
	ps_code code;

	if (PKCS12_pbe_crypt_ex(alg, (const char *)pass.p, (int)pass.n, in.p, (int)in.n,
	    &text, &n, 0, pbe->legacy ? l->legacy.ctx : NULL, NULL) == NULL)
		return loader_wrong(l, err);
	code = !plausible(text, n) ? loader_wrong(l, err) :
	    ps_buf_add(out, (ps_slice){ text, (size_t)n }, err);
	OPENSSL_clear_free(text, (size_t)n);
	return code;
}

static ps_code
run_cipher(struct loader *l, struct ps_cipher *c, ps_slice in, struct ps_buf *out, ps_err *err)
{
	struct ps_buf text = { .secret = true };
	struct ps_step_io io = { .in = in.p, .in_end = in.p + in.n, .last = true };
	ps_code code = ps_buf_reserve(&text, in.n + 32, err);

	if (code == PS_OK) {
		io.out = text.p;
		io.out_end = text.p + in.n + 32;
		if (c->step.ops->run(&c->step, &io, NULL) != PS_OK || !io.done ||
		    !plausible(text.p, io.out - text.p))
			code = loader_wrong(l, err);
		else
			code = ps_buf_add(out,
			    (ps_slice){ text.p, (size_t)(io.out - text.p) }, err);
		text.n = in.n + 32;	/* all of it is wiped */
	}
	ps_buf_clear(&text);
	return code;
}

/* RFC 8018, 6.2. */
static ps_code
decrypt_pbes2(struct loader *l, const struct pbe *pbe, ps_slice pass, ps_slice in,
    struct ps_buf *out, ps_err *err)
{
	uint8_t key[32];
	ps_slice k = { key, pbe->row->bits / 8 };
	struct ps_cipher *c = NULL;
	ps_code code;

	code = pbe->is_scrypt ? kdf_scrypt(&pbe->scrypt, pass, key, k.n, err) :
	    kdf_pbkdf2(ps_alg_get(pbe->pbkdf2.prf->digest), pass, pbe->pbkdf2.salt,
	    pbe->pbkdf2.rounds, key, k.n, err);
	if (code == PS_OK)
		code = ps_cipher_new_decrypt(&c, &pbe->cipher, k, err);
	if (code == PS_OK)
		code = run_cipher(l, c, in, out, err);
	ps_cipher_free(c);
	ps_wipe(key, sizeof key);
	return code;
}

ps_code
pbe_decrypt(struct loader *l, const struct pbe *pbe, ps_slice pass, ps_slice in,
    struct ps_buf *out, ps_err *err)
{
	const uint8_t *p = pbe->algid.whole.p;
	X509_ALGOR *alg;
	ps_code code;

	if (pbe->row != NULL)
		return decrypt_pbes2(l, pbe, pass, in, out, err);
	code = pbe->legacy ? open_legacy(l, pbe, err) : PS_OK;
	if (code != PS_OK)
		return code;
	if (in.n > INT_MAX || pass.n > INT_MAX)
		return ps_nomem(err, "crypto.key-file");
	alg = d2i_X509_ALGOR(NULL, &p, (long)pbe->algid.whole.n);
	if (alg == NULL)
		return unknown(l, &pbe->algid, err);
	code = crypt_with(l, alg, pbe, pass, in, out, err);
	X509_ALGOR_free(alg);
	return code;
}

/* RFC 5958, 3: EncryptedPrivateKeyInfo. */
ps_code
encrypted_key_parse(struct loader *l, ps_slice der, struct pbe *out, ps_slice *out_octets,
    ps_err *err)
{
	struct der_state state;
	struct der in, seq;
	struct ps_algid a;
	ps_slice octets;
	ps_code code;

	der_init(&in, &state, der, 0, false, "EncryptedPrivateKeyInfo");
	seq = der_enter(&in, DER_SEQUENCE, "EncryptedPrivateKeyInfo");
	a = ps_algid_parse(&seq, DER_SEQUENCE, "encryptionAlgorithm");
	octets = der_octets(&seq, "encryptedData");
	der_leave(&seq);
	code = der_finish(&in, "crypto.key-file", err);
	if (code == PS_OK)
		code = pbe_parse(l, out, &a, err);
	if (code == PS_OK)
		*out_octets = octets;
	return code;
}

/* Decrypts with the passphrase that was given for another key of this file,
 * and asks only if that is none or does not fit. */
static ps_code
decrypt_asking(struct loader *l, const struct pbe *pbe, ps_slice in, struct ps_buf *out,
    ps_err *err)
{
	ps_code code = PS_E_PASSPHRASE;

	if (l->asked)
		code = pbe_decrypt(l, pbe, ps_secret_get(l->passphrase), in, out, NULL);
	if (code != PS_E_PASSPHRASE)
		return code == PS_OK ? PS_OK :
		    pbe_decrypt(l, pbe, ps_secret_get(l->passphrase), in, out, err);
	code = loader_ask(l, err);
	return code == PS_OK ?
	    pbe_decrypt(l, pbe, ps_secret_get(l->passphrase), in, out, err) : code;
}

ps_code
loader_add_encrypted(struct loader *l, ps_slice der, ps_err *err)
{
	struct ps_buf key = { .secret = true };
	struct pbe pbe = { 0 };
	ps_slice octets;
	ps_code code = encrypted_key_parse(l, der, &pbe, &octets, err);

	/* Missing legacy ciphers are told before anybody types a passphrase. */
	if (code == PS_OK && pbe.legacy)
		code = open_legacy(l, &pbe, err);
	if (code == PS_OK)
		code = decrypt_asking(l, &pbe, octets, &key, err);
	if (code == PS_OK)
		code = loader_add_key(l, ps_buf_get(&key), err);
	ps_buf_clear(&key);
	return code;
}
