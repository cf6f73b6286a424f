/* SPDX-License-Identifier: ISC */
/*
 * Reads files and descriptors.
 *
 * Regular files are read at offsets, so the descriptor of the caller does not
 * move and two passes see one file even when its name was given to another.
 * They are not mapped: a mapped file that somebody truncates kills us.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stream/fdio.h"
#include "stream/window.h"
#include "stream/words.h"

enum { FILE_WINDOW = 131072 };

struct file_reader {
	ps_reader	 pub;
	char		*path;		/* for errors */
	int		 fd;
	bool		 owned, regular;
	bool		 ended;
	int		 failed;	/* errno: told again and again */
	off_t		 start;		/* of what we read, in the file */
	uint64_t	 got, taken;	/* octets read, octets consumed */
	struct ps_window win;
};

static ps_code
fill(struct file_reader *r, ps_err *err)
{
	ssize_t n;

	ps_window_compact(&r->win);
	if (r->failed == 0) {
		n = ps_fd_read(r->fd, r->win.p + r->win.end,
		    r->win.room - r->win.end,
		    r->regular ? r->start + (off_t)r->got : PS_FD_STREAM);
		if (n >= 0) {
			r->win.end += (size_t)n;
			r->got += (uint64_t)n;
			r->ended = n == 0;
			return PS_OK;
		}
		r->failed = errno;
	}
	return ps_fail_errno(err, PS_E_READ, r->failed, "stream.file",
	    W_STREAM_READ, r->path);
}

static ps_code
file_peek(ps_reader *pub, size_t min, ps_slice *out, ps_err *err)
{
	struct file_reader *r = (struct file_reader *)pub;
	ps_code code;

	while (ps_window_has(&r->win) < min && !r->ended) {
		code = fill(r, err);
		if (code != PS_OK)
			return code;
	}
	*out = ps_window_get(&r->win);
	return PS_OK;
}

static void
file_consume(ps_reader *pub, size_t n)
{
	struct file_reader *r = (struct file_reader *)pub;

	r->win.at += n;
	r->taken += n;
}

static ps_code
file_rewind(ps_reader *pub, ps_err *err)
{
	struct file_reader *r = (struct file_reader *)pub;

	(void)err;
	/* What is read may have changed since: read it again even if we still
	 * hold it, so that both passes look at the file. */
	r->win.at = r->win.end = 0;
	r->got = r->taken = 0;
	r->failed = 0;
	r->ended = false;
	return PS_OK;
}

/* Files that the kernel makes up say 0 and are not empty. */
static uint64_t
file_length(ps_reader *pub)
{
	struct file_reader *r = (struct file_reader *)pub;
	struct stat st;

	if (!r->regular || fstat(r->fd, &st) != 0 || st.st_size <= r->start)
		return UINT64_MAX;
	return (uint64_t)(st.st_size - r->start);
}

static uint64_t
file_offset(const ps_reader *pub)
{
	return ((const struct file_reader *)pub)->taken;
}

static void
file_close(ps_reader *pub)
{
	struct file_reader *r = (struct file_reader *)pub;

	if (r->owned)
		close(r->fd);
	ps_window_clear(&r->win);
	free(r->path);
	free(r);
}

#define FILE_OPS(rew) { .size = sizeof(ps_reader_ops), .peek = file_peek, \
	.consume = file_consume, .rewind = (rew), .length = file_length, \
	.close = file_close, .offset = file_offset }

static const ps_reader_ops file_ops[] = { FILE_OPS(NULL), FILE_OPS(file_rewind) };

/* A folder can be opened but never read: say so now. */
static ps_code
look_at(struct file_reader *r, ps_err *err)
{
	struct stat st;
	int no = fstat(r->fd, &st) != 0 ? errno : S_ISDIR(st.st_mode) ? EISDIR : 0;

	if (no != 0)
		return ps_fail_errno(err, PS_E_READ, no, "stream.file",
		    W_STREAM_READ, r->path);
	r->regular = S_ISREG(st.st_mode);
	r->start = r->regular ? lseek(r->fd, 0, SEEK_CUR) : 0;
	if (r->start < 0)
		r->start = 0;
	if (r->regular)
		(void)posix_fadvise(r->fd, r->start, 0, POSIX_FADV_SEQUENTIAL);
	r->pub.ops = &file_ops[r->regular];
	return PS_OK;
}

/* Takes over `fd` when it is owned, also when it fails. */
static ps_code
open_fd(ps_reader **out, int fd, bool owned, const char *path, ps_err *err)
{
	struct file_reader *r = calloc(1, sizeof *r);
	ps_code code;

	if (r == NULL) {
		if (owned)
			close(fd);
		return ps_nomem(err, "stream.file");
	}
	r->pub.ops = &file_ops[0];
	r->fd = fd;
	r->owned = owned;
	r->path = strdup(path);
	code = r->path == NULL ? ps_nomem(err, "stream.file") : look_at(r, err);
	if (code == PS_OK)
		code = ps_window_init(&r->win, FILE_WINDOW, err);
	if (code != PS_OK) {
		file_close(&r->pub);
		return code;
	}
	*out = &r->pub;
	return PS_OK;
}

ps_code
ps_reader_open_file(ps_reader **out, const char *path, ps_err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return ps_fail_errno(err, PS_E_READ, errno, "stream.file",
		    W_STREAM_OPEN, path);
	return open_fd(out, fd, true, path, err);
}

ps_code
ps_reader_open_fd(ps_reader **out, int fd, ps_err *err)
{
	return open_fd(out, fd, false,
	    fd == STDIN_FILENO ? W_STREAM_STDIN : W_STREAM_FD, err);
}
