/* SPDX-License-Identifier: ISC */
#ifndef PS_TESTS_PKI_H
#define PS_TESTS_PKI_H

/* Certificates and lists of tests/vectors/certs, read with the crypto
 * library, so that what reads them is not what is tested. */

#include "unit.h"

#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/buf.h"
#include "x509/cert.h"

#define PKI_DIR	"tests/vectors/certs/"
#define PKI_NOW	INT64_C(1767225600)	/* 2026-01-01 */

static inline void
pki_path(const char *name, char *out, size_t size)
{
	snprintf(out, size, PKI_DIR "%s.pem", name);
}

/* The octets of the first PEM block of a file; free with ps_buf_clear. */
static inline struct ps_buf
pki_der(const char *name)
{
	char path[256], *label = NULL, *header = NULL;
	unsigned char *der = NULL;
	long n = 0;
	struct ps_buf out = { 0 };
	FILE *f;

	pki_path(name, path, sizeof path);
	f = fopen(path, "r");
	if (f == NULL || PEM_read(f, &label, &header, &der, &n) != 1)
		fail_msg("cannot read %s", path);
	fclose(f);
	assert_int_equal(ps_buf_add(&out, (ps_slice){ der, (size_t)n }, NULL), PS_OK);
	OPENSSL_free(label);
	OPENSSL_free(header);
	OPENSSL_free(der);
	return out;
}

static inline ps_cert *
pki_cert(const char *name)
{
	struct ps_buf der = pki_der(name);
	ps_err err = PS_ERR_INIT;
	ps_cert *c = NULL;

	assert_ok(ps_cert_parse(&c, ps_buf_get(&der), &err), &err);
	ps_buf_clear(&der);
	return c;
}

#endif
