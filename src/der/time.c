/* SPDX-License-Identifier: ISC */
/*
 * UTCTime and GeneralizedTime.
 *
 * RFC 5280, 4.1.2.5 and RFC 5652, 11.3 allow one form each, with seconds and
 * Z. Senders also write what X.680 allows beyond it; a signing time is worth
 * showing even so, so that is read, unless the cursor is strict.
 */
#include "base/clock.h"
#include "der/der.h"
#include "der/head.h"
#include "der/words.h"

struct text {
	const uint8_t	*p, *end;
};

static bool
digit(const struct text *t)
{
	return t->p != t->end && *t->p >= '0' && *t->p <= '9';
}

static bool
either(const struct text *t, char a, char b)
{
	return t->p != t->end && (*t->p == a || *t->p == b);
}

/* Reads `width` digits; false leaves the text somewhere in them. */
static bool
number(struct text *t, int width, int *out)
{
	int value = 0;

	for (; width > 0; width--) {
		if (!digit(t))
			return false;
		value = value * 10 + (*t->p++ - '0');
	}
	*out = value;
	return true;
}

static bool
read_date(struct text *t, bool utc, struct ps_date *d)
{
	if (!number(t, utc ? 2 : 4, &d->year))
		return false;
	/* RFC 5280, 4.1.2.5.1: YY from 50 on is 19YY. */
	if (utc)
		d->year += d->year < 50 ? 2000 : 1900;
	return number(t, 2, &d->month) && number(t, 2, &d->day) &&
	    number(t, 2, &d->hour);
}

/* Minutes and seconds; `unit`: seconds in the last of the fields read. */
static bool
read_clock(struct text *t, bool utc, struct ps_date *d, int *unit)
{
	*unit = 3600;
	if (!digit(t))
		return !utc;
	*unit = 60;
	if (!number(t, 2, &d->minute))
		return false;
	if (!digit(t))
		return true;
	*unit = 1;
	return number(t, 2, &d->second);
}

/* A fraction of the last field, in whole seconds; digits past nine are
 * passed over. */
static bool
read_fraction(struct text *t, int unit, int64_t *out)
{
	int64_t value = 0, scale = 1;

	if (!either(t, '.', ','))
		return true;
	t->p++;
	if (!digit(t))
		return false;
	for (; digit(t); t->p++) {
		if (scale == 1000000000)
			continue;
		value = value * 10 + (*t->p - '0');
		scale *= 10;
	}
	*out += value * unit / scale;
	return true;
}

/* Z, an offset (which is subtracted), or nothing, which we take as UTC. */
static bool
read_zone(struct text *t, bool utc, int64_t *out)
{
	int hours, minutes = 0, sign;

	if (either(t, 'Z', 'z')) {
		t->p++;
		return true;
	}
	if (!either(t, '+', '-'))
		return true;
	sign = *t->p++ == '+' ? -1 : 1;
	if (!number(t, 2, &hours) || hours > 23)
		return false;
	if ((utc || digit(t)) && (!number(t, 2, &minutes) || minutes > 59))
		return false;
	*out += sign * (hours * 3600 + minutes * 60);
	return true;
}

static bool
read_time(ps_slice v, bool utc, int64_t *out)
{
	struct text t = { v.p, v.p + v.n };
	struct ps_date d = { 0 };
	int64_t at, extra = 0;
	int unit;

	if (!read_date(&t, utc, &d) || !read_clock(&t, utc, &d, &unit) ||
	    (!utc && !read_fraction(&t, unit, &extra)) ||
	    !read_zone(&t, utc, &extra) || t.p != t.end ||
	    !ps_clock_from_date(&d, &at))
		return false;
	*out = at + extra;
	return true;
}

/* RFC 5280, 4.1.2.5: all digits, seconds included, then Z. */
static bool
canonical_form(ps_slice v, bool utc)
{
	if (v.n != (utc ? 13 : 15) || v.p[v.n - 1] != 'Z')
		return false;
	for (size_t i = 0; i + 1 < v.n; i++)
		if (v.p[i] < '0' || v.p[i] > '9')
			return false;
	return true;
}

int64_t
der_time(struct der *d, const char *name)
{
	bool utc = der_next_tag(d) == DER_UTCTIME;
	struct der_taken taken;
	int64_t t = 0;

	if (!der_take(d, 0, name, &taken))
		return 0;
	if (taken.tag != DER_UTCTIME && taken.tag != DER_GENTIME)
		der_fail_element(d, taken.whole.p, name, W_DER_WANT_TIME_TAG);
	else if (d->state->strict && !canonical_form(taken.value, utc))
		der_fail_element(d, taken.whole.p, name, W_DER_WANT_TIME_DER);
	else if (!read_time(taken.value, utc, &t))
		der_fail_element(d, taken.whole.p, name, W_DER_WANT_TIME);
	return t;
}
