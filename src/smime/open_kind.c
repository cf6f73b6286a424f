/* SPDX-License-Identifier: ISC */
/*
 * What an entity is: a cryptographic layer or not.
 *
 * The fields say it in many ways, and some senders in none; the table of what
 * counts is RFC 8551, 3.2.1, and what mail programs made of it. The octets
 * decide what a layer is in the end, so a name that disagrees is only noted.
 */
#include <string.h>

#include "base/text.h"
#include "base/words.h"
#include "smime/opening.h"
#include "smime/tnef.h"
#include "smime/words.h"

static bool
ends_with(const char *s, const char *end)
{
	size_t n = s == NULL ? 0 : strlen(s), m = strlen(end);

	return n >= m && ps_ascii_equal((ps_slice){ (const uint8_t *)s + n - m, m }, ps_str(end));
}

static bool
is_text(const char *s, const char *want)
{
	return s != NULL && ps_ascii_equal(ps_str(s), ps_str(want));
}

/* "pkcs7-mime" and its old name with "x-". */
static bool
is_pkcs7(const struct mime_type *t, const char *subtype, const char *x_subtype)
{
	return mime_type_is(t, "application", subtype) ||
	    mime_type_is(t, "application", x_subtype);
}

bool
opening_is_signature(const struct mime_type *t)
{
	return is_pkcs7(t, "pkcs7-signature", "x-pkcs7-signature");
}

static bool
is_pkcs7_protocol(const char *protocol)
{
	return is_text(protocol, "application/pkcs7-signature") ||
	    is_text(protocol, "application/x-pkcs7-signature");
}

static bool
is_octet_stream(const struct mime_entity *e)
{
	return mime_type_is(&e->type, "application", "octet-stream");
}

/*
 * RFC 8551, 3.2.1: octet-stream counts by its name; other types do not. A
 * signature beside its content, as attachments of a multipart/mixed, signs
 * nothing in a mail: only multipart/signed says what it belongs to (RFC 1847).
 */
static bool
has_cms_name(const struct mime_entity *e, bool root)
{
	const char *name = mime_entity_filename(e);

	return ends_with(name, ".p7m") || ends_with(name, ".p7c") || ends_with(name, ".p7z") ||
	    (root && ends_with(name, ".p7s"));
}

static bool
is_tnef(const struct mime_entity *e)
{
	return mime_type_is(&e->type, "application", "ms-tnef") ||
	    mime_type_is(&e->type, "application", "vnd.ms-tnef") ||
	    (is_octet_stream(e) && is_text(mime_entity_filename(e), "winmail.dat"));
}

/* --- by the first octets --- */

/* The beginning of a body without its transfer encoding; the body stays. */
static ps_code
decoded_start(ps_reader *body, enum mime_encoding encoding, size_t look, struct ps_buf *out,
    ps_err *err)
{
	struct mime_decoder decoder = { .reader = NULL };
	ps_reader *memory = NULL, *decoded;
	ps_slice s;
	ps_code code;

	if ((code = ps_reader_peek(body, look, &s, err)) != PS_OK)
		return code;
	if (s.n > look)
		s.n = look;
	if ((code = ps_reader_open_memory(&memory, s, err)) == PS_OK &&
	    (code = mime_decode(&decoder, memory, encoding, &decoded, err)) == PS_OK) {
		/* Cut anywhere, it may end in the midst of a group. */
		code = ps_reader_all(decoded, out, err);
		if (code == PS_E_MALFORMED) {
			ps_err_clear(err);
			code = PS_OK;
		}
	}
	mime_decoder_clear(&decoder);
	ps_reader_close(memory);
	return code;
}

static bool
is_smime_class(const struct tnef_item *item)
{
	static const char class[] = "IPM.Note.SMIME";
	const size_t n = sizeof class - 1;

	return item->kind == TNEF_CLASS && strlen(item->text) >= n &&
	    ps_ascii_equal((ps_slice){ (const uint8_t *)item->text, n }, ps_str(class));
}

/* The class stands before the attachments; what comes later is not looked at. */
static ps_code
says_smime(ps_slice octets, bool *out, ps_err *err)
{
	struct tnef_item item = { .kind = TNEF_BEGIN };
	ps_reader *memory;
	struct tnef *t = NULL;
	ps_code code = ps_reader_open_memory(&memory, octets, err);

	if (code != PS_OK)
		return code;
	code = tnef_open(&t, memory, err);
	while (code == PS_OK && !*out && item.kind != TNEF_END)
		if ((code = tnef_next(t, &item, err)) == PS_OK)
			*out = is_smime_class(&item);
	tnef_close(t);
	ps_reader_close(memory);
	if (code != PS_E_MALFORMED)
		return code;
	ps_err_clear(err);	/* another thing, or cut by the window */
	return PS_OK;
}

static ps_code
by_octets(const struct mime_entity *e, ps_reader *body, enum opening_kind *out, ps_err *err)
{
	struct ps_buf start = { .max = PS_PEEK_MAX };
	bool tnef = is_tnef(e), smime = false;
	ps_code code;

	*out = KIND_PAYLOAD;
	code = decoded_start(body, e->encoding, tnef ? PS_PEEK_MAX : 2048, &start, err);
	if (code == PS_OK && tnef)
		code = says_smime(ps_buf_get(&start), &smime, err);
	if (smime)
		*out = KIND_TNEF;
	else if (code == PS_OK && !tnef && opening_is_cms(ps_buf_get(&start)))
		*out = KIND_CMS;
	ps_buf_clear(&start);
	return code;
}

static enum opening_kind
by_fields(const struct mime_entity *e, bool root)
{
	if (mime_type_is(&e->type, "multipart", "signed") &&
	    is_pkcs7_protocol(mime_type_param(&e->type, "protocol")) &&
	    e->encoding != MIME_BASE64 && e->encoding != MIME_QP)
		return KIND_SIGNED;
	if (is_pkcs7(&e->type, "pkcs7-mime", "x-pkcs7-mime"))
		return KIND_CMS;
	if (is_octet_stream(e) && has_cms_name(e, root))
		return KIND_CMS;
	return is_tnef(e) ? KIND_TNEF : KIND_PAYLOAD;
}

ps_code
opening_kind_of(const struct mime_entity *e, ps_reader *body, bool root,
    enum opening_kind *out, ps_err *err)
{
	*out = KIND_PAYLOAD;
	if (e->duplicate)	/* which one would the reader believe? (M6) */
		return PS_OK;
	*out = by_fields(e, root);
	if (root && (*out == KIND_TNEF || (*out == KIND_PAYLOAD && is_octet_stream(e))))
		return by_octets(e, body, out, err);
	return PS_OK;
}

bool
opening_is_layer(const struct mime_entity *e)
{
	enum opening_kind kind = e->duplicate ? KIND_PAYLOAD : by_fields(e, false);

	return kind == KIND_SIGNED || kind == KIND_CMS;
}

/* --- what is only noted --- */

void
opening_note_pgp(struct opening *o, const struct mime_entity *e, const struct ps_layer *parent)
{
	const char *protocol = mime_type_param(&e->type, "protocol");
	bool mime = strcmp(e->type.type, "multipart") == 0 &&	/* RFC 3156, 4 and 5 */
	    (is_text(protocol, "application/pgp-signature") ||
	    is_text(protocol, "application/pgp-encrypted"));

	if (!mime)
		return;
	if (parent == NULL)
		ps_verdict_warn(o->v, "pgp", W_W_PGP_ROOT);
	else
		ps_verdict_warn(o->v, "pgp", W_W_PGP, PS_TEXT("path", parent->path));
}

/* RFC 8551, 3.2.2; signed-receipt: RFC 2634, 2.4. */
static const struct {
	const char	*name;
	enum ps_layer_kind kind;
} smime_types[] = {
	{ "signed-data", PS_LAYER_SIGNED_DATA },
	{ "enveloped-data", PS_LAYER_ENVELOPED_DATA },
	{ "authEnveloped-data", PS_LAYER_AUTH_ENVELOPED_DATA },
	{ "compressed-data", PS_LAYER_COMPRESSED_DATA },
	{ "certs-only", PS_LAYER_CERTS_ONLY },
	{ "signed-receipt", PS_LAYER_SIGNED_DATA },
};

void
opening_note_type(struct opening *o, const struct mime_entity *e, const struct ps_layer *l)
{
	const char *said = mime_type_param(&e->type, "smime-type");

	for (size_t i = 0; i < sizeof smime_types / sizeof smime_types[0]; i++)
		if (is_text(said, smime_types[i].name) && smime_types[i].kind != l->kind)
			ps_verdict_warn(o->v, "smime-type", W_W_SMIME_TYPE,
			    PS_TEXT("said", said),
			    PS_TEXT("found", ps_layer_kind_name(l->kind)));
}
