/* SPDX-License-Identifier: ISC */
/*
 * A mail as the MIME layer reads it: fields, types, decoded bodies, in a tree.
 * S/MIME is not looked at, so that it can be compared with plain MIME parsers.
 */
#include "drive.h"

#include "base/text.h"
#include "mime/mime.h"
#include "stream/store.h"

/* Octets as they are, for JSON escapes what people should not see. */
static void
put_text(struct ps_json *j, const char *text)
{
	ps_json_hex(j, ps_str(text));
}

static void walk(struct ps_json *j, ps_reader *r, uint64_t depth, bool in_digest);

static void
add_addresses(struct ps_json *j, ps_slice body)
{
	struct mime_mailboxes boxes = { .n = 0 };

	ps_json_key(j, "addresses");
	ps_json_open(j, '[');
	if (mime_mailboxes_parse(&boxes, body, &ps_limits_default, NULL) == PS_OK)
		for (size_t i = 0; i < boxes.n; i++) {
			ps_json_open(j, '[');
			put_text(j, boxes.box[i].name);
			put_text(j, boxes.box[i].address);
			ps_json_close(j, ']');
		}
	ps_json_close(j, ']');
	mime_mailboxes_clear(&boxes);
}

static void
add_field(struct ps_json *j, const struct mime_field *f)
{
	struct ps_buf text = { 0 }, words = { 0 };
	int64_t date;

	ps_json_open(j, '{');
	ps_json_key(j, "name");
	ps_json_slice(j, f->name);
	if (mime_unfold(f->body, &text, NULL) == PS_OK &&
	    mime_decode_words(ps_buf_get(&text), &words, NULL) == PS_OK) {
		ps_json_key(j, "text");
		ps_json_hex(j, ps_buf_get(&words));
	}
	add_addresses(j, f->body);
	ps_json_key(j, "date");
	if (mime_date_parse(f->body, &date))
		ps_json_time(j, date);
	else
		ps_json_null(j);
	ps_json_close(j, '}');
	ps_buf_clear(&text);
	ps_buf_clear(&words);
}

static void
add_type(struct ps_json *j, const char *key, const struct mime_type *t)
{
	ps_json_key(j, key);
	ps_json_open(j, '{');
	ps_json_key(j, "type");
	ps_json_text(j, t->type);
	ps_json_key(j, "subtype");
	ps_json_text(j, t->subtype);
	ps_json_key(j, "present");
	ps_json_bool(j, t->present);
	ps_json_key(j, "parameters");
	ps_json_open(j, '{');
	for (size_t i = 0; i < t->n; i++) {
		ps_json_key(j, t->param[i].name);
		put_text(j, t->param[i].value);
	}
	ps_json_close(j, '}');
	ps_json_close(j, '}');
}

static void
add_parts(struct ps_json *j, const struct mime_entity *e, ps_reader *r, uint64_t depth)
{
	struct mime_multipart *m;
	ps_reader *part;
	ps_code code = mime_multipart_open(&m, r, mime_type_param(&e->type, "boundary"),
	    &ps_limits_default, NULL);

	if (code != PS_OK)
		return;
	ps_json_key(j, "parts");
	ps_json_open(j, '[');
	while ((code = mime_multipart_next(m, &part, NULL)) == PS_OK && part != NULL)
		walk(j, part, depth + 1, strcmp(e->type.subtype, "digest") == 0);
	ps_json_close(j, ']');
	mime_multipart_close(m);
}

/* What was decoded before a fault is shown too, as the layer shows it. */
static void
add_body(struct ps_json *j, const struct mime_entity *e, ps_reader *r)
{
	struct mime_decoder dec = { .reader = NULL };
	struct ps_buf body = { 0 };
	ps_reader *in;
	ps_code code = mime_decode(&dec, r, e->encoding, &in, NULL);

	if (code == PS_OK)
		code = ps_reader_all(in, &body, NULL);
	ps_json_key(j, "decoded");
	ps_json_text(j, ps_code_info(code)->name);
	ps_json_key(j, "body");
	ps_json_hex(j, ps_buf_get(&body));
	mime_decoder_clear(&dec);
	ps_buf_clear(&body);
}

static void
add_content(struct ps_json *j, const struct mime_entity *e, ps_reader *r, uint64_t depth,
    bool in_digest)
{
	bool message = mime_type_is(&e->type, "message", "rfc822") ||
	    mime_type_is(&e->type, "message", "global") || (in_digest && !e->type.present);

	if (depth < ps_limits_default.mime_depth && strcmp(e->type.type, "multipart") == 0 &&
	    mime_type_param(&e->type, "boundary") != NULL)
		add_parts(j, e, r, depth);
	else if (depth < ps_limits_default.mime_depth && message) {
		ps_json_key(j, "message");
		walk(j, r, depth + 1, false);
	} else
		add_body(j, e, r);
}

static void
walk(struct ps_json *j, ps_reader *r, uint64_t depth, bool in_digest)
{
	struct mime_header h;
	struct mime_entity e;
	ps_err err = PS_ERR_INIT;
	ps_code code = mime_header_read(&h, r, &ps_limits_default, &err);

	ps_json_open(j, '{');
	answer_code(j, "code", code, &err);
	if (code == PS_OK) {
		ps_json_key(j, "fields");
		ps_json_open(j, '[');
		for (size_t i = 0; i < h.n; i++)
			add_field(j, &h.field[i]);
		ps_json_close(j, ']');
		if (mime_entity_parse(&e, &h, &ps_limits_default, NULL) == PS_OK) {
			add_type(j, "type", &e.type);
			add_type(j, "disposition", &e.disposition);
			ps_json_key(j, "filename");
			ps_json_text(j, mime_entity_filename(&e));
			add_content(j, &e, r, depth, in_digest);
			mime_entity_clear(&e);
		}
		mime_header_clear(&h);
	}
	ps_json_close(j, '}');
}

void
drive_mime(const struct request *rq, struct ps_json *j)
{
	ps_reader *r = NULL;
	ps_err err = PS_ERR_INIT;
	ps_code code = ps_reader_open_file(&r, rq->path, &err);

	answer_code(j, "code", code, &err);
	if (code == PS_OK) {
		ps_json_key(j, "mail");
		walk(j, r, 0, false);
	}
	ps_reader_close(r);
}

/* --- a folder of mails in one file --- */

static ps_code
add_mails(struct ps_json *j, ps_reader *r, ps_err *err)
{
	ps_mbox *mbox = NULL;
	ps_reader *mail = NULL;
	ps_code code = ps_mbox_open(&mbox, r, err);

	ps_json_key(j, "mails");
	ps_json_open(j, '[');
	while (code == PS_OK && (code = ps_mbox_next(mbox, &mail, err)) == PS_OK && mail != NULL)
		walk(j, mail, 0, false);
	ps_json_close(j, ']');
	ps_mbox_close(mbox);
	return code;
}

void
drive_mbox(const struct request *rq, struct ps_json *j)
{
	ps_reader *r = NULL;
	ps_err err = PS_ERR_INIT;
	ps_code code = ps_reader_open_file(&r, rq->path, &err);

	if (code == PS_OK)
		code = add_mails(j, r, &err);
	answer_code(j, "code", code, &err);
	ps_reader_close(r);
}
