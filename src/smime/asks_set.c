/* SPDX-License-Identifier: ISC */
/*
 * The protector's setters for what signers ask (RFC 2634): each value is
 * understood when it is given, so that a mistake is told before a mail is read.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/words.h"
#include "smime/protecting.h"
#include "smime/words.h"

enum { ASKED_MAX = 1000 };	/* readers of whom a receipt is wanted */

void
protect_asks_clear(struct protect_asks *a)
{
	for (size_t i = 0; i < a->nfrom; i++)
		free(a->from[i]);
	for (size_t i = 0; i < a->nto; i++)
		free(a->to[i]);
	free(a->from);
	free(a->to);
	ps_buf_clear(&a->label);
	*a = (struct protect_asks){ .receipt = false };
}

bool
protect_is_ascii_address(const char *s, const struct ps_limits *limits)
{
	struct mime_mailboxes one = { .n = 0 };
	bool good = true;

	for (const char *p = s; *p != '\0' && good; p++)
		good = *p > 0x20 && *p < 0x7f;
	good = good && mime_mailboxes_parse(&one, ps_str(s), limits, NULL) == PS_OK &&
	    one.n == 1 && !one.malformed && strcmp(one.box[0].address, s) == 0;
	mime_mailboxes_clear(&one);
	return good;
}

/* --- receipts --- */

static ps_code
add_address(ps_protector *pr, char ***list, size_t *n, size_t max, const char *address,
    ps_err *err)
{
	char **grown;

	if (!protect_is_ascii_address(address, &pr->setup.ctx->limits))
		return ps_fail(err, PS_E_MISUSE, "smime.protector", PS_NOWHERE, W_P_NO_ADDRESS,
		    PS_TEXT("name", address));
	if (*n == max)
		return ps_fail(err, PS_E_MISUSE, "smime.protector", PS_NOWHERE,
		    W_P_RECEIPT_MANY, PS_NUMBER("max", max));
	if ((grown = realloc(*list, (*n + 1) * sizeof *grown)) == NULL)
		return ps_nomem(err, "smime.protector");
	*list = grown;
	if ((grown[*n] = strdup(address)) == NULL)
		return ps_nomem(err, "smime.protector");
	++*n;
	return PS_OK;
}

ps_code
ps_protector_request_receipt(ps_protector *pr, const char *from, ps_err *err)
{
	struct protect_asks *a;

	if (pr == NULL)
		return ps_nomem(err, "smime.protector");
	a = &pr->asks;
	a->receipt = true;
	if (strcmp(from, "all") == 0)
		return PS_OK;
	if (strcmp(from, "first-tier") == 0) {
		a->first_tier = true;
		return PS_OK;
	}
	return add_address(pr, &a->from, &a->nfrom, ASKED_MAX, from, err);
}

ps_code
ps_protector_add_receipt_to(ps_protector *pr, const char *address, ps_err *err)
{
	if (pr == NULL)
		return ps_nomem(err, "smime.protector");
	return add_address(pr, &pr->asks.to, &pr->asks.nto, CMS_RECEIPTS_TO, address, err);
}

/* --- labels --- */

/* A word of RFC 2634, 3.2 or a number; empty: -1. */
static bool
read_classification(ps_slice s, int *out)
{
	const char *name;
	uint64_t n = 0;

	*out = -1;
	if (s.n == 0)
		return true;
	for (unsigned i = 0; (name = cms_ess_classification_name(i)) != NULL; i++)
		if (ps_ascii_equal(s, ps_str(name))) {
			*out = (int)i;
			return true;
		}
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9' || i == 3)
			return false;
		n = n * 10 + (unsigned)(s.p[i] - '0');
	}
	*out = (int)n;
	return n <= CMS_CLASSIFICATION_MAX;
}

/* Octets that a person may see: UTF-8 without control characters, of which a
 * mark may have 128. */
static bool
is_mark(const char *s)
{
	char shown[CMS_MARK_MAX + 4];
	size_t n = strlen(s);

	return n <= CMS_MARK_MAX && ps_text_escape(shown, sizeof shown, ps_str(s)) == n &&
	    memcmp(shown, s, n) == 0;
}

/* The part before the next colon; moves *text behind it. */
static ps_slice
next_field(const char **text)
{
	size_t n = strcspn(*text, ":");
	ps_slice field = { (const uint8_t *)*text, n };

	*text += n + ((*text)[n] == ':');
	return field;
}

static bool
read_policy(ps_slice s, uint8_t out[64], size_t *out_n)
{
	char text[256];

	if (s.n >= sizeof text)
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	return der_oid_parse(text, out, 64, out_n);
}

ps_code
ps_protector_set_label(ps_protector *pr, const char *label, ps_err *err)
{
	const char *rest = label;
	uint8_t policy[64];
	size_t npolicy = 0;
	int classification = -1;
	struct derw w;

	if (pr == NULL)
		return ps_nomem(err, "smime.protector");
	if (!read_policy(next_field(&rest), policy, &npolicy) ||
	    !read_classification(next_field(&rest), &classification) || !is_mark(rest))
		return ps_fail(err, PS_E_MISUSE, "smime.protector", PS_NOWHERE, W_P_LABEL,
		    PS_TEXT("name", label));
	ps_buf_clear(&pr->asks.label);
	derw_init(&w, &pr->asks.label);
	cms_ess_build_label(&w, (ps_slice){ policy, npolicy }, classification, ps_str(rest));
	return derw_finish(&w, err);
}
