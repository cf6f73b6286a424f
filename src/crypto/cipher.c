/* SPDX-License-Identifier: ISC */
/*
 * Content ciphers as steps.
 *
 * OpenSSL gets whole windows, since a call a block costs more than the block.
 * CBC's padding is ours: OpenSSL's check stops at the first wrong octet, and
 * ours looks at all of them before it answers (RFC 5652, 6.3). So the last
 * block of plaintext is always held back until it is known not to be the last.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>

#include "base/buf.h"
#include "crypto/ccm.h"
#include "crypto/cipher.h"
#include "crypto/internal.h"

enum { BLOCK = 16, NONCE_MAX = 64, TAG_MIN = 12, TAG_MAX = 16, UPDATE_MAX = 1 << 30 };
#define NO_LENGTH UINT64_MAX

struct ps_cipher_state {
	EVP_CIPHER	*evp;
	EVP_CIPHER_CTX	*ctx;
	struct ccm	*ccm;		/* does the work instead, else NULL */
	uint64_t	 length;	/* CCM: of the content, or NO_LENGTH */
	struct legacy	 legacy;
	bool		 encrypt;
	bool		 broken;	/* restarting failed */
	bool		 done;
	uint8_t		 key[32];
	size_t		 nkey;
	uint8_t		 iv[NONCE_MAX];
	size_t		 niv;
	size_t		 ntag;		/* as the parameters say */
	const struct ps_alg *derive;	/* of an encryption: how the key was made */
	uint8_t		 tag[TAG_MAX];	/* made by encryption */
	struct ps_buf	 aad;
	/* CBC: input short of a block; plaintext that may be padding; output
	 * that did not fit. */
	uint8_t		 part[BLOCK], held[BLOCK], pend[BLOCK];
	size_t		 npart, npend, atpend;
	bool		 holding;
};

static struct ps_cipher_state *
state_of(struct ps_step *step)
{
	return ((struct ps_cipher *)step)->state;
}

static bool
start_aead(struct ps_cipher_state *s)
{
	int n;

	if (EVP_CIPHER_CTX_ctrl(s->ctx, EVP_CTRL_AEAD_SET_IVLEN, (int)s->niv, NULL) != 1 ||
	    EVP_CipherInit_ex2(s->ctx, NULL, s->key, s->iv, s->encrypt, NULL) != 1)
		return false;
	return s->aad.n == 0 || (s->aad.n <= INT_MAX &&
	    EVP_CipherUpdate(s->ctx, NULL, &n, s->aad.p, (int)s->aad.n) == 1);
}

static bool
start_ccm(struct ps_cipher_state *s)
{
	struct ccm_start how = { .key = { s->key, s->nkey }, .nonce = { s->iv, s->niv },
	    .aad = ps_buf_get(&s->aad), .tag = s->ntag, .length = s->length };

	/* Without a length only the plaintext's octets would be wrong, which
	 * ps_cipher_verify tells. */
	if (s->length == NO_LENGTH)
		how.length = 0;
	return ccm_start(s->ccm, &how);
}

static bool
start(const struct ps_alg *alg, struct ps_cipher_state *s)
{
	s->npart = s->npend = s->atpend = 0;
	s->holding = s->done = false;
	if (s->ccm != NULL)
		return start_ccm(s);
	if (EVP_CipherInit_ex2(s->ctx, s->evp, NULL, NULL, s->encrypt, NULL) != 1)
		return false;
	if (alg->aead)
		return start_aead(s);
	if (alg->form == PS_FORM_CAST5 &&
	    EVP_CIPHER_CTX_set_key_length(s->ctx, (int)s->nkey) != 1)
		return false;
	return EVP_CipherInit_ex2(s->ctx, NULL, s->key, s->iv, s->encrypt, NULL) == 1 &&
	    EVP_CIPHER_CTX_set_padding(s->ctx, 0) == 1;
}

static void
restart(struct ps_step *step)
{
	struct ps_cipher *c = (struct ps_cipher *)step;

	ERR_set_mark();
	c->state->broken = !start(c->alg, c->state);
	ERR_pop_to_mark();
}

static ps_code
update(struct ps_cipher_state *s, const uint8_t *in, size_t n, uint8_t *out, ps_err *err)
{
	ps_code code = PS_OK;
	int put = 0;

	ERR_set_mark();
	if (s->broken || !(s->ccm != NULL ? ccm_update(s->ccm, in, n, out) :
	    EVP_CipherUpdate(s->ctx, out, &put, in, (int)n) == 1 && (size_t)put == n))
		code = crypto_fail(err, "crypto.cipher", "EVP_CipherUpdate");
	ERR_pop_to_mark();
	return code;
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* --- AEAD --- */

static ps_code
finish_aead(struct ps_cipher_state *s, ps_err *err)
{
	uint8_t none[BLOCK];
	ps_code code = PS_OK;
	int n = 0;

	if (s->done || !s->encrypt)
		return PS_OK;
	ERR_set_mark();
	if (s->broken || EVP_CipherFinal_ex(s->ctx, none, &n) != 1 ||
	    EVP_CIPHER_CTX_ctrl(s->ctx, EVP_CTRL_AEAD_GET_TAG, (int)s->ntag, s->tag) != 1)
		code = crypto_fail(err, "crypto.cipher", "EVP_CipherFinal");
	ERR_pop_to_mark();
	return code;
}

static ps_code
aead_run(struct ps_step *step, struct ps_step_io *io, ps_err *err)
{
	struct ps_cipher_state *s = state_of(step);
	size_t n;
	ps_code code;

	while ((n = least((size_t)(io->in_end - io->in), (size_t)(io->out_end - io->out))) != 0) {
		n = least(n, UPDATE_MAX);
		code = update(s, io->in, n, io->out, err);
		if (code != PS_OK)
			return code;
		io->in += n;
		io->out += n;
	}
	if (!io->last || io->in != io->in_end)
		return PS_OK;
	code = finish_aead(s, err);
	if (code == PS_OK)
		io->done = s->done = true;
	return code;
}

/* --- CBC --- */

/* Puts what did not fit before; false when it still does not. */
static bool
drain(struct ps_cipher_state *s, struct ps_step_io *io)
{
	size_t n = least(s->npend - s->atpend, (size_t)(io->out_end - io->out));

	if (n != 0)
		memcpy(io->out, s->pend + s->atpend, n);
	io->out += n;
	s->atpend += n;
	return s->atpend == s->npend;
}

static void
pend(struct ps_cipher_state *s, const uint8_t *p, size_t n)
{
	memcpy(s->pend, p, n);
	s->npend = n;
	s->atpend = 0;
}

/* One block through the small buffers: for windows smaller than a block. */
static ps_code
one_block(struct ps_cipher_state *s, const uint8_t *in, size_t block, ps_err *err)
{
	uint8_t text[BLOCK];
	ps_code code = update(s, in, block, text, err);

	if (code != PS_OK)
		return code;
	if (s->encrypt)
		pend(s, text, block);
	else {
		if (s->holding)
			pend(s, s->held, block);
		memcpy(s->held, text, block);
		s->holding = true;
	}
	ps_wipe(text, sizeof text);
	return PS_OK;
}

/* `m` blocks that fit the output; decryption puts the block held and all but
 * the last of these. */
static ps_code
many_blocks(struct ps_cipher_state *s, struct ps_step_io *io, size_t m, size_t block, ps_err *err)
{
	size_t bulk = (s->encrypt ? m : m - 1) * block;
	size_t skip = s->holding ? block : 0;
	uint8_t *out = io->out + skip;
	ps_code code = PS_OK;

	if (s->holding)
		memcpy(io->out, s->held, block);
	if (bulk != 0)
		code = update(s, io->in, bulk, out, err);
	if (code == PS_OK && !s->encrypt) {
		code = update(s, io->in + bulk, block, s->held, err);
		s->holding = true;
	}
	if (code != PS_OK)
		return code;
	io->in += m * block;
	io->out = out + bulk;
	return PS_OK;
}

static ps_code
some_blocks(struct ps_cipher_state *s, struct ps_step_io *io, size_t block, ps_err *err)
{
	size_t n = least((size_t)(io->in_end - io->in), (size_t)(io->out_end - io->out));
	size_t m = least(n, UPDATE_MAX) / block;
	ps_code code;

	if (s->npart == 0 && m != 0)
		return many_blocks(s, io, m, block, err);
	n = least(block - s->npart, (size_t)(io->in_end - io->in));
	memcpy(s->part + s->npart, io->in, n);
	io->in += n;
	s->npart += n;
	if (s->npart < block)
		return PS_OK;
	code = one_block(s, s->part, block, err);
	s->npart = 0;
	return code;
}

/* RFC 5652, 6.3: k - (lth mod k) octets of that value, all looked at before
 * anything is decided. */
static ps_code
unpad(struct ps_cipher_state *s, size_t block, ps_err *err)
{
	unsigned count = s->held[block - 1], bad = 0;

	for (unsigned i = 0; i < block; i++) {
		unsigned inside = 0u - ((i - count) >> 31);	/* i < count */

		bad |= inside & (unsigned)(s->held[block - 1 - i] ^ count);
	}
	bad |= (count - 1) >> 31;			/* count == 0 */
	bad |= ((unsigned)block - count) >> 31;		/* count > block */
	if (bad != 0)
		return crypto_decrypt_fail(err);
	pend(s, s->held, block - count);
	return PS_OK;
}

static ps_code
finish_cbc(struct ps_cipher_state *s, size_t block, ps_err *err)
{
	if (s->encrypt) {
		memset(s->part + s->npart, (int)(block - s->npart), block - s->npart);
		return one_block(s, s->part, block, err);
	}
	if (s->npart != 0 || !s->holding)
		return crypto_decrypt_fail(err);
	return unpad(s, block, err);
}

static ps_code
cbc_run(struct ps_step *step, struct ps_step_io *io, ps_err *err)
{
	struct ps_cipher_state *s = state_of(step);
	size_t block = ((struct ps_cipher *)step)->alg->block;
	ps_code code;

	while (drain(s, io) && io->in != io->in_end && io->out != io->out_end) {
		code = some_blocks(s, io, block, err);
		if (code != PS_OK)
			return code;
	}
	if (!io->last || io->in != io->in_end || s->atpend != s->npend)
		return PS_OK;
	if (!s->done) {
		code = finish_cbc(s, block, err);
		if (code != PS_OK)
			return code;
		s->done = true;
	}
	io->done = drain(s, io);
	return PS_OK;
}

static const struct ps_step_ops aead_ops = { restart, aead_run };
static const struct ps_step_ops cbc_ops = { restart, cbc_run };

/* --- making one --- */

void
ps_cipher_free(struct ps_cipher *c)
{
	if (c == NULL)
		return;
	if (c->state != NULL) {
		EVP_CIPHER_CTX_free(c->state->ctx);
		EVP_CIPHER_free(c->state->evp);
		ccm_free(c->state->ccm);
		legacy_close(&c->state->legacy);
		ps_buf_clear(&c->state->aad);
		ps_wipe(c->state, sizeof *c->state);
		free(c->state);
	}
	free(c);
}

static struct ps_cipher *
cipher_alloc(const struct ps_alg *alg, bool encrypt)
{
	struct ps_cipher *c = calloc(1, sizeof *c);

	if (c == NULL)
		return NULL;
	c->alg = alg;
	c->step.ops = alg->aead ? &aead_ops : &cbc_ops;
	c->state = calloc(1, sizeof *c->state);
	if (c->state == NULL) {
		free(c);
		return NULL;
	}
	c->state->encrypt = encrypt;
	c->state->length = NO_LENGTH;
	c->state->niv = alg->iv;
	c->state->ntag = alg->tag;
	return c;
}

/* The machinery of the cipher's mode. */
static ps_code
open_mode(struct ps_cipher *c, ps_err *err)
{
	struct ps_cipher_state *s = c->state;
	ps_code code;

	if (c->alg->form == PS_FORM_CCM) {
		s->ccm = ccm_new(c->alg);
		return s->ccm != NULL ? PS_OK : ps_nomem(err, "crypto.cipher");
	}
	code = legacy_fetch(&s->legacy, c->alg, &s->evp, err);
	if (code != PS_OK)
		return code;
	s->ctx = EVP_CIPHER_CTX_new();
	return s->ctx != NULL ? PS_OK : ps_nomem(err, "crypto.cipher");
}

static ps_code
prepare(struct ps_cipher *c, ps_slice key, ps_err *err)
{
	struct ps_cipher_state *s = c->state;
	ps_code code;

	memcpy(s->key, key.p, key.n);
	s->nkey = key.n;
	ERR_set_mark();
	code = open_mode(c, err);
	if (code == PS_OK && !start(c->alg, s))
		code = crypto_fail(err, "crypto.cipher", "EVP_CipherInit");
	ERR_pop_to_mark();
	return code;
}

static ps_code
prepare_derived(struct ps_cipher *c, const struct ps_cipher_spec *spec, ps_slice cek, ps_err *err)
{
	uint8_t key[sizeof c->state->key];
	ps_code code = cipher_derive(spec, cek, key, err);

	if (code == PS_OK)
		code = prepare(c, (ps_slice){ key, cek.n }, err);
	ps_wipe(key, sizeof key);
	return code;
}

ps_code
ps_cipher_new_decrypt(struct ps_cipher **out, const struct ps_algid *algid, ps_slice key,
    ps_err *err)
{
	struct ps_cipher_spec spec;
	struct ps_cipher *c;
	ps_code code = ps_cipher_parse(&spec, algid, err);

	if (code != PS_OK)
		return code;
	if (key.n != spec.key_size)
		return crypto_decrypt_fail(err);
	c = cipher_alloc(spec.alg, false);
	if (c == NULL)
		return ps_nomem(err, "crypto.cipher");
	memcpy(c->state->iv, spec.iv, spec.niv);
	c->state->niv = spec.niv;
	c->state->ntag = spec.ntag;
	code = spec.derive != NULL ? prepare_derived(c, &spec, key, err) : prepare(c, key, err);
	if (code != PS_OK) {
		ps_cipher_free(c);
		return code;
	}
	*out = c;
	return PS_OK;
}

static ps_code
check_encrypt(const struct ps_alg *alg, size_t nkey, ps_err *err)
{
	/* Old ciphers are there for old mail: nothing new is written with them.
	 * CCM would want the length of a mail before its first octet. */
	if (alg->kind != PS_ALG_CIPHER || alg->id == PS_DES3_CBC || alg->legacy ||
	    alg->form == PS_FORM_CCM)
		return ps_fail(err, PS_E_REFUSED, "crypto.cipher", PS_NOWHERE,
		    W_CRYPTO_CIPHER_READ_ONLY, PS_TEXT("algorithm", alg->label));
	if (nkey != alg->bits / 8)
		return ps_fail(err, PS_E_MISUSE, "crypto.cipher", PS_NOWHERE,
		    W_CRYPTO_CIPHER_KEY, PS_TEXT("algorithm", alg->label),
		    PS_NUMBER("want", alg->bits / 8), PS_NUMBER("found", nkey));
	return PS_OK;
}

static void
build_plain_algid(const struct ps_cipher *c, struct derw *w, uint32_t tag)
{
	const struct ps_cipher_state *s = c->state;
	ps_slice iv = { s->iv, s->niv };

	derw_begin(w, tag);
	derw_oid(w, c->alg->oid);
	if (c->alg->form == PS_FORM_GCM) {
		derw_begin(w, DER_SEQUENCE);
		derw_octets(w, iv);
		if (s->ntag != TAG_MIN)	/* DER leaves a default out */
			derw_u64(w, s->ntag);
		derw_end(w);
	} else
		derw_octets(w, iv);
	derw_end(w);
}

/* RFC 9709, 3: the key is bound to the identifier that goes inside. */
static ps_code
prepare_bound(struct ps_cipher *c, ps_slice cek, ps_err *err)
{
	struct ps_cipher_spec spec = { .derive = c->state->derive };
	struct ps_buf inner = { 0 };
	struct derw w;
	ps_code code;

	derw_init(&w, &inner);
	build_plain_algid(c, &w, DER_SEQUENCE);
	if ((code = derw_finish(&w, err)) == PS_OK) {
		spec.inner = ps_buf_get(&inner);
		code = prepare_derived(c, &spec, cek, err);
	}
	ps_buf_clear(&inner);
	return code;
}

ps_code
ps_cipher_new_encrypt(struct ps_cipher **out, const struct ps_alg *alg,
    const struct ps_alg *derive, ps_slice key, ps_err *err)
{
	struct ps_cipher *c;
	ps_code code = check_encrypt(alg, key.n, err);

	if (code != PS_OK)
		return code;
	c = cipher_alloc(alg, true);
	if (c == NULL)
		return ps_nomem(err, "crypto.cipher");
	c->state->derive = derive;
	code = ps_random(c->state->iv, c->state->niv, err);
	if (code == PS_OK)
		code = derive != NULL ? prepare_bound(c, key, err) : prepare(c, key, err);
	if (code != PS_OK) {
		ps_cipher_free(c);
		return code;
	}
	*out = c;
	return PS_OK;
}

void
ps_cipher_build_algid(const struct ps_cipher *c, struct derw *w, uint32_t tag)
{
	if (c->state->derive == NULL) {
		build_plain_algid(c, w, tag);
		return;
	}
	derw_begin(w, tag);
	derw_oid(w, c->state->derive->oid);
	build_plain_algid(c, w, DER_SEQUENCE);
	derw_end(w);
}

/* --- lengths and tags --- */

bool
ps_cipher_wants_length(const struct ps_alg *alg)
{
	return alg->form == PS_FORM_CCM;
}

ps_code
ps_cipher_set_length(struct ps_cipher *c, uint64_t n, ps_err *err)
{
	if (!ps_cipher_wants_length(c->alg))
		return PS_OK;
	c->state->length = n;
	restart(&c->step);
	/* RFC 3610, 2.1: 15 - L octets of nonce leave L for the length. */
	if (c->state->broken)
		return ps_fail(err, PS_E_MALFORMED, "crypto.cipher", PS_NOWHERE,
		    W_CRYPTO_CIPHER_LONG, PS_TEXT("algorithm", c->alg->label),
		    PS_NUMBER("nonce", c->state->niv), PS_NUMBER("found", n));
	return PS_OK;
}

ps_code
ps_cipher_set_aad(struct ps_cipher *c, ps_slice aad, ps_err *err)
{
	struct ps_buf copy = { 0 };
	ps_code code = ps_buf_add(&copy, aad, err);

	if (code != PS_OK)
		return code;
	ps_buf_clear(&c->state->aad);
	c->state->aad = copy;
	restart(&c->step);
	if (c->state->broken)
		return crypto_fail(err, "crypto.cipher", "EVP_CipherInit");
	return PS_OK;
}

static ps_code
check_done(const struct ps_cipher *c, ps_err *err)
{
	if (!c->alg->aead)
		return ps_fail(err, PS_E_MISUSE, "crypto.cipher", PS_NOWHERE,
		    W_CRYPTO_CIPHER_NO_TAG, PS_TEXT("algorithm", c->alg->label));
	if (!c->state->done)
		return ps_fail(err, PS_E_MISUSE, "crypto.cipher", PS_NOWHERE,
		    W_CRYPTO_CIPHER_UNDONE);
	return PS_OK;
}

ps_code
ps_cipher_tag(struct ps_cipher *c, uint8_t *out, size_t *out_n, ps_err *err)
{
	ps_code code = check_done(c, err);

	if (code != PS_OK)
		return code;
	memcpy(out, c->state->tag, c->state->ntag);
	*out_n = c->state->ntag;
	return PS_OK;
}

static bool
verify_ccm(struct ps_cipher_state *s, ps_slice mac)
{
	uint8_t tag[TAG_MAX];
	bool good = s->length != NO_LENGTH && ccm_tag(s->ccm, tag) &&
	    ps_equal_secret(mac, (ps_slice){ tag, mac.n });

	ps_wipe(tag, sizeof tag);
	return good;
}

static bool
verify_evp(struct ps_cipher_state *s, ps_slice mac)
{
	uint8_t tag[TAG_MAX], none[BLOCK];
	int n = 0;

	memcpy(tag, mac.p, mac.n);
	return EVP_CIPHER_CTX_ctrl(s->ctx, EVP_CTRL_AEAD_SET_TAG, (int)mac.n, tag) == 1 &&
	    EVP_CipherFinal_ex(s->ctx, none, &n) == 1;
}

ps_code
ps_cipher_verify(struct ps_cipher *c, ps_slice mac, ps_err *err)
{
	struct ps_cipher_state *s = c->state;
	ps_code code = check_done(c, err);
	bool good;

	if (code != PS_OK)
		return code;
	/* RFC 5083, 2.2 with RFC 5084, 3.2: as long as the parameters say;
	 * a shorter one is a cheaper forgery. */
	if (mac.n != s->ntag || mac.n < TAG_MIN)
		return crypto_decrypt_fail(err);
	ERR_set_mark();
	good = !s->broken && (s->ccm != NULL ? verify_ccm(s, mac) : verify_evp(s, mac));
	ERR_pop_to_mark();
	return good ? PS_OK : crypto_decrypt_fail(err);
}

uint64_t
ps_cipher_length(const struct ps_alg *alg, uint64_t n)
{
	return alg->aead ? n : n - n % alg->block + alg->block;
}
