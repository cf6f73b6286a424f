/* SPDX-License-Identifier: ISC */
/*
 * An authority, and whom it certifies: root, intermediate, leaf, of RSA-2048
 * throughout, P-256 throughout or ML-DSA-65 throughout, and there a key of
 * ML-KEM-768. The many recipients share one key, since what is measured starts
 * when the keys are there; their certificates differ.
 */
#include "small_pki.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *const pki_kind[3] = { "rsa", "ec", "pq" };

struct issuer {
	X509		*cert;
	EVP_PKEY	*key;
};

static void
need(int good, const char *what)
{
	if (good)
		return;
	(void)fprintf(stderr, "small: cannot %s\n", what);
	exit(1);
}

void
pki_path(const struct pki *p, char *out, size_t size, const char *name)
{
	(void)snprintf(out, size, "%s/%s", p->dir, name);
}

static EVP_PKEY *
make_key(int kind)
{
	EVP_PKEY *key = kind == PKI_RSA ? EVP_RSA_gen(2048) : kind == PKI_EC
	    ? EVP_EC_gen("P-256") : EVP_PKEY_Q_keygen(NULL, NULL, "ML-DSA-65");

	need(key != NULL, "make a key");
	return key;
}

static void
extend(X509 *x, X509 *by, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *e;

	X509V3_set_ctx(&ctx, by, x, NULL, NULL, 0);
	e = X509V3_EXT_nconf_nid(NULL, &ctx, nid, value);
	need(e != NULL && X509_add_ext(x, e, -1) == 1, "add an extension");
	X509_EXTENSION_free(e);
}

static void
extend_all(X509 *x, X509 *by, int kind, const char *address)
{
	char san[96];

	extend(x, by, NID_subject_key_identifier, "hash");
	extend(x, by, NID_authority_key_identifier, "keyid:always");
	if (address == NULL) {
		extend(x, by, NID_basic_constraints, "critical,CA:TRUE");
		extend(x, by, NID_key_usage, "critical,keyCertSign,cRLSign");
		return;
	}
	(void)snprintf(san, sizeof san, "email:%s", address);
	extend(x, by, NID_key_usage, kind == PKI_RSA
	    ? "critical,digitalSignature,keyEncipherment" : kind == PKI_EC
	    ? "critical,digitalSignature,keyAgreement" : kind == PKI_PQ
	    ? "critical,digitalSignature" : "critical,keyEncipherment");
	extend(x, by, NID_ext_key_usage, "emailProtection");
	extend(x, by, NID_subject_alt_name, san);
}

/* `by` NULL: it signs itself; `address` NULL: an authority. */
static X509 *
certify(EVP_PKEY *key, const struct issuer *by, int kind, const char *name, const char *address,
    long serial)
{
	X509 *x = X509_new();
	X509 *signer = by == NULL ? x : by->cert;

	need(x != NULL, "make a certificate");
	need(X509_set_version(x, 2) == 1 && ASN1_INTEGER_set(X509_get_serialNumber(x), serial) &&
	    X509_gmtime_adj(X509_getm_notBefore(x), -86400) != NULL &&
	    X509_gmtime_adj(X509_getm_notAfter(x), 86400L * 365) != NULL &&
	    X509_set_pubkey(x, key) == 1 &&
	    X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
	    (const unsigned char *)name, -1, -1, 0) == 1 &&
	    X509_set_issuer_name(x, X509_get_subject_name(signer)) == 1, "fill a certificate");
	extend_all(x, signer, kind, address);
	need(X509_sign(x, by == NULL ? key : by->key, kind >= PKI_PQ ? NULL : EVP_sha256()) > 0,
	    "sign a certificate");
	return x;
}

static void
save(const struct pki *p, const char *name, X509 *x, EVP_PKEY *key)
{
	char path[128];
	FILE *f;

	pki_path(p, path, sizeof path, name);
	f = fopen(path, "w");
	need(f != NULL && PEM_write_X509(f, x) == 1, "write a certificate");
	need(key == NULL || PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL) == 1,
	    "write a key");
	need(fclose(f) == 0, "write a certificate");
}

static void
save_as(const struct pki *p, int kind, const char *what, X509 *x, EVP_PKEY *key)
{
	char name[64];

	(void)snprintf(name, sizeof name, "%s%s", pki_kind[kind], what);
	save(p, name, x, key);
}

static void
make_many(struct pki *p, const struct issuer *by, unsigned many)
{
	char name[64], address[64];

	for (unsigned i = 0; i < many; i++) {
		X509 *x;

		(void)snprintf(address, sizeof address, "r%u@example.org", i);
		x = certify(p->key[PKI_RSA], by, PKI_RSA, address, address, 1000 + (long)i);
		(void)snprintf(name, sizeof name, "many-%u.crt", i);
		save(p, name, x, NULL);
		X509_free(x);
	}
}

static void
make_kem(struct pki *p, const struct issuer *by)
{
	X509 *x;

	p->kem = EVP_PKEY_Q_keygen(NULL, NULL, "ML-KEM-768");
	need(p->kem != NULL, "make a key");
	x = certify(p->kem, by, PKI_PQ + 1, "Alice", "alice@example.org", 4);
	save(p, "pq-kem.crt", x, NULL);
	save(p, "pq-kem.pem", x, p->kem);
	X509_free(x);
}

static void
make_kind(struct pki *p, int kind, unsigned many)
{
	EVP_PKEY *root_key = make_key(kind), *key = make_key(kind);
	static const char *const roots[] = { "R root", "E root", "Q root" };
	static const char *const issuers[] = { "R issuing", "E issuing", "Q issuing" };
	X509 *root = certify(root_key, NULL, kind, roots[kind], NULL, 1);
	struct issuer above = { root, root_key };
	X509 *issuing = certify(key, &above, kind, issuers[kind], NULL, 2);
	struct issuer by = { issuing, key };

	p->key[kind] = make_key(kind);
	p->leaf[kind] = certify(p->key[kind], &by, kind, "Alice", "alice@example.org", 3);
	save_as(p, kind, "-root.crt", root, NULL);
	save_as(p, kind, "-issuing.crt", issuing, NULL);
	save_as(p, kind, ".crt", p->leaf[kind], NULL);
	save_as(p, kind, ".pem", p->leaf[kind], p->key[kind]);
	if (kind == PKI_RSA)
		make_many(p, &by, many);
	if (kind == PKI_PQ)
		make_kem(p, &by);
	X509_free(root);
	X509_free(issuing);
	EVP_PKEY_free(root_key);
	EVP_PKEY_free(key);
}

static int
has_post_quantum(void)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "ML-KEM-768", NULL);

	EVP_PKEY_CTX_free(ctx);
	ERR_clear_error();
	return ctx != NULL;
}

void
pki_make(struct pki *p, unsigned many)
{
	(void)snprintf(p->dir, sizeof p->dir, "/tmp/postseal-small-XXXXXX");
	need(mkdtemp(p->dir) != NULL, "make a folder");
	p->kinds = has_post_quantum() ? 3 : 2;
	for (int kind = 0; kind < p->kinds; kind++)
		make_kind(p, kind, many);
}

void
pki_remove(struct pki *p)
{
	DIR *dir = opendir(p->dir);
	struct dirent *entry;
	char path[384];

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		(void)snprintf(path, sizeof path, "%s/%s", p->dir, entry->d_name);
		if (entry->d_name[0] != '.')
			(void)unlink(path);
	}
	if (dir != NULL)
		closedir(dir);
	(void)rmdir(p->dir);
	EVP_PKEY_free(p->kem);
	for (int kind = 0; kind < p->kinds; kind++) {
		EVP_PKEY_free(p->key[kind]);
		X509_free(p->leaf[kind]);
	}
}
