/* SPDX-License-Identifier: ISC */
/*
 * A row of the store, as a line for a person or as JSON for a program.
 */
#include "base/clock.h"
#include "base/json.h"
#include "store/store.h"
#include "store/words.h"
#include "stream/stream.h"

enum { DATE = 10, LINE = 1024, DIGEST_SHOWN = 16 };

/* --- JSON --- */

static void
key_text(struct ps_json *j, const char *key, const char *text)
{
	ps_json_key(j, key);
	ps_json_text(j, text);
}

static void
key_time(struct ps_json *j, const char *key, int64_t t)
{
	ps_json_key(j, key);
	if (t == STORE_NEVER)
		ps_json_null(j);
	else
		ps_json_time(j, t);
}

static void
key_bool(struct ps_json *j, const char *key, bool v)
{
	ps_json_key(j, key);
	ps_json_bool(j, v);
}

static void
put_cert(struct ps_json *j, const ps_cert *c)
{
	if (c == NULL) {
		ps_json_null(j);
		return;
	}
	ps_json_open(j, '{');
	ps_json_key(j, "subject");
	ps_json_name(j, ps_cert_subject(c));
	ps_json_key(j, "issuer");
	ps_json_name(j, ps_cert_issuer(c));
	ps_json_key(j, "addresses");
	ps_json_open(j, '[');
	for (size_t i = 0; ps_cert_address(c, i) != NULL; i++)
		ps_json_text(j, ps_cert_address(c, i));
	ps_json_close(j, ']');
	key_text(j, "serial", ps_cert_serial(c));
	key_text(j, "sha256", ps_cert_sha256(c));
	key_time(j, "not_before", ps_cert_not_before(c));
	key_time(j, "not_after", ps_cert_not_after(c));
	ps_json_close(j, '}');
}

static void
begin(struct ps_json *j, struct ps_buf *b, const ps_cert *c)
{
	ps_json_init(j, b);
	ps_json_open(j, '{');
	ps_json_key(j, "certificate");
	put_cert(j, c);
}

static ps_code
end(struct ps_json *j, struct ps_buf *b, ps_writer *w, ps_err *err)
{
	ps_code code;

	ps_json_close(j, '}');
	if ((code = ps_json_finish(j, err)) == PS_OK &&
	    (code = ps_buf_add_text(b, "\n", err)) == PS_OK)
		code = ps_writer_write(w, ps_buf_get(b), err);
	ps_buf_clear(b);
	return code;
}

/* --- text --- */

static const char *
date_of(int64_t t, char out[32])
{
	ps_clock_format(t, out, 32);
	out[DATE] = '\0';
	return out;
}

static const char *
short_digest(const ps_cert *c, char out[DIGEST_SHOWN + 1])
{
	size_t i = 0;

	for (const char *p = ps_cert_sha256(c); i < DIGEST_SHOWN && p[i] != '\0'; i++)
		out[i] = p[i];
	out[i] = '\0';
	return out;
}

static ps_code
cert_text(const ps_store_cert *c, ps_writer *w, ps_err *err)
{
	char line[LINE], until[32], digest[DIGEST_SHOWN + 1];

	(void)ps_words(line, sizeof line,
	    c->forgotten == STORE_NEVER ? W_STORE_CERT : W_STORE_CERT_FORGOTTEN,
	    PS_TEXT("digest", short_digest(c->cert, digest)),
	    PS_TEXT("who", ps_cert_holder(c->cert)), PS_TEXT("issuer", ps_cert_issuer(c->cert)),
	    PS_TEXT("date", date_of(ps_cert_not_after(c->cert), until)),
	    PS_TEXT("how", ps_store_how_name(c->how)));
	return ps_writer_text(w, line, err);
}

ps_code
ps_store_write_cert(const ps_store_cert *c, int json, ps_writer *w, ps_err *err)
{
	struct ps_buf b = { 0 };
	struct ps_json j;

	if (!json)
		return cert_text(c, w, err);
	begin(&j, &b, c->cert);
	key_text(&j, "how", ps_store_how_name(c->how));
	key_time(&j, "added", c->added);
	key_time(&j, "forgotten", c->forgotten);
	return end(&j, &b, w, err);
}

static ps_code
person_text(const ps_store_person *p, ps_writer *w, ps_err *err)
{
	char line[LINE], first[32], last[32], digest[DIGEST_SHOWN + 1];

	(void)ps_words(line, sizeof line, p->pinned ? W_STORE_PERSON_PINNED : W_STORE_PERSON,
	    PS_TEXT("who", p->address), PS_TEXT("digest", short_digest(p->cert, digest)),
	    PS_TEXT("first", date_of(p->first_seen, first)),
	    PS_TEXT("last", date_of(p->last_seen, last)),
	    PS_TEXT("how", ps_store_how_name(p->how)));
	return ps_writer_text(w, line, err);
}

ps_code
ps_store_write_person(const ps_store_person *p, int json, ps_writer *w, ps_err *err)
{
	struct ps_buf b = { 0 };
	struct ps_json j;

	if (!json)
		return person_text(p, w, err);
	begin(&j, &b, p->cert);
	key_text(&j, "address", p->address);
	key_text(&j, "how", ps_store_how_name(p->how));
	key_time(&j, "first_seen", p->first_seen);
	key_time(&j, "last_seen", p->last_seen);
	key_bool(&j, "pinned", p->pinned != 0);
	key_bool(&j, "capabilities", p->capabilities.n != 0);
	return end(&j, &b, w, err);
}
