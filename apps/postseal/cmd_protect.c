/* SPDX-License-Identifier: ISC */
/*
 * postseal sign, encrypt, seal: one idea with a number in it; receipt and expand read
 * a mail to write another.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "bcc.h"
#include "command.h"
#include "input.h"
#include "names.h"
#include "output.h"
#include "protector.h"
#include "say.h"
#include "text.h"

struct protecting {
	struct session	 session;
	ps_protector	*protector;
	struct bcc	 bcc;
	int		 what;		/* PS_SIGN, ...; 0: as the verb says */
};

static void
tell_warnings(const struct protecting *p, const char *path)
{
	const char *line = ps_protector_warnings(p->protector);

	while (line != NULL && *line != '\0') {
		size_t n = strcspn(line, "\n");

		if (n > 0)
			say(T_WARNING, say_label(path), (int)n, line);
		line += n + (line[n] == '\n');
	}
}

static void
tell_choices(const struct protecting *p)
{
	const char *text = ps_protector_explain(p->protector);

	if (p->session.o->explain && text != NULL && text[0] != '\0')
		fprintf(say_stream(), "%s%s", text, text[strlen(text) - 1] == '\n' ? "" : "\n");
}

static ps_code
write_mail(struct protecting *p, ps_reader *in, ps_writer *out, ps_err *err)
{
	const struct options *o = p->session.o;

	if (o->verb == VERB_RECEIPT)
		return ps_receipt(p->protector, in, out, err);
	if (o->verb == VERB_EXPAND)
		return ps_expand(p->protector, o->no_receipts, in, out, err);
	return ps_protect(p->protector, p->what, in, out, err);
}

static int
protect_to(struct protecting *p, const char *from, const char *to)
{
	struct output out = { .fd = -1 };
	ps_err err = PS_ERR_INIT;
	ps_reader *in = NULL;
	ps_code code;
	int status = input_open(&in, from);

	if (status == EXIT_GOOD)
		status = output_open(&out, to);
	if (status != EXIT_GOOD)
		goto out;
	progress_begin(&p->session.progress, p->session.in_batch || is_terminal(to));
	code = write_mail(p, in, out.writer, &err);
	progress_end(&p->session.progress);
	tell_warnings(p, from);
	tell_choices(p);
	if (code != PS_OK)
		status = say_chain(failed_place(&out, from, code), code, &err);
	else
		status = bcc_finish(&p->bcc);
out:
	bcc_clear(&p->bcc);
	output_close(&out);
	ps_reader_close(in);
	return status;
}

static int
protect_one(void *arg, const char *path)
{
	struct protecting *p = arg;
	const struct options *o = p->session.o;
	char *to;
	int status;

	if (o->out_dir == NULL)
		return protect_to(p, path, o->output);
	to = path_in(o->out_dir, base_name(path));
	if (to == NULL)
		return say_nomem();
	status = protect_to(p, path, to);
	free(to);
	return status;
}

static int
set_bcc(struct protecting *p)
{
	ps_err err = PS_ERR_INIT;
	ps_code code = PS_OK;

	p->bcc.dir = p->session.o->bcc_dir;
	if (p->bcc.dir != NULL)
		code = ps_protector_set_bcc(p->protector, bcc_open, &p->bcc, &err);
	return code == PS_OK ? EXIT_GOOD : say_chain("--bcc-dir", code, &err);
}

static int
what_of(const struct options *o)
{
	if (o->verb == VERB_SIGN)
		return PS_SIGN;
	if (o->verb == VERB_ENCRYPT)
		return PS_ENCRYPT;
	return o->verb == VERB_SEAL ? PS_SEAL : 0;
}

static int
make(void *worker)
{
	struct protecting *p = worker;
	int status;

	p->what = what_of(p->session.o);
	status = protector_make(&p->protector, &p->session);
	return status == EXIT_GOOD ? set_bcc(p) : status;
}

static void
clear(void *worker)
{
	ps_protector_free(((struct protecting *)worker)->protector);
}

static const struct batch_verb batch = {
	.size = sizeof(struct protecting),
	.make = make,
	.clear = clear,
	.one = protect_one,
};

/* The network is asked by a child of ours, which a process of several threads does
 * not make; and there are few who ask for a thousand time-stamps. */
static bool
parallel(const struct session *s)
{
	return s->o->out_dir != NULL && s->o->timestamp == NULL && batch_wanted(s);
}

static int
protect(const struct options *o)
{
	struct protecting p = { .protector = NULL };
	int status = session_open(&p.session, o);

	if (o->insecure_recipients)
		say("%s", T_INSECURE_RECIPIENTS);
	if (status == EXIT_GOOD && parallel(&p.session))
		status = batch_run(&p.session, &batch, NULL);
	else if (status == EXIT_GOOD && (status = make(&p)) == EXIT_GOOD)
		status = session_each(&p.session, protect_one, &p);
	ps_protector_free(p.protector);
	session_close(&p.session);
	return status;
}

int
cmd_sign(const struct options *o)
{
	return protect(o);
}

int
cmd_encrypt(const struct options *o)
{
	return protect(o);
}

int
cmd_seal(const struct options *o)
{
	return protect(o);
}

int
cmd_receipt(const struct options *o)
{
	return protect(o);
}

int
cmd_expand(const struct options *o)
{
	return protect(o);
}
