/* SPDX-License-Identifier: ISC */
/*
 * The public face of key files, key making and requests.
 *
 * Which certificate belongs to which key is found here, by the public key:
 * files name it in ways of their own, and often not at all.
 */
#include <postseal/keys.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ctx.h"
#include "base/text.h"
#include "crypto/keymake.h"
#include "stream/stream.h"
#include "x509/request.h"
#include "x509/words.h"

struct ps_keys {
	struct ps_key	**key;
	size_t		 nkey;
	ps_cert		**cert;
	size_t		 ncert;
	const char	*weak;
	ps_private_form	 form;
};

void
ps_keys_free(ps_keys *k)
{
	if (k == NULL)
		return;
	for (size_t i = 0; i < k->nkey; i++)
		ps_key_free(k->key[i]);
	for (size_t i = 0; i < k->ncert; i++)
		ps_cert_free(k->cert[i]);
	free(k->key);
	free(k->cert);
	free(k);
}

ps_code
ps_keys_new(ps_keys **out, ps_err *err)
{
	ps_keys *k = calloc(1, sizeof *k);

	if (k == NULL)
		return ps_nomem(err, "x509.keys");
	*out = k;
	return PS_OK;
}

static ps_code
add_key(ps_keys *k, struct ps_key *ref, ps_err *err)
{
	struct ps_key **grown = reallocarray(k->key, k->nkey + 1, sizeof *grown);

	if (grown == NULL) {
		ps_key_free(ref);
		return ps_nomem(err, "x509.keys");
	}
	k->key = grown;
	k->key[k->nkey++] = ref;
	return PS_OK;
}

ps_code
ps_keys_add_cert(ps_keys *k, ps_cert *c, ps_err *err)
{
	ps_cert **grown;

	if (k == NULL)
		return PS_E_NOMEM;
	grown = reallocarray(k->cert, k->ncert + 1, sizeof *grown);
	if (grown == NULL)
		return ps_nomem(err, "x509.keys");
	k->cert = grown;
	k->cert[k->ncert++] = ps_cert_ref(c);
	return PS_OK;
}

ps_code
ps_keys_join(ps_keys *k, const ps_keys *from, ps_err *err)
{
	ps_code code = PS_OK;

	if (k == NULL || from == NULL)
		return PS_E_NOMEM;
	for (size_t i = 0; i < from->nkey && code == PS_OK; i++)
		code = add_key(k, ps_key_ref(from->key[i]), err);
	for (size_t i = 0; i < from->ncert && code == PS_OK; i++)
		if (!ps_cert_is_in(k->cert, k->ncert, from->cert[i]))
			code = ps_keys_add_cert(k, from->cert[i], err);
	return code;
}

ps_code
ps_keys_set_private_form(ps_keys *k, ps_private_form form, ps_err *err)
{
	if (k == NULL)
		return PS_E_NOMEM;
	if (form > PS_PRIVATE_EXPANDED)
		return ps_fail(err, PS_E_MISUSE, "x509.keys", PS_NOWHERE, W_KEYS_FORM);
	k->form = form;
	return PS_OK;
}

static enum ps_key_form
form_of(const ps_keys *k)
{
	switch (k->form) {
	case PS_PRIVATE_SEED:
		break;
	case PS_PRIVATE_BOTH:
		return PS_KEY_FORM_BOTH;
	case PS_PRIVATE_EXPANDED:
		return PS_KEY_FORM_EXPANDED;
	}
	return PS_KEY_FORM_SEED;
}

/* --- reading and making --- */

static ps_code
take_file(ps_keys **out, const struct ps_keyfile *f, ps_err *err)
{
	ps_keys *k = NULL;
	ps_code code = ps_keys_new(&k, err);

	for (size_t i = 0; i < f->nkey && code == PS_OK; i++)
		code = add_key(k, ps_key_ref(f->key[i]), err);
	if (code == PS_OK)
		k->weak = f->weak;
	for (size_t i = 0; i < f->ncert && code == PS_OK; i++) {
		ps_cert *c = NULL;

		code = ps_cert_parse(&c, ps_buf_get(&f->cert[i]), err);
		if (code == PS_OK)
			code = ps_keys_add_cert(k, c, err);
		ps_cert_free(c);
	}
	if (code == PS_OK)
		*out = k;
	else
		ps_keys_free(k);
	return code;
}

ps_code
ps_keys_read_file(ps_keys **out, const ps_ctx *ctx, const char *path, ps_ask_fn ask, void *arg,
    ps_err *err)
{
	struct ps_keyfile f = { 0 };
	ps_code code;

	if (ctx == NULL)
		return PS_E_NOMEM;
	code = ps_keyfile_load(&f, path, ask, arg, &ctx->limits, err);
	if (code == PS_OK)
		code = take_file(out, &f, err);
	ps_keyfile_clear(&f);
	return code;
}

ps_code
ps_keys_read(ps_keys **out, const ps_ctx *ctx, ps_slice octets, const char *name, ps_ask_fn ask,
    void *arg, ps_err *err)
{
	struct ps_keyfile f = { 0 };
	ps_code code;

	if (ctx == NULL)
		return PS_E_NOMEM;
	code = ps_keyfile_parse(&f, octets, name, ask, arg, &ctx->limits, err);
	if (code == PS_OK)
		code = take_file(out, &f, err);
	ps_keyfile_clear(&f);
	return code;
}

ps_code
ps_keys_generate(ps_keys **out, const char *kind, ps_err *err)
{
	struct ps_key *key = NULL;
	ps_keys *k = NULL;
	ps_code code = ps_keys_new(&k, err);

	if (code == PS_OK)
		code = ps_key_generate(&key, kind, err);
	if (code == PS_OK)
		code = add_key(k, key, err);
	if (code == PS_OK)
		*out = k;
	else
		ps_keys_free(k);
	return code;
}

const char *
ps_keys_kinds(void)
{
	return ps_key_kinds();
}

/* --- looking --- */

const char *
ps_keys_weak(const ps_keys *k)
{
	return k == NULL ? NULL : k->weak;
}

size_t
ps_keys_count(const ps_keys *k)
{
	return k == NULL ? 0 : k->nkey;
}

ps_slice
ps_keys_spki(const ps_keys *k, size_t i)
{
	return k == NULL || i >= k->nkey ? (ps_slice){ NULL, 0 } : ps_key_spki(k->key[i]);
}

ps_cert *
ps_keys_cert(const ps_keys *k, size_t i)
{
	return k == NULL || i >= k->ncert ? NULL : k->cert[i];
}

ps_cert *
ps_keys_cert_of(const ps_keys *k, size_t i)
{
	if (k == NULL || i >= k->nkey)
		return NULL;
	for (size_t c = 0; c < k->ncert; c++)
		if (ps_key_matches(k->key[i], ps_cert_view_of(k->cert[c])->spki))
			return k->cert[c];
	return NULL;
}

const char *
ps_spki_describe(ps_slice spki, char *out, size_t size)
{
	struct ps_pubkey *k = NULL;
	struct ps_key_info info;

	(void)snprintf(out, size, "%s", "");
	if (ps_pubkey_parse(&k, spki, NULL) != PS_OK)
		return out;
	ps_pubkey_info(k, &info);
	if (info.curve != NULL)
		(void)snprintf(out, size, "EC %s", info.curve->label);
	else if (info.type->id == PS_KEY_RSA || info.type->id == PS_KEY_RSA_PSS)
		(void)snprintf(out, size, "%s, %u bits", info.type->label, info.bits);
	else
		(void)snprintf(out, size, "%s", info.type->label);
	ps_pubkey_free(k);
	return out;
}

/* --- purposes --- */

/* What a key can, and the keyUsage of decrypting (RFC 8550, 4.4.2). */
static bool
ability(ps_slice spki, unsigned *out_purpose, unsigned *out_decrypts_by)
{
	struct ps_pubkey *k = NULL;
	struct ps_key_info info;

	if (ps_pubkey_parse(&k, spki, NULL) != PS_OK)
		return false;
	ps_pubkey_info(k, &info);
	ps_pubkey_free(k);
	*out_decrypts_by = ps_ku_encrypt(info.type);
	*out_purpose = (ps_ku_sign(info.type) != 0 ? PS_KEY_SIGNS : 0) |
	    (*out_decrypts_by != 0 ? PS_KEY_DECRYPTS : 0);
	if (info.type->id == PS_KEY_DSA)	/* of old mail only */
		*out_purpose = 0;
	return *out_purpose != 0;
}

unsigned
ps_spki_purpose(ps_slice spki)
{
	unsigned purpose = 0, by;

	return ability(spki, &purpose, &by) ? purpose : 0;
}

unsigned
ps_cert_purpose(const ps_cert *c)
{
	const struct ps_cert_view *v = ps_cert_view_of(c);
	unsigned purpose = 0, by = 0;

	if (!ability(v->spki, &purpose, &by))
		return 0;
	if (v->has_ku && (v->ku & (PS_KU_DIGITAL_SIGNATURE | PS_KU_NON_REPUDIATION)) == 0)
		purpose &= ~(unsigned)PS_KEY_SIGNS;
	if (v->has_ku && (v->ku & by) == 0)
		purpose &= ~(unsigned)PS_KEY_DECRYPTS;
	return purpose;
}

int
ps_cert_is_for(const ps_cert *c, ps_slice spki)
{
	return ps_slice_equal(ps_cert_view_of(c)->spki, spki);
}

/* --- writing --- */

static ps_code
write_buf(struct ps_buf *b, ps_code code, ps_writer *out, ps_err *err)
{
	if (code == PS_OK)
		code = ps_writer_write(out, ps_buf_get(b), err);
	ps_buf_clear(b);
	return code;
}

static ps_code
out_of_range(ps_err *err)
{
	return ps_fail(err, PS_E_MISUSE, "x509.keys", PS_NOWHERE, W_KEYS_NONE);
}

ps_code
ps_keys_seal(const ps_keys *k, size_t i, const ps_secret *passphrase, ps_writer *out, ps_err *err)
{
	struct ps_buf der = { 0 };

	if (i >= ps_keys_count(k))
		return out_of_range(err);
	return write_buf(&der, ps_key_seal(k->key[i], form_of(k), passphrase, &der, err),
	    out, err);
}

static ps_code
write_pem(const char *label, ps_slice der, ps_writer *out, ps_err *err)
{
	struct ps_buf pem = { 0 };

	return write_buf(&pem, ps_pem_build(&pem, label, der, err), out, err);
}

static ps_code
write_all_pem(const ps_keys *k, const ps_secret *passphrase, ps_writer *out, ps_err *err)
{
	ps_code code = PS_OK;

	for (size_t i = 0; i < k->nkey && code == PS_OK; i++) {
		struct ps_buf der = { 0 };

		code = ps_key_seal(k->key[i], form_of(k), passphrase, &der, err);
		if (code == PS_OK)
			code = write_pem("ENCRYPTED PRIVATE KEY", ps_buf_get(&der), out, err);
		ps_buf_clear(&der);
	}
	for (size_t i = 0; i < k->ncert && code == PS_OK; i++)
		code = write_pem("CERTIFICATE", ps_cert_der(k->cert[i]), out, err);
	return code;
}

/* Keys with their certificates first, then the certificates that are no key's. */
static ps_code
write_pkcs12(const ps_keys *k, enum ps_pkcs12_form form, const char *name,
    const ps_secret *passphrase, ps_writer *out, ps_err *err)
{
	struct ps_pkcs12_entry *entry = calloc(k->nkey + k->ncert + 1, sizeof *entry);
	struct ps_buf der = { 0 };
	size_t n = 0;
	ps_code code;

	if (entry == NULL)
		return ps_nomem(err, "x509.keys");
	for (size_t i = 0; i < k->nkey; i++) {
		ps_cert *c = ps_keys_cert_of(k, i);

		entry[n++] = (struct ps_pkcs12_entry){ .key = k->key[i], .form = form_of(k),
		    .cert = c == NULL ? (ps_slice){ NULL, 0 } : ps_cert_der(c) };
	}
	for (size_t i = 0; i < k->ncert; i++) {
		bool own = false;

		for (size_t j = 0; j < k->nkey; j++)
			own |= ps_keys_cert_of(k, j) == k->cert[i];
		if (!own)
			entry[n++].cert = ps_cert_der(k->cert[i]);
	}
	code = ps_pkcs12_build(&der, entry, n, name, passphrase, form, err);
	free(entry);
	return write_buf(&der, code, out, err);
}

ps_code
ps_keys_write(const ps_keys *k, ps_keys_form form, const char *name, const ps_secret *passphrase,
    ps_writer *out, ps_err *err)
{
	if (k == NULL)
		return PS_E_NOMEM;
	for (size_t i = 0; i < k->nkey; i++)
		if (ps_key_in_token(k->key[i]))
			return ps_fail(err, PS_E_REFUSED, "x509.keys", PS_NOWHERE, W_KEYS_TOKEN);
	switch (form) {
	case PS_KEYS_PKCS12:
		return write_pkcs12(k, PS_PKCS12_NEW, name, passphrase, out, err);
	case PS_KEYS_INSECURE_PKCS12:
		return write_pkcs12(k, PS_PKCS12_INSECURE_OLD, name, passphrase, out, err);
	case PS_KEYS_PEM:
		return write_all_pem(k, passphrase, out, err);
	}
	return out_of_range(err);
}

/* --- certificates --- */

/* RFC 8550, 4.4.2: what each purpose is in keyUsage. */
static ps_code
read_applicant(struct ps_wish *out, const ps_keys *k, size_t i, const ps_applicant *a,
    ps_err *err)
{
	unsigned can = 0, by = 0, purpose;

	if (i >= ps_keys_count(k) || a->size < sizeof *a || a->address == NULL)
		return out_of_range(err);
	(void)ability(ps_key_spki(k->key[i]), &can, &by);
	purpose = a->purpose == 0 ? can : a->purpose & can;
	*out = (struct ps_wish){ .address = a->address, .name = a->name,
	    .ku = ((purpose & PS_KEY_SIGNS) != 0 ? PS_KU_DIGITAL_SIGNATURE : 0) |
	    ((purpose & PS_KEY_DECRYPTS) != 0 ? by : 0) };
	return out->ku != 0 ? PS_OK : ps_fail(err, PS_E_REFUSED, "x509.keys", PS_NOWHERE,
	    W_KEYS_PURPOSE);
}

ps_code
ps_keys_request(const ps_keys *k, size_t i, const ps_applicant *a, ps_writer *out, ps_err *err)
{
	struct ps_buf der = { 0 };
	struct ps_wish wish;
	ps_code code = read_applicant(&wish, k, i, a, err);

	if (code == PS_OK)
		code = ps_request_build(&der, k->key[i], &wish, err);
	if (code == PS_OK)
		code = write_pem("CERTIFICATE REQUEST", ps_buf_get(&der), out, err);
	ps_buf_clear(&der);
	return code;
}

ps_code
ps_keys_public(const ps_keys *k, size_t i, ps_writer *out, ps_err *err)
{
	if (i >= ps_keys_count(k))
		return out_of_range(err);
	return write_pem("PUBLIC KEY", ps_key_spki(k->key[i]), out, err);
}

ps_code
ps_keys_self_sign(ps_keys *k, size_t i, const ps_applicant *a, int64_t not_before,
    int64_t not_after, ps_err *err)
{
	struct ps_buf der = { 0 };
	struct ps_wish wish;
	ps_cert *c = NULL;
	ps_code code = read_applicant(&wish, k, i, a, err);

	if (code == PS_OK)
		code = ps_self_signed_build(&der, k->key[i], &wish, not_before, not_after, err);
	if (code == PS_OK)
		code = ps_cert_parse(&c, ps_buf_get(&der), err);
	if (code == PS_OK)
		code = ps_keys_add_cert(k, c, err);
	ps_cert_free(c);
	ps_buf_clear(&der);
	return code;
}
