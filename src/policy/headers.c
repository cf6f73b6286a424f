/* SPDX-License-Identifier: ISC */
/*
 * Header confidentiality policies (RFC 9788, 3): what of an encrypted mail's fields
 * stands outside, where everybody on the way can read it. A field without a row
 * stands outside as it is.
 */
#include <string.h>

#include "base/text.h"
#include "policy/table.h"

static const char *const names[] = {
	[PS_HCP_OFF] = "off",
	[PS_HCP_NONE] = "none",
	[PS_HCP_BASELINE] = "baseline",
	[PS_HCP_SHY] = "shy",
};

static const struct {
	const char	*field;
	enum ps_hcp	 least;		/* from this policy on */
	enum ps_hide	 hide;
} rows[] = {
	{ "Subject",	PS_HCP_BASELINE, PS_HIDE_TEXT },
	{ "Comments",	PS_HCP_BASELINE, PS_HIDE_FIELD },
	{ "Keywords",	PS_HCP_BASELINE, PS_HIDE_FIELD },
	{ "From",	PS_HCP_SHY,	PS_HIDE_NAME },
	{ "To",		PS_HCP_SHY,	PS_HIDE_NAMES },
	{ "Cc",		PS_HCP_SHY,	PS_HIDE_NAMES },
	{ "Date",	PS_HCP_SHY,	PS_HIDE_ZONE },
};

const char *
ps_hcp_name(enum ps_hcp hcp)
{
	return names[hcp];
}

bool
ps_hcp_by_name(const char *name, enum ps_hcp *out)
{
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(names[i], name) == 0) {
			*out = (enum ps_hcp)i;
			return true;
		}
	return false;
}

enum ps_hide
ps_hcp_hide(enum ps_hcp hcp, ps_slice field)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (hcp >= rows[i].least && ps_ascii_equal(field, ps_str(rows[i].field)))
			return rows[i].hide;
	return PS_HIDE_NOTHING;
}

enum ps_hcp
ps_policy_headers(const ps_policy *p)
{
	return p == NULL ? PS_HCP_BASELINE : p->headers;
}

bool
ps_policy_legacy_display(const ps_policy *p)
{
	return p == NULL || p->legacy_display;
}
