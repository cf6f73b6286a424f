/* SPDX-License-Identifier: ISC */
/*
 * Secrets: wiped, locked where the system allows, kept out of core dumps.
 *
 * Locking is a help, not a promise: an unprivileged process may lock little,
 * so a refusal is not an error.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/words.h"

enum { SECRET_MAX = 4096 };

struct ps_secret {
	uint8_t	*p;
	size_t	 n;
};

ps_secret *
ps_secret_new(void)
{
	return calloc(1, sizeof(ps_secret));
}

static void
drop(ps_secret *s)
{
	if (s->p == NULL)
		return;
	ps_wipe(s->p, s->n);
	munlock(s->p, s->n);
	free(s->p);
	s->p = NULL;
	s->n = 0;
}

void
ps_secret_free(ps_secret *s)
{
	if (s == NULL)
		return;
	drop(s);
	free(s);
}

ps_code
ps_secret_set(ps_secret *s, const void *p, size_t n, ps_err *err)
{
	uint8_t *copy;

	if (s == NULL)
		return ps_nomem(err, "base.secret");
	copy = malloc(n == 0 ? 1 : n);
	if (copy == NULL)
		return ps_nomem(err, "base.secret");
	if (n != 0)
		memcpy(copy, p, n);
	(void)mlock(copy, n);
	drop(s);
	s->p = copy;
	s->n = n;
	return PS_OK;
}

ps_slice
ps_secret_get(const ps_secret *s)
{
	return s == NULL ? (ps_slice){ NULL, 0 } : (ps_slice){ s->p, s->n };
}

/* --- the terminal --- */

/* Signals that would leave the terminal without echo. */
static const int stops[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP };
enum { NSTOPS = sizeof stops / sizeof stops[0] };

/* The one global of the library: a handler can reach nothing else. */
static volatile sig_atomic_t stopped_by;

static void
note_stop(int no)
{
	stopped_by = no;
}

/* Without SA_RESTART, so that reading ends with EINTR. */
static void
watch_stops(struct sigaction old[NSTOPS])
{
	struct sigaction note = { .sa_handler = note_stop };

	sigemptyset(&note.sa_mask);
	stopped_by = 0;
	for (size_t i = 0; i < NSTOPS; i++)
		(void)sigaction(stops[i], &note, &old[i]);
}

/* Gives the signals back, and to whom it belongs the one that came. */
static void
unwatch_stops(const struct sigaction old[NSTOPS])
{
	for (size_t i = 0; i < NSTOPS; i++)
		(void)sigaction(stops[i], &old[i], NULL);
	if (stopped_by != 0)
		(void)raise(stopped_by);
}

/* Reads octet by octet: what follows the line stays for others. */
static ps_code
read_line(ps_secret *s, int fd, const char *path, ps_err *err)
{
	uint8_t line[SECRET_MAX + 1];
	size_t n = 0;
	ssize_t got;
	ps_code code;

	for (;;) {
		got = read(fd, line + n, 1);
		if (got < 0 && errno == EINTR && stopped_by == 0)
			continue;
		if (got < 0) {
			code = ps_fail_errno(err, PS_E_PASSPHRASE, errno,
			    "base.secret", W_BASE_SECRET_READ, path);
			goto out;
		}
		if (got == 0 || line[n] == '\n')
			break;
		if (++n > SECRET_MAX) {
			code = ps_fail(err, PS_E_PASSPHRASE, "base.secret",
			    PS_NOWHERE, W_BASE_SECRET_LONG, PS_TEXT("path", path));
			goto out;
		}
	}
	if (n > 0 && line[n - 1] == '\r')
		n--;
	code = ps_secret_set(s, line, n, err);
out:
	ps_wipe(line, sizeof line);
	return code;
}

ps_code
ps_secret_read_fd(ps_secret *s, int fd, ps_err *err)
{
	return read_line(s, fd, "the descriptor", err);
}

ps_code
ps_secret_read_file(ps_secret *s, const char *path, ps_err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ps_code code;

	if (fd < 0)
		return ps_fail_errno(err, PS_E_PASSPHRASE, errno, "base.secret",
		    W_BASE_SECRET_READ, path);
	code = read_line(s, fd, path, err);
	close(fd);
	return code;
}

static void
say(int fd, const char *text)
{
	size_t n = strlen(text);
	ssize_t put;

	while (n > 0 && (put = write(fd, text, n)) > 0) {
		text += put;
		n -= (size_t)put;
	}
}

ps_code
ps_secret_read_tty(ps_secret *s, const char *what, ps_err *err)
{
	struct termios old, quiet;
	struct sigaction actions[NSTOPS];
	ps_code code;
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

	if (fd < 0 || tcgetattr(fd, &old) != 0) {
		if (fd >= 0)
			close(fd);
		return ps_fail(err, PS_E_PASSPHRASE, "base.secret", PS_NOWHERE,
		    W_BASE_NO_TTY, PS_TEXT("what", what));
	}
	say(fd, what);
	say(fd, ": ");
	watch_stops(actions);
	quiet = old;
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	(void)tcsetattr(fd, TCSAFLUSH, &quiet);
	code = read_line(s, fd, "the terminal", err);
	(void)tcsetattr(fd, TCSAFLUSH, &old);
	say(fd, "\n");
	close(fd);
	unwatch_stops(actions);
	return code;
}
