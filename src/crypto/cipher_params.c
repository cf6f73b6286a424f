/* SPDX-License-Identifier: ISC */
/*
 * What a contentEncryptionAlgorithm says: the cipher, the length of its key,
 * nonce and tag. One identifier can stand for several ciphers (RC2), and the
 * parameters of one can be another algorithm (RFC 9709), so nobody above asks
 * the table by the identifier alone.
 */
#include <string.h>

#include "base/text.h"
#include "crypto/cipher.h"
#include "crypto/internal.h"

enum {
	NONCE_MAX = 64, CCM_NONCE_MIN = 7, CCM_NONCE_MAX = 13,
	TAG_MIN = 12, TAG_MAX = 16,
	CAST5_BITS_MIN = 40, CAST5_BITS_MAX = 128,
};

/* The fields of any form, before they are judged. */
struct fields {
	ps_slice	 iv;
	uint64_t	 number;	/* ICVlen, rc2ParameterVersion or keyLength */
};

/* RFC 5084, 3.1 and 3.2: a nonce, and aes-ICVlen DEFAULT 12. */
static void
read_aead(struct der *in, struct fields *f)
{
	struct der seq = der_enter(in, DER_SEQUENCE, "parameters");

	f->iv = der_octets(&seq, "aes-nonce");
	f->number = TAG_MIN;
	if (der_more(&seq))
		f->number = der_u64(&seq, "aes-ICVlen");
	der_leave(&seq);
}

/* RFC 3370, 5.2. */
static void
read_rc2(struct der *in, struct fields *f)
{
	struct der seq = der_enter(in, DER_SEQUENCE, "RC2CBCParameter");

	f->number = der_u64(&seq, "rc2ParameterVersion");
	f->iv = der_octets(&seq, "iv");
	der_leave(&seq);
}

/* RFC 2984, 2.1: iv DEFAULT 0. OpenSSL 3 writes the IV alone, to a whole key. */
static void
read_cast5(struct der *in, struct fields *f)
{
	static const uint8_t zero[8];
	struct der seq;

	f->number = CAST5_BITS_MAX;
	if (der_next_tag(in) == DER_OCTETS) {
		f->iv = der_octets(in, "iv");
		return;
	}
	seq = der_enter(in, DER_SEQUENCE, "Parameters");
	f->iv = (ps_slice){ zero, sizeof zero };
	if (der_next_tag(&seq) == DER_OCTETS)
		f->iv = der_octets(&seq, "iv");
	f->number = der_u64(&seq, "keyLength");
	der_leave(&seq);
}

static ps_code
read_fields(const struct ps_alg *alg, ps_slice params, struct fields *f, ps_err *err)
{
	struct der_state state;
	struct der in;

	der_init(&in, &state, params, 0, false, "parameters");
	switch (alg->form) {
	case PS_FORM_IV:
		f->iv = der_octets(&in, "iv");
		break;
	case PS_FORM_GCM:
	case PS_FORM_CCM:
		read_aead(&in, f);
		break;
	case PS_FORM_RC2:
		read_rc2(&in, f);
		break;
	case PS_FORM_CAST5:
		read_cast5(&in, f);
		break;
	}
	return der_finish(&in, "crypto.cipher", err);
}

static ps_code
check_nonce(const struct ps_alg *alg, size_t n, ps_err *err)
{
	size_t least = alg->form == PS_FORM_CCM ? CCM_NONCE_MIN : 1;
	size_t most = alg->form == PS_FORM_CCM ? CCM_NONCE_MAX : NONCE_MAX;

	if (n >= least && n <= most)
		return PS_OK;
	return ps_fail(err, PS_E_MALFORMED, "crypto.cipher", PS_NOWHERE, W_CRYPTO_CIPHER_NONCE,
	    PS_TEXT("algorithm", alg->label), PS_NUMBER("found", n),
	    PS_NUMBER("least", least), PS_NUMBER("most", most));
}

/* RFC 5084 lets CCM have shorter tags, of even length: under 12 octets they
 * are too cheap to forge. */
static ps_code
take_tag(struct ps_cipher_spec *s, uint64_t n, ps_err *err)
{
	bool odd = s->alg->form == PS_FORM_CCM && n % 2 != 0;

	if (n < TAG_MIN || n > TAG_MAX || odd)
		return ps_fail(err, PS_E_MALFORMED, "crypto.cipher", PS_NOWHERE,
		    W_CRYPTO_CIPHER_TAG, PS_TEXT("algorithm", s->alg->label),
		    PS_NUMBER("found", n));
	s->ntag = (size_t)n;
	return PS_OK;
}

/* RFC 3370, 5.2: 40, 64 and 128 bits are 160, 120 and 58. */
static ps_code
take_rc2(struct ps_cipher_spec *s, uint64_t version, ps_err *err)
{
	switch (version) {
	case 160:
		s->alg = ps_alg_get(PS_RC2_40_CBC);
		break;
	case 120:
		s->alg = ps_alg_get(PS_RC2_64_CBC);
		break;
	case 58:
		s->alg = ps_alg_get(PS_RC2_128_CBC);
		break;
	default:
		return ps_fail(err, PS_E_UNSUPPORTED, "crypto.cipher", PS_NOWHERE,
		    W_CRYPTO_CIPHER_RC2, PS_NUMBER("found", version));
	}
	s->key_size = s->alg->bits / 8;
	return PS_OK;
}

static ps_code
take_cast5(struct ps_cipher_spec *s, uint64_t bits, ps_err *err)
{
	if (bits < CAST5_BITS_MIN || bits > CAST5_BITS_MAX || bits % 8 != 0)
		return ps_fail(err, PS_E_MALFORMED, "crypto.cipher", PS_NOWHERE,
		    W_CRYPTO_CIPHER_CAST5, PS_NUMBER("found", bits));
	s->key_size = (size_t)bits / 8;
	return PS_OK;
}

static ps_code
take_number(struct ps_cipher_spec *s, uint64_t n, ps_err *err)
{
	switch (s->alg->form) {
	case PS_FORM_GCM:
	case PS_FORM_CCM:
		return take_tag(s, n, err);
	case PS_FORM_RC2:
		return take_rc2(s, n, err);
	case PS_FORM_CAST5:
		return take_cast5(s, n, err);
	case PS_FORM_IV:
		break;
	}
	return PS_OK;
}

static ps_code
take_iv(struct ps_cipher_spec *s, ps_slice iv, ps_err *err)
{
	bool nonce = s->alg->form == PS_FORM_GCM || s->alg->form == PS_FORM_CCM;
	ps_code code = nonce ? check_nonce(s->alg, iv.n, err) : PS_OK;

	if (code != PS_OK)
		return code;
	if (!nonce && iv.n != s->alg->iv)
		return ps_fail(err, PS_E_MALFORMED, "crypto.cipher", PS_NOWHERE,
		    W_CRYPTO_CIPHER_IV, PS_TEXT("algorithm", s->alg->label),
		    PS_NUMBER("want", s->alg->iv), PS_NUMBER("found", iv.n));
	memcpy(s->iv, iv.p, iv.n);
	s->niv = iv.n;
	return PS_OK;
}

static ps_code
parse_plain(struct ps_cipher_spec *s, const struct ps_algid *algid, ps_err *err)
{
	struct fields f = { .number = 0 };
	ps_code code;

	s->alg = ps_alg_by_oid(PS_ALG_CIPHER, algid->oid);
	if (s->alg == NULL)
		return crypto_unknown(err, "crypto.cipher", W_CRYPTO_CIPHER_UNKNOWN,
		    PS_ALG_CIPHER, algid);
	s->key_size = s->alg->bits / 8;
	s->ntag = s->alg->tag;
	code = read_fields(s->alg, algid->params, &f, err);
	if (code == PS_OK)
		code = take_number(s, f.number, err);
	return code == PS_OK ? take_iv(s, f.iv, err) : code;
}

ps_code
ps_cipher_parse(struct ps_cipher_spec *out, const struct ps_algid *algid, ps_err *err)
{
	struct ps_cipher_spec s = { .derive = ps_alg_by_oid(PS_ALG_CEK_KDF, algid->oid) };
	struct ps_algid inner = *algid;
	struct der_state state;
	struct der in;
	ps_code code = PS_OK;

	/* RFC 9709, 2: the parameters are the identifier of the cipher. */
	if (s.derive != NULL) {
		der_init(&in, &state, algid->params, 0, false, "CEK-HKDF");
		inner = ps_algid_parse(&in, DER_SEQUENCE, "ContentEncryptionAlgorithm");
		s.inner = inner.whole;
		code = der_finish(&in, "crypto.cipher", err);
	}
	if (code == PS_OK)
		code = parse_plain(&s, &inner, err);
	if (code == PS_OK)
		*out = s;
	return code;
}

/* RFC 9709, 3: HKDF with a fixed salt, bound to the inner identifier's octets. */
ps_code
cipher_derive(const struct ps_cipher_spec *s, ps_slice cek, uint8_t *out, ps_err *err)
{
	static const char salt[] = "The Cryptographic Message Syntax";

	return kdf_hkdf(ps_alg_get(s->derive->digest), cek,
	    (ps_slice){ (const uint8_t *)salt, sizeof salt - 1 }, s->inner, out, cek.n, err);
}
