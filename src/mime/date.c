/* SPDX-License-Identifier: ISC */
/*
 * Dates of mail (RFC 5322, 3.3 and 4.3). The day of the week is not compared
 * with the date, because senders err there and nothing depends on it.
 */
#include "mime/mime.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "mime/lex.h"

static const char *const months[] = { "jan", "feb", "mar", "apr", "may", "jun",
	"jul", "aug", "sep", "oct", "nov", "dec" };

static const struct {
	const char	*name;
	int		 hours;
} zones[] = {
	{ "est", -5 }, { "edt", -4 }, { "cst", -6 }, { "cdt", -5 },
	{ "mst", -7 }, { "mdt", -6 }, { "pst", -8 }, { "pdt", -7 },
};

static ps_slice
letters(struct mime_lex *l)
{
	const uint8_t *start;

	mime_lex_space(l);
	start = l->p;
	while (l->p < l->end && ps_ascii_lower(*l->p) >= 'a' &&
	    ps_ascii_lower(*l->p) <= 'z')
		l->p++;
	return (ps_slice){ start, (size_t)(l->p - start) };
}

/* number reads `least` to `most` digits and tells how many. */
static bool
number(struct mime_lex *l, size_t least, size_t most, int *out, size_t *out_n)
{
	size_t n = 0;
	int value = 0;

	mime_lex_space(l);
	while (l->p < l->end && *l->p >= '0' && *l->p <= '9' && n < most) {
		value = value * 10 + (*l->p++ - '0');
		n++;
	}
	*out = value;
	*out_n = n;
	return n >= least && (l->p == l->end || *l->p < '0' || *l->p > '9');
}

static bool
day_name(struct mime_lex *l)
{
	ps_slice name = letters(l);

	return name.n == 0 || mime_lex_take(l, ',');
}

static bool
month(struct mime_lex *l, int *out)
{
	ps_slice name = letters(l);

	for (int i = 0; i < 12; i++)
		if (ps_ascii_equal(name, ps_str(months[i]))) {
			*out = i + 1;
			return true;
		}
	return false;
}

/* RFC 5322, 4.3: two digits up to 49 mean 20xx, else, and three, 19xx. */
static bool
year(struct mime_lex *l, int *out)
{
	size_t n;

	if (!number(l, 2, 4, out, &n))
		return false;
	if (n == 2)
		*out += *out < 50 ? 2000 : 1900;
	else if (n == 3)
		*out += 1900;
	return true;
}

static bool
time_of_day(struct mime_lex *l, struct ps_date *d)
{
	size_t n;

	if (!number(l, 1, 2, &d->hour, &n) || !mime_lex_take(l, ':') ||
	    !number(l, 2, 2, &d->minute, &n))
		return false;
	return !mime_lex_take(l, ':') || number(l, 2, 2, &d->second, &n);
}

/* RFC 5322, 4.3: "GMT", "UT", the American zones; whatever else has a
 * name, the military letters above all, means nothing: as -0000. */
static int64_t
named_zone(ps_slice name)
{
	for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++)
		if (ps_ascii_equal(name, ps_str(zones[i].name)))
			return zones[i].hours * 3600;
	return 0;
}

/* zone reads the offset in seconds; without one the time is UTC. */
static bool
zone(struct mime_lex *l, int64_t *out)
{
	bool minus = mime_lex_take(l, '-');
	size_t n;
	int value;

	if (!minus && !mime_lex_take(l, '+')) {
		*out = named_zone(letters(l));
		return true;
	}
	if (!number(l, 4, 4, &value, &n) || value % 100 > 59)
		return false;
	*out = value / 100 * 3600 + value % 100 * 60;
	if (minus)
		*out = -*out;
	return true;
}

bool
mime_date_parse(ps_slice body, int64_t *out)
{
	struct mime_lex l = mime_lex_of(body);
	struct ps_date d = { 0 };
	int64_t t, offset;
	size_t n;

	if (!day_name(&l) || !number(&l, 1, 2, &d.day, &n) ||
	    !month(&l, &d.month) || !year(&l, &d.year) ||
	    !time_of_day(&l, &d) || !zone(&l, &offset) ||
	    mime_lex_next(&l) != -1 || !ps_clock_from_date(&d, &t))
		return false;
	*out = t - offset;
	return true;
}

void
mime_date_format(int64_t t, char *out, size_t size)
{
	static const char *const days[] = { "Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed" };
	int64_t day = t / 86400 - (t % 86400 < 0);
	struct ps_date d;

	ps_clock_to_date(t, &d);
	(void)snprintf(out, size, "%s, %d %c%s %04d %02d:%02d:%02d +0000",
	    days[(day % 7 + 7) % 7], d.day, months[d.month - 1][0] - 'a' + 'A',
	    months[d.month - 1] + 1, d.year, d.hour, d.minute, d.second);
}
