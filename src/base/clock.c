/* SPDX-License-Identifier: ISC */
/*
 * Dates without the C library's time zones.
 */
#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <postseal/base.h>

static bool
leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int
month_days(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return month == 2 && leap(year) ? 29 : days[month - 1];
}

/* Days since 1970-01-01 in the proleptic Gregorian calendar; a year that
 * begins in March puts the leap day last. */
static int64_t
days_from_civil(int year, int month, int day)
{
	int64_t y = (int64_t)year - (month <= 2);
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

	return era * 146097 + doe - 719468;
}

bool
ps_clock_from_date(const struct ps_date *d, int64_t *out)
{
	if (d->year < 0 || d->year > 9999 || d->month < 1 || d->month > 12 ||
	    d->day < 1 || d->day > month_days(d->year, d->month) ||
	    d->hour < 0 || d->hour > 23 || d->minute < 0 || d->minute > 59 ||
	    d->second < 0 || d->second > 60)
		return false;
	*out = days_from_civil(d->year, d->month, d->day) * 86400 +
	    d->hour * 3600 + d->minute * 60 + (d->second == 60 ? 59 : d->second);
	return true;
}

void
ps_clock_to_date(int64_t t, struct ps_date *out)
{
	int64_t days = t / 86400, rest = t % 86400;
	int64_t era, doe, yoe, doy, mp;

	if (rest < 0) {
		rest += 86400;
		days--;
	}
	days += 719468;
	era = (days >= 0 ? days : days - 146096) / 146097;
	doe = days - era * 146097;
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	mp = (5 * doy + 2) / 153;
	out->day = (int)(doy - (153 * mp + 2) / 5 + 1);
	out->month = (int)(mp < 10 ? mp + 3 : mp - 9);
	out->year = (int)(yoe + era * 400 + (out->month <= 2));
	out->hour = (int)(rest / 3600);
	out->minute = (int)(rest / 60 % 60);
	out->second = (int)(rest % 60);
}

void
ps_clock_format(int64_t t, char *out, size_t size)
{
	struct ps_date d;

	ps_clock_to_date(t, &d);
	snprintf(out, size, "%04d-%02d-%02dT%02d:%02d:%02dZ", d.year, d.month,
	    d.day, d.hour, d.minute, d.second);
}

/* Reads `width` digits; -1 when there are none. */
static int
digits(const char **p, int width)
{
	int value = 0;

	while (width-- > 0) {
		if (**p < '0' || **p > '9')
			return -1;
		value = value * 10 + (*(*p)++ - '0');
	}
	return value;
}

static bool
parse_offset(const char *p, int64_t *t)
{
	int sign, hours, minutes;

	if ((*p == 'Z' || *p == 'z') && p[1] == '\0')
		return true;
	if (*p != '+' && *p != '-')
		return false;
	sign = *p++ == '+' ? -1 : 1;
	hours = digits(&p, 2);
	if (hours < 0 || hours > 23 || *p++ != ':')
		return false;
	minutes = digits(&p, 2);
	if (minutes < 0 || minutes > 59 || *p != '\0')
		return false;
	*t += sign * (hours * 3600 + minutes * 60);
	return true;
}

bool
ps_clock_parse(const char *p, int64_t *out)
{
	struct ps_date d = { 0 };
	int64_t t;

	d.year = digits(&p, 4);
	if (d.year < 0 || *p++ != '-')
		return false;
	d.month = digits(&p, 2);
	if (d.month < 0 || *p++ != '-')
		return false;
	d.day = digits(&p, 2);
	if (*p == '\0')
		return ps_clock_from_date(&d, out);
	if (*p != 'T' && *p != 't' && *p != ' ')
		return false;
	p++;
	d.hour = digits(&p, 2);
	if (d.hour < 0 || *p++ != ':')
		return false;
	d.minute = digits(&p, 2);
	if (d.minute < 0 || *p++ != ':')
		return false;
	d.second = digits(&p, 2);
	if (*p == '.')
		for (p++; *p >= '0' && *p <= '9';)
			p++;
	if (!ps_clock_from_date(&d, &t) || !parse_offset(p, &t))
		return false;
	*out = t;
	return true;
}

ps_code
ps_time_parse(const char *text, int64_t *out)
{
	if (text == NULL || out == NULL)
		return PS_E_MISUSE;
	return ps_clock_parse(text, out) ? PS_OK : PS_E_MALFORMED;
}

int64_t
ps_clock_system(void)
{
	return (int64_t)time(NULL);
}
