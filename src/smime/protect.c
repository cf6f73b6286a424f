/* SPDX-License-Identifier: ISC */
/*
 * The flow of protecting a mail: look at it, choose, write every copy, and
 * only when all are written finish them all.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "base/words.h"
#include "smime/helping.h"
#include "smime/protecting.h"
#include "smime/words.h"

/* --- looking --- */

static ps_code
read_list(struct protecting *p, const char *name, struct mime_mailboxes *out, ps_err *err)
{
	ps_code code = PS_OK;

	for (size_t i = 0; i < p->mail.n && code == PS_OK; i++)
		if (mime_field_is(&p->mail.field[i], name))
			code = mime_mailboxes_parse(out, p->mail.field[i].body, p->limits, err);
	return code;
}

static void
warn_already(struct protecting *p, const struct mime_entity *e)
{
	bool is_signed = mime_type_is(&e->type, "multipart", "signed");
	bool is_cms = mime_type_is(&e->type, "application", "pkcs7-mime") ||
	    mime_type_is(&e->type, "application", "x-pkcs7-mime");

	p->already = is_signed || is_cms;
	if (p->already && !p->pr->add)
		protect_warn(p, W_P_ALREADY,
		    PS_TEXT("kind", is_signed ? "signed" : "signed or encrypted"));
}

/* A line that is no field would stand among the fields that go outside, where
 * it may be the first: then nobody sees a mail, nor that it is signed. */
static ps_code
check_fields(const struct mime_header *h, ps_err *err)
{
	for (size_t i = 0; i < h->n; i++)
		if (h->field[i].name.n == 0)
			return ps_fail(err, PS_E_MALFORMED, "smime.protect",
			    (uint64_t)(h->field[i].raw.p - h->block.p), W_P_NO_FIELD,
			    PS_OCTETS("line", h->field[i].body));
	return PS_OK;
}

static ps_code
look_at_mail(struct protecting *p, ps_err *err)
{
	struct mime_entity e = { 0 };
	ps_code code;

	if ((code = mime_header_read(&p->mail, p->in, p->limits, err)) != PS_OK ||
	    (code = check_fields(&p->mail, err)) != PS_OK ||
	    (code = read_list(p, "To", &p->recipients, err)) != PS_OK ||
	    (code = read_list(p, "Cc", &p->recipients, err)) != PS_OK ||
	    (!p->made && (code = read_list(p, "Bcc", &p->bcc, err)) != PS_OK) ||
	    (code = mime_entity_parse(&e, &p->mail, p->limits, err)) != PS_OK)
		return code;
	if (!p->made)
		warn_already(p, &e);
	p->lf_out = p->pr->setup.eol == 2 || (p->pr->setup.eol == 0 && p->mail.lf);
	if ((code = protect_guess_charset(p, err)) == PS_OK)
		code = protect_headers(p, &e, err);
	mime_entity_clear(&e);
	return code;
}

/* "a@x, b@y" */
static ps_code
list_addresses(const struct mime_mailboxes *m, struct ps_buf *out, ps_err *err)
{
	ps_code code = PS_OK;

	for (size_t i = 0; i < m->n && code == PS_OK; i++) {
		if (i > 0)
			code = ps_buf_add_text(out, ", ", err);
		if (code == PS_OK)
			code = ps_buf_add_text(out, m->box[i].address, err);
	}
	return code;
}

/* Bcc recipients need a copy each, or whoever reads one sees them all. */
static ps_code
check_bcc(struct protecting *p, ps_err *err)
{
	struct ps_buf who = { .max = 900 };
	ps_code code = PS_OK;

	if (p->bcc.n == 0 || p->pr->bcc != NULL || p->pr->draft)
		return PS_OK;
	if (list_addresses(&p->bcc, &who, NULL) != PS_OK && who.n == 0)
		code = ps_nomem(err, "smime.protect");
	else if ((p->what & PS_ENCRYPT) != 0)
		code = ps_fail(err, PS_E_MISUSE, "smime.protect", PS_NOWHERE, W_P_BCC,
		    PS_OCTETS("who", ps_buf_get(&who)));
	else
		protect_warn(p, W_P_BCC_REMOVED, PS_OCTETS("who", ps_buf_get(&who)));
	ps_buf_clear(&who);
	return code;
}

/* RFC 9787, 8: what is not finished must not look as if its author stood by it. */
static ps_code
check_draft(const struct protecting *p, ps_err *err)
{
	if (!p->pr->draft)
		return PS_OK;
	if ((p->what & PS_SIGN) != 0)
		return ps_fail(err, PS_E_MISUSE, "smime.protect", PS_NOWHERE, W_P_DRAFT_SIGN);
	if (protect_is_asked(p->pr))
		return ps_fail(err, PS_E_MISUSE, "smime.protect", PS_NOWHERE, W_P_DRAFT_TO);
	return PS_OK;
}

static ps_code
check_add(const struct protecting *p, ps_err *err)
{
	const struct ps_protector *pr = p->pr;

	if (!pr->add || (p->what == PS_SIGN && !pr->opaque && !pr->compress))
		return PS_OK;
	return ps_fail(err, PS_E_MISUSE, "smime.protect", PS_NOWHERE, W_P_ADD_WITH);
}

/* --- writing --- */

/* One copy on its way; finished with all the others. */
struct copy {
	ps_writer	*out;		/* where it goes */
	ps_writer	*hold;		/* over an `out` that cannot be abandoned */
	bool		 ours;		/* close `out` too */
	struct protect_list to;
};

static ps_writer *
place(const struct copy *c)
{
	return c->hold != NULL ? c->hold : c->out;
}

static bool
wants_measure(const struct protecting *p)
{
	return p->pr->der && p->length > p->limits->plan_max &&
	    ((p->what & PS_ENCRYPT) != 0 || p->pr->opaque || p->pr->compress);
}

static ps_code
compose_once(struct protecting *p, struct copy *c, bool *out_unsafe, ps_err *err)
{
	ps_code code;

	*out_unsafe = false;
	if (wants_measure(p) && ((code = protect_measure(p, out_unsafe, err)) != PS_OK ||
	    *out_unsafe))
		return code;
	return protect_compose(p, &c->to, place(c), out_unsafe, err);
}

/* Writes a copy; a mail that cannot travel as 7bit is begun anew, re-encoded. */
static ps_code
write_copy(struct protecting *p, struct copy *c, ps_err *err)
{
	bool unsafe;
	ps_code code;

	if (!ps_writer_can_restart(c->out) || !ps_writer_can_abandon(c->out)) {
		code = ps_writer_open_hold(&c->hold, c->out, NULL, p->limits->hold, err);
		if (code != PS_OK)
			return code;
	}
	if ((code = compose_once(p, c, &unsafe, err)) != PS_OK || !unsafe)
		return code;
	p->safe = true;
	if ((code = ps_writer_restart(place(c), err)) != PS_OK)
		return code;
	return compose_once(p, c, &unsafe, err);
}

static void
close_copy(struct copy *c)
{
	ps_writer_close(c->hold);
	if (c->ours)
		ps_writer_close(c->out);
	protect_list_clear(&c->to);
}

static ps_code
write_bcc_copy(struct protecting *p, struct copy *c, const char *address, ps_err *err)
{
	ps_code code;

	if ((p->what & PS_ENCRYPT) != 0 &&
	    (code = protect_choose_bcc(p, address, &c->to, err)) != PS_OK)
		return code;
	code = p->pr->bcc(p->pr->bcc_arg, address, &c->out, err);
	if (code != PS_OK)
		return ps_because(err, code, "smime.protect", PS_NOWHERE, W_P_BCC_COPY,
		    PS_TEXT("who", address));
	c->ours = true;
	return write_copy(p, c, err);
}

static ps_code
write_copies(struct protecting *p, struct copy *copy, ps_writer *out, ps_err *err)
{
	size_t nbcc = p->pr->bcc == NULL || p->pr->draft ? 0 : p->bcc.n;
	ps_code code;

	copy[0].out = out;
	if ((p->what & PS_ENCRYPT) != 0 &&
	    ((code = protect_choose_recipients(p, &copy[0].to, err)) != PS_OK ||
	    (code = protect_choose_cipher(p, &copy[0].to, err)) != PS_OK ||
	    (code = protect_choose_digests(p, &copy[0].to, err)) != PS_OK))
		return code;
	if ((code = write_copy(p, &copy[0], err)) != PS_OK)
		return code;
	for (size_t i = 0; i < nbcc; i++)
		if ((code = write_bcc_copy(p, &copy[i + 1], p->bcc.box[i].address, err)) !=
		    PS_OK)
			return code;
	for (size_t i = 0; i <= nbcc; i++)
		if ((code = ps_writer_finish(place(&copy[nbcc - i]), err)) != PS_OK)
			return code;
	return PS_OK;
}

static ps_code
protect_mail(struct protecting *p, ps_writer *out, ps_err *err)
{
	struct copy *copy = NULL;
	size_t n;
	ps_code code;

	if ((code = check_add(p, err)) != PS_OK || (code = check_draft(p, err)) != PS_OK ||
	    (code = look_at_mail(p, err)) != PS_OK ||
	    (code = protect_check_addresses(p, err)) != PS_OK ||
	    (code = check_bcc(p, err)) != PS_OK || (code = protect_learn(p, err)) != PS_OK ||
	    (code = protect_choose_signers(p, err)) != PS_OK ||
	    (!p->made && (code = protect_ask(p, err)) != PS_OK))
		return code;
	if (p->what == PS_ENCRYPT && !p->around && !p->pr->draft)
		protect_warn(p, W_P_ENCRYPT_ONLY);
	n = p->bcc.n + 1;
	if ((copy = calloc(n, sizeof *copy)) == NULL)
		return ps_nomem(err, "smime.protect");
	code = write_copies(p, copy, out, err);
	for (size_t i = 0; i < n; i++)
		close_copy(&copy[i]);
	free(copy);
	return code;
}

/* An input that cannot be read twice is copied first; then its length is
 * known too. */
ps_code
protect_make_rewindable(struct protecting *p, ps_reader *in, ps_reader **out_spool, ps_err *err)
{
	ps_code code;

	*out_spool = NULL;
	p->in = in;
	if (!ps_reader_can_rewind(in)) {
		code = ps_reader_open_spool(out_spool, in, NULL, p->limits->hold, err);
		if (code != PS_OK)
			return code;
		p->in = *out_spool;
		if ((code = ps_reader_drain(p->in, NULL, err)) != PS_OK ||
		    (code = ps_reader_rewind(p->in, err)) != PS_OK)
			return code;
	}
	p->length = ps_reader_length(p->in);
	return PS_OK;
}

void
protect_end(struct protecting *p)
{
	mime_header_clear(&p->mail);
	mime_header_clear(&p->payload);
	ps_buf_clear(&p->outer);
	ps_buf_clear(&p->legacy);
	mime_mailboxes_clear(&p->recipients);
	mime_mailboxes_clear(&p->bcc);
	cms_digests_clear(&p->digests);
	ps_buf_clear(&p->signature);
	ps_buf_clear(&p->attrs);
	ps_buf_clear(&p->outer_attrs);
	free(p->signer);
	free(p->bag);
}

void
protect_begin(struct protecting *p, ps_protector *pr, int what)
{
	*p = (struct protecting){ .pr = pr, .what = what,
	    .limits = &pr->setup.ctx->limits, .now = ps_ctx_now(pr->setup.ctx) };
	ps_buf_clear(&pr->explain);
	ps_setup_begin(&pr->setup);
}

ps_code
protect_run(struct protecting *p, ps_reader *in, ps_writer *out, ps_err *err)
{
	ps_reader *spool = NULL, *watched = in;
	ps_code code;

	if ((code = ps_setup_watch(&p->pr->setup, &watched, in, err)) == PS_OK &&
	    (code = protect_make_rewindable(p, watched, &spool, err)) == PS_OK) {
		if (p->entity.p != NULL)
			p->length = p->entity.n;
		code = protect_mail(p, out, err);
	}
	ps_reader_close(spool);
	if (watched != in)
		ps_reader_close(watched);
	return code;
}

ps_code
ps_protect(ps_protector *pr, int what, ps_reader *in, ps_writer *out, ps_err *err)
{
	struct helping helping;
	struct protecting p;
	ps_code code;

	if (pr == NULL || in == NULL || out == NULL)
		return ps_nomem(err, "smime.protect");
	if (what < PS_SIGN || what > PS_SEAL)
		return ps_fail(err, PS_E_MISUSE, "smime.protect", PS_NOWHERE, W_P_ONLY,
		    PS_NUMBER("name", what), PS_TEXT("list", "PS_SIGN, PS_ENCRYPT, PS_SEAL"));
	ps_buf_clear(&pr->warnings);
	protect_begin(&p, pr, what);
	p.around = pr->triple && what == PS_SEAL;
	helping_begin(&helping, pr->setup.ctx, &in, &out);
	if ((code = protect_run(&p, in, out, err)) != PS_OK)
		ps_writer_abandon(out);
	protect_end(&p);
	helping_end(&helping);
	return code;
}

/* --- files --- */

static ps_code
protect_file(ps_protector *pr, int what, const char *from, const char *to, ps_err *err)
{
	ps_reader *in;
	ps_writer *out;
	ps_code code;

	if ((code = ps_setup_open_input(from, &in, err)) != PS_OK)
		return code;
	code = to == NULL ? ps_writer_open_fd(&out, STDOUT_FILENO, err)
	    : ps_writer_open_file(&out, to, err);
	if (code == PS_OK) {
		code = ps_protect(pr, what, in, out, err);
		ps_writer_close(out);
	}
	ps_reader_close(in);
	return code;
}

ps_code
ps_protector_sign_file(ps_protector *pr, const char *from, const char *to, ps_err *err)
{
	return protect_file(pr, PS_SIGN, from, to, err);
}

ps_code
ps_protector_encrypt_file(ps_protector *pr, const char *from, const char *to, ps_err *err)
{
	return protect_file(pr, PS_ENCRYPT, from, to, err);
}

ps_code
ps_protector_seal_file(ps_protector *pr, const char *from, const char *to, ps_err *err)
{
	return protect_file(pr, PS_SEAL, from, to, err);
}
