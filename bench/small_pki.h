/* SPDX-License-Identifier: ISC */
#ifndef PS_BENCH_SMALL_PKI_H
#define PS_BENCH_SMALL_PKI_H

/* People with certificates, for the time of one run. */

#include <openssl/evp.h>
#include <openssl/x509.h>

struct pki {
	char		 dir[64];	/* KIND{-root.crt,-issuing.crt,.crt,.pem}, many-N.crt */
	EVP_PKEY	*key[3];	/* of the leaves: PKI_RSA, PKI_EC, PKI_PQ */
	X509		*leaf[3];
	EVP_PKEY	*kem;		/* ML-KEM-768, in pq-kem{.crt,.pem} */
	int		 kinds;		/* without PKI_PQ where OpenSSL has none */
};

/* PKI_PQ: ML-DSA-65 throughout. */
enum { PKI_RSA, PKI_EC, PKI_PQ };
extern const char *const pki_kind[3];

/* pki_make writes `many` more RSA certificates into many-N.crt; exits when it
 * cannot. */
void	pki_make(struct pki *p, unsigned many);
void	pki_path(const struct pki *p, char *out, size_t size, const char *name);
void	pki_remove(struct pki *p);

#endif
