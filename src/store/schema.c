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
	"	PRIMARY KEY(kind, key)) STRICT;"
	"CREATE TABLE identity("
	"	id INTEGER PRIMARY KEY,"
	"	cert INTEGER REFERENCES cert,"	/* null: it was asked for */
	"	spki BLOB NOT NULL,"
	"	key BLOB,"			/* EncryptedPrivateKeyInfo */
	"	uri TEXT,"			/* or where it is */
	"	address TEXT NOT NULL,"
	"	address_key TEXT NOT NULL,"
	"	purpose INTEGER NOT NULL,"
	"	retired INTEGER NOT NULL,"
	"	chosen INTEGER NOT NULL DEFAULT 0,"
	"	created INTEGER NOT NULL,"
	"	forgotten INTEGER,"
	"	CHECK((key IS NULL) <> (uri IS NULL))) STRICT;"
	"CREATE INDEX identity_cert ON identity(cert);"
	"CREATE INDEX identity_address ON identity(address_key);"
	"CREATE TABLE anchor("
	"	cert INTEGER PRIMARY KEY REFERENCES cert,"
	"	added INTEGER NOT NULL) STRICT;"
	"CREATE TABLE person("
	"	key TEXT PRIMARY KEY,"		/* ps_address_key */
	"	address TEXT NOT NULL,"
	"	made INTEGER,"			/* of the mail that said what follows */
	"	caps BLOB,"			/* SMIMECapabilities */
	"	prefer INTEGER REFERENCES cert ON DELETE SET NULL,"
	"	pin INTEGER REFERENCES cert) STRICT, WITHOUT ROWID;"
	"CREATE INDEX person_prefer ON person(prefer);"
	"CREATE INDEX person_pin ON person(pin);"
	"CREATE TABLE seen("
	"	key TEXT NOT NULL,"
	"	cert INTEGER NOT NULL REFERENCES cert ON DELETE CASCADE,"
	"	how INTEGER NOT NULL,"		/* enum ps_store_how */
	"	first INTEGER NOT NULL,"
	"	last INTEGER NOT NULL,"
	"	PRIMARY KEY(key, cert)) STRICT, WITHOUT ROWID;"
	"CREATE INDEX seen_cert ON seen(cert);"
	"CREATE TABLE valid("			/* signatures */
	"	digest BLOB PRIMARY KEY,"
	"	at INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE TABLE log("
	"	id INTEGER PRIMARY KEY AUTOINCREMENT,"
	"	at INTEGER NOT NULL,"
	"	kind TEXT NOT NULL,"
	"	about TEXT NOT NULL,"
	"	data BLOB NOT NULL) STRICT;"
	"CREATE INDEX log_about ON log(kind, about);"
	"CREATE TRIGGER log_stays BEFORE DELETE ON log"
	"	BEGIN SELECT RAISE(ABORT, 'the log only grows'); END;"
	"CREATE TRIGGER log_as_it_is BEFORE UPDATE ON log"
	"	BEGIN SELECT RAISE(ABORT, 'the log only grows'); END;",
	/* How old and how large what is kept is, without reading it. */
	"CREATE INDEX news_age ON news(kind, fetched, length(data));",
	/*
	 * What known addresses and their domains look like. Those that are there already
	 * get it here as far as they are ASCII, as x509/looks.c has it; others with their
	 * next mail.
	 */
	"CREATE TABLE look("
	"	skeleton TEXT NOT NULL,"	/* x509/looks.h */
	"	name TEXT NOT NULL,"		/* an address (its key), or a domain */
	"	since INTEGER NOT NULL,"
	"	sure INTEGER NOT NULL,"		/* the user says so */
	"	PRIMARY KEY(skeleton, name)) STRICT, WITHOUT ROWID;"
	"CREATE INDEX look_first ON look(skeleton, sure DESC, since);"
	"CREATE TEMP TABLE known AS"
	"	SELECT key, substr(key, 1 + length(rtrim(key, replace(key, '@', '')))) AS domain,"
	"	since, sure FROM ("
	"	SELECT key, coalesce((SELECT min(first) FROM seen WHERE seen.key = person.key), 0)"
	"	AS since, pin IS NOT NULL AS sure FROM person"
	"	UNION ALL SELECT address_key, created, 1 FROM identity"
	"	UNION ALL SELECT n.key, c.added, 1 FROM name n JOIN cert c ON c.id = n.cert"
	"	WHERE c.how IN (0, 5))"		/* given, issued */
	"	WHERE key NOT GLOB '*[^ -~]*' AND key NOT LIKE '%xn--%';"
	"INSERT INTO look SELECT replace(replace(replace(replace(replace(replace(text,"
	" 'm', 'rn'), '0', 'o'), '1', 'l'), '|', 'l'), '`', ''''), '\"', ''''''),"
	" text, since, sure FROM"
	" (SELECT key AS text, since, sure FROM known UNION ALL"
	"  SELECT domain, since, sure FROM known)"
	" WHERE true ORDER BY sure DESC, since ON CONFLICT DO NOTHING;"
	"DROP TABLE known;",
};

const size_t ps_schema_version = sizeof ps_schema_step / sizeof *ps_schema_step;
