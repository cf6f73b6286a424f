/* SPDX-License-Identifier: ISC */
/*
 * Signed layers: multipart/signed and SignedData with its content.
 *
 * What was signed is hashed as it is read and passed on octet for octet. In a
 * mail that is stored with LF line ends the signed part is read with CRLF (RFC
 * 8551, 3.1.1); in one with CRLF not an octet is touched.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/words.h"
#include "mime/multipart.h"
#include "smime/opening.h"
#include "smime/words.h"
#include "x509/recall.h"

/* --- micalg --- */

/* Names of RFC 8551, 3.5.3.2, and those that senders write. */
static const struct {
	const char	*name;
	unsigned	 alg;
} micalgs[] = {
	{ "sha-256", PS_SHA256 }, { "sha256", PS_SHA256 }, { "rsa-sha256", PS_SHA256 },
	{ "sha-384", PS_SHA384 }, { "sha384", PS_SHA384 },
	{ "sha-512", PS_SHA512 }, { "sha512", PS_SHA512 },
	{ "sha-1", PS_SHA1 }, { "sha1", PS_SHA1 }, { "rsa-sha1", PS_SHA1 },
	{ "sha-224", PS_SHA224 }, { "sha224", PS_SHA224 },
	{ "md5", PS_MD5 }, { "rsa-md5", PS_MD5 },
	{ "sha3-256", PS_SHA3_256 }, { "sha3-384", PS_SHA3_384 }, { "sha3-512", PS_SHA3_512 },
};

static ps_code
add_micalg(struct cms_digests *d, ps_slice name, ps_err *err)
{
	while (name.n > 0 && (*name.p == ' ' || *name.p == '\t')) {
		name.p++;
		name.n--;
	}
	while (name.n > 0 && (name.p[name.n - 1] == ' ' || name.p[name.n - 1] == '\t'))
		name.n--;
	for (size_t i = 0; i < sizeof micalgs / sizeof micalgs[0]; i++)
		if (ps_ascii_equal(name, ps_str(micalgs[i].name)))
			return cms_digests_add(d, ps_alg_get(micalgs[i].alg), err);
	return PS_OK;
}

/* Hash with what micalg names; it may lie, then the part is read again. */
static ps_code
start_micalg(struct cms_digests *d, const char *micalg, ps_err *err)
{
	const char *comma;
	ps_code code;

	for (; micalg != NULL && *micalg != '\0'; micalg = comma) {
		size_t n = strcspn(micalg, ",");

		comma = micalg + n + (micalg[n] == ',');
		code = add_micalg(d, (ps_slice){ (const uint8_t *)micalg, n }, err);
		if (code != PS_OK)
			return code;
	}
	return d->n != 0 ? PS_OK : cms_digests_add(d, ps_alg_get(PS_SHA256), err);
}

/* --- multipart/signed --- */

/* The first part with canonical line ends, watched by digests. */
struct signed_part {
	struct ps_eol	 eol;
	ps_reader	*canonical;	/* NULL: nothing to change */
	ps_reader	*tap;
};

static ps_code
open_canonical(struct signed_part *p, ps_reader *part, bool lf, ps_reader **out, ps_err *err)
{
	ps_code code;

	*p = (struct signed_part){ .tap = NULL };
	*out = part;
	if (!lf)
		return PS_OK;
	ps_eol_init(&p->eol, false);
	if ((code = ps_reader_open_step(&p->canonical, part, &p->eol.step, err)) == PS_OK)
		*out = p->canonical;
	return code;
}

static ps_code
open_part(struct signed_part *p, ps_reader *part, bool lf, struct cms_digests *d, ps_err *err)
{
	ps_reader *canonical;
	ps_code code = open_canonical(p, part, lf, &canonical, err);

	return code != PS_OK ? code
	    : ps_reader_open_tap(&p->tap, canonical, cms_digests_look, d, err);
}

static void
close_part(struct signed_part *p)
{
	ps_reader_close(p->tap);
	ps_reader_close(p->canonical);
}

/* One multipart/signed being opened. */
struct clear {
	struct opening	*o;
	const struct mime_entity *e;
	ps_reader	*body;
	uint64_t	 start;		/* of the body, to read it again */
	bool		 lf, in_envelope;
	bool		 swapped;	/* the signature comes first */
	struct mime_multipart *m;
	struct cms_digests digests;
	struct ps_layer	*layer;
	struct ps_buf	 preamble;	/* kept for --all-parts */
	bool		 epilogue;	/* there is one */
	bool		 judged;	/* there is no signature to be judged */
	struct mime_multipart *again;	/* the same, when it is read again */
	struct signed_part part;	/* of that */
};

/* The next part, NULL after the last. Text around them is nobody's word. */
static ps_code
next_part(struct clear *c, ps_reader **out, ps_err *err)
{
	enum mime_region kind;
	ps_slice delimiter;
	ps_code code;

	do {
		code = mime_multipart_region(c->m, &kind, &delimiter, out, err);
		if (code == PS_OK && kind == MIME_PREAMBLE && c->in_envelope)
			code = opening_outside_keep(c->o, *out, &c->preamble, err);
		else if (code == PS_OK && kind == MIME_EPILOGUE && c->in_envelope)
			code = opening_outside_rest(c->o, *out, &c->epilogue, err);
	} while (code == PS_OK && kind != MIME_PART && kind != MIME_END);
	return code;
}

/*
 * RFC 1847, 2.1 wants the content first, and so do we when writing. Some
 * gateways sort the parts the other way; which part is which is plain from
 * their types, so the signature is judged and the order is a warning. What is
 * shown is what was signed in either order.
 */
static ps_code
look_which(struct clear *c, ps_reader *part, ps_err *err)
{
	struct mime_header h = { 0 };
	struct mime_entity e = { 0 };
	ps_reader *start;
	ps_slice s;
	ps_code code;

	if ((code = ps_reader_peek(part, 4096, &s, err)) != PS_OK ||
	    (code = ps_reader_open_memory(&start, s, err)) != PS_OK)
		return code;
	if ((code = mime_header_read(&h, start, c->o->limits, err)) == PS_OK &&
	    (code = mime_entity_parse(&e, &h, c->o->limits, err)) == PS_OK)
		c->swapped = opening_is_signature(&e.type);
	if (c->swapped && c->in_envelope)
		ps_verdict_warn(c->o->v, "parts-swapped", W_W_SWAPPED);
	mime_entity_clear(&e);
	mime_header_clear(&h);
	ps_reader_close(start);
	return code;
}

static ps_code
read_content_part(struct clear *c, ps_reader *part, ps_err *err)
{
	struct signed_part p;
	ps_reader *tap = NULL, *content;
	ps_code code;

	if ((code = open_part(&p, part, c->lf, &c->digests, err)) == PS_OK &&
	    (code = opening_peel_tap(c->o, c->layer, false, p.tap, &tap, &content, err)) ==
	    PS_OK &&
	    (code = opening_inner(c->o, content, c->layer, c->in_envelope, err)) == PS_OK &&
	    (code = ps_reader_drain(content, NULL, err)) == PS_OK)
		code = cms_digests_final(&c->digests, err);
	ps_reader_close(tap);
	close_part(&p);
	return code != PS_OK ? code
	    : opening_outside_text(c->o, ps_buf_get(&c->preamble), err);
}

/* Digests that signers want and micalg did not announce, and the content itself for those
 * who signed that. */
static ps_code
missing_digests(const struct cms_signed *s, const struct cms_digests *have,
    const struct ps_limits *limits, struct cms_digests *out, ps_err *err)
{
	const struct ps_alg *alg;
	ps_code code;

	for (size_t i = 0; i < s->nsigner; i++) {
		if (cms_signer_signs_content(&s->signer[i])) {
			out->keep = limits->oneshot;
			continue;
		}
		alg = ps_alg_digest_of(&s->signer[i].digest);
		if (alg == NULL || cms_digests_get(have, alg).n != 0)
			continue;
		code = cms_digests_add(out, alg, err);
		if (code == PS_E_UNSUPPORTED)
			ps_err_clear(err);
		else if (code != PS_OK)
			return code;
	}
	return PS_OK;
}

/* Adds finished digests, and the content, to a finished set. */
static void
join_digests(struct cms_digests *to, struct cms_digests *from)
{
	const size_t room = sizeof to->d / sizeof to->d[0];

	if (from->keep != 0) {
		ps_buf_clear(&to->whole);
		to->keep = from->keep;
		to->whole = from->whole;
		from->whole = (struct ps_buf){ 0 };
	}
	for (size_t i = 0; i < from->n; i++) {
		if (to->n == room) {
			ps_digest_free(from->d[i]);
			continue;
		}
		to->d[to->n] = from->d[i];
		memcpy(to->value[to->n++], from->value[i], PS_DIGEST_MAX);
	}
	from->n = 0;
}

static bool
can_again(const struct clear *c)
{
	return c->start != UINT64_MAX && ps_reader_can_return(c->body);
}

/* The content part once more, with canonical line ends; `arg` is the struct clear. */
static ps_code
part_again(void *arg, ps_reader **out, ps_err *err)
{
	struct clear *c = arg;
	ps_reader *part = NULL;
	ps_code code;

	if ((code = ps_reader_rewind_to(c->body, c->start, err)) != PS_OK ||
	    (code = mime_multipart_open(&c->again, c->body,
	    mime_type_param(&c->e->type, "boundary"), c->o->limits, err)) != PS_OK)
		return code;
	code = mime_multipart_next(c->again, &part, err);
	if (code == PS_OK && c->swapped)
		code = mime_multipart_next(c->again, &part, err);
	if (code == PS_OK && part == NULL)
		return ps_fail(err, PS_E_CHANGED, "smime.open", PS_NOWHERE, W_OPEN_CHANGED);
	return code == PS_OK ? open_canonical(&c->part, part, c->lf, out, err) : code;
}

static void
part_again_close(void *arg)
{
	struct clear *c = arg;

	close_part(&c->part);
	mime_multipart_close(c->again);
	c->part = (struct signed_part){ .tap = NULL };
	c->again = NULL;
}

static ps_code
hash_again(struct clear *c, struct cms_digests *more, ps_err *err)
{
	ps_reader *part, *tap = NULL;
	ps_code code;

	if ((code = part_again(c, &part, err)) == PS_OK &&
	    (code = ps_reader_open_tap(&tap, part, cms_digests_look, more, err)) == PS_OK &&
	    (code = ps_reader_drain(tap, NULL, err)) == PS_OK)
		code = cms_digests_final(more, err);
	ps_reader_close(tap);
	part_again_close(c);
	return code == PS_OK ? ps_reader_drain(c->body, NULL, err) : code;
}

/* The announced algorithm was another: read again if that is possible. */
static ps_code
mend_digests(struct clear *c, const struct cms_signed *s, ps_err *err)
{
	struct cms_digests more = { .n = 0 };
	ps_code code = missing_digests(s, &c->digests, c->o->limits, &more, err);

	if (code == PS_OK && (more.n != 0 || more.keep != 0)) {
		if (more.n != 0)
			ps_verdict_warn(c->o->v, "micalg", W_W_MICALG);
		if (can_again(c) && c->o->rehashes++ < c->o->limits->rehashes) {
			code = hash_again(c, &more, err);
			if (code == PS_OK)
				join_digests(&c->digests, &more);
		}
	}
	cms_digests_clear(&more);
	return code;
}

static ps_code
fail_all(struct opening *o, struct ps_layer *layer, const char *why, const char *words,
    ps_err *err)
{
	struct ps_signature *sig;
	ps_code code = ps_signature_add(o->v, &sig, err);

	if (code != PS_OK)
		return code;
	sig->layer = layer;
	sig->in_envelope = layer->in_envelope;
	sig->state = PS_STATE_INVALID;
	ps_reason_add_values(sig, why, words, (const struct ps_value *)NULL);
	return PS_OK;
}

/* A verdict where there is no signature to judge. */
static ps_code
fail_unread(struct clear *c, const char *why, const char *words, ps_err *err)
{
	c->judged = true;
	return fail_all(c->o, c->layer, why, words, err);
}

/* A SignedData in the signature part that has content of its own: which one
 * was signed? (STANDARDS A2) */
static ps_code
judge_clear(struct clear *c, struct cms_signed *s, struct ps_layer *layer, bool form,
    ps_err *err)
{
	struct opening_again again = { can_again(c) ? part_again : NULL, part_again_close, c };
	ps_code code;

	if (s->has_content || s->not_octets)
		return fail_all(c->o, layer, "embedded-content", W_R_EMBEDDED, err);
	if (!form)
		return fail_all(c->o, layer, "not-two-parts", W_R_FORM, err);
	if (s->nsigner == 0 && layer->in_envelope)
		ps_verdict_warn(c->o->v, "no-signer", W_W_NO_SIGNER);
	if ((code = mend_digests(c, s, err)) != PS_OK)
		return code;
	code = opening_judge_signers(c->o, layer, s, &c->digests, &again, err);
	/* Whoever watches the body has seen the end of it, again. */
	return code == PS_OK ? ps_reader_drain(c->body, NULL, err) : code;
}

/* Takes the SignedData out of the signature part. */
static ps_code
read_signed(ps_ctx *ctx, ps_reader *ber, struct cms_signed *s, ps_err *err)
{
	struct cms_shell shell;
	ps_code code;

	if ((code = cms_shell_open(&shell, ber, &ctx->limits, err)) != PS_OK)
		return code;
	if (shell.type != CMS_SIGNED)
		return ps_fail(err, PS_E_MALFORMED, "smime.open", PS_NOWHERE,
		    W_OPEN_SIGNATURE_PART);
	if ((code = cms_signed_open(s, &shell.ber, err)) != PS_OK)
		return code;
	s->bag.recall = ps_recall_of(ctx);
	if ((s->has_content && (code = ps_reader_drain(s->content, NULL, err)) != PS_OK) ||
	    (code = cms_signed_finish(s, err)) != PS_OK)
		return code;
	return cms_shell_close(&shell, err);
}

ps_code
opening_signature(ps_ctx *ctx, const struct mime_entity *e, ps_reader *body,
    struct cms_signed *s, ps_err *err)
{
	struct mime_decoder decoder = { .reader = NULL };
	struct opening_cms_source source = { .step = NULL };
	enum mime_encoding encoding;
	enum opening_form form;
	ps_reader *decoded, *ber;
	ps_code code;

	if ((code = opening_cms_encoding(body, e->encoding, &encoding, err)) != PS_OK ||
	    (code = mime_decode(&decoder, body, encoding, &decoded, err)) != PS_OK)
		return code;
	if ((code = opening_look(decoded, &form, err)) == PS_OK &&
	    (code = opening_cms_source(&source, decoded, form, &ber, err)) == PS_OK)
		code = read_signed(ctx, ber, s, err);
	opening_cms_source_clear(&source);
	mime_decoder_clear(&decoder);
	return code;
}

/* RFC 1847, 2.1: the protocol names the type of the second part. Gateways that
 * know no S/MIME make an octet-stream of it. */
static bool
is_signature_part(const struct mime_entity *e)
{
	return opening_is_signature(&e->type) ||
	    mime_type_is(&e->type, "application", "pkcs7-mime") ||
	    mime_type_is(&e->type, "application", "x-pkcs7-mime") ||
	    mime_type_is(&e->type, "application", "octet-stream");
}

/* What a transit or a forger does to the part does not withhold the content. */
static bool
is_damage(ps_code code)
{
	return code == PS_E_MALFORMED || code == PS_E_UNSUPPORTED || code == PS_E_LIMIT;
}

static ps_code
read_signature_layer(struct clear *c, const struct mime_entity *e, ps_reader *part,
    struct cms_signed *s, struct ps_layer **out_layer, ps_err *err)
{
	ps_code code;

	if ((code = ps_layer_add(c->o->v, c->layer, PS_LAYER_SIGNATURE, c->in_envelope,
	    out_layer, err)) != PS_OK ||
	    (code = opening_set_media(*out_layer, e, err)) != PS_OK)
		return code;
	if ((code = opening_signature(c->o->op->setup.ctx, e, part, s, err)) == PS_OK)
		return opening_describe_signed(*out_layer, s, err);
	if (!is_damage(code))
		return code;
	ps_err_clear(err);
	return fail_unread(c, "signature-unreadable", W_R_SIGNATURE_UNREAD, err);
}

/* The second part calls itself something else: it is not taken for a signature. */
static ps_code
pass_other_part(struct clear *c, const struct mime_header *h, ps_reader *part, ps_err *err)
{
	ps_code code = PS_OK;

	if (c->in_envelope)
		code = opening_outside_part(c->o, h, part, err);
	return code != PS_OK ? code
	    : fail_unread(c, "signature-part", W_R_SIGNATURE_PART, err);
}

/* Reads the second part whole, so that judging may go back to the first. */
static ps_code
read_signature_part(struct clear *c, ps_reader *part, struct cms_signed *s,
    struct ps_layer **out_layer, ps_err *err)
{
	struct mime_header h = { 0 };
	struct mime_entity e = { 0 };
	ps_code code;

	if ((code = mime_header_read(&h, part, c->o->limits, err)) == PS_OK &&
	    (code = mime_entity_parse(&e, &h, c->o->limits, err)) == PS_OK)
		code = is_signature_part(&e)
		    ? read_signature_layer(c, &e, part, s, out_layer, err)
		    : pass_other_part(c, &h, part, err);
	mime_entity_clear(&e);
	mime_header_clear(&h);
	return code;
}

/* A part that the signature says nothing of. */
static ps_code
read_further(struct clear *c, ps_reader *part, ps_err *err)
{
	struct mime_header h = { 0 };
	ps_code code = PS_OK;

	if (c->in_envelope && c->o->out.wrapped &&
	    (code = mime_header_read(&h, part, c->o->limits, err)) == PS_OK)
		code = opening_outside_part(c->o, &h, part, err);
	mime_header_clear(&h);
	return code;
}

/* RFC 1847, 2.1: exactly two parts. Text around them is nobody's word. */
static ps_code
read_rest(struct clear *c, bool *out_form, ps_err *err)
{
	ps_reader *part;
	ps_code code = next_part(c, &part, err);

	*out_form = code == PS_OK && part == NULL;
	while (code == PS_OK && part != NULL)
		if ((code = read_further(c, part, err)) == PS_OK)
			code = next_part(c, &part, err);
	if (code == PS_OK && c->epilogue)
		ps_verdict_warn(c->o->v, "outside-text", W_W_TRAILING);
	return code;
}

/* Without content there is nothing to show. */
static ps_code
must_part(struct clear *c, ps_reader **out, ps_err *err)
{
	ps_code code = next_part(c, out, err);

	if (code == PS_OK && *out == NULL)
		return ps_fail(err, PS_E_MALFORMED, "smime.open", PS_NOWHERE,
		    W_OPEN_SIGNATURE_PART);
	return code;
}

static ps_code
read_both(struct clear *c, struct cms_signed *s, struct ps_layer **out_layer, ps_err *err)
{
	ps_reader *part;
	ps_code code;

	if ((code = must_part(c, &part, err)) != PS_OK ||
	    (code = look_which(c, part, err)) != PS_OK)
		return code;
	code = c->swapped ? read_signature_part(c, part, s, out_layer, err)
	    : read_content_part(c, part, err);
	if (code != PS_OK)
		return code;
	if (c->swapped)
		code = must_part(c, &part, err);
	else if ((code = next_part(c, &part, err)) == PS_OK && part == NULL)
		return fail_unread(c, "not-two-parts", W_R_FORM, err);
	if (code != PS_OK)
		return code;
	return c->swapped ? read_content_part(c, part, err)
	    : read_signature_part(c, part, s, out_layer, err);
}

static ps_code
open_clear(struct clear *c, ps_err *err)
{
	struct cms_signed s = { .ber = NULL };
	struct ps_layer *layer = NULL;
	bool form = false;
	ps_code code;

	if ((code = start_micalg(&c->digests, mime_type_param(&c->e->type, "micalg"),
	    err)) == PS_OK &&
	    (code = read_both(c, &s, &layer, err)) == PS_OK &&
	    (code = read_rest(c, &form, err)) == PS_OK &&
	    (code = ps_reader_drain(c->body, NULL, err)) == PS_OK && layer != NULL && !c->judged)
		code = judge_clear(c, &s, layer, form, err);
	cms_signed_clear(&s);
	return code;
}

ps_code
opening_multipart_signed(struct opening *o, const struct mime_entity *e, ps_reader *body, bool lf,
    struct ps_layer *parent, bool in_envelope, ps_err *err)
{
	struct clear c = { .o = o, .e = e, .body = body, .lf = lf, .in_envelope = in_envelope,
	    .start = ps_reader_offset(body) };
	const char *boundary = mime_type_param(&e->type, "boundary");
	ps_code code;

	if (boundary == NULL || *boundary == '\0')
		return ps_fail(err, PS_E_MALFORMED, "smime.open", PS_NOWHERE, W_OPEN_BOUNDARY);
	o->out.may_wrap |= in_envelope && o->op->all_parts && o->out.dst != NULL;
	if ((code = opening_enter_crypto(o, err)) != PS_OK)
		return code;
	if ((code = ps_layer_add(o->v, parent, PS_LAYER_SIGNED_MULTIPART, in_envelope, &c.layer,
	    err)) == PS_OK && (code = opening_set_media(c.layer, e, err)) == PS_OK &&
	    (code = mime_multipart_open(&c.m, body, boundary, o->limits, err)) == PS_OK)
		code = open_clear(&c, err);
	mime_multipart_close(c.m);
	ps_buf_clear(&c.preamble);
	cms_digests_clear(&c.digests);
	o->crypto_depth--;
	return code;
}

/* --- SignedData with its content inside --- */

/* A bare detached object: its content is a file of its own. */
static ps_code
read_detached(struct opening *o, struct cms_signed *s, ps_err *err)
{
	ps_reader *file, *tap = NULL;
	ps_code code;

	for (size_t i = 0; i < s->nsigner; i++)
		if (cms_signer_signs_content(&s->signer[i]))
			s->digests.keep = o->limits->oneshot;
	if (o->op->content_path == NULL)
		return ps_fail(err, PS_E_UNSUPPORTED, "smime.open", PS_NOWHERE,
		    W_OPEN_DETACHED);
	if ((code = ps_reader_open_file(&file, o->op->content_path, err)) != PS_OK)
		return code;
	if ((code = ps_reader_open_tap(&tap, file, cms_digests_look, &s->digests, err)) ==
	    PS_OK &&
	    (code = opening_inner(o, tap, o->v->root, true, err)) == PS_OK &&
	    (code = ps_reader_drain(tap, NULL, err)) == PS_OK)
		code = cms_digests_final(&s->digests, err);
	ps_reader_close(tap);
	ps_reader_close(file);
	return code;
}

/* For those who look for what happened to the content: it is inside, or in a file. */
struct content {
	struct opening	*o;
	struct cms_signed *s;
	ps_reader	*file;
};

static ps_code
inside_again(void *arg, ps_reader **out, ps_err *err)
{
	struct content *c = arg;
	ps_code code = ps_reader_rewind(c->s->raw, err);

	*out = c->s->raw;
	return code;
}

static ps_code
file_again(void *arg, ps_reader **out, ps_err *err)
{
	struct content *c = arg;
	ps_code code = ps_reader_open_file(&c->file, c->o->op->content_path, err);

	*out = c->file;
	return code;
}

static void
content_close(void *arg)
{
	struct content *c = arg;

	ps_reader_close(c->file);
	c->file = NULL;
}

static struct opening_again
content_again(struct content *c)
{
	struct opening_again again = { NULL, content_close, c };

	if (!c->s->has_content)
		again.open = file_again;
	else if (ps_reader_can_rewind(c->s->raw))
		again.open = inside_again;
	return again;
}

static ps_code
read_content(struct opening *o, struct cms_signed *s, struct ps_layer *layer, bool in_envelope,
    ps_err *err)
{
	ps_reader *tap = NULL, *content;
	ps_code code;

	code = opening_peel_tap(o, layer, false, s->content, &tap, &content, err);
	if (code == PS_OK && (code = opening_typed(o, &s->content_oid, content, layer,
	    in_envelope, err)) == PS_OK)
		code = ps_reader_drain(content, NULL, err);
	ps_reader_close(tap);
	return code;
}

static ps_code
read_opaque(struct opening *o, struct cms_shell *shell, struct cms_signed *s,
    struct ps_layer *layer, bool in_envelope, ps_err *err)
{
	struct cms_digests more = { .n = 0 };
	ps_code code;

	if (!o->inspect && (code = cms_signed_usable(s, err)) != PS_OK)
		return code;
	if (s->has_content && (code = read_content(o, s, layer, in_envelope, err)) != PS_OK)
		return code;
	if ((code = cms_signed_finish(s, err)) != PS_OK ||
	    (code = cms_shell_close(shell, err)) != PS_OK)
		return code;
	code = missing_digests(s, &s->digests, o->limits, &more, err);
	if (code == PS_OK && (more.n != 0 || more.keep != 0) && s->has_content &&
	    ps_reader_can_rewind(s->raw) && (code = ps_reader_rewind(s->raw, err)) == PS_OK) {
		ps_reader *tap = NULL;

		if ((code = ps_reader_open_tap(&tap, s->raw, cms_digests_look, &more, err)) ==
		    PS_OK && (code = ps_reader_drain(tap, NULL, err)) == PS_OK &&
		    (code = cms_digests_final(&more, err)) == PS_OK)
			join_digests(&s->digests, &more);
		ps_reader_close(tap);
	}
	cms_digests_clear(&more);
	return code;
}

/* certs-only: no content, no signers (RFC 8551, 3.8). */
static bool
is_certs_only(const struct cms_signed *s)
{
	return !s->has_content && !s->not_octets && s->nsigner == 0;
}

static ps_code
finish_signed(struct opening *o, struct cms_signed *s, struct ps_layer *layer, ps_err *err)
{
	struct content content = { o, s, NULL };
	struct opening_again again = content_again(&content);
	ps_code code = opening_describe_signed(layer, s, err);

	if (code != PS_OK)
		return code;
	if (is_certs_only(s)) {
		layer->kind = PS_LAYER_CERTS_ONLY;
		if (layer->in_envelope)
			ps_verdict_warn(o->v, "certs-only", W_W_CERTS_ONLY);
		return PS_OK;
	}
	if (s->nsigner == 0 && layer->in_envelope)
		ps_verdict_warn(o->v, "no-signer", W_W_NO_SIGNER);
	/* Beside its content, as an attachment of its own, it signs nothing. */
	if (!s->has_content && !layer->in_envelope) {
		layer->kind = PS_LAYER_SIGNATURE;
		return PS_OK;
	}
	if (!s->has_content && !o->inspect && (code = read_detached(o, s, err)) != PS_OK)
		return code;
	return opening_judge_signers(o, layer, s, &s->digests, &again, err);
}

static ps_code
open_opaque(struct opening *o, struct cms_shell *shell, struct cms_signed *s, ps_err *err)
{
	ps_code code = cms_signed_open(s, &shell->ber, err);

	s->bag.recall = ps_recall_of(o->op->setup.ctx);
	return code;
}

ps_code
opening_signed_data(struct opening *o, struct cms_shell *shell, struct ps_layer *parent,
    bool in_envelope, const struct mime_entity *entity, ps_err *err)
{
	struct cms_signed s = { .ber = NULL };
	struct ps_layer *layer;
	ps_code code;

	code = ps_layer_add(o->v, parent, PS_LAYER_SIGNED_DATA, in_envelope, &layer, err);
	if (code != PS_OK)
		return code;
	if ((entity == NULL || (code = opening_set_media(layer, entity, err)) == PS_OK) &&
	    (code = open_opaque(o, shell, &s, err)) == PS_OK &&
	    (code = read_opaque(o, shell, &s, layer, in_envelope, err)) == PS_OK)
		code = finish_signed(o, &s, layer, err);
	cms_signed_clear(&s);
	return code;
}
