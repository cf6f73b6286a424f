/* SPDX-License-Identifier: ISC */
#ifndef PS_STORE_STATEMENTS_H
#define PS_STORE_STATEMENTS_H

/* All the SQL that is not the schema: what each statement takes is numbered. */

#define CERT_COLUMNS	"c.der, c.how, c.added, c.forgotten"

#define IDENTITY_COLUMNS \
	"i.id, c.der, i.spki, i.key, i.uri, i.address, i.purpose, i.retired, i.chosen," \
	" i.created, i.forgotten FROM identity i LEFT JOIN cert c ON c.id = i.cert"

#define PERSON_COLUMNS \
	"p.address, c.der, s.how, s.first, s.last, p.pin IS c.id, p.made, p.caps" \
	" FROM person p JOIN seen s ON s.key = p.key JOIN cert c ON c.id = s.cert"

#define STORE_STATEMENTS(X) \
	X(CERT_ADD, \
	  "INSERT INTO cert(sha256, der, authority, serial, key_id, how, added)" \
	  " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING") \
	X(CERT_NAME_ADD, \
	  "INSERT INTO name(key, cert) VALUES(?1, ?2) ON CONFLICT DO NOTHING") \
	X(CERT_AGAIN, "UPDATE cert SET forgotten = NULL WHERE sha256 = ?1 AND ?2 = 0") \
	X(CERT_ID, "SELECT id, forgotten, how FROM cert WHERE sha256 = ?1") \
	X(CERT_HOW, "UPDATE cert SET how = ?2 WHERE id = ?1") \
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
	X(CERT_NAMED, \
	  "SELECT " CERT_COLUMNS " FROM cert c WHERE c.serial = ?1 AND c.forgotten IS NULL") \
	X(CERT_KEY_ID, \
	  "SELECT " CERT_COLUMNS " FROM cert c WHERE c.key_id = ?1 AND c.forgotten IS NULL") \
	X(CERT_AUTHORITY, \
	  "SELECT " CERT_COLUMNS " FROM cert c WHERE c.authority = ?1" \
	  " AND c.forgotten IS NULL ORDER BY c.id DESC LIMIT 32") \
	X(ANCHOR_ADD, "INSERT INTO anchor(cert, added) VALUES(?1, ?2) ON CONFLICT DO NOTHING") \
	X(ANCHOR_DROP, "DELETE FROM anchor WHERE cert = ?1") \
	X(ANCHOR_ALL, \
	  "SELECT " CERT_COLUMNS " FROM anchor a JOIN cert c ON c.id = a.cert ORDER BY c.id") \
	X(IDENTITY_ADD, \
	  "INSERT INTO identity(cert, spki, key, uri, address, address_key, purpose, retired," \
	  " created) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)") \
	X(IDENTITY_ALL, \
	  "SELECT " IDENTITY_COLUMNS " WHERE ?1 OR i.forgotten IS NULL ORDER BY i.id") \
	X(IDENTITY_BY_ADDRESS, \
	  "SELECT " IDENTITY_COLUMNS " WHERE (i.address_key = ?1 OR i.cert IN" \
	  " (SELECT n.cert FROM name n WHERE n.key = ?1)) AND (?2 OR i.forgotten IS NULL)" \
	  " ORDER BY i.id") \
	X(IDENTITY_BY_SERIAL, \
	  "SELECT " IDENTITY_COLUMNS " WHERE c.serial = ?1 AND i.forgotten IS NULL") \
	X(IDENTITY_BY_KEY_ID, \
	  "SELECT " IDENTITY_COLUMNS " WHERE c.key_id = ?1 AND i.forgotten IS NULL") \
	X(IDENTITY_ONE, "SELECT " IDENTITY_COLUMNS " WHERE i.id = ?1") \
	X(IDENTITY_SET_CERT, "UPDATE identity SET cert = ?2 WHERE id = ?1") \
	X(IDENTITY_SET_KEY, "UPDATE identity SET key = ?2 WHERE id = ?1 AND key IS NOT NULL") \
	X(IDENTITY_SET_RETIRED, "UPDATE identity SET retired = ?2 WHERE id = ?1") \
	X(IDENTITY_CHOOSE, "UPDATE identity SET chosen = (id = ?1) WHERE chosen OR id = ?1") \
	X(IDENTITY_FORGET, "UPDATE identity SET forgotten = ?2 WHERE id = ?1") \
	X(IDENTITY_DROP, "DELETE FROM identity WHERE id = ?1") \
	X(PERSON_ADD, "INSERT INTO person(key, address) VALUES(?1, ?2) ON CONFLICT DO NOTHING") \
	X(PERSON_LEARN, \
	  "UPDATE person SET made = ?2, caps = ?3, prefer = ?4" \
	  " WHERE key = ?1 AND (made IS NULL OR made < ?2)") \
	X(PERSON_PIN, "UPDATE person SET pin = ?2 WHERE key = ?1") \
	X(PERSON_ONE, \
	  "SELECT p.made, p.caps, a.der, b.der FROM person p" \
	  " LEFT JOIN cert a ON a.id = p.prefer AND a.forgotten IS NULL" \
	  " LEFT JOIN cert b ON b.id = p.pin WHERE p.key = ?1") \
	X(PERSON_SEEN, \
	  "SELECT c.der, s.first, s.last FROM seen s JOIN cert c ON c.id = s.cert" \
	  " WHERE s.key = ?1 ORDER BY s.last DESC LIMIT 16") \
	X(PEOPLE_ALL, "SELECT " PERSON_COLUMNS " ORDER BY p.key, s.last") \
	X(PEOPLE_BY_ADDRESS, "SELECT " PERSON_COLUMNS " WHERE p.key = ?1 ORDER BY s.last") \
	X(SEEN_ADD, \
	  "INSERT INTO seen(key, cert, how, first, last) VALUES(?1, ?2, ?3, ?4, ?4)" \
	  " ON CONFLICT DO UPDATE SET last = max(last, excluded.last)") \
	X(LOOK_ADD, \
	  "INSERT INTO look(skeleton, name, since, sure) VALUES(?1, ?2, coalesce((" \
	  "SELECT max(since) + 1 FROM look WHERE skeleton = ?1 AND since >= ?3), ?3), ?4)" \
	  " ON CONFLICT DO UPDATE SET sure = 1 WHERE excluded.sure > sure") \
	X(LOOK_FIRST, \
	  "SELECT name FROM look WHERE skeleton = ?1 AND NOT EXISTS(SELECT 1 FROM look" \
	  " WHERE skeleton = ?1 AND name = ?2 AND sure) ORDER BY sure DESC, since LIMIT 1") \
	X(VALID_GET, "SELECT at FROM valid WHERE digest = ?1") \
	X(VALID_ADD, "INSERT INTO valid(digest, at) VALUES(?1, ?2) ON CONFLICT DO NOTHING") \
	X(LOG_ADD, "INSERT INTO log(at, kind, about, data) VALUES(?1, ?2, ?3, ?4)") \
	X(LOG_ALL, "SELECT id, at, kind, about, data FROM log ORDER BY id") \
	X(LOG_KIND, \
	  "SELECT id, at, kind, about, data FROM log WHERE kind = ?1 ORDER BY id") \
	X(LOG_ABOUT, \
	  "SELECT id, at, kind, about, data FROM log WHERE kind = ?1 AND about = ?2 ORDER BY id") \
	X(NEWS_PUT, \
	  "INSERT INTO news(kind, key, data, this_update, next_update, fetched)" \
	  " VALUES(?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO UPDATE SET data = excluded.data," \
	  " this_update = excluded.this_update, next_update = excluded.next_update," \
	  " fetched = excluded.fetched WHERE excluded.this_update >= this_update") \
	X(NEWS_TRIM, \
	  "DELETE FROM news WHERE rowid IN (SELECT id FROM (SELECT rowid AS id," \
	  " row_number() OVER age AS place, sum(length(data)) OVER age AS octets FROM news" \
	  " WHERE kind = ?1 WINDOW age AS (ORDER BY fetched DESC, rowid DESC))" \
	  " WHERE place > ?2 OR octets > ?3)") \
	X(NEWS_GET, \
	  "SELECT kind, key, data, this_update, next_update, fetched FROM news" \
	  " WHERE kind = ?1 AND key = ?2") \
	X(NEWS_ALL, \
	  "SELECT kind, key, data, this_update, next_update, fetched FROM news" \
	  " ORDER BY kind, key")

#endif
