/* SPDX-License-Identifier: ISC */
/*
 * postseal cert lint: certificates against the rules.
 */
#include <postseal-tools/lint.h>

#include "command.h"
#include "output.h"
#include "say.h"
#include "session.h"
#include "text.h"

enum { EXIT_FAULTS = 1 };

static int
lint_files(const struct options *o, ps_writer *out, int *bad)
{
	int form = o->json ? PS_LINT_JSON : PS_LINT_TEXT, status = EXIT_GOOD;

	for (size_t i = 1; i < o->message.n; i++) {
		ps_err err = PS_ERR_INIT;
		int one = 0;
		ps_code code = ps_lint_file(o->message.item[i], o->profile, form, o->all, out, &one,
		    &err);

		*bad |= one;
		if (code == PS_E_NOT_FOUND)
			return option_status("--profile", code, &err);
		if (code != PS_OK)
			status = worse(status, say_chain(o->message.item[i], code, &err));
	}
	return status;
}

int
cert_lint(const struct options *o)
{
	struct output out = { .fd = -1 };
	int bad = 0, status;

	if (o->message.n < 2)
		return say_usage(o->verb_name, "%s", T_LINT_FILES);
	status = output_open(&out, o->output);
	if (status == EXIT_GOOD)
		status = lint_files(o, out.writer, &bad);
	if (status == EXIT_GOOD)
		status = output_finish(&out);
	output_close(&out);
	return status != EXIT_GOOD ? status : bad ? EXIT_FAULTS : EXIT_GOOD;
}
