/* SPDX-License-Identifier: ISC */
/*
 * Certificates that threads may share.
 *
 * Everything that is asked of most certificates is made when one is parsed.
 * The public key and the crypto library's own object cost more and are made
 * at first use; two threads may both make one, and the slower throws its own
 * away, which is cheaper than a lock in every certificate.
 */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/buf.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "x509/internal.h"
#include "x509/words.h"

#define WHERE	"x509.certificate"

enum { NAME_TEXT = 2048, SHA1_SIZE = 20, SHA256_SIZE = 32 };

/* Few who look at a certificate want these. */
struct hashes {
	char	 sha256[2 * SHA256_SIZE + 1];
	uint8_t	 raw[SHA256_SIZE];	/* the same */
	uint8_t	 key_id[PS_DIGEST_MAX];
	size_t	 nkey_id;
};

struct ps_cert {
	atomic_size_t		 refs;
	uint8_t			*der;
	struct ps_cert_view	 view;
	char			*subject, *issuer, *serial;
	struct ps_cert_addresses addresses;
	_Atomic(struct hashes *) hashes;
	_Atomic(struct ps_pubkey *) pubkey;
	_Atomic(X509 *)		 x509;
};

ps_cert *
ps_cert_ref(ps_cert *c)
{
	if (c != NULL)
		atomic_fetch_add_explicit(&c->refs, 1, memory_order_relaxed);
	return c;
}

void
ps_cert_free(ps_cert *c)
{
	if (c == NULL || atomic_fetch_sub_explicit(&c->refs, 1, memory_order_acq_rel) != 1)
		return;
	X509_free(atomic_load(&c->x509));
	ps_pubkey_free(atomic_load(&c->pubkey));
	ps_addresses_clear(&c->addresses);
	free(atomic_load(&c->hashes));
	free(c->subject);
	free(c->issuer);
	free(c->serial);
	free(c->der);
	free(c);
}

static char *
name_dup(ps_slice name)
{
	char text[NAME_TEXT];

	return strdup(ps_name_text(name, text, sizeof text));
}

static char *
hex_dup(ps_slice s)
{
	char *out = malloc(2 * s.n + 1);

	if (out != NULL)
		ps_text_hex(out, s);
	return out;
}

static ps_code
make_texts(struct ps_cert *c, ps_err *err)
{
	c->subject = name_dup(c->view.subject);
	c->issuer = name_dup(c->view.issuer);
	c->serial = hex_dup(c->view.serial);
	if (c->subject == NULL || c->issuer == NULL || c->serial == NULL)
		return ps_nomem(err, WHERE);
	return PS_OK;
}

static ps_code
fill(struct ps_cert *c, ps_slice der, ps_err *err)
{
	ps_code code;

	c->der = ps_memdup(der.p, der.n);
	if (c->der == NULL)
		return ps_nomem(err, WHERE);
	code = ps_view_parse(&c->view, (ps_slice){ c->der, der.n }, err);
	if (code == PS_OK)
		code = ps_addresses_collect(&c->addresses, &c->view, err);
	return code == PS_OK ? make_texts(c, err) : code;
}

ps_code
ps_cert_parse(ps_cert **out, ps_slice der, ps_err *err)
{
	struct ps_cert *c;
	ps_code code;

	if (der.n > ps_limits_default.certificate_bytes)
		return ps_fail(err, PS_E_LIMIT, WHERE, PS_NOWHERE, W_X509_CERT_SIZE,
		    PS_NUMBER("size", der.n),
		    PS_NUMBER("max", ps_limits_default.certificate_bytes));
	c = calloc(1, sizeof *c);
	if (c == NULL)
		return ps_nomem(err, WHERE);
	atomic_init(&c->refs, 1);
	code = fill(c, der, err);
	if (code != PS_OK) {
		ps_cert_free(c);
		return code;
	}
	*out = c;
	return PS_OK;
}

/* --- what it says --- */

ps_slice
ps_cert_der(const ps_cert *c)
{
	return c == NULL ? (ps_slice){ NULL, 0 } : c->view.der;
}

const char *
ps_cert_subject(const ps_cert *c)
{
	return c == NULL ? "" : c->subject;
}

const char *
ps_cert_issuer(const ps_cert *c)
{
	return c == NULL ? "" : c->issuer;
}

const char *
ps_cert_serial(const ps_cert *c)
{
	return c == NULL ? "" : c->serial;
}

static struct hashes *
make_hashes(const ps_cert *c)
{
	struct hashes *h = calloc(1, sizeof *h);
	uint8_t hash[PS_DIGEST_MAX];

	if (h == NULL)
		return NULL;
	if (ps_digest_once(ps_alg_get(PS_SHA256), c->view.der, hash, NULL) == PS_OK) {
		ps_text_hex(h->sha256, (ps_slice){ hash, SHA256_SIZE });
		memcpy(h->raw, hash, SHA256_SIZE);
	}
	/* RFC 5280, 4.2.1.2, method 1. A library without SHA-1 gives none. */
	if (ps_digest_once(ps_alg_get(PS_SHA1), c->view.key_bits, h->key_id, NULL) == PS_OK)
		h->nkey_id = SHA1_SIZE;
	return h;
}

/* The hashes, NULL when memory is out. A certificate is never a constant
 * object: const only says that the caller sees no change. */
static const struct hashes *
hashes_of(const ps_cert *c)
{
	ps_cert *self = (ps_cert *)(uintptr_t)c;
	struct hashes *before = atomic_load(&self->hashes), *made;

	if (before != NULL || (made = make_hashes(c)) == NULL)
		return before;
	if (atomic_compare_exchange_strong(&self->hashes, &before, made))
		return made;
	free(made);
	return before;
}

const char *
ps_cert_sha256(const ps_cert *c)
{
	const struct hashes *h = c == NULL ? NULL : hashes_of(c);

	return h == NULL ? "" : h->sha256;
}

ps_code
ps_cert_hash(const ps_cert *c, const struct ps_alg *digest, uint8_t out[PS_DIGEST_MAX],
    ps_err *err)
{
	const struct hashes *h = digest->id == PS_SHA256 ? hashes_of(c) : NULL;

	if (h == NULL || h->sha256[0] == '\0')
		return ps_digest_once(digest, c->view.der, out, err);
	memcpy(out, h->raw, SHA256_SIZE);
	return PS_OK;
}

int64_t
ps_cert_not_before(const ps_cert *c)
{
	return c == NULL ? 0 : c->view.not_before;
}

int64_t
ps_cert_not_after(const ps_cert *c)
{
	return c == NULL ? 0 : c->view.not_after;
}

const char *
ps_cert_address(const ps_cert *c, size_t i)
{
	return c == NULL || i >= c->addresses.n ? NULL : c->addresses.list[i].text;
}

const struct ps_cert_view *
ps_cert_view_of(const ps_cert *c)
{
	return &c->view;
}

const struct ps_cert_addresses *
ps_cert_addresses_of(const ps_cert *c)
{
	return &c->addresses;
}

ps_slice
ps_cert_key_id(ps_cert *c)
{
	const struct hashes *h;

	if (c->view.ski.n != 0)
		return c->view.ski;
	h = hashes_of(c);
	return h == NULL ? (ps_slice){ NULL, 0 } : (ps_slice){ h->key_id, h->nkey_id };
}

bool
ps_cert_is(const ps_cert *c, ps_slice issuer, ps_slice serial)
{
	return der_integer_compare(c->view.serial, serial) == 0 &&
	    ps_name_equal(c->view.issuer, issuer);
}

/* Unescaped: a template escapes what it is given. */
const char *
ps_cert_who(const ps_cert *c, char *out, size_t size)
{
	const char *who = c == NULL ? W_X509_NO_NAME : ps_cert_address(c, 0);
	size_t n;

	if (who == NULL && ps_name_common(c->view.subject, out, size)[0] != '\0')
		return out;
	if (who == NULL)
		who = c->subject[0] != '\0' ? c->subject : W_X509_NO_NAME;
	n = strlen(who);
	if (n >= size)
		n = ps_text_cut(who, size - 1);
	memcpy(out, who, n);
	out[n] = '\0';
	return out;
}

const char *
ps_cert_holder(const ps_cert *c)
{
	const char *address = ps_cert_address(c, 0);

	return address != NULL ? address : ps_cert_subject(c);
}

/* --- made at first use --- */

/* The crypto library decodes a key with its certificate; doing it once more
 * takes as long again. It has none for a key that it does not know. */
static ps_code
make_pubkey(ps_cert *c, struct ps_pubkey **out, ps_err *err)
{
	EVP_PKEY *key;
	X509 *x;
	ps_code code = ps_cert_x509(c, &x, err);

	if (code == PS_E_NOMEM)
		return code;
	ps_err_clear(err);
	key = code == PS_OK ? X509_get0_pubkey(x) : NULL;
	ERR_clear_error();
	return key != NULL ? ps_pubkey_of(out, key, c->view.spki, err)
	    : ps_pubkey_parse(out, c->view.spki, err);
}

ps_code
ps_cert_pubkey(ps_cert *c, struct ps_pubkey **out, ps_err *err)
{
	struct ps_pubkey *made, *before = atomic_load(&c->pubkey);
	ps_code code;

	if (before == NULL) {
		code = make_pubkey(c, &made, err);
		if (code != PS_OK)
			return code;
		if (atomic_compare_exchange_strong(&c->pubkey, &before, made))
			before = made;
		else
			ps_pubkey_free(made);
	}
	*out = before;
	return PS_OK;
}

bool
ps_x509_nomem(void)
{
	bool nomem = false;
	unsigned long error;

	while ((error = ERR_get_error()) != 0)
		nomem |= ERR_GET_REASON(error) == ERR_R_MALLOC_FAILURE;
	return nomem;
}

static X509 *
read_x509(ps_slice der)
{
	const unsigned char *p = der.p;

	return d2i_X509(NULL, &p, (long)der.n);
}

/* A key that the crypto library cannot read it leaves out without a word,
 * also when only memory was short for a moment; so it is asked twice. */
static X509 *
read_with_key(ps_slice der)
{
	X509 *x = read_x509(der);

	if (x == NULL || X509_get0_pubkey(x) != NULL)
		return x;
	X509_free(x);
	return read_x509(der);
}

static ps_code
make_x509(ps_slice der, X509 **out, ps_err *err)
{
	X509 *x;

	ERR_clear_error();
	x = read_with_key(der);
	/* Reads the extensions, so that no thread does it later; a wrong one
	 * is for the path to find. */
	if (x != NULL && X509_check_purpose(x, -1, 0) == 1) {
		*out = x;
		return PS_OK;
	}
	if (ps_x509_nomem()) {
		X509_free(x);
		return ps_nomem(err, WHERE);
	}
	if (x == NULL)
		return ps_fail(err, PS_E_MALFORMED, WHERE, PS_NOWHERE, W_X509_CERT);
	*out = x;
	return PS_OK;
}

ps_code
ps_cert_x509(ps_cert *c, X509 **out, ps_err *err)
{
	X509 *made, *before = atomic_load(&c->x509);
	ps_code code;

	if (before == NULL) {
		code = make_x509(c->view.der, &made, err);
		if (code != PS_OK)
			return code;
		if (atomic_compare_exchange_strong(&c->x509, &before, made))
			before = made;
		else
			X509_free(made);
	}
	*out = before;
	return PS_OK;
}

bool
ps_cert_is_in(ps_cert *const *list, size_t n, const ps_cert *c)
{
	for (size_t i = 0; i < n; i++)
		if (ps_slice_equal(ps_cert_der(list[i]), ps_cert_der(c)))
			return true;
	return false;
}

bool
ps_cert_self_issued(const ps_cert *c)
{
	const struct ps_cert_view *v = ps_cert_view_of(c);

	return ps_name_equal(v->issuer, v->subject);
}
