/* SPDX-License-Identifier: ISC */
/*
 * PEM files: any mix of keys and certificates, with text between them.
 *
 * OpenSSL takes the armour off and undoes the old encryption of the
 * "DEK-Info:" kind; its callback hands over what we asked for ourselves.
 */
#include <limits.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "base/text.h"
#include "crypto/loader.h"

/* One block between BEGIN and END. */
struct block {
	char		*label, *header;
	unsigned char	*data;
	long		 n;
};

static ps_slice
octets(const struct block *b)
{
	return (ps_slice){ b->data, (size_t)b->n };
}

bool
pem_looks_like(ps_slice data)
{
	static const char begin[] = "-----BEGIN ";

	return data.n != 0 && data.p[0] != DER_SEQUENCE &&
	    memmem(data.p, data.n, begin, sizeof begin - 1) != NULL;
}

/* Hands over the passphrase; OpenSSL may not ask anybody. */
static int
give(char *out, int size, int writing, void *arg)
{
	ps_slice pass = ps_secret_get(arg);

	(void)writing;
	if (size < 0 || pass.n > (size_t)size)
		return -1;
	if (pass.n != 0)
		memcpy(out, pass.p, pass.n);
	return (int)pass.n;
}

static ps_code
legacy_header(struct loader *l, struct block *b, ps_err *err)
{
	EVP_CIPHER_INFO info;
	EVP_CIPHER *have;
	long n = b->n;
	ps_code code;

	if (PEM_get_EVP_CIPHER_INFO(b->header, &info) != 1)
		return ps_fail(err, PS_E_UNSUPPORTED, "crypto.key-file", PS_NOWHERE,
		    W_CRYPTO_FILE_PBE, PS_TEXT("file", l->name),
		    PS_TEXT("algorithm", "DEK-Info"));
	have = EVP_CIPHER_fetch(NULL, EVP_CIPHER_get0_name(info.cipher), NULL);
	if (have == NULL)
		return ps_fail(err, PS_E_UNSUPPORTED, "crypto.key-file", PS_NOWHERE,
		    W_CRYPTO_FILE_LEGACY, PS_TEXT("file", l->name),
		    PS_TEXT("algorithm", EVP_CIPHER_get0_name(info.cipher)));
	EVP_CIPHER_free(have);
	code = loader_ask(l, err);
	if (code != PS_OK)
		return code;
	l->file.weak = "OpenSSL's old PEM encryption";
	if (PEM_do_header(&info, b->data, &n, give, l->passphrase) != 1)
		return loader_wrong(l, err);
	b->n = n;
	return PS_OK;
}

static ps_code
add_old_key(struct loader *l, struct block *b, ps_err *err)
{
	ps_code code;

	if (b->header[0] == '\0')
		return loader_plain_key(l, octets(b), err);
	code = legacy_header(l, b, err);
	return code == PS_OK ? loader_add_key(l, octets(b), err) : code;
}

static ps_code
add_key(struct loader *l, struct block *b, ps_err *err)
{
	return loader_plain_key(l, octets(b), err);
}

static ps_code
add_encrypted(struct loader *l, struct block *b, ps_err *err)
{
	return loader_add_encrypted(l, octets(b), err);
}

/* OpenSSL's TRUSTED CERTIFICATE has settings behind the certificate. */
static ps_code
add_cert(struct loader *l, struct block *b, ps_err *err)
{
	ps_slice all = octets(b), value;
	uint32_t tag;
	size_t whole;

	if (!der_split(all, &tag, &value, &whole) || tag != DER_SEQUENCE)
		return ps_fail(err, PS_E_MALFORMED, "crypto.key-file", PS_NOWHERE,
		    W_CRYPTO_FILE_KIND, PS_TEXT("file", l->name));
	return loader_add_cert(l, (ps_slice){ all.p, whole }, err);
}

static ps_code
add_any(struct loader *l, struct block *b, ps_err *err)
{
	return loader_add_der(l, octets(b), err);
}

static const struct {
	const char	*label;
	ps_code		(*add)(struct loader *l, struct block *b, ps_err *err);
} labels[] = {
	{ "CERTIFICATE", add_cert },
	{ "X509 CERTIFICATE", add_cert },
	{ "TRUSTED CERTIFICATE", add_cert },
	{ "PRIVATE KEY", add_key },
	{ "ENCRYPTED PRIVATE KEY", add_encrypted },
	{ "RSA PRIVATE KEY", add_old_key },
	{ "EC PRIVATE KEY", add_old_key },
	{ "DSA PRIVATE KEY", add_old_key },
	{ "PKCS7", add_any },
	{ "PKCS #7 SIGNED DATA", add_any },
	{ "CMS", add_any },
	{ "PKCS12", add_any },
};

/* A block that is none of ours (a request, parameters) is passed over. */
static ps_code
add_block(struct loader *l, struct block *b, ps_err *err)
{
	for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++)
		if (strcmp(labels[i].label, b->label) == 0)
			return labels[i].add(l, b, err);
	return PS_OK;
}

static void
drop(struct block *b)
{
	OPENSSL_free(b->label);
	OPENSSL_free(b->header);
	OPENSSL_clear_free(b->data, b->n > 0 ? (size_t)b->n : 0);
	*b = (struct block){ 0 };
}

static ps_code
add_blocks(struct loader *l, BIO *bio, ps_err *err)
{
	ps_code code = PS_OK;

	for (struct block b = { 0 }; code == PS_OK; drop(&b)) {
		long n;

		if (PEM_read_bio(bio, &b.label, &b.header, &b.data, &b.n) != 1) {
			if (ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE)
				return PS_OK;
			return ps_fail(err, PS_E_MALFORMED, "crypto.key-file", PS_NOWHERE,
			    W_CRYPTO_FILE_KIND, PS_TEXT("file", l->name));
		}
		n = b.n;
		code = add_block(l, &b, err);
		if (b.n < n)	/* decrypted in place: wipe all of it */
			b.n = n;
	}
	return code;
}

ps_code
loader_add_pem(struct loader *l, ps_slice data, ps_err *err)
{
	BIO *bio;
	ps_code code;

	if (data.n > INT_MAX)
		return ps_nomem(err, "crypto.key-file");
	bio = BIO_new_mem_buf(data.p, (int)data.n);
	if (bio == NULL)
		return ps_nomem(err, "crypto.key-file");
	code = add_blocks(l, bio, err);
	BIO_free(bio);
	return code;
}
