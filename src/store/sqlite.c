/* SPDX-License-Identifier: ISC */
/*
 * The one place that knows where SQLite comes from.
 */
#include "store/sqlite.h"

#include "base/library.h"

struct sqlite_calls sqlite;

static const char *const names[] = {
#define X(name)	"sqlite3_" #name,
	STORE_CALLS(X)
#undef X
};

bool
sqlite_load(void)
{
	static struct ps_library library = PS_LIBRARY("libsqlite3.so.0", names, &sqlite);

	return ps_library_load(&library);
}
