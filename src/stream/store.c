/* SPDX-License-Identifier: ISC */
/*
 * The store behind spools and holds.
 */
#include "stream/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stream/fdio.h"
#include "stream/words.h"

ps_code
ps_store_init(struct ps_store *s, const char *dir, uint64_t hold, ps_err *err)
{
	*s = (struct ps_store){ .hold = hold, .fd = -1 };
	if (dir == NULL)
		return PS_OK;
	s->dir = strdup(dir);
	return s->dir == NULL ? ps_nomem(err, "stream.store") : PS_OK;
}

void
ps_store_clear(struct ps_store *s)
{
	if (s->fd >= 0)
		close(s->fd);
	ps_buf_clear(&s->tail);
	ps_window_clear(&s->win);
	free(s->dir);
	*s = (struct ps_store){ .fd = -1 };
}

uint64_t
ps_store_size(const struct ps_store *s)
{
	return s->flushed + s->tail.n;
}

/* /tmp often is memory, which is what we want to save. */
static const char *
folder(const struct ps_store *s)
{
	const char *dir = s->dir != NULL ? s->dir : getenv("TMPDIR");

	return dir == NULL || dir[0] == '\0' ? "/var/tmp" : dir;
}

/* Where the file system has no files without a name, take the name away. */
static int
open_named(const char *dir)
{
	static const char name[] = "/.postseal.XXXXXX";
	size_t n = strlen(dir);
	char *path = malloc(n + sizeof name);
	int fd;

	if (path == NULL) {
		errno = ENOMEM;
		return -1;
	}
	memcpy(path, dir, n);
	memcpy(path + n, name, sizeof name);
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		(void)unlink(path);
	free(path);
	return fd;
}

static int
open_nameless(const char *dir)
{
#ifdef O_TMPFILE
	/* O_EXCL: nobody can give it a name later. */
	int fd = open(dir, O_TMPFILE | O_EXCL | O_RDWR | O_CLOEXEC, 0600);

	if (fd >= 0)
		return fd;
#endif
	return open_named(dir);
}

static ps_code
put(struct ps_store *s, ps_slice in, ps_err *err)
{
	int no;

	if (s->fd < 0)
		s->fd = open_nameless(folder(s));
	if (s->fd < 0)
		return ps_fail_errno(err, PS_E_WRITE, errno, "stream.store",
		    W_STREAM_TEMP, folder(s));
	no = ps_fd_write(s->fd, in.p, in.n, (off_t)s->flushed);
	if (no != 0)
		return ps_fail_errno(err, PS_E_WRITE, no, "stream.store",
		    W_STREAM_TEMP, folder(s));
	s->flushed += in.n;
	return PS_OK;
}

static ps_code
flush(struct ps_store *s, ps_err *err)
{
	ps_code code;

	if (s->tail.n == 0)
		return PS_OK;
	code = put(s, ps_buf_get(&s->tail), err);
	if (code == PS_OK)
		s->tail.n = 0;
	return code;
}

ps_code
ps_store_append(struct ps_store *s, ps_slice in, ps_err *err)
{
	ps_code code;

	if (in.n > s->hold - s->tail.n) {
		code = flush(s, err);
		if (code != PS_OK)
			return code;
	}
	return in.n > s->hold ? put(s, in, err) : ps_buf_add(&s->tail, in, err);
}

static ps_code
load(struct ps_store *s, uint64_t at, ps_err *err)
{
	struct ps_window *w = &s->win;
	ssize_t n;

	if (w->p == NULL) {
		ps_code code = ps_window_init(w, PS_WINDOW, err);
		if (code != PS_OK)
			return code;
	}
	w->at = w->end = 0;
	s->win_at = at;
	while (w->end < w->room && at + w->end < s->flushed) {
		n = ps_fd_read(s->fd, w->p + w->end, w->room - w->end,
		    (off_t)(at + w->end));
		if (n <= 0)
			return ps_fail_errno(err, PS_E_READ, n < 0 ? errno : EIO,
			    "stream.store", W_STREAM_READ, folder(s));
		w->end += (size_t)n;
	}
	return PS_OK;
}

/* Whether the window holds [at, at + n), or all there is from `at` on. */
static bool
loaded(const struct ps_store *s, uint64_t at, size_t n)
{
	uint64_t end = s->win_at + s->win.end;

	if (s->win.p == NULL || at < s->win_at || at > end)
		return false;
	return end - at >= n || end == s->flushed;
}

ps_code
ps_store_show(struct ps_store *s, uint64_t at, size_t min, ps_slice *out,
    ps_err *err)
{
	ps_code code;
	size_t skip;

	if (at >= s->flushed) {
		skip = (size_t)(at - s->flushed);
		*out = s->tail.n == 0 ? (ps_slice){ NULL, 0 } :
		    (ps_slice){ s->tail.p + skip, s->tail.n - skip };
		return PS_OK;
	}
	if (s->flushed - at < min) {
		/* What is wanted lies in the file and in memory: make it one. */
		code = flush(s, err);
		if (code != PS_OK)
			return code;
	}
	if (!loaded(s, at, min)) {
		code = load(s, at, err);
		if (code != PS_OK)
			return code;
	}
	skip = (size_t)(at - s->win_at);
	*out = (ps_slice){ s->win.p + skip, s->win.end - skip };
	return PS_OK;
}
