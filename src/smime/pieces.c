/* SPDX-License-Identifier: ISC */
/*
 * What protected mails are put together from: the section of a CMS object, its
 * base64, and the delimiters around a detached signature.
 */
#include "smime/pieces.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "crypto/digest.h"

ps_code
pieces_base64(struct pieces_base64 *b, ps_writer *dst, ps_err *err)
{
	ps_b64enc_init(&b->enc, false);
	return ps_writer_open_step(&b->w, dst, &b->enc.step, err);
}

ps_code
pieces_cms_header(ps_writer *dst, const char *smime_type, const char *name, ps_err *err)
{
	char text[320];

	snprintf(text, sizeof text, "Content-Type: application/pkcs7-mime;"
	    " smime-type=%s;\r\n name=\"%s\"\r\n"
	    "Content-Transfer-Encoding: base64\r\n"
	    "Content-Disposition: attachment; filename=\"%s\"\r\n\r\n", smime_type, name, name);
	return ps_writer_text(dst, text, err);
}

void
pieces_signed_params(struct protecting *p, struct cms_signed_params *out)
{
	*out = (struct cms_signed_params){ .signer = p->signer, .nsigner = p->nsigner,
	    .cert = p->bag, .ncert = p->nbag, .signing_time = p->now,
	    .attrs = ps_buf_get(&p->attrs),
	    .stamp = p->pr->stamp == NULL ? NULL : protect_stamp,
	    .stamp_arg = p };
}

ps_code
pieces_boundary(struct protecting *p, char out[48], ps_err *err)
{
	uint8_t random[16] = { 0 };
	uint64_t seed = p->pr->setup.ctx->seed;
	ps_code code;

	if (p->pr->setup.ctx->seeded) {
		memcpy(random, &seed, sizeof seed);
		random[15] = (uint8_t)p->counter++;
	} else if ((code = ps_random(random, sizeof random, err)) != PS_OK)
		return code;
	mime_boundary(out, random);
	return PS_OK;
}

/* RFC 8551, 3.5.3.2: names of the digests, each once. */
static const char *
micalg_name(const struct ps_alg *digest)
{
	switch (digest->id) {
	case PS_SHA256:
		return "sha-256";
	case PS_SHA384:
		return "sha-384";
	case PS_SHA512:
		return "sha-512";
	case PS_SHAKE256:	/* Ed448: no name was ever registered */
		return "unknown";
	default:
		return digest->name;
	}
}

static void
add_micalg(const struct ps_alg *digest, char *out, size_t size)
{
	size_t used = strlen(out);
	const char *name = micalg_name(digest), *at = strstr(out, name);
	size_t n = strlen(name);

	/* Each once. */
	if ((at != NULL && (at[n] == ',' || at[n] == '\0')) || used + n + 2 > size)
		return;
	snprintf(out + used, size - used, "%s%s", used == 0 ? "" : ",", name);
}

ps_code
pieces_begin_parts(const struct protecting *p, const struct cms_signed *before,
    const char *boundary, ps_writer *dst, ps_err *err)
{
	char micalg[128] = "", text[512];
	const struct ps_alg *digest;

	for (size_t i = 0; before != NULL && i < before->nsigner; i++)
		if ((digest = ps_alg_digest_of(&before->signer[i].digest)) != NULL)
			add_micalg(digest, micalg, sizeof micalg);
	for (size_t i = 0; i < p->nsigner; i++)
		add_micalg(p->signer[i].spec.digest, micalg, sizeof micalg);
	snprintf(text, sizeof text, "Content-Type: multipart/signed;\r\n"
	    " protocol=\"application/pkcs7-signature\"; micalg=\"%s\";\r\n"
	    " boundary=\"%s\"\r\n\r\n--%s\r\n", micalg, boundary, boundary);
	return ps_writer_text(dst, text, err);
}

/* `end`: "" between parts, "--" behind the last. */
static ps_code
delimit(const char *boundary, const char *end, ps_writer *dst, ps_err *err)
{
	char text[64];

	snprintf(text, sizeof text, "\r\n--%s%s\r\n", boundary, end);
	return ps_writer_text(dst, text, err);
}

ps_code
pieces_base64_body(ps_writer *dst, ps_slice octets, ps_err *err)
{
	struct pieces_base64 b64 = { .w = NULL };
	ps_code code;

	if ((code = pieces_base64(&b64, dst, err)) == PS_OK &&
	    (code = ps_writer_write(b64.w, octets, err)) == PS_OK)
		code = ps_writer_finish(b64.w, err);
	ps_writer_close(b64.w);
	return code;
}

ps_code
pieces_end_parts(const char *boundary, ps_slice der, ps_writer *dst, ps_err *err)
{
	static const char header[] =
	    "Content-Type: application/pkcs7-signature; name=\"smime.p7s\"\r\n"
	    "Content-Transfer-Encoding: base64\r\n"
	    "Content-Disposition: attachment; filename=\"smime.p7s\"\r\n\r\n";
	ps_code code;

	if ((code = delimit(boundary, "", dst, err)) != PS_OK ||
	    (code = ps_writer_text(dst, header, err)) != PS_OK ||
	    (code = pieces_base64_body(dst, der, err)) != PS_OK)
		return code;
	return delimit(boundary, "--", dst, err);
}
