/* SPDX-License-Identifier: ISC */
/*
 * Which certificate policies a user asks for.
 *
 * A list of object identifiers in dotted form. They are checked here, where
 * the line of a policy file can still be named, so that a path is never judged
 * by a list of which a part was not understood.
 */
#include <string.h>

#include "policy/table.h"

enum { ROOTS = 2, UNDER_ROOT = 39 };	/* ITU-T X.660: 0 and 1 have 40 arcs */

static bool
blank(char c)
{
	return c == ' ' || c == '\t' || c == ',';
}

/* One number without leading zeros; *p is moved behind it. */
static bool
arc(const char **p, const char *end, uint32_t *out)
{
	const char *start = *p;
	uint64_t n = 0;

	for (; *p < end && **p >= '0' && **p <= '9' && n <= UINT32_MAX; (*p)++)
		n = 10 * n + (uint64_t)(**p - '0');
	*out = (uint32_t)n;
	return *p > start && n <= UINT32_MAX && (*start != '0' || *p == start + 1);
}

static bool
dotted(const char *p, const char *end)
{
	uint32_t first, second, next;

	if (!arc(&p, end, &first) || first > ROOTS || p == end || *p++ != '.' ||
	    !arc(&p, end, &second) || (first < ROOTS && second > UNDER_ROOT))
		return false;
	while (p < end)
		if (*p++ != '.' || !arc(&p, end, &next))
			return false;
	return true;
}

bool
ps_policy_certs_parse(struct ps_policy_certs *out, const char *value)
{
	struct ps_policy_certs made = *out;
	const char *p = value, *word;

	made.n = 0;
	for (;;) {
		while (blank(*p))
			p++;
		if (*p == '\0')
			break;
		for (word = p; *p != '\0' && !blank(*p); p++)
			;
		if (made.n == PS_CERT_POLICIES || p - word >= PS_OID_DOTTED || !dotted(word, p))
			return false;
		memset(made.policy[made.n], 0, PS_OID_DOTTED);
		memcpy(made.policy[made.n++], word, (size_t)(p - word));
	}
	if (made.n == 0)
		return false;
	*out = made;
	return true;
}
