/* SPDX-License-Identifier: ISC */
#ifndef PS_CMS_TIMESTAMP_H
#define PS_CMS_TIMESTAMP_H

/* Time-stamp tokens (RFC 3161) over a signature. */

#include "cms/signed_data.h"

enum cms_stamp_result {
	CMS_STAMP_GOOD,
	CMS_STAMP_MALFORMED,
	CMS_STAMP_OTHER,	/* it is over something else */
	CMS_STAMP_NO_CERT,
	CMS_STAMP_SIGNATURE,	/* wrong, or not to be judged here */
};

struct cms_stamp {
	enum cms_stamp_result result;
	int64_t		 at;		/* genTime */
	const struct ps_alg *imprint;	/* digest of what was stamped; NULL: unknown */
	ps_slice	 nonce;		/* INTEGER's octets; n == 0: none */
	struct ps_sigspec spec;		/* how the token is signed, when GOOD */
	ps_cert		*cert;		/* borrowed from `s` or the caller; NULL: none */
	struct cms_signed s;		/* its bag helps to build the path */
	struct ps_buf	 info;
	ps_reader	*reader;
	struct cms_shell shell;
};

/*
 * cms_stamp_check reads a token and checks that it stamps `what` and is signed
 * by the certificate it names (RFC 3161, 2.4.2; RFC 5816). Whether that
 * certificate may stamp is for a path to say. What is wrong with a token is a
 * result. cms_stamp_clear is due after both.
 */
PS_MUST ps_code cms_stamp_check(struct cms_stamp *out, ps_slice token, ps_slice what,
    ps_cert *const *more, size_t nmore, const struct ps_limits *limits, ps_err *err);
void	cms_stamp_clear(struct cms_stamp *t);

#endif
