/* SPDX-License-Identifier: ISC */
/*
 * The schema.
 *
 * Certificates stand once, by their digest, and what they are looked up by
 * beside them: the addresses they name (ps_address_key), for an authority a
 * hash of its name, serial number, key identifier. What those find is
 * compared again by whoever asked, so a hash that two share does no harm.
 */
#include "store/schema.h"

const char *const ps_schema_step[] = {
	"CREATE TABLE cert("
	"	id INTEGER PRIMARY KEY,"
	"	sha256 TEXT NOT NULL UNIQUE,"	/* lower-case hex */
	"	der BLOB NOT NULL,"
	"	authority INTEGER,"		/* ps_name_hash of the subject of a CA */
	"	serial BLOB NOT NULL,"
	"	key_id BLOB NOT NULL,"
	"	how INTEGER NOT NULL,"		/* enum ps_store_how */
	"	added INTEGER NOT NULL,"
	"	forgotten INTEGER) STRICT;"
	"CREATE INDEX cert_authority ON cert(authority) WHERE authority IS NOT NULL;"
	"CREATE INDEX cert_serial ON cert(serial);"
	"CREATE INDEX cert_key_id ON cert(key_id);"
	"CREATE TABLE name("
	"	key TEXT NOT NULL,"		/* ps_address_key */
	"	cert INTEGER NOT NULL REFERENCES cert ON DELETE CASCADE,"
	"	PRIMARY KEY(key, cert)) STRICT, WITHOUT ROWID;"
	"CREATE INDEX name_cert ON name(cert);"
	"CREATE TABLE news("
	"	kind INTEGER NOT NULL,"		/* enum ps_news_kind */
	"	key BLOB NOT NULL,"
	"	data BLOB NOT NULL,"
	"	this_update INTEGER NOT NULL,"
	"	next_update INTEGER NOT NULL,"
	"	fetched INTEGER NOT NULL,"
	"	PRIMARY KEY(kind, key)) STRICT;",
};

const size_t ps_schema_version = sizeof ps_schema_step / sizeof *ps_schema_step;
