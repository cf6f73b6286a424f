/* SPDX-License-Identifier: ISC */
#ifndef PS_TESTS_STORE_PLACE_H
#define PS_TESTS_STORE_PLACE_H

/* A folder for one test's store, and SQLite itself to look into it. */

#include "pki.h"

#include <ftw.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <postseal/store.h>

struct place {
	char	 folder[64], path[128], copy[160];
	ps_store *store;
	ps_err	 err;
};

static inline void
place_open(struct place *p)
{
	assert_ok(ps_store_open(&p->store, p->path, 1, &p->err), &p->err);
}

static inline void
place_reopen(struct place *p)
{
	ps_store_close(p->store);
	p->store = NULL;
	place_open(p);
}

static inline int
place_set_up(void **state)
{
	struct place *p = calloc(1, sizeof *p);

	snprintf(p->folder, sizeof p->folder, "/tmp/postseal-store.XXXXXX");
	assert_non_null(mkdtemp(p->folder));
	snprintf(p->path, sizeof p->path, "%s/new/store.db", p->folder);
	snprintf(p->copy, sizeof p->copy, "%s.copy", p->path);
	place_open(p);
	*state = p;
	return 0;
}

static inline int
place_remove(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

static inline int
place_tear_down(void **state)
{
	struct place *p = *state;

	ps_store_close(p->store);
	nftw(p->folder, place_remove, 8, FTW_DEPTH | FTW_PHYS);
	free(p);
	return 0;
}

/* Runs SQL in the file; the first value of the last row, or -1. */
static inline long
place_sql(const char *path, const char *sql)
{
	sqlite3 *db;
	sqlite3_stmt *stmt;
	long out = -1;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
	if (sqlite3_step(stmt) == SQLITE_ROW)
		out = (long)sqlite3_column_int64(stmt, 0);
	assert_int_equal(sqlite3_finalize(stmt), SQLITE_OK);
	sqlite3_close(db);
	return out;
}

#define place_test(f) cmocka_unit_test_setup_teardown(f, place_set_up, place_tear_down)

#endif
