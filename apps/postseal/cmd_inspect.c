/* SPDX-License-Identifier: ISC */
/*
 * postseal inspect: what is there, without a judgement. What breaks half-way
 * is drawn as far as it goes.
 */
#include <unistd.h>

#include "command.h"
#include "opener.h"
#include "output.h"
#include "say.h"

struct inspecting {
	struct session	 session;
	ps_opener	*opener;
};

static ps_code
write_tree(const struct inspecting *p, const ps_verdict *v, const struct message *m,
    ps_writer *w, ps_err *err)
{
	ps_code code = PS_OK;

	if (p->session.o->json)
		return ps_verdict_write_inspect_json(v, m->name, w, err);
	if (m->several)
		code = write_label(w, m->name, err);
	if (code == PS_OK)
		code = ps_verdict_write_tree(v, colours(STDOUT_FILENO), w, err);
	return code;
}

static int
tell(const struct inspecting *p, const ps_verdict *v, const struct message *m)
{
	struct output out;
	ps_err err = PS_ERR_INIT;
	ps_code code;
	int status;

	if (v == NULL)
		return EXIT_GOOD;
	status = output_open(&out, NULL);
	if (status == EXIT_GOOD) {
		code = write_tree(p, v, m, out.writer, &err);
		status = code == PS_OK ? output_finish(&out) : say_chain(out.label, code, &err);
	}
	output_close(&out);
	return status;
}

static int
inspect_one(void *arg, const struct message *m)
{
	struct inspecting *p = arg;
	ps_err err = PS_ERR_INIT;
	ps_verdict *v = NULL;
	ps_code code;
	int status;

	progress_begin(&p->session.progress, false);
	code = ps_inspect(p->opener, m->in, &v, &err);
	progress_end(&p->session.progress);
	status = tell(p, v, m);
	if (code != PS_OK)
		status = worse(status, say_chain(say_label(m->name), code, &err));
	ps_verdict_free(v);
	return status;
}

int
cmd_inspect(const struct options *o)
{
	struct inspecting p = { .opener = NULL };
	int status = session_open(&p.session, o);

	if (status == EXIT_GOOD)
		status = opener_make(&p.opener, &p.session);
	if (status == EXIT_GOOD)
		status = session_each_mail(&p.session, inspect_one, &p);
	ps_opener_free(p.opener);
	session_close(&p.session);
	return status;
}
