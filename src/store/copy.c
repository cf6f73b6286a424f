/* SPDX-License-Identifier: ISC */
/*
 * The last good copy, and putting it back.
 *
 * A disk may lose what no journal brings back. So a store that was written to
 * is copied once a day, after all of it was read without a fault: a damaged
 * one never takes the place of its copy.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/store.h"
#include "store/words.h"

#define COPY		".copy"

enum { DAY = 86400, GIVEN_UP = 3600 };

static bool
is_older(const char *path, int64_t seconds)
{
	struct stat st;

	return stat(path, &st) != 0 || ps_clock_system() - (int64_t)st.st_mtime >= seconds;
}

static ps_code
failed(const char *path, ps_err *err)
{
	return ps_fail_errno(err, PS_E_WRITE, errno, STORE_WHERE, W_STORE_FILE, path);
}

/* The copy under its other name, brought to the disk before it is renamed. */
static ps_code
write_copy(ps_store *s, int fd, const char *temp, const char *copy, ps_err *err)
{
	ps_code code;

	if ((code = db_check(s->db, err)) != PS_OK ||
	    (code = db_copy(s->db, temp, err)) != PS_OK)
		return code;
	return fsync(fd) == 0 && rename(temp, copy) == 0 ? PS_OK : failed(copy, err);
}

/* One process at a time makes it; PS_E_TEMPORARY: another one does. */
static ps_code
copy_to(ps_store *s, const char *temp, const char *copy, ps_err *err)
{
	int fd;
	ps_code code;

	if (is_older(temp, GIVEN_UP))
		(void)unlink(temp);
	fd = open(temp, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
	if (fd < 0 && errno == EEXIST)
		return ps_fail(err, PS_E_TEMPORARY, STORE_WHERE, PS_NOWHERE, W_STORE_BUSY,
		    PS_TEXT("path", copy));
	if (fd < 0)
		return failed(copy, err);
	code = write_copy(s, fd, temp, copy, err);
	if (code != PS_OK)
		(void)unlink(temp);
	close(fd);
	return code;
}

static ps_code
copy_now(ps_store *s, ps_err *err)
{
	char *copy = NULL, *temp = NULL;
	ps_code code;

	if ((code = store_beside(s->path, COPY, &copy, err)) == PS_OK &&
	    (code = store_beside(copy, ".new", &temp, err)) == PS_OK)
		code = copy_to(s, temp, copy, err);
	free(temp);
	free(copy);
	return code;
}

ps_code
ps_store_copy(ps_store *s, ps_err *err)
{
	bool any;
	ps_code code = store_enter(s, &any, err);

	return code == PS_OK && any ? store_leave(s, copy_now(s, err)) : code;
}

/* Who closes a store has done his work; that there is no copy today is found
 * by ps_store_check, not by him. */
void
store_copy_daily(ps_store *s)
{
	char *copy = NULL;

	if (s->db == NULL || store_beside(s->path, COPY, &copy, NULL) != PS_OK)
		return;
	if (is_older(copy, DAY))
		(void)copy_now(s, NULL);
	free(copy);
}

/* --- putting it back --- */

static ps_code
check_file(const char *path, ps_err *err)
{
	ps_store *s = NULL;
	ps_code code = ps_store_open(&s, path, 0, err);

	if (code == PS_OK)
		code = ps_store_check(s, err);
	ps_store_close(s);
	return code;
}

/* What its write-ahead log still holds belongs to the damaged file. */
static ps_code
set_aside(const char *path, ps_err *err)
{
	static const char *const parts[] = { "", "-wal", "-shm" };
	char *from = NULL, *to = NULL;
	ps_code code = PS_OK;

	for (size_t i = 0; i < sizeof parts / sizeof parts[0] && code == PS_OK; i++) {
		if ((code = store_beside(path, parts[i], &from, err)) == PS_OK &&
		    (code = store_beside(path, ".damaged", &to, err)) == PS_OK) {
			char *whole = NULL;

			code = store_beside(to, parts[i], &whole, err);
			if (code == PS_OK && rename(from, whole) != 0 && errno != ENOENT)
				code = failed(whole, err);
			free(whole);
		}
		free(from);
		free(to);
		from = to = NULL;
	}
	return code;
}

static ps_code
put_back(const char *path, const char *copy, int64_t *out_when, ps_err *err)
{
	struct stat st;
	ps_code code = check_file(copy, err);

	if (code == PS_E_NOT_FOUND || code == PS_E_MALFORMED)
		return ps_fail(err, PS_E_NOT_FOUND, STORE_WHERE, PS_NOWHERE, W_STORE_NO_COPY,
		    PS_TEXT("path", copy));
	if (code != PS_OK || (code = set_aside(path, err)) != PS_OK)
		return code;
	if (stat(copy, &st) != 0 || rename(copy, path) != 0)
		return failed(path, err);
	*out_when = (int64_t)st.st_mtime;
	return PS_OK;
}

ps_code
ps_store_repair(const char *path, int64_t *out_when, ps_err *err)
{
	char *own = NULL, *copy = NULL;
	ps_code code = path == NULL ? store_place(&own, err) : store_beside(path, "", &own, err);

	if (code != PS_OK)
		return code;
	code = check_file(own, NULL);
	if (code == PS_OK)
		code = ps_fail(err, PS_E_REFUSED, STORE_WHERE, PS_NOWHERE, W_STORE_SOUND,
		    PS_TEXT("path", own));
	else if (code != PS_E_MALFORMED && code != PS_E_NOT_FOUND)
		code = check_file(own, err);	/* says why */
	else if ((code = store_beside(own, COPY, &copy, err)) == PS_OK)
		code = put_back(own, copy, out_when, err);
	free(copy);
	free(own);
	return code;
}
