/* SPDX-License-Identifier: ISC */
/*
 * Inputs.
 *
 * Files are the library's to read. A pipe or a terminal may stand still for
 * hours, and whoever tells us to stop meanwhile wants that now, with nothing
 * left behind: so those are read here, by a reader that a signal wakes up.
 */
#include "input.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "progress.h"
#include "say.h"
#include "text.h"

enum { WINDOW = 65536, MOST = 32768 };	/* MOST: what peek may be asked for */

struct pipe_reader {
	ps_reader	 reader;	/* first: what the library holds */
	int		 fd;
	bool		 ours;		/* to close */
	bool		 ended;
	int		 failed;	/* errno, ECANCELED: told to stop; 0: none */
	uint64_t	 taken;
	size_t		 from, n;	/* the octets shown next */
	uint8_t		 window[WINDOW];
};

/* The chain's layout is public: one cause, whose words need the reason. */
static ps_code
tell(const struct pipe_reader *r, ps_err *err)
{
	ps_code code = r->failed == ECANCELED ? PS_E_CANCELLED : PS_E_READ;
	const char *reason = strerror(r->failed);
	ps_cause *cause;

	if (err == NULL)
		return code;
	ps_err_clear(err);
	err->n = 1;
	cause = &err->cause[0];
	*cause = (ps_cause){ .code = code, .offset = UINT64_MAX, .where = "command.input",
		.text = code == PS_E_CANCELLED ? T_STOPPED : T_CANNOT_READ };
	cause->arg[0] = (ps_arg){ .name = "reason", .kind = 1,
		.length = (uint32_t)strnlen(reason, PS_ERR_POOL) };
	memcpy(err->pool, reason, cause->arg[0].length);
	err->used = cause->arg[0].length;
	return code;
}

static void
read_more(struct pipe_reader *r)
{
	struct pollfd p = { .fd = r->fd, .events = POLLIN };
	ssize_t got;

	if (interrupted()) {
		r->failed = ECANCELED;
		return;
	}
	got = read(r->fd, r->window + r->n, WINDOW - r->n);
	if (got > 0)
		r->n += (size_t)got;
	else if (got == 0)
		r->ended = true;
	else if (errno == EAGAIN)
		(void)poll(&p, 1, -1);
	else if (errno != EINTR)
		r->failed = errno;
}

static ps_code
pipe_peek(ps_reader *reader, size_t min, ps_slice *out, ps_err *err)
{
	struct pipe_reader *r = (struct pipe_reader *)reader;

	if (min > MOST)
		min = MOST;
	if (r->n - r->from < min && r->from > 0) {
		memmove(r->window, r->window + r->from, r->n - r->from);
		r->n -= r->from;
		r->from = 0;
	}
	while (r->n - r->from < min && !r->ended && r->failed == 0)
		read_more(r);
	if (r->n - r->from < min && r->failed != 0)
		return tell(r, err);
	*out = (ps_slice){ r->window + r->from, r->n - r->from };
	return PS_OK;
}

static void
pipe_consume(ps_reader *reader, size_t n)
{
	struct pipe_reader *r = (struct pipe_reader *)reader;

	r->from += n;
	r->taken += n;
}

static uint64_t
pipe_offset(const ps_reader *reader)
{
	return ((const struct pipe_reader *)reader)->taken;
}

static void
pipe_close(ps_reader *reader)
{
	struct pipe_reader *r = (struct pipe_reader *)reader;

	if (r->ours)
		close(r->fd);
	free(r);
}

static const ps_reader_ops pipe_ops = {
	.size = sizeof(ps_reader_ops),
	.peek = pipe_peek,
	.consume = pipe_consume,
	.offset = pipe_offset,
	.close = pipe_close,
};

static int
open_pipe(ps_reader **out, int fd, bool ours)
{
	struct pipe_reader *r = calloc(1, sizeof *r);

	if (r == NULL) {
		if (ours)
			close(fd);
		return say_nomem();
	}
	r->reader.ops = &pipe_ops;
	r->fd = fd;
	r->ours = ours;
	*out = &r->reader;
	return EXIT_GOOD;
}

static int
open_file(ps_reader **out, const char *path)
{
	ps_err err = PS_ERR_INIT;
	ps_code code = path == NULL ? ps_reader_open_fd(out, STDIN_FILENO, &err) :
	    ps_reader_open_file(out, path, &err);

	return code == PS_OK ? EXIT_GOOD : say_chain(say_label(path), code, &err);
}

static bool
may_stand_still(mode_t mode)
{
	return S_ISFIFO(mode) || S_ISSOCK(mode) || S_ISCHR(mode);
}

int
input_open(ps_reader **out, const char *path)
{
	struct stat st;
	int fd;

	if (path == NULL)
		return fstat(STDIN_FILENO, &st) == 0 && may_stand_still(st.st_mode) ?
		    open_pipe(out, STDIN_FILENO, false) :
		    open_file(out, NULL);
	if (stat(path, &st) != 0 || !may_stand_still(st.st_mode))
		return open_file(out, path);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	return fd < 0 ? open_file(out, path) : open_pipe(out, fd, true);
}
