/* SPDX-License-Identifier: ISC */
/*
 * Progress, and stopping.
 *
 * A short job shows nothing: a bar that flashes is noise. It is drawn on
 * standard error, and only when that is a terminal and the data is not shown
 * there too.
 */
#include "progress.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	LARGE		= 64 * 1024 * 1024,
	PATIENCE	= 500,		/* milliseconds */
	REDRAW		= 100,
	WIDTH		= 40,
	GRACE		= 3		/* seconds to stop in, once told to */
};

/* The only things that a signal handler can reach. */
static volatile sig_atomic_t caught, reminders;

static int64_t
now(void)
{
	struct timespec t = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void
progress_begin(struct progress *p, bool data_shows)
{
	*p = (struct progress){ .wanted = !data_shows && isatty(STDERR_FILENO) == 1 };
	if (p->wanted)
		p->begun = now();
}

static void
draw(uint64_t done, uint64_t whole, int64_t spent)
{
	char bar[WIDTH + 1];
	uint64_t mb = done / 1000000;
	uint64_t rate = spent > 0 ? done / 1000 / (uint64_t)spent : 0;
	unsigned full;

	if (whole == UINT64_MAX || whole == 0) {
		fprintf(stderr, "\r\033[K%" PRIu64 " MB  %" PRIu64 " MB/s", mb, rate);
		return;
	}
	if (done > whole)
		done = whole;
	full = (unsigned)((double)done / (double)whole * WIDTH);
	memset(bar, '-', WIDTH);
	memset(bar, '#', full);
	bar[WIDTH] = '\0';
	fprintf(stderr, "\r\033[K[%s] %3u %%  %" PRIu64 " MB/s", bar,
	    (unsigned)((double)done / (double)whole * 100), rate);
}

int
progress_tick(void *arg, uint64_t done, uint64_t whole)
{
	struct progress *p = arg;
	int64_t t;

	if (interrupted())
		return 1;
	if (!p->wanted)
		return 0;
	t = now();
	if (!p->shown && t - p->begun < PATIENCE && (whole == UINT64_MAX || whole < LARGE))
		return 0;
	if (p->shown && t - p->drawn < REDRAW)
		return 0;
	draw(done, whole, t - p->begun);
	p->shown = true;
	p->drawn = t;
	return 0;
}

void
progress_end(struct progress *p)
{
	if (p->shown)
		fputs("\r\033[K", stderr);
	p->shown = p->wanted = false;
}

static void
note(int number)
{
	caught = number;
	(void)alarm(1);
}

/* Wakes a read that began just before the signal came. When nothing came to
 * stop at for long, an output stands still, and there is no polite way. */
static void
remind(int number)
{
	(void)number;
	if (++reminders > GRACE)
		interruption_raise();
	(void)alarm(1);
}

void
interruption_catch(void)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction old, action = { .sa_handler = note,
		.sa_flags = (int)SA_RESETHAND };	/* the second one is deadly */
	struct sigaction again = { .sa_handler = remind };

	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		if (sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
			(void)sigaction(numbers[i], &action, NULL);
	(void)sigaction(SIGALRM, &again, NULL);
}

/* A closed pipe is a failed write with a sentence, not a death. */
void
ignore_closed_pipes(void)
{
	(void)signal(SIGPIPE, SIG_IGN);
}

bool
interrupted(void)
{
	return caught != 0;
}

void
interruption_raise(void)
{
	if (caught == 0)
		return;
	(void)signal(caught, SIG_DFL);
	(void)raise(caught);
}
