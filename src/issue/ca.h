/* SPDX-License-Identifier: ISC */
#ifndef PS_ISSUE_CA_H
#define PS_ISSUE_CA_H

/* An authority, as its files share it. */

#include <postseal-tools/ca.h>

#include "issue/cert_build.h"
#include "issue/news.h"
#include "issue/record.h"

struct ps_ca {
	char		*dir;
	struct record	 record;
	ps_cert		*root, *issuing;
	struct ps_key	*root_key, *issuing_key;	/* NULL: not unlocked yet */
	ps_ask_fn	 ask;
	void		*arg;
	int64_t		 now;
};

/* ca_signer unlocks the key of the issuing authority, or of the root. */
PS_MUST ps_code ca_signer(ps_ca *ca, bool root, struct issue_signer *out, ps_err *err);
/* ca_span is from now for `days`, not beyond the signer's certificate. */
struct issue_span ca_span(const ps_ca *ca, bool root, unsigned days);
/* ca_write_file writes beside and renames. */
PS_MUST ps_code ca_write_file(const char *dir, const char *name, ps_slice data, ps_err *err);
PS_MUST ps_code ca_crl_build(ps_ca *ca, bool root, unsigned days, struct ps_buf *out, ps_err *err);

#endif
