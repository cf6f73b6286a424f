/* SPDX-License-Identifier: ISC */
/*
 * The database: SQLite with a write-ahead log.
 *
 * Readers then never wait for a writer, and a process that is killed leaves
 * nothing half done. A transaction that writes says so at its beginning:
 * waiting for one's turn always works there, while a reader that turns into a
 * writer can find that the world has moved on.
 */
#include "store/db.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "store/schema.h"
#include "store/sqlite.h"
#include "store/words.h"

#define WHERE	"store"

enum { WAIT_MS = 30000, VALUE_MAX = 64 << 20 };

struct db {
	sqlite3		*sq;
	char		*path;
	sqlite3_stmt	*kept[STMT_COUNT];	/* NULL: not made, or in use */
};

static ps_code
fail(const struct db *db, int rc, ps_err *err)
{
	static const struct {
		int		 rc;
		ps_code		 code;
		const char	*words;
	} rows[] = {
		{ SQLITE_BUSY, PS_E_TEMPORARY, W_STORE_BUSY },
		{ SQLITE_LOCKED, PS_E_TEMPORARY, W_STORE_BUSY },
		{ SQLITE_CORRUPT, PS_E_MALFORMED, W_STORE_DAMAGED },
		{ SQLITE_NOTADB, PS_E_MALFORMED, W_STORE_DAMAGED },
		{ SQLITE_FULL, PS_E_FULL, W_STORE_FULL },
		{ SQLITE_CONSTRAINT, PS_E_REFUSED, W_STORE_NEEDED },
	};

	if ((rc & 0xff) == SQLITE_NOMEM)
		return ps_nomem(err, WHERE);
	if (rc == SQLITE_IOERR_SHORT_READ)	/* it ends in the middle */
		rc = SQLITE_CORRUPT;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].rc == (rc & 0xff))
			return ps_fail(err, rows[i].code, WHERE, PS_NOWHERE, rows[i].words,
			    PS_TEXT("path", db->path));
	return ps_fail(err, PS_E_READ, WHERE, PS_NOWHERE, W_STORE_FAILED,
	    PS_TEXT("path", db->path), PS_NUMBER("number", rc));
}

static ps_code
run_sql(struct db *db, const char *sql, ps_err *err)
{
	int rc = sqlite.exec(db->sq, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? PS_OK : fail(db, sqlite.extended_errcode(db->sq), err);
}

/* --- statements --- */

void
db_query(struct db *db, enum statement id, struct query *q)
{
	static const char *const sql[STMT_COUNT] = {
#define X(name, text)	[STMT_##name] = text,
		STORE_STATEMENTS(X)
#undef X
	};

	*q = (struct query){ .db = db, .stmt = db->kept[id], .id = id };
	db->kept[id] = NULL;	/* within a list the same may be asked again */
	if (q->stmt == NULL)
		q->rc = sqlite.prepare_v3(db->sq, sql[id], -1, SQLITE_PREPARE_PERSISTENT,
		    &q->stmt, NULL);
}

static void
bound(struct query *q, int rc)
{
	if (q->rc == SQLITE_OK)
		q->rc = rc;
}

void
query_number(struct query *q, int64_t n)
{
	bound(q, sqlite.bind_int64(q->stmt, ++q->bound, n));
}

void
query_null(struct query *q)
{
	bound(q, sqlite.bind_null(q->stmt, ++q->bound));
}

void
query_text(struct query *q, const char *s)
{
	bound(q, sqlite.bind_text(q->stmt, ++q->bound, s, -1, SQLITE_STATIC));
}

void
query_octets(struct query *q, ps_slice s)
{
	if (s.n > VALUE_MAX)
		bound(q, SQLITE_TOOBIG);
	else
		bound(q, sqlite.bind_blob(q->stmt, ++q->bound, s.p, (int)s.n, SQLITE_STATIC));
}

ps_code
query_next(struct query *q, bool *out_row, ps_err *err)
{
	if (q->rc == SQLITE_OK || q->rc == SQLITE_ROW)
		q->rc = sqlite.step(q->stmt);
	*out_row = q->rc == SQLITE_ROW;
	return q->rc == SQLITE_ROW || q->rc == SQLITE_DONE ? PS_OK : fail(q->db, q->rc, err);
}

/* Made again for each transaction it would cost more than what it does. */
void
query_end(struct query *q)
{
	if (q->stmt == NULL)
		return;
	sqlite.reset(q->stmt);
	if (q->db->kept[q->id] == NULL)
		q->db->kept[q->id] = q->stmt;
	else
		sqlite.finalize(q->stmt);
	q->stmt = NULL;
}

ps_code
query_run(struct query *q, ps_err *err)
{
	bool row;
	ps_code code = query_next(q, &row, err);

	query_end(q);
	return code;
}

bool
row_is_null(const struct query *q, int column)
{
	return sqlite.column_type(q->stmt, column) == SQLITE_NULL;
}

int64_t
row_number(const struct query *q, int column)
{
	return sqlite.column_int64(q->stmt, column);
}

const char *
row_text(const struct query *q, int column)
{
	return (const char *)sqlite.column_text(q->stmt, column);
}

ps_slice
row_octets(const struct query *q, int column)
{
	const uint8_t *p = sqlite.column_blob(q->stmt, column);

	return (ps_slice){ p, (size_t)sqlite.column_bytes(q->stmt, column) };
}

/* --- transactions --- */

ps_code
db_begin(struct db *db, bool lasting, ps_err *err)
{
	ps_code code = run_sql(db, lasting ? "PRAGMA synchronous = FULL"
	    : "PRAGMA synchronous = NORMAL", err);

	return code == PS_OK ? run_sql(db, "BEGIN IMMEDIATE", err) : code;
}

ps_code
db_end(struct db *db, ps_code code, ps_err *err)
{
	if (code == PS_OK && (code = run_sql(db, "COMMIT", err)) == PS_OK)
		return PS_OK;
	(void)run_sql(db, "ROLLBACK", NULL);
	return code;
}

int64_t
db_last_id(struct db *db)
{
	return sqlite.last_insert_rowid(db->sq);
}

bool
db_changed(struct db *db)
{
	return sqlite.changes(db->sq) != 0;
}

/* --- opening --- */

/* The first value of the first row. */
static ps_code
ask_number(struct db *db, const char *sql, int64_t *out, ps_err *err)
{
	sqlite3_stmt *stmt = NULL;
	int rc = sqlite.prepare_v3(db->sq, sql, -1, 0, &stmt, NULL);

	if (rc == SQLITE_OK && (rc = sqlite.step(stmt)) == SQLITE_ROW)
		*out = sqlite.column_int64(stmt, 0);
	sqlite.finalize(stmt);
	return rc == SQLITE_ROW ? PS_OK : fail(db, rc, err);
}

/* Each step with its number, so that one that was cut off is done again. */
static ps_code
migrate(struct db *db, ps_err *err)
{
	char set[] = "PRAGMA user_version = 0000";
	int64_t at = 0;
	ps_code code = ask_number(db, "PRAGMA user_version", &at, err);

	for (; code == PS_OK && at < (int64_t)ps_schema_version; at++) {
		for (int64_t i = 0, n = at + 1; i < 4; i++, n /= 10)
			set[sizeof set - 2 - (size_t)i] = (char)('0' + n % 10);
		if ((code = run_sql(db, ps_schema_step[at], err)) == PS_OK)
			code = run_sql(db, set, err);
	}
	return code;
}

/* Somebody else may have done it while we waited for our turn. */
static ps_code
update(struct db *db, ps_err *err)
{
	int64_t version = 0;
	ps_code code = ask_number(db, "PRAGMA user_version", &version, err);

	if (code != PS_OK || version == (int64_t)ps_schema_version)
		return code;
	if (version > (int64_t)ps_schema_version)
		return ps_fail(err, PS_E_UNSUPPORTED, WHERE, PS_NOWHERE, W_STORE_NEWER,
		    PS_TEXT("path", db->path));
	if ((code = db_begin(db, true, err)) != PS_OK)
		return code;
	return db_end(db, migrate(db, err), err);
}

/* The file may be damaged on purpose: nothing in its schema is run. */
static ps_code
set_up(struct db *db, ps_err *err)
{
	sqlite.busy_timeout(db->sq, WAIT_MS);
	sqlite.limit(db->sq, SQLITE_LIMIT_LENGTH, VALUE_MAX + 4096);
	return run_sql(db, "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;"
	    "PRAGMA foreign_keys = ON; PRAGMA journal_mode = WAL", err);
}

static ps_code
connect(struct db **out, const char *path, ps_err *err)
{
	struct db *db;
	int rc;

	if (!sqlite_load())
		return ps_fail(err, PS_E_UNSUPPORTED, WHERE, PS_NOWHERE, W_STORE_NO_LIBRARY);
	if ((db = calloc(1, sizeof *db)) == NULL || (db->path = strdup(path)) == NULL) {
		free(db);
		return ps_nomem(err, WHERE);
	}
	*out = db;
	rc = sqlite.open_v2(path, &db->sq, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
	    SQLITE_OPEN_NOFOLLOW, NULL);
	return rc == SQLITE_OK ? set_up(db, err) : fail(db, rc, err);
}

ps_code
db_open(struct db **out, const char *path, ps_err *err)
{
	struct db *db = NULL;
	ps_code code = connect(&db, path, err);

	if (code == PS_OK)
		code = update(db, err);
	if (code == PS_OK)
		*out = db;
	else
		db_close(db);
	return code;
}

ps_code
db_create(const char *path, ps_err *err)
{
	struct db *db = NULL;
	ps_code code = db_open(&db, path, err);

	db_close(db);
	return code;
}

void
db_close(struct db *db)
{
	if (db == NULL)
		return;
	for (size_t i = 0; i < STMT_COUNT; i++)
		if (db->kept[i] != NULL)
			sqlite.finalize(db->kept[i]);
	if (db->sq != NULL)
		sqlite.close_v2(db->sq);
	free(db->path);
	free(db);
}

/* "ok", or what is wrong; which would be words for who mends databases. */
ps_code
db_check(struct db *db, ps_err *err)
{
	sqlite3_stmt *stmt = NULL;
	int rc = sqlite.prepare_v3(db->sq, "PRAGMA quick_check(1)", -1, 0, &stmt, NULL);
	bool good = false;

	if (rc == SQLITE_OK && (rc = sqlite.step(stmt)) == SQLITE_ROW)
		good = strcmp((const char *)sqlite.column_text(stmt, 0), "ok") == 0;
	sqlite.finalize(stmt);
	if (rc != SQLITE_ROW)
		return fail(db, rc, err);
	return good ? PS_OK : fail(db, SQLITE_CORRUPT, err);
}

ps_code
db_copy(struct db *db, const char *to, ps_err *err)
{
	sqlite3_stmt *stmt = NULL;
	int rc = sqlite.prepare_v3(db->sq, "VACUUM INTO ?1", -1, 0, &stmt, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite.bind_text(stmt, 1, to, -1, SQLITE_STATIC);
	if (rc == SQLITE_OK)
		rc = sqlite.step(stmt);
	sqlite.finalize(stmt);
	return rc == SQLITE_DONE ? PS_OK : fail(db, rc, err);
}
