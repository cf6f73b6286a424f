/* SPDX-License-Identifier: ISC */
/*
 * postseal verify: the verdict, and nothing of the message.
 */
#include <unistd.h>

#include "batch.h"
#include "command.h"
#include "opener.h"
#include "output.h"
#include "say.h"

struct verifying {
	struct session	 session;
	ps_opener	*opener;
};

static ps_code
write_text(const ps_verdict *v, const struct message *m, ps_writer *w, ps_err *err)
{
	ps_code code = PS_OK;

	if (m->several)
		code = write_label(w, m->name, err);
	if (code == PS_OK)
		code = ps_verdict_write_text(v, colours(STDOUT_FILENO), w, err);
	return code;
}

static ps_code
write_one(const struct verifying *p, const ps_verdict *v, const struct message *m, ps_writer *w,
    ps_err *err)
{
	return p->session.o->json ? ps_verdict_write_json(v, m->name, w, err)
	    : write_text(v, m, w, err);
}

/* What could not be read has no text but its error, which is told already. */
static int
tell(const struct verifying *p, const ps_verdict *v, const struct message *m, bool broken)
{
	struct output out;
	ps_err err = PS_ERR_INIT;
	ps_writer *kept = batch_results(&p->session);
	ps_code code;
	int status;

	if (v == NULL || (broken && !p->session.o->json))
		return EXIT_GOOD;
	if (kept != NULL) {
		code = write_one(p, v, m, kept, &err);
		return code == PS_OK ? EXIT_GOOD : say_chain(say_label(m->name), code, &err);
	}
	status = output_open(&out, NULL);
	if (status == EXIT_GOOD) {
		code = write_one(p, v, m, out.writer, &err);
		status = code == PS_OK ? output_finish(&out) : say_chain(out.label, code, &err);
	}
	output_close(&out);
	return status;
}

static int
verify_one(void *arg, const struct message *m)
{
	struct verifying *p = arg;
	ps_err err = PS_ERR_INIT;
	ps_verdict *v = NULL;
	ps_code code;
	int status;

	progress_begin(&p->session.progress, p->session.in_batch);
	code = ps_open(p->opener, m->in, NULL, &v, &err);
	progress_end(&p->session.progress);
	status = code == PS_OK ? ps_verdict_exit_verify(v) :
	    say_chain(say_label(m->name), code, &err);
	status = worse(status, tell(p, v, m, code != PS_OK));
	ps_verdict_free(v);
	return status;
}

static int
make(void *worker)
{
	struct verifying *p = worker;

	return opener_make(&p->opener, &p->session);
}

static void
clear(void *worker)
{
	ps_opener_free(((struct verifying *)worker)->opener);
}

static const struct batch_verb batch = {
	.size = sizeof(struct verifying),
	.make = make,
	.clear = clear,
	.mail = verify_one,
};

int
cmd_verify(const struct options *o)
{
	struct verifying p = { .opener = NULL };
	int status = session_open(&p.session, o);

	if (status == EXIT_GOOD && batch_wanted(&p.session))
		status = batch_run(&p.session, &batch, NULL);
	else if (status == EXIT_GOOD && (status = make(&p)) == EXIT_GOOD)
		status = session_each_mail(&p.session, verify_one, &p);
	ps_opener_free(p.opener);
	session_close(&p.session);
	return status;
}
