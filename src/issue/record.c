/* SPDX-License-Identifier: ISC */
/*
 * What an authority did.
 *
 * The log is the database: whatever an authority has to know (what it issued,
 * to whom, what it revoked, the number of its last list) is read from entries
 * that nobody can change, so that what is told today cannot contradict what
 * was told yesterday. One process works for an authority at a time, which a
 * lock on its folder sees to; readers never wait.
 */
#include "issue/record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "issue/words.h"
#include "x509/cert.h"

#define WHERE	"issue.record"

/* The kinds of entries. They stand in people's files: never renamed. */
#define CERT	"cert"		/* about the serial number: the certificate */
#define ADDRESS	"address"	/* about ps_address_key: the serial number */
#define REVOKED	"revoked"	/* about the serial number: time and reason */
#define LIST	"crl"		/* about the issuer: the number */
#define SETTING	"setting"

enum { NUMBER = 8, WAIT_SECONDS = 30, PATH_MOST = 4096 };

/* --- opening --- */

static ps_code
path_of(char out[PATH_MOST], const char *dir, const char *name, ps_err *err)
{
	int n = snprintf(out, PATH_MOST, "%s/%s", dir, name);

	return n > 0 && n < PATH_MOST ? PS_OK : ps_fail(err, PS_E_MISUSE, WHERE, PS_NOWHERE,
	    W_ISSUE_FOLDER, PS_TEXT("path", dir));
}

static ps_code
lock_folder(struct record *r, const char *dir, ps_err *err)
{
	char path[PATH_MOST];
	ps_code code = path_of(path, dir, "lock", err);

	if (code != PS_OK)
		return code;
	r->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (r->lock < 0)
		return ps_fail_errno(err, PS_E_WRITE, errno, WHERE, W_ISSUE_LOCK, path);
	for (int i = 0; flock(r->lock, LOCK_EX | LOCK_NB) != 0; i++) {
		if (i >= WAIT_SECONDS * 10)
			return ps_fail(err, PS_E_TEMPORARY, WHERE, PS_NOWHERE, W_ISSUE_BUSY,
			    PS_TEXT("path", dir));
		(void)usleep(100000);
	}
	return PS_OK;
}

static ps_code
make_folder(const char *dir, ps_err *err)
{
	char path[PATH_MOST];

	if (strlen(dir) >= sizeof path)
		return path_of(path, dir, "", err);
	memcpy(path, dir, strlen(dir) + 1);
	for (char *p = path + 1;; p++) {
		char c = *p;

		if (c != '/' && c != '\0')
			continue;
		*p = '\0';
		if (mkdir(path, 0700) != 0 && errno != EEXIST)
			return ps_fail_errno(err, PS_E_WRITE, errno, WHERE, W_ISSUE_MAKE, path);
		if (c == '\0')
			return PS_OK;
		*p = c;
	}
}

ps_code
record_open(struct record *out, const char *dir, bool write, bool make, ps_err *err)
{
	struct record r = { .lock = -1 };
	char path[PATH_MOST];
	ps_code code = path_of(path, dir, "ca.db", err);

	if (code == PS_OK && make)
		code = make_folder(dir, err);
	else if (code == PS_OK && access(path, F_OK) != 0)
		code = ps_fail(err, PS_E_NOT_FOUND, WHERE, PS_NOWHERE, W_ISSUE_NONE,
		    PS_TEXT("path", dir));
	if (code == PS_OK && write)
		code = lock_folder(&r, dir, err);
	if (code == PS_OK)
		code = ps_store_open(&r.store, path, make, err);
	if (code != PS_OK) {
		record_close(&r);
		return code;
	}
	*out = r;
	return PS_OK;
}

void
record_close(struct record *r)
{
	ps_store_close(r->store);
	if (r->lock >= 0)
		close(r->lock);
	*r = (struct record){ .lock = -1 };
}

/* --- entries --- */

static ps_code
put(struct record *r, const char *kind, const char *about, ps_slice data, ps_err *err)
{
	ps_store_entry e = { .size = sizeof e, .kind = kind, .about = about, .data = data };

	return ps_store_add_entry(r->store, &e, NULL, err);
}

static ps_code
keep_last(void *arg, const ps_store_entry *e, ps_err *err)
{
	struct ps_buf *out = arg;

	ps_buf_clear(out);
	return ps_buf_add(out, e->data, err);
}

/* The data of the last entry; empty when there is none. */
static ps_code
last(struct record *r, const char *kind, const char *about, struct ps_buf *out, ps_err *err)
{
	return ps_store_list_entries(r->store, kind, about, keep_last, out, err);
}

static void
number_write(uint64_t n, uint8_t out[NUMBER])
{
	for (int i = 0; i < NUMBER; i++)
		out[i] = (uint8_t)(n >> (8 * (NUMBER - 1 - i)));
}

static uint64_t
number_read(ps_slice s)
{
	uint64_t n = 0;

	for (size_t i = 0; i < NUMBER && i < s.n; i++)
		n = n << 8 | s.p[i];
	return n;
}

ps_code
record_set(struct record *r, const char *name, const char *value, ps_err *err)
{
	return put(r, SETTING, name, ps_str(value), err);
}

ps_code
record_get(struct record *r, const char *name, struct ps_buf *out, ps_err *err)
{
	return last(r, SETTING, name, out, err);
}

ps_code
record_next_list(struct record *r, const char *issuer, uint64_t *out, ps_err *err)
{
	struct ps_buf before = { 0 };
	uint8_t number[NUMBER];
	uint64_t n = 0;
	ps_code code = last(r, LIST, issuer, &before, err);

	if (code == PS_OK) {
		n = number_read(ps_buf_get(&before)) + 1;
		number_write(n, number);
		code = put(r, LIST, issuer, (ps_slice){ number, sizeof number }, err);
	}
	ps_buf_clear(&before);
	if (code == PS_OK)
		*out = n;
	return code;
}

/* --- certificates --- */

ps_code
record_cert(struct record *r, const ps_cert *c, ps_err *err)
{
	const char *serial = ps_cert_serial(c), *address;
	char key[PS_ADDRESS_KEY];
	ps_code code = put(r, CERT, serial, ps_cert_der(c), err);

	for (size_t i = 0; code == PS_OK && (address = ps_cert_address(c, i)) != NULL; i++)
		if (ps_address_key(address, key))
			code = put(r, ADDRESS, key, ps_str(serial), err);
	return code;
}

struct teller {
	struct record	*record;
	record_cert_fn	 each;
	void		*arg;
};

static ps_code
tell_cert(void *arg, const ps_store_entry *e, ps_err *err)
{
	const struct teller *t = arg;
	ps_cert *c = NULL;
	ps_code code = ps_cert_parse(&c, e->data, err);

	if (code == PS_OK)
		code = t->each(t->arg, c, err);
	ps_cert_free(c);
	return code;
}

ps_code
record_each_cert(struct record *r, record_cert_fn each, void *arg, ps_err *err)
{
	struct teller t = { r, each, arg };

	return ps_store_list_entries(r->store, CERT, NULL, tell_cert, &t, err);
}

static ps_code
keep_cert(void *arg, ps_cert *c, ps_err *err)
{
	ps_cert **out = arg;

	(void)err;
	ps_cert_free(*out);
	*out = ps_cert_ref(c);
	return PS_OK;
}

ps_code
record_find(struct record *r, const char *serial, ps_cert **out, ps_err *err)
{
	ps_cert *c = NULL;
	struct teller t = { r, keep_cert, &c };
	ps_code code = ps_store_list_entries(r->store, CERT, serial, tell_cert, &t, err);

	if (code == PS_OK)
		*out = c;
	else
		ps_cert_free(c);
	return code;
}

static ps_code
tell_serial(void *arg, const ps_store_entry *e, ps_err *err)
{
	const struct teller *t = arg;
	struct teller inner = *t;
	char serial[48] = "";

	if (e->data.n < sizeof serial)
		memcpy(serial, e->data.p, e->data.n);
	return ps_store_list_entries(t->record->store, CERT, serial, tell_cert, &inner, err);
}

ps_code
record_each_of(struct record *r, const char *address, record_cert_fn each, void *arg, ps_err *err)
{
	struct teller t = { r, each, arg };
	char key[PS_ADDRESS_KEY];

	if (!ps_address_key(address, key))
		return ps_fail(err, PS_E_MALFORMED, WHERE, PS_NOWHERE, W_ISSUE_ADDRESS,
		    PS_TEXT("address", address));
	return ps_store_list_entries(r->store, ADDRESS, key, tell_serial, &t, err);
}

/* --- revocations: eight octets of time, one of reason --- */

ps_code
record_revoke(struct record *r, const struct revocation *v, ps_err *err)
{
	uint8_t data[NUMBER + 1];

	number_write((uint64_t)v->at, data);
	data[NUMBER] = (uint8_t)v->reason;
	return put(r, REVOKED, v->serial, (ps_slice){ data, sizeof data }, err);
}

struct revoked_teller {
	record_revoked_fn each;
	void		*arg;
};

static ps_code
tell_revoked(void *arg, const ps_store_entry *e, ps_err *err)
{
	const struct revoked_teller *t = arg;
	struct revocation v = { .at = (int64_t)number_read(e->data) };

	if (e->data.n != NUMBER + 1 || strlen(e->about) >= sizeof v.serial)
		return ps_fail(err, PS_E_MALFORMED, WHERE, PS_NOWHERE, W_ISSUE_ENTRY,
		    PS_TEXT("about", e->about));
	v.reason = e->data.p[NUMBER];
	memcpy(v.serial, e->about, strlen(e->about) + 1);
	return t->each(t->arg, &v, err);
}

ps_code
record_each_revoked(struct record *r, record_revoked_fn each, void *arg, ps_err *err)
{
	struct revoked_teller t = { each, arg };

	return ps_store_list_entries(r->store, REVOKED, NULL, tell_revoked, &t, err);
}

struct first {
	struct revocation v;
	bool		 is;
};

static ps_code
keep_first(void *arg, const struct revocation *v, ps_err *err)
{
	struct first *f = arg;

	(void)err;
	if (!f->is)
		f->v = *v;
	f->is = true;
	return PS_OK;
}

ps_code
record_revoked(struct record *r, const char *serial, struct revocation *out, bool *out_is,
    ps_err *err)
{
	struct first f = { .is = false };
	struct revoked_teller t = { keep_first, &f };
	ps_code code = ps_store_list_entries(r->store, REVOKED, serial, tell_revoked, &t, err);

	if (code == PS_OK) {
		*out = f.v;
		*out_is = f.is;
	}
	return code;
}
