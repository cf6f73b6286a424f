/* SPDX-License-Identifier: ISC */
/*
 * A signed receipt, made (RFC 2634, 2.3 to 2.5).
 *
 * It tells its sender's address, that a mail was read and when, so none is made
 * unless a person says so, and only for a request that a valid signature covers.
 * The mail is judged by what the protector was given. The receipt is a whole
 * mail; sending it is not our affair.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "base/words.h"
#include "crypto/digest.h"
#include "smime/opening.h"
#include "smime/protecting.h"
#include "smime/words.h"

enum { FIELDS_MAX = 16384, ENTITY_MAX = 1 << 22 };

struct receipting {
	struct protecting *p;
	ps_verdict	*v;
	const struct ps_signature *asking;
	struct cms_expansion list;	/* the last one on the mail's way */
	struct ps_buf	 content, fields;
	ps_writer	*entity;	/* in memory */
	bool		 lf;		/* the mail's lines end in LF */
};

static ps_code
refuse(ps_err *err, const char *words, const char *text)
{
	return ps_fail(err, PS_E_REFUSED, "smime.receipt", PS_NOWHERE, words,
	    PS_TEXT("sentence", text), PS_TEXT("who", text));
}

/* --- may it be made? --- */

static ps_code
read_mail(struct receipting *r, ps_err *err)
{
	struct protecting *p = r->p;
	struct ps_opener op = { .setup = p->pr->setup };
	const char *why;
	ps_code code;

	op.setup.progress = NULL;
	code = ps_open(&op, p->in, NULL, &r->v, err);
	op.setup.progress = p->pr->setup.progress;
	p->pr->setup = op.setup;
	if (code != PS_OK)
		return code;
	r->asking = ps_verdict_request(r->v, &r->list, &why);
	return r->asking == NULL ? refuse(err, why, r->v->sentence) : PS_OK;
}

static bool
names_one_of(const ps_cert *c, ps_slice list)
{
	char address[256];
	ps_slice one;

	while (cms_ess_next_address(&list, &one)) {
		if (one.n >= sizeof address)
			continue;
		memcpy(address, one.p, one.n);
		address[one.n] = '\0';
		if (ps_cert_names(c, address, PS_MATCH_SENDER))
			return true;
	}
	return false;
}

/* "Each recipient SHOULD return only one signed receipt": one signer, who was
 * asked (RFC 2634, 2.3, step 3). */
static ps_code
choose_signer(struct receipting *r, ps_err *err)
{
	struct protecting *p = r->p;
	size_t i = 0;
	ps_code code;

	if ((code = protect_choose_signers(p, err)) != PS_OK)
		return code;
	if (r->asking->ess.receipts_from == CMS_FROM_LIST)
		while (i < p->nsigner && !names_one_of(p->signer[i].cert,
		    r->asking->ess.from_list))
			i++;
	if (i == p->nsigner)
		return refuse(err, W_RECEIPT_WHO, ps_cert_holder(p->signer[0].cert));
	p->signer[0] = p->signer[i];
	p->nsigner = 1;
	return PS_OK;
}

/* --- what it says --- */

static ps_code
build_content(struct receipting *r, ps_err *err)
{
	struct cms_receipt in = { .type = r->asking->content_type,
	    .id = r->asking->ess.receipt_id, .signature = ps_buf_get(&r->asking->value) };

	return cms_receipt_build(&in, &r->content, err);
}

static ps_code
build_attrs(struct receipting *r, ps_err *err)
{
	uint8_t digest[PS_DIGEST_MAX];
	struct derw w;
	ps_code code = opening_signature_digest(r->asking, digest, err);

	if (code != PS_OK)
		return code;
	derw_init(&w, &r->p->attrs);
	cms_ess_build_digest(&w, (ps_slice){ digest, ps_digest_size(r->asking->digest_alg) });
	return derw_finish(&w, err);
}

/* --- the mail around it --- */

static ps_code
add_addresses(struct receipting *r, ps_slice list, bool *any, ps_err *err)
{
	char address[256];
	ps_slice one;
	ps_code code = PS_OK;

	while (code == PS_OK && cms_ess_next_address(&list, &one)) {
		if (one.n >= sizeof address)
			continue;
		memcpy(address, one.p, one.n);
		address[one.n] = '\0';
		if (strlen(address) != one.n ||
		    !protect_is_ascii_address(address, r->p->limits))
			continue;
		code = ps_buf_add_text(&r->fields, *any ? ",\r\n " : "To: ", err);
		if (code == PS_OK)
			code = ps_buf_add_text(&r->fields, address, err);
		*any = true;
	}
	return code;
}

/* RFC 2634, 2.5. */
static ps_code
add_recipients(struct receipting *r, ps_err *err)
{
	bool any = false;
	ps_code code = PS_OK;

	if (r->list.receipts != CMS_ML_INSTEAD)
		code = add_addresses(r, r->asking->ess.to_list, &any, err);
	if (code == PS_OK)
		code = add_addresses(r, r->list.to, &any, err);
	if (code != PS_OK)
		return code;
	/* Whoever has a good certificate can pass for a list. */
	if (r->list.to.n != 0)
		protect_warn(r->p, W_RECEIPT_ELSEWHERE);
	if (!any)
		return refuse(err, W_RECEIPT_ADDRESS, "");
	return ps_buf_add_text(&r->fields, "\r\n", err);
}

/* RFC 5322, 3.6.4: an answer names what it answers. */
static ps_code
add_reference(struct receipting *r, ps_err *err)
{
	struct mime_header h = { 0 };
	const struct mime_field *id;
	struct ps_buf text = { 0 };
	char line[1024];
	ps_code code;

	if ((code = ps_reader_rewind(r->p->in, err)) == PS_OK)
		code = mime_header_read(&h, r->p->in, r->p->limits, err);
	r->lf = h.lf;
	id = code == PS_OK ? mime_header_find(&h, "Message-ID", 0) : NULL;
	if (id != NULL && (code = mime_unfold(id->body, &text, err)) == PS_OK &&
	    text.n > 2 && text.n < 400 && text.p[0] == '<' &&
	    memchr(text.p, ' ', text.n) == NULL) {
		(void)snprintf(line, sizeof line, "In-Reply-To: %.*s\r\nReferences: %.*s\r\n",
		    (int)text.n, (const char *)text.p, (int)text.n, (const char *)text.p);
		code = ps_buf_add_text(&r->fields, line, err);
	}
	ps_buf_clear(&text);
	mime_header_clear(&h);
	return code;
}

static ps_code
add_identity(struct receipting *r, ps_err *err)
{
	const char *from = ps_cert_address(r->p->signer[0].cert, 0);
	const char *at = from == NULL ? NULL : strrchr(from, '@');
	char date[MIME_DATE_SIZE], hex[33], line[1024];
	uint8_t random[16];
	ps_code code;

	if (at == NULL)
		return refuse(err, W_RECEIPT_FROM, ps_cert_holder(r->p->signer[0].cert));
	if ((code = ps_random(random, sizeof random, err)) != PS_OK)
		return code;
	ps_text_hex(hex, (ps_slice){ random, sizeof random });
	mime_date_format(r->p->now, date);
	(void)snprintf(line, sizeof line, "From: %s\r\nSubject: Signed receipt\r\nDate: %s\r\n"
	    "Message-ID: <%s%s>\r\n", from, date, hex, at);
	return ps_buf_add_text(&r->fields, line, err);
}

static ps_code
build_fields(struct receipting *r, ps_err *err)
{
	ps_code code;

	r->fields.max = FIELDS_MAX;
	if ((code = add_identity(r, err)) != PS_OK || (code = add_recipients(r, err)) != PS_OK)
		return code;
	return add_reference(r, err);
}

/* --- written --- */

/* With the line ends that the mail had. */
static ps_code
write_clear(struct receipting *r, ps_writer *out, ps_err *err)
{
	const struct ps_setup *s = &r->p->pr->setup;
	struct ps_eol eol;
	ps_writer *w;
	ps_code code;

	ps_eol_init(&eol, s->eol == 2 || (s->eol == 0 && r->lf));
	if ((code = ps_writer_open_step(&w, out, &eol.step, err)) != PS_OK)
		return code;
	if ((code = ps_writer_write(w, ps_buf_get(&r->fields), err)) == PS_OK &&
	    (code = ps_writer_text(w, "MIME-Version: 1.0\r\n", err)) == PS_OK &&
	    (code = ps_writer_write(w, ps_writer_memory(r->entity), err)) == PS_OK)
		code = ps_writer_finish(w, err);
	ps_writer_close(w);
	return code == PS_OK ? ps_writer_finish(out, err) : code;
}

/* RFC 2634, 2.4, step 11: around the encryption a signature, which says what is
 * within it. */
static ps_code
write_encrypted(struct receipting *r, ps_writer *out, ps_err *err)
{
	struct protecting q;
	ps_reader *fields;
	struct derw w;
	ps_code code;

	if ((code = ps_buf_add_text(&r->fields, "\r\n", err)) != PS_OK ||
	    (code = ps_reader_open_memory(&fields, ps_buf_get(&r->fields), err)) != PS_OK)
		return code;
	protect_begin(&q, r->p->pr, PS_ENCRYPT);
	q.made = q.around = true;
	q.entity = ps_writer_memory(r->entity);
	derw_init(&w, &q.outer_attrs);
	cms_ess_build_hint(&w, cms_type_oid(CMS_RECEIPT));
	if ((code = derw_finish(&w, err)) == PS_OK)
		code = protect_run(&q, fields, out, err);
	protect_end(&q);
	ps_reader_close(fields);
	return code;
}

static ps_code
make_receipt(struct receipting *r, ps_err *err)
{
	ps_code code;

	if ((code = read_mail(r, err)) != PS_OK || (code = choose_signer(r, err)) != PS_OK ||
	    (code = build_content(r, err)) != PS_OK || (code = build_attrs(r, err)) != PS_OK ||
	    (code = build_fields(r, err)) != PS_OK ||
	    (code = ps_writer_open_memory(&r->entity, ENTITY_MAX, err)) != PS_OK)
		return code;
	return protect_write_receipt(r->p, ps_buf_get(&r->content), r->entity, err);
}

ps_code
ps_receipt(ps_protector *pr, ps_reader *in, ps_writer *out, ps_err *err)
{
	struct protecting p;
	struct receipting r = { .p = &p };
	ps_reader *spool = NULL;
	ps_code code;

	if (pr == NULL || in == NULL || out == NULL)
		return ps_nomem(err, "smime.receipt");
	ps_buf_clear(&pr->warnings);
	protect_begin(&p, pr, PS_SIGN);
	if ((code = protect_make_rewindable(&p, in, &spool, err)) == PS_OK &&
	    (code = make_receipt(&r, err)) == PS_OK)
		code = pr->nasked == 0 ? write_clear(&r, out, err)
		    : write_encrypted(&r, out, err);
	if (code != PS_OK)
		ps_writer_abandon(out);
	ps_verdict_free(r.v);
	ps_buf_clear(&r.content);
	ps_buf_clear(&r.fields);
	ps_writer_close(r.entity);
	protect_end(&p);
	ps_reader_close(spool);
	return code;
}
