/* SPDX-License-Identifier: ISC */
/*
 * Lint: the fields of every certificate (RFC 5280, 4.1), and how long it is
 * valid (BR 6.3.2).
 */
#include "issue/lint.h"

enum { DAY = 86400 };

static void
version(struct lint *l)
{
	bool any = false;

	for (size_t i = 0; i < E_COUNT; i++)
		any |= l->ext[i].present;
	if (any && l->version != 2)
		lint_found(l);
}

static void
serial(struct lint *l)
{
	ps_slice s = l->serial;
	bool zero = true;

	for (size_t i = 0; i < s.n; i++)
		zero &= s.p[i] == 0;
	if (zero || s.p[0] >= 0x80 || s.n > 20)
		lint_found(l);
}

/* 64 bits of randomness give fewer than 56 bits once in 256 times. */
static void
serial_short(struct lint *l)
{
	if (l->serial.n < 7)
		lint_found(l);
}

static void
sig_match(struct lint *l)
{
	if (!ps_slice_equal(l->sig_inner, l->sig_outer))
		lint_found(l);
}

static void
negative(struct lint *l)
{
	if (l->not_before.read && l->not_after.read && l->not_after.at < l->not_before.at)
		lint_found(l);
}

static void
time_type(struct lint *l)
{
	const struct lint_time *t[] = { &l->not_before, &l->not_after };

	for (size_t i = 0; i < 2; i++) {
		bool late = t[i]->at >= 2524608000;	/* 2050-01-01 */

		if (t[i]->read && late && t[i]->tag != DER_GENTIME)
			lint_found_text(l, "UTCTime");
		if (t[i]->read && !late && t[i]->tag != DER_UTCTIME)
			lint_found_text(l, "GeneralizedTime");
	}
}

/* digits, then "Z" */
static bool
time_ok(ps_slice text, size_t digits)
{
	if (text.n != digits + 1 || text.p[digits] != 'Z')
		return false;
	for (size_t i = 0; i < digits; i++)
		if (text.p[i] < '0' || text.p[i] > '9')
			return false;
	return true;
}

static void
time_form(struct lint *l, uint32_t tag, size_t digits)
{
	const struct lint_time *t[] = { &l->not_before, &l->not_after };

	for (size_t i = 0; i < 2; i++)
		if (t[i]->tag == tag && (!time_ok(t[i]->text, digits) || !t[i]->read))
			lint_found(l);
}

static void
utc_form(struct lint *l)
{
	time_form(l, DER_UTCTIME, 12);
}

static void
gen_form(struct lint *l)
{
	time_form(l, DER_GENTIME, 14);
}

static void
issuer_uid(struct lint *l)
{
	if (l->issuer_uid)
		lint_found(l);
}

static void
subject_uid(struct lint *l)
{
	if (l->subject_uid)
		lint_found(l);
}

static void
issuer_empty(struct lint *l)
{
	if (l->issuer.n == 2)
		lint_found(l);
}

static void
twice(struct lint *l)
{
	if (l->several_exts)
		lint_found(l);
}

/* --- how long: both ends belong to it (RFC 5280, 4.1.2.5) --- */

static int64_t
seconds(const struct lint *l)
{
	if (!l->not_before.read || !l->not_after.read)
		return 0;
	return l->not_after.at - l->not_before.at + 1;
}

static void
long_1185(struct lint *l)
{
	if (seconds(l) > (int64_t)1185 * DAY)
		lint_found(l);
}

static void
long_825(struct lint *l)
{
	if (seconds(l) > (int64_t)825 * DAY)
		lint_found(l);
}

static void
at_maximum(struct lint *l)
{
	if (seconds(l) == (int64_t)(l->generation == G_LEGACY ? 1185 : 825) * DAY)
		lint_found(l);
}

#define PROFILE	.who = W_EE, .type = T_ANY

static const struct lint_check rows[] = {
	{ L_VERSION, version, "version", ALWAYS },
	{ L_SERIAL, serial, "serialNumber", ALWAYS },
	{ L_SERIAL_SHORT, serial_short, "serialNumber", PROFILE },
	{ L_SIG_MATCH, sig_match, "signatureAlgorithm", ALWAYS },
	{ L_NEGATIVE, negative, "validity", ALWAYS },
	{ L_TIME_TYPE, time_type, "validity", ALWAYS },
	{ L_UTCTIME, utc_form, "validity", ALWAYS },
	{ L_GENTIME, gen_form, "validity", ALWAYS },
	{ L_ISSUER_UID, issuer_uid, "issuerUniqueID", ALWAYS },
	{ L_SUBJECT_UID, subject_uid, "subjectUniqueID", ALWAYS },
	{ L_NAME_EMPTY, issuer_empty, "issuer", ALWAYS },
	{ L_UNIQUE_EXT, twice, "extensions", ALWAYS },
	{ L_LONG_1185, long_1185, "validity", PROFILE, .generation = G_LEGACY },
	{ L_LONG_825, long_825, "validity", PROFILE, .generation = G_MULTIPURPOSE | G_STRICT },
	{ L_AT_MAXIMUM, at_maximum, "validity", PROFILE },
};
const struct lint_table lint_fields = LINT_TABLE(rows, false);
