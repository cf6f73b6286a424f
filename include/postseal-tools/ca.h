/* SPDX-License-Identifier: ISC */
#ifndef POSTSEAL_TOOLS_CA_H
#define POSTSEAL_TOOLS_CA_H

/*
 * An authority of one's own: a root, an issuing authority below it, and a
 * record of all that it did, in one folder. For our programs; not installed.
 */

#include <postseal/stream.h>

typedef struct ps_ca ps_ca;

/* What ps_ca_init makes. Every text but `name` may be NULL. */
typedef struct ps_ca_plan {
	const char	*name;		/* "Example": of the two authorities */
	const char	*key;		/* kind of their keys; NULL: p-384 */
	const char	*crl_url;	/* where others will find the revocation list, */
	const char	*ocsp_url;	/* answers, */
	const char	*issuer_url;	/* and the certificate of the issuing authority */
} ps_ca_plan;

/* ps_ca_place: the folder when none is named; free() it. */
PS_MUST ps_code ps_ca_place(char **out, ps_err *err);
/* ps_ca_init makes an authority in `dir`, its keys under `passphrase`, as of `now`
 * (INT64_MIN: the system's clock). PS_E_REFUSED when one is there. */
PS_MUST ps_code ps_ca_init(const char *dir, const ps_ca_plan *plan, const ps_secret *passphrase,
    int64_t now, ps_err *err);
/* ps_ca_open finds an authority; `ask` is called when a key is needed. PS_E_TEMPORARY when
 * another process works for it. */
PS_MUST ps_code ps_ca_open(ps_ca **out, const char *dir, int64_t now, ps_ask_fn ask, void *arg,
    ps_err *err);
void	ps_ca_close(ps_ca *ca);

enum { PS_CA_SIGN = 1, PS_CA_ENCRYPT = 2, PS_CA_BOTH = 3, PS_CA_SPLIT = 4 };
typedef struct ps_ca_wish {
	const char	*request;	/* PKCS#10 or public key file; NULL: we make the keys */
	const char	*const *address;
	size_t		 naddress;	/* 0: those of the request */
	const char	*key;		/* kind of keys that we make; NULL: rsa-3072 */
	int		 use;		/* PS_CA_...; 0: as the request says, else split keys */
	unsigned	 days;		/* 0: 730 */
	int		 again;		/* although there is a certificate for this use */
	const ps_secret	*passphrase;	/* of the PKCS#12 file, when we make the keys */
	int		 old_form;	/* a PKCS#12 that iPhones read */
} ps_ca_wish;
/*
 * ps_ca_issue writes a certificate and its chain (PEM) for a request, a PKCS#12 file
 * when the keys are ours to make. It is recorded before it is written. PS_E_REFUSED: a
 * request that proves nothing, an address that has a certificate for this use.
 */
PS_MUST ps_code ps_ca_issue(ps_ca *ca, const ps_ca_wish *wish, ps_writer *out, ps_err *err);

/* ps_ca_revoke: `what` is a serial number (hex) or a file with the certificate; `reason` one
 * of ps_ca_reasons ("a|b|c"), NULL: unspecified. PS_E_REFUSED when it was before. */
PS_MUST ps_code ps_ca_revoke(ps_ca *ca, const char *what, const char *reason, ps_err *err);
const char *ps_ca_reasons(void);

/* ps_ca_crl writes the next revocation list (DER), good for `days` (0: 7, of the root 365). */
PS_MUST ps_code ps_ca_crl(ps_ca *ca, int of_root, unsigned days, ps_writer *out, ps_err *err);
/* ps_ca_ocsp writes the answer (DER) to a request, good for `days` (0: 1). */
PS_MUST ps_code ps_ca_ocsp(ps_ca *ca, const char *request, unsigned days, ps_writer *out,
    ps_err *err);
/* ps_ca_ocsp_all writes an answer for each certificate into a folder: SERIAL.ors. */
PS_MUST ps_code ps_ca_ocsp_all(ps_ca *ca, const char *dir, unsigned days, ps_err *err);
/* ps_ca_publish writes all that others may need into a folder: see docs/authority.md. */
PS_MUST ps_code ps_ca_publish(ps_ca *ca, const char *dir, ps_err *err);
/* ps_ca_list writes a line for each certificate that was issued, or a JSON object. */
PS_MUST ps_code ps_ca_list(ps_ca *ca, int json, ps_writer *out, ps_err *err);

#endif
