/* SPDX-License-Identifier: ISC */
/*
 * A store, from open to close.
 *
 * Opening looks at the file's rights and no more: most verbs have a store
 * and few ask it something.
 */
#include "store/store.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "store/words.h"

static bool
init_mutex(pthread_mutex_t *mutex)
{
	pthread_mutexattr_t a;
	bool good;

	if (pthread_mutexattr_init(&a) != 0)
		return false;
	good = pthread_mutexattr_settype(&a, PTHREAD_MUTEX_RECURSIVE) == 0 &&
	    pthread_mutex_init(mutex, &a) == 0;
	(void)pthread_mutexattr_destroy(&a);
	return good;
}

/* Takes `path`. */
static ps_code
make(ps_store **out, char *path, bool there, ps_err *err)
{
	struct ps_store *s = calloc(1, sizeof *s);

	if (s == NULL || !init_mutex(&s->mutex)) {
		free(s);
		free(path);
		return ps_nomem(err, STORE_WHERE);
	}
	s->memory.ops = &store_memory;
	s->path = path;
	s->absent = !there;
	*out = s;
	return PS_OK;
}

ps_code
ps_store_open(ps_store **out, const char *path, int create, ps_err *err)
{
	char *own = NULL;
	bool there = false;
	ps_code code = PS_OK;

	if (path == NULL)
		code = store_place(&own, err);
	else if ((own = strdup(path)) == NULL)
		code = ps_nomem(err, STORE_WHERE);
	if (code == PS_OK)
		code = store_look(own, &there, err);
	if (code == PS_OK && !there && !create)
		code = ps_fail(err, PS_E_NOT_FOUND, STORE_WHERE, PS_NOWHERE, W_STORE_NONE,
		    PS_TEXT("path", own));
	if (code == PS_OK)
		return make(out, own, there, err);
	free(own);
	return code;
}

void
ps_store_close(ps_store *s)
{
	if (s == NULL)
		return;
	if (s->wrote)
		store_copy_daily(s);
	db_close(s->db);
	(void)pthread_mutex_destroy(&s->mutex);
	free(s->path);
	free(s);
}

const char *
ps_store_path(const ps_store *s)
{
	return s == NULL ? "" : s->path;
}

ps_code
ps_store_check(ps_store *s, ps_err *err)
{
	bool any;
	ps_code code = store_enter(s, &any, err);

	return code == PS_OK && any ? store_leave(s, db_check(s->db, err)) : code;
}

/* --- for the other files --- */

/* Somebody else may have made it since we looked. */
static ps_code
find_file(ps_store *s, bool make_it, ps_err *err)
{
	bool there = false;
	ps_code code;

	if (!s->absent)
		return PS_OK;
	if ((code = store_look(s->path, &there, err)) != PS_OK)
		return code;
	if (!there && make_it && (code = store_make(s->path, err)) != PS_OK)
		return code;
	s->absent = !there && !make_it;
	return PS_OK;
}

static ps_code
enter(ps_store *s, bool make_it, ps_err *err)
{
	ps_code code;

	(void)pthread_mutex_lock(&s->mutex);
	code = find_file(s, make_it, err);
	if (code == PS_OK && !s->absent && s->db == NULL)
		code = db_open(&s->db, s->path, err);
	return code == PS_OK ? code : store_leave(s, code);
}

ps_code
store_enter(ps_store *s, bool *out_any, ps_err *err)
{
	ps_code code;

	if (s == NULL)
		return ps_nomem(err, STORE_WHERE);
	if ((code = enter(s, false, err)) != PS_OK)
		return code;
	*out_any = !s->absent;
	return *out_any ? PS_OK : store_leave(s, PS_OK);
}

ps_code
store_leave(ps_store *s, ps_code code)
{
	(void)pthread_mutex_unlock(&s->mutex);
	return code;
}

ps_code
store_begin(ps_store *s, bool lasting, ps_err *err)
{
	ps_code code;

	if (s == NULL)
		return ps_nomem(err, STORE_WHERE);
	if ((code = enter(s, true, err)) != PS_OK)
		return code;
	code = db_begin(s->db, lasting, err);
	return code == PS_OK ? code : store_leave(s, code);
}

ps_code
store_end(ps_store *s, ps_code code, ps_err *err)
{
	s->wrote = true;
	return store_leave(s, db_end(s->db, code, err));
}
