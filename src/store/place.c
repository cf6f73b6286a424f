/* SPDX-License-Identifier: ISC */
/*
 * Where a store is, and whether what is there is ours alone.
 *
 * Whoever can write the file, or its folder, chooses whom we trust and to whom
 * we encrypt, so a store that others can change is not used. A new one is made
 * under another name and linked into its place: nobody sees it half made, and
 * of several that make it at once one wins.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "store/store.h"
#include "store/words.h"

#define MODE_OTHERS	(S_IWGRP | S_IWOTH)

ps_code
store_beside(const char *path, const char *suffix, char **out, ps_err *err)
{
	size_t n = strlen(path) + strlen(suffix) + 1;
	char *p = malloc(n);

	if (p == NULL)
		return ps_nomem(err, STORE_WHERE);
	(void)snprintf(p, n, "%s%s", path, suffix);
	*out = p;
	return PS_OK;
}

/* XDG Base Directory Specification: a variable that is empty or relative is as if absent. */
ps_code
store_place(char **out, ps_err *err)
{
	const char *data = secure_getenv("XDG_DATA_HOME"), *home = secure_getenv("HOME");

	if (data != NULL && data[0] == '/')
		return store_beside(data, "/postseal/store.db", out, err);
	if (home != NULL && home[0] == '/')
		return store_beside(home, "/.local/share/postseal/store.db", out, err);
	return ps_fail(err, PS_E_NOT_FOUND, STORE_WHERE, PS_NOWHERE, W_STORE_NO_HOME);
}

/* The folder of a path; free() it. */
static ps_code
folder_of(const char *path, char **out, ps_err *err)
{
	const char *slash = strrchr(path, '/');
	size_t n = slash == NULL ? 0 : (size_t)(slash - path);
	char *p;

	if (slash == NULL)
		p = strdup(".");
	else
		p = n == 0 ? strdup("/") : strndup(path, n);
	if (p == NULL)
		return ps_nomem(err, STORE_WHERE);
	*out = p;
	return PS_OK;
}

static ps_code
check_rights(const char *path, const struct stat *st, const char *mode, ps_err *err)
{
	if (st->st_uid != geteuid() && st->st_uid != 0)
		return ps_fail(err, PS_E_REFUSED, STORE_WHERE, PS_NOWHERE, W_STORE_OWNER,
		    PS_TEXT("path", path));
	if ((st->st_mode & MODE_OTHERS) != 0)
		return ps_fail(err, PS_E_REFUSED, STORE_WHERE, PS_NOWHERE,
		    W_STORE_OPEN_TO_OTHERS, PS_TEXT("path", path), PS_TEXT("mode", mode));
	return PS_OK;
}

static ps_code
check_folder(const char *path, ps_err *err)
{
	struct stat st;
	char *folder = NULL;
	ps_code code = folder_of(path, &folder, err);

	if (code != PS_OK)
		return code;
	if (stat(folder, &st) == 0)
		code = check_rights(folder, &st, "go-w", err);
	else
		code = ps_fail_errno(err, PS_E_READ, errno, STORE_WHERE, W_STORE_FOLDER, folder);
	free(folder);
	return code;
}

ps_code
store_look(const char *path, bool *out_there, ps_err *err)
{
	struct stat st;
	ps_code code;

	if (lstat(path, &st) != 0) {
		if (errno != ENOENT && errno != ENOTDIR)
			return ps_fail_errno(err, PS_E_READ, errno, STORE_WHERE, W_STORE_FILE,
			    path);
		*out_there = false;
		return PS_OK;
	}
	if (!S_ISREG(st.st_mode))
		return ps_fail(err, PS_E_REFUSED, STORE_WHERE, PS_NOWHERE, W_STORE_NO_FILE,
		    PS_TEXT("path", path));
	if ((code = check_rights(path, &st, "600", err)) == PS_OK &&
	    (code = check_folder(path, err)) == PS_OK)
		*out_there = true;
	return code;
}

/* --- a new one --- */

/* Every part of the path that is missing, as XDG wants: 0700. */
static ps_code
make_folders(char *folder, ps_err *err)
{
	for (char *p = folder + 1;; p++) {
		char c = *p;

		if (c != '/' && c != '\0')
			continue;
		*p = '\0';
		if (mkdir(folder, S_IRWXU) != 0 && errno != EEXIST)
			return ps_fail_errno(err, PS_E_WRITE, errno, STORE_WHERE,
			    W_STORE_FOLDER, folder);
		*p = c;
		if (c == '\0')
			return PS_OK;
	}
}

static ps_code
make_folder_of(const char *path, ps_err *err)
{
	char *folder = NULL;
	ps_code code = folder_of(path, &folder, err);

	if (code == PS_OK)
		code = make_folders(folder, err);
	free(folder);
	return code;
}

/* link() takes no place that is taken: then somebody else made it first. */
static ps_code
make_linked(char *temp, const char *path, ps_err *err)
{
	int fd = mkostemp(temp, O_CLOEXEC);	/* 0600 */
	ps_code code;

	if (fd < 0)
		return ps_fail_errno(err, PS_E_WRITE, errno, STORE_WHERE, W_STORE_FILE, path);
	close(fd);
	code = db_create(temp, err);
	if (code == PS_OK && link(temp, path) != 0 && errno != EEXIST)
		code = ps_fail_errno(err, PS_E_WRITE, errno, STORE_WHERE, W_STORE_FILE, path);
	(void)unlink(temp);
	return code;
}

ps_code
store_make(const char *path, ps_err *err)
{
	char *temp = NULL;
	ps_code code;

	if ((code = make_folder_of(path, err)) == PS_OK &&
	    (code = check_folder(path, err)) == PS_OK &&
	    (code = store_beside(path, ".XXXXXX", &temp, err)) == PS_OK)
		code = make_linked(temp, path, err);
	free(temp);
	return code;
}
