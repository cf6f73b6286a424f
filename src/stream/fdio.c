/* SPDX-License-Identifier: ISC */
/*
 * Reading and writing descriptors.
 */
#include "stream/fdio.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stream/words.h"

enum {
	GATHER	= 65536,
	DIRECT	= 16384,	/* from here on a copy costs more than a call */
};

/* Standard input and output may be shared with a process that made them
 * non-blocking; that is no reason to fail. */
static bool
try_again(int fd, short events)
{
	struct pollfd p = { .fd = fd, .events = events };

	if (errno == EINTR)
		return true;
	if (errno != EAGAIN)
		return false;
	return poll(&p, 1, -1) >= 0 || errno == EINTR;
}

ssize_t
ps_fd_read(int fd, void *p, size_t n, off_t at)
{
	ssize_t got;

	do
		got = at == PS_FD_STREAM ? read(fd, p, n) : pread(fd, p, n, at);
	while (got < 0 && try_again(fd, POLLIN));
	return got;
}

int
ps_fd_write(int fd, const void *p, size_t n, off_t at)
{
	const uint8_t *from = p;
	ssize_t put;

	while (n != 0) {
		put = at == PS_FD_STREAM ? write(fd, from, n) :
		    pwrite(fd, from, n, at);
		if (put < 0 && try_again(fd, POLLOUT))
			continue;
		if (put <= 0)
			return put < 0 ? errno : EIO;
		from += put;
		n -= (size_t)put;
		if (at != PS_FD_STREAM)
			at += put;
	}
	return 0;
}

ps_code
ps_fdout_init(struct ps_fdout *o, ps_err *err)
{
	*o = (struct ps_fdout){ .fd = -1, .p = malloc(GATHER) };
	return o->p == NULL ? ps_nomem(err, "stream.output") : PS_OK;
}

void
ps_fdout_clear(struct ps_fdout *o)
{
	free(o->p);
	*o = (struct ps_fdout){ .fd = -1 };
}

static ps_code
put_out(struct ps_fdout *o, ps_slice in, const char *path, ps_err *err)
{
	int no = ps_fd_write(o->fd, in.p, in.n, PS_FD_STREAM);

	return no == 0 ? PS_OK : ps_fail_errno(err, PS_E_WRITE, no,
	    "stream.output", W_STREAM_WRITE, path);
}

ps_code
ps_fdout_flush(struct ps_fdout *o, const char *path, ps_err *err)
{
	ps_slice in = { o->p, o->n };

	o->n = 0;
	return put_out(o, in, path, err);
}

ps_code
ps_fdout_write(struct ps_fdout *o, ps_slice in, const char *path, ps_err *err)
{
	ps_code code;

	if (in.n >= DIRECT || in.n > GATHER - o->n) {
		code = ps_fdout_flush(o, path, err);
		if (code != PS_OK)
			return code;
	}
	if (in.n >= DIRECT)
		return put_out(o, in, path, err);
	memcpy(o->p + o->n, in.p, in.n);
	o->n += in.n;
	return PS_OK;
}
