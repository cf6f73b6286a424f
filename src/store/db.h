/* SPDX-License-Identifier: ISC */
#ifndef PS_STORE_DB_H
#define PS_STORE_DB_H

/*
 * A connection to the database, as the store needs one: numbered statements,
 * values in, rows out, transactions. Nothing above this line of files knows
 * which database it is; another one has this header and its own statements.h.
 *
 *	struct query q;
 *
 *	db_query(db, STMT_CERT_FIND, &q);
 *	query_text(&q, address);
 *	while ((code = query_next(&q, &more, err)) == PS_OK && more)
 *		... row_text(&q, 0) ...
 *	query_end(&q);
 */

#include <stdbool.h>

#include "base/err.h"
#include "store/statements.h"

enum statement {
#define X(id, sql)	STMT_##id,
	STORE_STATEMENTS(X)
#undef X
	STMT_COUNT
};

struct db;
struct sqlite3_stmt;

/* db_open opens the file, which is there, and brings it to our version. */
PS_MUST ps_code db_open(struct db **out, const char *path, ps_err *err);
/* db_create makes an empty one in the file, which is empty. */
PS_MUST ps_code db_create(const char *path, ps_err *err);
void	db_close(struct db *db);
/* db_check reads all of it: PS_E_MALFORMED when it is damaged. */
PS_MUST ps_code db_check(struct db *db, ps_err *err);
/* db_copy writes all of it into the file `to`, which is empty. */
PS_MUST ps_code db_copy(struct db *db, const char *to, ps_err *err);

/* A statement on its way. What fails before query_next is told by that. */
struct query {
	struct db	*db;
	struct sqlite3_stmt *stmt;
	enum statement	 id;
	int		 bound, rc;
};
void	db_query(struct db *db, enum statement id, struct query *q);
/* The values, in order; what they point to lives until query_end. */
void	query_number(struct query *q, int64_t n);
void	query_text(struct query *q, const char *s);	/* NULL: null */
void	query_octets(struct query *q, ps_slice s);	/* p == NULL: null */
void	query_null(struct query *q);
PS_MUST ps_code query_next(struct query *q, bool *out_row, ps_err *err);
void	query_end(struct query *q);
/* query_run is next and end of a statement that gives no rows. */
PS_MUST ps_code query_run(struct query *q, ps_err *err);

/* The values of a row; borrowed until the next query_next. */
bool	row_is_null(const struct query *q, int column);
int64_t	row_number(const struct query *q, int column);
const char *row_text(const struct query *q, int column);	/* NULL: null */
ps_slice row_octets(const struct query *q, int column);

/*
 * db_begin starts to write; nobody else does until db_end, which keeps all when `code` is
 * PS_OK and nothing otherwise, and returns `code` or why not. `lasting`: it survives a
 * power cut too, at the price of waiting for the disk.
 */
PS_MUST ps_code db_begin(struct db *db, bool lasting, ps_err *err);
PS_MUST ps_code db_end(struct db *db, ps_code code, ps_err *err);
/* Of the last insert: the number of its row; whether anything was changed. */
int64_t	db_last_id(struct db *db);
bool	db_changed(struct db *db);

#endif
