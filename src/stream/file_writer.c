/* SPDX-License-Identifier: ISC */
/*
 * Writes files and descriptors.
 *
 * A file is written under a hidden name beside its place, brought to the disk
 * and renamed, so its name holds all or what it held before, whatever fails
 * and whenever the power goes. That can only be promised for regular files.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stream/fdio.h"
#include "stream/words.h"
#include "stream/writer.h"

enum { NAME_TRIES = 100, RANDOM_CHARS = 6 };

struct file_writer {
	struct ps_own_writer own;
	char		*path;
	char		*temp;		/* NULL: a descriptor of the caller */
	size_t		 random_at;	/* the XXXXXX in temp */
	struct ps_fdout	 out;
};

static ps_code
file_write(ps_writer *pub, ps_slice in, ps_err *err)
{
	struct file_writer *w = (struct file_writer *)pub;
	ps_code code = ps_own_ready(&w->own, err);

	if (code != PS_OK)
		return code;
	return ps_own_wrote(&w->own, ps_fdout_write(&w->out, in, w->path, err));
}

static ps_code
failed(struct file_writer *w, const char *words, ps_err *err)
{
	return ps_fail_errno(err, PS_E_WRITE, errno, "stream.file", words, w->path);
}

/* Removes the temporary file. */
static void
forget(struct file_writer *w)
{
	if (w->out.fd < 0)
		return;
	close(w->out.fd);
	w->out.fd = -1;
	(void)unlink(w->temp);
}

/* EINVAL: a file system that cannot, and need not, bring it to a disk. */
static ps_code
put_in_place(struct file_writer *w, ps_err *err)
{
	ps_code code = ps_fdout_flush(&w->out, w->path, err);

	if (code != PS_OK)
		return code;
	if (fsync(w->out.fd) != 0 && errno != EINVAL)
		return failed(w, W_STREAM_WRITE, err);
	if (rename(w->temp, w->path) != 0)
		return failed(w, W_STREAM_REPLACE, err);
	close(w->out.fd);
	w->out.fd = -1;
	return PS_OK;
}

static ps_code
file_finish(ps_writer *pub, ps_err *err)
{
	struct file_writer *w = (struct file_writer *)pub;
	ps_code code = ps_own_ready(&w->own, err);

	if (code != PS_OK)
		return code;
	code = put_in_place(w, err);
	if (code != PS_OK)
		forget(w);
	return ps_own_finished(&w->own, code);
}

static void
file_abandon(ps_writer *pub)
{
	struct file_writer *w = (struct file_writer *)pub;

	if (w->own.state == PS_WRITING_FINISHED)
		return;
	forget(w);
	w->own.state = PS_WRITING_ABANDONED;
}

static void
file_close(ps_writer *pub)
{
	struct file_writer *w = (struct file_writer *)pub;

	if (w->temp != NULL)
		forget(w);
	ps_fdout_clear(&w->out);
	free(w->temp);
	free(w->path);
	free(w);
}

static ps_code
file_restart(ps_writer *pub, ps_err *err)
{
	struct file_writer *w = (struct file_writer *)pub;
	ps_code code = ps_own_ready(&w->own, err);

	if (code != PS_OK)
		return code;
	w->out.n = 0;
	if (ftruncate(w->out.fd, 0) != 0 || lseek(w->out.fd, 0, SEEK_SET) != 0)
		return ps_own_wrote(&w->own, failed(w, W_STREAM_WRITE, err));
	return PS_OK;
}

static const ps_writer_ops file_ops = {
	.size = sizeof(ps_writer_ops),
	.write = file_write,
	.finish = file_finish,
	.abandon = file_abandon,
	.close = file_close,
	.restart = file_restart,
};

static ps_code
not_regular(const char *path, ps_err *err)
{
	return ps_fail(err, PS_E_MISUSE, "stream.file", PS_NOWHERE,
	    W_STREAM_NOT_REGULAR, PS_TEXT("path", path));
}

/* What is at `path` now, and with what mode to make the new file. A file that
 * is protected against writing stays, though a rename would be allowed. */
static ps_code
look_at_target(struct file_writer *w, mode_t *out_mode, bool *out_exists,
    ps_err *err)
{
	struct stat st;

	*out_exists = lstat(w->path, &st) == 0;
	*out_mode = 0666;
	if (!*out_exists)
		return errno == ENOENT ? PS_OK : failed(w, W_STREAM_WRITE, err);
	if (!S_ISREG(st.st_mode))
		return not_regular(w->path, err);
	if (access(w->path, W_OK) != 0)
		return failed(w, W_STREAM_WRITE, err);
	*out_mode = st.st_mode & 0777;
	return PS_OK;
}

/* FOLDER/.NAME.XXXXXX, NAME cut where the whole would be too long. */
static ps_code
name_temp(struct file_writer *w, ps_err *err)
{
	const char *slash = strrchr(w->path, '/');
	size_t folder = slash == NULL ? 0 : (size_t)(slash + 1 - w->path);
	size_t name = strlen(w->path + folder);

	if (name == 0)
		return not_regular(w->path, err);
	if (name > NAME_MAX - RANDOM_CHARS - 2)
		name = NAME_MAX - RANDOM_CHARS - 2;
	w->temp = calloc(1, folder + name + RANDOM_CHARS + 3);
	if (w->temp == NULL)
		return ps_nomem(err, "stream.file");
	w->random_at = folder + name + 2;
	memcpy(w->temp, w->path, folder);
	w->temp[folder] = '.';
	memcpy(w->temp + folder + 1, w->path + folder, name);
	w->temp[folder + 1 + name] = '.';
	return PS_OK;
}

static int
open_once(struct file_writer *w, mode_t mode)
{
	static const char chars[] = "abcdefghijklmnopqrstuvwxyz234567";
	uint8_t random[RANDOM_CHARS];

	if (getentropy(random, sizeof random) != 0)
		return -1;
	for (size_t i = 0; i < sizeof random; i++)
		w->temp[w->random_at + i] = chars[random[i] & 31];
	return open(w->temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
}

static ps_code
open_temp(struct file_writer *w, ps_err *err)
{
	mode_t mode;
	bool exists;
	ps_code code = look_at_target(w, &mode, &exists, err);

	if (code == PS_OK)
		code = name_temp(w, err);
	if (code != PS_OK)
		return code;
	for (int i = 0; w->out.fd < 0 && i < NAME_TRIES; i++) {
		w->out.fd = open_once(w, mode);
		if (w->out.fd < 0 && errno != EEXIST)
			break;
	}
	if (w->out.fd < 0)
		return failed(w, W_STREAM_WRITE, err);
	/* The umask is for new files; a replaced one keeps its mode. */
	if (exists && fchmod(w->out.fd, mode) != 0)
		return failed(w, W_STREAM_WRITE, err);
	return PS_OK;
}

static ps_code
writer_new(struct file_writer **out, const ps_writer_ops *ops, const char *path,
    ps_err *err)
{
	struct file_writer *w = calloc(1, sizeof *w);
	ps_code code;

	if (w == NULL)
		return ps_nomem(err, "stream.file");
	w->own.pub.ops = ops;
	code = ps_fdout_init(&w->out, err);
	w->path = strdup(path);
	if (code == PS_OK && w->path == NULL)
		code = ps_nomem(err, "stream.file");
	if (code != PS_OK) {
		file_close(&w->own.pub);
		return code;
	}
	*out = w;
	return PS_OK;
}

ps_code
ps_writer_open_file(ps_writer **out, const char *path, ps_err *err)
{
	struct file_writer *w;
	ps_code code = writer_new(&w, &file_ops, path, err);

	if (code != PS_OK)
		return code;
	code = open_temp(w, err);
	if (code != PS_OK) {
		file_close(&w->own.pub);
		return code;
	}
	*out = &w->own.pub;
	return PS_OK;
}

static ps_code
fd_finish(ps_writer *pub, ps_err *err)
{
	struct file_writer *w = (struct file_writer *)pub;
	ps_code code = ps_own_ready(&w->own, err);

	if (code != PS_OK)
		return code;
	return ps_own_finished(&w->own, ps_fdout_flush(&w->out, w->path, err));
}

static const ps_writer_ops fd_ops = {
	.size = sizeof(ps_writer_ops),
	.write = file_write,
	.finish = fd_finish,
	.close = file_close,
};

ps_code
ps_writer_open_fd(ps_writer **out, int fd, ps_err *err)
{
	struct file_writer *w;
	ps_code code = writer_new(&w, &fd_ops,
	    fd == STDOUT_FILENO ? W_STREAM_STDOUT : W_STREAM_FD, err);

	if (code != PS_OK)
		return code;
	w->out.fd = fd;
	*out = &w->own.pub;
	return PS_OK;
}
