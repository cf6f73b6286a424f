/* SPDX-License-Identifier: ISC */
/*
 * postseal open: the inner message where it is wanted, the verdict beside it.
 *
 * The place for the JSON verdict is opened before the message: nobody should
 * learn after an hour that it cannot be written.
 */
#include <stdlib.h>
#include <unistd.h>

#include "batch.h"
#include "command.h"
#include "input.h"
#include "names.h"
#include "opener.h"
#include "output.h"
#include "say.h"
#include "text.h"

struct opening {
	struct session	 session;
	ps_opener	*opener;
	struct output	 verdict;
};

static int
tell_json(struct opening *p, const ps_verdict *v, const char *path)
{
	ps_err err = PS_ERR_INIT;
	ps_code code;

	ps_writer *w = p->session.in_batch ? batch_results(&p->session) : p->verdict.writer;

	if (p->session.o->verdict == NULL || w == NULL || v == NULL)
		return EXIT_GOOD;
	code = ps_verdict_write_json(v, path, w, &err);
	return code == PS_OK ? EXIT_GOOD : say_chain("--verdict", code, &err);
}

/* The text goes to standard error; when that is closed there is nobody left
 * to tell. */
static void
tell_text(const ps_verdict *v, const struct message *m)
{
	ps_err err = PS_ERR_INIT;
	ps_writer *w = NULL;
	ps_slice text;

	if (m->several)
		fprintf(say_stream(), "%s:\n", say_label(m->name));
	if (ps_writer_open_memory(&w, SIZE_MAX, &err) == PS_OK &&
	    ps_verdict_write_text(v, colours(STDERR_FILENO), w, &err) == PS_OK) {
		text = ps_writer_memory(w);
		(void)fwrite(text.p, 1, text.n, say_stream());
	}
	ps_writer_close(w);
}

static int
open_to(struct opening *p, const struct message *m, const char *to)
{
	struct output out = { .fd = -1 };
	ps_err err = PS_ERR_INIT;
	ps_verdict *v = NULL;
	ps_code code;
	int status = output_open(&out, to);

	if (status != EXIT_GOOD)
		goto out;
	progress_begin(&p->session.progress, p->session.in_batch || is_terminal(to));
	code = ps_open(p->opener, m->in, out.writer, &v, &err);
	progress_end(&p->session.progress);
	if (code != PS_OK) {
		status = say_chain(failed_place(&out, m->name, code), code, &err);
	} else {
		tell_text(v, m);
		status = ps_verdict_exit(v);
	}
	status = worse(status, tell_json(p, v, m->name));
out:
	ps_verdict_free(v);
	output_close(&out);
	return status;
}

static int
open_into_dir(void *arg, const struct message *m)
{
	struct opening *p = arg;
	char *to = path_in(p->session.o->out_dir, base_name(m->name));
	int status;

	if (to == NULL)
		return say_nomem();
	status = open_to(p, m, to);
	free(to);
	return status;
}

/* Without a folder one mail has one output; of an mbox that holds several, the
 * library says what to do. */
static int
open_one(void *arg, const char *path)
{
	struct opening *p = arg;
	struct message m = { .name = path };
	int status = input_open(&m.in, path);

	if (status == EXIT_GOOD)
		status = open_to(p, &m, p->session.o->output);
	ps_reader_close(m.in);
	return status;
}

static int
make(void *worker)
{
	struct opening *p = worker;

	p->verdict.fd = -1;
	return opener_make(&p->opener, &p->session);
}

static void
clear(void *worker)
{
	ps_opener_free(((struct opening *)worker)->opener);
}

static const struct batch_verb batch = {
	.size = sizeof(struct opening),
	.make = make,
	.clear = clear,
	.mail = open_into_dir,
};

static int
open_all(struct opening *p)
{
	bool parallel = p->session.o->out_dir != NULL && batch_wanted(&p->session);
	int status = parallel ? EXIT_GOOD : make(p);

	if (status == EXIT_GOOD && p->session.o->verdict != NULL)
		status = output_open(&p->verdict, p->session.o->verdict);
	if (status != EXIT_GOOD)
		return status;
	if (parallel)
		status = batch_run(&p->session, &batch, p->verdict.writer);
	else
		status = p->session.o->out_dir == NULL
		    ? session_each(&p->session, open_one, p)
		    : session_each_mail(&p->session, open_into_dir, p);
	if (p->verdict.writer != NULL)
		status = worse(status, output_finish(&p->verdict));
	return status;
}

int
cmd_open(const struct options *o)
{
	struct opening p = { .verdict.fd = -1 };
	int status = session_open(&p.session, o);

	if (status == EXIT_GOOD)
		status = open_all(&p);
	output_close(&p.verdict);
	ps_opener_free(p.opener);
	session_close(&p.session);
	return status;
}
