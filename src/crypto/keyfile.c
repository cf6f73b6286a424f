/* SPDX-License-Identifier: ISC */
/*
 * Key files.
 *
 * People have whatever their authority or mail program once gave them, so any
 * of the usual forms is taken, told apart by looking. Only we ask for a
 * passphrase, and only when one is needed; OpenSSL never gets to a terminal.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/text.h"
#include "crypto/loader.h"
#include "crypto/token.h"
#include "stream/stream.h"

void
ps_keyfile_clear(struct ps_keyfile *f)
{
	for (size_t i = 0; i < f->nkey; i++)
		ps_key_free(f->key[i]);
	for (size_t i = 0; i < f->ncert; i++)
		ps_buf_clear(&f->cert[i]);
	free(f->key);
	free(f->cert);
	*f = (struct ps_keyfile){ 0 };
}

/* Room for one more in an array that doubles at the powers of two. */
static void *
grow(void *p, size_t n, size_t size)
{
	size_t room = n == 0 ? 4 : n * 2, octets;

	if (n != 0 && (n < 4 || (n & (n - 1)) != 0))
		return p;
	return ps_size_mul(room, size, &octets) ? realloc(p, octets) : NULL;
}

ps_code
loader_add_cert(struct loader *l, ps_slice der, ps_err *err)
{
	struct ps_keyfile *f = &l->file;
	struct ps_buf *p = grow(f->cert, f->ncert, sizeof *p);
	ps_code code;

	if (p == NULL)
		return ps_nomem(err, "crypto.key-file");
	f->cert = p;
	p[f->ncert] = (struct ps_buf){ 0 };
	code = ps_buf_add(&p[f->ncert], der, err);
	if (code == PS_OK)
		f->ncert++;
	return code;
}

/* A PKCS#8 key in pieces (RFC 5958, 2). */
struct one_key {
	struct ps_algid	 algid;
	const struct ps_alg *type;	/* NULL: none that we know */
	ps_slice	 octets;
	ps_slice	 public;	/* with the count of unused bits; n == 0: none */
};

/* False: it is a key of another form. */
static bool
split(struct one_key *out, ps_slice der)
{
	struct der_state state;
	struct der in, seq;
	ps_slice unused;

	*out = (struct one_key){ .type = NULL };
	der_init(&in, &state, der, 0, false, "OneAsymmetricKey");
	seq = der_enter(&in, DER_SEQUENCE, "OneAsymmetricKey");
	der_skip(&seq, "version");
	out->algid = ps_algid_parse(&seq, DER_SEQUENCE, "privateKeyAlgorithm");
	out->octets = der_octets(&seq, "privateKey");
	if (der_failed(&in))
		return false;
	out->type = ps_alg_by_oid(PS_ALG_KEY, out->algid.oid);
	(void)der_optional(&seq, DER_CTX(0), "attributes", &unused);
	(void)der_optional(&seq, DER_CTX_PRIM(1), "publicKey", &out->public);
	return true;
}

/*
 * Writes it in the form that every OpenSSL reads: version 0, without attributes
 * and public key, and a key for OAEP alone as the RSA key that it is.
 */
static ps_code
plain_key(struct ps_buf *out, const struct one_key *k, ps_err *err)
{
	struct derw w;

	derw_init(&w, out);
	derw_begin(&w, DER_SEQUENCE);
	derw_u64(&w, 0);
	if (k->type != NULL && k->type->id == PS_KEY_RSA_OAEP)
		ps_algid_build(&w, ps_alg_get(PS_KEY_RSA));
	else
		derw_raw(&w, k->algid.whole);
	derw_octets(&w, k->octets);
	derw_end(&w);
	return derw_finish(&w, err);
}

/* OpenSSL expands a seed and compares; what it finds is about the octets of the
 * file's owner, who may know. */
static ps_code
bad_key(const struct ps_alg *type, ps_err *err)
{
	if (type != NULL && keyform_chosen(type))
		return ps_fail(err, PS_E_MALFORMED, "crypto.private-key", PS_NOWHERE,
		    W_CRYPTO_KEY_APART, PS_TEXT("algorithm", type->label),
		    PS_TEXT("reason", crypto_reason()));
	return ps_fail(err, PS_E_UNSUPPORTED, "crypto.private-key", PS_NOWHERE,
	    W_CRYPTO_KEY_PRIVATE, PS_TEXT("reason", crypto_reason()));
}

static ps_code
decode_plain(struct ps_key **out, ps_slice der, const struct ps_alg *type, ps_err *err)
{
	const uint8_t *p = der.p;
	EVP_PKEY *pkey;
	ps_code code;

	ERR_set_mark();
	pkey = d2i_AutoPrivateKey_ex(NULL, &p, (long)der.n, NULL, NULL);
	if (pkey == NULL)
		code = bad_key(type, err);
	else
		code = key_new(out, pkey, err);
	ERR_pop_to_mark();
	return code;
}

/* What can be said of a key before its octets are worked with. */
static ps_code
check_one(const struct one_key *k, ps_err *err)
{
	ps_code code = PS_OK;

	if (k->type != NULL)
		code = crypto_offered(k->type, "crypto.private-key", err);
	if (code == PS_OK && k->type != NULL)
		code = keyform_check(k->type, k->octets, err);
	return code;
}

/* RFC 5958, 2: the public key is there "to enable keypair consistency checks"
 * (RFC 9881, 6). An elliptic curve's point has several forms, so only where the
 * octets are all there is they are compared. */
static ps_code
check_halves(const struct one_key *k, const struct ps_key *key, ps_err *err)
{
	ps_slice bits = pubkey_bits(ps_buf_get(&key->spki));

	if (k->public.n == 0 || k->type == NULL || k->type->params != PS_PARAMS_ABSENT ||
	    ps_slice_equal((ps_slice){ k->public.p + 1, k->public.n - 1 }, bits))
		return PS_OK;
	return ps_fail(err, PS_E_MALFORMED, "crypto.private-key", PS_NOWHERE,
	    W_CRYPTO_KEY_HALVES, PS_TEXT("algorithm", k->type->label));
}

static ps_code
decode_one(struct ps_key **out, const struct one_key *one, ps_err *err)
{
	struct ps_buf plain = { .secret = true };
	struct ps_key *key = NULL;
	ps_code code = check_one(one, err);

	if (code == PS_OK)
		code = plain_key(&plain, one, err);
	if (code == PS_OK)
		code = decode_plain(&key, ps_buf_get(&plain), one->type, err);
	if (code == PS_OK)
		code = check_halves(one, key, err);
	ps_buf_clear(&plain);
	if (code == PS_OK)
		*out = key;
	else
		ps_key_free(key);
	return code;
}

static ps_code
decode_key(struct ps_key **out, ps_slice der, ps_err *err)
{
	struct one_key one;

	return split(&one, der) ? decode_one(out, &one, err) : decode_plain(out, der, NULL, err);
}

ps_code
loader_add_key(struct loader *l, ps_slice der, ps_err *err)
{
	struct ps_keyfile *f = &l->file;
	struct ps_key **p = grow(f->key, f->nkey, sizeof(struct ps_key *)), *key = NULL;
	ps_err why = PS_ERR_INIT;
	ps_code code;

	if (p == NULL)
		return ps_nomem(err, "crypto.key-file");
	f->key = p;
	code = decode_key(&key, der, &why);
	if (code == PS_OK)
		p[f->nkey++] = key;
	else if (code == PS_E_NOMEM || code == PS_E_CRYPTO) {
		if (err != NULL)
			*err = why;
		return code;
	} else {
		l->skipped = why;
		l->skipped_code = code;
	}
	return PS_OK;
}

/* What was wrapped for the whole file counts as encrypted. */
ps_code
loader_plain_key(struct loader *l, ps_slice der, ps_err *err)
{
	if (l->file.weak == NULL && !l->inside)
		l->file.weak = "no encryption";
	return loader_add_key(l, der, err);
}

ps_code
loader_ask(struct loader *l, ps_err *err)
{
	char what[512];

	if (l->ask == NULL)
		return ps_fail(err, PS_E_PASSPHRASE, "crypto.key-file", PS_NOWHERE,
		    W_CRYPTO_FILE_NO_PASSPHRASE, PS_TEXT("file", l->name));
	if (l->passphrase == NULL)
		l->passphrase = ps_secret_new();
	if (l->passphrase == NULL)
		return ps_nomem(err, "crypto.key-file");
	(void)ps_words(what, sizeof what, W_CRYPTO_FILE_ASK, PS_TEXT("file", l->name));
	l->asked = true;
	return l->ask(l->arg, what, l->passphrase, err);
}

ps_code
loader_wrong(struct loader *l, ps_err *err)
{
	return ps_fail(err, PS_E_PASSPHRASE, "crypto.key-file", PS_NOWHERE,
	    W_CRYPTO_FILE_PASSPHRASE, PS_TEXT("file", l->name));
}

static ps_code
load(struct loader *l, ps_slice data, ps_err *err)
{
	ps_code code = pem_looks_like(data) ? loader_add_pem(l, data, err) :
	    loader_add_der(l, data, err);

	if (code != PS_OK || l->file.nkey != 0)
		return code;
	if (l->skipped_code != PS_OK) {
		if (err != NULL)
			*err = l->skipped;
		return ps_because(err, l->skipped_code, "crypto.key-file", PS_NOWHERE,
		    W_CRYPTO_FILE_READ, PS_TEXT("file", l->name));
	}
	if (l->file.ncert == 0)
		return ps_fail(err, PS_E_NOT_FOUND, "crypto.key-file", PS_NOWHERE,
		    W_CRYPTO_FILE_EMPTY, PS_TEXT("file", l->name));
	return PS_OK;
}

ps_code
ps_keyfile_parse(struct ps_keyfile *out, ps_slice data, const char *name, ps_ask_fn ask,
    void *arg, const struct ps_limits *limits, ps_err *err)
{
	struct loader l = { .name = name, .ask = ask, .arg = arg, .limits = limits };
	ps_code code;

	ERR_set_mark();
	code = load(&l, data, err);
	pbe_close(&l);
	ERR_pop_to_mark();
	ps_secret_free(l.passphrase);
	if (code != PS_OK) {
		ps_keyfile_clear(&l.file);
		return code;
	}
	*out = l.file;
	return PS_OK;
}

/* The last part of a path: what people call the file. */
static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL && slash[1] != '\0' ? slash + 1 : path;
}

ps_code
ps_keyfile_load(struct ps_keyfile *out, const char *path, ps_ask_fn ask, void *arg,
    const struct ps_limits *limits, ps_err *err)
{
	struct ps_buf data = { .max = (size_t)limits->oneshot, .secret = true };
	ps_reader *r = NULL;
	ps_code code;

	if (token_is_uri(path))
		return token_load(out, path, ask, arg, err);
	code = ps_reader_open_file(&r, path, err);
	if (code == PS_OK)
		code = ps_reader_all(r, &data, err);
	if (code != PS_OK)
		(void)ps_because(err, code, "crypto.key-file", PS_NOWHERE,
		    W_CRYPTO_FILE_READ, PS_TEXT("file", path));
	else
		code = ps_keyfile_parse(out, ps_buf_get(&data), base_name(path), ask, arg,
		    limits, err);
	ps_reader_close(r);
	ps_buf_clear(&data);
	return code;
}
