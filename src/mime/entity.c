/* SPDX-License-Identifier: ISC */
/*
 * What a header section says of its entity, and its body decoded.
 *
 * Where a structural field stands twice, the first counts and the entity is
 * marked: readers disagree about such messages, so nothing may be believed of
 * them that somebody else could read differently.
 */
#include "mime/mime.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "mime/lex.h"

static const struct {
	const char	*name;
	enum mime_encoding encoding;
} encodings[] = {
	{ "7bit", MIME_7BIT },
	{ "8bit", MIME_8BIT },
	{ "binary", MIME_BINARY },
	{ "base64", MIME_BASE64 },
	{ "quoted-printable", MIME_QP },
};

/* RFC 2045, 6.1: without the field, or with nothing in it, 7bit. */
static enum mime_encoding
encoding_parse(ps_slice body)
{
	struct mime_lex l = mime_lex_of(body);
	ps_slice token;

	mime_lex_space(&l);
	token = mime_lex_run(&l, MIME_TOKEN_ENDS);
	if (token.n == 0)
		return MIME_7BIT;
	for (size_t i = 0; i < sizeof encodings / sizeof encodings[0]; i++)
		if (ps_ascii_equal(token, ps_str(encodings[i].name)))
			return encodings[i].encoding;
	return MIME_UNKNOWN;
}

static ps_code
parse_first(struct mime_type *out, const struct mime_header *h,
    const char *name, const struct ps_limits *limits, ps_err *err)
{
	const struct mime_field *f = mime_header_find(h, name, 0);
	ps_code code;

	code = mime_type_parse(out, f == NULL ? ps_str("") : f->body, limits, err);
	if (code == PS_OK)
		out->present = f != NULL;
	return code;
}

/* RFC 2045, 5.2: a Content-Type that cannot be read says text/plain. */
static ps_code
default_type(struct mime_type *t, ps_err *err)
{
	char *type, *subtype;

	if (t->readable && t->subtype[0] != '\0')
		return PS_OK;
	type = ps_strdup_slice(ps_str("text"));
	subtype = ps_strdup_slice(ps_str("plain"));
	if (type == NULL || subtype == NULL) {
		free(type);
		free(subtype);
		return ps_nomem(err, "mime.entity");
	}
	free(t->type);
	free(t->subtype);
	t->type = type;
	t->subtype = subtype;
	t->readable = false;
	return PS_OK;
}

ps_code
mime_entity_parse(struct mime_entity *out, const struct mime_header *h,
    const struct ps_limits *limits, ps_err *err)
{
	const struct mime_field *f;
	struct mime_entity e = { .encoding = MIME_7BIT };
	ps_code code;

	code = parse_first(&e.type, h, "content-type", limits, err);
	if (code == PS_OK)
		code = default_type(&e.type, err);
	if (code == PS_OK)
		code = parse_first(&e.disposition, h, "content-disposition",
		    limits, err);
	if (code != PS_OK) {
		mime_entity_clear(&e);
		return code;
	}
	f = mime_header_find(h, "content-transfer-encoding", 0);
	if (f != NULL)
		e.encoding = encoding_parse(f->body);
	e.duplicate = mime_header_count(h, "content-type") > 1 ||
	    mime_header_count(h, "content-transfer-encoding") > 1;
	*out = e;
	return PS_OK;
}

void
mime_entity_clear(struct mime_entity *e)
{
	mime_type_clear(&e->type);
	mime_type_clear(&e->disposition);
	*e = (struct mime_entity){ .encoding = MIME_7BIT };
}

const char *
mime_entity_filename(const struct mime_entity *e)
{
	const char *name = mime_type_param(&e->disposition, "filename");

	return name != NULL ? name : mime_type_param(&e->type, "name");
}

ps_code
mime_decode(struct mime_decoder *store, ps_reader *body,
    enum mime_encoding encoding, ps_reader **out, ps_err *err)
{
	struct ps_step *step = NULL;
	ps_code code;

	store->reader = NULL;
	switch (encoding) {
	case MIME_BASE64:
		ps_b64dec_init(&store->u.b64);
		step = &store->u.b64.step;
		break;
	case MIME_QP:
		ps_qpdec_init(&store->u.qp);
		step = &store->u.qp.step;
		break;
	case MIME_7BIT:
	case MIME_8BIT:
	case MIME_BINARY:
	case MIME_UNKNOWN:
		break;
	}
	if (step == NULL) {
		*out = body;
		return PS_OK;
	}
	code = ps_reader_open_step(&store->reader, body, step, err);
	if (code == PS_OK)
		*out = store->reader;
	return code;
}

void
mime_decoder_clear(struct mime_decoder *store)
{
	ps_reader_close(store->reader);
	store->reader = NULL;
}
