/* SPDX-License-Identifier: ISC */
#ifndef PS_STORE_STATEMENTS_H
#define PS_STORE_STATEMENTS_H

/* All the SQL that is not the schema: what each statement takes is numbered. */

#define CERT_COLUMNS	"c.der, c.how, c.added, c.forgotten"

#define STORE_STATEMENTS(X) \
	X(CERT_ADD, \
	  "INSERT INTO cert(sha256, der, authority, serial, key_id, how, added)" \
	  " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING") \
	X(CERT_NAME_ADD, \
	  "INSERT INTO name(key, cert) VALUES(?1, ?2) ON CONFLICT DO NOTHING") \
	X(CERT_AGAIN, "UPDATE cert SET forgotten = NULL WHERE sha256 = ?1 AND ?2 = 0") \
	X(CERT_ID, "SELECT id, forgotten FROM cert WHERE sha256 = ?1") \
	X(CERT_ALL, \
	  "SELECT " CERT_COLUMNS " FROM cert c WHERE ?1 OR c.forgotten IS NULL ORDER BY c.id") \
	X(CERT_BY_DIGEST, \
	  "SELECT " CERT_COLUMNS " FROM cert c WHERE c.sha256 >= ?1 AND c.sha256 < ?1 || 'g'" \
	  " AND (?2 OR c.forgotten IS NULL) ORDER BY c.id") \
	X(CERT_BY_ADDRESS, \
	  "SELECT " CERT_COLUMNS " FROM name n JOIN cert c ON c.id = n.cert WHERE n.key = ?1" \
	  " AND (?2 OR c.forgotten IS NULL) ORDER BY c.id") \
	X(CERT_FORGET, "UPDATE cert SET forgotten = ?2 WHERE id = ?1") \
	X(CERT_DROP, "DELETE FROM cert WHERE id = ?1") \
	X(NEWS_PUT, \
	  "INSERT INTO news(kind, key, data, this_update, next_update, fetched)" \
	  " VALUES(?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO UPDATE SET data = excluded.data," \
	  " this_update = excluded.this_update, next_update = excluded.next_update," \
	  " fetched = excluded.fetched WHERE excluded.this_update >= this_update") \
	X(NEWS_GET, \
	  "SELECT kind, key, data, this_update, next_update, fetched FROM news" \
	  " WHERE kind = ?1 AND key = ?2") \
	X(NEWS_ALL, \
	  "SELECT kind, key, data, this_update, next_update, fetched FROM news" \
	  " ORDER BY kind, key")

#endif
