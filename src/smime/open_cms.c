/* SPDX-License-Identifier: ISC */
/*
 * CMS objects: what they are by their OID, and the encrypted and compressed ones
 * opened.
 *
 * Nothing of an authenticated encryption leaves before its tag was checked:
 * the ciphertext is read twice, once for the tag, once for the content, and
 * the second reading computes the tag again. A source that cannot be read
 * again is copied first, as ciphertext.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/words.h"
#include "cms/compressed.h"
#include "crypto/words.h"
#include "smime/opening.h"
#include "smime/words.h"

ps_code
opening_enter_crypto(struct opening *o, ps_err *err)
{
	if (o->crypto_depth >= o->limits->crypto_depth)
		return ps_fail(err, PS_E_LIMIT, "smime.open", PS_NOWHERE, W_OPEN_CRYPTO_DEPTH,
		    PS_NUMBER("max", o->limits->crypto_depth));
	o->crypto_depth++;
	return PS_OK;
}

ps_code
opening_set_content_type(struct ps_layer *layer, const struct cms_oid *oid, ps_err *err)
{
	char text[96];

	layer->content_type = strdup(cms_type_text(oid, text, sizeof text));
	return layer->content_type == NULL ? ps_nomem(err, "smime.open") : PS_OK;
}

/* One encrypted layer being opened. */
struct enveloped {
	struct opening	*o;
	struct cms_enveloped e;
	struct cms_shell *shell;
	ps_reader	*spool;		/* over the ciphertext, when it is needed */
	ps_reader	*source;	/* what is decrypted from */
	struct ps_cipher *cipher;
	ps_reader	*plain;
	ps_secret	*cek;
	size_t		 serial;	/* which encrypted layer this is */
	size_t		 index;		/* into v->encryption */
	struct cms_try	 tries;
	size_t		 attempt;
	uint64_t	 length;	/* of the ciphertext, when the cipher wants it */
};

static struct ps_encryption *
record(struct enveloped *x)
{
	return &x->o->v->encryption[x->index];
}

static ps_code
describe(struct enveloped *x, struct ps_layer *layer, bool in_envelope, ps_err *err)
{
	struct ps_verdict *v = x->o->v;
	struct ps_encryption *enc;
	ps_code code;

	if ((code = ps_encryption_add(v, &enc, err)) != PS_OK)
		return code;
	x->index = v->nencryption - 1;
	enc->layer = layer;
	enc->in_envelope = in_envelope;
	enc->recipients = x->e.recipients;	/* moved */
	memset(&x->e.recipients, 0, sizeof x->e.recipients);
	cms_enveloped_cipher_name(&x->e, enc->cipher, sizeof enc->cipher);
	enc->derivation = x->e.spec.derive;
	enc->weak = x->e.cipher != NULL && ps_policy_cipher(x->o->op->setup.policy, x->e.cipher,
	    PS_USE_READ, x->o->now) != PS_GRADE_GOOD;
	layer->encryption = (int)x->index;
	layer->version = (unsigned)x->e.version;
	return opening_set_content_type(layer, &x->e.content_oid, err);
}

static ps_code
allowed(struct enveloped *x, ps_err *err)
{
	ps_code code = cms_enveloped_usable(&x->e, err);

	if (code != PS_OK)
		return code;
	if (ps_policy_cipher(x->o->op->setup.policy, x->e.cipher, PS_USE_READ, x->o->now) ==
	    PS_GRADE_REFUSED)
		return ps_fail(err, PS_E_REFUSED, "smime.open", PS_NOWHERE, W_OPEN_POLICY,
		    PS_TEXT("name", x->e.cipher->label));
	return PS_OK;
}

/* Two passes need a source that can be read again. */
static ps_code
choose_source(struct enveloped *x, ps_err *err)
{
	x->source = x->e.ciphertext;
	if (!x->e.auth || ps_reader_can_rewind(x->e.ciphertext))
		return PS_OK;
	if (x->spool != NULL)
		return PS_OK;
	ps_code code = ps_reader_open_spool(&x->spool, x->e.ciphertext, NULL,
	    x->o->limits->hold, err);
	if (code == PS_OK)
		x->source = x->spool;
	return code;
}

/* The next key that fits, and the cipher under it. */
static ps_code
next_key(struct enveloped *x, ps_err *err)
{
	ps_code code;

	ps_cipher_free(x->cipher);
	x->cipher = NULL;
	code = opening_try_keys(x->o, record(x), &x->e.originator, x->e.spec.key_size, &x->tries,
	    x->cek, err);
	if (code != PS_OK)
		return code;
	x->attempt++;
	code = ps_cipher_new_decrypt(&x->cipher, &x->e.algid, ps_secret_get(x->cek), err);
	return code != PS_OK ? code : ps_cipher_set_length(x->cipher, x->length, err);
}

static ps_code
open_plain(struct enveloped *x, ps_err *err)
{
	ps_reader_close(x->plain);
	x->plain = NULL;
	return ps_reader_open_step(&x->plain, x->source, &x->cipher->step, err);
}

/* Reads what follows the ciphertext. A spool has drained the ciphertext by
 * then, so this is done once; else after each pass. */
static ps_code
read_end(struct enveloped *x, ps_err *err)
{
	if (x->spool != NULL && x->e.mac.n != 0)
		return PS_OK;
	return cms_enveloped_finish(&x->e, err);
}

/* The first block of CCM holds the length, which a sender who streams tells
 * nowhere: the ciphertext is counted before anything else. */
static ps_code
count_ciphertext(struct enveloped *x, ps_err *err)
{
	ps_code code;

	if (!ps_cipher_wants_length(x->e.cipher))
		return PS_OK;
	if ((code = ps_reader_drain(x->source, &x->length, err)) != PS_OK ||
	    (code = read_end(x, err)) != PS_OK)
		return code;
	return ps_reader_rewind(x->source, err);
}

/*
 * One checking pass. Attributes that are authenticated stand behind the
 * content: when there are some, the pass is done again with them.
 */
static ps_code
check_pass(struct enveloped *x, ps_err *err)
{
	ps_code code;

	for (int round = 0; round < 2; round++) {
		size_t had = x->e.auth_attrs.n;

		if ((code = open_plain(x, err)) != PS_OK ||
		    (code = ps_cipher_set_aad(x->cipher, ps_buf_get(&x->e.auth_attrs),
		    err)) != PS_OK ||
		    (code = ps_reader_drain(x->plain, NULL, err)) != PS_OK ||
		    (code = read_end(x, err)) != PS_OK)
			return code;
		if (x->e.auth_attrs.n == had)
			break;
		if ((code = ps_reader_rewind(x->source, err)) != PS_OK)
			return code;
		x->cipher->step.ops->init(&x->cipher->step);
	}
	return ps_cipher_verify(x->cipher, ps_buf_get(&x->e.mac), err);
}

/* Tries keys until one authenticates (STANDARDS B7). */
static ps_code
check_tag(struct enveloped *x, ps_err *err)
{
	ps_code code;

	for (;;) {
		if ((code = next_key(x, err)) == PS_OK)
			code = check_pass(x, err);
		else if (code == PS_E_NO_KEY && x->attempt > 0)
			return ps_fail(err, PS_E_DECRYPT, "smime.open", PS_NOWHERE,
			    W_CRYPTO_DECRYPT);
		if (code == PS_OK || code != PS_E_DECRYPT || x->cipher == NULL)
			return code;
		if ((code = ps_reader_rewind(x->source, err)) != PS_OK)
			return code;
	}
}

/* The second run knows which key authenticated in the first. */
static ps_code
known_key(struct enveloped *x, size_t attempt, ps_err *err)
{
	ps_code code = PS_OK;

	while (x->attempt < attempt && code == PS_OK)
		code = next_key(x, err);
	return code;
}

static ps_code
find_key(struct enveloped *x, ps_err *err)
{
	struct opening_memo *memo = x->o->memo;
	bool remembered = x->serial < OPENING_LAYERS;
	ps_code code;

	if (!x->e.auth)
		return next_key(x, err);
	if (x->o->second && remembered && memo->checked[x->serial])
		return known_key(x, memo->attempt[x->serial], err);
	if ((code = check_tag(x, err)) != PS_OK)
		return code;
	if (remembered) {
		memo->checked[x->serial] = true;
		memo->attempt[x->serial] = x->attempt;
	}
	if ((code = ps_reader_rewind(x->source, err)) == PS_OK)
		x->cipher->step.ops->init(&x->cipher->step);
	return code;
}

/* The content again, this time to be read; and its tag again. */
static ps_code
read_content(struct enveloped *x, struct ps_layer *layer, bool in_envelope, ps_err *err)
{
	ps_reader *tap = NULL, *plain;
	ps_code code;

	if ((code = open_plain(x, err)) != PS_OK)
		return code;
	if (x->e.auth && (code = ps_cipher_set_aad(x->cipher, ps_buf_get(&x->e.auth_attrs),
	    err)) != PS_OK)
		return code;
	if ((code = opening_peel_tap(x->o, layer, true, x->plain, &tap, &plain, err)) ==
	    PS_OK &&
	    (code = opening_typed(x->o, &x->e.content_oid, plain, layer, in_envelope,
	    err)) == PS_OK &&
	    (code = ps_reader_drain(plain, NULL, err)) == PS_OK)
		code = read_end(x, err);
	ps_reader_close(tap);
	if (code != PS_OK)
		return code;
	if (!x->e.auth)
		return PS_OK;
	code = ps_cipher_verify(x->cipher, ps_buf_get(&x->e.mac), err);
	if (code == PS_E_DECRYPT && !x->o->second)
		return ps_fail(err, PS_E_CHANGED, "smime.open", PS_NOWHERE, W_OPEN_CHANGED);
	if (code == PS_OK)
		record(x)->authenticated = true;
	return code;
}

/* Without a key `inspect` shows the layer and goes past it. */
static ps_code
pass_by(struct enveloped *x, ps_err *err)
{
	ps_code code = ps_reader_drain(x->e.ciphertext, NULL, err);

	return code != PS_OK ? code : cms_enveloped_finish(&x->e, err);
}

/* A weak wrap gives the content's key away like a weak cipher the content. Of the
 * blocks for others nobody can say whether they hold that key. */
static void
judge_wrap(struct enveloped *x, const struct cms_recipient *ri)
{
	const ps_policy *policy = x->o->op->setup.policy;
	const struct ps_alg *wrap = cms_recipient_wrap(ri);

	if (wrap != NULL && (wrap->kind == PS_ALG_WRAP
	    ? ps_policy_recipient(policy, wrap, PS_USE_READ, x->o->now)
	    : ps_policy_cipher(policy, wrap, PS_USE_READ, x->o->now)) != PS_GRADE_GOOD)
		record(x)->weak_wrap = wrap;
}

/* Whose certificate it was that opened it, so that a reader whom the mail is
 * not addressed to is told. */
static void
note_reader(struct enveloped *x)
{
	const struct ps_setup *s = &x->o->op->setup;
	struct cms_recipient ri;

	cms_recipient_parse(&record(x)->recipients, record(x)->ours, &ri);
	judge_wrap(x, &ri);
	if ((ri.kind == CMS_KTRI || ri.kind == CMS_KARI || ri.kind == CMS_KEM) &&
	    x->tries.key - 1 < s->nidentity)
		record(x)->reader = ps_cert_ref(s->identity[x->tries.key - 1].cert);
}

static ps_code
open_inside(struct enveloped *x, struct ps_layer *layer, bool in_envelope, ps_err *err)
{
	ps_code code;

	if (!in_envelope)	/* an errant layer is named, not opened */
		return pass_by(x, err);
	code = allowed(x, err);
	if (code == PS_E_UNSUPPORTED && x->o->inspect) {	/* a cipher we only name */
		ps_err_clear(err);
		return pass_by(x, err);
	}
	if (code != PS_OK || (code = choose_source(x, err)) != PS_OK ||
	    (code = count_ciphertext(x, err)) != PS_OK)
		return code;
	code = find_key(x, err);
	if (code == PS_E_NO_KEY && x->o->inspect) {
		ps_err_clear(err);
		return pass_by(x, err);
	}
	if (code == PS_E_NO_KEY)
		return opening_no_key(x->o, record(x), err);
	if (code != PS_OK)
		return code;
	record(x)->opened = true;
	note_reader(x);
	return read_content(x, layer, in_envelope, err);
}

static ps_code
opening_enveloped(struct opening *o, struct cms_shell *shell, bool auth,
    struct ps_layer *parent, bool in_envelope, const struct mime_entity *entity, ps_err *err)
{
	struct enveloped x = { .o = o, .shell = shell, .serial = o->nencrypted++,
	    .tries = { .rounds = o->kdf_rounds } };
	struct ps_layer *layer;
	ps_code code;

	code = ps_layer_add(o->v, parent, auth ? PS_LAYER_AUTH_ENVELOPED_DATA
	    : PS_LAYER_ENVELOPED_DATA, in_envelope, &layer, err);
	if (code != PS_OK)
		return code;
	if ((x.cek = ps_secret_new()) == NULL)
		return ps_nomem(err, "smime.open");
	if ((entity == NULL || (code = opening_set_media(layer, entity, err)) == PS_OK) &&
	    (code = cms_enveloped_open(&x.e, &shell->ber, auth, err)) == PS_OK &&
	    (code = describe(&x, layer, in_envelope, err)) == PS_OK &&
	    (code = open_inside(&x, layer, in_envelope, err)) == PS_OK)
		code = cms_shell_close(shell, err);
	layer->der = shell->ber.canonical;
	ps_reader_close(x.plain);
	ps_cipher_free(x.cipher);
	ps_reader_close(x.spool);
	cms_enveloped_clear(&x.e);
	ps_secret_free(x.cek);
	return code;
}

static ps_code
read_compressed(struct opening *o, struct cms_shell *shell, struct ps_layer *layer,
    bool in_envelope, ps_err *err)
{
	struct cms_compressed c;
	ps_code code;

	if ((code = cms_compressed_open(&c, &shell->ber, err)) == PS_OK &&
	    (code = opening_set_content_type(layer, &c.content_oid, err)) == PS_OK &&
	    (code = opening_content(o, c.content, layer, in_envelope, err)) == PS_OK &&
	    (code = ps_reader_drain(c.content, NULL, err)) == PS_OK &&
	    (code = cms_compressed_finish(&c, err)) == PS_OK)
		code = cms_shell_close(shell, err);
	layer->der = shell->ber.canonical;
	cms_compressed_clear(&c);
	return code;
}

/* Compressed data protect nothing, so they are no layer of the envelope: they
 * are its payload (RFC 9787), and a signature inside is errant. */
static ps_code
opening_compressed(struct opening *o, struct cms_shell *shell, struct ps_layer *parent,
    bool in_envelope, const struct mime_entity *entity, ps_err *err)
{
	struct ps_layer *layer;
	ps_code code;

	if (o->inflate_depth >= o->limits->inflate_depth)
		return ps_fail(err, PS_E_LIMIT, "smime.open", PS_NOWHERE, W_OPEN_INFLATE_DEPTH,
		    PS_NUMBER("max", o->limits->inflate_depth));
	o->inflate_depth++;
	code = ps_layer_add(o->v, parent, PS_LAYER_COMPRESSED_DATA, in_envelope, &layer, err);
	if (code == PS_OK && entity != NULL)
		code = opening_set_media(layer, entity, err);
	if (code == PS_OK)
		code = read_compressed(o, shell, layer, in_envelope, err);
	o->inflate_depth--;
	return code;
}

/* --- named, not opened --- */

static enum ps_layer_kind
kind_of_other(enum cms_type type)
{
	return type == CMS_ENCRYPTED ? PS_LAYER_ENCRYPTED_DATA
	    : type == CMS_SIGNED_AND_ENVELOPED ? PS_LAYER_SIGNED_AND_ENVELOPED
	    : PS_LAYER_OTHER_CMS;
}

/* EncryptedData names no recipient: whoever has its key was told elsewhere.
 * signedAndEnvelopedData lets the signer be exchanged (RFC 5652 dropped it). */
static const char *
why_not_opened(enum cms_type type)
{
	return type == CMS_ENCRYPTED ? W_OPEN_ENCRYPTED_DATA
	    : type == CMS_SIGNED_AND_ENVELOPED ? W_OPEN_OBSOLETE : W_OPEN_CMS_TYPE;
}

static ps_code
opening_other(struct opening *o, struct cms_shell *shell, struct ps_layer *parent,
    bool in_envelope, ps_err *err)
{
	struct ps_layer *layer;
	ps_code code = ps_layer_add(o->v, parent, kind_of_other(shell->type), in_envelope,
	    &layer, err);

	if (code != PS_OK ||
	    (code = opening_set_content_type(layer, &shell->oid, err)) != PS_OK)
		return code;
	if (!o->inspect)
		return ps_fail(err, PS_E_UNSUPPORTED, "smime.open", PS_NOWHERE,
		    why_not_opened(shell->type), PS_TEXT("kind", layer->content_type));
	code = ber_skip(&shell->ber, "content", err);
	return code == PS_OK ? cms_shell_close(shell, err) : code;
}

/* --- which --- */

static ps_code
open_shell(struct opening *o, struct cms_shell *shell, struct ps_layer *parent, bool in_envelope,
    const struct mime_entity *entity, ps_err *err)
{
	switch (shell->type) {
	case CMS_SIGNED:
		return opening_signed_data(o, shell, parent, in_envelope, entity, err);
	case CMS_ENVELOPED:
	case CMS_AUTH_ENVELOPED:
		return opening_enveloped(o, shell, shell->type == CMS_AUTH_ENVELOPED, parent,
		    in_envelope, entity, err);
	case CMS_COMPRESSED:
		return opening_compressed(o, shell, parent, in_envelope, entity, err);
	case CMS_AUTHENTICATED:
		return opening_authenticated(o, shell, parent, in_envelope, entity, err);
	case CMS_DIGESTED:
		return opening_digested(o, shell, parent, in_envelope, entity, err);
	case CMS_UNKNOWN:
	case CMS_DATA:
	case CMS_SIGNED_AND_ENVELOPED:
	case CMS_ENCRYPTED:
	case CMS_RECEIPT:
	case CMS_TST_INFO:
		break;
	}
	return opening_other(o, shell, parent, in_envelope, err);
}

static ps_code
open_object(struct opening *o, ps_reader *r, struct ps_layer *parent, bool in_envelope,
    const struct mime_entity *entity, ps_err *err)
{
	struct cms_shell shell;
	ps_code code;

	if ((code = cms_shell_open(&shell, r, o->limits, err)) != PS_OK)
		return code;
	return open_shell(o, &shell, parent, in_envelope, entity, err);
}

bool
opening_is_layer_type(enum cms_type type)
{
	return type == CMS_SIGNED || type == CMS_ENVELOPED || type == CMS_AUTH_ENVELOPED ||
	    type == CMS_COMPRESSED || type == CMS_AUTHENTICATED || type == CMS_DIGESTED ||
	    type == CMS_ENCRYPTED || type == CMS_SIGNED_AND_ENVELOPED;
}

/*
 * RFC 5652, 5.2 and 6.1: the type of a content says what it is; for a type of
 * CMS the object follows without a ContentInfo around it. Some programs write
 * the ContentInfo too, which an OID in first place shows.
 */
ps_code
opening_typed(struct opening *o, const struct cms_oid *oid, ps_reader *r, struct ps_layer *parent,
    bool in_envelope, ps_err *err)
{
	enum cms_type type = cms_type_of((ps_slice){ oid->p, oid->n });
	struct cms_shell shell;
	enum opening_form form;
	ps_code code;

	if (type == CMS_RECEIPT && in_envelope &&
	    (code = opening_keep_receipt(o, r, parent, err)) != PS_OK)
		return code;
	if (!opening_is_layer_type(type))
		return opening_inner(o, r, parent, in_envelope, err);
	if ((code = opening_look(r, &form, err)) != PS_OK)
		return code;
	if ((code = opening_enter_crypto(o, err)) != PS_OK)
		return code;
	if (form == FORM_DER)
		code = open_object(o, r, parent, in_envelope, NULL, err);
	else {
		cms_shell_bare(&shell, r, type, o->limits);
		code = open_shell(o, &shell, parent, in_envelope, NULL, err);
	}
	o->crypto_depth--;
	return code;
}

/* Some gateways keep a clear-signed mail as a smime.p7m whose content is not
 * CMS but the whole multipart/signed entity ([MS-OXOSMIME], 2.1.3.1). */
static ps_code
is_entire(ps_reader *r, bool *out, ps_err *err)
{
	ps_slice s;
	ps_code code = ps_reader_peek(r, 8192, &s, err);

	*out = code == PS_OK && opening_is_entity(s);
	return code;
}

/* What was said of the object, and what it is, once it was read. */
static void
note_type(struct opening *o, const struct ps_layer *parent, bool in_envelope,
    const struct mime_entity *entity)
{
	const struct ps_layer *l = parent != NULL ? parent->last : o->v->root;

	if (entity != NULL && l != NULL && in_envelope)
		opening_note_type(o, entity, l);
}

ps_code
opening_cms(struct opening *o, ps_reader *r, struct ps_layer *parent, bool in_envelope,
    const struct mime_entity *entity, ps_err *err)
{
	struct opening_cms_source source = { .step = NULL };
	struct mime_decoder decoder = { .reader = NULL };
	enum mime_encoding encoding;
	enum opening_form form;
	ps_reader *decoded = r, *ber;
	bool entire = false;
	ps_code code;

	if (entity != NULL &&
	    ((code = opening_cms_encoding(r, entity->encoding, &encoding, err)) != PS_OK ||
	    (code = mime_decode(&decoder, r, encoding, &decoded, err)) != PS_OK))
		return code;
	if ((code = opening_look(decoded, &form, err)) != PS_OK ||
	    (form == FORM_MIME && (code = is_entire(decoded, &entire, err)) != PS_OK))
		goto out;
	if (entire) {
		code = opening_inner(o, decoded, parent, in_envelope, err);
		goto out;
	}
	if ((code = opening_cms_source(&source, decoded, form, &ber, err)) != PS_OK)
		goto out;
	if ((code = opening_enter_crypto(o, err)) == PS_OK) {
		code = open_object(o, ber, parent, in_envelope, entity, err);
		o->crypto_depth--;
		note_type(o, parent, in_envelope, entity);
	}
out:
	opening_cms_source_clear(&source);
	mime_decoder_clear(&decoder);
	return code;
}
