/* SPDX-License-Identifier: ISC */
/*
 * The algorithms that this build has, for `version` and for who asks.
 */
#include <stdio.h>

#include <postseal/smime.h>

#include "crypto/alg.h"

static const char *const kinds[] = {
	[PS_ALG_DIGEST] = "digest",
	[PS_ALG_SIGNATURE] = "signature",
	[PS_ALG_CURVE] = "curve",
	[PS_ALG_CIPHER] = "cipher",
	[PS_ALG_TRANSPORT] = "key-transport",
	[PS_ALG_AGREEMENT] = "key-agreement",
	[PS_ALG_KEM] = "key-encapsulation",
	[PS_ALG_COMPRESSION] = NULL,
};

const char *
ps_alg_names(char *out, size_t size)
{
	size_t used = 0;

	if (size == 0)
		return out;
	out[0] = '\0';
	for (unsigned id = 1; id < PS_ALG_COUNT && used < size; id++) {
		const struct ps_alg *alg = ps_alg_get(id);
		const char *kind = (size_t)alg->kind < sizeof kinds / sizeof kinds[0]
		    ? kinds[alg->kind] : NULL;

		if (kind != NULL && ps_alg_offered(alg))
			used += (size_t)snprintf(out + used, size - used, "%s %s\n", kind,
			    alg->name);
	}
	return out;
}
