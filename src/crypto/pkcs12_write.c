/* SPDX-License-Identifier: ISC */
/*
 * PKCS#12 files for other programs (RFC 7292).
 *
 * Two forms. The new one is what programs since about 2018 read. The old one
 * is for telephones and Windows before 10, which take nothing better than 3DES and
 * SHA-1; whoever wants it says "insecure" and chooses a passphrase for this
 * file alone. PBMAC1 is read but not written: few programs check it yet.
 */
#include <limits.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include "crypto/internal.h"
#include "crypto/keymake.h"

/* Rounds add up over the keys of a file, and some importers stop at 600,000 in
 * all. Those of the old form are what its readers were made for. */
static const struct form {
	int		 cipher;	/* NID */
	int		 rounds, mac_rounds;
	const char	*digest;
} forms[] = {
	[PS_PKCS12_NEW] = { NID_aes_256_cbc, 100000, 100000, "SHA256" },
	[PS_PKCS12_INSECURE_OLD] = { NID_pbe_WithSHA1And3_Key_TripleDES_CBC, 2048, 2048, "SHA1" },
};

/* One file in the making. */
struct making {
	const struct form *form;
	const char	*pass, *name;
	STACK_OF(PKCS12_SAFEBAG) *keys, *certs;
	STACK_OF(PKCS7)	*safes;
	PKCS12		*file;
};

/* The identifier that joins key and certificate: SHA-1 of the public key, as
 * other programs make it; it protects nothing. */
static bool
mark(const struct making *m, PKCS12_SAFEBAG *bag, EVP_PKEY *key)
{
	unsigned char id[EVP_MAX_MD_SIZE], *spki = NULL;
	unsigned n = 0;
	int size = i2d_PUBKEY(key, &spki);
	bool good = size > 0 && EVP_Digest(spki, (size_t)size, id, &n, EVP_sha1(), NULL) == 1 &&
	    PKCS12_add_localkeyid(bag, id, (int)n) == 1 &&
	    (m->name == NULL || PKCS12_add_friendlyname_utf8(bag, m->name, -1) == 1);

	OPENSSL_free(spki);
	return good;
}

/* PKCS12_add_key would choose the form of the key itself. */
static PKCS12_SAFEBAG *
key_bag(const struct making *m, ps_slice der)
{
	const unsigned char *p = der.p;
	PKCS8_PRIV_KEY_INFO *info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &p, (long)der.n);
	PKCS12_SAFEBAG *bag = info == NULL ? NULL : PKCS12_SAFEBAG_create_pkcs8_encrypt(
	    m->form->cipher, m->pass, -1, NULL, 0, m->form->rounds, info);

	PKCS8_PRIV_KEY_INFO_free(info);
	return bag;
}

static bool
add_key(struct making *m, const struct ps_pkcs12_entry *entry)
{
	struct ps_buf der = { .secret = true };
	PKCS12_SAFEBAG *bag = NULL;

	if (ps_key_encode(entry->key, entry->form, &der, NULL) == PS_OK)
		bag = key_bag(m, ps_buf_get(&der));
	ps_buf_clear(&der);
	if (bag == NULL)
		return false;
	if ((m->keys == NULL && (m->keys = sk_PKCS12_SAFEBAG_new_null()) == NULL) ||
	    sk_PKCS12_SAFEBAG_push(m->keys, bag) == 0) {
		PKCS12_SAFEBAG_free(bag);
		return false;
	}
	return mark(m, bag, entry->key->pkey);
}

static bool
add_cert(struct making *m, ps_slice der, const struct ps_key *key)
{
	const unsigned char *p = der.p;
	X509 *x = der.n > LONG_MAX ? NULL : d2i_X509(NULL, &p, (long)der.n);
	PKCS12_SAFEBAG *bag = x == NULL ? NULL : PKCS12_add_cert(&m->certs, x);

	X509_free(x);
	return bag != NULL && (key == NULL || mark(m, bag, key->pkey));
}

static bool
add_all(struct making *m, const struct ps_pkcs12_entry *entry, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((entry[i].key != NULL && !add_key(m, &entry[i])) ||
		    (entry[i].cert.n != 0 && !add_cert(m, entry[i].cert, entry[i].key)))
			return false;
	return true;
}

/* Certificates are encrypted as a whole; each key already is by itself. */
static bool
close_safes(struct making *m)
{
	return (m->certs == NULL || PKCS12_add_safe(&m->safes, m->certs, m->form->cipher,
	    m->form->rounds, m->pass) == 1) &&
	    (m->keys == NULL || PKCS12_add_safe(&m->safes, m->keys, -1, 0, NULL) == 1);
}

static bool
finish(struct making *m)
{
	EVP_MD *md = EVP_MD_fetch(NULL, m->form->digest, NULL);
	bool good;

	m->file = md == NULL ? NULL : PKCS12_add_safes(m->safes, 0);
	good = m->file != NULL && PKCS12_set_mac(m->file, m->pass, -1, NULL, 16,
	    m->form->mac_rounds, md) == 1;
	EVP_MD_free(md);
	return good;
}

static ps_code
hand_out(struct making *m, struct ps_buf *out, ps_err *err)
{
	unsigned char *der = NULL;
	int n = i2d_PKCS12(m->file, &der);
	ps_code code;

	if (n <= 0)
		return crypto_fail(err, "crypto.pkcs12", "i2d_PKCS12");
	code = ps_buf_add(out, (ps_slice){ der, (size_t)n }, err);
	OPENSSL_free(der);
	return code;
}

static void
drop(struct making *m)
{
	sk_PKCS12_SAFEBAG_pop_free(m->keys, PKCS12_SAFEBAG_free);
	sk_PKCS12_SAFEBAG_pop_free(m->certs, PKCS12_SAFEBAG_free);
	sk_PKCS7_pop_free(m->safes, PKCS7_free);
	PKCS12_free(m->file);
}

/* OpenSSL takes a terminated text. */
static ps_code
copy_pass(struct ps_buf *out, const ps_secret *s, ps_err *err)
{
	ps_slice pass = ps_secret_get(s);
	ps_code code = pass.n == 0 || memchr(pass.p, '\0', pass.n) != NULL ?
	    ps_fail(err, PS_E_PASSPHRASE, "crypto.pkcs12", PS_NOWHERE, W_CRYPTO_WRITE_EMPTY) :
	    ps_buf_add(out, pass, err);

	return code == PS_OK ? ps_buf_add(out, (ps_slice){ (const uint8_t *)"", 1 }, err) : code;
}

ps_code
ps_pkcs12_build(struct ps_buf *out, const struct ps_pkcs12_entry *entry, size_t n,
    const char *name, const ps_secret *passphrase, enum ps_pkcs12_form form, ps_err *err)
{
	struct making m = { .form = &forms[form], .name = name };
	struct ps_buf pass = { .secret = true };
	ps_code code = copy_pass(&pass, passphrase, err);

	if (code != PS_OK)
		goto out;
	m.pass = (const char *)pass.p;
	ERR_set_mark();
	if (add_all(&m, entry, n) && close_safes(&m) && finish(&m))
		code = hand_out(&m, out, err);
	else
		code = crypto_fail(err, "crypto.pkcs12", "PKCS12");
	drop(&m);
	ERR_pop_to_mark();
out:
	ps_buf_clear(&pass);
	return code;
}
