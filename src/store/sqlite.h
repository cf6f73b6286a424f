/* SPDX-License-Identifier: ISC */
#ifndef PS_STORE_SQLITE_H
#define PS_STORE_SQLITE_H

/*
 * SQLite, loaded by the first store that is used. Its functions stand in one
 * struct: sqlite.step(...) is sqlite3_step(...).
 */

#include <sqlite3.h>
#include <stdbool.h>

#define STORE_CALLS(X) \
	X(bind_blob) X(bind_int64) X(bind_null) X(bind_text) X(busy_timeout) X(changes) \
	X(close_v2) X(column_blob) X(column_bytes) X(column_int64) X(column_text) \
	X(column_type) X(exec) X(extended_errcode) X(finalize) X(last_insert_rowid) \
	X(limit) X(open_v2) X(prepare_v3) X(reset) X(step)

struct sqlite_calls {
#define X(name)	__typeof__(sqlite3_##name) *name;
	STORE_CALLS(X)
#undef X
};
extern struct sqlite_calls sqlite;

/* sqlite_load: false when this system has no SQLite. */
bool	sqlite_load(void);

#endif
