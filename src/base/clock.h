/* SPDX-License-Identifier: ISC */
#ifndef PS_BASE_CLOCK_H
#define PS_BASE_CLOCK_H

/* Times are seconds since 1970-01-01 UTC, by our own functions: no locale,
 * no time zone, no leap second. */

#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>

struct ps_date {
	int	year, month, day, hour, minute, second;	/* month, day from 1 */
};

/* ps_clock_from_date answers false when the date does not exist (second 60
 * is read as 59). */
bool	ps_clock_from_date(const struct ps_date *date, int64_t *out);
void	ps_clock_to_date(int64_t t, struct ps_date *out);
/* ps_clock_format writes "2026-01-01T00:00:00Z" (21 octets with the NUL). */
void	ps_clock_format(int64_t t, char *out, size_t size);
/* ps_clock_parse reads RFC 3339: "2026-01-01T00:00:00Z", with an offset, or
 * the date alone (midnight UTC). */
bool	ps_clock_parse(const char *text, int64_t *out);
int64_t	ps_clock_system(void);

#endif
