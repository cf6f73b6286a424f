/* SPDX-License-Identifier: ISC */
/*
 * postseal cert: export writes certificates as a mail for others.
 */
#include <string.h>

#include "command.h"
#include "output.h"
#include "protector.h"
#include "say.h"
#include "text.h"

static int
add_files(ps_protector *pr, const struct options *o)
{
	ps_err err = PS_ERR_INIT;
	ps_code code = PS_OK;

	for (size_t i = 1; i < o->message.n && code == PS_OK; i++) {
		code = ps_protector_add_cert_file(pr, o->message.item[i], &err);
		if (code != PS_OK)
			return say_chain(o->message.item[i], code, &err);
	}
	return EXIT_GOOD;
}

static int
write_certs(ps_protector *pr, const struct options *o)
{
	struct output out = { .fd = -1 };
	ps_err err = PS_ERR_INIT;
	ps_code code;
	int status = output_open(&out, o->output);

	if (status == EXIT_GOOD) {
		code = ps_protector_write_certs(pr, out.writer, &err);
		if (code != PS_OK)
			status = say_chain(failed_place(&out, "cert export", code), code, &err);
	}
	output_close(&out);
	return status;
}

int
cmd_cert(const struct options *o)
{
	struct session session = { .o = o };
	ps_protector *pr = NULL;
	int status;

	if (o->message.n != 0 && strcmp(o->message.item[0], "lint") == 0)
		return cert_lint(o);
	if (o->message.n == 0 || strcmp(o->message.item[0], "export") != 0)
		return say_usage(o->verb_name, "%s", T_CERT_VERB);
	if (!o->smime)
		return say_usage(o->verb_name, "%s", T_CERT_FORM);
	status = session_open(&session, o);
	if (status == EXIT_GOOD)
		status = protector_make(&pr, &session);
	if (status == EXIT_GOOD)
		status = add_files(pr, o);
	if (status == EXIT_GOOD)
		status = write_certs(pr, o);
	ps_protector_free(pr);
	session_close(&session);
	return status;
}
