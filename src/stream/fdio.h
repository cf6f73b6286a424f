/* SPDX-License-Identifier: ISC */
#ifndef PS_STREAM_FDIO_H
#define PS_STREAM_FDIO_H

/*
 * Descriptors: interrupted calls go on, a descriptor that somebody made
 * non-blocking is waited for, and small writes are gathered.
 */

#include "stream/stream.h"

#include <sys/types.h>

#define PS_FD_STREAM	(-1)	/* an offset: read or write where it stands */

/* ps_fd_read returns what read() or pread() would, never EINTR or EAGAIN. */
ssize_t	ps_fd_read(int fd, void *p, size_t n, off_t at);
/* ps_fd_write writes all; returns 0 or errno. */
int	ps_fd_write(int fd, const void *p, size_t n, off_t at);

/* Output that is gathered into pieces worth a system call. */
struct ps_fdout {
	int	 fd;
	uint8_t	*p;
	size_t	 n;
};
PS_MUST ps_code ps_fdout_init(struct ps_fdout *o, ps_err *err);
void	ps_fdout_clear(struct ps_fdout *o);
/* `path` names it in errors. */
PS_MUST ps_code ps_fdout_write(struct ps_fdout *o, ps_slice in,
    const char *path, ps_err *err);
PS_MUST ps_code ps_fdout_flush(struct ps_fdout *o, const char *path, ps_err *err);

#endif
